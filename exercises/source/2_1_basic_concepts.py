# %% [markdown] lang="zh"
# # 2.1 基本概念：练习
#
# 四道小题：走一步，走完整条序列，数参数，认形状。每题 5–10 分钟，都只用 NumPy 或纯 Python。
#
# 做法：把 `raise NotImplementedError` 一行换成你的代码，运行该单元格，再运行下面的检查。答对时出现 ✓ 和得分；答错时出现一条提示，并列出你的结果和应有的结果。检查不限次数。

# %% [markdown] lang="en"
# # 2.1 Basic concepts: exercises
#
# Four small tasks: one step, a whole sequence, a count of parameters, shapes. Each takes 5 to 10 minutes and needs NumPy or plain
# Python only.
#
# Replace the line `raise NotImplementedError` with your code, run that cell, then run the check below it. A right answer gets
# a ✓ and its points; a wrong one gets a hint, with your result beside the expected one. Check as often as you like.

# %% tags=["setup"]
import numpy as np

# %% [markdown] lang="zh"
# ## 1. 走一步
#
# 简单循环网络的一步，读入 $x_t$，由旧状态 $h_{t-1}$ 算出新状态：
#
# $$h_t = \tanh(x_t W + h_{t-1} U + b)$$
#
# $x_t$ 的形状是 $(B, D)$，$h_{t-1}$ 是 $(B, H)$，$W$ 是 $(D, H)$，$U$ 是 $(H, H)$，$b$ 是 $(H,)$。先在纸上核对：每个乘积的形状是什么，三项能不能相加？

# %% [markdown] lang="en"
# ## 1. One step
#
# A step of a simple recurrent network reads $x_t$ and makes the new state from the old one, $h_{t-1}$:
#
# $$h_t = \tanh(x_t W + h_{t-1} U + b)$$
#
# $x_t$ is $(B, D)$, $h_{t-1}$ is $(B, H)$, $W$ is $(D, H)$, $U$ is $(H, H)$, $b$ is $(H,)$. On paper first: what shape has each
# product, and can the three be added?

# %% task="rnn_step"
def rnn_step(x_t, h, W, U, b):
    """Input (B, D), state (B, H), W (D, H), U (H, H), b (H,) -> next state (B, H). About 1 line."""
    # BEGIN SOLUTION
    return np.tanh(x_t @ W + h @ U + b)
    # END SOLUTION

# %% check="rnn_step"
check.rnn_step(rnn_step)

# %% [markdown] lang="zh"
# ## 2. 沿时间展开
#
# 把第 1 题的一步沿时间走完：从零状态开始，依次读 $x_1, \dots, x_T$。返回两样东西：**每一步**的状态 $(B, T, H)$，和**最后一步**的状态 $(B, H)$。下图是奇偶网络读六个数字：从左到右只有隐状态在传递。

# %% [markdown] lang="en"
# ## 2. Unrolling
#
# Take the step of task 1 along time: begin with zeros and read $x_1, \dots, x_T$. Return two things: the states of **every**
# step, $(B, T, H)$, and that of the **last** one, $(B, H)$. Below, the parity network reads six digits: from left to right
# nothing but the hidden state is handed on.

# %%
from rnncourse.plots import plot_unrolled

states = np.array([[1, -1], [1, -1], [1, 1], [1, -1], [1, -1], [1, 1]])
_ = plot_unrolled([1, 0, 1, 1, 0, 1], states)

# %% task="unroll_rnn"
def unroll_rnn(x, W, U, b):
    """Inputs (B, T, D), weights -> states of every step (B, T, H), last state (B, H). About 5 lines."""
    # BEGIN SOLUTION
    h = np.zeros((len(x), len(U)))
    states = []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ W + h @ U + b)
        states.append(h)
    return np.stack(states, axis=1), h
    # END SOLUTION

# %% check="unroll_rnn"
check.unroll_rnn(unroll_rnn)

