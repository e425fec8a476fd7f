"""The course as it is stored: notebooks follow their sources, editions agree, modules keep their layers."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from rnncourse import tasks
from rnncourse.authoring.assemble import load_source
from rnncourse.authoring.build import open_builder
from rnncourse.authoring.layout import Edition
from rnncourse.authoring.lists import outdated_lists
from rnncourse.claims import CLAIMS, stored

ROOT = Path(__file__).resolve().parents[1]
BUILDER = open_builder(ROOT)
EDITIONS = BUILDER.course.editions()
CHINESE = [edition for edition in EDITIONS if edition.language == "zh"]
PACKAGE = ROOT / "rnncourse"

# A module imports only from lines above its own, or from its own package.
LAYERS = [
    "language",
    "arguments",
    "fonts",
    "style",
    "runtime",
    "datasets",
    "text",
    "cells",
    "metrics",
    "baselines",
    "results",
    "plots",
    "normalised",
    "encoders",
    "attention",
    "decoders",
    "models",
    "training",
    "compression",
    "embedded",
    "robustness",
    "scalability",
    "explain",
    "diagnosis",
    "clinic",
    "claims",
    "exercises",
    "progress",
    "widgets",
    "probes",
    "tasks",
    "checks",
    "authoring",
    "doctor",
    "grading",
    "commands",
    "cli",
]
SCRIPTS = ("fonts/make_font.py", "datasets/slices")  # they make embedded files, once
WITHOUT_KERAS = (
    "language",
    "style",
    "datasets",
    "text",
    "cells",
    "metrics",
    "baselines",
    "plots",
    "authoring",
    "doctor",
    "cli",
    "exercises",
    "progress",
    "commands",
)


def paths(editions):
    return [edition.path for edition in editions]


@pytest.mark.parametrize("edition", EDITIONS, ids=paths(EDITIONS))
def test_notebook_follows_its_source(edition):
    assert not BUILDER.is_stale(edition), f"run: rnncourse build {edition.name}"


@pytest.mark.parametrize("edition", CHINESE, ids=paths(CHINESE))
def test_editions_have_equal_code(edition):
    """All but the set-up cell, which names the language."""
    zh, en = (_code(edition), _code(edition.other(language="en")))
    assert zh[0].source.replace('"zh"', '"en"') == en[0].source
    assert [(cell.source, cell.metadata) for cell in zh[1:]] == [
        (cell.source, _renamed(cell.metadata)) for cell in en[1:]
    ]


@pytest.mark.parametrize("edition", EDITIONS, ids=paths(EDITIONS))
def test_outputs_show_no_error_no_warning_and_nothing_of_the_machine(edition):
    for cell in _code(edition):
        for output in cell.outputs:
            assert output.output_type != "error" and output.get("name") != "stderr", cell.id
            words = {
                kind: text
                for kind, text in output.get("data", {}).items()
                if not kind.startswith("image/png")
            }
            shown = json.dumps([words, output.get("text", "")], ensure_ascii=False)
            assert not re.search(r"/(home|Users|root|tmp|work|var|private)/|[A-Z]:\\\\", shown), (
                cell.id,
                shown[:300],
            )


SOURCES = [Edition("chapter", name, "zh") for name in BUILDER.course.chapters]
SOURCES += [Edition("exercise", name, "zh") for name in BUILDER.course.exercises]
HAN = "[\u4e00-\u9fff]"
STRANGE_MARKS = {
    "zh": rf"{HAN}[:;,?!]|[:;,?!]{HAN}",
    "en": rf"(?<!{HAN})[：；，。？！]|[：；，。？！](?!{HAN})",  # those within a Chinese title stay
}


@pytest.mark.parametrize("edition", SOURCES, ids=[edition.source for edition in SOURCES])
def test_prose_has_the_marks_of_its_language(edition):
    """But for code, addresses and Chinese quotations: the article has marks of its own."""
    for language, strange in STRANGE_MARKS.items():
        for cell in load_source(BUILDER.course, edition.other(language=language)).cells:
            if cell.language == language:
                prose = re.sub(r"`[^`]*`|“[^”]*”|https?://\S+", "", cell.text)
                found = re.search(f".{{,20}}({strange}).{{,20}}", prose)
                assert not found, f"{edition.source}:{cell.line}: {found.group()}"


def test_every_notebook_has_a_source():
    assert BUILDER.course.orphans() == []


def test_lists_of_chapters_are_up_to_date():
    assert list(outdated_lists(BUILDER.course, BUILDER.repository)) == [], "run: rnncourse build"


def test_every_task_belongs_to_one_exercise():
    sources = [
        load_source(BUILDER.course, Edition("exercise", name, "zh")) for name in BUILDER.course.exercises
    ]
    used = [cell.task for source in sources for cell in source.cells if cell.task]
    assert sorted(used) == tasks.names()


def test_every_exercise_belongs_to_a_chapter():
    assert set(BUILDER.course.exercises) <= set(BUILDER.course.chapters)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.number)
def test_each_claim_has_its_evidence_in_its_home_chapter(claim):
    """A cell that carries it, and in both editions an output that gives the verdict and the figure."""
    if claim.chapter not in BUILDER.course.chapters:
        assert stored(claim.number, "zh") is stored(claim.number, "en") is None
        return
    cells = load_source(BUILDER.course, Edition("chapter", claim.chapter, "zh")).cells
    assert any(claim.number in cell.claims for cell in cells)
    assert stored(claim.number, "zh") and stored(claim.number, "en"), "what it prints decides nothing"


def _code(edition):
    notebook = nbformat.read(ROOT / edition.path, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _renamed(metadata):
    """`metadata` of an English cell as that of its Chinese twin: nbgrader's id has the language in it."""
    return json.loads(re.sub(r'"en-(\d+)"', r'"zh-\1"', json.dumps(metadata)))


def modules():
    found = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
    return [path for path in found if path != Path("__init__.py") and not path.as_posix().startswith(SCRIPTS)]


def imported(path):
    """(module, line) of every import in a module of the package, also those inside functions."""
    for node in ast.walk(ast.parse((PACKAGE / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: the package imports by full names"
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def layer(path):
    return path.parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", modules(), ids=Path.as_posix)
def test_modules_import_only_from_below(path):
    own = layer(path)
    assert own in LAYERS, f"{own}: give it a line in LAYERS"
    for module, line in imported(path):
        parts = module.split(".")
        if parts[0] == "rnncourse" and len(parts) > 1:
            assert parts[1] in LAYERS, f"{path}:{line}: import {module} from the module that defines it"
            assert LAYERS.index(parts[1]) <= LAYERS.index(own), (
                f"{path}:{line}: {own} stands below {parts[1]}"
            )


@pytest.mark.parametrize("path", modules(), ids=Path.as_posix)
def test_data_text_metrics_and_plots_do_without_keras(path):
    if layer(path) in WITHOUT_KERAS:
        heavy = {"keras", "tensorflow", "jax", "torch"}
        assert not [line for module, line in imported(path) if module.split(".")[0] in heavy]


def test_importing_the_package_loads_nothing_heavy():
    heavy = "{'keras', 'tensorflow', 'matplotlib', 'sklearn', 'scipy', 'IPython', 'numpy'}"
    code = f"import sys, rnncourse; print(sorted({heavy} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_data_text_metrics_and_plots_load_no_keras():
    code = "import sys; from rnncourse import datasets, metrics, plots, style, text\n"
    code += "print(sorted({'keras', 'tensorflow'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
