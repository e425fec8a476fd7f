"""What the chapters measured: verdict and deciding figure of each claim, out of the cells that carry it."""

import functools
import json
import re
from dataclasses import dataclass
from importlib import resources

from rnncourse.claims.table import CLAIMS, HALF, RIGHT, WRONG, find
from rnncourse.language import current

FILE = "evidence.json"
_NAMED = {
    "zh": r"(?:断言|第)[ \d、]*?(?<!\d){n}(?!\d)[ \d、]*条?",
    "en": r"[Cc]laims? (?:\(?numbers? )?(?:\d+(?:,| and) )*?(?<!\d){n}(?!\d)",
}
_WORDS = {  # half before the others: 'right with a condition', '成立，但有条件'
    "zh": ((HALF, r"对一半|有条件"), (WRONG, r"不成立"), (RIGHT, r"成立")),
    "en": ((HALF, r"half right|with a condition"), (WRONG, r"wrong"), (RIGHT, r"right")),
}


@dataclass(frozen=True)
class Evidence:
    """What a chapter found: the `verdict` ("right", "half", "wrong") and the `figure` that decides it."""

    verdict: str
    figure: str


def stored(number, language=None):
    """The Evidence for a claim in the edition of `language` (default: the reader's), None if not measured.

    Raises UnknownClaim for a number that is not a claim's.
    """
    found = _file().get(str(find(number).number), {}).get(language or current())
    return found and Evidence(**found)


def verdicts(language=None):
    """(number, the article's section, verdict or None) of every claim, as `stored` has them."""
    found = [(claim, stored(claim.number, language)) for claim in CLAIMS]
    return [(claim.number, claim.section, evidence and evidence.verdict) for claim, evidence in found]


@functools.cache
def _file():
    return json.loads(resources.files("rnncourse.claims").joinpath(FILE).read_text(encoding="utf-8"))


def read_evidence(claim, printed, language):
    """The Evidence for `claim` in `printed`: what the cells that carry it printed, in order.

    The verdict is the last sentence that names the claim's number and a verdict, or as `claim.decides` says.
    None where there is no verdict, or no line that fits `claim.figure`.
    """
    lines = [" ".join(line.split()) for line in printed.splitlines() if line.strip()]
    verdict = _decided(claim, lines) if claim.decides else _named_verdict(claim, lines, language)
    figure = _figure(claim, lines, language)
    return Evidence(verdict, figure) if verdict and figure else None


def _decided(claim, lines):
    text = "\n".join(lines)
    return next((verdict for pattern, verdict in claim.decides.items() if re.search(pattern, text)), None)


def _named_verdict(claim, lines, language):
    for line in reversed(lines):
        named = _place(claim, line, language)
        for verdict, words in _WORDS[language] if named else ():
            if re.search(words, line[named.end() :]):
                return verdict
    return None


def _place(claim, line, language):
    """Where `line` names the number of `claim`."""
    return re.search(_NAMED[language].replace("{n}", str(claim.number)), line)


def _figure(claim, lines, language):
    if claim.figure is None:
        fitting = [line for line in lines if re.search(r"\d", line) and not _place(claim, line, language)]
        return fitting[-1] if fitting else None
    matches = [(line, re.search(claim.figure, line)) for line in lines]
    found = [next(filter(None, match.groups()), line) for line, match in matches if match]
    return found[-1] if found else None
