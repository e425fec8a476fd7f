# %% [markdown] lang="zh"
# # 5.1 性能优化：练习
#
# 五道小题：两道关于训练（学习率、权重衰减），三道关于把模型变小（渐进剪枝、去掉单元、8 位整数）。每题大约 5–15 分钟，只用 NumPy。
#
# 做法：把 `raise NotImplementedError` 一行换成你的代码，运行该单元格，再运行下面的检查。答对时出现 ✓ 和得分；答错时出现一条提示，并列出你的结果和应有的结果。检查不限次数。

# %% [markdown] lang="en"
# # 5.1 Performance: exercises
#
# Five small tasks: two on training (learning rate, weight decay), three on smaller models (gradual pruning, removing units, 8 bits). Each takes 5 to 15 minutes, with NumPy alone.
#
# Replace the line `raise NotImplementedError` with your code, run that cell, then run the check below it. A right answer gets
# a ✓ and its points; a wrong one gets a hint, with your result beside the expected one. Check as often as you like.

# %% tags=["setup"]
import numpy as np

# %% [markdown] lang="zh"
# ## 1. one-cycle 的学习率
#
# 一共 $K$ 步，最高的学习率是 $\eta$。学习率沿三条直线走，转折点是：
#
# | 第几步 | $0$ | $0.45K$ | $0.9K$ | $K$ |
# |:--|:--:|:--:|:--:|:--:|
# | 学习率 | $\eta/10$ | $\eta$ | $\eta/10$ | $\eta/1000$ |
#
# 下图是 $K = 200$、$\eta = 0.8$ 的样子。返回第 `step` 步的学习率。

# %% [markdown] lang="en"
# ## 1. The rate of a one-cycle schedule
#
# There are $K$ steps in all, and the highest rate is $\eta$. The rate follows three straight lines with these corners:
#
# | step | $0$ | $0.45K$ | $0.9K$ | $K$ |
# |:--|:--:|:--:|:--:|:--:|
# | rate | $\eta/10$ | $\eta$ | $\eta/10$ | $\eta/1000$ |
#
# Below it is drawn for $K = 200$ and $\eta = 0.8$. Return the rate at step `step`.

# %%
import matplotlib.pyplot as plt

from rnncourse import plots, training

cycle = training.rates_of(training.one_cycle(0.8, 200), 201)
plots.plot_schedules({"one-cycle": cycle})
plt.show()


# %% task="one_cycle_rate"
def one_cycle_rate(step, steps, highest):
    """A step 0 .. steps, number of steps, highest rate -> the rate, float. About 4 lines."""
    # BEGIN SOLUTION
    places = [0, 0.45 * steps, 0.9 * steps, steps]
    rates = [highest / 10, highest, highest / 10, highest / 1000]
    return float(np.interp(step, places, rates))
    # END SOLUTION


# %% check="one_cycle_rate"
check.one_cycle_rate(one_cycle_rate)

# %% [markdown] lang="zh"
# ## 2. AdamW
#
# 用给定的 $K$ 步梯度更新一层的输入权重 $W$ 和偏置 $b$。对两者都是 Adam，只有 $W$ 再衰减：
#
# $$m \leftarrow \beta_1 m + (1-\beta_1)\, g, \qquad v \leftarrow \beta_2 v + (1-\beta_2)\, g \odot g, \qquad \hat m = \frac{m}{1-\beta_1^t}, \quad \hat v = \frac{v}{1-\beta_2^t}$$
#
# $$W \leftarrow W - \eta \Big( \frac{\hat m}{\sqrt{\hat v} + \epsilon} + \lambda W \Big), \qquad b \leftarrow b - \eta\, \frac{\hat m}{\sqrt{\hat v} + \epsilon}$$
#
# $W$ 和 $b$ 各有自己的 $m$、$v$，从 0 开始；步数 $t = 1, \dots, K$；$\beta_1 = 0.9$，$\beta_2 = 0.999$，$\epsilon = 10^{-7}$（Keras 的默认值）。右边的 $W$ 是更新之前的。

