# %% [markdown] lang="zh"
# # 2.2.1 循环单元：亲手写出 SimpleRNN、LSTM 和 GRU
#
# 原文 2.2.1 节说：“RNN的一个重要特点是具有记忆单元,可以有效地处理长距离依赖关系。”一句话里有两个断言。本章把它们拆开来量：
#
# | 问题 | 在哪里回答 |
# |---|---|
# | 一步里究竟算了什么？ | 第 1–3 节：三种循环单元，一个式子一行代码，与 Keras 逐位对照 |
# | “记忆单元”在哪里，有几个？ | 第 4 节：数状态 |
# | 记得住多久，由什么决定？ | 第 5 节：$f^k$，用滑块看 |
# | “有效地处理长距离依赖”，成立吗？ | 第 6 节：回忆第一个符号，三个种子 |
# | 读一句真话时，门在做什么？ | 第 7 节：自己输入一句 |
#
# 只需要会矩阵乘法。凡是依赖运行结果的句子，都由单元格算出来。

# %% [markdown] lang="en"
# # 2.2.1 Recurrent cells: SimpleRNN, LSTM and GRU by hand
#
# Section 2.2.1 of the article says: "An important feature of the RNN is that it has memory cells and can handle long-range dependence effectively." There are two claims in that sentence. This chapter takes them apart and measures:
#
# | question | answered in |
# |---|---|
# | what exactly is computed in one step? | sections 1–3: three cells, one equation a line of code, held against Keras |
# | where are the "memory cells", and how many? | section 4: count the states |
# | how long is something kept, and what decides it? | section 5: $f^k$, under a slider |
# | "handles long-range dependence effectively": does it? | section 6: recall the first symbol, three seeds |
# | what do the gates do on a real sentence? | section 7: type one of your own |
#
# Matrix products are all you need to know. Every sentence that depends on a run is computed by a cell.

# %% [markdown] lang="zh"
# ## 1 SimpleRNN：最短的记忆
#
# 一个人听故事，每听一句，就更新一次“到目前为止讲了什么”。循环单元也是这样：手里有旧状态 $h_{t-1}$，来了新输入 $x_t$，算出新状态 $h_t$。图里绿色的线是从一步交给下一步的东西：

# %% [markdown] lang="en"
# ## 1 SimpleRNN: the shortest memory
#
# Someone who listens to a story updates, with every sentence, "what has been told so far". A recurrent cell does the same: it holds an old state $h_{t-1}$, a new input $x_t$ comes in, and it computes a new state $h_t$. In the picture, green is what is handed from one step to the next:

# %%
import matplotlib.pyplot as plt
import numpy as np
from rnncourse import choose, plots

plots.plot_cell("simple_rnn")
plt.show()

# %% [markdown] lang="zh"
# 先说清每个符号的形状（$B$ 批的大小，$D$ 特征数，$H$ 单元数）：
#
# | 符号 | 是什么 | 形状 |
# |---|---|---|
# | $x_t$ | 第 $t$ 步的输入 | $(B, D)$ |
# | $h_t$ | 隐状态，$h_0 = 0$ | $(B, H)$ |
# | $W$ | 输入权重 `kernel` | $(D, H)$ |
# | $U$ | 循环权重 `recurrent_kernel` | $(H, H)$ |
# | $b$ | 偏置 `bias` | $(H)$ |
#
# $$h_t = \tanh(x_t W + h_{t-1} U + b)$$
#
# 行向量在左、权重在右，这是 Keras 的写法；许多教科书写成 $W x_t$，那里的 $W$ 是这里的转置。$W$、$U$、$b$ 不带下标 $t$：每一步用的都是同一组。

# %% [markdown] lang="en"
# First every symbol with its shape ($B$ size of the batch, $D$ features, $H$ units):
#
# | symbol | what it is | shape |
# |---|---|---|
# | $x_t$ | the input at step $t$ | $(B, D)$ |
# | $h_t$ | the hidden state, $h_0 = 0$ | $(B, H)$ |
# | $W$ | the `kernel` | $(D, H)$ |
# | $U$ | the `recurrent_kernel` | $(H, H)$ |
# | $b$ | the `bias` | $(H)$ |
#
# $$h_t = \tanh(x_t W + h_{t-1} U + b)$$
#
# Rows at the left, weights at the right: this is how Keras writes it. Many textbooks have $W x_t$, whose $W$ is the transpose of ours. $W$, $U$ and $b$ carry no $t$: every step uses the same ones.

# %%
def simple_rnn_step(x_t, h, W, U, b):
    """x_t (B, D), h (B, H) -> the states after the step: (h,)."""
    return (np.tanh(x_t @ W + h @ U + b),)

# %% [markdown] lang="zh"
# 一行。整条序列就是一个循环。下面的函数对任何循环单元都管用：它拿同样的权重（随机的，偏置也不为 0）让 Keras 和手写的循环各读一遍，返回最大的差。检验一个手写的式子，要用**别人的**实现，不能用自己的第二份。

# %% [markdown] lang="en"
# One line. A whole sequence is a loop over it. The function below works for any cell: with the same weights (random ones, biases not 0) Keras and the loop each read the sequence, and it returns the largest difference. An equation written by hand is to be checked against **someone else's** implementation, not against a second copy of one's own.

# %%
import keras

B, T, D, H = 4, 12, 3, 5
rng = np.random.default_rng(0)
x = rng.normal(size=(B, T, D)).astype("float32")


def difference(layer, step, states):
    """Largest difference between a Keras layer and a loop over `step`, which has `states` states."""
    layer.build((None, None, D))
    layer.set_weights([rng.normal(0, 0.6, weight.shape) for weight in layer.get_weights()])
    outputs, *last = [keras.ops.convert_to_numpy(part) for part in layer(x)]
    state, hidden = (np.zeros((B, H)),) * states, []
    for x_t in np.swapaxes(x, 0, 1):  # T times (B, D)
        state = step(x_t, *state, *layer.get_weights())
        hidden.append(state[0])
    pairs = [(outputs, np.stack(hidden, axis=1)), *zip(last, state, strict=True)]
    return max(np.abs(a - b).max() for a, b in pairs)

# %%
everything = {"return_sequences": True, "return_state": True}
error = difference(keras.layers.SimpleRNN(H, **everything), simple_rnn_step, states=1)
print("SimpleRNN equal to Keras:", error < 1e-5)

