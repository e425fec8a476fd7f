"""Fixtures of several test modules."""

import pytest
from hypothesis import settings

from rnncourse import language

# How long an example takes is the machine's affair: benchmarks measure time, tests do not.
settings.register_profile("rnncourse", deadline=None)
settings.load_profile("rnncourse")


@pytest.fixture
def english(monkeypatch):
    """The reader, and the locale that commands go by, speak English; afterwards as before."""
    before = language.current()
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    language.use("en")
    yield
    language.use(before)
