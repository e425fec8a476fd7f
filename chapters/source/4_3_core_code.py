# %% [markdown] lang="zh"
# # 4.3 核心代码：门诊
#
# 原文 4.3 节给出一段近三十行的“LSTM”代码。它**跑不起来**；就算跑起来，里面也**没有一个循环层**。本章不照抄它，而是开一间门诊：把它的毛病一个个单独拿出来，用我们自己的几行代码重现、诊断、改好。这些毛病不是原文独有的，你自己的代码里多半也出现过几个。
#
# 读完本章，你能够：
#
# - 从一行报错认出最常见的七种毛病；
# - 说出七种**不报错**的毛病，并写出让它们现形的小实验；
# - 给自己的模型做一次体检：`print(diagnose(model, tokens))`；
# - 写出一个能训练、能保存、载入后输出不变的 LSTM 分类器，子类写法和函数式写法各一遍。
#
# 先猜一猜：不到三十行，你觉得能藏多少个毛病？打开原文 4.3 节数一数，把数目记下来，第 5 节对答案。

# %% [markdown] lang="en"
# # 4.3 Core code: a clinic
#
# Section 4.3 of the article prints an "LSTM" of not quite thirty lines. It **does not run**, and if it did, there is **no recurrent layer** in it. This chapter does not copy it. It opens a clinic: each defect is taken by itself, re-created in a few lines of our own, diagnosed and mended. They are not the article's alone: some of them have probably been in your code, too.
#
# After this chapter you can:
#
# - recognise seven of the commonest defects by one line of the error message;
# - name seven that raise **no** error, and write the small experiment that brings each to light;
# - give a model of your own a check-up: `print(diagnose(model, tokens))`;
# - write an LSTM classifier that trains, saves, and gives the same outputs once loaded, as a subclass and in the functional style.
#
# A guess first: how many defects fit into fewer than thirty lines? Count them in section 4.3 of the article and write the number down; section 5 has the answer.

# %% [markdown] lang="zh"
# ## 1 代码之前的那句话
#
# 代码前面写道：“循环编码器的实现过程与循环编码器类，可以参考下面的代码实现”（第 30 条）。读两遍：谁和谁类似？3.2.2 节有一句很像的话。把两句逐字对齐：
#
# 判断的规则：一句“甲与乙类似”，如果甲、乙是同一个词，对任何东西都成立，等于什么也没说，只能是**笔误**。

# %% [markdown] lang="en"
# ## 1 The sentence before the code
#
# Before the code stands: 循环编码器的实现过程与循环编码器类，可以参考下面的代码实现, "the implementation of the recurrent encoder is like the recurrent encoder, see the code below" (claim 30). Read it twice: what is like what? Section 3.2.2 has a very similar sentence. We line the two up, character by character.
#
# The rule: where in "A is like B" both are the same word, the sentence is true of anything and says nothing; it can only be a **slip**.

# %% claims=[30]
from difflib import SequenceMatcher
from rnncourse import choose


def tell(*, zh, en):
    """Print the sentence that is in the reader's language."""
    print(choose(zh=zh, en=en))


here, there = "循环编码器的实现过程与循环编码器类", "循环解码器的实现过程与循环编码器类似"      # 4.3, 3.2.2
changes = SequenceMatcher(None, here, there).get_opcodes()
print("4.3 → 3.2.2:", *(f"{here[a:b] or '∅'} → {there[c:d]}" for tag, a, b, c, d in changes if tag != "equal"))
sides = [sentence.rstrip("类似").split("的实现过程与") for sentence in (here, there)]
slip = sides[0][0] == sides[0][1] and sides[1][0] != sides[1][1]
tell(zh=f"4.3 节：{' 与 '.join(sides[0])}，{'同一个词：是笔误' if slip else '两个词'}；3.2.2 节：{' 与 '.join(sides[1])}。",
     en=f"4.3: {' and '.join(sides[0])}, {'the same word: a slip' if slip else 'two words'}; 3.2.2: {' and '.join(sides[1])}.")

# %% [markdown] lang="zh"
# 改两处，就是 3.2.2 节的原话：本意多半是“循环**解**码器……类**似**”。那句话（第 24 条）本身也只对一半，3.2.2 章有它的实验：解码器必须是因果的，编码器不必。
#
# 无论本意是哪一句，下面的代码都帮不上忙：里面既没有编码器，也没有解码器，只有三个 `Dense`。我们把它拆开看。
#
# ## 2 一运行就停
#
# 会报错的毛病是好毛病：它们自己指出位置。先准备一批词元（8 行，长短不一，末尾填 0）和一个“只记下症状”的小函数。

# %% [markdown] lang="en"
# Two changes, and it is the sentence of 3.2.2: what was meant is probably "the recurrent **de**coder is implemented **like** the encoder". That one (claim 24) is itself half right; chapter 3.2.2 has the experiment: a decoder must be causal, an encoder need not.
#
# Whichever was meant, the code below it is of no help: there is neither an encoder nor a decoder in it, only three `Dense` layers. Let us take it apart.
#
# ## 2 It stops at once
#
# Defects that raise an error are good ones: they say where they are. First a batch of tokens (8 rows of different lengths, zeros behind), and a small function that notes the symptom.

# %%
import warnings

import keras
import numpy as np
from keras import layers
from rnncourse import clinic
from rnncourse.diagnosis import first_line

V, D, H = 30, 8, 8
tokens = clinic.draw_tokens()                       # (B, T)


