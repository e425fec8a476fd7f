"""LiteRT (once TensorFlow Lite): the file that a phone or a browser runs, and its interpreter.

    content = to_lite(model, steps=100)            # bytes, weights in 8 bits
    lite = LiteModel(content)
    lite.predict(tokens)                           # (B, 100) -> (B, 1)

TensorFlow's converter writes the file. `integers=True` is its 'dynamic-range quantisation': weights in 8
bits (of arrays with 1,024 numbers or more), states quantised anew at each product, all else float32. The
`ai_edge_litert` package is the interpreter where it is installed, else the one inside TensorFlow, which is on
its way out of it.
"""

import contextlib
import io
import os
import warnings

import numpy as np


def to_lite(model, *, steps, integers=True):
    """The LiteRT form of a model tokens (B, T) -> outputs, for one text of `steps` tokens at a time; bytes.

    `integers=False` leaves the weights in float32. Raises ValueError for `steps` below 1 and for a model with
    several inputs or outputs, RuntimeError unless Keras runs on TensorFlow. Takes some seconds.
    """
    import keras

    if steps < 1:
        raise ValueError(f"steps must be at least 1, got {steps!r}")
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        counts = f"{len(model.inputs)} inputs and {len(model.outputs)} outputs"
        raise ValueError(f"the model must have one input and one output, got {counts}")
    if keras.backend.backend() != "tensorflow":
        raise RuntimeError(f"LiteRT needs Keras on TensorFlow, this is {keras.backend.backend()}")
    import tensorflow as tf

    tokens = keras.Input(batch_shape=(1, steps), dtype=model.inputs[0].dtype)
    converter = tf.lite.TFLiteConverter.from_keras_model(keras.Model(tokens, model(tokens)))
    if integers:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    with _quiet():
        return converter.convert()


class LiteModel:
    """A LiteRT model that is ready to run, on `threads` threads: `predict`, or `run` for one row."""

    def __init__(self, content, *, threads=1):
        with _quiet():
            self._interpreter = _interpreter_class()(model_content=content, num_threads=threads)
            self._interpreter.allocate_tensors()
        (self._input,), (self._output,) = (
            self._interpreter.get_input_details(),
            self._interpreter.get_output_details(),
        )
        self.steps = int(self._input["shape"][1])

    def run(self, row):
        """One row of tokens (1, T) of the right type -> (1, outputs): what a benchmark times."""
        self._interpreter.set_tensor(self._input["index"], row)
        self._interpreter.invoke()
        return self._interpreter.get_tensor(self._output["index"])

    def predict(self, tokens):
        """Tokens (B, T) -> outputs (B, outputs), a row at a time. Raises ValueError for another length."""
        tokens = np.asarray(tokens)
        if tokens.ndim != 2 or tokens.shape[1] != self.steps:
            raise ValueError(
                f"tokens must be of shape (B, {self.steps}), got {tokens.shape}: pad or cut them"
            )
        tokens = tokens.astype(self._input["dtype"])
        rows = [self.run(row[None]) for row in tokens]
        width = int(self._output["shape"][-1])
        return np.concatenate(rows) if rows else np.zeros((0, width), self._output["dtype"])


def _interpreter_class():
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        import tensorflow as tf

        return tf.lite.Interpreter
    return Interpreter


@contextlib.contextmanager
def _quiet():
    """Keep away what Python and the C++ code below print: 'Saved artifact', 'Created delegate', warnings."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        saved, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nothing, 2)
            yield
        finally:
            os.dup2(saved, 2)
            os.close(saved)
            os.close(nothing)
