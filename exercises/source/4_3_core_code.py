# %% [markdown] lang="zh"
# # 4.3 核心代码：练习
#
# 五道小题：改好一个有三处毛病的模型，再写出体检的三个零件，最后让一个层经得起保存和载入。每题 5–15 分钟，都不用训练。
#
# 做法：把 `raise NotImplementedError` 一行换成你的代码，运行该单元格，再运行下面的检查。答对时出现 ✓ 和得分；答错时出现一条提示，并列出你的结果和应有的结果。检查不限次数。

# %% [markdown] lang="en"
# # 4.3 Core code: exercises
#
# Five small tasks: mend a model with three defects, write three parts of a check-up, and make a layer survive saving and
# loading. Each takes 5 to 15 minutes; nothing is trained.
#
# Replace the line `raise NotImplementedError` with your code, run that cell, then run the check below it. A right answer gets
# a ✓ and its points; a wrong one gets a hint, with your result beside the expected one. Check as often as you like.

# %% tags=["setup"]
import keras
import numpy as np
from keras import layers

# %% [markdown] lang="zh"
# ## 1. 三处毛病
#
# 下面的模型给**一个个到来**的词元打标签：每来一个，立刻给出它属于 $K$ 个标签的概率。一批里的行在**前面**补 0。它能跑，形状也对，可是有三处毛病：
#
# ```python
# tokens = keras.Input((None,), dtype="int32")                          # (B, T)
# x = layers.Embedding(vocabulary_size, 8)(tokens)                      # (B, T, 8)
# x = layers.Bidirectional(layers.GRU(16, return_sequences=True))(x)    # (B, T, 32)
# x = layers.Dense(tags, activation="sigmoid")(x)                       # (B, T, K)
# return keras.Model(tokens, x)
# ```
#
# 一步一步地读，每个词元恰好属于一个标签：
#
# $$h_t = \text{GRU}(x_t, h_{t-1}), \qquad p_t = \text{softmax}(h_t A + c), \qquad \sum_{k=1}^{K} p_{t,k} = 1$$
#
# 把它改好，其余照旧（嵌入 8 维，GRU 16 个单元，从左往右一层）。检查只看模型怎么做：每步的概率之和，前面的词元有没有影响，后面的词元有没有影响，前面多补 0 有没有影响，参数有多少。

# %% [markdown] lang="en"
# ## 1. Three defects
#
# The model below tags tokens **as they come**: for each of them, at once, the probabilities of $K$ tags. Rows of a batch are
# padded with 0 **in front**. It runs, its shapes are right, and it has three defects:
#
# ```python
# tokens = keras.Input((None,), dtype="int32")                          # (B, T)
# x = layers.Embedding(vocabulary_size, 8)(tokens)                      # (B, T, 8)
# x = layers.Bidirectional(layers.GRU(16, return_sequences=True))(x)    # (B, T, 32)
# x = layers.Dense(tags, activation="sigmoid")(x)                       # (B, T, K)
# return keras.Model(tokens, x)
# ```
#
# It reads step by step, and each token has exactly one tag:
#
# $$h_t = \text{GRU}(x_t, h_{t-1}), \qquad p_t = \text{softmax}(h_t A + c), \qquad \sum_{k=1}^{K} p_{t,k} = 1$$
#
# Mend it and leave the rest (an embedding of 8 features, one GRU of 16 units from left to right). The check looks at what the
# model does: what the probabilities of a step add up to, whether earlier tokens have an effect, whether later ones have, whether
# more zeros in front have, and how many parameters there are.

# %% task="mend_tagger"
def mend_tagger(vocabulary_size, tags):
    """V, K -> keras.Model: token ids (B, T) -> probabilities (B, T, K). About 5 lines."""
    # BEGIN SOLUTION
    tokens = keras.Input((None,), dtype="int32")                            # (B, T)
    x = layers.Embedding(vocabulary_size, 8, mask_zero=True)(tokens)        # (B, T, 8)
    x = layers.GRU(16, return_sequences=True)(x)                            # (B, T, 16)
    return keras.Model(tokens, layers.Dense(tags, activation="softmax")(x))
    # END SOLUTION

# %% check="mend_tagger"
check.mend_tagger(mend_tagger)

