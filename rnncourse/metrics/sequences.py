"""Scores of written sequences: BLEU and chrF by sacrebleu, error rates by jiwer, perplexity.

Hypotheses are N strings; references N strings, or N lists of strings where a sentence has several. Every
score is one of the whole corpus: counts are added up first, then divided. An empty hypothesis counts as wrong
altogether; an empty reference is an error.
"""

from typing import NamedTuple

import numpy as np

from rnncourse import language as _language

ORDERS = 4  # BLEU's n-grams: of 1 to 4 tokens
TOKENIZERS = {"zh": "zh", "en": "13a"}  # sacrebleu's names: single hanzi; words and punctuation


class Bleu(NamedTuple):
    """BLEU of a corpus, and what it is made of."""

    score: float  # 0 to 100
    precisions: tuple  # of 1- to 4-grams, 0 to 100
    brevity_penalty: float
    matched: tuple  # n-grams also found in a reference, clipped
    total: tuple  # n-grams of the hypotheses
    length: int  # tokens of the hypotheses
    reference_length: int


def bleu(hypotheses, references, *, language=None, tokenize=None, lowercase=False):
    """Corpus BLEU as a Bleu, by sacrebleu.

    `language` ("zh", "en"; default: the reader's) chooses the tokens: single hanzi or words ("13a").
    `tokenize` overrides it by any of sacrebleu's names; "none" splits at spaces, "char" at every character.
    Where no n-gram of some order matches, sacrebleu's exponential smoothing steps in. Raises TypeError or
    ValueError for what is not N strings and N references. Papineni et al. (2002), Post (2018).
    """
    options = {"language": language, "tokenize": tokenize, "lowercase": lowercase}
    return _bleu_from(bleu_counts(hypotheses, references, **options).sum(axis=0))


def bleu_counts(hypotheses, references, *, language=None, tokenize=None, lowercase=False):
    """What BLEU adds up: int (N, 10), a sentence's matches, then totals of 1- to 4-grams, both lengths.

    Options and errors as in `bleu`; `bleu_of` makes scores of their sums.
    """
    from sacrebleu.metrics import BLEU

    hypotheses, references = checked_pairs(hypotheses, references)
    name = tokenize or TOKENIZERS[_checked_language(language)]
    if name not in BLEU.TOKENIZERS:
        raise ValueError(f"tokenize must be one of {', '.join(BLEU.TOKENIZERS)}; got {name!r}")
    metric = BLEU(tokenize=name, lowercase=lowercase, effective_order=True)
    scores = [metric.sentence_score(h, r) for h, r in zip(hypotheses, references, strict=True)]
    return np.array([[*s.counts, *s.totals, s.sys_len, s.ref_len] for s in scores], int)


def bleu_of(sums):
    """BLEU, 0 to 100, of sums of `bleu_counts`: (10,) gives a float, (R, 10) an array (R,)."""
    sums = np.asarray(sums)
    if sums.shape[-1:] != (2 * ORDERS + 2,):
        raise ValueError(
            f"sums must have shape (10,) or (R, 10), got {sums.shape}; they come from bleu_counts"
        )
    if sums.ndim == 1:
        return _bleu_from(sums).score
    return np.array([_bleu_from(row).score for row in sums])


def _bleu_from(sums):
    from sacrebleu.metrics import BLEU

    matched, total = (list(map(int, part)) for part in (sums[:ORDERS], sums[ORDERS:-2]))
    found = BLEU.compute_bleu(matched, total, int(sums[-2]), int(sums[-1]), smooth_method="exp")
    lengths = int(found.sys_len), int(found.ref_len)
    return Bleu(
        float(found.score), tuple(found.precisions), float(found.bp), tuple(matched), tuple(total), *lengths
    )


def chrf(hypotheses, references, *, word_order=0):
    """Corpus chrF, 0 to 100, by sacrebleu: F2 of character n-grams up to 6, white space left out.

    `word_order=2` gives chrF++. Errors as in `bleu`. Popović (2015).
    """
    from sacrebleu.metrics import CHRF

    hypotheses, references = checked_pairs(hypotheses, references)
    most = max(map(len, references))
    streams = [[r[i] if i < len(r) else None for r in references] for i in range(most)]
    return float(CHRF(word_order=word_order).corpus_score(hypotheses, streams).score)


class ErrorRate(NamedTuple):
    """Edits that turn the references into the hypotheses, as a share of the references' tokens."""

    rate: float  # 0 for a perfect copy; above 1 where more was inserted than there was to say
    substitutions: int
    deletions: int
    insertions: int
    hits: int
    reference_length: int


