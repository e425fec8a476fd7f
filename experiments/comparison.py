"""Recurrent networks beside other methods, on four tasks, with 300 and with 2,400 training examples: 2.3.

Every method reads the same token ids. The three networks have embeddings of the same size and, within 5%, as
many other parameters; they see the same number of examples, in batches of the same size, at the same learning
rate, and stop early by the same rule. A seed draws the data and the weights; with the same seed all methods
get the same data. None of the test texts of chapter 4.2 takes part.
"""

import itertools
import multiprocessing
import os
import sys
import time
from functools import cache

import numpy as np

from rnncourse import baselines, datasets, runtime, text
from rnncourse.datasets.keyword import draw_keyword_examples
from rnncourse.datasets.order import draw_order_examples

TASKS = ("keyword", "order", "reviews_zh", "reviews_en")
VOCABULARY = {"keyword": 300, "order": 30}  # ids of the generated sequences
SETTINGS = {
    "gru": {"units": 20, "embedding_size": 32, "embedding_dropout": 0.2, "dropout": 0.2},
    "cnn": {"filters": 64, "kernel_size": 3, "embedding_size": 32, "embedding_dropout": 0.2, "dropout": 0.2},
    "transformer": {"embedding_size": 32, "heads": 2, "feed_forward": 32, "pooling": "max", "dropout": 0.2},
}
STATES = 3
CLASSICAL = ("majority", "naive_bayes", "logistic_regression")
HMMS = {"hmm": True, "hmm_free": False}  # order task alone; whether states may only go forward
SEEDS = (0, 1, 2)
SIZES = (300, 2400)  # training examples
HELD_OUT = (200, 1000)  # examples to validate and to test
EXAMPLES_SEEN = 9_600  # by a network in training, whatever the size: epochs = EXAMPLES_SEEN / size
LEARNING_RATE = 1e-2  # not tuned for any of the three
TOKENS_PER_BATCH = 512
LONGEST = 40  # tokens; longer reviews are left out, so that a run takes seconds
SMALL_SIZES, SMALL_SEEN = (100,), 200


def measure(*, small=False, workers=None):
    """Train every method on every task, size and seed. Returns {"rows", "seeds", "settings", "data"}.

    A row: task, method, size, seed, CPU seconds of the training, accuracy on test and training examples,
    parameters. `small` is one size and seed on two tasks, to show that it runs. `workers` processes of one
    thread each share the work (default: one a core; 0: this process alone).
    """
    tasks, seeds = (("order", "reviews_en"), SEEDS[:1]) if small else (TASKS, SEEDS)
    sizes, seen = (SMALL_SIZES, SMALL_SEEN) if small else (SIZES, EXAMPLES_SEEN)
    jobs = [(*job, sizes, seeds, seen) for job in itertools.product(SETTINGS, tasks)]
    jobs += [(method, "order", sizes, seeds, seen) for method in HMMS]
    jobs += [(*job, sizes, seeds, seen) for job in itertools.product(CLASSICAL, tasks)]
    data = {"sizes": sizes, "validation": HELD_OUT[0], "test": HELD_OUT[1], "seen": seen, "longest": LONGEST}
    rows = run_all(jobs, os.cpu_count() if workers is None else workers)
    return {
        "seeds": seeds,
        "settings": SETTINGS,
        "data": {
            **data,
            "tokens_per_batch": TOKENS_PER_BATCH,
            "learning_rate": LEARNING_RATE,
            "states": STATES,
        },
        "rows": rows,
    }


def run_all(jobs, workers):
    """The rows of every job, in the order of `jobs`, which begins with the costliest."""
    if not workers:
        return [row for job in jobs for row in run(job)]
    rows = []
    with multiprocessing.get_context("spawn").Pool(workers, one_thread) as pool:
        for done, found in enumerate(pool.imap(run, jobs), start=1):
            rows += found
            print(f"{done}/{len(jobs)} {found[-1]}", file=sys.stderr, flush=True)
    return rows


