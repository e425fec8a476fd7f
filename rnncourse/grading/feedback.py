"""feedback/<student>/<exercise>.html: points, hints and next steps, in the student's language.

What the grader noted for the instructor (`detail`, which may show secret cases) is left out.
"""

from pathlib import Path

from rnncourse.exercises import ExercisesMissing, all_exercises
from rnncourse.grading.page import page, table, write_text
from rnncourse.grading.plain import as_html, as_name
from rnncourse.grading.results import GRADED, earned, factor, most

_WORDS = {
    "zh": {
        "points": "得分", "task": "题目", "hint": "说明", "next": "接下来",
        "passed": "答对了。",
        "missing": "没有找到这道题的作答单元格，或者它出现了两次。请在原来的单元格里作答，不要删除或复制它。",
        "timeout": "你的代码没有在限定的时间内结束。检查循环是否会停下来，大数组上是否用了逐个元素的循环。",
        "error": "这道题没有评出结果，不是你的代码给出的结论。请告诉老师。",
        "failed": "结果不对。",
        "not graded": "这份作业没有评出分数：",
        "not handed in": "没有收到这个练习。",
        "late": "迟交 {days} 天，得分乘以 {factor:g}。",
        "all right": "全部答对，可以开始下一章了。",
        "mend": "打开笔记本，按说明修改 {tasks}，运行单元格和它下面的检查：那里会列出你的结果和应有的结果。",
        "first": "先做 {task}。",
        "hand in": "请在 Jupyter 中保存笔记本，直接提交这个 .ipynb 文件，不要改动它的格式。",
    },
    "en": {
        "points": "points", "task": "task", "hint": "what was found", "next": "Next",
        "passed": "Right.",
        "missing": "The answer cell of this task was not found, or stands there twice. Answer in the cell "
        "that the notebook came with; do not delete or duplicate it.",
        "timeout": "Your code did not end in time. Does every loop stop? Does one go through a large array "
        "element by element?",
        "error": "This task could not be graded, which says nothing about your code. Tell your instructor.",
        "failed": "The result is not right.",
        "not graded": "This submission could not be graded: ",
        "not handed in": "This exercise was not handed in.",
        "late": "Handed in {days} days late: the points are multiplied by {factor:g}.",
        "all right": "All right. Go on with the next chapter.",
        "mend": "Open your notebook, mend {tasks}, and run the cell and the check below it: the check shows "
        "your result beside the expected one.",
        "first": "Begin with {task}.",
        "hand in": "Save the notebook in Jupyter and hand in that .ipynb file itself.",
    },
}  # fmt: skip


def write_feedback(result, folder):
    """Write the page for one line of results.jsonl below `folder`. Returns its path."""
    name = (
        result["exercise"] or result["source"]
    )  # a file that is no exercise of the course has no name of one
    path = Path(folder) / as_name(result["student"]) / f"{as_name(name)}.html"
    write_text(path, feedback_page(result))
    return path


def feedback_page(result):
    """The page as text."""
    words, language = _WORDS[result["language"]], result["language"]
    parts = [f"<p>{as_html(result['student'])}</p>"]
    if result["status"] == "missing":
        parts.append(f"<p class=wrong>{words['not handed in']}</p>")
    elif result["status"] != GRADED:
        parts.append(f"<p class=wrong>{words['not graded']}{as_html(result.get('reason', ''))}</p>")
    if result["tasks"]:
        score = f"{earned(result):g}/{most(result):g}"
        parts.append(f"<p><strong>{score}</strong> {words['points']}{_late(result, words)}</p>")
        rows = [_row(task, words, language) for task in result["tasks"]]
        parts.append(table(["", words["task"], words["points"], words["hint"]], rows, numbers=[2]))
    parts.append(f"<h2>{words['next']}</h2>\n<p>{next_steps(result, words)}</p>")
    title = title_of(result["exercise"], language) or result["source"]
    return page(title, "\n".join(parts), language)


def _late(result, words):
    if factor(result) == 1:
        return ""
    text = words["late"].format(days=result["late"].get("days", "?"), factor=factor(result))
    return f" <span class=small>{as_html(text)}</span>"


def _row(task, words, language):
    passed = task["status"] == "passed"
    hint = "" if passed else task["hint"][language]
    said = hint or words.get(task["status"], words["failed"])
    mark = "<span class=right>✓</span>" if passed else "<span class=wrong>✗</span>"
    points = f"{task['points']:g}/{task['max']:g}"
    return [mark, f"<code>{as_html(task['task'])}</code>", points, f"<div class=words>{as_html(said)}</div>"]


def next_steps(result, words):
    """What to do now, as HTML."""
    if result["status"] != GRADED:
        return words["error"] if result["status"] == "error" else words["hand in"]
    wrong = [task for task in result["tasks"] if task["status"] in ("failed", "missing", "timeout")]
    if not wrong:
        unclear = any(task["status"] == "error" for task in result["tasks"])
        return words["error"] if unclear else words["all right"]
    separator = {"zh": "、", "en": ", "}[result["language"]]
    names = separator.join(f"<code>{as_html(task['task'])}</code>" for task in wrong)
    text = words["mend"].format(tasks=names)
    first = words["first"].format(task=f"<code>{as_html(wrong[0]['task'])}</code>")
    return f"{text} {first}" if len(wrong) > 1 else text


def title_of(exercise, language):
    """The title of an exercise of the course, or its name."""
    try:
        return all_exercises(language)[exercise].title
    except (ExercisesMissing, KeyError):
        return exercise
