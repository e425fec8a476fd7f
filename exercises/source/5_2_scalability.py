# %% [markdown] lang="zh"
# # 5.2 可扩展性：练习
#
# 五道小题：数计算量、分段读、cuDNN 的条件、多台设备、磁盘上的数据。每题大约 5–15 分钟，只用 NumPy。
#
# 做法：把 `raise NotImplementedError` 一行换成你的代码，运行该单元格，再运行下面的检查。答对时出现 ✓ 和得分；答错时出现一条提示，并列出你的结果和应有的结果。检查不限次数。

# %% [markdown] lang="en"
# # 5.2 Scalability: exercises
#
# Five small tasks: counting the work, reading in chunks, cuDNN's conditions, several devices, data on disk. Each takes 5 to 15
# minutes, with NumPy alone.
#
# Replace the line `raise NotImplementedError` with your code, run that cell, then run the check below it. A right answer gets
# a ✓ and its points; a wrong one gets a hint, with your result beside the expected one. Check as often as you like.

# %% tags=["setup"]
import numpy as np


def simple_rnn(x, h, kernel, recurrent_kernel, bias):
    """x (B, t, D), hidden state (B, H) before it -> hidden states (B, t, H) of all its steps."""
    states = []
    for x_t in np.swapaxes(x, 0, 1):
        h = np.tanh(x_t @ kernel + h @ recurrent_kernel + bias)
        states.append(h)
    return np.stack(states, axis=1)

# %% [markdown] lang="zh"
# ## 1. 数乘加
#
# 乘加：一次乘法连同它的加法。$(1, n)$ 的向量乘 $(n, m)$ 的矩阵，要 $n \cdot m$ 次。循环层的每一步、每一条序列，每一块（门或候选值）都要做两个这样的乘法：
#
# $$\underbrace{x_t W}_{(D) \cdot (D, H)} + \underbrace{h_{t-1} U}_{(H) \cdot (H, H)} + b$$
#
# | `kind` | 块 | 几块 |
# |:--|:--|:--:|
# | `"simple_rnn"` | 候选值 | 1 |
# | `"gru"` | 更新门、重置门、候选值 | ? |
# | `"lstm"` | 输入门、遗忘门、候选值、输出门 | ? |
#
# 返回一批 $B$ 条、每条 $T$ 步的序列前向传播一遍的乘加次数。只数矩阵乘法；偏置、激活函数和逐元素的运算不算。

# %% [markdown] lang="en"
# ## 1. Count the multiply-adds
#
# A multiply-add is a multiplication together with its addition. A vector $(1, n)$ times a matrix $(n, m)$ takes $n \cdot m$ of them. A recurrent layer does two such products for each step, each sequence and each block (a gate or the candidate):
#
# $$\underbrace{x_t W}_{(D) \cdot (D, H)} + \underbrace{h_{t-1} U}_{(H) \cdot (H, H)} + b$$
#
# | `kind` | blocks | how many |
# |:--|:--|:--:|
# | `"simple_rnn"` | candidate | 1 |
# | `"gru"` | update gate, reset gate, candidate | ? |
# | `"lstm"` | input gate, forget gate, candidate, output gate | ? |
#
# Return the number of multiply-adds of one forward pass over a batch of $B$ sequences of $T$ steps. Count matrix products alone: no biases, no activations, nothing that is done entry by entry.

# %% task="multiply_adds"
def multiply_adds(kind, B, T, D, H):
    """The kind of cell, four sizes -> number of multiply-adds, int. About 2 lines."""
    # BEGIN SOLUTION
    blocks = {"simple_rnn": 1, "gru": 3, "lstm": 4}[kind]
    return B * T * blocks * H * (D + H)
    # END SOLUTION

# %% check="multiply_adds"
check.multiply_adds(multiply_adds)

