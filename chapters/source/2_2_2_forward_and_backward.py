# %% [markdown] lang="zh"
# # 2.2.2 前向传播与反向传播：梯度怎样沿时间走回来
#
# 读完本章，你能够：
#
# - 用铅笔推出 SimpleRNN 的反向传播，并用十来行 NumPy 写出来；
# - 不靠别人，自己证明梯度写对了：数值梯度、自动微分；
# - 说清梯度为什么会消失或爆炸，初始化、裁剪、截断各管什么、不管什么；
# - 用自己写的梯度训练一个网络。

# %% [markdown] lang="en"
# # 2.2.2 Forward and backward pass: how gradients travel back through time
#
# After this chapter you can:
#
# - derive the backward pass of a SimpleRNN with a pencil, and write it in a dozen lines of NumPy;
# - prove on your own that a gradient is right: by differences, by automatic differentiation;
# - say why gradients vanish or explode, and what initialisation, clipping and truncation do about it, and what not;
# - train a network with gradients that you wrote yourself.

# %%
import keras
import matplotlib.pyplot as plt
import numpy as np

from rnncourse import cells, choose, metrics, plots
from rnncourse.cells import gru, lstm, simple_rnn


def say(*, zh, en):
    """Print the sentence that is in the reader's language."""
    print(choose(zh=zh, en=en))


# %% [markdown] lang="zh"
# ## 原文的一句话
#
# “RNN 的训练过程包括正向传播和反向传播两个步骤。”这句话是对的。可它没有说：往回走的**是什么**，走完要**花多少**，走得**到不到**。图里的蓝线是前向传播，橙色虚线是反向传播；本章就讲那些虚线。

# %% [markdown] lang="en"
# ## One sentence of the article
#
# "The training of an RNN consists of two steps, forward pass and backward pass." This is right. What it does not say: **what** travels back, what that **costs**, and whether it **arrives**. Blue lines are the forward pass, dashed ones the backward pass; this chapter is about the dashed ones.

# %%
plots.plot_passes(3)
plt.show()

# %% [markdown] lang="zh"
# ## 记号
#
# 批里有 $B$ 个序列，各 $T$ 步；每步输入 $D$ 个数，隐状态 $H$ 个数。
#
# | 符号 | 代码 | 形状 | 是什么 |
# |:--|:--|:--|:--|
# | $x_t$ | `x[:, t - 1]` | $(B, D)$ | 第 $t$ 步的输入，$t = 1 \dots T$ |
# | $W$，$U$，$b$ | `W`, `U`, `b` | $(D, H)$，$(H, H)$，$(H,)$ | 输入权重、循环权重、偏置 |
# | $a_t$ | `a` | $(B, H)$ | 激活之前的和 |
# | $h_t$ | `h[t]` | $(B, H)$ | 隐状态；$h_0$ 是起点 |
# | $L = L_1 + \dots + L_T$ | `loss()` | 一个数 | 损失；$L_t$ 只直接看 $h_t$ |
# | $\mathrm{d}h_t = \partial L / \partial h_t$ | `d_h[t]` | 与 $h_t$ 相同 | **梯度与它的变量形状相同**；`d_W`、`d_a` 等同此 |

# %% [markdown] lang="en"
# ## Symbols
#
# A batch holds $B$ sequences of $T$ steps; a step reads $D$ numbers, the hidden state has $H$.
#
# | symbol | code | shape | what it is |
# |:--|:--|:--|:--|
# | $x_t$ | `x[:, t - 1]` | $(B, D)$ | the input of step $t$, $t = 1 \dots T$ |
# | $W$, $U$, $b$ | `W`, `U`, `b` | $(D, H)$, $(H, H)$, $(H,)$ | kernel, recurrent kernel, bias |
# | $a_t$ | `a` | $(B, H)$ | the sum before the activation |
# | $h_t$ | `h[t]` | $(B, H)$ | the hidden state; $h_0$ is the start |
# | $L = L_1 + \dots + L_T$ | `loss()` | a number | the loss; $L_t$ sees $h_t$ alone directly |
# | $\mathrm{d}h_t = \partial L / \partial h_t$ | `d_h[t]` | that of $h_t$ | **a gradient has the shape of its variable**; likewise `d_W`, `d_a` ... |

# %% [markdown] lang="zh"
# ## 前向传播
#
# 每步两个等式：
#
# $$a_t = x_t W + h_{t-1} U + b, \qquad h_t = \tanh(a_t)$$
#
# 与预测时不同，训练时要把**每一步的状态都留下来**：往回走时还要用。

# %% [markdown] lang="en"
# ## The forward pass
#
# Two equations a step:
#
# $$a_t = x_t W + h_{t-1} U + b, \qquad h_t = \tanh(a_t)$$
#
# Unlike in prediction, training keeps **the state of every step**: the way back will need it.


# %%
def forward(x, W, U, b, h_0):
    """x (B, T, D), h_0 (B, H) -> the T + 1 states h_0 ... h_T, (B, H) each."""
    h = [h_0]
    for t in range(1, x.shape[1] + 1):
        a = x[:, t - 1] @ W + h[t - 1] @ U + b  # (B, H)
        h.append(np.tanh(a))
    return h


# %% [markdown] lang="zh"
# ## 先用铅笔算一遍
#
# 取最小的情形：$B = D = H = 1$，$T = 2$，一切都是数。令 $x_1 = 1$，$x_2 = 0.5$，$W = 0.5$，$U = 0.8$，$b = 0$，$h_0 = 0$，损失只看末态：$L = \tfrac12 (h_2 - 1)^2$。先自己算，再看下面的数。往回走时，每一行只用到它上面的行：
#
# $$\mathrm{d}h_2 = h_2 - 1, \quad \mathrm{d}a_2 = \mathrm{d}h_2\,(1 - h_2^2), \quad \mathrm{d}h_1 = \mathrm{d}a_2\,U, \quad \mathrm{d}a_1 = \mathrm{d}h_1\,(1 - h_1^2)$$
#
# $$\mathrm{d}W = x_2\,\mathrm{d}a_2 + x_1\,\mathrm{d}a_1, \qquad \mathrm{d}U = h_1\,\mathrm{d}a_2 + h_0\,\mathrm{d}a_1$$

# %% [markdown] lang="en"
# ## Once with a pencil
#
# Take the smallest case: $B = D = H = 1$, $T = 2$, everything is a number. Let $x_1 = 1$, $x_2 = 0.5$, $W = 0.5$, $U = 0.8$, $b = 0$, $h_0 = 0$, and a loss that sees the last state alone: $L = \tfrac12 (h_2 - 1)^2$. Work it out yourself, then look at the numbers. On the way back each line uses only lines above it:
#
# $$\mathrm{d}h_2 = h_2 - 1, \quad \mathrm{d}a_2 = \mathrm{d}h_2\,(1 - h_2^2), \quad \mathrm{d}h_1 = \mathrm{d}a_2\,U, \quad \mathrm{d}a_1 = \mathrm{d}h_1\,(1 - h_1^2)$$
#
# $$\mathrm{d}W = x_2\,\mathrm{d}a_2 + x_1\,\mathrm{d}a_1, \qquad \mathrm{d}U = h_1\,\mathrm{d}a_2 + h_0\,\mathrm{d}a_1$$

# %%
x_1, x_2, w, u = 1.0, 0.5, 0.5, 0.8
h_1 = np.tanh(x_1 * w)
h_2 = np.tanh(x_2 * w + h_1 * u)
d_h_2 = h_2 - 1
d_a_2 = d_h_2 * (1 - h_2**2)
d_h_1 = d_a_2 * u
d_a_1 = d_h_1 * (1 - h_1**2)
d_w, d_u = x_2 * d_a_2 + x_1 * d_a_1, h_1 * d_a_2
print(f"{h_1 = :.4f}, {h_2 = :.4f}")
print(f"{d_h_2 = :.4f}, {d_a_2 = :.4f}, {d_h_1 = :.4f}, {d_a_1 = :.4f}")
print(f"{d_w = :.4f}, {d_u = :.4f}")

# %% [markdown] lang="zh"
# 对不对？不必相信，可以**试**：把 $U$ 挪动一点点，看损失变多少。

# %% [markdown] lang="en"
# Is that right? No need to believe it, **try**: move $U$ by a little and see how the loss moves.


# %%
def pencil_loss(w, u):
    """The loss of the pencil's case."""
    return 0.5 * (np.tanh(x_2 * w + np.tanh(x_1 * w) * u) - 1) ** 2


e = 1e-5
by_trial = (pencil_loss(w, u + e) - pencil_loss(w, u - e)) / (2 * e)
print(f"d_u by the chain rule {d_u:.6f}, by trial {by_trial:.6f}")

# %% [markdown] lang="zh"
# ## 四小步，推到一般情形
#
# **第一步：退过 tanh。** 记 $s = e^{a} + e^{-a}$，$d = e^{a} - e^{-a}$，则 $\tanh a = d / s$，而 $d' = s$，$s' = d$。由商的求导法则
#
# $$\tanh' a = \frac{d'\,s - d\,s'}{s^2} = \frac{s^2 - d^2}{s^2} = 1 - \tanh^2 a = 1 - h^2$$
#
# 所以逐元素地有
#
# $$\mathrm{d}a_t = \mathrm{d}h_t \odot (1 - h_t^2)$$
#
# 导数用**这一步的输出** $h_t$ 就能写出，不需要 $a_t$：这就是前向传播要留下状态的原因。

