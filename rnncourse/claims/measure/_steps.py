"""Section 3 of the article: Keras, what encoder and decoder hand over, and the scores."""

import numpy as np
from keras import layers

from rnncourse import metrics
from rnncourse.claims.measure._shared import B, D, H, Measured, T, loop_errors, sequences, states_of
from rnncourse.claims.table import HALF, RIGHT, WRONG
from rnncourse.language import choose


def implements_in_keras():
    """20: Keras's three layers compute what the equations say."""
    errors = loop_errors()
    words = ", ".join(f"{name} {error:.0e}" for name, error in errors.items())
    figure = choose(zh=f"与 NumPy 公式之差：{words}", en=f"differences from the equations in NumPy: {words}")
    return Measured(RIGHT if max(errors.values()) < 1e-5 else WRONG, figure)


def hands_over_states():
    """22: how many state vectors an encoder hands over depends on the layer."""
    both = layers.Bidirectional(layers.LSTM(H, return_state=True))
    counts = {kind.__name__: states_of(kind) for kind in (layers.GRU, layers.LSTM)}
    counts["Bidirectional(LSTM)"] = len(both(sequences(B, T, D))) - 1
    verdict = RIGHT if set(counts.values()) == {1} else HALF
    return Measured(verdict, ", ".join(f"{name} {count}" for name, count in counts.items()))


def leaks():
    """24: an encoder may read both ways; a decoder that does sees the token it has to write."""
    x = sequences(B, T, D)
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


def scores_classifiers():
    """27: where accuracy is equal, recall and F1 tell which classifier is useful; none sees calibration."""
    labels = np.repeat([1, 0], [100, 1900])  # 5% are positive
    never, half = np.zeros_like(labels), labels.copy()
    half[50:150] = 1 - half[50:150]  # 50 of them found, 50 false alarms
    scores = [_three(labels, answers) for answers in (never, half)]
    told = scores[0][0] == scores[1][0] and scores[0][1] < scores[1][1] and scores[0][2] < scores[1][2]
    sure = np.where(half == 1, 0.99, 0.01)
    timid = 0.5 + 0.2 * (sure - 0.5)  # on the same side of 0.5
    errors = [metrics.expected_calibration_error(labels, p) for p in (sure, timid)]
    blind = _three(labels, sure > 0.5) == _three(labels, timid > 0.5)
    pairs = ", ".join(f"{a:.2f} / {b:.2f}" for a, b in zip(*scores, strict=True))
    figure = choose(
        zh=f"正例 5%，总答“否” / 找到一半：准确率、召回率、F1 值 {pairs}；"
        f"看不见校准：{blind}（ECE {errors[0]:.2f} 与 {errors[1]:.2f}）",
        en=f"5% positive, always 'no' / finds half: accuracy, recall, F1 {pairs}; "
        f"blind to calibration: {blind} (ECE {errors[0]:.2f} and {errors[1]:.2f})",
    )
    return Measured(RIGHT if told else WRONG, figure)


def _three(labels, answers):
    return [score(labels, answers.astype(int)) for score in (metrics.accuracy, metrics.recall, metrics.f1)]
