# %% [markdown] lang="zh"
# # 3.1 环境与数据：练习
#
# 六道小题，把一串词元变成模型能读的批：建词表、编码、填充、掩码、算填充占比、分桶。每题大约 5–15 分钟。
#
# 做法：把 `raise NotImplementedError` 一行换成你的代码，运行该单元格，再运行下面的检查。答对时出现 ✓ 和得分；答错时出现一条提示，并列出你的结果和应有的结果。检查不限次数。

# %% [markdown] lang="en"
# # 3.1 Environment and data: exercises
#
# Six small tasks that turn tokens into batches a model can read: vocabulary, ids, padding, mask, share of padding, buckets.
# Each takes 5 to 15 minutes.
#
# Replace the line `raise NotImplementedError` with your code, run that cell, then run the check below it. A right answer gets
# a ✓ and its points; a wrong one gets a hint, with your result beside the expected one. Check as often as you like.

# %% tags=["setup"]
from collections import Counter

import numpy as np

PADDING, UNKNOWN = 0, 1

# %% [markdown] lang="zh"
# ## 1. 建立词表
#
# 词表给每个词元一个编号。编号 0 留给填充，1 留给未知词元，真正的词元从 2 开始，次数最多的在前；次数相同的，按词元本身从小到大排（Python 对字符串的默认次序）。`size` 是编号的总数，0 和 1 也算在内；放不下的词元舍去。次数是所有文本中出现的总次数。
#
# 例：文本是 `["好", "看"]`、`["好", "听", "好"]` 和 `["不", "看"]`，`size=5`：
#
# | 词元 | 次数 | 编号 |
# |:--|--:|--:|
# | （填充） | | 0 |
# | （未知词元） | | 1 |
# | 好 | 3 | 2 |
# | 看 | 2 | 3 |
# | 不 | 1 | 4 |
# | 听 | 1 | 舍去 |
#
# 返回 `{"好": 2, "看": 3, "不": 4}`。`collections.Counter` 已经导入，可以用它来数。

# %% [markdown] lang="en"
# ## 1. Build a vocabulary
#
# A vocabulary gives every token an id. Id 0 is kept for padding and 1 for the unknown token; real tokens begin at 2, the most
# frequent first, and equally frequent ones in the order of the tokens themselves (Python's order of strings). `size` counts
# all ids, 0 and 1 included; tokens that find no place are left out. A token's frequency is its number of occurrences in all
# texts together.
#
# For example, `["good", "film"]`, `["good", "plot", "good"]` and `["bad", "film"]` with `size=5`:
#
# | token | occurrences | id |
# |:--|--:|--:|
# | (padding) | | 0 |
# | (unknown token) | | 1 |
# | good | 3 | 2 |
# | film | 2 | 3 |
# | bad | 1 | 4 |
# | plot | 1 | left out |
#
# The result is `{"good": 2, "film": 3, "bad": 4}`. `collections.Counter` is imported and can count for you.

# %% task="build_vocabulary"
def build_vocabulary(token_lists, size):
    """Lists of tokens, one a text -> dict token: id, the most frequent ones. About 4 lines."""
    # BEGIN SOLUTION
    counts = Counter(token for tokens in token_lists for token in tokens)
    ranked = sorted(counts, key=lambda token: (-counts[token], token))
    return {token: id_ for id_, token in enumerate(ranked[: size - 2], start=2)}
    # END SOLUTION

# %% check="build_vocabulary"
check.build_vocabulary(build_vocabulary)

# %% [markdown] lang="zh"
# ## 2. 编码
#
# 把一条文本的词元换成编号；不在词表里的词元一律得到 `UNKNOWN`，也就是 1。词表本身不能改动：训练结束后，模型的嵌入矩阵里就没有空行了。
#
# | 词元 | 好 | 吵 | 不 | 看 |
# |:--|--:|--:|--:|--:|
# | 在词表中？ | 是 | 否 | 是 | 是 |
# | 编号 | 2 | 1 | 4 | 3 |
#
# 返回整数数组；没有词元时，返回长度为 0 的整数数组。

# %% [markdown] lang="en"
# ## 2. Encode
#
# Replace the tokens of one text by their ids; every token that is not in the vocabulary becomes `UNKNOWN`, which is 1. The
# vocabulary itself must not change: once a model is trained, its embedding has no spare rows.
#
# | token | good | loud | bad | film |
# |:--|--:|--:|--:|--:|
# | in the vocabulary? | yes | no | yes | yes |
# | id | 2 | 1 | 4 | 3 |
#
# The result is an array of whole numbers, of length 0 where there are no tokens.