# %% [markdown] lang="zh"
# ## 3. 数参数
#
# 一个循环层有多少个可训练的参数？每一**块**（SimpleRNN 只有一块；LSTM 和 GRU 的每个门与候选值各一块）都有自己的输入权重 $D \times H$、循环权重 $H \times H$ 和偏置：
#
# | `cell` | 块数 | 每块的偏置 |
# |:--|:--|:--|
# | `"simple_rnn"` | 1 | $H$ |
# | `"lstm"` | 4 | $H$ |
# | `"gru"` | 3 | $2H$：输入权重与循环权重旁边各一组（Keras 的默认形式） |
#
# 例：`count_parameters("simple_rnn", 1, 2, 6)` 是 $1 \cdot 2 + 2 \cdot 2 + 2 = 8$，就是本章的奇偶网络。参数都给你了，不一定都用得上。

# %% [markdown] lang="en"
# ## 3. Count the parameters
#
# How many trainable parameters has a recurrent layer? Each **block** (one in a SimpleRNN; in LSTM and GRU one for each gate and
# one for the candidate) has its own kernel $D \times H$, recurrent kernel $H \times H$ and bias:
#
# | `cell` | blocks | bias of a block |
# |:--|:--|:--|
# | `"simple_rnn"` | 1 | $H$ |
# | `"lstm"` | 4 | $H$ |
# | `"gru"` | 3 | $2H$: one beside each of the two kernels (Keras's default form) |
#
# For instance `count_parameters("simple_rnn", 1, 2, 6)` is $1 \cdot 2 + 2 \cdot 2 + 2 = 8$, this chapter's parity network. Not
# every argument need be of use.

# %% task="count_parameters"
def count_parameters(cell, features, units, steps):
    """Name of the cell, D, H, T -> number of trainable parameters, int. About 3 lines."""
    # BEGIN SOLUTION
    blocks = {"simple_rnn": 1, "lstm": 4, "gru": 3}[cell]
    biases = 2 if cell == "gru" else 1
    return blocks * (features * units + units * units + biases * units)
    # END SOLUTION

# %% check="count_parameters"
check.count_parameters(count_parameters)

# %% [markdown] lang="zh"
# ## 4. 认形状
#
# 循环层返回什么，由两个开关决定。写一个函数，给出返回的各个张量的形状，次序与 Keras 相同：
#
# | | 第一个张量 | 接着 |
# |:--|:--|:--|
# | `return_sequences=False` | 最后一步的输出 | |
# | `return_sequences=True` | 每一步的输出 | |
# | `return_state=True` | 同上，不变 | 最后的各个状态：隐状态 $h_T$；LSTM 还有细胞状态 $c_T$ |
#
# `input_shape` 是 $(B, T, D)$，`units` 是 $H$。返回一个列表，每项是一个元组，例如 `[(4, 7, 5), (4, 5)]`。

# %% [markdown] lang="en"
# ## 4. Which shapes?
#
# Two switches decide what a recurrent layer returns. Write a function that gives the shapes of all tensors returned, in Keras's
# order:
#
# | | the first tensor | then |
# |:--|:--|:--|
# | `return_sequences=False` | the output of the last step | |
# | `return_sequences=True` | the output of every step | |
# | `return_state=True` | as above, unchanged | the last states: the hidden state $h_T$, and for an LSTM also the cell state $c_T$ |
#
# `input_shape` is $(B, T, D)$, `units` is $H$. Return a list of tuples, such as `[(4, 7, 5), (4, 5)]`.

# %% task="layer_shapes"
def layer_shapes(cell, input_shape, units, return_sequences, return_state):
    """Name of the cell, (B, T, D), H, two bools -> list of shapes (tuples). About 6 lines."""
    # BEGIN SOLUTION
    batch, steps, _ = input_shape
    shapes = [(batch, steps, units) if return_sequences else (batch, units)]
    if return_state:
        shapes += [(batch, units)] * (2 if cell == "lstm" else 1)
    return shapes
    # END SOLUTION

# %% check="layer_shapes"
check.layer_shapes(layer_shapes)
