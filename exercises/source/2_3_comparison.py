# %% [markdown] lang="zh"
# # 2.3 相关技术比较：练习
#
# 五道小题：一个词袋没有的特征、HMM 的前向算法、朴素贝叶斯的对数几率、多数类基线、积分梯度。每题大约 5–15 分钟，都只用 NumPy。
#
# 做法：把 `raise NotImplementedError` 一行换成你的代码，运行该单元格，再运行下面的检查。答对时出现 ✓ 和得分；答错时出现一条提示，并列出你的结果和应有的结果。检查不限次数。

# %% [markdown] lang="en"
# # 2.3 Comparison: exercises
#
# Five small tasks: a feature that a bag of words does not have, the forward algorithm of an HMM, the log-odds of naive Bayes, the
# majority baseline, integrated gradients. Each takes 5 to 15 minutes and needs NumPy alone.
#
# Replace the line `raise NotImplementedError` with your code, run that cell, then run the check below it. A right answer gets
# a ✓ and its points; a wrong one gets a hint, with your result beside the expected one. Check as often as you like.

# %% tags=["setup"]
import numpy as np

# %% [markdown] lang="zh"
# ## 1. 词袋没有的特征
#
# 词袋只知道每个词元出现几次；次序任务问的是谁先谁后。最直接的补救：数一数词元 $u$ 在词元 $v$ **之前**出现的位置对，隔多远都算：
#
# $$C_{uv} = \bigl|\{(i, j) : i < j,\; x_i = u,\; x_j = v\}\bigr|$$
#
# 例：`tokens = [1, 0, 1, 2]`，`size = 3`：
#
# | 先 ＼ 后 | 0 | 1 | 2 |
# |:--|:--:|:--:|:--:|
# | **0** | 0 | 1 | 1 |
# | **1** | 1 | 1 | 2 |
# | **2** | 0 | 0 | 0 |
#
# 结果是整数矩阵，形状 $(V, V)$。（代价也看得见：$V$ 个特征变成了 $V^2$ 个。）

# %% [markdown] lang="en"
# ## 1. A feature that a bag of words does not have
#
# A bag of words knows how often each token occurs; the order task asks which comes first. The plainest remedy: count the pairs of
# positions in which token $u$ stands **before** token $v$, at any distance:
#
# $$C_{uv} = \bigl|\{(i, j) : i < j,\; x_i = u,\; x_j = v\}\bigr|$$
#
# For `tokens = [1, 0, 1, 2]` and `size = 3`:
#
# | earlier ＼ later | 0 | 1 | 2 |
# |:--|:--:|:--:|:--:|
# | **0** | 0 | 1 | 1 |
# | **1** | 1 | 1 | 2 |
# | **2** | 0 | 0 | 0 |
#
# The result is a matrix of whole numbers, $(V, V)$. (The price can be seen, too: $V$ features became $V^2$.)

# %% task="ordered_pairs"
def ordered_pairs(tokens, size):
    """Tokens (T,) from 0 to size - 1 -> counts of earlier-later pairs (size, size), int. About 5 lines."""
    # BEGIN SOLUTION
    counts = np.zeros((size, size), dtype=int)
    for j in range(len(tokens)):
        for i in range(j):
            counts[tokens[i], tokens[j]] += 1
    return counts
    # END SOLUTION

# %% check="ordered_pairs"
check.ordered_pairs(ordered_pairs)

# %% [markdown] lang="zh"
# ## 2. HMM 的前向算法
#
# $\pi$ 是初始概率 $(S)$，$A$ 是转移矩阵 $(S, S)$（行是前一个状态），$E$ 是发射矩阵 $(S, V)$。$\alpha_t(j) = p(x_1 .. x_t,\, s_t = j)$：
#
# $$\alpha_1(j) = \pi_j E_{j x_1}, \qquad \alpha_t(j) = E_{j x_t} \sum_i \alpha_{t-1}(i)\, A_{ij}, \qquad \log p(x) = \log \sum_j \alpha_T(j)$$
#
# 返回 $\log p(x)$。三张表给的是概率（都大于 0），不是对数。其中一个测试序列有 2000 个词元：概率本身小于任何浮点数，请留在对数里（`np.logaddexp.reduce(a, axis=0)` 就是 $\log\sum\exp$），或者每一步缩放。

