# %% [markdown] lang="zh"
# # 2.2.2 编码器与解码器：练习
#
# 四道小题：搭一个编码器–解码器，然后是解码器的一生：训练前备好输入和目标，使用时一步一步地写，最后给写出来的东西打分。每题 5–15 分钟，都不用训练。
#
# 做法：把 `raise NotImplementedError` 一行换成你的代码，运行该单元格，再运行下面的检查。答对时出现 ✓ 和得分；答错时出现一条提示，并列出你的结果和应有的结果。检查不限次数。

# %% [markdown] lang="en"
# # 2.2.2 Encoder and decoder: exercises
#
# Four small tasks: build an encoder with a decoder, and then the life of a decoder: prepare inputs and targets for training,
# write step by step in use, and score what was written. Each takes 5 to 15 minutes; nothing is trained.
#
# Replace the line `raise NotImplementedError` with your code, run that cell, then run the check below it. A right answer gets
# a ✓ and its points; a wrong one gets a hint, with your result beside the expected one. Check as often as you like.

# %% tags=["setup"]
import keras
import numpy as np
from keras import layers

from rnncourse.text import pad

# %% [markdown] lang="zh"
# ## 1. 搭一个编码器–解码器
#
# 用 Keras 搭出下表的模型（`keras` 和 `keras.layers` 已导入），不必编译。它有两个输入：源序列 $(B, T)$ 和解码器的输入 $(B, N)$；$T$ 与 $N$ 无关，也都不固定。
#
# | 层 | 读什么 | 输出的形状 | 要求 |
# |:--|:--|:--|:--|
# | 源序列的嵌入，8 维 | 源序列 | `(B, T, 8)` | 编号 0 是填充，要掩蔽 |
# | 编码器：GRU，16 个单元 | 上一行 | `(B, 16)` | |
# | 解码器的嵌入，8 维 | 解码器的输入 | `(B, N, 8)` | 另一张表，不掩蔽 |
# | 解码器：GRU，16 个单元 | 上一行 | `(B, N, 16)` | 从编码器的状态开始 |
# | 全连接 | 上一行 | `(B, N, V)` | 下一个词元的概率 |
#
# 检查不看你怎么写，只看模型怎么做：输出的形状，概率之和是不是 1，源序列有没有影响，源序列末尾多补 0 有没有影响，解码器会不会偷看后面，参数有多少。

# %% [markdown] lang="en"
# ## 1. Build an encoder with a decoder
#
# Build this model with Keras (`keras` and `keras.layers` are imported); there is no need to compile it. It has two inputs: the
# source $(B, T)$ and what the decoder reads, $(B, N)$; $T$ and $N$ are independent, and neither is fixed.
#
# | layer | reads | shape of its output | |
# |:--|:--|:--|:--|
# | embedding of the source, 8 features | source | `(B, T, 8)` | id 0 is padding, to be masked |
# | encoder: GRU, 16 units | the row above | `(B, 16)` | |
# | embedding of the decoder, 8 features | decoder input | `(B, N, 8)` | another table, no mask |
# | decoder: GRU, 16 units | the row above | `(B, N, 16)` | begins with the encoder's state |
# | dense | the row above | `(B, N, V)` | probabilities of the next token |
#
# The check does not look at how you write it, but at what the model does: the shape of its output, whether probabilities add up
# to 1, whether the source has an effect, whether more zeros at its end have one, whether the decoder peeks ahead, and how many
# parameters there are.

# %% task="build_seq2seq"
def build_seq2seq(vocabulary_size):
    """V -> keras.Model: source ids (B, T), decoder ids (B, N) -> probabilities (B, N, V). About 8 lines."""
    # BEGIN SOLUTION
    source, written = keras.Input((None,)), keras.Input((None,))
    x = layers.Embedding(vocabulary_size, 8, mask_zero=True)(source)   # (B, T, 8)
    state = layers.GRU(16)(x)                                          # (B, 16)
    y = layers.Embedding(vocabulary_size, 8)(written)                  # (B, N, 8)
    y = layers.GRU(16, return_sequences=True)(y, initial_state=state)  # (B, N, 16)
    y = layers.Dense(vocabulary_size, activation="softmax")(y)         # (B, N, V)
    return keras.Model([source, written], y)
    # END SOLUTION

# %% check="build_seq2seq"
check.build_seq2seq(build_seq2seq)

# %% [markdown] lang="zh"
# ## 2. 教师强制
#
# 训练时，解码器第 $n$ 步读入正确答案的前一个词元，要猜下一个。下图的答案是 7 5：下排橙色部分读入 `<s>` 7 5，上排要猜 7 5 `</s>`。

# %% [markdown] lang="en"
# ## 2. Teacher forcing
#
# In training, step $n$ of the decoder reads the last token of the right answer and must guess the next. In the picture the answer
# is 7 5: the orange part reads `<s>` 7 5 (below) and must guess 7 5 `</s>` (above).

# %%
from rnncourse.plots import plot_encoder_decoder

_ = plot_encoder_decoder([5, 0, 7], [7, 5])

# %% [markdown] lang="zh"
# 给你 $B$ 个答案（长度不一，编号不会是起始和结束词元的），返回解码器的**输入**和**目标**，形状都是 $(B, N+1)$，$N$ 是最长答案的长度；短的在后面补 0。`pad(sequences)` 返回后填充的批。例：`start = 1`，`end = 2`：
#
# | `answers` | 输入 | 目标 |
# |:--|:--|:--|
# | `[5, 6, 7]` | `1 5 6 7` | `5 6 7 2` |
# | `[8]` | `1 8 0 0` | `8 2 0 0` |

