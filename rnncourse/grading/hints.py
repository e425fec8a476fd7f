"""What a learner is told about a graded answer, in both languages, without a word about the secret cases.

No value, shape or message that comes out of a run is repeated: an answer could put a secret case into each of
them.
"""

import builtins

import numpy as np

from rnncourse.probes import Raised
from rnncourse.tasks._compare import dtype_of, kind_of

_KINDS = {
    "array": ("数组", "an array"),
    "list": ("列表或元组", "a list or tuple"),
    "dict": ("字典", "a dict"),
}
_KINDS |= {
    "int": ("整数", "an int"),
    "float": ("浮点数", "a float"),
    "bool": ("布尔值", "a bool"),
    "str": ("字符串", "a str"),
}
_KINDS |= {
    "None": ("None", "None"),
    "exception": ("异常", "an exception"),
    "object": ("其他对象", "another object"),
}


def both(zh, en):
    """A hint as it is recorded."""
    return {"zh": zh, "en": en}


NOT_WRITTEN = both("还没有作答。", "Nothing is written yet.")
NO_FUNCTION = both(
    "运行这个单元格之后，没有得到题目要求的函数；函数名改动过吗？",
    "After its cell has run, there is no function of the required name; was it renamed?",
)
INPUTS_CHANGED = both(
    "结果是对的，但函数改动了它的输入；请先复制一份再修改。",
    "The result is right, but the function changes its input. Work on a copy.",
)
TIMEOUT = both(
    "超过了时间限制：有没有停不下来的循环？", "It took too long: is there a loop that does not end?"
)
DIED = both(
    "运行时进程意外终止（内存用尽、退出或崩溃）。",
    "Its process ended while it ran (out of memory, an exit, or a crash).",
)
NO_MESSAGE = both("它没有给出可以评判的结果。", "It gave no result that can be judged.")
NOT_PLAIN = both(
    "模型里有 Keras 自带层以外的东西（例如 Lambda、自定义的层或子类模型），评分时无法重建；"
    "请只用 keras.layers。",
    "The model holds more than Keras's own layers (a Lambda, a layer or a subclass of your own) and "
    "cannot be rebuilt for grading; use keras.layers alone.",
)


def of_mistake(task, name):
    """The hint of a catalogued mistake."""
    mistake = next(mistake for mistake in task.mistakes if mistake.name == name)
    return both(mistake.zh, mistake.en)


def of_exception(raised):
    """The hint for code that raises: the exception's type, if it is one that Python knows."""
    known = isinstance(getattr(builtins, raised.type, None), type)
    name = raised.type if known else None
    return both(f"代码抛出了 {name or '异常'}。", f"The code raises {name or 'an exception'}.")


def line_of(raised, source):
    """Where in the learner's own `source` it was raised, as "line 3: return x", or ""."""
    lines = source.splitlines()
    number = raised.line
    if number is None or not 1 <= number <= len(lines):
        return ""
    return f"line {number}: {lines[number - 1].strip()[:200]}"


def of_difference(difference):
    """The hint for the first tasks._compare.Difference, by its kind alone."""
    yours, expected = difference.yours, difference.expected
    if isinstance(yours, Raised):
        return of_exception(yours)
    if yours is None:
        return both(
            "函数返回了 None：末尾是不是少了 return？", "The function returns None: is a `return` missing?"
        )
    return _WORDS[difference.kind](yours, expected)


def _raised(yours, expected):
    return both(
        f"有一种输入应当抛出 {expected.type}，函数却给出了结果。",
        f"For one kind of input {expected.type} should be raised, but the function returns a result.",
    )


def _type(yours, expected):
    (zh, en), (right_zh, right_en) = _KINDS[kind_of(yours)], _KINDS[kind_of(expected)]
    return both(
        f"类型不对：得到的是{zh}，应为{right_zh}。", f"The type is wrong: {en} where {right_en} should be."
    )


def _shape(yours, expected):
    if np.ndim(yours) == np.ndim(expected):
        return both("数组的形状不对，轴的个数是对的。", "The shape is wrong, the number of axes is right.")
    zh = f"数组的轴数不对：得到 {np.ndim(yours)} 个，应为 {np.ndim(expected)} 个。"
    return both(zh, f"The array has {np.ndim(yours)} axes, it should have {np.ndim(expected)}.")


def _dtype(yours, expected):
    a, b = dtype_of(yours), dtype_of(expected)
    return both(
        f"形状对，dtype 不对：得到 {a}，应为 {b}。",
        f"The shape is right, the dtype is {a}, it should be {b}.",
    )


def _fixed(zh, en):
    return lambda yours, expected: both(zh, en)


_WORDS = {
    "raised": _raised,
    "type": _type,
    "keys": _fixed("字典的键不对。", "The keys of the dict are wrong."),
    "length": _fixed("长度不对。", "The length is wrong."),
    "shape": _shape,
    "dtype": _dtype,
    "value": _fixed(
        "类型与大小都对，值不对。请在笔记本里运行检查，那里会列出具体的例子。",
        "Type and size are right, a value is not. Run the check in the notebook: it shows an example.",
    ),
}
