"""How small a review classifier gets at the same accuracy: chapter 5.1.

A bidirectional GRU of chapter 4.2's sizes is trained on the reviews. Then its weaker direction leaves, and of
the other one and the embedding all but a share of the units, those that do least, and of the vocabulary all
but a share of the tokens, those that are rarest. What is left learns to give the probabilities that the full
model gives (distillation: Hinton et al., 2015), and its weights go into 8 bits. Which shares, the validation
texts decide, for each language once; only then the chosen models and the full ones read the test texts.

The reviews are divided in another way than in the chapters: the test texts of that division were read while
the procedure was worked out.
"""

import multiprocessing
import os
import sys
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from rnncourse import compression, datasets, metrics, runtime, text
from rnncourse.language import LANGUAGES

SEEDS = (0, 1, 2)
DIVISION = 2  # seed of the division into training, validation and test texts
LONGEST = 50  # tokens that are read of a text
TRAINED = {"zh": 4000, "en": 6500}  # texts at most
MODEL = {"units": 64, "embedding_size": 64, "embedding_dropout": 0.7, "dropout": 0.5}
BUCKETS = {"zh": 50_000, "en": 0}  # pairs of characters, hashed
RECIPE = {"epochs": 4, "patience": 1, "learning_rate": 2e-3, "tokens_per_batch": 1024}
DISTILLATION = {"epochs": 4, "learning_rate": 1e-3, "tokens_per_batch": 1024}
CANDIDATES = ((0.75, 1.0), (0.75, 0.8), (0.5, 1.0))  # shares of the units and of the vocabulary
SMALLER = 4.0  # times, in bytes: what a candidate must reach
SMALL = {"trained": 200, "tested": 100, "epochs": 1}


def measure(*, small=False, workers=None):
    """Returns {"rows", "seeds", "change" and the settings}.

    A row is one model of one seed: "candidate" (its place in CANDIDATES; None: the full model), units and
    vocabulary (shares that stay), bytes (compressed; float32 of the full one, 8 bits of others), parameters,
    validation (accuracy), chosen (by the mean over the seeds), test (accuracy; None for what was not chosen).
    "change": {language: test accuracy of the chosen one minus that of the full one, mean over the seeds, and
    the ends of its paired 95% interval}.
    `small` and `workers` as in text_classification.
    """
    seeds, languages = SEEDS[: 1 if small else None], LANGUAGES[: 1 if small else None]
    workers = 0 if small else os.cpu_count() if workers is None else workers
    with tempfile.TemporaryDirectory() as folder:
        jobs = [(_train, language, seed, folder, small) for language in languages for seed in seeds]
        rows = [row for found in run_all(jobs, workers) for row in found]
        chosen = {language: choose(rows, language) for language in languages}
        jobs = [
            (_test, language, seed, chosen[language], folder, small)
            for language in languages
            for seed in seeds
        ]
        tested = run_all(jobs, workers)
    change = {}
    for language in languages:
        answers = [found for job, found in zip(jobs, tested, strict=True) if job[1] == language]
        change[language] = _change(*np.mean(answers, axis=0))
        of_seed = dict(zip(seeds, answers, strict=True))
        for row in rows:
            if row["language"] == language:
                place = {None: 0, chosen[language]: 1}.get(row["candidate"])
                row["chosen"] = place == 1
                row["test"] = None if place is None else float(np.mean(of_seed[row["seed"]][place]))
    known = {language: examples(language, small)[0] for language in languages}
    return {
        "seeds": seeds,
        "model": MODEL | {"bigram_buckets": BUCKETS, "vocabulary_size": known, "longest": LONGEST},
        "trained": TRAINED,
        "recipe": RECIPE,
        "distillation": DISTILLATION,
        "candidates": CANDIDATES,
        "smaller": SMALLER,
        "change": change,
        "rows": rows,
    }


def choose(rows, language):
    """The candidate of highest validation accuracy, mean over the seeds, among those SMALLER times smaller.

    The smallest one, if none is. Of equally accurate ones the smaller.
    """

    def mean(key, candidate):
        return np.mean(
            [row[key] for row in rows if (row["language"], row["candidate"]) == (language, candidate)]
        )

    candidates = {row["candidate"] for row in rows if row["language"] == language} - {None}
    small = [c for c in sorted(candidates) if mean("bytes", None) >= SMALLER * mean("bytes", c)]
    if not small:
        return min(candidates, key=lambda c: mean("bytes", c))
    return max(small, key=lambda c: (mean("validation", c), -mean("bytes", c)))


def _change(before, after):
    """How often each text is answered rightly, mean over the seeds, (N,) twice -> (change, low, high)."""
    pairs = [np.stack([right, np.ones_like(right)], axis=1) for right in (before, after)]
    return list(metrics.compare_models(metrics.ratio_of, *pairs).difference)


