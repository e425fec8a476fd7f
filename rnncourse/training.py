"""The training recipe: bucketed batches, a warmed-up and decaying learning rate, early stopping; and prediction."""

import numbers
import sys

import keras
import numpy as np

from rnncourse import runtime, text
from rnncourse.language import choose

LONGEST = 10_000  # tokens in a sequence
PROGRESS = ("auto", "curves", "bar", "none")


def fit(
    model,
    train,
    validation,
    *,
    epochs=5,
    learning_rate=2e-3,
    tokens_per_batch=4096,
    patience=2,
    class_weight=None,
    progress="auto",
    seed=42,
):
    """Train `model` (tokens -> probabilities), keep the weights of its best epoch, return keras's History.

    `train` and `validation` are pairs (sequences, labels): a list of N arrays of token ids, whole numbers below the
    model's vocabulary size, and N labels 0..classes-1. Sequences of similar length share a batch of about
    `tokens_per_batch` tokens. An empty sequence becomes a row of padding; one beyond 10,000 tokens is an error.

    The learning rate warms up to `learning_rate` and falls to zero along a cosine. Training stops early after
    `patience` epochs without a lower validation loss. `class_weight` is None, "balanced" (each class counts alike)
    or a dict label -> weight. `progress` is "auto" (live curves in a notebook, a bar in a terminal), "curves",
    "bar" or "none". The same `seed` gives the same batches and dropout.
    Raises ValueError for data or options that do not fit; the message names the row.
    """
    _check_options(epochs, learning_rate, tokens_per_batch, patience, progress)
    classes = max(2, model.output_shape[-1])
    x, y = check_examples(*train, classes=classes, vocabulary_size=_vocabulary_size(model), name="train")
    if len(np.unique(y)) < 2:
        raise ValueError(f"train holds one class only ({y[0]}); a classifier needs examples of at least two")
    valid = check_examples(
        *validation, classes=classes, vocabulary_size=_vocabulary_size(model), name="validation"
    )
    weights = _class_weights(class_weight, y, classes)
    callbacks, verbose = _callbacks_and_verbosity(progress)
    keras.utils.set_random_seed(seed)
    batches = Batches(x, y, tokens=tokens_per_batch, seed=seed, weights=weights)
    steps = len(batches) * epochs
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps, warmup_target=learning_rate, warmup_steps=min(len(batches) // 2, steps - 1)
    )
    model.compile(
        keras.optimizers.Adam(rate, global_clipnorm=1.0),
        "binary_crossentropy" if classes == 2 else "sparse_categorical_crossentropy",
        weighted_metrics=[],
        metrics=["accuracy"],
        jit_compile=keras.backend.backend() != "tensorflow",  # XLA gains nothing in a loop over time on a CPU
    )
    return model.fit(
        batches,
        validation_data=Batches(*valid, tokens=tokens_per_batch),
        epochs=epochs,
        callbacks=[keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True), *callbacks],
        verbose=verbose,
    )


def predict(model, sequences, *, tokens_per_batch=16384):
    """Probabilities in the order of `sequences`: of class 1, (N,), for two classes, else (N, classes).

    `sequences` is a list of N arrays of token ids as in `fit`; no sequences give an empty array.
    """
    x = check_sequences(sequences, vocabulary_size=_vocabulary_size(model), name="sequences")
    outputs = model.output_shape[-1]
    probabilities = np.zeros((len(x), outputs), dtype="float32")
    for rows in _bucket(x, tokens_per_batch, None):
        probabilities[rows] = np.asarray(model.predict_on_batch(_pad([x[row] for row in rows])))
    return probabilities[:, 0] if outputs == 1 else probabilities


class Batches(keras.utils.PyDataset):
    """Batches (tokens (B, T), labels (B, 1)[, weights (B,)]) of similar length, in a new order each epoch."""

    def __init__(self, sequences, labels, *, tokens, seed=None, weights=None):
        super().__init__()
        self.sequences, self.labels, self.weights = sequences, labels, weights
        self.tokens, self.seed = tokens, seed
        self.rows = _bucket(sequences, tokens, seed)

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        rows = self.rows[index]
        tokens = self._tokens(index)
        # Keras takes the form of all batches from the first two: equal widths there would fix the width for good.
        if index == 0 and len(self) > 1 and tokens.shape[1] == self._tokens(1).shape[1]:
            tokens = np.pad(tokens, [(0, 0), (0, 1)])
        labels = self.labels[rows, None].astype("float32")
        return (tokens, labels) if self.weights is None else (tokens, labels, self.weights[self.labels[rows]])

    def _tokens(self, index):
        return _pad([self.sequences[row] for row in self.rows[index]])

    def on_epoch_end(self):
        if self.seed is not None:
            self.seed += 1
            rows = _bucket(self.sequences, self.tokens, self.seed)
            assert len(rows) == len(self.rows)
            self.rows = rows


def _bucket(sequences, tokens, seed):
    if not sequences:
        return []
    lengths = np.maximum([len(s) for s in sequences], 1)
    return text.bucket_batches(lengths, tokens=tokens, smallest=16, largest=128, seed=seed)


