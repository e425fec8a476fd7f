"""Hyperparameter search: settings proposed, tried on validation data, remembered in a file.

    def score(setting, report):                       # higher is better; from validation data alone
        model = build_text_classifier(vocabulary_size=V, units=setting["units"])
        history = fit(model, train, validation, learning_rate=setting["learning_rate"],
                      callbacks=[report_epochs(report)])
        return max(history.history["val_accuracy"])

    found = tune(score, {"units": (8, 64, "log"), "learning_rate": (1e-4, 1e-1, "log")}, trials=20,
                 storage="search.db")
    found.best                                        # {"units": ..., "learning_rate": ...}

The best validation score is too good to be true: it is the largest of many, so part of it is luck, and more
of it the more trials there are. Report the test score of the best setting alone, on texts that took no part
here.

Optuna proposes the settings (Akiba et al., 2019). Its objective is any function, it keeps a search in a file,
it gives up hopeless trials, and it is alive: 4.7, 4.8, 4.9 and 5.0 came in 2026, while the last release of
KerasTuner, 1.4.8, is of November 2025 and followed the one before after twenty months.
"""

import math
import numbers
from functools import partial
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from rnncourse.arguments import check_choice, check_counts, check_sizes

METHODS = ("tpe", "random")
STARTUP = 8  # trials by lot before "tpe" has something to go by
_STUDY = "rnncourse"


class Trial(NamedTuple):
    """One trial: its number from 0 up, what was tried, its score, and whether it was given up.

    The score of a trial that was given up is the last one it reported, None where there is no number.
    """

    number: int
    setting: dict
    score: float | None
    given_up: bool


class Tuning(NamedTuple):
    """The best setting, its score on the validation data (optimistic: the largest of many), all trials."""

    best: dict
    score: float
    trials: tuple


def tune(objective, space, *, trials, storage=None, seed=0, method="tpe", give_up=True):
    """Try `trials` settings from `space`; returns a Tuning.

    `objective(setting, report)` trains with `setting`, {name: value}, and returns a score from validation
    data, the higher the better. It may call `report(score)` after each epoch: with `give_up`, once five
    trials have run to their end, one whose best report is below the median of theirs at the same epoch ends
    there, from its second epoch on. A trial whose score is no finite number (it diverged) counts as given up.

    `space`: {name: range or choices}. (low, high) is a range, of whole numbers if both are; (low, high,
    "log") one on a logarithmic scale; a list holds choices (numbers, words, True, False, None).

    `storage`: a file. A search that was interrupted goes on where it stood, and one that is finished goes on
    with a larger `trials`, which counts all trials in the file; None: nothing is kept. One process at a time:
    a trial that another one has not ended counts as stopped. Each trial's random numbers, Keras's and its
    own, depend on `seed` and its number alone, so an interrupted search ends as one that ran through.
    `method`: "tpe" (after STARTUP trials by lot, likely values near good ones; Bergstra et al., 2011) or
    "random", what anything cleverer has to beat (Bergstra & Bengio, 2012).

    Raises ValueError for options and ranges that do not fit, for a file of another search, and where no trial
    came to an end; TypeError for a score that is no number. What `objective` raises comes through, and the
    trial does not count.
    """
    check_counts(trials=trials)
    check_sizes(seed=(seed, 0))
    check_choice("method", method, METHODS)
    suggest = {name: _suggestion(name, values) for name, values in _checked(space).items()}
    study = _study(storage, {"space": repr(sorted(space.items())), "seed": seed, "method": method}, give_up)
    while (number := len(_finished(study))) < trials:
        study.sampler = _sampler(method, seed, number)
        _run(study, objective, suggest, give_up, seed)
    return _tuning(study)


def report_epochs(report, metric="val_accuracy"):
    """A callback for `fit` that reports `metric` after each epoch to the `report` of an objective."""
    return keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: report(logs[metric]))


def _checked(space):
    if not isinstance(space, dict) or not space:
        raise ValueError(f'space must be a dict such as {{"units": (8, 64)}}, got {space!r}')
    return space


