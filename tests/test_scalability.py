"""Cost, timing, streaming, data on disk, cuDNN's conditions, several devices: each against an oracle."""

import importlib
import itertools
import os
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from scipy import stats

from rnncourse import cells, models, text, training
from rnncourse.cells import gru, lstm, simple_rnn
from rnncourse.scalability import cost, cudnn, devices, disk, streaming, timing

pytestmark = pytest.mark.slow  # it builds, trains or compiles many models

CELLS = {"simple_rnn": simple_rnn, "gru": gru, "lstm": lstm}
LAYERS = {"simple_rnn": layers.SimpleRNN, "gru": layers.GRU, "lstm": layers.LSTM}
SIZES = [dict(B=2, T=3, D=4, H=5), dict(B=1, T=1, D=1, H=1), dict(B=3, T=7, D=2, H=6)]


def products(function, *shape):
    """Multiply-adds of all matrix products in the graph of `function`."""
    graph = tf.function(function).get_concrete_function(tf.TensorSpec(shape)).graph
    total = 0
    for operation in graph.get_operations():
        if operation.type in ("MatMul", "BatchMatMulV2"):
            inner = operation.inputs[0].shape[-2 if operation.get_attr("transpose_a") else -1]
            total += inner * int(np.prod(operation.outputs[0].shape))
    return total


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("cell", CELLS)
def test_multiply_adds_and_parameters_are_those_of_keras(cell, sizes):
    layer = LAYERS[cell](sizes["H"], unroll=True)
    x = np.zeros([sizes[letter] for letter in "BTD"], "float32")
    layer(x)
    found = cost.recurrent_cost(cell, **sizes)
    assert found.multiply_adds == products(lambda x: layer(x), *x.shape)
    assert found.parameters == layer.count_params() and found.steps == sizes["T"]
    assert found.weight_bytes == sum(weight.nbytes for weight in layer.get_weights())


@pytest.mark.parametrize("cell", CELLS)
def test_bytes_are_those_of_the_arrays_that_the_loop_makes(cell):
    B, T, D, H = 2, 3, 4, 5
    module, rng = CELLS[cell], np.random.default_rng(0)
    params = cells.initial_params(module, D, H, rng, dtype="float32")
    x = rng.normal(size=(B, T, D)).astype("float32")
    state = module.State(*(np.zeros((B, H), "float32") for _ in module.State._fields))
    handed_on, kept = state, {id(x): x, **{id(part): part for part in state}}
    for t in range(T):
        handed_on, trace = module.step(x[:, t], handed_on, params)
        kept |= {id(part): part for part in (*handed_on, *trace)}
    found = cost.recurrent_cost(cell, B=B, T=T, D=D, H=H)
    assert found.state_bytes == sum(part.nbytes for part in handed_on)
    assert found.training_bytes == sum(part.nbytes for part in kept.values())
    assert cost.recurrent_cost(cell, B=B, T=T, D=D, H=H, itemsize=2).state_bytes * 2 == found.state_bytes


def test_cost_says_what_is_wrong():
    with pytest.raises(ValueError, match="cell must be one of simple_rnn, gru, lstm, got 'rnn'"):
        cost.recurrent_cost("rnn", B=1, T=1, D=1, H=1)
    with pytest.raises(ValueError, match="T must be a whole number of at least 1, got 0"):
        cost.recurrent_cost("gru", B=1, T=0, D=1, H=1)


def test_actions_are_measured_in_turns():
    done = []
    seconds = timing.measure_in_turns({n: lambda n=n: done.append(n) for n in "ab"}, rounds=3, warm=1)
    assert "".join(done) == "abababab" and {name: s.shape for name, s in seconds.items()} == {
        "a": (3,),
        "b": (3,),
    }
    assert all((s >= 0).all() for s in seconds.values())


