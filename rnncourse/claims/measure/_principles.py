"""Section 2 of the article: the loop and its memory, the parts, the two passes, the learning rate."""

import functools
from types import SimpleNamespace

import keras
import numpy as np
from keras import layers

from rnncourse import cells
from rnncourse.cells import numeric, simple_rnn, unrolled
from rnncourse.claims.measure._shared import (
    KINDS,
    B,
    D,
    H,
    Measured,
    T,
    loop_errors,
    new_rng,
    sequences,
    states_of,
)
from rnncourse.claims.table import HALF, RIGHT, WRONG
from rnncourse.language import choose


def passes_the_state_once():
    """3: every step takes the state once, with the same weights: half right."""
    error, reads = max(loop_errors().values()), []

    def step(x_t, state, params):
        reads.append(state)
        return simple_rnn.step(x_t, state, params)

    counting = SimpleNamespace(**{**vars(simple_rnn), "step": step})
    unrolled.unroll(counting, sequences(B, T, D), cells.initial_params(simple_rnn, D, H, new_rng()))
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


def reads_time_steps():
    """4: one layer takes (B, T, D) of any T, and refuses (B, T)."""
    reader = layers.LSTM(H)
    shapes = [tuple(reader(sequences(B, length, D)).shape) for length in (1, 3, 300)]
    try:
        reader(sequences(B, T))
        refuses = False
    except ValueError:
        refuses = True
    right = set(shapes) == {(B, H)} and refuses
    figure = choose(
        zh=f"T = 1、3、300 都读得了；没有时间轴的 (B, T) 被拒绝：{refuses}",
        en=f"reads T = 1, 3 and 300; (B, T) without a feature axis is refused: {refuses}",
    )
    return Measured(RIGHT if right else WRONG, figure)


def predicts_every_step():
    """5: by default a layer gives one vector; only return_sequences gives one for every step."""
    x = sequences(B, T, D)
    shapes = {every: tuple(layers.LSTM(H, return_sequences=every)(x).shape) for every in (False, True)}
    verdict = {((B, H), (B, T, H)): HALF, ((B, T, H), (B, T, H)): RIGHT}
    figure = f"return_sequences=False {shapes[False]}, True {shapes[True]}"
    return Measured(verdict.get((shapes[False], shapes[True])), figure)


def counts_states():
    """6: every cell remembers, one has a memory of its own beside the hidden state."""
    counts = {kind.__name__: states_of(kind) for kind in KINDS}
    separate = [name for name, count in counts.items() if count > 1]
    verdict = RIGHT if len(separate) == len(counts) else HALF if separate else WRONG
    return Measured(verdict, ", ".join(f"{name} {count}" for name, count in counts.items()))


def needs_no_decoder():
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
    rng = new_rng()
    places = np.array([rng.permutation(steps)[:2] for _ in range(count)])
    symbols = np.full((count, steps), 2)
    for symbol in (0, 1):
        symbols[np.arange(count), places[:, symbol]] = symbol
    return np.eye(3, dtype="float32")[symbols], places[:, 0] < places[:, 1]


def reads_the_prefix():
    """9: the state at the last step moves when the first input does."""
    x = sequences(B, T, D)
    changed = x.copy()
    changed[:, 0] += 1
    layer = layers.GRU(H)
    moved = float(np.abs(np.asarray(layer(x)) - np.asarray(layer(changed))).max())
    figure = choose(
        zh=f"只改 x_1，h_{T} 变化 {moved:.0e}", en=f"x_1 alone changed: h_{T} moves by {moved:.0e}"
    )
    return Measured(HALF if moved > 1e-6 else RIGHT, figure)


def checks_gradients():
    """11: the backward pass through time gives the gradient that central differences give."""
    worst = max(_gradient_error(cell) for cell in KINDS.values())
    figure = choose(
        zh=f"BPTT 与数值梯度的相对误差 {worst:.0e}",
        en=f"BPTT and numeric gradients: relative error {worst:.0e}",
    )
    return Measured(RIGHT if worst < 1e-6 else WRONG, figure)


def _gradient_error(cell):
    rng = new_rng()
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
    rng = new_rng()
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


def finds_a_rate():
    """15: a rate in the middle gets further than a hundred times less and a hundred times more."""
    rates = {rate: _descend(rate) for rate in (0.01, 1.0, 100.0)}
    small, middle, large = (last for _, last in rates.values())
    figure = choose(zh="60 步后的损失：", en="loss after 60 steps, ") + _loss_words(rates)
    return Measured(HALF if middle < 0.5 * min(small, large) else None, figure)


def does_not_converge():
    """16: there is a rate at which the loss does not get below that of always answering 0."""
    rates, nothing = {rate: _descend(rate) for rate in (1.0, 100.0)}, 0.64  # (0.8 * ±1)^2
    failed = [rate for rate, (_, last) in rates.items() if not last < nothing]
    words = choose(zh=f"（总答 0 为 {nothing}）", en=f" (always 0: {nothing})")
    return Measured(WRONG if failed else None, _loss_words(rates) + words)
