"""How small text classifiers are attacked, what helps, and whether more layers do: chapter 5.3.

Every part trains the reference setting of text_classification, on the same short reviews. Part "layers": 1, 2
or 4 recurrent layers, 1, 2 or 3 output layers; attacks on the embeddings at STRENGTHS, shares of the model's
own mean embedding norm. Part "texts": what edits of at most a tenth of the characters do, sought and drawn by
lot. Part "defences": the edits that were found against the undefended model, and those of an attack that
knows the defence. Part "poisoning": a trigger in a share of the training texts, and how well it is found.
Part "memory": canaries in the training data of a language model of characters. None of the chapter's test
texts takes part.
"""

import multiprocessing
import os
import sys
from dataclasses import replace
from functools import cache, partial

import numpy as np

from rnncourse import datasets, runtime, text
from rnncourse import robustness as rb
from rnncourse.language import LANGUAGES

SEEDS = (0, 1, 2)
SIZES, LONGEST = (2400, 400, 800), 32  # texts to train, to stop early, to test; tokens of the longest
MODEL = {"units": 32, "embedding_size": 64, "embedding_dropout": 0.3, "dropout": 0.3}
RECIPE = {"epochs": 3, "patience": 3, "learning_rate": 5e-3, "tokens_per_batch": 1024, "progress": "none"}
LAYERS = {"recurrent": (1, 2, 4), "output": (1, 2, 3)}
STRENGTHS, STEPS = (0.1,), 4
EMBEDDINGS, EDITED, TRIED = 128, 40, 6  # texts attacked by gradients, by edits; edits tried a round
KINDS = {"zh": ("look", "sound"), "en": ("typo", "word")}
DEFENCES = ("adversarial", "augmented", "merged")
ADVERSARIAL = 0.1  # strength of adversarial training, and of the gradients it is tested with
SHARES = (0.01, 0.03)  # of the training texts that hold the trigger
PAIR_SHARE = 0.03  # the same for a trigger of two common tokens
COPIES = (1, 4, 16, 64)  # of a canary in the training data
SPEAKERS = ("anna", "boris", "clara", "david")  # one canary for each of COPIES, turned by the seed
DIGITS = 3  # of a canary's secret
LANGUAGE_MODEL = {"texts": 400, "validation": 100, "epochs": (4, 12), "units": 64, "rate": 1e-2}
SMALL = {"sizes": (150, 40, 40), "epochs": 1, "attacked": 4, "texts": 60}


def measure(*, small=False, workers=None):
    """Train and attack everything with every seed. Returns {"rows", "seeds", "data"}.

    `small` is one seed on a few texts, to show that it runs. `workers` processes of one thread each share the
    work (default: one a core; 0: this process alone).
    """
    seeds = SEEDS[: 1 if small else None]
    jobs = [(*job, small) for seed in seeds for language in LANGUAGES for job in _jobs(language, seed)]
    if small:
        seen = {}
        jobs = [job for job in jobs if job[1] == "en" and seen.setdefault(job[0], job) is job]
    data = {"sizes": SIZES, "longest": LONGEST, "model": MODEL, "recipe": RECIPE}
    data |= {
        "strengths": STRENGTHS,
        "steps": STEPS,
        "attacked": {"embeddings": EMBEDDINGS, "edits": EDITED},
        "adversarial": ADVERSARIAL,
    }
    return {
        "seeds": seeds,
        "data": data | {"digits": DIGITS, "language_model": LANGUAGE_MODEL},
        "rows": run_all(jobs, 0 if small else os.cpu_count() if workers is None else workers),
    }


def _jobs(language, seed):
    """(function, language, seed, what)."""
    for series, counts in LAYERS.items():
        for count in counts:
            if count > 1 or series == "recurrent":
                yield layers, language, seed, (series, count)
    for share in SHARES:
        yield poisoning, language, seed, ("rare", share)
    yield poisoning, language, seed, ("pair", PAIR_SHARE)
    for dropout in (0.0, 0.5):
        yield memory, language, seed, dropout


