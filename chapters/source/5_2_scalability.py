# %% [markdown] lang="zh"
# # 5.2 可扩展性改进
#
# 原文 4.2 节只有一句话：“可以通过增加循环神经网络的输入维度、调整循环神经网络的参数等方法,来提高模型的可扩展性。”
#
# “可扩展”是什么意思？一个模型说得上可扩展，要看规模变大时**代价怎样增长**，以及加机器能不能抵消它。规模有四个字母，再加上数据和设备：
#
# | 什么变大 | 问题 | 在哪一节 |
# |---|---|---|
# | $T$ 时间步、$B$ 批、$D$ 输入维度、$H$ 单元数 | 翻一倍，时间是几倍？内存呢？ | 1、2 |
# | $D$（原文的第一个办法） | 增加输入维度换来了什么？ | 3 |
# | $H$ 等参数（原文的第二个办法）；填充、编译、数值精度 | 什么真的让代价长得慢一些？ | 4 |
# | 序列和数据集 | 比内存还长、还大，怎么办？ | 5 |
# | 设备 | 两台设备算一步，和一台算的一样吗？GPU 上什么时候快？ | 6、7 |
#
# 读完本章，你能用铅笔算出一个循环层的代价，看出一次计时里谁在花时间，并且知道该动哪一个旋钮。

# %% [markdown] lang="en"
# # 5.2 Improving scalability
#
# Section 4.2 of the article is a single sentence: "Scalability of the model can be improved by increasing the input dimension of the recurrent network, adjusting its parameters, and the like."
#
# What does "scalable" mean? A model deserves the word by **how its cost grows** as things get larger, and by whether more machines make up for it. There are four letters to grow, and data and devices besides:
#
# | what grows | the question | section |
# |---|---|---|
# | $T$ time steps, $B$ batch, $D$ input dimension, $H$ units | twice the size: how many times the time, the memory? | 1, 2 |
# | $D$ (the article's first means) | what does a larger input dimension buy? | 3 |
# | parameters such as $H$ (its second); padding, compilation, precision | what really makes cost grow more slowly? | 4 |
# | sequences and data | what if they are longer, or larger, than memory? | 5 |
# | devices | is a step on two devices that on one? when is a GPU fast? | 6, 7 |
#
# After this chapter you can work out the cost of a recurrent layer by pencil, see from a few timings where the time goes, and tell which knob to turn.

# %% [markdown] lang="zh"
# ## 1 用铅笔数
#
# 单位是**乘加**：一次乘法连同它的加法。$(m, k)$ 乘 $(k, n)$ 的矩阵积，要 $mkn$ 次乘加：结果有 $mn$ 个数，每个数由 $k$ 个积相加而成。
#
# 循环单元的一步里，$G$ 个门（连同候选值）各做两个矩阵积：
#
# $$\underbrace{x_t}_{(B, D)}\ \underbrace{W}_{(D,\, GH)} \;+\; \underbrace{h_{t-1}}_{(B, H)}\ \underbrace{U}_{(H,\, GH)} \qquad\Rightarrow\qquad B\,D\,GH + B\,H\,GH = B\,G\,H\,(D + H)$$
#
# 一共 $T$ 步，于是
#
# $$\boxed{\;N = B\,T\,G\,H\,(D + H)\;} \qquad G = 1\ (\text{SimpleRNN}),\ 3\ (\text{GRU}),\ 4\ (\text{LSTM})$$
#
# 门里的 sigmoid、tanh 和逐元素的乘法是 $O(BTGH)$，小得多，不计。
#
# **反向**贵一倍。设前向是 $Y = XW$，反向要算两个同样大小的积：$\partial L/\partial X = (\partial L/\partial Y)\,W^\top$ 和 $\partial L/\partial W = X^\top (\partial L/\partial Y)$。所以一个训练步约 $3N$。
#
# 先猜：$D = H = 64$ 的 GRU，$H$ 翻一倍，$N$ 是几倍？$D$ 翻一倍呢？

# %% [markdown] lang="en"
# ## 1 Counting by pencil
#
# The unit is the **multiply-add**: a multiplication with its addition. A product of matrices $(m, k)$ and $(k, n)$ takes $mkn$ of them: the result has $mn$ numbers, each the sum of $k$ products.
#
# In one step of a recurrent cell each of $G$ gates (the candidate among them) takes two products:
#
# $$\underbrace{x_t}_{(B, D)}\ \underbrace{W}_{(D,\, GH)} \;+\; \underbrace{h_{t-1}}_{(B, H)}\ \underbrace{U}_{(H,\, GH)} \qquad\Rightarrow\qquad B\,D\,GH + B\,H\,GH = B\,G\,H\,(D + H)$$
#
# There are $T$ steps, so
#
# $$\boxed{\;N = B\,T\,G\,H\,(D + H)\;} \qquad G = 1\ (\text{SimpleRNN}),\ 3\ (\text{GRU}),\ 4\ (\text{LSTM})$$
#
# The sigmoids, tanhs and products entry by entry within the gates are $O(BTGH)$, far less, and left out.
#
# **Backward** is twice as dear. If the forward pass is $Y = XW$, the backward pass takes two products of the same size: $\partial L/\partial X = (\partial L/\partial Y)\,W^\top$ and $\partial L/\partial W = X^\top (\partial L/\partial Y)$. So a training step is about $3N$.
#
# Guess first: for a GRU with $D = H = 64$, how many times $N$ is it when $H$ doubles? And when $D$ does?

# %%
import keras
import matplotlib.pyplot as plt
import numpy as np

from rnncourse import choose, models, plots, results, runtime
from rnncourse.scalability import cost, cudnn, devices, disk, streaming, timing

base = {"B": 16, "T": 64, "D": 64, "H": 64}
N = cost.recurrent_cost("gru", **base).multiply_adds
print(f"N = {N:,}")
for letter in base:
    twice = cost.recurrent_cost("gru", **{**base, letter: 2 * base[letter]}).multiply_adds
    print(f"2 {letter}: {twice / N:g} N")

# %% [markdown] lang="zh"
# $B$ 和 $T$ 是线性的。$D$ 翻倍只有 1.5 倍，因为 $D + H$ 里只有一半翻倍；$H$ 翻倍是 3 倍，$H \gg D$ 时趋于 4 倍。
#
# 数得对不对？参数个数可以问 Keras：两个矩阵就是 $GH(D + H)$ 个数，再加偏置（GRU 默认 `reset_after=True`，有两组偏置，原因见 2.2.1 章）。乘加次数则数 Keras 计算图里真正执行的矩阵积。

# %% [markdown] lang="en"
# $B$ and $T$ are linear. Twice $D$ is 1.5 times only, since just half of $D + H$ doubles; twice $H$ is 3 times, and tends to 4 where $H \gg D$.
#
# Is the count right? For parameters ask Keras: the two matrices hold $GH(D + H)$ numbers, and there are biases (two sets in a GRU with its default `reset_after=True`; chapter 2.2.1 says why). For multiply-adds, count the matrix products that stand in Keras's own graph.

# %%
import tensorflow as tf

layers = {"simple_rnn": keras.layers.SimpleRNN, "gru": keras.layers.GRU, "lstm": keras.layers.LSTM}
B, T, D, H = 2, 5, 3, 4
for cell, kind in layers.items():
    layer = kind(H, unroll=True)
    graph = tf.function(layer).get_concrete_function(tf.TensorSpec((B, T, D))).graph
    products = [op for op in graph.get_operations() if op.type in ("MatMul", "BatchMatMulV2")]
    counted = sum(op.inputs[0].shape[-1] * int(np.prod(op.outputs[0].shape)) for op in products)
    found = cost.recurrent_cost(cell, B=B, T=T, D=D, H=H)
    agree = counted == found.multiply_adds, layer.count_params() == found.parameters
    print(f"{cell:10} {found.multiply_adds:5} multiply-adds {agree[0]}  {found.parameters:4} parameters {agree[1]}")

