# %% [markdown] lang="zh"
# # 2.2.1 循环单元：练习
#
# 六道小题：LSTM 的一步、GRU 的一步、带掩码的循环、chrono 偏置、把 PyTorch 的权重搬进 Keras、数状态。每题大约 5–15 分钟，只用 NumPy。
#
# 做法：把 `raise NotImplementedError` 一行换成你的代码，运行该单元格，再运行下面的检查。答对时出现 ✓ 和得分；答错时出现一条提示，并列出你的结果和应有的结果。检查不限次数。
#
# 形状的字母：$B$ 批，$T$ 时间步，$D$ 特征，$H$ 单元。

# %% [markdown] lang="en"
# # 2.2.1 Recurrent cells: exercises
#
# Six small tasks: a step of an LSTM, a step of a GRU, a loop with a mask, chrono biases, PyTorch's weights for Keras, and
# counting states. Each takes 5 to 15 minutes and NumPy alone.
#
# Replace the line `raise NotImplementedError` with your code, run that cell, then run the check below it. A right answer gets
# a ✓ and its points; a wrong one gets a hint, with your result beside the expected one. Check as often as you like.
#
# Letters of shapes: $B$ batch, $T$ time steps, $D$ features, $H$ units.

# %% tags=["setup"]
import numpy as np


def sigmoid(a):
    """1 / (1 + exp(-a)), without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * a))

# %% [markdown] lang="zh"
# ## 1. LSTM 的一步
#
# `kernel` $W$ 的形状是 $(D, 4H)$，`recurrent_kernel` $U$ 是 $(H, 4H)$，`bias` $b$ 是 $(4H)$；沿最后一个轴分成四块，次序是 Keras 的 i f c o。例如 $W_i$ 是 $W$ 的第一块，$(D, H)$。
#
# $$i = \sigma(x_t W_i + h_{t-1} U_i + b_i), \quad f = \sigma(x_t W_f + h_{t-1} U_f + b_f), \quad o = \sigma(x_t W_o + h_{t-1} U_o + b_o)$$
#
# $$\tilde c = \tanh(x_t W_c + h_{t-1} U_c + b_c), \quad c_t = f \odot c_{t-1} + i \odot \tilde c, \quad h_t = o \odot \tanh(c_t)$$
#
# `sigmoid` 已经给出；`np.split(a, 4, axis=-1)` 把最后一个轴分成相等的四块。

# %% [markdown] lang="en"
# ## 1. One step of an LSTM
#
# The `kernel` $W$ is $(D, 4H)$, the `recurrent_kernel` $U$ is $(H, 4H)$, the `bias` $b$ is $(4H)$. Along the last axis each
# consists of four blocks in Keras's order, i f c o: $W_i$ is the first block of $W$, $(D, H)$, and so on.
#
# $$i = \sigma(x_t W_i + h_{t-1} U_i + b_i), \quad f = \sigma(x_t W_f + h_{t-1} U_f + b_f), \quad o = \sigma(x_t W_o + h_{t-1} U_o + b_o)$$
#
# $$\tilde c = \tanh(x_t W_c + h_{t-1} U_c + b_c), \quad c_t = f \odot c_{t-1} + i \odot \tilde c, \quad h_t = o \odot \tanh(c_t)$$
#
# `sigmoid` is given; `np.split(a, 4, axis=-1)` cuts the last axis into four equal blocks.

# %% task="lstm_step"
def lstm_step(x_t, h, c, kernel, recurrent_kernel, bias):
    """x_t (B, D), h and c (B, H), Keras's weights -> (h, c) after the step, (B, H) each. About 5 lines."""
    # BEGIN SOLUTION
    a_i, a_f, a_c, a_o = np.split(x_t @ kernel + h @ recurrent_kernel + bias, 4, axis=-1)  # (B, H) each
    i, f, o = sigmoid(a_i), sigmoid(a_f), sigmoid(a_o)
    c = f * c + i * np.tanh(a_c)
    return o * np.tanh(c), c
    # END SOLUTION

# %% check="lstm_step"
check.lstm_step(lstm_step)

# %% [markdown] lang="zh"
# ## 2. GRU 的一步
#
# Keras 的默认形式，`reset_after=True`：`kernel` $W$ 是 $(D, 3H)$，`recurrent_kernel` $U$ 是 $(H, 3H)$，块的次序是 z r h；`bias` 是 $(2, 3H)$，第 0 行 $b$ 属于输入，第 1 行 $c$ 属于循环。
#
# $$z = \sigma(x_t W_z + b_z + h_{t-1} U_z + c_z), \quad r = \sigma(x_t W_r + b_r + h_{t-1} U_r + c_r)$$
#
# $$\tilde h = \tanh(x_t W_h + b_h + r \odot (h_{t-1} U_h + c_h)), \quad h_t = z \odot h_{t-1} + (1 - z) \odot \tilde h$$

