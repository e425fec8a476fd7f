"""Checks that compare outputs: change the input in one way, and see whether the output follows.

Each takes a model and its inputs, tokens (B, T) or features (B, T, D), and returns a Finding.
"""

import numpy as np

from rnncourse.diagnosis._finding import FAULT, NOTE, OK, Finding
from rnncourse.language import choose

CHANGE = 1e-6  # outputs that differ by more, against the largest one, have changed; rounding makes 1e-7
_MORE = 5  # steps of padding to add
_MOST_PLACES = 32  # time steps to change, one by one


def outputs_of(model, inputs):
    """The model's outputs as an array. Raises TypeError where there are several."""
    outputs = model(inputs)
    if isinstance(outputs, list | tuple | dict):
        raise TypeError(f"one output is expected, the model returns a {type(outputs).__name__}")
    return np.asarray(outputs)


def changed(outputs, others):
    """Whether two arrays of outputs differ by more than rounding. Different shapes do."""
    if outputs.shape != others.shape:
        return True
    size = max(1.0, float(np.abs(outputs).max(initial=0)))
    return not np.allclose(outputs, others, rtol=0, atol=CHANGE * size)  # NaN differs


def check_outputs(model, inputs):
    """Are the outputs finite, and not the same for every row?"""
    outputs = outputs_of(model, inputs)
    if not np.isfinite(outputs).all():
        found = choose(zh="输出里有 NaN 或无穷大", en="some outputs are NaN or infinite")
        advice = choose(
            zh="找出第一个给出 NaN 的层：学习率过大、除以零、对 0 取对数？",
            en="find the first layer that gives NaN: a large learning rate, a division by zero, a log of 0?",
        )
        return Finding("outputs", FAULT, found, advice)
    if not changed(outputs, np.broadcast_to(outputs[:1], outputs.shape)):
        found = choose(zh="不论读到什么，输出都一样", en="the output is the same whatever is read")
        advice = choose(
            zh="是不是在一个单元上用了 softmax？输入真的接到输出上了吗？",
            en="is there a softmax over one unit? Does the input reach the output at all?",
        )
        return Finding("outputs", FAULT, found, advice)
    return Finding("outputs", OK, choose(zh="输出有限，且随输入而变", en="outputs are finite and vary"))


def check_repetition(model, inputs):
    """Does the same batch get the same outputs twice?"""
    if not changed(outputs_of(model, inputs), outputs_of(model, inputs)):
        found = choose(zh="同一批读两次，输出相同", en="the same batch gets the same outputs again")
        return Finding("repetition", OK, found)
    found = choose(zh="同一批读两次，输出不同", en="the same batch gets other outputs the second time")
    advice = choose(
        zh="上一批的状态漏进了这一批？每次调用都新建了层？dropout 一直开着？",
        en="does the state of one batch leak into the next? Is a layer made anew in every call? Is dropout "
        "always on?",
    )
    return Finding("repetition", FAULT, found, advice)


def check_neighbours(model, inputs):
    """Is a row's output its own, whatever else stands in the batch?"""
    outputs = outputs_of(model, inputs)
    alone = [outputs_of(model, inputs[row : row + 1]) for row in range(min(len(inputs), 4))]
    if not any(changed(outputs[row : row + 1], one) for row, one in enumerate(alone)):
        found = choose(
            zh="一行的输出与同批的其他行无关", en="a row's output does not depend on its neighbours"
        )
        return Finding("neighbours", OK, found)
    found = choose(
        zh="一行的输出取决于同批的其他行", en="a row's output depends on its neighbours in the batch"
    )
    advice = choose(
        zh="有没有哪个 softmax、求和或归一化走了第 0 轴（批的轴）？",
        en="does some softmax, sum or normalisation run along axis 0, that of the batch?",
    )
    return Finding("neighbours", FAULT, found, advice)


def check_padding(model, inputs):
    """Do more zeros beside the tokens leave the outputs as they are?"""
    if inputs.ndim != 2 or inputs.dtype.kind not in "iu":
        found = choose(
            zh="输入不是词元编号，没有查填充", en="the inputs are no token ids: padding is not checked"
        )
        return Finding("padding", NOTE, found)
    before = (inputs[:, 0] == 0).any() and not (inputs[:, -1] == 0).any()  # it pads in front
    more = (_MORE, 0) if before else (0, _MORE)
    try:
        padded = outputs_of(model, np.pad(inputs, ((0, 0), more)))
    except Exception:
        found = choose(
            zh=f"模型只读长度为 {inputs.shape[1]} 的输入，没有查填充",
            en=f"the model reads inputs of {inputs.shape[1]} steps only: padding is not checked",
        )
        return Finding("padding", NOTE, found)
    outputs = outputs_of(model, inputs)
    if padded.ndim > 2 and padded.shape[1] == outputs.shape[1] + _MORE:  # an output for every step
        padded = padded[:, _MORE:] if before else padded[:, :-_MORE]
        outputs, padded = (np.where(inputs[:, :, None] > 0, each, 0) for each in (outputs, padded))
    if not changed(outputs, padded):
        return Finding("padding", OK, choose(zh="多补一些 0，输出不变", en="more padding changes no output"))
    found = choose(zh=f"多补 {_MORE} 个 0，输出就变了", en=f"{_MORE} more zeros change the outputs")
    advice = choose(
        zh="填充被当作词元读了：嵌入层用 mask_zero=True，或在汇聚时用掩码",
        en="padding is read as if it were tokens: mask_zero=True in the embedding, or a mask in the pooling",
    )
    return Finding("padding", FAULT, found, advice)


