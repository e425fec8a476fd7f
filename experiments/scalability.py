"""What time grows with, and what makes it shorter: chapter 5.2. One process, one thread, on a quiet machine.

Part "scaling": a GRU's forward pass and training step, one size varied at a time (SWEEPS), T at several D and
H (GRID), and sizes that no fit may see (HELD_OUT). Part "bucketing": the same reviews in batches of the same
size, padded to the longest of all, to the longest of each batch, and sorted by length before. Part "mode":
eager, graph, XLA and unrolled, with the time of the first call. Part "precision": Keras's policies. A seed
draws weights, data and order; seconds are the shortest of several rounds, in turns: whatever else a machine
does makes a round longer, never shorter.
"""

import multiprocessing
import os
import time

import numpy as np

from rnncourse import datasets, runtime, text
from rnncourse.language import LANGUAGES
from rnncourse.scalability.timing import measure_in_turns

SEEDS = (0, 1, 2)
BASE = {"B": 16, "T": 64, "D": 64, "H": 64}
SWEEPS = {
    "T": (8, 16, 32, 64, 128, 256, 512),
    "B": (1, 2, 4, 8, 16, 32, 64, 128, 256),
    "D": (4, 8, 16, 32, 64, 128, 256, 512, 1024),
    "H": (8, 16, 32, 64, 128, 256, 512),
}
GRID = {"T": (64, 128, 256, 512), "D, H": ((64, 16), (64, 64), (64, 256), (16, 64), (256, 64))}
HELD_OUT = (  # B, T, D, H
    (4, 100, 64, 16), (24, 20, 64, 128), (100, 40, 16, 64), (8, 300, 128, 64), (48, 150, 64, 32),
    (2, 400, 64, 256), (200, 24, 256, 64), (12, 90, 64, 512), (64, 64, 32, 64), (32, 200, 512, 64),
)  # fmt: skip
ROUNDS = 5
TEXTS, BATCH = 256, 32  # bucketing: reviews a seed, reviews a batch
CLASSIFIER = {"embedding_size": 32, "units": 32, "bidirectional": False}
MODES = {
    "eager": {"run_eagerly": True, "jit_compile": False},
    "graph": {"jit_compile": False},
    "xla": {"jit_compile": True},
    "unrolled": {"jit_compile": False},
}
MODE_SIZES = {"B": 16, "T": 32, "D": 64, "H": 64}
POLICIES = ("float32", "mixed_bfloat16", "mixed_float16")
PRECISION_SIZES = {"B": 64, "T": 16, "D": 64}
PRECISION_UNITS = (64, 512)


def measure(*, small=False, workers=None):
    """Returns {"rows", "seeds" and the settings}; each row's "part" says what it is about.

    `small`: one seed, a few sizes. Time is measured by one process of one thread, whatever `workers` says; 0:
    by this one.
    """
    if workers == 0:
        rows = _rows(small)
    else:
        with multiprocessing.get_context("spawn").Pool(1, one_thread) as pool:
            rows = pool.apply(_rows, [small])
    return {
        "seeds": SEEDS[: 1 if small else None],
        "base": BASE,
        "sweeps": SWEEPS,
        "grid": GRID,
        "held_out": HELD_OUT,
        "rounds": ROUNDS,
        "texts": TEXTS,
        "batch": BATCH,
        "classifier": CLASSIFIER,
        "mode_sizes": MODE_SIZES,
        "precision_sizes": PRECISION_SIZES,
        "rows": rows,
    }


def one_thread():
    """Prepare the worker: quiet, and one thread."""
    os.environ["OMP_NUM_THREADS"] = "1"
    runtime.start("en")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def _rows(small):
    seeds = SEEDS[: 1 if small else None]
    rows = _scaling(seeds, small)
    for part in (_bucketing, _mode, _precision):
        for seed in seeds:
            rows += part(seed, small)
    return rows


def sizes():
    """All (B, T, D, H) of part "scaling", each once: those of SWEEPS and GRID, then HELD_OUT."""
    found = [tuple({**BASE, letter: n}.values()) for letter, values in SWEEPS.items() for n in values]
    found += [(BASE["B"], T, D, H) for D, H in GRID["D, H"] for T in GRID["T"]]
    return list(dict.fromkeys([*found, *HELD_OUT]))


def _scaling(seeds, small):
    chosen = [HELD_OUT[8], (16, 32, 64, 64)] if small else sizes()
    models = {(D, H): build(D, H) for _, _, D, H in chosen}
    rows = []
    for seed in seeds:
        runtime.set_seed(seed)
        actions = {
            (what, B, T, D, H): action
            for B, T, D, H in chosen
            for what, action in _actions(models[D, H], seed, B, T, D).items()
        }
        warm = 1 if rows else 2  # Keras traces twice: one shape, then any
        seconds = measure_in_turns(actions, rounds=1 if small else ROUNDS, warm=warm)
        for (what, *size), measured in seconds.items():
            row = {"part": "scaling", "seed": seed, "what": what, **dict(zip("BTDH", size, strict=True))}
            held_out = tuple(size) in HELD_OUT
            rows.append(row | {"held_out": held_out, "seconds": float(measured.min())})
    return rows


