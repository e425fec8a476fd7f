"""What was handed in: a notebook, a folder, a zip, a download of an LMS; read with care, sorted by student.

A file that cannot be taken becomes a Submission with the reason, never an error for the others.
"""

import os
import re
import stat
import unicodedata
import zipfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from rnncourse.grading import notebooks
from rnncourse.language import choose

MOST_FILES = 50_000
DEEPEST = 6
MOST_NAME = 100
_CANVAS = re.compile(r"(?P<student>.+?)_(?:late_)?(?P<user>\d+)_\d+_(?P<file>.+)", re.IGNORECASE)
_MOODLE = re.compile(r"(?P<student>.+?_\d+)_assignsubmission_(file|onlinetext)_?.*")
_SKIPPED = {"__MACOSX", ".ipynb_checkpoints"}


@dataclass(frozen=True)
class Submission:
    """One file that was handed in. `read()` gives its bytes or raises NotebookError; `time`: seconds since
    1970.
    """

    student: str
    source: str
    time: float
    read: object = field(repr=False)


def collect(paths):
    """Every Submission below the `paths`, in the order of their students. Raises FileNotFoundError for a
    wrong path.
    """
    found = []
    for path in map(Path, paths):
        if not path.exists():
            raise FileNotFoundError(path)
        found += _collect(path)
    return sorted(_told_apart(found), key=lambda s: (s.student, s.time, s.source))


def clean(name):
    """A name as one line of plain characters: none that controls a terminal or turns the direction of
    writing.
    """
    name = os.fsencode(name).decode("utf-8", "replace") if isinstance(name, str) else str(name)
    kept = "".join("\ufffd" if unicodedata.category(c)[0] == "C" or c in "\u2028\u2029" else c for c in name)
    return (kept[:MOST_NAME] + "…" if len(kept) > MOST_NAME else kept).strip() or "?"


def _collect(path):
    if path.is_dir():
        return list(_in_folder(path))
    if zipfile.is_zipfile(path) or path.suffix.lower() == ".zip":
        return list(_in_zip(path, ()))
    return [_submission(_student_of_file(path), path.name, path.stat().st_mtime, lambda: read_file(path))]


def _student_of_file(path):
    """Of a notebook alone: its own name says who, or its folder's where the name is an exercise's."""
    return path.parent.resolve().name if re.match(r"\d+_\d*", path.stem) else path.stem


def _in_folder(root):
    """Submissions below `root`: NAME/... belongs to NAME; what lies in `root` itself is named by its file."""
    for number, (parts, entry) in enumerate(_walk(root)):
        if number >= MOST_FILES:
            yield _refused(root.name, root.name, choose(zh="文件太多", en="too many files"))
            return
        student, name = _whose(parts)
        if entry.is_symlink():
            yield _refused(student, name, choose(zh="是一个符号链接，不予读取", en="it is a symbolic link"))
        elif parts[-1].lower().endswith(".zip"):
            yield from _in_zip(Path(entry.path), parts[:-1])
        elif parts[-1].lower().endswith(".ipynb"):
            path = Path(entry.path)
            yield _submission(student, name, _time(entry), lambda path=path: read_file(path))


