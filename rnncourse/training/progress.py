"""What a training run shows while it runs."""

import sys

import keras

from rnncourse import runtime
from rnncourse.arguments import check_choice
from rnncourse.plots import plot_history

CHOICES = ("auto", "curves", "bar", "none")


def display_of(progress):
    """The callbacks and Keras's `verbose` for a choice; "auto" is curves in a notebook, else a bar."""
    check_choice("progress", progress, CHOICES)
    if progress == "auto":
        progress = "bar" if runtime.host() == "terminal" else "curves"
    if progress == "bar":
        return [], 1 if sys.stdout.isatty() else 2  # 2: a line an epoch, for a log
    return ([LiveCurves()] if progress == "curves" else []), 0


class LiveCurves(keras.callbacks.Callback):
    """Loss and accuracy in one output of the notebook, drawn again after each epoch."""

    def on_train_begin(self, logs=None):
        self.history, self.output = {}, None
        self._draw()

    def on_epoch_end(self, epoch, logs=None):
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(float(value))
        self._draw()

    def _draw(self):
        import matplotlib.pyplot as plt
        from IPython.display import display

        figure = plot_history(self.history, epochs=self.params["epochs"])[0].figure
        if self.output is None:
            self.output = display(figure, display_id=True)
        else:
            self.output.update(figure)
        plt.close(figure)
