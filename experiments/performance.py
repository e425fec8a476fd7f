"""What helps a review classifier, and at what cost: chapter 5.1.

Four parts, on short reviews in both languages, with every seed. "depth": layers and units, on the reviews and
on two generated tasks, with the parameters and multiply-adds that they cost. "knob": one knob of training
turned at a time. "rate": the learning rate by powers of ten. "pruning": weights and whole units taken out of
a trained model. None of the chapters' test texts takes part: the texts come from the reviews' training and
validation parts and are divided anew.
"""

import itertools
import multiprocessing
import os
import sys
from dataclasses import replace
from functools import cache, partial

import numpy as np

from rnncourse import compression, datasets, runtime, text
from rnncourse.datasets.order import draw_order_examples
from rnncourse.language import LANGUAGES
from rnncourse.scalability.cost import recurrent_cost

SEEDS = (0, 1, 2)
LONGEST = 40  # tokens; longer reviews are left out, so that a run takes seconds
SIZES = (2000, 400, 1500)  # reviews to train, to stop early and to test
RECIPE = {"epochs": 3, "learning_rate": 5e-3, "tokens_per_batch": 1024}
LAYERS, UNITS = (1, 2, 4), (16, 64)
GENERATED = {"order": (2000, 400, 1000), "recall": (2000, 400, 1000)}  # sizes as in SIZES
GENERATED_UNITS, GENERATED_RECIPE = (4, 32), {"epochs": 8, "learning_rate": 1e-2}
FEATURES, VOCABULARY, DELAY = 8, 30, 8
REFERENCE = {
    "cell": "lstm",
    "pooling": "max",
    "clipping": 1.0,  # of the norm of all gradients; None: off
    "forget_bias": 1,
    "initializer": "orthogonal",  # of the recurrent kernel
    "dropout": "none",  # where: see DROPOUTS
    "normalised": False,  # rnncourse.normalised
    "weight_decay": 0.0,
    "schedule": "constant",
}
MEMORY = ({"clipping": None}, {"forget_bias": 0}, {"initializer": "random_normal"})
KNOBS = (
    {},
    *MEMORY,
    *({"cell": cell} for cell in ("simple_rnn", "gru")),
    *({"dropout": place} for place in ("input", "output", "recurrent", "variational")),
    {"normalised": True},
    *({"weight_decay": decay} for decay in (0.1, 1.0)),
    *({"schedule": schedule} for schedule in ("cosine", "one_cycle")),
    {"pooling": "last"},
    *({"pooling": "last", **knob} for knob in (*MEMORY[1:], {"cell": "simple_rnn"})),
)
DROPOUTS = {  # rates: features of each token anew, features of all tokens alike, state in the loop, output
    "none": (0, 0, 0, 0),
    "input": (0.5, 0, 0, 0),
    "output": (0, 0, 0, 0.5),
    "recurrent": (0, 0, 0.5, 0),
    "variational": (0, 0.5, 0.5, 0),
}
H, D = 32, 32  # units and features of parts "knob", "rate" and "pruning"
RATES = tuple(10.0**power for power in range(-5, 2))
RATE_EPOCHS = 5
SPARSITIES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95)
GATE_SPARSITIES = (0.5, 0.9)
GRADUAL = (0.7, 0.9, 0.95)
SHARES = (0.75, 0.5, 0.25, 0.125)  # of the units that stay
SMALL_SIZES = (200, 64, 64)


def measure(*, small=False, workers=None):
    """Returns {"rows", "seeds" and the settings}. A row's "part" says what it is about:

    "depth": task ("reviews", "order", "recall"), language (None for a generated task), layers, units,
    accuracy, accuracy on the training texts, parameters and multiply_adds of the recurrent layers (for one
    text of LONGEST tokens). "knob": pooling, knob, value, accuracy, training accuracy. "rate": rate, losses
    of training and validation accuracies by epoch (None: no number), accuracy. "pruning": criterion, gates,
    retrained, sparsity of the recurrent layer, accuracy, parameters and compressed bytes of the recurrent
    layer, compressed bytes of the model. `small` and `workers` as in text_classification.
    """
    seeds = SEEDS[: 1 if small else None]
    jobs = sorted(_jobs(seeds, small), key=lambda job: -job[0])  # the costliest first: no process waits
    workers = 0 if small else os.cpu_count() if workers is None else workers
    rows = [row for found in run_all([job[1:] for job in jobs], workers) for row in found]
    order = [part.__name__[1:] for part in (_depth, _knob, _rate, _pruning)]
    return {
        "seeds": seeds,
        "data": {"sizes": SIZES, "longest": LONGEST, "generated": GENERATED, "delay": DELAY},
        "recipe": RECIPE | {"units": H, "embedding_size": D, "rate_epochs": RATE_EPOCHS},
        "reference": REFERENCE,
        "dropouts": DROPOUTS,
        "rates": RATES,
        "rows": sorted(rows, key=lambda row: order.index(row["part"])),
    }