# %% [markdown] lang="zh"
# 内存也数得出来。三样东西，增长得完全不同：
#
# - **权重** $GH(D + H)$：与 $B$、$T$ 无关；
# - **状态** $BH$（LSTM 是 $2BH$）：推理时只须记住这些，与 $T$ 无关；
# - **训练时保留的中间结果** $\propto BT(D + cH)$：反向传播要读每一步的输入、状态和门，所以与 $T$ 成正比。

# %% [markdown] lang="en"
# Memory can be counted, too. Three things, which grow in quite different ways:
#
# - **weights** $GH(D + H)$: whatever $B$ and $T$ are;
# - **state** $BH$ ($2BH$ for the LSTM): all that inference has to remember, whatever $T$ is;
# - **what training keeps** $\propto BT(D + cH)$: the backward pass reads input, states and gates of every step, so this is proportional to $T$.

# %%
for T in (64, 640, 6400):
    found = cost.recurrent_cost("lstm", B=16, T=T, D=64, H=64)
    sizes = found.weight_bytes, found.state_bytes, found.training_bytes
    print(f"T = {T:4}:", *(f"{name} {size / 1000:,.0f} kB" for name, size in zip(("W, U, b", "h, c", "kept"), sizes)))

# %% [markdown] lang="zh"
# 这三列就是第 5 节的伏笔：训练长序列，先用完的是内存；而**读**一个长序列，可以只带着第二列往前走。
#
# ## 2 用秒表量
#
# 乘加次数不是时间。先猜：$T$、$B$、$D$、$H$ 各翻一倍，哪一个会让**时间**翻倍？哪一个几乎不要钱？
#
# 先在你的机器上量一小组：一个 GRU 的前向传播，$T$ 和 $B$ 各变 64 倍。乘加次数也都变 64 倍。计时的规矩在 2.2.3 章：先热身，轮流量；`measure_in_turns` 就这么做。

# %% [markdown] lang="en"
# These three columns prepare section 5: when training on long sequences memory runs out first; but to **read** a long sequence one need only carry the second column along.
#
# ## 2 By the clock
#
# Multiply-adds are not time. Guess first: of $T$, $B$, $D$, $H$, each doubled, which doubles the **time**? Which is almost free?
#
# Begin with a few measurements on your machine: the forward pass of a GRU, $T$ and $B$ each grown 64 times. Multiply-adds grow 64 times in both cases. The rules of timing are those of chapter 2.2.3: warm up, take turns; `measure_in_turns` does that.

# %% tags=["measured"]
def tell(*, zh, en):
    """Print the sentence that is in the reader's language."""
    print(choose(zh=zh, en=en))


gru = keras.Sequential([keras.Input((None, 64)), keras.layers.GRU(64)])
shapes = [(4, 8), (4, 64), (4, 512), (32, 8), (256, 8)]  # B, T
inputs = {shape: np.ones((*shape, 64), "float32") for shape in shapes}
actions = {shape: lambda x=x: gru.predict_on_batch(x) for shape, x in inputs.items()}
seconds = {shape: spent.min() for shape, spent in timing.measure_in_turns(actions, rounds=5, warm=2).items()}
for (B, T), spent in seconds.items():
    print(f"B = {B:3}, T = {T:3}: {1000 * spent:6.2f} ms")
longer, wider = (seconds[shape] / seconds[4, 8] for shape in ((4, 512), (256, 8)))
tell(
    zh=f"乘加同为 64 倍：靠 T，时间 {longer:.1f} 倍；靠 B，时间 {wider:.1f} 倍。",
    en=f"64 times the multiply-adds: by T, {longer:.1f} times the time; by B, {wider:.1f} times.",
)

# %% [markdown] lang="zh"
# 同样多的乘加，时间却不同。正式的测量来自 `experiments/scalability.py`：以 $B = 16$，$T = D = H = 64$ 为中心，一次只变一个字母；一个线程，每点取几轮里最短的，再重复几遍。

# %% [markdown] lang="en"
# As many multiply-adds, and yet another time. The full measurement is that of `experiments/scalability.py`: about $B = 16$, $T = D = H = 64$, one letter varied at a time; one thread, the shortest of several rounds for each point, and all that repeated.

# %%
record = results.load("scalability")
order = tuple(record["base"])
scaling = [row for row in record["rows"] if row["part"] == "scaling"]
times = {(row["what"], row["seed"], *(row[letter] for letter in order)): row["seconds"] for row in scaling}


def curve(letter, sizes, what="step", **fixed):
    """Seconds for each of `sizes` of `letter`, all else as in the base or `fixed`: (seeds, K)."""
    rows = [{**record["base"], **fixed, letter: size}.values() for size in sizes]
    return np.array([[times[what, seed, *row] for row in rows] for seed in record["seeds"]])


def quickest(letter, sizes, **fixed):
    """The shortest of all repetitions for each of `sizes`: what else a machine does only adds time; (K,)."""
    return curve(letter, sizes, **fixed).min(axis=0)


names = choose(
    zh={"forward": "前向传播", "step": "训练步"}, en={"forward": "forward pass", "step": "training step"}
)

# %%
tell(
    zh=f"{len(record['seeds'])} 遍，每点 {record['rounds']} 轮；{record['processor']}，一个线程，共 {record['seconds'] / 60:.0f} 分钟。",
    en=f"{len(record['seeds'])} repetitions, {record['rounds']} rounds each; {record['processor']}, one thread, {record['seconds'] / 60:.0f} minutes in all.",
)
drawn = {
    letter: {name: (sizes, curve(letter, sizes, what)) for what, name in names.items()}
    for letter, sizes in record["sweeps"].items()
}
plots.plot_scaling(drawn, slopes=(1,))
plt.show()

# %% [markdown] lang="zh"
# 两个轴都是对数的：点线的斜率是 1，即“翻一倍，时间也翻一倍”；水平就是“不要钱”。用**幂律** $\text{时间} = a \cdot n^{p}$ 拟合：取对数就是一条直线，斜率即指数 $p$。四个字母都分两段看：最小的三个规模，和最大的三个。方括号里是 95% 区间，由全部重复测量一起拟合而得。

# %% [markdown] lang="en"
# Both axes are logarithmic: the dotted line has the slope 1, "twice the size, twice the time"; level means "free". Fit a **power law** $\text{time} = a \cdot n^{p}$: in logarithms it is a straight line, and its slope is the exponent $p$. Look at each letter in two parts, the three smallest sizes and the three largest. In brackets the 95% interval, from a fit to all repetitions together.

# %%
def exponent(letter, sizes, what="step", **fixed):
    """The power of `letter` in the time of all repetitions together, an Interval."""
    spent = curve(letter, sizes, what, **fixed)  # (seeds, K)
    return timing.fit_power(np.tile(sizes, len(spent)), spent.ravel()).exponent


def falls(before, after):
    """Whether an exponent falls by more than 0.2, and more than the scatter of the repetitions."""
    return before.estimate - after.estimate > 0.2 and before.low > after.high


print(f"{'':3}{names['step']}")
for letter, sizes in record["sweeps"].items():
    small, large = (exponent(letter, part) for part in (sizes[:3], sizes[-3:]))
    print(f"{letter}  {sizes[0]}–{sizes[2]}: {small:.2f}   {sizes[-3]}–{sizes[-1]}: {large:.2f}")

