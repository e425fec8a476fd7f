"""The command `rnncourse`: build the notebooks, look after the installation."""

import argparse
import sys

import rnncourse


def main(arguments=None):
    """Run the command with `arguments` (default: those of the process). Returns the exit code.

    0: done; 1: something is stale or wrong with the installation; 2: a mistake of the user, told in one line.
    """
    options = _parser().parse_args(arguments)
    return options.run(options)


def _parser():
    parser = argparse.ArgumentParser(
        prog="rnncourse", description="A course on recurrent neural networks: its tools."
    )
    parser.add_argument("--version", action="version", version=f"rnncourse {rnncourse.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_build(commands)
    return parser


def _add_build(commands):
    text = "Build the notebooks of chapters and exercises whose source has changed."
    parser = commands.add_parser("build", help="turn sources into notebooks", description=text)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="a chapter or exercise; default: all of them"
    )
    parser.add_argument("--force", action="store_true", help="run also what is up to date")
    parser.add_argument(
        "--check", action="store_true", help="build nothing; list what is stale, exit 1 if anything is"
    )
    parser.add_argument("--language", choices=("zh", "en"), help="one language only; default: both")
    parser.set_defaults(run=_build)


def _build(options):
    from rnncourse.authoring.build import build, open_builder
    from rnncourse.authoring.layout import CourseError, find_root

    languages = (options.language,) if options.language else ("zh", "en")
    try:
        builder = open_builder(find_root())
        errors = build(builder, options.names or None, force=options.force, languages=languages)
    except CourseError as error:
        errors = [error]
    for error in errors:
        print(f"rnncourse: {error}", file=sys.stderr)
    return 2 if errors else 0
