"""What a task is made of."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """One trial of an answer: the tuple `inputs` that it gets, and what only the judge may know."""

    inputs: tuple
    secret: object = None


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that learners give. `zh` and `en` name the mistake and point to the mend."""

    name: str
    answer: Callable
    zh: str
    en: str


@dataclass(frozen=True)
class Finding:
    """A judge's finding: the name of a mistake, with what was found and what is required, in a few words."""

    mistake: str
    yours: str
    required: str


@dataclass(frozen=True)
class Task:
    """A task, defined once for the check in the notebook and for the grader.

    `cases(rng)`: a list of Case, small ones first, drawn from a NumPy Generator. `reference`: a right answer
    from the library, Keras or scikit-learn. `probe`: how an answer is run (rnncourse.probes). Outputs are
    compared with the reference's within `tolerance`, absolute and relative. Where a right answer is not
    unique, `judge(case, value)` decides instead: None, or a Finding that names one of `mistakes`. `hides`:
    modules that hold the answer; a grader keeps them from it.
    """

    name: str
    points: int
    cases: Callable
    reference: Callable
    mistakes: tuple
    probe: str = "call"
    judge: Callable | None = None
    tolerance: float = 1e-5
    hides: tuple = ()
