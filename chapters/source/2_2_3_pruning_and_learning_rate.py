# %% [markdown] lang="zh"
# # 2.2.3 剪枝与学习率
#
# 原文 2.2.3 节一共三句话：“RNN的优化主要包括参数剪枝和调整学习率两个方面。参数剪枝可以通过去除一些对模型没有贡献的参数来减少模型的存储和计算开销。调整学习率可以有效地加快模型的训练速度,并且在训练过程中保证模型的收敛。”
#
# 拆开来是五个断言，本章逐个检验：
#
# | 断言 | 用什么检验 | 在哪一节 |
# |---|---|---|
# | 调整学习率能加快训练 | 学习率范围测试；七个数量级各训练一遍 | 2 |
# | ……并保证收敛 | 用铅笔推出上限 $2/\lambda_{\max}$；再看真的网络 | 1、2 |
# | 剪枝去掉“没有贡献”的参数 | 准确率随稀疏度的变化，逐个门；与随机剪枝对照 | 3 |
# | 剪枝减少存储和计算 | 数压缩后的字节；量前向传播的时间 | 4 |
# | 优化“主要”就是这两样 | 裁剪、初始化、门控、dropout 逐个开关 | 5 |
#
# 读完本章，你能够推出梯度下降的收敛条件，从范围测试里读出学习率，按门剪一个 LSTM，并说出剪掉的到底省下了什么。

# %% [markdown] lang="en"
# # 2.2.3 Pruning and the learning rate
#
# Section 2.2.3 of the article is three sentences long: "The optimisation of an RNN mainly comprises two aspects, parameter pruning and adjusting the learning rate. Pruning can reduce the storage and computation of the model by removing parameters that contribute nothing to it. Adjusting the learning rate can effectively speed up training, and guarantee convergence during training."
#
# These are five claims, and this chapter tests each:
#
# | claim | what tests it | section |
# |---|---|---|
# | adjusting the learning rate speeds up training | a range test; training at seven powers of ten | 2 |
# | ... and guarantees convergence | the limit $2/\lambda_{\max}$, by pencil; then a real network | 1, 2 |
# | pruning removes what "contributes nothing" | accuracy against sparsity, gate by gate, beside pruning by lot | 3 |
# | pruning saves storage and computation | bytes after compression; time of a forward pass | 4 |
# | optimisation is "mainly" these two | clipping, initialisation, gating, dropout, each on and off | 5 |
#
# After this chapter you can derive when gradient descent converges, read a learning rate off a range test, prune an LSTM gate by gate, and say what the pruned weights really save.

# %% [markdown] lang="zh"
# ## 1 学习率：多大算太大
#
# 先不谈网络，只谈一个碗。损失在极小点 $w^*$ 附近像一个二次函数；下面是最简单的一个，两个方向的曲率分别是 1 和 10：
#
# $$L(w) = \tfrac12\,(1\cdot w_1^2 + 10\cdot w_2^2)$$
#
# 梯度下降每步走 $-\eta\nabla L$，$\eta$ 是学习率。猜一猜：从 $(-2, 1)$ 出发，$\eta$ 取 0.02、0.18、0.21，各会怎样？

# %% [markdown] lang="en"
# ## 1 The learning rate: how large is too large?
#
# No network yet, just a bowl. Near a minimum $w^*$ a loss looks like a quadratic; here is the simplest one, with curvatures 1 and 10 in its two directions:
#
# $$L(w) = \tfrac12\,(1\cdot w_1^2 + 10\cdot w_2^2)$$
#
# Gradient descent moves by $-\eta\nabla L$ a step; $\eta$ is the learning rate. Guess: starting at $(-2, 1)$, what happens with $\eta$ = 0.02, 0.18 and 0.21?

# %%
import keras
import matplotlib.pyplot as plt
import numpy as np

from rnncourse import choose, compression, metrics, plots, results, runtime, training

H = np.diag([1.0, 10.0])  # (P, P), the Hessian; P = 2 weights


def descend(w, eta, steps=25):
    """Gradient descent on w H w / 2: start (P,) -> path (steps + 1, P)."""
    path = [np.array(w)]
    for _ in range(steps):
        path.append(path[-1] - eta * H @ path[-1])
    return np.stack(path)


plots.plot_descent(np.diag(H), {f"η = {eta}": descend([-2.0, 1.0], eta) for eta in (0.02, 0.18, 0.21)})
plt.show()

# %% [markdown] lang="zh"
# 0.02 稳，但慢；0.18 在陡的方向上来回跳，越跳越小；0.21 也来回跳，越跳越大。从 0.18 到 0.21 之间有一条界线。
#
# ### 用铅笔推出界线
#
# 设 $w_k$（形状 $(P,)$）是第 $k$ 步的权重，$w^*$ 是极小点，$H$（形状 $(P, P)$，对称，特征值都大于 0）是二阶导数的矩阵。二次函数的梯度是 $\nabla L(w) = H(w - w^*)$，于是
#
# $$w_{k+1} = w_k - \eta H (w_k - w^*)$$
#
# 两边减去 $w^*$，记误差 $e_k = w_k - w^*$：
#
# $$e_{k+1} = e_k - \eta H e_k = (I - \eta H)\, e_k$$
#
# $H$ 对称，所以有一组标准正交的特征向量 $q_1, \dots, q_P$，$H q_j = \lambda_j q_j$。把误差写成它们的组合 $e_k = \sum_j a_{j,k}\, q_j$，代入：
#
# $$\sum_j a_{j,k+1}\, q_j = \sum_j a_{j,k}\,(1 - \eta\lambda_j)\, q_j$$
#
# 各个 $q_j$ 线性无关，系数逐个相等：每个方向只管自己，一步乘一个数，$k$ 步就是它的 $k$ 次方。
#
# $$a_{j,k} = (1 - \eta\lambda_j)^k \, a_{j,0}$$
#
# 它趋于 0，当且仅当 $|1 - \eta\lambda_j| < 1$，也就是 $-1 < 1 - \eta\lambda_j < 1$，即 $0 < \eta < 2/\lambda_j$。所有方向都要满足，最陡的一个最苛刻：
#
# $$\text{从任何起点都收敛} \iff 0 < \eta < \frac{2}{\lambda_{\max}}$$
#
# 这里 $\lambda_{\max} = 10$，界线是 0.2。

