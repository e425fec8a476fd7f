# %% [markdown] lang="zh"
# # 2.1 基本概念：序列、时间步、沿时间展开
#
# 读完本章，你能够：
#
# - 用一支铅笔走完一个循环网络的每一步；
# - 说清什么东西在时间步之间传递、每步传几次，什么东西从头到尾不变；
# - 看到一个张量，说出它每个轴是 $B$、$T$、$D$、$H$、$V$ 中的哪一个；
# - 在四种输入/输出模式中选对一种，并知道 `return_sequences` 和 `return_state` 该开哪个。
#
# 原文 2.1 节只有三句话。第一句是定义，后两句是三个可以检验的主张：循环结构“将输入序列中的信息**传递多次**”（第 3 条），“输入是一系列**时间步**的序列数据”（第 4 条），“输出是**每个时间步**的预测值”（第 5 条）。先别急着判断，造一个网络看看。

# %% [markdown] lang="en"
# # 2.1 Basic concepts: sequences, time steps, unrolling
#
# After this chapter you can:
#
# - work through every step of a recurrent network with a pencil;
# - say what is passed from one time step to the next, how often, and what stays the same throughout;
# - look at a tensor and tell which axis is $B$, $T$, $D$, $H$ or $V$;
# - choose one of four input/output patterns, and set `return_sequences` and `return_state` accordingly.
#
# Section 2.1 of the article has three sentences. The first is a definition; the others make three claims that can be tested: the loop "**passes the information** of the input sequence on **several times**" (claim 3), the input "is a sequence of **time steps**" (claim 4), and the output "is a prediction for **every time step**" (claim 5). Before judging, let us build a network and look.

# %% [markdown] lang="zh"
# ## 1 一支铅笔就够的循环网络
#
# 一个一个地读 0 和 1，每读一个就回答：到现在为止，1 的个数是奇数还是偶数？
#
# | 读入 | 1 | 0 | 1 | 1 | 0 | 1 |
# |---|---|---|---|---|---|---|
# | 答案（奇数为 1） | 1 | 1 | 0 | 1 | 1 | 0 |
#
# 问题：从一步到下一步，最少要记住什么？前面所有的数字，还是更少的东西？

# %% [markdown] lang="en"
# ## 1 A recurrent network for a pencil
#
# Read zeros and ones, one at a time, and say after each: is the number of ones so far odd or even?
#
# | read | 1 | 0 | 1 | 1 | 0 | 1 |
# |---|---|---|---|---|---|---|
# | answer (1: odd) | 1 | 1 | 0 | 1 | 1 | 0 |
#
# Question: what is the least that must be remembered from one step to the next? All the digits so far, or less?

# %% [markdown] lang="zh"
# 只要上一步的答案就够了：读到 0，答案不变；读到 1，答案翻转。序列再长，要记的东西也不变多。这份从一步传到下一步的记忆叫**隐状态** $h$，读一个数叫一个**时间步**。循环网络的一步是：
#
# $$h_t = \tanh(x_t W + h_{t-1} U + b)$$
#
# 先认清每个符号（这里一次读一条序列，$B = 1$）：
#
# | 符号 | 形状 | 含义 |
# |---|---|---|
# | $x_t$ | $(B, D)$ | 第 $t$ 步读入的 $D$ 个数；这里 $D = 1$ |
# | $h_t$ | $(B, H)$ | 第 $t$ 步之后的隐状态，$H$ 个数；这里 $H = 2$；$h_0 = 0$ |
# | $W$ | $(D, H)$ | 输入权重 |
# | $U$ | $(H, H)$ | 循环权重：状态从这里回到自己 |
# | $b$ | $(H,)$ | 偏置 |
#
# 下面这组权重不是训练出来的，是算出来的，整数，方便动笔：

# %% [markdown] lang="en"
# The answer so far is enough: a 0 keeps it, a 1 flips it. However long the sequence, there is no more to remember. This memory, handed from step to step, is the **hidden state** $h$; reading one number is one **time step**. One step of a recurrent network is
#
# $$h_t = \tanh(x_t W + h_{t-1} U + b)$$
#
# First each symbol (here we read a single sequence, $B = 1$):
#
# | symbol | shape | meaning |
# |---|---|---|
# | $x_t$ | $(B, D)$ | the $D$ numbers read at step $t$; here $D = 1$ |
# | $h_t$ | $(B, H)$ | the hidden state after step $t$, $H$ numbers; here $H = 2$; $h_0 = 0$ |
# | $W$ | $(D, H)$ | kernel |
# | $U$ | $(H, H)$ | recurrent kernel: here the state comes back to itself |
# | $b$ | $(H,)$ | bias |
#
# The weights below are not trained but thought out, whole numbers that suit a pencil:

# %%
import numpy as np

W = np.array([[10.0, 10.0]])               # (D, H)
U = np.array([[5.0, 5.0], [-5.0, -5.0]])   # (H, H)
b = np.array([-5.0, -15.0])                # (H,)
w = np.array([0.5, -0.5])                  # (H,), turns a state into an answer: y = h w