def symptom(action):
    """Print what `action()` returns, or the exception it raises, in one line."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            print(action())
    except Exception as error:
        print(first_line(error))


print(tokens[:3])

# %% [markdown] lang="zh"
# ### 2.1 把 `Input` 当嵌入层
#
# 原文把 `Input(shape=(input_dim, input_dim))` 存成属性，取名 Embedding，再当层来用。`Input` 是什么？

# %% [markdown] lang="en"
# ### 2.1 `Input` as an embedding
#
# The article keeps `Input(shape=(input_dim, input_dim))` as an attribute, calls it Embedding, and uses it as a layer. What is an `Input`?

# %%
embedding = keras.Input((D, D))
symptom(lambda: embedding(tokens))
print(type(embedding).__name__, embedding.shape, " has weights:", hasattr(embedding, "weights"))

# %% [markdown] lang="zh"
# `Input(...)` 返回的是一个 `KerasTensor`，只是一张**形状说明**：没有权重，不能调用，学不到任何东西。形状也填错了：它说 $T$ 和 $D$ 都等于 `input_dim`，可是时间步数与特征数毫无关系。
#
# **改法**：要查表，就用 `Embedding(V, D)`；`Input` 用在函数式写法和 `Sequential` 里，声明 $(T,)$，长度写 `None`。

# %% [markdown] lang="en"
# `Input(...)` returns a `KerasTensor`, which is no more than a **statement of a shape**: it has no weights, cannot be called, and learns nothing. The shape is wrong as well: it says that $T$ and $D$ both equal `input_dim`, but the number of time steps has nothing to do with that of features.
#
# **The mend**: to look ids up in a table, use `Embedding(V, D)`; `Input` belongs to the functional style and to `Sequential`, where it declares $(T,)$, with `None` for any length.

# %%
embedding = layers.Embedding(V, D, mask_zero=True)
x = embedding(tokens)
print(tokens.shape, "→", tuple(x.shape), " table:", embedding.embeddings.shape)

# %% [markdown] lang="zh"
# ### 2.2 `add` 一个列表，2.3 没有定义的 `self.model`
#
# `add` 属于 `Sequential`，一次一层；`Model` 没有这个方法。而 `self.model` 从未赋过值：Python 只有执行到那一行才会发现。

# %% [markdown] lang="en"
# ### 2.2 `add` with a list, and 2.3 an undefined `self.model`
#
# `add` belongs to `Sequential`, one layer at a time; a `Model` has no such method. And `self.model` was never set, which Python finds out only when it comes to that line.

# %%
class NoSuchThing(keras.Model):
    def call(self, tokens):
        return self.model(tokens)


symptom(lambda: keras.Model().add([layers.Dense(3)]))
symptom(lambda: keras.Sequential().add([layers.Dense(3)]))
symptom(lambda: NoSuchThing()(tokens))

# %% [markdown] lang="zh"
# **改法**：`keras.Sequential([...])` 收列表；子类里把层一个个存成属性，在 `call` 里依次调用。写完 `call`，马上用一小批数据调用一次，比读三遍代码管用。
#
# ### 2.4 一个值，拆成两个
#
# 原文的函数返回一个张量，调用处却写 `lstm_out, self.state = ...`。`LSTM(H)` 默认也只返回一个 $(B, H)$。下面对 8 行的批拆一次，再对 **2 行**的批拆一次。先猜：两次都会报错吗？

# %% [markdown] lang="en"
# **The mend**: `keras.Sequential([...])` takes a list; in a subclass keep each layer as an attribute and call them in turn. Once `call` is written, call the model on a small batch at once: that is worth more than reading the code three times.
#
# ### 2.4 One value, unpacked into two
#
# The article's function returns one tensor, and the caller writes `lstm_out, self.state = ...`. `LSTM(H)` by default returns one thing, too, $(B, H)$. Below it is unpacked for a batch of 8 rows, then for one of **2 rows**. A guess first: will both raise an error?

# %%
def unpack(tokens):
    """The shapes of the two things that one LSTM output falls into."""
    output, state = layers.LSTM(H)(embedding(tokens))
    return "output", tuple(output.shape), "state", tuple(state.shape)


symptom(lambda: unpack(tokens))
symptom(lambda: unpack(tokens[:2]))

# %% [markdown] lang="zh"
# 两行的批正好能拆成“两个”：`output` 是第一行，`state` 是**第二行**，没有任何报错。用小批量做测试时，这种毛病会悄悄溜过去。
#
# **改法**：要状态就说出来。`LSTM` 有两个状态，所以一共三个值：

# %% [markdown] lang="en"
# A batch of two rows falls apart into "two things": `output` is the first row, `state` the **second**, and nothing complains. With tiny test batches such a defect slips through.
#
# **The mend**: ask for the state. An `LSTM` has two of them, so there are three values:

# %%
output, hidden, cell = layers.LSTM(H, return_state=True)(embedding(tokens[:2]))
print(tuple(output.shape), tuple(hidden.shape), tuple(cell.shape), " output is hidden:", np.allclose(output, hidden))

# %% [markdown] lang="zh"
# ### 2.5 末步取了两次
#
# `[:, -1, :]` 把 $(B, T, H)$ 变成 $(B, H)$。再取一次，就没有时间轴了。若第二次写成 `[:, -1]`，后果更坏：

# %% [markdown] lang="en"
# ### 2.5 The last step, taken twice
#
# `[:, -1, :]` makes $(B, H)$ of $(B, T, H)$. Taken again, there is no time axis left. Written as `[:, -1]` the second time, it is worse:

# %%
states = keras.Input((None, H))                     # (B, T, H)
symptom(lambda: states[:, -1, :][:, -1, :])
symptom(lambda: states[:, -1, :][:, -1].shape)

# %% [markdown] lang="zh"
# 第二行没有报错：它取的是**最后一个隐藏单元**，每行只剩一个数。**改法**：不要自己切片。`LSTM(H)` 默认就只交出末态，而且认得掩码（3.6 的毛病也一并免了）。每一步后面写上形状，这种错一眼可见。
#
# ### 2.6 类名盖住了 `LSTM`

# %% [markdown] lang="en"
# The second raises nothing: it takes the **last unit**, and one number a row remains. **The mend**: do not slice at all. `LSTM(H)` hands over its last state by default, and it respects the mask (which spares you 3.6 as well). With the shape written behind each step such an error is plain to see.
#
# ### 2.6 A class that hides `LSTM`

# %%
def shadowed():
    class LSTM(keras.Model):
        def __init__(self, input_dim, hidden_dim, output_dim):
            super().__init__()

    return LSTM(16)


symptom(shadowed)

# %% [markdown] lang="zh"
# 从这个 `class` 起，`LSTM` 不再是 Keras 的层。这里还算走运，参数个数不同；参数相同时，你会得到另一个东西而毫不知情。**改法**：类名说出它**做什么**（`ReviewClassifier`），而不是它由什么做成；库里的层写 `layers.LSTM`，谁也盖不住它。
#
# ### 2.7 没有编译，没有数据，没有指标
#
# 原文的代码只写到前向计算。模型怎么学，学得怎样，都没有说：

# %% [markdown] lang="en"
# From that `class` on `LSTM` is no longer Keras's layer. Here we are lucky: the number of arguments differs. Were it the same, you would get another thing and never know. **The mend**: let a class's name say what it **does** (`ReviewClassifier`), not what it is made of, and write the library's layer as `layers.LSTM`, which nothing can hide.
#
# ### 2.7 No compile, no data, no metric
#
# The article's code goes no further than the forward pass. How the model is to learn, and how well it does, it does not say:

# %%
labels = np.array([0, 1] * 4)
head = layers.Dense(1, activation="sigmoid")
model = keras.Sequential([layers.Embedding(V, D, mask_zero=True), layers.LSTM(H), head])
symptom(lambda: model.fit(tokens, labels, verbose=0))

# %% [markdown] lang="zh"
# 第 6 节把这一段补全。
#
# ## 3 不报错，但是错的
#
# 下面的毛病不会停下来。损失也会降，准确率也可能不错。要让它们现形，得**问对问题**：改动输入的一处，看输出跟不跟着变。
#
# ### 3.1 没有循环层
#
# 名叫 LSTM 的类里，只有几个 `Dense`。`Dense` 对每个时间步各算各的；最后 `[:, -1, :]` 只留下最后一步。先猜：把**前面**各步打乱，输出会变几行？

# %% [markdown] lang="en"
# Section 6 supplies all that.
#
# ## 3 No error, and wrong all the same
#
# The following do not stop. The loss falls, the accuracy may even look good. To bring them to light, **ask the right question**: change one thing in the input, and see whether the output follows.
#
# ### 3.1 No recurrent layer
#
# Inside the class called LSTM there are only `Dense` layers. A `Dense` treats every time step by itself, and `[:, -1, :]` keeps the last. A guess first: shuffle all the **earlier** steps; in how many rows does the output change?

# %%
keras.utils.set_random_seed(0)
full = np.random.default_rng(0).integers(2, V, (8, 9))                              # no padding
middle = {"Dense": layers.Dense(H, activation="relu"), "LSTM": layers.LSTM(H, return_sequences=True)}
shuffled = np.concatenate([np.random.default_rng(1).permuted(full[:, :-1], axis=1), full[:, -1:]], axis=1)
for name, layer in middle.items():
    model = keras.Sequential([layers.Embedding(V, D), layer, layers.Dense(1, activation="sigmoid")])
    before, after = (np.asarray(model(x))[:, -1, 0] for x in (full, shuffled))
    print(f"{name:>5}: {np.sum(np.abs(before - after) > 1e-6)} / {len(full)}")

# %% [markdown] lang="zh"
# 这就是**置换检验**：两次前向传播，不用训练。（`Dense` 模型只看得见最后一个词元。）**改法**：在嵌入和输出之间放一个循环层。
#
# ### 3.2 创建了不用的层
#
# 原文的 `fc1`、`fc2` 在 `__init__` 里，`call` 里只用到 `fc3`。下面数一数权重。（`@registered` 先不管它，第 4 节会讲。）

# %% [markdown] lang="en"
# This is the **permutation test**: two forward passes, no training. (The `Dense` model sees the last token and nothing else.) **The mend**: a recurrent layer between embedding and output.
#
# ### 3.2 Layers created, never used
#
# The article's `fc1` and `fc2` stand in `__init__`; `call` uses `fc3` alone. Let us count the weights. (Never mind `@registered`: section 4 comes to it.)

# %%
broken, mended = (getattr(clinic.DEFECTS["unused_layer"], which)() for which in ("broken", "mended"))
print(clinic.DEFECTS["unused_layer"].code("broken"))
symptom(lambda: [tuple(each(tokens).shape) for each in (broken, mended)])
for model in (broken, mended):
    print([(layer.__class__.__name__, layer.built, len(layer.weights)) for layer in model.layers])

# %% [markdown] lang="zh"
# `first` 从未调用，所以没有建成（`built` 为 False），一个权重也没有：不学、不存、不报错。你以为有两层，其实只有一层。**改法**：在 `call` 里接上，或者删掉。
#
# 反过来，**在 `call` 里新建**的层每次都是新的。先直接调用两次，再训练。先猜：哪一步会报错？

# %% [markdown] lang="en"
# `first` was never called, so it was never built and has no weight at all: it does not learn, is not saved, and raises no error. You believe in two layers; there is one. **The mend**: use it in `call`, or remove it.
#
# The other way round, a layer that is **made in `call`** is a new one every time. We call the model twice, then train it. A guess first: which of these will raise an error?

# %%
model = clinic.DEFECTS["layer_made_in_call"].broken()
symptom(lambda: "same output twice: " + str(np.allclose(model(tokens), model(tokens))))
symptom(lambda: "LSTM among the weights: " + str(any("lstm" in weight.path for weight in model.weights)))
model.compile("adam", "binary_crossentropy")
symptom(lambda: model.fit(tokens, labels, verbose=0))

# %% [markdown] lang="zh"
# 直接调用不报错：每次都换一组随机权重，同一批两次得到不同的输出，模型的权重里也没有 `LSTM`。到了 `fit` 才停下，因为计算图里不许每次新建变量。**改法**：在 `__init__` 里创建，存成属性。
#
# ### 3.3 在 `call` 里冻结
#
# 原文在 `call` 的途中把 `trainable` 设为 False，用完再设回 True，想必是要冻结嵌入层。训练一轮，看看嵌入动了没有。先猜。

# %% [markdown] lang="en"
# Called directly it raises nothing: each call draws new random weights, one batch gets two different outputs, and there is no `LSTM` among the model's weights. Only `fit` stops, because a graph must not make new variables every time. **The mend**: create it in `__init__` and keep it as an attribute.
#
# ### 3.3 Freezing inside `call`
#
# The article sets `trainable` to False in the middle of `call` and back to True afterwards, presumably to freeze the embedding. Train for an epoch and see whether it moved. A guess first.

# %%
def moved(model):
    """Whether one epoch of training changes the embedding table."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model(tokens)
        before = model.embedding.get_weights()[0]
        model.compile("adam", "binary_crossentropy")
        model.fit(tokens, labels, verbose=0)
    return not np.allclose(before, model.embedding.get_weights()[0])


