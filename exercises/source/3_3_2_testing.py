# %% [markdown] lang="zh"
# # 3.3.2 测试：练习
#
# 五道小题，都是自己动手算分数：翻译的 BLEU，语音的词错误率，语言模型的困惑度，概率的校准误差，两个模型之差的区间。每题 5–15 分钟，都不用训练。
#
# 做法：把 `raise NotImplementedError` 一行换成你的代码，运行该单元格，再运行下面的检查。答对时出现 ✓ 和得分；答错时出现一条提示，并列出你的结果和应有的结果。检查不限次数。

# %% [markdown] lang="en"
# # 3.3.2 Testing: exercises
#
# Five small tasks, all of them scores worked out by yourself: BLEU of translations, word error rate of speech, perplexity of a
# language model, calibration error of probabilities, and the interval of a difference between two models. Each takes 5 to 15
# minutes; nothing is trained.
#
# Replace the line `raise NotImplementedError` with your code, run that cell, then run the check below it. A right answer gets
# a ✓ and its points; a wrong one gets a hint, with your result beside the expected one. Check as often as you like.

# %% tags=["setup"]
from collections import Counter

import numpy as np

# %% [markdown] lang="zh"
# ## 1. BLEU
#
# 蓝色的 n 元组被记上；每个 n 元组最多记到参考里出现的次数（截断）。

# %% [markdown] lang="en"
# ## 1. BLEU
#
# The blue n-grams count; each at most as often as the reference has it (clipping).

# %%
from rnncourse import plots

marks = [[True, True, False, True, True], [True, False, True, True], [False] * 3, [False] * 2]
_ = plots.plot_ngrams(["a", "b", "b", "c", "d"], marks)

# %% [markdown] lang="zh"
# （参考是 a b c c d：图里第二个 b 没有记上。）
#
# 给你一个语料：$N$ 条输出和 $N$ 条参考，都是词元的列表。对 $n = 1, 2, 3, 4$，把**所有句子**的截断匹配数加起来，除以所有输出的 n 元组总数，得 $p_n$；$c$、$r$ 是输出和参考的总长度。返回
#
# $$\text{BLEU} = 100 \cdot \min\bigl(1,\, e^{1 - r/c}\bigr) \cdot \Bigl(\prod_{n=1}^{4} p_n\Bigr)^{1/4}$$
#
# 不加平滑：检查用的语料里四个 $p_n$ 都大于 0。提示：`Counter` 的 `&` 取交集，`.total()` 求和。

# %% [markdown] lang="en"
# (The reference is a b c c d: the second b in the picture does not count.)
#
# You get a corpus: $N$ hypotheses and $N$ references, each a list of tokens. For $n = 1, 2, 3, 4$ add up the clipped matches of
# **all sentences** and divide by the number of n-grams in all hypotheses; that is $p_n$. $c$ and $r$ are the total lengths of
# hypotheses and references. Return
#
# $$\text{BLEU} = 100 \cdot \min\bigl(1,\, e^{1 - r/c}\bigr) \cdot \Bigl(\prod_{n=1}^{4} p_n\Bigr)^{1/4}$$
#
# No smoothing: in what is checked all four $p_n$ are above 0. Hint: `&` of two `Counter`s is their intersection, `.total()` the sum.

# %% task="bleu_score"
def bleu_score(hypotheses, references):
    """N lists of tokens, N lists of tokens -> BLEU of the corpus, 0 to 100, float. About 10 lines."""
    # BEGIN SOLUTION
    def ngrams(tokens, n):
        return Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))

    logs = []
    for n in (1, 2, 3, 4):
        pairs = [(ngrams(h, n), ngrams(r, n)) for h, r in zip(hypotheses, references)]
        logs.append(np.log(sum((h & r).total() for h, r in pairs) / sum(h.total() for h, _ in pairs)))
    c, r = sum(map(len, hypotheses)), sum(map(len, references))
    return float(100 * min(1, np.exp(1 - r / c)) * np.exp(np.mean(logs)))
    # END SOLUTION

# %% check="bleu_score"
check.bleu_score(bleu_score)