# %% [markdown] lang="zh"
# **动笔。** 写 $h = [p, q]$，那么 $h U = [5(p-q),\ 5(p-q)]$，所以一步就是
#
# $$a_t = 10\,x_t + 5\,(p_{t-1} - q_{t-1}) + [-5, -15], \qquad h_t = \tanh(a_t)$$
#
# 只要 $a$ 不在 $\pm 5$ 之间，$\tanh(a)$ 就是 $\pm 1$（误差不到万分之一），看符号即可。答案是 $y_t = (p_t - q_t)/2$。从 $h_0 = [0, 0]$ 开始：
#
# - 读入 1：$a_1 = 10 + 0 + [-5, -15] = [5, -5]$，$h_1 = [1, -1]$，$y_1 = 1$；
# - 读入 0：$a_2 = 0 + 5 \cdot 2 + [-5, -15] = [5, -5]$，$h_2 = [1, -1]$，$y_2 = 1$；
# - 读入 1：$a_3 = 10 + 10 + [-5, -15] = [15, 5]$，$h_3 = [1, 1]$，$y_3 = 0$。
#
# 请接着算第 4、5、6 步，再运行下一个单元格核对。

# %% [markdown] lang="en"
# **Take the pencil.** Write $h = [p, q]$; then $h U = [5(p-q),\ 5(p-q)]$, and one step is
#
# $$a_t = 10\,x_t + 5\,(p_{t-1} - q_{t-1}) + [-5, -15], \qquad h_t = \tanh(a_t)$$
#
# Wherever $a$ is not between $\pm 5$, $\tanh(a)$ is $\pm 1$ to within one part in ten thousand, so only signs matter. The answer is $y_t = (p_t - q_t)/2$. From $h_0 = [0, 0]$:
#
# - reads 1: $a_1 = 10 + 0 + [-5, -15] = [5, -5]$, $h_1 = [1, -1]$, $y_1 = 1$;
# - reads 0: $a_2 = 0 + 5 \cdot 2 + [-5, -15] = [5, -5]$, $h_2 = [1, -1]$, $y_2 = 1$;
# - reads 1: $a_3 = 10 + 10 + [-5, -15] = [15, 5]$, $h_3 = [1, 1]$, $y_3 = 0$.
#
# Go on with steps 4, 5 and 6, then run the next cell and compare.

# %%
def step(x_t, h):
    """One step: x_t (B, D), h (B, H) -> the next h (B, H)."""
    return np.tanh(x_t @ W + h @ U + b)


h, states = np.zeros((1, 2)), []
for bit in [1, 0, 1, 1, 0, 1]:
    h = step(np.array([[bit]]), h)
    states.append(h[0])
    print(f"x = {bit}   h = [{h[0, 0]:+.0f}, {h[0, 1]:+.0f}]   y = {h[0] @ w:.0f}")

# %% [markdown] lang="zh"
# 为什么两个单元就够？第一个在“读入的 1 加上旧答案 ≥ 1”时为正（**或**），第二个在“= 2”时为正（**与**）；“或”成立而“与”不成立，正是“翻转”（异或）。
#
# ## 2 沿时间展开
#
# 把循环在纸上摊开，一步画一列，就叫**沿时间展开**。只有一个网络，画了六次：每个 $W$ 箭头是同一个 $W$，每个 $U$ 箭头是同一个 $U$。

# %% [markdown] lang="en"
# Why do two units do? The first is positive where "the digit plus the old answer" is at least 1 (**or**), the second where it is 2 (**and**); "or" without "and" is the flip (exclusive or).
#
# ## 2 Unrolling
#
# To lay the loop out on paper, a column for each step, is called **unrolling**. There is one network, drawn six times: every arrow $W$ is the same $W$, every arrow $U$ the same $U$.

# %%
import matplotlib.pyplot as plt
from rnncourse import choose, plots


def tell(*, zh, en):
    """Print the sentence that is in the reader's language."""
    print(choose(zh=zh, en=en))


bits = [1, 0, 1, 1, 0, 1]
plots.plot_unrolled(bits, states, outputs=[f"{state @ w:.0f}" for state in states])
plt.show()

# %% [markdown] lang="zh"
# 横着走的只有隐状态。要验证“它是唯一的通道”，就**剪断**它：在第 2 步之后把状态换成零。如果后面的答案从此只数第 2 步以后的 1，那么前面的一切就都是经它传来的。

# %% [markdown] lang="en"
# Nothing but the hidden state goes from left to right. To check that it is the only channel, **cut** it: after step 2 put zeros in its place. If the answers from there on count only the ones after step 2, then all that came from earlier came through it.

# %%
def read(bits, cut_after=None):
    """Answers (T,) of the parity network; after `cut_after` steps the state is replaced by zeros."""
    h, answers = np.zeros((1, 2)), []
    for t, bit in enumerate(bits, start=1):
        h = step(np.array([[bit]]), h)
        answers.append(round(float(h[0] @ w)))
        h = np.zeros_like(h) if t == cut_after else h
    return answers