def test_a_speed_up_is_a_geometric_mean_with_its_interval():
    before, after = np.array([8.0, 6.0, 12.0]), np.array([2.0, 3.0, 4.0])
    found, ratios = timing.speed_up(before, after), np.log([4, 2, 3])
    oracle = stats.t.interval(0.95, 2, loc=ratios.mean(), scale=stats.sem(ratios))
    np.testing.assert_allclose(found, [stats.gmean([4, 2, 3]), *np.exp(oracle)])
    back = timing.speed_up(after, before)
    np.testing.assert_allclose(
        [back.estimate, back.low, back.high], 1 / np.array([found.estimate, found.high, found.low])
    )
    with pytest.raises(ValueError, match="above 0"):
        timing.speed_up([1, 0], [1, 1])


def test_the_power_law_is_that_of_linregress():
    rng = np.random.default_rng(0)
    sizes = np.array([8, 16, 32, 64, 128, 8, 16])
    seconds = 0.003 * sizes**1.4 * np.exp(rng.normal(0, 0.1, 7))
    found, line = timing.fit_power(sizes, seconds), stats.linregress(np.log(sizes), np.log(seconds))
    half = stats.t.ppf(0.975, 5) * line.stderr
    expected = (line.slope, line.slope - half, line.slope + half)
    np.testing.assert_allclose(found.exponent, expected)
    np.testing.assert_allclose(found.r_squared, line.rvalue**2)
    np.testing.assert_allclose(found.predict(sizes), np.exp(line.intercept + line.slope * np.log(sizes)))
    exact = timing.fit_power([1, 2, 4], [3, 12, 48])
    np.testing.assert_allclose([exact.factor, *exact.exponent], [3, 2, 2, 2])


@pytest.mark.parametrize("points", [([1, 2], [1, 2]), ([2, 2, 2], [1, 2, 3]), ([1, 2, 3], [1, 0, 3])])
def test_a_power_law_needs_points(points):
    with pytest.raises(ValueError, match=r"needed|above 0"):
        timing.fit_power(*points)


def cost_rows(noise=0.0, seed=0, call=2e-4, step=3e-5, each=1e-10):
    rng, rows = np.random.default_rng(seed), []
    for T, B, D, H in itertools.product((10, 40, 160), (1, 32), (16, 128), (32, 128)):
        work = cost.recurrent_cost("gru", B=B, T=T, D=D, H=H).multiply_adds
        seconds = (call + step * T + each * work) * (1 + rng.normal(0, noise))
        rows.append({"cell": "gru", "B": B, "T": T, "D": D, "H": H, "seconds": seconds})
    return rows


def test_the_cost_model_finds_what_made_the_times():
    rows = cost_rows()
    model = timing.fit_cost_model(rows)
    found = [model.call.estimate, model.step.estimate, model.multiply_add.estimate]
    np.testing.assert_allclose(found, [2e-4, 3e-5, 1e-10], rtol=1e-6)
    assert model.worst < 1e-6
    sizes = {key: rows[5][key] for key in ("B", "T", "D", "H")}
    assert model.predict("gru", **sizes) == pytest.approx(rows[5]["seconds"])


def test_the_cost_models_intervals_hold_the_truth_as_often_as_they_say():
    held = np.zeros(3)
    for seed in range(200):
        model = timing.fit_cost_model(cost_rows(noise=0.1, seed=seed))
        parts = (model.call, model.step, model.multiply_add)
        held += [p.low <= truth <= p.high for p, truth in zip(parts, (2e-4, 3e-5, 1e-10), strict=True)]
    assert (held / 200 > 0.9).all() and (held / 200 < 0.995).all(), held / 200


def test_a_cost_model_needs_rows_that_differ():
    with pytest.raises(ValueError, match="four rows"):
        timing.fit_cost_model(cost_rows()[:3])
    alike = [{**cost_rows()[0], "T": T, "seconds": T} for T in (1, 2, 3, 4)]
    with pytest.raises(ValueError, match="cannot be told apart"):
        timing.fit_cost_model(alike)


def classifier(**options):
    keras.utils.set_random_seed(0)
    return models.build_text_classifier(
        vocabulary_size=30, bidirectional=False, embedding_size=6, units=5, **options
    )


