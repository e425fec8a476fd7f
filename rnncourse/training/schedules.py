"""Learning rates that change from step to step."""

import keras


def warm_cosine(learning_rate, steps, epochs):
    """Rise to `learning_rate` in the first half epoch of `steps` steps, then fall to 0 along a cosine.

    A schedule for Keras's optimizers over steps * epochs steps; with one step an epoch, the rate itself.
    """
    if steps == 1:
        return learning_rate
    return keras.optimizers.schedules.CosineDecay(
        0.0, steps * epochs - steps // 2, warmup_target=learning_rate, warmup_steps=steps // 2
    )
