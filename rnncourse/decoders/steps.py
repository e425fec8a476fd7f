"""One step of a decoder inside a compiled loop."""

from keras import ops

from rnncourse.decoders.sources import halves
from rnncourse.text import END, PADDING, START

IMPOSSIBLE = -1e9  # the log-probability of what may not be written


def begin(model, source, *, copies=1):
    """The decoder's first states and its memory, two lists of (B * copies, ...): a source's copies run on."""
    encoder, decoder = halves(model)
    given = encoder(source, training=False)
    given = given if isinstance(given, list | tuple) else [given]
    given = [ops.repeat(part, copies, axis=0) for part in given] if copies > 1 else list(given)
    states = len(_states(decoder))
    return given[:states], given[states:]


def step(model, token, states, memory):
    """token (B,), the states before -> (log-probabilities (B, V) of the next token, the states after).

    PADDING and START are impossible: they are marks of the input, not something to write.
    """
    decoder = halves(model)[1]
    scores, *after = decoder([token[:, None], *states, *memory], training=False)
    logs = ops.cast(ops.log_softmax(ops.cast(scores[:, 0], "float32")), "float32")
    place = ops.arange(ops.shape(logs)[-1])
    return ops.where((place == PADDING) | (place == START), IMPOSSIBLE, logs), after[: len(states)]


def is_end(token):
    """Where the end token or padding stands: nothing more is written there."""
    return (token == END) | (token == PADDING)


def _states(decoder):
    """The decoder's inputs that are states: after the written tokens, one for each output between scores and
    weights.
    """
    recurrent = decoder.get_layer("recurrent")
    return recurrent.state_size if isinstance(recurrent.state_size, list | tuple) else [recurrent.state_size]
