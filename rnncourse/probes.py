"""Running an answer: it goes in as a function and comes out as plain, bounded values.

What judges an answer sees numbers, strings, lists, tuples, dicts and arrays, or a `Raised` or an `Opaque` in
the place of anything else. Nothing here knows a right answer.
"""

import contextlib
import copy
import inspect
import io
import numbers
import pickle
import sys
import traceback
from dataclasses import dataclass

import numpy as np

from rnncourse.language import choose
from rnncourse.runtime import set_seed

SEED = 0  # what the answer itself draws, weights for instance, repeats
DEEPEST = 8
MOST_ITEMS = 100_000
MOST_BYTES = 16_000_000
MOST_TEXT = 10_000
CHANGE = 1e-4  # an output that moves by more has changed
_OUTPUT_FACTS = ("outputs_from_0_to_1", "outputs_differ", "padding_changes_outputs", "order_changes_outputs")


@dataclass(frozen=True)
class Raised:
    """An exception as an output. `line` and `code` are where in the answer's own source, if it was there."""

    type: str
    message: str
    line: int | None = None
    code: str = ""


@dataclass(frozen=True)
class Opaque:
    """What stands for an output that is no plain value, or too large: its type and its beginning."""

    type: str
    text: str


@dataclass(frozen=True)
class Outcome:
    """What one run of an answer did: its plain value, the inputs it changed (positions), what it printed."""

    value: object
    changed: tuple = ()
    printed: str = ""


def run(probe, answer, inputs):
    """Run `answer` on a copy of the tuple `inputs` through the named probe. Returns an Outcome."""
    inputs = copy.deepcopy(inputs)
    before = [pickle.dumps(item) for item in inputs]
    set_seed(SEED)
    with _captured() as printed:
        try:
            value = plain(PROBES[probe](answer, *inputs))
        except (Exception, SystemExit) as error:
            value = _raised(error, answer)
    changed = tuple(i for i, item in enumerate(inputs) if pickle.dumps(item) != before[i])
    return Outcome(value, changed, printed.getvalue()[:MOST_TEXT])


def plain(value, depth=0):
    """`value` as plain values: a scalar becomes a number, a tensor an array, anything else an Opaque."""
    if value is None or isinstance(value, Raised | Opaque):
        return value
    for kinds, convert in _SCALARS:
        if isinstance(value, kinds):
            return convert(value)
    if isinstance(value, list | tuple | dict) and (depth > DEEPEST or len(value) > MOST_ITEMS):
        return _opaque(value)
    if isinstance(value, dict):
        return {plain(key, DEEPEST): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        items = [plain(item, depth + 1) for item in value]
        return items if isinstance(value, list) else tuple(items)
    return _plain_array(value)


def _plain_array(value):
    if not hasattr(value, "__array__"):
        return _opaque(value)
    array = np.array(value)
    if array.dtype.kind not in "biufU" or array.nbytes > MOST_BYTES:
        return _opaque(value)
    return array.item() if array.ndim == 0 else array


def _opaque(value):
    text = hex(value) if isinstance(value, int) else repr(value)  # Python writes no huge number in decimals
    return Opaque(type(value).__name__, text[:200])


_SCALARS = (
    (str, lambda value: str(value)[:MOST_TEXT]),
    ((bool, np.bool_), bool),
    (numbers.Integral, lambda value: int(value) if abs(int(value)) < 2**63 else _opaque(int(value))),
    (numbers.Real, float),
)


def _raised(error, answer):
    """`error` as a Raised, with the last line of the answer's own source that led to it."""
    source = getattr(getattr(inspect.unwrap(answer), "__code__", None), "co_filename", None)
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == source]
    line, code = (own[-1].lineno, own[-1].line or "") if own else (None, "")
    return Raised(type(error).__name__, str(error)[:MOST_TEXT], line, code)


@contextlib.contextmanager
def _captured():
    """Take what is printed or displayed: a notebook's check shows one line, whatever the answer prints."""
    printed = io.StringIO()
    with contextlib.ExitStack() as stack:
        if "IPython" in sys.modules:  # a model's summary is displayed, not printed, in a notebook
            from IPython.utils.capture import capture_output

            stack.enter_context(capture_output())
        stack.enter_context(contextlib.redirect_stdout(printed))
        stack.enter_context(contextlib.redirect_stderr(printed))
        yield printed


def call(answer, *inputs):
    """The plainest probe: what the function returns."""
    return answer(*inputs)


def classifier(answer, vocabulary_size, tokens):
    """Facts about an untrained text classifier; those about its outputs are None where the shape is wrong.

    `tokens`: int, shape (B, T), padded at the end with 0. Enlarged weights make every effect plain to see.
    """
    model = _model(answer(vocabulary_size))
    model.set_weights([5 * weight for weight in model.get_weights()])
    outputs = np.asarray(model(tokens))
    facts = {"output_shape": outputs.shape} | dict.fromkeys(_OUTPUT_FACTS)
    if outputs.shape == (len(tokens), 1):
        both = np.concatenate([tokens, _backwards(tokens)])
        padded, backwards = np.split(np.asarray(model(np.pad(both, ((0, 0), (0, 7))))), 2)
        found = (
            (outputs >= 0).all() and (outputs <= 1).all(),
            np.ptp(outputs) > CHANGE,
            np.abs(padded - outputs).max() > CHANGE,
            np.abs(backwards - padded).max() > CHANGE,
        )
        facts |= dict(zip(_OUTPUT_FACTS, map(bool, found), strict=True))
    return facts | {"parameters": int(model.count_params())}


