"""What each knob of a text classifier does, one knob at a time: chapter 4.2.

Every setting is REFERENCE with one knob turned (for the exception see `settings`), trained with each of the
SEEDS, in both languages, on short reviews. None of the chapter's test texts takes part: the texts come from
its training and validation parts and are divided anew. The bar sees the same training texts.
"""

import itertools
import multiprocessing
import os
import sys
import time
from dataclasses import replace
from functools import cache, partial

import numpy as np

from rnncourse import datasets, runtime, text
from rnncourse.language import LANGUAGES

REFERENCE = {
    "cell": "gru",
    "units": 32,
    "layers": 1,
    "bidirectional": True,
    "pooling": "max",
    "dropout": 0.3,  # of the embedding, between the layers and before the output
    "embedding_size": 64,
    "learning_rate": 5e-3,
}
KNOBS = {
    "cell": ("simple_rnn", "lstm", "gru"),
    "units": (2, 8, 32, 64),
    "layers": (1, 2),
    "bidirectional": (False, True),
    "pooling": ("last", "mean", "max"),
    "dropout": (0.0, 0.3, 0.6),
    "embedding_size": (4, 64),
    "learning_rate": (5e-4, 5e-3, 5e-2),
}
SEEDS = (0, 1, 2)
LONGEST = 40  # tokens; longer reviews are left out, so that a run takes seconds
SIZES = (2400, 400, 1500)  # texts to train, to stop early and to test
EPOCHS = 3
TOKENS_PER_BATCH = 1024
SMALL_SIZES, SMALL_EPOCHS = (200, 50, 100), 1


def measure(*, small=False, workers=None):
    """Train every setting with every seed. Returns {"rows", "seeds", "reference", "knobs", "data", "bars"}.

    A row: language, seed, the knobs, accuracy on the test texts, accuracy when their tokens are shuffled,
    parameters, CPU seconds an epoch. `small` is two settings on a few texts, to show that it runs. `workers`
    processes of one thread each share the work (default: one a core; 0: this process alone).
    """
    chosen = list(settings())[: 2 if small else None]
    seeds = SEEDS[: 1 if small else None]
    sizes, epochs = (SMALL_SIZES, SMALL_EPOCHS) if small else (SIZES, EPOCHS)
    jobs = [(*job, sizes, epochs) for job in itertools.product(LANGUAGES, seeds, chosen)]
    return {
        "seeds": seeds,
        "reference": REFERENCE,
        "knobs": KNOBS,
        "data": {"train": sizes[0], "test": sizes[2], "longest": LONGEST, "epochs": epochs},
        "bars": {language: bar(parts_of(language, sizes)) for language in LANGUAGES},
        "rows": run_all(jobs, os.cpu_count() if workers is None else workers),
    }


def settings():
    """REFERENCE, then REFERENCE with one knob turned; then the units once more, with pooling "last".

    There nothing but the state carries a word to the end of the text: if memory limits accuracy, then there.
    """
    yield REFERENCE
    for name, values in KNOBS.items():
        yield from ({**REFERENCE, name: value} for value in values if value != REFERENCE[name])
    yield from ({**REFERENCE, "pooling": "last", "units": units} for units in KNOBS["units"] if units != 32)


def run_all(jobs, workers):
    """`run` of every job, in the order of `jobs`; the costliest begin first, so that no process waits."""
    if not workers:
        return [run(job) for job in jobs]
    order = sorted(range(len(jobs)), key=lambda i: -jobs[i][2]["units"] * jobs[i][2]["layers"])
    rows = [None] * len(jobs)
    with multiprocessing.get_context("spawn").Pool(workers, one_thread) as pool:
        results = pool.imap(run, [jobs[i] for i in order])
        for done, (i, row) in enumerate(zip(order, results, strict=True), start=1):
            rows[i] = row
            print(f"{done}/{len(jobs)} {row}", file=sys.stderr, flush=True)
    return rows


def one_thread():
    """Prepare a worker: quiet, and one thread, so that its CPU seconds are those of the model alone."""
    runtime.start("en")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


@cache
def parts_of(language, sizes):
    """TextDatasets of `sizes` texts to train, to stop early and to test, none in the chapter's test part."""
    chapter = datasets.split(datasets.load_reviews(language))
    parts = chapter.train, chapter.validation
    texts = [one for part in parts for one in part.texts]
    pool = replace(chapter.train, texts=texts, labels=np.concatenate([part.labels for part in parts]))
    short = [i for i, one in enumerate(texts) if len(text.tokenize(one, pool.unit)) <= LONGEST]
    chosen = np.random.default_rng(0).permutation(short)[: sum(sizes)]
    return [pool.take(piece) for piece in np.split(chosen, np.cumsum(sizes)[:2])]


@cache
def examples_of(language, sizes):
    """The vocabulary's size, and (sequences, labels) of each part."""
    parts = parts_of(language, sizes)
    vocabulary = text.Vocabulary.build(parts[0].texts, unit=parts[0].unit, minimum_count=2)
    return len(vocabulary), [(vocabulary.encode_all(part.texts), part.labels) for part in parts]


def bar(parts):
    """Test accuracy of TF-IDF and logistic regression, its strength chosen on the validation part."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    train, validation, test = parts
    tokens = partial(text.tokenize, unit=train.unit)
    features = TfidfVectorizer(
        tokenizer=tokens, token_pattern=None, lowercase=False, ngram_range=train.ngrams, sublinear_tf=True
    )
    x = features.fit_transform(train.texts)
    models = [LogisticRegression(C=c, max_iter=1000).fit(x, train.labels) for c in (1, 3, 10, 30)]
    best = max(models, key=lambda model: model.score(features.transform(validation.texts), validation.labels))
    return best.score(features.transform(test.texts), test.labels)


def run(job):
    """Train one setting with one seed; returns its row."""
    import keras

    from rnncourse import training
    from rnncourse.models import build_text_classifier

    language, seed, setting, sizes, epochs = job
    vocabulary_size, (train, validation, test) = examples_of(language, sizes)
    keras.utils.clear_session()
    runtime.set_seed(seed)
    options = {**setting, "embedding_dropout": setting["dropout"]}
    rate = options.pop("learning_rate")
    model = build_text_classifier(vocabulary_size=vocabulary_size, **options)
    recipe = {"epochs": epochs, "patience": epochs, "tokens_per_batch": TOKENS_PER_BATCH}
    clock = epoch_clock()
    recipe |= {"progress": "none", "seed": seed, "callbacks": [clock]}
    training.fit(model, train, validation, learning_rate=rate, **recipe)
    return {
        "language": language,
        "seed": seed,
        **setting,
        "accuracy": accuracy(model, *test),
        "shuffled": accuracy(model, shuffled(test[0], seed), test[1]),
        "parameters": model.count_params(),
        "cpu_seconds": round(min(clock.seconds), 3),
    }


def accuracy(model, sequences, labels):
    """Share of the sequences that `model` puts into their class."""
    from rnncourse import training

    return float(np.mean((training.predict(model, sequences) >= 0.5) == labels))


def shuffled(sequences, seed):
    """The same tokens in another order."""
    rng = np.random.default_rng(seed)
    return [rng.permutation(sequence) for sequence in sequences]


def epoch_clock():
    """A callback whose `seconds` are this process's CPU seconds of each epoch, validation left out."""
    import keras

    class EpochClock(keras.callbacks.Callback):
        seconds = ()

        def on_epoch_begin(self, epoch, logs=None):
            self.begun = time.process_time()

        def on_test_begin(self, logs=None):
            self.seconds = (*self.seconds, time.process_time() - self.begun)

    return EpochClock()
