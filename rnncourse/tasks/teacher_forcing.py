"""What a decoder reads and what it must answer in training: the same tokens, shifted by one."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task
from rnncourse.text import pad


def cases(rng):
    """Batches whose answers have different lengths; `start` and `end` are 1 and 2, or two other ids."""
    drawn = [Case(([np.array([5, 6, 7]), np.array([8])], 1, 2))]
    for size in (3, 4):
        start, end = rng.choice(np.arange(1, 20), 2, replace=False).tolist()
        lengths = rng.permutation(np.arange(1, size + 1)) + 1
        answers = [rng.integers(20, 60, n) for n in lengths]
        drawn.append(Case((answers, start, end)))
    return drawn


def reference(answers, start, end):
    return pad([np.r_[start, a] for a in answers]), pad([np.r_[a, end] for a in answers])


def target_not_shifted(answers, start, end):
    inputs, _ = reference(answers, start, end)
    return inputs, inputs.copy()


def shifted_the_wrong_way(answers, start, end):
    return reference(answers, start, end)[::-1]


def end_missing(answers, start, end):
    inputs, targets = reference(answers, start, end)
    return inputs, np.where(targets == end, 0, targets)


def start_in_the_target(answers, start, end):
    targets = pad([np.r_[start, a, end] for a in answers])
    return pad([np.r_[start, a] for a in answers], length=targets.shape[1]), targets


def end_behind_the_padding(answers, start, end):
    inputs, targets = reference(answers, start, end)
    targets = np.where(targets == end, 0, targets)
    targets[:, -1] = end
    return inputs, targets


def padding_in_front(answers, start, end):
    inputs = pad([np.r_[start, a] for a in answers], side="pre")
    return inputs, pad([np.r_[a, end] for a in answers], side="pre")


TASK = Task(
    name="teacher_forcing",
    points=2,
    cases=cases,
    reference=reference,
    mistakes=(
        Mistake(
            "target_not_shifted",
            target_not_shifted,
            zh="目标没有错开：它和输入一样，解码器照抄眼前的词元就能得满分，什么也学不到。第 n 步该猜的是下一个词元。",
            en="The target is not shifted: it equals the input, so copying the token at hand earns full marks and "
            "nothing is learned. Step n must guess the next token.",
        ),
        Mistake(
            "shifted_the_wrong_way",
            shifted_the_wrong_way,
            zh="错开的方向反了：解码器读到的是未来，要猜的是过去。起始词元应在输入里，结束词元应在目标里。",
            en="The shift goes the wrong way: the decoder reads the future and guesses the past. The start token "
            "belongs into the input, the end token into the target.",
        ),
        Mistake(
            "end_missing",
            end_missing,
            zh="目标里没有结束词元：解码器永远学不会停下来。",
            en="The target has no end token: the decoder will never learn to stop.",
        ),
        Mistake(
            "start_in_the_target",
            start_in_the_target,
            zh="目标里多了起始词元：起始词元是给解码器读的，不必猜；这样一来，两行也不再错开。",
            en="The target has the start token in it: that is for the decoder to read, not to guess, and with it "
            "the two rows are no longer shifted.",
        ),
        Mistake(
            "end_behind_the_padding",
            end_behind_the_padding,
            zh="结束词元放到了整行的最后，隔着填充。它应当紧跟在各行自己的最后一个词元之后：先加，再填充。",
            en="The end token stands at the end of the row, behind the padding. It should follow each row's own "
            "last token: add first, then pad.",
        ),
        Mistake(
            "padding_in_front",
            padding_in_front,
            zh="填充在前面了：解码器的第一步应当读起始词元，请在后面填充。",
            en="The padding is in front: the decoder's first step should read the start token, so pad behind.",
        ),
    ),
)
