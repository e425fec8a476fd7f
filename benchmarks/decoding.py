"""Tokens a second of beam search: `decoders.beam_search` beside Keras step by step, uncompiled, with the same
beam.

    python benchmarks/decoding.py [--quick] [--sources 64] [--width 5] [--units 128] [--vocabulary 2000]

Three ways write the same answers with the same untrained attention model (a check compares them):

- course: `decoders.beam_search`: all sources at once, in a compiled loop.
- batched: the same batches, but a Python loop that calls the decoder once a step and ranks with NumPy.
- single: that loop, one source after the other, as the usual tutorial does it.

They take turns, so that a busy machine slows all alike; one call beforehand lets the course compile. Read the
ratios of CPU seconds: seconds belong to a machine. Exit code 1 if the course is less than 5 times as fast as
the loop over single sources.
"""

import argparse
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras
import numpy as np

from rnncourse import decoders, text
from rnncourse.models import build_translator

TARGET = 5
IMPOSSIBLE = -1e9


def main():
    options = parse()
    keras.utils.set_random_seed(0)
    model = build_translator(
        source_vocabulary_size=options.vocabulary,
        target_vocabulary_size=options.vocabulary,
        units=options.units,
    )
    rng = np.random.default_rng(0)
    sources = [rng.integers(4, options.vocabulary, rng.integers(8, 25)) for _ in range(options.sources)]
    ways = {
        "course": lambda: course(model, sources, options),
        "batched": lambda: loop(model, sources, options),
        "single": lambda: [loop(model, [source], options)[0] for source in sources],
    }
    answers = {name: way() for name, way in ways.items()}
    check_equal(answers)
    seconds = {name: [] for name in ways}
    for _ in range(options.rounds):
        for name, way in ways.items():
            begin = time.process_time()
            way()
            seconds[name].append(time.process_time() - begin)
    return report(seconds, sum(map(len, answers["course"])), options)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sources", type=int, default=64)
    parser.add_argument("--width", type=int, default=5)
    parser.add_argument("--longest", type=int, default=20)
    parser.add_argument("--units", type=int, default=128)
    parser.add_argument("--vocabulary", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="a smoke run: 4 sources, 1 round")
    options = parser.parse_args()
    if options.quick:
        options.sources, options.rounds = 4, 1
    return options


def course(model, sources, options):
    found = decoders.beam_search(model, sources, width=options.width, longest=options.longest)
    return [hypotheses[0].tokens.tolist() for hypotheses in found]


def loop(model, sources, options):
    """Beam search as one writes it: the decoder is called once a step, NumPy ranks. The best answers."""
    encoder, decoder = model.get_layer("encoder"), model.get_layer("decoder")
    batch, width = len(sources), options.width
    given = [np.repeat(np.asarray(part), width, axis=0) for part in encoder(text.pad(sources))]
    state, memory = given[0], given[1:]
    token = np.full((batch, width), text.START)
    written = np.zeros((batch, width, 0), int)
    logs = np.tile(np.where(np.arange(width) == 0, 0.0, IMPOSSIBLE), (batch, 1))
    length = np.zeros((batch, width), int)
    for n in range(options.longest):
        done = (token == text.END) | (token == text.PADDING)
        if n and done.all():
            break
        read = [token.reshape(-1, 1), state, *memory]
        scores, after, _ = decoder([keras.ops.convert_to_tensor(array) for array in read])
        step = np.array(keras.ops.log_softmax(scores[:, 0])).reshape(batch, width, -1)
        step[:, :, [text.PADDING, text.START]] = IMPOSSIBLE
        step[done] = np.where(np.arange(step.shape[-1]) == text.PADDING, 0.0, IMPOSSIBLE)
        total = logs[:, :, None] + step
        grown = length + ~done
        ranked = total / (((5 + grown) / 6) ** 0.6)[:, :, None]
        place = np.argsort(-ranked.reshape(batch, -1), axis=1, kind="stable")[:, :width]
        parent, token = place // step.shape[-1], place % step.shape[-1]
        logs = np.take_along_axis(total.reshape(batch, -1), place, axis=1)
        length = np.take_along_axis(grown, parent, axis=1)
        written = np.take_along_axis(written, parent[:, :, None], axis=1)
        written = np.concatenate([written, token[:, :, None]], axis=2)
        state = np.asarray(after)[(np.arange(batch)[:, None] * width + parent).ravel()]
    return [best[(best != text.END) & (best != text.PADDING)].tolist() for best in written[:, 0]]


def check_equal(answers):
    for name, found in answers.items():
        equal = np.mean([one == other for one, other in zip(found, answers["course"], strict=True)])
        if equal < 0.95:  # sums in another order may break a tie in another way
            raise SystemExit(f"{name} and course write different answers: {equal:.0%} are equal")


def report(seconds, tokens, options):
    print(
        f"{options.sources} sources, beam of {options.width}, {options.units} units, V = {options.vocabulary}"
    )
    for name, runs in seconds.items():
        ratio = np.median(np.array(runs) / np.array(seconds["course"]))
        speed = tokens / np.median(runs)
        print(f"  {name:8} {speed:10,.0f} tokens a CPU second    course is {ratio:.1f} times as fast")
    reached = np.median(np.array(seconds["single"]) / np.array(seconds["course"])) >= TARGET
    print(f"  at least {TARGET} times as fast as single: {'yes' if reached else 'no'}")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
