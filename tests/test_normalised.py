"""The layer-normalised LSTM against a loop in NumPy."""

import numpy as np
import pytest

pytestmark = pytest.mark.slow  # it builds, trains or compiles many models

keras = pytest.importorskip("keras")

from rnncourse.normalised import LayerNormLSTMCell  # noqa: E402

RNG = np.random.default_rng(2)


def normalise(a, epsilon=1e-3):
    return (a - a.mean(-1, keepdims=True)) / np.sqrt(a.var(-1, keepdims=True) + epsilon)


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def by_hand(x, named, lengths):
    """States (B, T, H): the equations of Ba et al., one step after the other; a state stays over padding."""
    W, U, b = named["kernel"], named["recurrent_kernel"], named["bias"]
    h = c = np.zeros((len(x), len(U)))
    states = []
    for t in range(x.shape[1]):
        s = named["gamma_x"] * normalise(x[:, t] @ W) + named["gamma_h"] * normalise(h @ U) + b
        i, f, g, o = np.split(s, 4, axis=-1)
        new_c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        new_h = sigmoid(o) * np.tanh(named["gamma_c"] * normalise(new_c) + named["beta_c"])
        real = (t < lengths)[:, None]
        h, c = np.where(real, new_h, h), np.where(real, new_c, c)
        states.append(h)
    return np.stack(states, axis=1)


def layer_with_weights(units=4, features=3):
    cell = LayerNormLSTMCell(units)
    layer = keras.layers.RNN(cell, return_sequences=True)
    layer.build((None, None, features))
    for weight in layer.weights:
        weight.assign(RNG.normal(size=weight.shape))
    named = {name: getattr(cell, name) for name in ("kernel", "recurrent_kernel", "bias")}
    named |= {"gamma_x": cell.norm_input.gamma, "gamma_h": cell.norm_state.gamma}
    named |= {"gamma_c": cell.norm_cell.gamma, "beta_c": cell.norm_cell.beta}
    return layer, {name: keras.ops.convert_to_numpy(weight) for name, weight in named.items()}


def test_it_is_the_loop_by_hand_with_and_without_a_mask():
    layer, named = layer_with_weights()
    x = RNG.normal(size=(3, 6, 3)).astype("float32")
    lengths = np.array([6, 2, 4])
    mask = np.arange(6) < lengths[:, None]
    assert np.allclose(layer(x), by_hand(x, named, np.full(3, 6)), atol=1e-5)
    assert np.allclose(layer(x, mask=mask), by_hand(x, named, lengths), atol=1e-5)


def test_the_scale_of_the_weights_does_not_matter():
    """What normalisation is for: kernels ten times as large give the same states (up to epsilon)."""
    layer, _ = layer_with_weights()
    x = RNG.normal(size=(2, 5, 3)).astype("float32") * 10
    layer.cell.recurrent_kernel.assign(layer.cell.recurrent_kernel * 10)
    before = np.array(layer(x))
    for variable in (layer.cell.kernel, layer.cell.recurrent_kernel):
        variable.assign(variable * 10)
    assert np.allclose(layer(x)[:, 0], before[:, 0], atol=0.01)


def test_it_begins_as_keras_s_lstm_does():
    cell = LayerNormLSTMCell(5)
    cell.build((None, 2))
    assert np.array_equal(
        np.split(np.array(cell.bias), 4), [np.zeros(5), np.ones(5), np.zeros(5), np.zeros(5)]
    )
    U = np.array(cell.recurrent_kernel)
    assert np.allclose(U @ U.T, np.eye(5), atol=1e-5)
    # 4H normalised inputs and as many states, their scales, a bias, and scale and shift of the cell state
    assert cell.count_params() == 2 * 20 + 5 * 20 + 20 + 2 * 20 + 2 * 5


def test_it_trains_saves_and_loads_also_in_both_directions(tmp_path):
    rnn = keras.layers.Bidirectional(keras.layers.RNN(LayerNormLSTMCell(3)))
    model = keras.Sequential([keras.Input((None,)), keras.layers.Embedding(6, 4, mask_zero=True), rnn])
    model.compile("adam", "mse")
    tokens = np.array([[1, 2, 3, 0], [4, 5, 0, 0]])
    model.fit(tokens, np.zeros((2, 6)), verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert np.allclose(model.predict_on_batch(tokens), loaded.predict_on_batch(tokens), atol=1e-6)
    longer = np.pad(tokens, ((0, 0), (0, 3)))
    assert np.allclose(model.predict_on_batch(tokens), model.predict_on_batch(longer), atol=1e-6)


def test_there_is_at_least_one_unit():
    with pytest.raises(ValueError, match="at least 1, got 0"):
        LayerNormLSTMCell(0)