# %% task="encode"
def encode(tokens, vocabulary):
    """List of T tokens, dict token: id -> ids, int array (T,); T may be 0. About 1 line."""
    # BEGIN SOLUTION
    return np.array([vocabulary.get(token, UNKNOWN) for token in tokens], dtype=int)
    # END SOLUTION

# %% check="encode"
check.encode(encode)

# %% [markdown] lang="zh"
# ## 3. 填充
#
# 一批序列要并排放进一个矩形 $(B, T)$。这里用后填充：词元靠左，不足 `length` 的在后面补 0；超过 `length` 的只留下最前面的 `length` 个。左图是长短不一的四个序列（红字将被截掉），右图是 `length=5` 时的一批。

# %% [markdown] lang="en"
# ## 3. Pad a batch
#
# To go side by side, sequences must fill a rectangle $(B, T)$. Here we post-pad: tokens stand at the left, and what is missing
# up to `length` is filled with 0 behind them; of a sequence longer than `length` only the first `length` tokens stay. Left:
# four sequences as they are (what is in red will be cut). Right: the batch with `length=5`.

# %%
from rnncourse.plots.exercises import plot_padding

_ = plot_padding([[7, 4, 9], [5, 3, 8, 8, 2, 6, 4], [6], [9, 2, 5, 7, 3]], length=5)

# %% task="pad_batch"
def pad_batch(sequences, length):
    """B lists of ids, of any lengths -> int array (B, length), post-padded with 0. About 4 lines."""
    # BEGIN SOLUTION
    batch = np.full((len(sequences), length), PADDING)
    for row, sequence in zip(batch, sequences):
        kept = sequence[:length]
        row[: len(kept)] = kept
    return batch
    # END SOLUTION

# %% check="pad_batch"
check.pad_batch(pad_batch)

# %% [markdown] lang="zh"
# ## 4. 掩码
#
# 掩码告诉循环层哪些时间步是真的：序列 $b$ 有 $n_b$ 个词元，后填充时
#
# $$m_{b,t} = \begin{cases} \text{True} & t < n_b \\ \text{False} & t \ge n_b \end{cases} \qquad t = 0, 1, \dots, T-1$$
#
# 掩码为 False 的时间步会被跳过，隐状态原样传到下一步。请不用循环，用广播一次算出整个 $(B, T)$ 的布尔数组：`np.arange(steps)` 的形状是 `(T,)`，`lengths` 的形状是 `(B,)`。

# %% [markdown] lang="en"
# ## 4. Build the mask
#
# A mask tells recurrent layers which steps are real. If sequence $b$ has $n_b$ tokens, then with post-padding
#
# $$m_{b,t} = \begin{cases} \text{True} & t < n_b \\ \text{False} & t \ge n_b \end{cases} \qquad t = 0, 1, \dots, T-1$$
#
# A step whose mask is False is skipped: the hidden state is handed on as it is. Compute the whole boolean array $(B, T)$ at
# once, by broadcasting and without a loop: `np.arange(steps)` has the shape `(T,)`, `lengths` has `(B,)`.

# %% task="padding_mask"
def padding_mask(lengths, steps):
    """Lengths (B,), number of steps T -> bool array (B, T), True where a step is real. About 1 line."""
    # BEGIN SOLUTION
    return np.arange(steps) < lengths[:, None]
    # END SOLUTION

# %% check="padding_mask"
check.padding_mask(padding_mask)

# %% [markdown] lang="zh"
# ## 5. 填充占多少
#
# 填充也要计算，只是白算。批 $S$ 里有 $|S|$ 个序列，只补到其中最长的那么长，共有 $|S| \max_{i \in S} n_i$ 个位置。对所有批 $S_1, S_2, \dots$ 合起来：
#
# $$\text{填充占比} = \frac{\text{填充的个数}}{\text{位置的个数}}, \qquad \text{位置的个数} = \sum_k |S_k| \max_{i \in S_k} n_i$$
#
# `batches` 是由下标组成的列表，例如 `lengths = [4, 1, 2]`、`batches = [[0, 1], [2]]`：第一批是 2 × 4 个位置，第二批是 1 × 2 个，共 10 个位置；词元有 7 个，填充有 3 个，占比是 0.3。

