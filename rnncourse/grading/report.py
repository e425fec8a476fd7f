"""The class: points by task, the commonest mistakes, as numbers, as a page and as pictures."""

import io
import statistics
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from rnncourse.grading.feedback import title_of
from rnncourse.grading.page import image, page, table, write_bytes, write_text
from rnncourse.grading.plain import as_html, as_name, clean
from rnncourse.grading.results import GRADED, earned, most
from rnncourse.language import choose, current

MOST_MISTAKES = 8


@dataclass(frozen=True)
class TaskSummary:
    """One task: how many of the graded answers are right, and how the others failed."""

    name: str
    most: float
    right: int
    of: int
    mistakes: Counter  # name in the catalogue: how many; "" for what no catalogued mistake explains
    other: Counter  # "missing", "timeout", "error": how many


@dataclass(frozen=True)
class ExerciseSummary:
    """One exercise: what was handed in, the points of each graded submission, its tasks."""

    name: str
    results: list
    points: list
    most: float
    tasks: list

    @property
    def ungraded(self):
        """{status: how many} of the submissions that could not be graded."""
        return Counter(result["status"] for result in self.results if result["status"] != GRADED)


def summarise(results):
    """An ExerciseSummary for each exercise in `results`."""
    names = sorted({result["exercise"] for result in results} - {""})
    return [_summarise(name, [r for r in results if r["exercise"] == name]) for name in names]


def _summarise(name, results):
    graded = [result for result in results if result["status"] == GRADED]
    tasks = list(dict.fromkeys(task["task"] for result in graded for task in result["tasks"]))
    answers = {task: [t for r in graded for t in r["tasks"] if t["task"] == task] for task in tasks}
    points, full = [earned(result) for result in graded], max(map(most, graded), default=0)
    summaries = [_summarise_task(task, found) for task, found in answers.items()]
    return ExerciseSummary(name, results, points, full, summaries)


def _summarise_task(name, answers):
    status = Counter(answer["status"] for answer in answers)
    failed = [answer.get("mistake") or "" for answer in answers if answer["status"] == "failed"]
    other = Counter({key: n for key, n in status.items() if key not in ("passed", "failed")})
    full = max(answer["max"] for answer in answers)
    return TaskSummary(name, full, status["passed"], len(answers), Counter(failed), other)


def commonest(summary, number=MOST_MISTAKES):
    """[(task, mistake, how many)] of an exercise, the commonest first; only mistakes of the catalogue."""
    found = [(t.name, name, n) for t in summary.tasks for name, n in t.mistakes.items() if name]
    return sorted(found, key=lambda row: (-row[2], row[:2]))[:number]


# Words


def describe(results):
    """The report for a terminal."""
    return "\n\n".join([*map(_describe, summarise(results)), *_strangers(results)])


def _strangers(results):
    """A line for each file that is no exercise of the course."""
    return [
        " ".join(clean(f"{result['student']}, {result['source']}: {result.get('reason', '')}").split())
        for result in results
        if not result["exercise"]
    ]


def _describe(summary):
    lines = [clean(title_of(summary.name, current())), _numbers(summary)]
    width = max([len(clean(task.name)) for task in summary.tasks], default=0)
    for task in summary.tasks:
        share = task.right / task.of
        bar = "█" * round(20 * share)
        line = f"  {clean(task.name):<{width}}  {bar:<20}  {task.right}/{task.of}  {_rest(task)}"
        lines.append(line.rstrip())
    for task, mistake, number in commonest(summary, 5):
        lines.append(f"  {number} × {clean(task)}: {clean(mistake)}")
    return "\n".join(lines)


def _numbers(summary):
    """Submissions, mean and median, in a sentence."""
    said = choose(
        zh=f"{len(summary.results)} 份作业，评分 {len(summary.points)} 份",
        en=f"{len(summary.results)} submissions, {len(summary.points)} graded",
    )
    if summary.points:
        mean, median = statistics.mean(summary.points), statistics.median(summary.points)
        said += choose(
            zh=f"；满分 {summary.most:g}，平均 {mean:.3g}，中位数 {median:.3g}",
            en=f"; of {summary.most:g} points mean {mean:.3g}, median {median:.3g}",
        )
    for status, number in sorted(summary.ungraded.items()):
        said += choose(zh="；", en="; ") + _counted(status, number)
    return said


def _rest(task):
    return choose(zh="，", en=", ").join(_counted(*item) for item in sorted(task.other.items()))


def _counted(status, number):
    return choose(zh=f"{_status(status)} {number}", en=f"{_status(status)}: {number}")


def _status(key):
    return _STATUS.get(key, {}).get(current(), clean(key))