# %% [markdown] lang="en"
# ## Four small steps to the general case
#
# **Step one: back through tanh.** With $s = e^{a} + e^{-a}$ and $d = e^{a} - e^{-a}$ we have $\tanh a = d / s$, while $d' = s$ and $s' = d$. By the quotient rule
#
# $$\tanh' a = \frac{d'\,s - d\,s'}{s^2} = \frac{s^2 - d^2}{s^2} = 1 - \tanh^2 a = 1 - h^2$$
#
# hence, element by element,
#
# $$\mathrm{d}a_t = \mathrm{d}h_t \odot (1 - h_t^2)$$
#
# The slope can be written with **this step's output** $h_t$, without $a_t$: that is why the forward pass keeps the states.

# %% [markdown] lang="zh"
# **第二步：退过矩阵乘法。** 写出第 $n$ 行、第 $k$ 列：$a_{nk} = \sum_j x_{nj} W_{jk} + \sum_i h_{ni} U_{ik} + b_k$，其中 $h$ 是 $h_{t-1}$。$h_{ni}$ 出现在 $a_{n1} \dots a_{nH}$ 里，系数是 $U_{ik}$；$U_{ik}$ 出现在每一行 $n$ 里，系数是 $h_{ni}$：
#
# $$\frac{\partial L}{\partial h_{ni}} = \sum_k \mathrm{d}a_{nk}\,U_{ik} = (\mathrm{d}a\;U^\top)_{ni}, \qquad \frac{\partial L}{\partial U_{ik}} = \sum_n h_{ni}\,\mathrm{d}a_{nk} = (h^\top \mathrm{d}a)_{ik}$$
#
# 对 $x$ 与 $W$ 一样，只换字母；$b_k$ 在每一行里系数都是 1：
#
# $$\mathrm{d}x = \mathrm{d}a\,W^\top, \qquad \mathrm{d}W = x^\top \mathrm{d}a, \qquad \mathrm{d}b_k = \sum_n \mathrm{d}a_{nk}$$
#
# 记不住转置在哪边？看形状：只有一种写法乘得起来（$U$ 除外，它是方阵，错了也乘得起来）。

# %% [markdown] lang="en"
# **Step two: back through the product.** Write out row $n$, column $k$: $a_{nk} = \sum_j x_{nj} W_{jk} + \sum_i h_{ni} U_{ik} + b_k$, where $h$ is $h_{t-1}$. $h_{ni}$ occurs in $a_{n1} \dots a_{nH}$, with the factor $U_{ik}$; $U_{ik}$ occurs in every row $n$, with the factor $h_{ni}$:
#
# $$\frac{\partial L}{\partial h_{ni}} = \sum_k \mathrm{d}a_{nk}\,U_{ik} = (\mathrm{d}a\;U^\top)_{ni}, \qquad \frac{\partial L}{\partial U_{ik}} = \sum_n h_{ni}\,\mathrm{d}a_{nk} = (h^\top \mathrm{d}a)_{ik}$$
#
# The same for $x$ and $W$ with other letters, and $b_k$ has the factor 1 in every row:
#
# $$\mathrm{d}x = \mathrm{d}a\,W^\top, \qquad \mathrm{d}W = x^\top \mathrm{d}a, \qquad \mathrm{d}b_k = \sum_n \mathrm{d}a_{nk}$$
#
# On which side was the transpose? Look at the shapes: only one way fits (not so for $U$, which is square and fits when it is wrong, too).

# %% [markdown] lang="zh"
# **第三步：状态有两条路通向损失。** $h_t$ 直接进入 $L_t$，又经 $a_{t+1}$ 进入以后的一切。两条路的梯度**相加**：
#
# $$\mathrm{d}h_t = \underbrace{\frac{\partial L_t}{\partial h_t}}_{(1)} + \underbrace{\mathrm{d}a_{t+1}\,U^\top}_{(2)}$$
#
# (1) 在代码里是 `d_outputs[:, t - 1]`；(2) 在 $t = T$ 时为 0，因为后面没有了。(2) 用到 $t+1$，所以要**从最后一步算起**：这就是“沿时间反向传播”（BPTT）这个名字的由来。

# %% [markdown] lang="en"
# **Step three: a state has two paths to the loss.** $h_t$ enters $L_t$ directly, and through $a_{t+1}$ all that follows. The gradients of the two paths **add up**:
#
# $$\mathrm{d}h_t = \underbrace{\frac{\partial L_t}{\partial h_t}}_{(1)} + \underbrace{\mathrm{d}a_{t+1}\,U^\top}_{(2)}$$
#
# (1) is `d_outputs[:, t - 1]` in the code; (2) is 0 for $t = T$, where nothing follows. (2) needs $t+1$, so **begin with the last step**: hence the name backpropagation through time (BPTT).

# %% [markdown] lang="zh"
# **第四步：权重共享，梯度求和。** 设想每一步各用一份权重 $U^{(1)} \dots U^{(T)}$，第二步给出每一份的梯度 $h_{t-1}^\top \mathrm{d}a_t$。实际上它们是同一个 $U$：$U$ 动一点，$T$ 份都动，损失的变化是 $T$ 份之和：
#
# $$\mathrm{d}U = \sum_{t=1}^{T} h_{t-1}^\top\,\mathrm{d}a_t, \qquad \mathrm{d}W = \sum_{t=1}^{T} x_t^\top\,\mathrm{d}a_t, \qquad \mathrm{d}b = \sum_{t=1}^{T} \sum_n \mathrm{d}a_{t,n}$$
#
# 推完了。代码一行一个等式：

# %% [markdown] lang="en"
# **Step four: weights are shared, gradients are summed.** Imagine that each step had its own weights $U^{(1)} \dots U^{(T)}$; step two gives each one's gradient, $h_{t-1}^\top \mathrm{d}a_t$. In truth they are one $U$: move it, and all $T$ of them move, so the loss moves by the sum of $T$ shares:
#
# $$\mathrm{d}U = \sum_{t=1}^{T} h_{t-1}^\top\,\mathrm{d}a_t, \qquad \mathrm{d}W = \sum_{t=1}^{T} x_t^\top\,\mathrm{d}a_t, \qquad \mathrm{d}b = \sum_{t=1}^{T} \sum_n \mathrm{d}a_{t,n}$$
#
# That is all. In code, one line an equation:


# %%
def backward(d_outputs, x, h, W, U):
    """d L_t / d h_t as (B, T, H) -> d_W, d_U, d_b, d_x (B, T, D), and d_h (T + 1, B, H)."""
    d_W, d_U, d_b = np.zeros_like(W), np.zeros_like(U), np.zeros(U.shape[1])
    d_x, d_h = np.zeros_like(x), np.zeros_like(h)
    for t in range(x.shape[1], 0, -1):
        d_h[t] += d_outputs[:, t - 1]  # path (1); path (2) is there already
        d_a = d_h[t] * (1 - h[t] ** 2)  # (B, H)
        d_W += x[:, t - 1].T @ d_a
        d_U += h[t - 1].T @ d_a
        d_b += d_a.sum(axis=0)
        d_x[:, t - 1] = d_a @ W.T
        d_h[t - 1] = d_a @ U.T
    return d_W, d_U, d_b, d_x, d_h


# %% [markdown] lang="zh"
# ## 检验一：数值梯度
#
# 取 $L_t = \tfrac12 \lVert h_t - y_t \rVert^2$，目标 $y_t$ 随机；于是 $\partial L_t / \partial h_t = h_t - y_t$。把每一个参数的每一个分量上下各挪一点，再前向算一遍：慢，却与推导毫无关系，正好当裁判。

# %% [markdown] lang="en"
# ## Check one: numeric gradients
#
# Take $L_t = \tfrac12 \lVert h_t - y_t \rVert^2$ with random targets $y_t$, so that $\partial L_t / \partial h_t = h_t - y_t$. Move every entry of every array up and down a little and run forward again: slow, but it has nothing to do with the derivation, which makes it a good judge.

# %%
B, T, D, H = 3, 6, 2, 4
rng = np.random.default_rng(0)
W, U, b = cells.initial_params(simple_rnn, D, H, rng)
b = rng.normal(0, 0.5, H)
x, y, h_0 = rng.normal(size=(B, T, D)), rng.normal(size=(B, T, H)), rng.normal(0, 0.5, (B, H))


def loss():
    """Half the squared distance of all states from their targets."""
    outputs = np.stack(forward(x, W, U, b, h_0)[1:], axis=1)  # (B, T, H)
    return 0.5 * np.sum((outputs - y) ** 2)


# %% claims=[11]
h = forward(x, W, U, b, h_0)
d_outputs = np.stack(h[1:], axis=1) - y  # (B, T, H)
d_W, d_U, d_b, d_x, d_h = backward(d_outputs, x, h, W, U)
mine = {"W": d_W, "U": d_U, "b": d_b, "x": d_x, "h_0": d_h[0]}
for name, array in {"W": W, "U": U, "b": b, "x": x, "h_0": h_0}.items():
    error = cells.relative_error(mine[name], cells.numeric_gradient(loss, array))
    print(f"{name:4} {array.shape!s:10} relative error < 1e-6: {error < 1e-6}")