# %% [markdown] lang="zh"
# 为什么 $T$ 和 $B$ 的乘加次数一样，时间却不一样？
#
# **$T$ 是串行的。** $h_t$ 要等 $h_{t-1}$，$T$ 步只能排队，再多的核也没有用。每一步都有一笔固定的开销：启动十来个小运算、分配内存、检查循环条件。
#
# **$B$ 在队列里搭便车。** 一步里权重 $W$、$U$ 从内存读一遍，每个数用 $B$ 次。批很小时，处理器在等开销、等权重，乘加是顺带的；批大到乘加成了主角，时间才开始与 $B$ 成正比。每读一个数能做多少次乘加，叫**运算强度**；这里就是 $B$。这种看法叫 roofline 模型（Williams 等，2009）。
#
# 写成公式，三项：
#
# $$\text{seconds} = a + b\,T + c\,N, \qquad N = B\,T\,G\,H\,(D + H)$$
#
# $a$ 是调用一次的开销，$b$ 是一步的开销，$c$ 是一次乘加的时间。`timing.fit_cost_model` 用最小二乘拟合它们（按相对误差，所以一毫秒的点和一秒的点一样要紧）。

# %% [markdown] lang="en"
# As far as multiply-adds go $T$ and $B$ are alike; why not in time?
#
# **$T$ is serial.** $h_t$ waits for $h_{t-1}$; $T$ steps stand in a queue, and no number of cores changes that. Each step has its fixed expenses: to start a dozen small operations, to allocate memory, to test whether the loop is over.
#
# **$B$ rides along in the queue.** In a step the weights $W$, $U$ are read from memory once, and each number is used $B$ times. With a small batch the processor waits for expenses and weights, and multiplies in passing; only once the batch is so large that multiply-adds prevail does time become proportional to $B$. How many multiply-adds are done for each number read is called the **arithmetic intensity**; here it is $B$. This view is known as the roofline model (Williams et al., 2009).
#
# As a formula, three terms:
#
# $$\text{seconds} = a + b\,T + c\,N, \qquad N = B\,T\,G\,H\,(D + H)$$
#
# $a$ is the expense of a call, $b$ that of a step, $c$ the time of a multiply-add. `timing.fit_cost_model` fits them by least squares (on relative errors, so that a point of a millisecond counts as much as one of a second).

# %%
def fitted(what):
    rows = [row | {"cell": "gru"} for row in scaling if row["what"] == what and not row["held_out"]]
    return timing.fit_cost_model(rows)


cost_models = {what: fitted(what) for what in names}
for what, name in names.items():
    a, b, c = (getattr(cost_models[what], part).estimate for part in ("call", "step", "multiply_add"))
    meeting = b / (c * 3 * 64 * (64 + 64))  # the B at which c N = b T, for D = H = 64
    tell(
        zh=f"{name}：a = {1e3 * a:.1f} 毫秒，b = {1e6 * b:.0f} 微秒，c = {1e9 * c:.2f} 纳秒；D = H = 64 时，B ≈ {meeting:.0f} 两项相等。",
        en=f"{name}: a = {1e3 * a:.1f} ms, b = {1e6 * b:.0f} µs, c = {1e9 * c:.2f} ns; with D = H = 64 the two meet at B ≈ {meeting:.0f}.",
    )
forward_c, step_c = (cost_models[what].multiply_add.estimate for what in ("forward", "step"))
tell(zh=f"训练步的 c 是前向的 {step_c / forward_c:.1f} 倍。", en=f"The c of a training step is {step_c / forward_c:.1f} times that of the forward pass.")

# %% [markdown] lang="zh"
# “两项相等”的那个 $B$ 就是“几乎不要钱”的尽头。最后一行：只数矩阵积，应是 3 倍。若比 3 大，多出来的只能是 $N$ 没有数的事：每一步累加一遍权重的梯度、存取中间结果、激活函数的导数……这份记录分不清各占多少；章末第 2 题给出一个能查的办法。
#
# 模型准不准，要看它**没见过**的规模：实验留了十组随意的 $(B, T, D, H)$，拟合时一组也没有用。

# %% [markdown] lang="en"
# The $B$ where "the two meet" is where "almost free" ends. As to the last line: by matrix products alone it should be 3 times. Anything above 3 must come from what $N$ does not count: adding up the weights' gradients at every step, storing and reading back what is kept, derivatives of activations. This record cannot tell their shares apart; task 2 at the end of the chapter is a way to look into it.
#
# Whether the model is any good must be seen on sizes it has **not** seen: the experiment set ten odd $(B, T, D, H)$ aside, of which the fit saw none.

# %%
held_out = {what: [row for row in scaling if row["what"] == what and row["held_out"]] for what in names}
measured, predicted = {}, {}
for what, name in names.items():
    measured[name] = np.array([row["seconds"] for row in held_out[what]])
    sizes = [{letter: row[letter] for letter in order} for row in held_out[what]]
    predicted[name] = np.array([cost_models[what].predict("gru", **size) for size in sizes])
    off = predicted[name] / measured[name] - 1
    worst = ", ".join(f"{letter} = {size}" for letter, size in sizes[np.abs(off).argmax()].items())
    tell(
        zh=f"{name}：相对误差的中位数 {np.median(np.abs(off)):.0%}；最差 {off[np.abs(off).argmax()]:+.0%}（{worst}）。",
        en=f"{name}: median relative error {np.median(np.abs(off)):.0%}; the worst {off[np.abs(off).argmax()]:+.0%} ({worst}).",
    )
plots.plot_predictions(measured, predicted)
plt.show()

# %% [markdown] lang="zh"
# 用三个数去说跨两个数量级的时间，可以作规划，不能作保证。它不知道的：矩阵大小合不合缓存的胃口；$B$ 很小而 $H$ 很大时，每一步都要把所有权重（训练时还有同样大的梯度）搬一遍，却只做 $B$ 次乘加。看看最差的那一组是不是这样。
#
# 拉一拉滑块：下面五根条是“现在”和四个字母各翻一倍（训练步）。把 $B$ 调到 1，再调到 1024：最贵的翻倍换成了谁？（滑块走得比测过的规模远，那里是外推。）

# %% [markdown] lang="en"
# Three numbers for times over two orders of magnitude: something to plan with, nothing to promise by. What they do not know: how well a matrix suits the caches; and that with a small $B$ and a large $H$ every step moves all the weights (in training, gradients of the same size, too) for no more than $B$ multiply-adds each. See whether the worst case is of that kind.
#
# Move the sliders: the five bars are "now" and each letter doubled (a training step). Set $B$ to 1, then to 1024: which doubling is the dearest? (The sliders go beyond the sizes that were measured; there it is extrapolation.)

# %% tags=["widget"]
from rnncourse.widgets import explore_cost

explore_cost(cost_models["step"], base=record["base"])

# %% [markdown] lang="zh"
# ## 3 增加输入维度？
#
# **断言 32：增加输入维度提高可扩展性。** 第 1 节的公式已经说了：$D$ 越大，$N$ 越大。剩下两个问题要量：时间真的跟着涨吗？$D$ 大了，时间随 $T$ 的增长会不会变缓？
#
# 先说规则，再看结果。**是代价**：$D$ 从 64 到 1024，训练步慢了两成以上。**变缓**：$D$ 从 16 到 256，$T$ 的指数降低 0.2 以上（$T$ 变 4 倍时，时间涨到的倍数小了约四分之一），而且两个 95% 区间不相交：分不清的差别不算数。不是代价而且变缓，断言成立；是代价又不变缓，不成立；其余算对一半。比较快慢用各遍里最短的时间：别的程序只会让它变长。

