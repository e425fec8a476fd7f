"""A gradient by central differences."""

import numpy as np

from rnncourse.cells import numeric_gradient
from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Recurrent kernels of one, two and three units; epsilon is large enough for forward differences to show."""
    drawn = []
    for units, steps, epsilon in ((1, 2, 0.1), (2, 3, 0.05), (3, 4, 0.1)):
        U, x = rng.normal(0, 0.8, (units, units)), rng.normal(0, 1, (steps, units))
        drawn.append(Case((U.round(2), x.round(2), epsilon)))
    return drawn


def loss(U, x):
    """x (T, H), U (H, H): the squared length of the last state of h_t = tanh(x_t + h_{t-1} U)."""
    h = np.zeros(len(U))
    for x_t in x:
        h = np.tanh(x_t + h @ U)
    return float(np.sum(h**2))


def reference(U, x, epsilon):
    U = U.copy()
    return numeric_gradient(lambda: loss(U, x), U, epsilon=epsilon)


def differences(U, x, above, below, divisor, *, restore=True):
    """(loss with one entry moved by `above` - the same with `below`) / divisor, entry by entry."""
    gradient, moved = np.zeros_like(U), U.copy()
    for place in np.ndindex(U.shape):
        value = moved[place]
        moved[place] = value + above
        up = loss(moved, x)
        moved[place] = value + below
        gradient[place] = (up - loss(moved, x)) / divisor
        moved[place] = value if restore else value + below
    return gradient


def forward_difference(U, x, epsilon):
    return differences(U, x, epsilon, 0, epsilon)


def backward_difference(U, x, epsilon):
    return differences(U, x, 0, -epsilon, epsilon)


def half_the_divisor(U, x, epsilon):
    return differences(U, x, epsilon, -epsilon, epsilon)


def not_divided(U, x, epsilon):
    return differences(U, x, epsilon, -epsilon, 1)


def not_put_back(U, x, epsilon):
    return differences(U, x, epsilon, -epsilon, 2 * epsilon, restore=False)


def sign_reversed(U, x, epsilon):
    return -reference(U, x, epsilon)


def all_entries_at_once(U, x, epsilon):
    slope = (loss(U + epsilon, x) - loss(U - epsilon, x)) / (2 * epsilon)
    return np.full_like(U, slope)


TASK = Task(
    name="numeric_gradient",
    points=2,
    cases=cases,
    reference=reference,
    tolerance=1e-6,
    hides=("rnncourse.cells",),
    mistakes=(
        Mistake(
            "forward_difference",
            forward_difference,
            zh="这是前向差分：只往上挪，误差与 ε 成正比。中心差分上下各挪一次，误差与 ε² 成正比。",
            en="This is a forward difference: it moves up only, and its error goes with ε. A central one moves "
            "up and down, and its error goes with ε².",
        ),
        Mistake(
            "backward_difference",
            backward_difference,
            zh="这是后向差分：只往下挪，误差与 ε 成正比。中心差分上下各挪一次，误差与 ε² 成正比。",
            en="This is a backward difference: it moves down only, and its error goes with ε. A central one "
            "moves up and down, and its error goes with ε².",
        ),
        Mistake(
            "half_the_divisor",
            half_the_divisor,
            zh="差了一倍：两次求损失的两点相距多远？除数就是那段距离。",
            en="Off by a factor of two: how far apart are the two points at which you take the loss? That "
            "distance is the divisor.",
        ),
        Mistake(
            "not_divided",
            not_divided,
            zh="这是损失的差，还不是斜率：要再除以两点之间的距离。",
            en="This is the difference of two losses, not yet a slope: divide it by the distance of the two points.",
        ),
        Mistake(
            "not_put_back",
            not_put_back,
            zh="挪动过的分量没有放回原处：算到后面的分量时，前面的仍是挪过的值。第一个分量对，后面的不对，就是这个缘故。",
            en="A moved entry is not put back: by the time of the later entries, the earlier ones still hold "
            "moved values. That is why the first entry is right and the others are not.",
        ),
        Mistake(
            "sign_reversed",
            sign_reversed,
            zh="正负号反了：是“往上挪的损失”减“往下挪的损失”。",
            en="The sign is reversed: it is the loss after moving up, less the loss after moving down.",
        ),
        Mistake(
            "all_entries_at_once",
            all_entries_at_once,
            zh="你把全部分量一起挪了，得到的是沿一个方向的斜率。梯度要一个分量一个分量地求：每次只挪一个。",
            en="You move all entries at once and get the slope along one direction. A gradient is found entry by "
            "entry: move just one each time.",
        ),
    ),
)