# %% [markdown] lang="zh"
# ## 2. 分段的最大汇聚
#
# 序列太长，内存放不下，只能一段一段地来：`chunks` 是数组的列表，第 $k$ 段的形状是 $(B, t_k, D)$，$t_k$ 可以不同。设置单元格里的 `simple_rnn(x, h, *params)` 读一段，返回这一段每一步的隐状态；第一段从零状态开始。返回每个单元在**所有**时间步上的最大值，与整条一次读完完全相同：
#
# $$m_{b,j} = \max_{1 \le t \le T} h_{b,t,j}, \qquad T = \textstyle\sum_k t_k$$
#
# 不许把各段接起来再读，也不许留着全部状态：那样就又放不下了。（检查看不见这一点，你自己看得见。）

# %% [markdown] lang="en"
# ## 2. Max pooling in chunks
#
# The sequence is too long for memory and comes chunk by chunk: `chunks` is a list of arrays, number $k$ of shape $(B, t_k, D)$, and the $t_k$ may differ. The set-up cell has `simple_rnn(x, h, *params)`, which reads a chunk and returns the hidden states of its steps; the first chunk begins with zeros. Return the largest value of each unit over **all** steps, exactly as if the whole had been read at once:
#
# $$m_{b,j} = \max_{1 \le t \le T} h_{b,t,j}, \qquad T = \textstyle\sum_k t_k$$
#
# Do not join the chunks, and do not keep all states: memory would not hold them. (The check cannot see that; you can.)

# %% task="stream_max"
def stream_max(chunks, kernel, recurrent_kernel, bias):
    """Chunks (B, t, D), weights of a simple RNN -> largest hidden state (B, H). About 6 lines."""
    # BEGIN SOLUTION
    h = np.zeros((len(chunks[0]), len(bias)))
    highest = np.full_like(h, -np.inf)
    for chunk in chunks:
        states = simple_rnn(chunk, h, kernel, recurrent_kernel, bias)  # (B, t, H)
        highest, h = np.maximum(highest, states.max(axis=1)), states[:, -1]
    return highest
    # END SOLUTION

# %% check="stream_max"
check.stream_max(stream_max)

# %% [markdown] lang="zh"
# ## 3. cuDNN 用得上吗
#
# 有 GPU 时，Keras 的 LSTM 和 GRU 可以用 cuDNN 的内核：一次调用走完所有时间步。只要有一个条件不满足，它多半一声不响地退回自己的循环（不合格的掩码是例外：`fit` 会报错）。写一个函数，列出障碍。后端是 TensorFlow，GPU 有。
#
# `kind` 是 `"lstm"`、`"gru"` 或 `"simple_rnn"`；`settings` 是构造该层时写出来的参数，**没写的取默认值**；`mask` 是 None 或 $(B, T)$ 的布尔数组。
#
# | 名字 | 条件 | 默认值 |
# |:--|:--|:--|
# | `"layer"` | 是 LSTM 或 GRU；不是的话，其余参数不必再看 | |
# | `"activation"` | `"tanh"` | `"tanh"` |
# | `"recurrent_activation"` | `"sigmoid"` | `"sigmoid"` |
# | `"recurrent_dropout"` | 0 | 0 |
# | `"reset_after"`（只有 GRU 有） | True | True |
# | `"unroll"` | False | False |
# | `"use_bias"` | True | True |
# | `"use_cudnn"` | 不是 False | `"auto"` |
# | `"mask"` | 没有；或者每行都是先 True、后 False，且至少有一个 True | None |
#
# 其他参数（`units`、`dropout`、`return_sequences` ……）没有影响。返回不满足的条件的名字，按字母排序；都满足时返回空列表。