before = loss()
for array, gradient in ((W, d_W), (U, d_U), (b, d_b)):
    array -= 0.01 * gradient  # the third step, which the article leaves out
print("the loss falls:", loss() < before)

# %% [markdown] lang="zh"
# 原文的断言（第 11 条）成立：前向算出损失，反向算出梯度。再补一句：两步之后还有**第三步**，沿负梯度改参数；没有它，什么也没学到。
#
# ### 裁判真的会抓人吗？
#
# 一个从不报错的检验等于没有。故意写错四处，每处只改一点：

# %% [markdown] lang="en"
# The article's claim (number 11) holds: the forward pass gives the loss, the backward pass the gradient. One thing to add: there is a **third step**, moving the parameters against the gradient; without it nothing is learnt.
#
# ### Does the judge catch anybody?
#
# A check that never fails is none. Here are four deliberate mistakes, each a small change:

# %%
import inspect

mistakes = {"d_U += ": "d_U = ", " * (1 - h[t] ** 2)": "", "d_a @ U.T": "d_a @ U", "h[t - 1].T": "h[t].T"}
h = forward(x, W, U, b, h_0)
d_outputs = np.stack(h[1:], axis=1) - y
truth = cells.numeric_gradient(loss, U)
for right, wrong in mistakes.items():
    names = {"np": np}
    exec(inspect.getsource(backward).replace(right, wrong), names)
    error = cells.relative_error(names["backward"](d_outputs, x, h, W, U)[1], truth)
    print(f"{right:20} -> {wrong:10} caught: {error > 1e-2}")

# %% [markdown] lang="zh"
# 四个都**不会让程序报错**：形状全对，损失甚至可能照样下降，只是学得慢、学不好。所以手写的梯度一定要检验。
#
# ### 挪多少才合适？
#
# 先猜：挪动量 $\varepsilon$ 越小，差分是不是越准？

# %% [markdown] lang="en"
# None of the four **raises an error**: shapes fit, and the loss may even fall, only slower and not as far. So a hand-written gradient must be checked.
#
# ### How far to move?
#
# Guess first: the smaller the move $\varepsilon$, the better the difference?

# %%
exact = backward(d_outputs, x, h, W, U)[1]


def one_sided(epsilon):
    """The gradient for U by forward differences, (H, H)."""
    moved, here = np.zeros_like(U), loss()
    for place in np.ndindex(U.shape):
        value, U[place] = U[place], U[place] + epsilon
        moved[place], U[place] = loss(), value
    return (moved - here) / epsilon


epsilons = np.logspace(-12, -1, 23)
central = [cells.relative_error(cells.numeric_gradient(loss, U, epsilon=e), exact) for e in epsilons]
forward_only = [cells.relative_error(one_sided(e), exact) for e in epsilons]

# %%
fig, ax = plt.subplots(figsize=(6, 3.2))
names = choose(zh=("中心差分", "前向差分"), en=("central", "forward"))
for values, name, style in zip((central, forward_only), names, ("o-", "s--")):
    ax.loglog(epsilons, values, style, markersize=4, label=name)
ax.axhline(1e-6, color="#767676", linestyle=":")
ax.set(xlabel="ε", ylabel=choose(zh="相对误差", en="relative error"))
ax.legend()
plt.show()

# %% [markdown] lang="zh"
# 两条线都是 V 形。右边是**公式的误差**：泰勒展开 $L(u \pm \varepsilon) = L \pm \varepsilon L' + \tfrac12 \varepsilon^2 L'' \pm \tfrac16 \varepsilon^3 L''' + \dots$，前向差分剩下 $\tfrac12 \varepsilon L''$；中心差分两式相减，偶次项抵消，只剩 $\tfrac16 \varepsilon^2 L'''$。左边是**舍入误差**：两个几乎相等的数相减，再除以很小的 $\varepsilon$，约为 $u / \varepsilon$，float64 的 $u \approx 10^{-16}$。两项之和何时最小？前向差分 $\varepsilon + u/\varepsilon$ 在 $\varepsilon = u^{1/2} = 10^{-8}$，误差也就这么大；中心差分 $\varepsilon^2 + u/\varepsilon$ 在 $\varepsilon \approx u^{1/3} \approx 5 \times 10^{-6}$，误差约 $u^{2/3} \approx 2 \times 10^{-11}$（都略去系数）。float32 的 $u$ 大得多，所以数值检验一律用 float64。

# %% [markdown] lang="en"
# Both curves are a V. On the right is **the formula's error**: in the Taylor series $L(u \pm \varepsilon) = L \pm \varepsilon L' + \tfrac12 \varepsilon^2 L'' \pm \tfrac16 \varepsilon^3 L''' + \dots$ a forward difference leaves $\tfrac12 \varepsilon L''$; in a central one the even terms cancel, and $\tfrac16 \varepsilon^2 L'''$ is left. On the left is **rounding**: the difference of two nearly equal numbers, divided by a tiny $\varepsilon$, is off by about $u / \varepsilon$, where $u \approx 10^{-16}$ in float64. When is the sum of both smallest? For forward differences $\varepsilon + u/\varepsilon$ at $\varepsilon = u^{1/2} = 10^{-8}$, with an error as large; for central ones $\varepsilon^2 + u/\varepsilon$ at $\varepsilon \approx u^{1/3} \approx 5 \times 10^{-6}$, with an error of about $u^{2/3} \approx 2 \times 10^{-11}$ (constant factors left out). In float32 $u$ is far larger, so numeric checks are done in float64.

# %% [markdown] lang="zh"
# ## 检验二：自动微分；检验三：课程的 `cells`
#
# TensorFlow 用自己的办法求同样的梯度；`cells.bptt` 是课程里对三种循环单元通用的写法。

# %% [markdown] lang="en"
# ## Check two: automatic differentiation; check three: the course's `cells`
#
# TensorFlow finds the same gradients in its own way; `cells.bptt` is the course's version for all three cells.

# %%
import tensorflow as tf

layer = keras.layers.SimpleRNN(H, return_sequences=True, dtype="float64")
layer.build((None, None, D))
layer.set_weights([W, U, b])
with tf.GradientTape() as tape:
    outputs = layer(tf.constant(x), initial_state=tf.constant(h_0))
    tf_loss = 0.5 * tf.reduce_sum((outputs - y) ** 2)
by_tensorflow = tape.gradient(tf_loss, [weight.value for weight in layer.weights])

mine = backward(d_outputs, x, h, W, U)
run = cells.unroll(simple_rnn, x, simple_rnn.Params(W, U, b), state=simple_rnn.State(h_0))
by_cells = cells.bptt(run, d_outputs).params
for name, a, theirs, ours in zip(("W", "U", "b"), mine, by_tensorflow, by_cells):
    equal = cells.relative_error(a, theirs) < 1e-10, cells.relative_error(a, ours) < 1e-12
    print(f"d_{name}: equal to TensorFlow {equal[0]}, equal to cells.bptt {equal[1]}")

# %% [markdown] lang="zh"
# ### 代价
#
# 每一步，前向有两个矩阵乘法（$x_t W$、$h_{t-1} U$），反向有四个（$\mathrm{d}W$、$\mathrm{d}U$、$\mathrm{d}x_t$、$\mathrm{d}h_{t-1}$），大小相同：**训练一步约为预测的三倍**。内存要存 $T + 1$ 个状态，即 $(T+1)BH$ 个数：序列长一倍，内存也长一倍。而 $T$ 步必须一步接一步，无论前向还是反向，都不能并行。

# %% [markdown] lang="en"
# ### What it costs
#
# In each step the forward pass has two matrix products ($x_t W$, $h_{t-1} U$), the backward pass four of the same size ($\mathrm{d}W$, $\mathrm{d}U$, $\mathrm{d}x_t$, $\mathrm{d}h_{t-1}$): **a training step is about three predictions**. Memory holds $T + 1$ states, $(T+1)BH$ numbers: twice the length, twice the memory. And the $T$ steps come one after the other, forward and backward; they cannot run in parallel.

# %% [markdown] lang="zh"
# ## LSTM：梯度的快车道
#
# LSTM 有两个状态。前向（Keras 的次序 i f c o；代码里候选值 $g$ 叫 `candidate`），其中四个 $a$ 各是 $x_t W + h_{t-1} U + b$ 的一块：
#
# $$i = \sigma(a_i),\quad f = \sigma(a_f),\quad g = \tanh(a_c),\quad o = \sigma(a_o), \qquad c_t = f \odot c_{t-1} + i \odot g, \qquad h_t = o \odot \tanh(c_t)$$
#
# 往回走，工具还是那三样。先要 $\sigma$ 的导数：由 $\sigma(a) = 1/(1 + e^{-a})$ 得 $\sigma' = \dfrac{e^{-a}}{(1 + e^{-a})^2} = \sigma\,(1 - \sigma)$。然后：
#
# 1. $c_t$ 有两条路：经 $c_{t+1}$（已在 $\mathrm{d}c_t$ 里），经 $h_t = o \odot \tanh(c_t)$：$\ \mathrm{d}c_t \leftarrow \mathrm{d}c_t + \mathrm{d}h_t \odot o \odot (1 - \tanh^2 c_t)$
# 2. 由 $c_t = f \odot c_{t-1} + i \odot g$：$\ \mathrm{d}a_i = \mathrm{d}c_t \odot g \odot i(1-i)$，$\ \mathrm{d}a_f = \mathrm{d}c_t \odot c_{t-1} \odot f(1-f)$，$\ \mathrm{d}a_c = \mathrm{d}c_t \odot i \odot (1-g^2)$
#    （例如 $f$：$c_t$ 对 $f$ 的导数是 $c_{t-1}$，$f$ 对 $a_f$ 的导数是 $f(1-f)$，逐元素相乘；另两个同理，$g$ 的 tanh 用 $1 - g^2$。）
# 3. 由 $h_t$：$\ \mathrm{d}a_o = \mathrm{d}h_t \odot \tanh(c_t) \odot o(1-o)$
# 4. 四块并排为 $\mathrm{d}a$，形状 $(B, 4H)$，以下与 SimpleRNN 相同：$\ \mathrm{d}h_{t-1} = \mathrm{d}a\,U^\top$，$\ \mathrm{d}W = x_t^\top \mathrm{d}a$，……
# 5. 多出来的一条路：$\ \mathbf{dc_{t-1} = dc_t \odot f}$
#
# 对照课程的代码，行行对应：

