"""CPU seconds an epoch: the course's recipe beside Keras's published one and PyTorch with packed sequences.

    python benchmarks/recipe.py [--quick] [--language zh] [--cell lstm] [--seeds 3] [--epochs 5]

All three train an embedding, one bidirectional recurrent layer and one output, of equal size, on one corpus:

- course: `rnncourse.training.fit`: batches of similar length, no mask in the loop, max pooling, dropout.
- fixed: Keras's example "Bidirectional LSTM on IMDB": every text padded in front or cut to 200 tokens,
  batches of 32 in random order, no mask, Adam.
- packed: PyTorch, `pack_padded_sequence`, batches of 32 in random order, Adam, one thread.

Each runs in a process of its own; they take turns epoch by epoch, so that a busy machine slows all alike.
CPU seconds come from `getrusage` and count the training batches, not validation; the first epoch, which also
compiles, is left out. The accuracy is that on the test set at the end: the course keeps its epoch of lowest
validation loss, the peers their last. Read the ratios: seconds belong to a machine.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np

RECIPES = ("course", "fixed", "packed")
FIXED_LENGTH, FIXED_BATCH = 200, 32


def main():
    options = parse()
    if options.worker:
        work(options)
        return
    recipes = [name for name in options.recipes if name != "packed" or has_torch(options.torch_python)]
    results = [measure(recipes, seed, options) for seed in range(options.seeds)]
    report(recipes, results, options)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--language", choices=("zh", "en"), default="zh")
    parser.add_argument("--cell", choices=("lstm", "gru", "simple_rnn"), default="lstm")
    parser.add_argument("--units", type=int, default=64)
    parser.add_argument("--embedding-size", type=int, default=64)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--texts", type=int, default=None, help="take this many texts only")
    parser.add_argument("--quick", action="store_true", help="a smoke run: 600 texts, 2 epochs, 1 seed")
    parser.add_argument("--recipes", nargs="+", choices=RECIPES, default=RECIPES)
    parser.add_argument("--torch-python", default=sys.executable, help="an interpreter that has PyTorch")
    parser.add_argument("--worker", choices=RECIPES, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.quick:
        options.texts, options.epochs, options.seeds = 600, 2, 1
    return options


def has_torch(python):
    found = subprocess.run([python, "-c", "import torch"], capture_output=True).returncode == 0
    if not found:
        print("PyTorch is not installed here, so it is left out (pip install torch).")
    return found


# --- the parent: lets the workers take turns ---


def measure(recipes, seed, options):
    """One run of every recipe, interleaved: {recipe: {"seconds": [an epoch each], "accuracy": float}}."""
    workers = {name: start(name, seed, options) for name in recipes}
    for epoch in range(options.epochs):
        for worker in workers.values():
            worker.stdin.write("go\n")
            worker.stdin.flush()
            worker.answer = json.loads(worker.stdout.readline())
        seconds = ", ".join(f"{name} {w.answer['seconds'][-1]:.1f}" for name, w in workers.items())
        print(f"seed {seed}, epoch {epoch + 1}: CPU seconds {seconds}", flush=True)
    for worker in workers.values():
        worker.stdin.close()
        worker.answer = json.loads(worker.stdout.readline())
        worker.wait()
    accuracies = ", ".join(f"{name} {w.answer['accuracy']:.3f}" for name, w in workers.items())
    print(f"seed {seed}: accuracy {accuracies}", flush=True)
    return {name: worker.answer for name, worker in workers.items()}


def start(name, seed, options):
    command = [options.torch_python if name == "packed" else sys.executable, __file__, "--worker", name]
    command += [
        "--seed",
        seed,
        "--language",
        options.language,
        "--cell",
        options.cell,
        "--units",
        options.units,
    ]
    command += ["--embedding-size", options.embedding_size, "--epochs", options.epochs]
    command += ["--texts", options.texts] if options.texts else []
    root = str(Path(__file__).resolve().parent.parent)
    environment = {**os.environ, "PYTHONPATH": root, "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.Popen(
        [str(part) for part in command],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if name == "fixed" else None,
        text=True,
    )


def report(recipes, results, options):
    mean = {name: np.mean([np.mean(r[name]["seconds"][1:]) for r in results]) for name in recipes}
    size = f"{options.units} units, {options.seeds} seeds, {options.epochs} epochs"
    print(f"\n{options.language}, {options.cell}, {size}")
    print(f"{'recipe':8} {'CPU s an epoch':>15} {'ratio':>6} {'accuracy (mean, lowest, highest)':>34}")
    for name in recipes:
        accuracy = np.array([r[name]["accuracy"] for r in results])
        print(
            f"{name:8} {mean[name]:15.1f} {mean[name] / mean[recipes[0]]:6.2f}"
            f" {accuracy.mean():16.3f} {accuracy.min():8.3f} {accuracy.max():8.3f}"
        )


# --- the workers ---


class Turns:
    """Waits for the parent's word before each epoch and tells it the CPU seconds the epoch took."""

    def __init__(self):
        self.seconds = []

    def begin(self):
        if not sys.stdin.readline():
            sys.exit("the parent has gone")
        self.started = cpu_seconds()

    def trained(self):
        self.seconds.append(cpu_seconds() - self.started)

    def end(self):
        print(json.dumps({"seconds": self.seconds}), flush=True)


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def work(options):
    train, validation, test, size = load(options)
    recipe = {"course": course, "fixed": fixed, "packed": packed}[options.worker]
    turns = Turns()
    probabilities = recipe(train, validation, test[0], size, turns, options)
    accuracy = float(np.mean((np.asarray(probabilities) > 0.5) == test[1]))
    sys.stdin.read()
    print(json.dumps({"seconds": turns.seconds, "accuracy": accuracy}), flush=True)