def check_reach(model, inputs):
    """At how many of its steps does the model read? Each in turn gets other contents."""
    places = places_of(inputs)
    outputs, *others = together(model, [inputs, *(_other_at(inputs, t) for t in places)])
    read, steps = sum(changed(outputs, other) for other in others), len(places)
    if read > 1 or steps == 1:
        found = choose(
            zh=f"试了 {steps} 个时间步，其中 {read} 个会影响输出",
            en=f"{read} of the {steps} time steps tried have an effect on the outputs",
        )
        return Finding("reach", OK, found)
    found = choose(
        zh=f"试了 {steps} 个时间步，只有 {read} 个会影响输出",
        en=f"of the {steps} time steps tried only {read} has an effect on the outputs",
    )
    advice = choose(
        zh="没有循环层（或卷积、注意力、汇聚）把各步连起来，只读了其中一步",
        en="no recurrent layer (nor convolution, attention, pooling) connects the steps, and one is read",
    )
    return Finding("reach", FAULT, found, advice)


def places_of(inputs):
    """Up to 32 time steps, evenly spread, the first and the last among them."""
    return np.unique(np.linspace(0, inputs.shape[1] - 1, min(inputs.shape[1], _MOST_PLACES)).astype(int))


def together(model, batches):
    """The outputs of several batches of one shape, computed in one call."""
    return np.split(outputs_of(model, np.concatenate(batches)), len(batches))


def _other_at(inputs, t):
    """`inputs` with other contents at step t: the next row's token (padding stays), or the sign changed."""
    other = inputs.copy()
    if inputs.ndim == 2:
        ids = np.unique(inputs[inputs > 0])
        place = (np.searchsorted(ids, inputs[:, t]) + 1) % len(ids)
        other[:, t] = np.where(inputs[:, t] > 0, ids[place], 0)
    else:
        other[:, t] = -inputs[:, t] - 0.5 * (inputs[:, t] == 0)
    return other


def check_order(model, inputs, *, ordered=True):
    """Does the order of the steps before the last matter? `ordered` says whether it is meant to.

    The last step stays where it is: a model that reads nothing else is blind to the order, too.
    """
    outputs, *others = together(model, [inputs, *(mixed(inputs, seed) for seed in range(3))])
    if any(changed(outputs, other) for other in others):
        found = choose(zh="前面各步的次序会影响输出", en="the order of the earlier steps matters")
        return Finding("order", OK, found)
    found = choose(zh="打乱前面各步，输出不变", en="the earlier steps in another order change no output")
    if not ordered:
        return Finding("order", NOTE, found + choose(zh="（按设计如此）", en=" (as designed)"))
    advice = choose(
        zh="没有循环层，或者它的输出没有被用到；若本来就要词袋，请给 ordered=False",
        en="there is no recurrent layer, or its output is not used; if a bag of words is what you want, say "
        "ordered=False",
    )
    return Finding("order", FAULT, found, advice)


def mixed(inputs, seed):
    """`inputs` with the real steps of each row but the last in another order; padding stays where it is."""
    rng, other = np.random.default_rng(seed), inputs.copy()
    for row in other:
        real = np.flatnonzero(row if row.ndim == 1 else np.abs(row).max(axis=-1))[:-1]
        row[real] = row[rng.permutation(real)]
    return other


def check_causality(model, inputs, *, causal=None):
    """Does an output at one step depend on later ones? `causal` says whether it must not (None: either)."""
    places = places_of(inputs)[1:]
    outputs, *others = together(model, [inputs, *(_other_at(inputs, t) for t in places)])
    if outputs.ndim < 3 or outputs.shape[1] != inputs.shape[1]:
        found = choose(zh="每行只有一个输出，没有查因果", en="one output a row: causality is not checked")
        return Finding("causality", NOTE, found)
    if not any(changed(outputs[:, :t], other[:, :t]) for t, other in zip(places, others, strict=True)):
        found = choose(zh="每一步的输出只取决于到此为止的输入", en="each output depends on the past alone")
        return Finding("causality", OK, found)
    found = choose(zh="前面的输出取决于后面的输入", en="earlier outputs depend on later inputs")
    advice = choose(
        zh="双向层、居中的卷积或没有因果掩码的注意力；解码器、语言模型和流式模型不能用",
        en="a bidirectional layer, a centred convolution, or attention without a causal mask: not for "
        "decoders, language models and streams",
    )
    return Finding("causality", FAULT if causal else NOTE, found, advice if causal else "")
