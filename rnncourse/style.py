"""How the course's figures look: legible, safe for colour-blind readers, with Chinese glyphs."""

from functools import cache

from rnncourse.fonts import FOLDER
from rnncourse.language import choose

# Okabe & Ito (2008), in an order that sets neighbours well apart; without their yellow, too pale for lines.
COLOURS = ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000"]
FONT_FAMILY = "RNNCourse Sans SC"
FONT_FILE = "RNNCourseSansSC-Regular.otf"
_LATIN_FAMILY = "DejaVu Sans"  # comes with matplotlib
_SETTINGS = {
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.unicode_minus": True,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "figure.figsize": (7, 3.5),  # inches
    "figure.dpi": 110,
    "figure.constrained_layout.use": True,
}


def use_figure_style():
    """Set matplotlib's defaults for the course's figures, with the embedded font for Chinese words.

    Both fonts serve both editions, glyph by glyph. The reader's language decides which one goes first: only
    that one's glyphs are at hand in a string with $mathematics$, and quotation marks have the width that its
    script wants.
    """
    import matplotlib as mpl

    _register_font()
    families = choose(zh=[FONT_FAMILY, _LATIN_FAMILY], en=[_LATIN_FAMILY, FONT_FAMILY])
    cycle = mpl.rcsetup.cycler(color=COLOURS)
    mpl.rcParams.update({**_SETTINGS, "font.family": families, "axes.prop_cycle": cycle})


@cache
def _register_font():
    """Make the embedded font known to matplotlib."""
    from matplotlib import font_manager

    font_manager.fontManager.addfont(FOLDER / FONT_FILE)