# %% [markdown] lang="zh"
# ## 2. 打乱次序，不动填充
#
# 置换检验要把每一行的**真实**词元换个次序；填充（编号 0）必须留在原处，否则输出变了，也说不清是为什么。
#
# 次序由 `keys` 决定：每行的真实词元按各自的键**从小到大**排好，依次放回真实词元的位置。
#
# | | | | | |
# |:--|--:|--:|--:|--:|
# | `tokens` | 31 | 52 | 17 | 0 |
# | `keys` | 0.6 | 0.9 | 0.2 | 0.1 |
# | 结果 | 17 | 31 | 52 | 0 |
#
# 不要改动传入的数组。

# %% [markdown] lang="en"
# ## 2. Another order, the same padding
#
# A permutation test puts the **real** tokens of each row into another order; padding (id 0) must stay where it is, or there is no
# telling why the output changed.
#
# The order comes from `keys`: the real tokens of a row, sorted by their keys **from small to large**, go back to the places of
# real tokens, one after the other.
#
# | | | | | |
# |:--|--:|--:|--:|--:|
# | `tokens` | 31 | 52 | 17 | 0 |
# | `keys` | 0.6 | 0.9 | 0.2 | 0.1 |
# | result | 17 | 31 | 52 | 0 |
#
# Leave the arrays that you are given as they are.

# %% task="permute_tokens"
def permute_tokens(tokens, keys):
    """Ids (B, T), 0 is padding; keys (B, T), all different -> ids (B, T). About 5 lines."""
    # BEGIN SOLUTION
    mixed = tokens.copy()
    for row, key in zip(mixed, keys):
        real = np.flatnonzero(row)
        row[real] = row[real[np.argsort(key[real])]]
    return mixed
    # END SOLUTION

# %% check="permute_tokens"
check.permute_tokens(permute_tokens)

# %% [markdown] lang="zh"
# ## 3. 两个方向，各取最后读到的状态
#
# 双向层交出 $(B, T, 2H)$：前 $H$ 个从左往右读，后 $H$ 个从右往左读。`[:, -1, :]` 有两处错：正向的一半可能落在填充上；反向的一半在那里**才读了一步**。
#
# 下图一行有四个真实的时间步（绿），两边是填充。给你每一步的状态和掩码（True 是真实的时间步，它们连成一段），取出正向最后读完的、反向最后读完的，拼成 $(B, 2H)$。全是填充的行得到 0。
#
# $$\text{out} = [\,\text{states}_{\,t_{\text{last}},\ :H}\ ;\ \text{states}_{\,t_{\text{first}},\ H:}\,]$$

# %% [markdown] lang="en"
# ## 3. Two directions, each with the state it read last
#
# A bidirectional layer gives $(B, T, 2H)$: the first $H$ have read from the left, the other $H$ from the right. `[:, -1, :]` is wrong
# twice: the forward half may stand on padding, and the backward half has read **one step only** there.
#
# The row in the picture has four real steps (green), with padding on both sides. From the states of every step and the mask
# (True is a real step; they stand together) take what the forward direction read last and what the backward direction read last,
# as $(B, 2H)$. A row of padding alone gets 0.
#
# $$\text{out} = [\,\text{states}_{\,t_{\text{last}},\ :H}\ ;\ \text{states}_{\,t_{\text{first}},\ H:}\,]$$

# %%
from matplotlib import pyplot as plt

_, ax = plt.subplots(figsize=(6, 1.7))
for t in range(7):
    ax.add_patch(plt.Rectangle((t, 0), 0.86, 0.86, color="#9fd8c8" if 1 <= t < 5 else "#e4e4e4"))
    ax.text(t + 0.43, 0.43, f"t = {t}", ha="center", va="center")
ax.annotate("", (4.86, 1.15), (1, 1.15), arrowprops={"arrowstyle": "->", "color": "#0072b2", "lw": 2})
ax.annotate("", (1, -0.3), (4.86, -0.3), arrowprops={"arrowstyle": "->", "color": "#d55e00", "lw": 2})
ax.text(5.1, 1.15, "[:H]", va="center", color="#0072b2")
ax.text(0.2, -0.3, "[H:]", va="center", color="#d55e00")
ax.set(xlim=(-0.1, 7), ylim=(-0.6, 1.5))
ax.axis("off")
plt.show()