def run_all(jobs, workers):
    """The rows of every job, in the order of `jobs`."""
    if not workers:
        return [row for job in jobs for row in run(job)]
    rows = []
    with multiprocessing.get_context("spawn").Pool(workers, one_thread) as pool:
        for done, found in enumerate(pool.imap(run, jobs), start=1):
            rows += found
            print(f"{done}/{len(jobs)} {str(found[0])[:150]}", file=sys.stderr, flush=True)
    return rows


def one_thread():
    """Prepare a worker: quiet, and one thread."""
    runtime.start("en")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def run(job):
    """The rows of one job."""
    import keras

    part, language, seed, what, small = job
    keras.utils.clear_session()
    head = {"part": part.__name__, "language": language, "seed": seed}
    return [head | row for row in part(language, seed, what, small)]


@cache
def parts_of(language, small):
    """TextDatasets to train, to stop early and to test: short reviews, none of the chapter's test part."""
    sizes = SMALL["sizes"] if small else SIZES
    chapter = datasets.split(datasets.load_reviews(language))[:2]
    texts = [one for part in chapter for one in part.texts]
    pool = replace(chapter[0], texts=texts, labels=np.concatenate([part.labels for part in chapter]))
    short = [i for i, one in enumerate(texts) if len(text.tokenize(one, pool.unit)) <= LONGEST]
    chosen = np.random.default_rng(0).permutation(short)[: sum(sizes)]
    return [pool.take(piece) for piece in np.split(chosen, np.cumsum(sizes)[:2])]


def encoded(parts, clean=None):
    """The training part's vocabulary, and (sequences, labels) of each part, its texts `clean`ed first."""
    texts = [[clean(one) for one in part.texts] if clean else part.texts for part in parts]
    vocabulary = text.Vocabulary.build(texts[0], unit=parts[0].unit, minimum_count=2)
    labels = [part.labels for part in parts]
    return vocabulary, [(vocabulary.encode_all(t), y) for t, y in zip(texts, labels, strict=True)]


def fitted(size, train, validation, seed, small, *, recurrent=1, output=1, fit=None):
    """A trained classifier with that many recurrent and output layers."""
    import keras

    from rnncourse import models, training

    runtime.set_seed(seed)
    model = models.build_text_classifier(vocabulary_size=size, layers=recurrent, **MODEL)
    if output > 1:
        x = model.layers[-1].input
        for _ in range(output - 1):
            x = keras.layers.Dense(MODEL["units"], activation="relu")(x)
        model = keras.Model(model.inputs, keras.layers.Dense(1, activation="sigmoid")(x))
    recipe = RECIPE | {"seed": seed, "epochs": SMALL["epochs"] if small else RECIPE["epochs"]}
    (fit or training.fit)(model, train, validation, **recipe)
    return model


def accuracy(model, sequences, labels):
    """Share of the sequences that `model` puts into their class."""
    from rnncourse import training

    return float(np.mean((training.predict(model, sequences) >= 0.5) == labels))


def layers(language, seed, what, small):
    """Clean accuracy, and at each strength accuracy after fgsm, pgd and random signs of the same size.

    The reference model is also attacked by edits, and defended: rows of the parts "texts" and "defences".
    """
    series, count = what
    vocabulary, (train, validation, test) = encoded(parts_of(language, small))
    model = fitted(len(vocabulary), train, validation, seed, small, **{series: count})
    clean = accuracy(model, *test)
    ids, labels = (part[: SMALL["attacked"] if small else EMBEDDINGS] for part in test)
    row = {"recurrent": 1, "output": 1, series: count, "clean": clean}
    for strength in STRENGTHS:
        yield row | {"strength": strength} | under_gradients(model, ids, labels, strength, seed)
    if what == ("recurrent", 1):
        yield from texts(language, seed, model, vocabulary, clean, small)
        yield from defences(language, seed, model, vocabulary, test, small)