# %% [markdown] lang="en"
# ## 2. AdamW
#
# Update a layer's kernel $W$ and bias $b$ with the given gradients of $K$ steps. Both by Adam, and $W$ alone decays:
#
# $$m \leftarrow \beta_1 m + (1-\beta_1)\, g, \qquad v \leftarrow \beta_2 v + (1-\beta_2)\, g \odot g, \qquad \hat m = \frac{m}{1-\beta_1^t}, \quad \hat v = \frac{v}{1-\beta_2^t}$$
#
# $$W \leftarrow W - \eta \Big( \frac{\hat m}{\sqrt{\hat v} + \epsilon} + \lambda W \Big), \qquad b \leftarrow b - \eta\, \frac{\hat m}{\sqrt{\hat v} + \epsilon}$$
#
# $W$ and $b$ have an $m$ and a $v$ each, which begin at 0; steps are $t = 1, \dots, K$; $\beta_1 = 0.9$, $\beta_2 = 0.999$, $\epsilon = 10^{-7}$ (Keras's defaults). The $W$ on the right is that before the update.


# %% task="adamw_steps"
def adamw_steps(kernel, bias, kernel_gradients, bias_gradients, rate, decay):
    """W (D, H), b (H,), gradients (K, D, H) and (K, H), eta, lambda -> (W, b) after K steps. About 9 lines."""
    # BEGIN SOLUTION
    updated = []
    for w, gradients, share in ((kernel, kernel_gradients, decay), (bias, bias_gradients, 0.0)):
        m, v = np.zeros_like(w), np.zeros_like(w)
        for t, g in enumerate(gradients, start=1):
            m = 0.9 * m + 0.1 * g
            v = 0.999 * v + 0.001 * g * g
            adam = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-7)
            w = w - rate * (adam + share * w)
        updated.append(w)
    return tuple(updated)
    # END SOLUTION


# %% check="adamw_steps"
check.adamw_steps(adamw_steps)

# %% [markdown] lang="zh"
# ## 3. 渐进剪枝：此刻该有多少个 0
#
# 稀疏度从 $s_0$（`initial`）升到 $s_1$（`final`），先快后慢。$u$ 是从 `begin` 到 `end` 走过的比例，在此之前为 0，在此之后为 1：
#
# $$u = \min\!\Big(1, \max\!\Big(0, \frac{k - k_{\text{begin}}}{k_{\text{end}} - k_{\text{begin}}}\Big)\Big), \qquad s_k = s_1 + (s_0 - s_1)(1 - u)^3$$
#
# 对给定的各步 $k$ 返回应有的稀疏度。

# %% [markdown] lang="en"
# ## 3. Gradual pruning: how many zeros by now?
#
# Sparsity rises from $s_0$ (`initial`) to $s_1$ (`final`), fast first and slowly later. $u$ is the share of the way from `begin` to `end`, 0 before and 1 after:
#
# $$u = \min\!\Big(1, \max\!\Big(0, \frac{k - k_{\text{begin}}}{k_{\text{end}} - k_{\text{begin}}}\Big)\Big), \qquad s_k = s_1 + (s_0 - s_1)(1 - u)^3$$
#
# Return the sparsity due at each of the given steps $k$.


# %% task="sparsity_due"
def sparsity_due(steps, begin, end, initial, final):
    """Steps (K,) whole numbers, two steps, two shares -> sparsities (K,). About 2 lines."""
    # BEGIN SOLUTION
    u = np.clip((steps - begin) / (end - begin), 0, 1)
    return final + (initial - final) * (1 - u) ** 3
    # END SOLUTION


# %% check="sparsity_due"
check.sparsity_due(sparsity_due)

