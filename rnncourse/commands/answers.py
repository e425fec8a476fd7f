"""`rnncourse answers SUBMISSIONS --out DIR`"""

from pathlib import Path

from rnncourse.commands import DONE, NOT_WELL, tell
from rnncourse.language import choose


def add(commands):
    """Describe the command."""
    text = (
        "Write the answers of a class as Python files, for a tool that looks for copied code (the layout is "
        "JPlag's). Nothing is run or sent. SUBMISSIONS holds STUDENT/EXERCISE.ipynb."
    )
    parser = commands.add_parser("answers", help="write answers for a plagiarism tool", description=text)
    parser.add_argument("submissions", metavar="SUBMISSIONS", type=Path)
    parser.add_argument("--out", metavar="DIR", type=Path, required=True)
    parser.set_defaults(run=run)


def run(options):
    """Write the files; name those that could not be read, and what to run next."""
    from rnncourse.exercises import ExercisesMissing
    from rnncourse.grading.plain import clean
    from rnncourse.grading.similarity import GIVEN, SUBMISSIONS, write_answers

    names, failed = set(), 0
    try:
        for path, exercise, reason in write_answers(options.submissions, options.out):
            names |= {exercise} - {""}
            failed += bool(reason)
            if reason:
                print(clean(f"{path}: {reason}"))
    except ExercisesMissing as error:
        return tell([error])
    except OSError as error:
        return tell([f"{error.filename}: {error.strerror}"])
    if not names:
        return tell([choose(zh="没有找到作业", en="there are no submissions")])
    for name in sorted(names):
        place = options.out / name
        print(f"java -jar jplag.jar -l python3 -bc {place / GIVEN} {place / SUBMISSIONS}")
    return NOT_WELL if failed else DONE
