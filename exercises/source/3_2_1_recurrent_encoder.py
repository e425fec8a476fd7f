# %% [markdown] lang="zh"
# # 3.2.1 循环编码器：练习
#
# 五道小题，自下而上：嵌入怎样学习，双向怎样拼，末态在哪里取，dropout 怎样丢，长序列怎样分块读。每题 5–15 分钟，都只用 NumPy。
#
# 做法：把 `raise NotImplementedError` 一行换成你的代码，运行该单元格，再运行下面的检查。答对时出现 ✓ 和得分；答错时出现一条提示，并列出你的结果和应有的结果。检查不限次数。

# %% [markdown] lang="en"
# # 3.2.1 The recurrent encoder: exercises
#
# Five small tasks from the bottom to the top: how an embedding learns, how two directions are joined, where end states stand,
# what dropout drops, and how a long sequence is read in pieces. Each takes 5 to 15 minutes and needs NumPy only.
#
# Replace the line `raise NotImplementedError` with your code, run that cell, then run the check below it. A right answer gets
# a ✓ and its points; a wrong one gets a hint, with your result beside the expected one. Check as often as you like.

# %% tags=["setup"]
import numpy as np


def rnn(x, kernel, recurrent_kernel, bias):
    """A SimpleRNN from a zero state: x (B, T, D) -> the state after every step (B, T, H)."""
    h, states = np.zeros((len(x), len(bias))), []
    for x_t in np.swapaxes(x, 0, 1):
        h = np.tanh(x_t @ kernel + h @ recurrent_kernel + bias)
        states.append(h)
    return np.stack(states, axis=1)


def lstm(x, h, c, kernel, recurrent_kernel, bias):
    """An LSTM from the state h, c (B, H) each: x (B, T, D) -> outputs (B, T, H), the new h, the new c."""
    outputs = []
    for x_t in np.swapaxes(x, 0, 1):
        i, f, candidate, o = np.split(x_t @ kernel + h @ recurrent_kernel + bias, 4, axis=-1)
        i, f, o = (1 / (1 + np.exp(-gate)) for gate in (i, f, o))
        c = f * c + i * np.tanh(candidate)
        h = o * np.tanh(c)
        outputs.append(h)
    return np.stack(outputs, axis=1), h, c

# %% [markdown] lang="zh"
# ## 1. 嵌入的梯度
#
# 查表 $x_{b,t} = E[v_{b,t}]$ 以后，损失对每个 $x_{b,t}$ 的梯度 `d_x` 已经算好，形状 $(B, T, D)$。损失对表 $E$ 的梯度是什么？一行被用了几次，就收到几份梯度，**加起来**；没被用到的行是 0。编号 0 是填充，它那一行不训练，梯度为 0。
#
# $$\frac{\partial L}{\partial E_v} = \sum_{(b,t):\; v_{b,t} = v} \frac{\partial L}{\partial x_{b,t}}$$
#
# 例（$V=4$，$D=1$）：`tokens` 为 `[[2, 3, 2, 0]]`，`d_x` 为 `[[[1], [5], [10], [7]]]`，结果是 `[[0], [0], [11], [5]]`。

# %% [markdown] lang="en"
# ## 1. The gradient of an embedding
#
# After the lookup $x_{b,t} = E[v_{b,t}]$, the gradient of the loss with respect to each $x_{b,t}$ is known: `d_x`, of shape $(B, T, D)$.
# What is the loss's gradient with respect to the table $E$? A row that was used several times gets as many gradients, **added up**; a
# row that was not used gets 0. Id 0 is padding: its row is not trained, its gradient is 0.
#
# $$\frac{\partial L}{\partial E_v} = \sum_{(b,t):\; v_{b,t} = v} \frac{\partial L}{\partial x_{b,t}}$$
#
# For instance ($V=4$, $D=1$): with `tokens` `[[2, 3, 2, 0]]` and `d_x` `[[[1], [5], [10], [7]]]` the result is `[[0], [0], [11], [5]]`.

