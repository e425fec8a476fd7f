"""What to say about an answer that no catalogued mistake explains."""

from rnncourse.language import choose
from rnncourse.probes import Opaque, Raised
from rnncourse.tasks._compare import dtype_of
from rnncourse.tasks._show import show


def not_written():
    """To whoever checks a stub."""
    return choose(
        zh="还没有作答：把 raise NotImplementedError 那一行换成你的代码，运行该单元格，再运行检查。",
        en="Nothing is written yet: replace the line `raise NotImplementedError` with your code, run that "
        "cell, then this one.",
    )


def changes_inputs(names):
    """The result is right, but the inputs `names` are not what they were."""
    return choose(
        zh=f"结果是对的，但函数改动了它的输入 {names}，调用者手里的数据也随之变了。请先复制一份再修改。",
        en=f"The result is right, but the function changes its input {names}, and with it the caller's data. "
        "Work on a copy.",
    )


def describe(difference):
    """One hint for a Difference: an exception, nothing returned, or what differs first."""
    yours, expected = difference.yours, difference.expected
    if isinstance(yours, Raised):
        return choose(zh=f"你的代码抛出了 {yours.type}。", en=f"Your code raises {yours.type}.")
    if yours is None:
        return choose(
            zh="函数返回了 None：末尾是不是少了 return？",
            en="The function returns None: is a `return` missing at its end?",
        )
    return _WORDS[difference.kind](yours, expected, "".join(f"[{step!r}]" for step in difference.path))


def _not_raised(yours, expected, place):
    return choose(
        zh=f"这里应当抛出 {expected.type}，你的函数却给出了结果。",
        en=f"{expected.type} should be raised here, but your function returns a result.",
    )


def _type(yours, expected, place):
    a, b = (value.type if isinstance(value, Opaque) else type(value).__name__ for value in (yours, expected))
    return choose(
        zh=f"{_of(place)}类型不对：你的是 {a}，应为 {b}。",
        en=f"The type{_of(place)} is {a}, it should be {b}.",
    )


def _keys(yours, expected, place):
    extra = [key for key in yours if key not in expected][:5]
    missing = [key for key in expected if key not in yours][:5]
    return choose(
        zh=f"{_of(place)}字典的键不对：多了 {extra}，少了 {missing}。",
        en=f"The keys of the dict{_of(place)} are wrong: too many {extra}, missing {missing}.",
    )


def _length(yours, expected, place):
    return choose(
        zh=f"{_of(place)}长度不对：你的是 {len(yours)}，应为 {len(expected)}。",
        en=f"The length{_of(place)} is {len(yours)}, it should be {len(expected)}.",
    )


def _shape(yours, expected, place):
    return choose(
        zh=f"{_of(place)}形状不对：你的是 {yours.shape}，应为 {expected.shape}。",
        en=f"The shape{_of(place)} is {yours.shape}, it should be {expected.shape}.",
    )


def _dtype(yours, expected, place):
    a, b = dtype_of(yours), dtype_of(expected)
    return choose(
        zh=f"形状对，dtype 不对：你的是 {a}，应为 {b}。",
        en=f"The shape is right, the dtype is not: yours is {a}, it should be {b}.",
    )


def _value(yours, expected, place):
    if not place:
        return choose(zh="类型对，值不对。", en="The type is right, the value is not.")
    return choose(
        zh=f"类型与大小都对，值不对。第一处不同在 {place}：你的是 {show(yours)}，应为 {show(expected)}。",
        en=f"Type and size are right, the values are not. The first to differ is {place}: yours is "
        f"{show(yours)}, it should be {show(expected)}.",
    )


def _of(place):
    return place and choose(zh=f"位置 {place} 的", en=f" at {place}")


_WORDS = {
    "raised": _not_raised,
    "type": _type,
    "keys": _keys,
    "length": _length,
    "shape": _shape,
    "dtype": _dtype,
    "value": _value,
}