# %% [markdown] lang="en"
# ## 2. One step of a GRU
#
# In Keras's default form, `reset_after=True`: the `kernel` $W$ is $(D, 3H)$, the `recurrent_kernel` $U$ is $(H, 3H)$, with
# blocks in the order z r h; the `bias` is $(2, 3H)$, row 0, $b$, for the input and row 1, $c$, for the recurrent side.
#
# $$z = \sigma(x_t W_z + b_z + h_{t-1} U_z + c_z), \quad r = \sigma(x_t W_r + b_r + h_{t-1} U_r + c_r)$$
#
# $$\tilde h = \tanh(x_t W_h + b_h + r \odot (h_{t-1} U_h + c_h)), \quad h_t = z \odot h_{t-1} + (1 - z) \odot \tilde h$$

# %% task="gru_step"
def gru_step(x_t, h, kernel, recurrent_kernel, bias):
    """x_t (B, D), h (B, H), Keras's weights -> h after the step (B, H). About 6 lines."""
    # BEGIN SOLUTION
    x_z, x_r, x_h = np.split(x_t @ kernel + bias[0], 3, axis=-1)  # (B, H) each
    h_z, h_r, h_h = np.split(h @ recurrent_kernel + bias[1], 3, axis=-1)
    z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
    candidate = np.tanh(x_h + r * h_h)
    return z * h + (1 - z) * candidate
    # END SOLUTION

# %% check="gru_step"
check.gru_step(gru_step)

# %% [markdown] lang="zh"
# ## 3. 带掩码的循环
#
# 一批长短不一的序列补成了同样的长度。在填充处什么也不该发生：状态原样交给下一步。这里用 SimpleRNN，$m_t$ 是这一步的掩码，$(B)$，True 表示真实的时间步；$h_0 = 0$。
#
# $$h_t = \begin{cases} \tanh(x_t W + h_{t-1} U + b) & m_t \text{ True} \\ h_{t-1} & m_t \text{ False} \end{cases}$$
#
# 返回走完 $T$ 步以后的状态。填充可能在后，也可能在前，填充处的 $x$ 不一定是 0。

# %% [markdown] lang="en"
# ## 3. A loop with a mask
#
# Sequences of different lengths were padded to one length. Nothing shall happen on padding: the state is handed on as it is.
# Here with a SimpleRNN; $m_t$, $(B)$, is the step's mask, True at a real step, and $h_0 = 0$.
#
# $$h_t = \begin{cases} \tanh(x_t W + h_{t-1} U + b) & m_t \text{ True} \\ h_{t-1} & m_t \text{ False} \end{cases}$$
#
# Return the state after all $T$ steps. Padding may stand behind or in front, and $x$ need not be 0 there.

# %% task="masked_last_state"
def masked_last_state(x, mask, kernel, recurrent_kernel, bias):
    """x (B, T, D), mask (B, T) bool, weights of a SimpleRNN -> the last state (B, H). About 5 lines."""
    # BEGIN SOLUTION
    h = np.zeros((len(x), len(recurrent_kernel)))
    for t in range(x.shape[1]):
        new = np.tanh(x[:, t] @ kernel + h @ recurrent_kernel + bias)
        h = np.where(mask[:, t, None], new, h)
    return h
    # END SOLUTION

# %% check="masked_last_state"
check.masked_last_state(masked_last_state)

# %% [markdown] lang="zh"
# ## 4. chrono 偏置
#
# 遗忘门的值若一直是 $f$，细胞状态走 $k$ 步以后还剩 $f^k$。要让第 $j$ 个单元记住大约 $u_j + 1$ 步，就在开始时让遗忘门等于 $u_j / (u_j + 1)$，输入门与它互补：
#
# $$\sigma(b_{f,j}) = \frac{u_j}{u_j + 1}, \qquad b_{i,j} = -b_{f,j}$$
#
# 从第一个式子解出 $b_{f,j}$，再把四块偏置按 i f c o 的次序接成 Keras 的一个向量；候选值和输出门的偏置是 0。

# %% [markdown] lang="en"
# ## 4. Chrono biases
#
# If the forget gate stays at $f$, then after $k$ steps $f^k$ of the cell state is left. For unit $j$ to remember about $u_j + 1$
# steps, its forget gate shall begin at $u_j / (u_j + 1)$, and the input gate be its counterpart:
#
# $$\sigma(b_{f,j}) = \frac{u_j}{u_j + 1}, \qquad b_{i,j} = -b_{f,j}$$
#
# Solve the first equation for $b_{f,j}$, and join the four blocks of biases in the order i f c o to Keras's one vector; those of
# candidate and output gate are 0.

