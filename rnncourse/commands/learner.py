"""`rnncourse start FOLDER` and `rnncourse progress [FOLDER]`: the learner's side."""

from pathlib import Path

from rnncourse.commands import DONE, tell
from rnncourse.language import LANGUAGES, choose, current, use


def add(commands):
    """Describe the commands."""
    text = (
        "Copy the exercises into a folder of your own. What you wrote there is never overwritten: a newer "
        "version of an exercise is put beside yours, as NAME.2.ipynb."
    )
    parser = commands.add_parser("start", help="copy the exercises into your folder", description=text)
    parser.add_argument("folder", metavar="FOLDER", type=Path)
    parser.add_argument("names", nargs="*", metavar="EXERCISE", help="default: all")
    parser.add_argument(
        "--language", choices=LANGUAGES, help="default: that of the folder's exercises, else of the locale"
    )
    parser.set_defaults(run=start)

    text = (
        "Show what is solved in a folder, and the next task. Nothing is written and nothing is sent anywhere."
    )
    parser = commands.add_parser("progress", help="show what you have solved", description=text)
    parser.add_argument("folder", metavar="FOLDER", nargs="?", default=Path("."), type=Path)
    parser.set_defaults(run=show_progress)


def start(options):
    """Copy the exercises, and say what was done about each."""
    from rnncourse.exercises import ExercisesMissing, all_exercises
    from rnncourse.exercises.copying import CopyError, copy_exercises, language_of_folder

    language = options.language or language_of_folder(options.folder) or current()
    try:
        exercises = all_exercises(language)
        wanted = {Path(name).stem for name in options.names}
        if wanted - set(exercises):
            return tell([_unknown(wanted - set(exercises), exercises)])
        use(language)  # a note in a notebook speaks the notebook's language
        for copied in copy_exercises(
            [e for e in exercises.values() if not wanted or e.name in wanted], options.folder
        ):
            print(copied)
    except (ExercisesMissing, CopyError) as error:
        return tell([error])
    print(choose(zh="打开：", en="Open them:  "), f"jupyter lab {options.folder}", sep="")
    print(choose(zh="进度：", en="How far:    "), f"rnncourse progress {options.folder}", sep="")
    return DONE


def _unknown(names, exercises):
    given, known = ", ".join(sorted(names)), ", ".join(exercises)
    return choose(
        zh=f"没有名为 {given} 的练习；有：{known}", en=f"no exercise is called {given}; there is: {known}"
    )


def show_progress(options):
    """Print what is solved."""
    from rnncourse import progress
    from rnncourse.exercises import ExercisesMissing

    if not options.folder.is_dir():
        return tell([choose(zh=f"没有文件夹 {options.folder}", en=f"there is no folder {options.folder}")])
    try:
        states = progress.read_progress(options.folder)
    except ExercisesMissing as error:
        return tell([error])
    print(progress.describe(states))
    print(progress.source_words(options.folder))
    return DONE