print("whole:", read(bits))
print("cut:  ", read(bits, cut_after=2))
alone = read(bits, cut_after=2)[2:] == read(bits[2:])
tell(zh=f"剪断以后的答案，与只读后四个数的答案相同：{alone}",
     en=f"after the cut, the answers are those for the last four digits alone: {alone}")

# %% [markdown] lang="zh"
# 现在自己走一遍。改输入，拖时间步；换一个网络，看看同一步算出来的是什么：
#
# - **奇偶**：上面的网络；
# - **差分**：第一个单元存这一步的输入，第二个单元存上一步的，输出是两者之差；
# - **渐忘**：一个单元，每步留住旧状态的一部分；
# - **随机**：权重是随机的，没有含义，训练之前的网络都是这样。

# %% [markdown] lang="en"
# Now walk it yourself. Change the input, move the time step; choose another network and see what the same step computes:
#
# - **parity**: the network above;
# - **difference**: the first unit holds this step's input, the second the one before; the output is how much they differ;
# - **fading**: a single unit that keeps a part of its old state at every step;
# - **random**: random weights without a meaning, as every network has before it is trained.

# %% tags=["widget"]
from rnncourse import widgets
from rnncourse.cells import simple_rnn

small = 0.2  # tanh(a) is nearly a while a is small
rng = np.random.default_rng(3)
names = choose(zh=["奇偶", "差分", "渐忘", "随机"], en=["parity", "difference", "fading", "random"])
params = [
    simple_rnn.Params(W, U, b),
    simple_rnn.Params(np.array([[small, 0.0]]), np.array([[0.0, 1.0], [0.0, 0.0]]), np.zeros(2)),
    simple_rnn.Params(np.array([[0.5]]), np.array([[0.7]]), np.zeros(1)),
    simple_rnn.Params(*(rng.normal(size=shape) for shape in ((1, 3), (3, 3), (3,)))),
]
readouts = [w, np.array([1, -1]) / small, np.ones(1), rng.normal(size=3)]
networks = dict(zip(names, zip(params, readouts, strict=True), strict=True))
widgets.step_through(networks, numbers="1 0 1 1 0 1")

# %% [markdown] lang="zh"
# ## 3 “传递多次”：到底什么传了几次？
#
# 原文说循环结构把“输入序列中的信息传递多次”。这句话可以有两种读法：**整条序列**被读了好几遍，或者**状态**一步传一次。数一数就知道。下面的 `counted` 记下每次调用读的是哪个输入。

# %% [markdown] lang="en"
# ## 3 "Several times": what is passed on, and how often?
#
# "The loop passes the information of the input sequence on several times" can be read in two ways: **the whole sequence** is read over and over, or **the state** is handed on, once a step. Count it: `counted` notes which input each call reads.

# %% claims=[3]
reads = []


def counted(t, x_t, h):
    """`step`, noting that step t was computed."""
    reads.append(t)
    return step(x_t, h)


h = np.zeros((1, 2))
for t, bit in enumerate(bits, start=1):
    h = counted(t, np.array([[bit]]), h)
print("steps computed:", reads)
tell(zh=f"每个输入只读一次：{len(set(reads)) == len(reads)}；状态传递的次数等于步数：{len(reads) == len(bits)}",
     en=f"each input is read once: {len(set(reads)) == len(reads)}; the state is handed on once a step: {len(reads) == len(bits)}")

# %% [markdown] lang="zh"
# 循环是我们自己写的，会不会恰好写成了这样？换一个看得更透的办法：去掉 $\tanh$ 和偏置，把递推式一层层代入，
#
# $$h_T = x_T W + h_{T-1} U = x_T W + x_{T-1} W U + h_{T-2} U^2 = \dots = \sum_{t=1}^{T} x_t\, W\, U^{T-t}$$
#
# 每个 $x_t$ 只出现一次，乘一次 $W$；此后每走一步乘一次 $U$，一共 $T-t$ 次。让 Keras 的循环层（`activation=None`）来验证：

# %% [markdown] lang="en"
# We wrote that loop ourselves; did we only write it so? Here is a way to see through it: leave out $\tanh$ and bias, and put the recurrence into itself again and again:
#
# $$h_T = x_T W + h_{T-1} U = x_T W + x_{T-1} W U + h_{T-2} U^2 = \dots = \sum_{t=1}^{T} x_t\, W\, U^{T-t}$$
#
# Each $x_t$ occurs once and is multiplied by $W$ once; from then on by $U$ once a step, $T-t$ times in all. Keras's recurrent layer (`activation=None`) is the witness:

# %% claims=[3]
import keras
from keras import layers

B, T, D, H = 4, 30, 3, 5
rng = np.random.default_rng(0)
x = rng.normal(size=(B, T, D)).astype("float32")
linear = layers.SimpleRNN(H, activation=None, use_bias=False)
last = np.asarray(linear(x))                  # (B, H)
kernel, recurrent_kernel = linear.get_weights()
power = np.linalg.matrix_power
total = sum(x[:, t - 1] @ kernel @ power(recurrent_kernel, T - t) for t in range(1, T + 1))
print("h_T is the sum over t of x_t W U^(T-t):", np.abs(last - total).max() < 1e-5)

