"""Exercises copied into a learner's folder, where nothing that a learner wrote is ever overwritten."""

import hashlib
import json
import os
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path

from rnncourse.exercises.notebook import NotebookError, answers, language_of, read_notebook, source_of
from rnncourse.language import choose

RECORD = ".rnncourse.json"  # in the learner's folder: which version of which exercise was put where
_LINK = re.compile(r"\]\((?![a-z]+:|#)([^)\s]+)\)")
_HOME = re.compile(r"colab\.research\.google\.com/github/([\w.-]+/[\w.-]+)/blob/main/([^)\s]+)\.ipynb")


class CopyError(Exception):
    """A folder that exercises cannot be put into; the message says why, in the reader's language."""


@dataclass(frozen=True)
class Copied:
    """What was done about one exercise: "new", "kept", "renewed" or "beside", and the file it is in."""

    done: str
    path: Path
    beside: Path | None = None  # the older file, which is as it was

    def __str__(self):
        name, old = self.path.name, self.beside and self.beside.name
        words = {
            "new": choose(zh=f"{name}：新的练习", en=f"{name}: new"),
            "kept": choose(zh=f"{name}：已经有了，没有改动", en=f"{name}: there already, left as it is"),
            "renewed": choose(
                zh=f"{name}：换成了新版（旧版还没有动过笔）",
                en=f"{name}: replaced by its newer version (nothing had been written in it)",
            ),
            "beside": choose(
                zh=f"{name}：{old} 有了新版，放在它旁边；{old} 没有改动",
                en=f"{name}: a newer version of {old}, put beside it; {old} is as it was",
            ),
        }
        return words[self.done]


def copy_exercises(exercises, folder):
    """Put each Exercise of `exercises` into `folder`. Yields a Copied for each; raises CopyError.

    A file that is there is replaced only if it is, byte for byte, what was put there. Otherwise a newer
    version goes beside it, as NAME.2.ipynb, NAME.3.ipynb ..., and begins with a note.
    """
    record = _read_record(folder)
    for exercise in exercises:
        copied, given = _copy(exercise, folder, record)
        if given is not None:
            record[copied.path.name] = given
            _write(folder / RECORD, json.dumps(record, indent=1, sort_keys=True).encode())
        yield copied


def language_of_folder(folder):
    """The language of the exercises that lie in `folder` already, or None."""
    for path in sorted(Path(folder).glob("*.ipynb")):
        try:
            return language_of(read_notebook(path))
        except NotebookError:
            continue
    return None


def _copy(exercise, folder, record):
    """What was done, and {version, given} where a file was written."""
    version = _digest(exercise.path.read_bytes())
    files = _versions(folder, exercise.name)
    if not files:
        return _put(exercise, folder / f"{exercise.name}.ipynb", version, "new")
    latest = files[-1]
    if _is_of(latest, exercise, record, version):
        return Copied("kept", latest), None
    _refuse_other_language(latest, exercise)
    beside = files[-2] if len(files) > 1 else None
    if record.get(latest.name, {}).get("given") == _digest(latest.read_bytes()):
        return _put(exercise, latest, version, "renewed", beside)
    path = folder / f"{exercise.name}.{len(files) + 1}.ipynb"
    while path.exists():
        path = path.with_name(f"{exercise.name}.{int(path.stem.rpartition('.')[2]) + 1}.ipynb")
    return _put(exercise, path, version, "beside", latest)