def run_all(jobs, workers):
    """What each job returns, in the order of `jobs`."""
    if not workers:
        return [_call(job) for job in jobs]
    results = []
    with multiprocessing.get_context("spawn").Pool(workers, one_thread) as pool:
        for result in pool.imap(_call, jobs):
            results.append(result)
            print(f"{len(results)}/{len(jobs)} {str(result)[:600]}", file=sys.stderr, flush=True)
    return results


def _call(job):
    import keras

    function, *arguments = job
    keras.utils.clear_session()
    return function(*arguments)


def one_thread():
    """Prepare a worker: quiet, and one thread."""
    runtime.start("en")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


@cache
def examples(language, small):
    """The vocabulary's size, and (sequences, labels) to train, to choose on and to test."""
    train, *others = datasets.split(datasets.load_reviews(language), seed=DIVISION)
    parts = [
        train.take(np.arange(min(len(train), SMALL["trained"] if small else TRAINED[language]))),
        *others,
    ]
    parts[1:] = [part.take(np.arange(SMALL["tested"])) for part in others] if small else others
    vocabulary = text.Vocabulary.build(parts[0].texts, unit=train.unit, minimum_count=2)
    return len(vocabulary), [(vocabulary.encode_all(part.texts, LONGEST), part.labels) for part in parts]


def _train(language, seed, folder, small):
    """A full model and every candidate made of it; each is written to `folder`. Returns their rows."""
    from rnncourse import models, training

    size, (train, validation, _) = examples(language, small)
    epochs = {"epochs": SMALL["epochs"]} if small else {}
    fixed = {"progress": "none", "seed": seed}
    runtime.set_seed(seed)
    buckets = BUCKETS[language] // (100 if small else 1)
    full = models.build_text_classifier(vocabulary_size=size, bigram_buckets=buckets, **MODEL)
    training.fit(full, train, validation, **fixed, **RECIPE | epochs)
    full.save(_path(folder, language, seed, None))
    rows = [_row(language, seed, None, full, compression.compressed_bytes(full), validation)]
    answers = training.predict(full, train[0])
    for candidate, (units, share) in enumerate(CANDIDATES[: 1 if small else None]):
        known = round(share * size)
        smaller = reduced(full, units, known, text.pad(_known(train[0][:256], known)))
        distil(smaller, _known(train[0], known), answers, seed, **DISTILLATION | epochs)
        path = _path(folder, language, seed, candidate)
        count = compression.save_int8(smaller, path)
        parts = _known(validation[0], known), validation[1]
        rows.append(_row(language, seed, candidate, compression.load_int8(path), count, parts))
    return rows


def distil(model, sequences, answers, seed, *, epochs, learning_rate, tokens_per_batch):
    """Train `model` to give the probabilities `answers` (N,) of another: they say more than the labels."""
    import keras

    from rnncourse import training

    keras.utils.set_random_seed(seed)
    batches = training.Batches(sequences, answers, tokens=tokens_per_batch, seed=seed)
    rate = training.warm_cosine(learning_rate, len(batches), epochs)
    model.compile(training.adam(model, rate), "binary_crossentropy", jit_compile=False)
    model.fit(batches, epochs=epochs, verbose=0)


def _row(language, seed, candidate, model, count, validation):
    units, share = (1.0, 1.0) if candidate is None else CANDIDATES[candidate]
    row = {"language": language, "seed": seed, "candidate": candidate, "units": units, "vocabulary": share}
    row |= {"bytes": count, "parameters": model.count_params()}
    return row | {"validation": float(np.mean(right(model, *validation)))}


def reduced(model, share, size, tokens):
    """`size` tokens, one direction (that whose units do more on `tokens`), and a share of all other units."""
    import keras

    model = compression.shrink_vocabulary(model, size)
    scores = compression.unit_scores(model, by="activation", tokens=tokens)
    directions = [name for name in scores if isinstance(model.get_layer(name), keras.layers.GRU)]
    weaker = min(directions, key=lambda name: np.sum(scores[name] ** 2))
    return compression.remove_units(model, compression.strongest(scores, share) | {weaker: []})


def _known(sequences, size):
    """The sequences as a vocabulary of `size` tokens encodes them: the rarest tokens are unknown."""
    return [np.where(ids < size, ids, text.UNKNOWN) for ids in sequences]


def _path(folder, language, seed, candidate):
    return Path(folder) / f"{language}-{seed}-{'full.keras' if candidate is None else candidate}"


def _test(language, seed, candidate, folder, small):
    """Which test texts the full model and the chosen one answer rightly: (2, N) of bool."""
    import keras

    from rnncourse import models  # noqa: F401  registers the layers

    size, (_, _, (sequences, labels)) = examples(language, small)
    full = keras.models.load_model(_path(folder, language, seed, None))
    smaller = compression.load_int8(_path(folder, language, seed, candidate))
    known = _known(sequences, round(CANDIDATES[candidate][1] * size))
    return np.stack([right(full, sequences, labels), right(smaller, known, labels)])


def right(model, sequences, labels):
    """Whether `model` puts each sequence into its class, (N,)."""
    from rnncourse import training

    return (training.predict(model, sequences) >= 0.5) == labels
