"""The claims that a few seconds decide, measured here and now, without the notebooks.

`measure(number)` gives a Measured; NUMBERS says for which. Each function builds what it needs from a seed,
measures, and comes to its verdict by a rule in its code; nothing of what the chapters found is read.
"""

import functools
from dataclasses import dataclass
from types import SimpleNamespace

import keras
import numpy as np
from keras import layers

from rnncourse import cells
from rnncourse.cells import gru, lstm, numeric, simple_rnn, unrolled
from rnncourse.claims.table import HALF, RIGHT, WRONG, find
from rnncourse.language import choose

B, T, D, H = 4, 12, 3, 5
KINDS = {layers.SimpleRNN: simple_rnn, layers.LSTM: lstm, layers.GRU: gru}


@dataclass(frozen=True)
class Measured:
    """What was found here: a `verdict`, None where the measurement does not decide, and its `figure`."""

    verdict: str
    figure: str


def measure(number):
    """Measure the claim `number` on this machine: Measured, or None where that takes a chapter.

    Raises UnknownClaim for a number that is not a claim's.
    """
    function = _MEASURES.get(find(number).number)
    return function and function()


def _rng():
    return np.random.default_rng(0)


def _sequences(*shape):
    return _rng().normal(size=shape).astype("float32")


def _with_params(layer, cell):
    """Give `layer` weights drawn in NumPy; returns them as the cell's Params."""
    params = cells.initial_params(cell, D, H, _rng(), dtype="float32")
    layer.build((None, None, D))
    layer.set_weights(params)
    return params


def _loop_errors():
    """{name: largest difference between a Keras layer and the loop in NumPy}."""
    x, errors = _sequences(B, T, D), {}
    for kind, cell in KINDS.items():
        layer = kind(H, return_sequences=True)
        by_loop = unrolled.unroll(cell, x, _with_params(layer, cell)).outputs
        errors[kind.__name__] = float(np.abs(np.asarray(layer(x)) - by_loop).max())
    return errors


def _passes_the_state_once():
    """3: every step takes the state once, with the same weights: half right."""
    error, reads = max(_loop_errors().values()), []

    def step(x_t, state, params):
        reads.append(state)
        return simple_rnn.step(x_t, state, params)

    counting = SimpleNamespace(**{**vars(simple_rnn), "step": step})
    unrolled.unroll(counting, _sequences(B, T, D), cells.initial_params(simple_rnn, D, H, _rng()))
    counts = {_built(length).count_params() for length in (10, 1000)}
    figure = choose(
        zh=f"T = {T}：状态传 {len(reads)} 次，NumPy 循环与 Keras 相差 {error:.0e}；"
        f"T = 10 与 1000 的参数相同：{len(counts) == 1}",
        en=f"T = {T}: {len(reads)} hand-overs, NumPy loop and Keras differ by {error:.0e}; "
        f"as many parameters for T = 10 and 1000: {len(counts) == 1}",
    )
    once = error < 1e-5 and len(counts) == 1 and len(reads) == T
    return Measured(HALF if once else None, figure)


def _built(length):
    return keras.Sequential([keras.Input((length, D)), layers.SimpleRNN(H)])


def _reads_time_steps():
    """4: one layer takes (B, T, D) of any T, and refuses (B, T)."""
    reader = layers.LSTM(H)
    shapes = [tuple(reader(_sequences(B, length, D)).shape) for length in (1, 3, 300)]
    try:
        reader(_sequences(B, T))
        refuses = False
    except ValueError:
        refuses = True
    right = set(shapes) == {(B, H)} and refuses
    figure = choose(
        zh=f"T = 1、3、300 都读得了；没有时间轴的 (B, T) 被拒绝：{refuses}",
        en=f"reads T = 1, 3 and 300; (B, T) without a feature axis is refused: {refuses}",
    )
    return Measured(RIGHT if right else WRONG, figure)


def _predicts_every_step():
    """5: by default a layer gives one vector; only return_sequences gives one for every step."""
    x = _sequences(B, T, D)
    shapes = {every: tuple(layers.LSTM(H, return_sequences=every)(x).shape) for every in (False, True)}
    verdict = {((B, H), (B, T, H)): HALF, ((B, T, H), (B, T, H)): RIGHT}
    figure = f"return_sequences=False {shapes[False]}, True {shapes[True]}"
    return Measured(verdict.get((shapes[False], shapes[True])), figure)


