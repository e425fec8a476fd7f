"""`rnncourse grade PATH... --out DIR`: what was handed in becomes results, grades and feedback."""

import os
import sys
import time
from pathlib import Path

from rnncourse.commands import DONE, NOT_WELL, tell
from rnncourse.commands.report import add_export, write_export, write_pages
from rnncourse.language import choose


def add(commands):
    """Describe the command."""
    text = (
        "Grade what was handed in: a folder of STUDENT/EXERCISE.ipynb, a notebook, a zip, an LMS download. "
        "A run that was stopped goes on; a submission is graded again only if it, or its tasks, changed."
    )
    parser = commands.add_parser("grade", help="grade the exercises of a class", description=text)
    parser.add_argument("paths", nargs="+", metavar="PATH", help="folder, notebook or zip")
    parser.add_argument(
        "--out", required=True, metavar="DIR", help="where results.jsonl, grades.csv and feedback/ go"
    )
    parser.add_argument(
        "--jobs", type=_count, default=os.cpu_count() or 1, help="how many at a time; default: processors"
    )
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="grade on a Dask cluster: its scheduler, as tcp://HOST:8786"
    )
    parser.add_argument("--seed", type=int, help="seed of the secret cases; default: a fresh secret one")
    parser.add_argument(
        "--per-student", action="store_true", help="other cases for every student, from the seed"
    )
    parser.add_argument(
        "--late",
        metavar="POLICY",
        help="'2026-03-01 23:59, 10%% a day', or a CSV: student, exercise, days, factor",
    )
    parser.add_argument(
        "--exercise", action="append", default=[], metavar="NAME", help="grade this exercise alone"
    )
    parser.add_argument("--exercises", metavar="FOLDER", help="the exercises as given out (zh/ and en/)")
    parser.add_argument("--tasks", metavar="FOLDER", help="your own tasks, NAME.py each, before the course's")
    parser.add_argument(
        "--timeout", type=_count, default=60, metavar="SECONDS", help="processor time for an answer"
    )
    parser.add_argument("--memory", type=float, default=2, metavar="GB", help="for an answer; default: 2")
    parser.add_argument(
        "--weak-isolation", action="store_true",
        help="grade without the closed room (not Linux): an answer can then read and write what you can",
    )  # fmt: skip
    add_export(parser)
    parser.set_defaults(run=grade)


def grade(options):
    """Grade. Returns the exit code: 1 if a submission could not be graded for a fault that is not its own."""
    try:
        return _grade(options)
    except _problems() as error:
        return tell([_words_of(error)])


def _grade(options):
    from rnncourse.grading import catalogue, cluster, collect, late, notebooks, schedule
    from rnncourse.grading.records import Records
    from rnncourse.grading.results import read_results

    exercises = notebooks.find_exercises(options.exercises)
    unknown = sorted(set(options.exercise) - set(exercises))
    if unknown:
        return tell([choose(zh=f"没有练习 {unknown[0]}", en=f"there is no exercise {unknown[0]}")])
    tasks = catalogue.Catalogue(options.tasks)
    policy = late.read(options.late) if options.late else None
    submissions = collect.collect(options.paths)
    records = Records(options.out)
    plan = schedule.plan(submissions, exercises, tasks, records, late=policy, wanted=options.exercise)
    _start_keras(tasks, plan)
    progress = Progress()
    shared = {
        "seed": options.seed,
        "per_student": options.per_student,
        "weak": options.weak_isolation,
        "seconds": options.timeout,
        "memory": int(options.memory * 1e9),
        "covered": _covered(options),
        "tell": progress.tell,
    }
    if options.scheduler:
        cluster.run(plan, records, options.scheduler, folder=options.tasks, **shared)
    else:
        schedule.run(plan, records, tasks, jobs=min(options.jobs, max(1, len(plan.work))), **shared)
    progress.end()
    code = _report(plan, records, records.write_grades())
    if records.last:
        results = read_results(options.out)
        write_pages(results, Path(options.out))
        write_export(results, Path(options.out), options)
    return code


def _covered(options):
    """What no worker may see, wherever it lies."""
    homes = [folder / "exercises" for folder in (Path.cwd(), *Path.cwd().parents, Path(__file__).parents[2])]
    paths = [*options.paths, options.out, options.exercises, options.tasks, *homes]
    return [os.path.realpath(path) for path in paths if path and os.path.exists(path)]


def _start_keras(tasks, plan):
    """Prepare this process for references that build Keras models."""
    from rnncourse import language, probes, runtime

    names = {name for work in plan.work for name in work.exercise.tasks}
    if any(tasks.load(name).probe not in probes.CALLING for name in names):
        runtime.start(language.current())


class Progress:
    """One line in a terminal: how many are graded, and how long the rest will take."""

    def __init__(self, stream=None):
        self.stream = sys.__stderr__ if stream is None else stream
        self.shown = 0.0
        self.live = self.stream is not None and self.stream.isatty()

    def tell(self, done, total, seconds):
        now = time.monotonic()
        if self.live and (now - self.shown > 0.2 or done == total):
            self.shown = now
            left = _duration(seconds / done * (total - done))
            words = choose(zh=f"已评 {done}/{total}，还需 {left}", en=f"graded {done}/{total}, {left} left")
            self.stream.write(f"\r\x1b[K{words}")
            self.stream.flush()

    def end(self):
        if self.live and self.shown:
            self.stream.write("\n")


def _duration(seconds):
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes}:{seconds:02d}"


def _report(plan, records, path):
    lines = list(records.last.values())
    for line in lines:
        if line["status"] != "graded":
            print(
                f"{line['student']}, {line['exercise'] or line['source']}: {line['status']}: {line['reason']}"
            )
    graded, kept = len(plan.work), plan.kept
    other = sum(line["status"] != "graded" for line in plan.told)
    weak = any(line["isolation"] == "process" for line in lines)
    print(
        choose(
            zh=f"评了 {graded} 份，沿用 {kept} 份，{other} 份缺交或无法读取；结果在 {path}",
            en=f"{graded} graded, {kept} kept, {other} missing or unreadable; see {path}",
        )
    )
    if weak:
        print(
            choose(
                zh="注意：有的成绩是在没有隔离环境的情况下评出的，学生的代码可能影响了它。",
                en="Mind: some of this was graded without the closed room; an answer could meddle with it.",
            )
        )
    return NOT_WELL if any(line["status"] == "error" for line in lines) else DONE


def _problems():
    from rnncourse.grading import catalogue, cluster, crew, exports, late, notebooks, results

    return (
        FileNotFoundError,
        catalogue.CatalogueError,
        cluster.ClusterError,
        crew.WeakIsolation,
        exports.ExportError,
        late.LateError,
        notebooks.NotebookError,
        results.ResultsError,
    )


def _words_of(error):
    from rnncourse.grading.crew import WeakIsolation

    if isinstance(error, WeakIsolation):
        return choose(
            zh=f"无法建立隔离环境（{error}）。加上 --weak-isolation 也可以评分，但学生的代码就能读写"
            "你能读写的一切，只该用于你信任的代码。",
            en=f"the closed room cannot be made ({error}). With --weak-isolation the grading goes on without "
            "it, but then an answer can read and write whatever you can: only for code that you trust.",
        )
    if isinstance(error, FileNotFoundError):
        return choose(zh=f"没有 {error.filename or error}", en=f"there is no {error.filename or error}")
    return str(error)


def _count(text):
    value = int(text)
    if value < 1:
        raise ValueError
    return value
