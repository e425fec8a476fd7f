"""Sections 4.3 and 5 of the article: the slip in a sentence, and what larger sizes cost."""

import keras
import numpy as np
from keras import layers

from rnncourse.claims.measure._shared import Measured, new_rng
from rnncourse.claims.table import HALF, WRONG
from rnncourse.language import choose
from rnncourse.scalability.cost import recurrent_cost
from rnncourse.scalability.timing import measure_in_turns


def compares_words():
    """30: 'X is implemented like X' says nothing: the two sides of the article's sentence are the same."""
    sides = "循环编码器的实现过程与循环编码器类".removesuffix("类").split("的实现过程与")
    figure = choose(zh=f"{sides[0]} 与 {sides[1]}：同一个词", en=f"{sides[0]} and {sides[1]}: the same word")
    return Measured(WRONG if sides[0] == sides[1] else None, figure)


def widens_the_input():
    """32: a wider input takes more multiply-adds, parameters, memory and time, and saves none."""
    sizes = {"B": 64, "T": 16, "H": 32}
    narrow, wide = (recurrent_cost("lstm", D=D, **sizes) for D in (32, 4096))
    grows = all(
        getattr(narrow, what) < getattr(wide, what)
        for what in ("multiply_adds", "parameters", "weight_bytes", "training_bytes")
    )
    ratio = _time_ratio({"D": 32, **sizes}, {"D": 4096, **sizes})
    times = wide.multiply_adds / narrow.multiply_adds
    figure = choose(
        zh=f"D 从 32 到 4096（LSTM，H = 32）：乘加 {times:.1f} 倍，参数 "
        f"{wide.parameters / narrow.parameters:.1f} 倍，时间 {ratio:.1f} 倍",
        en=f"D from 32 to 4096 (LSTM, H = 32): {times:.1f} times the multiply-adds, "
        f"{wide.parameters / narrow.parameters:.1f} times the parameters, {ratio:.1f} times the time",
    )
    return Measured(WRONG if grows and ratio > 2 else None, figure)


def waits_for_every_step():
    """33: a smaller layer is cheaper, but in any 16 times the steps take 16 times the work, one by one."""
    settings = [{"B": 8, "D": 8, "H": 8}, {"B": 8, "D": 64, "H": 64}]
    work, slopes, ratios = [], set(), []
    for sizes in settings:
        short, long = (recurrent_cost("lstm", T=T, **sizes) for T in (64, 1024))
        work.append(long.multiply_adds)
        slopes.add((long.multiply_adds / short.multiply_adds, long.steps / short.steps))
        ratios.append(_time_ratio({"T": 64, **sizes}, {"T": 1024, **sizes}))
    words = ", ".join(f"H = {each['H']}: {ratio:.1f}" for each, ratio in zip(settings, ratios, strict=True))
    cheaper = work[1] / work[0]
    figure = choose(
        zh=f"D 和 H 从 64 减到 8，乘加少到 1/{cheaper:.0f}；T 从 64 到 1024，不论大小，"
        f"乘加和依次等待的步数都是 16 倍，时间的倍数为 {words}",
        en=f"D and H from 64 to 8: 1/{cheaper:.0f} of the multiply-adds; T from 64 to 1024, whatever "
        f"the size: 16 times the multiply-adds, 16 times the steps in line, time by {words}",
    )
    same_slope = slopes == {(16.0, 16.0)} and min(ratios) > 4
    return Measured((HALF if cheaper > 1 else WRONG) if same_slope else None, figure)


def _time_ratio(small, large):
    """How many times as long a forward pass of an LSTM takes with the sizes `large` as with `small`."""
    actions = {name: _forward(**sizes) for name, sizes in {"small": small, "large": large}.items()}
    seconds = measure_in_turns(actions, rounds=9, warm=2)
    return float(seconds["large"].min() / seconds["small"].min())  # the least disturbed of each


def _forward(B, T, D, H):
    model = keras.Sequential([keras.Input((None, D)), layers.LSTM(H)])
    x = new_rng().normal(size=(B, T, D)).astype("float32")
    return lambda: np.asarray(model.predict_on_batch(x))
