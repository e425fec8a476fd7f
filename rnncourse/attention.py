"""Attention of a decoder over an encoder's states: masked weights, and the mean of the states by them."""

import keras
from keras import layers, ops

from rnncourse.arguments import check_choice
from rnncourse.encoders import mask_of

SCORES = ("additive", "general", "dot")


@keras.saving.register_keras_serializable(package="rnncourse")
class Attention(layers.Layer):
    """Look at states: [query, states, tokens] -> (context (B, N, K), weights (B, N, T)).

    `query` (B, N, H): N decoder states; `states` (B, T, K): the encoder's; `tokens` (B, T): 0 where there is
    padding, which gets the weight 0. The weights over a row's real tokens sum to 1; a row of padding alone
    gets weights and a context of zeros. The scores, a softmax over T, and the mean of the states by its
    weights:

        "additive"   v · tanh(W query + U states + b)    Bahdanau et al. (2015); `units` wide (default: H)
        "general"    query · W states                    Luong et al. (2015)
        "dot"        query · states                      Luong et al. (2015); H and K must be equal

    Raises ValueError for another `score`, for units below 1, and for "dot" where H and K differ.
    """

    def __init__(self, score="additive", units=None, **kwargs):
        super().__init__(**kwargs)
        check_choice("score", score, SCORES)
        if units is not None and units < 1:
            raise ValueError(f"units must be at least 1, got {units!r}")
        self.score, self.units = score, units

    def build(self, shapes):
        query, states = shapes[0][-1], shapes[1][-1]
        if self.score == "dot" and query != states:
            raise ValueError(
                f'score "dot" needs query and states of one width, got {query} and {states}; take "general"'
            )
        width = self.units or query
        if self.score == "additive":
            self.query_kernel = self.add_weight(shape=(query, width), name="query_kernel")
            self.states_kernel = self.add_weight(shape=(states, width), name="states_kernel")
            self.bias = self.add_weight(shape=(width,), initializer="zeros", name="bias")
            self.scale = self.add_weight(shape=(width, 1), name="scale")
        if self.score == "general":
            self.states_kernel = self.add_weight(shape=(states, query), name="states_kernel")

    def call(self, inputs):
        query, states, tokens = inputs
        scores = self._scores(query, states)
        weights = masked_softmax(scores, mask_of(tokens)[:, None, :])
        return ops.matmul(weights, states), weights

    def _scores(self, query, states):
        """(B, N, T)."""
        if self.score == "dot":
            return ops.matmul(query, ops.swapaxes(states, 1, 2))
        keys = ops.matmul(states, self.states_kernel)
        if self.score == "general":
            return ops.matmul(query, ops.swapaxes(keys, 1, 2))
        asked = ops.matmul(query, self.query_kernel) + self.bias
        return ops.matmul(ops.tanh(asked[:, :, None] + keys[:, None]), self.scale)[..., 0]

    def compute_output_spec(self, inputs):
        query, states, _ = inputs
        batch, written, read = query.shape[0], query.shape[1], states.shape[1]
        return (
            keras.KerasTensor((batch, written, states.shape[-1]), query.dtype),
            keras.KerasTensor((batch, written, read), query.dtype),
        )

    def get_config(self):
        return {**super().get_config(), "score": self.score, "units": self.units}


def masked_softmax(scores, mask):
    """Softmax over the last axis where `mask` holds, else 0; zeros where it holds nowhere."""
    highest = ops.max(ops.where(mask, scores, -1e9), axis=-1, keepdims=True)
    weights = ops.where(mask, ops.exp(ops.minimum(scores - ops.stop_gradient(highest), 0.0)), 0.0)
    return weights / ops.maximum(ops.sum(weights, axis=-1, keepdims=True), 1e-9)
