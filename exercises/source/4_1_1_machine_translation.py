# %% [markdown] lang="zh"
# # 4.1.1 机器翻译：练习
#
# 五道题，跟着一个翻译系统走一遍：划分数据、从句对中学词的对应（EM）、最近邻基线、给注意力的对齐打分、解码时不让话说两遍。每题 5–20 分钟，都不用训练网络。
#
# 做法：把 `raise NotImplementedError` 一行换成你的代码，运行该单元格，再运行下面的检查。答对时出现 ✓ 和得分；答错时出现一条提示，并列出你的结果和应有的结果。检查不限次数。

# %% [markdown] lang="en"
# # 4.1.1 Machine translation: exercises
#
# Five tasks along the way of a translation system: divide the data, learn from pairs which word becomes which (EM), the bar of the
# nearest neighbour, score the alignment of an attention, and do not say things twice. Each takes 5 to 20 minutes; no network is
# trained.
#
# Replace the line `raise NotImplementedError` with your code, run that cell, then run the check below it. A right answer gets
# a ✓ and its points; a wrong one gets a hint, with your result beside the expected one. Check as often as you like.

# %% tags=["setup"]
import numpy as np

# %% [markdown] lang="zh"
# ## 1. 哪些句对属于一组
#
# 同一句话有两种译法，或者两句话译成同一句：划分时把它们拆到两边，测试就泄漏了。原文相同或译文相同的句对同组，而且会连成链：A 与 B 原文相同，B 与 C 译文相同，三者就是一组。给 $N$ 个原文和 $N$ 个译文（字符串，逐字比较），返回每一对的组号，形状 $(N,)$，按第一次出现的次序编为 0、1、2……
#
# | 原文 | a | b | a | c |
# |:--|:--|:--|:--|:--|
# | 译文 | x | y | z | y |
# | 组 | 0 | 1 | 0 | 1 |

# %% [markdown] lang="en"
# ## 1. Which pairs belong together
#
# One sentence has two translations, or two have the same: divide them between training and test, and the test leaks. Pairs with the
# same source or the same target are in one group, and groups form chains: if A and B share a source, and B and C a target, the three
# are one group. Given $N$ sources and $N$ targets (strings, compared letter by letter), return the group of each pair, shape $(N,)$,
# numbered 0, 1, 2 ... in the order of first appearance.
#
# | source | a | b | a | c |
# |:--|:--|:--|:--|:--|
# | target | x | y | z | y |
# | group | 0 | 1 | 0 | 1 |

# %% task="group_pairs"
def group_pairs(sources, targets):
    """N strings, N strings -> the group of each pair, int (N,). About 8 lines."""
    # BEGIN SOLUTION
    groups = list(range(len(sources)))
    for i in range(len(sources)):
        for j in range(i):
            if sources[i] == sources[j] or targets[i] == targets[j]:
                old, new = groups[i], groups[j]
                groups = [new if group == old else group for group in groups]
    numbers = {group: n for n, group in enumerate(dict.fromkeys(groups))}
    return np.array([numbers[group] for group in groups])
    # END SOLUTION

# %% check="group_pairs"
check.group_pairs(group_pairs)

# %% [markdown] lang="zh"
# ## 2. IBM 模型 1：EM 的一步
#
# 表 `table` 的形状是 $(V_e, V_f)$，`table[e, f]` 即 $t(f \mid e)$，每行加起来是 1。句对是两个编号数组（原文 $(T,)$，译文 $(N,)$）。原文前面加上空词，编号 0。
#
# $$p(a_n = j) = \frac{t(f_n \mid e_j)}{\sum_{k=0}^{T} t(f_n \mid e_k)}, \qquad c(e, f) = \sum_{\text{句对}} \sum_{n:\, f_n = f} \sum_{j:\, e_j = e} p(a_n = j), \qquad t'(f \mid e) = \frac{c(e, f)}{\sum_{f'} c(e, f')}$$
#
# 返回新表 $(V_e, V_f)$；没有出现过的 $e$，整行为 0。同一个词在句中出现两次，就算两次（提示：`counts[e, f] += p` 遇到重复的下标只加一次，`np.add.at` 不会）。

