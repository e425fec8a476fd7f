"""Hyperparameter search: it finds, it goes on after an interruption, it gives up what is hopeless."""

import subprocess
import sys

import matplotlib
import numpy as np
import pytest

from rnncourse import plots, training
from rnncourse.training.tuning import Trial

SPACE = {"rate": (1e-4, 1.0, "log"), "units": (2, 64), "dropout": (0.0, 0.6), "cell": ["gru", "lstm"]}


def bowl(setting, report=None):
    """Highest, 1, at rate 0.01, 20 units, no dropout, a GRU."""
    distance = (np.log10(setting["rate"]) + 2) ** 2 + ((setting["units"] - 20) / 20) ** 2
    return 1 - distance - setting["dropout"] - 0.2 * (setting["cell"] == "lstm")


def test_every_setting_lies_in_the_space_and_the_best_is_kept():
    found = training.tune(bowl, SPACE, trials=15)
    assert [trial.number for trial in found.trials] == list(range(15))
    for _, setting, score, given_up in found.trials:
        assert setting.keys() == SPACE.keys() and score == pytest.approx(bowl(setting)) and not given_up
        assert 1e-4 <= setting["rate"] <= 1 and setting["cell"] in ("gru", "lstm")
        assert isinstance(setting["units"], int) and 2 <= setting["units"] <= 64
        assert isinstance(setting["dropout"], float) and 0 <= setting["dropout"] <= 0.6
    assert found.score == max(trial.score for trial in found.trials) == pytest.approx(bowl(found.best))


def test_a_logarithmic_range_is_searched_evenly_in_orders_of_magnitude():
    found = training.tune(lambda s, report: 0.0, {"rate": (1e-4, 1.0, "log")}, trials=60, method="random")
    rates = np.log10([trial.setting["rate"] for trial in found.trials])
    assert (np.histogram(rates, bins=4, range=(-4, 0))[0] >= 5).all()


def test_tpe_comes_closer_than_chance():
    """The same bowl, 40 trials each, mean over 5 seeds."""
    tpe, random = (
        np.mean([training.tune(bowl, SPACE, trials=40, seed=seed, method=method).score for seed in range(5)])
        for method in ("tpe", "random")
    )
    assert tpe > random + 0.02


def test_the_same_seed_gives_the_same_search_and_no_trial_repeats_another():
    first, second, other = (training.tune(bowl, SPACE, trials=10, seed=seed) for seed in (1, 1, 2))
    assert first == second and first.trials[0].setting != other.trials[0].setting
    assert len({trial.setting["rate"] for trial in first.trials}) == 10


def test_each_trial_begins_with_the_same_random_numbers():
    drawn = []

    def objective(setting, report):
        drawn.append(np.random.random())  # the global generator, which Keras's seed sets
        return 0.0

    training.tune(objective, {"a": (0.0, 1.0)}, trials=3, seed=5)
    assert len(drawn) == 3 and len(set(drawn)) == 1


def test_a_search_that_was_interrupted_ends_as_one_that_ran_through(tmp_path):
    def stops_at_9(setting, report):
        calls.append(setting)
        if len(calls) == 10:
            raise KeyboardInterrupt
        return bowl(setting)

    calls = []
    with pytest.raises(KeyboardInterrupt):
        training.tune(stops_at_9, SPACE, trials=14, storage=tmp_path / "search.db")
    continued = training.tune(bowl, SPACE, trials=14, storage=tmp_path / "search.db")
    assert continued == training.tune(bowl, SPACE, trials=14)
    assert calls[-1] == continued.trials[9].setting


def test_a_process_that_was_killed_leaves_a_search_that_goes_on(tmp_path):
    script = (
        "import os, sys\n"
        "from rnncourse import training\n"
        "assert 'optuna' not in sys.modules\n"
        "calls = []\n"
        "def objective(setting, report):\n"
        "    calls.append(setting)\n"
        "    if len(calls) == 4:\n"
        "        os._exit(9)\n"
        "    return setting['a']\n"
        "training.tune(objective, {'a': (0.0, 1.0)}, trials=6, storage=sys.argv[1])\n"
    )
    path = tmp_path / "search.db"
    run = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 9, run.stderr
    assert not run.stdout and "trial" not in run.stderr.lower()  # Optuna keeps quiet
    tried = []

    def objective(setting, report):
        tried.append(setting)
        return setting["a"]

    found = training.tune(objective, {"a": (0.0, 1.0)}, trials=6, storage=path)
    assert len(tried) == 3 and [trial.setting for trial in found.trials[3:]] == tried
    assert found == training.tune(objective, {"a": (0.0, 1.0)}, trials=6)