# %% [markdown] lang="en"
# Given $B$ answers of different lengths (any ids but those of start and end), return the decoder's **inputs** and **targets**, both
# of shape $(B, N+1)$, where $N$ is the length of the longest answer; shorter rows are filled up with 0 behind. `pad(sequences)`
# gives a post-padded batch. With `start = 1` and `end = 2`:
#
# | `answers` | inputs | targets |
# |:--|:--|:--|
# | `[5, 6, 7]` | `1 5 6 7` | `5 6 7 2` |
# | `[8]` | `1 8 0 0` | `8 2 0 0` |

# %% task="teacher_forcing"
def teacher_forcing(answers, start, end):
    """B int arrays, two ids -> decoder inputs (B, N + 1), targets (B, N + 1). About 3 lines."""
    # BEGIN SOLUTION
    inputs = pad([[start, *answer] for answer in answers])
    targets = pad([[*answer, end] for answer in answers])
    return inputs, targets
    # END SOLUTION

# %% check="teacher_forcing"
check.teacher_forcing(teacher_forcing)

# %% [markdown] lang="zh"
# ## 3. 贪心解码
#
# 使用时没有正确答案可读：解码器读自己写的（红线）。

# %% [markdown] lang="en"
# ## 3. Greedy decoding
#
# In use there is no right answer to read: the decoder reads what it wrote (the red lines).

# %%
_ = plot_encoder_decoder([5, 0, 7], [7, 5], feedback=True)

# %% [markdown] lang="zh"
# 给你一个函数 `step`，它走解码器的一步：`scores, state = step(token, state)`，`token` 是一个整数，`scores` 的形状是 $(V,)$，`state` 你不必看懂，原样传下去即可。从 `start` 和给定的 `state` 开始，每步取分数最高的词元，直到它是 `end`，或已写了 `longest` 个词元。返回写下的词元（整数的列表），不含 `start`，也不含 `end`。
#
# $$y_n = \arg\max_v \, \text{scores}_n[v], \qquad \text{scores}_n, s_n = \text{step}(y_{n-1}, s_{n-1}), \qquad y_0 = \text{start}$$

# %% [markdown] lang="en"
# You get a function `step` that takes one step of the decoder: `scores, state = step(token, state)`, where `token` is a whole
# number, `scores` has the shape $(V,)$, and `state` you need not understand, only hand on. Begin with `start` and the given `state`,
# take the token with the highest score at each step, until it is `end` or `longest` tokens are written. Return the tokens
# written (a list of whole numbers) without `start` and without `end`.
#
# $$y_n = \arg\max_v \, \text{scores}_n[v], \qquad \text{scores}_n, s_n = \text{step}(y_{n-1}, s_{n-1}), \qquad y_0 = \text{start}$$

# %% task="greedy_decode"
def greedy_decode(step, state, start, end, longest):
    """A step function, a state, two ids, a number -> the tokens written, a list of int. About 8 lines."""
    # BEGIN SOLUTION
    token, answer = start, []
    for _ in range(longest):
        scores, state = step(token, state)
        token = int(np.argmax(scores))
        if token == end:
            break
        answer.append(token)
    return answer
    # END SOLUTION

# %% check="greedy_decode"
check.greedy_decode(greedy_decode)

# %% [markdown] lang="zh"
# ## 4. 打分：整条全对的比例
#
# 成批解码时，先写完的行还会继续写，直到最长的一行写完；所以要在**第一个**结束词元处截断，再逐行比较。一行全对才算对：长度相同，词元也都相同。没有结束词元的行，整行都是答案。
#
# $$\text{score} = \frac{1}{B} \sum_{b=1}^{B} [\,\hat y_b = y_b\,]$$
#
# 例（`end = 2`）：
#
# | 预测 | 应为 | 截断后 | 对吗 |
# |:--|:--|:--|:--|
# | `7 5 2 9 2` | `7 5 2 0 0` | `7 5` 与 `7 5` | 对 |
# | `7 2 2 0 0` | `7 5 2 0 0` | `7` 与 `7 5` | 错 |
# | `7 5 9 9 9` | `7 5 2 0 0` | `7 5 9 9 9` 与 `7 5` | 错 |
#
# 这里的结果是 1/3。

# %% [markdown] lang="en"
# ## 4. The score: what share is right as a whole?
#
# When a batch is decoded, rows that are done go on writing until the longest one is; so cut each row at its **first** end token,
# then compare row by row. A row is right only as a whole: the same length and the same tokens. In a row without an end token
# all of it is the answer.
#
# $$\text{score} = \frac{1}{B} \sum_{b=1}^{B} [\,\hat y_b = y_b\,]$$
#
# For instance, with `end = 2`:
#
# | predicted | expected | once cut | right? |
# |:--|:--|:--|:--|
# | `7 5 2 9 2` | `7 5 2 0 0` | `7 5` and `7 5` | yes |
# | `7 2 2 0 0` | `7 5 2 0 0` | `7` and `7 5` | no |
# | `7 5 9 9 9` | `7 5 2 0 0` | `7 5 9 9 9` and `7 5` | no |
#
# This gives 1/3.

# %% task="exact_match"
def exact_match(predicted, expected, end):
    """Token ids (B, N), (B, N), the end id -> share of rows that are right, float. About 6 lines."""
    # BEGIN SOLUTION
    def cut(row):
        row = row.tolist()
        return row[: row.index(end)] if end in row else row

    right = [cut(p) == cut(e) for p, e in zip(predicted, expected)]
    return float(np.mean(right))
    # END SOLUTION

# %% check="exact_match"
check.exact_match(exact_match)