# %% [markdown] lang="en"
# 0.02 is steady but slow; 0.18 jumps to and fro in the steep direction, less and less; 0.21 jumps, too, more and more. Somewhere between 0.18 and 0.21 there is a limit.
#
# ### The limit, by pencil
#
# Let $w_k$ (shape $(P,)$) be the weights at step $k$, $w^*$ the minimum, and $H$ (shape $(P, P)$, symmetric, all eigenvalues above 0) the matrix of second derivatives. The gradient of a quadratic is $\nabla L(w) = H(w - w^*)$, hence
#
# $$w_{k+1} = w_k - \eta H (w_k - w^*)$$
#
# Subtract $w^*$ on both sides, and call the error $e_k = w_k - w^*$:
#
# $$e_{k+1} = e_k - \eta H e_k = (I - \eta H)\, e_k$$
#
# $H$ is symmetric, so it has orthonormal eigenvectors $q_1, \dots, q_P$ with $H q_j = \lambda_j q_j$. Write the error in them, $e_k = \sum_j a_{j,k}\, q_j$, and insert:
#
# $$\sum_j a_{j,k+1}\, q_j = \sum_j a_{j,k}\,(1 - \eta\lambda_j)\, q_j$$
#
# The $q_j$ are linearly independent, so the coefficients agree one by one: each direction minds its own business, one factor a step, and after $k$ steps its $k$-th power.
#
# $$a_{j,k} = (1 - \eta\lambda_j)^k \, a_{j,0}$$
#
# It tends to 0 if and only if $|1 - \eta\lambda_j| < 1$, that is $-1 < 1 - \eta\lambda_j < 1$, or $0 < \eta < 2/\lambda_j$. All directions must comply, and the steepest is the strictest:
#
# $$\text{convergence from every start} \iff 0 < \eta < \frac{2}{\lambda_{\max}}$$
#
# Here $\lambda_{\max} = 10$, so the limit is 0.2.

# %%
plots.plot_step_factors(np.diag(H))
plt.show()

# %% [markdown] lang="zh"
# 图里还能读出另一件事：一步的快慢由**最大**的那个倍数决定。$\eta$ 小时，平的方向（蓝线）拖后腿；$\eta$ 大时，陡的方向拖后腿。两线相交处最好：
#
# $$1 - \eta\lambda_{\min} = \eta\lambda_{\max} - 1 \;\Rightarrow\; \eta_{\text{best}} = \frac{2}{\lambda_{\min} + \lambda_{\max}}, \qquad \text{factor} = \frac{\kappa - 1}{\kappa + 1}, \quad \kappa = \frac{\lambda_{\max}}{\lambda_{\min}}$$
#
# $\kappa$ 越大，山谷越狭长，**连最好的学习率也慢**。这就是动量、自适应方法（Adam）存在的理由。
#
# 推导对不对？不靠它，直接试：随机造 200 个 5×5 的 $H$ 和随机的 $\eta$，走 4000 步，看误差是变小了还是变大了，再与公式对照。

# %% [markdown] lang="en"
# The picture tells another thing: the **largest** factor sets the pace. With a small $\eta$ the flat direction (blue) holds everything up, with a large one the steep direction does. Best is where the lines cross:
#
# $$1 - \eta\lambda_{\min} = \eta\lambda_{\max} - 1 \;\Rightarrow\; \eta_{\text{best}} = \frac{2}{\lambda_{\min} + \lambda_{\max}}, \qquad \text{factor} = \frac{\kappa - 1}{\kappa + 1}, \quad \kappa = \frac{\lambda_{\max}}{\lambda_{\min}}$$
#
# The larger $\kappa$, the narrower the ravine, and **even the best rate is slow**. That is why momentum and adaptive methods (Adam) exist.
#
# Is the derivation right? Try without it: draw 200 random 5 by 5 matrices $H$ and rates $\eta$, walk 4000 steps, see whether the error has shrunk or grown, and compare with the formula.

# %%
rng = np.random.default_rng(0)
agree = 0
for _ in range(200):
    A = rng.normal(size=(5, 8))
    H_random = A @ A.T  # symmetric, eigenvalues above 0
    limit = 2 / np.linalg.eigvalsh(H_random)[-1]
    eta = limit * rng.choice([0.5, 0.98, 1.02, 1.5])
    e = start = rng.normal(size=5)
    for _ in range(4000):
        e = np.clip(e - eta * H_random @ e, -1e9, 1e9)
    agree += (np.linalg.norm(e) < np.linalg.norm(start)) == (eta < limit)
print(agree, "of 200 as predicted")

# %% [markdown] lang="zh"
# ### 动量
#
# Keras 的 `SGD(momentum=μ)` 记住一个速度 $v$（形状 $(P,)$）：
#
# $$v_{k+1} = \mu v_k - \eta \nabla L(w_k), \qquad w_{k+1} = w_k + v_{k+1}$$
#
# 平的方向上，一次次梯度同号，速度越积越大；陡的方向上，梯度正负交替，互相抵消。界线也变宽了。在一个方向上，$v_k = a_k - a_{k-1}$，消去 $v$：
#
# $$a_{k+1} = (1 + \mu - \eta\lambda)\, a_k - \mu\, a_{k-1}$$
#
# 代入 $a_k = z^k$ 得 $p(z) = z^2 - (1 + \mu - \eta\lambda) z + \mu = 0$。两个根都在单位圆内，当且仅当 $p(1) > 0$、$p(-1) > 0$、且两根之积 $\mu < 1$：
#
# $$p(1) = \eta\lambda > 0, \qquad p(-1) = 2(1 + \mu) - \eta\lambda > 0 \;\Rightarrow\; 0 < \eta < \frac{2(1 + \mu)}{\lambda_{\max}}$$
#
# 拉一拉滑块：先把 $\mu$ 留在 0，找到 0.2 的界线；再把曲率之比换成 1 : 100，看“最好的学习率也慢”；最后加上动量。

# %% [markdown] lang="en"
# ### Momentum
#
# Keras's `SGD(momentum=μ)` keeps a velocity $v$ (shape $(P,)$):
#
# $$v_{k+1} = \mu v_k - \eta \nabla L(w_k), \qquad w_{k+1} = w_k + v_{k+1}$$
#
# In flat directions gradient after gradient has the same sign, and the velocity gathers; in steep ones the signs alternate and cancel. The limit is wider, too. In one direction $v_k = a_k - a_{k-1}$; eliminate $v$:
#
# $$a_{k+1} = (1 + \mu - \eta\lambda)\, a_k - \mu\, a_{k-1}$$
#
# Insert $a_k = z^k$: $p(z) = z^2 - (1 + \mu - \eta\lambda) z + \mu = 0$. Both roots lie inside the unit circle if and only if $p(1) > 0$, $p(-1) > 0$ and their product $\mu < 1$:
#
# $$p(1) = \eta\lambda > 0, \qquad p(-1) = 2(1 + \mu) - \eta\lambda > 0 \;\Rightarrow\; 0 < \eta < \frac{2(1 + \mu)}{\lambda_{\max}}$$
#
# Move the sliders. Leave $\mu$ at 0 first and find the limit at 0.2; then set the curvatures to 1 : 100 and see that "even the best rate is slow"; then add momentum.

# %% tags=["widget"]
from rnncourse.widgets import explore_learning_rate

explore_learning_rate()

# %% [markdown] lang="zh"
# ## 2 真的网络
#
# 网络的损失不是二次函数：$H$ 随着 $w$ 变，而且梯度来自一个小批量，带着噪声。上限还在，只是没有人事先知道 $\lambda_{\max}$。所以实践中不算它，而是试。
#
# 要试的是一个看得透的小任务：30 种词元里有两种（不告诉模型是哪两种）各出现一次，标签只取决于谁在前。数词频没有用，必须记住先看到了谁。模型是 16 个单元的 LSTM。

