"""Which settings keep a recurrent layer from cuDNN's kernel."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task

# Settings that are harmless, and settings that are not; a case draws from both.
_HARMLESS = ({}, {"dropout": 0.3}, {"return_sequences": True}, {"go_backwards": True}, {"use_cudnn": "auto"})
_OBSTACLES = {
    "recurrent_dropout": 0.2,
    "activation": "relu",
    "recurrent_activation": "hard_sigmoid",
    "unroll": True,
    "use_bias": False,
    "use_cudnn": False,
}
_RIGHT, _LEFT, _EMPTY = ([3, 1, 4], False), ([2, 4, 3], True), ([4, 0, 2], False)


def cases(rng):
    """Each obstacle alone, several together, and none; masks of four kinds; the settings in a drawn order."""
    drawn = [("lstm", {}, None), ("gru", {"units": 4}, _RIGHT), ("simple_rnn", {"unroll": True}, None)]
    for name in rng.permutation(list(_OBSTACLES)).tolist():
        kind = str(rng.choice(["lstm", "gru"]))
        harmless = _HARMLESS[rng.integers(len(_HARMLESS) - (name == "use_cudnn"))]
        drawn.append((kind, {**harmless, name: _OBSTACLES[name]}, None))
    drawn += [(kind, {"dropout": 0.5, "use_bias": True}, _RIGHT) for kind in ("lstm", "gru")]
    drawn += [("gru", {"reset_after": False}, _RIGHT), ("lstm", {"use_cudnn": "auto"}, _LEFT)]
    drawn += [("gru", {"reset_after": True, "recurrent_dropout": 0.0}, _EMPTY)]
    two = rng.choice(list(_OBSTACLES), 2, replace=False).tolist()
    drawn.append(("gru", {"reset_after": False, **{name: _OBSTACLES[name] for name in two}}, _LEFT))
    return [Case((kind, _shuffled(rng, settings), _mask(mask))) for kind, settings, mask in drawn]


def _shuffled(rng, settings):
    return {name: settings[name] for name in rng.permutation(list(settings)).tolist()}


def _mask(drawn):
    """(B, T) bool with rows of these lengths, the real steps at the start or at the end."""
    if drawn is None:
        return None
    lengths, at_the_end = drawn
    real = np.arange(5) < np.array(lengths)[:, None]
    return real[:, ::-1].copy() if at_the_end else real


def reference(kind, settings, mask):
    """What the library finds for Keras's own layer, as TensorFlow with a GPU would have it."""
    from keras import layers  # here: tasks are listed without Keras

    from rnncourse.scalability.cudnn import named_obstacles

    built = {"lstm": layers.LSTM, "gru": layers.GRU, "simple_rnn": layers.SimpleRNN}[kind]
    layer = built(**{"units": 2, **settings})
    found = named_obstacles(layer, mask=mask, backend="tensorflow", gpu=True)
    return sorted({name for name, _ in found})


def _without(name):
    def answer(kind, settings, mask):
        return [found for found in reference(kind, settings, mask) if found != name]

    return answer


def missing_is_false(kind, settings, mask):
    given = [name for name in ("use_bias", "reset_after") if kind != "simple_rnn" and not settings.get(name)]
    given = [name for name in given if kind == "gru" or name != "reset_after"]
    return sorted({*reference(kind, settings, mask), *given})


def auto_is_an_obstacle(kind, settings, mask):
    own = ["use_cudnn"] if settings.get("use_cudnn", "auto") is not True and kind != "simple_rnn" else []
    return sorted({*reference(kind, settings, mask), *own})


def dropout_is_an_obstacle(kind, settings, mask):
    own = ["dropout"] if settings.get("dropout") else []
    return sorted({*reference(kind, settings, mask), *own})


def any_mask_is_an_obstacle(kind, settings, mask):
    own = ["mask"] if mask is not None else []
    return sorted({*reference(kind, settings, mask), *own})


