"""How much smaller and faster a review classifier gets, and what it loses: `rnncourse.compression` on trial.

    python benchmarks/smaller.py [--quick] [--language zh] [--share 0.5] [--rounds 400] [--seed 0]

A bidirectional GRU (chapter 4.2's sizes) is trained on the reviews. Then its weaker direction leaves, and of
the other one and the embedding all but a share of the units; it trains a little more, and its weights go into
8 bits.

- accuracy: on the test texts, before and after, with the paired 95% interval of the difference.
- bytes on disk, compressed: all weights as float32, deflated, against the file of `save_int8`.
- latency: one text of 100 tokens, one thread, both models as LiteRT and in the same process, by turns, so
  that a busy machine slows both alike. The ratio is that of the medians, with a paired 95% interval.

Read the ratios: seconds belong to a machine. Exit code 1 unless the file is at least 4 times smaller, the
latency at least 2 times lower and no more than one point of accuracy is lost (not checked with --quick).
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras
import numpy as np

from rnncourse import compression, datasets, metrics, text, training
from rnncourse.models import build_text_classifier

SMALLER, FASTER, LOST = 4.0, 2.0, 0.01
STEPS = 100


def main():
    options = parse()
    size, train, validation, test = load(options)
    buckets = {"zh": 50_000, "en": 0}[options.language]
    keras.utils.set_random_seed(options.seed)
    large = build_text_classifier(
        vocabulary_size=size, units=64, bigram_buckets=buckets, embedding_dropout=0.7, dropout=0.5
    )
    recipe = {"tokens_per_batch": 1024, "progress": "none", "seed": options.seed}
    training.fit(large, train, validation, epochs=options.epochs, **recipe)
    small = reduced(large, options.share)
    training.fit(small, train, validation, epochs=options.epochs, learning_rate=1e-3, **recipe)
    with tempfile.TemporaryDirectory() as folder:
        after = compression.save_int8(small, Path(folder) / "small.int8")
        small = compression.load_int8(Path(folder) / "small.int8")
    lost = accuracies(large, small, test)
    before = compression.compressed_bytes(large)
    print(f"bytes on disk: {before:,} -> {after:,}, {before / after:.1f} times smaller")
    faster = latency(large, small, options.rounds)
    return int(not options.quick and (before / after < SMALLER or faster < FASTER or lost > LOST))


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--language", choices=("zh", "en"), default="zh")
    parser.add_argument("--share", type=float, default=0.5, help="of the units that stay")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="a smoke run: 600 texts, 1 epoch, 20 rounds")
    options = parser.parse_args()
    if options.quick:
        options.epochs, options.rounds = 1, 20
    return options


def load(options):
    """The vocabulary's size, and (sequences, labels) to train, validate and test."""
    reviews = datasets.load_reviews(options.language)
    if options.quick:
        reviews = reviews.take(np.random.default_rng(0).permutation(len(reviews))[:600])
    parts = datasets.split(reviews, seed=options.seed)
    vocabulary = text.Vocabulary.build(parts.train.texts, unit=reviews.unit, minimum_count=2)
    return len(vocabulary), *((vocabulary.encode_all(part.texts), part.labels) for part in parts)


def reduced(model, share):
    """Without the direction whose units weigh less, and with a share of all other units."""
    scores = compression.unit_scores(model)
    directions = [name for name in scores if isinstance(model.get_layer(name), keras.layers.GRU)]
    weaker = min(directions, key=lambda name: np.sum(scores[name] ** 2))
    return compression.remove_units(model, compression.strongest(scores, share) | {weaker: []})


def accuracies(large, small, test):
    """Print the accuracy of both; returns what is lost."""
    labels = np.asarray(test[1])
    first, second = ((training.predict(model, test[0]) >= 0.5).astype(int) for model in (large, small))
    change = metrics.bootstrap_difference(metrics.accuracy, labels, first, second)
    before, after = metrics.accuracy(labels, first), metrics.accuracy(labels, second)
    print(f"accuracy: {before:.3f} -> {after:.3f}, change {change:.3f} (paired 95%)")
    return before - after


def latency(large, small, rounds):
    """Print the milliseconds of both; returns how many times faster the small one is."""
    contents = [
        compression.to_lite(large, steps=STEPS, integers=False),
        compression.to_lite(small, steps=STEPS),
    ]
    models = [compression.LiteModel(content) for content in contents]
    row = np.random.default_rng(0).integers(2, 1000, (1, STEPS)).astype("int32")
    seconds = np.zeros((rounds, 2))
    for round_ in range(-10, rounds):  # ten rounds to warm up
        for place, model in enumerate(models):
            begin = time.perf_counter()
            model.run(row)
            seconds[round_, place] = time.perf_counter() - begin
    medians = np.median(seconds, axis=0)
    drawn = np.random.default_rng(0).integers(0, rounds, (2000, rounds))
    ratios = np.median(seconds[drawn, 0], axis=1) / np.median(seconds[drawn, 1], axis=1)
    low, high = np.quantile(ratios, (0.025, 0.975))
    faster = metrics.Interval(medians[0] / medians[1], low, high)
    print(f"latency: {medians[0] * 1e3:.2f} ms -> {medians[1] * 1e3:.2f} ms, ratio {faster:.2f} (paired 95%)")
    return medians[0] / medians[1]


if __name__ == "__main__":
    sys.exit(main())