# %% [markdown] lang="en"
# ## 2 A real network
#
# The loss of a network is no quadratic: $H$ changes with $w$, and gradients come from a small batch, with noise. The limit is still there, only nobody knows $\lambda_{\max}$ beforehand. In practice one does not compute it, one tries.
#
# We try on a task one can see through: of 30 tokens two (which ones is not told) occur once each, and the label depends only on which comes first. Counting is of no use; one must remember which was seen first. The model is an LSTM of 16 units.

# %%
from rnncourse.datasets.order import draw_order_examples
from rnncourse.text import pad

sequences, labels = draw_order_examples(np.random.default_rng(0), 1500, vocabulary_size=30)
train, test = (sequences[:1000], labels[:1000]), (sequences[1000:], labels[1000:])
x, y = pad(train[0]), train[1][:, None].astype("float32")  # (N, T), (N, 1)
x_test, y_test = pad(test[0]), test[1][:, None]


def build(seed=0):
    """Token ids (B, T) -> probability that a comes before b, (B, 1). Not compiled."""
    runtime.set_seed(seed)
    embedding = keras.layers.Embedding(30, 8, mask_zero=True)
    top = keras.layers.Dense(1, activation="sigmoid")
    return keras.Sequential([keras.Input((None,)), embedding, keras.layers.LSTM(16), top])


for weight in build().weights:
    print(weight.path.partition("/")[2], weight.shape)

# %% [markdown] lang="zh"
# **学习率范围测试**（Smith，2017）：从很小的学习率开始，每走一步就乘上同一个数，一直到损失发散；全程只有一百来步。课程的 `learning_rate_range_test` 在模型的拷贝上做这件事，模型本身不动。

# %% [markdown] lang="en"
# **The learning-rate range test** (Smith, 2017): begin with a tiny rate and multiply it by the same number at every step until the loss diverges; it takes some hundred steps in all. The course's `learning_rate_range_test` does this on a copy, the model itself is left alone.

# %% tags=["measured"]
model = build()
search = training.learning_rate_range_test(model, train, lowest=1e-5, highest=10.0, steps=150)
chosen = training.steepest_rate(search)
plots.plot_range_test(search, chosen=chosen)
plt.show()

# %% [markdown] lang="zh"
# 曲线分三段：左边太小，损失几乎不动；中间下降；右边发散。取下降**最陡**处的学习率（虚线），而不是最低点：最低点已经在发散的边上。它只是一个合理的起点，不是最优值。
#
# 现在检验：比它小一百倍，它，一，各训练五轮。

# %% [markdown] lang="en"
# The curve has three parts: too small on the left, where the loss hardly moves; falling in the middle; diverging on the right. Take the rate where it falls **fastest** (dotted), not the lowest point: that one is already at the brink. It is a sensible start and no optimum.
#
# Now the test: a hundredth of it, itself, and one, five epochs each.

# %% tags=["measured"]
def tell(*, zh, en):
    """Print the sentence that is in the reader's language."""
    print(choose(zh=zh, en=en))


def accuracy(model):
    return float(np.mean((model.predict_on_batch(x_test) >= 0.5) == y_test))


losses = {}
for rate in (chosen / 100, chosen, 1.0):
    trained = build()
    trained.compile(keras.optimizers.Adam(rate), "binary_crossentropy", jit_compile=False)
    losses[f"{rate:.2g}"] = trained.fit(x, y, batch_size=50, epochs=5, verbose=0).history["loss"]
    tell(
        zh=f"学习率 {rate:.2g}：5 轮之后测试准确率 {accuracy(trained):.3f}",
        en=f"rate {rate:.2g}: test accuracy {accuracy(trained):.3f} after 5 epochs",
    )

# %% tags=["measured"]
fig, ax = plt.subplots(figsize=(6, 2.8))
for rate, values in losses.items():
    ax.plot(range(1, 6), values, "o-", label=f"η = {rate}")
ax.set(xlabel=choose(zh="轮", en="epoch"), ylabel=choose(zh="训练损失", en="training loss"))
ax.set(yscale="log", xticks=range(1, 6))
ax.legend()
plt.show()

# %% [markdown] lang="zh"
# 一个种子说明不了什么。下面是同一任务的正式测量：七个数量级，两种优化器，每格几个种子（`experiments/pruning_and_learning_rate.py`）。先猜：Adam 最合适的学习率，对普通的 SGD 也合适吗？

# %% [markdown] lang="en"
# One seed proves little. Here is the full measurement on the same task: seven powers of ten, two optimizers, several seeds each (`experiments/pruning_and_learning_rate.py`). Guess first: is the best rate for Adam also a good one for plain SGD?

# %%
record = results.load("pruning_and_learning_rate")
seeds = len(record["seeds"])
tell(
    zh=f"每格 {seeds} 个种子（数据和权重都重抽）；{record['processor']}，{record['cores']} 核，共 {record['seconds'] / 60:.0f} 分钟。",
    en=f"{seeds} seeds each (data and weights drawn anew); {record['processor']}, {record['cores']} cores, {record['seconds'] / 60:.0f} minutes in all.",
)


def column(name, part, **fixed):
    """The column `name` of the rows of that part that agree with `fixed`, one number a seed; (seeds,)."""
    chosen = {"part": part, **fixed}.items()
    return np.array([row[name] for row in record["rows"] if chosen <= row.items()])


rates = record["rates"]
reached = {
    optimizer: [metrics.mean_interval(column("accuracy", "rate", optimizer=optimizer, rate=r)) for r in rates]
    for optimizer in ("adam", "sgd")
}
names = choose(zh=("学习率", "测试准确率"), en=("learning rate", "test accuracy"))
ax = plots.plot_bands(rates, reached, xlabel=names[0], ylabel=names[1], log=True, chance=0.5)
ax.set_ylim(0.4, 1.05)
plt.show()

# %% [markdown] lang="zh"
# **断言 15：加快训练。** 数一数到达 95% 准确率各要几轮（`–`：训练结束时还有种子没到）。

# %% [markdown] lang="en"
# **Claim 15: it speeds up training.** Count the epochs to an accuracy of 95% (`–`: some seed had not got there in the end).

# %% claims=[15]
def epochs_of(optimizer, rate):
    """Epochs to 95% accuracy, mean over the seeds; infinite if some seed does not get there."""
    found = column("epochs", "rate", optimizer=optimizer, rate=rate)
    return np.mean([np.inf if epochs is None else epochs for epochs in found])


table = {optimizer: np.array([epochs_of(optimizer, rate) for rate in rates]) for optimizer in ("adam", "sgd")}
print(f"{'':6}", *(f"{rate:>7g}" for rate in rates))
for optimizer, epochs in table.items():
    print(f"{optimizer:6}", *(f"{n:7.1f}" if np.isfinite(n) else f"{'–':>7}" for n in epochs))
speeds = all(np.isfinite(epochs).any() and not np.isfinite(epochs).all() for epochs in table.values())
best = {optimizer: rates[int(np.argmin(epochs))] for optimizer, epochs in table.items()}
tell(
    zh=f"最快的学习率：Adam {best['adam']:g}，SGD {best['sgd']:g}。断言 15 {'成立，但有条件：往两边走都会变坏' if speeds else '在这里看不出来'}。",
    en=f"Fastest: {best['adam']:g} for Adam, {best['sgd']:g} for SGD. Claim 15: {'true with a condition, either side is worse' if speeds else 'not to be seen here'}.",
)

