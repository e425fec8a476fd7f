"""What a learner sees: one line for a right answer, else a hint in their language; never a long traceback."""

import numpy as np
import pytest

from rnncourse import checks as check
from rnncourse import language, text


@pytest.fixture(params=language.LANGUAGES)
def reader(request):
    language.use(request.param)
    yield request.param
    language.use("en")


def failure(answer, name="pad_batch"):
    with pytest.raises(check.CheckFailed) as caught:
        getattr(check, name)(answer)
    return str(caught.value)


def right(sequences, length):
    return text.pad(sequences, length=length)


def test_a_right_answer_prints_one_line_whatever_it_prints_itself(capfd):
    def chatty(sequences, length):
        print("padding", sequences)
        return right(sequences, length)

    assert check.pad_batch(chatty) is None
    assert capfd.readouterr() == ("✓ pad_batch  2/2\n", "")


def test_a_list_where_an_array_is_asked_for_fails_by_its_type():
    message = failure(lambda sequences, length: right(sequences, length).tolist())
    assert "The type is list, it should be ndarray" in message


def test_the_line_is_the_same_in_both_languages(reader, capsys):
    check.pad_batch(right)
    assert capsys.readouterr().out == "✓ pad_batch  2/2\n"


def test_a_catalogued_mistake_shows_hint_inputs_and_both_results(reader):
    message = failure(lambda sequences, length: text.pad(sequences, length=length, side="pre"))
    title, hint, inputs, results = message.split("\n\n")
    assert title == "✗ pad_batch  0/2"
    assert {"zh": "前填充", "en": "pre-padding"}[reader] in hint
    assert inputs.startswith("sequences = [[") and "length = 4" in inputs
    assert {"zh": ("你的结果", "应为"), "en": ("yours", "expected")}[reader] == tuple(results.split()[:2])
    assert len(results.splitlines()) == 3  # side by side: a heading and two rows


def test_a_stub_is_told_to_be_filled_in(reader):
    def stub(sequences, length):
        raise NotImplementedError("your code here")

    expected = {"zh": "还没有作答", "en": "Nothing is written yet"}[reader]
    assert expected in failure(stub) and "Traceback" not in failure(stub)


def test_a_result_in_place_of_the_function(reader):
    message = failure(np.zeros(3))
    assert "check.pad_batch(pad_batch)" in message and "ndarray" in message


def test_a_forgotten_return(reader):
    assert "return" in failure(lambda sequences, length: None).splitlines()[2]


def test_an_exception_comes_with_its_line_and_the_input(reader):
    def answer(sequences, length):
        first = sequences[0]
        return first / length

    message = failure(answer)
    number = answer.__code__.co_firstlineno + 2
    assert "TypeError" in message and "length = 4" in message
    assert {"zh": f"第 {number} 行：", "en": f"line {number}: "}[reader] + "return first / length" in message


def test_too_many_parameters():
    assert "positional argument" in failure(lambda sequences: 1)


def test_what_the_answer_printed_helps_to_find_the_mistake():
    def answer(sequences, length):
        print("seen", length)
        return np.zeros((2, 2), int)

    assert failure(answer).endswith("your function printed:\nseen 4")


def test_shape_comes_before_dtype_and_dtype_before_values():
    message = failure(lambda sequences, length: np.ones((len(sequences), length + 2)))
    assert "The shape is (2, 6), it should be (2, 4)." in message
    message = failure(lambda sequences, length: np.ones((len(sequences), length)))
    assert "dtype" in message and "float" in message
    message = failure(lambda sequences, length: np.full((len(sequences), length), 99))
    assert "The first to differ is [0][0]: yours is 99" in " ".join(message.split())


def test_changing_an_input_is_a_finding_of_its_own(reader):
    def answer(sequences, length):
        batch = right(sequences, length)
        sequences.clear()
        return batch

    message = failure(answer)
    assert {"zh": "改动了它的输入 sequences", "en": "changes its input sequences"}[reader] in message


def test_a_mistake_is_recognised_in_other_clothes():
    """Recall and precision exchanged, as a list of NumPy's numbers."""

    def answer(y_true, y_pred):
        hits = np.sum(y_true * y_pred)
        precision = hits / max(1, np.sum(y_pred))
        f1 = 2 * hits / max(1, np.sum(y_true) + np.sum(y_pred))
        return [np.float32(precision), f1]

    assert "is precision, not recall" in failure(answer, "recall_and_f1")


def test_an_unknown_check_names_the_nearest(reader):
    with pytest.raises(AttributeError, match="pad_batch"):
        _ = check.pad_bach


def test_tab_completion_knows_the_tasks():
    assert {"pad_batch", "masked_mean", "train_classifier"} <= set(dir(check))


def test_a_notebook_shows_the_message_alone():
    error = check.CheckFailed("✗ one\n\ntwo")
    assert isinstance(error, AssertionError)
    assert error._render_traceback_() == ["✗ one", "", "two"]
