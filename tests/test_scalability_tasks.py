"""The references of the tasks on scalability, held against Keras and against files on disk."""

import itertools

import numpy as np
import pytest
from keras import layers

from rnncourse import tasks
from rnncourse.scalability import cudnn, disk
from rnncourse.text import pad

SEEDS = range(3)


def cases(name, seed):
    return [case.inputs for case in tasks.load(name).cases(np.random.default_rng(seed))]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_largest_states_are_those_of_kerass_layer_over_the_whole(seed):
    for chunks, *params in cases("stream_max", seed):
        x = np.concatenate(chunks, axis=1).astype("float32")
        layer = layers.SimpleRNN(len(params[-1]), return_sequences=True)
        layer.build(x.shape)
        layer.set_weights(params)
        found = tasks.load("stream_max").reference(chunks, *params)
        assert np.abs(np.asarray(layer(x)).max(axis=1) - found).max() < 1e-5
        assert (found[:, 0] < 0).all()  # where starting at 0 would show


@pytest.mark.parametrize("counts", [(1, 3), (2, 4, 1), (3, 0, 2)])
def test_weighted_gradients_of_shares_are_the_gradient_of_the_batch(counts):
    """Logistic regression: the mean gradient of each share, by the formula, against that of all rows."""
    rng = np.random.default_rng(sum(counts))
    x, y, w = rng.normal(size=(sum(counts), 4)), rng.integers(0, 2, sum(counts)), rng.normal(size=4)

    def gradient(rows):
        error = 1 / (1 + np.exp(-x[rows] @ w)) - y[rows]
        return [x[rows].T @ error / max(1, len(rows)), np.sum(error) / max(1, len(rows))]

    shares = np.split(np.arange(len(y)), np.cumsum(counts)[:-1])
    found = tasks.load("average_gradients").reference([gradient(rows) for rows in shares], counts)
    for own, whole in zip(found, gradient(np.arange(len(y))), strict=True):
        assert np.allclose(own, whole)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_batch_from_the_flat_array_is_that_from_disk(seed, tmp_path):
    for number, (ids, offsets, rows) in enumerate(cases("batch_from_flat", seed)):
        folder = tmp_path / str(number)
        sequences = [ids[a:b] for a, b in itertools.pairwise(offsets)]
        disk.write_ids(folder, [(sequence, 0) for sequence in sequences])
        stored = disk.DiskIds(folder)
        found = tasks.load("batch_from_flat").reference(ids, offsets, rows)
        assert np.array_equal(found, pad([stored[int(row)] for row in rows]))


def test_obstacles_are_named_after_the_argument_that_makes_them():
    def names(layer, **options):
        found = cudnn.named_obstacles(layer, **{"backend": "tensorflow", "gpu": True, **options})
        assert [words for _, words in found] == cudnn.obstacles(
            layer, **{"backend": "tensorflow", "gpu": True, **options}
        )
        return [name for name, _ in found]

    assert names(layers.LSTM(2)) == names(layers.GRU(2, dropout=0.3)) == []
    for name, value in {
        "recurrent_dropout": 0.1, "activation": "relu", "recurrent_activation": "tanh", "unroll": True,
        "use_bias": False, "use_cudnn": False, "reset_after": False,
    }.items():  # fmt: skip
        assert names(layers.GRU(2, **{name: value})) == [name]
    assert names(layers.SimpleRNN(2)) == ["layer"]
    assert names(layers.LSTM(2), mask=[[0, 1]], backend="torch", gpu=False) == ["backend", "gpu", "mask"]
    assert names(layers.Bidirectional(layers.LSTM(2, unroll=True))) == ["unroll"]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_obstacle_stands_alone_in_some_case(seed):
    task = tasks.load("cudnn_conditions")
    found = [task.reference(*inputs) for inputs in cases("cudnn_conditions", seed)]
    alone = {names[0] for names in found if len(names) == 1}
    everything = {"layer", "activation", "recurrent_activation", "recurrent_dropout", "reset_after", "unroll"}
    assert alone == everything | {"use_bias", "use_cudnn", "mask"}
    assert [] in found and any(len(names) > 2 for names in found)