defect = clinic.DEFECTS["trainable_in_call"]
print(defect.code("broken").split("\n\n")[1], "\n")
print("frozen in call, moved:", moved(defect.broken()), "   frozen before compile, moved:", moved(defect.mended()))

# %% [markdown] lang="zh"
# 训练哪些权重，是在 `call` **之外**决定的；那时开关已经拨回 True，等于没有动过。**改法**：在 `compile` **之前**设置 `layer.trainable = False`，改过之后重新 `compile`。
#
# ### 3.4 状态存成属性
#
# `self.state = ...` 写在 `call` 里。直接调用时它有值；`fit` 之后呢？

# %% [markdown] lang="en"
# Which weights are trained is decided **outside** `call`, where the switch is back at True, as if it had never been touched. **The mend**: set `layer.trainable = False` **before** `compile`, and compile again after a change.
#
# ### 3.4 A state kept as an attribute
#
# `self.state = ...` stands in `call`. When the model is called directly it has a value. And after `fit`?

# %%
model = clinic.DEFECTS["state_as_attribute"].broken()
symptom(lambda: (model(tokens), tuple(model.hidden.shape))[1])
model.compile("adam", "binary_crossentropy")
symptom(lambda: (model.fit(tokens, labels, verbose=0), type(model.hidden).__name__)[1])
try:
    np.asarray(model.hidden)