def _walk(root, parts=()):
    """(parts of its path, entry) of every file and link below `root`. No link is followed."""
    if len(parts) > DEEPEST:
        return
    try:
        entries = sorted(os.scandir(Path(root, *parts)), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name in _SKIPPED:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(root, (*parts, entry.name))
        else:
            yield (*parts, entry.name), entry


def _time(entry):
    try:
        return entry.stat(follow_symlinks=False).st_mtime
    except OSError:
        return 0.0


def _in_zip(path, above):
    """Submissions in a zip file: nothing is unpacked, members are read one by one, up to a limit."""
    whose = above[0] if above else path.stem
    try:
        with _open(path) as file, zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError, notebooks.NotebookError) as error:
        reason = choose(zh=f"压缩文件无法读取（{error}）", en=f"the zip file cannot be read ({error})")
        yield _refused(_person(whose), path.name, reason)
        return
    if len(members) > MOST_FILES:
        yield _refused(_person(whose), path.name, choose(zh="文件太多", en="too many files"))
        return
    roots = _common_root([m.filename for m in members]) if not above else ()
    for member in members:
        name = member.filename
        if not name.lower().endswith(".ipynb") or _SKIPPED & set(name.split("/")):
            continue
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0]:
            reason = choose(zh="压缩文件里的路径指向外面", en="its path in the zip file leads outside")
            yield _refused(_person(whose), name, reason)
            continue
        student, shown = (
            _whose((*above, *parts[len(roots) :]))
            if above or len(parts) - len(roots) > 1
            else (
                _whose(parts[len(roots) :])
                if _CANVAS.fullmatch(parts[-1])
                else (_person(path.stem), parts[-1])
            )
        )
        if stat.S_ISLNK(member.external_attr >> 16):
            yield _refused(student, shown, choose(zh="是一个符号链接，不予读取", en="it is a symbolic link"))
            continue
        yield _submission(student, shown, _zip_time(member), lambda member=member: _read_member(path, member))


def _common_root(names):
    """The one folder that all `names` lie in, if it is not a student's: ("download",) or ()."""
    firsts = {PurePosixPath(name).parts[:1] for name in names if name.strip("/")}
    deep = [PurePosixPath(name).parts for name in names if name.lower().endswith(".ipynb")]
    return next(iter(firsts)) if len(firsts) == 1 and deep and min(map(len, deep)) > 2 else ()


def _zip_time(member):
    import datetime

    try:
        return datetime.datetime(*member.date_time).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def _whose(parts):
    """(student, name of the file) for a path's parts: its first folder, or what an LMS made of the name."""
    if len(parts) > 1:
        return _person(parts[0]), parts[-1]
    match = _CANVAS.fullmatch(parts[0])
    if match:
        return f"{match['student']}_{match['user']}", match["file"]
    return re.sub(r"\.(ipynb|zip)$", "", parts[0], flags=re.IGNORECASE), parts[0]


def _person(name):
    match = _MOODLE.fullmatch(name)
    return match["student"] if match else name


def _submission(student, source, time, read):
    return Submission(student, clean(source), time, read)


def _refused(student, source, reason):
    def read():
        raise notebooks.NotebookError(reason)

    return Submission(student, clean(source), 0.0, read)


def _told_apart(found):
    """The submissions with clean names of students; two that would look the same get a number."""
    raw = {}
    for submission in found:
        raw.setdefault(clean(submission.student), []).append(submission.student)
    for submission in found:
        name = clean(submission.student)
        others = sorted(set(raw[name]), key=os.fsencode)
        number = others.index(submission.student) + 1
        shown = name if number == 1 else f"{name} ({number})"
        yield Submission(shown, submission.source, submission.time, submission.read)


def read_file(path):
    """The bytes of a plain file, at most MOST_BYTES + 1. Raises NotebookError for a link or a device."""
    try:
        with _open(path) as file:
            return file.read(notebooks.MOST_BYTES + 1)
    except OSError as error:
        raise notebooks.NotebookError(error.strerror or type(error).__name__) from None


def _open(path):
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise notebooks.NotebookError(choose(zh="不是普通文件", en="it is no plain file"))
    return os.fdopen(descriptor, "rb")


def _read_member(path, member):
    try:
        with _open(path) as file, zipfile.ZipFile(file) as archive, archive.open(member) as data:
            return data.read(notebooks.MOST_BYTES + 1)
    except Exception as error:  # whatever a broken archive makes zipfile and zlib raise
        reason = f"{type(error).__name__}: {error}"[:200]
        raise notebooks.NotebookError(
            choose(zh=f"压缩文件里读不出来（{reason}）", en=f"it cannot be read from the zip file ({reason})")
        ) from None
