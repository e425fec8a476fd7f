"""How long one text takes, by what was done to the model: chapter 5.1. Nothing else should run beside it.

The models have the sizes of chapter 4.2's classifier and of the one that `small_classifier` chose, with fresh
weights: time does not depend on their values. All run as LiteRT, one text of STEPS tokens at a time, on one
thread, in one process and by turns, in an order drawn anew each round, so that whatever else the machine does
falls on all alike. Ratios are those of medians, with a paired 95% interval.
"""

import time

import numpy as np

from rnncourse import compression, results, runtime
from rnncourse.language import LANGUAGES

SEEDS = (0, 1, 2)  # of the tokens and of the order
STEPS, WARM, ROUNDS = 100, 10, 200
REPEATS, LEVEL = 2000, 0.95  # of the bootstrap
PRUNED = 0.9  # share of zeros


def measure(*, small=False, workers=None):
    """Returns {"rows", "seeds" and the settings}; `workers` is not used: nothing may run beside it.

    A row is one model: language, seed, model ("full"; "int8": the same in 8 bits; "one direction"; "fewer
    units": what was chosen, in float32; "chosen": that in 8 bits; "pruned": "full" with zeros), milliseconds
    (median), faster (how many times as fast as "full"), and low and high, the ends of that ratio's interval.
    """
    seeds = SEEDS[: 1 if small else None]
    rows = []
    for language in LANGUAGES[: 1 if small else None]:
        models = {name: compression.LiteModel(content) for name, content in contents(language)}
        for seed in seeds:
            found = timed(models, known_to_all(language), seed, 5 if small else ROUNDS)
            rows += [{"language": language, "seed": seed} | row for row in found]
    return {"seeds": seeds, "steps": STEPS, "rounds": ROUNDS, "pruned": PRUNED, "rows": rows}


def timed(models, size, seed, rounds):
    """The rows of `models` {name: LiteModel}, the first of which the others are compared with."""
    rng = np.random.default_rng(seed)
    text = rng.integers(2, size, (1, STEPS)).astype("int32")
    names = list(models)
    seconds = np.zeros((WARM + rounds, len(names)))
    for turn in seconds:
        for place in rng.permutation(len(names)):  # who comes first may find colder caches
            begin = time.perf_counter()
            models[names[place]].run(text)
            turn[place] = time.perf_counter() - begin
    seconds = seconds[WARM:]
    medians = np.median(seconds, axis=0)
    drawn = np.median(seconds[rng.integers(0, rounds, (REPEATS, rounds))], axis=1)  # (REPEATS, models)
    low, high = np.quantile(drawn[:, :1] / drawn, ((1 - LEVEL) / 2, (1 + LEVEL) / 2), axis=0)
    for place, name in enumerate(names):
        row = {"model": name, "milliseconds": 1e3 * float(medians[place])}
        row |= {"faster": float(medians[0] / medians[place])}
        yield row | {"low": float(low[place]), "high": float(high[place])}


def contents(language):
    """(name, LiteRT file) of each model."""
    import keras

    keras.utils.clear_session()
    full, chosen = build(language), chosen_of(language)
    scores = compression.unit_scores(full)
    backward = [name for name in scores if isinstance(full.get_layer(name), keras.layers.GRU)][1]
    one = compression.remove_units(full, {backward: []})
    smaller = compression.shrink_vocabulary(full, known_to_all(language))
    kept = compression.strongest(scores, chosen["units"]) | {backward: []}
    smaller = compression.remove_units(smaller, kept)
    yield "full", compression.to_lite(full, steps=STEPS, integers=False)
    yield "int8", compression.to_lite(full, steps=STEPS)
    yield "one direction", compression.to_lite(one, steps=STEPS, integers=False)
    yield "fewer units", compression.to_lite(smaller, steps=STEPS, integers=False)
    yield "chosen", compression.to_lite(smaller, steps=STEPS)
    compression.prune(full, PRUNED)
    yield "pruned", compression.to_lite(full, steps=STEPS, integers=False)


def build(language):
    """The full classifier of `small_classifier`, untrained."""
    from rnncourse.models import build_text_classifier

    options = results.load("small_classifier")["model"]
    sizes = {name: options[name] for name in ("units", "embedding_size")}
    sizes |= {name: options[name][language] for name in ("vocabulary_size", "bigram_buckets")}
    runtime.set_seed(0)
    return build_text_classifier(**sizes)


def chosen_of(language):
    """The row of the model that was chosen."""
    rows = results.load("small_classifier")["rows"]
    return next(row for row in rows if row["language"] == language and row["chosen"])


def known_to_all(language):
    """How many tokens the chosen model knows, and the full one, too."""
    size = results.load("small_classifier")["model"]["vocabulary_size"][language]
    return round(chosen_of(language)["vocabulary"] * size)
