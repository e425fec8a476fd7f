"""The defects: what each is called, its two builders, and what the check-up says of them."""

import functools
import inspect
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnncourse.clinic import _saved as saved
from rnncourse.clinic import _silent as silent
from rnncourse.clinic import _stops as stops
from rnncourse.diagnosis import FAULT, Diagnosis, Finding, diagnose, first_line
from rnncourse.language import choose, current
from rnncourse.runtime import set_seed


@dataclass(frozen=True)
class Defect:
    """A defect: its name, what it is in a few words, builders without arguments, and whether it is causal."""

    name: str
    zh: str
    en: str
    broken: Callable
    mended: Callable
    causal: bool = False

    @property
    def title(self):
        """What the defect is, in the reader's language."""
        return choose(zh=self.zh, en=self.en)

    def code(self, which):
        """The source of the "broken" or the "mended" builder."""
        return inspect.getsource(getattr(self, which)).rstrip()


_ALL = (
    Defect(
        "input_as_a_layer",
        "把 Input 当嵌入层",
        "Input as an embedding",
        stops.input_as_a_layer,
        stops.embedding_as_a_layer,
    ),
    Defect("add_a_list", "add 一个列表", "add with a list", stops.add_a_list, stops.list_in_sequential),
    Defect(
        "undefined_attribute",
        "没有定义的属性",
        "undefined attribute",
        stops.undefined_attribute,
        stops.defined_attribute,
    ),
    Defect(
        "one_value_for_three",
        "一个值拆成三个",
        "one value, unpacked",
        stops.one_value_for_three,
        stops.three_values_for_three,
    ),
    Defect(
        "last_step_twice", "两次取末步", "last step taken twice", stops.last_step_twice, stops.lstm_classifier
    ),
    Defect(
        "shadowed_class", "类名盖住了 LSTM", "a class named LSTM", stops.shadowed_class, stops.lstm_classifier
    ),
    Defect("no_recurrence", "没有循环层", "no recurrent layer", silent.no_recurrence, stops.lstm_classifier),
    Defect("unused_layer", "创建了不用的层", "layer never used", silent.unused_layer, silent.used_layer),
    Defect(
        "layer_made_in_call",
        "在 call 里建层",
        "layer made in call",
        silent.layer_made_in_call,
        silent.layer_made_once,
    ),
    Defect(
        "trainable_in_call",
        "在 call 里冻结",
        "frozen inside call",
        silent.trainable_in_call,
        silent.trainable_before_compile,
    ),
    Defect(
        "state_as_attribute",
        "状态存成属性",
        "state as attribute",
        silent.state_as_attribute,
        silent.state_as_local,
    ),
    Defect(
        "padding_read", "末步读到填充", "last step is padding", silent.padding_read, stops.lstm_classifier
    ),
    Defect(
        "dropout_always_on",
        "dropout 一直开着",
        "dropout always on",
        silent.dropout_always_on,
        silent.dropout_in_training,
    ),
    Defect(
        "softmax_over_the_batch",
        "softmax 走错轴",
        "softmax over the batch",
        silent.softmax_over_the_batch,
        silent.softmax_over_the_classes,
    ),
    Defect(
        "softmax_over_one_unit",
        "一个单元的 softmax",
        "softmax over one unit",
        silent.softmax_over_one_unit,
        stops.lstm_classifier,
    ),
    Defect(
        "softmax_twice",
        "softmax 做了两次",
        "softmax twice",
        silent.softmax_twice,
        silent.softmax_in_the_loss,
    ),
    Defect("gradient_cut", "梯度被切断", "gradient cut off", silent.gradient_cut, stops.lstm_classifier),
    Defect(
        "reads_the_future",
        "解码器看到未来",
        "decoder sees the future",
        silent.reads_the_future,
        silent.reads_the_past,
        causal=True,
    ),
    Defect("no_get_config", "没有 get_config", "no get_config", saved.no_get_config, saved.with_get_config),
    Defect(
        "config_incomplete",
        "get_config 不全",
        "get_config incomplete",
        saved.config_incomplete,
        saved.config_complete,
    ),
)
DEFECTS = {defect.name: defect for defect in _ALL}


def draw_tokens(rows=8, steps=9, seed=0):
    """A batch of token ids (B, T) from 2 to 29, of different lengths, padded at the end."""
    rng = np.random.default_rng(seed)
    tokens = rng.integers(2, stops.V, (rows, steps))
    lengths = rng.permutation(np.linspace(4, steps, rows).astype(int))
    tokens[np.arange(steps) >= lengths[:, None]] = 0
    return tokens.astype("int32")


def examine(defect, which):
    """The Diagnosis of a Defect's "broken" or "mended" model, in the reader's language; computed once."""
    return _examined(defect.name, which, current())


@functools.cache
def _examined(name, which, language):
    defect = DEFECTS[name]
    set_seed(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = getattr(defect, which)()
    except Exception as error:
        return Diagnosis((Finding("runs", FAULT, first_line(error)),))
    return diagnose(model, draw_tokens(), causal=defect.causal)


def table(which="broken"):
    """{title: {check: status}} of all defects; a check that was not reached is left out."""
    return {
        defect.title: {finding.check: finding.status for finding in examine(defect, which).findings}
        for defect in DEFECTS.values()
    }