# %% [markdown] lang="zh"
# 所以第一种读法不对：序列只读一遍。第二种读法对：$x_1$ 的影响要到达 $h_T$，得经过 $T-1$ 次 $U$（和 $\tanh$），每步一次。它在路上变弱、变强还是保持不变，是 2.2.1 和“前向与反向传播”两章的主题。
#
# ### 别的实现也是这样吗
#
# 带上 $\tanh$ 和偏置，再比一次。拿 Keras 的 `SimpleRNN` 作对照：把同样的权重拷过去，随机输入，比较**每一步**的状态。课程包里的 `rnncourse.cells` 是同一个循环，能处理整批序列。

# %% [markdown] lang="en"
# So the first reading is wrong: the sequence is read once. The second is right: to reach $h_T$, the effect of $x_1$ passes $T-1$ times through $U$ (and $\tanh$), once a step. Whether it fades, grows or stays on that way is the theme of chapter 2.2.1 and of the one on the forward and backward pass.
#
# ### Do others do the same?
#
# Once more with $\tanh$ and bias. Take Keras's `SimpleRNN`: copy weights over, draw random inputs, and compare the state after **every** step. `rnncourse.cells` of the course's package has the same loop for whole batches.

# %% claims=[3]
from rnncourse.cells import initial_params, unroll

params = initial_params(simple_rnn, D, H, rng, dtype="float32")
layer = layers.SimpleRNN(H, return_sequences=True)
layer.build((None, None, D))
layer.set_weights(params)

by_keras = np.asarray(layer(x))               # (B, T, H)
by_loop = unroll(simple_rnn, x, params).outputs
print(by_keras.shape, "NumPy loop equal to Keras:", np.abs(by_keras - by_loop).max() < 1e-5)

# %% [markdown] lang="zh"
# ### 权重共享：序列变长，参数不变
#
# 每一步用同一组权重，所以参数个数 $DH + H^2 + H$ 里没有 $T$。作为对照，一个把 $T$ 步拼成一个长向量的全连接层，参数随 $T$ 增长，而且换个长度就得重新建。

# %% [markdown] lang="en"
# ### Shared weights: a longer sequence, no more parameters
#
# Every step uses the same weights, so the count of parameters $DH + H^2 + H$ has no $T$ in it. For contrast: a dense layer over all $T$ steps in one long vector grows with $T$, and must be built anew for another length.

# %% claims=[3]
for length in (10, 100, 1000):
    recurrent = keras.Sequential([keras.Input((length, D)), layers.SimpleRNN(H)])
    dense = keras.Sequential([keras.Input((length, D)), layers.Flatten(), layers.Dense(H)])
    print(f"T = {length:>4}   SimpleRNN {recurrent.count_params():>3}   Dense {dense.count_params():>6,}")
print("D H + H H + H =", D * H + H * H + H)

# %% [markdown] lang="zh"
# 共享还带来一件好事：在短序列上定好的权重，拿到从没见过的长度上照样能用。奇偶网络没有为任何长度“训练”过：

# %% [markdown] lang="en"
# Sharing has another gift: weights that are right for short sequences work at lengths never met. The parity network was not made for any length:

# %%
lengths = (6, 100, 5000)
for length in lengths:
    long = np.random.default_rng(length).integers(0, 2, length)
    right = np.array_equal(read(long), np.cumsum(long) % 2)
    print(f"T = {length:>4}   all {length} answers right: {right}")

# %% [markdown] lang="zh"
# > 别误会：“存在一组好权重”不等于“训练能找到它”。奇偶是出名难学的任务，随机初始化的网络用梯度下降常常学不会长序列上的奇偶。“试一试”第 4 题可以亲手验证。
#
# ## 4 形状：五个字母
#
# 真正的输入不是一串 0 和 1。一个**时间步**可以是一个词、一天的天气、10 毫秒的声音；每一步都要变成 $D$ 个数，而且每一步的 $D$ 相同。若干条序列一起算，叫一**批**。
#
# | 字母 | 含义 | 文本 | 天气 | 语音 |
# |---|---|---|---|---|
# | $B$ | 批：几条序列 | 几条评论 | 几个城市 | 几段录音 |
# | $T$ | 时间步 | 几个词元 | 几天 | 几帧 |
# | $D$ | 特征：每步几个数 | 词嵌入的维数 | 气温、气压、湿度…… | 各频带的能量 |
# | $H$ | 隐藏单元：状态几个数 | 由你定 | 由你定 | 由你定 |
# | $V$ | 词表：有几种词元 | 几千 | 没有 | 几十个音素 |
#
# 文本多一道工序：词元编号是 $(B, T)$ 的整数，嵌入层把每个编号变成 $D$ 个数，循环层才读得进去。

