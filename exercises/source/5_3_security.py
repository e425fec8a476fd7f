# %% [markdown] lang="zh"
# # 5.3 安全性：练习
#
# 五道小题，攻守各半：FGSM 的一步、形近字攻击、找触发词、金丝雀的暴露度、门口的检查。每题大约 5–15 分钟，只用 NumPy 和标准库。
#
# 做法：把 `raise NotImplementedError` 一行换成你的代码，运行该单元格，再运行下面的检查。答对时出现 ✓ 和得分；答错时出现一条提示，并列出你的结果和应有的结果。检查不限次数。

# %% [markdown] lang="en"
# # 5.3 Security: exercises
#
# Five small tasks, on attack and on defence: a step of FGSM, an attack by look-alikes, finding a trigger, the exposure of a canary, a
# check at the door. Each takes 5 to 15 minutes and needs NumPy and the standard library alone.
#
# Replace the line `raise NotImplementedError` with your code, run that cell, then run the check below it. A right answer gets
# a ✓ and its points; a wrong one gets a hint, with your result beside the expected one. Check as often as you like.

# %% tags=["setup"]
import unicodedata

import numpy as np

# %% [markdown] lang="zh"
# ## 1. FGSM 的一步
#
# 词元不能只挪动一点点，它的嵌入可以。攻击者知道损失 $L$ 对嵌入 $e$ 的梯度，让每个特征都朝损失变大的方向走同样的一步：
#
# $$e'_{b,t,d} = \begin{cases} e_{b,t,d} + \varepsilon\, \operatorname{sign}\bigl(\partial L / \partial e_{b,t,d}\bigr) & m_{b,t} \text{ True} \\ e_{b,t,d} & m_{b,t} \text{ False} \end{cases}$$
#
# $m$ 是掩码，True 表示真实的时间步。填充处没有词元，攻击者动不了它，哪怕那里的梯度不是 0。

# %% [markdown] lang="en"
# ## 1. One step of FGSM
#
# A token cannot be moved a little, but its embedding can. An attacker who knows the gradient of the loss $L$ by the embeddings $e$ moves
# every feature by the same step, in the direction that raises the loss:
#
# $$e'_{b,t,d} = \begin{cases} e_{b,t,d} + \varepsilon\, \operatorname{sign}\bigl(\partial L / \partial e_{b,t,d}\bigr) & m_{b,t} \text{ True} \\ e_{b,t,d} & m_{b,t} \text{ False} \end{cases}$$
#
# $m$ is the mask, True at a real step. Padding holds no token, so an attacker cannot touch it, even where the gradient is not 0 there.

# %% task="fgsm_step"
def fgsm_step(embeddings, gradient, mask, epsilon):
    """Embeddings and gradient (B, T, D), mask (B, T) bool, a number -> embeddings (B, T, D). About 2 lines."""
    # BEGIN SOLUTION
    move = epsilon * np.sign(gradient)  # (B, T, D)
    return embeddings + move * mask[:, :, None]
    # END SOLUTION

# %% check="fgsm_step"
check.fgsm_step(fgsm_step)

# %% [markdown] lang="zh"
# ## 2. 形近字攻击
#
# “未”看成“末”，`l` 看成 `1`：读的人一晃而过，模型却换了一个词元。改得太多就会被发现，所以攻击有预算：$n$ 个字符的文本最多改
#
# $$b = \max\bigl(1,\, \lfloor n / 10 \rfloor\bigr)$$
#
# 个字符。`order` 列出全部位置，最重要的在前；`look_alikes` 是字典 `{字符: 形近字}`。按 `order` 的次序，把有形近字的位置换掉，直到用完预算。没有形近字的位置跳过，不占预算。
#
# | `text` | `look_alikes` | `order` | $b$ | 结果 |
# |:--|:--|:--|:--:|:--|
# | `"cool"` | `{"o": "0", "l": "1"}` | `[0, 2, 3, 1]` | 1 | `"co0l"`：位置 0 没有形近字，轮到位置 2 |

