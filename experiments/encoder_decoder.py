"""How long a sequence one state vector can carry: chapter 2.2.2, encoder and decoder.

A GRU encoder reads digits; its last state, `units` numbers, is all that the GRU decoder gets. The decoder
writes the digits backwards and leaves out the zeros. Every width is trained with each of the SEEDS.
"""

import multiprocessing
import os
import sys

import numpy as np

from rnncourse import runtime

PADDING, START, END, FIRST_DIGIT = 0, 1, 2, 3  # digit d is token d + 3
VOCABULARY = 13
UNITS = (16, 32, 64, 128)
SEEDS = (0, 1, 2)
LONGEST = 12
EXAMPLES, EPOCHS, BATCH, RATE = 8_000, 12, 64, 5e-3
TESTS = 200  # sequences of each length


def measure(*, small=False, workers=None):
    """Train every width with every seed. Returns {"rows", "seeds", "units", "longest", "tests"}.

    A row: seed, units, length, accuracy: the share of TESTS sequences of that length answered without any
    mistake, by greedy decoding. `small` is two lengths of one width. `workers` processes of one thread each
    share the work (default: one a core; 0: this process alone).
    """
    jobs = [(seed, units, small) for units in reversed(UNITS) for seed in SEEDS]
    jobs = [(0, UNITS[0], True)] if small else jobs
    return {
        "seeds": SEEDS[: 1 if small else None],
        "units": UNITS,
        "longest": LONGEST,
        "tests": TESTS,
        "training": {"examples": EXAMPLES, "epochs": EPOCHS, "learning_rate": RATE},
        "rows": run_all(jobs, os.cpu_count() if workers is None or small else workers),
    }


def run_all(jobs, workers):
    """The rows of every job, in the order of `jobs`."""
    if len(jobs) == 1 or not workers:
        return [row for job in jobs for row in run(job)]
    rows = []
    with multiprocessing.get_context("spawn").Pool(workers, one_thread) as pool:
        for done, found in enumerate(pool.imap(run, jobs), start=1):
            rows += found
            print(f"{done}/{len(jobs)} {found[0]} ... {found[-1]}", file=sys.stderr, flush=True)
    return rows


def one_thread():
    """Prepare a worker: quiet, and one thread."""
    runtime.start("en")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def run(job):
    """Train one width with one seed; returns a row for each length."""
    import keras

    seed, units, small = job
    keras.utils.clear_session()
    runtime.set_seed(seed)
    rng = np.random.default_rng(seed)
    sources = draw_sources(rng, 256 if small else EXAMPLES)
    model = build(units)
    batch = sources, *teacher_forced(sources)
    schedule = keras.optimizers.schedules.CosineDecay(RATE, EPOCHS * len(sources) // BATCH)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=PADDING)
    model.compile(keras.optimizers.Adam(schedule, global_clipnorm=1.0), loss)
    model.fit(batch[:2], batch[2], batch_size=BATCH, epochs=1 if small else EPOCHS, verbose=0)
    lengths = (1, 2) if small else range(1, LONGEST + 1)
    return [{"seed": seed, "units": units, "length": n, "accuracy": accuracy(model, rng, n)} for n in lengths]


def draw_sources(rng, count, *, length=None):
    """Rows of random digits as tokens (count, LONGEST), padded; lengths from 1 to LONGEST, or `length`."""
    lengths = rng.integers(1, LONGEST + 1, count) if length is None else np.full(count, length)
    digits = rng.integers(0, 10, (count, LONGEST)) + FIRST_DIGIT
    return np.where(np.arange(LONGEST) < lengths[:, None], digits, PADDING)


def answer(source):
    """The digits of one row (LONGEST,) backwards, without zeros."""
    digits = source[source > FIRST_DIGIT]
    return digits[::-1]


def teacher_forced(sources):
    """Decoder inputs and targets, (B, LONGEST + 1) each: the answer after START, the answer before END."""
    inputs, targets = np.zeros((2, len(sources), LONGEST + 1), int)
    for row, source in enumerate(sources):
        digits = answer(source)
        inputs[row, : len(digits) + 1] = [START, *digits]
        targets[row, : len(digits) + 1] = [*digits, END]
    return inputs, targets


def build(units):
    """Two inputs, source and decoder input, to logits (B, N, VOCABULARY)."""
    import keras
    from keras import layers

    source, written = keras.Input((None,)), keras.Input((None,))
    x = layers.Embedding(VOCABULARY, 16, mask_zero=True)(source)
    state = layers.GRU(units)(x)
    y = layers.Embedding(VOCABULARY, 16)(written)
    y = layers.GRU(units, return_sequences=True)(y, initial_state=state)
    return keras.Model([source, written], layers.Dense(VOCABULARY)(y))


def accuracy(model, rng, length):
    """Share of TESTS sequences of `length` digits that greedy decoding answers without any mistake."""
    sources = draw_sources(rng, TESTS, length=length)
    written = np.full((TESTS, 1), START)
    for _ in range(LONGEST + 1):
        logits = np.asarray(model([sources, written]))
        written = np.hstack([written, logits[:, -1:].argmax(-1)])
    right = [[*answer(source), END] for source in sources]
    pairs = zip(written[:, 1:], right, strict=True)
    return float(np.mean([list(row[: len(r)]) == r for row, r in pairs]))
