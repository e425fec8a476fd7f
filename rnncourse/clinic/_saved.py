"""Models that do not survive saving and loading, and their mended twins."""

import keras
from keras import layers

from rnncourse.clinic._stops import D, H, V, registered


def no_get_config():
    @registered
    class Classifier(keras.Model):
        def __init__(self, units):
            super().__init__()
            self.embedding = layers.Embedding(V, D, mask_zero=True)
            self.recurrent = layers.LSTM(units)
            self.head = layers.Dense(1, activation="sigmoid")

        def call(self, tokens):
            return self.head(self.recurrent(self.embedding(tokens)))

    return Classifier(units=H)


def with_get_config():
    @registered
    class Classifier(keras.Model):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.embedding = layers.Embedding(V, D, mask_zero=True)
            self.recurrent = layers.LSTM(units)
            self.head = layers.Dense(1, activation="sigmoid")

        def get_config(self):
            return {"name": self.name, "units": self.units}

        def build(self, shape):
            self.embedding.build(shape)
            self.recurrent.build((*shape, D))
            self.head.build((shape[0], self.units))

        def call(self, tokens):
            return self.head(self.recurrent(self.embedding(tokens)))

    return Classifier(units=H)


def config_incomplete():
    @registered
    class Scale(layers.Layer):
        def __init__(self, factor=1.0, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def get_config(self):
            return super().get_config()

        def call(self, x):
            return self.factor * x

    tokens = keras.Input((None,))
    x = layers.LSTM(H)(layers.Embedding(V, D, mask_zero=True)(tokens))
    return keras.Model(tokens, layers.Dense(1, activation="sigmoid")(Scale(3.0)(x)))


def config_complete():
    @registered
    class Scale(layers.Layer):
        def __init__(self, factor=1.0, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def get_config(self):
            return {**super().get_config(), "factor": self.factor}

        def call(self, x):
            return self.factor * x

    tokens = keras.Input((None,))
    x = layers.LSTM(H)(layers.Embedding(V, D, mask_zero=True)(tokens))
    return keras.Model(tokens, layers.Dense(1, activation="sigmoid")(Scale(3.0)(x)))
