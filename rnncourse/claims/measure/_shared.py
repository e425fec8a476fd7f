"""What the measurements share: sizes, a seed, the three cells in NumPy beside Keras's layers."""

from dataclasses import dataclass

import numpy as np
from keras import layers

from rnncourse import cells
from rnncourse.cells import gru, lstm, simple_rnn, unrolled

B, T, D, H = 4, 12, 3, 5
KINDS = {layers.SimpleRNN: simple_rnn, layers.LSTM: lstm, layers.GRU: gru}


@dataclass(frozen=True)
class Measured:
    """What was found here: a `verdict`, None where the measurement does not decide, and its `figure`."""

    verdict: str
    figure: str


def new_rng():
    return np.random.default_rng(0)


def sequences(*shape):
    return new_rng().normal(size=shape).astype("float32")


def with_params(layer, cell):
    """Give `layer` weights drawn in NumPy; returns them as the cell's Params."""
    params = cells.initial_params(cell, D, H, new_rng(), dtype="float32")
    layer.build((None, None, D))
    layer.set_weights(params)
    return params


def loop_errors():
    """{name: largest difference between a Keras layer and the loop in NumPy}."""
    x, errors = sequences(B, T, D), {}
    for kind, cell in KINDS.items():
        layer = kind(H, return_sequences=True)
        by_loop = unrolled.unroll(cell, x, with_params(layer, cell)).outputs
        errors[kind.__name__] = float(np.abs(np.asarray(layer(x)) - by_loop).max())
    return errors


def states_of(kind):
    """How many states a layer hands on."""
    return len(kind(H, return_state=True)(sequences(B, T, D))) - 1
