"""Keras building blocks that read padded tokens: recurrent layers with no mask in the loop, and poolings.

Padding stands at the end of each row (`PaddingLast` sees to it). A recurrent layer is causal, so padding
there never reaches a real step and the loop needs no mask: one thing less that can keep the layer from cuDNN
on a GPU, which takes a mask only for padding at the end and no row without a token. On a processor a mask was
not measurably slower in a small layer (chapter 3.2.1). The backward direction reads each row reversed up to
its own length, so its padding stands at the end, too. What the loop computes on padding is dropped by the
pooling. The exception is an LSTM whose cell state is handed over: see `encode_with_state`.
"""

import keras
from keras import layers, ops

CELLS = {"simple_rnn": layers.SimpleRNN, "lstm": layers.LSTM, "gru": layers.GRU}
POOLINGS = ("max", "mean", "max_mean", "last")
LOWEST = -1e4  # below every state, and within float16
_register = keras.saving.register_keras_serializable(package="rnncourse")


def encode(x, tokens, *, cell, units, bidirectional=True, recurrent_dropout=0.0, names=(None, None)):
    """One recurrent layer over x (B, T, D): states (B, T, H), or (B, T, 2H) if bidirectional.

    `tokens` (B, T) show where the padding is: at the end of each row. `cell` is "simple_rnn", "lstm" or
    "gru". The second half of a bidirectional state has read the row from its last token back to this one.
    `names` are those of the forward and the backward Keras layer.
    """

    def loop(name):
        return CELLS[cell](units, return_sequences=True, recurrent_dropout=recurrent_dropout, name=name)

    forward = loop(names[0])(x)
    if not bidirectional:
        return forward
    backward = ReverseRows()([loop(names[1])(ReverseRows()([x, tokens])), tokens])
    return layers.Concatenate()([forward, backward])


def encode_with_state(
    x, tokens, *, cell, units, bidirectional=True, recurrent_dropout=0.0, names=(None, None)
):
    """`encode`, and the state after the last token: [states (B, T, H), hidden (B, H)], 2H if bidirectional.

    An LSTM adds its cell state, of the same shape as `hidden`. No output holds it step by step, so its loop
    takes the mask, which carries it over the padding.
    """
    sizes = {"units": units, "recurrent_dropout": recurrent_dropout}
    if cell != "lstm":
        states = encode(x, tokens, cell=cell, bidirectional=bidirectional, names=names, **sizes)
        return [states, pool(states, tokens, kind="last", bidirectional=bidirectional)]
    forward = _lstm_with_state(x, tokens, name=names[0], **sizes)
    if not bidirectional:
        return forward
    backward, *ends = _lstm_with_state(ReverseRows()([x, tokens]), tokens, name=names[1], **sizes)
    pairs = zip(forward, [ReverseRows()([backward, tokens]), *ends], strict=True)
    return [layers.Concatenate()([one, other]) for one, other in pairs]


def _lstm_with_state(x, tokens, **sizes):
    states, *ends = CELLS["lstm"](return_sequences=True, return_state=True, **sizes)(
        x, mask=LoopMask()(tokens)
    )
    return [WithoutMask()(states), *(ZeroEmptyRows()([end, tokens]) for end in ends)]


def pool(states, tokens, *, kind, bidirectional=True):
    """One vector a row: states (B, T, H) -> (B, H), or (B, 2H) for kind "max_mean"; zeros without any token.

    `kind` is "max", "mean", "max_mean" (both) or "last": the state read last, which for the backward half of
    a bidirectional state stands at the first token.
    """
    layer = LastState(bidirectional) if kind == "last" else MaskedPooling(kind)
    return layer([states, tokens])


def mask_of(tokens):
    """Where real tokens stand: (B, T) whole numbers, 0 is padding -> (B, T) bool."""
    return ops.not_equal(tokens, 0)


def lengths_of(tokens):
    """The number of real tokens in each row: (B, T) -> (B,) int32."""
    return ops.sum(ops.cast(mask_of(tokens), "int32"), axis=1)