# %% [markdown] lang="zh"
# **断言 16：保证收敛。** 只要有一格不收敛，“保证”就不成立。

# %% [markdown] lang="en"
# **Claim 16: it guarantees convergence.** A single failure refutes a guarantee.

# %% claims=[16]
never = {
    optimizer: [rate for rate, n in zip(rates, epochs, strict=True) if not np.isfinite(n)]
    for optimizer, epochs in table.items()
}
for optimizer, failed in never.items():
    tell(
        zh=f"{optimizer}：没有（全部）学会的学习率：{', '.join(f'{rate:g}' for rate in failed) or '无'}",
        en=f"{optimizer}: rates at which not every seed learns: {', '.join(f'{rate:g}' for rate in failed) or 'none'}",
    )
one = {optimizer: metrics.mean_interval(column("accuracy", "rate", optimizer=optimizer, rate=1.0)) for optimizer in never}
tell(
    zh=f"学习率为 1 时的准确率：Adam {one['adam']:.2f}；SGD {one['sgd']:.2f}。",
    en=f"Accuracy at a rate of 1: Adam {one['adam']:.2f}; SGD {one['sgd']:.2f}.",
)
tell(
    zh=f"断言 16 {'不成立' if any(never.values()) else '在这里没有被推翻'}。",
    en=f"Claim 16 is {'wrong' if any(never.values()) else 'not refuted here'}.",
)

# %% [markdown] lang="zh"
# “学习率 1”本身没有意义，它要和优化器放在一起看：
#
# - SGD 的一步是 $\eta\nabla L$，梯度小，步子就小；上限是 $2/\lambda_{\max}$，损失平坦的小网络可以容许很大的 $\eta$。
# - Adam 把每个参数的梯度除以它自己的大小，一步大约就是 $\eta$，不管梯度多小。学习率 1 意味着**每个权重每步走动约 1**，而这些权重本身才零点几。
#
# 学习率从不“保证”收敛，它只是收敛的必要条件之一。另外别忘了：收敛到哪里、测试集上好不好，是另外的问题。
#
# ### 学习率计划在做什么
#
# 小批量的梯度带着噪声：即使在极小点上，每一步也会被推开一点。学习率不变，误差就停在一个与 $\eta$ 成正比的高度上，不再下降；学习率逐渐变小，先快后细。用前面的碗加上噪声看看：

# %% [markdown] lang="en"
# "A rate of 1" means nothing by itself; it goes with the optimizer:
#
# - A step of SGD is $\eta\nabla L$: where the gradient is small, so is the step. The limit is $2/\lambda_{\max}$, and the flat loss of a small network bears a large $\eta$.
# - Adam divides each parameter's gradient by its own size; a step is about $\eta$, however small the gradient. A rate of 1 means that **every weight moves by about 1 a step**, when the weights themselves are a few tenths.
#
# A learning rate never "guarantees" convergence, it is one of the conditions. And where training converges to, and how good that is on test data, are other questions.
#
# ### What a schedule does
#
# The gradient of a small batch is noisy: even at the minimum each step is pushed aside a little. With a constant rate the loss stays at a level proportional to $\eta$ and sinks no further; a falling rate goes fast first and fine later. The bowl from above, with noise:

# %%
def noisy_losses(schedule, walkers=200, steps=300):
    """Mean loss of many walkers in the bowl H, whose gradients carry noise; schedule (steps,) -> (steps,)."""
    rng, w = np.random.default_rng(0), np.tile([-2.0, 1.0], (walkers, 1))
    losses = []
    for eta in schedule:
        losses.append(np.mean(np.sum(w**2 @ H, axis=1)) / 2)
        w = w - eta * (w @ H + rng.normal(size=w.shape))
    return np.array(losses)


k = np.arange(300)
cosine = 0.1 * (1 + np.cos(np.pi * k / 300)) / 2
schedules = {"η = 0.1": np.full(300, 0.1), "η = 0.01": np.full(300, 0.01), choose(zh="余弦", en="cosine"): cosine}
fig, (left, right) = plt.subplots(1, 2, figsize=(7, 2.8))
for name, schedule in schedules.items():
    left.plot(k, schedule)
    right.semilogy(k, noisy_losses(schedule), label=name)
left.set(title=choose(zh="学习率", en="learning rate"), xlabel=choose(zh="步", en="step"))
right.set(title=choose(zh="损失", en="loss"), xlabel=choose(zh="步", en="step"))
right.legend()
plt.show()

# %% [markdown] lang="zh"
# 余弦计划一开始和大学习率一样快，最后比小学习率还低。`training.fit` 用的就是它，前面再加半轮预热（从 0 升上来）：起点处的曲率往往最大，那里的上限也最低。更多计划见 5.1 节。
#
# ## 3 剪枝：去掉的真是“没有贡献”的吗
#
# 先训练好一个模型，再看它的权重。LSTM 的输入权重（形状 $(D, 4H)$）和循环权重（形状 $(H, 4H)$）各有四块，Keras 的次序是 **i f c o**：输入门、遗忘门、候选值、输出门（不少教科书写作 i f o c）。

# %% [markdown] lang="en"
# The cosine is as fast as the large rate at first, and ends lower than the small one. `training.fit` uses it, after half an epoch of warm-up (rising from 0): curvature is often largest at the start, and so the limit is lowest there. More schedules in section 5.1.
#
# ## 3 Pruning: does what goes really "contribute nothing"?
#
# Train a model, then look at its weights. The kernel (shape $(D, 4H)$) and the recurrent kernel (shape $(H, 4H)$) of an LSTM have four blocks each, in Keras's order **i f c o**: input gate, forget gate, candidate, output gate (many textbooks write i f o c).

# %% tags=["measured"]
model = build()
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", jit_compile=False)
model.fit(x, y, batch_size=50, epochs=12, verbose=0)
trained = model.get_weights()
kernels = compression.prunable_arrays(model)  # (D, 4H), (H, 4H)
print("accuracy", accuracy(model))
row_names = choose(zh=("输入权重", "循环权重"), en=("kernel", "recurrent"))
plots.plot_kernels(kernels, names=row_names)
plt.show()

# %% [markdown] lang="zh"
# **幅值剪枝**：把绝对值最小的那一部分设为 0。掩码 $m$ 与权重同形，保留处为 1；$\theta$ 是使得恰好 $sN$ 个权重落在它以下的阈值，$s$ 是稀疏度，$N$ 是权重的个数：
#
# $$m_{ij} = \mathbb{1}\,[\,|W_{ij}| > \theta\,], \qquad W \leftarrow m \odot W$$
#
# 猜一猜：剪掉一半，准确率还剩多少？剪掉九成呢？

# %% [markdown] lang="en"
# **Magnitude pruning** sets the weights of smallest absolute value to 0. The mask $m$ has the shape of the weights and is 1 where they stay; $\theta$ is the threshold below which just $sN$ weights lie, $s$ the sparsity and $N$ the number of weights:
#
# $$m_{ij} = \mathbb{1}\,[\,|W_{ij}| > \theta\,], \qquad W \leftarrow m \odot W$$
#
# Guess: how much accuracy is left with half of them gone? With nine tenths?