# %% [markdown] lang="en"
# > Do not misread this: that good weights *exist* does not mean that training *finds* them. Parity is notorious: started at random, gradient descent often fails to learn it over long sequences. Number 4 of "Try it" lets you see for yourself.
#
# ## 4 Shapes: five letters
#
# Real input is not a row of zeros and ones. A **time step** may be a word, a day's weather, 10 ms of sound; each becomes $D$ numbers, the same $D$ at every step. Several sequences that are computed together are a **batch**.
#
# | letter | meaning | text | weather | speech |
# |---|---|---|---|---|
# | $B$ | batch: how many sequences | reviews | towns | recordings |
# | $T$ | time steps | tokens | days | frames |
# | $D$ | features: numbers a step | size of the embedding | temperature, pressure, humidity ... | energy of each band |
# | $H$ | units: numbers of the state | yours to choose | yours to choose | yours to choose |
# | $V$ | vocabulary: kinds of tokens | thousands | none | dozens of phonemes |
#
# Text takes one more stage: token ids are whole numbers $(B, T)$; an embedding layer turns each into $D$ numbers, and only those can be read by a recurrent layer.

# %% claims=[4]
from rnncourse import text

sentences = choose(
    zh=["今天下雨", "明天也许是晴天", "晴"], en=["it rains today", "perhaps tomorrow will be fine", "sunshine"]
)
vocabulary = text.Vocabulary.build(sentences, unit=choose(zh="character", en="word"))
ids = text.pad(vocabulary.encode_all(sentences))                     # (B, T)
x = np.asarray(layers.Embedding(len(vocabulary), 8)(ids))            # (B, T, D)
h = np.asarray(layers.SimpleRNN(16, return_sequences=True)(x))       # (B, T, H)
print(f"V = {len(vocabulary)}", *(f"{name} {array.shape}" for name, array in zip(("ids", "x", "h"), (ids, x, h))), sep="   ")
print("axis 1 is time in all three:", ids.shape[1] == x.shape[1] == h.shape[1])

# %%
plots.plot_batch(ids, vocabulary=vocabulary)
plt.show()

# %% [markdown] lang="zh"
# 短的句子用填充补齐（为什么要掩码，见 3.1 章）。这一条主张（第 4 条）**成立**，补充两点：每一步不是一个数，而是一个 $D$ 维向量；$T$ 不必固定。同一个层，$T = 3$ 和 $T = 300$ 都能读；轴的个数不对，Keras 会当场拒绝：

# %% [markdown] lang="en"
# Short sentences are filled up with padding (why a mask is needed: chapter 3.1). This claim, number 4, **holds**, with two remarks: a step is not one number but a vector of $D$ of them; and $T$ need not be fixed. One and the same layer reads $T = 3$ and $T = 300$; the wrong number of axes is refused at once:

# %% claims=[4]
reader = layers.SimpleRNN(H)
for length in (3, 300):
    print((B, length, D), "→", reader(np.zeros((B, length, D))).shape)
try:
    reader(np.zeros((B, 300)))
except ValueError as error:
    print("ValueError:", str(error).split(". ")[0].split("incompatible with the layer: ")[-1])

# %% [markdown] lang="zh"
# ### 最安静的错误：轴放反了
#
# 如果数据是 $(T, B, D)$，却当成 $(B, T, D)$ 送进去呢？形状都是三个轴，**没有任何报错**，时间和样本却对调了：网络沿着“样本”读，每条序列的状态混进了下一条。怎样发现？用一个一秒钟的测试：改动第 0 条序列，别的序列的输出不该变。

# %% [markdown] lang="en"
# ### The quietest mistake: axes the wrong way round
#
# What if data of shape $(T, B, D)$ is fed where $(B, T, D)$ is expected? Three axes in either case, **no error at all**, but time and examples have changed places: the network reads along the examples, and each sequence's state runs on into the next. How to notice? By a test of one second: change sequence 0, and no other sequence's output may move.

# %%
def leaks(x, batch_axis):
    """Whether a change of sequence 0 moves the last state of another sequence, if x is read as (B, T, D)."""
    changed = x.copy()
    np.moveaxis(changed, batch_axis, 0)[0] += 1.0
    before, after = (np.asarray(layer(array)) for array in (x, changed))   # `layer` gives every step
    others = np.moveaxis(after - before, batch_axis, 0)[1:]
    return bool(np.abs(others).max() > 1e-6)


x = rng.normal(size=(6, 6, D)).astype("float32")
print("x is (B, T, D): other sequences move:", leaks(x, batch_axis=0))
print("x is (T, B, D): other sequences move:", leaks(x, batch_axis=1))

# %% [markdown] lang="zh"
# ## 5 输出：每一步，还是最后一步？
#
# 第 5 条主张：“输出是每个时间步的预测值”。奇偶网络确实每步都给出答案。可是判断一条评论是褒是贬，要的是**一个**答案。Keras 用两个开关来选：
#
# - `return_sequences`：要每一步的隐状态 $(B, T, H)$，还是只要最后一步的 $(B, H)$；
# - `return_state`：是否**另外**给出最后的状态，好接着用。
#
# 先猜 LSTM 打开 `return_state` 后返回几个张量，再看：

