"""`rnncourse report DIR`: what a class did, feedback for each student, files for a learning platform."""

from pathlib import Path

from rnncourse.commands import DONE, tell
from rnncourse.language import choose

_KINDS = ("canvas", "moodle", "gradescope")


def add(commands):
    """Describe the command."""
    text = (
        "Show the class: points by task, the commonest mistakes. Writes DIR/report/index.html and its "
        "pictures, from DIR/results.jsonl, which `rnncourse grade` wrote."
    )
    parser = commands.add_parser("report", help="show how a class did", description=text)
    parser.add_argument("folder", metavar="DIR", type=Path)
    add_export(parser)
    parser.add_argument("--feedback", action="store_true", help="also write a page for each student")
    parser.set_defaults(run=run)


def add_export(parser):
    """Describe the options of a command that writes points for a learning platform."""
    parser.add_argument("--export", choices=_KINDS, help="also write points for a learning platform")
    parser.add_argument("--roster", type=Path, metavar="CSV", help="a gradebook exported by Canvas")


def write_pages(results, folder):
    """Write each student's page below `folder`/feedback, and say so."""
    from rnncourse.grading.feedback import write_feedback

    pages = [write_feedback(result, folder / "feedback") for result in results]
    print(folder / "feedback", choose(zh=f"（{len(pages)} 页）", en=f"({len(pages)} pages)"))


def write_export(results, folder, options):
    """Write the points for the learning platform that `options` names, if any. Raises ExportError."""
    from rnncourse.grading.exports import export

    if options.export or options.roster:
        kind = options.export or "canvas"
        path = folder / ("gradescope" if kind == "gradescope" else f"{kind}.csv")
        export(results, kind, path, options.roster)
        print(path)


def run(options):
    """Print the summary, write the files, name them."""
    from rnncourse.grading.exports import ExportError
    from rnncourse.grading.report import describe, write_report
    from rnncourse.grading.results import ResultsError, read_results

    try:
        results = read_results(options.folder)
        if not results:
            return tell([choose(zh="还没有评分结果", en="there are no results yet")])
        print(describe(results), end="\n\n")
        print(write_report(results, options.folder / "report"))
        if options.feedback:
            write_pages(results, options.folder)
        write_export(results, options.folder, options)
    except (ResultsError, ExportError) as error:
        return tell([error])
    except OSError as error:
        return tell([f"{error.filename}: {error.strerror}"])
    return DONE