except Exception as error:
    print(type(error).__name__)

# %% [markdown] lang="zh"
# `fit` 把 `call` 编译成计算图：只走一遍 Python 代码，用的是没有数值的**符号**。留在属性里的就是那个符号，之后谁也读不出数来。**改法**：要看状态，就让它成为一个输出；要在批与批之间保留状态，用 `LSTM(stateful=True)`，状态存在变量里（4.1.3 章）。

# %% [markdown] lang="en"
# `fit` compiles `call` into a graph: the Python code runs once, with **symbols** that have no value. Such a symbol is what stays in the attribute, and nobody can read a number from it. **The mend**: to look at the state, make it an output; to keep it from batch to batch, use `LSTM(stateful=True)`, which holds it in a variable (chapter 4.1.3).

# %%
inputs = keras.Input((None,))
output, hidden, cell = layers.LSTM(H, return_state=True)(layers.Embedding(V, D, mask_zero=True)(inputs))
states_of = keras.Model(inputs, {"hidden": hidden, "cell": cell})
print({name: value.shape for name, value in states_of.predict(tokens, verbose=0).items()})

# %% [markdown] lang="zh"
# ### 3.5 softmax 做了两次
#
# 最后一层用了 softmax，损失又写了 `from_logits=True`，于是再做一次 softmax。不报错，损失照样下降。先猜：$K$ 类时，这个损失最低能到多少？

# %% [markdown] lang="en"
# ### 3.5 Softmax, twice
#
# The last layer has a softmax, and the loss says `from_logits=True`, so it takes another. No error, and the loss falls. A guess first: with $K$ classes, how low can that loss get?

# %%
for classes in (2, 3, 10):
    certain = np.eye(1, classes)                      # the model is sure, and right
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    print(f"K = {classes:>2}: lowest loss {float(loss(np.array([0]), certain)):.3f}   a blind guess {np.log(classes):.3f}")

# %% [markdown] lang="zh"
# 概率最大只到 1，再做一次 softmax，一个**百分之百确定又完全正确**的模型也降不到零：最低是 $\ln\left(1 + (K-1)/e\right)$。
#
# Keras 会不会发现？TensorFlow 后端认得**刚刚**从 softmax 出来的张量。下面让同一组概率直接进损失，再让它先过一个（不起作用的）平均。先猜：哪一个有警告？

# %% [markdown] lang="en"
# A probability reaches 1 at most, and after another softmax even a model that is **certain and right** does not come down to zero: the lowest is $\ln\left(1 + (K-1)/e\right)$.
#
# Does Keras notice? On TensorFlow it knows a tensor that comes **straight** from a softmax. Below the same probabilities go into the loss, first directly, then after a mean (that changes nothing). A guess first: for which of them is there a warning?