# %% [markdown] lang="en"
# ## 5 Output: every step, or the last?
#
# Claim 5: "the output is a prediction for every time step". The parity network does answer at every step. But to tell whether a review is kind you want **one** answer. Keras has two switches:
#
# - `return_sequences`: the hidden state of every step, $(B, T, H)$, or of the last one only, $(B, H)$;
# - `return_state`: whether the last state is given **besides**, to go on from.
#
# Guess first how many tensors an LSTM returns with `return_state`, then look:

# %% claims=[5]
x = np.zeros((B, 7, D), "float32")
for kind in (layers.SimpleRNN, layers.GRU, layers.LSTM):
    for sequences in (False, True):
        for state in (False, True):
            returned = kind(H, return_sequences=sequences, return_state=state)(x)
            shapes = [tuple(part.shape) for part in (returned if state else [returned])]
            print(f"{kind.__name__:>9}  return_sequences={sequences!s:5}  return_state={state!s:5}", *shapes)

# %% [markdown] lang="zh"
# 默认两个都关：**默认情况下，循环层并不给出每一步的输出**。LSTM 比另外两种多一个张量，因为它有两份状态，隐状态 $h_T$ 和细胞状态 $c_T$（2.2.1 章）。输出与状态之间的关系也可以验证：

# %% [markdown] lang="en"
# Both are off by default: **by default a recurrent layer does not give an output for every step**. The LSTM returns one tensor more than the others, since it has two states, the hidden $h_T$ and the cell $c_T$ (chapter 2.2.1). How outputs and states hang together can be checked, too:

# %% claims=[5]
x = rng.normal(size=(B, 7, D)).astype("float32")
outputs, h, c = (np.asarray(part) for part in layers.LSTM(H, return_sequences=True, return_state=True)(x))
print("last output is the state h:", np.array_equal(outputs[:, -1], h))
print("last output is the state c:", np.allclose(outputs[:, -1], c))

# %% [markdown] lang="zh"
# 还有一处要改：循环层给出的是**状态**（$H$ 个介于 −1 和 1 之间的数），不是预测。要变成预测，还差一个输出层。奇偶网络里是 $y_t = h_t w$，分类器里是 `Dense`。
#
# ### 四种模式
#
# 哪些步读入、哪些步输出，组合起来有四种常见的模式。下排是输入，中排是状态，上排是输出：

# %% [markdown] lang="en"
# One more correction: what a recurrent layer gives are **states** ($H$ numbers between −1 and 1), not predictions. An output layer makes predictions of them: $y_t = h_t w$ in the parity network, `Dense` in a classifier.
#
# ### Four patterns
#
# At which steps something is read, and at which something is written: four combinations are common. Inputs stand below, states in the middle, outputs above:

# %%
plots.plot_patterns()
plt.show()

# %% [markdown] lang="zh"
# | 模式 | 例子 | 在 Keras 里 |
# |---|---|---|
# | 一对多 | 由一张图写一句话 | 向量作初始状态（或每步重复输入），`return_sequences=True` |
# | 多对一 | 评论 → 褒贬 | `return_sequences=False`，一个 `Dense` |
# | 多对多（对齐） | 每个词 → 词性；奇偶网络 | `return_sequences=True`，每步同一个 `Dense` |
# | 序列到序列 | 中文句子 → 英文句子 | 两个循环层，前者的状态传给后者（2.2.2 章） |
#
# 各搭一个最小的模型，看形状。输入 $T = 7$ 步；写出来的序列取 $N = 4$ 步，$N$ 与 $T$ 无关。

# %% [markdown] lang="en"
# | pattern | example | in Keras |
# |---|---|---|
# | one-to-many | a sentence about a picture | the vector becomes the initial state (or is repeated at every step), `return_sequences=True` |
# | many-to-one | review → kind or unkind | `return_sequences=False`, one `Dense` |
# | many-to-many, aligned | each word → its part of speech; the parity network | `return_sequences=True`, the same `Dense` at every step |
# | sequence to sequence | Chinese sentence → English sentence | two recurrent layers, the first hands its state to the second (chapter 2.2.2) |
#
# Build the smallest model of each and look at shapes. Inputs have $T = 7$ steps; what is written has $N = 4$, and $N$ has nothing to do with $T$.

# %%
def one_to_many(units, outputs):
    """Vector (B, D) and N empty steps (B, N, 1) -> (B, N, outputs)."""
    vector, steps = keras.Input((D,)), keras.Input((None, 1))
    h = layers.SimpleRNN(units, return_sequences=True)(steps, initial_state=layers.Dense(units)(vector))
    return keras.Model([vector, steps], layers.Dense(outputs)(h))


def many_to_one(units, outputs):
    """(B, T, D) -> (B, outputs)."""
    return keras.Sequential([keras.Input((None, D)), layers.SimpleRNN(units), layers.Dense(outputs)])

