"""`rnncourse validate NOTEBOOK...`"""

from pathlib import Path

from rnncourse.commands import DONE, NOT_WELL, tell
from rnncourse.language import choose


def add(commands):
    """Describe the command."""
    text = (
        "Check notebooks as nbval does: the answers are put into the pristine exercise and run in a kernel "
        "on this machine, without isolation. Exit code 0: all points; 1: some are missing; 2: a mistake."
    )
    parser = commands.add_parser("validate", help="check your own notebooks, or solutions", description=text)
    parser.add_argument("notebooks", nargs="+", metavar="NOTEBOOK", type=Path)
    parser.add_argument(
        "--course", type=Path, metavar="FOLDER", help="a checkout of the course; default: the one around here"
    )
    parser.add_argument(
        "--timeout", type=int, default=300, metavar="SECONDS", help="for a cell; default: 300"
    )
    parser.set_defaults(run=run)


def run(options):
    """Validate each notebook; what is wrong with one does not stop the others."""
    from rnncourse.exercises import ExercisesMissing, NotebookError, find_folder
    from rnncourse.grading.validate import ValidateError, validate

    codes, errors = [DONE], []
    for path in options.notebooks:
        try:
            exercise, results = validate(path, find_folder(options.course), options.timeout)
        except (ExercisesMissing, NotebookError, ValidateError) as error:
            errors.append(f"{path}: {error}")
            continue
        earned = sum(result.points for result in results)
        print(f"{path}: {earned:g}/{exercise.points:g}  ({exercise.title})")
        print("\n".join(map(str, results)), flush=True)
        codes.append(DONE if all(result.passed for result in results) else NOT_WELL)
    if errors and len(options.notebooks) > 1:
        print(
            choose(zh=f"{len(errors)} 个笔记本未能检查", en=f"{len(errors)} notebooks could not be checked")
        )
    return max(*codes, tell(errors))
