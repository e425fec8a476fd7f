"""A long sequence read piece by piece: the state goes on from one piece to the next."""

import numpy as np

from rnncourse.cells import lstm, unroll
from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Lengths that the pieces divide, and some that they do not; a piece longer than the sequence."""
    drawn = []
    for batch, steps, size, features, units in (
        (1, 4, 2, 2, 2),
        (2, 7, 3, 3, 2),
        (3, 8, 5, 2, 3),
        (2, 3, 9, 2, 2),
    ):
        x = rng.normal(0, 1, (batch, steps, features)).round(2)
        kernel = rng.normal(0, 0.8, (features, 4 * units)).round(2)
        recurrent_kernel = rng.normal(0, 0.8, (units, 4 * units)).round(2)
        bias = rng.normal(0.3, 0.8, 4 * units).round(2)
        drawn.append(Case((x, size, kernel, recurrent_kernel, bias)))
    return drawn


def _whole(x, params, state=None):
    return unroll(lstm, x, lstm.Params(*params), state=state)


def reference(x, size, *params):
    """All at once."""
    return _whole(x, params).outputs


def _pieces(x, size, params, carry, starts=None):
    """Outputs of every piece, joined; carry(state, zeros, first) is the state that the next begins with."""
    state, outputs = None, []
    for start in range(0, x.shape[1], size) if starts is None else starts:
        run = _whole(x[:, start : start + size], params, state)
        outputs.append(run.outputs)
        state = carry(run)
    return np.concatenate(outputs, axis=1)


def state_forgotten(x, size, *params):
    return _pieces(x, size, params, lambda run: None)


def cell_state_forgotten(x, size, *params):
    return _pieces(x, size, params, lambda run: run.state._replace(cell=np.zeros_like(run.state.cell)))


def hidden_for_cell(x, size, *params):
    return _pieces(x, size, params, lambda run: run.state._replace(cell=run.state.hidden))


def states_exchanged(x, size, *params):
    return _pieces(x, size, params, lambda run: lstm.State(run.state.cell, run.state.hidden))


def rest_dropped(x, size, *params):
    return reference(x, size, *params)[:, : x.shape[1] // size * size]


def end_states_only(x, size, *params):
    outputs = reference(x, size, *params)
    ends = [min(start + size, x.shape[1]) - 1 for start in range(0, x.shape[1], size)]
    return outputs[:, ends]


def last_piece_only(x, size, *params):
    return reference(x, size, *params)[:, (x.shape[1] - 1) // size * size :]


TASK = Task(
    name="encode_in_pieces",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.cells",),
    mistakes=(
        Mistake(
            "state_forgotten",
            state_forgotten,
            zh="每一块都从零状态开始：前一块读到的全忘了。上一块的末态要交给下一块。",
            en="Every piece begins with zeros: what the last one read is forgotten. Its end state is to be handed on to "
            "the next.",
        ),
        Mistake(
            "cell_state_forgotten",
            cell_state_forgotten,
            zh="隐状态带过去了，细胞状态又从零开始：LSTM 有两个状态，长期的那个更不能丢。",
            en="The hidden state goes on, the cell state begins with zeros again: an LSTM has two, and the one that "
            "lasts must not be lost.",
        ),
        Mistake(
            "hidden_for_cell",
            hidden_for_cell,
            zh="细胞状态的位置上传的是隐状态：两个状态形状相同，所以没有报错。",
            en="The hidden state is handed on in the place of the cell state: their shapes are equal, so nothing "
            "complains.",
        ),
        Mistake(
            "states_exchanged",
            states_exchanged,
            zh="两个状态对调了：lstm 返回的次序是 h、c，接收的次序也是 h、c。",
            en="The two states are exchanged: `lstm` returns h, c and takes h, c.",
        ),
        Mistake(
            "rest_dropped",
            rest_dropped,
            zh="长度不是整数倍时，最后不满一块的几步丢了。",
            en="Where the length is no multiple of the size, the steps of the last, shorter piece are lost.",
        ),
        Mistake(
            "end_states_only",
            end_states_only,
            zh="这是每一块的末态；题目要的是每一步的输出，(B, T, H)。",
            en="These are the end states of the pieces; the outputs of every step are asked for, (B, T, H).",
        ),
        Mistake(
            "last_piece_only",
            last_piece_only,
            zh="只返回了最后一块的输出：各块的输出要沿时间轴接起来。",
            en="Only the last piece's outputs are returned: those of all pieces are to be joined along time.",
        ),
    ),
)
