"""Schedules against NumPy's own interpolation, weight decay against a step by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.slow  # it builds, trains or compiles many models

keras = pytest.importorskip("keras")

from rnncourse import training  # noqa: E402
from rnncourse.training import PiecewiseLinear, one_cycle, rates_of, schedule_of  # noqa: E402
from rnncourse.training.schedules import SCHEDULES  # noqa: E402

POINTS = st.lists(st.tuples(st.integers(0, 60), st.floats(0, 2)), min_size=2, max_size=5)


@settings(max_examples=30, deadline=None)
@given(POINTS)
def test_straight_lines_are_numpys(points):
    places = np.cumsum([1 + step for step, _ in points])
    rates = [rate for _, rate in points]
    steps = np.linspace(0, places[-1] + 5, 12).astype(int)
    ours = [float(PiecewiseLinear(places, rates)(step)) for step in steps]
    assert np.allclose(ours, np.interp(steps, places, rates), atol=1e-5)


def test_one_cycle_goes_up_down_and_far_below():
    rates = rates_of(one_cycle(0.8, 200), 201)
    assert np.allclose(
        rates, np.interp(np.arange(201), [0, 90, 180, 200], [0.08, 0.8, 0.08, 0.0008]), atol=1e-6
    )
    assert np.argmax(rates) == 90 and rates[-1] < rates[0] / 50


def test_places_that_are_equal_make_a_jump():
    rates = rates_of(PiecewiseLinear([0, 3, 3, 6], [1.0, 1.0, 0.1, 0.1]), 7)
    assert np.allclose(rates, [1, 1, 1, 0.1, 0.1, 0.1, 0.1])


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_begins_low_and_reaches_its_rate(name):
    rates = rates_of(schedule_of(name, 0.3, steps=40, epochs=3), 121)
    assert rates[0] < 0.05 and rates.max() == pytest.approx(0.3, rel=0.02)
    assert (rates[-1] < 0.001) == (name != "constant") and (rates >= 0).all()


def test_linear_and_constant_after_half_an_epoch():
    steps = np.arange(121)
    linear, constant = (rates_of(schedule_of(name, 0.3, 40, 3), 121) for name in ("linear", "constant"))
    assert np.allclose(linear, np.interp(steps, [0, 20, 120], [0, 0.3, 0]), atol=1e-6)
    assert np.allclose(constant, np.interp(steps, [0, 20], [0, 0.3]), atol=1e-6)


def test_one_step_an_epoch_is_enough():
    for name in ("cosine", "linear", "constant"):
        rates = rates_of(schedule_of(name, 0.3, steps=1, epochs=6), 6)
        assert rates[0] == pytest.approx(0.3)


def test_an_optimizer_follows_and_keeps_the_schedule(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(one_cycle(0.5, 10)), "mse")
    x = np.ones((4, 2))
    model.fit(x, np.ones((4, 1)), batch_size=1, verbose=0)
    assert float(model.optimizer.learning_rate) == pytest.approx(
        0.5 * np.interp(4, [0, 4.5], [0.1, 1]), rel=1e-4
    )
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras").optimizer._learning_rate
    assert again.get_config() == one_cycle(0.5, 10).get_config()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: schedule_of("step", 0.1, 2, 2), "one of cosine, one_cycle, linear, constant, got 'step'"),
        (lambda: one_cycle(0.1, 0), "steps must be a whole number of at least 1, got 0"),
        (lambda: one_cycle(0.1, 30, rise=0.6, fall=0.4), r"rise \+ fall must be below 1"),
        (lambda: one_cycle(0, 30), "highest must be a number above 0, got 0"),
        (lambda: PiecewiseLinear([0, 1], [0.1]), "as many rates as places"),
        (lambda: PiecewiseLinear([2, 1], [0.1, 0.2]), "places must not fall"),
        (lambda: PiecewiseLinear([0, 1], [0.1, -0.2]), "must not be below 0"),
    ],
)
def test_what_cannot_be_is_an_error(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# Weight decay


def small_model():
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Embedding(5, 3), keras.layers.GRU(2), keras.layers.LayerNormalization()]
    model = keras.Sequential([keras.Input((None,)), *layers, keras.layers.Dense(1)])
    for weight in model.weights:
        weight.assign(np.random.default_rng(1).normal(size=weight.shape))
    return model


def test_decay_takes_its_share_of_kernels_and_embeddings_alone():
    """With gradients of zero Adam stands still, so what moves is the decay: w <- w (1 - rate * decay)."""
    model = small_model()
    optimizer = training.adam(model, 0.1, weight_decay=0.5)
    before = model.get_weights()
    optimizer.apply_gradients([(weight * 0, weight) for weight in model.trainable_variables])
    for old, new, weight in zip(before, model.get_weights(), model.weights, strict=True):
        spared = weight.name in ("bias", "gamma", "beta")
        assert np.allclose(new, old if spared else old * (1 - 0.1 * 0.5), atol=1e-7), weight.path
    assert sum(weight.name in ("bias", "gamma", "beta") for weight in model.weights) == 4


def test_a_step_with_decay_is_the_one_by_hand():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, use_bias=False)])
    model.build()
    (weight,) = model.trainable_variables
    optimizer = training.adam(model, 0.02, weight_decay=0.3, clipnorm=None)
    w = keras.ops.convert_to_numpy(weight).astype("float64")
    m = v = np.zeros_like(w)
    for step in range(1, 6):
        gradient = np.random.default_rng(step).normal(size=w.shape)
        optimizer.apply_gradients([(keras.ops.convert_to_tensor(gradient, "float32"), weight)])
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
        rate = 0.02 * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        w = w - 0.02 * 0.3 * w - rate * m / (np.sqrt(v) + 1e-7)
    assert np.allclose(keras.ops.convert_to_numpy(weight), w, atol=1e-5)


def test_without_decay_it_is_plain_adam():
    assert type(training.adam(small_model(), 0.1)) is keras.optimizers.Adam
    with pytest.raises(ValueError, match="weight_decay must be a number of at least 0, got -1"):
        training.adam(small_model(), 0.1, weight_decay=-1)


def test_fit_takes_schedule_and_decay():
    from rnncourse.models import build_text_classifier

    rng = np.random.default_rng(0)
    texts = [rng.integers(2, 9, 5) for _ in range(200)]
    data = texts, np.array([int((ids == 5).any()) for ids in texts])
    model = build_text_classifier(vocabulary_size=9, embedding_size=4, units=3)
    options = {"epochs": 1, "progress": "none", "tokens_per_batch": 400}
    training.fit(model, data, data, schedule="one_cycle", weight_decay=0.01, **options)
    assert isinstance(model.optimizer, keras.optimizers.AdamW)
    assert isinstance(model.optimizer._learning_rate, PiecewiseLinear)
    with pytest.raises(ValueError, match="schedule must be one of"):
        training.fit(model, data, data, schedule="none", **options)
