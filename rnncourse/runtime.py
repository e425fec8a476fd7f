"""What a notebook needs before its first idea: language, seed, quiet logs, figure style."""

import logging
import os
import random
import sys

from rnncourse import language as _language

DEFAULT_SEED = 42
_ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",  # TensorFlow logs to stderr, which nbval compares
    "TF_ENABLE_ONEDNN_OPTS": "0",  # the same sums in the same order on every processor
    "KERAS_BACKEND": "tensorflow",
}


def start(language, *, seed=DEFAULT_SEED):
    """Prepare a notebook: language, quiet logs, seed and figure style.

    `language` is "zh" or "en". Call it before the first import of Keras: the log level is read then.
    A variable that the environment sets already (KERAS_BACKEND, say) is respected.
    Raises ValueError for another language.
    """
    _language.use(language)
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    logging.getLogger("tensorflow").addFilter(_is_error)
    set_seed(seed)
    from rnncourse.style import use_figure_style

    use_figure_style()


def _is_error(record):
    """Whether a log record is an error: TensorFlow's warnings on tracing would reach the reader."""
    return record.levelno >= logging.ERROR


def set_seed(seed):
    """Seed Python, NumPy and, where it is loaded, Keras with the whole number `seed`.

    Keras draws its own seeds from Python's generator, so weights repeat even if it is imported later.
    """
    import numpy as np

    random.seed(seed)
    np.random.seed(seed)
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(seed)


def host():
    """Where this code runs: "colab", "notebook" (Jupyter of any kind) or "terminal"."""
    if "google.colab" in sys.modules:
        return "colab"
    shell = sys.modules.get("IPython")
    if shell is not None and getattr(shell.get_ipython(), "kernel", None) is not None:
        return "notebook"
    return "terminal"
