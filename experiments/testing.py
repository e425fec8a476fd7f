"""What one test figure hides: chapter 3.3.2.

Part "imbalance": complaints (negative reviews, here class 1) are to be found. The same number of texts
trains a small GRU, and logistic regression on TF-IDF, with complaints at one half and at RARE of them, there
also with class weights; all are tested at RARE, with the threshold .5 and with one chosen on the validation
texts. Part "tuning": CANDIDATES random settings a seed, all trained on the same texts; each row keeps which
of the held-out texts its model classified rightly, so that a chapter can choose on some of them and see what
the choice is worth on others. A seed draws texts and weights of the first part, settings and weights of the
second. None of the chapter's test texts takes part.
"""

import multiprocessing
import os
import sys
from functools import cache, partial

import numpy as np

from rnncourse import datasets, metrics, runtime, text
from rnncourse.language import LANGUAGES

SEEDS = (0, 1, 2, 3)
RARE = 0.05  # share of complaints
LONGEST = 40  # tokens that are read of a text
SIZES = (2000, 500, 1500)  # texts to train, to stop early and choose a threshold, and to test
ARMS = ((0.5, None), (RARE, None), (RARE, "balanced"))  # share of complaints in training, class weights
RECIPE = {"epochs": 4, "patience": 4, "learning_rate": 1e-2, "tokens_per_batch": 1024, "progress": "none"}
MODEL = {"units": 16, "embedding_size": 32, "embedding_dropout": 0.2}
CANDIDATES = 5  # settings a seed
TUNED = (1500, 500, 2000)  # texts to train, to choose on and to test
RANGES = {"units": (2, 32), "embedding_size": (4, 64), "learning_rate": (3e-4, 5e-2), "dropout": (0.0, 0.6)}
TUNING_EPOCHS = 3
SMALL, SMALL_EPOCHS = (200, 100, 100), 1


def measure(*, small=False, workers=None):
    """Train everything with every seed. Returns {"rows", "seeds", "data"}.

    `small` is one seed on a few texts, to show that it runs. `workers` processes of one thread each share the
    work (default: one a core; 0: this process alone).
    """
    jobs = [
        (part, language, seed, index, small)
        for part, count in ((imbalance, len(ARMS)), (tuning, CANDIDATES))
        for language in LANGUAGES
        for seed in SEEDS
        for index in range(count)
    ]
    if small:
        jobs = [job for job in jobs if job[1:4] in (("en", 0, 0), ("en", 0, 1))]
    data = {"rare": RARE, "longest": LONGEST, "sizes": SIZES, "recipe": RECIPE, "model": MODEL}
    return {
        "seeds": SEEDS[: 1 if small else None],
        "data": data | {"candidates": CANDIDATES, "tuned": TUNED, "ranges": RANGES},
        "rows": run_all(jobs, os.cpu_count() if workers is None or small else workers),
    }


def run_all(jobs, workers):
    """The rows of every job, in the order of `jobs`."""
    if len(jobs) < 5 or not workers:
        return [row for job in jobs for row in run(job)]
    rows = []
    with multiprocessing.get_context("spawn").Pool(workers, one_thread) as pool:
        for done, found in enumerate(pool.imap(run, jobs), start=1):
            rows += found
            print(f"{done}/{len(jobs)} {str(found[0])[:150]}", file=sys.stderr, flush=True)
    return rows


def one_thread():
    """Prepare a worker: quiet, and one thread."""
    runtime.start("en")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def run(job):
    """The rows of one job."""
    import keras

    part, language, seed, index, small = job
    keras.utils.clear_session()
    return part(language, seed, index, small)


def imbalance(language, seed, arm, small):
    """A row for the GRU and one for logistic regression."""
    share, weights = ARMS[arm]
    train, validation, test = drawn(language, seed, share, SMALL if small else SIZES)
    answers = {
        "gru": fitted_gru(train, validation, weights, seed, SMALL_EPOCHS if small else RECIPE["epochs"]),
        "logistic_regression": fitted_regression(train, weights),
    }
    labels = validation.labels, test.labels
    return [
        {"part": "imbalance", "language": language, "seed": seed, "method": method, "share": share}
        | {"weighted": weights is not None}
        | scores(labels, [ask(part.texts) for part in (validation, test)])
        for method, ask in answers.items()
    ]


@cache
def complaints(language):
    """The reviews of the chapter's training and validation parts; class 1 are the negative ones."""
    parts = datasets.split(datasets.load_reviews(language))[:2]
    texts = [one for part in parts for one in part.texts]
    labels = 1 - np.concatenate([part.labels for part in parts])
    first = parts[0]
    names = first.label_names[::-1]
    return datasets.TextDataset(
        first.name, language, texts, labels, names, first.unit, first.length, first.ngrams
    )


