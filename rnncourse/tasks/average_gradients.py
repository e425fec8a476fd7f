"""One training step on several devices: from their gradients to that of the whole batch."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """The gradients that devices find for their shares of a batch; the last device may have no example."""
    drawn = []
    for counts, shapes in (
        ((1, 3), ((2,),)),
        ((2, 4, 1), ((2, 3), (3,))),
        ((2, 5, 3, 0), ((3, 2), (2, 2), (2,))),
    ):
        gradients = [[rng.normal(size=shape).round(2) * bool(count) for shape in shapes] for count in counts]
        drawn.append(Case((gradients, list(counts))))
    return drawn


def reference(gradients, counts):
    """NumPy's weighted average, one parameter after the other."""
    return [np.average(each, axis=0, weights=counts) for each in zip(*gradients, strict=True)]


def _combined(gradients, weights):
    """sum over devices of weight * gradient, for each parameter."""
    return [sum(w * g for w, g in zip(weights, each, strict=True)) for each in zip(*gradients, strict=True)]


def plain_mean(gradients, counts):
    return _combined(gradients, [1 / len(counts)] * len(counts))


def mean_of_the_busy(gradients, counts):
    busy = [count > 0 for count in counts]
    return _combined(gradients, [one / sum(busy) for one in busy])


def plain_sum(gradients, counts):
    return _combined(gradients, [1] * len(counts))


def not_divided(gradients, counts):
    return _combined(gradients, counts)


def divided_by_the_devices(gradients, counts):
    return _combined(gradients, [count / len(counts) for count in counts])


def the_fewer_the_more(gradients, counts):
    inverse = [1 / count if count else 0 for count in counts]
    return _combined(gradients, [weight / sum(inverse) for weight in inverse])


def first_device_alone(gradients, counts):
    return gradients[0]


def largest_share_alone(gradients, counts):
    return gradients[int(np.argmax(counts))]


def mean_of_the_entries(gradients, counts):
    return [float(np.mean(each)) for each in reference(gradients, counts)]


def one_list_a_device(gradients, counts):
    total = sum(counts)
    return [[g * count / total for g in own] for own, count in zip(gradients, counts, strict=True)]


TASK = Task(
    name="average_gradients",
    points=2,
    cases=cases,
    reference=reference,
    mistakes=(
        Mistake(
            "plain_mean",
            plain_mean,
            zh="每台设备的梯度算了同样的分量：分到 1 条的与分到 4 条的一样重。只有份额相等时才能直接平均。",
            en="Every device counts alike: one with 1 example weighs as much as one with 4. A plain mean is right only "
            "for equal shares.",
        ),
        Mistake(
            "mean_of_the_busy",
            mean_of_the_busy,
            zh="没有例子的设备不算，这对；可是其余的设备仍然一样重，不管各有几条。",
            en="Devices without an example are left out, as they should be; but the others still count alike, however "
            "many examples each has.",
        ),
        Mistake(
            "plain_sum",
            plain_sum,
            zh="梯度只是加了起来：设备越多，步子越大，等于悄悄提高了学习率。",
            en="The gradients are only added: the more devices, the longer the step, which raises the learning rate in "
            "secret.",
        ),
        Mistake(
            "not_divided",
            not_divided,
            zh="乘了条数，没有除以总数：这是损失之和的梯度，不是平均损失的梯度。",
            en="Multiplied by the numbers of examples, and not divided by their total: that is the gradient of the sum "
            "of the losses, not of their mean.",
        ),
        Mistake(
            "divided_by_the_devices",
            divided_by_the_devices,
            zh="除以的是设备的台数。权重加起来应当是 1；现在加起来是多少？",
            en="You divide by the number of devices. The weights should add up to 1; what do yours add up to?",
        ),
        Mistake(
            "the_fewer_the_more",
            the_fewer_the_more,
            zh="权重取了倒数：例子越少的设备反而越重。",
            en="The weights are upside down: the fewer examples a device has, the more it counts.",
        ),
        Mistake(
            "first_device_alone",
            first_device_alone,
            zh="只返回了第一台设备的梯度，其余设备白算了。",
            en="Only the first device's gradients are returned: the others have worked in vain.",
        ),
        Mistake(
            "largest_share_alone",
            largest_share_alone,
            zh="只用了例子最多的那台设备的梯度。少的也是数据，按份额算进去。",
            en="Only the device with the most examples is used. A small share is data, too, and counts for what it is.",
        ),
        Mistake(
            "mean_of_the_entries",
            mean_of_the_entries,
            zh="每个参数的梯度被平均成了一个数：平均只跨设备，梯度的形状要与参数相同。",
            en="The gradient of each parameter has become one number: the mean runs over the devices alone, and its "
            "shape is the parameter's.",
        ),
        Mistake(
            "one_list_a_device",
            one_list_a_device,
            zh="乘了权重，还没有跨设备相加：返回的仍是每台设备一个列表，应当是每个参数一个数组。",
            en="The weights are there, the sum over the devices is not: you return a list for each device, where an "
            "array for each parameter is asked for.",
        ),
    ),
)
