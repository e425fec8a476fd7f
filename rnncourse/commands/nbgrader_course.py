"""`rnncourse nbgrader-course FOLDER`"""

from pathlib import Path

from rnncourse.commands import DONE, tell
from rnncourse.language import LANGUAGES, choose, current


def add(commands):
    """Describe the command."""
    text = (
        "Make a course folder for nbgrader from the exercises, in one language. What is there already is "
        "left as it is. nbgrader itself comes with pip install nbgrader."
    )
    parser = commands.add_parser("nbgrader-course", help="make a folder for nbgrader", description=text)
    parser.add_argument("folder", metavar="FOLDER", type=Path)
    parser.add_argument("names", nargs="*", metavar="EXERCISE", help="default: all")
    parser.add_argument("--language", choices=LANGUAGES, help="default: that of the locale")
    parser.add_argument("--course", type=Path, metavar="FOLDER", help="a checkout of the course")
    parser.set_defaults(run=run)


def run(options):
    """Write the files and name the next commands."""
    from rnncourse.exercises import ExercisesMissing, all_exercises, find_folder
    from rnncourse.grading.nbgrader_course import make_course

    try:
        exercises = all_exercises(options.language or current(), find_folder(options.course))
        unknown = [name for name in options.names if name not in exercises]
        if unknown:
            given, known = ", ".join(unknown), ", ".join(exercises)
            return tell(
                [choose(zh=f"没有练习 {given}；有：{known}", en=f"no exercise {given}; there is: {known}")]
            )
        chosen = [exercises[name] for name in options.names or exercises]
        for path, written in make_course(chosen, options.folder):
            print(
                path,
                "" if written else choose(zh="（已经有了，没有改动）", en="(there already, left as it is)"),
            )
    except ExercisesMissing as error:
        return tell([error])
    except OSError as error:
        return tell([f"{error.filename}: {error.strerror}"])
    print(
        choose(zh="接下来", en="Next")
        + f": cd {options.folder}; nbgrader generate_assignment {chosen[0].name}"
    )
    return DONE
