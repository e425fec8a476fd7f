"""The command `rnncourse`: builds the notebooks, examines the installation, more in rnncourse.commands."""

import argparse
import os

import rnncourse
from rnncourse import language
from rnncourse.commands import (
    DONE,
    NOT_WELL,
    answers,
    claims,
    grade,
    learner,
    nbgrader_course,
    report,
    validate,
)
from rnncourse.commands import tell as _tell


def main(arguments=None):
    """Run the command with `arguments` (default: those of the process). Returns the exit code.

    0: done; 1: something is stale, or wrong with the installation; 2: a mistake, told in one line.
    """
    options = _parser().parse_args(arguments)
    language.use(_language_of(os.environ))
    try:
        return options.run(options)
    except KeyboardInterrupt:
        return _tell(["stopped"])


def _parser():
    description = "The tools of rnncourse, a course on recurrent neural networks."
    parser = argparse.ArgumentParser(prog="rnncourse", description=description)
    parser.add_argument("--version", action="version", version=f"rnncourse {rnncourse.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_build(commands)
    _add_doctor(commands)
    for module in (learner, claims, validate, grade, report, answers, nbgrader_course):
        module.add(commands)
    return parser


def _add_build(commands):
    text = "Turn the sources of chapters and exercises into notebooks. What has not changed is left alone."
    parser = commands.add_parser("build", help="turn sources into notebooks", description=text)
    parser.add_argument("names", nargs="*", metavar="NAME", help="a chapter and its exercise; default: all")
    parser.add_argument("--force", action="store_true", help="run also what has not changed")
    parser.add_argument(
        "--check", action="store_true", help="build nothing, list what is stale (exit code 1)"
    )
    parser.add_argument("--language", choices=language.LANGUAGES, help="one edition only; default: both")
    parser.set_defaults(run=_build)


def _add_doctor(commands):
    text = "Examine whether this machine has what the course needs; where not, say what to do."
    parser = commands.add_parser("doctor", help="examine the installation", description=text)
    parser.add_argument("--quick", action="store_true", help="do not start Keras, which takes some seconds")
    parser.set_defaults(run=_doctor)


def _build(options):
    try:
        from rnncourse.authoring import build, layout, source
    except ModuleNotFoundError as error:
        return _tell(
            [f'{error.name} is missing; install what builds notebooks: pip install "rnncourse[authoring]"']
        )
    languages = (options.language,) if options.language else language.LANGUAGES
    try:
        builder = build.open_builder(layout.find_root())
        if options.check:
            return _list_stale(build.stale(builder, options.names, languages=languages))
        errors = build.build(builder, options.names, force=options.force, languages=languages)
    except (layout.CourseError, source.SourceError) as error:
        errors = [error]
    return _tell(errors)


def _list_stale(paths):
    for path in paths:
        print(f"{path}: stale")
    return NOT_WELL if paths else DONE


def _doctor(options):
    from rnncourse.doctor import examine

    well = True
    for finding in examine(quick=options.quick):
        print(finding, flush=True)
        well = well and finding.well
    return DONE if well else NOT_WELL


def _language_of(environment):
    """The language that the variables of the locale ask for: "zh" for any Chinese one, else "en"."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((environment[name] for name in names if environment.get(name)), "")
    return "zh" if locale.lower().startswith("zh") else "en"


if __name__ == "__main__":
    raise SystemExit(main())
