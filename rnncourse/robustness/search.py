"""The greedy search: of all small changes that fit the budget, the one that hurts the right class most."""

from typing import NamedTuple

import numpy as np

from rnncourse import metrics
from rnncourse.embedded import cut_behind_embeddings, gradients, probability_of
from rnncourse.robustness.edits import SHARE, Edit, apply, budget, overlap
from rnncourse.text import PADDING, pad


class TextAttack(NamedTuple):
    """What an attack made of one text."""

    text: str
    attacked: str
    label: int
    before: float  # probability of the right class
    after: float
    was_right: bool  # whether the right class had the highest probability
    is_right: bool
    edits: tuple  # of Edit, in the order in which they were made
    queries: int  # texts that the model was asked about

    @property
    def succeeded(self):
        """Whether a right answer became a wrong one."""
        return self.was_right and not self.is_right


def text_predictor(model, vocabulary, *, length=None, clean=None):
    """A function from a list of texts to the model's probabilities, as `training.predict` gives them.

    `clean`: what is done to each text before it is encoded (a defence such as `merge_look_alikes`), so that
    an attack on this function knows the defence.
    """
    from rnncourse import training

    def predict(texts):
        texts = texts if clean is None else [clean(text) for text in texts]
        return training.predict(model, [vocabulary.encode(text, length) for text in texts])

    return predict


def attack_texts(predict, texts, labels, edits_of, *, share=SHARE, rank=None, tried=None):
    """Attack each text within its budget; a list of TextAttack, in the order of `texts`.

    `predict`: a list of texts -> probabilities (N,) of class 1, or (N, C); it is all that the attack knows
    (black box). `edits_of`: a text -> its `Edit`s. Round by round, every change that still fits is tried for
    all texts in one call, and each text keeps the one that leaves the right class least; it stops when the
    answer is wrong, the budget spent, or nothing helps. A text that was answered wrongly stays as it is.

    `rank` (white box, `gradient_rank`) and `tried`: only the `tried` changes of each text that rank lowest
    are tried. Raises ValueError for labels that do not fit. After Ren et al. (2019) and Gao et al. (2018).
    """
    labels = np.asarray(labels)
    if labels.shape != (len(texts),):
        raise ValueError(f"labels must be ({len(texts)},), one a text; got {labels.shape}")
    if (rank is None) != (tried is None):
        raise ValueError("rank and tried go together: which changes to try, and how many of them")
    if not len(texts):
        return []
    states = [
        _State(*part) for part in zip(texts, labels.tolist(), *_judged(predict, texts, labels), strict=True)
    ]
    for state in states:
        state.edits = list(edits_of(state.text))
        state.left = budget(state.text, share)
    active = [state for state in states if state.is_right]
    while active:
        offers = _best_ranked(active, [state.offers() for state in active], rank, tried)
        active = [state for state, offer in zip(active, offers, strict=True) if offer]
        offers = [offer for offer in offers if offer]
        if active:
            _round(predict, active, offers)
            active = [state for state in active if state.is_right and state.improved]
    return [state.result() for state in states]


def attack_summary(attacks):
    """{"before", "after": accuracy; "changed": mean share of characters changed; "queries": mean}."""
    return {
        "before": float(np.mean([attack.was_right for attack in attacks])),
        "after": float(np.mean([attack.is_right for attack in attacks])),
        "changed": float(
            np.mean([sum(e.cost for e in attack.edits) / max(1, len(attack.text)) for attack in attacks])
        ),
        "queries": float(np.mean([attack.queries for attack in attacks])),
    }