def ragged(rows=4, steps=13):
    """Tokens (rows, steps) that end at different places."""
    rng = np.random.default_rng(1)
    tokens = rng.integers(1, 30, (rows, steps))
    for row, length in enumerate((steps, 9, 3, 1)):
        tokens[row, length:] = 0
    return tokens


@pytest.mark.parametrize("size", [1, 4, 13, 50])
@pytest.mark.parametrize("pooling", ["max", "mean", "max_mean", "last"])
def test_a_classifier_in_chunks_gives_what_the_whole_gives(pooling, size):
    model = classifier(pooling=pooling, layers=2, cell="lstm" if size == 4 else "gru")
    whole = model.predict(ragged(), verbose=0)
    np.testing.assert_allclose(streaming.read_in_chunks(model, ragged(), size), whole, atol=1e-5)


def test_chunks_with_pairs_of_tokens_three_classes_and_pauses():
    model = classifier(bigram_buckets=50, classes=3, cell="simple_rnn")
    whole = model.predict(ragged(), verbose=0)
    np.testing.assert_allclose(streaming.read_in_chunks(model, ragged(), 3), whole, atol=1e-5)
    paused = np.concatenate([ragged()[:, :5], np.zeros((4, 6), int), ragged()[:, 5:]], axis=1)
    np.testing.assert_allclose(streaming.read_in_chunks(model, paused, 4), whole, atol=1e-5)
    assert np.abs(model.predict(ragged()[:, :4], verbose=0) - whole).max() > 1e-4  # the beginning is not all