# %% [markdown] lang="en"
# ## The LSTM: a fast lane for gradients
#
# An LSTM has two states. Forward (Keras's order i f c o; the candidate $g$ is `candidate` in the code), with four $a$, each a block of $x_t W + h_{t-1} U + b$:
#
# $$i = \sigma(a_i),\quad f = \sigma(a_f),\quad g = \tanh(a_c),\quad o = \sigma(a_o), \qquad c_t = f \odot c_{t-1} + i \odot g, \qquad h_t = o \odot \tanh(c_t)$$
#
# The way back needs the same tools. First the slope of $\sigma$: from $\sigma(a) = 1/(1 + e^{-a})$ follows $\sigma' = \dfrac{e^{-a}}{(1 + e^{-a})^2} = \sigma\,(1 - \sigma)$. Then:
#
# 1. $c_t$ has two paths: through $c_{t+1}$ (in $\mathrm{d}c_t$ already), and through $h_t = o \odot \tanh(c_t)$: $\ \mathrm{d}c_t \leftarrow \mathrm{d}c_t + \mathrm{d}h_t \odot o \odot (1 - \tanh^2 c_t)$
# 2. from $c_t = f \odot c_{t-1} + i \odot g$: $\ \mathrm{d}a_i = \mathrm{d}c_t \odot g \odot i(1-i)$, $\ \mathrm{d}a_f = \mathrm{d}c_t \odot c_{t-1} \odot f(1-f)$, $\ \mathrm{d}a_c = \mathrm{d}c_t \odot i \odot (1-g^2)$
#    (Take $f$: the derivative of $c_t$ for $f$ is $c_{t-1}$, that of $f$ for $a_f$ is $f(1-f)$; multiply, element by element. The other two are alike, and the tanh of $g$ has $1 - g^2$.)
# 3. from $h_t$: $\ \mathrm{d}a_o = \mathrm{d}h_t \odot \tanh(c_t) \odot o(1-o)$
# 4. side by side the four are $\mathrm{d}a$, shape $(B, 4H)$, and the rest is as in the SimpleRNN: $\ \mathrm{d}h_{t-1} = \mathrm{d}a\,U^\top$, $\ \mathrm{d}W = x_t^\top \mathrm{d}a$, ...
# 5. the path that is new: $\ \mathbf{dc_{t-1} = dc_t \odot f}$
#
# The course's code beside it, line for line:

# %%
code = inspect.getsource(lstm.backward_step)
print(code[code.index("    i, f, candidate") :])

# %% [markdown] lang="zh"
# 第 5 条里没有矩阵，也没有 tanh：梯度沿 $c$ 往回走一步，**只乘一个遗忘门**。把循环权重设为 0（门只看输入），别的路全断，就能看到这条路本身：

# %% [markdown] lang="en"
# Line 5 holds no matrix and no tanh: one step back along $c$ **multiplies by the forget gate and nothing else**. With a recurrent kernel of zeros (gates see the input alone) every other path is cut, and this one can be seen:

# %%
params = cells.initial_params(lstm, D, H, rng)
cut = params._replace(recurrent_kernel=np.zeros_like(params.recurrent_kernel))
run = cells.unroll(lstm, x, cut)
d_last = lstm.State(hidden=np.zeros((B, H)), cell=np.ones((B, H)))
gradients = cells.bptt(run, np.zeros((B, T, H)), d_state=d_last)
product = np.prod([trace.f for trace in run.traces], axis=0)  # f_1 * f_2 * ... * f_T
print("d_c_0 is the product of the forget gates:", np.allclose(gradients.state.cell, product))



def lstm_loss():
    """A loss that sees every output: the sum of outputs times y."""
    return np.sum(cells.unroll(lstm, x, params).outputs * y)


by_hand = cells.bptt(cells.unroll(lstm, x, params), y).params
numeric = [cells.numeric_gradient(lstm_loss, p) for p in params]
errors = [cells.relative_error(a, b) for a, b in zip(by_hand, numeric)]
print("the LSTM's gradients, by differences, relative error < 1e-6:", max(errors) < 1e-6)

# %% [markdown] lang="zh"
# 所以遗忘门的**偏置**决定快车道有多快：没有输入时 $f = \sigma(b_f)$，$T$ 步就是 $\sigma(b_f)^T$。先猜：$b_f$ 从 0 改成 3，100 步以后梯度差多少倍？

# %% [markdown] lang="en"
# So the forget gate's **bias** sets the speed of the lane: without input $f = \sigma(b_f)$, and over $T$ steps that is $\sigma(b_f)^T$. Guess first: with $b_f$ at 3 instead of 0, by what factor do gradients differ after 100 steps?


# %%
def norms_by_step(cell, params, x, rng):
    """The gradient's norm at the states 0 ... T, (T + 1,), of a loss that sees the last output alone."""
    run = cells.unroll(cell, x, params)
    d_outputs = np.zeros_like(run.outputs)
    d_outputs[:, -1] = rng.normal(size=d_outputs[:, -1].shape)
    states = cells.bptt(run, d_outputs).states
    return np.array([np.sqrt(sum(np.sum(part**2) for part in state)) for state in states])


def symbols(rng, B=8, T=100, D=4):
    """Random symbols, one-hot: (B, T, D)."""
    return np.eye(D)[rng.integers(0, D, (B, T))]


# %% tags=["measured"]
def lstm_norms(forget, seed):
    """Norms by step of an LSTM whose forget bias is `forget`."""
    rng = np.random.default_rng(seed)
    params = cells.initial_params(lstm, 4, 32, rng)
    params.bias[32:64] = forget
    return norms_by_step(lstm, params, symbols(rng), rng)


curves = {f"$b_f = {forget}$": [lstm_norms(forget, seed) for seed in range(3)] for forget in (0, 1, 3)}
plots.plot_norms(curves)
plt.show()
for name, norms in curves.items():
    first, last = np.median(norms, axis=0)[[0, -1]]
    words = choose(zh="：首末之比", en=": first to last")
    print(f"{name.strip('$')}{words} {first / last:.1e}")

# %% [markdown] lang="zh"
# （线是 3 个种子的中位数，色带从最小到最大。）LSTM **不是天生**不遗忘：快车道要有人打开。Keras 的默认是 1：$\sigma(1) \approx 0.73$，只走这条路的话，30 步以后剩 $0.73^{30} \approx 8 \times 10^{-5}$。

# %% [markdown] lang="en"
# (The line is the median of 3 seeds, the band goes from the smallest to the largest.) An LSTM is **not born** with a long memory: somebody has to open the lane. Keras's default is 1: $\sigma(1) \approx 0.73$, and by this lane alone $0.73^{30} \approx 8 \times 10^{-5}$ is left after 30 steps.

# %% [markdown] lang="zh"
# ## 消失与爆炸
#
# 回到 SimpleRNN。把“退一步”写成矩阵：对批里的一行，
#
# $$\frac{\partial h_{t,k}}{\partial h_{t-1,i}} = U_{ik}\,(1 - h_{t,k}^2), \qquad J_t = U\,\mathrm{diag}(1 - h_t^2), \qquad \mathrm{d}h_{t-1} = \mathrm{d}h_t\,J_t^\top$$
#
# 退 $T$ 步就是 $T$ 个矩阵**连乘**：$\mathrm{d}h_0 = \mathrm{d}h_T\,J_T^\top J_{T-1}^\top \cdots J_1^\top$（损失只看末态时）。不信推导，就硬乘一遍：

# %% [markdown] lang="en"
# ## Vanishing and exploding
#
# Back to the SimpleRNN. Written as a matrix, a step back is, for one row of the batch,
#
# $$\frac{\partial h_{t,k}}{\partial h_{t-1,i}} = U_{ik}\,(1 - h_{t,k}^2), \qquad J_t = U\,\mathrm{diag}(1 - h_t^2), \qquad \mathrm{d}h_{t-1} = \mathrm{d}h_t\,J_t^\top$$
#
# and $T$ steps back are a **product** of $T$ matrices: $\mathrm{d}h_0 = \mathrm{d}h_T\,J_T^\top J_{T-1}^\top \cdots J_1^\top$ (where the loss sees the last state alone). Do not trust, multiply:

