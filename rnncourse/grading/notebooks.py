"""Exercises as they were given out, and notebooks as they came back: whose cell is which answer.

A notebook that came back is read as data: its answer cells count, and nothing else of it.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

import rnncourse
from rnncourse.language import LANGUAGES, choose

MOST_BYTES = 16_000_000  # of a notebook with pictures in it
MOST_ANSWER = 100_000  # characters of an answer
_TASK_ID = re.compile(r"task-([a-z][a-z0-9_]{0,60})")


class NotebookError(Exception):
    """A file that is no notebook of this course; the message says why, in the reader's language."""


@dataclass(frozen=True)
class Exercise:
    """An exercise as given out. `setups`: {language: sources of the set-up}, `stubs`: {task: source}."""

    name: str
    tasks: tuple
    setups: dict
    stubs: dict

    def version(self, tasks):
        """A hash of all that the points depend on; `tasks` holds the Task of each name, and its source."""
        parts = [
            self.name,
            *self.tasks,
            *(text for language in sorted(self.setups) for text in self.setups[language]),
        ]
        parts += [tasks.fingerprint(name) for name in self.tasks]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Answer:
    """The source of an answer cell, or, with `source` None, why there is none: in both languages."""

    source: str | None
    zh: str = ""
    en: str = ""


def find_exercises(folder=None):
    """{name: Exercise} from `folder`, which has zh/ and en/ (default: that of the checkout here, or of the
    package).
    """
    if folder is None:
        here = Path.cwd()
        places = [
            p / "exercises" for p in (here, *here.parents, Path(rnncourse.__file__).resolve().parents[1])
        ]
        folder = next(
            (p for p in places if any((p / "source").glob("*.py")) and any(p.glob("*/*.ipynb"))), None
        )
    paths = sorted(Path(folder).glob("*/*.ipynb")) if folder else []
    names = {path.stem for path in paths if path.parent.name in LANGUAGES}
    if not names:
        where = folder or Path.cwd()
        raise NotebookError(
            choose(
                zh=f"在 {where} 没有找到练习；请用 --exercises 指出含有 zh 和 en 的文件夹",
                en=f"no exercises found in {where}; name the folder that holds zh and en with --exercises",
            )
        )
    return {name: _load(Path(folder), name) for name in sorted(names)}


def parse(data):
    """The cells of the notebook whose file holds the bytes `data`. Raises NotebookError."""
    if len(data) > MOST_BYTES:
        size = f"{MOST_BYTES // 1_000_000} MB"
        raise NotebookError(choose(zh=f"文件大于 {size}", en=f"the file is larger than {size}"))
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise NotebookError(choose(zh="文件不是 UTF-8 编码", en="the file is not UTF-8")) from None
    except RecursionError:
        raise NotebookError(choose(zh="JSON 嵌套太深", en="the JSON is nested too deeply")) from None
    except ValueError:
        raise NotebookError(
            choose(zh="文件不是 JSON，可能不完整", en="the file is not JSON; is it complete?")
        ) from None
    version = notebook.get("nbformat") if isinstance(notebook, dict) else None
    if version != 4:
        raise NotebookError(
            choose(
                zh=f"不是 nbformat 4 的笔记本（{str(version)[:20]}）；请在 JupyterLab 中打开并保存",
                en=f"no notebook of nbformat 4 ({str(version)[:20]}); open and save it in JupyterLab",
            )
        )
    cells = notebook.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise NotebookError(choose(zh="笔记本里没有单元格", en="the notebook has no cells"))
    return cells


def text_of(cell):
    """The text of a cell, or None where there is none to read."""
    source = cell.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    return source if isinstance(source, str) else None


def tasks_of(cell):
    """The names of tasks that a cell claims to answer: by its id, and by its metadata."""
    return {name for name in (_by_id(cell), _by_metadata(cell)) if name}


