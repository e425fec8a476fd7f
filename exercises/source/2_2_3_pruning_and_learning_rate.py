# %% [markdown] lang="zh"
# # 2.2.3 剪枝与学习率：练习
#
# 七道小题：三道剪枝，四道学习率。每题大约 5–10 分钟，只用 NumPy。
#
# 做法：把 `raise NotImplementedError` 一行换成你的代码，运行该单元格，再运行下面的检查。答对时出现 ✓ 和得分；答错时出现一条提示，并列出你的结果和应有的结果。检查不限次数。

# %% [markdown] lang="en"
# # 2.2.3 Pruning and the learning rate: exercises
#
# Seven small tasks: three on pruning, four on the learning rate. Each takes 5 to 10 minutes, with NumPy alone.
#
# Replace the line `raise NotImplementedError` with your code, run that cell, then run the check below it. A right answer gets
# a ✓ and its points; a wrong one gets a hint, with your result beside the expected one. Check as often as you like.

# %% tags=["setup"]
import numpy as np

# %% [markdown] lang="zh"
# ## 1. 幅值剪枝
#
# 把绝对值最小的权重设为 0，其余不变。$N$ 个权重里恰好去掉 `round(sparsity * N)` 个，**整个矩阵一起排序**。例：`sparsity = 0.5` 时，8 个去掉 4 个：
#
# $$\begin{pmatrix} 0.1 & -0.2 & 0.4 & -0.3 \\ 2.0 & -3.0 & 0.2 & 1.0 \end{pmatrix} \;\to\; \begin{pmatrix} 0 & 0 & 0.4 & 0 \\ 2.0 & -3.0 & 0 & 1.0 \end{pmatrix}$$
#
# 数据里有绝对值相同的权重时，按存放的次序（逐行）先去掉前面的。

# %% [markdown] lang="en"
# ## 1. Pruning by magnitude
#
# Set the weights of smallest absolute value to 0 and leave the others alone. Of $N$ weights exactly `round(sparsity * N)` go, **ranked over the whole matrix**. With `sparsity = 0.5`, of 8 weights 4 go:
#
# $$\begin{pmatrix} 0.1 & -0.2 & 0.4 & -0.3 \\ 2.0 & -3.0 & 0.2 & 1.0 \end{pmatrix} \;\to\; \begin{pmatrix} 0 & 0 & 0.4 & 0 \\ 2.0 & -3.0 & 0 & 1.0 \end{pmatrix}$$
#
# Of weights of equal size those stored first (row by row) go first.

# %% task="magnitude_prune"
def magnitude_prune(weights, sparsity):
    """Weights (R, C), share to drop -> a new array (R, C) with zeros in it. About 4 lines."""
    # BEGIN SOLUTION
    pruned = weights.copy()
    order = np.argsort(np.abs(weights), axis=None, kind="stable")  # (R * C,)
    pruned.flat[order[: round(sparsity * weights.size)]] = 0
    return pruned
    # END SOLUTION

# %% check="magnitude_prune"
check.magnitude_prune(magnitude_prune)

# %% [markdown] lang="zh"
# ## 2. 只剪一个门
#
# LSTM 的权重矩阵（形状 $(D, 4H)$）从左到右是四块，每块 $H$ 列。Keras 的次序：
#
# | 列 | $0 \dots H-1$ | $H \dots 2H-1$ | $2H \dots 3H-1$ | $3H \dots 4H-1$ |
# |:--|:--:|:--:|:--:|:--:|
# | 门 | `"i"` 输入门 | `"f"` 遗忘门 | `"c"` 候选值 | `"o"` 输出门 |
#
# 按幅值剪去指定的门**自己的**权重的一部分（比例为 `sparsity`，在这一块之内排序），其余三块原样返回。

# %% [markdown] lang="en"
# ## 2. Prune one gate alone
#
# The kernel of an LSTM (shape $(D, 4H)$) has four blocks of $H$ columns, from left to right. Keras's order:
#
# | columns | $0 \dots H-1$ | $H \dots 2H-1$ | $2H \dots 3H-1$ | $3H \dots 4H-1$ |
# |:--|:--:|:--:|:--:|:--:|
# | gate | `"i"` input | `"f"` forget | `"c"` candidate | `"o"` output |
#
# Prune by magnitude a share `sparsity` of the gate's **own** weights, ranked within its block; the other three blocks come back as they are.

