# %% [markdown] lang="zh"
# # 2.2.2 前向传播与反向传播：练习
#
# 六道小题，把本章的反向传播自己写一遍：一步、T 步、裁判（数值梯度）、裁剪、截断、谱半径。每题大约 5–20 分钟，只用 NumPy。
#
# 做法：把 `raise NotImplementedError` 一行换成你的代码，运行该单元格，再运行下面的检查。答对时出现 ✓ 和得分；答错时出现一条提示，并列出你的结果和应有的结果。检查不限次数。

# %% [markdown] lang="en"
# # 2.2.2 Forward and backward pass: exercises
#
# Six small tasks, the backward pass of the chapter in your own hand: one step, T steps, the judge (numeric gradients), clipping,
# truncation, spectral radius. Each takes 5 to 20 minutes, with NumPy alone.
#
# Replace the line `raise NotImplementedError` with your code, run that cell, then run the check below it. A right answer gets
# a ✓ and its points; a wrong one gets a hint, with your result beside the expected one. Check as often as you like.

# %% tags=["setup"]
import numpy as np

# %% [markdown] lang="zh"
# ## 1. 反向一步
#
# SimpleRNN 的一步是 $a = xW + h_{-}U + b$，$h = \tanh(a)$，其中 $h_{-}$ 是上一步的状态。已知损失对 $h$ 的梯度 $\mathrm{d}h$，形状 $(B, H)$：
#
# $$\mathrm{d}a = \mathrm{d}h \odot \tanh'(a), \qquad \mathrm{d}x = \mathrm{d}a\,W^\top, \qquad \mathrm{d}h_{-} = \mathrm{d}a\,U^\top, \qquad \mathrm{d}W = x^\top \mathrm{d}a, \qquad \mathrm{d}U = h_{-}^\top \mathrm{d}a$$
#
# $b$ 广播到了批里的每一行，$\mathrm{d}b$ 是什么？$\tanh'(a)$ 怎样用 $h$ 写出？梯度的形状总与它的变量相同：拿不准时，先看形状。

# %% [markdown] lang="en"
# ## 1. One step back
#
# A step of a SimpleRNN is $a = xW + h_{-}U + b$, $h = \tanh(a)$, where $h_{-}$ is the state before. Given the gradient $\mathrm{d}h$ of the loss with respect to $h$, shape $(B, H)$:
#
# $$\mathrm{d}a = \mathrm{d}h \odot \tanh'(a), \qquad \mathrm{d}x = \mathrm{d}a\,W^\top, \qquad \mathrm{d}h_{-} = \mathrm{d}a\,U^\top, \qquad \mathrm{d}W = x^\top \mathrm{d}a, \qquad \mathrm{d}U = h_{-}^\top \mathrm{d}a$$
#
# $b$ was broadcast to every row of the batch: what is $\mathrm{d}b$? How is $\tanh'(a)$ written with $h$? A gradient has the shape of
# its variable: in doubt, look at shapes first.

# %% task="simple_rnn_backward_step"
def simple_rnn_backward_step(d_h, x_t, h_before, h, W, U):
    """Gradient (B, H) of the new state h -> (d_x_t, d_h_before, d_W, d_U, d_b).

    x_t (B, D), h_before and h (B, H), W (D, H), U (H, H) -> (B, D), (B, H), (D, H), (H, H), (H,). About 2 lines."""
    # BEGIN SOLUTION
    d_a = d_h * (1 - h**2)  # (B, H)
    return d_a @ W.T, d_a @ U.T, x_t.T @ d_a, h_before.T @ d_a, d_a.sum(axis=0)
    # END SOLUTION

# %% check="simple_rnn_backward_step"
check.simple_rnn_backward_step(simple_rnn_backward_step)

# %% [markdown] lang="zh"
# ## 2. 沿时间反向传播
#
# 现在走 $T$ 步。每一步都有自己的损失，`d_outputs[:, t]` 是第 $t$ 步的损失直接对该步输出的梯度，下式中下标为 1 的一项（这里 $t = 0 \dots T-1$）。状态有两条路通向损失，权重的梯度是各步之和：
#
# $$\mathrm{d}h_t = \left(\frac{\partial L}{\partial h_t}\right)_{1} + \mathrm{d}a_{t+1}\,U^\top, \qquad \mathrm{d}U = \sum_t h_{t-1}^\top\,\mathrm{d}a_t$$
#
# `outputs[:, t]` 是第 $t$ 步之后的状态；第一步之前的状态是 `h_0`。图里的虚线就是你要走的路。