# %% [markdown] lang="zh"
# 这么简单的单元有什么毛病？旧状态每走一步都要乘一次 $U$，再被 $\tanh$ 压一次：**想不变都难**。就算没有新消息，昨天记下的东西今天也变了样。
#
# ## 2 LSTM：给记忆一条不打扰的通道
#
# LSTM（Hochreiter 与 Schmidhuber，1997；遗忘门由 Gers 等在 2000 年加上）的办法是再添一个状态：细胞状态 $c$。看图里最上面那条绿线：从左到右，只有一次逐元素的乘法和一次加法，没有矩阵，没有 $\tanh$。

# %% [markdown] lang="en"
# What is wrong with so simple a cell? At each step the old state is multiplied by $U$ and squashed by $\tanh$: **staying as it is, is hard**. Even without any news, what was noted yesterday looks different today.
#
# ## 2 LSTM: a line on which memory is left alone
#
# The LSTM (Hochreiter and Schmidhuber, 1997; the forget gate came with Gers et al., 2000) adds a second state, the cell state $c$. Look at the green line at the top: from left to right there is one multiplication and one addition, element by element; no matrix, no $\tanh$.

# %%
plots.plot_cell("lstm")
plt.show()

# %% [markdown] lang="zh"
# 三个门都是 0 到 1 之间的数，每个单元一个：**遗忘门** $f$ 决定旧的留多少，**输入门** $i$ 决定新的写多少，**输出门** $o$ 决定交出多少。$\tilde c$ 是候选值，即想写进去的内容，在 −1 到 1 之间。$i, f, o, \tilde c, c_t, h_t$ 的形状都是 $(B, H)$；每个门和候选值各有自己的 $W_\cdot\,(D, H)$、$U_\cdot\,(H, H)$ 和 $b_\cdot\,(H)$。$\sigma(a) = 1/(1+e^{-a})$，$\odot$ 是逐元素相乘。
#
# $$i = \sigma(x_t W_i + h_{t-1} U_i + b_i)$$
#
# $$f = \sigma(x_t W_f + h_{t-1} U_f + b_f)$$
#
# $$\tilde c = \tanh(x_t W_c + h_{t-1} U_c + b_c)$$
#
# $$o = \sigma(x_t W_o + h_{t-1} U_o + b_o)$$
#
# $$c_t = f \odot c_{t-1} + i \odot \tilde c$$
#
# $$h_t = o \odot \tanh(c_t)$$
#
# Keras 把四块并排存成一个矩阵，`kernel` 是 $(D, 4H)$，次序为 **i f c o**。不少教科书和 ONNX 的次序不同：搬权重时，次序错了不会报错，只会算错。

# %% [markdown] lang="en"
# The three gates are numbers from 0 to 1, one a unit: the **forget gate** $f$ says how much of the old is kept, the **input gate** $i$ how much of the new is written, the **output gate** $o$ how much is handed out. $\tilde c$ is the candidate, what there is to write, from −1 to 1. $i, f, o, \tilde c, c_t, h_t$ are $(B, H)$; each gate and the candidate has its own $W_\cdot\,(D, H)$, $U_\cdot\,(H, H)$ and $b_\cdot\,(H)$. $\sigma(a) = 1/(1+e^{-a})$, and $\odot$ multiplies element by element.
#
# $$i = \sigma(x_t W_i + h_{t-1} U_i + b_i)$$
#
# $$f = \sigma(x_t W_f + h_{t-1} U_f + b_f)$$
#
# $$\tilde c = \tanh(x_t W_c + h_{t-1} U_c + b_c)$$
#
# $$o = \sigma(x_t W_o + h_{t-1} U_o + b_o)$$
#
# $$c_t = f \odot c_{t-1} + i \odot \tilde c$$
#
# $$h_t = o \odot \tanh(c_t)$$
#
# Keras stores the four blocks side by side in one matrix, the `kernel` being $(D, 4H)$, in the order **i f c o**. ONNX and many textbooks have another: weights moved in the wrong order raise no error, they just compute something else.

# %%
def sigmoid(a):
    """1 / (1 + exp(-a)), written so that nothing overflows."""
    return 0.5 * (1 + np.tanh(0.5 * a))


def lstm_step(x_t, h, c, W, U, b):
    """x_t (B, D), h and c (B, H) -> the states after the step: (h, c)."""
    (W_i, W_f, W_c, W_o), (U_i, U_f, U_c, U_o) = np.split(W, 4, axis=1), np.split(U, 4, axis=1)
    b_i, b_f, b_c, b_o = np.split(b, 4)
    i = sigmoid(x_t @ W_i + h @ U_i + b_i)
    f = sigmoid(x_t @ W_f + h @ U_f + b_f)
    candidate = np.tanh(x_t @ W_c + h @ U_c + b_c)
    o = sigmoid(x_t @ W_o + h @ U_o + b_o)
    c = f * c + i * candidate
    return o * np.tanh(c), c

# %%
error = difference(keras.layers.LSTM(H, **everything), lstm_step, states=2)
print("LSTM equal to Keras:", error < 1e-5)

# %% [markdown] lang="zh"
# ## 3 GRU：一个状态，两个门
#
# GRU（Cho 等，2014）问：非要两个状态不可吗？它只留 $h$，并且让“留多少旧的”和“写多少新的”由同一个**更新门** $z$ 决定，二者之和为 1。**重置门** $r$ 决定算候选值时看多少旧状态。

# %% [markdown] lang="en"
# ## 3 GRU: one state, two gates
#
# The GRU (Cho et al., 2014) asks: must there be two states? It keeps $h$ alone, and lets one **update gate** $z$ decide both how much old is kept and how much new is written: the shares add up to 1. The **reset gate** $r$ decides how much of the old state the candidate gets to see.

# %%
plots.plot_cell("gru")
plt.show()

# %% [markdown] lang="zh"
# 三块的次序是 **z r h**。Keras 的默认形式（`reset_after=True`）里，输入一侧和循环一侧各有偏置，$b$ 与 $c$（这个 $c$ 不是细胞状态），合成 `bias` $(2, 3H)$ 的两行：
#
# $$z = \sigma(x_t W_z + b_z + h_{t-1} U_z + c_z)$$
#
# $$r = \sigma(x_t W_r + b_r + h_{t-1} U_r + c_r)$$
#
# $$\tilde h = \tanh(x_t W_h + b_h + r \odot (h_{t-1} U_h + c_h))$$
#
# $$h_t = z \odot h_{t-1} + (1 - z) \odot \tilde h$$
#
# 小心：Keras 与 Cho 等的论文都让 $z = 1$ 表示**保留**；另一些文献（如 Chung 等，2014）恰好相反。

