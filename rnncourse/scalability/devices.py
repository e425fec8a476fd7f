"""One training step on several devices, held against one: data parallelism, on virtual CPU devices.

Each device takes its share of the batch; the mean of the gradients of equal shares is the gradient of the
whole batch. `compare_devices` proves it in fresh processes: a backend's devices are fixed when it starts.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass

import numpy as np

BACKENDS = ("tensorflow", "jax")
ROWS, STEPS, VOCABULARY = 8, 6, 20


@dataclass(frozen=True)
class Step:
    """A training step: the number of `devices` that held the model, its `loss`, and its `gradients`."""

    devices: int
    loss: float
    gradients: list


def compare_devices(backend="tensorflow", counts=(1, 2), timeout=600):
    """One Step for each number of virtual CPU devices in `counts`, by the same model on the same batch.

    A process each, 10 to 20 s. "tensorflow" uses tf.distribute.MirroredStrategy, "jax"
    keras.distribution.DataParallel. Raises ValueError for another backend or a number that does not divide
    the batch of 8, RuntimeError with the last line of a process that failed.
    """
    if backend not in BACKENDS:
        raise ValueError(f"backend must be one of {BACKENDS}, got {backend!r}")
    if wrong := [count for count in counts if count < 1 or ROWS % count]:
        raise ValueError(f"the number of devices must divide the {ROWS} rows of the batch, got {wrong[0]}")
    return [_in_process(backend, count, timeout) for count in counts]


def _in_process(backend, count, timeout):
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count={count}".strip()
    ours = {"KERAS_BACKEND": backend, "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
    if backend == "jax":
        ours |= {"XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-m", __name__, backend, str(count)]
    run = subprocess.run(
        command, env={**os.environ, **ours}, capture_output=True, text=True, timeout=timeout, check=False
    )
    if run.returncode:
        last = (run.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise RuntimeError(f"{backend} on {count} devices failed: {last}")
    found = json.loads(run.stdout.splitlines()[-1])
    return Step(found["devices"], found["loss"], [np.array(g) for g in found["gradients"]])


def _main(backend, count):
    step = (_tensorflow_step if backend == "tensorflow" else _jax_step)(count)
    print(json.dumps({**vars(step), "gradients": [g.tolist() for g in step.gradients]}))


def _tensorflow_step(count):
    import tensorflow as tf

    (cpu,) = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * count)
    strategy = tf.distribute.MirroredStrategy([f"/CPU:{number}" for number in range(count)])
    with strategy.scope():
        model = _model()
    loss, gradients = _train_once(model)
    return Step(strategy.num_replicas_in_sync, loss, gradients)


def _jax_step(count):
    import keras

    devices = keras.distribution.list_devices("cpu")[:count]
    keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices))
    model = _model()
    loss, gradients = _train_once(model)
    return Step(len(model.trainable_variables[0].value.sharding.device_set), loss, gradients)


def _model():
    """A small classifier; plain descent at a rate of 1, so that the weights move by the gradient."""
    import keras

    keras.utils.set_random_seed(0)
    layers = [keras.layers.Embedding(VOCABULARY, 4), keras.layers.GRU(5), keras.layers.Dense(3)]
    model = keras.Sequential([keras.Input((STEPS,), dtype="int32"), *layers])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(1.0), loss)
    return model


def _train_once(model):
    """(loss, gradients) of one step on a fixed batch."""
    rng = np.random.default_rng(0)
    x, y = rng.integers(1, VOCABULARY, (ROWS, STEPS)), rng.integers(0, 3, ROWS)
    before = model.get_weights()
    history = model.fit(x, y, batch_size=ROWS, shuffle=False, verbose=0)
    moved = [old - new for old, new in zip(before, model.get_weights(), strict=True)]
    return float(history.history["loss"][0]), moved


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]))