# %%
probabilities = keras.activations.softmax(keras.ops.convert_to_tensor([[20.0, 0.0, 0.0]]))
averaged = keras.ops.mean(probabilities[:, None], axis=1)
for name, output in {"softmax": probabilities, "softmax, mean": averaged}.items():
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        print(f"{name:>13}: loss {float(loss(np.array([0]), output)):.3f}   warnings: {len(heard)}")

# %% [markdown] lang="zh"
# 直接来的，Keras 给出警告，并改用 softmax 之前的分数，损失没有错。中间只要隔了一步（平均、切片、几个模型的概率相加），它就认不出来，也不再警告；JAX 后端从来不认。损失停在一个莫名其妙的数上降不下去时，先查这里。**改法**：二选一，要么最后一层不加激活函数，要么去掉 `from_logits=True`。
#
# ### 3.6 末步读到的是填充
#
# 3.1 章用训练测过填充的代价。这里只看一批没有训练过的模型输出：末尾每多补一些 0，**八条不同评论**的输出之间还差多少？

# %% [markdown] lang="en"
# Straight from the softmax, Keras warns and takes the scores before it: the loss is right. With one step in between (a mean, a slice, a sum over several models) it does not know it any more, and is silent; on JAX it never does. If a loss stops at some odd number, look here first. **The mend**: one of the two: no activation on the last layer, or no `from_logits=True`.
#
# ### 3.6 The last step is padding
#
# Chapter 3.1 measured by training what padding costs. Here we look at the outputs of an untrained model: with more and more zeros behind, how different are the outputs for **eight different rows**?

# %% tags=["measured"]
keras.utils.set_random_seed(0)
reads_padding, masked = (getattr(clinic.DEFECTS["padding_read"], which)() for which in ("broken", "mended"))
for more in (0, 10, 40, 160):
    padded = np.pad(tokens, ((0, 0), (0, more)))
    spread = [np.ptp(np.asarray(model(padded))) for model in (reads_padding, masked)]
    tell(zh=f"多补 {more:>3} 个 0：八行输出相差 {spread[0]:.0e}（末步），{spread[1]:.0e}（掩码）",
         en=f"{more:>3} more zeros: the outputs of eight rows differ by {spread[0]:.0e} (last step), {spread[1]:.0e} (mask)")

# %% [markdown] lang="zh"
# 补得越多，前面的内容忘得越干净，不同的评论得到同一个答案。**改法**：`mask_zero=True`，让循环层自己给出末态，不要写 `[:, -1, :]`。
#
# ## 4 存得下，取得回吗？
#
# 原文的类没有 `get_config`。保存时 Keras 要写下“怎样再造一个”。参数若是数和字符串，`Layer` 的子类它会自己记下；`Model` 的子类它不记。下面的模型只有一个整数参数 `units=8`：

# %% [markdown] lang="en"
# The more of it, the more completely the text is forgotten: different reviews get one answer. **The mend**: `mask_zero=True`, and let the recurrent layer hand over its last state instead of writing `[:, -1, :]`.
#
# ## 4 Can it be saved, and loaded?
#
# The article's class has no `get_config`. To save a model Keras must write down "how to make another one". Of a subclass of `Layer` it records arguments that are numbers or strings by itself; of a subclass of `Model` it does not. The model below has a single argument, the integer `units=8`:

# %%
import tempfile
from pathlib import Path

folder = Path(tempfile.mkdtemp())
model = clinic.DEFECTS["no_get_config"].broken()
symptom(lambda: model(tokens).shape)
symptom(lambda: model.save(folder / "model.keras"))

# %% [markdown] lang="zh"
# 信息里的“不可序列化的参数”怪错了对象，8 是再普通不过的整数；要紧的是后半句：请写 `get_config`。报错还算好。更坏的是 `get_config` 写了，却**漏了一个**有默认值的参数。下面的层把输入乘以 3，它的 `get_config` 忘了 `factor`。先猜：载入时会报错吗？

# %% [markdown] lang="en"
# The message blames "non-serializable argument values", though 8 is as plain as a number can be; what counts is the rest: write `get_config`. An error is the better case. It is worse when there is a `get_config` that **leaves out** an argument which has a default. The layer below multiplies by 3, and its `get_config` forgets `factor`. A guess first: will loading raise an error?

# %%
defect = clinic.DEFECTS["config_incomplete"]
for which in ("broken", "mended"):
    model = getattr(defect, which)()
    model.save(folder / "model.keras")
    loaded = keras.saving.load_model(folder / "model.keras")
    print(f"{which:>6}: same outputs after loading:", np.allclose(model(tokens), loaded(tokens), atol=1e-6))
for line in defect.code("mended").splitlines()[7:9]:
    print(line)

# %% [markdown] lang="zh"
# 没有报错，也没有警告，部署出去的是**另一个模型**。（这个层若干脆不写 `get_config`，Keras 倒会自己记下 `factor`：写了一半，比不写更坏。）**改法**：`get_config` 返回 `super().get_config()` 加上 `__init__` 的**全部**参数；用 `register_keras_serializable` 登记这个类；保存之后立刻载入，比较输出。
#
# ## 5 体检
#
# 上面的每个小实验都可以自动做。课程的 `diagnose` 把十五项连成一次体检：不训练，不改权重，只用一小批输入。先看一个病号：