# %% [markdown] lang="zh"
# ## 2. 词错误率
#
# 参考有 $M$ 个词（至少一个），输出有 $N$ 个（可能一个也没有）。表 $d$ 的格 $(m, n)$ 是两句开头的编辑距离：
#
# $$d_{m,0} = m, \quad d_{0,n} = n, \quad d_{m,n} = \min\bigl(d_{m-1,n-1} + [x_m \ne y_n],\; d_{m-1,n} + 1,\; d_{m,n-1} + 1\bigr)$$
#
# 返回 $d_{M,N} / M$。下图的结果是 2/3。

# %% [markdown] lang="en"
# ## 2. Word error rate
#
# The reference has $M$ words (at least one), the hypothesis $N$ (perhaps none). Cell $(m, n)$ of the table $d$ is the edit distance
# of the two beginnings:
#
# $$d_{m,0} = m, \quad d_{0,n} = n, \quad d_{m,n} = \min\bigl(d_{m-1,n-1} + [x_m \ne y_n],\; d_{m-1,n} + 1,\; d_{m,n-1} + 1\bigr)$$
#
# Return $d_{M,N} / M$. The picture gives 2/3.

# %%
table = [[0, 1, 2, 3, 4], [1, 0, 1, 2, 3], [2, 1, 1, 2, 3], [3, 2, 2, 1, 2]]
way = [("hit", 0, 0), ("substitution", 1, 1), ("hit", 2, 2), ("insertion", None, 3)]
_ = plots.plot_edit_table(table, ["a", "b", "c"], ["a", "x", "c", "d"], way)

# %% task="word_errors"
def word_errors(reference, hypothesis):
    """M words, N words (lists) -> errors divided by M, float. About 8 lines."""
    # BEGIN SOLUTION
    d = np.zeros((len(reference) + 1, len(hypothesis) + 1))
    d[:, 0], d[0] = np.arange(len(reference) + 1), np.arange(len(hypothesis) + 1)
    for m, x in enumerate(reference, start=1):
        for n, y in enumerate(hypothesis, start=1):
            d[m, n] = min(d[m - 1, n - 1] + (x != y), d[m - 1, n] + 1, d[m, n - 1] + 1)
    return float(d[-1, -1] / len(reference))
    # END SOLUTION

# %% check="word_errors"
check.word_errors(word_errors)

# %% [markdown] lang="zh"
# ## 3. 有填充的困惑度
#
# 语言模型在批里的每个位置给出下一个词元的概率，形状 $(B, T, V)$；`targets` 是真正出现的词元，形状 $(B, T)$，0 是填充，不算词元。$M$ 是真正的词元的个数：
#
# $$\text{PPL} = \exp\Bigl(-\frac{1}{M} \sum_{b,t:\ y_{bt} \ne 0} \ln p_{bt}[y_{bt}]\Bigr)$$
#
# 提示：`np.take_along_axis(p, targets[..., None], axis=-1)` 取出每个位置上目标的概率。

# %% [markdown] lang="en"
# ## 3. Perplexity with padding
#
# At each place of a batch a language model gives the probabilities of the next token, shape $(B, T, V)$; `targets` are the tokens
# that really came, $(B, T)$, and 0 is padding, which is no token. With $M$ real tokens:
#
# $$\text{PPL} = \exp\Bigl(-\frac{1}{M} \sum_{b,t:\ y_{bt} \ne 0} \ln p_{bt}[y_{bt}]\Bigr)$$
#
# Hint: `np.take_along_axis(p, targets[..., None], axis=-1)` takes the probability of the target at every place.

# %% task="masked_perplexity"
def masked_perplexity(probabilities, targets):
    """(B, T, V), (B, T) int -> perplexity over the targets that are not 0, float. About 3 lines."""
    # BEGIN SOLUTION
    right = np.take_along_axis(probabilities, targets[..., None], axis=-1)[..., 0]
    return float(np.exp(-np.log(right[targets != 0]).mean()))
    # END SOLUTION

# %% check="masked_perplexity"
check.masked_perplexity(masked_perplexity)