# %% task="prune_gate"
def prune_gate(kernel, gate, sparsity):
    """Kernel (D, 4H), "i", "f", "c" or "o", share to drop -> a new kernel (D, 4H). About 7 lines."""
    # BEGIN SOLUTION
    pruned, units = kernel.copy(), kernel.shape[1] // 4
    start = "ifco".index(gate) * units
    block = pruned[:, start : start + units].copy()  # (D, H)
    order = np.argsort(np.abs(block), axis=None, kind="stable")
    block.flat[order[: round(sparsity * block.size)]] = 0
    pruned[:, start : start + units] = block
    return pruned
    # END SOLUTION

# %% check="prune_gate"
check.prune_gate(prune_gate)

# %% [markdown] lang="zh"
# ## 3. 剪完继续训练
#
# 剪掉的权重也有梯度，不管它就会长回来。对线性回归的损失 $L(w) = \frac{1}{2N}\lVert Xw - y\rVert^2$，先剪，再走 `steps` 步，每步之后都用掩码 $m$（True：保留）：
#
# $$w \leftarrow m \odot w, \qquad \text{repeat:} \quad w \leftarrow m \odot \Big(w - \eta\,\tfrac{1}{N} X^\top (Xw - y)\Big)$$

# %% [markdown] lang="en"
# ## 3. Prune, and go on training
#
# A pruned weight has a gradient, too, and grows back if nothing is done. For the loss of linear regression, $L(w) = \frac{1}{2N}\lVert Xw - y\rVert^2$, prune first, then take `steps` steps, with the mask $m$ (True: kept) after each of them:
#
# $$w \leftarrow m \odot w, \qquad \text{repeat:} \quad w \leftarrow m \odot \Big(w - \eta\,\tfrac{1}{N} X^\top (Xw - y)\Big)$$

# %% task="train_masked"
def train_masked(w, mask, x, y, rate, steps):
    """Weights (P,), mask (P,) bool, x (N, P), y (N,), two numbers -> weights (P,). About 5 lines."""
    # BEGIN SOLUTION
    w = w * mask
    for _ in range(steps):
        gradient = x.T @ (x @ w - y) / len(x)  # (P,)
        w = (w - rate * gradient) * mask
    return w
    # END SOLUTION

# %% check="train_masked"
check.train_masked(train_masked)

# %% [markdown] lang="zh"
# ## 4. 范围测试的学习率
#
# 范围测试要在几个数量级上均匀地试，所以学习率是等比数列，相邻两个之比 $q$ 相同，两端都包括在内：
#
# $$\eta_k = \eta_{\text{low}}\, q^k, \qquad k = 0, \dots, K-1, \qquad \eta_{K-1} = \eta_{\text{high}}$$

# %% [markdown] lang="en"
# ## 4. The rates of a range test
#
# A range test tries several powers of ten evenly, so its rates are a geometric series: the ratio $q$ of neighbours is the same, and both ends are included.
#
# $$\eta_k = \eta_{\text{low}}\, q^k, \qquad k = 0, \dots, K-1, \qquad \eta_{K-1} = \eta_{\text{high}}$$

# %% task="geometric_rates"
def geometric_rates(lowest, highest, count):
    """Two rates and how many -> rates (count,) in ascending order. About 2 lines."""
    # BEGIN SOLUTION
    q = (highest / lowest) ** (1 / (count - 1))
    return lowest * q ** np.arange(count)
    # END SOLUTION

# %% check="geometric_rates"
check.geometric_rates(geometric_rates)

# %% [markdown] lang="zh"
# ## 5. 读出学习率
#
# 范围测试给出 $K$ 个学习率（等比）和各自的损失。取损失**下降最快**处的学习率，斜率对 $\ln\eta$ 来求，用中心差分，两端的点不算：
#
# $$k^* = \arg\min_{1 \le k \le K-2} \; \frac{L_{k+1} - L_{k-1}}{\ln\eta_{k+1} - \ln\eta_{k-1}}, \qquad \text{return } \eta_{k^*}$$
#
# 下图是一条这样的曲线。最低点在哪里？最陡的地方在哪里？

