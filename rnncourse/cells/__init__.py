"""Recurrent cells in NumPy, to be read: one step forward, one step back, and the loop over time.

    from rnncourse.cells import lstm, unroll, bptt

    params = lstm.Params(*layer.get_weights())        # a Keras layer's own weights, in Keras's order
    run = unroll(lstm, x, params)                     # x (B, T, D) -> run.outputs (B, T, H), run.state
    gradients = bptt(run, d_outputs)                  # d loss / d outputs (B, T, H) -> .params, .x, .state

`simple_rnn`, `lstm` and `gru` have the same names: `State`, `Params`, `Trace`, `step`, `backward_step`.
Letters of shapes: B batch, T time steps, D features, H units. Conventions are Keras's: gates of the LSTM in
the order i f c o, of the GRU in the order z r h; the GRU's new hidden state is z * old + (1 - z) * candidate.
"""

from rnncourse.cells import gru, lstm, simple_rnn
from rnncourse.cells.initial import chrono_bias, initial_params, orthogonal, spectral_radius
from rnncourse.cells.numeric import numeric_gradient, relative_error
from rnncourse.cells.unrolled import Gradients, Unrolled, bptt, unroll

__all__ = [
    "Gradients",
    "Unrolled",
    "bptt",
    "chrono_bias",
    "gru",
    "initial_params",
    "lstm",
    "numeric_gradient",
    "orthogonal",
    "relative_error",
    "simple_rnn",
    "spectral_radius",
    "unroll",
]