# %%
only_last = np.zeros((B, T, H))
only_last[:, -1] = rng.normal(size=(B, H))
d_h = backward(only_last, x, h, W, U)[4]
row = only_last[0, -1]
for t in range(T, 0, -1):
    J = U * (1 - h[t][0] ** 2)  # (H, H): U diag(1 - h_t^2)
    row = row @ J.T
print("the product of Jacobians is the gradient:", np.allclose(row, d_h[0, 0]))

# %% [markdown] lang="zh"
# 连乘意味着**指数**。若 $J$ 每步都一样（线性、没有输入），取它的特征向量 $v$：$vJ^\top = \lambda v$，$k$ 步以后是 $\lambda^k v$。最大的 $|\lambda|$ 叫**谱半径** $\rho$：$\rho < 1$ 则终将消失，$\rho > 1$ 则爆炸；能停在中间的，只有 $\rho = 1$ 这一个点。
#
# 有了 tanh 和输入，每步的 $J_t$ 都不同，$\rho$ 只是线索。能保证的是长度：一步最多拉长**最大奇异值** $\sigma$ 倍，而 $1 - h^2 \le 1$ 只会减小这个上界。所以 $\sigma > 1$ 是爆炸的**必要**条件，并不充分。
#
# 两个单元的状态能画在平面上。循环权重取“转一个角度再乘 $\rho$”，两个空心圆是两个起点。先猜，再移动滑块：
#
# - tanh，$\rho = 1.3$：状态会飞走吗？梯度呢？
# - 换成线性：哪几条线会变成直线，斜率由谁决定？输入强度为 0 时呢？
# - 两条路径的距离与梯度，为什么几乎一起走？

# %% [markdown] lang="en"
# A product means an **exponential**. If $J$ were the same at each step (linear, no input), take an eigenvector $v$: $vJ^\top = \lambda v$, and after $k$ steps $\lambda^k v$. The largest $|\lambda|$ is the **spectral radius** $\rho$: with $\rho < 1$ it vanishes in the end, with $\rho > 1$ it explodes; between them lies the single point $\rho = 1$.
#
# With tanh and input each step has a $J_t$ of its own, and $\rho$ is but a clue. What is certain is about length: a step stretches by no more than the **largest singular value** $\sigma$, and $1 - h^2 \le 1$ only lowers that bound. So $\sigma > 1$ is **necessary** for exploding, not sufficient.
#
# The state of two units can be drawn in the plane. The recurrent kernel turns it by an angle and multiplies by $\rho$; the two open circles are two starts. Guess first, then move the sliders:
#
# - tanh, $\rho = 1.3$: does the state fly off? Does the gradient?
# - linear: which curves become straight, and what sets their slope? And with an input of strength 0?
# - why do the distance of the two paths and the gradient go nearly together?

# %% tags=["widget"]
from rnncourse import widgets

widgets.follow_state()

# %% [markdown] lang="zh"
# tanh 把状态关在 $(-1, 1)$ 里，所以状态的长度不说明什么。**两条路径的距离**才说明记忆：它归零，就是忘了从哪里出发；梯度是同一件事从后往前看。
#
# ### 谱半径小于 1，就一定一路变小吗？
#
# 不一定。下面的 $U$ 两个特征值都是 0.9，可是两个单元之间有一条很强的单向连接：

# %% [markdown] lang="en"
# tanh locks the state into $(-1, 1)$, so its length says little. **The distance of the two paths** is what tells of memory: where it goes to zero, the start is forgotten; the gradient is the same thing seen from the end.
#
# ### Below 1: does it shrink all the way?
#
# Not always. Both eigenvalues of this $U$ are 0.9, but there is a strong one-way connection between the two units:

# %%
shear = np.array([[0.9, 5.0], [0.0, 0.9]])
print("spectral radius", cells.spectral_radius(shear))
for k in (1, 5, 10, 50, 100):
    stretch = np.linalg.norm(np.linalg.matrix_power(shear, k), 2)
    print(f"k = {k:3}: the largest stretch of U^k = {stretch:.3g}")

# %% [markdown] lang="zh"
# 先涨后落：谱半径只管“最后”。再看一个更怪的：tanh 的导数不大于 1，乘上它，反而能**造出**增长。这个 $U$ 走两步就归零（$U^2 = 0$），只把第二个单元的导数压小，就不归零了：

# %% [markdown] lang="en"
# First up, then down: the spectral radius rules the end alone. And a stranger thing: the slope of tanh is at most 1, yet multiplying by it can **create** growth. This $U$ is zero after two steps ($U^2 = 0$); make the second unit's slope smaller, and it no longer is:

# %%
U_zero = np.array([[2.0, -2.0], [2.0, -2.0]])
print("U^2 is zero:", not (U_zero @ U_zero).any())
for slope in (0.8, 0.5, 0.2):
    print(f"second slope {slope}: spectral radius of J {cells.spectral_radius(U_zero * [1, slope]):.1f}")

# %% [markdown] lang="zh"
# 所以谨慎的说法只能用奇异值。正交矩阵的妙处在于：特征值的模和奇异值全都恰好是 1，不涨也不落，怪事也没有。
#
# ### 量一量：32 个单元，100 步
#
# 循环权重取正交矩阵的若干倍，画 $\lVert \mathrm{d}h_t \rVert$：

# %% [markdown] lang="en"
# So what can be said with care needs singular values. The charm of an orthogonal matrix: its singular values and the moduli of its eigenvalues are all exactly 1, neither up nor down, and nothing strange.
#
# ### Measured: 32 units, 100 steps
#
# With multiples of an orthogonal matrix for a recurrent kernel, draw $\lVert \mathrm{d}h_t \rVert$:


# %% tags=["measured"]
def rnn_norms(gain, seed, strength=1.0):
    """Norms by step of a SimpleRNN with `gain` times Keras's recurrent kernel, input times `strength`."""
    rng = np.random.default_rng(seed)
    params = cells.initial_params(simple_rnn, 4, 32, rng)
    params = params._replace(recurrent_kernel=gain * params.recurrent_kernel)
    return norms_by_step(simple_rnn, params, strength * symbols(rng), rng)


curves = {
    choose(zh=f"正交 × {gain}", en=f"orthogonal × {gain}"): [rnn_norms(gain, seed) for seed in range(3)]
    for gain in (0.5, 1, 1.5, 2)
}
plots.plot_norms(curves)
plt.show()

# %% [markdown] lang="zh"
# 对数坐标上近似直线，就是指数。（$\times 1.5$ 若是线性的，100 步会到 $1.5^{100} \approx 4 \times 10^{17}$：状态饱和，导数变小，压住了它。）正交的那条为什么也往下走？因为还有 tanh 的导数：$1 - h^2$ 的平均小于 1。那么，状态越小（输入越弱），导数越接近 1，梯度就该越不容易消失。验证：

# %% [markdown] lang="en"
# Nearly straight on a logarithmic axis: exponential. (Were it linear, $\times 1.5$ would get to $1.5^{100} \approx 4 \times 10^{17}$: saturated states have small slopes, and hold it down.) Why does the orthogonal one fall, too? Because of tanh's slope: the mean of $1 - h^2$ is below 1. If so, then with smaller states (weaker input) the slope is nearer to 1 and the gradient should vanish less. Try it:

# %% tags=["measured"]
for strength in (1.0, 0.3, 0.1):
    norms = np.array([rnn_norms(1, seed, strength) for seed in range(5)])
    ratios = norms[:, 0] / norms[:, -1]
    a_step = np.exp(np.mean(np.log(ratios)) / 100)
    say(
        zh=f"输入 × {strength}：首末之比 {np.median(ratios):.1e}，平均每步乘 {a_step:.3f}",
        en=f"input × {strength}: first to last {np.median(ratios):.1e}, a factor of {a_step:.3f} a step on average",
    )

# %% [markdown] lang="zh"
# 所以“某种单元的梯度会不会消失”没有脱离输入的答案：尺度也算在内。
#
# ## 初始化：谁记得住开头？
#
# “LSTM 记得住，SimpleRNN 记不住”，这是教科书的说法。量一量，训练开始**之前**，第一步得到的梯度是最后一步的几分之几。$T = 100$，各 20 个种子：
#
# - **正交**：Keras 给循环权重的默认；**Glorot**：按行列数定范围的均匀分布，不管连乘；
# - **遗忘门偏置**：Keras 默认 1（`unit_forget_bias=True`）；
# - **chrono**（Tallec 与 Ollivier，2018）：$b_f = \log u$，$u$ 在 $1$ 到 $T - 1$ 间均匀，$b_i = -b_f$。于是 $f = \sigma(\log u) = u/(u+1)$，约能保持 $u$ 步：各单元的记忆长短不一，最长的够 $T$ 步。GRU 的更新门 $z$ 是“保持”的份额，同样处理。

# %% [markdown] lang="en"
# So 'do the gradients of this cell vanish?' has no answer apart from the input: its scale counts, too.
#
# ## Initialisation: who remembers the beginning?
#
# 'An LSTM remembers, a SimpleRNN forgets', say the textbooks. Measure, **before** any training, the gradient that arrives at the first step as a share of the one at the last. $T = 100$, 20 seeds each:
#
# - **orthogonal**: Keras's default for recurrent kernels; **Glorot**: uniform, with a range set by rows and columns, blind to the product;
# - **forget bias**: 1 in Keras (`unit_forget_bias=True`);
# - **chrono** (Tallec and Ollivier, 2018): $b_f = \log u$ with $u$ uniform from $1$ to $T - 1$, and $b_i = -b_f$. Then $f = \sigma(\log u) = u/(u+1)$ keeps for about $u$ steps: memories of all lengths, up to $T$. The GRU's update gate $z$ is the share that is kept, and is treated likewise.


