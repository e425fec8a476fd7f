# %% [markdown] lang="zh"
# # 3.3.1 集成：练习
#
# 五道小题，沿着流水线走一遍：生成中文日期，清洗输入，判断歧义，搭一个会回头看的解码器，写出训练用的损失。每题 5–20 分钟，都不用训练。
#
# 做法：把 `raise NotImplementedError` 一行换成你的代码，运行该单元格，再运行下面的检查。答对时出现 ✓ 和得分；答错时出现一条提示，并列出你的结果和应有的结果。检查不限次数。

# %% [markdown] lang="en"
# # 3.3.1 Integration: exercises
#
# Five small tasks along the pipeline: write dates in Chinese, clean what comes in, tell what is ambiguous, build a decoder that
# looks back, and write the loss it is trained with. Each takes 5 to 20 minutes; nothing is trained.
#
# Replace the line `raise NotImplementedError` with your code, run that cell, then run the check below it. A right answer gets
# a ✓ and its points; a wrong one gets a hint, with your result beside the expected one. Check as often as you like.

# %% tags=["setup"]
import unicodedata
from datetime import date

import keras
import numpy as np
from keras import layers

# %% [markdown] lang="zh"
# ## 1. 用汉字写日期
#
# 训练数据要自己生成。给你年、月、日三个整数，返回汉字数字的写法：**年份逐位写**（零写作“〇”，U+3007），**月和日是数**。
#
# | 年 月 日 | 写作 |
# |:--|:--|
# | 2026 11 25 | 二〇二六年十一月二十五日 |
# | 2010 10 10 | 二〇一〇年十月十日 |
# | 2005 8 20 | 二〇〇五年八月二十日 |

# %% [markdown] lang="en"
# ## 1. Dates in Chinese numerals
#
# Training data must be made. Given year, month and day, three whole numbers, return the date in Chinese numerals: the **year digit by
# digit** (zero is 〇, U+3007), **month and day as numbers** (十 is 10, 十一 is 11, 二十 is 20, 二十五 is 25), each followed by its word: 年 (year), 月
# (month), 日 (day). The digits 0 to 9 are 〇一二三四五六七八九.
#
# | year month day | is written |
# |:--|:--|
# | 2026 11 25 | 二〇二六年十一月二十五日 |
# | 2010 10 10 | 二〇一〇年十月十日 |
# | 2005 8 20 | 二〇〇五年八月二十日 |

# %% task="chinese_date"
def chinese_date(year, month, day):
    """Three whole numbers -> the date in Chinese numerals, str. About 8 lines."""
    # BEGIN SOLUTION
    digits = "〇一二三四五六七八九"

    def number(n):
        tens, ones = divmod(n, 10)
        before = digits[tens] if tens > 1 else ""
        return before + ("十" if tens else "") + (digits[ones] if ones else "")

    in_digits = "".join(digits[int(sign)] for sign in str(year))
    return f"{in_digits}年{number(month)}月{number(day)}日"
    # END SOLUTION

# %% check="chinese_date"
check.chinese_date(chinese_date)

# %% [markdown] lang="zh"
# ## 2. 清洗输入
#
# 同一个日期，有人用全角数字，有人开着大写锁定，有人多敲了空格。这些差别不带信息，读入之前就可以去掉：
#
# | 规则 | 例 |
# |:--|:--|
# | 全角的字母、数字、标点（U+FF01–U+FF5E）变半角，全角空格变空格 | `２０２６，` → `2026,` |
# | 大写变小写 | `NOV` → `nov` |
# | 连续的空白变成一个空格，两端的去掉 | `" 5 \t nov\n"` → `"5 nov"` |
# | 其余字符不动 | `年` → `年` |
#
# `unicodedata` 已导入。

# %% [markdown] lang="en"
# ## 2. Clean what comes in
#
# For the same date, some type full-width digits, some have caps lock on, some hit the space bar twice. These differences carry no
# information and can go before a model reads the text:
#
# | rule | for instance |
# |:--|:--|
# | full-width letters, digits and marks (U+FF01–U+FF5E) become half width, the ideographic space a space | `２０２６，` → `2026,` |
# | capitals become small letters | `NOV` → `nov` |
# | a run of white space becomes one space, at the ends none | `" 5 \t nov\n"` → `"5 nov"` |
# | all else stays | `年` → `年` |
#
# `unicodedata` is imported.