# %% task="embedding_gradient"
def embedding_gradient(tokens, d_x, vocabulary_size):
    """Ids (B, T), gradients (B, T, D), V -> gradient of the table (V, D). About 4 lines."""
    # BEGIN SOLUTION
    d_table = np.zeros((vocabulary_size, d_x.shape[-1]))
    np.add.at(d_table, tokens, d_x)
    d_table[0] = 0
    return d_table
    # END SOLUTION

# %% check="embedding_gradient"
check.embedding_gradient(embedding_gradient)

# %% [markdown] lang="zh"
# ## 2. 双向，带填充
#
# 下图里蓝色从左往右，橙色从右往左；灰色是填充。

# %% [markdown] lang="en"
# ## 2. Two directions, with padding
#
# In the picture blue reads from left to right, orange from right to left; grey is padding.

# %%
from rnncourse.plots import plot_encoder

_ = plot_encoder(["a", "b", "c"], padding=2)

# %% [markdown] lang="zh"
# 给你一批后填充的输入 $x$、每行的长度（至少 1），和两组 SimpleRNN 的权重。设置单元格里的 `rnn(x, *weights)` 从零状态读完整个序列，返回每一步的状态；它不认识掩码。返回每一步的双向状态 $[\overrightarrow{h}_t ; \overleftarrow{h}_t]$，形状 $(B, T, 2H)$，填充处为 0。
#
# 反向的循环应当从每行**自己的**最后一个词元开始；它的结果要放回原来的位置，使第 $t$ 步的两半说的是同一个输入。填充处的 $x$ 不是 0。

# %% [markdown] lang="en"
# You get a batch of post-padded inputs $x$, the length of each row (at least 1), and the weights of two SimpleRNNs. The set-up cell has `rnn(x, *weights)`, which reads a whole sequence from a zero state and returns the state of every step; it knows no mask. Return the bidirectional states $[\overrightarrow{h}_t ; \overleftarrow{h}_t]$ of every step, of shape $(B, T, 2H)$, with zeros at the padding.
#
# The backward loop is to begin at each row's **own** last token, and its results go back to their places, so that both halves of step $t$ are about the same input. What stands at the padding of $x$ is not 0.

# %% task="bidirectional_states"
def bidirectional_states(x, lengths, forward, backward):
    """x (B, T, D), lengths (B,), two tuples of weights -> states (B, T, 2H). About 8 lines."""
    # BEGIN SOLUTION
    step, last = np.arange(x.shape[1]), lengths[:, None] - 1             # (T,), (B, 1)
    source = np.where(step <= last, last - step, step)[:, :, None]       # (B, T, 1): its own inverse
    there = rnn(x, *forward)
    back = rnn(np.take_along_axis(x, source, axis=1), *backward)
    back = np.take_along_axis(back, source, axis=1)
    states = np.concatenate([there, back], axis=-1)
    return np.where((step <= last)[:, :, None], states, 0.0)
    # END SOLUTION

# %% check="bidirectional_states"
check.bidirectional_states(bidirectional_states)

# %% [markdown] lang="zh"
# ## 3. 两个末态
#
# 从每一步的双向状态（前一半正向，后一半反向）取出**一个**向量：每一半都取它**读完整行**时的状态。填充在行尾，长度可以是 0：这样的行返回 0。
#
# $$s_b = [\overrightarrow{h}_{b,\,n_b} ; \overleftarrow{h}_{b,\,1}]$$
#
# $n_b$ 是第 $b$ 行的长度。

# %% [markdown] lang="en"
# ## 3. The two end states
#
# Of the bidirectional states of every step (forward half first, backward half second) take **one** vector: each half where it
# has **read the whole row**. Padding stands at the end; a length may be 0, and such a row returns zeros.
#
# $$s_b = [\overrightarrow{h}_{b,\,n_b} ; \overleftarrow{h}_{b,\,1}]$$
#
# $n_b$ is the length of row $b$.

# %% task="end_states"
def end_states(states, lengths):
    """States (B, T, 2H), lengths (B,) -> one vector a row (B, 2H). About 5 lines."""
    # BEGIN SOLUTION
    units = states.shape[-1] // 2
    last = np.maximum(lengths - 1, 0)
    forward = states[np.arange(len(states)), last, :units]
    ends = np.concatenate([forward, states[:, 0, units:]], axis=-1)
    return np.where(lengths[:, None] > 0, ends, 0.0)
    # END SOLUTION