# %% [markdown] lang="en"
# ## 3. Can cuDNN be used?
#
# With a GPU, Keras's LSTM and GRU can use cuDNN's kernel: one call for all time steps. Where a single condition fails, they mostly fall back to their own loop without a word (an unfit mask is the exception: `fit` raises an error). Write a function that lists the obstacles. The backend is TensorFlow, and there is a GPU.
#
# `kind` is `"lstm"`, `"gru"` or `"simple_rnn"`; `settings` are the arguments that were written when the layer was made, **what is not written has its default**; `mask` is None or a boolean array $(B, T)$.
#
# | name | condition | default |
# |:--|:--|:--|
# | `"layer"` | it is an LSTM or a GRU; if not, its other arguments need not be looked at | |
# | `"activation"` | `"tanh"` | `"tanh"` |
# | `"recurrent_activation"` | `"sigmoid"` | `"sigmoid"` |
# | `"recurrent_dropout"` | 0 | 0 |
# | `"reset_after"` (of the GRU only) | True | True |
# | `"unroll"` | False | False |
# | `"use_bias"` | True | True |
# | `"use_cudnn"` | not False | `"auto"` |
# | `"mask"` | none; or each row has True first and False after it, and one True at least | None |
#
# Other arguments (`units`, `dropout`, `return_sequences` ...) do not matter. Return the names of the conditions that fail, in alphabetical order; an empty list where all hold.

# %% task="cudnn_conditions"
def cudnn_conditions(kind, settings, mask):
    """Kind of layer, its settings (dict), mask (B, T) or None -> sorted list of names. About 12 lines."""
    # BEGIN SOLUTION
    wanted = {"activation": "tanh", "recurrent_activation": "sigmoid", "recurrent_dropout": 0}
    wanted |= {"unroll": False, "use_bias": True}
    if kind == "gru":
        wanted["reset_after"] = True
    broken = {name for name, value in wanted.items() if settings.get(name, value) != value}
    if settings.get("use_cudnn") is False:
        broken.add("use_cudnn")
    if kind == "simple_rnn":
        broken = {"layer"}
    if mask is not None and not (mask[:, 0].all() and (mask[:, 1:] <= mask[:, :-1]).all()):
        broken.add("mask")
    return sorted(broken)
    # END SOLUTION

# %% check="cudnn_conditions"
check.cudnn_conditions(cudnn_conditions)

# %% [markdown] lang="zh"
# ## 4. 几台设备，一步
#
# 数据并行：每台设备有一份同样的模型，读一批里的一部分，算出自己那份的**平均**损失的梯度；然后合成整批的梯度，大家走同样的一步。总条数除不尽设备数时，各份有大有小。设备 $k$ 有 $n_k$ 条，梯度为 $g_k$，整批平均损失的梯度是
#
# $$g = \nabla \frac{1}{N} \sum_{i=1}^{N} L_i = \frac{1}{N} \sum_k \underbrace{\sum_{i \in k} \nabla L_i}_{=\,?}, \qquad N = \sum_k n_k$$
#
# 先把问号用 $n_k$ 和 $g_k$ 写出来。`gradients[k]` 是第 $k$ 台设备的列表，每个参数一个数组；`counts[k]` 是 $n_k$，没有分到例子的设备为 0，梯度全为 0。返回列表，每个参数一个数组。

# %% [markdown] lang="en"
# ## 4. Several devices, one step
#
# Data parallelism: each device has the same model, reads a part of the batch, and finds the gradient of the **mean** loss of its part; these are combined into that of the whole batch, and all take the same step. Where the number of examples is no multiple of the number of devices, the parts differ in size. Device $k$ has $n_k$ examples and the gradient $g_k$; the gradient of the mean loss of the whole batch is
#
# $$g = \nabla \frac{1}{N} \sum_{i=1}^{N} L_i = \frac{1}{N} \sum_k \underbrace{\sum_{i \in k} \nabla L_i}_{=\,?}, \qquad N = \sum_k n_k$$
#
# First write the question mark in terms of $n_k$ and $g_k$. `gradients[k]` is the list of device $k$, an array for each parameter; `counts[k]` is $n_k$; a device without an example has 0, and zeros for a gradient. Return a list, an array for each parameter.