def gradient_rank(model, vocabulary, *, length=None, clean=None):
    """A `rank` for `attack_texts` by first-order estimates: the white box. TensorFlow only.

    A function of N texts, their labels and N lists of candidates, which returns N arrays of scores. Where
    token t of embedding e_t becomes another of embedding e', the right class's probability changes by about
    (e' - e_t) . gradient at t (HotFlip, Ebrahimi et al., 2018): one gradient ranks all changes of a text. A
    change that makes more or fewer tokens has no such estimate and ranks in the middle, as 0.
    """
    cut = cut_behind_embeddings(model)

    def encoded(texts):
        return [vocabulary.encode(text if clean is None else clean(text), length) for text in texts]

    def rank(texts, labels, candidates):
        ids, labels = pad(encoded(texts)), np.asarray(labels)
        points = cut.points(ids)
        _, slopes = gradients(lambda moved: probability_of(cut.output(ids, moved), labels), points)
        return [
            _estimates(cut, row[row != PADDING], encoded(offered), [slope[place] for slope in slopes])
            for place, (row, offered) in enumerate(zip(ids, candidates, strict=True))
        ]

    return rank


def _estimates(cut, row, candidates, slopes):
    """Estimated changes of the probability, one a candidate: id arrays like the text `row` (T,)."""
    fitting = [i for i, other in enumerate(candidates) if len(other) == len(row) > 0]
    scores = np.zeros(len(candidates))
    if fitting:
        points = cut.points(np.stack([row, *(candidates[i] for i in fitting)]))
        for found, slope in zip(map(np.asarray, points), slopes, strict=True):  # (1 + F, T, D), (T..., D)
            scores[fitting] += ((found[1:] - found[0]) * slope[: len(row)]).sum(axis=(1, 2))
    return scores


class _State:
    """One text on its way."""

    def __init__(self, text, label, probability, is_right):
        self.text, self.label = text, label
        self.before = self.probability = float(probability)
        self.was_right = self.is_right = bool(is_right)
        self.made, self.edits, self.left, self.queries, self.improved = [], [], 0, 1, True

    def offers(self):
        """The edits that can be made now, with the text each leads to."""
        fitting = [
            edit
            for edit in self.edits
            if edit.cost <= self.left and not any(overlap(edit, other) for other in self.made)
        ]
        return [(edit, apply(self.text, [*self.made, edit])) for edit in fitting]

    def take(self, edit, probability, is_right):
        self.made.append(edit)
        self.left -= edit.cost
        self.probability, self.is_right = float(probability), bool(is_right)

    def result(self):
        return TextAttack(
            self.text,
            apply(self.text, self.made),
            self.label,
            self.before,
            self.probability,
            self.was_right,
            self.is_right,
            tuple(Edit(*edit) for edit in self.made),
            self.queries,
        )


def _best_ranked(active, offers, rank, tried):
    """`offers`, of each text the `tried` that rank lowest; all of them without a `rank`."""
    if rank is None:
        return offers
    many = [i for i, offer in enumerate(offers) if len(offer) > tried]
    if many:
        texts = [apply(active[i].text, active[i].made) for i in many]
        labels = [active[i].label for i in many]
        found = rank(texts, labels, [[text for _, text in offers[i]] for i in many])
        for i, scores in zip(many, found, strict=True):
            offers[i] = [offers[i][place] for place in np.argsort(scores, kind="stable")[:tried]]
    return offers


def _round(predict, active, offers):
    """One call of `predict` for all offers; every text takes its best one if it helps."""
    texts = [text for offer in offers for _, text in offer]
    labels = np.repeat([state.label for state in active], [len(offer) for offer in offers])
    probabilities, right = _judged(predict, texts, labels)
    first = 0
    for state, offer in zip(active, offers, strict=True):
        best = first + int(np.argmin(probabilities[first : first + len(offer)]))
        state.queries += len(offer)
        state.improved = probabilities[best] < state.probability
        if state.improved:
            state.take(offer[best - first][0], probabilities[best], right[best])
        first += len(offer)


def _judged(predict, texts, labels):
    """The probability of each text's label, (N,), and whether it is the highest, (N,) bool."""
    probabilities = np.asarray(predict(list(texts)), "float64")
    if len(probabilities) != len(texts) or not np.isfinite(probabilities).all():
        raise ValueError(f"predict must return {len(texts)} finite probabilities, got {probabilities.shape}")
    right = metrics.predict_labels(probabilities) == labels
    if probabilities.ndim == 1:
        return np.where(labels == 1, probabilities, 1 - probabilities), right
    return probabilities[np.arange(len(texts)), labels], right
