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
    parser.add_argument("--export", choices=_KINDS, help="also write points for a learning platform")
    parser.add_argument("--roster", type=Path, metavar="CSV", help="a gradebook exported by Canvas")
    parser.add_argument("--feedback", action="store_true", help="also write a page for each student")
    parser.set_defaults(run=run)


def run(options):
    """Print the summary, write the files, name them."""
    from rnncourse.grading.exports import ExportError, export
    from rnncourse.grading.feedback import write_feedback
    from rnncourse.grading.report import describe, write_report
    from rnncourse.grading.results import ResultsError, read_results

    try:
        results = read_results(options.folder)
        if not results:
            return tell([choose(zh="还没有评分结果", en="there are no results yet")])
        print(describe(results), end="\n\n")
        print(write_report(results, options.folder / "report"))
        if options.feedback:
            pages = [write_feedback(result, options.folder / "feedback") for result in results]
            print(options.folder / "feedback", choose(zh=f"（{len(pages)} 页）", en=f"({len(pages)} pages)"))
        if options.export or options.roster:
            kind = options.export or "canvas"
            name = "gradescope" if kind == "gradescope" else f"{kind}.csv"
            export(results, kind, options.folder / name, options.roster)
            print(options.folder / name)
    except (ResultsError, ExportError) as error:
        return tell([error])
    except OSError as error:
        return tell([f"{error.filename}: {error.strerror}"])
    return DONE