# %% [markdown] lang="en"
# The three blocks stand in the order **z r h**. In Keras's default form, `reset_after=True`, the input side and the recurrent side have biases of their own, $b$ and $c$ (this $c$ is no cell state), which make the two rows of the `bias` $(2, 3H)$:
#
# $$z = \sigma(x_t W_z + b_z + h_{t-1} U_z + c_z)$$
#
# $$r = \sigma(x_t W_r + b_r + h_{t-1} U_r + c_r)$$
#
# $$\tilde h = \tanh(x_t W_h + b_h + r \odot (h_{t-1} U_h + c_h))$$
#
# $$h_t = z \odot h_{t-1} + (1 - z) \odot \tilde h$$
#
# Careful: in Keras, as in the paper of Cho et al., $z = 1$ means **keep**; other texts (Chung et al., 2014, for one) have it the other way round.

# %%
def gru_step(x_t, h, W, U, bias):
    """x_t (B, D), h (B, H), bias (2, 3H) -> the states after the step: (h,). Keras's default form."""
    (W_z, W_r, W_h), (U_z, U_r, U_h) = np.split(W, 3, axis=1), np.split(U, 3, axis=1)
    (b_z, b_r, b_h), (c_z, c_r, c_h) = np.split(bias[0], 3), np.split(bias[1], 3)
    z = sigmoid(x_t @ W_z + b_z + h @ U_z + c_z)
    r = sigmoid(x_t @ W_r + b_r + h @ U_r + c_r)
    candidate = np.tanh(x_t @ W_h + b_h + r * (h @ U_h + c_h))
    return (z * h + (1 - z) * candidate,)

# %% [markdown] lang="zh"
# 论文里的形式（`reset_after=False`）只差一处：重置门在乘循环权重**之前**作用，偏置也只有一行，形状 $(3H)$：
#
# $$\tilde h = \tanh(x_t W_h + (r \odot h_{t-1}) U_h + b_h)$$
#
# 两种形式一般不相等，权重不能互换。Keras 为什么默认用前一种？因为那时三块循环权重只要一次 $h_{t-1} U$，即 $(B, H)$ 乘 $(H, 3H)$，不必等 $r$ 算完；GPU 上的 cuDNN 也只有这一种。

# %% [markdown] lang="en"
# The form of the paper, `reset_after=False`, differs in one place: the reset gate acts **before** the product with the recurrent kernel, and there is one row of biases, $(3H)$:
#
# $$\tilde h = \tanh(x_t W_h + (r \odot h_{t-1}) U_h + b_h)$$
#
# In general the two are not equal, and weights cannot be exchanged between them. Why is the first Keras's default? Because then the three recurrent blocks take a single product $h_{t-1} U$, $(B, H)$ times $(H, 3H)$, that need not wait for $r$; it is also the only form that cuDNN has on a GPU.

# %%
def gru_step_of_the_paper(x_t, h, W, U, b):
    """As `gru_step`, with bias (3H,) and the reset gate before the product."""
    (W_z, W_r, W_h), (U_z, U_r, U_h) = np.split(W, 3, axis=1), np.split(U, 3, axis=1)
    b_z, b_r, b_h = np.split(b, 3)
    z = sigmoid(x_t @ W_z + h @ U_z + b_z)
    r = sigmoid(x_t @ W_r + h @ U_r + b_r)
    candidate = np.tanh(x_t @ W_h + (r * h) @ U_h + b_h)
    return (z * h + (1 - z) * candidate,)


for reset_after, step in ((True, gru_step), (False, gru_step_of_the_paper)):
    error = difference(keras.layers.GRU(H, reset_after=reset_after, **everything), step, states=1)
    print(f"GRU, reset_after={reset_after}, equal to Keras:", error < 1e-5)

# %% [markdown] lang="zh"
# 课程的包里有同样的单元，还带掩码、初始状态和反向传播：`rnncourse.cells`。`unroll` 走完整条序列，并留下每一步的门。从这里起就用它；先确认它算的和上面写的一样：

# %% [markdown] lang="en"
# The course's package has the same cells, with masks, initial states and the way back: `rnncourse.cells`. `unroll` walks a whole sequence and keeps the gates of every step. From here on we use it; first make sure that it computes what stands above:

# %%
from rnncourse import cells
from rnncourse.cells import gru, lstm, simple_rnn, unroll

ours = {simple_rnn: simple_rnn_step, lstm: lstm_step, gru: gru_step}
for cell, step in ours.items():
    params = cells.initial_params(cell, D, H, rng)
    state = cell.State(*(np.zeros((B, H)) for _ in cell.State._fields))
    for x_t in np.swapaxes(x, 0, 1):
        state = step(x_t, *state, *params)
    theirs = unroll(cell, x, params).state
    print(cell.__name__, all(np.allclose(a, b) for a, b in zip(state, theirs, strict=True)))

# %% [markdown] lang="zh"
# ## 4 “记忆单元”：数一数
#
# 什么算记忆？**从一步交到下一步的东西**，此外什么也没有：$x_{t-1}$ 读过就没了，门算完就扔了。所以只要数绿线：Keras 用 `return_state=True` 把它们交出来。先猜：三种单元各有几个状态，LSTM 的参数是 SimpleRNN 的几倍？

# %% [markdown] lang="en"
# ## 4 "Memory cells": count them
#
# What counts as memory? **What is handed from one step to the next**, and nothing else: $x_{t-1}$ is gone once read, gates are thrown away once used. So count the green lines: Keras hands them out with `return_state=True`. Guess first: how many states has each cell, and how many times a SimpleRNN's parameters has an LSTM?

# %% claims=[6]
def tell(*, zh, en):
    """Print the sentence that is in the reader's language."""
    print(choose(zh=zh, en=en))


states = {}
for kind in (keras.layers.SimpleRNN, keras.layers.LSTM, keras.layers.GRU):
    layer = kind(H, return_state=True)
    _, *handed_on = layer(x)
    states[kind.__name__] = len(handed_on)
    tell(
        zh=f"{kind.__name__:9} 状态 {len(handed_on)} 个，每条序列共 {len(handed_on) * H} 个数；参数 {layer.count_params()} 个",
        en=f"{kind.__name__:9} states: {len(handed_on)}, {len(handed_on) * H} numbers a sequence; "
        f"parameters: {layer.count_params()}",
    )