@pytest.mark.parametrize("cell", CELLS)
def test_an_encoder_in_chunks_gives_all_states_and_the_end(cell):
    keras.utils.set_random_seed(0)
    model = models.build_encoder(
        vocabulary_size=30, cell=cell, embedding_size=6, units=5, layers=2, bidirectional=False
    )
    whole = model.predict(ragged(), verbose=0)
    for found, expected in zip(streaming.read_in_chunks(model, ragged(), 5), whole, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_tagger_over_features_in_chunks():
    inputs = keras.Input((None, 3))
    states = layers.LSTM(4, return_sequences=True)(layers.GRU(5, return_sequences=True)(inputs))
    model = keras.Model(inputs, layers.Dense(2)(states))
    x = np.random.default_rng(0).normal(size=(2, 11, 3)).astype("float32")
    found = streaming.read_in_chunks(model, x, 4)
    assert found.shape == (2, 11, 2)
    np.testing.assert_allclose(found, model.predict(x, verbose=0), atol=1e-5)


def test_a_zero_is_a_token_like_others_where_the_model_has_no_padding():
    inputs = keras.Input((None,), dtype="int32")
    model = keras.Model(inputs, layers.GRU(4)(layers.Embedding(5, 3)(inputs)))
    tokens = np.array([[0, 1, 0, 2, 0, 0], [1, 2, 3, 4, 0, 1]])
    found = streaming.read_in_chunks(model, tokens, 2)
    np.testing.assert_allclose(found, model.predict(tokens, verbose=0), atol=1e-5)


@pytest.mark.parametrize("pooling", ["max", "mean", "last"])
def test_a_stream_forgets_saves_and_goes_on(pooling):
    model, tokens = classifier(pooling=pooling, cell="lstm"), ragged()
    stream = streaming.Stream(model, rows=4)
    first = stream.read(tokens[:, :6])
    saved = stream.state
    last = stream.read(tokens[:, 6:])
    assert np.abs(stream.read(tokens[:, :6]) - first).max() > 1e-6
    stream.reset()
    np.testing.assert_allclose(stream.read(tokens[:, :6]), first, atol=1e-6)
    other = streaming.Stream(model, rows=4)
    other.state = saved
    np.testing.assert_allclose(other.read(tokens[:, 6:]), last, atol=1e-6)
    with pytest.raises(ValueError, match="state must have the shapes"):
        other.state = saved[1:]


def test_what_cannot_be_streamed_is_told():
    with pytest.raises(ValueError, match="bidirectional=False"):
        streaming.Stream(models.build_text_classifier(vocabulary_size=30))
    with pytest.raises(ValueError, match="may need what comes later"):
        streaming.Stream(models.build_cnn_classifier(vocabulary_size=30))
    inputs = keras.Input((None, 3))
    with pytest.raises(ValueError, match="reads backwards"):
        streaming.Stream(keras.Model(inputs, layers.GRU(2, go_backwards=True)(inputs)))
    with pytest.raises(ValueError, match="needs the end of the sequence"):
        streaming.Stream(keras.Model(inputs, layers.Bidirectional(layers.GRU(2))(inputs)))
    stream = streaming.Stream(classifier(), rows=2)
    for wrong in (ragged(), np.zeros((2, 0), int), np.zeros(3, int)):
        with pytest.raises(ValueError, match="a chunk must have the shape"):
            stream.read(wrong)
    with pytest.raises(ValueError, match="size must be at least 1"):
        streaming.read_in_chunks(classifier(), ragged(), 0)


def examples(count=300, seed=0):
    rng = np.random.default_rng(seed)
    return [
        (rng.integers(1, 90, rng.integers(0, 40)).astype("int32"), int(rng.integers(2))) for _ in range(count)
    ]


@pytest.mark.parametrize("seed", [None, 3])
def test_batches_from_disk_are_those_from_memory(tmp_path, seed):
    pairs = examples()
    assert disk.write_ids(tmp_path / "data", iter(pairs)) == 300
    sequences, labels = [ids for ids, _ in pairs], np.array([label for _, label in pairs])
    here = training.Batches(sequences, labels, tokens=1000, seed=seed)
    there = disk.disk_batches(tmp_path / "data", tokens=1000, seed=seed)
    for _ in range(2):
        assert len(here) == len(there) > 2
        for index in range(len(here)):
            for ours, theirs in zip(here[index], there[index], strict=True):
                np.testing.assert_array_equal(ours, theirs)
        here.on_epoch_end()
        there.on_epoch_end()


def test_ids_on_disk_are_a_sequence_that_reads_in_place(tmp_path):
    pairs = examples(20)
    disk.write_ids(tmp_path, pairs)
    ids = disk.DiskIds(tmp_path)
    assert len(ids) == 20 and isinstance(ids[3].base, np.memmap) and not ids[3].flags.writeable
    for (expected, label), found, stored in zip(pairs, ids, ids.labels, strict=True):
        np.testing.assert_array_equal(found, expected)
        assert stored == label
    np.testing.assert_array_equal(ids[-1], pairs[-1][0])
    assert [len(part) for part in ids[2:9:3]] == [len(pairs[row][0]) for row in (2, 5, 8)]
    np.testing.assert_array_equal(ids.lengths, [len(each) for each, _ in pairs])
    with pytest.raises(IndexError):
        ids[20]


def test_a_model_learns_from_disk(tmp_path):
    disk.write_ids(tmp_path, examples(64))
    model = models.build_text_classifier(vocabulary_size=90, embedding_size=6, units=5)
    model.compile("adam", "binary_crossentropy")
    assert np.isfinite(model.fit(disk.disk_batches(tmp_path), verbose=0).history["loss"][0])


def test_texts_are_encoded_one_at_a_time(tmp_path):
    vocabulary = text.Vocabulary.build(["a b", "b c"], unit="word")
    assert disk.write_texts(tmp_path / "a", vocabulary, iter(["a b", "c c a"]), iter([0, 1])) == 2
    np.testing.assert_array_equal(disk.DiskIds(tmp_path / "a")[1], vocabulary.encode("c c a"))
    with pytest.raises(ValueError, match="more texts than labels"):
        disk.write_texts(tmp_path / "b", vocabulary, ["a", "b"], [0])
    with pytest.raises(ValueError, match="more labels than texts"):
        disk.write_texts(tmp_path / "c", vocabulary, ["a"], [0, 1])


def test_what_is_wrong_on_disk_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"ids\.int32 is missing"):
        disk.DiskIds(tmp_path)
    assert disk.write_ids(tmp_path / "none", []) == 0 and len(disk.DiskIds(tmp_path / "none")) == 0
    disk.write_ids(tmp_path / "data", examples(5))
    with pytest.raises(ValueError, match=r"already holds ids\.int32"):
        disk.write_ids(tmp_path / "data", [])
    path = tmp_path / "data" / "ids.int32"
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(ValueError, match="do not fit each other"):
        disk.DiskIds(tmp_path / "data")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match="ends within a number"):
        disk.DiskIds(tmp_path / "data")
    with pytest.raises(TypeError, match="example 1 must be whole numbers, got float64"):
        disk.write_ids(tmp_path / "float", [([1], 0), ([1.5], 0)])