# %% check="end_states"
check.end_states(end_states)

# %% [markdown] lang="zh"
# ## 4. 变分 dropout
#
# 循环层的输入 dropout：每条序列抽**一个**掩码，每一步都丢掉同样的特征，留下的放大，使期望不变。
#
# $$y_{b,t,d} = \frac{m_{b,d}}{1 - p}\, x_{b,t,d}, \qquad m_{b,d} \in \{0, 1\}, \quad P(m_{b,d} = 0) = p$$
#
# 为了能核对，按下面的方法抽：`np.random.default_rng(seed).random((B, D))`，数小于 $p$（`rate`）的特征丢掉，其余留下。

# %% [markdown] lang="en"
# ## 4. Variational dropout
#
# Dropout on the input of a recurrent layer: **one** mask is drawn for each sequence, the same features are dropped at every
# step, and what is kept is scaled up so that its expectation stays.
#
# $$y_{b,t,d} = \frac{m_{b,d}}{1 - p}\, x_{b,t,d}, \qquad m_{b,d} \in \{0, 1\}, \quad P(m_{b,d} = 0) = p$$
#
# So that it can be checked, draw it like this: `np.random.default_rng(seed).random((B, D))`; a feature whose number lies below $p$
# (`rate`) is dropped, the others are kept.

# %% task="variational_dropout"
def variational_dropout(x, rate, seed):
    """x (B, T, D), the share to drop, a seed -> x with dropout (B, T, D). About 3 lines."""
    # BEGIN SOLUTION
    batch, _, features = x.shape
    kept = np.random.default_rng(seed).random((batch, features)) >= rate    # (B, D)
    return x * kept[:, None, :] / (1 - rate)
    # END SOLUTION

# %% check="variational_dropout"
check.variational_dropout(variational_dropout)

# %% [markdown] lang="zh"
# ## 5. 分块读
#
# 一条长序列放不进内存，或者还没说完：每次只读 `size` 步，最后一块可以短些。设置单元格里的 `lstm(x, h, c, *params)` 读一块，返回每一步的输出和两个末态。从零状态开始，返回所有步的输出 $(B, T, H)$，与一口气读完相同。
#
# $$o_{1..s},\, h_s,\, c_s = \text{lstm}(x_{1..s},\, 0,\, 0), \qquad o_{s+1..2s},\, h_{2s},\, c_{2s} = \text{lstm}(x_{s+1..2s},\, h_s,\, c_s), \qquad \dots$$

# %% [markdown] lang="en"
# ## 5. In pieces
#
# A long sequence does not fit into memory, or is not over yet: read `size` steps at a time; the last piece may be shorter. The set-up
# cell has `lstm(x, h, c, *params)`, which reads a piece and returns the outputs of its steps and the two end states. Begin with
# zeros, and return the outputs of all steps, $(B, T, H)$, just as if the whole had been read at once.
#
# $$o_{1..s},\, h_s,\, c_s = \text{lstm}(x_{1..s},\, 0,\, 0), \qquad o_{s+1..2s},\, h_{2s},\, c_{2s} = \text{lstm}(x_{s+1..2s},\, h_s,\, c_s), \qquad \dots$$

# %% task="encode_in_pieces"
def encode_in_pieces(x, size, kernel, recurrent_kernel, bias):
    """x (B, T, D), steps a piece, weights of an LSTM -> outputs (B, T, H). About 7 lines."""
    # BEGIN SOLUTION
    h = c = np.zeros((len(x), len(recurrent_kernel)))
    outputs = []
    for start in range(0, x.shape[1], size):
        piece = x[:, start : start + size]
        output, h, c = lstm(piece, h, c, kernel, recurrent_kernel, bias)
        outputs.append(output)
    return np.concatenate(outputs, axis=1)
    # END SOLUTION

# %% check="encode_in_pieces"
check.encode_in_pieces(encode_in_pieces)