# %% [markdown] lang="zh"
# 那么没有细胞状态的单元就没有记忆吗？做个对照：只改第一个输入 $x_1$，看末态变不变；再把“交给下一步”这件事拿掉（每一步都从零状态开始），再看一次。

# %% [markdown] lang="en"
# So has a cell without a cell state no memory? A control: change the first input $x_1$ alone and see whether the last state changes; then take away the handing on (every step begins from a state of zeros), and look again.

# %% claims=[6]
other = x.copy()
other[:, 0] += 1
remembers = {}
for cell in ours:
    params = cells.initial_params(cell, D, H, np.random.default_rng(1))
    for handed_on in (True, False):
        start = 0 if handed_on else T - 1  # without handing on, the last state is that of the last step alone
        a, b = (unroll(cell, each[:, start:], params).state.hidden for each in (x, other))
        remembers[cell, handed_on] = bool(np.abs(a - b).max() > 1e-6)
for handed_on in (True, False):
    changed = [remembers[cell, handed_on] for cell in ours]
    word = choose(zh="交给下一步" if handed_on else "每步从零开始", en="handed on" if handed_on else "cut off")
    print(f"{word}:", dict(zip(states, changed, strict=True)))

# %% claims=[6]
separate = [name for name, count in states.items() if count > 1]
all_remember = all(remembers[cell, True] and not remembers[cell, False] for cell in ours)
verdict = "right" if len(separate) == len(states) else "half right" if separate or all_remember else "wrong"
tell(
    zh=f"有单独的细胞状态的：{'、'.join(separate)}；有记忆的：{'三种都有' if all_remember else '不是三种都有'}。",
    en=f"With a cell state of its own: {', '.join(separate)}; with memory: {'all' if all_remember else 'not all'}.",
)
tell(
    zh=f"原文的主张（第 6 条，RNN 有“记忆单元”）：{dict(right='成立', wrong='不成立').get(verdict, '对一半')}。",
    en=f"The article's claim (number 6, RNNs have memory cells): {verdict}.",
)

# %% [markdown] lang="zh"
# 凡是循环单元都有记忆，它就是隐状态；“记忆单元”作为**另外一个**状态，是 LSTM 特有的。把 LSTM 的特点说成 RNN 的特点，是最常见的一种含混。
#
# 还有一个细节：$h_t$ 总在 −1 到 1 之间，$c_t$ 却没有界。当 $i = f = 1$ 时，$c_t = c_{t-1} + \tilde c$，它能**计数**；GRU 的 $h_t$ 是两个有界数的加权平均，做不到。
#
# ## 5 记得住多久？
#
# 把 $c_t = f_t \odot c_{t-1} + i_t \odot \tilde c_t$ 一步一步代进去。下标 $t$ 表示第 $t$ 步的门，乘法都逐元素：
#
# $$c_t = f_t c_{t-1} + i_t \tilde c_t = f_t (f_{t-1} c_{t-2} + i_{t-1} \tilde c_{t-1}) + i_t \tilde c_t = \dots$$
#
# $$c_t = \Big(\prod_{r=1}^{t} f_r\Big) c_0 + \sum_{s=1}^{t} \Big(\prod_{r=s+1}^{t} f_r\Big)\, i_s \tilde c_s$$
#
# 读法：第 $s$ 步写进去的 $i_s \tilde c_s$，到第 $t$ 步还剩下的份额，就是**其间各个遗忘门的乘积**。用 `unroll` 留下的门验算：

# %% [markdown] lang="en"
# Every recurrent cell has a memory: its hidden state. A "memory cell" as **another** state is the LSTM's alone. To take a feature of the LSTM for one of RNNs is the commonest of confusions.
#
# One more detail: $h_t$ always lies between −1 and 1, but $c_t$ has no bounds. With $i = f = 1$, $c_t = c_{t-1} + \tilde c$, so it can **count**; the GRU's $h_t$ is a weighted mean of two bounded numbers, and cannot.
#
# ## 5 How long is something kept?
#
# Put $c_t = f_t \odot c_{t-1} + i_t \odot \tilde c_t$ into itself, step by step. The index $t$ marks the gates of step $t$, and all products are element by element:
#
# $$c_t = f_t c_{t-1} + i_t \tilde c_t = f_t (f_{t-1} c_{t-2} + i_{t-1} \tilde c_{t-1}) + i_t \tilde c_t = \dots$$
#
# $$c_t = \Big(\prod_{r=1}^{t} f_r\Big) c_0 + \sum_{s=1}^{t} \Big(\prod_{r=s+1}^{t} f_r\Big)\, i_s \tilde c_s$$
#
# Read it so: of what was written at step $s$, $i_s \tilde c_s$, the share that is left at step $t$ is **the product of the forget gates in between**. Checked with the gates that `unroll` keeps:

# %%
run = unroll(lstm, x, cells.initial_params(lstm, D, H, rng))  # c_0 = 0
f, i, candidate = (np.stack([getattr(trace, name) for trace in run.traces]) for name in ("f", "i", "candidate"))
written = i * candidate  # (T, B, H)
left = sum(f[s + 1 :].prod(axis=0) * written[s] for s in range(T))
print("the sum is c_T:", np.allclose(left, run.state.cell))

# %% [markdown] lang="zh"
# 若遗忘门一直是 $f$，走 $k$ 步以后剩 $f^k$，每过 $\ln 2 / (-\ln f)$ 步剩一半。训练刚开始时，门听到的主要是偏置，$f \approx \sigma(b_f)$，所以**记多久，起初由偏置 $b_f$ 说了算**。
#
# Keras 的默认值是 $b_f = 1$（`unit_forget_bias=True`）。先猜：100 步以后，还剩百分之几？再拖滑块。（候选值在第 5 步是 +1，第 60 步是 −1，其余为 0；虚线是 $i f^k$。）

# %% [markdown] lang="en"
# If the forget gate stays at $f$, then after $k$ steps $f^k$ is left, and half is lost every $\ln 2 / (-\ln f)$ steps. When training begins, a gate hears its bias above all, $f \approx \sigma(b_f)$: **how long something is kept is, at first, up to the bias $b_f$**.
#
# Keras's default is $b_f = 1$ (`unit_forget_bias=True`). Guess first: how many per cent are left after 100 steps? Then move the slider. (The candidate is +1 at step 5, −1 at step 60, else 0; the dotted line is $i f^k$.)