@_register
class PaddingLast(layers.Layer):
    """Move the padding of each row behind its tokens, wherever it stood: (B, T) -> (B, T)."""

    def call(self, tokens):
        steps = ops.shape(tokens)[1]
        place = ops.arange(steps) + ops.where(mask_of(tokens), 0, steps)
        return ops.take_along_axis(tokens, ops.argsort(place, axis=1), axis=1)

    def compute_output_spec(self, tokens):
        return keras.KerasTensor(tokens.shape, tokens.dtype)


@_register
class PaddingBack(layers.Layer):
    """Undo `PaddingLast` for states: [states (B, T, H), tokens as they were (B, T)] -> (B, T, H).

    Each state goes back to the place of its token; zeros stand at the padding.
    """

    def call(self, inputs):
        states, tokens = inputs
        batch, steps = ops.shape(tokens)
        mask = mask_of(tokens)
        rank = ops.cumsum(ops.cast(mask, "int32"), axis=1) - 1  # the place of each token among the real ones
        rows = ops.maximum(rank, 0) + steps * ops.arange(batch)[:, None]
        placed = ops.take(ops.reshape(states, (-1, states.shape[-1])), rows, axis=0)
        return ops.where(mask[:, :, None], placed, 0.0)

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs[0].shape, inputs[0].dtype)


@_register
class LoopMask(layers.Layer):
    """The mask of a recurrent layer: where real tokens stand, and the first step: (B, T) -> (B, T) bool.

    A row of padding alone has its first step read, since cuDNN refuses a row without any.
    """

    def call(self, tokens):
        return ops.logical_or(mask_of(tokens), ops.arange(ops.shape(tokens)[1]) == 0)

    def compute_output_spec(self, tokens):
        return keras.KerasTensor(tokens.shape, "bool")


@_register
class ZeroEmptyRows(layers.Layer):
    """Zeros for rows without a token: [x (B, H), tokens (B, T)] -> (B, H)."""

    def call(self, inputs):
        x, tokens = inputs
        return ops.where(lengths_of(tokens)[:, None] > 0, x, 0.0)

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs[0].shape, inputs[0].dtype)


@_register
class WithoutMask(layers.Layer):
    """What it gets, without the mask that Keras has attached to it, which a loss would use."""

    def call(self, x):
        return x + 0  # another tensor: the mask is an attribute of the one that came

    def compute_mask(self, x, previous_mask):
        return None

    def compute_output_spec(self, x):
        return keras.KerasTensor(x.shape, x.dtype)


@_register
class BigramIds(layers.Layer):
    """The bucket of each pair of neighbours: tokens (B, T) -> (B, T), 1 to buckets - 1, and 0 for padding.

    The pair ends at the token. Buckets come from hashing, so two pairs may share one: the more, the fewer do.
    """

    def __init__(self, buckets, **kwargs):
        super().__init__(**kwargs)
        self.buckets = buckets

    def call(self, tokens):
        before = ops.pad(tokens[:, :-1], [[0, 0], [1, 0]])
        bucket = (tokens * 31337 + before * 7919) % (self.buckets - 1) + 1
        return ops.where(mask_of(tokens), bucket, 0)

    def compute_output_spec(self, tokens):
        return keras.KerasTensor(tokens.shape, tokens.dtype)

    def get_config(self):
        return {**super().get_config(), "buckets": self.buckets}


@_register
class ZeroPadding(layers.Layer):
    """Zeros on the padding: [x (B, T, D), tokens (B, T)] -> (B, T, D)."""

    def call(self, inputs):
        x, tokens = inputs
        return ops.where(mask_of(tokens)[:, :, None], x, 0.0)

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs[0].shape, inputs[0].dtype)


@_register
class AttentionMask(layers.Layer):
    """Which steps every step may look at, the real ones: tokens (B, T) -> (B, 1, T) bool."""

    def call(self, tokens):
        return mask_of(tokens)[:, None, :]

    def compute_output_spec(self, tokens):
        return keras.KerasTensor((tokens.shape[0], 1, tokens.shape[1]), "bool")


