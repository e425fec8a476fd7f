"""A recurrent encoder on its own: token ids (B, T) -> states, to be read by another model."""

import keras
from keras import layers as kl

from rnncourse.arguments import check_choice, check_rates, check_sizes
from rnncourse.encoders import CELLS, PaddingBack, PaddingLast, encode, encode_with_state


def build_encoder(
    *,
    vocabulary_size,
    cell="gru",
    embedding_size=64,
    units=64,
    layers=1,
    bidirectional=True,
    embedding_dropout=0.0,
    dropout=0.0,
    recurrent_dropout=0.0,
):
    """A recurrent encoder: token ids (B, T) -> [states (B, T, H), hidden (B, H)]; 2H where bidirectional.

    An LSTM gives a third output, its cell state, of the shape of `hidden`. `states[:, t]` belongs to the
    token at t: it has read the row up to there, and in its second half, if bidirectional, from the end back
    to there. `hidden` is the state after the whole row: for the second half, the one at the first token. Both
    are the top layer's, if there are several. They are what a tagger reads (states), a classifier (hidden, or
    `encoders.pool` of the states), a decoder (hidden to begin with, states to attend to). The recurrent
    layers are called forward_1, backward_1, forward_2 ..., the table "embedding".

    Id 0 is padding: it may stand anywhere in a row, changes no state of a real token and has zeros in its
    place; a row of padding alone gets zeros. Arguments as those of `build_text_classifier`. Raises ValueError
    for an argument outside its range.
    """
    check_sizes(vocabulary_size=(vocabulary_size, 3), embedding_size=(embedding_size, 1))
    check_sizes(units=(units, 1), layers=(layers, 1))
    check_rates(embedding_dropout=embedding_dropout, dropout=dropout, recurrent_dropout=recurrent_dropout)
    check_choice("cell", cell, CELLS)

    inputs = keras.Input((None,), dtype="int32", name="tokens")  # (B, T)
    tokens = PaddingLast()(inputs)
    sizes = {"cell": cell, "units": units, "bidirectional": bidirectional}
    sizes["recurrent_dropout"] = recurrent_dropout
    x = kl.Embedding(vocabulary_size, embedding_size, name="embedding")(tokens)  # (B, T, D)
    x = kl.SpatialDropout1D(embedding_dropout)(x)
    names = [(f"forward_{layer}", f"backward_{layer}") for layer in range(1, layers + 1)]
    for pair in names[:-1]:
        x = kl.Dropout(dropout)(encode(x, tokens, names=pair, **sizes))  # (B, T, H), 2H if bidirectional
    states, *ends = encode_with_state(x, tokens, names=names[-1], **sizes)
    return keras.Model(inputs, [PaddingBack()([states, inputs]), *ends], name="recurrent_encoder")