# %%
def begin(cell, rng, *, D=4, H=32, gain=1.0, glorot=False, forget=None, chrono=False):
    """Params of a layer, Keras's but for what the keywords say."""
    kernel, recurrent, bias = cells.initial_params(cell, D, H, rng)
    recurrent = gain * recurrent
    if glorot:
        limit = np.sqrt(6 / sum(recurrent.shape))
        recurrent = rng.uniform(-limit, limit, recurrent.shape)
    if forget is not None:
        bias[H : 2 * H] = forget
    if chrono and cell is lstm:
        bias = cells.chrono_bias(H, 100, rng)
    elif chrono:
        bias[0, :H] = cells.chrono_bias(H, 100, rng)[H : 2 * H]  # the gate z of the GRU
    return cell.Params(kernel, recurrent, bias)


# %% tags=["measured"]
keras_s, half, double, forget = choose(
    zh=("Keras 默认", "正交 × 0.5", "正交 × 2", "遗忘门偏置"),
    en=("Keras's default", "orthogonal × 0.5", "orthogonal × 2", "forget bias"),
)
ways = {
    f"SimpleRNN, {keras_s}": (simple_rnn, {}),
    f"SimpleRNN, {half}": (simple_rnn, {"gain": 0.5}),
    f"SimpleRNN, {double}": (simple_rnn, {"gain": 2.0}),
    "SimpleRNN, Glorot": (simple_rnn, {"glorot": True}),
    f"LSTM, {keras_s}": (lstm, {}),
    f"LSTM, {forget} 0": (lstm, {"forget": 0.0}),
    "LSTM, chrono": (lstm, {"chrono": True}),
    f"GRU, {keras_s}": (gru, {}),
    "GRU, chrono": (gru, {"chrono": True}),
}
ratios = {}
for name, (cell, options) in ways.items():
    draws = [np.random.default_rng(seed) for seed in range(20)]
    norms = [norms_by_step(cell, begin(cell, rng, **options), symbols(rng), rng) for rng in draws]
    ratios[name] = np.array([n[0] / n[-1] for n in norms])

# %% tags=["measured"]
intervals = {
    name: 10 ** np.array(metrics.mean_interval(np.log10(values))) for name, values in ratios.items()
}
plots.plot_ratios(ratios, intervals)
plt.show()
for name, (estimate, low, high) in intervals.items():
    print(f"{name:28} {estimate:.1e} [{low:.1e}, {high:.1e}]")

# %% tags=["measured"]
defaults = {name: intervals[f"{name}, {keras_s}"] for name in ("SimpleRNN", "LSTM", "GRU")}
order = sorted(defaults, key=lambda name: -defaults[name][0])
say(
    zh=f"用 Keras 的默认初始化，第一步得到的梯度从多到少：{'、'.join(order)}。\n"
    f"只改偏置（chrono），LSTM 的比值升到原来的 {intervals['LSTM, chrono'][0] / defaults['LSTM'][0]:.0e} 倍，"
    f"GRU 的升到 {intervals['GRU, chrono'][0] / defaults['GRU'][0]:.0e} 倍。",
    en=f"With Keras's defaults, from most to least gradient at the first step: {', '.join(order)}.\n"
    f"Biases alone (chrono) raise the ratio {intervals['LSTM, chrono'][0] / defaults['LSTM'][0]:.0e} times for the LSTM, "
    f"{intervals['GRU, chrono'][0] / defaults['GRU'][0]:.0e} times for the GRU.",
)

# %% [markdown] lang="zh"
# （菱形和横线：20 个种子的几何平均及 95% 区间。）**决定开头能不能被看见的，首先是初始化，而不是单元的名字。** 这只是训练之前的快照，比值小不等于一定学不会；训练以后谁真的记住了，见 [2.2.1 的回忆实验](2_2_1_recurrent_cells.ipynb)。

# %% [markdown] lang="en"
# (Diamond and bar: geometric mean of 20 seeds with its 95% interval.) **Whether the beginning can be seen is decided by initialisation first, not by the cell's name.** This is a snapshot before training, and a small ratio does not prove that nothing can be learnt; who really remembers after training is the subject of [the recall experiment in 2.2.1](2_2_1_recurrent_cells.ipynb).

# %% [markdown] lang="zh"
# ## 爆炸：裁剪
#
# 梯度一旦爆炸，一次更新就把参数扔到很远。办法简单得出奇：太长就缩短。把**全部**参数的梯度看成一个长向量，
#
# $$n = \sqrt{\textstyle\sum_{W, U, b} \lVert \mathrm{d}\theta \rVert^2}, \qquad \mathrm{d}\theta \leftarrow \mathrm{d}\theta \cdot \min\left(1, \frac{\text{limit}}{n}\right)$$
#
# 这是**按全局范数裁剪**：一个公共的因子，方向不变。**按值裁剪**则把每个分量各自截到 $\pm\text{limit}$：方向变了。

# %% [markdown] lang="en"
# ## Exploding: clipping
#
# Once a gradient explodes, a single update throws the parameters far away. The remedy is surprisingly simple: what is too long is shortened. Take the gradients of **all** parameters as one long vector,
#
# $$n = \sqrt{\textstyle\sum_{W, U, b} \lVert \mathrm{d}\theta \rVert^2}, \qquad \mathrm{d}\theta \leftarrow \mathrm{d}\theta \cdot \min\left(1, \frac{\text{limit}}{n}\right)$$
#
# That is **clipping by global norm**: one common factor, the direction stays. **Clipping by value** cuts every entry to $\pm\text{limit}$ by itself: the direction changes.

# %%
plots.plot_clipping([3.0, 0.8], limit=1.0)
plt.show()


# %%
def clip(gradients, limit):
    """Clip arrays by their global norm: a list of the same shapes."""
    norm = np.sqrt(sum(np.sum(gradient**2) for gradient in gradients))
    return [gradient * min(1.0, limit / max(norm, 1e-12)) for gradient in gradients]


def cosine(a, b):
    """The cosine of the angle between two lists of arrays: 1 where the direction is the same."""
    a, b = (np.concatenate([np.ravel(part) for part in parts]) for parts in (a, b))
    return a @ b / np.sqrt((a @ a) * (b @ b))


# %% [markdown] lang="zh"
# 拿一个真的会爆炸的网络（正交 × 2，50 步）试。Keras 的优化器有三种裁剪：`global_clipnorm`、`clipnorm`（每个数组各按自己的范数）、`clipvalue`。学习率取 1，参数的变化就是裁剪后的梯度：

# %% [markdown] lang="en"
# Try it on a network that does explode (orthogonal × 2, 50 steps). Keras's optimisers clip in three ways: `global_clipnorm`, `clipnorm` (each array by its own norm), `clipvalue`. With a learning rate of 1 the parameters move by just the clipped gradient:

# %% tags=["measured"]
rng = np.random.default_rng(0)
params = begin(simple_rnn, rng, gain=2.0)
run = cells.unroll(simple_rnn, symbols(rng, T=50), params)
d_outputs = np.zeros_like(run.outputs)
d_outputs[:, -1] = rng.normal(size=(8, 32))
gradients = [g.astype("float32") for g in cells.bptt(run, d_outputs).params]
print("global norm", f"{np.sqrt(sum(np.sum(g**2) for g in gradients)):.1e}")

by_keras = {}
for option in ("global_clipnorm", "clipnorm", "clipvalue"):
    variables = [keras.Variable(np.zeros_like(g)) for g in gradients]
    optimizer = keras.optimizers.SGD(1.0, **{option: 1.0})
    optimizer.apply([keras.ops.convert_to_tensor(g) for g in gradients], variables)
    by_keras[option] = [-keras.ops.convert_to_numpy(v) for v in variables]
    print(f"{option:16} cosine with the gradient: {cosine(by_keras[option], gradients):.4f}")

# %%
pairs = zip(clip(gradients, 1.0), by_keras["global_clipnorm"])
print("clip equals Keras's global_clipnorm:", all(np.allclose(a, b, atol=1e-6) for a, b in pairs))
small = [0.01 * g for g in clip(gradients, 1.0)]
print("a small gradient stays as it is:", all(np.array_equal(a, b) for a, b in zip(clip(small, 1.0), small)))

# %% [markdown] lang="zh"
# 只有全局范数保住了方向。裁剪**治爆炸，不治消失**：它把整条曲线往下平移，一点也不扳平。用下面的控件看：选 SimpleRNN 与“正交 × 2”，再把裁剪从无拉到 0.01；然后换 LSTM，比较几种偏置。

# %% [markdown] lang="en"
# Only the global norm keeps the direction. Clipping **cures exploding, not vanishing**: it moves the whole curve down and does not flatten it at all. See for yourself: take the SimpleRNN with 'orthogonal × 2' and pull clipping from none to 0.01; then go to the LSTM and compare its biases.

# %% tags=["widget"]
widgets.explore_gradient_norms()