SETTINGS = {
    "activation": ("tanh", "relu"),
    "recurrent_activation": ("sigmoid", "hard_sigmoid"),
    "unroll": (False, True),
    "use_bias": (True, False),
}


@pytest.mark.parametrize("kind", [layers.LSTM, layers.GRU])
@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_obstacles_are_those_of_kerass_own_decision(monkeypatch, kind, backend):
    """Keras's private function is the oracle: where a version moves it, this test says so."""
    rnn = importlib.import_module("keras.src.backend.tensorflow.rnn")

    monkeypatch.setattr(rnn, "_is_gpu_available", lambda: True)
    for values in itertools.product(*SETTINGS.values(), (True, False) if kind is layers.GRU else (None,)):
        options = dict(zip([*SETTINGS, "reset_after"], values, strict=True))
        if kind is layers.LSTM:
            options.pop("reset_after")
        layer = kind(3, **options)
        asked = {"reset_after": layer.reset_after} if kind is layers.GRU else {}
        names = ("activation", "recurrent_activation", "unroll", "use_bias")
        decides = rnn.cudnn_ok(*(getattr(layer, name) for name in names), **asked)
        if backend == "jax":
            pytest.importorskip("jax")
            jax_rnn = pytest.importorskip("keras.src.backend.jax.rnn")
            monkeypatch.setattr(jax_rnn, "_is_gpu_available", lambda: True, raising=False)
            decides = kind is layers.LSTM and jax_rnn.cudnn_ok(*(getattr(layer, name) for name in names))
        found = cudnn.obstacles(layer, backend=backend, gpu=True)
        assert (found == []) == bool(decides), (options, found)


def test_each_obstacle_is_named():
    def told(layer, **options):
        return cudnn.obstacles(layer, **{"backend": "tensorflow", "gpu": True, **options})

    assert told(layers.LSTM(3)) == told(layers.Bidirectional(layers.GRU(3))) == []
    assert told(layers.LSTM(3), gpu=False) == ["there is no GPU"]
    assert told(layers.SimpleRNN(3)) == ["Keras calls it for LSTM and GRU, not SimpleRNN"]
    assert told(layers.GRU(3, recurrent_dropout=0.2)) == ["recurrent_dropout=0.2: it must be 0"]
    assert told(layers.LSTM(3, use_cudnn=False)) == ["use_cudnn=False"]
    assert told(layers.LSTM(3, activation="relu")) == ["activation=relu: it must be tanh"]
    assert told(layers.LSTM(3), backend="torch") == ["the backend is torch"]
    assert len(told(layers.Bidirectional(layers.GRU(3, unroll=True, use_bias=False)))) == 2
    assert told(layers.LSTM(3), mask=[[1, 1, 0], [1, 0, 0]]) == []
    assert told(layers.LSTM(3), mask=[[0, 1, 1]]) == ["the mask: padding must stand at the end of each row"]
    assert told(layers.LSTM(3), mask=[[1, 1], [0, 0]]) == ["the mask: a row is padding alone"]
    assert told(layers.LSTM(3), mask=[[1, 1]], backend="jax") == ["the mask: on JAX none is taken"]
    assert told(layers.LSTM(3, dropout=0.5)) == []  # on the inputs, outside the loop


