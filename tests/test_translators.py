"""build_translator: padding changes nothing, the decoder is causal, it saves, loads, and runs on JAX."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from rnncourse.decoders import all_attention_weights, attention_weights, beam_search
from rnncourse.models import build_translator

pytestmark = pytest.mark.slow  # it builds, trains or compiles many models

FORMS = {
    "gru-additive": {},
    "gru-general-forward": {"attention": "general", "bidirectional": False},
    "lstm-general": {"cell": "lstm", "attention": "general"},
    "simple_rnn-dot": {"cell": "simple_rnn", "attention": "dot", "bidirectional": False},
    "lstm-none": {"cell": "lstm", "attention": None},
}
SOURCE = np.array([[3, 4, 5, 0, 0], [6, 7, 8, 9, 3], [4, 0, 0, 0, 0]])
WRITTEN = np.array([[2, 4, 5, 6], [2, 6, 5, 4], [2, 7, 7, 7]])


def build(form):
    """A small translator with weights large enough that every effect shows."""
    keras.utils.set_random_seed(3)
    sizes = {"source_vocabulary_size": 10, "target_vocabulary_size": 8, "embedding_size": 4, "units": 5}
    model = build_translator(**sizes, **FORMS[form])
    model.set_weights([3 * weight for weight in model.get_weights()])
    return model


@pytest.fixture(name="model", params=FORMS, scope="module")
def build_form(request):
    return build(request.param)


def scores(model, source, written):
    return np.asarray(model([source, written]))


def test_scores_of_each_next_token(model):
    assert scores(model, SOURCE, WRITTEN).shape == (3, 4, 8)


def test_padding_of_the_source_changes_nothing_wherever_it_stands(model):
    plain = scores(model, SOURCE, WRITTEN)
    behind = np.pad(SOURCE, [(0, 0), (0, 6)])
    before = np.pad(SOURCE, [(0, 0), (6, 0)])
    for padded in (behind, before):
        np.testing.assert_allclose(scores(model, padded, WRITTEN), plain, atol=1e-5)


def test_padding_of_what_is_written_changes_nothing_before_it(model):
    padded = np.pad(WRITTEN, [(0, 0), (0, 3)])
    np.testing.assert_allclose(
        scores(model, SOURCE, padded)[:, :4], scores(model, SOURCE, WRITTEN), atol=1e-5
    )


def test_the_decoder_does_not_read_the_future(model):
    later = WRITTEN.copy()
    later[:, 2:] = 3
    change = np.abs(scores(model, SOURCE, later) - scores(model, SOURCE, WRITTEN))
    assert change[:, :2].max() < 1e-6 < 1e-3 < change[:, 2:].max()


def test_every_token_of_the_source_counts(model):
    plain = scores(model, SOURCE[1:2], WRITTEN[1:2])
    for place in range(5):
        other = SOURCE[1:2].copy()
        other[0, place] = 4
        if other[0, place] != SOURCE[1, place]:
            assert np.abs(scores(model, other, WRITTEN[1:2]) - plain).max() > 1e-4


def test_a_source_of_padding_gets_finite_scores(model):
    assert np.isfinite(scores(model, SOURCE * 0, WRITTEN)).all()


def test_the_step_of_the_decoder_repeated_is_the_whole(model):
    encoder, decoder = model.get_layer("encoder"), model.get_layer("decoder")
    given = encoder(SOURCE)
    given = list(given) if isinstance(given, list | tuple) else [given]
    states = 2 if isinstance(decoder.get_layer("recurrent"), keras.layers.LSTM) else 1
    found = []
    for n in range(WRITTEN.shape[1]):
        token = keras.ops.convert_to_tensor(WRITTEN[:, n : n + 1])
        one, *after = decoder([token, *given])
        given[:states] = after[:states]
        found.append(np.asarray(one)[:, 0])
    np.testing.assert_allclose(np.stack(found, axis=1), scores(model, SOURCE, WRITTEN), atol=1e-5)


def test_it_saves_and_loads(model, tmp_path):
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_allclose(scores(loaded, SOURCE, WRITTEN), scores(model, SOURCE, WRITTEN), atol=1e-6)


def test_parameters_are_those_of_the_parts():
    v, w, d, h = 10, 8, 4, 5
    gru = 3 * h * (d + h + 2)
    first, attention = (2 * h + 1) * h, h * h + 2 * h * h + h + h
    combined, last = (3 * h + 1) * h, (h + 1) * w
    expected = v * d + 2 * gru + first + w * d + gru + attention + combined + last
    assert build("gru-additive").count_params() == expected


ON_JAX = """
import sys, keras, numpy as np, rnncourse.models
from rnncourse.decoders import beam_search
assert keras.backend.backend() == "jax"
for folder in sys.argv[1:]:
    model = keras.saving.load_model(folder + "/model.keras", safe_mode=True)
    data = np.load(folder + "/data.npz")
    scores = np.array(model([data["source"], data["written"]]))
    np.testing.assert_allclose(scores, data["scores"], atol=1e-4)
    found = beam_search(model, list(data["source"]), width=3, longest=5)
    assert str([h.tokens.tolist() for h in found[0]]) == data["beams"].item()
    np.testing.assert_allclose([h.score for h in found[0]], data["ranks"], atol=1e-4)
