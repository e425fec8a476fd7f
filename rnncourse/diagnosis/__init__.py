"""A check-up for a Keras model that reads sequences: `print(diagnose(model, tokens))`.

It asks what a training curve does not show: does the model read more than the last step, does padding change
its answer, does a row's output depend on its neighbours, does every weight learn, is a saved model the same
model? Each question is one small function that returns a `Finding`.
"""

from rnncourse.diagnosis._finding import FAULT, NOTE, OK, Diagnosis, Finding
from rnncourse.diagnosis._report import CHECKS, diagnose, first_line, question

__all__ = ["CHECKS", "FAULT", "NOTE", "OK", "Diagnosis", "Finding", "diagnose", "first_line", "question"]