# %% [markdown] lang="en"
# ## 2. The forward algorithm of an HMM
#
# $\pi$ are the start probabilities $(S)$, $A$ the transitions $(S, S)$ (the row is the state before), $E$ the emissions $(S, V)$. With $\alpha_t(j) = p(x_1 .. x_t,\, s_t = j)$:
#
# $$\alpha_1(j) = \pi_j E_{j x_1}, \qquad \alpha_t(j) = E_{j x_t} \sum_i \alpha_{t-1}(i)\, A_{ij}, \qquad \log p(x) = \log \sum_j \alpha_T(j)$$
#
# Return $\log p(x)$. The tables hold probabilities (all above 0), not logarithms. One of the test sequences has 2,000 tokens, and its
# probability is smaller than any float: stay in logarithms (`np.logaddexp.reduce(a, axis=0)` is $\log\sum\exp$), or rescale at each step.

# %% task="hmm_log_likelihood"
def hmm_log_likelihood(tokens, start, transition, emission):
    """Tokens (T,), probabilities (S,), (S, S), (S, V) -> log p(x), a float. About 5 lines."""
    # BEGIN SOLUTION
    log_a = np.log(transition)                                              # (S, S)
    alpha = np.log(start) + np.log(emission[:, tokens[0]])                  # (S,)
    for x_t in tokens[1:]:
        alpha = np.logaddexp.reduce(alpha[:, None] + log_a, axis=0) + np.log(emission[:, x_t])
    return float(np.logaddexp.reduce(alpha))
    # END SOLUTION

# %% check="hmm_log_likelihood"
check.hmm_log_likelihood(hmm_log_likelihood)

# %% [markdown] lang="zh"
# ## 3. 朴素贝叶斯：每个词元的一票
#
# $N_{k,v}$ 是词元 $v$ 在类别 $k$ 的全部序列里出现的次数。加 1 平滑之后，词元 $v$ 的一票是
#
# $$o_v = \log\frac{p(v \mid 1)}{p(v \mid 0)}, \qquad p(v \mid k) = \frac{N_{k,v} + 1}{\sum_{v'} (N_{k,v'} + 1)}$$
#
# 例：$V = 2$，类别 1 里词元 0 出现 2 次、词元 1 出现 0 次，类别 0 里各出现 1 次：$o_0 = \log\frac{3/4}{2/4}$，$o_1 = \log\frac{1/4}{2/4}$。

# %% [markdown] lang="en"
# ## 3. Naive Bayes: the vote of each token
#
# $N_{k,v}$ counts how often token $v$ occurs in all sequences of class $k$. With 1 added as smoothing, the vote of token $v$ is
#
# $$o_v = \log\frac{p(v \mid 1)}{p(v \mid 0)}, \qquad p(v \mid k) = \frac{N_{k,v} + 1}{\sum_{v'} (N_{k,v'} + 1)}$$
#
# For $V = 2$, where in class 1 token 0 occurs twice and token 1 never, and in class 0 each occurs once: $o_0 = \log\frac{3/4}{2/4}$, $o_1 = \log\frac{1/4}{2/4}$.

# %% task="naive_bayes_log_odds"
def naive_bayes_log_odds(sequences, labels, size):
    """List of N int arrays, labels (N,) 0 or 1, number of tokens -> log-odds (size,), float. About 6 lines."""
    # BEGIN SOLUTION
    counts = np.ones((2, size))                                # (2, V), smoothing
    for sequence, label in zip(sequences, labels):
        counts[label] += np.bincount(sequence, minlength=size)
    p = counts / counts.sum(axis=1, keepdims=True)
    return np.log(p[1] / p[0])
    # END SOLUTION

# %% check="naive_bayes_log_odds"
check.naive_bayes_log_odds(naive_bayes_log_odds)