def word_error_rate(hypotheses, references):
    """WER of a corpus as an ErrorRate, by jiwer: (S + D + I) / words of the references.

    Words are what stands between white space, so Chinese text has to be segmented first, or measured by
    `character_error_rate`. Case and punctuation count: normalise before. Errors as in `bleu`; one reference a
    sentence.
    """
    return _error_rate(_process(hypotheses, references, "word"))


def character_error_rate(hypotheses, references):
    """CER of a corpus as an ErrorRate, by jiwer; spaces are characters, too. Errors as in `bleu`."""
    return _error_rate(_process(hypotheses, references, "character"))


def error_counts(hypotheses, references, *, unit):
    """What an error rate adds up, for each sentence: int (N, 2), edits and tokens of the reference.

    `unit` is "word" or "character". Errors as in `bleu`.
    """
    if unit not in ("word", "character"):
        raise ValueError(f'unit must be "word" or "character", got {unit!r}')
    found = _process(hypotheses, references, unit)
    edits = [
        sum(
            max(c.ref_end_idx - c.ref_start_idx, c.hyp_end_idx - c.hyp_start_idx)
            for c in chunks
            if c.type != "equal"
        )
        for chunks in found.alignments
    ]
    return np.array([edits, [len(tokens) for tokens in found.references]], int).T


def _process(hypotheses, references, unit):
    import jiwer

    hypotheses, references = checked_pairs(hypotheses, references)
    several = next((i for i, r in enumerate(references) if len(r) > 1), None)
    if several is not None:
        raise ValueError(
            f"sentence {several} has several references, an error rate is against one; choose it"
        )
    process = {"word": jiwer.process_words, "character": jiwer.process_characters}[unit]
    return process([r for (r,) in references], hypotheses)


def _error_rate(found):
    kinds = found.substitutions, found.deletions, found.insertions
    length = found.hits + found.substitutions + found.deletions
    return ErrorRate(sum(kinds) / length, *kinds, found.hits, length)


def perplexity(log_probabilities, mask=None):
    """exp of the mean of -log p: among how many equally likely tokens a model hesitates.

    `log_probabilities`: natural logarithms of what a model gave to each right token, any shape, such as
    (B, T); `mask`, of the same shape, is true where a token counts (default: everywhere). V for a model that
    finds all V tokens equally likely, 1 for one that is always sure and right; infinity where a right token
    got 0. Raises ValueError for NaN, for values above 0, for another shape, and where no token counts.
    """
    logs = np.asarray(log_probabilities, dtype=float)
    counted = np.ones(logs.shape, bool) if mask is None else np.asarray(mask).astype(bool)
    if counted.shape != logs.shape:
        raise ValueError(f"mask must have the shape of log_probabilities, {logs.shape}, got {counted.shape}")
    kept = logs[counted]
    if not kept.size:
        raise ValueError("no token counts: log_probabilities is empty, or the mask false everywhere")
    if np.isnan(kept).any() or kept.max() > 1e-6:
        raise ValueError(
            "log_probabilities must be at most 0 and not NaN; probabilities become logarithms by np.log, "
            "logits by log_softmax"
        )
    return float(np.exp(-kept.mean()))


def checked_pairs(hypotheses, references):
    """N strings and N lists of strings, or a TypeError or ValueError that says what to mend."""
    for name, value in (("hypotheses", hypotheses), ("references", references)):
        if isinstance(value, str | bytes):
            raise TypeError(f"{name} must be a list of strings, got a single one; put it into a list: [text]")
    hypotheses, references = list(hypotheses), [_as_list(value) for value in references]
    if len(hypotheses) != len(references):
        raise ValueError(
            f"there are {len(hypotheses)} hypotheses and {len(references)} references; one (or a list of "
            "several) is expected for each hypothesis, in the same order"
        )
    if not hypotheses:
        raise ValueError("there are no hypotheses; at least one is needed")
    for row, (hypothesis, several) in enumerate(zip(hypotheses, references, strict=True)):
        _check_strings([hypothesis], f"hypothesis {row}")
        _check_strings(several, f"reference {row}")
        if not several or not all(text.strip() for text in several):
            raise ValueError(f"reference {row} is empty; drop the sentence, or say what it should have been")
    return hypotheses, references


def _as_list(value):
    return list(value) if isinstance(value, list | tuple) else [value]


def _check_strings(values, name):
    for value in values:
        if not isinstance(value, str):
            given = type(value).__name__
            raise TypeError(f"{name} must be a string, got {given}; turn ids into text by Vocabulary.decode")


def _checked_language(language):
    language = _language.current() if language is None else language
    if language not in TOKENIZERS:
        raise ValueError(f'language must be "zh" or "en", got {language!r}; or name a tokenizer by tokenize=')
    return language