def test_a_finished_search_answers_from_its_file_and_goes_on_with_a_larger_budget(tmp_path):
    def never(setting, report):
        raise AssertionError("it has been tried already")

    path = tmp_path / "search.db"
    small = training.tune(bowl, SPACE, trials=4, storage=path)
    assert training.tune(never, SPACE, trials=4, storage=path) == small
    large = training.tune(bowl, SPACE, trials=6, storage=str(path))
    assert large.trials[:4] == small.trials and len(large.trials) == 6


def test_what_falls_behind_is_given_up():
    epochs = []

    def objective(setting, report):
        for epoch in range(5):
            report(setting["a"] * epoch)
            epochs.append(setting["a"])
        return setting["a"] * 4

    found = training.tune(objective, {"a": (0.0, 1.0)}, trials=20, method="random")
    given_up = [trial for trial in found.trials if trial.given_up]
    assert given_up and not any(trial.given_up for trial in found.trials[:5])
    for trial in given_up:
        assert trial.score == trial.setting["a"] * 1  # what it reported in the second epoch
        before = [one.setting["a"] for one in found.trials[: trial.number] if not one.given_up]
        assert trial.setting["a"] < np.median(before)
    assert len(epochs) < 100
    everything = training.tune(objective, {"a": (0.0, 1.0)}, trials=20, method="random", give_up=False)
    assert not any(trial.given_up for trial in everything.trials)
    assert everything.score >= found.score == max(t.setting["a"] for t in found.trials) * 4


@pytest.mark.parametrize("reported", [False, True])
def test_a_trial_that_diverges_is_given_up_and_never_the_best(reported):
    def objective(setting, report):
        diverged = float("nan") if setting["a"] > 0.5 else setting["a"]
        if reported:
            report(diverged)
        return diverged

    found = training.tune(objective, {"a": (0.0, 1.0)}, trials=12)
    for trial in found.trials:
        assert trial.given_up == (trial.setting["a"] > 0.5) and (trial.score is None) == trial.given_up
    assert found.best["a"] <= 0.5
    with pytest.raises(ValueError, match="no trial came to an end"):
        training.tune(lambda setting, report: float("inf"), {"a": (0.0, 1.0)}, trials=2)


def test_errors_of_the_objective_come_through_and_do_not_count(tmp_path):
    path, calls = tmp_path / "search.db", []

    def objective(setting, report):
        calls.append(setting)
        if len(calls) == 2:
            raise RuntimeError("out of memory")
        return 0.0

    with pytest.raises(RuntimeError, match="out of memory"):
        training.tune(objective, {"a": (0.0, 1.0)}, trials=3, storage=path)
    assert len(training.tune(objective, {"a": (0.0, 1.0)}, trials=3, storage=path).trials) == 3
    assert calls[1] == calls[2]
    with pytest.raises(TypeError, match="must return a number"):
        training.tune(lambda setting, report: None, {"a": (0.0, 1.0)}, trials=1)


@pytest.mark.parametrize(
    "space, message",
    [
        ({}, "space must be a dict"),
        ([("a", 1)], "space must be a dict"),
        ({"a": (1, 1)}, "a must be .*low < high"),
        ({"a": (2, 1)}, "a must be .*low < high"),
        ({"a": (1, 2, 3)}, "a must be"),
        ({"a": (1, 2, "linear")}, "a must be"),
        ({"a": ("x", "y")}, "a must be"),
        ({"a": (0.0, float("inf"))}, "a must be"),
        ({"a": []}, "a must be"),
        ({"a": 3}, "a must be"),
        ({"a": (0.0, 1.0, "log")}, "must begin above 0"),
        ({"a": [(1, 2)]}, "choices of a must be"),
    ],
)
def test_spaces_that_do_not_fit(space, message):
    with pytest.raises(ValueError, match=message):
        training.tune(bowl, space, trials=1)


