"""What helps a small LSTM to learn, what pruning does to it, and what the learning rate does: chapter 2.2.3.

Everything is about order tasks (`rnncourse.datasets.order`): two of 30 tokens decide by which comes first.
"plain" is the task itself; "long" has a delay of more tokens behind, over which the answer must last; "few"
has few examples. A seed draws the data as well as the weights.
"""

import multiprocessing
import os
import sys
import time

import numpy as np

from rnncourse import compression, runtime
from rnncourse.datasets.order import draw_order_examples
from rnncourse.text import pad

SEEDS = (0, 1, 2)
VOCABULARY, UNITS, FEATURES = 30, 16, 8
TASKS = {"plain": (1000, 0, 12), "long": (1000, 24, 12), "few": (150, 0, 40)}  # examples, delay, epochs
TEST, BATCH = 500, 50
REFERENCE = {
    "cell": "lstm",
    "forget_bias": 1,
    "recurrent_initializer": "orthogonal",
    "clipping": 1.0,  # of the gradient's norm; None: off
    "dropout": 0.0,  # of the embedding
    "optimizer": "adam",
    "learning_rate": 0.01,
    "pruned": 0.0,  # share of the recurrent layer's weights, after half the epochs
}
KNOBS = (
    {"clipping": None},
    {"forget_bias": 0},
    {"recurrent_initializer": "random_normal"},
    {"cell": "simple_rnn"},
    {"dropout": 0.5},
    {"optimizer": "sgd"},
    {"learning_rate": 0.0001},
    {"learning_rate": 1.0},
    {"pruned": 0.5},
)
RATES = tuple(10.0**power for power in range(-4, 3))
SPARSITIES = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
RETRAINING = 3  # epochs
LATENCY = {"units": 64, "smaller": 11, "batch": 64, "steps": 40, "rounds": 40}
SMALL_TASKS = {name: (100, delay, 2) for name, (_, delay, _) in TASKS.items()}


def measure(*, small=False, workers=None):
    """Returns {"rows", "seeds" and the settings}. A row's "part" says what it is about:

    "ablation": task, knob, value, accuracy. "rate": optimizer, rate, accuracy in the end, first epoch with
    95% (None: never). "pruning": criterion, gates, retrained, sparsity, accuracy, bytes. "latency": what,
    share of zeros, CPU time of a forward pass as a multiple of the dense layer's. `small` and `workers` as in
    text_classification.
    """
    seeds, tasks = (SEEDS[:1], SMALL_TASKS) if small else (SEEDS, TASKS)
    workers = os.cpu_count() if workers is None else workers
    jobs = list(_jobs(seeds, tasks, small))
    quiet = [(_latency, seed, small) for seed in seeds]  # nothing else runs beside these
    rows = run_all(jobs, workers) + run_all(quiet, min(1, workers))
    return {
        "seeds": seeds,
        "reference": REFERENCE,
        "tasks": tasks,
        "sparsities": SPARSITIES,
        "rates": RATES,
        "retraining": RETRAINING,
        "latency": LATENCY,
        "rows": [row for found in rows for row in found],
    }


def _jobs(seeds, tasks, small):
    for seed in seeds:
        yield _pruning, seed, tasks, SPARSITIES[: 2 if small else None]
        for task in ("long", "few"):
            for knob in ({}, *KNOBS)[: 2 if small else None]:
                yield _ablation, seed, tasks, task, knob
        for optimizer in ("adam", "sgd"):
            for rate in RATES[: 1 if small else None]:
                yield _rate, seed, tasks, optimizer, rate


def run_all(jobs, workers):
    """Each job's rows, in the order of `jobs`."""
    if not workers:
        return [_call(job) for job in jobs]
    results = []
    with multiprocessing.get_context("spawn").Pool(workers, one_thread) as pool:
        for result in pool.imap(_call, jobs):
            results.append(result)
            print(f"{len(results)}/{len(jobs)} {result[-1]}", file=sys.stderr, flush=True)
    return results


def _call(job):
    function, *arguments = job
    return function(*arguments)


def one_thread():
    """Prepare a worker: quiet, and one thread."""
    runtime.start("en")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def draw(seed, examples, delay):
    """Padded tokens and labels to train, then to test: x (N, T), y (N, 1), x (TEST, T), y (TEST, 1)."""
    rng = np.random.default_rng(seed)
    sequences, labels = draw_order_examples(rng, examples + TEST, vocabulary_size=VOCABULARY)
    deciding = set.intersection(*(set(sequence.tolist()) for sequence in sequences))
    others = [token for token in range(2, VOCABULARY) if token not in deciding]
    x = pad([np.r_[sequence, rng.choice(others, delay).astype("int32")] for sequence in sequences])
    y = labels[:, None].astype("float32")
    return x[:examples], y[:examples], x[examples:], y[examples:]


def build(seed, setting):
    """A compiled classifier of the order task with the options of REFERENCE."""
    import keras
    from keras import layers

    keras.utils.clear_session()
    runtime.set_seed(seed)
    initial = {"recurrent_initializer": setting["recurrent_initializer"]}
    if setting["cell"] == "lstm":
        recurrent = layers.LSTM(UNITS, unit_forget_bias=bool(setting["forget_bias"]), **initial)
    else:
        recurrent = layers.SimpleRNN(UNITS, **initial)
    stack = [
        layers.Embedding(VOCABULARY, FEATURES, mask_zero=True),
        layers.Dropout(setting["dropout"]),
        recurrent,
    ]
    model = keras.Sequential([keras.Input((None,)), *stack, layers.Dense(1, activation="sigmoid")])
    kind = {"adam": keras.optimizers.Adam, "sgd": keras.optimizers.SGD}[setting["optimizer"]]
    optimizer = kind(setting["learning_rate"], global_clipnorm=setting["clipping"])
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"], jit_compile=False)
    return model