# %% [markdown] lang="zh"
# ## 太长：截断的 BPTT
#
# 一篇文章有几十万个字符，存不下那么多状态，也等不起。**截断的 BPTT** 把序列切成段：**状态传过边界，梯度不传**。每段结束就可以忘掉它的中间结果，内存由段长决定，与 $T$ 无关。

# %% [markdown] lang="en"
# ## Too long: truncated BPTT
#
# A book has hundreds of thousands of characters: too many states to keep, too long to wait for. **Truncated BPTT** cuts the sequence into segments: **states pass the border, gradients do not**. After each segment its intermediate results can be forgotten, so that memory depends on the segment's length, not on $T$.

# %%
plots.plot_passes(4, segment=2)
plt.show()


# %% claims=[11]
def truncated(x, y, W, U, b, h_0, segment):
    """Gradients of W, U, b by segments of that many steps. No more than `segment` + 1 states are kept."""
    totals = [np.zeros_like(W), np.zeros_like(U), np.zeros_like(b)]
    for start in range(0, x.shape[1], segment):
        part = slice(start, start + segment)
        h = forward(x[:, part], W, U, b, h_0)
        d_outputs = np.stack(h[1:], axis=1) - y[:, part]
        gradients = backward(d_outputs, x[:, part], h, W, U)[:3]
        totals = [total + gradient for total, gradient in zip(totals, gradients)]
        h_0 = h[-1]  # the state goes on; no gradient will come back
    return totals


h = forward(x, W, U, b, h_0)
run = cells.unroll(simple_rnn, x, simple_rnn.Params(W, U, b), state=simple_rnn.State(h_0))
expected = cells.bptt(run, np.stack(h[1:], axis=1) - y, steps=4).params  # T = 6: segments of 4 and 2
found = truncated(x, y, W, U, b, h_0, segment=4)
print("equal to cells.bptt(steps=4):", all(np.allclose(a, b) for a, b in zip(found, expected)))

# %% [markdown] lang="zh"
# 内存真的与 $T$ 无关吗？量一量峰值：

# %% [markdown] lang="en"
# Does memory really not depend on $T$? Measure its peak:


# %% tags=["measured"]
import tracemalloc

for length in (200, 800):
    x_long = symbols(np.random.default_rng(0), T=length, D=D)
    y_long = np.zeros((8, length, H))
    for segment in (length, 20):
        tracemalloc.start()
        truncated(x_long, y_long, W, U, b, np.zeros((8, H)), segment)
        print(f"T = {length}, segments of {segment:3}: {tracemalloc.get_traced_memory()[1] / 1e3:6.0f} kB")
        tracemalloc.stop()

# %% [markdown] lang="zh"
# （在 Keras 里，`stateful=True` 加上逐段 `fit` 就是它；4.1.3 节的语言模型会用到。）所以对原文那句话还要补上：反向传播**不一定走到头**。代价是什么？截断后的梯度是**有偏的**：缺的那部分不会因为多取几批就平均掉。
#
# 造一个要记住 8 步以前输入的任务：$y_t$ 由 $x_{t-8}$ 决定，$T = 64$。对 30 批取平均（单批的噪声因此变小），看截断梯度与完整梯度差多少：

# %% [markdown] lang="en"
# (In Keras this is `stateful=True` with one `fit` a segment; the language model of section 4.1.3 uses it.) So one more thing to add to the article's sentence: the backward pass **need not go all the way**. At what price? A truncated gradient is **biased**: what is missing does not average out over more batches.
#
# Make a task that needs the input of 8 steps ago: $y_t$ depends on $x_{t-8}$, $T = 64$. Take means over 30 batches, which makes the noise of a single one small, and compare truncated with full gradients:

# %% tags=["measured"]
rng = np.random.default_rng(1)
params = begin(simple_rnn, rng, H=16)
readout = rng.normal(0, 0.5, (4, 16))
segments = (1, 2, 4, 8, 16, 32, 64)
sums = {segment: [np.zeros_like(p) for p in params] for segment in segments}
for _ in range(30):
    x_long = symbols(rng, B=16, T=64)
    y_long = np.pad(x_long, ((0, 0), (8, 0), (0, 0)))[:, :64] @ readout
    for segment in segments:
        found = truncated(x_long, y_long, *params, np.zeros((16, 16)), segment)
        sums[segment] = [total + g for total, g in zip(sums[segment], found)]
full = np.concatenate([np.ravel(g) for g in sums[64]])
flat = {segment: np.concatenate([np.ravel(g) for g in found]) for segment, found in sums.items()}
bias = [np.linalg.norm(flat[segment] - full) / np.linalg.norm(full) for segment in segments]
angles = [cosine([flat[segment]], [full]) for segment in segments]

# %% tags=["measured"]
fig, ax = plt.subplots(figsize=(6, 3))
ax.semilogx(segments, bias, "o-", base=2, label=choose(zh="相对误差", en="relative error"))
ax.semilogx(segments, angles, "s--", base=2, label=choose(zh="夹角余弦", en="cosine of the angle"))
ax.set_xticks(segments, segments)
ax.set(xlabel=choose(zh="段长", en="segment length"), ylim=(-0.05, 1.1))
ax.legend()
plt.show()
say(
    zh=f"段长 4 时，平均梯度的相对误差 {bias[2]:.2f}；32 时 {bias[5]:.2f}。",
    en=f"Relative error of the mean gradient: {bias[2]:.2f} with segments of 4, {bias[5]:.2f} with 32.",
)

# %% [markdown] lang="zh"
# 段比 8 步长，误差也不是 0：靠近边界的那几步，8 步以前的输入已在边界的另一边。
#
# ## 用自己的梯度训练
#
# **加法任务**（Hochreiter 与 Schmidhuber，1997）：每步两个数，一个是随机数 $v_t \in [0, 1]$，一个是标记；前半、后半各有一步标记为 1，其余为 0。读完 $T = 10$ 步，要说出两个被标记的数之和。什么都不记、只猜平均值 1，均方误差是 $2/12 \approx 0.167$：这是及格线。

# %% [markdown] lang="en"
# Segments longer than 8 still leave an error: for the steps next to a border, the input of 8 steps ago lies on its other side.
#
# ## Train with your own gradients
#
# **The adding problem** (Hochreiter and Schmidhuber, 1997): each step shows two numbers, a random $v_t \in [0, 1]$ and a mark; one step in the first half and one in the second are marked 1, all others 0. After $T = 10$ steps the sum of the two marked numbers is wanted. Who remembers nothing and guesses the mean, 1, has a squared error of $2/12 \approx 0.167$: the bar.


