"""What a learner has solved: read from the notebooks as saved, and from the checks of this session.

Nothing is written and nothing is sent anywhere.
"""

from dataclasses import dataclass
from pathlib import Path

from rnncourse.exercises import NotebookError, all_exercises, cell_key, language_of, read_notebook
from rnncourse.language import choose, current

OPEN, TRIED, SOLVED = "open", "tried", "solved"
_MARKS = {OPEN: "·", TRIED: "✗", SOLVED: "✓"}
_session = {}


@dataclass(frozen=True)
class State:
    """One task of one exercise, and whether it is "open", "tried" (the last check failed) or "solved"."""

    exercise: str
    title: str
    task: str
    points: float
    state: str

    @property
    def earned(self):
        """The points that it gives so far."""
        return self.points if self.state == SOLVED else 0


def note(task, passed):
    """Remember for this session how a check of `task` ended."""
    _session[task] = SOLVED if passed else TRIED


def read_progress(folder=".", language=None):
    """The State of every task of the course, in order, after the notebooks in `folder` and this session.

    Titles are in `language`; default: the one that most notebooks there are written in, else the reader's.
    Where an exercise lies there in several versions, a task counts as solved if it is in one. Raises
    ExercisesMissing.
    """
    seen, languages = {}, []
    for path in sorted(Path(folder).glob("*.ipynb")):
        try:
            notebook = read_notebook(path)
        except NotebookError:
            continue  # not a notebook, or one that is being written: nothing can be told from it
        languages += filter(None, [language_of(notebook)])
        for task, state in saved_states(notebook).items():
            seen[task] = max(seen.get(task, OPEN), state, key=list(_MARKS).index)
    language = language or max(languages, key=languages.count, default=current())
    seen |= _session
    return [
        State(exercise.name, exercise.title, task, points, seen.get(task, OPEN))
        for exercise in all_exercises(language).values()
        for task, points in exercise.tasks.items()
    ]


def saved_states(notebook):
    """{task: state} after the outputs that are stored under the checks of `notebook`.

    An answer that was run again after its check counts as open until it is checked again.
    """
    runs = {cell_key(cell): cell.get("execution_count") for cell in notebook["cells"]}
    states = {}
    for cell in notebook["cells"]:
        key = cell_key(cell) or ""
        if cell["cell_type"] == "code" and key.startswith("check-"):
            task = key.removeprefix("check-")
            later = _is_later(runs.get(f"task-{task}"), cell.get("execution_count"))
            states[task] = OPEN if later else _state_of(task, cell.get("outputs"))
    return states


def _is_later(answer, check):
    return isinstance(answer, int) and isinstance(check, int) and answer > check


def _state_of(task, outputs):
    outputs = [output for output in outputs if isinstance(output, dict)] if isinstance(outputs, list) else []
    if any(output.get("output_type") == "error" for output in outputs):
        return TRIED
    printed = "".join(_text(output) for output in outputs)
    return SOLVED if f"✓ {task}  " in printed else OPEN


def _text(output):
    text = output.get("text", "")
    return "".join(line for line in text if isinstance(line, str)) if isinstance(text, list) else str(text)


def next_task(states):
    """The State to go on with: the first unsolved one of an exercise that is begun, or of all, or None."""
    begun = {state.exercise for state in states if state.state != OPEN}
    unsolved = [state for state in states if state.state != SOLVED]
    return next((state for state in unsolved if state.exercise in begun), next(iter(unsolved), None))


def totals(states):
    """{exercise: (title, points earned, most points)} in the order of `states`."""
    found = {}
    for state in states:
        _, earned, most = found.get(state.exercise, ("", 0, 0))
        found[state.exercise] = (state.title, earned + state.earned, most + state.points)
    return found


def describe(states):
    """The progress as lines: for each exercise points and a mark for each task; then what is next."""
    lines = []
    for exercise, (title, earned, most) in totals(states).items():
        marks = " ".join(_MARKS[state.state] for state in states if state.exercise == exercise)
        lines.append(f"{earned:>4g}/{most:<4g} {marks}   {title}")
    return "\n".join([*lines, "", summary(states)])


def summary(states):
    """One sentence: points, tasks, and the task to go on with."""
    earned, most = sum(state.earned for state in states), sum(state.points for state in states)
    solved, following = sum(state.state == SOLVED for state in states), next_task(states)
    text = choose(
        zh=f"共 {earned:g}/{most:g} 分，{len(states)} 题中答对 {solved} 题。",
        en=f"{earned:g} of {most:g} points, {solved} of {len(states)} tasks solved.",
    )
    if following is None:
        return text
    return text + choose(
        zh=f"下一题：{following.task}（{following.title}）。",
        en=f" Next: {following.task} ({following.title}).",
    )


def source_words(folder):
    """Where the progress is from, and that it stays here."""
    name = Path(folder).resolve().name
    return choose(
        zh=f"来源：文件夹 {name} 中笔记本最近一次保存的内容，以及本次会话中的检查。不会发送到任何地方。",
        en=f"From the notebooks in the folder {name} as they were last saved, and the checks of this "
        "session. Nothing is sent anywhere.",
    )
