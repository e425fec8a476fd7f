"""Two directions side by side over a padded batch: the backward one begins at each row's own last token."""

import numpy as np

from rnncourse.cells import simple_rnn, unroll
from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Rows of different lengths, one of them full; what stands at the padding is not zero."""
    drawn = []
    for lengths, steps, features, units in (((2, 3), 3, 2, 3), ((1, 4, 5), 5, 3, 2), ((6, 2, 3, 4), 6, 2, 4)):
        x = rng.normal(0.3, 1, (len(lengths), steps, features)).round(2)
        both = []
        for _ in range(2):
            kernel = rng.normal(0, 0.8, (features, units)).round(2)
            recurrent_kernel = rng.normal(0, 0.8, (units, units)).round(2)
            both.append((kernel, recurrent_kernel, rng.normal(0, 0.8, units).round(2)))
        drawn.append(Case((x, np.array(lengths), *both)))
    return drawn


def _run(x, params):
    return unroll(simple_rnn, x, simple_rnn.Params(*params)).outputs


def reference(x, lengths, forward, backward):
    """Each row on its own, cut to its length."""
    units = len(forward[2])
    states = np.zeros((*x.shape[:2], 2 * units))
    for row, n in enumerate(lengths):
        real = x[row : row + 1, :n]
        states[row, :n, :units] = _run(real, forward)[0]
        states[row, :n, units:] = _run(real[:, ::-1], backward)[0, ::-1]
    return states


def _real(x, lengths):
    return (np.arange(x.shape[1]) < lengths[:, None])[:, :, None]


def _halves(x, lengths, forward, backward):
    return np.split(reference(x, lengths, forward, backward), 2, axis=-1)


def padding_read_first(x, lengths, forward, backward):
    turned = _run(x[:, ::-1], backward)[:, ::-1]
    return np.concatenate([_run(x, forward), turned], axis=-1) * _real(x, lengths)


def backward_not_turned_back(x, lengths, forward, backward):
    there, back = _halves(x, lengths, forward, backward)
    for row, n in zip(back, lengths, strict=True):
        row[:n] = row[:n][::-1].copy()
    return np.concatenate([there, back], axis=-1)


def joined_along_time(x, lengths, forward, backward):
    return np.concatenate(_halves(x, lengths, forward, backward), axis=1)


def added(x, lengths, forward, backward):
    return sum(_halves(x, lengths, forward, backward))


def halves_exchanged(x, lengths, forward, backward):
    return np.concatenate(_halves(x, lengths, forward, backward)[::-1], axis=-1)


def one_set_of_weights(x, lengths, forward, backward):
    return reference(x, lengths, forward, forward)


def padding_not_cleared(x, lengths, forward, backward):
    there, back = _run(x, forward), _run(x, backward)
    for row, n in enumerate(lengths):
        turned = np.concatenate([x[row, :n][::-1], x[row, n:]])
        states = _run(turned[None], backward)[0]
        back[row] = np.concatenate([states[:n][::-1], states[n:]])
    return np.concatenate([there, back], axis=-1)


TASK = Task(
    name="bidirectional_states",
    points=3,
    cases=cases,
    reference=reference,
    hides=("rnncourse.cells", "rnncourse.encoders"),
    mistakes=(
        Mistake(
            "padding_read_first",
            padding_read_first,
            zh="整行一起翻转，填充就到了最前面：反向的循环先读了填充，再读词元。每一行应当只在自己的长度以内翻转。",
            en="Turned as a whole, a row has its padding in front: the backward loop reads that first, then the tokens. "
            "Each row is to be reversed up to its own length only.",
        ),
        Mistake(
            "backward_not_turned_back",
            backward_not_turned_back,
            zh="反向的状态没有翻转回来：第 t 步的两半说的不是同一个词元。",
            en="The backward states are not turned back: the two halves of step t are not about the same token.",
        ),
        Mistake(
            "joined_along_time",
            joined_along_time,
            zh="两个方向接在了时间轴上，步数成了 2T。应当并排放：步数不变，每步的数加倍。",
            en="The directions are joined along time, and there are 2T steps. They belong side by side: as many steps, "
            "twice as many numbers each.",
        ),
        Mistake(
            "added",
            added,
            zh="两个方向加在一起了（Keras 的 merge_mode='sum'）；题目要的是拼接，最后一轴是 2H。",
            en="The directions are added up (Keras's merge_mode='sum'); they are to be concatenated, and the last axis "
            "is 2H.",
        ),
        Mistake(
            "halves_exchanged",
            halves_exchanged,
            zh="两半的次序反了：前一半是正向。",
            en="The halves are exchanged: the forward one comes first.",
        ),
        Mistake(
            "one_set_of_weights",
            one_set_of_weights,
            zh="两个方向用了同一组权重：它们是两个层，各有各的。",
            en="Both directions use one set of weights: they are two layers, each with its own.",
        ),
        Mistake(
            "padding_not_cleared",
            padding_not_cleared,
            zh="真实的时间步都对；填充处还留着循环算出的数，题目要求是 0。",
            en="All real steps are right; at the padding there are still the numbers that the loop computed, where zeros "
            "are asked for.",
        ),
    ),
)
