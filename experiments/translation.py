"""A recurrent translator with attention beside a small Transformer, at equal budget, and two baselines: 4.1.

From Chinese characters to English words, on the embedded sentences of HSK levels 1 to 3; the baselines in
both directions. Both networks have embeddings of the same size and, within 5%, as many parameters; both train
for BUDGET seconds of one core, with the same batches, warm-up and cosine (over the seconds spent), and keep
the weights with the lowest validation loss. A seed draws the split and the weights; with the same seed all
methods get the same sentences.
"""

import itertools
import math
import multiprocessing
import os
import sys
import time

import numpy as np

from rnncourse import baselines, datasets, runtime
from rnncourse.text import Vocabulary, bucket_batches, pad

DIRECTIONS = (("zh", "en"), ("en", "zh"))  # of the networks the first only
UNITS = {"zh": "character", "en": "word"}
SEEDS = (0, 1, 2)
BUDGET = 30.0  # CPU seconds of training a run, validation not counted
SIZE = 96  # of embeddings and of the recurrent layers
FEED_FORWARD = 312  # makes the Transformer as large as the recurrent model
HEADS = 4
# Chosen with seed 7, 20 s each. GRU: 2e-3 and 5e-3 had the same validation perplexity, 64, the latter the
# higher BLEU; Transformer: 1e-3 was better in both than 2e-3 and 4e-3.
LEARNING_RATES = {"gru": 5e-3, "transformer": 1e-3}
DROPOUT = 0.1
BATCH = 16
LEVELS = 3  # HSK 1 to 3
MINIMUM_COUNT = 2  # of a network's source tokens: those that occur once in training are unknown to it
LONGEST = 16  # tokens that are written
START, END = 2, 3  # ids of the marks


def measure(*, small=False, workers=None):
    """Train both networks with every seed, and fit the baselines in both directions.

    Returns {"rows", "seeds", "settings"}. A row: source, target, seed, method, parameters, CPU seconds,
    epochs, BLEU and chrF of the test sentences (sacrebleu, lower case), perplexity per token on validation
    sentences, the lowest and the last, and on as many training sentences at the end (None for a baseline),
    and the first translations. `small` is one seed, a second of training each. `workers` processes of one
    thread each share the work (default: one a core; 0: this process alone).
    """
    seeds = SEEDS[:1] if small else SEEDS
    jobs = list(itertools.product(("gru", "transformer"), DIRECTIONS[:1], seeds))
    jobs += itertools.product(("baselines",), DIRECTIONS, seeds)
    jobs = [(*job, 1.0 if small else BUDGET) for job in jobs]
    return {
        "seeds": seeds,
        "settings": {
            "budget": BUDGET,
            "size": SIZE,
            "feed_forward": FEED_FORWARD,
            "heads": HEADS,
            "learning_rates": LEARNING_RATES,
            "dropout": DROPOUT,
            "batch": BATCH,
            "minimum_count": MINIMUM_COUNT,
            "levels": LEVELS,
        },
        "rows": run_all(jobs, os.cpu_count() if workers is None and not small else workers),
    }


def run_all(jobs, workers):
    """The rows of every job, in the order of `jobs`, which begins with the costliest."""
    if not workers:
        return [row for job in jobs for row in run(job)]
    rows = []
    with multiprocessing.get_context("spawn").Pool(workers, one_thread) as pool:
        for done, found in enumerate(pool.imap(run, jobs), start=1):
            rows += found
            print(f"{done}/{len(jobs)} {found[-1]}", file=sys.stderr, flush=True)
    return rows