def allows_empty_rows(kind, settings, mask):
    found = reference(kind, settings, mask)
    right = mask is not None and (np.diff(mask.astype(int), axis=1) <= 0).all()
    return [name for name in found if not (name == "mask" and right)]


def only_the_first(kind, settings, mask):
    return reference(kind, settings, mask)[:1]


def yes_or_no(kind, settings, mask):
    return not reference(kind, settings, mask)


_EXPLAINED = (
    (
        "recurrent_dropout",
        "漏了 recurrent_dropout：它在每一步里改隐状态，而 cuDNN 的一次调用走完所有步，插不进去。",
        "recurrent_dropout is overlooked: it changes the hidden state at every step, and cuDNN's one call for all "
        "steps leaves no room for that.",
    ),
    (
        "reset_after",
        "漏了 GRU 的 reset_after：重置门乘在矩阵乘法之前还是之后，是两个不同的式子，cuDNN 只会一个。",
        "The GRU's reset_after is overlooked: the reset gate before or after the product makes two different "
        "equations, and cuDNN knows one.",
    ),
    (
        "mask",
        "没有看掩码：前面的填充也会让内核用不了。",
        "The mask is not looked at: padding in front keeps the kernel away as well.",
    ),
    (
        "layer",
        "漏了 SimpleRNN：不管设成什么样，Keras 都不为它调用 cuDNN。",
        "SimpleRNN is overlooked: whatever its settings, Keras does not call cuDNN for it.",
    ),
    (
        "unroll",
        "漏了 unroll：把循环展开成一步步的运算，就没有一次调用走完所有步的机会了。",
        "unroll is overlooked: a loop written out step by step leaves nothing that one call could do.",
    ),
)

TASK = Task(
    name="cudnn_conditions",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.scalability",),
    mistakes=(
        *(Mistake(f"forgets_{name}", _without(name), zh=zh, en=en) for name, zh, en in _EXPLAINED),
        Mistake(
            "missing_is_false",
            missing_is_false,
            zh="没有写出来的设置被当成了 False。没写就是默认值；use_bias 和 reset_after 的默认值是什么？",
            en="A setting that is not written is taken for False. It has its default; what is that of use_bias and of "
            "reset_after?",
        ),
        Mistake(
            "auto_is_an_obstacle",
            auto_is_an_obstacle,
            zh="use_cudnn 的默认值被当成了障碍。“auto”的意思是：条件都满足就用。",
            en='The default of use_cudnn is taken for an obstacle. "auto" means: use it where all conditions hold.',
        ),
        Mistake(
            "dropout_is_an_obstacle",
            dropout_is_an_obstacle,
            zh="dropout 不是障碍：它作用在输入上，在循环之外。在循环里面的是哪一个？",
            en="dropout is no obstacle: it acts on the input, outside the loop. Which one acts inside?",
        ),
        Mistake(
            "any_mask_is_an_obstacle",
            any_mask_is_an_obstacle,
            zh="有掩码不等于用不了：填充都在末尾的那种，内核自己会处理。",
            en="Not every mask is an obstacle: the kernel copes with padding at the end.",
        ),
        Mistake(
            "allows_empty_rows",
            allows_empty_rows,
            zh="有一行掩码全是 False：长度为 0 的序列，内核也不收。",
            en="A row of the mask is False throughout: the kernel does not take a sequence of length 0, either.",
        ),
        Mistake(
            "only_the_first",
            only_the_first,
            zh="只列出了第一个障碍；改掉它，内核还是用不了。题目要全部。",
            en="Only the first obstacle is listed; with that mended the kernel still stays away. All are asked for.",
        ),
        Mistake(
            "yes_or_no",
            yes_or_no,
            zh="你答的是能不能用；题目要的是障碍的名字，没有就是空列表。",
            en="You say whether it can be used; the names of the obstacles are asked for, and an empty list where there "
            "are none.",
        ),
    ),
)