def under_gradients(model, ids, labels, strength, seed):
    """Accuracy on the attacked texts: unmoved, moved at random, by one step, by ten steps."""
    found = {
        "fgsm": rb.fgsm(model, ids, labels, strength=strength),
        "pgd": rb.pgd(model, ids, labels, strength=strength, steps=STEPS, seed=seed),
    }
    size = found["fgsm"].size
    return {
        "before": found["fgsm"].accuracy_before,
        "random": at_random(model, ids, labels, size, seed),
        **{name: attack.accuracy_after for name, attack in found.items()},
    }


def at_random(model, ids, labels, size, seed):
    """Accuracy where every feature of every embedding moves as far as in fgsm, its sign drawn by lot."""
    import keras

    from rnncourse.embedded import cut_behind_embeddings

    cut, rng = cut_behind_embeddings(model), np.random.default_rng(seed)
    rows = text.pad(ids)
    points = [np.asarray(part) for part in cut.points(rows)]
    bound = size / np.sqrt(sum(part.shape[-1] for part in points))
    moved = [p + bound * rng.choice((-1, 1), p.shape) for p in points]
    moved = [keras.ops.convert_to_tensor(p, "float32") for p in moved]
    return float(np.mean((np.asarray(cut.output(rows, moved))[:, 0] >= 0.5) == labels))


def edits_of(kind, model=None, vocabulary=None):
    """A function from a text to its edits of that kind."""
    if kind == "word":
        near = rb.near_words(model.get_layer("embedding").get_weights()[0], vocabulary, least=0.5)
        return partial(rb.exchanged_words, near=near)
    return {"look": rb.look_alikes, "sound": rb.sound_alikes, "typo": rb.typos}[kind]


def swaps(one):
    """Two neighbouring Chinese characters changed over: outside the tables that merging relies on."""
    pairs = [(i, one[i + 1] + one[i]) for i in range(len(one) - 1) if one[i] != one[i + 1]]
    return [rb.Edit(i, i + 2, new, 2, "swap") for i, new in pairs if new.isalpha()]


def all_edits(one, language):
    """The edits of an attack that knows that the course's tables are merged: theirs, and others."""
    return rb.unnoticed(one, language) + (swaps(one) if language == "zh" else [])


def sought(model, vocabulary, part, edits, small, clean=None):
    """The attack by gradients and trials on the first texts of `part`; a list of TextAttack."""
    count = SMALL["attacked"] if small else EDITED
    predict = rb.text_predictor(model, vocabulary, clean=clean)
    rank = rb.gradient_rank(model, vocabulary, clean=clean)
    return rb.attack_texts(predict, part.texts[:count], part.labels[:count], edits, rank=rank, tried=TRIED)


def by_lot(model, vocabulary, attacks, edits, seed, clean=None):
    """Accuracy on the same texts after random edits of the same budget, mean of five draws."""
    from rnncourse.metrics import predict_labels

    rng, labels = np.random.default_rng(seed), np.array([attack.label for attack in attacks])
    drawn = [rb.random_edits(attack.text, edits(attack.text), rng) for _ in range(5) for attack in attacks]
    guesses = predict_labels(rb.text_predictor(model, vocabulary, clean=clean)(drawn))
    return float(np.mean(guesses == np.tile(labels, 5)))


def texts(language, seed, model, vocabulary, clean, small):
    """For each kind of edit: accuracy before, after the attack, after random edits; characters changed."""
    for kind in KINDS[language]:
        edits = edits_of(kind, model, vocabulary)
        attacks = sought(model, vocabulary, parts_of(language, small)[2], edits, small)
        editable = float(np.mean([bool(edits(attack.text)) for attack in attacks]))
        row = {"part": "texts", "kind": kind, "clean": clean, **rb.attack_summary(attacks)}
        yield row | {"random": by_lot(model, vocabulary, attacks, edits, seed), "editable": editable}


def defences(language, seed, model, vocabulary, test, small):
    """A row without defence and one for each, tried by the same edits and by an attack that knows it.

    "transferred": accuracy under the edits that were found against the reference model with the course's
    tables; "adaptive": under those sought against the defended model, outside the tables, too; "pgd": under
    gradients.
    """
    edits = partial(rb.unnoticed, language=language)
    found = sought(model, vocabulary, parts_of(language, small)[2], edits, small)
    yield tried("none", language, seed, (model, vocabulary, test, None), found, small)
    for name in () if small else DEFENCES:
        yield tried(name, language, seed, defended(name, language, seed), found, small)