def one_thread():
    """Prepare a worker: quiet, and one thread, so that its CPU seconds are those of the method alone."""
    runtime.start("en")
    import tensorflow as tf
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def run(job):
    """One method (or both baselines) in one direction with one seed; returns its rows."""
    method, (source, target), seed, budget = job
    sentences = datasets.load_sentences()
    parts = datasets.split_pairs(sentences.take(sentences.levels <= LEVELS), seed=seed)
    least = 1 if method == "baselines" else MINIMUM_COUNT
    read = Vocabulary.build(parts.train.side(source), unit=UNITS[source], minimum_count=least)
    write = Vocabulary.build(parts.train.side(target), unit=UNITS[target])
    pairs = [
        (read.encode_all(part.side(source)), [shift(ids) for ids in write.encode_all(part.side(target))])
        for part in parts
    ]
    references = parts.test.side(target)
    head = {"source": source, "target": target, "seed": seed}
    found = (
        fit_baselines(pairs)
        if method == "baselines"
        else [fit(method, len(read), len(write), pairs, seed, budget)]
    )
    rows = []
    for answers, facts in found:
        texts = [detokenised([write.tokens[i - 4] if i > 3 else "?" for i in a], target) for a in answers]
        rows.append({**head, **facts, **scores(texts, references, target), "written": texts[:8]})
    return rows


def shift(ids):
    """Ids of a vocabulary without marks to those of one with: 2 and 3 are START and END."""
    return np.where(ids > 1, ids + 2, ids)


def fit_baselines(pairs):
    """Nearest neighbour and word for word: (ids written for each test sentence, facts) each."""
    (sources, targets), _, (asked, _) = pairs
    started = time.process_time()
    nearest = baselines.fit_nearest(sources, targets)(asked)
    middle = time.process_time()
    table = baselines.fit_word_table(sources, targets)
    written = [table.word_for_word(source) for source in asked]
    ended = time.process_time()
    names = "epochs", "validation_perplexity", "last_validation_perplexity", "training_perplexity"
    none = dict.fromkeys(names)
    stored = sum(map(len, sources)) + sum(map(len, targets))
    return [
        (nearest.targets, facts_of("nearest", stored, middle - started) | none),
        (written, facts_of("word_for_word", len(table.probabilities), ended - middle) | none),
    ]


def facts_of(method, parameters, seconds):
    return {"method": method, "parameters": int(parameters), "cpu_seconds": round(seconds, 2)}


def fit(method, read, write, pairs, seed, budget):
    """Train one network for `budget` CPU seconds; returns (ids written for each test sentence, facts)."""
    import keras

    keras.utils.clear_session()
    runtime.set_seed(seed)
    model = {"gru": build_gru, "transformer": build_transformer}[method](read, write + 2)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)
    model.compile(keras.optimizers.Adam(1e-9, global_clipnorm=1.0), loss)
    train, validation, (asked, _) = pairs
    sample = tuple(side[: len(validation[0])] for side in train)
    for rows in (range(BATCH), range(BATCH, BATCH + 8), range(100, 100 + BATCH)):
        model.train_on_batch(*batch_of(train, rows))  # at no rate: it compiles, which the budget leaves out
    spent, epochs, best = 0.0, 0, (math.inf, None)
    while spent < budget:
        lengths = [len(ids) for ids in train[1]]
        for rows in bucket_batches(
            lengths, tokens=10**6, smallest=BATCH, largest=BATCH, seed=1000 * seed + epochs
        ):
            started = time.process_time()
            model.optimizer.learning_rate.assign(LEARNING_RATES[method] * schedule(spent / budget))
            model.train_on_batch(*batch_of(train, rows))
            spent += time.process_time() - started
        epochs += 1
        found = perplexity(model, validation)
        best = min(best, (found, model.get_weights()), key=lambda pair: pair[0])
    last = {
        "last_validation_perplexity": round(found, 2),
        "training_perplexity": round(perplexity(model, sample), 2),
    }
    model.set_weights(best[1])
    facts = facts_of(method, model.count_params(), spent)
    facts |= {"epochs": epochs, "validation_perplexity": round(best[0], 2)} | last
    return greedy(model, asked), facts


def schedule(share):
    """The learning rate's factor when `share` of the budget is spent: 5% warm-up under a cosine to 0."""
    return min(1.0, 0.02 + share / 0.05) * 0.5 * (1 + math.cos(math.pi * min(1.0, share)))


