"""Gradual pruning: the sparsity grows while the model trains, fast at first and slower towards the end.

    callback = gradual_pruning(model, 0.9, begin=100, end=600)
    training.fit(model, train, validation, callbacks=[callback])

The network has time to make up for each weight it loses. Zhu & Gupta (2017), 'To prune, or not to prune'.
"""

import numpy as np

from rnncourse.compression.pruning import apply_masks, prunable, prune


def cubic_sparsity(step, *, begin, end, final, initial=0.0):
    """The share of zeros due at a training step: `initial` up to `begin`, `final` from `end` on.

    Between them final + (initial - final) (1 - (step - begin) / (end - begin))^3: steep at first, when many
    weights can be spared. `step`: a number or an array. Raises ValueError unless begin < end and both shares
    lie in [0, 1]. Zhu & Gupta (2017), equation 1.
    """
    if not begin < end:
        raise ValueError(f"pruning must end after it begins, got begin={begin!r} and end={end!r}")
    if not (0 <= initial <= 1 and 0 <= final <= 1):
        raise ValueError(f"both shares must lie in [0, 1], got initial={initial!r} and final={final!r}")
    left = 1 - np.clip((np.asarray(step) - begin) / (end - begin), 0, 1)
    return final + (initial - final) * left**3


def gradual_pruning(model, final, *, begin, end, initial=0.0, every=10, gates=None):
    """A callback that prunes `model` to the share `final` of zeros between two training steps.

    Every `every` steps it takes the weights of smallest absolute value anew, as many as `cubic_sparsity`
    says, so a weight that was dropped early and has grown since may come back; from `end` on the masks stay.
    After each step the dropped weights are set to 0 again. Steps count from 1, and go on in the next call of
    `fit`. `gates` as in `prune`. The callback's `masks` are those in force (None before `begin`), to go on
    with in `keep_masks`; `history` is a list of (step, share of zeros that was asked for). Raises ValueError
    as `cubic_sparsity` and `prune` do, and for `every` below 1.

    Between two choices a dropped weight still moves by each step's update before it is set to 0 again, so
    what brings it back is the size of one update: this is rare. Early stopping may go back to an epoch before
    `end`: give it a `start_from_epoch`, or look at `sparsity_of` afterwards.
    """
    import keras

    cubic_sparsity(0, begin=begin, end=end, final=final, initial=initial)
    if every < 1:
        raise ValueError(f"every must be at least 1 step, got {every!r}")
    prunable(model)  # a model without recurrent layers is refused now, not in the middle of training

    class GradualPruning(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.step, self.masks, self.history = 0, None, []

        def on_train_batch_end(self, batch, logs=None):
            self.step += 1
            due = self.step == end or (self.step - begin) % every == 0
            if begin <= self.step <= end and due:
                share = float(cubic_sparsity(self.step, begin=begin, end=end, final=final, initial=initial))
                self.masks = prune(model, share, gates=gates)
                self.history.append((self.step, share))
            elif self.masks is not None:
                apply_masks(model, self.masks)

    return GradualPruning()