# %% tags=["widget"]
from rnncourse import widgets

widgets.explore_decay()

# %% [markdown] lang="zh"
# 反过来问：想记住大约 $u$ 步，偏置该是多少？取 $f = u/(u+1)$，则 $f^u = (1 + 1/u)^{-u} \approx 1/e$：走 $u$ 步还剩三分之一多。解 $\sigma(b_f) = u/(u+1)$，得
#
# $$b_f = \ln u$$
#
# Tallec 与 Ollivier（2018）把它叫作 **chrono 初始化**：各单元的 $u$ 在 1 到 $T - 1$ 之间随机取，有的记短、有的记长；输入门取 $b_i = -b_f$，门关得小些，免得新输入把旧的冲掉。`cells.chrono_bias` 就是这么做的：

# %% [markdown] lang="en"
# The other way round: to keep something for about $u$ steps, which bias does it take? With $f = u/(u+1)$, $f^u = (1 + 1/u)^{-u} \approx 1/e$: more than a third is left after $u$ steps. Solve $\sigma(b_f) = u/(u+1)$:
#
# $$b_f = \ln u$$
#
# Tallec and Ollivier (2018) call this **chrono initialisation**: each unit draws its $u$ from 1 to $T - 1$, so that some remember shortly and some long; the input gate gets $b_i = -b_f$, half closed, lest new inputs wash away the old. `cells.chrono_bias` does just that:

# %%
length = 100
b_i, b_f, b_c, b_o = np.split(cells.chrono_bias(6, length, np.random.default_rng(0)), 4)
print("u        ", np.exp(b_f).round(1))
print("f        ", sigmoid(b_f).round(3))
print("f ** u   ", (sigmoid(b_f) ** np.exp(b_f)).round(2))
for bias in (0, 1, np.log(length - 1)):
    print(f"b_f = {bias:.2f}: f = {sigmoid(bias):.3f}, f ** {length} = {sigmoid(bias) ** length:.1e}")

# %% [markdown] lang="zh"
# ## 6 长距离依赖：回忆第一个符号
#
# 现在检验第二个断言。任务再简单不过：读 $T$ 个符号，说出**第一个**是什么（两种之一，瞎猜对一半）。中间的 $T - 1$ 步有两种填法：
#
# - **空白**：全是 0。只需要**保持**；
# - **干扰**：随机的同类符号。既要保持，又要**不被打扰**。
#
# 常见的演示说：“SimpleRNN 会忘，LSTM 记得住。”先写下你的预测：$T = 100$、空白，Keras 默认的 SimpleRNN、LSTM、GRU，哪些学得会？
#
# 同一种单元之内，我们只换**初始值**，其余完全相同：
#
# | 单元 | 初始化 | 说明 |
# |---|---|---|
# | SimpleRNN | 正交（默认） | $U$ 正交：乘上去，长度不变 |
# | SimpleRNN | 正交的一半 | $U/2$：每步缩短一半 |
# | LSTM | 遗忘偏置 1（默认） | $f \approx 0.73$ |
# | LSTM | 遗忘偏置 0 | $f \approx 0.5$ |
# | LSTM | chrono | $f$ 从 0.5 到 $1 - 1/T$ |
# | GRU | 偏置 0（默认） | $z \approx 0.5$ |
# | GRU | chrono | $b_z = \ln u$ |

# %% [markdown] lang="en"
# ## 6 Long-range dependence: recall the first symbol
#
# Now the second claim. The task could not be simpler: read $T$ symbols and say which the **first** was (one of two; a guess is right half of the time). The $T - 1$ steps in between are filled in one of two ways:
#
# - **blank**: zeros. It takes **holding** alone;
# - **distractors**: random symbols of the same kind. It takes holding, and **not being disturbed**.
#
# The usual demonstration says: "SimpleRNN forgets, LSTM remembers." Write down your forecast: $T = 100$, blank, Keras's default SimpleRNN, LSTM and GRU: which of them learn it?
#
# Within a cell we change the **first weights** alone, and nothing else:
#
# | cell | initialisation | meaning |
# |---|---|---|
# | SimpleRNN | orthogonal (default) | $U$ is orthogonal: a product with it keeps lengths |
# | SimpleRNN | half of it | $U/2$: lengths are halved at every step |
# | LSTM | forget bias 1 (default) | $f \approx 0.73$ |
# | LSTM | forget bias 0 | $f \approx 0.5$ |
# | LSTM | chrono | $f$ from 0.5 to $1 - 1/T$ |
# | GRU | bias 0 (default) | $z \approx 0.5$ |
# | GRU | chrono | $b_z = \ln u$ |

# %%
from rnncourse import results

record = results.load("recall")
data, recipe = record["data"], record["recipe"]
tell(
    zh=f"在 {record['processor']} 的 {record['cores']} 个核上测得，共 {len(record['rows'])} 次训练，种子 {record['seeds']}：\n"
    f"每次至多 {data['epochs']} 轮，每轮 {data['train']} 条序列，{recipe['units']} 个单元，Adam，学习率 {recipe['learning_rate']}；重跑：make experiments",
    en=f"Measured on {record['cores']} cores of {record['processor']}: {len(record['rows'])} runs, seeds {record['seeds']};\n"
    f"at most {data['epochs']} epochs of {data['train']} sequences each, {recipe['units']} units, Adam at {recipe['learning_rate']}. To repeat it: make experiments",
)

