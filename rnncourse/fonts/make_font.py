"""Make the embedded font anew: a subset of Noto Sans CJK SC for the course's figures.

    python -m rnncourse.fonts.make_font [NotoSansCJK-Regular.ttc]

The source is Noto Sans CJK 2.004, which Debian's package fonts-noto-cjk installs; its SHA-256 is checked.
Hinting and layout features are dropped: matplotlib uses neither here. The result is the same to the byte with
the same version of fontTools. It bears another name, so that nobody takes it for the original; see OFL.txt.
"""

import hashlib
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from rnncourse import datasets
from rnncourse.fonts import FOLDER
from rnncourse.style import FONT_FAMILY, FONT_FILE

SOURCE = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
SOURCE_SHA256 = "b76b0433203017ca80401b2ee0dd69350349871c4b19d504c34dbdd80541690a"
FACE = 2  # Noto Sans CJK SC within the collection
RELEASED = 3713644800  # 5 September 2021 in seconds since 1904: fixed, so that the file repeats
FIGURE_SYMBOLS = "−±×÷·√∞≈≠≤≥←↑→↓↔⇒∑∏∂∇∈∩∪⊙⊕✓✗✔✘●○■□▲△▼▽◆◇★☆�"


def gb2312():
    """The characters of GB 2312, those that a Chinese reader is sure to type: 6,763 hanzi and 682 others."""
    pairs = (bytes([row, cell]) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    return {character for pair in pairs if (character := pair.decode("gb2312", "ignore"))}


def corpora():
    """Every visible character of the embedded corpora, as it came and in lower case, as tokens have it."""
    texts = [*datasets.load_reviews("zh", clean=False).texts]
    for source in ("films", "tweets", "shop", "news"):
        texts += datasets.load_rated_snippets(source).texts
    characters = set().union(*texts)
    return {c for c in characters | set("".join(characters).lower()) if not c.isspace()}


def wanted():
    """What the font shall cover: GB 2312, printable ASCII and Latin-1, punctuation, symbols, the corpora."""
    ranges = [
        (0x20, 0x7F),
        (0xA0, 0x100),
        (0x2010, 0x2028),
        (0x3000, 0x3018),
        (0xFF01, 0xFF5F),
        (0xFFE0, 0xFFE7),
    ]
    characters = {chr(code) for first, end in ranges for code in range(first, end)}
    return characters | set(FIGURE_SYMBOLS) | gb2312() | corpora()


def options():
    """How to cut the font down: glyph outlines, character map and names only."""
    chosen = subset.Options()
    chosen.hinting = False
    chosen.desubroutinize = False
    chosen.layout_features = []
    chosen.drop_tables += ["BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    chosen.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    chosen.name_languages = [0x409]
    chosen.glyph_names = False
    chosen.notdef_outline = True
    return chosen


def rename(font):
    """Give the font the course's name, so that it is not taken for the original, and a fixed date."""
    postscript = Path(FONT_FILE).stem
    names = {
        1: FONT_FAMILY,
        3: f"{postscript}; subset of Noto Sans CJK SC 2.004",
        4: FONT_FAMILY,
        6: postscript,
    }
    for number, text in names.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    top = font["CFF "].cff.topDictIndex[0]
    top.FamilyName = top.FullName = FONT_FAMILY
    font["CFF "].cff.fontNames = [postscript]
    font["head"].created = font["head"].modified = RELEASED


def main():
    """Write the font beside this script. Raises ValueError where the source is another version."""
    source = Path(sys.argv[1] if len(sys.argv) > 1 else SOURCE)
    actual = hashlib.sha256(source.read_bytes()).hexdigest()
    if actual != SOURCE_SHA256:
        raise ValueError(f"{source} has SHA-256 {actual}, expected {SOURCE_SHA256} (Noto Sans CJK 2.004)")
    font = TTFont(source, fontNumber=FACE, recalcTimestamp=False)
    cutter = subset.Subsetter(options())
    cutter.populate(text="".join(sorted(wanted())))
    cutter.subset(font)
    rename(font)
    target = FOLDER / FONT_FILE
    font.save(target)
    missing = "".join(sorted(wanted() - {chr(code) for code in font.getBestCmap()}))
    print(f"{target.name}: {target.stat().st_size:,} bytes, {len(font.getBestCmap()):,} characters")
    print(f"not in the source font: {missing!r}")


if __name__ == "__main__":
    main()