def _suggestion(name, values):
    """A function trial -> value of `name`."""
    if isinstance(values, list) and values:
        wrong = [v for v in values if not isinstance(v, str | bool | int | float | None)]
        if wrong:
            raise ValueError(
                f"choices of {name} must be numbers, words, True, False or None; got {wrong[0]!r}"
            )
        return lambda trial: trial.suggest_categorical(name, values)
    log = isinstance(values, tuple) and values[2:] == ("log",)
    bounds = values[:2] if log else values
    numeric = isinstance(bounds, tuple) and all(
        isinstance(b, numbers.Real) and not isinstance(b, bool) and math.isfinite(b) for b in bounds
    )
    if not (numeric and len(bounds) == 2 and bounds[0] < bounds[1]):
        raise ValueError(
            f'{name} must be (low, high), (low, high, "log") with low < high, or a list of choices; '
            f"got {values!r}"
        )
    if log and bounds[0] <= 0:
        raise ValueError(f"{name}: a logarithmic range must begin above 0, got {values!r}")
    whole = all(isinstance(bound, numbers.Integral) for bound in bounds)
    low, high = (int(b) if whole else float(b) for b in bounds)
    return lambda trial: (trial.suggest_int if whole else trial.suggest_float)(name, low, high, log=log)


def _study(storage, search, give_up):
    """The study in the file `storage`, or a new one."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(
        study_name=_STUDY,
        storage=None if storage is None else f"sqlite:///{Path(storage).resolve().as_posix()}",
        direction="maximize",
        load_if_exists=True,
        pruner=optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=1)
        if give_up
        else optuna.pruners.NopPruner(),
    )
    for name, value in search.items():
        if study.user_attrs.setdefault(name, value) != value:
            raise ValueError(
                f"{storage} holds a search with {name} {study.user_attrs[name]}, got {value}; "
                "take another file, or ask for the same"
            )
        study.set_user_attr(name, value)
    for trial in study.get_trials(deepcopy=False, states=[optuna.trial.TrialState.RUNNING]):
        study.tell(trial.number, state=optuna.trial.TrialState.FAIL)  # its process was stopped
    return study


def _sampler(method, seed, number):
    """What proposes the setting of trial `number`."""
    import optuna

    drawn = int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
    if method == "random":
        return optuna.samplers.RandomSampler(seed=drawn)
    return optuna.samplers.TPESampler(seed=drawn, n_startup_trials=STARTUP)


def _run(study, objective, suggest, give_up, seed):
    """One trial."""
    from optuna.trial import TrialState

    trial = study.ask()
    setting = {name: value(trial) for name, value in suggest.items()}
    reported = []
    keras.utils.set_random_seed(seed)
    try:
        score = objective(setting, partial(_report, trial, reported, give_up))
    except _GivenUp:
        study.tell(trial, state=TrialState.PRUNED)
        return
    except BaseException:
        study.tell(trial, state=TrialState.FAIL)
        raise
    if not isinstance(score, numbers.Real):
        study.tell(trial, state=TrialState.FAIL)
        raise TypeError(
            f"the objective must return a number, the score on the validation data; got {score!r}"
        )
    if math.isfinite(score):
        study.tell(trial, float(score))
    else:
        study.tell(trial, state=TrialState.PRUNED)


class _GivenUp(Exception):
    """A trial has fallen behind."""


def _report(trial, reported, give_up, score):
    reported.append(float(score))
    if not math.isfinite(score):
        raise _GivenUp
    trial.report(float(score), step=len(reported) - 1)
    if give_up and trial.should_prune():
        raise _GivenUp


def _finished(study):
    from optuna.trial import TrialState

    return study.get_trials(deepcopy=False, states=[TrialState.COMPLETE, TrialState.PRUNED])


def _tuning(study):
    from optuna.trial import TrialState

    trials = tuple(
        Trial(number, dict(one.params), one.value, one.state == TrialState.PRUNED)
        for number, one in enumerate(_finished(study))
    )
    ended = [trial for trial in trials if not trial.given_up]
    if not ended:
        raise ValueError("no trial came to an end with a score: look for settings that let training diverge")
    best = max(ended, key=lambda trial: trial.score)
    return Tuning(best.setting, best.score, trials)
