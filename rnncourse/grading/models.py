"""A Keras model as data: its configuration as JSON, and its weights. Nothing in it executes.

A worker exports the model that an answer made; another worker, which has seen no learner's code, builds it
anew from Keras's own layers. What a model says about itself is then Keras's word, not the learner's.
"""

import json
import re

import numpy as np

from rnncourse.grading.protocol import DEEPEST, ProtocolError

MOST_CONFIG = 1_000_000  # characters
_KEY = "keras model"
_OURS = re.compile(
    r"keras(\.(layers|initializers|regularizers|constraints|activations|models|ops))?|builtins"
)
_INSIDE = re.compile(r"keras\.src\.(ops|layers|models|initializers|backend\.common|dtype_policies)(\.\w+)*")
_RUNS_CODE = {"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "function", "__lambda__"}
_RUNS_CODE |= {"__numpy__", "__tensor__", "__typespec__"}


class NotPlain(Exception):
    """A model that consists of more than Keras's own layers, or that cannot be written down."""


def export(model):
    """A keras.Model as a plain value. Raises NotPlain."""
    import keras

    if not isinstance(model, keras.Model):
        raise NotPlain(f"{type(model).__name__} is no keras.Model")
    try:
        config = keras.Model.to_json(model)
        weights = keras.Model.get_weights(model)
    except Exception as error:
        raise NotPlain(f"{type(error).__name__}: {error}"[:300]) from None
    return {_KEY: _pieces(config), "weights": [np.asarray(weight) for weight in weights]}


def is_model(value):
    """Whether a plain value is an exported model."""
    return isinstance(value, dict) and value.keys() == {_KEY, "weights"}


def check(value):
    """Raise ProtocolError or NotPlain unless an exported model of unknown origin is Keras's layers alone."""
    pieces, weights = value[_KEY], value["weights"]
    if not isinstance(pieces, list) or not all(isinstance(piece, str) for piece in pieces):
        raise ProtocolError("a model without a configuration")
    if not isinstance(weights, list) or not all(
        isinstance(w, np.ndarray) and w.dtype.kind == "f" for w in weights
    ):
        raise ProtocolError("a model whose weights are no numbers")
    text = "".join(pieces)
    try:
        _check(json.loads(text) if len(text) <= MOST_CONFIG else None, 0)
    except (ValueError, RecursionError):
        raise ProtocolError("a model whose configuration is not JSON") from None


def rebuild(value):
    """The keras.Model that `export` wrote down and `check` let pass."""
    import keras

    config = json.loads("".join(value[_KEY]))
    model = keras.saving.deserialize_keras_object(_without_compiling(config), safe_mode=True)
    model.set_weights(value["weights"])
    return model


def _pieces(text, size=5_000):
    return [text[i : i + size] for i in range(0, len(text), size)]


def _check(config, depth):
    if depth > DEEPEST:
        raise ProtocolError("a model nested too deeply")
    if isinstance(config, dict):
        if "class_name" in config:
            _check_class(config)
        for key, item in config.items():
            if key == "compile_config":  # losses and optimizers; `rebuild` leaves them out, too
                continue
            if key == "module" and "class_name" not in config:
                raise NotPlain("a module without a class")
            _check(item, depth + 1)
    elif isinstance(config, list):
        for item in config:
            _check(item, depth + 1)
    elif depth == 0:
        raise ProtocolError("a model without a configuration")


def _check_class(config):
    name, module = config["class_name"], config.get("module")
    known = isinstance(module, str) and (_OURS.fullmatch(module) or _INSIDE.fullmatch(module))
    plain = name in ("__tuple__", "__keras_tensor__") and module is None  # what a layer is called with
    if not isinstance(name, str) or name in _RUNS_CODE or not (known or plain):
        raise NotPlain(f"{str(module)[:60]}.{str(name)[:60]}")
    if module == "builtins" and name not in ("slice", "tuple", "list", "dict", "__tuple__"):
        raise NotPlain(f"builtins.{str(name)[:60]}")
    if config.get("registered_name") not in (None, name):
        raise NotPlain(str(config["registered_name"])[:60])


def _without_compiling(config):
    """`config` without losses and optimizers: a model that only predicts needs none."""
    if isinstance(config, dict):
        return {key: _without_compiling(item) for key, item in config.items() if key != "compile_config"}
    return [_without_compiling(item) for item in config] if isinstance(config, list) else config