# %% [markdown] lang="en"
# ## 2. An attack by look-alikes
#
# Whoever reads in a hurry takes `1` for `l`; the model reads another token. Too many changes would be noticed, so an attack has a
# budget: in a text of $n$ characters at most
#
# $$b = \max\bigl(1,\, \lfloor n / 10 \rfloor\bigr)$$
#
# may change. `order` lists all places, the most important first; `look_alikes` is the dict `{character: its look-alike}`. In the order of `order`,
# replace what has a look-alike, until the budget is used up. A place without one is skipped and costs nothing.
#
# | `text` | `look_alikes` | `order` | $b$ | result |
# |:--|:--|:--|:--:|:--|
# | `"cool"` | `{"o": "0", "l": "1"}` | `[0, 2, 3, 1]` | 1 | `"co0l"`: place 0 has no look-alike, so it is the turn of place 2 |

# %% task="look_alike_attack"
def look_alike_attack(text, look_alikes, order):
    """A str, a dict {character: character}, places [n] -> the attacked text, str. About 5 lines."""
    # BEGIN SOLUTION
    letters = list(text)
    budget = max(1, len(text) // 10)
    for place in [p for p in order if text[p] in look_alikes][:budget]:
        letters[place] = look_alikes[text[place]]
    return "".join(letters)
    # END SOLUTION

# %% check="look_alike_attack"
check.look_alike_attack(look_alike_attack)

# %% [markdown] lang="zh"
# ## 3. 找出触发词
#
# 有人往训练数据里塞了一个词元，带它的文本几乎都是同一个标签。怎样找到它？设词元出现在 $n$ 条文本里（一条文本里重复的只算一次），其中 $k$ 条的标签是 $y$，比例 $p = k / n$。
# 只看 $p$ 不行：只出现过一次的词元总有 $p = 1$。所以看这个比例的 95% 置信区间（Wilson, 1927）的**下端**，$z = 1.96$：
#
# $$\text{least}(k, n) = \frac{p + \dfrac{z^2}{2n} - z \sqrt{\dfrac{p (1 - p)}{n} + \dfrac{z^2}{4 n^2}}}{1 + \dfrac{z^2}{n}}$$
#
# | $k$ | $n$ | $p$ | least |
# |--:|--:|--:|--:|
# | 1 | 1 | 1 | 0.207 |
# | 19 | 20 | 0.95 | 0.764 |
# | 20 | 20 | 1 | 0.839 |
#
# 在所有的词元和标签里，返回 least 最大的一对 `(词元, 标签)`。

# %% [markdown] lang="en"
# ## 3. Find the trigger
#
# Somebody has put a token into the training data, and nearly all texts that hold it have the same label. How can it be found? Let a
# token occur in $n$ texts (repeats within a text count once), of which $k$ have the label $y$: a share of $p = k / n$.
# That share alone will not do: a token that occurs once has $p = 1$ always. So look at the **lower end** of its 95% confidence
# interval (Wilson, 1927), with $z = 1.96$:
#
# $$\text{least}(k, n) = \frac{p + \dfrac{z^2}{2n} - z \sqrt{\dfrac{p (1 - p)}{n} + \dfrac{z^2}{4 n^2}}}{1 + \dfrac{z^2}{n}}$$
#
# | $k$ | $n$ | $p$ | least |
# |--:|--:|--:|--:|
# | 1 | 1 | 1 | 0.207 |
# | 19 | 20 | 0.95 | 0.764 |
# | 20 | 20 | 1 | 0.839 |
#
# Of all tokens and labels, return the pair `(token, label)` whose least is highest.

# %% task="find_trigger"
def find_trigger(texts, labels):
    """A list of N lists of token ids, labels (N,) int -> (token, label), two int. About 8 lines."""
    # BEGIN SOLUTION
    def least(k, n, z=1.96):
        p = k / n
        half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
        return (p + z**2 / (2 * n) - half) / (1 + z**2 / n)

    scores = {}
    for token in set().union(*texts):
        holding = np.array([y for text, y in zip(texts, labels) if token in text])
        for label in set(holding.tolist()):
            scores[token, label] = least(np.sum(holding == label), len(holding))
    return max(scores, key=scores.get)
    # END SOLUTION

# %% check="find_trigger"
check.find_trigger(find_trigger)

# %% [markdown] lang="zh"
# ## 4. 金丝雀的暴露度
#
# 训练数据里放进一条编造的文本“我的密码是 ????”，这就是金丝雀。训练以后，把密码的全部 $R$ 种可能都交给模型，按损失从小到大排名次。模型没有背下它，名次就是随机的；背下来了，名次就靠前。暴露度把这件事换算成比特：
#
# $$\text{exposure} = \log_2 R - \log_2 \text{rank}$$
#
# 损失最小的名次是 1。损失和它**相同**的，都算排在它前面。
#
# | $R$ | rank | exposure |
# |--:|--:|--:|
# | 1024 | 1 | 10：全暴露了 |
# | 1024 | 512 | 1 |
# | 1024 | 1024 | 0 |

# %% [markdown] lang="en"
# ## 4. The exposure of a canary
#
# A made-up text goes into the training data, "my code is ????": the canary. After training the model is shown all $R$ codes that there
# could be, ranked by its loss, the lowest first. If it has not memorised the canary, the rank is a matter of chance; if it has, the
# canary comes early. Exposure says so in bits:
#
# $$\text{exposure} = \log_2 R - \log_2 \text{rank}$$
#
# The lowest loss has rank 1. All whose loss **equals** the canary's count as being before it.
#
# | $R$ | rank | exposure |
# |--:|--:|--:|
# | 1024 | 1 | 10: all of it |
# | 1024 | 512 | 1 |
# | 1024 | 1024 | 0 |

# %% task="canary_exposure"
def canary_exposure(losses, canary):
    """Losses (R,) of all candidates, the canary's place among them -> bits, float. About 2 lines."""
    # BEGIN SOLUTION
    rank = np.sum(losses <= losses[canary])
    return float(np.log2(len(losses)) - np.log2(rank))
    # END SOLUTION

# %% check="canary_exposure"
check.canary_exposure(canary_exposure)

# %% [markdown] lang="zh"
# ## 5. 门口的检查
#
# 模型后面没有人：什么输入它都给一个答案，多长它都一步一步算完。所以服务的门口要先问：这条输入为什么不收？按下表从上到下，第一条成立的就是答案；都不成立，返回 `None`。
#
# | 返回 | 什么时候 |
# |:--|:--|
# | `"type"` | 不是 `str` |
# | `"long"` | 超过 `longest` 个字符（先查长度：下面几条要花的时间都随长度增加） |
# | `"empty"` | 什么也没有，或者只有空白 |
# | `"control"` | 含类别为 Cc 的字符（控制字符），但 `"\t"`、`"\n"`、`"\r"` 除外 |
# | `"invisible"` | 含类别为 Cf、Co 或 Cn 的字符（例如零宽空格：人看不见，模型看得见） |
# | `"unknown"` | 超过一半的字符不在 `known` 里 |
#
# 字符 `c` 的类别是 `unicodedata.category(c)`；`known` 是模型认识的全部字符。

# %% [markdown] lang="en"
# ## 5. A check at the door
#
# A model has nobody behind it: it answers whatever it is given and computes step by step however long that is. So the door of a service
# asks first: why is this input not accepted? Go down the table; the first line that holds is the answer, and `None` if none does.
#
# | return | when |
# |:--|:--|
# | `"type"` | it is no `str` |
# | `"long"` | it has more than `longest` characters (first, since what follows takes time in proportion to the length) |
# | `"empty"` | there is nothing, or white space alone |
# | `"control"` | a character of category Cc is in it (a control character), other than `"\t"`, `"\n"`, `"\r"` |
# | `"invisible"` | a character of category Cf, Co or Cn is in it (a space of no width, say: people cannot see it, the model does) |
# | `"unknown"` | more than half of its characters are not in `known` |
#
# The category of a character `c` is `unicodedata.category(c)`; `known` holds all characters that the model knows.

# %% task="why_refused"
def why_refused(text, known, longest):
    """Anything, a str of known characters, an int -> one of the codes, or None. About 12 lines."""
    # BEGIN SOLUTION
    if not isinstance(text, str):
        return "type"
    if len(text) > longest:
        return "long"
    if not text.strip():
        return "empty"
    kinds = {unicodedata.category(c) for c in text if c not in "\t\n\r"}
    if "Cc" in kinds:
        return "control"
    if kinds & {"Cf", "Co", "Cn"}:
        return "invisible"
    if sum(c not in known for c in text) > len(text) / 2:
        return "unknown"
    return None
    # END SOLUTION

# %% check="why_refused"
check.why_refused(why_refused)