@_register
class AddPositions(layers.Layer):
    """sqrt(D) x, plus sines and cosines that tell the position: (B, T, D) -> (B, T, D).

    Feature i < ceil(D / 2) is sin(t w_i) with w_i from 1 down to 1 / 10,000, the others are cosines. Vaswani
    et al. (2017), section 3.5, with the sines before the cosines instead of in turn.
    """

    def call(self, x):
        steps, size = ops.shape(x)[1], x.shape[-1]
        waves = (size + 1) // 2
        rate = ops.exp(ops.arange(waves, dtype=x.dtype) * (-9.2103404 / max(1, waves - 1)))  # ln 10,000
        angle = ops.cast(ops.arange(steps), x.dtype)[:, None] * rate  # (T, waves)
        table = ops.concatenate([ops.sin(angle), ops.cos(angle)], axis=-1)[:, :size]
        return size**0.5 * x + table

    def compute_output_spec(self, x):
        return keras.KerasTensor(x.shape, x.dtype)


@_register
class ReverseRows(layers.Layer):
    """Reverse each row up to its own length: [x (B, T, D), tokens (B, T)] -> (B, T, D)."""

    def call(self, inputs):
        x, tokens = inputs
        batch, steps = ops.shape(tokens)
        step, length = ops.arange(steps), lengths_of(tokens)[:, None]
        source = ops.where(step < length, length - 1 - step, step)  # (B, T)
        # A gather of rows from (B * T, D): take_along_axis makes a training step a third slower.
        return ops.take(
            ops.reshape(x, (-1, x.shape[-1])), source + steps * ops.arange(batch)[:, None], axis=0
        )

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs[0].shape, inputs[0].dtype)


@_register
class MaskedPooling(layers.Layer):
    """The states at real tokens in one vector: [(B, T, H), tokens (B, T)] -> (B, H); see `pool`."""

    def __init__(self, kind, **kwargs):
        super().__init__(**kwargs)
        self.kind = kind

    def call(self, inputs):
        states, tokens = inputs
        mask = mask_of(tokens)[:, :, None]
        length = ops.cast(lengths_of(tokens), states.dtype)[:, None]
        parts = []
        if "max" in self.kind:
            highest = ops.max(ops.where(mask, states, LOWEST), axis=1)
            parts.append(ops.where(length > 0, highest, 0.0))
        if "mean" in self.kind:
            parts.append(ops.sum(ops.where(mask, states, 0.0), axis=1) / ops.maximum(length, 1.0))
        return parts[0] if len(parts) == 1 else ops.concatenate(parts, axis=-1)

    def compute_output_spec(self, inputs):
        states = inputs[0]
        width = states.shape[-1] * (2 if self.kind == "max_mean" else 1)
        return keras.KerasTensor((states.shape[0], width), states.dtype)

    def get_config(self):
        return {**super().get_config(), "kind": self.kind}


@_register
class LastState(layers.Layer):
    """The state that was read last: [(B, T, H), tokens (B, T)] -> (B, H); see `pool`."""

    def __init__(self, bidirectional, **kwargs):
        super().__init__(**kwargs)
        self.bidirectional = bidirectional

    def call(self, inputs):
        states, tokens = inputs
        lengths = lengths_of(tokens)[:, None]
        last = ops.take_along_axis(states, ops.maximum(lengths - 1, 0)[:, :, None], axis=1)[:, 0]
        if self.bidirectional:
            half = states.shape[-1] // 2
            last = ops.concatenate([last[:, :half], states[:, 0, half:]], axis=-1)
        return ops.where(lengths > 0, last, 0.0)

    def compute_output_spec(self, inputs):
        states = inputs[0]
        return keras.KerasTensor((states.shape[0], states.shape[-1]), states.dtype)

    def get_config(self):
        return {**super().get_config(), "bidirectional": self.bidirectional}