# %%
def adding(rng, B=32, T=10):
    """x (B, T, 2): a number and a mark; y (B, 1): the sum of the two marked numbers."""
    values, marks = rng.uniform(size=(B, T)), np.zeros((B, T))
    marks[np.arange(B), rng.integers(0, T // 2, B)] = 1
    marks[np.arange(B), rng.integers(T // 2, T, B)] = 1
    return np.stack([values, marks], axis=-1), (values * marks).sum(axis=1, keepdims=True)


x_one, y_one = adding(np.random.default_rng(0), B=1)
print(x_one[0].T.round(2), y_one[0].round(2), sep="\n")

# %% [markdown] lang="zh"
# 末态后面接一个全连接层：$\hat y = h_T V + v$，$V$ 的形状为 $(H, 1)$。它的梯度就是上面的第二步，只换字母：$\mathrm{d}V = h_T^\top \mathrm{d}\hat y$，$\mathrm{d}h_T = \mathrm{d}\hat y\,V^\top$；均方误差给出 $\mathrm{d}\hat y = 2(\hat y - y)/B$。

# %% [markdown] lang="en"
# A dense layer reads the last state: $\hat y = h_T V + v$, with $V$ of shape $(H, 1)$. Its gradient is step two above in other letters: $\mathrm{d}V = h_T^\top \mathrm{d}\hat y$, $\mathrm{d}h_T = \mathrm{d}\hat y\,V^\top$; the mean squared error gives $\mathrm{d}\hat y = 2(\hat y - y)/B$.


# %%
def loss_and_gradients(params, x, y, steps_back):
    """Mean squared error and its gradients, which go back `steps_back` steps at most."""
    W, U, b, V, v = params
    h = forward(x, W, U, b, np.zeros((len(x), len(U))))
    error = h[-1] @ V + v - y  # (B, 1)
    d_y = 2 * error / len(x)
    x, h = x[:, -steps_back:], h[-steps_back - 1 :]
    d_outputs = np.zeros((*x.shape[:2], len(U)))
    d_outputs[:, -1] = d_y @ V.T
    gradients = backward(d_outputs, x, h, W, U)[:3]
    return np.mean(error**2), [*gradients, h[-1].T @ d_y, d_y.sum(axis=0)]


# %% [markdown] lang="zh"
# 新加的两个参数也要检验，然后才训练。优化器三行：裁剪、动量、更新。

# %% [markdown] lang="en"
# The two new parameters are checked as well, and only then is there training. The optimiser has three lines: clip, momentum, update.


# %%
def train(seed, *, rate=0.05, limit=1.0, steps_back=10, steps=600, H=24):
    """The loss at each training step, (steps,); inf from where it overflows."""
    rng = np.random.default_rng(seed)
    params = [*cells.initial_params(simple_rnn, 2, H, rng), rng.normal(0, H**-0.5, (H, 1)), np.zeros(1)]
    speeds, losses = [np.zeros_like(p) for p in params], np.full(steps, np.inf)
    for step in range(steps):
        losses[step], gradients = loss_and_gradients(params, *adding(rng), steps_back)
        if not losses[step] < 1e6:
            return losses
        gradients = clip(gradients, limit)
        speeds = [0.9 * speed - rate * gradient for speed, gradient in zip(speeds, gradients)]
        params = [p + speed for p, speed in zip(params, speeds)]
    return losses


rng = np.random.default_rng(0)
params = [*cells.initial_params(simple_rnn, 2, 3, rng), rng.normal(size=(3, 1)), np.zeros(1)]
x_one, y_one = adding(rng, B=4)
_, found = loss_and_gradients(params, x_one, y_one, 10)
numeric = [cells.numeric_gradient(lambda: loss_and_gradients(params, x_one, y_one, 10)[0], p) for p in params]
print("all five gradients:", all(cells.relative_error(a, b) < 1e-6 for a, b in zip(found, numeric)))

# %% tags=["measured"]
names = choose(
    zh=("完整的 BPTT", "只退 2 步", "完整，学习率 0.1"),
    en=("full BPTT", "2 steps back", "full, learning rate 0.1"),
)
settings = ({}, {"steps_back": 2}, {"rate": 0.1})
losses = {name: np.array([train(seed, **s) for seed in range(5)]) for name, s in zip(names, settings)}
smooth = {name: values.reshape(5, -1, 20).mean(axis=2) for name, values in losses.items()}
ax = plots.plot_learning(smooth, bar=1 / 6, bar_name=choose(zh="猜平均值", en="guess the mean"))
ax.set_xlabel(choose(zh="训练步 / 20", en="training steps / 20"))
plt.show()

# %% tags=["measured"]
final = {name: metrics.mean_interval(values[:, -100:].mean(axis=1)) for name, values in losses.items()}
for name, interval in final.items():
    print(f"{name:24} {interval:.4f}")
passed = [name for name, interval in final.items() if interval.high < 1 / 6]
say(
    zh=f"区间整个低于及格线 0.167 的：{'、'.join(passed) or '没有'}。最低的是“{min(final, key=final.get)}”。",
    en=f"With the whole interval below the bar of 0.167: {'; '.join(passed) or 'none'}. Lowest: {min(final, key=final.get)}.",
)

# %% [markdown] lang="zh"
# （最后 100 步的平均损失，5 个种子，95% 区间。）低于及格线，就是手写的梯度在教网络记东西。为什么只退 2 步也可能学到一些？循环权重虽然得不到开头的梯度，状态却一直带着开头的痕迹，输出层可以去读它。**有偏不等于学不会**，要看任务。
#
# 再做一件事：把裁剪拿掉。

# %% [markdown] lang="en"
# (Mean loss of the last 100 steps, 5 seeds, 95% interval.) Below the bar, the hand-written gradients teach the network to remember. How can something be learnt with only 2 steps back? No gradient from the beginning reaches the recurrent weights, but the state carries traces of it all along, and the output layer can read them. **Biased is not hopeless**: it depends on the task.
#
# One more thing: take clipping away.

# %% tags=["measured"]
clipped = losses[names[2]]
with np.errstate(all="ignore"):
    free = np.array([train(seed, rate=0.1, limit=np.inf) for seed in range(5)])
lost = [int(np.sum(~np.isfinite(runs[:, -1]))) for runs in (clipped, free)]
say(
    zh=f"学习率 0.1，5 个种子里发散的：裁剪时 {lost[0]} 个，不裁剪时 {lost[1]} 个。",
    en=f"Learning rate 0.1, diverged out of 5 seeds: {lost[0]} with clipping, {lost[1]} without.",
)

# %% [markdown] lang="zh"
# 序列只有 10 步，要不要裁剪就已经是“能不能用这个学习率”的问题。优化里还有哪些旋钮、各值多少，见下一章：[剪枝与学习率](2_2_3_pruning_and_learning_rate.ipynb)。
#
# ## 小结
#
# - 训练是前向、反向、更新三步；反向沿时间从后往前，每步三个等式，共享的权重把各步的梯度相加。
# - 手写的梯度先检验再用：float64、中心差分、相对误差小于 $10^{-6}$。
# - 梯度是雅可比矩阵的连乘，所以是指数：谱半径管线性情形的趋势，最大奇异值给出上界，tanh 的导数和输入的尺度也算在内。
# - LSTM 的快车道每步只乘遗忘门；偏置决定它开多大。初始化先于单元的名字。
# - 裁剪治爆炸（按全局范数，方向不变），不治消失；截断省内存和时间，代价是偏差。
#
# ## 试一试
#
# 1. 把 `clip` 换成按值裁剪（`np.clip`），学习率 0.1 再训练五个种子：还稳定吗？
# 2. 把 `adding` 的 `T` 改成 30（`train` 里的 `steps_back` 也改）：完整的 BPTT 还学得会吗？哪一种初始化有帮助？
# 3. GRU 的 $h_t = z \odot h_{t-1} + (1 - z) \odot g$ 也有一条直路。它的因子是什么？推出来，再对照 `cells.gru.backward_step`。
#
# 练习：[反向一步、BPTT、数值梯度、裁剪、截断、谱半径](../../exercises/zh/2_2_2_forward_and_backward.ipynb)。
#
# ## 出处
#
# - Werbos (1990). Backpropagation through time: what it does and how to do it. *Proceedings of the IEEE* 78(10), 1550–1560.
# - Bengio, Simard, Frasconi (1994). Learning long-term dependencies with gradient descent is difficult. *IEEE Transactions on Neural Networks* 5(2), 157–166.
# - Hochreiter, Schmidhuber (1997). Long short-term memory. *Neural Computation* 9(8), 1735–1780.
# - Gers, Schmidhuber, Cummins (2000). Learning to forget: continual prediction with LSTM. *Neural Computation* 12(10), 2451–2471.
# - Pascanu, Mikolov, Bengio (2013). On the difficulty of training recurrent neural networks. *ICML*. [arXiv:1211.5063](https://arxiv.org/abs/1211.5063)（谱半径、裁剪）
# - Saxe, McClelland, Ganguli (2014). Exact solutions to the nonlinear dynamics of learning in deep linear neural networks. *ICLR*. [arXiv:1312.6120](https://arxiv.org/abs/1312.6120)（正交初始化）
# - Tallec, Ollivier (2018). Can recurrent neural networks warp time? *ICLR*. [arXiv:1804.11188](https://arxiv.org/abs/1804.11188)（chrono）

# %% [markdown] lang="en"
# With sequences of ten steps, to clip or not is already a matter of whether this learning rate can be used. What other knobs optimisation has, and what each is worth, is the next chapter: [pruning and learning rate](2_2_3_pruning_and_learning_rate.ipynb).
#
# ## Summary
#
# - Training is forward, backward, update. Backward runs through time from the end, three equations a step, and shared weights add up the gradients of all steps.
# - Check a hand-written gradient before using it: float64, central differences, a relative error below $10^{-6}$.
# - The gradient is a product of Jacobians, hence exponential: the spectral radius sets the trend of the linear case, the largest singular value bounds it, and tanh's slope and the scale of the input count.
# - The LSTM's fast lane multiplies by the forget gate alone; its bias says how wide it is open. Initialisation comes before the cell's name.
# - Clipping cures exploding (by global norm, the direction stays), not vanishing; truncation saves memory and time, and costs bias.
#
# ## Try it
#
# 1. Clip by value instead (`np.clip`), and train the five seeds with a rate of 0.1 again: is it still stable?
# 2. Set `T` of `adding` to 30 (and `steps_back` in `train`): does full BPTT still learn? Which initialisation helps?
# 3. The GRU's $h_t = z \odot h_{t-1} + (1 - z) \odot g$ has a direct path, too. What is its factor? Derive it, then look at `cells.gru.backward_step`.
#
# Exercises: [a step back, BPTT, numeric gradients, clipping, truncation, spectral radius](../../exercises/en/2_2_2_forward_and_backward.ipynb).
#
# ## Sources
#
# - Werbos (1990). Backpropagation through time: what it does and how to do it. *Proceedings of the IEEE* 78(10), 1550–1560.
# - Bengio, Simard, Frasconi (1994). Learning long-term dependencies with gradient descent is difficult. *IEEE Transactions on Neural Networks* 5(2), 157–166.
# - Hochreiter, Schmidhuber (1997). Long short-term memory. *Neural Computation* 9(8), 1735–1780.
# - Gers, Schmidhuber, Cummins (2000). Learning to forget: continual prediction with LSTM. *Neural Computation* 12(10), 2451–2471.
# - Pascanu, Mikolov, Bengio (2013). On the difficulty of training recurrent neural networks. *ICML*. [arXiv:1211.5063](https://arxiv.org/abs/1211.5063) (spectral radius, clipping)
# - Saxe, McClelland, Ganguli (2014). Exact solutions to the nonlinear dynamics of learning in deep linear neural networks. *ICLR*. [arXiv:1312.6120](https://arxiv.org/abs/1312.6120) (orthogonal initialisation)
# - Tallec, Ollivier (2018). Can recurrent neural networks warp time? *ICLR*. [arXiv:1804.11188](https://arxiv.org/abs/1804.11188) (chrono)