def answers(cells, exercise):
    """{task: Answer} for every task of the `exercise`, in its order.

    A cell is a task's by its id. Only where no cell has it, since an editor gave ids of its own, metadata
    stand for it: a copy of a cell, with a new id and the old metadata, does no harm beside the cell itself.
    """
    claims = {}
    for task in exercise.tasks:
        claims[task] = [cell for cell in cells if _by_id(cell) == task]
        claims[task] = claims[task] or [cell for cell in cells if _by_metadata(cell) == task]
    return {task: _answer(found) for task, found in claims.items()}


def _by_id(cell):
    return _task_named(cell.get("id"))


def _by_metadata(cell):
    """The task that a cell's metadata name, as nbgrader's or as the course's own."""
    metadata = cell.get("metadata") if isinstance(cell.get("metadata"), dict) else {}
    ours, theirs = (
        metadata.get(key) if isinstance(metadata.get(key), dict) else {} for key in ("rnncourse", "nbgrader")
    )
    task = ours.get("task")
    return _task_named(theirs.get("grade_id")) or (task if isinstance(task, str) else None)


def _task_named(text):
    match = _TASK_ID.fullmatch(text) if isinstance(text, str) else None
    return match and match[1]


def identify(cells, file_name, exercises):
    """The Exercise that a notebook answers: by its cells, else by the name of its file; or None."""
    tasks = set().union(*(tasks_of(cell) for cell in cells), set())
    shared = {name: len(tasks & set(exercise.tasks)) for name, exercise in exercises.items()}
    most = max(shared.values(), default=0)
    best = [name for name, count in shared.items() if count == most > 0]
    named = named_exercise(file_name, exercises)
    if named and (not best or named in best):
        return exercises[named]
    return exercises[best[0]] if len(best) == 1 else None


def named_exercise(file_name, exercises):
    """The name of the exercise that a file's name begins or ends with ("4_2_text-1.ipynb"), or None."""
    stem = re.sub(r"\.ipynb$", "", file_name, flags=re.IGNORECASE)
    stem = re.sub(r"([ _-]?\(\d+\)|-\d+|[-_ ]?(copy|副本)\d*)+$", "", stem, flags=re.IGNORECASE)
    found = [
        name for name in exercises if stem == name or stem.endswith(("_" + name, "-" + name, " " + name))
    ]
    return max(found, key=len, default=None)


def language_of(cells):
    """The language of the edition that the cells are from, by their ids; "en" where none says."""
    ids = [cell["id"] for cell in cells if isinstance(cell.get("id"), str)]
    count = {language: sum(i.startswith(language + "-") for i in ids) for language in LANGUAGES}
    if count["zh"] == count["en"]:
        return "zh" if any('rnncourse.start("zh")' in (text_of(cell) or "") for cell in cells) else "en"
    return max(count, key=count.get)


def _answer(claims):
    if not claims:
        return Answer(
            None, zh="笔记本里没有这道题的单元格（被删除了？）。", en="Its cell is missing from the notebook."
        )
    if len(claims) > 1:
        return Answer(
            None,
            zh="这道题的单元格不止一个，无法判断哪个是答案。",
            en="Several cells claim to be its answer.",
        )
    (cell,) = claims
    text = text_of(cell)
    if cell.get("cell_type") != "code" or text is None:
        return Answer(None, zh="它的单元格不再是代码单元格。", en="Its cell is no code cell any more.")
    if len(text) > MOST_ANSWER:
        return Answer(None, zh="它的单元格太长。", en="Its cell is too long.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return Answer(None, zh="它的单元格里有无效的字符。", en="Its cell holds invalid characters.")
    return Answer(text)


def _load(folder, name):
    setups, stubs = {}, {}
    for language in LANGUAGES:
        path = folder / language / f"{name}.ipynb"
        if not path.is_file():
            continue
        cells = [cell for cell in parse(path.read_bytes()) if cell["cell_type"] == "code"]
        setups[language] = [
            text_of(cell) for cell in cells if cell["metadata"].get("rnncourse", {}).get("setup")
        ]
        stubs = {task: text_of(cell) for cell in cells for task in tasks_of(cell)}
    return Exercise(name, tuple(stubs), setups, stubs)