# %% task="chrono_bias"
def chrono_bias(u):
    """Time scales u (H,), each above 1 -> biases of an LSTM in Keras's order (4H,). About 3 lines."""
    # BEGIN SOLUTION
    forget = np.log(u)  # sigmoid(b) = u / (u + 1)  <=>  exp(b) = u
    rest = np.zeros(2 * len(u))
    return np.concatenate([-forget, forget, rest])
    # END SOLUTION

# %% check="chrono_bias"
check.chrono_bias(chrono_bias)

# %% [markdown] lang="zh"
# ## 5. 把 PyTorch 的 GRU 搬进 Keras
#
# 两边算的是同一个函数，存法不同。PyTorch 的输入在右（$W x$），Keras 的输入在左（$x W$）；PyTorch 的 n 就是 Keras 的候选值 h。
#
# | PyTorch | 形状 | 块的次序 | Keras | 形状 | 块的次序 |
# |:--|:--|:--|:--|:--|:--|
# | `weight_ih` | `(3H, D)` | r z n | `kernel` | `(D, 3H)` | z r h |
# | `weight_hh` | `(3H, H)` | r z n | `recurrent_kernel` | `(H, 3H)` | z r h |
# | `bias_ih`、`bias_hh` | 各 `(3H,)` | r z n | `bias` | `(2, 3H)` | z r h |
#
# `bias` 的第 0 行来自 `bias_ih`，第 1 行来自 `bias_hh`。

# %% [markdown] lang="en"
# ## 5. A GRU of PyTorch for Keras
#
# Both compute the same function and store it differently. PyTorch has the input at the right ($W x$), Keras at the left
# ($x W$); PyTorch's n is Keras's candidate h.
#
# | PyTorch | shape | blocks | Keras | shape | blocks |
# |:--|:--|:--|:--|:--|:--|
# | `weight_ih` | `(3H, D)` | r z n | `kernel` | `(D, 3H)` | z r h |
# | `weight_hh` | `(3H, H)` | r z n | `recurrent_kernel` | `(H, 3H)` | z r h |
# | `bias_ih`, `bias_hh` | `(3H,)` each | r z n | `bias` | `(2, 3H)` | z r h |
#
# Row 0 of `bias` comes from `bias_ih`, row 1 from `bias_hh`.

# %% task="gru_from_pytorch"
def gru_from_pytorch(weight_ih, weight_hh, bias_ih, bias_hh):
    """PyTorch's arrays -> kernel (D, 3H), recurrent_kernel (H, 3H), bias (2, 3H). About 5 lines."""
    # BEGIN SOLUTION
    def reordered(array):
        r, z, n = np.split(array, 3)
        return np.concatenate([z, r, n])

    bias = np.stack([reordered(bias_ih), reordered(bias_hh)])
    return reordered(weight_ih).T, reordered(weight_hh).T, bias
    # END SOLUTION

# %% check="gru_from_pytorch"
check.gru_from_pytorch(gru_from_pytorch)

# %% [markdown] lang="zh"
# ## 6. 数参数，数状态
#
# 一层有多少参数？对每条序列，它从一步交给下一步的是多少个数？每个门、每个候选值都是一块，各有 $(D, H)$ 的输入权重、$(H, H)$ 的循环权重和自己的偏置。写 $k$ 为块数，$\beta$ 为每块偏置的行数，$s$ 为状态的个数：
#
# $$\text{参数} = k H (D + H + \beta), \qquad \text{状态} = s H$$
#
# 其中 $k$、$\beta$、$s$ 要由你填：`cell` 是 `"simple_rnn"`、`"lstm"` 或 `"gru"`，都取 Keras 的默认形式。

# %% [markdown] lang="en"
# ## 6. Count parameters and states
#
# How many parameters has a layer? How many numbers does it hand on from step to step, for one sequence? Each gate and each
# candidate is a block with a kernel $(D, H)$, a recurrent kernel $(H, H)$ and biases of its own. With $k$ blocks, $\beta$ rows of
# biases a block and $s$ states:
#
# $$\text{parameters} = k H (D + H + \beta), \qquad \text{states} = s H$$
#
# $k$, $\beta$ and $s$ are for you to fill in: `cell` is `"simple_rnn"`, `"lstm"` or `"gru"`, each in Keras's default form.

# %% task="count_states"
def count_states(cell, features, units):
    """Name of a cell, D, H -> (number of parameters, numbers handed on for a sequence), two ints. About 4 lines."""
    # BEGIN SOLUTION
    blocks = {"simple_rnn": 1, "gru": 3, "lstm": 4}[cell]
    biases = 2 if cell == "gru" else 1  # reset_after=True
    states = 2 if cell == "lstm" else 1
    return blocks * units * (features + units + biases), states * units
    # END SOLUTION

# %% check="count_states"
check.count_states(count_states)