# %% task="clean_source"
def clean_source(text):
    """What someone typed, str -> half width, lower case, single spaces, str. About 2 lines."""
    # BEGIN SOLUTION
    narrow = unicodedata.normalize("NFKC", text)
    return " ".join(narrow.lower().split())
    # END SOLUTION

# %% check="clean_source"
check.clean_source(clean_source)

# %% [markdown] lang="zh"
# ## 3. 有歧义吗？
#
# 给你一个 `两位/两位/四位` 的字符串。前两个数可以是“日/月”，也可以是“月/日”。返回它能表示的全部日期：ISO 写法（`YYYY-MM-DD`）的列表，从早到晚，不重复；不存在的日期不算。`date(year, month, day)` 遇到不存在的日期会抛出 `ValueError`，`.isoformat()` 给出 ISO 写法。
#
# | 输入 | 结果 |
# |:--|:--|
# | `03/04/2021` | `["2021-03-04", "2021-04-03"]` |
# | `25/11/2026` | `["2026-11-25"]` |
# | `04/04/2021` | `["2021-04-04"]` |
# | `31/04/2021` | `[]` |

# %% [markdown] lang="en"
# ## 3. Is it ambiguous?
#
# You get a string of the form `dd/dd/dddd`. The first two numbers may be day and month, or month and day. Return all dates that it can
# name: a list in ISO form (`YYYY-MM-DD`), earliest first, each once; dates that do not exist do not count. `date(year, month,
# day)` raises a `ValueError` for such a date, `.isoformat()` gives the ISO form.
#
# | source | result |
# |:--|:--|
# | `03/04/2021` | `["2021-03-04", "2021-04-03"]` |
# | `25/11/2026` | `["2026-11-25"]` |
# | `04/04/2021` | `["2021-04-04"]` |
# | `31/04/2021` | `[]` |

# %% task="date_readings"
def date_readings(source):
    """A source like 03/04/2021, str -> the ISO dates that it can name, a list of str. About 8 lines."""
    # BEGIN SOLUTION
    first, second, year = map(int, source.split("/"))
    found = set()
    for month, day in ((first, second), (second, first)):
        try:
            found.add(date(year, month, day).isoformat())
        except ValueError:
            continue
    return sorted(found)
    # END SOLUTION

# %% check="date_readings"
check.date_readings(date_readings)

# %% [markdown] lang="zh"
# ## 4. 会回头看的解码器
#
# 用 Keras 搭出下面的模型，不必编译。两个输入：源序列 $(B, T)$，解码器的输入 $(B, N)$。与 2.2.2 章的练习不同，编码器的状态不直接交给解码器：源序列里的一切，都由注意力带过来。
#
# $$\text{weights} = \text{softmax}_T(Y S^\top), \qquad \text{context} = \text{weights} \cdot S$$
#
# $S$ 是编码器的各步 $(B, T, 16)$，$Y$ 是解码器的各步 $(B, N, 16)$。`layers.Attention()([query, value])` 算的就是这个；掩码由 Keras 自己带过来，只要嵌入层产生了它。
#
# | 层 | 读什么 | 输出的形状 | 要求 |
# |:--|:--|:--|:--|
# | 源序列的嵌入，8 维 | 源序列 | `(B, T, 8)` | 编号 0 是填充，要掩蔽 |
# | 编码器：GRU，16 个单元 | 上一行 | `(B, T, 16)` | 每一步都要 |
# | 解码器的嵌入，8 维 | 解码器的输入 | `(B, N, 8)` | 另一张表，不掩蔽 |
# | 解码器：GRU，16 个单元 | 上一行 | `(B, N, 16)` | 每一步都要 |
# | 注意力 | 解码器的各步、编码器的各步 | `(B, N, 16)` | 没有参数 |
# | 接在一起 | 解码器的各步、上一行 | `(B, N, 32)` | |
# | 全连接 | 上一行 | `(B, N, V)` | 下一个词元的概率 |