# %% task="bidirectional_last"
def bidirectional_last(states, mask):
    """States (B, T, 2H), mask (B, T) of bool -> (B, 2H). About 7 lines."""
    # BEGIN SOLUTION
    rows, half = np.arange(len(states)), states.shape[2] // 2
    first = mask.argmax(axis=1)                                       # (B,)
    last = mask.shape[1] - 1 - mask[:, ::-1].argmax(axis=1)           # (B,)
    forward, backward = states[rows, last, :half], states[rows, first, half:]
    return np.concatenate([forward, backward], axis=1) * mask.any(axis=1)[:, None]
    # END SOLUTION

# %% check="bidirectional_last"
check.bidirectional_last(bidirectional_last)

# %% [markdown] lang="zh"
# ## 4. 哪些权重永远学不到
#
# 求过一次梯度之后，`gradients` 把每个权重的名字对到它的梯度（数组），或者 `None`：损失与它没有连上。**一点梯度都没有**的权重（`None`，或处处恰好为 0）永远不会变。返回它们的名字，按字母次序。
#
# | 梯度 | 会学吗 |
# |:--|:--|
# | `None` | 不会 |
# | `[[0, 0], [0, 0]]` | 不会 |
# | `[[0, 0], [1, -1]]` | 会 |
#
# 留意：嵌入表里，这一批没有出现的词元那几行梯度是 0，但整张表仍在学习。

# %% [markdown] lang="en"
# ## 4. Which weights will never learn?
#
# After one backward pass `gradients` maps the name of each weight to its gradient, an array, or to `None` where the loss is not
# connected with it. A weight that gets **no gradient at all** (`None`, or exactly 0 everywhere) will never change. Return the names
# of these, in alphabetical order.
#
# | gradient | does it learn? |
# |:--|:--|
# | `None` | no |
# | `[[0, 0], [0, 0]]` | no |
# | `[[0, 0], [1, -1]]` | yes |
#
# Mind: in an embedding table the rows of tokens that the batch lacks have gradient 0, and yet the table learns.

# %% task="weights_without_gradient"
def weights_without_gradient(gradients):
    """A dict from names to arrays or None -> list of names. About 2 lines."""
    # BEGIN SOLUTION
    return sorted(name for name, gradient in gradients.items() if gradient is None or not np.any(gradient))
    # END SOLUTION

# %% check="weights_without_gradient"
check.weights_without_gradient(weights_without_gradient)

# %% [markdown] lang="zh"
# ## 5. 存得下，取得回
#
# 保存一个模型，就是写下每一层的配置；载入，就是按配置再造一个。下面的层把输入乘以 `factor` 再加上 `shift`，只差 `get_config`：请补上。
#
# 下面几行造一个层，冻结它，写下配置，再造一个：
#
# | 新造的层 | 应当 | 由谁写进配置 |
# |:--|:--|:--|
# | 名字，`trainable` | 相同 | 父类 `layers.Layer` |
# | 输出 | 相同 | 你：`factor` 和 `shift` |

# %% [markdown] lang="en"
# ## 5. Saved, and the same again
#
# To save a model is to write down the configuration of each layer; to load it, to make another one by that. The layer below
# multiplies by `factor` and adds `shift`; only `get_config` is missing: write it.
#
# The lines after it make a layer, freeze it, write its configuration down and make another:
#
# | of the new layer | should be | written down by |
# |:--|:--|:--|
# | name, `trainable` | the same | the parent, `layers.Layer` |
# | output | the same | you: `factor` and `shift` |

# %% task="reloaded"
def reloaded(factor, shift, x):
    """Two numbers, x (B, D) -> what a layer is once built again. Only get_config is missing. About 1 line."""

    class Scale(layers.Layer):
        def __init__(self, factor=1.0, shift=0.0, **kwargs):
            super().__init__(**kwargs)
            self.factor, self.shift = factor, shift

        def call(self, x):
            return self.factor * x + self.shift

        def get_config(self):
            # BEGIN SOLUTION
            return {**super().get_config(), "factor": self.factor, "shift": self.shift}
            # END SOLUTION

    layer = Scale(factor, shift, name="volume_control", trainable=False)
    again = Scale.from_config(layer.get_config())
    return {"same_name": again.name == layer.name, "trainable": again.trainable, "output": np.asarray(again(x))}

# %% check="reloaded"
check.reloaded(reloaded)