# %%
masks = compression.magnitude_masks(kernels, 0.5)
by_hand = [np.abs(w) > np.median(np.abs(np.concatenate(kernels))) for w in kernels]
print("half dropped, by the median:", all(map(np.array_equal, masks, by_hand)))
compression.prune(model, 0.5)
print("sparsity:", compression.sparsity_of(model))

# %% tags=["measured"]
for sparsity in (0.5, 0.7, 0.9):
    model.set_weights(trained)
    compression.prune(model, sparsity)
    print(f"{sparsity:.0%}: accuracy {accuracy(model):.3f}")
model.set_weights(trained)

# %% [markdown] lang="zh"
# 用滑块逐个门看。灰色的是剪去的；右边的曲线是事先算好的。哪个门剪光了也无所谓？哪个门一剪就坏？

# %% [markdown] lang="en"
# Go through the gates with the slider. Grey is what is pruned; the curves on the right were computed beforehand. Which gate can lose everything? Which one hurts at once?

# %% tags=["widget", "measured"]
from rnncourse.widgets import explore_pruning
from rnncourse.widgets.pruning import pruning_grid

explore_pruning(pruning_grid(model, accuracy))

# %% [markdown] lang="zh"
# ### 小，不等于没有贡献
#
# 幅值只是“贡献”的替身。有一个不用做实验的证明。词嵌入 $E$（形状 $(V, D)$）之后紧接着输入权重 $W$（形状 $(D, 4H)$）。任取正数 $\alpha_1, \dots, \alpha_D$，把 $E$ 的第 $d$ 列乘以 $\alpha_d$，把 $W$ 的第 $d$ 行除以 $\alpha_d$：
#
# $$\sum_d (E_{vd}\,\alpha_d)\,(W_{dj}/\alpha_d) = \sum_d E_{vd} W_{dj}$$
#
# 网络算出来的一模一样，每个权重的贡献一点没变，大小却可以任意改变。于是幅值剪枝剪的就是另外一批：

# %% [markdown] lang="en"
# ### Small is not the same as useless
#
# Magnitude only stands in for contribution. There is a proof that needs no experiment. The embedding $E$ (shape $(V, D)$) is followed by the kernel $W$ (shape $(D, 4H)$). Take any positive numbers $\alpha_1, \dots, \alpha_D$, multiply column $d$ of $E$ by $\alpha_d$ and divide row $d$ of $W$ by it:
#
# $$\sum_d (E_{vd}\,\alpha_d)\,(W_{dj}/\alpha_d) = \sum_d E_{vd} W_{dj}$$
#
# The network computes the very same; each weight contributes what it did, yet its size can be made anything. So magnitude pruning takes other weights:

# %%
alpha = np.geomspace(1 / 8, 8, 8)  # (D,)
E, W, *others = trained
before = model.predict_on_batch(x_test)
model.set_weights([E * alpha, W / alpha[:, None], *others])
same = np.abs(model.predict_on_batch(x_test) - before).max() < 1e-4
rescaled = compression.magnitude_masks(compression.prunable_arrays(model), 0.7)
model.set_weights(trained)
original = compression.magnitude_masks(kernels, 0.7)
moved = sum((a != b).sum() for a, b in zip(original, rescaled, strict=True))
print("same predictions:", same, " other weights pruned:", moved > 0)

# %% tags=["measured"]
pruned = {}
for name, masks in (("original", original), ("rescaled", rescaled)):
    model.set_weights(trained)
    compression.apply_masks(model, masks)
    pruned[name] = accuracy(model)
model.set_weights(trained)
tell(
    zh=f"同一个函数，剪去 70%：原来的尺度 {pruned['original']:.3f}，换了尺度 {pruned['rescaled']:.3f}。",
    en=f"The same function, 70% pruned: {pruned['original']:.3f} in the old scale, {pruned['rescaled']:.3f} in the new.",
)

# %% [markdown] lang="zh"
# 也可以直接量贡献：一次只把**一个**权重设为 0，看训练损失变化多少。随机取 250 个权重，与它们的大小画在一起。

# %% [markdown] lang="en"
# Contribution can be measured directly: set **one** weight to 0 at a time, and see how much the training loss changes. Here are 250 weights drawn at random, against their size.

# %% tags=["measured"]
def loss_now():
    p = np.clip(model.predict_on_batch(x[:300]), 1e-7, 1 - 1e-7)
    return -np.mean(y[:300] * np.log(p) + (1 - y[:300]) * np.log(1 - p))


variables, base = compression.prunable(model), loss_now()
sizes, changes = [], []
for _ in range(250):
    which = int(rng.integers(2))
    weights = kernels[which].copy()
    place = tuple(int(rng.integers(n)) for n in weights.shape)
    sizes.append(abs(weights[place]))
    weights[place] = 0
    variables[which].assign(weights)
    changes.append(loss_now() - base)
    variables[which].assign(kernels[which])
sizes, changes = np.array(sizes), np.array(changes)

# %% tags=["measured"]
from scipy.stats import spearmanr

fig, ax = plt.subplots(figsize=(6, 3))
ax.loglog(sizes, np.maximum(np.abs(changes), 1e-9), ".")
ax.set(xlabel=choose(zh="权重的绝对值", en="absolute weight"), ylabel=choose(zh="损失变化的绝对值", en="|change of the loss|"))
plt.show()
tell(
    zh=f"秩相关系数 {spearmanr(sizes, np.abs(changes)).statistic:.2f}；其中 {np.mean(changes < 0):.0%} 的权重去掉后训练损失反而更低。",
    en=f"Rank correlation {spearmanr(sizes, np.abs(changes)).statistic:.2f}; without {np.mean(changes < 0):.0%} of them the training loss is even lower.",
)

# %% [markdown] lang="zh"
# 大小与贡献有关系，但点散得很开：同样大小的权重，贡献可以差几个数量级。而且贡献不能相加：一个一个都无所谓的权重，一起去掉就未必了。
#
# ### 测量：准确率随稀疏度的变化
#
# 几种剪法：按幅值；按抽签（随机）；按 $|w\,g|$，$g = \partial L/\partial w$（损失变化的一阶近似）；前两种再加上三轮**再训练**，训练时掩码不放开。

# %% [markdown] lang="en"
# Size and contribution are related, but the points scatter widely: weights of equal size can differ by powers of ten in what they do. Nor do contributions add up: weights that do nothing one by one may matter together.
#
# ### Measured: accuracy against sparsity
#
# Several ways to prune: by magnitude; by lot; by $|w\,g|$ with $g = \partial L/\partial w$ (the change of the loss, to first order); and the first two with three epochs of **retraining**, the masks held all the while.

# %%
shares = record["sparsities"]


def pruned_curve(criterion="magnitude", gates="all", retrained=False):
    """Accuracy at each sparsity, an Interval over the seeds."""
    setting = {"criterion": criterion, "gates": gates, "retrained": retrained}
    return [metrics.mean_interval(column("accuracy", "pruning", sparsity=s, **setting)) for s in shares]