def accuracy(model, x, y):
    return float(np.mean((model.predict_on_batch(x) >= 0.5) == y))


def _ablation(seed, tasks, task, knob):
    """REFERENCE with one knob turned."""
    setting = {**REFERENCE, **knob}
    examples, delay, epochs = tasks[task]
    x, y, x_test, y_test = draw(seed, examples, delay)
    model = build(seed, setting)
    fit = {"batch_size": BATCH, "verbose": 0}
    model.fit(x, y, epochs=epochs // 2, **fit)
    masks = compression.prune(model, setting["pruned"])
    callbacks = [compression.keep_masks(model, masks)] if setting["pruned"] else []
    model.fit(x, y, epochs=epochs - epochs // 2, callbacks=callbacks, **fit)
    name, value = next(iter(knob.items()), ("reference", None))
    row = {"part": "ablation", "seed": seed, "task": task, "knob": name, "value": value}
    return [row | {"accuracy": accuracy(model, x_test, y_test)}]


def _rate(seed, tasks, optimizer, rate):
    """REFERENCE on the plain task, without clipping, at one learning rate."""
    examples, delay, epochs = tasks["plain"]
    x, y, x_test, y_test = draw(seed, examples, delay)
    model = build(seed, {**REFERENCE, "optimizer": optimizer, "learning_rate": rate, "clipping": None})
    history = model.fit(x, y, batch_size=BATCH, epochs=epochs, verbose=0, validation_data=(x_test, y_test))
    reached = history.history["val_accuracy"]
    first = next((epoch for epoch, value in enumerate(reached, start=1) if value >= 0.95), None)
    row = {"part": "rate", "seed": seed, "optimizer": optimizer, "rate": rate}
    return [row | {"accuracy": reached[-1], "epochs": first}]


def _pruning(seed, tasks, sparsities):
    """One trained model, pruned by several criteria, with and without retraining."""
    examples, delay, epochs = tasks["plain"]
    x, y, x_test, y_test = draw(seed, examples, delay)
    model = build(seed, REFERENCE)
    model.optimizer.build(model.trainable_variables)
    fresh = [np.array(variable) for variable in model.optimizer.variables]
    model.fit(x, y, batch_size=BATCH, epochs=epochs, verbose=0)
    trained, gradient = model.get_weights(), _contribution(model, x, y)
    rows = []
    for criterion, gates, retrained in _prunings():
        for sparsity in sparsities:
            model.set_weights(trained)
            by_lot = np.random.default_rng(seed)
            sizes = [variable.shape for variable in compression.prunable(model)]
            scores = {"random": [by_lot.random(size) for size in sizes], "gradient": gradient}.get(criterion)
            masks = compression.prune(model, sparsity, gates=None if gates == "all" else gates, scores=scores)
            if retrained:
                for variable, value in zip(model.optimizer.variables, fresh, strict=True):
                    variable.assign(value)
                callbacks = [compression.keep_masks(model, masks)]
                model.fit(x, y, batch_size=BATCH, epochs=RETRAINING, verbose=0, callbacks=callbacks)
            row = {
                "part": "pruning",
                "seed": seed,
                "criterion": criterion,
                "gates": gates,
                "retrained": retrained,
            }
            row |= {"sparsity": sparsity, "accuracy": accuracy(model, x_test, y_test)}
            rows.append(row | {"bytes": compression.compressed_bytes(model)})
    return rows


def _prunings():
    """(criterion, gates, retrained)"""
    for criterion in ("magnitude", "random"):
        yield from ((criterion, "all", retrained) for retrained in (False, True))
    yield "gradient", "all", False
    yield from (("magnitude", gate, False) for gate in "ifco")


def _contribution(model, x, y):
    """|weight * d loss / d weight| of what can be pruned: to first order, what the loss changes by."""
    import tensorflow as tf

    variables = compression.prunable(model)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(model.compute_loss(y=y, y_pred=model(x)))
    gradients = tape.gradient(loss, [variable.value for variable in variables])
    return [np.abs(np.array(v) * np.array(g)) for v, g in zip(variables, gradients, strict=True)]


def _latency(seed, small):
    """CPU time of a forward pass of a layer with zeros, and of a smaller one, against the dense layer's."""
    import keras

    sizes = LATENCY | ({"rounds": 3} if small else {})
    runtime.set_seed(seed)
    models = {("zeros", share): _encoder(sizes["units"], share) for share in (0.0, 0.5, 0.9)}
    models["smaller", 0.9] = _encoder(sizes["smaller"], 0.0)
    x = (
        np.random.default_rng(seed)
        .normal(size=(sizes["batch"], sizes["steps"], sizes["units"]))
        .astype("float32")
    )
    times = {key: [] for key in models}
    for turn in range(sizes["rounds"] + 1):
        for key, model in models.items():
            started = time.process_time()
            model.predict_on_batch(x)
            if turn:  # the first compiles
                times[key].append(time.process_time() - started)
    keras.utils.clear_session()
    dense = np.median(times["zeros", 0.0])
    return [
        {
            "part": "latency",
            "seed": seed,
            "what": what,
            "zeros": share,
            "ratio": float(np.median(spent) / dense),
        }
        for (what, share), spent in times.items()
    ]


def _encoder(units, share):
    """An LSTM layer as a model, `share` of its kernels set to zero."""
    import keras

    model = keras.Sequential([keras.Input((None, LATENCY["units"])), keras.layers.LSTM(units)])
    compression.prune(model, share)
    return model
