"""The forward algorithm of a hidden Markov model, in log space."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Small models, a sequence of one token, and one so long that its probability is below any float."""
    drawn = []
    for steps, states, size in ((3, 2, 2), (1, 3, 3), (6, 3, 4), (2000, 3, 5)):
        start, transition, emission = (
            rng.dirichlet(np.full(size_of, 0.7), rows)
            for rows, size_of in ((1, states), (states, states), (states, size))
        )
        tables = (0.9 * table + 0.1 / table.shape[-1] for table in (start[0], transition, emission))
        drawn.append(Case((rng.integers(0, size, steps), *tables)))
    return drawn


def reference(tokens, start, transition, emission):
    """The library's own, whose ids begin at 1: 0 is padding there."""
    from rnncourse.baselines.hmm import HMM, log_likelihood

    emission = np.concatenate([np.full((len(start), 1), 1e-300), emission], axis=1)
    model = HMM(np.log(start), np.log(transition), np.log(emission))
    return float(log_likelihood(model, [tokens + 1])[0])


def _forward(tokens, start, transition, emission, *, over=np.sum):
    """Rescaled at every step: log of the sum over paths, or of the best path for `over` np.max."""
    alpha, log_scale = start * emission[:, tokens[0]], 0.0
    for x in tokens[1:]:
        alpha = over(alpha[:, None] * transition, axis=0) * emission[:, x]
        log_scale += np.log(alpha.sum())
        alpha = alpha / alpha.sum()
    return alpha, log_scale


def best_path_only(tokens, start, transition, emission):
    alpha, log_scale = _forward(tokens, start, transition, emission, over=np.max)
    return float(np.log(alpha.max()) + log_scale)


def transition_transposed(tokens, start, transition, emission):
    alpha, log_scale = _forward(tokens, start, transition.T, emission)
    return float(np.log(alpha.sum()) + log_scale)


def first_emission_forgotten(tokens, start, transition, emission):
    ones = np.concatenate([emission, np.ones((len(start), 1))], axis=1)
    marked = np.r_[emission.shape[1], tokens[1:]]
    alpha, log_scale = _forward(marked, start, transition, ones)
    return float(np.log(alpha.sum()) + log_scale)


def without_logarithms(tokens, start, transition, emission):
    alpha = start * emission[:, tokens[0]]
    for x in tokens[1:]:
        alpha = (alpha @ transition) * emission[:, x]
    with np.errstate(divide="ignore"):
        return float(np.log(alpha.sum()))


def last_state_only(tokens, start, transition, emission):
    alpha, log_scale = _forward(tokens, start, transition, emission)
    return float(np.log(alpha[-1]) + log_scale)


def probability_not_its_logarithm(tokens, start, transition, emission):
    return float(np.exp(reference(tokens, start, transition, emission)))


TASK = Task(
    name="hmm_log_likelihood",
    points=3,
    cases=cases,
    reference=reference,
    hides=("rnncourse.baselines",),
    mistakes=(
        Mistake(
            "best_path_only",
            best_path_only,
            zh="每一步取的是最大值，得到的是最可能的那一条路径（维特比算法）。p(x) 是所有路径之和。",
            en="Every step takes the maximum: that is the likeliest single path (Viterbi's algorithm). p(x) "
            "is the sum over all paths.",
        ),
        Mistake(
            "transition_transposed",
            transition_transposed,
            zh="转移矩阵用反了：行是前一个状态，列是后一个状态；求和要对前一个状态进行。",
            en="The transition matrix is used the wrong way round: its row is the state before, its column "
            "the state after, and the sum runs over the state before.",
        ),
        Mistake(
            "first_emission_forgotten",
            first_emission_forgotten,
            zh="第一个词元没有计入：$t = 1$ 时也要乘上发射概率，不能只有初始概率。",
            en="The first token does not count: at t = 1, too, the emission belongs in, not only the start "
            "probability.",
        ),
        Mistake(
            "without_logarithms",
            without_logarithms,
            zh="短序列都对，长序列却得到负无穷：两千个概率的乘积小于浮点数能表示的最小数。请全程用对数，"
            "或者每一步都缩放。",
            en="Short sequences are right, the long one gives minus infinity: a product of two thousand "
            "probabilities is smaller than any float. Stay in log space all the way, or rescale at each step.",
        ),
        Mistake(
            "last_state_only",
            last_state_only,
            zh="最后少了一次求和：你取的是“终点为最后一个状态”的那部分概率；终点可以是任何状态。",
            en="A sum is missing at the end: you take the part that ends in the last state, but the end may "
            "be in any state.",
        ),
        Mistake(
            "probability_not_its_logarithm",
            probability_not_its_logarithm,
            zh="返回的是概率，题目要的是它的对数；长序列的概率会变成 0。",
            en="This is the probability; its logarithm is asked for. That of the long sequence becomes 0.",
        ),
    ),
)
