"""The table of what the chapters found about the article's claims, out of the built notebooks."""

import dataclasses
import json

import nbformat

from rnncourse.authoring.layout import Edition
from rnncourse.claims import CLAIMS, read_evidence
from rnncourse.language import LANGUAGES

NAME = "rnncourse/claims/evidence.json"


def evidence_text(course):
    """What the file NAME should say: {number: {language: {"verdict", "figure"}}} as JSON.

    A claim is left out where its home chapter does not exist, is not built, or does not decide it.
    """
    printed = {chapter: _printed(course, chapter) for chapter in {claim.chapter for claim in CLAIMS}}
    found = {}
    for claim in CLAIMS:
        for language in LANGUAGES:
            words = printed[claim.chapter].get(language, {}).get(claim.number)
            evidence = words and read_evidence(claim, words, language)
            if evidence:
                found.setdefault(str(claim.number), {})[language] = dataclasses.asdict(evidence)
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _printed(course, chapter):
    """{language: {claim's number: what the cells that carry it printed}} of a chapter."""
    editions = [Edition("chapter", chapter, language) for language in LANGUAGES]
    return {
        edition.language: _by_claim(nbformat.read(course.root / edition.path, as_version=4))
        for edition in editions
        if (course.root / edition.path).is_file()
    }


def _by_claim(notebook):
    printed = {}
    for cell in notebook.cells:
        for number in cell.metadata.get("rnncourse", {}).get("claims", ()):
            words = "".join(output.get("text", "") for output in cell.outputs)
            printed[number] = printed.get(number, "") + words + "\n"
    return printed
