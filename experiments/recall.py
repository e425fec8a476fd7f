"""What remembers: recall the first of T symbols, by cell and by initialisation: chapter 2.2.1.

Each cell differs within itself in its first weights alone. Steps 2 to T are either blank (zeros: the cell has
to hold) or random symbols (distractors: it has to hold and to ignore). A run ends early once it is solved.
"""

import itertools
import multiprocessing
import os
import sys

import numpy as np

from rnncourse import cells, runtime

SETTINGS = (  # cell, initialisation; the first of each cell is Keras's default
    ("simple_rnn", "orthogonal"),
    ("simple_rnn", "half_orthogonal"),
    ("lstm", "forget_bias_1"),
    ("lstm", "forget_bias_0"),
    ("lstm", "chrono"),
    ("gru", "update_bias_0"),
    ("gru", "chrono"),
)
FILLERS = ("blank", "distractors")
STEPS = (10, 30, 100)
SEEDS = (0, 1, 2)
SYMBOLS, UNITS = 2, 32
SIZES = (2048, 1000)  # sequences to train and to test
BATCH, EPOCHS, LEARNING_RATE, SOLVED = 64, 8, 1e-2, 0.995
SMALL_STEPS, SMALL_SIZES, SMALL_EPOCHS = (5,), (128, 50), 1


def measure(*, small=False, workers=None):
    """Train every setting on every length and filler with every seed. Returns {"rows", "seeds", ...}.

    A row: cell, initialisation, filler, steps, seed, accuracy on test sequences, epochs until the training
    accuracy of one passed SOLVED (else all EPOCHS), parameters. `small` is short sequences and one seed, to
    show that it runs. `workers` processes of one thread each share the work (default: one a core; 0: this
    process alone).
    """
    seeds, steps = SEEDS[: 1 if small else None], SMALL_STEPS if small else STEPS
    sizes, epochs = (SMALL_SIZES, SMALL_EPOCHS) if small else (SIZES, EPOCHS)
    chosen = SETTINGS[:2] if small else SETTINGS
    jobs = list(itertools.product(chosen, FILLERS, steps, seeds, [sizes], [epochs]))
    return {
        "seeds": seeds,
        "settings": SETTINGS,
        "steps": STEPS,
        "data": {"symbols": SYMBOLS, "train": sizes[0], "test": sizes[1], "epochs": epochs},
        "recipe": {"units": UNITS, "batch": BATCH, "learning_rate": LEARNING_RATE, "solved": SOLVED},
        "rows": run_all(jobs, os.cpu_count() if workers is None else workers),
    }


def run_all(jobs, workers):
    """`run` of every job, in the order of `jobs`; the longest sequences begin first."""
    if not workers:
        return [run(job) for job in jobs]
    order = sorted(range(len(jobs)), key=lambda i: -jobs[i][2])
    rows = [None] * len(jobs)
    with multiprocessing.get_context("spawn").Pool(workers, one_thread) as pool:
        results = pool.imap(run, [jobs[i] for i in order])
        for done, (i, row) in enumerate(zip(order, results, strict=True), start=1):
            rows[i] = row
            print(f"{done}/{len(jobs)} {row}", file=sys.stderr, flush=True)
    return rows


def one_thread():
    """Prepare a worker: quiet, and one thread."""
    runtime.start("en")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def draw(rng, count, steps, filler):
    """`count` sequences, one-hot (count, steps, SYMBOLS), and the first symbol of each, (count,)."""
    symbols = rng.integers(0, SYMBOLS, (count, steps))
    x = np.eye(SYMBOLS, dtype="float32")[symbols]
    if filler == "blank":
        x[:, 1:] = 0
    return x, symbols[:, 0]


def initialise(layer, initialisation, steps, rng):
    """Change the first weights of a built Keras layer; the names are those in SETTINGS."""
    kernel, recurrent_kernel, bias = layer.get_weights()
    if initialisation == "half_orthogonal":
        recurrent_kernel = recurrent_kernel / 2
    if initialisation == "forget_bias_0":
        bias = np.zeros_like(bias)
    if initialisation == "chrono":
        chrono = cells.chrono_bias(UNITS, steps, rng)  # blocks i f c o
        if bias.ndim == 1:
            bias = chrono
        else:  # the GRU's update gate keeps the old state, as the forget gate does
            bias[0, :UNITS] = np.split(chrono, 4)[1]
    layer.set_weights([kernel, recurrent_kernel, bias])


def run(job):
    """Train one setting with one seed; returns its row."""
    import keras

    (cell, initialisation), filler, steps, seed, (train, test), epochs = job
    keras.utils.clear_session()
    runtime.set_seed(seed)
    rng = np.random.default_rng(seed)
    kinds = {"simple_rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}
    layer = getattr(keras.layers, kinds[cell])(UNITS)
    model = keras.Sequential([keras.Input((None, SYMBOLS)), layer, keras.layers.Dense(SYMBOLS)])
    initialise(layer, initialisation, steps, rng)
    model.compile(
        keras.optimizers.Adam(LEARNING_RATE, global_clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=False,
    )
    (x, y), (x_test, y_test) = (draw(rng, count, steps, filler) for count in (train, test))
    recipe = {"batch_size": BATCH, "epochs": epochs, "verbose": 0, "callbacks": [stop_when_solved()]}
    history = model.fit(x, y, **recipe)
    predicted = model.predict_on_batch(x_test).argmax(axis=1)
    return {
        "cell": cell,
        "initialisation": initialisation,
        "filler": filler,
        "steps": steps,
        "seed": seed,
        "accuracy": float(np.mean(predicted == y_test)),
        "epochs": len(history.epoch),
        "parameters": model.count_params(),
    }


def stop_when_solved():
    """A callback that ends training after an epoch with an accuracy above SOLVED."""
    import keras

    def check(epoch, logs):
        stop.model.stop_training = logs["accuracy"] > SOLVED

    stop = keras.callbacks.LambdaCallback(on_epoch_end=check)
    return stop