# %%
def aligned(units, outputs):
    """(B, T, D) -> (B, T, outputs)."""
    recurrent = layers.SimpleRNN(units, return_sequences=True)
    return keras.Sequential([keras.Input((None, D)), recurrent, layers.Dense(outputs)])


def sequence_to_sequence(units, outputs):
    """Source (B, T, D) and what is written so far (B, N, D) -> (B, N, outputs)."""
    source, written = keras.Input((None, D)), keras.Input((None, D))
    state = layers.SimpleRNN(units)(source)
    h = layers.SimpleRNN(units, return_sequences=True)(written, initial_state=state)
    return keras.Model([source, written], layers.Dense(outputs)(h))

# %% claims=[5]
N, source = 4, rng.normal(size=(B, 7, D))
inputs = {
    one_to_many: [source[:, 0], np.zeros((B, N, 1))], many_to_one: source,
    aligned: source, sequence_to_sequence: [source, np.zeros((B, N, D))],
}
models = {build: build(H, 2) for build in inputs}
for build, given in inputs.items():
    shapes = " + ".join(str(part.shape) for part in (given if isinstance(given, list) else [given]))
    print(f"{build.__name__:>20}: {shapes} → {tuple(models[build](given).shape)}")

# %% [markdown] lang="zh"
# 只有“对齐”模式（和原文的说法一样）给每个**输入**时间步一个输出；多对一只有一个，另外两种的输出步数与输入步数无关。
#
# ### 每个输出能看到什么
#
# 形状相同，含义也可能不同。改动第 $k$ 步的输入，哪些输出会变？蓝色表示会变。先猜：对齐模式的图是什么形状？双向的呢？

# %% [markdown] lang="en"
# Only the aligned pattern gives one output for every **input** step, as the article has it; many-to-one gives a single one, and in the other two the number of output steps has nothing to do with that of the inputs.
#
# ### What each output can see
#
# Equal shapes may mean different things. Change the input of step $k$: which outputs move? Blue means that they do. Guess first: what shape will the aligned pattern show? And a bidirectional one?

# %%
def influence(model, x):
    """Which of the outputs (N) moves when one of the T inputs of x (1, T, D) is changed: (N, T) bool."""
    def ask(x):
        several = len(model.inputs) > 1
        return np.asarray(model([x, np.zeros((1, N, D))] if several else x)).reshape(-1, 2)

    moved = []
    for k in range(x.shape[1]):
        changed = x.copy()
        changed[:, k] += 1.0
        moved.append(np.abs(ask(changed) - ask(x)).max(axis=1) > 1e-7)
    return np.stack(moved, axis=1)

# %% claims=[5]
both = layers.Bidirectional(layers.SimpleRNN(H, return_sequences=True))
two_ways = keras.Sequential([keras.Input((None, D)), both, layers.Dense(2)])
shown = [models[many_to_one], models[aligned], two_ways, models[sequence_to_sequence]]
x = rng.normal(0, 0.3, (1, 5, D))
tables = [influence(model, x) for model in shown]
titles = choose(zh=["多对一", "对齐", "对齐，双向", "序列到序列"], en=["many-to-one", "aligned", "bidirectional", "seq. to seq."])
plots.plot_influence(dict(zip(titles, tables)))
plt.show()
print("aligned: step t sees the steps up to t, no later one:", np.array_equal(tables[1], np.tri(5) > 0))
print("all others see all steps:", all(table.all() for table in (tables[0], *tables[2:])))

# %% [markdown] lang="zh"
# 对齐模式是一个下三角：第 $t$ 步的输出只能依据前 $t$ 步。这对语言模型和实时语音是必需的（后面的还没听到），对词性标注却是个限制，所以标注常用双向。序列到序列的每一步都能看到整个输入，但全都经过**同一个状态向量**：这个瓶颈在 2.2.2 章第一次量到。
#
# ## 6 三条主张的判决
#
# 判决的规则写在代码里，依据都是上面量出来的东西。

# %% [markdown] lang="en"
# The aligned pattern is a lower triangle: the output of step $t$ can go by the first $t$ steps only. For language models and live speech that is as it must be (the rest has not been heard); for tagging it is a restriction, which is why taggers are often bidirectional. In sequence to sequence each step sees the whole input, but all of it through **one state vector**: chapter 2.2.2 has a first measurement of that bottleneck.
#
# ## 6 The verdict on three claims
#
# The rules stand in the code and go by what was measured above.

# %% claims=[3, 4, 5]
once = len(set(reads)) == len(reads) == len(bits)
shared = recurrent.count_params() == D * H + H * H + H
equal = np.abs(by_keras - by_loop).max() < 1e-5
per_step = {build.__name__: models[build](given).shape[1:-1] for build, given in inputs.items()}
every = [name for name, steps in per_step.items() if name != "one_to_many" and tuple(steps) == (7,)]
half = choose(zh="对一半", en="half right")
verdict = half if once and shared and equal else "?"
tell(zh=f"第 3 条：{verdict}。状态每步传一次，权重共享；每个输入只读一次。",
     en=f"Claim 3: {verdict}. The state is handed on once a step, weights are shared; each input is read once.")