def drawn(language, seed, share, sizes):
    """Training texts with `share` of complaints, validation and test texts with RARE: TextDatasets.

    The same seed gives the same validation and test texts for every share.
    """
    pool, rng = complaints(language), np.random.default_rng(seed)
    common, rare = (rng.permutation(np.flatnonzero(pool.labels == label)) for label in (0, 1))
    parts = []
    for size, part in zip(sizes[::-1], (RARE, RARE, share), strict=True):  # the training part last
        few = round(part * size)
        rows, common, rare = np.r_[common[: size - few], rare[:few]], common[size - few :], rare[few:]
        parts.append(pool.take(rng.permutation(rows)))
    return parts[::-1]


def fitted_gru(train, validation, weights, seed, epochs):
    """A function from texts to probabilities of a complaint."""
    from rnncourse import models, training

    vocabulary = text.Vocabulary.build(train.texts, unit=train.unit, minimum_count=2)
    encode = partial(vocabulary.encode_all, length=LONGEST)
    runtime.set_seed(seed)
    model = models.build_text_classifier(vocabulary_size=len(vocabulary), **MODEL)
    pairs = [(encode(part.texts), part.labels) for part in (train, validation)]
    training.fit(model, *pairs, class_weight=weights, seed=seed, **RECIPE | {"epochs": epochs})
    return lambda texts: training.predict(model, encode(texts))


def fitted_regression(train, weights):
    """The same with logistic regression on TF-IDF of n-grams, of the whole texts."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    tokens = partial(text.tokenize, unit=train.unit)
    features = TfidfVectorizer(
        tokenizer=tokens, token_pattern=None, lowercase=False, ngram_range=train.ngrams, sublinear_tf=True
    )
    model = LogisticRegression(C=10, max_iter=1000, class_weight=weights)
    model.fit(features.fit_transform(train.texts), train.labels)
    return lambda texts: model.predict_proba(features.transform(texts))[:, 1]


def scores(labels, probabilities):
    """Test scores at the threshold .5, and at the one that gives the best F1 on the validation texts."""
    curves = metrics.threshold_curves(labels[0], probabilities[0], steps=1001)
    chosen = float(curves.thresholds[np.nanargmax(curves.f1)])
    y, p = labels[1], probabilities[1]
    row = {
        "average_precision": metrics.average_precision(y, p),
        "calibration_error": metrics.expected_calibration_error(y, p),
        "threshold": chosen,
    }
    for suffix, threshold in (("", 0.5), ("_tuned", chosen)):
        guess = metrics.predict_labels(p, threshold=threshold)
        row["accuracy" + suffix] = metrics.accuracy(y, guess)
        for metric in (metrics.precision, metrics.recall, metrics.f1):
            value = metric(y, guess)
            row[metric.__name__ + suffix] = None if np.isnan(value) else value
    return row


@cache
def balanced_parts(language, sizes):
    """(sequences, labels) to train, to choose on and to test, and the vocabulary's size; always the same."""
    pool = complaints(language)
    rows = np.random.default_rng(0).permutation(len(pool))[: sum(sizes)]
    parts = [pool.take(piece) for piece in np.split(rows, np.cumsum(sizes)[:2])]
    vocabulary = text.Vocabulary.build(parts[0].texts, unit=pool.unit, minimum_count=2)
    return [(vocabulary.encode_all(p.texts, LONGEST), p.labels) for p in parts], len(vocabulary)


def tuning(language, seed, candidate, small):
    """One random setting: a row with the accuracy on the validation texts, and `right` on the test texts.

    `right`: hexadecimal; one bit a test text, the first the highest.
    """
    from rnncourse import models, training

    parts, size = balanced_parts(language, SMALL if small else TUNED)
    setting = random_setting(np.random.default_rng([seed, candidate]))
    options = {name: setting[name] for name in ("units", "embedding_size", "dropout")}
    draw = seed * CANDIDATES + candidate  # other weights for each
    runtime.set_seed(draw)
    model = models.build_text_classifier(
        vocabulary_size=size, **options, embedding_dropout=setting["dropout"]
    )
    recipe = RECIPE | {
        "epochs": SMALL_EPOCHS if small else TUNING_EPOCHS,
        "learning_rate": setting["learning_rate"],
    }
    training.fit(model, *parts[:2], seed=draw, **recipe)
    right = [(training.predict(model, x) >= 0.5) == y for x, y in parts[1:]]
    return [
        {"part": "tuning", "language": language, "seed": seed, **setting}
        | {"validation": float(right[0].mean()), "right": np.packbits(right[1]).tobytes().hex()}
    ]


def random_setting(rng):
    """One value of each of the RANGES: on a logarithmic scale, except for dropout."""
    setting = {name: float(np.exp(rng.uniform(*np.log(RANGES[name])))) for name in list(RANGES)[:3]}
    setting |= {name: round(setting[name]) for name in ("units", "embedding_size")}
    return setting | {"dropout": round(float(rng.uniform(*RANGES["dropout"])), 2)}
