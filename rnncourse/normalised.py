"""An LSTM cell with layer normalisation, for `keras.layers.RNN`: each sum is brought to mean 0, variance 1.

    keras.layers.RNN(LayerNormLSTMCell(64), return_sequences=True)

Batch normalisation would need statistics for every time step, and texts differ in length. Layer
normalisation takes mean and variance over the units of one step of one text, so it knows no batch and is the
same in training and afterwards. It costs time in the loop, and no fused kernel (cuDNN) knows it.
"""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="rnncourse")
class LayerNormLSTMCell(keras.layers.Layer):
    """One step of the LSTM of Ba, Kiros & Hinton (2016), equations 20 to 22, gates in Keras's order i f c o.

        s = LN(x W) + LN(h U) + b                             (B, 4H)
        c' = sigmoid(f) c + sigmoid(i) tanh(g)                (B, H); s = [i f g o]
        h' = sigmoid(o) tanh(LN(c'))

    LN(a) = gamma (a - mean) / sqrt(variance + epsilon) over the last axis: for s over all four gates
    together, for c' with a shift beta besides. Inputs (B, D), states [h, c] (B, H) each. The bias of the
    forget gate begins at 1, the recurrent kernel orthogonal, as in Keras's LSTM. Raises ValueError for
    `units` below 1.
    """

    def __init__(self, units, *, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        if units < 1:
            raise ValueError(f"units must be at least 1, got {units!r}")
        self.units, self.epsilon = units, epsilon
        self.state_size, self.output_size = [units, units], units
        self.norm_input = keras.layers.LayerNormalization(epsilon=epsilon, center=False)
        self.norm_state = keras.layers.LayerNormalization(epsilon=epsilon, center=False)
        self.norm_cell = keras.layers.LayerNormalization(epsilon=epsilon)

    def build(self, input_shape):
        H = self.units
        self.kernel = self.add_weight(
            shape=(input_shape[-1], 4 * H), initializer="glorot_uniform", name="kernel"
        )
        self.recurrent_kernel = self.add_weight(
            shape=(H, 4 * H), initializer="orthogonal", name="recurrent_kernel"
        )
        self.bias = self.add_weight(shape=(4 * H,), initializer=_forget_ones, name="bias")
        for norm, width in ((self.norm_input, 4 * H), (self.norm_state, 4 * H), (self.norm_cell, H)):
            norm.build((None, width))
        self.built = True

    def call(self, inputs, states, training=False):
        h, c = states
        s = self.norm_input(inputs @ self.kernel) + self.norm_state(h @ self.recurrent_kernel) + self.bias
        i, f, g, o = ops.split(s, 4, axis=-1)
        c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
        h = ops.sigmoid(o) * ops.tanh(self.norm_cell(c))
        return h, [h, c]

    def get_initial_state(self, batch_size=None):
        return [ops.zeros((batch_size, self.units), dtype=self.compute_dtype) for _ in range(2)]

    def get_config(self):
        return {**super().get_config(), "units": self.units, "epsilon": self.epsilon}


def _forget_ones(shape, dtype=None):
    """Zeros, ones for the second of four blocks."""
    ones = ops.ones((shape[0] // 4,), dtype=dtype)
    return ops.concatenate([0 * ones, ones, 0 * ones, 0 * ones])
