"""Steps of AdamW for a kernel and a bias: the decay stays out of the gradient, and spares the bias."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task

BETAS, EPSILON = (0.9, 0.999), 1e-7  # Keras's


def cases(rng):
    """Gradients of several sizes; biases far from 0, so that a decay of theirs shows."""
    drawn = []
    for steps, shape in ((1, (1, 2)), (3, (2, 3))):
        kernel = _apart_from_zero(rng, shape)
        bias = _apart_from_zero(rng, shape[1:])
        scale = 10.0 ** rng.integers(-1, 2, (steps, 1))
        d_bias = _apart_from_zero(rng, (steps, *shape[1:])) * scale
        d_kernel = _apart_from_zero(rng, (steps, *shape)) * scale[..., None]
        rate, decay = float(rng.choice([0.05, 0.1])), float(rng.choice([0.2, 0.4]))
        drawn.append(Case((kernel, bias, d_kernel, d_bias, rate, decay)))
    return drawn


def _apart_from_zero(rng, shape):
    return (rng.uniform(0.4, 2.0, shape) * rng.choice([-1, 1], shape)).round(2)


def reference(kernel, bias, kernel_gradients, bias_gradients, rate, decay):
    import keras

    weights = [keras.Variable(array, dtype="float32") for array in (kernel, bias)]
    optimizer = keras.optimizers.AdamW(rate, weight_decay=decay)
    optimizer.exclude_from_weight_decay(var_list=weights[1:])
    for gradients in zip(kernel_gradients, bias_gradients, strict=True):
        tensors = [keras.ops.convert_to_tensor(gradient, dtype="float32") for gradient in gradients]
        optimizer.apply(tensors, weights)
    return tuple(keras.ops.convert_to_numpy(weight).astype(float) for weight in weights)


def _adam(w, gradients, rate, decay, *, into_gradient=0.0, corrected=True, first=1, root=np.sqrt):
    """Adam on one array with one thing wrong, as a keyword says; `decay` is the share taken at each step."""
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t, gradient in enumerate(gradients, start=first):
        g = gradient + into_gradient * w
        m = BETAS[0] * m + (1 - BETAS[0]) * g
        v = BETAS[1] * v + (1 - BETAS[1]) * g * g
        with np.errstate(all="ignore"):
            one, two = (1 - beta**t if corrected else 1.0 for beta in BETAS)
            move = np.divide(m, one) / (root(np.divide(v, two)) + EPSILON)
        w = w - rate * move - decay * w
    return w


def _both(kernel, bias, d_kernel, d_bias, rate, decay, **wrong):
    return _adam(kernel, d_kernel, rate, rate * decay, **wrong), _adam(bias, d_bias, rate, 0.0, **wrong)


def decay_in_the_gradient(kernel, bias, d_kernel, d_bias, rate, decay):
    moved = _adam(kernel, d_kernel, rate, 0.0, into_gradient=decay)
    return moved, _adam(bias, d_bias, rate, 0.0)


def bias_decays(kernel, bias, d_kernel, d_bias, rate, decay):
    return tuple(_adam(w, g, rate, rate * decay) for w, g in ((kernel, d_kernel), (bias, d_bias)))


def without_correction(*inputs):
    return _both(*inputs, corrected=False)


def counts_from_zero(*inputs):
    return _both(*inputs, first=0)


def decay_without_the_rate(kernel, bias, d_kernel, d_bias, rate, decay):
    return _adam(kernel, d_kernel, rate, decay), _adam(bias, d_bias, rate, 0.0)


def no_root(*inputs):
    return _both(*inputs, root=lambda v: v)


def decays_the_updated(kernel, bias, d_kernel, d_bias, rate, decay):
    start = np.zeros_like(kernel)  # Adam's steps do not depend on the weights
    ways = [_adam(start, d_kernel[:count], rate, 0.0) for count in range(len(d_kernel) + 1)]
    for step in np.diff(ways, axis=0):
        kernel = (kernel + step) * (1 - rate * decay)
    return kernel, _adam(bias, d_bias, rate, 0.0)


def no_decay(kernel, bias, d_kernel, d_bias, rate, decay):
    return _both(kernel, bias, d_kernel, d_bias, rate, 0.0)


TASK = Task(
    name="adamw_steps",
    points=3,
    cases=cases,
    reference=reference,
    tolerance=3e-5,
    mistakes=(
        Mistake(
            "decay_in_the_gradient",
            decay_in_the_gradient,
            zh="你把 λw 加进了梯度，它于是也被 √v 除：这是 Adam 加 L2 惩罚，不是 AdamW。衰减要放在 m 和 v 之外。",
            en="You add λw to the gradient, so that √v divides it as well: that is Adam with an L2 penalty. In AdamW the "
            "decay stays out of m and v.",
        ),
        Mistake(
            "bias_decays",
            bias_decays,
            zh="偏置也被衰减了。它们该留在梯度把它们带到的地方：衰减只用于 W。",
            en="The bias decays as well. It is to stay where gradients put it: the decay is for W alone.",
        ),
        Mistake(
            "without_correction",
            without_correction,
            zh="m 和 v 从 0 开始，前几步都偏小，而且偏小的程度不同：少了偏差修正。",
            en="m and v begin at 0, so they are too small at first, and not by the same factor: the bias correction is "
            "missing.",
        ),
        Mistake(
            "counts_from_zero",
            counts_from_zero,
            zh="第一步的修正除以了 0：1 − β 的 0 次方是多少？步数从几数起？",
            en="The first correction divides by 0: what is 1 − β to the power 0? Where do steps begin to count?",
        ),
        Mistake(
            "decay_without_the_rate",
            decay_without_the_rate,
            zh="衰减没有乘学习率：每一步取走的是 λ，而公式里 η 在括号外面。",
            en="The decay is not multiplied by the rate: you take λ away at each step, while η stands before the bracket.",
        ),
        Mistake(
            "no_root",
            no_root,
            zh="分母是 v̂ 本身，少了平方根：梯度大十倍，步子反而小十倍。",
            en="You divide by v̂ itself, without the root: a gradient ten times as large takes a step a tenth as long.",
        ),
        Mistake(
            "decays_the_updated",
            decays_the_updated,
            zh="你先按 Adam 走了一步，再让走过之后的 W 衰减，于是这一步也跟着缩了。衰减用的是哪一个 W？",
            en="You take Adam's step first and let the W after it decay, so that the step shrinks as well. Which W does the "
            "decay use?",
        ),
        Mistake(
            "no_decay",
            no_decay,
            zh="这是没有权重衰减的 Adam：λ 没有用上。",
            en="This is Adam without weight decay: λ is not used.",
        ),
    ),
)
