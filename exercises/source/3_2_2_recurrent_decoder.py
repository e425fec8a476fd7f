# %% [markdown] lang="zh"
# # 3.2.2 循环解码器：练习
#
# 五道小题：带掩码的注意力、解码器的一步、束搜索、在写完的假设里选一个、抽样之前截掉长尾。每题 5–20 分钟，都不用训练，只用 NumPy。
#
# 做法：把 `raise NotImplementedError` 一行换成你的代码，运行该单元格，再运行下面的检查。答对时出现 ✓ 和得分；答错时出现一条提示，并列出你的结果和应有的结果。检查不限次数。

# %% [markdown] lang="en"
# # 3.2.2 The recurrent decoder: exercises
#
# Five small tasks: masked attention, one step of a decoder, beam search, choosing among finished hypotheses, and cutting the tail
# of a distribution before drawing. Each takes 5 to 20 minutes; nothing is trained, and NumPy is all you need.
#
# Replace the line `raise NotImplementedError` with your code, run that cell, then run the check below it. A right answer gets
# a ✓ and its points; a wrong one gets a hint, with your result beside the expected one. Check as often as you like.

# %% tags=["setup"]
import numpy as np

# %% [markdown] lang="zh"
# ## 1. 带掩码的注意力
#
# 解码器用自己的状态 $q$（query）去问编码器的每一步 $\bar h_t$，用点积打分：
#
# $$e_t = q \cdot \bar h_t, \qquad a = \text{softmax}(e) \text{（只在真实词元上）}, \qquad c = \sum_t a_t \bar h_t$$
#
# 填充处（`mask` 为 False）的权重必须正好是 0，真实词元的权重之和是 1。每行至少有一个真实词元。图中每行是一个要写的词元，颜色深处就是它看的地方：

# %% [markdown] lang="en"
# ## 1. Masked attention
#
# The decoder asks every state of the encoder, $\bar h_t$, with a state of its own, the query $q$; the score is the dot product:
#
# $$e_t = q \cdot \bar h_t, \qquad a = \text{softmax}(e) \text{ (over real tokens only)}, \qquad c = \sum_t a_t \bar h_t$$
#
# Padding (`mask` is False) must get a weight of exactly 0, and the weights of real tokens add up to 1. Each row has at least one
# real token. In the picture a row is a token to be written, and the dark cells are where it looks:

# %%
from rnncourse.plots import plot_attention

_ = plot_attention([[0.8, 0.15, 0.05, 0.0], [0.1, 0.7, 0.2, 0.0]], ["5", "0", "7", "<pad>"], ["5", "0"])

