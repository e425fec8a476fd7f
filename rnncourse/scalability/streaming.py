"""A sequence in chunks: the state is carried from one chunk to the next, the whole is never in memory."""

import keras
import numpy as np
from keras import layers, ops

from rnncourse import encoders

# Layers that treat every step alone, or know no steps at all: a chunk is as good as the whole.
_STEPWISE = (
    layers.InputLayer,
    layers.Embedding,
    layers.Dense,
    layers.Dropout,
    layers.SpatialDropout1D,
    layers.LayerNormalization,
    layers.TimeDistributed,
    layers.Activation,
    layers.ReLU,
    layers.Add,
    layers.Concatenate,
    layers.Masking,
    encoders.ZeroPadding,
    encoders.PaddingLast,
    encoders.PaddingBack,
    encoders.LoopMask,
    encoders.WithoutMask,
)
_RECURRENT = (layers.SimpleRNN, layers.LSTM, layers.GRU)


class Stream:
    """`model` read in chunks: `read(chunk)` gives what the model gives for all that was read so far.

    `model`: a functional Keras model, token ids (B, T) or features (B, T, D) -> any output, whose recurrent
    layers read forward only. A classifier's output after the last chunk equals that for the whole sequence;
    a tagger's (B, t, ...) outputs, put side by side, do as well. Rows may end, or pause: id 0 is padding,
    changes no state and stands behind the real ids of its chunk. `rows`: B, the same for every chunk.

    Raises ValueError for a model that needs what comes later (Bidirectional, convolution, attention) or that
    has a layer of which this is not known.
    """

    def __init__(self, model, *, rows=1):
        for layer in model.layers:
            _check(layer)
        (given,) = model.inputs
        inputs = keras.Input(batch_shape=(rows, *given.shape[1:]), dtype=given.dtype)
        padded = any(isinstance(layer, encoders.PaddingLast) for layer in model.layers)
        self.rows = rows
        self._model = keras.models.clone_model(
            model,
            input_tensors=keras.tree.map_structure(lambda _: inputs, model.input),
            clone_function=_carrying,
            call_function=_Masks(inputs) if padded else None,
        )
        for layer in model.layers:
            if layer.weights:
                _copy_weights(layer, self._model.get_layer(layer.name))
        self._carriers = [layer for layer in self._model.layers if isinstance(layer, (*_RECURRENT, _Carried))]

    def read(self, chunk):
        """Read `chunk` (B, t) or (B, t, D), t >= 1, and return the output, a NumPy array."""
        chunk = np.asarray(chunk)
        if chunk.ndim != len(self._model.inputs[0].shape) or len(chunk) != self.rows or not chunk.shape[1]:
            raise ValueError(
                f"a chunk must have the shape {tuple(self._model.inputs[0].shape)} with a step or more, "
                f"got {chunk.shape}; rows={self.rows} was set when the stream was made"
            )
        return keras.tree.map_structure(ops.convert_to_numpy, self._model(chunk, training=False))

    def reset(self):
        """Forget all that was read: the next chunk begins a new sequence."""
        for layer in self._carriers:
            layer.reset_state()

    @property
    def state(self):
        """What is carried, a list of arrays: to save, and to go on from later."""
        return [ops.convert_to_numpy(variable) for variable in self._variables()]

    @state.setter
    def state(self, arrays):
        variables = self._variables()
        if [np.shape(array) for array in arrays] != [tuple(v.shape) for v in variables]:
            raise ValueError(f"the state must have the shapes {[tuple(v.shape) for v in variables]}")
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)

    def _variables(self):
        return [variable for layer in self._carriers for variable in keras.tree.flatten(layer.states)]


def read_in_chunks(model, x, size):
    """The output of `model` for x (B, T) or (B, T, D), read `size` steps at a time through a new `Stream`.

    Outputs of every step are put side by side; of those with one vector a row, the last counts. Raises
    ValueError as `Stream` does, and where `size` is below 1.
    """
    if size < 1:
        raise ValueError(f"size must be at least 1 step, got {size}")
    stream = Stream(model, rows=len(x))
    parts = [stream.read(x[:, start : start + size]) for start in range(0, x.shape[1], size)]
    return keras.tree.map_structure(_joined, *parts)


def _joined(*parts):
    return np.concatenate(parts, axis=1) if parts[0].ndim > 2 else parts[-1]


def _check(layer):
    if isinstance(layer, (*_RECURRENT, *_STEPWISE, *_REPLACED)):
        if getattr(layer, "go_backwards", False):
            raise ValueError(
                f"{layer.name} reads backwards: it begins with the last step, which is yet to come"
            )
        if isinstance(layer, encoders.LastState) and layer.bidirectional:
            raise ValueError(f"{layer.name} pools a bidirectional state; build with bidirectional=False")
        return
    if isinstance(layer, (layers.Bidirectional, encoders.ReverseRows)):
        raise ValueError(f"{layer.name} needs the end of the sequence; build with bidirectional=False")
    raise ValueError(
        f"{layer.name} ({type(layer).__name__}) may need what comes later: it cannot be streamed"
    )