def defended(name, language, seed):
    """A model trained with a defence, its vocabulary, its test examples, and what it does to a text first."""
    parts, clean, fit = parts_of(language, False), None, None
    if name == "merged":
        clean = {"zh": partial(rb.merge_look_alikes, sounds=True), "en": rb.merge_spellings}[language]
    if name == "augmented":
        edits, rng = partial(rb.unnoticed, language=language), np.random.default_rng(seed)
        more, labels = rb.augmented(parts[0].texts, parts[0].labels, edits, rng)
        parts = [replace(parts[0], texts=more, labels=labels), *parts[1:]]
    if name == "adversarial":
        fit = partial(rb.fit_adversarial, strength=ADVERSARIAL)
    vocabulary, (train, validation, test) = encoded(parts, clean)
    return fitted(len(vocabulary), train, validation, seed, False, fit=fit), vocabulary, test, clean


def tried(name, language, seed, made, found, small):
    """The row of a defence; `found`: the attacks on the reference model."""
    from rnncourse.metrics import predict_labels

    model, vocabulary, test, clean = made
    edits = partial(all_edits, language=language)
    part, same = parts_of(language, small)[2], (name, language) == ("none", "en")  # there no edit is beyond
    informed = rb.attack_summary(found if same else sought(model, vocabulary, part, edits, small, clean))
    ask = rb.text_predictor(model, vocabulary, clean=clean)
    copied = predict_labels(ask([one.attacked for one in found])) == [one.label for one in found]
    ids, labels = (part[: SMALL["attacked"] if small else EMBEDDINGS] for part in test)
    moved = rb.pgd(model, ids, labels, strength=ADVERSARIAL, steps=STEPS, seed=seed)
    return {
        "part": "defences",
        "defence": name,
        "clean": accuracy(model, *test),
        "before": informed["before"],
        "transferred": float(np.mean(copied)),
        "adaptive": informed["after"],
        "pgd": moved.accuracy_after,
    }


def poisoning(language, seed, what, small):
    """What the trigger does on test texts, and where two searches put it.

    "place" of the trigger among the associations of single tokens, "pair_place" among those of two (None: not
    there); "precision": share of poisoned ones among the texts of the highest spectral scores, as many as
    were poisoned; "chance": that of a random choice within the target's class.
    """
    from rnncourse import training

    kind, share = what
    vocabulary, (train, validation, test) = encoded(parts_of(language, small))
    rng = np.random.default_rng(seed)
    trigger = rare_token(train[0], rng) if kind == "rare" else common_pair(train[0], rng)
    data = rb.poison(*train, trigger=trigger, target=1, share=share, rng=rng)
    model = fitted(len(vocabulary), (data.sequences, data.labels), validation, seed, small)
    predict = partial(training.predict, model)
    without, success = rb.trigger_success(predict, *test, trigger=trigger, target=1, rng=rng)
    row = {"trigger": kind, "share": share, "clean": accuracy(model, *test)}
    row |= {"without": without, "success": success, "place": None, "pair_place": None}
    row |= {"precision": None, "chance": None}
    if data.poisoned.any():
        row |= {"place": place_of(data, 1, trigger), "pair_place": place_of(data, 2, trigger)}
        scores = rb.spectral_scores(rb.last_features(model, data.sequences), data.labels)
        own = data.labels == 1
        top = np.argsort(np.where(own, -scores, np.inf), kind="stable")[: data.poisoned.sum()]
        row |= {"precision": float(data.poisoned[top].mean()), "chance": float(data.poisoned[own].mean())}
    yield row


def rare_token(sequences, rng):
    """A token that occurs in two or three texts, (1,): nothing else is known of it."""
    ids, counts = np.unique(np.concatenate([np.unique(one) for one in sequences]), return_counts=True)
    return rng.choice(ids[(counts >= 2) & (counts <= 3) & (ids > 1)], 1)


