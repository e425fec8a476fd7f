"""What makes one vector of a sequence, and when recurrence is needed for it: chapter 3.2.1.

Five encoders of about equal size read the same generated sequences: the mean of the embeddings, without any
recurrence; a GRU's last state; the mean or the maximum of its states; the two end states of a bidirectional
GRU. In the keyword task order says nothing. In the order task order is all, and a tail of tokens that say
nothing stands behind what matters: the longer it is, the older the news that a last state must still carry.
"""

import multiprocessing
import os
import sys

import numpy as np

from rnncourse import runtime
from rnncourse.datasets.keyword import draw_keyword_examples
from rnncourse.datasets.order import draw_order_examples
from rnncourse.text import pad

ENCODERS = ("bag", "last", "mean", "max", "both_ends")
TAILS = (0, 20, 60)
TASKS = ("keyword", *(f"order_{tail}" for tail in TAILS))
VOCABULARY = {"keyword": 300, "order": 40}  # of the order task 30 to 39 occur in the tail alone
TAIL_TOKENS = (30, 40)
SEEDS = (0, 1, 2)
EXAMPLES, TESTS = 2_000, 1_000
EPOCHS, BATCH, RATE = 10, 50, 5e-3
SIZE, UNITS = 16, 32


def measure(*, small=False, workers=None):
    """Train every encoder on every task with every seed. Returns {"rows", "seeds", ...}.

    A row: task, encoder, seed, accuracy on TESTS unseen sequences, parameters beside the embedding. `small`
    is one encoder on one task. `workers` processes of one thread each share the work (default: one a core).
    """
    jobs = [(task, encoder, seed) for task in reversed(TASKS) for encoder in ENCODERS for seed in SEEDS]
    rows = [run((TASKS[0], ENCODERS[0], 0), 1)] if small else run_all(jobs, workers or os.cpu_count())
    return {
        "seeds": SEEDS[: 1 if small else None],
        "tails": TAILS,
        "tests": TESTS,
        "training": {"examples": EXAMPLES, "epochs": EPOCHS, "batch": BATCH, "learning_rate": RATE},
        "rows": rows,
    }


def run_all(jobs, workers):
    """The rows of every job, in the order of `jobs`."""
    rows = []
    with multiprocessing.get_context("spawn").Pool(workers, one_thread) as pool:
        for done, row in enumerate(pool.imap(run, jobs), start=1):
            rows.append(row)
            print(f"{done}/{len(jobs)} {row}", file=sys.stderr, flush=True)
    return rows


def one_thread():
    """Prepare a worker: quiet, and one thread."""
    runtime.start("en")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def run(job, epochs=EPOCHS):
    """The row of one (task, encoder, seed)."""
    task, encoder, seed = job
    import keras

    keras.utils.set_random_seed(seed)
    sequences, labels = draw(np.random.default_rng(seed), EXAMPLES + TESTS, task)
    x = pad(sequences)
    vocabulary = VOCABULARY[task.partition("_")[0]]
    model = build(encoder, vocabulary)
    model.compile(keras.optimizers.Adam(RATE, global_clipnorm=1.0), "binary_crossentropy")
    model.fit(x[:EXAMPLES], labels[:EXAMPLES], batch_size=BATCH, epochs=epochs, verbose=0)
    found = model.predict(x[EXAMPLES:], batch_size=250, verbose=0)[:, 0] > 0.5
    return {
        "task": task,
        "encoder": encoder,
        "seed": seed,
        "accuracy": float(np.mean(found == labels[EXAMPLES:])),
        "parameters": model.count_params() - vocabulary * SIZE,
    }


def draw(rng, count, task):
    """Sequences and labels of "keyword" or "order_N", N the length of the tail."""
    kind, _, tail = task.partition("_")
    if kind == "keyword":
        return draw_keyword_examples(rng, count, vocabulary_size=VOCABULARY[kind])
    sequences, labels = draw_order_examples(rng, count, vocabulary_size=TAIL_TOKENS[0])
    tails = rng.integers(*TAIL_TOKENS, (count, int(tail)), dtype="int32")
    return [np.concatenate(pair) for pair in zip(sequences, tails, strict=True)], labels


def build(encoder, vocabulary):
    """Token ids (B, T) -> probability of class 1, by way of one vector that the encoder makes."""
    import keras
    from keras import layers

    from rnncourse.encoders import encode, pool

    tokens = keras.Input((None,), dtype="int32")
    x = layers.Embedding(vocabulary, SIZE)(tokens)  # (B, T, D)
    if encoder == "bag":
        x = layers.Dense(180, activation="tanh")(pool(x, tokens, kind="mean"))
    elif encoder == "both_ends":
        x = pool(encode(x, tokens, cell="gru", units=20), tokens, kind="last")
    else:
        states = encode(x, tokens, cell="gru", units=UNITS, bidirectional=False)
        x = pool(states, tokens, kind=encoder, bidirectional=False)
    if encoder == "bag":
        x = layers.Dense(10, activation="tanh")(x)
    return keras.Model(tokens, layers.Dense(1, activation="sigmoid")(x))
