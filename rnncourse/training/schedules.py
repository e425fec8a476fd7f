"""Learning rates that change from step to step: Keras schedules, for any of its optimizers.

    keras.optimizers.Adam(one_cycle(4e-3, steps=600))
    training.fit(model, ..., learning_rate=4e-3, schedule="one_cycle")

`rates_of` gives a schedule as an array, to look at.
"""

import keras
import numpy as np
from keras import ops

from rnncourse.arguments import check_counts, check_positive

SCHEDULES = ("cosine", "one_cycle", "linear", "constant")


def schedule_of(name, learning_rate, steps, epochs):
    """The schedule `name`, one of SCHEDULES, with highest rate `learning_rate` over steps * epochs steps.

    "cosine" is `warm_cosine`, "one_cycle" `one_cycle`; "linear" and "constant" rise in the first half epoch,
    then fall to 0 in a straight line or stay (`fit_translator` knows a "constant" without that rise). Raises
    ValueError for another name.
    """
    if name not in SCHEDULES:
        raise ValueError(f"schedule must be one of {', '.join(SCHEDULES)}, got {name!r}")
    if name == "cosine":
        return warm_cosine(learning_rate, steps, epochs)
    if name == "one_cycle":
        return one_cycle(learning_rate, steps * epochs)
    end = learning_rate if name == "constant" else 0.0
    warm = steps // 2
    return PiecewiseLinear([0, warm, max(warm + 1, steps * epochs)], [0.0, learning_rate, end])


def warm_cosine(learning_rate, steps, epochs):
    """Rise to `learning_rate` in the first half epoch of `steps` steps, then fall to 0 along a cosine.

    A schedule for Keras's optimizers over steps * epochs steps; with one step an epoch, the rate itself.
    """
    if steps == 1:
        return learning_rate
    return keras.optimizers.schedules.CosineDecay(
        0.0, steps * epochs - steps // 2, warmup_target=learning_rate, warmup_steps=steps // 2
    )


def one_cycle(highest, steps, *, rise=0.45, fall=0.45, first=0.1, last=0.001):
    """One cycle of the learning rate over `steps` steps, in straight lines.

    From first * highest up to `highest` in the share `rise` of the steps, down again in the share `fall`, and
    in what is left to last * highest, far below where it began. Take `highest` from the range test, a little
    below where the loss diverges. The large rate in the middle acts as regularisation, so the other kinds
    (dropout, weight decay) may be weaker. The authors let the momentum of SGD fall while the rate rises; here
    it stays. Smith & Topin (2018), 'Super-convergence'; Smith (2018).

    Raises ValueError for less than a step, shares that leave nothing for the end, and rates that are not
    above 0.
    """
    check_positive(highest=highest, rise=rise, fall=fall, first=first, last=last)
    check_counts(steps=steps)
    if rise + fall >= 1:
        raise ValueError(f"rise + fall must be below 1, to leave some steps for the end; got {rise} + {fall}")
    places = [0, rise * steps, (rise + fall) * steps, steps]
    return PiecewiseLinear(places, [first * highest, highest, first * highest, last * highest])


@keras.saving.register_keras_serializable(package="rnncourse")
class PiecewiseLinear(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate along straight lines between (places[i], rates[i]); constant before and after.

    `places`: training steps, none smaller than the one before; where two are equal the rate jumps. Raises
    ValueError for lists of different lengths, places that fall and rates below 0.
    """

    def __init__(self, places, rates):
        super().__init__()
        self.places, self.rates = [float(p) for p in places], [float(r) for r in rates]
        if len(self.places) != len(self.rates) or len(self.places) < 2:
            raise ValueError(f"give as many rates as places, at least 2; got {len(rates)} and {len(places)}")
        if sorted(self.places) != self.places or min(self.rates) < 0:
            raise ValueError(f"places must not fall, rates must not be below 0; got {places} and {rates}")

    def __call__(self, step):
        step = ops.cast(step, "float32")
        rate = self.rates[0]
        for i in range(1, len(self.places)):
            width = self.places[i] - self.places[i - 1]
            way = ops.clip((step - self.places[i - 1]) / width, 0.0, 1.0) if width else step >= self.places[i]
            rate = rate + ops.cast(way, "float32") * (self.rates[i] - self.rates[i - 1])
        return ops.maximum(rate, 0.0)  # the sum may end a rounding below

    def get_config(self):
        return {"places": self.places, "rates": self.rates}


def rates_of(schedule, steps):
    """The learning rates of the first `steps` training steps, (steps,): of a schedule or a number."""
    check_counts(steps=steps)
    if not callable(schedule):
        return np.full(steps, float(schedule))
    return np.array([float(schedule(step)) for step in range(steps)])
