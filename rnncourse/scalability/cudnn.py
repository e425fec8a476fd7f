"""When Keras runs a recurrent layer by cuDNN's kernel, one call for all steps, and when by its own loop.

The conditions are those in Keras's source (3.15: layers/rnn/lstm.py and gru.py, `inner_loop`, and
backend/tensorflow/rnn.py, backend/jax/rnn.py, `cudnn_ok`). `use_cudnn="auto"` falls back in silence, so it is
worth asking. The exception is a mask: TensorFlow checks it as the graph runs (`_assert_valid_mask`), so
that fit and predict raise an error instead.
"""

import keras
import numpy as np
from keras import activations, layers, ops

from rnncourse.language import choose


def obstacles(layer, *, mask=None, backend=None, gpu=None):
    """Why `layer` cannot use cuDNN's kernel: a list of sentences, empty where it can.

    `mask` (B, T) bool: as it would be passed. `backend` and `gpu` (is there one?) are this process's unless
    given: so a machine without a GPU can tell what one would do. A Bidirectional layer must be able to in
    both directions.
    """
    return [words for _, words in named_obstacles(layer, mask=mask, backend=backend, gpu=gpu)]


def named_obstacles(layer, *, mask=None, backend=None, gpu=None):
    """`obstacles` as (name, sentence): what to change, and why.

    The name is that of the layer's argument ("unroll"), or "layer", "backend", "gpu", "mask".
    """
    backend = backend or keras.backend.backend()
    gpu = has_gpu() if gpu is None else gpu
    if isinstance(layer, layers.Bidirectional):
        both = [layer.forward_layer, layer.backward_layer]
        found = [pair for each in both for pair in named_obstacles(each, mask=mask, backend=backend, gpu=gpu)]
        return list(dict.fromkeys(found))
    conditions = (*_of_layer(layer, backend), *_of_place(backend, gpu), *_of_mask(mask, backend))
    return [(name, choose(zh=zh, en=en)) for name, broken, zh, en in conditions if broken]


def has_gpu():
    """Whether this process's backend, TensorFlow or JAX, sees a GPU."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return bool(tf.config.list_logical_devices("GPU"))
    if keras.backend.backend() != "jax":
        return False
    kinds = {device.partition(":")[0] for device in keras.distribution.list_devices()}
    return bool(kinds & {"gpu", "cuda", "rocm"})


def _of_layer(layer, backend):
    """(name, broken?, zh, en) for each condition on the layer itself."""
    if not isinstance(layer, (layers.LSTM, layers.GRU)):
        kind = type(layer).__name__
        yield (
            "layer",
            True,
            f"cuDNN 的内核只有 LSTM 和 GRU，没有 {kind}",
            f"Keras calls it for LSTM and GRU, not {kind}",
        )
        return
    yield "use_cudnn", layer.use_cudnn is False, "use_cudnn=False", "use_cudnn=False"
    drop = layer.recurrent_dropout
    zh, en = f"recurrent_dropout={drop}：须为 0", f"recurrent_dropout={drop}: it must be 0"
    yield "recurrent_dropout", drop, zh, en
    for name, wanted in (("activation", "tanh"), ("recurrent_activation", "sigmoid")):
        given = getattr(layer, name)
        differs = given not in (getattr(activations, wanted), getattr(ops, wanted))
        word = getattr(given, "__name__", given)
        yield name, differs, f"{name}={word}：须为 {wanted}", f"{name}={word}: it must be {wanted}"
    yield "unroll", layer.unroll, "unroll=True：须为 False", "unroll=True: it must be False"
    yield "use_bias", not layer.use_bias, "use_bias=False：须为 True", "use_bias=False: it must be True"
    if isinstance(layer, layers.GRU):
        after = layer.reset_after
        yield "reset_after", not after, "reset_after=False：须为 True", "reset_after=False: it must be True"
        yield (
            "backend",
            backend == "jax",
            "JAX 后端的 Keras 只为 LSTM 调用它",
            "on JAX, Keras calls it for the LSTM alone",
        )


def _of_place(backend, gpu):
    yield "backend", backend not in ("tensorflow", "jax"), f"后端是 {backend}", f"the backend is {backend}"
    yield "gpu", not gpu, "没有 GPU", "there is no GPU"


def _of_mask(mask, backend):
    if mask is None:
        return
    if backend == "jax":
        yield "mask", True, "掩码：JAX 后端一种也不接受", "the mask: on JAX none is taken"
        return
    mask = np.asarray(mask, dtype=bool)
    lengths = mask.sum(axis=1)
    right = (mask == (np.arange(mask.shape[1]) < lengths[:, None])).all()
    yield "mask", not right, "掩码：填充须都在末尾", "the mask: padding must stand at the end of each row"
    yield "mask", not lengths.all(), "掩码：有一行全是填充", "the mask: a row is padding alone"