# %% [markdown] lang="en"
# ## 4. A decoder that looks back
#
# Build this model with Keras; there is no need to compile it. It has two inputs: the source $(B, T)$ and what the decoder reads,
# $(B, N)$. Unlike the model in the exercises of chapter 2.2.2, the encoder's state is not handed over: all that the decoder knows of
# the source comes by attention.
#
# $$\text{weights} = \text{softmax}_T(Y S^\top), \qquad \text{context} = \text{weights} \cdot S$$
#
# $S$ are the encoder's steps $(B, T, 16)$, $Y$ the decoder's $(B, N, 16)$. `layers.Attention()([query, value])` computes just
# this; Keras brings the mask along, as long as the embedding makes one.
#
# | layer | reads | shape of its output | |
# |:--|:--|:--|:--|
# | embedding of the source, 8 features | source | `(B, T, 8)` | id 0 is padding, to be masked |
# | encoder: GRU, 16 units | the row above | `(B, T, 16)` | every step |
# | embedding of the decoder, 8 features | decoder input | `(B, N, 8)` | another table, no mask |
# | decoder: GRU, 16 units | the row above | `(B, N, 16)` | every step |
# | attention | the decoder's steps, the encoder's steps | `(B, N, 16)` | no parameters |
# | side by side | the decoder's steps, the row above | `(B, N, 32)` | |
# | dense | the row above | `(B, N, V)` | probabilities of the next token |

# %% task="build_attention_seq2seq"
def build_attention_seq2seq(vocabulary_size):
    """V -> keras.Model: source ids (B, T), decoder ids (B, N) -> probabilities (B, N, V). About 9 lines."""
    # BEGIN SOLUTION
    source, written = keras.Input((None,)), keras.Input((None,))
    x = layers.Embedding(vocabulary_size, 8, mask_zero=True)(source)        # (B, T, 8)
    states = layers.GRU(16, return_sequences=True)(x)                       # (B, T, 16)
    y = layers.Embedding(vocabulary_size, 8)(written)                       # (B, N, 8)
    y = layers.GRU(16, return_sequences=True)(y)                            # (B, N, 16)
    context = layers.Attention()([y, states])                               # (B, N, 16)
    y = layers.Concatenate()([y, context])                                  # (B, N, 32)
    y = layers.Dense(vocabulary_size, activation="softmax")(y)              # (B, N, V)
    return keras.Model([source, written], y)
    # END SOLUTION

# %% check="build_attention_seq2seq"
check.build_attention_seq2seq(build_attention_seq2seq)

# %% [markdown] lang="zh"
# ## 5. 标签平滑与掩码
#
# 交叉熵要求正确的词元占全部概率，模型于是把分数越推越大。**标签平滑**只要求它占 $1 - \varepsilon$，其余 $\varepsilon$ 由词表的 $V$ 个词元平分（正确的那个也有一份）：
#
# $$q_v = (1 - \varepsilon)\,[v = y] + \frac{\varepsilon}{V}, \qquad \ell = -\sum_{v=1}^{V} q_v \log p_v, \qquad p = \text{softmax}_V(\text{scores})$$
#
# 给你 `scores` $(B, N, V)$、`targets` $(B, N)$（0 是填充）和 $\varepsilon$。返回真实位置上 $\ell$ 的平均，一个浮点数：填充的位置不计入，也不计入个数。

# %% [markdown] lang="en"
# ## 5. Label smoothing, and the mask
#
# Cross-entropy wants the right token to have all of the probability, so the model pushes its scores ever higher. **Label smoothing**
# asks for $1 - \varepsilon$ only; the rest, $\varepsilon$, is shared equally by all $V$ tokens of the vocabulary, the right one
# included:
#
# $$q_v = (1 - \varepsilon)\,[v = y] + \frac{\varepsilon}{V}, \qquad \ell = -\sum_{v=1}^{V} q_v \log p_v, \qquad p = \text{softmax}_V(\text{scores})$$
#
# You get `scores` $(B, N, V)$, `targets` $(B, N)$ (0 is padding) and $\varepsilon$. Return the mean of $\ell$ over the real positions,
# a float: positions of padding count neither in the sum nor in the number.

# %% task="smoothed_loss"
def smoothed_loss(scores, targets, smoothing):
    """Scores (B, N, V), targets (B, N), a number -> the mean loss of the real positions, float. About 6 lines."""
    # BEGIN SOLUTION
    log_p = scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))            # (B, N, V)
    right = np.take_along_axis(log_p, targets[:, :, None], axis=-1)[:, :, 0]       # (B, N)
    loss = -(1 - smoothing) * right - smoothing * log_p.mean(axis=-1)              # (B, N)
    real = targets != 0
    return float(loss[real].mean())
    # END SOLUTION

# %% check="smoothed_loss"
check.smoothed_loss(smoothed_loss)
