"""What attention is worth, and what a decoder loses by reading its own writing: chapter 3.2.2, the decoder.

The task is to copy 5 to 30 digits. The same encoder-decoder is trained with attention, and without it, when
one vector is all that is handed over; each with every one of the SEEDS, on the same batches.
"""

import multiprocessing
import os
import sys

import numpy as np

from rnncourse import runtime
from rnncourse.text import END, PADDING, START

FIRST_DIGIT = 4  # digit d is token d + 4
VOCABULARY = 14
SHORTEST, LONGEST = 5, 30
LENGTHS = (5, 10, 15, 20, 25, 30)
WAYS = {"attention": "additive", "none": None}
SEEDS = (0, 1, 2)
UNITS, EMBEDDING, STEPS, BATCH, RATE = 64, 32, 300, 64, 5e-3
TESTS = 100  # sequences of each length


def measure(*, small=False, workers=None):
    """Train every way with every seed. Returns {"rows", "seeds", "lengths", "tests", "training"}.

    A row: seed, way, length; `whole`, the share of TESTS sequences copied without any mistake by greedy
    decoding; `free` and `forced`, the share of tokens that are right (END included) when the decoder reads
    what it wrote, and when it reads the right answer. `small` is one way with few steps. `workers` processes
    of one thread each share the work (default: one a core; 0: this process alone).
    """
    jobs = [(seed, way, False) for way in WAYS for seed in SEEDS]
    jobs = [(0, "attention", True)] if small else jobs
    return {
        "seeds": SEEDS[: 1 if small else None],
        "lengths": LENGTHS,
        "tests": TESTS,
        "training": {"steps": STEPS, "batch": BATCH, "units": UNITS, "learning_rate": RATE},
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
    """Train one way with one seed; returns a row for each length."""
    import keras

    seed, way, small = job
    keras.utils.clear_session()
    runtime.set_seed(seed)
    model = build(WAYS[way])
    rng = np.random.default_rng(seed)
    for _ in range(3 if small else STEPS):
        source, written, target = draw(rng, rng.integers(SHORTEST, LONGEST + 1, BATCH))
        model.train_on_batch([source, written], target)
    return [{"seed": seed, "way": way, **row} for row in test(model, np.random.default_rng(100 + seed))]


def build(attention):
    """An encoder-decoder of the package, of the sizes above, compiled."""
    import keras

    from rnncourse import models

    sizes = {"source_vocabulary_size": VOCABULARY, "target_vocabulary_size": VOCABULARY}
    model = models.build_translator(**sizes, embedding_size=EMBEDDING, units=UNITS, attention=attention)
    schedule = keras.optimizers.schedules.CosineDecay(RATE, STEPS)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=PADDING)
    model.compile(keras.optimizers.Adam(schedule, global_clipnorm=1.0), loss, jit_compile=False)
    return model


def draw(rng, lengths):
    """Sources (B, T), what a teacher-forced decoder reads (B, T + 1), and its targets (B, T + 1), padded."""
    count, longest = len(lengths), max(lengths)
    source = rng.integers(FIRST_DIGIT, VOCABULARY, (count, longest)).astype("int32")
    source[np.arange(longest) >= np.asarray(lengths)[:, None]] = PADDING
    written = np.pad(source, [(0, 0), (1, 0)])
    written[:, 0] = START
    target = np.pad(source, [(0, 0), (0, 1)])
    target[np.arange(count), lengths] = END
    return source, written, target


def test(model, rng):
    """One row for each of LENGTHS."""
    rows = []
    for length in LENGTHS:
        source, written, target = draw(rng, [length] * TESTS)
        free = write(model, source, length + 1) == target
        forced = np.asarray(model.predict_on_batch([source, written])).argmax(axis=-1) == target
        shares = {"whole": free.all(axis=1).mean(), "free": free.mean(), "forced": forced.mean()}
        rows.append({"length": length, **{name: round(float(share), 4) for name, share in shares.items()}})
    return rows


def write(model, source, steps):
    """Greedy decoding: (B, T) -> (B, steps) tokens, what follows the end included."""
    from keras import ops

    encoder, decoder = model.get_layer("encoder"), model.get_layer("decoder")
    given = encoder(source)
    state, *memory = given if isinstance(given, list | tuple) else [given]
    token, tokens = np.full((len(source), 1), START, "int32"), []
    for _ in range(steps):
        scores, state, *_ = decoder([ops.convert_to_tensor(token), state, *memory])
        token = np.asarray(scores).argmax(axis=-1).astype("int32")  # (B, 1)
        tokens.append(token)
    return np.hstack(tokens)
