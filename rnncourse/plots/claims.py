"""The article's claims at a glance: a square each, in the rows of its parts."""

from matplotlib.patches import Patch, Rectangle

from rnncourse.plots.axes import GREY, axes_or_new, colour, tint

# Verdict: colour, strength, mark. The mark says it without the colour.
_LOOKS = {
    "right": (colour(2), 0.55, "✓"),
    "half": (colour(1), 0.55, "½"),
    "wrong": (colour(3), 0.55, "✗"),
    None: (GREY, 0.15, "?"),
}
_GAP = 0.35  # between two sections, in squares


def plot_verdicts(claims, words, *, parts=None, chosen=None, ax=None):
    """A square for each of `claims`, with its number and the mark of its verdict.

    claims: (number, the article's section, "right", "half", "wrong" or None), in order; sections with the
    same first number stand in one row. words: {verdict: word} for the legend, which counts. parts: {"2": what
    the row is called}. chosen: the number of the claim to frame. Raises ValueError for no claims, or another
    verdict.
    """
    if not claims:
        raise ValueError("claims is empty; give at least one (number, section, verdict)")
    if unknown := {verdict for _, _, verdict in claims} - set(_LOOKS):
        raise ValueError(f"a verdict is right, half, wrong or None, got {unknown.pop()!r}")
    rows = list(dict.fromkeys(section.partition(".")[0] for _, section, _ in claims))
    ax = axes_or_new(ax, height=0.9 + 0.62 * len(rows))
    right, names = 0, [f"{part} {(parts or {}).get(part, '')}".strip() for part in rows]
    for row, part in enumerate(rows):
        own = [claim for claim in claims if claim[1].partition(".")[0] == part]
        right = max(right, _row(ax, 1.5 * row, own, chosen))
        ax.text(-0.3, 1.5 * row + 0.5, names[row], ha="right", va="center", fontsize="small")
    counts = {verdict: sum(v == verdict for _, _, v in claims) for verdict in _LOOKS}
    handles = [
        Patch(facecolor=tint(fill, strength), label=f"{mark} {words[verdict]} {counts[verdict]}")
        for verdict, (fill, strength, mark) in _LOOKS.items()
        if counts[verdict]
    ]
    ax.legend(
        handles=handles, loc="lower right", ncols=len(handles), bbox_to_anchor=(1, -0.12), handlelength=1
    )
    wide = max(sum(2 if ord(char) > 0x2E80 else 1 for char in name) for name in names)
    ax.set(xlim=(-0.6 - 0.22 * wide, right + 0.1), ylim=(1.5 * len(rows), -0.6))
    ax.axis("off")
    return ax


def _row(ax, top, claims, chosen):
    """The squares of one part, each section's number above its first; returns where the row ends."""
    left, before = 0.0, None
    for number, section, verdict in claims:
        if section != before:
            left += _GAP if before else 0
            ax.text(left, top - 0.08, section, va="bottom", fontsize="x-small", color=GREY)
            before = section
        fill, strength, mark = _LOOKS[verdict]
        edge, line = ("black", 2) if number == chosen else ("white", 1)
        ax.add_patch(
            Rectangle((left, top), 1, 1, facecolor=tint(fill, strength), edgecolor=edge, linewidth=line)
        )
        ax.text(left + 0.5, top + 0.38, mark, ha="center", va="center")
        ax.text(left + 0.5, top + 0.8, str(number), ha="center", va="center", fontsize="xx-small")
        left += 1
    return left
