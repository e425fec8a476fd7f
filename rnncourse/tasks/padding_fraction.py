"""How much of the computation goes into padding."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task
from rnncourse.text import PADDING, pad


def cases(rng):
    """Batches of different sizes and shapes, so that a mean over batches is not the whole's."""
    drawn = [Case((np.array([4, 1, 2]), [[0, 1], [2]]))]
    for count, cuts in ((6, (1, 4)), (10, (2, 3, 7)), (25, (9, 12))):
        lengths = rng.integers(1, 12, count)
        batches = [part.tolist() for part in np.split(rng.permutation(count), cuts)]
        drawn.append(Case((lengths, batches)))
    return drawn


def reference(lengths, batches):
    padded = [pad([np.full(lengths[i], PADDING + 1) for i in batch]) for batch in batches]
    return float(np.mean(np.concatenate([batch.ravel() for batch in padded]) == PADDING))


def mean_of_the_batches(lengths, batches):
    return float(np.mean([reference(lengths, [batch]) for batch in batches]))


def share_of_real_steps(lengths, batches):
    return 1 - reference(lengths, batches)


def one_width_for_all(lengths, batches):
    return float(1 - np.mean(lengths) / np.max(lengths))


def relative_to_real_steps(lengths, batches):
    share = reference(lengths, batches)
    return share / (1 - share)


TASK = Task(
    name="padding_fraction",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.text",),
    mistakes=(
        Mistake(
            "mean_of_the_batches",
            mean_of_the_batches,
            zh="你先算了每一批的占比，再对各批求平均：一个小批和一个大批就同样重了。请先把填充数和位置数分"
            "别加起来，最后只除一次。",
            en="You take the share in every batch and then the mean over batches: a small batch weighs as "
            "much as a large one. Add up padding and places first, divide once at the end.",
        ),
        Mistake(
            "share_of_real_steps",
            share_of_real_steps,
            zh="这是真实词元的占比；题目问的是另一部分，即填充的占比。",
            en="This is the share of real tokens; the other part is asked for, the share of padding.",
        ),
        Mistake(
            "one_width_for_all",
            one_width_for_all,
            zh="所有批都按全体最长的序列计算了宽度。每一批只需补到它自己最长的序列那么长，分桶省下的正是这"
            "一部分。",
            en="Every batch is taken to be as wide as the longest sequence of all. Each is padded to its "
            "own longest only: that is what bucketing saves.",
        ),
        Mistake(
            "relative_to_real_steps",
            relative_to_real_steps,
            zh="分母用了真实词元的个数；占比的分母应是这一批的全部位置，即行数乘以宽度。",
            en="You divide by the number of real tokens. A share has all places below the line: rows "
            "times width.",
        ),
    ),
)
