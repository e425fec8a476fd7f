"""The training recipe for encoder–decoder models: teacher forcing, label smoothing, clipping, a schedule."""

import keras
import numpy as np

from rnncourse.arguments import check_choice, check_counts, check_positive, check_rates, checked_ids
from rnncourse.decoders.sources import halves, vocabulary_size
from rnncourse.training.losses import SmoothedCrossEntropy
from rnncourse.training.pairs import PairBatches
from rnncourse.training.progress import display_of
from rnncourse.training.scheduled_sampling import RisingRate, ScheduledSampling
from rnncourse.training.schedules import warm_cosine

SCHEDULES = ("cosine", "constant")


def fit_translator(
    model,
    train,
    validation,
    *,
    epochs=10,
    learning_rate=2e-3,
    schedule="cosine",
    label_smoothing=0.0,
    clipnorm=1.0,
    scheduled_sampling=0.0,
    batch_size=64,
    patience=3,
    progress="auto",
    seed=42,
    callbacks=(),
):
    """Train a model of `models.build_translator`, keep its best epoch, return Keras's History.

    `train`, `validation`: pairs (sources, targets), N arrays of token ids each, without marks: START and END
    are added here. The decoder reads the right answer, shifted by one (teacher forcing). Pairs of similar
    length share a batch of `batch_size`. The loss is the mean cross-entropy of the tokens, END included and
    padding not; `label_smoothing` moves that share of each target to all tokens alike (Szegedy et al., 2016,
    section 7).

    Adam's gradients are cut to a global norm of `clipnorm` (None: not at all). Its rate follows `schedule`:
    "cosine" rises to `learning_rate` in the first half epoch, then falls to 0 along a cosine; "constant" is
    `learning_rate` from the first step on, without the warm-up that "constant" has in `training.fit`: it is
    the recipe with no schedule at all, to compare with.

    `scheduled_sampling` is the chance, rising from 0 to that value over the epochs, that the decoder reads a
    token drawn from its own prediction in place of the right one (Bengio et al., 2015; in two passes as
    Mihaylova & Martins, 2019). Training stops after `patience` epochs without a lower validation loss.

    `progress`: "auto" (curves in a notebook, a bar in a terminal), "curves", "bar" or "none". The History has
    loss, token_accuracy, val_loss, val_token_accuracy: means over the batches of means over tokens. Raises
    ValueError for data or options that do not fit.
    """
    check_counts(epochs=epochs, batch_size=batch_size, patience=patience)
    check_rates(label_smoothing=label_smoothing, scheduled_sampling=scheduled_sampling)
    shown, verbose = display_of(progress)
    pairs = checked_pairs(model, train, "train"), checked_pairs(model, validation, "validation")
    keras.utils.set_random_seed(seed)
    batches = PairBatches(*pairs[0], batch_size=batch_size, seed=seed)
    trained, own = model, []
    if scheduled_sampling:
        trained = ScheduledSampling(model, seed=seed)
        own = [RisingRate(scheduled_sampling, epochs)]
    rate = _rate(schedule, learning_rate, len(batches), epochs)
    _compile(trained, rate, label_smoothing, clipnorm)
    stop = keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True)
    return trained.fit(
        batches,
        validation_data=PairBatches(*pairs[1], batch_size=batch_size),
        epochs=epochs,
        callbacks=[*own, stop, *shown, *callbacks],
        verbose=verbose,
    )


def perplexity(model, sources, targets, *, batch_size=256):
    """exp(mean cross-entropy) of the tokens of `targets`, END included, given `sources`: from 1 up, V for a
    guess.

    Lists of N arrays of token ids without marks. Raises ValueError for data that do not fit.
    """
    pairs = checked_pairs(model, (sources, targets), "the pairs")
    total, count = 0.0, 0
    for (source, written), target, weights in PairBatches(*pairs, batch_size=batch_size):
        scores = np.asarray(model.predict_on_batch([source, written]), dtype="float64")
        logs = scores - np.logaddexp.reduce(scores, axis=-1, keepdims=True)
        total -= (np.take_along_axis(logs, target[:, :, None], axis=-1)[:, :, 0] * weights).sum()
        count += weights.sum()
    return float(np.exp(total / count))


def checked_pairs(model, pairs, name):
    """(sources, targets) as two lists of int32 arrays. Raises ValueError that names the row at fault."""
    try:
        sources, targets = pairs
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a pair (sources, targets)") from None
    encoder, decoder = halves(model)
    sources = checked_ids(sources, size=vocabulary_size(encoder), name=f"{name}, sources")
    targets = checked_ids(targets, size=vocabulary_size(decoder), name=f"{name}, targets")
    if len(sources) != len(targets) or not sources:
        given = f"{len(sources)} sources and {len(targets)} targets"
        raise ValueError(f"{name} must hold as many sources as targets, at least one; got {given}")
    return sources, targets


def _rate(schedule, learning_rate, steps, epochs):
    check_positive(learning_rate=learning_rate)
    check_choice("schedule", schedule, SCHEDULES)
    return learning_rate if schedule == "constant" else warm_cosine(learning_rate, steps, epochs)


def _compile(model, rate, label_smoothing, clipnorm):
    if clipnorm is not None:
        check_positive(clipnorm=clipnorm)
    model.compile(
        keras.optimizers.Adam(rate, global_clipnorm=clipnorm),
        SmoothedCrossEntropy(label_smoothing, reduction="mean_with_sample_weight"),
        weighted_metrics=[keras.metrics.SparseCategoricalAccuracy(name="token_accuracy")],
        # XLA brings the loop over time nothing on a CPU, and cuDNN's layers refuse it.
        jit_compile=False if keras.backend.backend() == "tensorflow" else "auto",
    )
