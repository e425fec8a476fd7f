"""`evaluate`: everything one asks of a classifier's predictions, in one small table."""

import html
import unicodedata
from dataclasses import dataclass, field

import numpy as np

from rnncourse.language import choose
from rnncourse.metrics import scores as _scores
from rnncourse.metrics.intervals import Interval, bootstrap_interval


@dataclass(frozen=True)
class ClassScores:
    """One class's name, its scores with intervals, and how many examples it has."""

    name: str
    precision: Interval
    recall: Interval
    f1: Interval
    count: int


@dataclass(frozen=True)
class Report:
    """What `evaluate` found. Printed or displayed, it is a table in the reader's language."""

    accuracy: Interval
    macro_f1: Interval
    average_precision: Interval | None  # of class 1; None for several classes
    classes: tuple[ClassScores, ...]
    confusion: np.ndarray = field(repr=False)  # (C, C), rows: true class
    threshold: float | None
    level: float

    def rows(self):
        """The table as lists of strings, the heading first."""
        words = choose(
            zh=("类别", "精确率", "召回率", "F1 值", "条数"),
            en=("class", "precision", "recall", "F1", "count"),
        )
        body = [[c.name, str(c.precision), str(c.recall), str(c.f1), f"{c.count:,}"] for c in self.classes]
        return [list(words), *body]

    def lines(self):
        """The figures over all classes, one line each."""
        total = int(self.confusion.sum())
        lines = [f"{choose(zh='准确率', en='accuracy')} {self.accuracy}"]
        lines.append(f"{choose(zh='F1 宏平均', en='macro F1')} {self.macro_f1}")
        if self.average_precision is not None:
            name = self.classes[1].name
            lines.append(f"PR-AUC{choose(zh=f'（{name}）', en=f' ({name})')} {self.average_precision}")
        cut = (
            ""
            if self.threshold is None
            else choose(zh=f"阈值 {self.threshold:g}，", en=f"threshold {self.threshold:g}, ")
        )
        lines.append(
            choose(
                zh=f"共 {total:,} 条，{cut}方括号内为 {self.level:.0%} 自助法置信区间",
                en=f"{total:,} examples, {cut}{self.level:.0%} bootstrap intervals in brackets",
            )
        )
        return lines

    def __str__(self):
        rows = self.rows()
        widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
        table = [
            "  ".join(
                _fit(text, width, i == 0) for i, (text, width) in enumerate(zip(r, widths, strict=True))
            )
            for r in rows
        ]
        return "\n".join([*table, *self.lines()])

    __repr__ = __str__

    def _repr_html_(self):
        head, *body = [[html.escape(text) for text in row] for row in self.rows()]
        parts = ["<table><thead><tr>", *(f"<th>{t}</th>" for t in head), "</tr></thead><tbody>"]
        for row in body:
            parts += ["<tr>", *(f"<td>{t}</td>" for t in row), "</tr>"]
        notes = "<br>".join(html.escape(line) for line in self.lines())
        return "".join([*parts, "</tbody></table>", f"<p>{notes}</p>"])


def evaluate(y_true, probabilities, *, threshold=0.5, label_names=None, level=0.95, repeats=1000, seed=42):
    """Score predicted probabilities, with bootstrap intervals, overall and for each class.

    `y_true` (N,) labels; `probabilities` (N,) of class 1, cut at `threshold`, or (N, C), where the highest
    wins. `label_names` names the C classes (default: their numbers). A score that is 0/0, such as the recall
    of a class that does not occur, is nan and shown as –. Returns a Report. Raises ValueError as in
    `confusion_matrix` and `predict_labels`, and for a number of names that is not C.
    """
    y_pred = _scores.predict_labels(probabilities, threshold=threshold)
    probabilities = np.asarray(probabilities)
    size = 2 if probabilities.ndim == 1 else probabilities.shape[1]
    names = tuple(label_names or map(str, range(size)))
    if len(names) != size:
        raise ValueError(
            f"label_names has {len(names)} names, but there are {size} classes; name each class once"
        )
    confusion = _scores.confusion_matrix(y_true, y_pred, classes=size)

    def interval(metric, predictions=y_pred, **options):
        return bootstrap_interval(
            metric, y_true, predictions, level=level, repeats=repeats, seed=seed, **options
        )

    return Report(
        accuracy=interval(_scores.accuracy),
        macro_f1=interval(_scores.f1, positive="macro"),
        average_precision=interval(_scores.average_precision, probabilities)
        if probabilities.ndim == 1
        else None,
        classes=tuple(
            ClassScores(
                name,
                *(interval(m, positive=i) for m in (_scores.precision, _scores.recall, _scores.f1)),
                int(confusion[i].sum()),
            )
            for i, name in enumerate(names)
        ),
        confusion=confusion,
        threshold=threshold if probabilities.ndim == 1 else None,
        level=level,
    )


def _width(text):
    """Columns that `text` takes in a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _fit(text, width, left):
    space = " " * (width - _width(text))
    return text + space if left else space + text