# %%
kinds = {"simple_rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}
words = choose(
    zh=dict(orthogonal="正交*", half_orthogonal="正交的一半", forget_bias_1="偏置 1*", forget_bias_0="偏置 0",
            update_bias_0="偏置 0*", chrono="chrono"),
    en=dict(orthogonal="orthogonal*", half_orthogonal="half orthogonal", forget_bias_1="bias 1*",
            forget_bias_0="bias 0", update_bias_0="bias 0*", chrono="chrono"),
)
fillers = choose(zh=dict(blank="空白", distractors="干扰"), en=dict(blank="blank", distractors="distractors"))


def accuracies(cell, initialisation, filler):
    """Test accuracies of a setting: (seeds, lengths)."""
    wanted = cell, initialisation, filler
    rows = [row for row in record["rows"] if (row["cell"], row["initialisation"], row["filler"]) == wanted]
    table = {(row["seed"], row["steps"]): row["accuracy"] for row in rows}
    return np.array([[table[seed, steps] for steps in record["steps"]] for seed in record["seeds"]])

# %%
settings = {f"{kinds[cell]} {words[kind]}": (cell, kind) for cell, kind in record["settings"]}
scores = {
    filler: {name: accuracies(*setting, filler) for name, setting in settings.items()} for filler in fillers
}
plots.plot_recall(scores, record["steps"], titles=list(fillers.values()))
plt.show()

# %% [markdown] lang="zh"
# 怎么读：每格的数是三个种子的平均准确率，下面的短线是各个种子（左端 0.5，右端 1）；带 * 的是 Keras 的默认值。你的预测对了几个？
#
# 下面的句子由数据算出。“学会”指三个种子都不低于 0.99。

# %% [markdown] lang="en"
# How to read it: the number is the mean accuracy of three seeds, the small marks below it are the seeds (0.5 at the left end, 1 at the right); * marks Keras's defaults. How much of your forecast was right?
#
# The sentences below are computed from the data. "Learnt" means at least 0.99 with each of the three seeds.

# %% claims=[7, 35]
steps = record["steps"]
learnt = {
    (name, filler, T): bool(scores[filler][name][:, place].min() >= 0.99)
    for name in settings for filler in fillers for place, T in enumerate(steps)
}
defaults = [name for name in settings if name.endswith("*")]
for filler, word in fillers.items():
    for T in steps:
        names = [name for name in settings if learnt[name, filler, T]]
        listed = ", ".join(names) or choose(zh="无", en="none")
        tell(zh=f"{word}，T = {T:3}，学会的：{listed}", en=f"{word}, T = {T:3}, learnt by: {listed}")

# %% [markdown] lang="zh"
# 同一个 LSTM，只把 $4H$ 个偏置的初始值换掉，差别有多大？用三个种子的 t 区间：

# %% [markdown] lang="en"
# The same LSTM, with nothing but the first values of its $4H$ biases changed: how much does that make? With the t-interval over three seeds:

# %% claims=[7, 35]
from rnncourse import metrics

longest = steps[-1]
pairs = [
    (("lstm", "forget_bias_1"), ("lstm", "chrono")),
    (("gru", "update_bias_0"), ("gru", "chrono")),
    (("simple_rnn", "half_orthogonal"), ("simple_rnn", "orthogonal")),
]
for filler, word in fillers.items():
    for before, after in pairs:
        a, b = (accuracies(*setting, filler)[:, -1] for setting in (before, after))
        gain = metrics.mean_interval(b - a)
        print(f"{word}, T = {longest}: {kinds[before[0]]:9} {words[before[1]]} → {words[after[1]]}:  {gain}")

# %% claims=[7, 35]
always = all(learnt[name, filler, T] for name in defaults for filler in fillers for T in steps)
gated = [name for name in defaults if not name.startswith("SimpleRNN")]
lost = [name for name in gated if not learnt[name, "blank", longest]]
rescued = [name for name in settings if "chrono" in name and learnt[name, "blank", longest]]
plain = learnt[defaults[0], "blank", longest]
ever = any(learnt[name, filler, longest] for name in settings for filler in fillers)
failed, saved = (", ".join(names) or choose(zh="无", en="none") for names in (lost, rescued))
tell(
    zh=f"T = {longest}、空白：默认的门控单元里没学会的有 {failed}；换成 chrono 后学会的有 {saved}；"
    f"默认的 SimpleRNN {'学会了' if plain else '没学会'}。",
    en=f"T = {longest}, blank: gated defaults that did not learn it: {failed}; with chrono, learnt by: {saved}; "
    f"the default SimpleRNN {'did learn it' if plain else 'did not'}.",
)
verdict = "right" if always else "half right" if ever else "wrong"
tell(
    zh=f"原文的主张（第 7、35 条，有效处理长距离依赖、长的上下文记忆）：{dict(right='成立', wrong='不成立').get(verdict, '对一半')}。",
    en=f"The article's claims (numbers 7 and 35, long-range dependence, long contextual memory): {verdict}.",
)

# %% [markdown] lang="zh"
# 判决的规则在代码里：默认的三种单元在所有长度、两种填法下都学会，才算“成立”；没有一种设置能在最长的序列上学会，算“不成立”。
#
# 怎样理解这张图？
#
# - **能不能记**（结构允许什么）和**学不学得会记**（训练走得到哪里）是两回事。默认的 LSTM 完全**能**记 100 步，只要遗忘门接近 1；可是起初 $0.73^{100} \approx 2.5 \times 10^{-14}$，第一个符号对输出几乎没有影响，梯度也就不知道该往哪边走。
# - **正交的 SimpleRNN** 一开始就把信号原样转来转去，空白时不需要门；有干扰时，它没有办法关上输入，新旧信号混在一起，序列越长混得越多。
# - **门的好处**是可以不写：chrono 把遗忘门打开的同时把输入门关小，干扰写进去的就少。
#
# 梯度一侧的解释——梯度范数怎样随步数变化，谱半径又起什么作用——在 [2.2.2 前向与反向](2_2_2_forward_and_backward.ipynb)。

# %% [markdown] lang="en"
# The rule of the verdict stands in the code: "right" if the three defaults learn every length with both fillers, "wrong" if no setting learns the longest sequences.
#
# What to make of the picture?
#
# - What a cell **can** remember (what its structure allows) and what it **learns** to remember (where training gets to) are two things. A default LSTM **can** hold something for 100 steps, if only its forget gate is close to 1. But at first $0.73^{100} \approx 2.5 \times 10^{-14}$: the first symbol has next to no effect on the output, so the gradient cannot tell which way to go.
# - **The orthogonal SimpleRNN** passes the signal round unchanged from the start, and while all is blank it needs no gate. With distractors it cannot shut its input: old and new get mixed, the more so the longer the sequence.
# - **What gates are good for** is not to write. Chrono opens the forget gate and half closes the input gate, so that less is written of the distractors.
#
# The gradients' side of it, how their norm changes with the steps and what the spectral radius has to do with it, is in [2.2.2 Forward and backward](2_2_2_forward_and_backward.ipynb).

# %% [markdown] lang="zh"
# > 边界：只有两种符号、32 个单元、几百次更新、一个学习率。训练得更久，或换一个学习率，有的格子会变。长度只到 100。不变的是方法：**比较单元之前，先看初始值**；“LSTM 记得住”这句话，少了“怎样初始化”就无法检验。
#
# 下面是小号的现场版：$T = 60$，空白，一个种子，几秒钟。两次训练只有一行不同。

# %% [markdown] lang="en"
# > The limits: two symbols, 32 units, a few hundred updates, one learning rate. With longer training, or another rate, some cells of the table change; and lengths end at 100. What stays is the method: **look at the first weights before you compare cells**. "LSTM remembers" cannot be tested unless it says how it was initialised.
#
# Here is a small live form: $T = 60$, blank, one seed, some seconds. The two runs differ in one line.

# %%
def recall(length, chrono, *, count=1024, units=32, epochs=5, seed=0):
    """Train an LSTM to recall the first of `length` symbols, the rest blank: its accuracy by epoch."""
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 2, count)
    x = np.zeros((count, length, 2), "float32")  # (B, T, D)
    x[np.arange(count), 0, first] = 1
    layer = keras.layers.LSTM(units)
    model = keras.Sequential([keras.Input((None, 2)), layer, keras.layers.Dense(1, activation="sigmoid")])
    if chrono:
        W, U, _ = layer.get_weights()
        layer.set_weights([W, U, cells.chrono_bias(units, length, rng)])
    model.compile(keras.optimizers.Adam(1e-2), "binary_crossentropy", metrics=["accuracy"], jit_compile=False)
    return model.fit(x, first, batch_size=64, epochs=epochs, verbose=0).history["accuracy"]