def test_keras_raises_in_the_graph_for_a_mask_that_the_kernel_does_not_take(monkeypatch):
    """The kernel is a stub: predict must reach Keras's own check, and nothing falls back."""
    rnn = importlib.import_module("keras.src.backend.tensorflow.rnn")
    monkeypatch.setattr(rnn, "_is_gpu_available", lambda: True)

    def kernel(input, input_h, input_c, **rest):
        return tf.zeros([*input.shape[:2], input_h.shape[-1]]), input_h, input_c, None, None

    monkeypatch.setattr(tf.raw_ops, "CudnnRNNV3", kernel)
    embedding = layers.Embedding(5, 4, mask_zero=True)
    model = keras.Sequential([keras.Input(batch_shape=(2, 3), dtype="int32"), embedding, layers.LSTM(3)])
    assert model.predict_on_batch(np.array([[1, 2, 0], [3, 0, 0]])).shape == (2, 3)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Assert"):
        model.predict_on_batch(np.array([[0, 1, 2], [0, 0, 3]]))


def test_kerass_mask_conditions():
    rnn = importlib.import_module("keras.src.backend.tensorflow.rnn")

    for rows in itertools.product([[1, 1, 1], [1, 0, 0], [0, 1, 1], [1, 0, 1], [0, 0, 0]], repeat=2):
        mask = np.array(rows, bool)
        valid = not bool(rnn._has_fully_masked_sequence(mask)) and bool(rnn._is_sequence_right_padded(mask))
        found = cudnn.obstacles(layers.LSTM(3), mask=mask, backend="tensorflow", gpu=True)
        assert (found == []) == valid, (rows, found)


def test_this_process_is_asked_for_a_gpu():
    assert cudnn.has_gpu() == bool(tf.config.list_physical_devices("GPU"))
    assert (cudnn.obstacles(layers.LSTM(3)) == []) == cudnn.has_gpu()


ON_JAX = """
import keras, numpy as np
from keras import layers
from rnncourse import models
from rnncourse.scalability import cudnn, streaming
tokens = np.random.default_rng(1).integers(1, 30, (3, 13))
tokens[1, 5:] = 0
for pooling, cell in (("max_mean", "gru"), ("last", "lstm")):
    model = models.build_text_classifier(
        vocabulary_size=30, bidirectional=False, embedding_size=6, units=5, pooling=pooling, cell=cell,
        bigram_buckets=50,
    )
    whole, found = model.predict(tokens, verbose=0), streaming.read_in_chunks(model, tokens, 4)
    assert np.abs(whole - found).max() < 1e-5
assert ("there is no GPU" in cudnn.obstacles(layers.LSTM(3))) != cudnn.has_gpu()
assert any("LSTM alone" in words for words in cudnn.obstacles(layers.GRU(3)))
print(keras.backend.backend())
"""


@pytest.mark.slow
def test_streams_and_conditions_on_jax():
    pytest.importorskip("jax")
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    run = subprocess.run([sys.executable, "-c", ON_JAX], env=environment, capture_output=True, text=True)
    assert run.returncode == 0 and run.stdout == "jax\n", run.stderr


@pytest.mark.slow
@pytest.mark.parametrize("backend", devices.BACKENDS)
def test_two_devices_make_the_step_of_one(backend):
    if backend == "jax":
        pytest.importorskip("jax")
    one, two = devices.compare_devices(backend, (1, 2))
    assert (one.devices, two.devices) == (1, 2)
    assert abs(one.loss - two.loss) < 1e-5
    assert max(np.abs(g).max() for g in one.gradients) > 1e-3
    for first, second in zip(one.gradients, two.gradients, strict=True):
        np.testing.assert_allclose(second, first, atol=1e-5)


def test_devices_must_share_the_batch():
    with pytest.raises(ValueError, match="must divide the 8 rows of the batch, got 3"):
        devices.compare_devices(counts=(1, 3))
    with pytest.raises(ValueError, match="backend must be one of"):
        devices.compare_devices("torch")
