"""`rnncourse claims [N ...]`: the article's claims, what the course found, and a test on this machine."""

from rnncourse.commands import DONE, NOT_WELL, tell
from rnncourse.language import LANGUAGES, choose, use


def add(commands):
    """Describe the command."""
    text = (
        "Measure the article's claims on this machine, those that take a few seconds, beside the verdicts "
        "that the course's chapters came to. Exit code 1 where a verdict is another one here."
    )
    parser = commands.add_parser("claims", help="test the article's claims", description=text)
    parser.add_argument("numbers", nargs="*", type=int, metavar="N", help="default: all that are fast")
    parser.add_argument("--list", action="store_true", help="print the table, measure nothing")
    parser.add_argument("--language", choices=LANGUAGES, help="default: that of the locale")
    parser.set_defaults(run=run)


def run(options):
    """Print the table, or measure."""
    from rnncourse.claims import CLAIMS, UnknownClaim, find

    if options.language:
        use(options.language)
    try:
        chosen = [find(number) for number in dict.fromkeys(options.numbers)]
    except UnknownClaim as error:
        return tell([error])
    if options.list:
        for claim in chosen or CLAIMS:
            print(*_listed(claim), sep="\n")
        return DONE
    try:
        return _measure(chosen)
    except ModuleNotFoundError as error:
        advice = 'pip install "rnncourse[lab]"'
        return tell(
            [choose(zh=f"缺少 {error.name}；请运行 {advice}", en=f"{error.name} is missing; {advice}")]
        )


def _listed(claim):
    """[number, verdict, the article's section, what it says; the figure that decides and the chapter]."""
    from rnncourse.claims import stored, verdict_word

    evidence = stored(claim.number)
    verdict = verdict_word(evidence and evidence.verdict)
    first = f"{claim.number:2}  {verdict} | {claim.section} | {claim.text}"
    return [first, f"      {evidence.figure}  [{claim.chapter}]" if evidence else f"      [{claim.chapter}]"]


def _measure(chosen):
    """Measure the `chosen` claims, or all the fast ones, one after the other."""
    from rnncourse.language import current
    from rnncourse.runtime import start

    start(current())  # quiet logs, before Keras is imported
    from rnncourse.claims import CLAIMS
    from rnncourse.claims.measure import NUMBERS

    differing = 0
    for claim in chosen or [claim for claim in CLAIMS if claim.number in NUMBERS]:
        lines, differs = _compared(claim)
        print(*lines, sep="\n", flush=True)
        differing += differs
    if not chosen:
        others = len(CLAIMS) - len(NUMBERS)
        print(
            choose(
                zh=f"其余 {others} 条要几分钟，由各章测量：rnncourse claims --list",
                en=f"The other {others} take minutes; the chapters measure them: rnncourse claims --list",
            )
        )
    return NOT_WELL if differing else DONE


def _compared(claim):
    """(lines, whether the verdict is another one here) on a claim."""
    from rnncourse.claims import verdict_word
    from rnncourse.claims.measure import compare

    found = compare(claim.number)
    lines = [f"{claim.number:2}  {claim.text} ({claim.section})"]
    if found.here:
        mark = "✗" if found.differs else "✓" if found.course else " "
        word = (
            verdict_word(found.here.verdict) if found.here.verdict else choose(zh="不能判定", en="undecided")
        )
        own = choose(zh=f"{mark} 本机：{word}。", en=f"{mark} here:   {word}. ")
        lines.append(f"  {own}{found.here.figure}")
    before = verdict_word(found.course and found.course.verdict)
    words = choose(zh=f"课程：{before}", en=f"course: {before}")
    if found.course:
        words += choose(zh=f"。{found.course.figure}", en=f". {found.course.figure}")
    return [*lines, f"    {words}  [{claim.chapter}]"], found.differs
