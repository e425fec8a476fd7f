"""A hidden Markov model over token ids: forward algorithm, Baum-Welch training, one model a class.

S states, V tokens. p(x, s) = start[s_1] emission[s_1, x_1] * product over t > 1 of
transition[s_(t-1), s_t] emission[s_t, x_t]; the states are never seen. All in log space: the probability of
a long sequence is smaller than any float. Rabiner (1989).
"""

from typing import NamedTuple

import numpy as np

from rnncourse.baselines.counting import Fitted, _checked, _sigmoid
from rnncourse.text import pad

_LEAST = 1e-3  # counts added before a row is normalised: no emission becomes impossible
_NEVER = -1e9  # stands for log 0, so that no difference is NaN


class HMM(NamedTuple):
    """Log probabilities. Each row of `transition` and `emission` sums to 1 after exp."""

    start: np.ndarray  # (S,)
    transition: np.ndarray  # (S, S), from the row's state to the column's
    emission: np.ndarray  # (S, V)


def log_sum_exp(x, axis):
    """log(sum(exp(x))) along `axis`, safe for numbers far below zero."""
    top = x.max(axis=axis, keepdims=True)
    return np.squeeze(top, axis) + np.log(np.exp(x - top).sum(axis=axis))


def forward(model, tokens):
    """alpha[b, t, s] = log p(x_1 .. x_t, s_t = s) for tokens (B, T): (B, T, S); padding, id 0, keeps it."""
    alpha = [model.start + model.emission[:, tokens[:, 0]].T]  # (B, S)
    for x_t in tokens.T[1:]:
        reached = log_sum_exp(alpha[-1][:, :, None] + model.transition, axis=1)  # (B, S)
        new = reached + model.emission[:, x_t].T
        alpha.append(np.where((x_t != 0)[:, None], new, alpha[-1]))
    return np.stack(alpha, axis=1)


def log_likelihood(model, sequences):
    """log p(x) of each of N id arrays, the sum over all paths of states: (N,). None may be empty."""
    tokens = _padded(sequences, model.emission.shape[1])
    return log_sum_exp(forward(model, tokens)[:, -1], axis=1)


def backward(model, tokens):
    """beta[b, t, s] = log p(x_(t+1) .. x_T | s_t = s): (B, T, S); 0 at the last token and behind it."""
    beta = [np.zeros((len(tokens), len(model.start)))]
    for x_next in tokens.T[:0:-1]:
        after = model.emission[:, x_next].T + beta[-1]  # (B, S)
        new = log_sum_exp(model.transition + after[:, None, :], axis=2)
        beta.append(np.where((x_next != 0)[:, None], new, 0.0))
    return np.stack(beta[::-1], axis=1)


def fit_hmm(sequences, *, states, vocabulary_size, rounds=40, restarts=3, left_to_right=False, seed=42):
    """Baum-Welch: the HMM, of `restarts` random beginnings, under which `sequences` are likeliest.

    `left_to_right` forbids the way back to an earlier state. Raises ValueError for an empty list or sequence,
    or an id that is not from 1 to vocabulary_size - 1.
    """
    tokens = _padded(sequences, vocabulary_size)
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(restarts):
        model = _random(rng, states, vocabulary_size, left_to_right)
        for _ in range(rounds):
            model, likelihood = improve(model, tokens)
        found.append((likelihood, model))
    return max(found, key=lambda pair: pair[0])[1]


def improve(model, tokens):
    """One round of Baum-Welch on tokens (B, T): the new HMM, and the log likelihood of the old one."""
    alpha, beta = forward(model, tokens), backward(model, tokens)
    total = log_sum_exp(alpha[:, -1], axis=1)  # (B,)
    real = tokens != 0
    in_state = np.exp(alpha + beta - total[:, None, None]) * real[:, :, None]  # (B, T, S)
    after = model.emission[:, tokens[:, 1:]].transpose(1, 2, 0) + beta[:, 1:]  # (B, T - 1, S)
    steps = alpha[:, :-1, :, None] + model.transition + after[:, :, None, :] - total[:, None, None, None]
    moves = (np.exp(steps) * real[:, 1:, None, None]).sum(axis=(0, 1))  # (S, S)
    emitted = np.zeros_like(model.emission)
    np.add.at(emitted.T, tokens[real], in_state[real])
    emitted[:, 1:] += _LEAST
    moves = np.where(model.transition > _NEVER, moves + _LEAST, 0)
    return HMM(*map(_log_shares, (in_state[:, 0].sum(axis=0), moves, emitted))), total.sum()


def fit_hmm_classifier(sequences, labels, *, states, vocabulary_size, **options):
    """One HMM a class, then Bayes: log p(1)/p(0) + log p(x|1)/p(x|0). `options` as for `fit_hmm`."""
    labels = _checked(sequences, labels, both=True)
    models = []
    for label in (0, 1):
        own = [sequence for sequence, y in zip(sequences, labels, strict=True) if y == label]
        models.append(fit_hmm(own, states=states, vocabulary_size=vocabulary_size, **options))
    prior = np.log(labels.mean()) - np.log(1 - labels.mean())

    def predict(sequences):
        against, towards = (log_likelihood(model, sequences) for model in models)
        return _sigmoid(prior + towards - against)

    return Fitted(predict, 2 * sum(part.size for part in models[0]))


def _random(rng, states, vocabulary_size, left_to_right):
    transition = rng.uniform(0.5, 1.5, (states, states)) + states * np.eye(states)
    transition = np.triu(transition) if left_to_right else transition
    emission = rng.uniform(0.5, 1.5, (states, vocabulary_size))
    emission[:, 0] = 0  # padding is no token
    return HMM(*map(_log_shares, (rng.uniform(0.5, 1.5, states), transition, emission)))


def _log_shares(counts):
    """log of counts / their sum along the last axis; `_NEVER` where a count is 0."""
    shares = counts / counts.sum(axis=-1, keepdims=True)
    return np.where(shares > 0, np.log(np.maximum(shares, 1e-300)), _NEVER)


def _padded(sequences, vocabulary_size):
    if not len(sequences) or not all(len(sequence) for sequence in sequences):
        raise ValueError("an HMM reads sequences of at least one token; drop the empty ones first")
    lowest, highest = min(map(np.min, sequences)), max(map(np.max, sequences))
    if lowest < 1 or highest >= vocabulary_size:
        raise ValueError(f"token ids must be 1 to {vocabulary_size - 1}, got {lowest} to {highest}")
    return pad(sequences)
