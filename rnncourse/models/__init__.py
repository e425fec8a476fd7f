"""Builders: flat functions that return an uncompiled `keras.Model`. It saves, and loads on any backend."""

from rnncourse.models.classifiers import (
    build_cnn_classifier,
    build_text_classifier,
    build_transformer_classifier,
)
from rnncourse.models.encoders import build_encoder
from rnncourse.models.translators import build_translator

__all__ = [
    "build_cnn_classifier",
    "build_encoder",
    "build_text_classifier",
    "build_transformer_classifier",
    "build_translator",
]
