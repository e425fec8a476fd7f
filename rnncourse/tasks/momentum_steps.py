"""Steps of momentum, as Keras's SGD takes them."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    drawn = []
    for steps, size in ((2, 1), (3, 2), (6, 4)):
        gradients = rng.normal(size=(steps, size)).round(2)
        w = rng.normal(size=size).round(2)
        rate, momentum = rng.choice([0.05, 0.3, 0.4]), rng.choice([0.6, 0.8, 0.9])
        drawn.append(Case((w, gradients, float(rate), float(momentum))))
    return drawn


def reference(w, gradients, rate, momentum):
    """A velocity is what a recursive filter of first order makes of the gradients."""
    from scipy.signal import lfilter

    return w + lfilter([-rate], [1, -momentum], gradients, axis=0).sum(axis=0)


def _steps(move):
    def answer(w, gradients, rate, momentum):
        v = np.zeros_like(w)
        for g in gradients:
            w, v = move(w, v, g, rate, momentum)
        return w

    return answer


def _old_velocity(w, v, g, rate, momentum):
    return w + v, momentum * v - rate * g


def _averaged(w, v, g, rate, momentum):
    v = momentum * v - (1 - momentum) * rate * g
    return w + v, v


def _rate_twice(w, v, g, rate, momentum):
    v = momentum * v - rate * g
    return w + rate * v, v


def _sign(w, v, g, rate, momentum):
    v = momentum * v + rate * g
    return w + v, v


def _gradient_shrunk(w, v, g, rate, momentum):
    v = momentum * (v - rate * g)
    return w + v, v


def velocity_forgotten(w, gradients, rate, momentum):
    return w - rate * gradients.sum(axis=0)


TASK = Task(
    name="momentum_steps",
    points=2,
    cases=cases,
    reference=reference,
    mistakes=(
        Mistake(
            "velocity_forgotten",
            velocity_forgotten,
            zh="这是没有动量的梯度下降：速度没有从一步带到下一步。v 要在循环之外先设为 0，在循环里更新。",
            en="This is plain gradient descent: the velocity is not carried from step to step. Set v to 0 before "
            "the loop, and update it inside.",
        ),
        Mistake(
            "old_velocity",
            _steps(_old_velocity),
            zh="你先用旧的速度移动，再更新速度，于是最后一个梯度没有起作用。两行的次序是什么？",
            en="You move by the old velocity and update it afterwards, so that the last gradient has no effect. "
            "In which order do the two lines stand?",
        ),
        Mistake(
            "averaged",
            _steps(_averaged),
            zh="你给梯度乘了 1 − μ，那是滑动平均。Keras 的 SGD 不乘，所以同样的 η 走得更远。",
            en="You weigh the gradient by 1 − μ: a running mean. Keras's SGD does not, so the same η goes "
            "further.",
        ),
        Mistake(
            "rate_twice",
            _steps(_rate_twice),
            zh="学习率乘了两次：它已经在速度里了。",
            en="The rate is applied twice: the velocity holds it already.",
        ),
        Mistake(
            "sign",
            _steps(_sign),
            zh="方向反了：速度要沿负梯度积累。",
            en="The wrong direction: the velocity gathers along the negative gradient.",
        ),
        Mistake(
            "gradient_shrunk",
            _steps(_gradient_shrunk),
            zh="新的梯度也被乘了 μ。μ 只作用在旧的速度上。",
            en="The new gradient is multiplied by μ, too. μ acts on the old velocity alone.",
        ),
    ),
)
