"""Gradient descent that leaves pruned weights at zero."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Regressions on correlated inputs: while pruned weights live, they change what the others learn."""
    drawn = []
    for examples, features, steps in ((6, 3, 2), (12, 4, 5), (20, 6, 12)):
        x = (rng.normal(size=(examples, features)) + rng.normal(size=(examples, 1))).round(2)
        y, w = rng.normal(size=examples).round(2), rng.normal(1, 0.5, features).round(2)
        mask = np.ones(features, dtype=bool)
        mask[rng.choice(features, features // 2, replace=False)] = False
        drawn.append(Case((w, mask, x, y, 0.1, steps)))
    return drawn


def reference(w, mask, x, y, rate, steps):
    """In closed form: each eigenvector of the Hessian of the kept weights shrinks by its own factor a step."""
    kept = x[:, mask]
    curvatures, directions = np.linalg.eigh(kept.T @ kept / len(x))
    best = np.linalg.lstsq(kept, y, rcond=None)[0]
    error = directions.T @ (w[mask] - best)
    out = np.zeros_like(w)
    out[mask] = best + directions @ ((1 - rate * curvatures) ** steps * error)
    return out


def _descend(w, x, y, rate, steps, on_gradient=1.0, on_weights=1.0):
    for _ in range(steps):
        gradient = x.T @ (x @ w - y) / len(x)
        w = (w - rate * on_gradient * gradient) * on_weights
    return w


def masks_only_first(w, mask, x, y, rate, steps):
    return _descend(w * mask, x, y, rate, steps)


def masks_only_at_the_end(w, mask, x, y, rate, steps):
    return _descend(w, x, y, rate, steps) * mask


def masks_the_gradient_alone(w, mask, x, y, rate, steps):
    return _descend(w, x, y, rate, steps, on_gradient=mask)


def mask_inverted(w, mask, x, y, rate, steps):
    return reference(w, ~mask, x, y, rate, steps)


def first_step_unmasked(w, mask, x, y, rate, steps):
    return _descend(w, x, y, rate, steps, on_weights=mask)


def climbs(w, mask, x, y, rate, steps):
    return _descend(w * mask, x, y, -rate, steps, on_weights=mask)


TASK = Task(
    name="train_masked",
    points=2,
    cases=cases,
    reference=reference,
    mistakes=(
        Mistake(
            "masks_only_first",
            masks_only_first,
            zh="剪掉的权重又长回来了：它们的梯度不是 0，一步更新就不再是 0。掩码要在每一步之后都用。",
            en="The pruned weights have grown back: their gradient is not 0, and one step moves them. The mask "
            "is needed after every step.",
        ),
        Mistake(
            "masks_only_at_the_end",
            masks_only_at_the_end,
            zh="掩码只在最后用了一次：训练时剪掉的权重还在工作，留下的那些学的是有它们帮忙时的解。",
            en="The mask comes only at the end: while training, the pruned weights were at work, and the others "
            "learned to rely on them.",
        ),
        Mistake(
            "masks_the_gradient_alone",
            masks_the_gradient_alone,
            zh="梯度遮住了，权重没有：要剪的权重停在原来的值上，没有变成 0。",
            en="The gradient is masked, the weights are not: those to be pruned stay at their old values "
            "instead of 0.",
        ),
        Mistake(
            "mask_inverted",
            mask_inverted,
            zh="掩码用反了：True 表示保留，False 表示剪去。",
            en="The mask is used the wrong way round: True means kept, False means pruned.",
        ),
        Mistake(
            "first_step_unmasked",
            first_step_unmasked,
            zh="差一步：第一次求梯度时，要剪的权重还没有变成 0。先剪，再开始训练。",
            en="One step off: when the first gradient is taken, the weights to be pruned are not yet 0. Prune "
            "first, then train.",
        ),
        Mistake(
            "climbs",
            climbs,
            zh="符号反了：你沿着梯度往上走，损失越来越大。",
            en="The sign is wrong: you go up along the gradient, and the loss grows.",
        ),
    ),
)