# %% [markdown] lang="en"
# ## 5. Read off a rate
#
# A range test gives $K$ rates (a geometric series) and a loss for each. Take the rate where the loss **falls fastest**, by its slope against $\ln\eta$, in central differences, the two end points left out:
#
# $$k^* = \arg\min_{1 \le k \le K-2} \; \frac{L_{k+1} - L_{k-1}}{\ln\eta_{k+1} - \ln\eta_{k-1}}, \qquad \text{return } \eta_{k^*}$$
#
# Here is such a curve. Where is its lowest point, and where is it steepest?

# %%
import matplotlib.pyplot as plt

example_rates = np.geomspace(1e-5, 10, 40)
example_losses = 0.7 - 0.5 / (1 + (2e-3 / example_rates) ** 0.9) + (example_rates / 4) ** 2
plt.figure(figsize=(6, 2.6))
plt.semilogx(example_rates, example_losses, "o-", markersize=3)
plt.ylim(0, 1)
plt.xlabel("η")
plt.ylabel("L")
plt.show()

# %% task="choose_rate"
def choose_rate(rates, losses):
    """Rates (K,), losses (K,) -> one of the rates, float. About 3 lines."""
    # BEGIN SOLUTION
    log = np.log(rates)
    slope = (losses[2:] - losses[:-2]) / (log[2:] - log[:-2])  # (K - 2,)
    return float(rates[1:-1][np.argmin(slope)])
    # END SOLUTION

# %% check="choose_rate"
check.choose_rate(choose_rate)

# %% [markdown] lang="zh"
# ## 6. 学习率的上限
#
# 损失是二次函数，二阶导数的矩阵是 $H$（对称，特征值都大于 0）。梯度下降的误差每步乘以 $I - \eta H$：
#
# $$e_{k+1} = (I - \eta H)\, e_k$$
#
# 返回那个上限：学习率比它小，从任何起点都收敛；比它大，就不行。

# %% [markdown] lang="en"
# ## 6. The largest rate
#
# The loss is a quadratic with the matrix of second derivatives $H$ (symmetric, eigenvalues above 0). Each step of gradient descent multiplies the error by $I - \eta H$:
#
# $$e_{k+1} = (I - \eta H)\, e_k$$
#
# Return the limit: below it gradient descent converges from every start, above it it does not.

# %% task="largest_rate"
def largest_rate(hessian):
    """Symmetric matrix (P, P) -> the limit of the learning rate, float. About 1 line."""
    # BEGIN SOLUTION
    return 2 / float(np.linalg.eigvalsh(hessian)[-1])
    # END SOLUTION

# %% check="largest_rate"
check.largest_rate(largest_rate)

# %% [markdown] lang="zh"
# ## 7. 动量
#
# 按 Keras 的 `SGD(momentum=μ)`，依次用给定的 $K$ 个梯度 $g_0, \dots, g_{K-1}$ 各走一步，返回最后的权重。速度从 $v = 0$ 开始：
#
# $$v \leftarrow \mu v - \eta g_k, \qquad w \leftarrow w + v$$

# %% [markdown] lang="en"
# ## 7. Momentum
#
# Take one step for each of the $K$ given gradients $g_0, \dots, g_{K-1}$, as Keras's `SGD(momentum=μ)` does, and return the final weights. The velocity starts at $v = 0$:
#
# $$v \leftarrow \mu v - \eta g_k, \qquad w \leftarrow w + v$$

# %% task="momentum_steps"
def momentum_steps(w, gradients, rate, momentum):
    """Weights (P,), gradients (K, P), two numbers -> weights (P,) after K steps. About 5 lines."""
    # BEGIN SOLUTION
    v = np.zeros_like(w)
    for g in gradients:
        v = momentum * v - rate * g
        w = w + v
    return w
    # END SOLUTION

# %% check="momentum_steps"
check.momentum_steps(momentum_steps)