def trained_classifier(answer, sequences, labels, vocabulary_size, unseen):
    """Predictions of a trained classifier for `unseen` sequences: padded as usual, and with 30 zeros more."""
    from rnncourse.text import pad  # here: some tasks hide this module, and a worker imports this one

    model = _model(answer(sequences, labels, vocabulary_size))
    tokens = pad(unseen)
    return {
        "predictions": np.asarray(model.predict(tokens, verbose=0)),
        "predictions_padded": np.asarray(model.predict(np.pad(tokens, ((0, 0), (0, 30))), verbose=0)),
    }


def decoder(answer, table, state, start, end, longest):
    """What an answer writes, given a `step` function: (token, state) -> (scores (V,), the next state).

    `table` (positions, V, V) holds the scores; the state counts the steps from `state` on.
    """

    def step(token, state):
        return table[min(state, len(table) - 1), token].copy(), state + 1

    return answer(step, state, start, end, longest)


def searcher(answer, table, state, start, end, width, longest):
    """What a search finds, given a `step` function: (token, state) -> (log-probabilities (V,), next state).

    `table` (states, V, V) holds the log-probabilities; the state depends on every token so far.
    """

    def step(token, state):
        return table[state, token].copy(), following_state(table, state, token)

    return answer(step, state, start, end, width, longest)


def following_state(table, state, token):
    """The state, a row of `table`, after `token` was read in `state`."""
    return (3 * state + token + 1) % len(table)


_TRANSLATION_FACTS = ("sums_to_one", "source_changes_outputs", "padding_changes_outputs", "reads_the_future")


def sequence_to_sequence(answer, vocabulary_size, sources, written):
    """Facts about an untrained model (sources (B, T), decoder inputs (B, N)) -> (B, N, V).

    Those about its outputs are None where the shape is wrong. Enlarged weights make every effect plain.
    """
    model = _model(answer(vocabulary_size))
    model.set_weights([3 * weight for weight in model.get_weights()])
    outputs = np.asarray(model([sources, written]))
    facts = {"output_shape": outputs.shape} | dict.fromkeys(_TRANSLATION_FACTS)
    if outputs.shape == (*written.shape, vocabulary_size):
        other = np.where(sources > 0, sources % (vocabulary_size - 1) + 1, 0)
        later = written.copy()
        later[:, -1] = (later[:, -1] + 1) % vocabulary_size
        several = [[other, written], [np.pad(sources, ((0, 0), (0, 5))), written], [sources, later]]
        changed, padded, peeked = (np.abs(np.asarray(model(given)) - outputs) for given in several)
        found = (
            np.abs(outputs.sum(axis=-1) - 1).max() < CHANGE,
            changed.max() > CHANGE,
            padded.max() > CHANGE,
            peeked[:, :-1].max() > CHANGE,
        )
        facts |= dict(zip(_TRANSLATION_FACTS, map(bool, found), strict=True))
    return facts | {"parameters": int(model.count_params())}


_TAGGER_FACTS = ("outputs_from_0_to_1", "sums_to_one", "past_changes_outputs", "future_changes_outputs")
_TAGGER_FACTS += ("padding_changes_outputs",)


def tagger(answer, vocabulary_size, tags, tokens):
    """Facts about an untrained model tokens (B, T) -> (B, T, tags); padding stands in front.

    The first row has none. Facts about outputs are None where the shape is wrong. Enlarged weights make every
    effect plain.
    """
    model = _model(answer(vocabulary_size, tags))
    model.set_weights([3 * weight for weight in model.get_weights()])
    outputs = np.asarray(model(tokens))
    facts = {"output_shape": outputs.shape} | dict.fromkeys(_TAGGER_FACTS)
    if outputs.shape == (*tokens.shape, tags):
        first, last = tokens[:1].copy(), tokens[:1].copy()
        for row, place in ((first, 0), (last, -1)):
            row[0, place] = row[0, place] % (vocabulary_size - 1) + 1
        earlier, later = (np.abs(np.asarray(model(row)) - outputs[:1]) for row in (first, last))
        padded = np.asarray(model(np.pad(tokens, ((0, 0), (6, 0)))))[:, 6:]
        found = (
            (outputs >= 0).all() and (outputs <= 1).all(),
            np.abs(outputs.sum(axis=-1) - 1).max() < CHANGE,
            earlier[:, 1:].max() > CHANGE,
            later[:, :-1].max() > CHANGE,
            np.abs(padded - outputs)[tokens > 0].max() > CHANGE,
        )
        facts |= dict(zip(_TAGGER_FACTS, map(bool, found), strict=True))
    return facts | {"parameters": int(model.count_params())}


def _model(value):
    if callable(getattr(value, "predict", None)):
        return value
    given = type(value).__name__
    raise TypeError(
        choose(
            zh=f"应返回一个 Keras 模型，得到的却是 {given}；函数末尾写了 return model 吗？",
            en=f"a Keras model should be returned, got {given}; does the function end in `return model`?",
        )
    )


def _backwards(tokens):
    """Every row's tokens in reverse, the padding still at the end."""
    lengths = (tokens != 0).sum(axis=1)
    return np.stack([np.r_[row[:n][::-1], row[n:]] for row, n in zip(tokens, lengths, strict=True)])


_ALL = (call, decoder, searcher, classifier, trained_classifier, sequence_to_sequence, tagger)
PROBES = {probe.__name__: probe for probe in _ALL}
CALLING = ("call", "decoder", "searcher")  # these only call the answer; others examine the model it returns