# %% [markdown] lang="en"
# ## 3 A larger input dimension?
#
# **Claim 32: a larger input dimension gives scalability.** The formula of section 1 has said it: the larger $D$, the larger $N$. Two questions are left to the clock: does time really grow with it? And does time grow more slowly with $T$ once $D$ is large?
#
# First the rule, then the result. **A cost**: with $D$ from 64 to 1024 a training step takes more than a fifth longer. **Slower growth**: with $D$ from 16 to 256 the power of $T$ falls by more than 0.2 (at four times $T$ the time has grown by a factor about a quarter smaller), and the two 95% intervals do not overlap: a difference that cannot be told from scatter does not count. No cost and slower growth: the claim is right; a cost and no slower growth: wrong; anything else is half right. Times are compared by the shortest of all repetitions, since other programs can only make them longer.

# %% claims=[32]
longest = record["grid"]["T"][-3:]
by_D = {D: exponent("T", longest, D=D) for D in (16, 256)}
little, much = quickest("D", (64, 1024))
tell(
    zh=f"D 从 64 到 1024：训练步的时间是 {much / little:.1f} 倍；时间对 T 的指数：D = 16 时 {by_D[16]:.2f}，D = 256 时 {by_D[256]:.2f}。",
    en=f"D from 64 to 1024: a training step takes {much / little:.1f} times as long; power of T in the time: {by_D[16]:.2f} with D = 16, {by_D[256]:.2f} with D = 256.",
)
dear, flatter = much / little > 1.2, falls(by_D[16], by_D[256])
verdict = {(True, False): ("不成立", "wrong"), (False, True): ("成立", "right")}.get((dear, flatter), ("对一半", "half right"))
tell(
    zh=f"断言 32 {verdict[0]}：D {'是一笔代价' if dear else '几乎不要钱'}，{'时间随 T 的增长变缓了' if flatter else '时间随 T 的增长没有因此变缓'}。",
    en=f"Claim 32 is {verdict[1]}: D {'is a cost' if dear else 'is almost free'}, and time {'grows more slowly' if flatter else 'grows no more slowly'} with T for it.",
)

# %% [markdown] lang="zh"
# $D$ 当然有用：嵌入的维度左右着模型能分辨多少东西（[4.2 章](4_2_text_classification.ipynb)量过它对准确率的影响）。那是**准确率**的事，不是可扩展性。也可以替原文说一句：四个字母里，$D$ 翻倍时乘加增加得不比任何一个多，而且 $x_t W$ 不必等 $h_{t-1}$，各步可以一起算；循环网络**经得起**大的 $D$。但那是说 $D$ 便宜，不是说 $D$ 让别的东西便宜。
#
# 不过这句话里有一个好办法的影子。同样的一批数，换一种摆法：把相邻的 $k$ 步**拼成一步**，$D$ 变成 $kD$，而 $T$ 变成 $T/k$。队伍短了。语音识别就这么做：每秒一百帧的特征，几帧拼成一步再读（Pundak、Sainath，2016）。同样 8,192 个数一条的序列，量一量：

# %% [markdown] lang="en"
# $D$ is of use, of course: how many things an embedding can tell apart depends on it ([chapter 4.2](4_2_text_classification.ipynb) measures what it does to accuracy). That is a matter of **accuracy**, not of scalability. In the article's favour: of the four letters, none adds fewer multiply-adds when doubled, and $x_t W$ need not wait for $h_{t-1}$, so that all steps can be taken together; a recurrent network **bears** a large $D$. Yet that says that $D$ is cheap, not that $D$ makes anything else cheaper.
#
# Yet there is the shadow of a good idea in the sentence. Arrange the same numbers in another way: **pack $k$ steps into one**, so that $D$ becomes $kD$, and $T$ becomes $T/k$. The queue is shorter. Speech recognition does so: of a hundred frames of features a second, several are packed into a step (Pundak & Sainath, 2016). The same 8,192 numbers a sequence:

# %%
packed = {k: curve("T", (512 // k,), D=16 * k)[:, 0] for k in (1, 4, 8)}
for k, spent in packed.items():
    saved = timing.speed_up(packed[1], spent)
    work = cost.recurrent_cost("gru", B=16, T=512 // k, D=16 * k, H=64).multiply_adds
    tell(
        zh=f"k = {k}：T = {512 // k:3}，D = {16 * k:3}，乘加 {work / 1e4:6,.0f} 万次，速度是 {saved:.1f} 倍",
        en=f"k = {k}: T = {512 // k:3}, D = {16 * k:3}, {work / 1e6:4.0f} million multiply-adds, {saved:.1f} times as fast",
    )

# %% [markdown] lang="zh"
# 起作用的是 $T$ 变小，不是 $D$ 变大；代价是模型每 $k$ 步才更新一次状态，在一步之内看不出先后。准确率是否还够，要在验证集上量。
#
# ## 4 调整参数？
#
# **断言 33：调整参数提高可扩展性。** 单元数 $H$ 是最要紧的参数，批 $B$ 其次。调它们当然能省时间；问题是，它改变的是直线的**高低**，还是**斜率**？
#
# 也先说规则：$H$ 从 256 减到 16，若 $T$ 的指数像断言 32 里那样变缓，断言成立；没有变缓，但调 $H$ 使训练步、或调 $B$ 使每秒读的序列快了两成以上，对一半；都没有，不成立。

# %% [markdown] lang="en"
# What works is the smaller $T$, not the larger $D$; the price is a model that updates its state every $k$ steps only, and sees no order within a step. Whether accuracy suffices must be measured on validation data.
#
# ## 4 Adjusting parameters?
#
# **Claim 33: adjusting parameters gives scalability.** The number of units, $H$, is the parameter that matters most, the batch $B$ comes next. Adjusting them saves time, of course; the question is whether that moves the line **down**, or changes its **slope**.
#
# Here, too, the rule first: if with $H$ from 256 to 16 growth with $T$ slows down in the sense of claim 32, the claim is right; if it does not, but adjusting $H$ makes a training step, or adjusting $B$ makes sequences a second, more than a fifth faster, half right; if neither, wrong.

# %%
lines = {f"H = {H}": (longest, curve("T", longest, H=H)) for H in (16, 64, 256)}
(ax,) = plots.plot_scaling({"T": lines}, slopes=(1,), ylabel=choose(zh="训练步，毫秒", en="training step, ms"))
ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
ax.figure.set_size_inches(4.6, 2.9)
plt.show()
for H in (16, 64, 256):
    print(f"H = {H:3}: T^{exponent('T', longest, H=H):.2f}")

# %% [markdown] lang="zh"
# 直线若平行，$H$ 就只是移动它，不改变斜率。另一类办法动的是**结构**：少走白走的步，少付每一步的开销，用窄一些的数。一个个量。
#
# ### 分桶：少走白走的步
#
# 一批的宽度由最长的一条决定，填充的步也照走。[3.1 章](3_1_environment_and_data.ipynb)数过填充占多少格，这里量时间：同样的 256 条评论，每批都是 32 条，只有排法不同。时间应当与格数 $BT$ 同比例变化，是吗？

# %% [markdown] lang="en"
# Where lines are parallel, $H$ shifts them and leaves the slope alone. Another kind of means changes the **structure**: fewer steps for nothing, less expense a step, narrower numbers. Measure them one by one.
#
# ### Bucketing: fewer steps for nothing
#
# The longest row sets the width of a batch, and padding takes its steps like anything. [Chapter 3.1](3_1_environment_and_data.ipynb) counted the cells that padding takes; here is the time: the same 256 reviews, always 32 a batch, only put together differently. Time should change as the number of cells, $BT$, does. Does it?

# %%
def column(name, part, **fixed):
    """The column `name` of the rows of that part that agree with `fixed`, one number a repetition."""
    chosen = {"part": part, **fixed}.items()
    return np.array([row[name] for row in record["rows"] if chosen <= row.items()])


ways = choose(
    zh={"longest of all": "全部补到最长", "longest of the batch": "补到批内最长", "bucketed": "分桶"},
    en={"longest of all": "all to the longest", "longest of the batch": "to the batch's longest", "bucketed": "bucketed"},
)

# %%
faster = {}
for language in ("zh", "en"):
    for way, name in ways.items():
        cells, spent = (column(what, "bucketing", language=language, way=way, what="step") for what in ("cells", "seconds"))
        if way == "longest of all":
            most, longest_time = cells, spent
        fewer, faster[language, way] = most.mean() / cells.mean(), timing.speed_up(longest_time, spent)
        tell(
            zh=f"{language}：格数 1/{fewer:.1f}，速度 {faster[language, way]:.1f} 倍  {name}",
            en=f"{language}: cells 1/{fewer:.1f}, {faster[language, way]:.1f} times as fast  {name}",
        )

# %% [markdown] lang="zh"
# 比一比格数和时间两列。长短越悬殊，能省的格越多。模型不用改，答案也一个不变：课程的分类器不受填充影响。
#
# ### 编译：少付每一步的开销
#
# 同一个模型有四种跑法：
#
# - **eager**（`run_eagerly=True`）：Python 逐个调用运算；调试时用；
# - **计算图**（`tf.function`，Keras 在 TensorFlow 上的默认）：先记录成图，循环在 C++ 里跑；
# - **XLA**（`jit_compile=True`）：再把许多小运算融合成几个大的，每种形状编译一次；
# - **展开**（`unroll=True`）：把 $T$ 步抄 $T$ 遍，没有循环，图大 $T$ 倍，$T$ 须固定。
#
# 先在你的机器上跑一小组。第一次调用包含记录和编译，单独列出：

# %% [markdown] lang="en"
# Compare cells and time. The more uneven the lengths, the more cells there are to save. The model stays as it is, and so does every answer: padding changes nothing in the course's classifier.
#
# ### Compilation: less expense a step
#
# There are four ways to run the same model:
#
# - **eager** (`run_eagerly=True`): Python calls one operation after the other; for debugging;
# - **graph** (`tf.function`, Keras's default on TensorFlow): recorded first, the loop then runs in C++;
# - **XLA** (`jit_compile=True`): many small operations are fused into a few large ones, compiled for each shape;
# - **unrolled** (`unroll=True`): $T$ steps written out $T$ times, no loop, a graph $T$ times as large, and $T$ must be fixed.
#
# Try a few on your machine first. The first call, which records and compiles, stands apart:

# %% tags=["measured"]
from functools import partial


def built(**how):
    model = keras.Sequential([keras.Input((16, 32)), keras.layers.GRU(32), keras.layers.Dense(1)])
    model.compile("sgd", "mse", **how)
    return model


x, y = np.ones((16, 16, 32), "float32"), np.zeros((16, 1), "float32")  # B = T = 16, D = 32
ways_to_run = {"eager": {"run_eagerly": True}, "graph": {"jit_compile": False}, "xla": {"jit_compile": True}}
steps = {name: partial(built(**how).train_on_batch, x, y) for name, how in ways_to_run.items()}
first = {name: spent[0] for name, spent in timing.measure_in_turns(steps, rounds=1, warm=0).items()}
for name, spent in timing.measure_in_turns(steps, rounds=5).items():
    print(f"{name:6} first call {first[name]:5.2f} s, then {1000 * spent.min():6.1f} ms")

# %% [markdown] lang="zh"
# 正式的测量（$T = 32$，$D = H = 64$）。最后一列：第一次调用多花的时间，要多少个训练步才赚得回来（与计算图比）。

# %% [markdown] lang="en"
# The full measurement ($T = 32$, $D = H = 64$). The last column: how many training steps it takes until the first call's extra time has been earned back (against the graph).

# %%
usual, usual_first = (column(name, "mode", mode="graph", what="step") for name in ("seconds", "first"))
speed = {}
for mode in ("eager", "graph", "xla", "unrolled"):
    spent, first_call = (column(name, "mode", mode=mode, what="step") for name in ("seconds", "first"))
    speed[mode] = timing.speed_up(usual, spent)
    extra, gain = np.mean(first_call - usual_first), np.mean(usual - spent)
    even = f"{extra / gain:,.0f}" if gain > 0 and extra > 0 else "–"
    tell(
        zh=f"{mode:9} {1e3 * spent.mean():6.1f} 毫秒，速度是计算图的 {speed[mode]:.2f} 倍；首次 {first_call.mean():.1f} 秒；回本 {even} 步",
        en=f"{mode:9} {1e3 * spent.mean():6.1f} ms, {speed[mode]:.2f} times as fast as the graph; first call {first_call.mean():.1f} s; even after {even} steps",
    )

# %% [markdown] lang="zh"
# XLA 为每种**形状**各编译一次：分桶的每一批若宽度不同，就一再编译。所以与编译搭配时，把宽度补到 32 的倍数之类的少数几种（课程的 `Batches` 在 JAX 上正是这样）。
#
# ### 混合精度：窄一些的数
#
# `keras.mixed_precision.set_global_policy("mixed_bfloat16")`：乘加用 16 位，权重仍存 32 位。为什么不全用 16 位？bfloat16 只有 8 位有效数字（二进制）：

# %% [markdown] lang="en"
# XLA compiles once for each **shape**: where every bucketed batch has another width, it compiles again and again. Together with compilation, pad to a few widths, multiples of 32 for instance (as the course's `Batches` does on JAX).
#
# ### Mixed precision: narrower numbers
#
# `keras.mixed_precision.set_global_policy("mixed_bfloat16")`: multiply-adds in 16 bits, weights still stored in 32. Why not 16 bits for all? bfloat16 has 8 significant binary digits:

# %%
one, step_of_training = (tf.constant(value, "bfloat16") for value in (1.0, 0.001))
print("bfloat16: 1 + 0.001 == 1:", bool(one + step_of_training == one))
print("float16 underflows at 1e-8:", np.float16(1e-8) == 0, "| bfloat16 does not:", bool(tf.cast(1e-8, "bfloat16") > 0))
for policy in ("mixed_bfloat16", "mixed_float16"):
    keras.mixed_precision.set_global_policy(policy)
    layer, top = keras.layers.GRU(8), keras.layers.Dense(1, dtype="float32")
    model = keras.Sequential([keras.Input((None, 4)), layer, top])
    model.compile("adam", "mse")
    states, output = layer(np.ones((2, 3, 4))).dtype.name, model(np.ones((2, 3, 4))).dtype.name
    print(f"{policy}: weights {layer.cell.kernel.dtype}, states {states}, output {output},", type(model.optimizer).__name__)
keras.mixed_precision.set_global_policy("float32")

# %% [markdown] lang="zh"
# 所以留在 32 位的有：**权重**（小的更新不能被舍掉）、**损失和输出**（在 `Dense(..., dtype="float32")` 里明说）。float16 的范围窄，小的梯度会变成 0，于是 Keras 自动套上 `LossScaleOptimizer`：先把损失放大，算完梯度再缩回去（Micikevicius 等，2018）。bfloat16 的范围与 float32 相同，不需要它（Kalamkar 等，2019）。
#
# 省下的内存可以数：中间结果减半（`recurrent_cost(..., itemsize=2)`）。省不省时间，要看处理器有没有 16 位的乘加单元，程序又用没用上：

# %% [markdown] lang="en"
# So what stays at 32 bits: the **weights** (small updates must not be rounded away), and **loss and output** (said by `Dense(..., dtype="float32")`). float16 has a narrow range, small gradients become 0, and Keras therefore wraps the optimizer in a `LossScaleOptimizer`: the loss is scaled up, the gradients back down (Micikevicius et al., 2018). bfloat16 has the range of float32 and does not need it (Kalamkar et al., 2019).
#
# The memory saved can be counted: half of what training keeps (`recurrent_cost(..., itemsize=2)`). Whether time is saved depends on whether the processor has units for 16 bits, and the program uses them:

# %%
for H in (64, 512):
    usual = column("seconds", "precision", policy="float32", H=H, what="step")
    for policy in ("mixed_bfloat16", "mixed_float16"):
        speed[policy, H] = timing.speed_up(usual, column("seconds", "precision", policy=policy, H=H, what="step"))
        tell(
            zh=f"H = {H:3}，{policy:14}：速度是 float32 的 {speed[policy, H]:.2f} 倍",
            en=f"H = {H:3}, {policy:14}: {speed[policy, H]:.2f} times as fast as float32",
        )
pays = any(found.low > 1.1 for key, found in speed.items() if isinstance(key, tuple))
tell(
    zh=f"在测量用的 CPU 上，混合精度{'明显省了' if pays else '没有明显省下'}时间。",
    en=f"On the CPU that measured, mixed precision {'clearly saves' if pays else 'does not clearly save'} time.",
)

# %% [markdown] lang="zh"
# 课程为了结果可重复，关掉了 TensorFlow 的 oneDNN（`TF_ENABLE_ONEDNN_OPTS=0`）；打开它，或者换一种处理器，结果可能不同。混合精度的用武之地是有 16 位乘加单元的 GPU 和 TPU；在自己的机器上先量，再打开。
#
# ### 判定

# %% [markdown] lang="en"
# To be reproducible the course turns TensorFlow's oneDNN off (`TF_ENABLE_ONEDNN_OPTS=0`); with it, or on another processor, the result may be another. Mixed precision is at home on GPUs and TPUs with units for 16-bit multiply-adds; measure on your own machine before you turn it on.
#
# ### The verdict

# %%
levers = {
    ways["bucketed"] + " (zh)": faster["zh", "bucketed"],
    ways["bucketed"] + " (en)": faster["en", "bucketed"],
    "XLA": speed["xla"],
    choose(zh="4 步拼成 1 步", en="4 steps packed into 1"): timing.speed_up(packed[1], packed[4]),
}
for name, found in levers.items():
    print(f"× {found:.1f}  {name}")
works = sum(found.low > 1.2 for found in levers.values())
tell(
    zh=f"不动 H 的 {len(levers)} 招里，{works} 招见效（区间的下端高于 1.2）。",
    en=f"Of {len(levers)} levers that leave H alone, {works} work (the lower end of the interval is above 1.2).",
)

# %% claims=[33]
cheaper = (quickest("T", (512,), H=256) / quickest("T", (512,), H=16)).item()
small_batch, large_batch = quickest("B", (16, 256))
throughput = (256 / large_batch) / (16 / small_batch)
few, many = (exponent("T", longest, H=H) for H in (16, 256))
tell(
    zh=f"H 从 256 减到 16：速度是 {cheaper:.1f} 倍，时间对 T 的指数从 {many:.2f} 到 {few:.2f}；B 从 16 加到 256：每秒读的序列是 {throughput:.1f} 倍。",
    en=f"H from 256 to 16: {cheaper:.1f} times as fast, power of T from {many:.2f} to {few:.2f}; B from 16 to 256: {throughput:.1f} times the sequences a second.",
)
slope, level = falls(many, few), max(cheaper, throughput) > 1.2
verdict = ("成立", "right") if slope else ("对一半", "half right") if level else ("不成立", "wrong")
tell(
    zh=f"断言 33 {verdict[0]}：参数{'改变了斜率' if slope else '只移动直线，不改变斜率' if level else '既不移动直线，也不改变斜率'}。",
    en=f"Claim 33 is {verdict[1]}: parameters {'change the slope' if slope else 'shift the line, but not its slope' if level else 'neither shift the line nor change its slope'}.",
)

# %% [markdown] lang="zh"
# 若是“对一半”：为什么不判“不成立”？省下的时间是真的，$T$ 多大都省。为什么不判“成立”？序列长一倍，大小两个模型要等的步数都多一倍，而且小模型是另一个模型，准确率要重新量。
#
# 公平地说，分桶、编译之后 $T$ 步也还要一步一步走，它们减小的是每一条、每一步的花费，但**不牺牲模型**。真正让 $T$ 步不再排队的，是能并行计算的循环（6.2.3 章的线性循环与并行扫描）和注意力。
#
# ## 5 比内存大
#
# ### 序列太长：带着状态分段读
#
# 循环网络有一样普通的注意力没有的本事：读完的东西全在状态里，而状态的大小与 $T$ 无关。所以一个无头无尾的序列可以一段一段读，`Stream` 把状态从一段带到下一段。先猜：四百个词元，一口气读完和每次读五十个，差多少？

# %% [markdown] lang="en"
# Where the verdict is "half right": why not "wrong"? The time saved is real, and it is saved at any $T$. Why not "right"? Where sequences are twice as long, both the large model and the small one wait for twice as many steps; and the small one is another model, whose accuracy has to be measured again.
#
# To be fair, after bucketing and compilation the $T$ steps are still taken one by one: each row and each step is cheaper, but **without giving up any of the model**. What takes the $T$ steps out of the queue is a recurrence that can be computed in parallel (linear recurrences and the parallel scan of chapter 6.2.3), and attention.
#
# ## 5 Larger than memory
#
# ### Sequences: read in chunks, carry the state
#
# Recurrent networks can do something that ordinary attention cannot: all they have read is in the state, and the state's size does not depend on $T$. So an endless sequence can be read chunk by chunk; `Stream` carries the state from one to the next. Guess first: four hundred tokens at once, or fifty at a time; how large is the difference?

# %%
runtime.set_seed(0)
reader = models.build_text_classifier(vocabulary_size=500, units=16, embedding_size=16, bidirectional=False, pooling="max_mean")
tokens = np.random.default_rng(0).integers(1, 500, (2, 400))  # (B, T)
whole = reader.predict_on_batch(tokens)
stream = streaming.Stream(reader, rows=2)
for start in range(0, 400, 50):
    so_far = stream.read(tokens[:, start : start + 50])
print("in chunks equal to the whole:", np.abs(so_far - whole).max() < 1e-5)
print("the last chunk alone is not:", np.abs(reader.predict_on_batch(tokens[:, -50:]) - whole).max() > 1e-5)
carried = sum(array.nbytes for array in stream.state)
kept = cost.recurrent_cost("gru", B=2, T=400, D=16, H=16).training_bytes
print(f"carried from chunk to chunk: {carried:,} bytes; training on the whole would keep {kept:,}")

# %% [markdown] lang="zh"
# 不止循环层要带：最大汇聚要带“迄今最大”，平均汇聚要带“迄今的和与个数”。双向的呢？

# %% [markdown] lang="en"
# Not only the recurrent layer carries something: max pooling carries "the highest so far", mean pooling "sum and count so far". And a bidirectional one?

# %%
both_ways = models.build_text_classifier(vocabulary_size=500, units=16, embedding_size=16)
try:
    streaming.Stream(both_ways)
except ValueError as error:
    print(error)

# %% [markdown] lang="zh"
# 它拒绝（要有序列的末尾才行），而且应当拒绝：反向的那一半从**最后**一步读起，而最后一步还没有来。办法是只让它多看几步：分段时每段向右多读一截（latency-controlled BLSTM，Zhang 等，2016）；那是另一个模型，答案不再相同。
#
# 训练时也可以分段、带着状态，只是梯度到段首为止：那就是截断的 BPTT（[2.2.2 章](2_2_2_forward_and_backward.ipynb)）。
#
# ### 数据太多：留在磁盘上
#
# 把词元编号一条接一条写进一个文件，另存每条从哪里开始。要哪一批，就读哪几条；`write_texts` 从生成器里逐条取，从头到尾不需要把全部数据放进内存。

# %% [markdown] lang="en"
# It refuses, and rightly so: the backward half begins at the **last** step, which has not come yet. The way out is to let it see a few steps ahead only: each chunk is read somewhat further to the right (latency-controlled BLSTM, Zhang et al., 2016); that is another model, and its answers are others.
#
# Training can go in chunks with a carried state, too, except that the gradient ends where the chunk begins: that is truncated BPTT ([chapter 2.2.2](2_2_2_forward_and_backward.ipynb)).
#
# ### Data: leave them on disk
#
# Write the token ids of one text after the other to a file, and to a second where each begins. A batch reads its own rows; `write_texts` takes texts from a generator, one at a time, so that at no point all data are in memory.

# %%
import tempfile
from pathlib import Path

from rnncourse import datasets, text, training

reviews = datasets.load_reviews()
vocabulary = text.Vocabulary.build(reviews.texts[:500], unit=reviews.unit, size=2000)
with tempfile.TemporaryDirectory() as folder:
    count = disk.write_texts(folder, vocabulary, iter(reviews.texts), iter(reviews.labels))
    on_disk = disk.disk_batches(folder, tokens=8192, seed=0)
    in_memory = training.Batches(vocabulary.encode_all(reviews.texts), np.asarray(reviews.labels), tokens=8192, seed=0)
    same = all(np.array_equal(*pair) for i in range(len(on_disk)) for pair in zip(on_disk[i], in_memory[i]))
    size = sum(path.stat().st_size for path in Path(folder).iterdir())
    print(f"{count:,} reviews, {size / 1e6:.1f} MB on disk, {len(on_disk)} batches, the same as from memory: {same}")

# %% [markdown] lang="zh"
# 分桶只需要长度，而长度就是“从哪里开始”的差：不读一个词元就能排好批。`model.fit(disk_batches(folder))` 照常训练。
#
# ## 6 几台设备
#
# **数据并行**：每台设备有一份相同的权重，各拿一批的一份，算出梯度，取平均，大家走同一步。凭什么等于一台设备算整批？损失是平均值，而平均值可以分组再平均（各组一样大时）：
#
# $$\nabla \frac1B \sum_{i=1}^{B} \ell_i \;=\; \frac1n \sum_{d=1}^{n} \Big( \nabla \frac{n}{B} \sum_{i \in \text{device } d} \ell_i \Big)$$
#
# 没有两块 GPU 也能验证：TensorFlow 可以把一个 CPU 当成两台虚拟设备。设备数在启动时就定了，所以 `compare_devices` 为一台和两台各开一个进程（要十几秒），走同一步，比较损失和每一个梯度：

# %% [markdown] lang="en"
# Bucketing needs lengths only, and lengths are differences of "where each begins": batches are put together without reading a token. `model.fit(disk_batches(folder))` trains as usual.
#
# ## 6 Several devices
#
# **Data parallelism**: each device has the same weights, takes its share of the batch and computes gradients; these are averaged, and all take the same step. Why is that one device's step on the whole batch? The loss is a mean, and a mean can be taken group by group (of equal groups):
#
# $$\nabla \frac1B \sum_{i=1}^{B} \ell_i \;=\; \frac1n \sum_{d=1}^{n} \Big( \nabla \frac{n}{B} \sum_{i \in \text{device } d} \ell_i \Big)$$
#
# This can be verified without two GPUs: TensorFlow can take a CPU for two virtual devices. Devices are fixed when it starts, so `compare_devices` opens a process for one and another for two (some ten seconds or more), takes the same step in both, and compares the loss and every gradient:

# %%
one, two = devices.compare_devices("tensorflow", (1, 2))
print("devices:", one.devices, two.devices)
print("the same loss:", abs(one.loss - two.loss) < 1e-6)
apart = max(np.abs(a - b).max() for a, b in zip(one.gradients, two.gradients, strict=True))
print(f"the same {len(one.gradients)} gradients:", apart < 1e-6)

# %% [markdown] lang="zh"
# 在 JAX 后端上，同样的事由 `keras.distribution.DataParallel` 来做：`compare_devices("jax")`。
#
# 快多少呢？设备分走的是 $B$，分不走 $T$。用第 2 节的模型算：$n$ 台设备各算 $B/n$，$a + bT$ 照付（通信还没算进去），这就是 Amdahl 定律（1967）：

# %% [markdown] lang="en"
# On the JAX backend `keras.distribution.DataParallel` does the same: `compare_devices("jax")`.
#
# How much faster is it? Devices share $B$; $T$ they cannot share. By the model of section 2, $n$ devices take $B/n$ each while $a + bT$ is still to be paid (not to speak of communication): this is Amdahl's law (1967).

# %%
model = cost_models["step"]
for B in (64, 1024):
    alone = model.predict("gru", B=B, T=64, D=64, H=64)
    shared = {n: alone / model.predict("gru", B=B // n, T=64, D=64, H=64) for n in (2, 4, 16)}
    tell(
        zh=f"B = {B:4}：" + "，".join(f"{n} 台 {ratio:.1f} 倍" for n, ratio in shared.items()),
        en=f"B = {B:4}: " + ", ".join(f"{n} devices {ratio:.1f} times as fast" for n, ratio in shared.items()),
    )

# %% [markdown] lang="zh"
# 批够大，设备才有用；而批大了，步数就少了，学习率要跟着调（Goyal 等，2017）。
#
# ## 7 GPU 上：什么时候用得上 cuDNN
#
# GPU 上那笔“每一步的开销” $b$ 更要命：十来个小运算各启动一次，算得快的机器大多在等。cuDNN 的内核把整个循环合成**一次调用**，还把 $x_t W$ 从循环里提出来，$T$ 步合成一个大矩阵积（Appleyard 等，2016）。Keras 的 `use_cudnn="auto"` 会自己决定用不用；条件不满足时，多半**不声不响**地退回逐步的循环。`cudnn.obstacles` 说出原因，不需要 GPU 也能问（`gpu=True`：假如有）：

# %% [markdown] lang="en"
# Devices help where the batch is large; and with a larger batch there are fewer steps, so that the learning rate must follow (Goyal et al., 2017).
#
# ## 7 On a GPU: when is cuDNN used?
#
# On a GPU the expense of a step, $b$, hurts even more: a dozen small operations are launched one by one, and a machine that computes fast mostly waits. cuDNN's kernel makes **one call** of the whole loop, and takes $x_t W$ out of it, one large product for all $T$ steps (Appleyard et al., 2016). Keras's `use_cudnn="auto"` decides by itself; where a condition fails it mostly falls back to the loop **in silence**. `cudnn.obstacles` tells why, and can be asked without a GPU (`gpu=True`: if there were one):

# %%
LSTM, GRU = keras.layers.LSTM, keras.layers.GRU
post, pre = [[1, 1, 0], [1, 0, 0]], [[0, 1, 1], [0, 0, 1]]  # masks (B, T)
cases = {
    "LSTM(8)": (LSTM(8), None),
    "LSTM(8, dropout=0.5)": (LSTM(8, dropout=0.5), None),
    "LSTM(8, recurrent_dropout=0.5)": (LSTM(8, recurrent_dropout=0.5), None),
    'LSTM(8, activation="relu")': (LSTM(8, activation="relu"), None),
    "GRU(8, reset_after=False)": (GRU(8, reset_after=False), None),
    "GRU(8, unroll=True)": (GRU(8, unroll=True), None),
    "SimpleRNN(8)": (keras.layers.SimpleRNN(8), None),
    "LSTM(8), post-padding": (LSTM(8), post),
    "LSTM(8), pre-padding": (LSTM(8), pre),
}
for name, (layer, mask) in cases.items():
    print(f"{name:31}", *cudnn.obstacles(layer, mask=mask, backend="tensorflow", gpu=True) or ["cuDNN"])

# %% [markdown] lang="zh"
# 两条容易踩。`recurrent_dropout` 一打开就用不上。`mask_zero=True` 加前填充更麻烦：TensorFlow 后端的 `fit` 和 `predict` 不退回，而是运行时报错（掩码要到图里才检查，见 Keras 3.15 源码 `backend/tensorflow/rnn.py` 的 `_assert_valid_mask`），同一个笔记本在 CPU 上却一切正常；要么后填充，要么 `use_cudnn=False`。JAX 后端则凡有掩码就退回。普通的 `dropout` 在循环之外，不碍事。想要确认，就写 `use_cudnn=True`：不满足条件时报错，而不是变慢。
#
# ## 小结
#
# - 一个循环层的前向是 $B\,T\,G\,H\,(D + H)$ 次乘加，训练步约三倍；训练保留的内存与 $T$ 成正比，状态与 $T$ 无关。
# - 时间 $\approx a + bT + cN$：$T$ 是串行的；$B$ 几乎不要钱，直到乘加超过每步的开销。
# - 增加 $D$ 是一笔代价。把 $k$ 步拼成一步才省时间，因为 $T$ 变小了。
# - 调 $H$ 移动直线，不改变斜率。先试不牺牲模型的：分桶、编译、合适的批；混合精度要先量。
# - 单向的循环网络可以带着状态分段读，答案不变；双向的不行。
# - 两台设备的一步等于一台的一步；设备分得走 $B$，分不走 $T$。
# - GPU 上先问 `obstacles`：cuDNN 用不上时没有人会告诉你。
#
# ## 试一试
#
# 1. 用 `timing.measure_in_turns` 在你的机器上量 $B = 1, 2, 4, \dots, 1024$，拟合出 $a$、$b$、$c$；你的“两项相等”在哪里？
# 2. 拟合模型加上第四项 $e \cdot T\,G\,H\,(D + H)$（每一步搬一遍权重，训练时还累加一遍梯度，都与 $B$ 无关）：没见过的规模上，误差变小了吗？两个 $c$ 的比值离 3 近了吗？
# 3. 把分桶与 XLA 放在一起：宽度补到 8、32、128 的倍数，各编译几次，各花多少时间？
# 4. `compare_devices("jax")`（先安装 JAX）：两种后端的损失相同吗？为什么可以不同？
#
# 练习：[数乘加、分段汇聚、cuDNN 的条件、平均梯度、从磁盘取批](../../exercises/zh/5_2_scalability.ipynb)。
#
# ## 来源
#
# - S. Williams, A. Waterman, D. Patterson (2009). [Roofline: An Insightful Visual Performance Model for Multicore Architectures](https://doi.org/10.1145/1498765.1498785).
# - J. Appleyard, T. Kočiský, P. Blunsom (2016). [Optimizing Performance of Recurrent Neural Networks on GPUs](https://arxiv.org/abs/1604.01946).
# - G. Pundak, T. N. Sainath (2016). [Lower Frame Rate Neural Network Acoustic Models](https://doi.org/10.21437/Interspeech.2016-275).
# - P. Micikevicius et al. (2018). [Mixed Precision Training](https://arxiv.org/abs/1710.03740).
# - D. Kalamkar et al. (2019). [A Study of BFLOAT16 for Deep Learning Training](https://arxiv.org/abs/1905.12322).
# - Y. Zhang et al. (2016). [Highway Long Short-Term Memory RNNs for Distant Speech Recognition](https://arxiv.org/abs/1510.08983)：latency-controlled BLSTM。
# - P. Goyal et al. (2017). [Accurate, Large Minibatch SGD](https://arxiv.org/abs/1706.02677).
# - G. M. Amdahl (1967). [Validity of the single processor approach to achieving large scale computing capabilities](https://doi.org/10.1145/1465482.1465560).

# %% [markdown] lang="en"
# Two are easily stepped on. `recurrent_dropout` rules it out. `mask_zero=True` with pre-padding is worse: on the TensorFlow backend `fit` and `predict` do not fall back, but raise an error when they run (a mask is checked within the graph only: `_assert_valid_mask` in `backend/tensorflow/rnn.py` of Keras 3.15), while the same notebook runs well on a CPU; pad behind, or pass `use_cudnn=False`. On JAX any mask makes it fall back. Plain `dropout` is outside the loop and does no harm. To be certain, write `use_cudnn=True`: an error where a condition fails, instead of slowness.
#
# ## Summary
#
# - The forward pass of a recurrent layer takes $B\,T\,G\,H\,(D + H)$ multiply-adds, a training step about three times that; what training keeps is proportional to $T$, the state does not depend on it.
# - Time $\approx a + bT + cN$: $T$ is serial; $B$ is almost free until multiply-adds exceed the expenses of a step.
# - A larger $D$ is a cost. Packing $k$ steps into one saves time, since $T$ shrinks.
# - $H$ shifts the line and leaves its slope. Try first what gives nothing of the model away: bucketing, compilation, a fitting batch; measure before you use mixed precision.
# - A network that reads forward only can be read in chunks with a carried state, with the same answer; a bidirectional one cannot.
# - A step on two devices is the step on one; devices share $B$, but not $T$.
# - On a GPU ask `obstacles` first: nobody tells you when cuDNN is not used.
#
# ## Try it
#
# 1. Measure $B = 1, 2, 4, \dots, 1024$ on your machine by `timing.measure_in_turns`, and fit $a$, $b$, $c$; where do "the two meet" for you?
# 2. Give the fitted model a fourth term, $e \cdot T\,G\,H\,(D + H)$ (at each step weights are moved and, in training, gradients added up, whatever $B$ is): is the error on unseen sizes smaller? Is the ratio of the two $c$ nearer to 3?
# 3. Bucketing and XLA together: pad widths to multiples of 8, 32, 128; how often is it compiled, and how long does it take?
# 4. `compare_devices("jax")` (install JAX first): do both backends have the same loss? Why may they differ?
#
# Exercises: [multiply-adds, pooling in chunks, cuDNN's conditions, averaged gradients, batches from disk](../../exercises/en/5_2_scalability.ipynb).
#
# ## Sources
#
# - S. Williams, A. Waterman, D. Patterson (2009). [Roofline: An Insightful Visual Performance Model for Multicore Architectures](https://doi.org/10.1145/1498765.1498785).
# - J. Appleyard, T. Kočiský, P. Blunsom (2016). [Optimizing Performance of Recurrent Neural Networks on GPUs](https://arxiv.org/abs/1604.01946).
# - G. Pundak, T. N. Sainath (2016). [Lower Frame Rate Neural Network Acoustic Models](https://doi.org/10.21437/Interspeech.2016-275).
# - P. Micikevicius et al. (2018). [Mixed Precision Training](https://arxiv.org/abs/1710.03740).
# - D. Kalamkar et al. (2019). [A Study of BFLOAT16 for Deep Learning Training](https://arxiv.org/abs/1905.12322).
# - Y. Zhang et al. (2016). [Highway Long Short-Term Memory RNNs for Distant Speech Recognition](https://arxiv.org/abs/1510.08983): latency-controlled BLSTM.
# - P. Goyal et al. (2017). [Accurate, Large Minibatch SGD](https://arxiv.org/abs/1706.02677).
# - G. M. Amdahl (1967). [Validity of the single processor approach to achieving large scale computing capabilities](https://doi.org/10.1145/1465482.1465560).
