"""Cells written by hand against two independent oracles: Keras with its gradients, and differences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse import cells
from rnncourse.cells import gru, lstm, simple_rnn

FORMS = {
    "simple_rnn": (simple_rnn, {}),
    "lstm": (lstm, {}),
    "gru": (gru, {"reset_after": True}),
    "gru of the paper": (gru, {"reset_after": False}),
}
forms = pytest.mark.parametrize("form", FORMS)


def drawn(form, seed, *, batch=3, steps=7, features=4, units=5, dtype="float64"):
    """A cell, its params with biases that are not 0, and x."""
    cell, options = FORMS[form]
    rng = np.random.default_rng(seed)
    params = cells.initial_params(cell, features, units, rng, **options)
    params = params._replace(bias=rng.normal(0, 0.5, params.bias.shape))
    x = rng.normal(size=(batch, steps, features)).astype(dtype)
    return cell, cell.Params(*(p.astype(dtype) for p in params)), x, rng


def drawn_state(cell, rng, batch=3, units=5, dtype="float64"):
    return cell.State(*(rng.normal(0, 0.5, (batch, units)).astype(dtype) for _ in cell.State._fields))


def keras_layer(form, params):
    from keras import layers

    kinds = {"simple_rnn": layers.SimpleRNN, "lstm": layers.LSTM, "gru": layers.GRU}
    cell, options = FORMS[form]
    layer = kinds[cell.__name__.rpartition(".")[2]](
        params.recurrent_kernel.shape[0],
        return_sequences=True,
        return_state=True,
        dtype=params.kernel.dtype.name,
        **options,
    )
    layer.build((None, None, params.kernel.shape[0]))
    layer.set_weights(params)
    return layer


def masks(batch, steps):
    """Post-padding of 0, 1, 2 ... steps; row 0 is whole."""
    return np.arange(steps) < np.maximum(steps - 2 * np.arange(batch), 1)[:, None]


# Against Keras


@forms
@pytest.mark.parametrize("masked", [False, True])
def test_outputs_and_states_are_keras_s(form, masked):
    cell, params, x, rng = drawn(form, 0, dtype="float32")
    state = drawn_state(cell, rng, dtype="float32")
    mask = masks(*x.shape[:2]) if masked else None
    run = cells.unroll(cell, x, params, state=state, mask=mask)
    initial = list(state) if len(state) > 1 else state.hidden
    outputs, *last = keras_layer(form, params)(x, initial_state=initial, mask=mask)
    np.testing.assert_allclose(run.outputs, np.asarray(outputs), atol=1e-5)
    for mine, theirs in zip(run.state, last, strict=True):
        np.testing.assert_allclose(mine, np.asarray(theirs), atol=1e-5)
    assert run.outputs.dtype == np.float32


@forms
@pytest.mark.parametrize("masked", [False, True])
def test_gradients_are_those_of_automatic_differentiation(form, masked):
    import tensorflow as tf

    cell, params, x, rng = drawn(form, 1)
    state = drawn_state(cell, rng)
    mask = masks(*x.shape[:2]) if masked else None
    run = cells.unroll(cell, x, params, state=state, mask=mask)
    d_outputs = rng.normal(size=run.outputs.shape)
    d_last = drawn_state(cell, rng)
    found = cells.bptt(run, d_outputs, d_state=d_last)

    layer = keras_layer(form, params)
    x_variable, initial = tf.Variable(x), [tf.Variable(part) for part in state]
    with tf.GradientTape() as tape:
        outputs, *last = layer(
            x_variable, initial_state=initial if len(initial) > 1 else initial[0], mask=mask
        )
        loss = tf.reduce_sum(outputs * d_outputs)
        loss += sum(tf.reduce_sum(part * d) for part, d in zip(last, d_last, strict=True))
    weights = [weight.value for weight in layer.weights]
    expected = tape.gradient(loss, [*weights, x_variable, *initial])
    for mine, theirs in zip([*found.params, found.x, *found.state], expected, strict=True):
        assert cells.relative_error(mine, np.asarray(theirs)) < 1e-4


@forms
def test_truncated_gradients_are_those_with_a_stop_between_segments(form):
    import tensorflow as tf

    cell, params, x, rng = drawn(form, 2, steps=7)
    run = cells.unroll(cell, x, params)
    d_outputs = rng.normal(size=run.outputs.shape)
    found = cells.bptt(run, d_outputs, steps=3)
    layer = keras_layer(form, params)
    state, loss = None, 0.0
    with tf.GradientTape() as tape:
        for start in (0, 3, 6):
            part = slice(start, start + 3)
            outputs, *last = layer(tf.constant(x[:, part]), initial_state=state)
            loss += tf.reduce_sum(outputs * d_outputs[:, part])
            last = [tf.stop_gradient(one) for one in last]
            state = last if len(last) > 1 else last[0]
    expected = tape.gradient(loss, [weight.value for weight in layer.weights])
    for mine, theirs in zip(found.params, expected, strict=True):
        assert cells.relative_error(mine, np.asarray(theirs)) < 1e-4


@forms
def test_initial_params_are_like_keras_s(form):
    from keras import layers

    cell, options = FORMS[form]
    kinds = {"simple_rnn": layers.SimpleRNN, "lstm": layers.LSTM, "gru": layers.GRU}
    layer = kinds[cell.__name__.rpartition(".")[2]](6, **options)
    layer.build((None, None, 5))
    mine = cells.initial_params(cell, 5, 6, np.random.default_rng(0), **options)
    for a, b in zip(mine, layer.get_weights(), strict=True):
        assert a.shape == b.shape
    np.testing.assert_array_equal(mine.bias, layer.get_weights()[2])
    for recurrent in (mine.recurrent_kernel, layer.get_weights()[1]):
        np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(6), atol=1e-5)
    limit = np.abs(mine.kernel).max()
    assert abs(limit - np.abs(layer.get_weights()[0]).max()) < 0.3 * limit


# Against differences


@settings(max_examples=25, deadline=None)
@given(
    form=st.sampled_from(list(FORMS)),
    seed=st.integers(0, 10_000),
    batch=st.integers(1, 3),
    steps=st.integers(1, 5),
    features=st.integers(1, 3),
    units=st.integers(1, 3),
    data=st.data(),
)
def test_gradients_are_those_of_differences(form, seed, batch, steps, features, units, data):
    cell, params, x, rng = drawn(form, seed, batch=batch, steps=steps, features=features, units=units)
    rows = st.lists(st.booleans(), min_size=steps, max_size=steps)
    mask = np.array(data.draw(st.lists(rows, min_size=batch, max_size=batch)))
    state = drawn_state(cell, rng, batch, units)
    d_outputs, d_last = rng.normal(size=(batch, steps, units)), drawn_state(cell, rng, batch, units)

    def loss():
        run = cells.unroll(cell, x, params, state=state, mask=mask)
        ends = zip(run.state, d_last, strict=True)
        return np.sum(run.outputs * d_outputs) + sum(np.sum(part * d) for part, d in ends)

    run = cells.unroll(cell, x, params, state=state, mask=mask)
    found = cells.bptt(run, d_outputs, d_state=d_last)
    pairs = zip([*found.params, found.x, *found.state], [*params, x, *state], strict=True)
    for mine, array in pairs:
        assert cells.relative_error(mine, cells.numeric_gradient(loss, array)) < 1e-6


# Properties


@settings(max_examples=30, deadline=None)
@given(form=st.sampled_from(list(FORMS)), seed=st.integers(0, 10_000), cut=st.integers(1, 6))
def test_a_sequence_in_two_parts_ends_in_the_same_state(form, seed, cut):
    cell, params, x, _ = drawn(form, seed)
    whole = cells.unroll(cell, x, params)
    first = cells.unroll(cell, x[:, :cut], params)
    second = cells.unroll(cell, x[:, cut:], params, state=first.state)
    np.testing.assert_allclose(np.concatenate([first.outputs, second.outputs], axis=1), whole.outputs)


@forms
def test_masked_steps_change_nothing_and_get_no_gradient(form):
    cell, params, x, rng = drawn(form, 3)
    mask = masks(*x.shape[:2])
    other = np.where(mask[:, :, None], x, 99.0)
    run, same = (cells.unroll(cell, inputs, params, mask=mask) for inputs in (x, other))
    np.testing.assert_array_equal(run.outputs, same.outputs)
    gradients = cells.bptt(run, rng.normal(size=run.outputs.shape))
    assert (gradients.x[~mask] == 0).all() and (gradients.x[mask] != 0).any()


@forms
def test_truncation_at_the_length_is_none(form):
    cell, params, x, rng = drawn(form, 4)
    run = cells.unroll(cell, x, params)
    d_outputs = rng.normal(size=run.outputs.shape)
    for a, b in zip(
        cells.bptt(run, d_outputs).params, cells.bptt(run, d_outputs, steps=99).params, strict=True
    ):
        np.testing.assert_array_equal(a, b)


@forms
def test_gradients_of_states_are_those_of_a_loss_that_begins_there(form):
    """d loss / d the state after k steps is what a run from that state on gives for its initial state."""
    cell, params, x, rng = drawn(form, 5)
    run = cells.unroll(cell, x, params)
    d_outputs = rng.normal(size=run.outputs.shape)
    gradients = cells.bptt(run, d_outputs)
    later = cells.unroll(cell, x[:, 4:], params, state=run.states[4])
    expected = cells.bptt(later, d_outputs[:, 4:]).state
    direct = gradients.states[4]._replace(hidden=gradients.states[4].hidden - d_outputs[:, 3])
    for mine, theirs in zip(direct, expected, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-12)
    assert len(gradients.states) == x.shape[1] + 1


def test_the_sigmoid_does_not_overflow():
    from rnncourse.cells.maths import sigmoid

    with np.errstate(all="raise"):
        np.testing.assert_allclose(sigmoid(np.array([-1e4, 0.0, 1e4])), [0, 0.5, 1])


@settings(max_examples=20, deadline=None)
@given(rows=st.integers(1, 9), columns=st.integers(1, 9), seed=st.integers(0, 100))
def test_orthogonal_is(rows, columns, seed):
    q = cells.orthogonal(rows, columns, np.random.default_rng(seed))
    assert q.shape == (rows, columns)
    small = q @ q.T if rows <= columns else q.T @ q
    np.testing.assert_allclose(small, np.eye(min(rows, columns)), atol=1e-10)


def test_the_spectral_radius_is_that_of_known_matrices():
    assert cells.spectral_radius(np.array([[0.0, -2.0], [2.0, 0.0]])) == pytest.approx(2)
    assert cells.spectral_radius(0.3 * np.eye(4)) == pytest.approx(0.3)


def test_chrono_biases_keep_a_cell_for_1_to_longest_steps():
    bias = cells.chrono_bias(1000, 100, np.random.default_rng(0))
    input_, forget, candidate, output = np.split(bias, 4)
    np.testing.assert_array_equal(input_, -forget)
    assert not candidate.any() and not output.any()
    kept = 1 / (1 - 1 / (1 + np.exp(-forget)))  # steps until a share of 1/e is left, about
    assert 2 <= kept.min() < 4 and 95 < kept.max() <= 100


# Bad input


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"x": np.zeros((3, 7))}, r"\(B, T, 4\).*got \(3, 7\)"),
        ({"x": np.zeros((3, 7, 5))}, r"got \(3, 7, 5\)"),
        ({"x": np.zeros((3, 0, 4))}, "T >= 1"),
        ({"mask": np.ones((3, 7))}, "mask must be bool.*float64"),
        ({"mask": np.ones((7, 3), bool)}, r"mask must be bool of shape \(3, 7\)"),
        (
            {"state": lstm.State(np.zeros((3, 5)), np.zeros((1, 5)))},
            r"state.cell must have the shape \(3, 5\)",
        ),
        ({"cell": gru}, r"recurrent kernel of gru must be \(H, 3H\), got \(5, 20\)"),
    ],
)
def test_what_does_not_fit_is_named(change, said):
    cell, params, x, _ = drawn("lstm", 0)
    given = {"cell": cell, "x": x, "params": params} | change
    with pytest.raises(ValueError, match=said):
        cells.unroll(**given)


def test_bad_ways_back_are_named():
    cell, params, x, _ = drawn("lstm", 0)
    run = cells.unroll(cell, x, params)
    with pytest.raises(ValueError, match=r"d_outputs must have the shape \(3, 7, 5\), got \(3, 5\)"):
        cells.bptt(run, np.zeros((3, 5)))
    with pytest.raises(ValueError, match="steps must be at least 1, got 0"):
        cells.bptt(run, run.outputs, steps=0)
    with pytest.raises(TypeError, match="float64, got float32"):
        cells.numeric_gradient(lambda: 0.0, np.zeros(2, "float32"))
    with pytest.raises(ValueError, match="at least 2 steps, got 1"):
        cells.chrono_bias(3, 1, np.random.default_rng(0))