# %% task="masked_attention"
def masked_attention(query, states, mask):
    """query (B, H), states (B, T, H), mask (B, T) bool -> context (B, H), weights (B, T). About 6 lines."""
    # BEGIN SOLUTION
    scores = (states @ query[:, :, None])[:, :, 0]                         # (B, T)
    scores = np.where(mask, scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = weights / weights.sum(axis=1, keepdims=True)
    return (weights[:, :, None] * states).sum(axis=1), weights
    # END SOLUTION

# %% check="masked_attention"
check.masked_attention(masked_attention)

# %% [markdown] lang="zh"
# ## 2. 解码器的一步
#
# 读入上一个词元，更新状态，给词表里的每个词元打分：
#
# $$x = E[y], \qquad h' = \tanh(x W + h U + b), \qquad z = h' A + c$$
#
# $E$ 是词嵌入表 $(V, D)$，$y$ 是 $B$ 个词元编号。返回分数 $z$（不做 softmax）和新状态 $h'$。

# %% [markdown] lang="en"
# ## 2. One step of a decoder
#
# Read the last token, move the state on, and score every token of the vocabulary:
#
# $$x = E[y], \qquad h' = \tanh(x W + h U + b), \qquad z = h' A + c$$
#
# $E$ is the table of embeddings $(V, D)$, $y$ are $B$ token ids. Return the scores $z$ (no softmax) and the new state $h'$.

# %% task="decoder_step"
def decoder_step(token, h, E, W, U, b, A, c):
    """token (B,), h (B, H), E (V, D), W (D, H), U (H, H), b (H,), A (H, V), c (V,) -> scores (B, V), new h (B, H). About 3 lines."""
    # BEGIN SOLUTION
    x = E[token]                                                           # (B, D)
    h = np.tanh(x @ W + h @ U + b)                                         # (B, H)
    return h @ A + c, h
    # END SOLUTION

# %% check="decoder_step"
check.decoder_step(decoder_step)

# %% [markdown] lang="zh"
# ## 3. 束搜索
#
# `step` 走解码器的一步，这次返回对数概率：`logs, state = step(token, state)`，`logs` 的形状是 $(V,)$。同时保留 `width` 个假设：
#
# 1. 一开始只有一个空的假设，它的下一步读 `start`，状态是给定的 `state`，对数概率是 0；
# 2. 没写完的假设接上**每一个**词元，成为候选，对数概率相加；已经写了 `end` 的原样成为候选；
# 3. 所有候选放在一起，按对数概率留下最好的 `width` 个；
# 4. 重复 2、3 共 `longest` 次（所有假设都写完了可以提前停）。
#
# 返回最好的假设：词元列表（不含 `start` 和 `end`）和它的对数概率（含 `end` 的）。这里不用长度惩罚。图中 `width` 是 2，走了两步：

# %% [markdown] lang="en"
# ## 3. Beam search
#
# `step` takes one step of the decoder and now returns log-probabilities: `logs, state = step(token, state)`, with `logs` of shape
# $(V,)$. Keep `width` hypotheses side by side:
#
# 1. at first there is one empty hypothesis: its next step reads `start`, its state is the given `state`, its log-probability 0;
# 2. a hypothesis that has not ended, extended by **every** token, gives candidates, whose log-probabilities add up; one that
#    has written `end` is a candidate as it is;
# 3. of all candidates together, the best `width` by log-probability stay;
# 4. repeat 2 and 3 `longest` times (you may stop earlier once all have ended).
#
# Return the best hypothesis: its tokens (a list without `start` and `end`) and its log-probability (that of `end` included). No
# length penalty here. In the picture `width` is 2, and two steps are taken:

# %%
from rnncourse.plots import plot_beam_tree

_ = plot_beam_tree([
    [(("A",), np.log(0.5), True), (("B",), np.log(0.4), True), (("</s>",), np.log(0.1), False)],
    [(("A", "A"), np.log(0.2), True), (("A", "B"), np.log(0.17), False), (("A", "</s>"), np.log(0.13), False),
     (("B", "A"), np.log(0.02), False), (("B", "B"), np.log(0.02), False), (("B", "</s>"), np.log(0.36), True)],
])

# %% task="beam_search"
def beam_search(step, state, start, end, width, longest):
    """A step function, a state, two ids, two numbers -> the best tokens, list of int, and their log-probability, float. About 12 lines."""
    # BEGIN SOLUTION
    beam = [([], 0.0, state)]                                # tokens, log-probability, state
    for _ in range(longest):
        candidates = []
        for tokens, log, state in beam:
            if tokens and tokens[-1] == end:
                candidates.append((tokens, log, state))
                continue
            logs, after = step(tokens[-1] if tokens else start, state)
            candidates += [([*tokens, v], log + logs[v], after) for v in range(len(logs))]
        beam = sorted(candidates, key=lambda one: one[1], reverse=True)[:width]
    tokens, log, _ = beam[0]
    return [token for token in tokens if token != end], float(log)
    # END SOLUTION

# %% check="beam_search"
check.beam_search(beam_search)

# %% [markdown] lang="zh"
# ## 4. 选哪一个：长度惩罚
#
# 束搜索结束后手里有几个假设，每个是 `(词元列表, 对数概率)`。写完的（最后一个词元是 `end`）才有资格，除非一个都没写完。用长度惩罚打分，取分数最高的：
#
# $$\text{score} = \frac{\log p}{\left((5 + n) / 6\right)^{\text{power}}}$$
#
# $n$ 是词元数，**含** `end`。返回选中的词元（不含 `end`）和它的分数。例：`power = 1`，`end = 2`，假设 `([7, 2], -1.4)` 的 $n = 2$，分数是 $-1.4 / (7/6) = -1.2$；`([7, 5, 9, 2], -1.5)` 的 $n = 4$，分数是 $-1.5 / (9/6) = -1.0$，应当选它。

# %% [markdown] lang="en"
# ## 4. Which one? The length penalty
#
# After beam search there are several hypotheses, each `(tokens, log-probability)`. Only those that ended (their last token is `end`)
# count, unless none has. Score them with a length penalty and take the highest:
#
# $$\text{score} = \frac{\log p}{\left((5 + n) / 6\right)^{\text{power}}}$$
#
# $n$ counts the tokens, `end` **included**. Return the tokens chosen (without `end`) and their score. With `power = 1` and `end = 2`,
# the hypothesis `([7, 2], -1.4)` has $n = 2$ and the score $-1.4 / (7/6) = -1.2$; `([7, 5, 9, 2], -1.5)` has $n = 4$ and
# $-1.5 / (9/6) = -1.0$, and is the one to choose.

# %% task="choose_answer"
def choose_answer(hypotheses, power, end):
    """A list of (tokens, log-probability), the power, the end id -> tokens without the end, their score. About 6 lines."""
    # BEGIN SOLUTION
    ended = [(tokens, log) for tokens, log in hypotheses if tokens[-1] == end] or hypotheses
    scores = [log / ((5 + len(tokens)) / 6) ** power for tokens, log in ended]
    best = int(np.argmax(scores))
    return [token for token in ended[best][0] if token != end], float(scores[best])
    # END SOLUTION

# %% check="choose_answer"
check.choose_answer(choose_answer)

# %% [markdown] lang="zh"
# ## 5. 截掉长尾：top-k，再 top-p
#
# 抽样之前先把不太可能的词元截掉：
#
# 1. **top-k**：只留概率最大的 `k` 个，重新归一化；
# 2. **top-p**：在留下的里面，从大到小累加，只留累加到**不小于** `p` 所需的最少几个（跨过 `p` 的那一个也留），再归一化。
#
# 返回 $(V,)$ 的概率，次序仍是词表的次序，截掉的为 0。例：`k = 3`，`p = 0.6`：`[0.1, 0.4, 0.2, 0.3]` → top-k `[0, 0.44, 0.22, 0.33]` → 0.44 不够，0.44 + 0.33 够了 → `[0, 0.57, 0, 0.43]`。概率各不相同。

# %% [markdown] lang="en"
# ## 5. Cut the tail: top-k, then top-p
#
# Before a token is drawn, the unlikely ones are cut off:
#
# 1. **top-k**: keep the `k` likeliest and renormalise;
# 2. **top-p**: of these, adding up from the likeliest on, keep the fewest whose sum is **at least** `p` (the one that crosses `p`
#    stays), and renormalise again.
#
# Return probabilities $(V,)$ in the vocabulary's order, 0 where a token was cut. With `k = 3` and `p = 0.6`:
# `[0.1, 0.4, 0.2, 0.3]` → top-k `[0, 0.44, 0.22, 0.33]` → 0.44 is not enough, 0.44 + 0.33 is → `[0, 0.57, 0, 0.43]`. No two
# probabilities are equal.

# %%
from rnncourse.plots import plot_distribution

_ = plot_distribution([0.1, 0.4, 0.2, 0.3], [0, 0.57, 0, 0.43], ["a", "b", "c", "d"])

# %% task="truncate_distribution"
def truncate_distribution(probabilities, k, p):
    """probabilities (V,), k, p -> probabilities (V,) of the tokens that stay. About 8 lines."""
    # BEGIN SOLUTION
    order = np.argsort(-probabilities)
    ranked = probabilities[order]
    ranked[k:] = 0
    ranked = ranked / ranked.sum()
    before = np.cumsum(ranked) - ranked                       # of all that are likelier
    ranked[before >= p] = 0
    result = np.zeros_like(ranked)
    result[order] = ranked / ranked.sum()
    return result
    # END SOLUTION

# %% check="truncate_distribution"
check.truncate_distribution(truncate_distribution)
