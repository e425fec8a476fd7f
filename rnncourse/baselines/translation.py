"""Translation without a network: the most similar known sentence, and a word table learnt by EM.

Sentences are arrays of ids (T,) and (N,), without marks, as `training.fit_translator` takes them.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from rnncourse.baselines.counting import ngrams
from rnncourse.text import PADDING, UNKNOWN

NOTHING = PADDING  # the source token that a target token comes from when it comes from none (Brown's null)


class Nearest(NamedTuple):
    """What a memory of translations answers: targets, the known pair each is from, and its cosine."""

    targets: list
    indices: np.ndarray  # (B,)
    similarities: np.ndarray  # (B,), 0 to 1


def fit_nearest(sources, targets, *, longest=2):
    """Translate by memory: a function from B sources to a Nearest, the targets of the most similar ones.

    Similarity is the cosine of the TF-IDF weights of n-grams of 1 to `longest` ids; the first of equals wins.
    Raises ValueError for lists that are empty or of different lengths.
    """
    _check_pairs(sources, targets)
    features = TfidfVectorizer(analyzer=lambda ids: ngrams(ids, longest), sublinear_tf=True)
    known = features.fit_transform(sources)  # (N, G)

    def translate(sources):
        cosines = features.transform(sources) @ known.T  # (B, N), sparse
        best = [int(row.toarray().argmax()) for row in cosines]
        found = np.array([cosines[i, j] for i, j in enumerate(best)])
        return Nearest([targets[j] for j in best], np.array(best), found)

    return translate


@dataclass(frozen=True, eq=False)
class WordTable:
    """t(f | e): how probable it is that the source token e becomes the target token f (IBM model 1).

    `sources`, `targets`, `probabilities`: (L,) each, one entry a pair that met in a sentence, sorted by
    source and target; `log_likelihoods`: (R,), the mean log p(target | source sentence) per target token
    before each round of EM, up to a constant.
    """

    sources: np.ndarray
    targets: np.ndarray
    probabilities: np.ndarray
    log_likelihoods: np.ndarray

    def probability(self, source, target):
        """t of every pair of tokens: ids (T,), (N,) -> (N, T); 0 where they never met."""
        width = int(self.targets.max()) + 1
        keys = self.sources * width + self.targets
        target = np.asarray(target, np.int64)[:, None]
        wanted = np.asarray(source, np.int64)[None] * width + target  # (N, T)
        place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        found = (keys[place] == wanted) & (target < width)
        return np.where(found, self.probabilities[place], 0.0)

    def posterior(self, source, target):
        """Where each target token comes from, p(a_n = t | both sentences): (N, T + 1), column 0 for nothing.

        Rows add up to 1, or are all 0 where the token never met any of the others. As an attention map is
        read, so can this be, but for that column.
        """
        weights = self.probability(np.concatenate([[NOTHING], np.asarray(source, np.int64)]), target)
        total = weights.sum(axis=1, keepdims=True)
        return np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)

    def best(self, source):
        """What each token of `source` (T,) most probably becomes: target ids (T,), UNKNOWN for a new one."""
        return np.array([self._winners.get(int(token), UNKNOWN) for token in source], dtype=np.int32)

    @cached_property
    def _winners(self):
        order = np.lexsort((self.targets, -self.probabilities, self.sources))
        tokens, first = np.unique(self.sources[order], return_index=True)
        return dict(zip(tokens.tolist(), self.targets[order][first].tolist(), strict=True))

    def word_for_word(self, source):
        """Each token's `best` in the source's order; equal neighbours once, unknown ones left out."""
        written = self.best(source)
        written = written[written != UNKNOWN]
        return written[np.diff(written, prepend=-1) != 0]


def fit_word_table(sources, targets, *, rounds=8):
    """IBM model 1 by `rounds` of expectation maximisation from equal probabilities, as a WordTable.

    Every target token comes from one source token, or from nothing, each with the same chance a priori: order
    plays no part. EM alternates between asking where each token came from (given the table) and counting
    (given the answer). Brown et al. (1993), The mathematics of statistical machine translation. Raises
    ValueError for lists that are empty or of different lengths, or fewer than 1 round.
    """
    _check_pairs(sources, targets)
    if rounds < 1:
        raise ValueError(f"rounds must be at least 1, got {rounds}")
    e, f, token = _links(sources, targets)  # (M,) each
    width = int(f.max()) + 1
    keys, entry = np.unique(e * width + f, return_inverse=True)
    heads = keys // width  # (L,)
    t, log_likelihoods = np.full(len(keys), 1.0 / len(np.unique(f))), []
    for _ in range(rounds):
        total = np.bincount(token, t[entry])  # (all target tokens,)
        log_likelihoods.append(np.log(total).mean())
        counts = np.bincount(entry, t[entry] / total[token])  # expectation
        t = counts / np.bincount(heads, counts)[heads]  # maximisation
    return WordTable(heads, keys % width, t, np.array(log_likelihoods))


def _links(sources, targets):
    """Every pair of tokens within a pair of sentences: source ids, target ids, which target token."""
    e, f, token, seen = [], [], [], 0
    for source, target in zip(sources, targets, strict=True):
        source = np.concatenate([[NOTHING], np.asarray(source, np.int64)])
        e.append(np.tile(source, len(target)))
        f.append(np.repeat(np.asarray(target, np.int64), len(source)))
        token.append(np.repeat(seen + np.arange(len(target)), len(source)))
        seen += len(target)
    return tuple(np.concatenate(part) for part in (e, f, token))


def _check_pairs(sources, targets):
    if not len(sources) or len(sources) != len(targets):
        raise ValueError(
            f"expected pairs of sentences, got {len(sources)} sources and {len(targets)} targets"
        )
    if not any(len(target) for target in targets):
        raise ValueError("all targets are empty; give sentences of at least one token")