# %% [markdown] lang="en"
# ## 5. How much is padding?
#
# Padding is computed like anything else, for nothing. A batch $S$ holds $|S|$ sequences and is padded to its own longest one:
# it has $|S| \max_{i \in S} n_i$ places. Over all batches $S_1, S_2, \dots$ together:
#
# $$\text{share of padding} = \frac{\text{padding}}{\text{places}}, \qquad \text{places} = \sum_k |S_k| \max_{i \in S_k} n_i$$
#
# `batches` holds lists of positions in `lengths`. With `lengths = [4, 1, 2]` and `batches = [[0, 1], [2]]` the first batch has
# 2 × 4 places and the second 1 × 2, together 10; there are 7 tokens, so 3 places are padding and the share is 0.3.

# %% task="padding_fraction"
def padding_fraction(lengths, batches):
    """Lengths (N,), batches as lists of indices -> share of padding, float. About 2 lines."""
    # BEGIN SOLUTION
    places = sum(len(batch) * max(lengths[i] for i in batch) for batch in batches)
    return 1 - sum(lengths) / places
    # END SOLUTION

# %% check="padding_fraction"
check.padding_fraction(padding_fraction)

# %% [markdown] lang="zh"
# ## 6. 分桶
#
# 把长度相近的序列放进同一批，填充就少了。下图中一个长条是一个序列，灰色是填充：左边按原来的次序，右边先按长度排序。

# %% [markdown] lang="en"
# ## 6. Bucket the batches
#
# With sequences of similar length in one batch there is little to pad. Each bar is a sequence, grey is padding: in the order
# in which they came (left), and sorted by length first (right).

# %%
from rnncourse.plots.exercises import plot_orders

_ = plot_orders(np.random.default_rng(3).gamma(2, 6, 32).astype(int) + 1, size=8)

# %% [markdown] lang="zh"
# 每批的条数也不必固定：短句一批可以多放几条。规则如下。
#
# 1. 按长度从短到长排好，长度相同的，下标小的在前。
# 2. 依次装入当前的批。如果加上这一条，填充后的大小（条数 × 其中最长的长度）会超过 `tokens`，就先结束当前的批，让这一条开始新的一批。
# 3. 单独一条就超过 `tokens` 的，自成一批。
#
# 返回由下标组成的列表的列表。例：`lengths = [5, 1, 3, 1]`、`tokens = 6` 得到 `[[1, 3], [2], [0]]`。把 2 也放进第一批就是 3 × 3 = 9 个位置，超过了 6。

# %% [markdown] lang="en"
# Nor need every batch hold as many: of short texts more fit in. The rules:
#
# 1. Order the sequences by length, the shortest first; of equally long ones the smaller index comes first.
# 2. Put one after the other into the current batch. If with this one its padded size (number of sequences × the longest of
#    them) would exceed `tokens`, the current batch ends and this sequence begins the next.
# 3. A sequence that exceeds `tokens` alone is a batch of its own.
#
# Return a list of lists of indices. `lengths = [5, 1, 3, 1]` and `tokens = 6` give `[[1, 3], [2], [0]]`: with 2 in it, the
# first batch would have 3 × 3 = 9 places, more than 6.

# %% task="bucket_batches"
def bucket_batches(lengths, tokens):
    """Lengths (N,), places a batch may have -> batches as lists of indices (int). About 8 lines."""
    # BEGIN SOLUTION
    batches, batch = [], []
    for i in np.argsort(lengths, kind="stable").tolist():
        if batch and (len(batch) + 1) * lengths[i] > tokens:
            batches.append(batch)
            batch = []
        batch.append(i)
    return [*batches, batch]
    # END SOLUTION

# %% check="bucket_batches"
check.bucket_batches(bucket_batches)

# %% [markdown] lang="zh"
# ## 回报
#
# 现在用你自己的两个函数看看真实的评论：填充占比降了多少？（后两题都答对之后再运行。）

# %% [markdown] lang="en"
# ## The reward
#
# Now your own two functions on the real reviews: how much padding is saved? (Run this once the last two checks pass.)

# %%
from rnncourse import datasets
from rnncourse.text import tokenize

reviews = datasets.split(datasets.load_reviews()).train
lengths = np.array([max(1, len(tokenize(text, reviews.unit)[: reviews.length])) for text in reviews.texts])
fixed = [list(range(start, min(start + 64, len(lengths)))) for start in range(0, len(lengths), 64)]
print(f"{padding_fraction(lengths, fixed):.1%} -> {padding_fraction(lengths, bucket_batches(lengths, 4096)):.1%}")