# %% [markdown] lang="en"
# No error, no warning: what goes into production is **another model**. (Had this layer no `get_config` at all, Keras would have recorded `factor` by itself: half a `get_config` is worse than none.) **The mend**: `get_config` returns `super().get_config()` and **all** arguments of `__init__`; register the class with `register_keras_serializable`; load at once what you saved, and compare the outputs.
#
# ## 5 The check-up
#
# Each of these small experiments can be done by a machine. The course's `diagnose` makes one check-up of fifteen: it trains nothing, changes no weight, and needs only a small batch. A patient first:

# %%
from rnncourse.diagnosis import diagnose

keras.utils.set_random_seed(0)
print(diagnose(clinic.DEFECTS["no_recurrence"].broken(), tokens))

# %% [markdown] lang="zh"
# ✓ 正常，✗ 毛病（箭头后面是建议），· 不适用。再看健康的：课程自己的三种分类器，还有一个**按设计**就不看次序的词袋。词袋没有毛病，但体检得知道你的本意：`ordered=False`。

# %% [markdown] lang="en"
# ✓ is well, ✗ a fault (advice behind the arrow), · does not apply. Now the healthy: three of the course's classifiers, and a bag of words, which is blind to order **by design**. That is no fault, but the check-up must know what you intend: `ordered=False`.

# %%
from rnncourse import models

bag = keras.Sequential([
    keras.Input((None,)), layers.Embedding(V, D, mask_zero=True), layers.GlobalAveragePooling1D(),
    layers.Dense(1, activation="sigmoid"),
])
healthy = {
    "GRU": models.build_text_classifier(vocabulary_size=V, embedding_size=D, units=H),
    "CNN": models.build_cnn_classifier(vocabulary_size=V, embedding_size=D, filters=16),
    "Transformer": models.build_transformer_classifier(vocabulary_size=V, embedding_size=D, heads=2),
}
for name, model in healthy.items():
    print(f"{name:>12}: faults", diagnose(model, tokens).faults)
for ordered in (True, False):
    print(f"{'bag':>12}: faults", diagnose(bag, tokens, ordered=ordered).faults, f" ordered={ordered}")

# %% [markdown] lang="zh"
# 一项检查只有在该响的时候响、不该响的时候不响，才有用。下图是二十个病号（前面讲过的都在内，另有几个常见的），每个只种下一处毛病，有时会牵动几项；列是检查项。图不是画好的，是当场跑出来的。

# %% [markdown] lang="en"
# A check is of use only if it rings when it should and keeps quiet otherwise. The picture shows twenty patients (all of those above and a few common ones more), each with a single defect planted, which may ring several bells; the columns are the checks. It is not drawn beforehand: it is run here.

# %%
import matplotlib.pyplot as plt
from rnncourse import plots
from rnncourse.diagnosis import CHECKS, question

found = clinic.table("broken")
plots.plot_findings(found, CHECKS, names={check: question(check) for check in CHECKS})
plt.show()

# %%
caught = sum("fault" in row.values() for row in found.values())
stops = sum(row["runs"] == "fault" for row in found.values())
tell(zh=f"{len(found)} 个病号，查出 {caught} 个；其中一运行就停的 {stops} 个，其余 {caught - stops} 个前向传播都跑得通。",
     en=f"Of {len(found)} patients {caught} are found out; {stops} of them stop by themselves, the other {caught - stops} run forward without complaint.")

# %% [markdown] lang="zh"
# 最左一列红的，构造时或第一次调用时就会报错；“能编译成图”要等到 `fit`，没有 `get_config` 要等到保存，才会报错；其余的不问就不会说。原文那不到三十行里，光是本章列出的就有**十四处**（还不算没有结尾的代码块）：`Input` 当层、$T$ 与 $D$ 混淆、`add` 列表、未定义的 `self.model`、一个值拆成两个、末步取两次、没有循环层、不用的层、`call` 里冻结、状态存成属性、没有掩码、没有 `get_config`、类名冲突、没有编译和数据。你数到了几处？
#
# 选一个毛病，左右对照它的代码：涂色的是改动的行，下面一排是体检结果。

# %% [markdown] lang="en"
# What is red in the first column raises an error as the model is made or first called; under "compiles" it waits for `fit`, and a missing `get_config` for saving. The rest says nothing unless asked. The article's lines, fewer than thirty, have **fourteen** of the defects in this chapter: `Input` as a layer, $T$ mixed up with $D$, `add` with a list, an undefined `self.model`, one value unpacked into two, the last step taken twice, no recurrent layer, layers never used, freezing in `call`, a state kept as an attribute, no mask, no `get_config`, a class name that hides another, no compile, data or metric (and a code block that never ends). How many had you counted?
#
# Choose a defect, and switch between broken and mended: the coloured lines are those that change, the row below is the check-up.

# %% tags=["widget"]
from rnncourse import widgets

widgets.explore_clinic()

# %% [markdown] lang="zh"
# ## 6 改好的模型，完整的一遍
#
# 现在把所有改法放在一起。先是**子类写法**：层在 `__init__` 里创建，`build` 给出形状，`call` 只做计算，`get_config` 写全参数，类名不与 Keras 冲突，并且登记。

# %% [markdown] lang="en"
# ## 6 The mended model, whole
#
# Now all mends together. First as a **subclass**: layers are created in `__init__`, `build` gives the shapes, `call` only computes, `get_config` has every argument, the name hides nothing of Keras's, and the class is registered.