def build(D, H, *, T=None, unroll=False, **how):
    """A compiled GRU with one output: (B, T, D) -> (B, 1). `how`: options of compile."""
    import keras

    layers = [keras.layers.GRU(H, unroll=unroll), keras.layers.Dense(1, dtype="float32")]
    model = keras.Sequential([keras.Input((T, D)), *layers])
    model.compile(keras.optimizers.SGD(1e-3), "mse", **{"jit_compile": False, **how})
    return model


def _actions(model, seed, B, T, D):
    """A forward pass and a training step on a random batch, ready to be called."""
    x = np.random.default_rng(seed).normal(size=(B, T, D)).astype("float32")
    y = np.zeros((B, 1), "float32")
    return {"forward": lambda: model.predict_on_batch(x), "step": lambda: model.train_on_batch(x, y)}


def _bucketing(seed, small):
    """Seconds a review, and cells (B, T) a review, for each way to make batches."""
    rows = []
    for language in LANGUAGES[-1:] if small else LANGUAGES:
        ids, labels, words = _reviews(language, seed, BATCH if small else TEXTS)
        batches = _batches(ids, labels)
        model = _classifier(words, seed)
        actions = {
            (way, what): lambda call=call, made=made: [call(*batch) for batch in made]
            for way, made in batches.items()
            for what, call in (
                ("forward", lambda x, y, model=model: model.predict_on_batch(x)),
                ("step", model.train_on_batch),
            )
        }
        for (way, what), seconds in measure_in_turns(actions, rounds=1 if small else 2).items():
            row = {"part": "bucketing", "seed": seed, "language": language, "way": way, "what": what}
            cells = sum(x.size for x, _ in batches[way]) / len(ids)
            rows.append(row | {"cells": cells, "seconds": float(seconds.min()) / len(ids)})
    return rows


def _reviews(language, seed, count):
    """(id arrays, labels, size of the vocabulary) of `count` reviews drawn by lot."""
    reviews = datasets.load_reviews(language)
    rows = np.random.default_rng(seed).permutation(len(reviews))[:count]
    texts = [reviews.texts[row] for row in rows]
    vocabulary = text.Vocabulary.build(texts, unit=reviews.unit, size=2000)
    return vocabulary.encode_all(texts), np.asarray(reviews.labels)[rows], len(vocabulary)


def _batches(ids, labels):
    """The same reviews, BATCH at a time: {way: [(tokens (B, T), labels (B, 1))]}."""
    lengths = np.array([len(each) for each in ids])
    by_lot = [np.arange(start, min(start + BATCH, len(ids))) for start in range(0, len(ids), BATCH)]
    sorted_rows = text.bucket_batches(lengths, smallest=BATCH, largest=BATCH)
    ways = {"longest of all": (by_lot, int(lengths.max())), "longest of the batch": (by_lot, None)}
    ways["bucketed"] = (sorted_rows, None)
    return {
        way: [
            (text.pad([ids[row] for row in rows], length=length), labels[rows, None].astype("float32"))
            for rows in made
        ]
        for way, (made, length) in ways.items()
    }


def _classifier(words, seed):
    import keras

    from rnncourse import models

    keras.utils.clear_session()
    runtime.set_seed(seed)
    model = models.build_text_classifier(vocabulary_size=words, **CLASSIFIER)
    model.compile(keras.optimizers.SGD(1e-3), "binary_crossentropy", jit_compile=False)
    return model


def _mode(seed, small):
    """The first call, which traces and compiles, and a call afterwards."""
    import keras

    keras.utils.clear_session()
    B, T, D, H = MODE_SIZES.values()
    actions, first = {}, {}
    for mode in ["graph"] if small else MODES:
        runtime.set_seed(seed)
        model = build(D, H, T=T, unroll=mode == "unrolled", **MODES[mode])
        for what, action in _actions(model, seed, B, T, D).items():
            started = time.perf_counter()
            action()
            first[mode, what] = time.perf_counter() - started
            actions[mode, what] = action
    found = measure_in_turns(actions, rounds=2 * ROUNDS)
    return [
        {"part": "mode", "seed": seed, "mode": mode, "what": what, "first": first[mode, what]}
        | {"seconds": float(seconds.min())}
        for (mode, what), seconds in found.items()
    ]


def _precision(seed, small):
    import keras

    B, T, D = PRECISION_SIZES.values()
    actions = {}
    try:
        for policy in POLICIES[:1] if small else POLICIES:
            keras.mixed_precision.set_global_policy(policy)
            for H in PRECISION_UNITS[: 1 if small else None]:
                runtime.set_seed(seed)
                for what, action in _actions(build(D, H), seed, B, T, D).items():
                    actions[policy, H, what] = action
    finally:
        keras.mixed_precision.set_global_policy("float32")
    found = measure_in_turns(actions, rounds=ROUNDS, warm=2)
    return [
        {"part": "precision", "seed": seed, "policy": policy, "H": H, "what": what}
        | {"seconds": float(seconds.min())}
        for (policy, H, what), seconds in found.items()
    ]
