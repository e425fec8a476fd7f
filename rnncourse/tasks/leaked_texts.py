"""Test texts that the training set holds as well, but for case and white space."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task
from rnncourse.text import tokenize

ENGLISH = ("Great film", "Far too long", "A must see", "Not for me")
TEXTS = (*ENGLISH, "房间 很小", "值得一看", "不 推荐", "物流很快")


def cases(rng):
    """Copies are exact, in capitals or with other white space; the test set repeats a text of its own."""
    drawn = [Case((["Great film"], ["great  FILM", "Great films"])), Case(([TEXTS[0]], [TEXTS[1]]))]
    for trained, tested in ((3, 2), (4, 3), (5, 3)):
        texts = rng.permutation(TEXTS).tolist()
        train, own = texts[:trained], texts[trained : trained + tested]
        copies = [train[2], _capitals(rng), _spaced(rng.choice(train)), f" {train[0]}\n"]
        train = [*train, copies[1].lower()]
        test = [own[-1], *rng.permutation([*own, *copies]).tolist()]
        drawn.append(Case((train, test)))
    return drawn


def _capitals(rng):
    return str(rng.choice(ENGLISH)).upper()


def _spaced(text):
    """`text` with a blank behind each of its first two characters."""
    return f"{text[0]} {text[1]} {text[2:]}"


def reference(train_texts, test_texts):
    train, test = ([_normal(text) for text in texts] for texts in (train_texts, test_texts))
    return np.flatnonzero(np.isin(test, train)).tolist()


def _normal(text):
    return "".join(tokenize(text, "character"))


def _indices(train, test):
    return [i for i, text in enumerate(test) if text in set(train)]


def not_normalised(train_texts, test_texts):
    return _indices(train_texts, test_texts)


def white_space_left(train_texts, test_texts):
    return _indices(*([text.lower().strip() for text in texts] for texts in (train_texts, test_texts)))


def case_left(train_texts, test_texts):
    return _indices(*(["".join(text.split()) for text in texts] for texts in (train_texts, test_texts)))


def indices_of_training_texts(train_texts, test_texts):
    return reference(test_texts, train_texts)


def repeats_within_the_test_set(train_texts, test_texts):
    seen, found = {_normal(text) for text in train_texts}, []
    for i, text in enumerate(map(_normal, test_texts)):
        if text in seen:
            found.append(i)
        seen.add(text)
    return found


def texts_not_indices(train_texts, test_texts):
    return [test_texts[i] for i in reference(train_texts, test_texts)]


TASK = Task(
    name="leaked_texts",
    points=2,
    cases=cases,
    reference=reference,
    mistakes=(
        Mistake(
            "not_normalised",
            not_normalised,
            zh="只找到了一字不差的重复；换了大小写或多了空白的同一句话漏掉了。比较之前，两边都要先规范化。",
            en="Only copies equal to the letter are found; those that differ in case or white space slip "
            "through. Normalise both sides before you compare.",
        ),
        Mistake(
            "white_space_left",
            white_space_left,
            zh="大小写处理了，首尾的空白也去了，但文本中间的空白还在：“房 间”与“房间”应算同一句。题目要求"
            "去掉全部空白。",
            en="Case is handled, and white space at both ends; that inside the text is still there, so “a "
            " film” and “a film” differ. All white space is to go.",
        ),
        Mistake(
            "case_left",
            case_left,
            zh="空白处理了，大小写没有：“GREAT FILM”与“Great film”应算同一句。",
            en="White space is handled, case is not: “GREAT FILM” and “Great film” are to count as the "
            "same text.",
        ),
        Mistake(
            "indices_of_training_texts",
            indices_of_training_texts,
            zh="返回的是训练文本的下标；要的是 test_texts 的下标。",
            en="These are positions in the training texts; positions in test_texts are asked for.",
        ),
        Mistake(
            "repeats_within_the_test_set",
            repeats_within_the_test_set,
            zh="测试集内部的重复也被当成了泄漏。一条测试文本只有在训练集中出现过才算泄漏；在测试集里出现两"
            "次不算。",
            en="Repeats within the test set are reported, too. A test text leaks only if the training set "
            "holds it; that the test set has it twice does not count.",
        ),
        Mistake(
            "texts_not_indices",
            texts_not_indices,
            zh="找得对，但返回的是文本本身；要的是它们在 test_texts 中的下标。",
            en="Found, but you return the texts themselves; their positions in test_texts are asked for.",
        ),
    ),
)