# %% [markdown] lang="en"
# ## 2. Backpropagation through time
#
# Now over $T$ steps. Each step has a loss of its own, and `d_outputs[:, t]` is its direct gradient with respect to the output of step $t$, the term with index 1 below (here $t = 0 \dots T-1$). A state has two paths to the loss, and a weight's gradient is a sum over steps:
#
# $$\mathrm{d}h_t = \left(\frac{\partial L}{\partial h_t}\right)_{1} + \mathrm{d}a_{t+1}\,U^\top, \qquad \mathrm{d}U = \sum_t h_{t-1}^\top\,\mathrm{d}a_t$$
#
# `outputs[:, t]` is the state after step $t$; the state before the first step is `h_0`. The dashed lines of the picture are your way.

# %%
from rnncourse.plots import plot_passes

_ = plot_passes(3)

# %% task="simple_rnn_bptt"
def simple_rnn_bptt(d_outputs, x, outputs, h_0, W, U):
    """Gradients (B, T, H) of the outputs -> (d_W, d_U, d_b), summed over all steps.

    x (B, T, D), outputs (B, T, H), h_0 (B, H), W (D, H), U (H, H) -> (D, H), (H, H), (H,). About 10 lines."""
    # BEGIN SOLUTION
    d_W, d_U, d_b = np.zeros_like(W), np.zeros_like(U), np.zeros(len(U))
    d_h = np.zeros_like(h_0)
    for t in reversed(range(x.shape[1])):
        h_before = outputs[:, t - 1] if t else h_0
        d_a = (d_h + d_outputs[:, t]) * (1 - outputs[:, t] ** 2)
        d_W += x[:, t].T @ d_a
        d_U += h_before.T @ d_a
        d_b += d_a.sum(axis=0)
        d_h = d_a @ U.T
    return d_W, d_U, d_b
    # END SOLUTION

# %% check="simple_rnn_bptt"
check.simple_rnn_bptt(simple_rnn_bptt)

# %% [markdown] lang="zh"
# ## 3. 裁判：数值梯度
#
# 推导会出错，挪一挪不会。对 $U$ 的每一个分量，上下各挪 $\varepsilon$，其余分量不动：
#
# $$\frac{\partial L}{\partial U_{ij}} \approx \frac{L(U + \varepsilon E_{ij}) - L(U - \varepsilon E_{ij})}{2\varepsilon}$$
#
# $E_{ij}$ 只有第 $i$ 行第 $j$ 列是 1。下面的 `loss(U, x)` 是末态长度的平方，直接调用它。不要改动传进来的 `U`：在副本上挪。`np.ndindex(U.shape)` 逐个给出下标。

# %% [markdown] lang="en"
# ## 3. The judge: numeric gradients
#
# Derivations go wrong, trying does not. Move each entry of $U$ up and down by $\varepsilon$, and leave the others where they are:
#
# $$\frac{\partial L}{\partial U_{ij}} \approx \frac{L(U + \varepsilon E_{ij}) - L(U - \varepsilon E_{ij})}{2\varepsilon}$$
#
# $E_{ij}$ is 1 in row $i$, column $j$, and 0 elsewhere. `loss(U, x)` below is the squared length of the last state: call it. Leave the `U` that you are given as it is, and move a copy. `np.ndindex(U.shape)` goes through the indices.

# %% tags=["setup"]
def loss(U, x):
    """U (H, H), x (T, H) -> the squared length of the last state of h_t = tanh(x_t + h_{t-1} U)."""
    h = np.zeros(len(U))
    for x_t in x:
        h = np.tanh(x_t + h @ U)
    return float(np.sum(h**2))

# %% task="numeric_gradient"
def numeric_gradient(U, x, epsilon):
    """U (H, H), x (T, H) -> d loss / d U by central differences (H, H). About 8 lines."""
    # BEGIN SOLUTION
    gradient = np.zeros_like(U)
    for place in np.ndindex(U.shape):
        up, down = U.copy(), U.copy()
        up[place] += epsilon
        down[place] -= epsilon
        gradient[place] = (loss(up, x) - loss(down, x)) / (2 * epsilon)
    return gradient
    # END SOLUTION

# %% check="numeric_gradient"
check.numeric_gradient(numeric_gradient)

# %% [markdown] lang="zh"
# ## 4. 按全局范数裁剪
#
# 梯度太长就缩短，方向不变。把**所有**数组的分量放在一起，算一个范数：
#
# $$n = \sqrt{\textstyle\sum_k \lVert g_k \rVert^2}, \qquad g_k \leftarrow g_k \cdot \min\left(1, \frac{\text{limit}}{n}\right)$$
#
# 例：`[[3, −4], [[12]]]` 的全局范数是 13，`limit = 6.5` 时每个分量乘以 0.5。梯度也可能全为 0。图里是两个分量的情形：本题要的是蓝色的箭头。

