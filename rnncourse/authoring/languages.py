"""Prose in two languages: pairs in the source, one of each pair in an edition."""

import re

from rnncourse.language import LANGUAGES

_FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.MULTILINE | re.DOTALL)
_CODE_SPAN = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*$", re.MULTILINE)
_DISPLAY = re.compile(r"(?<!\\)\$\$(.+?)\$\$", re.DOTALL)
_INLINE = re.compile(r"(?<![\\$])\$([^$]+?)(?<!\\)\$(?!\$)")
_WORDS = re.compile(r"\\(text|mathrm|operatorname)\{[^{}]*\}")


def check_languages(source):
    """Raise SourceError unless every Chinese prose cell is directly followed by its English twin.

    Twins have the same heading levels in the same order, the same displayed formulas in the same order, and
    the same formulas within the text. Words inside `\\text{}` may differ.
    """
    for chinese, english in prose_pairs(source):
        _same(source, english, "heading levels", _heading_levels(chinese), _heading_levels(english))
        _same(source, english, "displayed formulas", _displayed(chinese), _displayed(english))
        _same(source, english, "formulas in the text", _inline(chinese), _inline(english))
    titles(source)


def prose_pairs(source):
    """The prose of `source` as (zh cell, en cell) pairs. Raises SourceError for a cell without twin."""
    pairs, waiting = [], None
    for cell in source.cells:
        if cell.kind == "markdown" and cell.language not in LANGUAGES:
            raise source.error(cell, f'a prose cell needs lang="zh" or lang="en", got {cell.language!r}')
        if waiting and cell.language != "en":
            raise source.error(
                waiting, 'this zh cell has no twin: directly after it must come its lang="en" cell'
            )
        if cell.language == "en" and not waiting:
            raise source.error(
                cell, 'this en cell has no twin: directly before it must come its lang="zh" cell'
            )
        if cell.language == "en":
            pairs.append((waiting, cell))
        waiting = cell if cell.language == "zh" else None
    if waiting:
        raise source.error(
            waiting, 'this zh cell has no twin: directly after it must come its lang="en" cell'
        )
    return pairs


def select(source, language):
    """The cells of the edition in `language`: all code, and the prose of that language."""
    return [cell for cell in source.cells if cell.language in (None, language)]


def titles(source):
    """{language: title}, from the level-1 headings that the first two cells begin with, else SourceError."""
    found = {}
    for cell in source.cells[:2]:
        match = re.match(r"#\s+(.+)", cell.text) if cell.kind == "markdown" else None
        if not match:
            message = "the file has no title: its first two cells (zh, en) each begin with a line '# # Title'"
            raise source.error(cell, message)
        found[cell.language] = match[1].strip()
    return found


def _same(source, english, what, in_chinese, in_english):
    if in_chinese != in_english:
        message = f"{what} differ between the twins: zh {_shown(in_chinese)}, en {_shown(in_english)}"
        raise source.error(english, message)


def _shown(value):
    return ", ".join(str(item) for item in (sorted(value) if isinstance(value, set) else value)) or "none"


def _without_code(cell):
    return _CODE_SPAN.sub("", _FENCE.sub("", cell.text))


def _heading_levels(cell):
    return [len(marks) for marks, _ in _HEADING.findall(_without_code(cell))]


def _displayed(cell):
    return [_formula(text) for text in _DISPLAY.findall(_without_code(cell))]


def _inline(cell):
    return {_formula(text) for text in _INLINE.findall(_DISPLAY.sub("", _without_code(cell)))}


def _formula(text):
    """A formula without white space and without the words that a language puts in it."""
    return re.sub(r"\s+", "", _WORDS.sub(r"\\\1{}", text))
