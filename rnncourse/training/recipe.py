"""The training recipe: batches of similar length, a warmed-up and falling learning rate, early stopping."""

import keras
import numpy as np

from rnncourse.arguments import check_counts, check_positive
from rnncourse.training.batches import Batches, padded, rows_by_length
from rnncourse.training.decay import adam
from rnncourse.training.examples import check_two_classes, checked_examples, checked_sequences, class_weights
from rnncourse.training.progress import display_of
from rnncourse.training.schedules import schedule_of


def fit(
    model,
    train,
    validation,
    *,
    epochs=5,
    learning_rate=2e-3,
    schedule="cosine",
    weight_decay=0.0,
    tokens_per_batch=4096,
    patience=2,
    class_weight=None,
    progress="auto",
    seed=42,
    callbacks=(),
):
    """Compile and train `model` (tokens -> probabilities), keep its best epoch, return Keras's History.

    `train`, `validation`: pairs (sequences, labels) of N arrays of token ids and N labels 0 to classes - 1.
    Sequences of similar length share a batch of about `tokens_per_batch` tokens, 64 to 128 sequences. An
    empty sequence becomes a row of padding; one of over 10,000 tokens is an error.

    Adam's learning rate rises to `learning_rate` in the first half epoch, then falls to 0 along a cosine;
    `schedule` may be "one_cycle", "linear" or "constant" instead (`schedules.schedule_of`). `weight_decay`
    takes that share, times the rate, of each kernel and embedding away at every step (`decay.adam`). Training
    stops after `patience` epochs without a lower validation loss; the best epoch's weights stay.
    `class_weight`: None, "balanced" (each class counts alike) or a dict {label: weight}. `progress`: "auto"
    (curves in a notebook, a bar in a terminal), "curves", "bar" or "none". The same `seed` gives the same
    run. `callbacks` are Keras's. Raises ValueError for data or options that do not fit; it names the row.
    """
    check_counts(epochs=epochs, tokens_per_batch=tokens_per_batch, patience=patience)
    check_positive(learning_rate=learning_rate)
    shown, verbose = display_of(progress)
    expected = {"classes": max(2, model.output_shape[-1]), "vocabulary_size": vocabulary_size_of(model)}
    sequences, labels = checked_examples(train, **expected, name="train")
    check_two_classes(labels, "train")
    validation = checked_examples(validation, **expected, name="validation")
    weights = class_weights(class_weight, labels, expected["classes"])
    keras.utils.set_random_seed(seed)
    batches = Batches(sequences, labels, tokens=tokens_per_batch, seed=seed, class_weights=weights)
    rate = schedule_of(schedule, learning_rate, len(batches), epochs)
    _compile(model, adam(model, rate, weight_decay=weight_decay))
    stop = keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True)
    return model.fit(
        batches,
        validation_data=Batches(*validation, tokens=tokens_per_batch),
        epochs=epochs,
        callbacks=[stop, *shown, *callbacks],
        verbose=verbose,
    )


def predict(model, sequences, *, tokens_per_batch=16384):
    """Probabilities in the order of `sequences`: of class 1, (N,), for two classes, else (N, classes).

    `sequences`: N arrays of token ids as in `fit`; none give an empty array. Raises ValueError as `fit` does.
    """
    sequences = checked_sequences(sequences, vocabulary_size=vocabulary_size_of(model), name="sequences")
    probabilities = np.zeros((len(sequences), model.output_shape[-1]), dtype="float32")
    for rows in rows_by_length(sequences, tokens=tokens_per_batch):
        probabilities[rows] = model.predict_on_batch(padded([sequences[row] for row in rows]))
    return probabilities[:, 0] if probabilities.shape[1] == 1 else probabilities


def _compile(model, optimizer):
    model.compile(
        optimizer,
        loss_of(model),
        metrics=["accuracy"],
        # XLA brings the loop over time nothing on a CPU, and cuDNN's layers refuse it.
        jit_compile=False if keras.backend.backend() == "tensorflow" else "auto",
    )


def loss_of(model):
    """The name of the loss that goes with the model's probabilities."""
    return "binary_crossentropy" if model.output_shape[-1] == 1 else "sparse_categorical_crossentropy"


def vocabulary_size_of(model):
    """The number of ids that the model's first embedding knows; None if it has no embedding."""
    sizes = [layer.input_dim for layer in model.layers if isinstance(layer, keras.layers.Embedding)]
    return sizes[0] if sizes else None