# %% [markdown] lang="zh"
# ## 4. 多数类基线
#
# 训练集里最多的那一类（一样多时取编号小的）记为 $m$；测试时永远答 $m$。返回两个数：测试集上的准确率，和各类召回率的平均：
#
# $$\text{accuracy} = \frac{1}{N} \sum_n [y_n = m], \qquad \text{mean recall} = \frac{1}{K} \sum_k \frac{|\{n : y_n = k,\ m = k\}|}{|\{n : y_n = k\}|}$$
#
# $K$ 是测试集里出现的类别数。两类之比为 95 : 5 时，准确率有 0.95，平均召回率只有 0.5：后者看得出它什么也没学到。

# %% [markdown] lang="en"
# ## 4. The majority baseline
#
# Let $m$ be the commonest class of the training set (of equals, the one with the smaller number); at the test always answer $m$. Return two
# numbers: the accuracy on the test set, and the mean of the recalls of its classes:
#
# $$\text{accuracy} = \frac{1}{N} \sum_n [y_n = m], \qquad \text{mean recall} = \frac{1}{K} \sum_k \frac{|\{n : y_n = k,\ m = k\}|}{|\{n : y_n = k\}|}$$
#
# $K$ is the number of classes that occur in the test set. With classes of 95 to 5 the accuracy is 0.95, the mean recall only 0.5: it
# shows that nothing has been learnt.

# %% task="majority_baseline"
def majority_baseline(train_labels, test_labels):
    """Labels (N,) and (M,), int -> (accuracy, mean recall) on the test set, two floats. About 4 lines."""
    # BEGIN SOLUTION
    m = np.bincount(train_labels).argmax()
    accuracy = np.mean(test_labels == m)
    recalls = [float(k == m) for k in np.unique(test_labels)]
    return float(accuracy), float(np.mean(recalls))
    # END SOLUTION

# %% check="majority_baseline"
check.majority_baseline(majority_baseline)

# %% [markdown] lang="zh"
# ## 5. 积分梯度
#
# 模型是 $F(x) = \sigma(w \cdot x)$，$\sigma(z) = 1 / (1 + e^{-z})$，$w$、$x$、基线 $x'$ 的形状都是 $(D)$。特征 $d$ 的贡献是
#
# $$c_d = (x_d - x'_d) \int_0^1 \frac{\partial F}{\partial x_d}\bigl(x' + a\,(x - x')\bigr)\, da, \qquad \frac{\partial F}{\partial x_d} = F\,(1 - F)\, w_d$$
#
# 积分用 1000 个小段的中点来算：$a_k = (k + 0.5) / 1000$，对 1000 个梯度取平均。自检：$\sum_d c_d = F(x) - F(x')$。

# %% [markdown] lang="en"
# ## 5. Integrated gradients
#
# The model is $F(x) = \sigma(w \cdot x)$ with $\sigma(z) = 1 / (1 + e^{-z})$; $w$, $x$ and the baseline $x'$ have the shape $(D)$. Feature $d$ contributes
#
# $$c_d = (x_d - x'_d) \int_0^1 \frac{\partial F}{\partial x_d}\bigl(x' + a\,(x - x')\bigr)\, da, \qquad \frac{\partial F}{\partial x_d} = F\,(1 - F)\, w_d$$
#
# Take the integral at the middles of 1,000 equal parts, $a_k = (k + 0.5) / 1000$: the mean of 1,000 gradients. To test yourself: $\sum_d c_d = F(x) - F(x')$.

# %% task="path_gradients"
def path_gradients(x, baseline, w):
    """Input, baseline and weights (D,) each -> contributions (D,), float. About 5 lines."""
    # BEGIN SOLUTION
    a = (np.arange(1000)[:, None] + 0.5) / 1000          # (1000, 1)
    points = baseline + a * (x - baseline)               # (1000, D)
    F = 1 / (1 + np.exp(-points @ w))[:, None]           # (1000, 1)
    return (x - baseline) * (F * (1 - F) * w).mean(axis=0)
    # END SOLUTION

# %% check="path_gradients"
check.path_gradients(path_gradients)