# %% task="average_gradients"
def average_gradients(gradients, counts):
    """K lists of P arrays, K numbers of examples -> list of P arrays. About 5 lines."""
    # BEGIN SOLUTION
    total = sum(counts)
    return [
        sum(count / total * g for count, g in zip(counts, parts, strict=True))
        for parts in zip(*gradients, strict=True)
    ]
    # END SOLUTION

# %% check="average_gradients"
check.average_gradients(average_gradients)

# %% [markdown] lang="zh"
# ## 5. 从磁盘上取一批
#
# 几千万条长短不一的序列，内存放不下。把它们首尾相接存进一个文件，再记下每条从哪里开始；用 `np.memmap` 打开，只有用到的部分才真的从磁盘读进来：
#
# $$\text{ids} = [\,\underbrace{7, 4, 9}_{0}\;\underbrace{5}_{1}\;\underbrace{8, 8, 2, 6}_{2}\,], \qquad \text{offsets} = [\,0,\ 3,\ 4,\ 8\,]$$
#
# 取出 `rows` 指定的几条（按这个次序），在末尾补 0，宽度为**这一批里**最长的那条。例：`rows = [2, 1]`：
#
# $$\begin{pmatrix} 8 & 8 & 2 & 6 \\ 5 & 0 & 0 & 0 \end{pmatrix}$$

# %% [markdown] lang="en"
# ## 5. A batch from disk
#
# Tens of millions of sequences of all lengths do not fit into memory. Store them one after the other in one file, and note where each begins; opened by `np.memmap`, only what is used is really read from disk:
#
# $$\text{ids} = [\,\underbrace{7, 4, 9}_{0}\;\underbrace{5}_{1}\;\underbrace{8, 8, 2, 6}_{2}\,], \qquad \text{offsets} = [\,0,\ 3,\ 4,\ 8\,]$$
#
# Take those that `rows` names, in this order, and fill them up with 0 at the end, to the longest **of this batch**. With `rows = [2, 1]`:
#
# $$\begin{pmatrix} 8 & 8 & 2 & 6 \\ 5 & 0 & 0 & 0 \end{pmatrix}$$

# %% task="batch_from_flat"
def batch_from_flat(ids, offsets, rows):
    """ids (N,), offsets (number of sequences + 1,), rows (B,) -> batch (B, longest), int. About 5 lines."""
    # BEGIN SOLUTION
    lengths = [offsets[row + 1] - offsets[row] for row in rows]
    batch = np.zeros((len(rows), max(lengths)), dtype=ids.dtype)
    for filled, row, length in zip(batch, rows, lengths, strict=True):
        filled[:length] = ids[offsets[row] : offsets[row + 1]]
    return batch
    # END SOLUTION

# %% check="batch_from_flat"
check.batch_from_flat(batch_from_flat)

# %% [markdown] lang="zh"
# ## 回报
#
# 最后一题答对以后，看你的函数怎样读真的文件：一百万个词元写进临时文件，用 `np.memmap` 打开，取一批；与在内存里取的相同吗？

# %% [markdown] lang="en"
# ## The reward
#
# Once the last check passes, see your function read a real file: a million tokens written to a temporary file, opened by `np.memmap`, and a batch of it. Is it the same as from memory?

# %%
import tempfile
from pathlib import Path

rng = np.random.default_rng(0)
offsets = np.concatenate([[0], np.cumsum(rng.integers(1, 200, 10_000))])
ids = rng.integers(2, 5_000, offsets[-1]).astype("int32")
rows = rng.permutation(10_000)[:4]
with tempfile.TemporaryDirectory() as folder:
    ids.tofile(Path(folder) / "ids.int32")
    mapped = np.memmap(Path(folder) / "ids.int32", dtype="int32", mode="r")
    batch = batch_from_flat(mapped, offsets, rows)
    print(f"{len(mapped):,} -> {batch.shape}", np.array_equal(batch, batch_from_flat(ids, offsets, rows)))
    del mapped
