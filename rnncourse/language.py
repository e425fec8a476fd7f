"""The reader's language: set once by `rnncourse.start`, asked wherever words are shown."""

LANGUAGES = ("zh", "en")

_current = "en"


def use(language):
    """Make `language` ("zh" or "en") the reader's language. Raises ValueError for any other."""
    global _current
    if language not in LANGUAGES:
        raise ValueError(f'language must be "zh" or "en", got {language!r}')
    _current = language


def current():
    """The reader's language, "zh" or "en"."""
    return _current


def choose(*, zh, en):
    """The value for the reader's language: `zh` in the Chinese edition, `en` in the English one."""
    return zh if _current == "zh" else en