by = choose(
    zh=("按幅值", "随机", "按 $|w\\,g|$", "按幅值，再训练", "随机，再训练"),
    en=("by magnitude", "by lot", "by $|w\\,g|$", "magnitude, retrained", "lot, retrained"),
)
ways = (("magnitude", False), ("random", False), ("gradient", False), ("magnitude", True), ("random", True))
curves = {name: pruned_curve(way, retrained=again) for name, (way, again) in zip(by, ways, strict=True)}
names = choose(zh=("剪去的比例", "测试准确率"), en=("share that is pruned", "test accuracy"))
ax = plots.plot_bands(shares, curves, xlabel=names[0], ylabel=names[1], chance=0.5)
ax.set_ylim(0.4, 1.05)
plt.show()

# %%
gates = {name: pruned_curve(gates=name) for name in ("i", "f", "c", "o")}
ax = plots.plot_bands(shares, gates, xlabel=names[0], ylabel=names[1], chance=0.5)
ax.set_ylim(0.4, 1.05)
plt.show()

# %% [markdown] lang="zh"
# **断言 13：剪枝去掉没有贡献的参数。** 逐一判断：幅值是不是比抽签好？剪到多少还不掉？再训练能补回多少？

# %% [markdown] lang="en"
# **Claim 13: pruning removes parameters that contribute nothing.** One by one: is magnitude better than a lot? How far does it go without loss? How much does retraining bring back?

# %% claims=[13]
def gap(share, one, other):
    """Accuracy of `one` above `other`, (criterion, retrained) each, seed by seed."""
    a, b = (
        column("accuracy", "pruning", criterion=c, gates="all", retrained=r, sparsity=share)
        for c, r in (one, other)
    )
    return metrics.mean_interval(a - b)


plain, lot, again = ("magnitude", False), ("random", False), ("magnitude", True)
whole = curves[by[0]][0].estimate
free = [share for share, found in zip(shares, curves[by[0]], strict=True) if found.estimate > whole - 0.01]
better = [share for share in shares if gap(share, plain, lot).low > 0]
tell(
    zh=f"按幅值剪到 {max(free):.0%}，准确率损失不到一个百分点；到 {shares[-1]:.0%} 只剩 {curves[by[0]][-1]:.2f}。",
    en=f"By magnitude, {max(free):.0%} go at a loss of less than a point; at {shares[-1]:.0%} it is {curves[by[0]][-1]:.2f}.",
)
tell(
    zh=f"幅值明确胜过抽签的稀疏度：{', '.join(f'{share:.0%}' for share in better) or '无'}。",
    en=f"Magnitude clearly beats the lot at {', '.join(f'{share:.0%}' for share in better) or 'no sparsity'}.",
)
tell(
    zh=f"再训练三轮，在 {shares[-1]:.0%} 处补回 {gap(shares[-1], again, plain):+.2f}。",
    en=f"Three epochs of retraining bring back {gap(shares[-1], again, plain):+.2f} at {shares[-1]:.0%}.",
)
tell(
    zh=f"随机剪去 {shares[-2]:.0%} 再训练也有 {curves[by[4]][-2]:.2f}，按幅值剪、再训练是 {curves[by[3]][-2]:.2f}。",
    en=f"Even by lot, {shares[-2]:.0%} pruned and retrained reach {curves[by[4]][-2]:.2f}; by magnitude {curves[by[3]][-2]:.2f}.",
)
half = better and max(free) < shares[-1]
tell(
    zh=f"断言 13 {'对一半：小权重多半可以去掉，但幅值只是贡献的替身' if half else '要看上面的数字'}。",
    en=f"Claim 13 is {'half right: most small weights can go, but magnitude only stands in for contribution' if half else 'to be judged by the figures above'}.",
)

# %% [markdown] lang="zh"
# 剪得不算太狠时，再训练能让留下来的权重接过工作：重要的与其说是**剪了哪些**，不如说是**还剩多少**、能不能再训练。
#
# 怎样保住掩码？剪掉的权重梯度不为 0，不管它就会长回来。`keep_masks` 每一步之后再乘一次掩码：

# %% [markdown] lang="en"
# Unless too much is pruned, retraining lets the remaining weights take over: what matters is less **which** went than **how many are left**, and whether they may train again.
#
# How are the masks held? A pruned weight has a gradient, and would grow back. `keep_masks` multiplies by the mask again after every step:

# %% tags=["measured"]
for held in (False, True):
    model.set_weights(trained)
    masks = compression.prune(model, 0.9)
    callbacks = [compression.keep_masks(model, masks)] if held else []
    model.fit(x, y, batch_size=50, epochs=2, verbose=0, callbacks=callbacks)
    print(f"mask held: {held!s:5}  sparsity {compression.sparsity_of(model):.2f}  accuracy {accuracy(model):.3f}")
model.set_weights(trained)

# %% [markdown] lang="zh"
# ## 4 剪枝省下了什么
#
# **断言 14：减少存储和计算开销。** 两样分开量。先是存储。权重文件里，0 也占 4 个字节；压缩（gzip、zip）以后才见分晓：

# %% [markdown] lang="en"
# ## 4 What pruning saves
#
# **Claim 14: less storage and computation.** Measure them separately. Storage first. In a file of weights a 0 takes 4 bytes like any number; only compression (gzip, zip) makes a difference:

# %%
raw = sum(weight.nbytes for weight in trained)
packed = {}
for sparsity in (0.0, 0.5, 0.9):
    model.set_weights(trained)
    compression.prune(model, sparsity)
    packed[sparsity] = compression.compressed_bytes(model)
    assert sum(weight.nbytes for weight in model.get_weights()) == raw
model.set_weights(trained)
print("uncompressed, whatever is pruned:", raw, "bytes")
print("compressed, 50% smaller than dense, 90% smaller than 50%:", packed[0.9] < packed[0.5] < packed[0.0])

# %% [markdown] lang="zh"
# 然后是时间。计时的规矩：先热身（第一次调用要编译），几种模型**轮流**跑（机器忙闲不定，轮流才公平），计**CPU 时间**（别的程序占用的不算），取中位数，报**比值**。对照组是一个真的更小的 LSTM：参数少九成，但没有一个是 0。

# %% [markdown] lang="en"
# Then time. Rules of timing: warm up first (the first call compiles), let the models take **turns** (a machine is busy at times, turns are fair), count **CPU time** (other programs do not count), take the median, report **ratios**. For contrast, an LSTM that really is smaller: nine tenths fewer parameters, and none of them 0.

# %% tags=["measured"]
import time


def encoder(units, share=0.0):
    layer = keras.Sequential([keras.Input((None, 64)), keras.layers.LSTM(units)])
    compression.prune(layer, share)
    return layer


candidates = {"dense": encoder(64), "90% zeros": encoder(64, 0.9), "smaller": encoder(11)}
batch, times = np.ones((64, 40, 64), "float32"), {name: [] for name in candidates}
for turn in range(16):
    for name, layer in candidates.items():
        started = time.process_time()
        layer.predict_on_batch(batch)
        times[name] += [time.process_time() - started] * (turn > 0)
