"""Is a saved model, once loaded, the same model?"""

import tempfile
from pathlib import Path

import keras

from rnncourse.diagnosis._behaviour import changed, outputs_of
from rnncourse.diagnosis._finding import FAULT, OK, Finding
from rnncourse.language import choose


def check_saving(model, inputs):
    """Save the model, load it, compare the outputs."""
    outputs = outputs_of(model, inputs)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        try:
            model.save(path)
        except Exception as error:
            return Finding("saving", FAULT, _failed(error, zh="保存", en="saving"), _write_get_config())
        try:
            loaded = outputs_of(keras.saving.load_model(path), inputs)
        except Exception as error:
            return Finding("saving", FAULT, _failed(error, zh="载入", en="loading"), _write_get_config())
    if changed(outputs, loaded):
        found = choose(
            zh="载入后输出变了，而且没有报错", en="loaded, it gives other outputs, without any error"
        )
        advice = choose(
            zh="get_config 漏了一个参数，载入时用了默认值",
            en="get_config leaves an argument out, and loading takes its default",
        )
        return Finding("saving", FAULT, found, advice)
    found = choose(zh="保存、载入后输出不变", en="saved and loaded, it gives the same outputs")
    return Finding("saving", OK, found)


def _failed(error, *, zh, en):
    return choose(zh=f"{zh}失败：{type(error).__name__}", en=f"{en} fails: {type(error).__name__}")


def _write_get_config():
    return choose(
        zh="写 get_config，返回 __init__ 的全部参数，并登记这个类",
        en="write get_config that returns every argument of __init__, and register the class",
    )