def _jobs(seeds, small):
    """(about how long it takes, function, arguments ...)"""
    few = slice(1 if small else None)
    for layers in LAYERS[few]:
        for task in list(GENERATED)[few]:
            for units in GENERATED_UNITS[few]:
                yield 10 * layers, _depth, task, None, seeds, layers, units, small
        for language in LANGUAGES[few]:
            for units in UNITS[few]:
                yield 0.4 * layers * units, _depth, "reviews", language, seeds, layers, units, small
    for language in LANGUAGES[few]:
        yield 90, _pruning, language, seeds, small
        yield 60, _rate, language, seeds, small
        for knob in KNOBS[few]:
            yield 10, _knob, language, seeds, knob, small


def run_all(jobs, workers):
    """Each job's rows, in the order of `jobs`."""
    if not workers:
        return [_call(job) for job in jobs]
    results = []
    with multiprocessing.get_context("spawn").Pool(workers, one_thread) as pool:
        for result in pool.imap(_call, jobs):
            results.append(result)
            print(f"{len(results)}/{len(jobs)} {str(result[-1])[:200]}", file=sys.stderr, flush=True)
    return results


def _call(job):
    import keras

    function, *arguments = job
    keras.utils.clear_session()
    return list(function(*arguments))


def one_thread():
    """Prepare a worker: quiet, and one thread."""
    runtime.start("en")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


# --- data: the vocabulary's size, and (sequences, labels) to train, to stop early and to test ---


@cache
def reviews(language, sizes):
    """Short reviews, none in the chapters' test part; always the same."""
    parts = datasets.split(datasets.load_reviews(language))[:2]
    texts = [one for part in parts for one in part.texts]
    pool = replace(parts[0], texts=texts, labels=np.concatenate([part.labels for part in parts]))
    short = [i for i, one in enumerate(texts) if len(text.tokenize(one, pool.unit)) <= LONGEST]
    chosen = np.random.default_rng(0).permutation(short)[: sum(sizes)]
    parts = [pool.take(piece) for piece in np.split(chosen, np.cumsum(sizes)[:2])]
    vocabulary = text.Vocabulary.build(parts[0].texts, unit=pool.unit, minimum_count=2)
    return len(vocabulary), [(vocabulary.encode_all(part.texts), part.labels) for part in parts]


def generated(task, seed, sizes):
    """ "order": two tokens decide by which comes first. "recall": the first of DELAY + 1 tokens decides."""
    rng, count = np.random.default_rng(seed), sum(sizes)
    if task == "order":
        sequences, labels = draw_order_examples(rng, count, vocabulary_size=VOCABULARY)
    else:
        sequences = list(rng.integers(2, VOCABULARY, (count, DELAY + 1)).astype("int32"))
        speaks_for_1 = np.isin(np.arange(VOCABULARY), rng.permutation(np.arange(2, VOCABULARY))[::2])
        labels = speaks_for_1[[sequence[0] for sequence in sequences]].astype("int64")
    ends = np.cumsum([0, *sizes])
    return VOCABULARY, [(sequences[a:b], labels[a:b]) for a, b in itertools.pairwise(ends)]


# --- the four parts ---


def _depth(task, language, seeds, layers, units, small):
    """One number of layers and units."""
    from rnncourse.models import build_text_classifier

    if task == "reviews":
        options, recipe = {"embedding_size": D}, {"epochs": RECIPE["epochs"]}
    else:  # nothing but the state carries the answer to the end
        options = {"embedding_size": FEATURES, "embedding_dropout": 0.0, "dropout": 0.0}
        options, recipe = options | {"bidirectional": False, "pooling": "last"}, GENERATED_RECIPE
    sizes = SMALL_SIZES if small else GENERATED.get(task, SIZES)
    draw = {seed: reviews(language, sizes) if language else generated(task, seed, sizes) for seed in seeds}
    built = {"vocabulary_size": draw[seeds[0]][0], "units": units, "layers": layers}
    for seed, model in each_seed(partial(build_text_classifier, **built, **options), seeds):
        parts = draw[seed][1]
        train(model, parts, seed, **recipe | ({"epochs": 1} if small else {}), schedule="cosine")
        row = {"part": "depth", "seed": seed, "task": task, "language": language}
        row |= {"layers": layers, "units": units, "accuracy": accuracy(model, *parts[2])}
        yield row | {"training": accuracy(model, *parts[0]), **cost(layers, units, **options)}