for name, spent in times.items():
    print(f"{name:10} {np.median(spent) / np.median(times['dense']):.2f}")

# %% [markdown] lang="zh"
# 矩阵乘法的程序不看数值：乘 0 和乘别的数一样费时。想要 0 省时间，得换成**稀疏格式**，只存非零的数和它们的位置；而那要足够稀疏才划算。下面是循环里的那一步 $h_{t-1} U$，$H = 512$：

# %% [markdown] lang="en"
# A routine for dense matrices does not look at values: a multiplication by 0 takes as long as any. To make zeros save time one needs a **sparse format**, which stores the other numbers and their places, and it pays only beyond some sparsity. Here is the product of the loop, $h_{t-1} U$, with $H = 512$:

# %% tags=["measured"]
from scipy import sparse
from threadpoolctl import threadpool_limits

threadpool_limits(1)  # one thread for both
h, U = rng.normal(size=(64, 512)).astype("float32"), rng.normal(size=(512, 2048)).astype("float32")
for share in (0.5, 0.9, 0.99):
    pruned_U = U * compression.magnitude_masks([U], share)[0]
    products = {"dense": (pruned_U.T, h.T), "sparse": (sparse.csr_matrix(pruned_U.T), h.T)}
    spent = {name: [] for name in products}
    for _ in range(12):
        for name, (left, right) in products.items():
            started = time.process_time()
            left @ right
            spent[name].append(time.process_time() - started)
    ratio = np.median(spent["sparse"]) / np.median(spent["dense"])
    print(f"{share:.0%} zeros: sparse product takes {ratio:.2f} of the dense one's time")

# %% claims=[14]
way = {"criterion": "magnitude", "gates": "all", "retrained": False}
size = {s: metrics.mean_interval(column("bytes", "pruning", sparsity=s, **way)) for s in (0.0, 0.9)}
speed = {
    (what, zeros): metrics.mean_interval(column("ratio", "latency", what=what, zeros=zeros))
    for what, zeros in (("zeros", 0.5), ("zeros", 0.9), ("smaller", 0.9))
}
tell(
    zh=f"存储（压缩后）：{size[0.0]:,.0f} → {size[0.9]:,.0f} 字节（剪去 90%）。",
    en=f"Storage (compressed): {size[0.0]:,.0f} → {size[0.9]:,.0f} bytes (90% pruned).",
)
tell(
    zh=f"时间（稠密为 1）：90% 为 0 时 {speed['zeros', 0.9]:.2f}，真的更小的层 {speed['smaller', 0.9]:.2f}。",
    en=f"Time (dense = 1): {speed['zeros', 0.9]:.2f} with 90% zeros, {speed['smaller', 0.9]:.2f} for a layer that is smaller.",
)
stored, faster = size[0.9].high < size[0.0].low, speed["zeros", 0.9].high < 0.9
verdict = {(True, False): ("对一半", "half right"), (True, True): ("成立", "right")}.get((stored, faster), ("不成立", "wrong"))
tell(
    zh=f"断言 14 {verdict[0]}：存储{'省了' if stored else '没有省'}（要压缩），计算{'省了' if faster else '没有省'}。",
    en=f"Claim 14 is {verdict[1]}: storage {'is' if stored else 'is not'} saved (when compressed), computation {'is' if faster else 'is not'}.",
)

# %% [markdown] lang="zh"
# 想省计算，就要剪**整个单元**（结构化剪枝）：去掉一个单元，四块各少一列，循环权重再少一行，矩阵真的变小。那和“直接用小一点的层”是近亲。
#
# ## 5 优化“主要”就是这两样吗
#
# **断言 12。** 取一个训练得好的设置（LSTM，16 个单元，遗忘偏置 1，正交初始化，Adam，学习率 0.01，裁剪到 1），每次只改一样，看测试准确率变化多少。两个任务：`long` 在序列末尾再加 24 个无关的词元，答案要记得久；`few` 只有 150 条训练数据，容易过拟合。
#
# 先猜：下面九样里，哪些一动就从“全对”变成“瞎猜”？

# %% [markdown] lang="en"
# To save computation, prune **whole units** (structured pruning): a unit less means a column less in each of the four blocks and a row less in the recurrent kernel, and the matrices really shrink. That is a close relative of simply using a smaller layer.
#
# ## 5 Is optimisation "mainly" these two?
#
# **Claim 12.** Take a setting that trains well (LSTM, 16 units, forget bias 1, orthogonal initialisation, Adam, rate 0.01, clipping at 1), change one thing at a time, and see what becomes of test accuracy. Two tasks: `long` has 24 more tokens behind that mean nothing, so the answer must be kept; `few` has 150 training examples, and is easily overfitted.
#
# Guess first: which of the nine turn "all right" into guessing?

# %%
changes = choose(
    zh={
        ("clipping", None): "不裁剪",
        ("forget_bias", 0): "遗忘偏置 0",
        ("recurrent_initializer", "random_normal"): "循环权重：小随机数",
        ("cell", "simple_rnn"): "没有门（SimpleRNN）",
        ("dropout", 0.5): "加 dropout 0.5",
        ("optimizer", "sgd"): "SGD，学习率不变",
        ("learning_rate", 0.0001): "学习率 / 100",
        ("learning_rate", 1.0): "学习率 × 100",
        ("pruned", 0.5): "中途剪去一半",
    },
    en={
        ("clipping", None): "no clipping",
        ("forget_bias", 0): "forget bias 0",
        ("recurrent_initializer", "random_normal"): "small random loop",
        ("cell", "simple_rnn"): "no gates (SimpleRNN)",
        ("dropout", 0.5): "with dropout 0.5",
        ("optimizer", "sgd"): "SGD, same rate",
        ("learning_rate", 0.0001): "rate / 100",
        ("learning_rate", 1.0): "rate × 100",
        ("pruned", 0.5): "half pruned midway",
    },
)


def change(task, knob, value):
    """Change of accuracy against the reference, seed by seed: an Interval."""
    reference = column("accuracy", "ablation", task=task, knob="reference")
    return metrics.mean_interval(column("accuracy", "ablation", task=task, knob=knob, value=value) - reference)


effects = {task: {name: change(task, *knob) for knob, name in changes.items()} for task in ("long", "few")}

# %%
fig, axes = plt.subplots(1, 2, figsize=(8, 3.6), sharey=True)
places = np.arange(len(changes))
for ax, (task, found) in zip(axes, effects.items(), strict=True):
    estimate, low, high = np.array(list(found.values())).T
    ax.errorbar(estimate, places, xerr=[estimate - low, high - estimate], fmt="o", capsize=3)
    ax.axvline(0, color="black", linewidth=1)
    reached = metrics.mean_interval(column("accuracy", "ablation", task=task, knob="reference"))
    ax.set(title=f"{task}: {reached.estimate:.2f}", yticks=places, ylim=(len(places) - 0.5, -0.5))
    ax.set_xlabel(choose(zh="准确率的变化", en="change of accuracy"))
axes[0].set_yticklabels(changes.values())
plt.show()

