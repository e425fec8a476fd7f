"""Fixtures of several test modules."""

import pytest

from rnncourse import language


@pytest.fixture
def english(monkeypatch):
    """The reader, and the locale that commands go by, speak English; afterwards as before."""
    before = language.current()
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    language.use("en")
    yield
    language.use(before)