# %%
@keras.saving.register_keras_serializable(package="chapter_4_3")
class ReviewClassifier(keras.Model):
    """Token ids (B, T), 0 is padding -> probability of class 1 (B, 1)."""

    def __init__(self, vocabulary_size, features=64, units=32, rate=0.4, **kwargs):
        super().__init__(**kwargs)
        self.vocabulary_size, self.features, self.units, self.rate = vocabulary_size, features, units, rate
        self.embedding = layers.Embedding(vocabulary_size, features, mask_zero=True)
        self.recurrent = layers.LSTM(units)
        self.dropout = layers.Dropout(rate)
        self.head = layers.Dense(1, activation="sigmoid")

    def build(self, shape):                                           # (B, T)
        self.embedding.build(shape)
        self.recurrent.build((*shape, self.features))
        self.head.build((shape[0], self.units))

    def call(self, tokens, training=False):
        state = self.recurrent(self.embedding(tokens))                # (B, H), after the last real token
        return self.head(self.dropout(state, training=training))      # (B, 1)

    def get_config(self):
        sizes = {name: getattr(self, name) for name in ("vocabulary_size", "features", "units", "rate")}
        return {**super().get_config(), **sizes}

# %% [markdown] lang="zh"
# 再是**函数式写法**：课程的 `build_text_classifier`，一次调用。它不用掩码，而是把填充挪到行尾、再按长度取末态（3.2.1 章）。两条路，同一组权重，输出应当相等。体检也都做一遍：

# %% [markdown] lang="en"
# Then in the **functional style**: the course's `build_text_classifier`, in one call. It uses no mask, but moves padding to the end of each row and takes the state at its length (chapter 3.2.1). Two ways, one set of weights: the outputs should be equal. Both get a check-up, too:

# %%
keras.utils.set_random_seed(0)
subclassed = ReviewClassifier(V)
form = {"cell": "lstm", "units": 32, "bidirectional": False, "pooling": "last"}
functional = models.build_text_classifier(vocabulary_size=V, **form)
before = subclassed(tokens)
functional.set_weights(subclassed.get_weights())
print("equal:", np.allclose(before, functional(tokens), atol=1e-6))
print("parameters:", subclassed.count_params(), functional.count_params())
print("faults:", diagnose(subclassed, tokens).faults, diagnose(functional, tokens).faults)
subclassed.save(folder / "model.keras")
loaded = keras.saving.load_model(folder / "model.keras")
print("loaded, equal:", np.allclose(before, loaded(tokens), atol=1e-6))

# %% [markdown] lang="zh"
# ### 数据、编译、训练、测试
#
# 原文缺的另一半。用 3,000 条真实评论训练几秒钟（4.2 章用全部数据做了完整的一遍，包括泄漏和调参）；词表只看训练集，在没见过的测试集上报告准确率和它的自助法区间。对照：永远猜多数类；同样 3,000 条上的 TF-IDF + 逻辑回归。规则：LSTM 区间的下端高于多数类区间的上端，才算学到了东西。数据这么少，不必指望它胜过 TF-IDF。

# %% [markdown] lang="en"
# ### Data, compile, training, test
#
# The other half that the article lacks. A few seconds of training on 3,000 real reviews (chapter 4.2 does it in full with all of them, leakage and tuning included); the vocabulary comes from the training set alone, the accuracy from a test set not seen before, with a bootstrap interval. Beside it: always the majority class, and TF-IDF with logistic regression on the same 3,000. The rule: it has learned something if the lower end of the LSTM's interval lies above the upper end of the majority's. With so little data, do not expect it to beat TF-IDF.

# %%
from rnncourse import datasets, metrics, text

train, validation, test = datasets.split(datasets.load_reviews())
some = np.random.default_rng(0).permutation(len(train.texts))[:3000]
texts, answers = [train.texts[i] for i in some], np.asarray(train.labels)[some]
vocabulary = text.Vocabulary.build(texts, unit=train.unit, minimum_count=2)
length = choose(zh=60, en=30)
x_train, x_test = (text.pad(vocabulary.encode_all(part, length)) for part in (texts, test.texts))
print(x_train.shape[0], "+", x_test.shape[0], " shared:", len(set(texts) & set(test.texts)))