class _Masks:
    """Calls layers; recurrent ones get a mask, so that padding in a chunk changes no state."""

    def __init__(self, tokens):
        self.mask = _RealSteps()(encoders.PaddingLast()(tokens))  # as the model's own reads them

    def __call__(self, layer, *args, **kwargs):
        if not isinstance(layer, _RECURRENT):
            return layer(*args, **kwargs)
        states = layer(*args, **{**kwargs, "mask": self.mask})
        if isinstance(states, (list, tuple)):
            return [encoders.WithoutMask()(states[0]), *states[1:]]
        return encoders.WithoutMask()(states)


class _RealSteps(layers.Layer):
    """Where real tokens stand: (B, T) -> (B, T) bool; unlike `LoopMask`, a row may have none."""

    def call(self, tokens):
        return encoders.mask_of(tokens)

    def compute_output_spec(self, tokens):
        return keras.KerasTensor(tokens.shape, "bool")


def _carrying(layer):
    """A copy of `layer` that carries its state from call to call, if it has one."""
    if isinstance(layer, _RECURRENT):
        own = {"stateful": True}
        if not isinstance(layer, layers.SimpleRNN):
            own["use_cudnn"] = False  # it refuses a row whose chunk is padding alone
        return type(layer).from_config({**layer.get_config(), **own})
    carried = _REPLACED.get(type(layer))
    if carried:
        return carried(**layer.get_config())
    return type(layer).from_config(layer.get_config())


def _copy_weights(old, new):
    if isinstance(old, _RECURRENT):
        old, new = old.cell, new.cell
    if not isinstance(new, _Carried):
        new.set_weights(old.get_weights())


class _Carried:
    """What pools over steps: its state, `states`, is the result so far."""

    def reset_state(self):
        for variable, start in zip(self.states, self.starts, strict=True):
            variable.assign(ops.full(variable.shape, start, variable.dtype))

    def _carried(self):
        """The states as tensors: JAX takes no variables."""
        return [ops.convert_to_tensor(variable) for variable in self.states]

    def _carry(self, *values):
        for variable, value in zip(self.states, values, strict=True):
            variable.assign(value)

    def _add_states(self, *shapes_and_starts):
        """Weights (shape, first value) that no optimizer trains."""
        self.starts = [start for _, start in shapes_and_starts]
        self.states = [
            self.add_weight(shape=shape, initializer=keras.initializers.Constant(start), trainable=False)
            for shape, start in shapes_and_starts
        ]


class _CarriedPooling(_Carried, encoders.MaskedPooling):
    """`MaskedPooling` over all chunks: highest, sum and number of the states read so far."""

    def build(self, shapes):
        rows, _, units = shapes[0]
        self._add_states(((rows, units), encoders.LOWEST), ((rows, units), 0.0), ((rows, 1), 0.0))

    def call(self, inputs):
        states, tokens = inputs
        mask = encoders.mask_of(tokens)[:, :, None]
        highest, total, count = self._carried()
        highest = ops.maximum(highest, ops.max(ops.where(mask, states, encoders.LOWEST), axis=1))
        total = total + ops.sum(ops.where(mask, states, 0.0), axis=1)
        count = count + ops.cast(encoders.lengths_of(tokens), count.dtype)[:, None]
        self._carry(highest, total, count)
        parts = []
        if "max" in self.kind:
            parts.append(ops.where(count > 0, highest, 0.0))
        if "mean" in self.kind:
            parts.append(total / ops.maximum(count, 1.0))
        return parts[0] if len(parts) == 1 else ops.concatenate(parts, axis=-1)


class _CarriedLast(_Carried, encoders.LastState):
    """`LastState` over all chunks: that of the last chunk in which the row had a token."""

    def build(self, shapes):
        rows, _, units = shapes[0]
        self._add_states(((rows, units), 0.0))

    def call(self, inputs):
        lengths = encoders.lengths_of(inputs[1])[:, None]
        last = ops.where(lengths > 0, super().call(inputs), *self._carried())
        self._carry(last)
        return last


class _CarriedRows(_Carried, encoders.ZeroEmptyRows):
    """`ZeroEmptyRows` over all chunks: a row is empty as long as it had no token."""

    def build(self, shapes):
        self._add_states(((shapes[0][0], 1), 0.0))

    def call(self, inputs):
        x, tokens = inputs
        (seen,) = self._carried()
        seen = seen + ops.cast(encoders.lengths_of(tokens), seen.dtype)[:, None]
        self._carry(seen)
        return ops.where(seen > 0, x, 0.0)


class _CarriedBigrams(_Carried, encoders.BigramIds):
    """`BigramIds` over all chunks: a chunk's first token makes a pair with the last one before it."""

    def build(self, shape):
        self.starts = [0]
        weight = self.add_weight(shape=(shape[0], 1), dtype="int32", initializer="zeros", trainable=False)
        self.states = [weight]

    def call(self, tokens):
        (before,) = self._carried()
        pairs = super().call(ops.concatenate([ops.cast(before, tokens.dtype), tokens], axis=1))[:, 1:]
        lengths = encoders.lengths_of(tokens)[:, None]
        last = ops.take_along_axis(tokens, ops.maximum(lengths - 1, 0), axis=1)
        self._carry(ops.where(lengths > 0, ops.cast(last, "int32"), before))
        return pairs


_REPLACED = {
    encoders.MaskedPooling: _CarriedPooling,
    encoders.LastState: _CarriedLast,
    encoders.BigramIds: _CarriedBigrams,
    encoders.ZeroEmptyRows: _CarriedRows,
}
