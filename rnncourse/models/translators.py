"""Encoder–decoder models: they read one sequence and write another, of any length."""

import keras
from keras import layers as kl

from rnncourse.arguments import check_choice, check_rates, check_sizes
from rnncourse.attention import SCORES, Attention
from rnncourse.encoders import CELLS, PaddingLast, encode, pool


def build_translator(
    *,
    source_vocabulary_size,
    target_vocabulary_size,
    cell="gru",
    embedding_size=64,
    units=128,
    attention="additive",
    bidirectional=True,
    dropout=0.0,
    embeddings_initializer="uniform",
):
    """An encoder–decoder: [source ids (B, T), written ids (B, N)] -> scores of each next token (B, N, V).

    `written` is what the decoder has written so far, START first (teacher forcing: START and the right
    answer); scores at n are logits of the token that follows. They depend on `written` up to n only, and on
    the source as a whole, wherever its padding (0) stands; a source of padding alone gets finite scores.

    The encoder is one recurrent layer ("simple_rnn", "lstm" or "gru"), in both directions unless
    `bidirectional` is False, of `units` each; a tanh layer makes the decoder's first state of its last.
    The decoder is one recurrent layer of `units`; its state asks `attention` ("additive", "general",
    "dot", see `Attention`) what to look at in the source, and a tanh layer over state and context gives
    the scores (Luong et al., 2015, section 3.1). `attention=None` leaves the decoder with its first state
    alone (Sutskever et al., 2014). `dropout` acts on embeddings and before the scores.
    `embeddings_initializer`: Keras's, for both tables; its own "uniform" starts within 0.05 of 0, and
    where many tokens are rare, a wider start learns much sooner (chapter 4.1.1).

    The halves are models of their own, `get_layer("encoder")`: source -> (first state, for an LSTM also the
    first cell state, and with attention all states (B, T, K) and their tokens (B, T)); and
    `get_layer("decoder")`: [written, *what the encoder gives] -> (scores, state after the last step, ...,
    weights (B, N, T)). With N = 1 the decoder is the step that `rnncourse.decoders` repeats. Raises
    ValueError for an argument outside its range.
    """
    check_sizes(
        source_vocabulary_size=(source_vocabulary_size, 3),
        target_vocabulary_size=(target_vocabulary_size, 5),
        embedding_size=(embedding_size, 1),
        units=(units, 1),
    )
    check_choice("cell", cell, CELLS)
    check_choice("attention", attention, (None, *SCORES))
    check_rates(dropout=dropout)
    if attention == "dot" and bidirectional:
        raise ValueError(
            'attention="dot" compares states of one width, but a bidirectional encoder\'s are twice as'
            ' wide; give bidirectional=False, or attention="general"'
        )
    sizes = {"cell": cell, "embedding_size": embedding_size, "units": units, "dropout": dropout}
    sizes["initializer"] = keras.initializers.get(embeddings_initializer)
    encoder = _encoder(source_vocabulary_size, bidirectional, attention, **sizes)
    decoder = _decoder(target_vocabulary_size, encoder.outputs, attention, **sizes)
    source = keras.Input((None,), dtype="int32", name="source")  # (B, T)
    written = keras.Input((None,), dtype="int32", name="written")  # (B, N)
    scores = decoder([written, *encoder(source)])[0]  # (B, N, V)
    return keras.Model([source, written], scores, name="translator")


def _encoder(vocabulary_size, bidirectional, attention, *, cell, embedding_size, units, dropout, initializer):
    inputs = keras.Input((None,), dtype="int32", name="source")  # (B, T)
    tokens = PaddingLast()(inputs)
    x = kl.Embedding(vocabulary_size, embedding_size, initializer.clone(), name="embedding")(
        tokens
    )  # (B, T, D)
    x = kl.Dropout(dropout)(x)
    states = encode(x, tokens, cell=cell, units=units, bidirectional=bidirectional)  # (B, T, K)
    last = pool(states, tokens, kind="last", bidirectional=bidirectional)  # (B, K)
    names = ("hidden", "cell") if cell == "lstm" else ("hidden",)
    first = [kl.Dense(units, activation="tanh", name=f"first_{name}")(last) for name in names]  # (B, H) each
    return keras.Model(inputs, [*first, *([states, tokens] if attention else [])], name="encoder")


def _decoder(vocabulary_size, given, attention, *, cell, embedding_size, units, dropout, initializer):
    """`given`: what the encoder gives, as symbolic tensors."""
    written = keras.Input((None,), dtype="int32", name="written")  # (B, N)
    inputs = [
        keras.Input(part.shape[1:], dtype=part.dtype, name=f"given_{i}") for i, part in enumerate(given)
    ]
    first, memory = (inputs[:-2], inputs[-2:]) if attention else (inputs, [])
    x = kl.Embedding(vocabulary_size, embedding_size, initializer.clone(), name="embedding")(
        written
    )  # (B, N, D)
    recurrent = CELLS[cell](units, return_sequences=True, return_state=True, name="recurrent")
    h, *after = recurrent(kl.Dropout(dropout)(x), initial_state=first)  # (B, N, H), (B, H) ...
    outputs = []
    if attention:
        context, weights = Attention(attention, name="attention")([h, *memory])  # (B, N, K), (B, N, T)
        h = kl.Dense(units, activation="tanh", name="combined")(kl.Concatenate()([h, context]))
        outputs = [weights]
    scores = kl.Dense(vocabulary_size, name="scores")(kl.Dropout(dropout)(h))  # (B, N, V)
    return keras.Model([written, *inputs], [scores, *after, *outputs], name="decoder")