# %% tags=["measured"]
keras.utils.set_random_seed(0)
model = ReviewClassifier(len(vocabulary))
model.compile(keras.optimizers.Adam(3e-3, global_clipnorm=1.0), "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x_train, answers, batch_size=64, epochs=3, verbose=0).history
tell(zh=f"训练损失 {history['loss'][0]:.2f} → {history['loss'][-1]:.2f}（瞎猜 {np.log(2):.2f}）",
     en=f"training loss {history['loss'][0]:.2f} → {history['loss'][-1]:.2f} (a blind guess: {np.log(2):.2f})")

# %% tags=["measured"]
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

features = TfidfVectorizer(
    tokenizer=lambda one: text.tokenize(one, train.unit), token_pattern=None, lowercase=False,
    ngram_range=train.ngrams, sublinear_tf=True,
)
bar = LogisticRegression(C=10, max_iter=1000).fit(features.fit_transform(texts), answers)
predicted = {
    choose(zh="多数类", en="majority class"): np.full(len(test.labels), np.bincount(answers).argmax()),
    "TF-IDF": bar.predict(features.transform(test.texts)),
    "LSTM": (model.predict(x_test, batch_size=256, verbose=0)[:, 0] > 0.5).astype(int),
}
scores = {name: metrics.bootstrap_interval(metrics.accuracy, test.labels, guess) for name, guess in predicted.items()}
plots.plot_intervals(scores)
plt.show()

# %% tags=["measured"]
lstm, tfidf, majority = (scores[name] for name in ("LSTM", "TF-IDF", choose(zh="多数类", en="majority class")))
learnt = lstm.low > majority.high
tell(zh=f"LSTM {lstm}，多数类 {majority.estimate:.3f}：{'学到了东西' if learnt else '没有学到东西'}。",
     en=f"LSTM {lstm}, majority class {majority.estimate:.3f}: it has {'learned something' if learnt else 'learned nothing'}.")
apart = lstm.high < tfidf.low or tfidf.high < lstm.low
better = "LSTM" if lstm.estimate > tfidf.estimate else "TF-IDF"
tell(zh=f"TF-IDF {tfidf}：两个区间{'分得开' if apart else '有重叠'}，{better} 的估计值较高。",
     en=f"TF-IDF {tfidf}: the two intervals {'lie apart' if apart else 'overlap'}; the higher estimate: {better}.")

# %% [markdown] lang="zh"
# 训练只有一个种子，区间只含测试样本带来的不确定。最后一步，也是原文没有的一步：存下训练好的模型，连同词表；载入，交给函数式的孪生模型，三者的回答应当一样。

# %% [markdown] lang="en"
# This is one seed of training; the interval covers the chance in the test examples only. The last step, which the article lacks as well: save the trained model together with its vocabulary, load it, hand its weights to the functional twin; the three should answer alike.

# %%
model.save(folder / "reviews.keras")
loaded = keras.saving.load_model(folder / "reviews.keras")
twin = models.build_text_classifier(vocabulary_size=len(vocabulary), **form)
twin.set_weights(loaded.get_weights())
asked = x_test[:200]
replies = [np.asarray(each(asked)) for each in (model, loaded, twin)]
print("three models, one answer:", all(np.allclose(replies[0], reply, atol=1e-5) for reply in replies[1:]))

# %% [markdown] lang="zh"
# ## 小结
#
# - 第 30 条是**笔误**：“编码器与编码器类似”什么也没说；本意多半是 3.2.2 节的那句。
# - 会报错的毛病，写完 `call` 马上用一小批调用一次就能发现；**不报错的**要靠提问：打乱次序、多补填充、单独送一行、同一批送两次、存了再取。
# - 层在 `__init__` 里创建；冻结在 `compile` 之前；状态是输出或变量，不是属性；`get_config` 写全；末态让循环层给。
# - 这些问题 `diagnose` 能一次问完。它不保证模型**好**，只保证没有这些毛病：好不好，看测试集。
#
# ## 试一试
#
# 1. 给 `build_text_classifier(pooling="mean")` 和 `bidirectional=True` 做体检，哪些项变了？为什么双向模型的“不看未来”仍然是“不适用”？
# 2. 写一个 `BatchNormalization` 被错误地以 `training=True` 调用的模型。哪一项会响？先猜再试。
# 3. 在 `ReviewClassifier.get_config` 里去掉 `rate`，体检还过得了吗？为什么？再去掉 `units` 呢？（提示：默认值。）
# 4. 拿一个你自己的模型，`print(diagnose(model, x))`。有 ✗ 吗？
#
# 动手题见 `exercises/` 里的本章练习。
#
# ## 出处
#
# - 禅与计算机程序设计艺术：《循环神经网络：实用的序列建模方法》4.3 节与 3.2.2 节（本章引用的句子和表达式）。
# - Keras 指南：[Making new layers and models via subclassing](https://keras.io/guides/making_new_layers_and_models_via_subclassing/)，[Save, serialize, and export models](https://keras.io/guides/serialization_and_saving/)，[Transfer learning & fine-tuning](https://keras.io/guides/transfer_learning/)（`trainable` 与 `compile`），[Understanding masking & padding](https://keras.io/guides/understanding_masking_and_padding/)。
# - Karpathy (2019). [A recipe for training neural networks](https://karpathy.github.io/2019/04/25/recipe/)：用梯度检查各行互不相干。
# - Breck 等 (2017). The ML test score: a rubric for ML production readiness and technical debt reduction. *IEEE Big Data*.

# %% [markdown] lang="en"
# ## Summary
#
# - Claim 30 is a **slip**: "the encoder is like the encoder" says nothing; what was meant is probably the sentence of section 3.2.2.
# - Defects that raise errors are found by calling the model on a small batch as soon as `call` is written. Those that **do not** take questions: shuffle the order, add padding, send one row alone, send a batch twice, save and load.
# - Layers are created in `__init__`; freezing comes before `compile`; a state is an output or a variable, not an attribute; `get_config` is complete; the recurrent layer hands over the last state.
# - `diagnose` asks all of that at once. It does not say that a model is **good**, only that it has none of these defects: how good it is, the test set says.
#
# ## Try it
#
# 1. Give `build_text_classifier(pooling="mean")` and `bidirectional=True` a check-up: which findings change? Why does "no look ahead" still not apply to a bidirectional classifier?
# 2. Write a model that calls `BatchNormalization` with `training=True` by mistake. Which check will ring? Guess, then try.
# 3. Take `rate` out of `ReviewClassifier.get_config`: does it still pass? Why? And without `units`? (A hint: defaults.)
# 4. Take a model of your own: `print(diagnose(model, x))`. Is there a ✗?
#
# The tasks of this chapter are in `exercises/`.
#
# ## Sources
#
# - The article, 循环神经网络：实用的序列建模方法, sections 4.3 and 3.2.2 (the sentences and expressions quoted here).
# - Keras guides: [Making new layers and models via subclassing](https://keras.io/guides/making_new_layers_and_models_via_subclassing/), [Save, serialize, and export models](https://keras.io/guides/serialization_and_saving/), [Transfer learning & fine-tuning](https://keras.io/guides/transfer_learning/) (`trainable` and `compile`), [Understanding masking & padding](https://keras.io/guides/understanding_masking_and_padding/).
# - Karpathy (2019). [A recipe for training neural networks](https://karpathy.github.io/2019/04/25/recipe/): rows that must not depend on each other, checked by gradients.
# - Breck et al. (2017). The ML test score: a rubric for ML production readiness and technical debt reduction. *IEEE Big Data*.
