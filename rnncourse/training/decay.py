"""Adam with decoupled weight decay: each step also takes a share of a weight away, apart from the gradient.

    w <- w - rate * (m / (sqrt(v) + eps) + decay * w)           Adam's m, v know nothing of the decay

With Adam, a penalty decay * |w|^2 / 2 in the loss is something else: its gradient is divided by sqrt(v) as
all gradients are, so weights with large gradients decay least. Loshchilov & Hutter (2019), 'Decoupled weight
decay regularization'.
"""

import keras

from rnncourse.arguments import check_not_negative

SPARED = ("bias", "gamma", "beta")  # biases, and the scale and shift of normalisations


def adam(model, learning_rate, *, weight_decay=0.0, clipnorm=1.0):
    """Adam for `model`; with `weight_decay` above 0 AdamW, which spares biases and normalisations.

    They are few, fit no noise, and their place is not around 0: the forget gate's bias begins at 1. Kernels,
    recurrent kernels and embeddings decay; of an embedding all rows at each step, those of tokens that did
    not occur, too. `learning_rate`: a number or a schedule. `clipnorm` bounds the norm of all gradients
    together. Raises ValueError for a decay below 0.
    """
    check_not_negative(weight_decay=weight_decay)
    if not weight_decay:
        return keras.optimizers.Adam(learning_rate, global_clipnorm=clipnorm)
    optimizer = keras.optimizers.AdamW(learning_rate, weight_decay=weight_decay, global_clipnorm=clipnorm)
    spared = [variable for variable in model.trainable_variables if variable.name in SPARED]
    optimizer.exclude_from_weight_decay(var_list=spared)
    return optimizer
