# %% [markdown] lang="zh"
# # 2.2.2 编码器与解码器：练习
#
# 三道小题，正好是解码器的一生：训练前备好输入和目标，使用时一步一步地写，最后给写出来的东西打分。每题 5–15 分钟，只用 NumPy。
#
# 做法：把 `raise NotImplementedError` 一行换成你的代码，运行该单元格，再运行下面的检查。答对时出现 ✓ 和得分；答错时出现一条提示，并列出你的结果和应有的结果。检查不限次数。

# %% [markdown] lang="en"
# # 2.2.2 Encoder and decoder: exercises
#
# Three small tasks, the life of a decoder: prepare inputs and targets for training, write step by step in use, and score what
# was written. Each takes 5 to 15 minutes and needs NumPy only.
#
# Replace the line `raise NotImplementedError` with your code, run that cell, then run the check below it. A right answer gets
# a ✓ and its points; a wrong one gets a hint, with your result beside the expected one. Check as often as you like.

# %% tags=["setup"]
import numpy as np

from rnncourse.text import pad

# %% [markdown] lang="zh"
# ## 1. 教师强制
#
# 训练时，解码器第 $n$ 步读入正确答案的前一个词元，要猜下一个。下图的答案是 7 5：下排橙色部分读入 `<s>` 7 5，上排要猜 7 5 `</s>`。

# %% [markdown] lang="en"
# ## 1. Teacher forcing
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
# ## 2. 贪心解码
#
# 使用时没有正确答案可读：解码器读自己写的（红线）。

# %% [markdown] lang="en"
# ## 2. Greedy decoding
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
# ## 3. 打分：整条全对的比例
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
# ## 3. The score: what share is right as a whole?
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