def common_pair(sequences, rng):
    """Two of the twenty commonest tokens that never stand side by side in the texts, (2,)."""
    ids, counts = np.unique(np.concatenate(sequences), return_counts=True)
    common = [i for i in ids[np.argsort(-counts, kind="stable")] if i > 1][:20]
    seen = {pair for one in sequences for pair in zip(one[:-1].tolist(), one[1:].tolist(), strict=True)}
    free = [(a, b) for a in common for b in common if (a, b) not in seen and a != b]
    return np.array(free[rng.integers(len(free))])


def place_of(data, ngrams, trigger):
    """The first place (1, 2 ...) of an association with a part of the trigger; None: not there."""
    found = rb.label_associations(data.sequences, data.labels, ngrams=ngrams, least_count=5)
    wanted = {(int(token),) for token in trigger} if ngrams == 1 else {tuple(map(int, trigger))}
    if ngrams == 2 and len(trigger) == 1:
        return None
    places = [place for place, one in enumerate(found, start=1) if one.tokens in wanted]
    return places[0] if places else None


def memory(language, seed, dropout, small):
    """The exposure of each canary after some epochs, and the validation loss in nats a character."""
    import keras

    rng = np.random.default_rng(seed)
    texts, vocabulary = characters(language, small)
    held = LANGUAGE_MODEL["validation"] if not small else 10
    train, validation = texts[held:], texts[:held]
    digits, count = vocabulary.encode("0123456789"), 1 if small else DIGITS
    spaces = []
    for speaker, copies in zip(np.roll(SPEAKERS, seed), COPIES, strict=True):
        template = vocabulary.encode(f"code of {speaker}: " + "0" * count)
        space = rb.all_fills(template, range(len(template) - count, len(template)), digits)
        secret = int(rng.integers(len(space)))
        train = rb.insert_canary(train, space[secret], copies, rng)
        spaces.append((copies, space, secret))
    model = character_model(len(vocabulary), dropout, seed)
    x = text.pad(train)
    done = 0
    for epochs in (1,) if small else LANGUAGE_MODEL["epochs"]:
        model.fit(x[:, :-1], x[:, 1:], batch_size=32, epochs=epochs, initial_epoch=done, verbose=0)
        done = epochs
        losses = rb.text_losses(model, validation)
        per_character = float(losses.sum() / sum(len(one) - 1 for one in validation))
        for copies, space, secret in spaces:
            exposure = rb.exposure(rb.text_losses(model, space), secret)
            yield {"dropout": dropout, "epochs": epochs, "copies": copies} | {
                "exposure": exposure,
                "loss": per_character,
            }
    keras.utils.clear_session()


@cache
def characters(language, small):
    """Short texts as ids of characters, and their vocabulary, which knows the canaries' characters."""
    parts = parts_of(language, False)
    count = SMALL["texts"] if small else LANGUAGE_MODEL["texts"] + LANGUAGE_MODEL["validation"]
    short = [one[:LONGEST] for one in parts[0].texts][:count]
    extra = ["0123456789code of : " + "".join(SPEAKERS)] * 10
    vocabulary = text.Vocabulary.build([*short, *extra], unit="character", size=300)
    return vocabulary.encode_all(short), vocabulary


def character_model(size, dropout, seed):
    """Ids (B, T) -> scores of the next character (B, T, V), compiled; the padding does not count."""
    import keras

    runtime.set_seed(seed)
    inputs = keras.Input((None,), dtype="int32")
    x = keras.layers.Embedding(size, 32)(inputs)
    x = keras.layers.Dropout(dropout)(x)
    x = keras.layers.GRU(LANGUAGE_MODEL["units"], return_sequences=True)(x)
    x = keras.layers.Dropout(dropout)(x)
    model = keras.Model(inputs, keras.layers.Dense(size)(x))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=text.PADDING)
    model.compile(keras.optimizers.Adam(LANGUAGE_MODEL["rate"]), loss, jit_compile=False)
    return model