# %% [markdown] lang="en"
# ## 2. IBM model 1: one step of EM
#
# `table` has the shape $(V_e, V_f)$; `table[e, f]` is $t(f \mid e)$, and each row adds up to 1. A pair is two arrays of ids, source $(T,)$
# and target $(N,)$. In front of the source comes the empty word, id 0.
#
# $$p(a_n = j) = \frac{t(f_n \mid e_j)}{\sum_{k=0}^{T} t(f_n \mid e_k)}, \qquad c(e, f) = \sum_{\text{pairs}} \sum_{n:\, f_n = f} \sum_{j:\, e_j = e} p(a_n = j), \qquad t'(f \mid e) = \frac{c(e, f)}{\sum_{f'} c(e, f')}$$
#
# Return the new table $(V_e, V_f)$; the row of an $e$ that did not occur is 0. A word that a sentence says twice counts twice (note that
# `counts[e, f] += p` adds only once where an index repeats; `np.add.at` does not).

# %% task="ibm_step"
def ibm_step(pairs, table):
    """List of (source ids (T,), target ids (N,)), table (V_e, V_f) -> new table (V_e, V_f). About 8 lines."""
    # BEGIN SOLUTION
    counts = np.zeros_like(table)
    for source, target in pairs:
        source = [0, *source]
        for f in target:
            share = table[source, f] / table[source, f].sum()
            np.add.at(counts, (source, f), share)
    totals = counts.sum(axis=1, keepdims=True)
    return counts / np.where(totals > 0, totals, 1)
    # END SOLUTION

# %% check="ibm_step"
check.ibm_step(ibm_step)

# %% [markdown] lang="zh"
# ## 3. 及格线：最近邻
#
# 已知句子和新句子都已数成 n 元组的次数：`known` $(N, G)$，`asked` $(B, G)$。常见的 n 元组没有区分度，所以先乘 IDF，它只从已知的句子里数，$\text{df}_g$ 是含有 $g$ 的句子数；再取余弦：
#
# $$w_g = \ln \frac{1 + N}{1 + \text{df}_g} + 1, \qquad \cos(x, y) = \frac{\sum_g w_g x_g \, w_g y_g}{\lVert w x \rVert \, \lVert w y \rVert}$$
#
# 返回两个数组：每个新句子最像的已知句子的下标 $(B,)$，和那个余弦 $(B,)$。没有一行全为零。

# %% [markdown] lang="en"
# ## 3. The bar: the nearest neighbour
#
# Known and new sentences have been counted into n-grams: `known` $(N, G)$, `asked` $(B, G)$. Common n-grams tell little, so multiply by
# IDF, counted on the known sentences alone, where $\text{df}_g$ is the number of sentences that hold $g$; then take the cosine:
#
# $$w_g = \ln \frac{1 + N}{1 + \text{df}_g} + 1, \qquad \cos(x, y) = \frac{\sum_g w_g x_g \, w_g y_g}{\lVert w x \rVert \, \lVert w y \rVert}$$
#
# Return two arrays: for each new sentence the position of the most similar known one, $(B,)$, and its cosine, $(B,)$. No row is all zeros.

# %% task="nearest_translation"
def nearest_translation(known, asked):
    """Counts (N, G), (B, G) -> positions (B,), cosines (B,). About 6 lines."""
    # BEGIN SOLUTION
    weights = np.log((1 + len(known)) / (1 + (known > 0).sum(axis=0))) + 1
    x, y = asked * weights, known * weights
    x = x / np.linalg.norm(x, axis=1, keepdims=True)
    y = y / np.linalg.norm(y, axis=1, keepdims=True)
    cosines = x @ y.T                                                  # (B, N)
    return cosines.argmax(axis=1), cosines.max(axis=1)
    # END SOLUTION

# %% check="nearest_translation"
check.nearest_translation(nearest_translation)