_STATUS = {
    "missing": {"zh": "缺失", "en": "missing"},
    "unreadable": {"zh": "无法读取", "en": "unreadable"},
    "timeout": {"zh": "超时", "en": "ran too long"},
    "error": {"zh": "未评出", "en": "not graded"},
}


# Pictures and page


def write_report(results, folder):
    """Write index.html and a PNG file for each picture into `folder`. Returns the path of index.html.

    The page holds its pictures itself, so that it can be sent alone.
    """
    folder, summaries = Path(folder), summarise(results)
    sections = []
    for summary in summaries:
        shown = []
        for picture in _pictures(summary):
            png = as_png(picture)
            write_bytes(folder / f"{as_name(summary.name)}-{picture.name}.png", png)
            shown.append(image(png, picture.words))
        sections.append(_section(summary, "\n".join(shown)))
    sections += [f"<p class=wrong>{as_html(line)}</p>" for line in _strangers(results)]
    sections += [f"<h2>{choose(zh='每个学生', en='Each student')}</h2>", _students(results, summaries)]
    path = folder / "index.html"
    write_text(path, page(choose(zh="全班的情况", en="The class"), "\n".join(sections), current()))
    return path


class Picture(NamedTuple):
    """A picture of the report: `draw(ax=...)` draws it, with as many rows as `rows`."""

    name: str
    words: str
    rows: int
    draw: Callable


def _pictures(summary):
    """The pictures that have something to show."""
    from rnncourse.plots import classroom

    tasks, mistakes = summary.tasks, commonest(summary)
    if tasks:
        names, right, of = zip(*((task.name, task.right, task.of) for task in tasks), strict=True)
        words = choose(zh="各题答对的比例", en="share of right answers by task")
        yield Picture("tasks", words, len(names), partial(classroom.plot_shares, names, right, of))
        words, draw = choose(zh="得分的分布", en="how many points"), classroom.plot_points
        yield Picture("points", words, 5, partial(draw, summary.points, summary.most))
    if mistakes:
        names = [f"{task}: {mistake}" for task, mistake, _ in mistakes]
        counts = [number for *_, number in mistakes]
        words = choose(zh="最常见的错误", en="commonest mistakes")
        yield Picture("mistakes", words, len(names), partial(classroom.plot_mistakes, names, counts))


def as_png(picture):
    """The picture as the bytes of a PNG file, in the course's style."""
    import matplotlib
    from matplotlib.figure import Figure

    from rnncourse.style import use_figure_style

    with matplotlib.rc_context():
        use_figure_style()
        figure = Figure(figsize=(7, 0.9 + 0.32 * picture.rows), layout="constrained")
        picture.draw(ax=figure.add_subplot())
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=matplotlib.rcParams["figure.dpi"])
    return buffer.getvalue()


def _students(results, summaries):
    """Points of each student in each exercise."""
    points = {(result["student"], result["exercise"]): result for result in results}
    rows = []
    for student in sorted({result["student"] for result in results}):
        cells = [_points_cell(points.get((student, summary.name))) for summary in summaries]
        rows.append([as_html(student), *cells])
    header = [choose(zh="学生", en="student"), *(as_html(summary.name) for summary in summaries)]
    return table(header, rows, numbers=range(1, len(header)))


def _points_cell(result):
    if result is None:
        return ""
    if result["status"] != GRADED:
        return f"<span class=wrong>{as_html(_status(result['status']))}</span>"
    return f"{earned(result):g}/{most(result):g}"


def _section(summary, pictures):
    tasks = [
        [
            f"<code>{as_html(task.name)}</code>",
            f"{task.right}/{task.of}",
            f"{task.most:g}",
            as_html(_rest(task)),
        ]
        for task in summary.tasks
    ]
    header = choose(zh=["题目", "答对", "分值", "其他"], en=["task", "right", "points", "other"])
    parts = [f"<h2>{as_html(title_of(summary.name, current()))}</h2>", f"<p>{as_html(_numbers(summary))}</p>"]
    parts += [pictures, table(header, tasks, numbers=[1, 2])]
    mistakes = [
        [
            str(number),
            f"<code>{as_html(task)}: {as_html(mistake)}</code>",
            as_html(_hint(summary, task, mistake)),
        ]
        for task, mistake, number in commonest(summary)
    ]
    if mistakes:
        header = choose(
            zh=["份数", "错误", "学生看到的提示"], en=["count", "mistake", "the hint that students see"]
        )
        parts.append(table(header, mistakes, numbers=[0]))
    return "\n".join(parts)


def _hint(summary, name, mistake):
    """The hint for a mistake, from the first answer that made it."""
    for result in summary.results:
        for task in result["tasks"]:
            if (task["task"], task.get("mistake")) == (name, mistake):
                return task["hint"][current()]
    return ""