def cost(layers, units, *, embedding_size, bidirectional=True, **_):
    """Parameters of the recurrent layers, and their multiply-adds for one text of LONGEST tokens."""
    directions = 2 if bidirectional else 1
    inputs = [embedding_size, *[directions * units] * (layers - 1)]
    costs = [recurrent_cost("gru", B=1, T=LONGEST, D=size, H=units) for size in inputs]
    counts = ("parameters", "multiply_adds")
    return {name: directions * sum(getattr(one, name) for one in costs) for name in counts}


def each_seed(make, seeds):
    """(seed, one and the same model, its weights drawn anew), for each seed: so it is compiled only once."""
    model = None
    for seed in seeds:
        runtime.set_seed(seed)
        fresh = make()
        if model is None:
            model = fresh
        else:
            model.set_weights(fresh.get_weights())
            start_over(model.optimizer)
        yield seed, model


def start_over(optimizer):
    """Make the optimizer forget its steps; the learning rate stays."""
    for variable in optimizer.variables:
        if variable.name != "learning_rate":
            variable.assign(np.zeros(variable.shape, variable.dtype))


def build(vocabulary_size, setting):
    """A classifier (B, T) -> (B, 1) with the options of REFERENCE: H units, one direction."""
    import keras
    from keras import layers as kl

    from rnncourse import encoders, normalised

    token, features, state, output = DROPOUTS[setting["dropout"]]
    kinds = {"lstm": kl.LSTM, "gru": kl.GRU, "simple_rnn": kl.SimpleRNN}
    options = {"recurrent_initializer": setting["initializer"], "recurrent_dropout": state}
    if setting["cell"] == "lstm":
        options |= {"unit_forget_bias": bool(setting["forget_bias"])}
    inputs = keras.Input((None,), dtype="int32")  # (B, T)
    x = kl.Embedding(vocabulary_size, D)(inputs)
    x = kl.SpatialDropout1D(features)(kl.Dropout(token)(x))
    if setting["normalised"]:
        states = kl.RNN(normalised.LayerNormLSTMCell(H), return_sequences=True)(x)
    else:
        states = kinds[setting["cell"]](H, return_sequences=True, **options)(x)  # (B, T, H)
    pooled = encoders.pool(states, inputs, kind=setting["pooling"], bidirectional=False)
    return keras.Model(inputs, kl.Dense(1, activation="sigmoid")(kl.Dropout(output)(pooled)))


def train(model, parts, seed, *, epochs, callbacks=(), **setting):
    """Train for all `epochs`: each setting gets the same, without early stopping. Returns Keras's history.

    A model that is compiled goes on with its optimizer.
    """
    from rnncourse import training

    first, second = (
        training.Batches(*part, tokens=RECIPE["tokens_per_batch"], seed=draw)
        for part, draw in zip(parts[:2], (seed, None), strict=True)
    )
    if not model.compiled:
        setting = REFERENCE | {"learning_rate": RECIPE["learning_rate"]} | setting
        rates = setting["learning_rate"]
        if setting["schedule"] != "constant":
            rates = training.schedule_of(setting["schedule"], rates, len(first), epochs)
        decay = {"weight_decay": setting["weight_decay"], "clipnorm": setting["clipping"]}
        optimizer = training.adam(model, rates, **decay)
        model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"], jit_compile=False)
        optimizer.build(model.trainable_variables)
    options = {"validation_data": second, "epochs": epochs, "callbacks": list(callbacks), "verbose": 0}
    return model.fit(first, **options).history


def accuracy(model, sequences, labels):
    """Share of the sequences that `model` puts into their class."""
    from rnncourse import training

    return float(np.mean((training.predict(model, sequences) >= 0.5) == labels))


def _knob(language, seeds, knob, small):
    """REFERENCE with one knob turned; pooling "last" is a second reference."""
    setting = REFERENCE | knob
    vocabulary_size, parts = reviews(language, SMALL_SIZES if small else SIZES)
    turned = {name: value for name, value in knob.items() if name != "pooling"}
    name, value = next(iter(turned.items()), ("reference", None))
    for seed, model in each_seed(partial(build, vocabulary_size, setting), seeds):
        train(model, parts, seed, epochs=1 if small else RECIPE["epochs"], **setting)
        row = {"part": "knob", "seed": seed, "language": language, "pooling": setting["pooling"]}
        row |= {"knob": name, "value": value, "accuracy": accuracy(model, *parts[2])}
        yield row | {"training": accuracy(model, *parts[0])}


