"""What the widgets share: a picture and a line of words that follow the controls."""

import html
import io
from typing import NamedTuple

import matplotlib
from ipywidgets import HTML, Image, Layout, VBox
from matplotlib.figure import Figure

# The still picture that stands before the controls is for readers without a kernel: JupyterLab and Notebook
# hide it while the live one is there.
_LIVE = "rnncourse-live"
_HIDE_STILL = f"<style>.jp-OutputArea-child:has(+ .jp-OutputArea-child .{_LIVE}) {{display: none}}</style>"
WIDE = Layout(width="95%", max_width="44em")
NARROW = Layout(width="95%", max_width="30em")
FULL_NAMES = {"description_width": "initial"}  # no description is cut off


class View(NamedTuple):
    """What a widget shows: a figure (None: nothing to draw), a line of plain words, and markup of its own.

    `markup` is HTML that stands below the words as it is: whoever makes it escapes what a reader typed.
    """

    figure: Figure | None
    words: str
    markup: str = ""


def show(view, controls):
    """Display the still picture, then `controls` with the live one.

    `view()` computes and draws what the controls' values say, and returns it as a View.
    """
    from IPython.display import Image as StillImage
    from IPython.display import display

    panel = build_panel(view, controls)
    picture = panel.children[-1]
    if picture.value:
        display(StillImage(bytes(picture.value), format="png"))
    display(panel)


def build_panel(view, controls):
    """A VBox of `controls`, a line of words and the picture (in this order), redrawn when a value changes."""
    words, picture = HTML(), Image(format="png", layout=Layout(max_width="100%", align_self="flex-start"))

    def redraw(change=None):
        try:
            figure, line, markup = view()
        except Exception as error:  # the reader's own model may raise anything: say so where they look
            figure, line, markup = None, f"{type(error).__name__}: {error}", ""
        words.value = _HIDE_STILL + html.escape(line) + markup
        picture.value = b"" if figure is None else as_png(figure)
        picture.layout.display = "none" if figure is None else ""

    redraw()
    for control in controls:
        control.observe(redraw, "value")
    panel = VBox([*controls, words, picture])
    panel.add_class(_LIVE)
    return panel


def new_figure(width, height):
    """A figure of that size in inches that pyplot does not know, so that it is freed after use."""
    return Figure(figsize=(width, height), layout="none")


def as_png(figure):
    """`figure` as the bytes of a PNG file."""
    buffer = io.BytesIO()
    fast = {"compress_level": 1}
    figure.savefig(buffer, format="png", dpi=matplotlib.rcParams["figure.dpi"], pil_kwargs=fast)
    return buffer.getvalue()