# %% [markdown] lang="zh"
# ## 4. 校准误差
#
# 把 0 到 1 等分成 $K$ 个区间，第 $k$ 个是 $[k/K, (k+1)/K)$，$k = 0..K-1$；概率恰好为 1 的进最后一个。每个不空的区间比较平均预测 $\bar p_k$ 和类别 1 的占比 $\bar y_k$，按条数 $n_k$ 加权：
#
# $$\text{ECE} = \sum_k \frac{n_k}{N}\,\bigl|\bar p_k - \bar y_k\bigr|$$
#
# 图中每个点到对角线的竖直距离就是 $|\bar p_k - \bar y_k|$，点的大小是 $n_k$。

# %% [markdown] lang="en"
# ## 4. Calibration error
#
# Divide 0 to 1 into $K$ equal bins, the $k$-th being $[k/K, (k+1)/K)$ for $k = 0..K-1$; a probability of exactly 1 goes into the last.
# In each bin that is not empty compare the mean prediction $\bar p_k$ with the share of class 1, $\bar y_k$, weighted by its $n_k$
# examples:
#
# $$\text{ECE} = \sum_k \frac{n_k}{N}\,\bigl|\bar p_k - \bar y_k\bigr|$$
#
# In the picture $|\bar p_k - \bar y_k|$ is a point's vertical distance from the diagonal, and its size is $n_k$.

# %%
from rnncourse import metrics

p = np.random.default_rng(0).beta(1, 2, 400)
_ = plots.plot_calibration(metrics.calibration((np.random.default_rng(1).random(400) < p**2).astype(int), p, bins=5))

# %% task="calibration_gap"
def calibration_gap(y_true, probabilities, bins):
    """Labels 0 or 1 (N,), probabilities of class 1 (N,), K -> ECE, float. About 6 lines."""
    # BEGIN SOLUTION
    index = np.minimum((probabilities * bins).astype(int), bins - 1)
    total = 0.0
    for k in np.unique(index):
        inside = index == k
        total += inside.sum() * abs(probabilities[inside].mean() - y_true[inside].mean())
    return float(total / len(y_true))
    # END SOLUTION

# %% check="calibration_gap"
check.calibration_gap(calibration_gap)

# %% [markdown] lang="zh"
# ## 5. 两个模型之差的区间
#
# 两个模型做同一份测试集，各自每条对不对：`first`、`second`，布尔，形状 $(N)$。`rows` 的形状是 $(R, N)$：每一行是一次有放回的重抽样，里面是样本的编号。每次重抽样求一个差，两个模型用**同样的**样本：
#
# $$g_r = \frac{1}{N} \sum_{i=1}^{N} \bigl(\text{second}[\text{rows}_{ri}] - \text{first}[\text{rows}_{ri}]\bigr)$$
#
# 返回 $R$ 个差的第 2.5 和第 97.5 百分位数（`np.percentile` 的默认插值）。

# %% [markdown] lang="en"
# ## 5. The interval of a difference
#
# Two models sit the same test; `first` and `second`, booleans of shape $(N)$, say which examples each got right. `rows` has the shape
# $(R, N)$: each row is a resample with replacement and holds the numbers of its examples. Each resample gives a difference, both
# models answering the **same** examples:
#
# $$g_r = \frac{1}{N} \sum_{i=1}^{N} \bigl(\text{second}[\text{rows}_{ri}] - \text{first}[\text{rows}_{ri}]\bigr)$$
#
# Return the 2.5th and the 97.5th percentile of the $R$ differences (`np.percentile` with its default interpolation).

# %% task="paired_bootstrap"
def paired_bootstrap(first, second, rows):
    """bool (N,), bool (N,), int (R, N) -> the two ends of the 95% interval, floats. About 3 lines."""
    # BEGIN SOLUTION
    gaps = second[rows].mean(axis=1) - first[rows].mean(axis=1)
    low, high = np.percentile(gaps, [2.5, 97.5])
    return float(low), float(high)
    # END SOLUTION

# %% check="paired_bootstrap"
check.paired_bootstrap(paired_bootstrap)
