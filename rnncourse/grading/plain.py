"""Text from strangers (names, messages, file names) made harmless for a page, a spreadsheet and a path."""

import hashlib
import html
import re
import unicodedata

MOST_TEXT = 5000  # characters of one field
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # on Windows
_LONGEST_NAME = 80


def clean(text):
    """`text` without terminal escapes, control characters, and marks that reorder or hide text.

    Line ends and tabs stay. What is very long is cut.
    """
    text = _ESCAPES.sub("", str(text)[: 4 * MOST_TEXT]).replace("\r\n", "\n")
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    return kept if len(kept) <= MOST_TEXT else kept[:MOST_TEXT] + " …"


def as_html(text):
    """`text` for the inside of an HTML element or a quoted attribute."""
    return html.escape(clean(text), quote=True)


def as_cell(value):
    """`value` for a cell of a CSV file: a number as it is, text that no spreadsheet takes for a formula."""
    if isinstance(value, int | float):
        return f"{value:g}"
    text = clean(value)
    return "'" + text if text.lstrip()[:1] in ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠") else text


def as_name(text):
    """`text` as the name of a file or folder on any system; other texts get other names."""
    name = re.sub(r"[^\w.@+ -]", "_", unicodedata.normalize("NFC", clean(text))).strip(". ")
    name = name.encode()[:_LONGEST_NAME].decode(errors="ignore")
    if name and name == text and not _RESERVED.fullmatch(name):
        return name
    digest = hashlib.sha256(str(text).encode(errors="surrogatepass")).hexdigest()[:8]
    return f"{name or 'name'}-{digest}" if not _RESERVED.fullmatch(name) else f"_{name}-{digest}"