def _put(exercise, path, version, done, beside=None):
    notebook = read_notebook(exercise.path)
    lead_home(notebook)
    if beside is not None:
        notebook["cells"].insert(0, _note(exercise, beside))
    data = (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()
    try:
        if done != "renewed" and path.exists():
            raise FileExistsError(0, choose(zh="已经有这个文件", en="there is such a file"))
        _write(path, data)
    except OSError as error:
        raise CopyError(_no_writing(path, error)) from None
    return Copied(done, path, beside), {"version": version, "given": _digest(data)}


def _is_of(path, exercise, record, version):
    """Whether the file is of this version: as recorded or, in a folder without record, in all but answers."""
    if path.name in record:
        return record[path.name].get("version") == version
    return _frame(path) == _frame(exercise.path)


def _frame(path):
    """{name: text} of the cells that the course wrote: all but answers and the learner's own."""
    try:
        cells = read_notebook(path)["cells"]
    except NotebookError:
        return None
    named = {cell.get("id"): source_of(cell) for cell in cells}
    return {
        key: _LINK.sub("", text)
        for key, text in named.items()
        if re.fullmatch(r"(zh|en)-\d+|check-\w+", key or "") and not key.endswith("-000")
    }


def _refuse_other_language(path, exercise):
    try:
        there = language_of(read_notebook(path))
    except NotebookError:
        return
    if there not in (None, exercise.language):
        raise CopyError(
            choose(
                zh=f"{path.name} 是另一种语言（{there}）的版本：请换一个文件夹，或用 --language {there}",
                en=f"{path.name} is of the other edition: take another folder, or --language {there}",
            )
        )


def _versions(folder, name):
    """The files of an exercise in `folder`, the oldest first: NAME.ipynb, NAME.2.ipynb ..."""
    found = {}
    for path in folder.glob("*.ipynb"):
        match = re.fullmatch(rf"{re.escape(name)}(?:\.(\d+))?", path.stem)
        if match:
            found[int(match[1] or 1)] = path
    return [found[number] for number in sorted(found)]


def lead_home(notebook):
    """Links that are relative to the course's own folders lead to its repository instead."""
    title = source_of(notebook["cells"][0])
    home = _HOME.search(title)  # the Colab badge names the repository and the notebook's place in it
    if home is None:
        return
    base = posixpath.dirname(home[2])

    def absolute(match):
        target = posixpath.normpath(posixpath.join(base, match[1]))
        return f"](https://github.com/{home[1]}/blob/main/{target})"

    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = _LINK.sub(absolute, source_of(cell)).splitlines(keepends=True)


def _note(exercise, old):
    """A cell that says where the learner's work is, and which tasks the new version adds or drops."""
    try:
        before = set(answers(read_notebook(old)))
    except NotebookError:
        before = set(exercise.tasks)
    added = ", ".join(task for task in exercise.tasks if task not in before)
    dropped = ", ".join(sorted(before - set(exercise.tasks)))
    parts = [
        choose(
            zh=f"> **这是新版练习。** 你的解答在 `{old.name}` 里，没有改动。要沿用某一题的解答，把那个单元"
            "格的内容复制到这里的同名题目，再运行检查。",
            en=f"> **This is a newer version of the exercise.** Your work is in `{old.name}`, as it was. "
            "To keep an answer, copy its cell's text into the task of that name here, and run its check.",
        ),
        added and choose(zh=f"新增的题目：{added}。", en=f"New tasks: {added}."),
        dropped and choose(zh=f"去掉的题目：{dropped}。", en=f"Tasks that are gone: {dropped}."),
    ]
    text = "\n>\n> ".join(part for part in parts if part)
    return {
        "cell_type": "markdown",
        "id": "newer-version",
        "metadata": {},
        "source": text.splitlines(keepends=True),
    }


def _read_record(folder):
    try:
        folder.mkdir(parents=True, exist_ok=True)
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise CopyError(_no_writing(folder, error)) from None
    except ValueError:
        return {}  # damaged: files are then compared with what they would be
    valid = isinstance(record, dict) and all(isinstance(entry, dict) for entry in record.values())
    return record if valid else {}


def _no_writing(path, error):
    reason = error.strerror or type(error).__name__
    return choose(zh=f"无法写入 {path}：{reason}", en=f"{path} cannot be written: {reason}")


def _write(path, data):
    """Write the file as a whole: a reader sees the old one or the new, never a part."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(data)
    os.replace(temporary, path)


def _digest(data):
    return hashlib.sha256(data).hexdigest()