def load(options):
    from rnncourse import datasets
    from rnncourse.text import Vocabulary

    reviews = datasets.load_reviews(options.language)
    if options.texts:
        chosen = np.random.default_rng(0).permutation(len(reviews))[: options.texts]
        reviews = reviews.take(chosen)
    parts = datasets.split(reviews, seed=options.seed)
    vocabulary = Vocabulary.build(parts.train.texts, unit=reviews.unit, minimum_count=2)
    pairs = [(vocabulary.encode_all(part.texts, length=FIXED_LENGTH), part.labels) for part in parts]
    return *pairs, len(vocabulary)


def callback(turns):
    import keras

    class Report(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            turns.begin()

        def on_test_begin(self, logs=None):
            turns.trained()

        def on_epoch_end(self, epoch, logs=None):
            turns.end()

    return Report()


def course(train, validation, test, size, turns, options):
    from rnncourse import runtime

    runtime.start(options.language, seed=options.seed)
    from rnncourse.models import build_text_classifier
    from rnncourse.training import fit, predict

    model = build_text_classifier(
        vocabulary_size=size, cell=options.cell, units=options.units, embedding_size=options.embedding_size
    )
    fit(
        model,
        train,
        validation,
        epochs=options.epochs,
        patience=options.epochs,
        progress="none",
        seed=options.seed,
        callbacks=[callback(turns)],
    )
    return predict(model, test)


def fixed(train, validation, test, size, turns, options):
    import keras
    from keras import layers

    def pad(sequences):
        return keras.utils.pad_sequences(sequences, maxlen=FIXED_LENGTH)

    keras.utils.set_random_seed(options.seed)
    recurrent = {"lstm": layers.LSTM, "gru": layers.GRU, "simple_rnn": layers.SimpleRNN}[options.cell]
    tokens = keras.Input((None,), dtype="int32")
    x = layers.Embedding(size, options.embedding_size)(tokens)
    x = layers.Bidirectional(recurrent(options.units))(x)
    model = keras.Model(tokens, layers.Dense(1, activation="sigmoid")(x))
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    model.fit(
        pad(train[0]),
        train[1],
        batch_size=FIXED_BATCH,
        epochs=options.epochs,
        validation_data=(pad(validation[0]), validation[1]),
        callbacks=[callback(turns)],
        verbose=0,
    )
    return model.predict(pad(test), verbose=0)[:, 0]


def packed(train, validation, test, size, turns, options):
    import torch
    from torch import nn
    from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

    torch.set_num_threads(
        1
    )  # costs the fewest CPU seconds: further threads wait for one another at every step
    torch.manual_seed(options.seed)
    rows = np.random.default_rng(options.seed)
    recurrent = {"lstm": nn.LSTM, "gru": nn.GRU, "simple_rnn": nn.RNN}[options.cell]
    embedding = nn.Embedding(size, options.embedding_size, padding_idx=0)
    encoder = recurrent(options.embedding_size, options.units, bidirectional=True, batch_first=True)
    output = nn.Linear(2 * options.units, 1)
    parameters = [p for part in (embedding, encoder, output) for p in part.parameters()]
    optimizer = torch.optim.Adam(parameters)

    def score(sequences):
        tensors = [torch.tensor(s if len(s) else [1], dtype=torch.int64) for s in sequences]
        lengths = torch.tensor([len(t) for t in tensors])
        x = pad_sequence(tensors, batch_first=True)
        _, state = encoder(
            pack_padded_sequence(embedding(x), lengths, batch_first=True, enforce_sorted=False)
        )
        hidden = state[0] if isinstance(state, tuple) else state  # (2, B, H)
        return output(torch.cat([hidden[0], hidden[1]], dim=1))[:, 0]

    labels = torch.tensor(train[1], dtype=torch.float32)
    for _ in range(options.epochs):
        turns.begin()
        for batch in np.array_split(rows.permutation(len(labels)), -(-len(labels) // FIXED_BATCH)):
            optimizer.zero_grad()
            loss = nn.functional.binary_cross_entropy_with_logits(
                score([train[0][row] for row in batch]), labels[batch]
            )
            loss.backward()
            optimizer.step()
        turns.trained()
        turns.end()
    with torch.no_grad():
        chunks = [test[start : start + FIXED_BATCH] for start in range(0, len(test), FIXED_BATCH)]
        return torch.sigmoid(torch.cat([score(chunk) for chunk in chunks])).numpy()


if __name__ == "__main__":
    main()
