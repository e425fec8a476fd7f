"""Models that run and are wrong all the same, and their mended twins."""

import keras
from keras import layers, ops

from rnncourse.clinic._stops import D, H, V, registered


def no_recurrence():
    tokens = keras.Input((None,))
    x = layers.Embedding(V, D)(tokens)
    x = layers.Dense(H, activation="relu")(x)
    return keras.Model(tokens, layers.Dense(1, activation="sigmoid")(x[:, -1, :]))


def padding_read():
    tokens = keras.Input((None,))
    x = layers.Embedding(V, D)(tokens)
    x = layers.LSTM(H, return_sequences=True)(x)
    return keras.Model(tokens, layers.Dense(1, activation="sigmoid")(x[:, -1, :]))


def unused_layer():
    @registered
    class Classifier(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.embedding = layers.Embedding(V, D, mask_zero=True)
            self.first = layers.LSTM(H, return_sequences=True)
            self.second = layers.LSTM(H)
            self.head = layers.Dense(1, activation="sigmoid")

        def call(self, tokens):
            return self.head(self.second(self.embedding(tokens)))

    return Classifier()


def used_layer():
    @registered
    class Classifier(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.embedding = layers.Embedding(V, D, mask_zero=True)
            self.first = layers.LSTM(H, return_sequences=True)
            self.second = layers.LSTM(H)
            self.head = layers.Dense(1, activation="sigmoid")

        def call(self, tokens):
            return self.head(self.second(self.first(self.embedding(tokens))))

    return Classifier()


def layer_made_in_call():
    @registered
    class Classifier(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.embedding = layers.Embedding(V, D, mask_zero=True)
            self.head = layers.Dense(1, activation="sigmoid")

        def call(self, tokens):
            return self.head(layers.LSTM(H)(self.embedding(tokens)))

    return Classifier()


def layer_made_once():
    @registered
    class Classifier(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.embedding = layers.Embedding(V, D, mask_zero=True)
            self.recurrent = layers.LSTM(H)
            self.head = layers.Dense(1, activation="sigmoid")

        def call(self, tokens):
            return self.head(self.recurrent(self.embedding(tokens)))

    return Classifier()


def trainable_in_call():
    @registered
    class Classifier(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.embedding = layers.Embedding(V, D, mask_zero=True)
            self.recurrent = layers.LSTM(H)
            self.head = layers.Dense(1, activation="sigmoid")

        def call(self, tokens):
            self.embedding.trainable = False
            x = self.recurrent(self.embedding(tokens))
            self.embedding.trainable = True
            return self.head(x)

    return Classifier()


def trainable_before_compile():
    @registered
    class Classifier(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.embedding = layers.Embedding(V, D, mask_zero=True)
            self.recurrent = layers.LSTM(H)
            self.head = layers.Dense(1, activation="sigmoid")

        def call(self, tokens):
            x = self.recurrent(self.embedding(tokens))
            return self.head(x)

    model = Classifier()
    model.embedding.trainable = False
    model.compile("adam", "binary_crossentropy")
    return model


def state_as_attribute():
    @registered
    class Classifier(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.embedding = layers.Embedding(V, D, mask_zero=True)
            self.recurrent = layers.LSTM(H, return_state=True)
            self.head = layers.Dense(1, activation="sigmoid")

        def call(self, tokens):
            output, self.hidden, self.cell = self.recurrent(self.embedding(tokens))
            return self.head(output)

    return Classifier()


def state_as_local():
    @registered
    class Classifier(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.embedding = layers.Embedding(V, D, mask_zero=True)
            self.recurrent = layers.LSTM(H, return_state=True)
            self.head = layers.Dense(1, activation="sigmoid")

        def call(self, tokens):
            output, *_ = self.recurrent(self.embedding(tokens))
            return self.head(output)

    return Classifier()


def dropout_always_on():
    tokens = keras.Input((None,))
    x = layers.Embedding(V, D, mask_zero=True)(tokens)
    x = layers.Dropout(0.5)(layers.LSTM(H)(x), training=True)
    return keras.Model(tokens, layers.Dense(1, activation="sigmoid")(x))


def dropout_in_training():
    tokens = keras.Input((None,))
    x = layers.Embedding(V, D, mask_zero=True)(tokens)
    x = layers.Dropout(0.5)(layers.LSTM(H)(x))
    return keras.Model(tokens, layers.Dense(1, activation="sigmoid")(x))


def softmax_over_the_batch():
    tokens = keras.Input((None,))
    x = layers.LSTM(H)(layers.Embedding(V, D, mask_zero=True)(tokens))
    return keras.Model(tokens, layers.Softmax(axis=0)(layers.Dense(2)(x)))


def softmax_over_the_classes():
    tokens = keras.Input((None,))
    x = layers.LSTM(H)(layers.Embedding(V, D, mask_zero=True)(tokens))
    return keras.Model(tokens, layers.Softmax(axis=-1)(layers.Dense(2)(x)))


def softmax_over_one_unit():
    tokens = keras.Input((None,))
    x = layers.LSTM(H)(layers.Embedding(V, D, mask_zero=True)(tokens))
    return keras.Model(tokens, layers.Dense(1, activation="softmax")(x))


def softmax_twice():
    tokens = keras.Input((None,))
    x = layers.Embedding(V, D, mask_zero=True)(tokens)
    x = layers.LSTM(H, return_sequences=True)(x)
    x = layers.Dense(3, activation="softmax")(x)
    x = layers.GlobalAveragePooling1D()(x)  # straight to the loss, Keras would warn
    model = keras.Model(tokens, x)
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def softmax_in_the_loss():
    tokens = keras.Input((None,))
    x = layers.Embedding(V, D, mask_zero=True)(tokens)
    x = layers.LSTM(H, return_sequences=True)(x)
    x = layers.Dense(3)(x)
    model = keras.Model(tokens, layers.GlobalAveragePooling1D()(x))
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def gradient_cut():
    tokens = keras.Input((None,))
    x = layers.LSTM(H)(layers.Embedding(V, D, mask_zero=True)(tokens))
    x = ops.stop_gradient(x)
    return keras.Model(tokens, layers.Dense(1, activation="sigmoid")(x))


def reads_the_future():
    tokens = keras.Input((None,))
    x = layers.Embedding(V, D, mask_zero=True)(tokens)
    x = layers.Bidirectional(layers.LSTM(H, return_sequences=True))(x)
    return keras.Model(tokens, layers.Dense(V)(x))


def reads_the_past():
    tokens = keras.Input((None,))
    x = layers.Embedding(V, D, mask_zero=True)(tokens)
    x = layers.LSTM(2 * H, return_sequences=True)(x)
    return keras.Model(tokens, layers.Dense(V)(x))
