"""Models that stop with an exception, and their mended twins: tokens (B, T) -> probability (B, 1)."""

import keras
from keras import layers

V, D, H = 30, 8, 8  # vocabulary, features, units
registered = keras.saving.register_keras_serializable("clinic")


def lstm_classifier():
    tokens = keras.Input((None,))
    x = layers.Embedding(V, D, mask_zero=True)(tokens)
    x = layers.LSTM(H)(x)
    return keras.Model(tokens, layers.Dense(1, activation="sigmoid")(x))


def input_as_a_layer():
    class Classifier(keras.Model):
        def __init__(self):
            super().__init__()
            self.embedding = keras.Input((V, V))
            self.recurrent = layers.LSTM(H)
            self.head = layers.Dense(1, activation="sigmoid")

        def call(self, tokens):
            return self.head(self.recurrent(self.embedding(tokens)))

    return Classifier()


def embedding_as_a_layer():
    @registered
    class Classifier(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.embedding = layers.Embedding(V, D, mask_zero=True)
            self.recurrent = layers.LSTM(H)
            self.head = layers.Dense(1, activation="sigmoid")

        def build(self, shape):
            self.embedding.build(shape)
            self.recurrent.build((*shape, D))
            self.head.build((shape[0], H))

        def call(self, tokens):
            return self.head(self.recurrent(self.embedding(tokens)))

    return Classifier()


def add_a_list():
    class Classifier(keras.Model):
        def __init__(self):
            super().__init__()
            self.add([layers.Embedding(V, D), layers.LSTM(H), layers.Dense(1)])

    return Classifier()


def list_in_sequential():
    return keras.Sequential(
        [
            keras.Input((None,)),
            layers.Embedding(V, D, mask_zero=True),
            layers.LSTM(H),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def undefined_attribute():
    class Classifier(keras.Model):
        def __init__(self):
            super().__init__()
            self.inner = lstm_classifier()

        def call(self, tokens):
            return self.model(tokens)

    return Classifier()


def defined_attribute():
    @registered
    class Classifier(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.inner = lstm_classifier()

        def build(self, shape):
            self.inner.build(shape)

        def call(self, tokens):
            return self.inner(tokens)

    return Classifier()


def one_value_for_three():
    tokens = keras.Input((None,))
    x = layers.Embedding(V, D, mask_zero=True)(tokens)
    _, hidden, _ = layers.LSTM(H)(x)
    return keras.Model(tokens, layers.Dense(1, activation="sigmoid")(hidden))


def three_values_for_three():
    tokens = keras.Input((None,))
    x = layers.Embedding(V, D, mask_zero=True)(tokens)
    _, hidden, _ = layers.LSTM(H, return_state=True)(x)
    return keras.Model(tokens, layers.Dense(1, activation="sigmoid")(hidden))


def last_step_twice():
    tokens = keras.Input((None,))
    x = layers.Embedding(V, D, mask_zero=True)(tokens)
    last = layers.LSTM(H, return_sequences=True)(x)[:, -1, :]
    return keras.Model(tokens, layers.Dense(1, activation="sigmoid")(last[:, -1, :]))


def shadowed_class():
    class LSTM(keras.Model):
        def __init__(self, input_dim, hidden_dim, output_dim):
            super().__init__()

    tokens = keras.Input((None,))
    x = LSTM(H)(layers.Embedding(V, D, mask_zero=True)(tokens))
    return keras.Model(tokens, layers.Dense(1, activation="sigmoid")(x))