def test_options_that_do_not_fit(tmp_path):
    for options, message in (
        ({"trials": 0}, "trials must be"),
        ({"trials": 1, "seed": -1}, "seed must be"),
        ({"trials": 1, "method": "grid"}, "'tpe', 'random'"),
    ):
        with pytest.raises(ValueError, match=message):
            training.tune(bowl, SPACE, **options)
    path = tmp_path / "search.db"
    training.tune(bowl, SPACE, trials=1, storage=path)
    with pytest.raises(ValueError, match="holds a search with seed 0, got 3; take another file"):
        training.tune(bowl, SPACE, trials=1, seed=3, storage=path)
    with pytest.raises(ValueError, match="holds a search with space"):
        training.tune(bowl, {"a": (0.0, 1.0)}, trials=1, storage=path)


@pytest.mark.slow
def test_it_tunes_a_model():
    from rnncourse import models
    from rnncourse.datasets.keyword import draw_keyword_examples

    sequences, labels = draw_keyword_examples(np.random.default_rng(0), 400, vocabulary_size=40, keywords=8)
    train, validation = (sequences[:300], labels[:300]), (sequences[300:], labels[300:])
    reports = []

    def objective(setting, report):
        model = models.build_text_classifier(vocabulary_size=40, embedding_size=8, units=setting["units"])
        options = {"epochs": 2, "tokens_per_batch": 512, "progress": "none"}
        callbacks = [training.report_epochs(lambda score: (reports.append(score), report(score)))]
        rate = setting["learning_rate"]
        history = training.fit(model, train, validation, learning_rate=rate, callbacks=callbacks, **options)
        return max(history.history["val_accuracy"])

    found = training.tune(
        objective, {"units": (2, 8), "learning_rate": (1e-5, 1e-1, "log")}, trials=3, seed=1
    )
    assert len(reports) == 6
    assert [trial.score for trial in found.trials] == [max(reports[i : i + 2]) for i in (0, 2, 4)]


def test_picture_of_the_trials():
    trials = [
        Trial(0, {"units": 8, "rate": 0.1, "cell": "gru"}, 0.5, False),
        Trial(1, {"units": 16, "rate": 0.01, "cell": "lstm"}, 0.7, False),
        Trial(2, {"units": 4, "rate": 0.5, "cell": "lstm"}, 0.9, True),
        Trial(3, {"units": 4, "rate": 0.9, "cell": "lstm"}, None, True),
        Trial(4, {"units": 32, "rate": 0.001, "cell": "gru"}, 0.6, False),
    ]
    axes = plots.plot_trials(trials, log=("rate",))
    assert len(axes) == 4 and [ax.get_xscale() for ax in axes] == ["linear", "linear", "log", "linear"]
    assert [label.get_text() for label in axes[3].get_xticklabels()] == ["gru", "lstm"]
    for ax, best in zip(axes, (1, 16, 0.01, 1), strict=True):
        marks = {line.get_marker(): line.get_xydata() for line in ax.lines if line.get_marker() in ("*", "x")}
        np.testing.assert_allclose(marks["*"], [[best, 0.7]])  # the one that was given up does not win
        assert marks["x"][0, 1] == 0.9
        assert sum(line.get_marker() in ("o", "x") for line in ax.lines) == 4
    step = next(line for line in axes[0].lines if line.get_drawstyle() == "steps-post")
    np.testing.assert_allclose(step.get_xydata(), [[0, 0.5], [1, 0.7], [4, 0.7], [4, 0.7]])
    assert len(plots.plot_trials(trials, names=["units"])) == 2
    with pytest.raises(ValueError, match="no parameter is called 'depth'; there are units, rate, cell"):
        plots.plot_trials(trials, names=["depth"])
    with pytest.raises(ValueError, match="no trial with a score"):
        plots.plot_trials(trials[3:4])
    matplotlib.pyplot.close("all")