any_length = all(reader(np.zeros((B, n, D))).shape == (B, H) for n in (1, 3, 300))
verdict = choose(zh="成立", en="right") if any_length else "?"
tell(zh=f"第 4 条：{verdict}。输入是 (B, T, D)；T 不固定。", en=f"Claim 4: {verdict}. The input is (B, T, D), with any T.")
verdict = half if every == ["aligned"] else "?"
tell(zh=f"第 5 条：{verdict}。四种模式里，每个输入步都有输出的只有：{every}。",
     en=f"Claim 5: {verdict}. Of the four patterns, those with an output for every input step: {every}.")

# %% [markdown] lang="zh"
# ## 小结
#
# - 循环网络 = 一个步函数 + 一个循环。步与步之间只传隐状态，每步一次；剪断它，过去就没了。
# - 权重在所有步之间共享：参数个数与 $T$ 无关，同一组权重能读任何长度。
# - 形状记五个字母：输入 $(B, T, D)$，状态 $(B, H)$，每步的状态 $(B, T, H)$；词元编号 $(B, T)$，取值小于 $V$。轴放反了不会报错，要测。
# - 默认只给最后一步。`return_sequences` 给每一步，`return_state` 另给最后的状态；状态要经过输出层才是预测。
# - 四种模式：一对多、多对一、多对多（对齐）、序列到序列。先问“输出几步、各能看到什么”，再选。
#
# ## 试一试
#
# 1. 只改 `b`，能不能让奇偶网络改为回答“偶数为 1”？只改 `w` 呢？（输出层也可以加偏置。）
# 2. 设计一组 $H = 1$ 的权重：只要读到过一个 1，以后永远输出接近 1。
# 3. 在小组件里把“渐忘”网络的输入写成 `1 0 0 0 0 0 0 0`：状态每步乘以多少？
# 4. 用 `SimpleRNN(8, return_sequences=True)` 加 `Dense(1)` 训练奇偶，先用 $T = 3$，再用 $T = 20$。哪个学得会？换几个种子。
# 5. 把 `influence` 用在两层堆叠的对齐模型上：下三角还在吗？一层正向、一层反向（`go_backwards=True`）呢？
#
# 动手题见 `exercises/` 里的本章练习。下一章（2.2.1）打开循环单元：LSTM 和 GRU 的门。
#
# ## 出处
#
# - Elman (1990). Finding structure in time. *Cognitive Science* 14(2), 179–211.（简单循环网络）
# - Rumelhart, Hinton, Williams (1986). Learning representations by back-propagating errors. *Nature* 323, 533–536.
# - Karpathy (2015). The unreasonable effectiveness of recurrent neural networks.（四种模式的图因这篇博文而流行）
# - Minsky, Papert (1969). *Perceptrons*.（奇偶为什么难）

# %% [markdown] lang="en"
# ## Summary
#
# - A recurrent network is a step function and a loop. Between steps only the hidden state is passed, once a step; cut it, and the past is gone.
# - Weights are shared by all steps: the number of parameters does not depend on $T$, and the same weights read any length.
# - Five letters for shapes: inputs $(B, T, D)$, a state $(B, H)$, the states of every step $(B, T, H)$; token ids $(B, T)$, below $V$. Swapped axes raise no error: test for them.
# - By default only the last step is given. `return_sequences` gives every step, `return_state` the last state besides; a state becomes a prediction through an output layer.
# - Four patterns: one-to-many, many-to-one, many-to-many aligned, sequence to sequence. Ask how many outputs there are and what each may see, then choose.
#
# ## Try it
#
# 1. By changing `b` alone, can you make the parity network answer "1: even"? By changing `w` alone? (An output layer may have a bias, too.)
# 2. Find weights for $H = 1$ such that, once a 1 has been read, the output stays close to 1 for ever.
# 3. In the widget give the fading network `1 0 0 0 0 0 0 0`: by what is the state multiplied at each step?
# 4. Train parity with `SimpleRNN(8, return_sequences=True)` and `Dense(1)`, first with $T = 3$, then with $T = 20$. Which is learned? Try several seeds.
# 5. Use `influence` on an aligned model of two stacked layers: is the lower triangle still there? And with one layer forward and one backward (`go_backwards=True`)?
#
# The tasks of this chapter are in `exercises/`. The next chapter (2.2.1) opens the cell: the gates of LSTM and GRU.
#
# ## Sources
#
# - Elman (1990). Finding structure in time. *Cognitive Science* 14(2), 179–211. (the simple recurrent network)
# - Rumelhart, Hinton, Williams (1986). Learning representations by back-propagating errors. *Nature* 323, 533–536.
# - Karpathy (2015). The unreasonable effectiveness of recurrent neural networks. (the blog post that made the picture of the patterns popular)
# - Minsky, Papert (1969). *Perceptrons*. (why parity is hard)