# %% [markdown] lang="zh"
# ## 4. 注意力对齐得怎样
#
# 注意力权重 $(N, T)$ 的每一行取最大的位置，就得到对齐 $A$：一组（译文位置，原文位置）。`source` $(T,)$ 里的 0 是填充，不能被指到。人工标注分两档：**确定**的连线 $S$，**可能**的连线 $P$（$S \subseteq P$）。对齐错误率（Och 和 Ney，2003）：
#
# $$\text{AER} = 1 - \frac{|A \cap S| + |A \cap P|}{|A| + |S|}$$

# %% [markdown] lang="en"
# ## 4. How well does an attention align?
#
# Take the largest place in each row of the attention weights $(N, T)$: that is an alignment $A$, a set of (place in the target, place in
# the source). A 0 in `source` $(T,)$ is padding and cannot be pointed to. People annotate two kinds of links: the **sure** ones $S$ and the
# **possible** ones $P$ ($S \subseteq P$). The alignment error rate (Och and Ney, 2003):
#
# $$\text{AER} = 1 - \frac{|A \cap S| + |A \cap P|}{|A| + |S|}$$

# %% task="alignment_error"
def alignment_error(weights, source, sure, possible):
    """Weights (N, T), ids (T,), two lists of [n, t] -> the error rate, a float. About 5 lines."""
    # BEGIN SOLUTION
    best = np.where(source > 0, weights, -1).argmax(axis=1)
    links = {(n, int(t)) for n, t in enumerate(best)}
    sure, possible = ({tuple(link) for link in some} for some in (sure, possible))
    return 1 - (len(links & sure) + len(links & possible)) / (len(links) + len(sure))
    # END SOLUTION

# %% check="alignment_error"
check.alignment_error(alignment_error)

# %% [markdown] lang="zh"
# ## 5. 不说两遍
#
# 训练不足的解码器爱重复：“the new new new year”。一个常用的补救：凡是会让某个 n 元组第二次出现的词元，分数设为 $-\infty$。给下一个词元的分数 $(V,)$、已写下的编号（列表）和 $n \ge 2$，返回改过的分数，不要改动输入。写成式子，$y_1 \dots y_m$ 是已写下的，只要有一个 $i$ 使下式成立（其余分数不变）：
#
# $$s'_v = -\infty \quad\Leftarrow\quad (y_{m-n+2}, \dots, y_m, v) = (y_i, \dots, y_{i+n-1}), \quad 1 \le i \le m-n+1$$
#
# 例：$n = 2$，已写 `1 2 1`：2 曾跟在 1 后面，再写 2 就重复了二元组 `1 2`，所以禁 2。已写的少于 $n$ 个时，没有可禁的。

# %% [markdown] lang="en"
# ## 5. Not twice
#
# A decoder that has trained too little repeats itself: "the new new new year". A common remedy: any token that would make an n-gram occur
# a second time gets the score $-\infty$. Given scores of the next token $(V,)$, the ids written so far (a list) and $n \ge 2$, return the
# changed scores; leave the input as it is. As a formula, with $y_1 \dots y_m$ written, for any $i$ (all other scores stay):
#
# $$s'_v = -\infty \quad\Leftarrow\quad (y_{m-n+2}, \dots, y_m, v) = (y_i, \dots, y_{i+n-1}), \quad 1 \le i \le m-n+1$$
#
# For instance, $n = 2$ and `1 2 1` written: 2 has followed 1, and another 2 would repeat the pair `1 2`, so 2 is forbidden. With fewer than
# $n$ tokens written there is nothing to forbid.

# %% task="block_repeats"
def block_repeats(scores, written, n):
    """Scores (V,), a list of ids, n >= 2 -> scores (V,) with -inf where an n-gram would repeat. About 6 lines."""
    # BEGIN SOLUTION
    allowed = scores.copy()
    last = written[len(written) - n + 1 :]
    for i in range(len(written) - n + 1):
        if written[i : i + n - 1] == last:
            allowed[written[i + n - 1]] = -np.inf
    return allowed
    # END SOLUTION

# %% check="block_repeats"
check.block_repeats(block_repeats)