# %% claims=[12]
rate_or_pruning = {changes[key] for key in changes if key[0] in ("learning_rate", "optimizer", "pruned")}
clear = {
    task: {name for name, found in effects[task].items() if found.high < 0 or found.low > 0} for task in effects
}
joint = choose(zh="、", en="; ")
for task, found in clear.items():
    others = joint.join(name for name in changes.values() if name in found - rate_or_pruning)
    both = joint.join(name for name in changes.values() if name in found & rate_or_pruning)
    tell(
        zh=f"{task}，区间不含 0 的：学习率（连同优化器）与剪枝中有 {both or '无'}；其他有 {others or '无'}。",
        en=f"{task}, intervals without 0: of rate (with its optimizer) and pruning {both or 'none'}; of the others {others or 'none'}.",
    )
both_ways = [name for name in changes.values() if effects["long"][name].high < 0 < effects["few"][name].low]
tell(
    zh=f"在 long 上明显变坏、在 few 上却明显变好的：{joint.join(both_ways) or '无'}。",
    en=f"Clearly worse on long and yet clearly better on few: {joint.join(both_ways) or 'none'}.",
)
pruning_helps = any(effects[task][changes["pruned", 0.5]].low > 0 for task in effects)
wrong = any(found - rate_or_pruning for found in clear.values()) and not pruning_helps
tell(
    zh=f"断言 12 {'不成立：学习率重要，但起决定作用的还有别的；剪枝没有让训练变好' if wrong else '在这里没有被推翻'}。",
    en=f"Claim 12 is {'wrong: the rate matters, but so do others, and pruning does not improve training' if wrong else 'not refuted here'}.",
)

# %% [markdown] lang="zh"
# 遗忘偏置、循环权重的初始化和门怎样左右梯度，[前向与反向传播](2_2_2_forward_and_backward.ipynb)一章有推导；区间含 0 的那几项，三个种子还不足以下结论。裁剪的用武之地（梯度爆炸）也在那一章。一个旋钮在这个任务上看不出作用，不等于在别的任务上没有。剪枝则首先是部署前的压缩，不是为了让训练更好。
#
# ## 小结
#
# - 二次函数上，梯度下降收敛当且仅当 $\eta < 2/\lambda_{\max}$；快慢由条件数 $\kappa$ 决定；动量把上限放宽到 $2(1+\mu)/\lambda_{\max}$。
# - 学习率没有通用的好值：SGD 的 1 和 Adam 的 1 是两回事。用范围测试找起点，取最陡处，不取最低点。
# - 学习率计划先快后细：学习率不变，噪声的底就降不下去。
# - 幅值是贡献的替身。按比例缩放相邻的两层，函数不变，剪掉的却换了一批。
# - 剪枝省的是**压缩后的**存储；稠密矩阵乘法不因 0 而变快。要快，就把矩阵变小。
# - “优化”远不止这两样：初始化、门控、优化器、dropout 都在第 5 节的图里。
#
# ## 试一试
#
# 1. 把 `learning_rate_range_test` 的优化器换成 `keras.optimizers.SGD()`，`highest=1000`：最陡处移到了哪里？与测量图一致吗？
# 2. 剪完再把掩码放开训练（`held = False`）：稀疏度没了，准确率比一直保住掩码时高吗？
# 3. 用幂迭代估计训练前后损失的 $\lambda_{\max}$，与 SGD 不发散的最大学习率比一比。
#
# 练习：[剪枝、掩码、范围测试、上限、动量](../../exercises/zh/2_2_3_pruning_and_learning_rate.ipynb)。
#
# ## 来源
#
# - L. N. Smith (2017). [Cyclical Learning Rates for Training Neural Networks](https://arxiv.org/abs/1506.01186).
# - S. Han, J. Pool, J. Tran, W. J. Dally (2015). [Learning both Weights and Connections for Efficient Neural Networks](https://arxiv.org/abs/1506.02626).
# - Y. LeCun, J. Denker, S. Solla (1990). [Optimal Brain Damage](https://proceedings.neurips.cc/paper/1989/hash/6c9882bbac1c7093bd25041881277658-Abstract.html)：幅值不是贡献，用二阶导数估计。
# - M. C. Mozer, P. Smolensky (1989). [Skeletonization](https://proceedings.neurips.cc/paper/1988/hash/07e1cd7dca89a1678042477183b7ac3f-Abstract.html)：用一阶导数估计贡献。
# - G. Goh (2017). [Why Momentum Really Works](https://distill.pub/2017/momentum/).

# %% [markdown] lang="en"
# How forget bias, initialisation of the loop and gates act on gradients is derived in the chapter [forward and backward](2_2_2_forward_and_backward.ipynb); where an interval holds 0, three seeds do not settle it. Clipping has its place in that chapter, too (exploding gradients). A knob that shows no effect on this task may well have one on another. Pruning is first of all compression before deployment, not a means to train better.
#
# ## Summary
#
# - On a quadratic, gradient descent converges if and only if $\eta < 2/\lambda_{\max}$; the condition number $\kappa$ sets the pace; momentum widens the limit to $2(1+\mu)/\lambda_{\max}$.
# - No learning rate is good for all: 1 for SGD and 1 for Adam are different things. Find a start by a range test, at the steepest point and not at the lowest.
# - A schedule goes fast first and fine later: at a constant rate the floor of the noise does not sink.
# - Magnitude stands in for contribution. Rescale two neighbouring layers, and the function is the same while other weights get pruned.
# - Pruning saves storage **when compressed**; dense products do not get faster by zeros. For speed, make the matrices smaller.
# - "Optimisation" is far more than these two: initialisation, gates, optimizer and dropout are all in the picture of section 5.
#
# ## Try it
#
# 1. Give `learning_rate_range_test` the optimizer `keras.optimizers.SGD()` and `highest=1000`: where does the steepest point go? Does that agree with the measured picture?
# 2. Prune, then train without holding the masks (`held = False`): sparsity is gone; is accuracy higher than with masks held?
# 3. Estimate $\lambda_{\max}$ of the loss before and after training by power iteration, and compare with the largest rate at which SGD does not diverge.
#
# Exercises: [pruning, masks, range test, limit, momentum](../../exercises/en/2_2_3_pruning_and_learning_rate.ipynb).
#
# ## Sources
#
# - L. N. Smith (2017). [Cyclical Learning Rates for Training Neural Networks](https://arxiv.org/abs/1506.01186).
# - S. Han, J. Pool, J. Tran, W. J. Dally (2015). [Learning both Weights and Connections for Efficient Neural Networks](https://arxiv.org/abs/1506.02626).
# - Y. LeCun, J. Denker, S. Solla (1990). [Optimal Brain Damage](https://proceedings.neurips.cc/paper/1989/hash/6c9882bbac1c7093bd25041881277658-Abstract.html): magnitude is not contribution; second derivatives estimate it.
# - M. C. Mozer, P. Smolensky (1989). [Skeletonization](https://proceedings.neurips.cc/paper/1988/hash/07e1cd7dca89a1678042477183b7ac3f-Abstract.html): first derivatives do.
# - G. Goh (2017). [Why Momentum Really Works](https://distill.pub/2017/momentum/).