def batch_of(pairs, rows):
    """[source, written], expected: padded ids of the pairs at `rows`, the answer shifted by one."""
    answers = [pairs[1][row].tolist() for row in rows]
    source = pad([pairs[0][row] for row in rows])
    return [source, pad([[START, *a] for a in answers])], pad([[*a, END] for a in answers])


def perplexity(model, pairs):
    """exp of the mean cross-entropy per token, END included."""
    import keras

    inputs, expected = batch_of(pairs, range(len(pairs[0])))
    logits = model.predict_on_batch(inputs)
    losses = np.asarray(keras.ops.sparse_categorical_crossentropy(expected, logits, from_logits=True))
    return float(np.exp(losses[expected > 0].mean()))


def greedy(model, sources):
    """The ids that the model writes for each source, the likeliest at each step, up to END or LONGEST."""
    source = pad(sources)
    written = np.full((len(source), LONGEST + 1), START, np.int32)
    for n in range(LONGEST):  # what stands behind n plays no part
        logits = model.predict_on_batch([source, written])[:, n, START + 1 :]
        written[:, n + 1] = logits.argmax(-1) + START + 1  # neither padding nor unknown nor START
    rows = [row[1:].tolist() for row in written]
    return [row[: row.index(END)] if END in row else row for row in rows]


def build_gru(read, write):
    """Bidirectional GRU, additive attention, GRU: the course's translator, begun as the Transformer is."""
    import keras

    from rnncourse import models

    return models.build_translator(
        source_vocabulary_size=read,
        target_vocabulary_size=write,
        embedding_size=SIZE,
        units=SIZE,
        attention="additive",
        dropout=DROPOUT,
        embeddings_initializer=keras.initializers.RandomNormal(stddev=1.0),
    )


def build_transformer(read, write):
    """An encoder block and a decoder block of Vaswani et al. (2017), normalisation first."""
    import keras
    from keras import layers

    from rnncourse.encoders import AddPositions, AttentionMask

    source, written = keras.Input((None,), dtype="int32"), keras.Input((None,), dtype="int32")

    def embed(tokens, size):
        scale = keras.initializers.RandomNormal(stddev=SIZE**-0.5)
        return layers.Dropout(DROPOUT)(AddPositions()(layers.Embedding(size, SIZE, scale)(tokens)))

    def attend(x, memory=None, **masks):
        y = layers.LayerNormalization()(x)
        attention = layers.MultiHeadAttention(HEADS, SIZE // HEADS)
        y = attention(y, y if memory is None else memory, **masks)
        return x + layers.Dropout(DROPOUT)(y)

    def feed_forward(x):
        y = layers.Dense(FEED_FORWARD, activation="relu")(layers.LayerNormalization()(x))
        return x + layers.Dropout(DROPOUT)(layers.Dense(SIZE)(y))

    mask = AttentionMask()(source)
    memory = layers.LayerNormalization()(feed_forward(attend(embed(source, read), attention_mask=mask)))
    x = attend(embed(written, write), use_causal_mask=True)
    x = feed_forward(attend(x, memory, attention_mask=mask))
    x = layers.Dropout(DROPOUT)(layers.LayerNormalization()(x))
    return keras.Model([source, written], layers.Dense(write)(x))


def detokenised(tokens, language):
    """One string: Chinese characters run on, English words stand apart, but for marks and clitics."""
    if language == "zh":
        return "".join(tokens)
    text = " ".join(tokens)
    for mark in (".", ",", "!", "?", ";", ":", "'s", "'m", "'d", "'re", "'ve", "'ll"):
        text = text.replace(f" {mark}", mark)
    return text


def scores(written, references, language):
    """BLEU and chrF, 0 to 100, of texts in lower case."""
    import sacrebleu

    references = [[text.lower() for text in references]]
    bleu = sacrebleu.corpus_bleu(
        written, references, lowercase=True, tokenize={"zh": "zh", "en": "13a"}[language]
    )
    return {"bleu": round(bleu.score, 2), "chrf": round(sacrebleu.corpus_chrf(written, references).score, 2)}