def _pad(sequences):
    """(B, T); at least one step wide, and on a backend that compiles for each shape a multiple of 32."""
    longest = max(1, max(map(len, sequences)))
    step = 1 if keras.backend.backend() == "tensorflow" else 32
    return text.pad(sequences, length=-(-longest // step) * step)


def check_examples(sequences, labels, *, classes, vocabulary_size, name):
    """The pair as (list of int32 arrays, int64 labels (N,)). Raises ValueError naming the row that does not fit."""
    x = check_sequences(sequences, vocabulary_size=vocabulary_size, name=name)
    y = np.asarray(labels)
    if not x:
        raise ValueError(f"{name} holds no sequences; give at least one")
    if y.shape != (len(x),):
        raise ValueError(
            f"{name} has {len(x)} sequences but labels of shape {y.shape}; give one label a sequence"
        )
    if y.dtype.kind not in "iub":
        raise ValueError(f"{name}: labels must be whole numbers 0..{classes - 1}, got dtype {y.dtype}")
    wrong = np.flatnonzero((y < 0) | (y >= classes))
    if len(wrong):
        raise ValueError(
            f"{name}: labels must be 0..{classes - 1}, got {y[wrong[0]]} at row {wrong[0]};"
            f" for more classes build the model with classes={int(y.max()) + 1}"
        )
    return x, y.astype("int64")


def check_sequences(sequences, *, vocabulary_size, name):
    """The sequences as a list of int32 arrays (T,). Raises ValueError naming the row that does not fit."""
    if isinstance(sequences, str):
        raise ValueError(f"{name} must be a list of arrays of token ids, got a string; encode it first")
    return [_check_sequence(s, vocabulary_size, f"{name}, row {row}") for row, s in enumerate(sequences)]


def _check_sequence(sequence, vocabulary_size, where):
    ids = np.asarray(sequence)
    if ids.size == 0 and ids.ndim == 1:
        return np.zeros(0, dtype="int32")
    if ids.ndim != 1 or ids.dtype.kind not in "iu":
        raise ValueError(
            f"{where}: expected a sequence of token ids, whole numbers of shape (T,), got dtype {ids.dtype} and"
            f" shape {ids.shape}; Vocabulary.encode makes one from a text"
        )
    if len(ids) > LONGEST:
        raise ValueError(
            f"{where}: {len(ids)} tokens, at most {LONGEST} are supported; cut it: encode(text, length=200)"
        )
    low, high = ids.min(), ids.max()
    if low < 0 or (vocabulary_size and high >= vocabulary_size):
        raise ValueError(
            f"{where}: token ids must be 0..{vocabulary_size - 1}, got {low if low < 0 else high};"
            " encode with the vocabulary that the model was built for"
        )
    return ids.astype("int32")


def _vocabulary_size(model):
    sizes = [layer.input_dim for layer in model.layers if isinstance(layer, keras.layers.Embedding)]
    return sizes[0] if sizes else 2**31


def _check_options(epochs, learning_rate, tokens_per_batch, patience, progress):
    for name, value in dict(epochs=epochs, tokens_per_batch=tokens_per_batch, patience=patience).items():
        if not isinstance(value, numbers.Integral) or value < 1:
            raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}")
    if not isinstance(learning_rate, numbers.Real) or not 0 < learning_rate < float("inf"):
        raise ValueError(f"learning_rate must be a positive number, got {learning_rate!r}")
    if progress not in PROGRESS:
        raise ValueError(f"progress must be one of {', '.join(PROGRESS)}, got {progress!r}")


def _class_weights(class_weight, labels, classes):
    """Weights (classes,) float32, or None. "balanced" is N / (classes present * count), as in scikit-learn."""
    if class_weight is None:
        return None
    if isinstance(class_weight, str):
        if class_weight != "balanced":
            raise ValueError(f'class_weight must be None, "balanced" or a dict, got {class_weight!r}')
        counts = np.bincount(labels, minlength=classes)
        return (len(labels) / (np.count_nonzero(counts) * np.maximum(counts, 1))).astype("float32")
    if set(class_weight) != set(range(classes)):
        raise ValueError(f"class_weight needs the keys 0..{classes - 1}, got {sorted(class_weight)}")
    weights = np.array([class_weight[label] for label in range(classes)], dtype="float32")
    if not (np.isfinite(weights).all() and (weights > 0).all()):
        raise ValueError(f"class_weight needs positive weights, got {class_weight}")
    return weights


def _callbacks_and_verbosity(progress):
    if progress == "auto":
        progress = "curves" if runtime.host() != "terminal" else "bar"
    if progress == "bar":
        return [], 1 if sys.stdout.isatty() else 2
    return [LiveCurves()] if progress == "curves" else [], 0


class LiveCurves(keras.callbacks.Callback):
    """Loss and accuracy after each epoch, in one notebook output that is redrawn in place."""

    def on_train_begin(self, logs=None):
        from IPython.display import display

        epochs = self.params["epochs"]
        waiting = choose(zh=f"正在训练第 1 轮（共 {epochs} 轮）……", en=f"Training, epoch 1 of {epochs} ...")
        self.history = {}
        self.handle = display({"text/plain": waiting}, raw=True, display_id=True)

    def on_epoch_end(self, epoch, logs=None):
        import matplotlib.pyplot as plt

        from rnncourse.plots import plot_history

        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(float(value))
        figure = plt.figure()
        plot_history(self.history, ax=figure.gca())
        self.handle.update(figure)
        plt.close(figure)
