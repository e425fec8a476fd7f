"""Quantisation: one byte a weight instead of four.

Symmetric, a scale for each channel. Of the weights w of one channel (a column of a kernel, which goes to one
unit; a row of an embedding, which is one token) the largest absolute value decides the scale:

    s = max|w| / 127                                   a channel of zeros has s = 1
    q = clip(round(w / s), -127, 127)                  whole numbers of 8 bits; halves go to the even one
    w ~ s q                                            off by s / 2 at most

-128 is left unused, so that -w has the code -q. Biases stay float32: they are few, and their errors add up.
`quantize_weights` gives a model the weights that its 8-bit form stands for; it calculates in float32, so its
accuracy is that of a program that keeps 8-bit weights and float32 states. Jacob et al. (2018) do more: states
in 8 bits as well, and whole-number products.

Keras's own `model.quantize("int8")` converts Embedding and Dense layers and leaves LSTM, GRU and SimpleRNN as
they are, with the warning that their cells have no `quantize` (Keras 3.15).
"""

import json
import zipfile
from typing import NamedTuple

import numpy as np

from rnncourse.compression.pruning import array_of

LARGEST = 127
CHANNELS = {"kernel": -1, "recurrent_kernel": -1, "embeddings": 0}  # the axis along which channels lie
FORMAT = "rnncourse int8 1"


class Quantised(NamedTuple):
    """Weights of shape (..., C, ...) in 8 bits: `codes` int8, and `scales` float32, 1 on all other axes."""

    codes: np.ndarray
    scales: np.ndarray


def quantize(weights, *, axis=-1):
    """Weights -> Quantised, with a scale for each place along `axis`.

    Raises ValueError for weights that are not finite, for an array without axes and for an axis beyond its
    own.
    """
    weights = np.asarray(weights, dtype="float32")
    if not -weights.ndim <= axis < weights.ndim:
        raise ValueError(f"axis must be one of the array's {weights.ndim}, got {axis}")
    if not np.isfinite(weights).all():
        raise ValueError("weights must be finite: look for nan and infinity, the training has diverged")
    others = tuple(place for place in range(weights.ndim) if place != axis % weights.ndim)
    largest = np.abs(weights).max(axis=others, keepdims=True, initial=0)
    scales = np.where(largest > 0, largest / np.float32(LARGEST), 1).astype("float32")
    scales = np.maximum(scales, np.finfo("float32").tiny)  # of a channel that is all but zero
    codes = np.clip(np.rint(weights / scales), -LARGEST, LARGEST).astype("int8")
    return Quantised(codes, scales)


def dequantize(quantised):
    """Quantised -> float32 weights of the same shape: codes times scales."""
    return quantised.codes.astype("float32") * quantised.scales


def quantize_weights(model):
    """Give `model` the weights that its 8-bit form stands for, in place; returns the largest change.

    Kernels, recurrent kernels and embeddings change, biases and all others stay. Doing it twice changes
    nothing more than rounding. Raises ValueError where there is nothing to quantise.
    """
    change = 0.0
    for variable, axis in _quantisable(model):
        before = array_of(variable)
        after = dequantize(quantize(before, axis=axis))
        variable.assign(after)
        change = max(change, float(np.abs(after - before).max(initial=0)))
    return change


def save_int8(model, path):
    """Write `model` to a file of its own: 8-bit codes and scales, the other weights as float32, deflated.

    The file is a zip archive as `numpy.savez_compressed` makes it, with the model's configuration as JSON
    inside; its name is `path`, unchanged. Returns its size in bytes. The optimizer is not kept.
    """
    axes = {id(variable): axis for variable, axis in _quantisable(model)}
    arrays = {"model": np.frombuffer(f"{FORMAT}\n{model.to_json()}".encode(), dtype="uint8")}
    for place, variable in enumerate(model.weights):
        value = array_of(variable)
        if id(variable) in axes:
            quantised = quantize(value, axis=axes[id(variable)])
            arrays |= {f"{place}.codes": quantised.codes, f"{place}.scales": quantised.scales}
        else:
            arrays[f"{place}"] = value
    with open(path, "wb") as file:
        np.savez_compressed(file, **arrays)
        return file.tell()


def load_int8(path):
    """The model that `save_int8` wrote, uncompiled, with its weights in float32 again.

    Nothing in the file is executed: it is arrays and a configuration (Keras's safe mode, which refuses a
    Lambda layer). Raises ValueError where the file is not one of `save_int8`'s.
    """
    import keras

    arrays = _read(path)
    mark, _, config = arrays.pop("model").tobytes().decode("utf-8").partition("\n")
    if mark != FORMAT:
        raise ValueError(f"{path} begins with {mark[:40]!r} instead of {FORMAT!r}: it is of another version")
    config = json.loads(config)
    model = keras.saving.deserialize_keras_object(config, safe_mode=True)
    try:
        weights = [_stored(arrays, str(place)) for place in range(len(model.weights))]
    except KeyError as error:
        raise ValueError(f"{path} lacks the weights {error}: save the model again") from error
    model.set_weights(weights)
    return model


def _read(path):
    """The arrays of a file of `save_int8`, by name."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (zipfile.BadZipFile, ValueError, EOFError, AttributeError) as error:
        raise ValueError(f"{path} is no file of save_int8: {error}") from error
    if "model" not in arrays:
        raise ValueError(f"{path} is no file of save_int8: it holds {sorted(arrays)[:5]} and no model")
    return arrays


def _stored(arrays, name):
    if name in arrays:
        return arrays[name]
    return dequantize(Quantised(arrays[f"{name}.codes"], arrays[f"{name}.scales"]))


def _quantisable(model):
    """(variable, axis of its channels) of all kernels and embeddings."""
    found = [
        (variable, CHANNELS[variable.name])
        for variable in model.weights
        if variable.name in CHANNELS and len(variable.shape) > 1
    ]
    if not found:
        raise ValueError("the model has no kernel and no embedding: there is nothing to quantise")
    return found
