"""The largest value of every unit over a sequence that comes in chunks."""

import numpy as np

from rnncourse.cells import simple_rnn, unroll
from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Chunks of several lengths, one step among them; the first unit is below 0 all the time."""
    drawn = []
    for batch, lengths, features, units in ((1, (2, 2), 2, 2), (2, (3, 1, 2), 3, 3), (3, (1, 4, 2, 3), 2, 4)):
        kernel = rng.normal(0, 0.8, (features, units)).round(2)
        recurrent_kernel = rng.normal(0, 0.8, (units, units)).round(2)
        bias = rng.normal(0, 0.5, units).round(2)
        kernel[:, 0], recurrent_kernel[:, 0], bias[0] = kernel[:, 0] * 0.1, recurrent_kernel[:, 0] * 0.1, -0.9
        chunks = [rng.normal(0, 1, (batch, length, features)).clip(-2, 2).round(2) for length in lengths]
        drawn.append(Case((chunks, kernel, recurrent_kernel, bias)))
    return drawn


def _states(chunks, params):
    """All hidden states (B, T, H), with the whole sequence at once."""
    return unroll(simple_rnn, np.concatenate(chunks, axis=1), simple_rnn.Params(*params)).outputs


def _ends(chunks):
    return np.cumsum([chunk.shape[1] for chunk in chunks])


def reference(chunks, kernel, recurrent_kernel, bias):
    return _states(chunks, (kernel, recurrent_kernel, bias)).max(axis=1)


def state_forgotten(chunks, *params):
    return np.max([reference([chunk], *params) for chunk in chunks], axis=0)


def last_chunk_alone(chunks, *params):
    return _states(chunks, params)[:, -chunks[-1].shape[1] :].max(axis=1)


def starts_at_zero(chunks, *params):
    return np.maximum(0, reference(chunks, *params))


def end_states_alone(chunks, *params):
    return _states(chunks, params)[:, _ends(chunks) - 1].max(axis=1)


def last_state(chunks, *params):
    return _states(chunks, params)[:, -1]


def mean_of_the_chunks(chunks, *params):
    parts = np.split(_states(chunks, params), _ends(chunks)[:-1], axis=1)
    return np.mean([part.max(axis=1) for part in parts], axis=0)


def carries_the_maximum(chunks, kernel, recurrent_kernel, bias):
    best = state = np.zeros((len(chunks[0]), len(bias)))
    for number, chunk in enumerate(chunks):
        params = simple_rnn.Params(kernel, recurrent_kernel, bias)
        found = unroll(simple_rnn, chunk, params, state=simple_rnn.State(state)).outputs.max(axis=1)
        best = state = np.maximum(best, found) if number else found
    return best


def over_the_batch(chunks, *params):
    return _states(chunks, params).max(axis=0)


TASK = Task(
    name="stream_max",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.cells", "rnncourse.scalability"),
    mistakes=(
        Mistake(
            "state_forgotten",
            state_forgotten,
            zh="每一段都从零状态开始：前面读过的都忘了。上一段的末态要带到下一段。",
            en="Every chunk begins with zeros: what was read before is forgotten. The last state of a chunk has to "
            "go on into the next.",
        ),
        Mistake(
            "last_chunk_alone",
            last_chunk_alone,
            zh="这是最后一段里的最大值；前面各段的最大值也要带着走。",
            en="This is the largest value within the last chunk; that of the earlier ones has to be carried along, "
            "too.",
        ),
        Mistake(
            "starts_at_zero",
            starts_at_zero,
            zh="最大值从 0 开始比，于是总是负的单元得到了一个从未出现过的 0。该从什么数开始？",
            en="The comparison begins at 0, so a unit that is negative all the time gets a 0 that never occurred. "
            "With which number should it begin?",
        ),
        Mistake(
            "end_states_alone",
            end_states_alone,
            zh="只比了各段的末态；一段中间的时间步也要参加比较。",
            en="Only the last states of the chunks are compared; the steps inside a chunk count as well.",
        ),
        Mistake(
            "last_state",
            last_state,
            zh="这是末态，不是最大汇聚：题目要的是每个单元在所有时间步上的最大值。",
            en="This is the last state and no max pooling: the largest value of each unit over all steps is asked for.",
        ),
        Mistake(
            "mean_of_the_chunks",
            mean_of_the_chunks,
            zh="各段的最大值被平均了。整条序列的最大值与各段的最大值是什么关系？",
            en="The largest values of the chunks are averaged. How does the largest value of the whole follow from "
            "them?",
        ),
        Mistake(
            "carries_the_maximum",
            carries_the_maximum,
            zh="带到下一段的是最大值，不是末态：循环要从上一步的隐状态接着走。要带着的有两样东西，各管各的。",
            en="What goes into the next chunk is the maximum and not the last state, from which the loop has to go on. "
            "Two things are carried, each for its own purpose.",
        ),
        Mistake(
            "over_the_batch",
            over_the_batch,
            zh="最大值取在了批的轴上，不同的序列混在了一起。时间是第几个轴？",
            en="The maximum runs over the batch, and different sequences are mixed. Which axis is time?",
        ),
    ),
)