def _rate(language, seeds, small):
    """REFERENCE at each learning rate, constant from the first step to the last."""
    vocabulary_size, parts = reviews(language, SMALL_SIZES if small else SIZES)
    runs = [(seed, rate) for rate in RATES[: 1 if small else None] for seed in seeds]
    models = each_seed(partial(build, vocabulary_size, REFERENCE), [seed for seed, _ in runs])
    for (seed, rate), (_, model) in zip(runs, models, strict=True):
        if model.compiled:
            model.optimizer.learning_rate = rate
        history = train(model, parts, seed, epochs=1 if small else RATE_EPOCHS, learning_rate=rate)
        row = {"part": "rate", "seed": seed, "language": language, "rate": rate}
        losses = [loss if np.isfinite(loss) else None for loss in history["loss"]]
        row |= {"losses": losses, "validation": history["val_accuracy"]}
        yield row | {"accuracy": accuracy(model, *parts[2])}


def _pruning(language, seeds, small):
    """Trained models, pruned in several ways."""
    vocabulary_size, parts = reviews(language, SMALL_SIZES if small else SIZES)
    for seed, model in each_seed(partial(build, vocabulary_size, REFERENCE), seeds):
        train(model, parts, seed, epochs=1 if small else RECIPE["epochs"])
        row = {"part": "pruning", "seed": seed, "language": language}
        trained = model.get_weights()
        for pruning in _prunings(small):
            model.set_weights(trained)
            _prune(model, parts, seed, **pruning)
            yield row | pruning | weighed(model, parts)
        model.set_weights(trained)
        for found in _structured(model, parts, seed, small):
            yield row | found


def _prune(model, parts, seed, *, criterion, gates, retrained, sparsity):
    """Set weights of `model` to zero; where it is trained again, for one epoch."""
    start_over(model.optimizer)
    if criterion == "gradual":
        end = max(2, len(parts[0][0]) // 128)  # steps; an epoch has more
        callback = compression.gradual_pruning(model, sparsity, begin=1, end=end, every=1)
        train(model, parts, seed, epochs=1, callbacks=[callback])
        return
    by_lot = np.random.default_rng(seed)
    scores = [by_lot.random(variable.shape) for variable in compression.prunable(model)]
    scores, gates = scores if criterion == "random" else None, None if gates == "all" else gates
    masks = compression.prune(model, sparsity, scores=scores, gates=gates)
    if retrained:
        train(model, parts, seed, epochs=1, callbacks=[compression.keep_masks(model, masks)])


def _prunings(small):
    """The arguments of `_prune`, dicts."""
    few = slice(1 if small else None)
    chosen = [
        *(("magnitude", "all", retrained, SPARSITIES) for retrained in (False, True)),
        ("random", "all", False, SPARSITIES),
        ("gradual", "all", True, GRADUAL),
        *(("magnitude", gate, False, GATE_SPARSITIES) for gate in "ifco"),
    ]
    for criterion, gates, retrained, sparsities in chosen[few]:
        for sparsity in sparsities[few]:
            yield {"criterion": criterion, "gates": gates, "retrained": retrained, "sparsity": sparsity}


def _structured(model, parts, seed, small):
    """Whole units removed, those that do least; "sparsity": the share of recurrent weights that left."""
    scores = compression.unit_scores(model, by="activation", tokens=text.pad(parts[1][0][:256]))
    name = next(name for name in scores if "lstm" in name)
    full = sum(weight.size for weight in compression.prunable_arrays(model))
    for share in SHARES[: 1 if small else None]:
        smaller = compression.remove_units(model, compression.strongest(scores, {name: share}))
        left = sum(weight.size for weight in compression.prunable_arrays(smaller))
        row = {"criterion": "units", "gates": "all", "retrained": False, "sparsity": 1 - left / full}
        yield row | weighed(smaller, parts)
        train(smaller, parts, seed, epochs=1)
        yield row | {"retrained": True} | weighed(smaller, parts)


def weighed(model, parts):
    """Accuracy, and what the recurrent layer and the model weigh."""
    import keras

    layer = next(one for one in model.layers if isinstance(one, keras.layers.RNN))
    return {
        "accuracy": accuracy(model, *parts[2]),
        "parameters": layer.count_params(),
        "recurrent_bytes": compression.compressed_bytes(layer),
        "bytes": compression.compressed_bytes(model),
    }
