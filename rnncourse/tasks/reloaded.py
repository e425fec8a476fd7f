"""A layer of one's own that survives being written down and built again: get_config."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Two numbers that are not the defaults, and a small batch."""
    drawn = []
    for batch, features in ((1, 2), (2, 3), (3, 2)):
        factor, shift = rng.uniform(1.5, 4), rng.uniform(0.5, 3)
        x = rng.normal(0, 1, (batch, features)).round(2).astype("float32")
        drawn.append(Case((round(float(factor), 2), round(float(shift), 2), x)))
    return drawn


def _facts(factor, shift, x, *, same_name=True, trainable=False):
    output = (np.float32(factor) * x + np.float32(shift)).astype("float32")
    return {"same_name": same_name, "trainable": trainable, "output": output}


def reference(factor, shift, x):
    return _facts(factor, shift, x)


def inherited_left_out(factor, shift, x):
    return _facts(factor, shift, x, same_name=False, trainable=True)


def factor_left_out(factor, shift, x):
    return _facts(1.0, shift, x)


def shift_left_out(factor, shift, x):
    return _facts(factor, 0.0, x)


def only_inherited(factor, shift, x):
    return _facts(1.0, 0.0, x)


def values_exchanged(factor, shift, x):
    return _facts(shift, factor, x)


TASK = Task(
    name="reloaded",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.clinic",),
    mistakes=(
        Mistake(
            "inherited_left_out",
            inherited_left_out,
            zh="自己的两个参数都在，但父类的丢了：名字变了，trainable=False 也没有存下来。父类的 get_config 给的是什么？",
            en="Your two arguments are there, but what belongs to the parent is lost: the name has changed, and "
            "trainable=False was not kept. What does the parent's get_config give?",
        ),
        Mistake(
            "factor_left_out",
            factor_left_out,
            zh="没有报错，输出却变了：factor 没有写进去，重建时用了默认值 1。",
            en="No error, and other outputs: factor was not written down, and the default, 1, took its place.",
        ),
        Mistake(
            "shift_left_out",
            shift_left_out,
            zh="没有报错，输出却变了：shift 没有写进去，重建时用了默认值 0。",
            en="No error, and other outputs: shift was not written down, and the default, 0, took its place.",
        ),
        Mistake(
            "only_inherited",
            only_inherited,
            zh="只有父类的那部分：自己的两个参数一个也没写，重建出来的层什么也不做。",
            en="Only the parent's part is there: neither of your own arguments was written down, and the layer that is "
            "built again does nothing.",
        ),
        Mistake(
            "values_exchanged",
            values_exchanged,
            zh="两个值对调了：factor 下面写的是 shift，shift 下面写的是 factor。",
            en="The two values are exchanged: shift stands under factor, and factor under shift.",
        ),
    ),
)