def _states_of(kind):
    """How many states a layer hands on."""
    return len(kind(H, return_state=True)(_sequences(B, T, D))) - 1


def _counts_states():
    """6: every cell remembers, one has a memory of its own beside the hidden state."""
    counts = {kind.__name__: _states_of(kind) for kind in KINDS}
    separate = [name for name, count in counts.items() if count > 1]
    verdict = RIGHT if len(separate) == len(counts) else HALF if separate else WRONG
    return Measured(verdict, ", ".join(f"{name} {count}" for name, count in counts.items()))


def _needs_no_decoder():
    """8, 21: a recurrent layer and one output tell which of two symbols came first; no decoder."""
    right = _accuracy_without_decoder()
    figure = choose(
        zh=f"没有解码器的 GRU 分类器，谁先出现：准确率 {right:.2f}（瞎猜 0.5）",
        en=f"a GRU classifier without a decoder, which came first: accuracy {right:.2f} (chance 0.5)",
    )
    return Measured(WRONG if right > 0.9 else None, figure)


@functools.cache
def _accuracy_without_decoder():
    x, labels = _first_of_two(512, 8)
    model = keras.Sequential([keras.Input((8, 3)), layers.GRU(16), layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy")
    model.fit(x[:384], labels[:384], epochs=12, batch_size=32, verbose=0)
    return float(np.mean((model.predict(x[384:], verbose=0)[:, 0] > 0.5) == labels[384:]))


def _first_of_two(count, steps):
    """Sequences (count, steps, 3) of one-hot symbols with one a and one b; label 1 where a comes first."""
    rng = _rng()
    places = np.array([rng.permutation(steps)[:2] for _ in range(count)])
    symbols = np.full((count, steps), 2)
    for symbol in (0, 1):
        symbols[np.arange(count), places[:, symbol]] = symbol
    return np.eye(3, dtype="float32")[symbols], places[:, 0] < places[:, 1]


def _reads_the_prefix():
    """9: the state at the last step moves when the first input does."""
    x = _sequences(B, T, D)
    changed = x.copy()
    changed[:, 0] += 1
    layer = layers.GRU(H)
    moved = float(np.abs(np.asarray(layer(x)) - np.asarray(layer(changed))).max())
    figure = choose(
        zh=f"只改 x_1，h_{T} 变化 {moved:.0e}", en=f"x_1 alone changed: h_{T} moves by {moved:.0e}"
    )
    return Measured(HALF if moved > 1e-6 else RIGHT, figure)


def _checks_gradients():
    """11: the backward pass through time gives the gradient that central differences give."""
    worst = max(_gradient_error(cell) for cell in KINDS.values())
    figure = choose(
        zh=f"BPTT 与数值梯度的相对误差 {worst:.0e}",
        en=f"BPTT and numeric gradients: relative error {worst:.0e}",
    )
    return Measured(RIGHT if worst < 1e-6 else WRONG, figure)


def _gradient_error(cell):
    rng = _rng()
    params = cells.initial_params(cell, 2, 3, rng)
    x, wanted = rng.normal(size=(2, 4, 2)), rng.normal(size=(2, 4, 3))

    def loss():
        return float((unrolled.unroll(cell, x, params).outputs * wanted).sum())

    gradients = unrolled.bptt(unrolled.unroll(cell, x, params), wanted).params
    pairs = [
        (by_hand, numeric.numeric_gradient(loss, p)) for by_hand, p in zip(gradients, params, strict=True)
    ]
    return max(numeric.relative_error(*pair) for pair in pairs)


def _descend(rate, steps=60):
    """(first, last) loss of plain gradient descent: an RNN in NumPy learns to echo its input a step later."""
    rng = _rng()
    params = cells.initial_params(simple_rnn, 1, 8, rng)
    x, losses = rng.choice([-1.0, 1.0], (32, 8, 1)), []
    for _ in range(steps):
        run = unrolled.unroll(simple_rnn, x, params)
        difference = run.outputs[:, 1:, :1] - 0.8 * x[:, :-1]
        losses.append(float(np.mean(difference**2)))
        d_outputs = np.zeros_like(run.outputs)
        d_outputs[:, 1:, :1] = 2 * difference / difference.size
        gradients = unrolled.bptt(run, d_outputs).params
        params = type(params)(*(p - rate * g for p, g in zip(params, gradients, strict=True)))
    return losses[0], losses[-1]


def _loss_words(rates):
    return ", ".join(
        choose(zh=f"学习率 {rate:g}：{last:.2f}", en=f"rate {rate:g}: {last:.2f}")
        for rate, (_, last) in rates.items()
    )


def _finds_a_rate():
    """15: a rate in the middle gets further than a hundred times less and a hundred times more."""
    rates = {rate: _descend(rate) for rate in (0.01, 1.0, 100.0)}
    small, middle, large = (last for _, last in rates.values())
    figure = choose(zh="60 步后的损失：", en="loss after 60 steps, ") + _loss_words(rates)
    return Measured(HALF if middle < 0.5 * min(small, large) else None, figure)


def _does_not_converge():
    """16: there is a rate at which the loss does not get below that of always answering 0."""
    rates, nothing = {rate: _descend(rate) for rate in (1.0, 100.0)}, 0.64  # (0.8 * ±1)^2
    failed = [rate for rate, (_, last) in rates.items() if not last < nothing]
    words = choose(zh=f"（总答 0 为 {nothing}）", en=f" (always 0: {nothing})")
    return Measured(WRONG if failed else None, _loss_words(rates) + words)


def _implements_in_keras():
    """20: Keras's three layers compute what the equations say."""
    errors = _loop_errors()
    words = ", ".join(f"{name} {error:.0e}" for name, error in errors.items())
    figure = choose(zh=f"与 NumPy 公式之差：{words}", en=f"differences from the equations in NumPy: {words}")
    return Measured(RIGHT if max(errors.values()) < 1e-5 else WRONG, figure)


def _hands_over_states():
    """22: how many state vectors an encoder hands over depends on the layer."""
    both = layers.Bidirectional(layers.LSTM(H, return_state=True))
    counts = {kind.__name__: _states_of(kind) for kind in (layers.GRU, layers.LSTM)}
    counts["Bidirectional(LSTM)"] = len(both(_sequences(B, T, D))) - 1
    verdict = RIGHT if set(counts.values()) == {1} else HALF
    return Measured(verdict, ", ".join(f"{name} {count}" for name, count in counts.items()))


def _leaks():
    """24: an encoder may read both ways; a decoder that does sees the token it has to write."""
    x = _sequences(B, T, D)
    later = x.copy()
    later[:, T // 2 :] += 1
    moved = {}
    for name, layer in (
        ("GRU", layers.GRU(H, return_sequences=True)),
        ("Bidirectional(GRU)", layers.Bidirectional(layers.GRU(H, return_sequences=True))),
    ):
        before, after = (np.asarray(layer(each))[:, : T // 2] for each in (x, later))
        moved[name] = bool(np.abs(before - after).max() > 1e-6)
    words = ", ".join(f"{name} {found}" for name, found in moved.items())
    figure = choose(
        zh=f"前面的输出随后面的输入而变：{words}", en=f"outputs that move with later inputs: {words}"
    )
    return Measured(HALF if list(moved.values()) == [False, True] else None, figure)


def _compares_words():
    """30: 'X is implemented like X' says nothing: the two sides of the article's sentence are the same."""
    sides = "循环编码器的实现过程与循环编码器类".removesuffix("类").split("的实现过程与")
    figure = choose(zh=f"{sides[0]} 与 {sides[1]}：同一个词", en=f"{sides[0]} and {sides[1]}: the same word")
    return Measured(WRONG if sides[0] == sides[1] else None, figure)


_MEASURES = {
    3: _passes_the_state_once,
    4: _reads_time_steps,
    5: _predicts_every_step,
    6: _counts_states,
    8: _needs_no_decoder,
    9: _reads_the_prefix,
    11: _checks_gradients,
    15: _finds_a_rate,
    16: _does_not_converge,
    20: _implements_in_keras,
    21: _needs_no_decoder,
    22: _hands_over_states,
    24: _leaks,
    30: _compares_words,
}
NUMBERS = tuple(_MEASURES)