# %% [markdown] lang="zh"
# ## 4. 去掉单元
#
# 一个 GRU（输入 $D$，单元 $H$）后面接一个 Dense（$H \to C$）。只留下编号在 `kept` 里的 $M$ 个单元，其余的连同一切与之相连的行和列一起去掉。算出来的应当与“离开的单元一直输出 0”时完全相同。
#
# | 数组 | 形状 | 列 | 行 |
# |:--|:--|:--|:--|
# | 输入权重 | $(D, 3H)$ | 三块（z r h），每块 $H$ 列，一列一个单元 | 输入 |
# | 循环权重 | $(H, 3H)$ | 同上 | 读上一步的状态，一行一个单元 |
# | 偏置 | $(2, 3H)$ | 同上 | 输入的、循环的 |
# | Dense 的权重 | $(H, C)$ | 类别 | 一行一个单元 |
#
# 下图留下 1、2、4 号单元，灰色的是要走的。每一块里的规律看出来了吗？

# %% [markdown] lang="en"
# ## 4. Remove units
#
# A GRU (input $D$, units $H$) is followed by a Dense layer ($H \to C$). Keep the $M$ units whose numbers are in `kept`, and take out the others with all rows and columns that go with them. The outputs must be those of a layer whose leaving units put out 0 all the time.
#
# | array | shape | columns | rows |
# |:--|:--|:--|:--|
# | kernel | $(D, 3H)$ | three blocks (z r h) of $H$ columns, one for each unit | inputs |
# | recurrent kernel | $(H, 3H)$ | the same | read the last state, one for each unit |
# | bias | $(2, 3H)$ | the same | of the input, of the loop |
# | Dense kernel | $(H, C)$ | classes | one for each unit |
#
# The picture keeps the units 1, 2 and 4; grey is what leaves. Do you see the pattern in each block?

# %%
plots.plot_leaving(features=3, units=6, kept=[1, 2, 4], gates="zrh", classes=2)
plt.show()


# %% task="drop_units"
def drop_units(kernel, recurrent_kernel, bias, dense_kernel, kept):
    """Four arrays as in the table, kept (M,) -> (D, 3M), (M, 3M), (2, 3M), (M, C). About 4 lines."""
    # BEGIN SOLUTION
    units = len(recurrent_kernel)
    columns = np.concatenate([kept, kept + units, kept + 2 * units])  # (3M,)
    loop = recurrent_kernel[kept][:, columns]
    return kernel[:, columns], loop, bias[:, columns], dense_kernel[kept]
    # END SOLUTION


# %% check="drop_units"
check.drop_units(drop_units)

# %% [markdown] lang="zh"
# ## 5. 8 位整数
#
# 把输入权重 $W$（$(D, C)$）变成 int8 的整数码 $q$ 和每列一个的缩放因子 $s_j$，再变回来：
#
# $$s_j = \frac{\max_i |W_{ij}|}{127}, \qquad q_{ij} = \operatorname{round}\!\Big(\frac{W_{ij}}{s_j}\Big), \qquad \tilde W_{ij} = s_j\, q_{ij}$$
#
# 全为 0 的列，$s_j = 1$。整数码在 −127 与 127 之间，类型是 `int8`。

# %% [markdown] lang="en"
# ## 5. Eight bits
#
# Turn a kernel $W$ ($(D, C)$) into int8 codes $q$ and a scale $s_j$ for each column, and back:
#
# $$s_j = \frac{\max_i |W_{ij}|}{127}, \qquad q_{ij} = \operatorname{round}\!\Big(\frac{W_{ij}}{s_j}\Big), \qquad \tilde W_{ij} = s_j\, q_{ij}$$
#
# A column of zeros has $s_j = 1$. Codes lie between −127 and 127, of type `int8`.


# %% task="quantize_kernel"
def quantize_kernel(weights):
    """W (D, C) -> codes (D, C) int8, scales (C,), weights again (D, C). About 4 lines."""
    # BEGIN SOLUTION
    largest = np.abs(weights).max(axis=0)  # (C,)
    scales = np.where(largest > 0, largest / 127, 1.0)
    codes = np.rint(weights / scales).astype("int8")
    return codes, scales, codes * scales
    # END SOLUTION


# %% check="quantize_kernel"
check.quantize_kernel(quantize_kernel)
