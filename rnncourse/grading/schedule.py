"""The run: every submission graded once, several at a time, each written down as soon as it is known."""

import hashlib
import itertools
import secrets
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from rnncourse.grading import checker, hints, notebooks
from rnncourse.grading.crew import Crew, hidden_modules
from rnncourse.grading.protocol import Closed
from rnncourse.language import choose

ATTEMPTS = 2  # at a submission whose fork server ended under it


@dataclass
class Plan:
    """What is to be done: `work` to grade, `told` results that are known without, `kept` ones of an earlier
    run.
    """

    work: list = field(default_factory=list)
    told: list = field(default_factory=list)
    kept: int = 0


@dataclass(frozen=True)
class Work:
    """A notebook to grade, and its line of the records as far as it is known."""

    line: dict
    exercise: object
    cells: list = field(repr=False)


def plan(submissions, exercises, catalogue, records, *, late=None, wanted=()):
    """Read all `submissions` and compare them with the `records`. Returns a Plan."""
    made, seen, students = Plan(), {}, {}
    versions = {name: exercise.version(catalogue) for name, exercise in exercises.items()}
    for submission in submissions:
        students.setdefault(submission.student, set())
        line, exercise, cells = _read(submission, exercises, versions)
        if wanted and exercise is not None and exercise.name not in wanted:
            continue
        late_now = late(line["student"], line["exercise"], submission.time) if late else None
        line["late"] = late_now
        key = line["student"], line["exercise"] or line["source"]
        if key in seen:  # handed in again: submissions come in the order of their times
            line["reason"] = _join(line["reason"], _several(seen[key][0]["source"], line["source"]))
        seen[key] = line, exercise, cells
        if exercise is not None:
            students[submission.student].add(exercise.name)
    for line, exercise, cells in seen.values():
        _sort_in(made, records, line, exercise, cells, catalogue)
    expected = set(wanted) or set().union(*students.values(), set())
    for student in sorted(students):
        for name in sorted(expected - students[student]):
            reason = choose(zh="没有交这个练习", en="this exercise was not handed in")
            line = _line(student, name, "", versions[name], "missing", reason)
            _sort_in(made, records, line, exercises[name], None, catalogue)
    return made


def run(
    plan,
    records,
    catalogue,
    *,
    jobs,
    seed=None,
    per_student=False,
    weak=False,
    seconds=60,
    memory,
    covered,
    tell,
):
    """Grade a Plan's work; write every result into `records`. `tell(done, total, seconds)` is called as it
    goes on.
    """
    for line in plan.told:
        records.add(line)
    if not plan.work:
        return
    seed = secrets.randbits(62) if seed is None else seed
    tasks = [catalogue.load(name) for work in plan.work for name in work.exercise.tasks]
    crew = Crew(hidden_modules(tasks), weak=weak, covered=covered, memory=memory)
    check = checker.Checker(crew, catalogue, seconds=seconds)
    started = time.monotonic()
    try:
        crew.probe()
        with ThreadPoolExecutor(jobs) as pool:

            def submit(works):
                return {pool.submit(grade, w, check, crew, seed_of(seed, w, per_student)) for w in works}

            todo = iter(plan.work)
            running, done = submit(itertools.islice(todo, jobs)), 0
            while running:
                ended, running = wait(running, return_when=FIRST_COMPLETED)
                for future in ended:
                    records.add(future.result())
                    done += 1
                    tell(done, len(plan.work), time.monotonic() - started)
                running |= submit(itertools.islice(todo, len(ended)))
    finally:
        check.close()
        crew.close()


def seed_of(seed, work, per_student):
    """The seed of a submission's cases: that of the run, or, `per_student`, one that follows from it and the
    name.
    """
    if not per_student:
        return seed
    digest = hashlib.sha256(f"{seed} {work.line['student']}".encode()).digest()
    return int.from_bytes(digest[:7], "big")