# %% tags=["measured"]
for chrono in (False, True):
    print("chrono " if chrono else "default", np.round(recall(60, chrono), 2))

# %% [markdown] lang="zh"
# ## 7 读一句真话时，门在做什么？
#
# 人造任务说明了机制，真话更乱。训练一个很小的 LSTM 分类器：嵌入 24 维，12 个单元，从左到右，只用末态；数据是本课的评论里较短的那些。够用就好，认真的训练在 [4.2 文本分类](4_2_text_classification.ipynb)。

# %% [markdown] lang="en"
# ## 7 What do the gates do on a real sentence?
#
# An artificial task shows the mechanism; real language is messier. We train a very small LSTM classifier: an embedding of 24 features, 12 units, left to right, the last state alone, on the shorter ones of the course's reviews. Good enough is good enough here; training in earnest is for [4.2 Text classification](4_2_text_classification.ipynb).

# %%
from rnncourse import datasets, text

parts = datasets.split(datasets.load_reviews())
short = [
    part.take([n for n, one in enumerate(part.texts) if len(text.tokenize(one, part.unit)) <= 32])
    for part in parts[:2]
]
train, validation = (part.take(np.arange(min(len(part), most))) for part, most in zip(short, (2500, 500)))
vocabulary = text.Vocabulary.build(train.texts, unit=train.unit, minimum_count=2)
examples = [(vocabulary.encode_all(part.texts), part.labels) for part in (train, validation)]

# %% tags=["measured"]
from rnncourse import training
from rnncourse.models import build_text_classifier

keras.utils.set_random_seed(0)
model = build_text_classifier(
    vocabulary_size=len(vocabulary), cell="lstm", embedding_size=24, units=12, bidirectional=False,
    pooling="last", embedding_dropout=0.2, dropout=0.0,
)
recipe = {"epochs": 5, "learning_rate": 1e-2, "tokens_per_batch": 1024, "progress": "none"}
training.fit(model, *examples, **recipe)
p = training.predict(model, examples[1][0])
tell(
    zh=f"验证准确率 {np.mean((p > 0.5) == validation.labels):.2f}（{len(train)} 条训练评论，{len(vocabulary)} 个词元）",
    en=f"validation accuracy {np.mean((p > 0.5) == validation.labels):.2f} "
    f"({len(train)} reviews to train on, {len(vocabulary)} tokens)",
)

# %% [markdown] lang="zh"
# 把权重从 Keras 取出来，交给手写的循环。概率应当和 Keras 的一样：

# %% [markdown] lang="en"
# Take the weights out of Keras and give them to the loop written by hand. The probabilities should be Keras's:

# %%
from rnncourse.widgets.gates import Classifier, probabilities, read

(layer,) = (layer for layer in model.layers if isinstance(layer, keras.layers.LSTM))
embedding = model.get_layer("embedding").get_weights()[0]
classifier = Classifier(embedding, lstm.Params(*layer.get_weights()), *model.layers[-1].get_weights())
by_hand = [probabilities(classifier, read(classifier, ids)["h"])[-1] for ids in examples[1][0][:50]]
print("equal to Keras:", np.allclose(by_hand, p[:50], atol=1e-5))

# %% [markdown] lang="zh"
# 试试自己的句子。上图是一个门（或状态）在所有单元上的值，下图是一个单元的全部六个量。可以找找：哪个单元遇到“不”“差”之类的字会写入一笔，之后 $c$ 的颜色又拖了多长？

# %% [markdown] lang="en"
# Try a sentence of your own. Above is one gate (or state) in all units, below are all six quantities of one unit. Something to look for: which unit writes something down at words such as "dull" or "not", and for how long does the colour of $c$ last?

# %% tags=["widget"]
sentences = choose(
    zh=["房间很大，早餐也不错，就是隔音太差。", "书的内容很好，就是纸张太差。", "不是不好，只是太贵了。"],
    en=["A gripping film, funny and moving.", "Not funny, just long and dull.", "The plot is thin, but the actors are great."],
)
widgets.explore_gates(classifier, vocabulary, label_names=train.label_names, examples=sentences)

# %% [markdown] lang="zh"
# 训练有没有改变遗忘门？在验证集的全部词元上看 $f$ 的分布，并与训练前的 $\sigma(1)$ 相比：

# %% [markdown] lang="en"
# Has training moved the forget gate? The distribution of $f$ over all tokens of the validation set, against $\sigma(1)$ before training:

# %% tags=["measured"]
forget = np.concatenate([read(classifier, ids)["f"] for ids in examples[1][0]])  # (tokens, H)
fig, ax = plt.subplots(figsize=(7, 2.6))
ax.hist(forget.ravel(), bins=40, range=(0, 1), color="C0")
ax.axvline(sigmoid(1), color="black", linestyle="--", label=choose(zh="训练前 σ(1)", en="before training: σ(1)"))
ax.set(xlabel="f", yticks=[])
ax.legend(loc="upper left")
plt.show()
low, high = np.quantile(forget, [0.1, 0.9])
tell(zh=f"中间八成的 f 在 {low:.2f} 和 {high:.2f} 之间。", en=f"The middle 80% of f lie between {low:.2f} and {high:.2f}.")