# %% [markdown] lang="en"
# ## 4. Clip by the global norm
#
# A gradient that is too long gets shortened, its direction stays. Take the entries of **all** arrays together for one norm:
#
# $$n = \sqrt{\textstyle\sum_k \lVert g_k \rVert^2}, \qquad g_k \leftarrow g_k \cdot \min\left(1, \frac{\text{limit}}{n}\right)$$
#
# The global norm of `[[3, −4], [[12]]]` is 13; with `limit = 6.5` every entry is multiplied by 0.5. All gradients may be zero, too. The picture shows two entries: wanted is the blue arrow.

# %%
from rnncourse.plots import plot_clipping

_ = plot_clipping([3.0, 0.8], limit=1.0)

# %% task="clip_by_global_norm"
def clip_by_global_norm(gradients, limit):
    """List of arrays, largest norm of all together -> list of arrays of the same shapes. About 3 lines."""
    # BEGIN SOLUTION
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    factor = limit / max(norm, limit)
    return [g * factor for g in gradients]
    # END SOLUTION

# %% check="clip_by_global_norm"
check.clip_by_global_norm(clip_by_global_norm)

# %% [markdown] lang="zh"
# ## 5. 截断的 BPTT
#
# 序列从第 0 步起切成每段 `steps` 步（最后一段可以短一些）。状态传过边界，**梯度不传**：
#
# $$\mathrm{d}h_t = \left(\frac{\partial L}{\partial h_t}\right)_{1} + \begin{cases} 0 & t + 1 = steps,\ 2\,steps,\ 3\,steps \dots \\ \mathrm{d}a_{t+1}\,U^\top & \text{else} \end{cases}$$
#
# 只要每一步的 $\mathrm{d}a_t$（$t = 0 \dots T-1$），形状 $(B, T, H)$；参数的梯度由它就能得到。图中 `steps = 2`，步数从 1 写起，红叉处梯度停下。

# %% [markdown] lang="en"
# ## 5. Truncated BPTT
#
# The sequence is cut into segments of `steps` steps, counted from step 0 (the last one may be shorter). States pass the borders, **gradients do not**:
#
# $$\mathrm{d}h_t = \left(\frac{\partial L}{\partial h_t}\right)_{1} + \begin{cases} 0 & t + 1 = steps,\ 2\,steps,\ 3\,steps \dots \\ \mathrm{d}a_{t+1}\,U^\top & \text{else} \end{cases}$$
#
# Wanted is only $\mathrm{d}a_t$ for every step ($t = 0 \dots T-1$), shape $(B, T, H)$, from which the parameters' gradients follow. In the picture `steps = 2`, steps are numbered from 1, and gradients stop at the red cross.

# %%
_ = plot_passes(4, segment=2)

# %% task="truncated_bptt"
def truncated_bptt(d_outputs, outputs, U, steps):
    """d_outputs and outputs (B, T, H), U (H, H), segment length -> d_a (B, T, H). About 7 lines."""
    # BEGIN SOLUTION
    d_a = np.zeros_like(outputs)
    d_h = np.zeros_like(outputs[:, 0])
    for t in reversed(range(outputs.shape[1])):
        if (t + 1) % steps == 0:
            d_h = np.zeros_like(d_h)
        d_a[:, t] = (d_h + d_outputs[:, t]) * (1 - outputs[:, t] ** 2)
        d_h = d_a[:, t] @ U.T
    return d_a
    # END SOLUTION

# %% check="truncated_bptt"
check.truncated_bptt(truncated_bptt)

# %% [markdown] lang="zh"
# ## 6. 缩放到指定的谱半径
#
# 谱半径是特征值的模的最大值。把循环权重乘以一个正数，使它的谱半径恰好是 `radius`：
#
# $$\rho(U) = \max_i |\lambda_i|, \qquad \rho(sU) = s\,\rho(U) \quad (s > 0)$$
#
# 特征值可以是复数：转 90 度的矩阵，两个特征值是 $\pm\mathrm{i}$，模是 1。

# %% [markdown] lang="en"
# ## 6. Scale to a spectral radius
#
# The spectral radius is the largest modulus of an eigenvalue. Multiply the recurrent kernel by a positive number such that its spectral radius is just `radius`:
#
# $$\rho(U) = \max_i |\lambda_i|, \qquad \rho(sU) = s\,\rho(U) \quad (s > 0)$$
#
# Eigenvalues can be complex: a turn by 90 degrees has $\pm\mathrm{i}$, of modulus 1.

# %% task="scale_to_radius"
def scale_to_radius(U, radius):
    """U (H, H) -> the same times a number, its spectral radius `radius` (H, H). About 1 line."""
    # BEGIN SOLUTION
    return U * radius / np.abs(np.linalg.eigvals(U)).max()
    # END SOLUTION

# %% check="scale_to_radius"
check.scale_to_radius(scale_to_radius)