def grade(work, check, crew, seed):
    """The record of one notebook, whatever happens."""
    started = time.monotonic()
    line = {**work.line, "isolation": crew.isolation, "seed": seed}
    for attempt in range(ATTEMPTS):
        try:
            language = notebooks.language_of(work.cells)
            answers = notebooks.answers(work.cells, work.exercise)
            line["tasks"] = check.grade(work.exercise, answers, language, seed)
            line["status"] = "graded"
        except checker.SetupFailed as error:
            line |= {
                "status": "error",
                "reason": choose(
                    zh=f"练习的准备代码失败：{error}", en=f"the exercise's set-up failed: {error}"
                ),
            }
        except Closed as error:
            line |= {"status": "error", "reason": str(error)}
            if attempt + 1 < ATTEMPTS:
                continue
        except Exception as error:
            line |= {"status": "error", "reason": f"{type(error).__name__}: {error}"[:300]}
        break
    if line["status"] == "error":
        line["tasks"] = _nothing(work.exercise, check.catalogue, "error", hints.NO_MESSAGE)
    return {**line, "seconds": round(time.monotonic() - started, 3)}


def _read(submission, exercises, versions):
    """(line, exercise or None, cells or None) of a submission."""
    line = _line(submission.student, "", submission.source, "", "unreadable", "")
    try:
        data = submission.read()
        line["sha256"] = hashlib.sha256(data).hexdigest()
        cells = notebooks.parse(data)
    except notebooks.NotebookError as error:
        name = notebooks.named_exercise(submission.source, exercises)
        line |= {"reason": str(error), "exercise": name or "", "version": versions.get(name, "")}
        return line, exercises.get(name), None
    exercise = notebooks.identify(cells, submission.source, exercises)
    if exercise is None:
        line["reason"] = choose(
            zh="看不出是哪个练习：文件名和单元格都不像",
            en="it is no exercise of the course, neither by its name nor by its cells",
        )
        return line, None, None
    line |= {
        "exercise": exercise.name,
        "version": versions[exercise.name],
        "language": notebooks.language_of(cells),
    }
    return {**line, "status": "graded"}, exercise, cells


def _sort_in(made, records, line, exercise, cells, catalogue):
    """Put one line where it belongs: kept, told, or work."""
    old = records.last.get((line["student"], line["exercise"]))
    known = ("source", "sha256", "version", "status")
    if old is not None and all(old.get(key) == line[key] for key in known) and old["status"] != "error":
        made.kept += 1
        if old.get("late") != line["late"]:
            made.told.append({**old, "late": line["late"]})
    elif cells is not None:
        made.work.append(Work(line, exercise, cells))
    else:
        hint = hints.both(
            f"这份作业没有被评判：{line['reason']}。", f"This was not graded: {line['reason']}."
        )
        tasks = _nothing(exercise, catalogue, "missing", hint) if exercise is not None else []
        made.told.append({**line, "tasks": tasks})


def _nothing(exercise, catalogue, status, hint):
    loaded = [catalogue.load(name) for name in exercise.tasks]
    return [
        {
            "task": t.name,
            "points": 0,
            "max": t.points,
            "status": status,
            "mistake": None,
            "hint": hint,
            "detail": "",
        }
        for t in loaded
    ]


def _line(student, exercise, source, version, status, reason):
    line = {"student": student, "exercise": exercise, "language": "en", "source": source, "sha256": ""}
    line |= {
        "version": version,
        "status": status,
        "reason": reason,
        "isolation": "",
        "seed": 0,
        "seconds": 0.0,
    }
    return line | {"late": None, "tasks": []}


def _several(other, chosen):
    return choose(
        zh=f"交了不止一份（还有 {other}），评的是 {chosen}",
        en=f"handed in more than once ({other}, too); {chosen} is graded",
    )


def _join(*reasons):
    return "; ".join(reason for reason in reasons if reason)