# %% [markdown] lang="zh"
# > 门的图好看，却不是解释：12 个单元共同决定输出，单看一个门，说不出模型“为什么”判正面。要问“为什么”，用遮挡或梯度（2.3 章）。
#
# ## 小结
#
# - 一步就是几行矩阵乘法；三种单元手写出来，与 Keras 的差小于 $10^{-5}$。
# - 记忆就是从一步交给下一步的状态：SimpleRNN 和 GRU 一个，LSTM 两个。
# - 写进细胞状态的东西，剩下的份额是其间遗忘门的乘积；起初由偏置说了算，$b_f = \ln u$ 记约 $u$ 步。
# - 单元的名字不保证长距离记忆；初始值决定训练从哪里出发。判决见第 6 节。
#
# ## 试一试
#
# 1. 第 6 节的 `recall`：默认的 LSTM 在 $T = 10$ 学得会吗？从多长开始学不会？
# 2. 给 `recall` 加一个参数，把遗忘偏置设成 3（不动输入门）。够用吗？和 chrono 差在哪里？
# 3. 把 `recall` 里的空白换成随机符号，再跑一遍：需要多少轮？
# 4. 在第 7 节的控件里找一个“计数”的单元：$c$ 随词元数一路增大的那种。
# 5. 第 6 节的图里，“正交的一半”在空白的长序列上若有种子学会了，它是怎么办到的？用 `cells.spectral_radius` 比较 $U$ 在训练前后的谱半径。
#
# 练习：[LSTM 一步、GRU 一步、掩码、chrono 偏置、搬权重、数状态](../../exercises/zh/2_2_1_recurrent_cells.ipynb)。下一章：[2.2.2 前向与反向](2_2_2_forward_and_backward.ipynb)。
#
# ## 出处
#
# - Elman (1990). Finding structure in time. *Cognitive Science* 14(2), 179–211.（SimpleRNN）
# - Hochreiter, Schmidhuber (1997). Long short-term memory. *Neural Computation* 9(8), 1735–1780.
# - Gers, Schmidhuber, Cummins (2000). Learning to forget: continual prediction with LSTM. *Neural Computation* 12(10), 2451–2471.
# - Cho 等 (2014). Learning phrase representations using RNN encoder–decoder for statistical machine translation. [arXiv:1406.1078](https://arxiv.org/abs/1406.1078)（GRU）
# - Chung, Gulcehre, Cho, Bengio (2014). Empirical evaluation of gated recurrent neural networks on sequence modeling. [arXiv:1412.3555](https://arxiv.org/abs/1412.3555)
# - Saxe, McClelland, Ganguli (2014). Exact solutions to the nonlinear dynamics of learning in deep linear neural networks. [arXiv:1312.6120](https://arxiv.org/abs/1312.6120)（正交初始化）
# - Jozefowicz, Zaremba, Sutskever (2015). An empirical exploration of recurrent network architectures. *ICML*.（遗忘偏置 1）
# - Weiss, Goldberg, Yahav (2018). On the practical computational power of finite precision RNNs for language recognition. [arXiv:1805.04908](https://arxiv.org/abs/1805.04908)（LSTM 能计数）
# - Tallec, Ollivier (2018). Can recurrent neural networks warp time? [arXiv:1804.11188](https://arxiv.org/abs/1804.11188)（chrono）

# %% [markdown] lang="en"
# > Gates make fine pictures, but no explanations: 12 units decide together, and no single gate says "why" the model finds a review positive. To ask why, use occlusion or gradients (chapter 2.3).
#
# ## Summary
#
# - A step is a few lines of matrix products; written by hand, all three cells agree with Keras to less than $10^{-5}$.
# - Memory is the state that is handed from step to step: one in SimpleRNN and GRU, two in the LSTM.
# - Of what is written into the cell state, the product of the forget gates in between is left. At first the bias decides: $b_f = \ln u$ keeps something for about $u$ steps.
# - A cell's name does not guarantee long memory; the first weights decide where training sets out from. For the verdict see section 6.
#
# ## Try it
#
# 1. `recall` of section 6: does the default LSTM learn $T = 10$? From which length on does it fail?
# 2. Give `recall` a parameter that sets the forget bias to 3, leaving the input gate alone. Is that enough? What is different with chrono?
# 3. Replace the blanks in `recall` by random symbols and run it again: how many epochs does it take?
# 4. In the widget of section 7, look for a unit that "counts": one whose $c$ grows with the number of tokens.
# 5. In the picture of section 6, where a seed of "half orthogonal" learnt a long blank sequence: how did it? Compare the spectral radius of $U$ before and after training with `cells.spectral_radius`.
#
# Exercises: [LSTM step, GRU step, mask, chrono bias, moving weights, counting states](../../exercises/en/2_2_1_recurrent_cells.ipynb). Next: [2.2.2 Forward and backward](2_2_2_forward_and_backward.ipynb).
#
# ## Sources
#
# - Elman (1990). Finding structure in time. *Cognitive Science* 14(2), 179–211. (SimpleRNN)
# - Hochreiter, Schmidhuber (1997). Long short-term memory. *Neural Computation* 9(8), 1735–1780.
# - Gers, Schmidhuber, Cummins (2000). Learning to forget: continual prediction with LSTM. *Neural Computation* 12(10), 2451–2471.
# - Cho et al. (2014). Learning phrase representations using RNN encoder–decoder for statistical machine translation. [arXiv:1406.1078](https://arxiv.org/abs/1406.1078) (GRU)
# - Chung, Gulcehre, Cho, Bengio (2014). Empirical evaluation of gated recurrent neural networks on sequence modeling. [arXiv:1412.3555](https://arxiv.org/abs/1412.3555)
# - Saxe, McClelland, Ganguli (2014). Exact solutions to the nonlinear dynamics of learning in deep linear neural networks. [arXiv:1312.6120](https://arxiv.org/abs/1312.6120) (orthogonal initialisation)
# - Jozefowicz, Zaremba, Sutskever (2015). An empirical exploration of recurrent network architectures. *ICML*. (forget bias 1)
# - Weiss, Goldberg, Yahav (2018). On the practical computational power of finite precision RNNs for language recognition. [arXiv:1805.04908](https://arxiv.org/abs/1805.04908) (the LSTM can count)
# - Tallec, Ollivier (2018). Can recurrent neural networks warp time? [arXiv:1804.11188](https://arxiv.org/abs/1804.11188) (chrono)
