"""What the translator of dates owes to each part of its recipe: chapter 3.3.1.

The whole recipe runs with each of the SEEDS on the course's corpus, and is watched on the way. Then one part
at a time is changed, on FEWER pairs: near 100% no difference could be seen.
"""

import multiprocessing
import os
import sys
import time

import numpy as np

from rnncourse import runtime

SEEDS = (0, 1, 2)
WHOLE, FEWER = 150_000, 24_000  # pairs drawn; 85% of their dates are for training
WATCHED = 8  # times that the whole recipe is examined on the way
EXAMINED, TESTED = 1_500, 8_000  # unseen sources, examined on the way and at the end
BUILD = {"embedding_size": 32, "units": 64}
FIT = {"epochs": 1, "batch_size": 64, "learning_rate": 8e-3, "schedule": "cosine", "clipnorm": 1.0}
# What is changed, one at a time: arguments of the model, of the training, and the number of pairs.
SETTINGS = {
    "recipe": ({}, {}),
    "one vector": ({"attention": None}, {}),
    "constant rate": ({}, {"schedule": "constant"}),
    "no clipping": ({}, {"clipnorm": None}),
    "label smoothing": ({}, {"label_smoothing": 0.1}),
}


def measure(*, small=False, workers=None):
    """Run every setting with every seed. Returns {"rows", "seeds", "bar", "fit", "build"}.

    A row: setting ("whole" or one of SETTINGS), seed, pairs (in training), seen (lists of how many pairs had
    been seen when the model was examined), plain and hard (shares right as a whole then, unseen unambiguous
    sources), exact (of all TESTED in the end), seconds (of processor time, training alone). `workers`
    processes of one thread each share the work (default: one a core; 0: this process alone).
    """
    jobs = [("whole", seed, small) for seed in SEEDS]
    jobs += [(name, seed, small) for name in SETTINGS for seed in SEEDS]
    jobs = jobs[:1] if small else jobs
    return {
        "seeds": SEEDS[: 1 if small else None],
        "bar": 0.999,
        "fit": FIT,
        "build": BUILD,
        "rows": run_all(jobs, os.cpu_count() if workers is None or small else workers),
    }


def run_all(jobs, workers):
    """A row for every job, in the order of `jobs`."""
    if len(jobs) == 1 or not workers:
        return [run(job) for job in jobs]
    rows = []
    with multiprocessing.get_context("spawn").Pool(workers, one_thread) as pool:
        for done, row in enumerate(pool.imap(run, jobs), start=1):
            rows.append(row)
            print(f"{done}/{len(jobs)} {row['setting']} {row['exact']:.4f}", file=sys.stderr, flush=True)
    return rows


def one_thread():
    """Prepare a worker: quiet, and one thread."""
    runtime.start("en")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def run(job):
    """Train one setting with one seed; returns its row."""
    import keras

    from rnncourse.models import build_translator
    from rnncourse.training import fit_translator

    setting, seed, small = job
    keras.utils.clear_session()
    runtime.set_seed(seed)
    build, fit = SETTINGS.get(setting, ({}, {}))
    whole = setting == "whole"
    train, tests, sizes = data(2_000 if small else WHOLE if whole else FEWER)
    sizes = dict(zip(("source_vocabulary_size", "target_vocabulary_size"), sizes, strict=True))
    model = build_translator(**sizes, **(BUILD | build))
    watch = watcher(model, tests, len(train[0]), WATCHED if whole else 0)
    before = time.process_time()
    some = [part[:64] for part in train]  # the validation part is not used: nothing is chosen here
    fit_translator(model, train, some, seed=seed, progress="none", callbacks=[watch], **(FIT | fit))
    seconds = time.process_time() - before - watch.seconds
    exact = float(np.mean(right(model, tests)))
    row = {"setting": setting, "seed": seed, "pairs": len(train[0]), **watch.found}
    return row | {"exact": exact, "seconds": round(seconds, 1)}


def data(pairs):
    """Ids for training, what is examined (sources, targets, hard), and the sizes of both vocabularies."""
    from rnncourse import text
    from rnncourse.datasets import dates

    train, _, test = dates.split_dates(dates.load_dates(pairs))
    test = test.take(~test.ambiguous)
    test = test.take(np.arange(min(TESTED, len(test))))
    source = text.Vocabulary.build(train.sources, unit="character")
    target = text.Vocabulary.build(train.targets, unit="character", marks=True)
    ids = [(source.encode_all(part.sources), target.encode_all(part.targets)) for part in (train, test)]
    return ids[0], (*ids[1], test.hard), (len(source), len(target))


def right(model, tests, count=None):
    """Whether each of the first `count` sources is translated right as a whole, by greedy decoding: bool."""
    from rnncourse.decoders import greedy

    sources, targets, _ = tests
    written = greedy(model, sources[:count], longest=12)
    return np.array([np.array_equal(a, b) for a, b in zip(written, targets, strict=False)])


def watcher(model, tests, pairs, times):
    """A Keras callback that examines the model `times` times while `pairs` pairs go by."""
    import keras

    class Watching(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.batches, self.seconds = 0, 0.0
            self.found = {"seen": [], "plain": [], "hard": []}
            every = -(-pairs // FIT["batch_size"]) / max(times, 1)
            self.stops = {round(every * n) for n in range(1, times)}

        def on_train_batch_end(self, batch, logs=None):
            self.batches += 1
            if self.batches in self.stops:
                self.examine()

        def on_train_end(self, logs=None):
            if times:
                self.examine()

        def examine(self):
            before = time.process_time()
            exact, hard = right(model, tests, EXAMINED), tests[2][:EXAMINED]
            self.found["seen"].append(min(self.batches * FIT["batch_size"], pairs))
            self.found["plain"].append(float(np.mean(exact[~hard])))
            self.found["hard"].append(float(np.mean(exact[hard])))
            self.seconds += time.process_time() - before

    return Watching()