print("equal")
"""


@pytest.mark.slow
def test_saved_on_tensorflow_it_writes_the_same_on_jax(tmp_path):
    assert keras.backend.backend() == "tensorflow"
    for name in FORMS:
        model, folder = build(name), tmp_path / name
        folder.mkdir()
        model.save(folder / "model.keras")
        found = beam_search(model, list(SOURCE), width=3, longest=5)[0]
        np.savez(
            folder / "data.npz",
            source=SOURCE,
            written=WRITTEN,
            scores=scores(model, SOURCE, WRITTEN),
            ranks=[hypothesis.score for hypothesis in found],
            beams=np.array(str([hypothesis.tokens.tolist() for hypothesis in found])),
        )
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-c", ON_JAX, *(str(tmp_path / name) for name in FORMS)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "equal", done.stderr


def test_attention_weights_are_those_of_the_scores():
    """Without the states that get no weight, the scores stay; the weights of each row sum to 1."""
    model = build("gru-additive")
    weights = attention_weights(model, SOURCE[0, :3], [4, 5])
    assert weights.shape == (3, 3)
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-6)
    assert attention_weights(build("lstm-none"), SOURCE[0, :3], [4, 5]) is None


def test_attention_weights_do_not_depend_on_what_shares_their_batch():
    model = build("gru-additive")
    sources, targets = [[4, 5, 6], [5], [], [6, 4, 4, 5, 5]], [[4], [5, 4, 4], [4, 4], []]
    for batch_size in (1, 3, 64):
        found = all_attention_weights(model, sources, targets, batch_size=batch_size)
        for weights, source, target in zip(found, sources, targets, strict=True):
            assert weights.shape == (len(target) + 1, len(source))
            np.testing.assert_allclose(weights, attention_weights(model, source, target), atol=1e-6)
    assert all_attention_weights(model, [], []) == []
    with pytest.raises(ValueError, match="one target for each source, got 4 and 1"):
        all_attention_weights(model, sources, targets[:1])


def test_both_tables_start_as_asked():
    sizes = {"source_vocabulary_size": 500, "target_vocabulary_size": 400, "units": 2}
    start = keras.initializers.RandomNormal(stddev=1.0)
    for options, spread in (({}, 0.05 / 3**0.5), ({"embeddings_initializer": start}, 1.0)):
        model = build_translator(**sizes, **options)
        halves = (model.get_layer(name) for name in ("encoder", "decoder"))
        tables = [half.get_layer("embedding").get_weights()[0] for half in halves]
        assert [table.std() for table in tables] == pytest.approx([spread, spread], rel=0.05)
        assert not np.array_equal(tables[0][:400], tables[1])


BAD = [
    ({"cell": "rnn"}, "cell must be one of"),
    ({"attention": "cosine"}, "attention must be one of None, 'additive', 'general', 'dot', got 'cosine'"),
    ({"attention": "dot"}, 'give bidirectional=False, or attention="general"'),
    ({"units": 0}, "units must be a whole number of at least 1, got 0"),
    ({"target_vocabulary_size": 4}, "target_vocabulary_size must be a whole number of at least 5, got 4"),
    ({"dropout": 1.0}, "dropout must be a number from 0 to below 1, got 1.0"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD, ids=[str(a) for a, _ in BAD])
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        build_translator(**{"source_vocabulary_size": 10, "target_vocabulary_size": 8, **arguments})