def one_thread():
    """Prepare a worker: quiet, and one thread, so that its CPU seconds are those of the method alone."""
    runtime.start("en")
    import tensorflow as tf
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def run(job):
    """All sizes and seeds of one method on one task; returns its rows."""
    method, task, sizes, seeds, seen = job
    rows = []
    for size, seed in itertools.product(sizes, seeds):
        vocabulary_size, train, validation, test = examples_of(task, size, seed)
        started = time.process_time()
        fitted = fit(method, vocabulary_size, train, validation, seed, seen)
        rows.append(
            {
                "task": task,
                "method": method,
                "size": size,
                "seed": seed,
                "cpu_seconds": round(time.process_time() - started, 3),
                "accuracy": accuracy(fitted, *test),
                "train": accuracy(fitted, *train),
                "parameters": fitted.parameters,
            }
        )
    return rows


def fit(method, vocabulary_size, train, validation, seed, seen):
    """Train one method; returns a baselines.Fitted."""
    if method == "majority":
        return baselines.fit_majority(*train)
    if method == "naive_bayes":
        return baselines.fit_naive_bayes(*train)
    if method == "logistic_regression":
        return baselines.fit_logistic_regression(*train, validation)
    if method in HMMS:
        options = {"states": STATES, "vocabulary_size": vocabulary_size, "left_to_right": HMMS[method]}
        return baselines.fit_hmm_classifier(*train, **options, seed=seed)
    return fit_network(method, vocabulary_size, train, validation, seed, seen)


def fit_network(method, vocabulary_size, train, validation, seed, seen):
    """Build one of SETTINGS and train it on `seen` examples, with early stopping."""
    import keras

    from rnncourse import models, training

    builders = {
        "gru": models.build_text_classifier,
        "cnn": models.build_cnn_classifier,
        "transformer": models.build_transformer_classifier,
    }
    keras.utils.clear_session()
    runtime.set_seed(seed)
    model = builders[method](vocabulary_size=vocabulary_size, **SETTINGS[method])
    epochs = max(1, seen // len(train[0]))
    recipe = {"epochs": epochs, "patience": max(2, epochs // 3), "tokens_per_batch": TOKENS_PER_BATCH}
    training.fit(model, train, validation, learning_rate=LEARNING_RATE, progress="none", seed=seed, **recipe)
    return baselines.Fitted(lambda sequences: training.predict(model, sequences), model.count_params())


def accuracy(fitted, sequences, labels):
    """Share of the sequences that are put into their class."""
    return float(np.mean((fitted.predict(sequences) >= 0.5) == labels))


@cache
def examples_of(task, size, seed):
    """The number of ids, and (sequences, labels) to train (`size` of them), to validate and to test."""
    if task.startswith("reviews"):
        return reviews_of(task.removeprefix("reviews_"), size, seed)
    draw = {"keyword": draw_keyword_examples, "order": draw_order_examples}[task]
    count = sum(HELD_OUT) + max(SIZES)
    rng = np.random.default_rng([seed, TASKS.index(task)])
    sequences, labels = draw(rng, count, vocabulary_size=VOCABULARY[task])
    cuts = (0, HELD_OUT[0], sum(HELD_OUT), sum(HELD_OUT) + size)
    validation, test, train = ((sequences[a:b], labels[a:b]) for a, b in itertools.pairwise(cuts))
    return VOCABULARY[task], train, validation, test


@cache
def short_reviews(language):
    """A TextDataset of the short reviews that are not in chapter 4.2's test part, shuffled once."""
    parts = datasets.split(datasets.load_reviews(language))
    kept = set(parts.train.texts) | set(parts.validation.texts)
    corpus = datasets.load_reviews(language)
    short = [
        i
        for i, one in enumerate(corpus.texts)
        if one in kept and len(text.tokenize(one, corpus.unit)) <= LONGEST
    ]
    return corpus.take(np.random.default_rng(0).permutation(short))


def reviews_of(language, size, seed):
    """As `examples_of`: the test texts are always the same, `seed` draws the others."""
    corpus = short_reviews(language)
    drawn = HELD_OUT[1] + np.random.default_rng(seed).permutation(len(corpus) - HELD_OUT[1])
    rows = drawn[HELD_OUT[0] : HELD_OUT[0] + size], drawn[: HELD_OUT[0]], np.arange(HELD_OUT[1])
    train, validation, test = (corpus.take(row) for row in rows)
    vocabulary = text.Vocabulary.build(train.texts, unit=corpus.unit, minimum_count=2)
    parts = ((vocabulary.encode_all(part.texts), part.labels) for part in (train, validation, test))
    return len(vocabulary), *parts
