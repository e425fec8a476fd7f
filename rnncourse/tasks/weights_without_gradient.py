"""Which weights will never learn: those whose gradient is missing or zero everywhere."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task

_LAYERS = ("recurrent", "head", "embedding", "first", "attention", "second")


def cases(rng):
    """Gradients missing, zero, zero in part, that add up to zero, and very small ones; names in no order."""
    return [Case((_drawn(rng, kinds),)) for kinds in _KINDS]


_KINDS = (
    ("missing", "plain"),
    ("zero", "partly", "plain"),
    ("balanced", "missing", "tiny", "zero", "partly", "plain"),
)


def _drawn(rng, kinds):
    names = [f"{layer}/kernel" for layer in rng.permutation(_LAYERS)[: len(kinds)]]
    if len(kinds) > 2:  # the two to be found must not stand in alphabetical order
        places = [i for i, kind in enumerate(kinds) if kind in ("missing", "zero")]
        found = sorted((names[i] for i in places), reverse=True)
        for i, name in zip(places, found, strict=True):
            names[i] = name
    return {name: _gradient(rng, kind) for name, kind in zip(names, kinds, strict=True)}


def _gradient(rng, kind):
    if kind == "missing":
        return None
    gradient = rng.uniform(0.1, 1, (4, 2)).round(2)
    if kind == "zero":
        return np.zeros((4, 2))
    if kind == "partly":
        gradient[rng.permutation(4)[:2]] = 0
    if kind == "balanced":
        gradient[:, 1] = -gradient[:, 0]
    return gradient * 1e-10 if kind == "tiny" else gradient


def reference(gradients):
    return sorted(name for name, g in gradients.items() if g is None or np.count_nonzero(g) == 0)


def _names(gradients, is_missed):
    return sorted(name for name, g in gradients.items() if is_missed(g))


def only_missing(gradients):
    return _names(gradients, lambda g: g is None)


def only_zero(gradients):
    return _names(gradients, lambda g: g is not None and not np.any(g))


def zero_in_part(gradients):
    return _names(gradients, lambda g: g is None or not np.all(g))


def sum_is_zero(gradients):
    return _names(gradients, lambda g: g is None or bool(np.sum(g) == 0))


def small_is_zero(gradients):
    return _names(gradients, lambda g: g is None or np.allclose(g, 0))


def those_that_learn(gradients):
    return sorted(set(gradients) - set(reference(gradients)))


def not_sorted(gradients):
    return [name for name in gradients if name in reference(gradients)]


TASK = Task(
    name="weights_without_gradient",
    points=1,
    cases=cases,
    reference=reference,
    hides=("rnncourse.diagnosis",),
    mistakes=(
        Mistake(
            "only_missing",
            only_missing,
            zh="只找到了梯度为 None 的。另有一种：梯度在，但处处是 0，权重同样永远不变。",
            en="Only those whose gradient is None are found. There is another kind: a gradient that is there and zero "
            "everywhere moves nothing, either.",
        ),
        Mistake(
            "only_zero",
            only_zero,
            zh="梯度为 None 的漏掉了：它表示损失与这个权重根本没有连上。",
            en="Those whose gradient is None are left out: it means that the loss is not connected with the weight at all.",
        ),
        Mistake(
            "zero_in_part",
            zero_in_part,
            zh="有几个 0 不等于没有梯度：嵌入表里，这一批没有出现的词元那几行就是 0。要处处是 0 才算。",
            en="A few zeros are still a gradient: in an embedding the rows of tokens that this batch lacks are zero. Only "
            "zero everywhere counts.",
        ),
        Mistake(
            "sum_is_zero",
            sum_is_zero,
            zh="正负相消，和为 0，梯度却不是 0。不要看和，要看有没有一个不为 0。",
            en="Positive and negative cancel: the sum is 0, the gradient is not. Do not ask for the sum, but whether any "
            "number differs from 0.",
        ),
        Mistake(
            "small_is_zero",
            small_is_zero,
            zh="很小的梯度也被当成了 0。小不等于没有：权重还在动，只是慢；这里只找恰好为 0 的。",
            en="Very small gradients are taken for 0. Small is not nothing: the weight still moves, if slowly; only exact "
            "zeros are looked for.",
        ),
        Mistake(
            "those_that_learn",
            those_that_learn,
            zh="反了：这是得到梯度的那些。",
            en="The other way round: these are the ones that a gradient reaches.",
        ),
        Mistake(
            "not_sorted",
            not_sorted,
            zh="名字都对，但要按字母次序排列。",
            en="The names are right, but they should be in alphabetical order.",
        ),
    ),
)
