# %% [markdown] lang="zh"
# # 3.2.1 循环编码器：嵌入、方向、堆叠、汇聚
#
# 原文 3.2.1 节只有三句话：循环编码器是循环神经网络的“**核心部分**”，把输入序列编码，“生成**一个**状态向量”（第 22 条）；实现时“将输入序列中的**每个元素转换为一个状态向量**”，再“使用循环结构将状态向量传递多次”（第 9 条）。
#
# 读完本章，你能够：
#
# - 用 NumPy 重做编码器的每一步（嵌入、双向、堆叠、汇聚、dropout），误差小于 1e-5；
# - 说出一个编码器交出几个向量、各是什么形状、各读过什么；
# - 避开三个不报错的陷阱：读到填充、反向的“末态”取错了位置、分块读时丢了状态；
# - 用课程的一行代码得到同样的编码器，并知道什么时候用不着循环。
#
# 先猜：下图的编码器读 $T$ 个词元，一共有几个状态向量？哪些会交出去？

# %% [markdown] lang="en"
# # 3.2.1 The recurrent encoder: embedding, direction, stacking, pooling
#
# Section 3.2.1 of the article has three sentences. The recurrent encoder is the "**core part**" of an RNN; it encodes the input sequence and "yields **one** state vector" (claim 22). To implement it, "turn **each element** of the input sequence **into a state vector**" and "use the loop to pass the state vector on several times" (claim 9).
#
# After this chapter you can:
#
# - redo every step of an encoder in NumPy (embedding, two directions, stacking, pooling, dropout) to within 1e-5;
# - say how many vectors an encoder hands over, of which shapes, and what each of them has read;
# - avoid three traps that raise no error: padding that is read, the backward "last state" taken at the wrong place, a state lost between pieces;
# - get the same encoder in one line of the course's library, and know when no recurrence is needed.
#
# A guess first: the encoder below reads $T$ tokens. How many state vectors does it have, and which are handed over?

# %%
import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers
from rnncourse import choose, encoders, metrics, models, plots, text


def tell(*, zh, en):
    """Print the sentence that is in the reader's language."""
    print(choose(zh=zh, en=en))


sentence = choose(zh=list("这本书不好看"), en=["the", "film", "is", "not", "good"])
plots.plot_encoder(sentence, padding=2)
plt.show()

# %% [markdown] lang="zh"
# 绿色是词元（灰色是填充），每个词元先变成一个嵌入（图中没有画）；蓝色从左往右读，橙色从右往左读；最上面是交出去的一个向量，它由两个方向**各自读完以后**的状态拼成。状态一共 $2T$ 个。本章从下往上走。
#
# ## 1 嵌入：一张表
#
# 词元编号的大小没有意义：循环层若直接拿编号乘以权重，6 号词元就成了 3 号的两倍。嵌入层是一张 $V \times D$ 的表 $E$，编号 $v$ 取出第 $v$ 行。它还有另一种写法：把编号写成只有一个 1 的向量（one-hot），再乘以 $E$：
#
# $$x_t = E[v_t] = \mathrm{onehot}(v_t)\, E$$
#
# 两种写法相等，所以嵌入就是一个没有偏置的全连接层；查表只是省去了乘 0。

# %% [markdown] lang="en"
# Green are tokens (grey is padding), each of which becomes an embedding (not drawn); blue reads from left to right, orange from right to left. On top is the one vector that is handed over: the states that the two directions reach **when each has read everything**, side by side. There are $2T$ states in all. This chapter goes from the bottom to the top.
#
# ## 1 Embedding: a table
#
# The size of a token's id means nothing: a recurrent layer that multiplied ids by its weights would take token 6 for twice token 3. An embedding layer is a table $E$ of $V \times D$ numbers; id $v$ fetches row $v$. It can be written in another way: let the id be a vector with a single 1 (one-hot), and multiply by $E$:
#
# $$x_t = E[v_t] = \mathrm{onehot}(v_t)\, E$$
#
# The two are equal, so an embedding is a dense layer without bias; looking up only saves multiplying by zeros.

# %%
V, D = 8, 3
embedding = layers.Embedding(V, D)
ids = text.pad([[3, 5, 3], [2, 4]])                        # (B, T): 0 is padding
x = np.asarray(embedding(ids))                             # (B, T, D)
(table,) = embedding.get_weights()                         # (V, D)
one_hot = np.eye(V, dtype="float32")[ids]                  # (B, T, V)
print("ids", ids.shape, "  x", x.shape, "  one-hot", one_hot.shape)
print("one-hot times table equals lookup:", np.abs(one_hot @ table - x).max() < 1e-5)
print("token 3 has one embedding, wherever it stands:", np.array_equal(x[0, 0], x[0, 2]))

# %% [markdown] lang="zh"
# 由此可以推出训练时会发生什么：one-hot 里为 0 的行，梯度也是 0。**一批里没有出现的词元，它那一行没有梯度。** 先猜：用上面两句话（编号 3 5 3 和 2 4 加一个填充）训练一步（普通的 SGD），表的 8 行里哪几行会变？

# %% [markdown] lang="en"
# What happens in training follows from this: where the one-hot has zeros, so has the gradient. **The row of a token that is not in the batch has no gradient.** Guess: after one training step (plain SGD) on the two sentences above (ids 3 5 3, and 2 4 with one padding), which of the table's 8 rows have changed?

# %%
embed = layers.Embedding(V, D, mask_zero=True)
tiny = keras.Sequential([keras.Input((None,)), embed, layers.GRU(4), layers.Dense(1)])
before = embed.get_weights()[0]
tiny.compile(keras.optimizers.SGD(0.1), "mse")
tiny.fit(ids, np.ones((2, 1)), verbose=0)
moved = np.abs(embed.get_weights()[0] - before).max(axis=1) > 0
print("rows that moved:", np.flatnonzero(moved).tolist())

# %% [markdown] lang="zh"
# 编号 0（填充，有掩码）没动，没出现的 1、6、7 也没动。再猜：接着用只有 1 号词元的一批训练一步，这次哪几行会变？换成 Adam 呢？

# %% [markdown] lang="en"
# Id 0 (padding, with a mask) did not move, nor did 1, 6 and 7, which do not occur. Guess again: train one more step, on a batch of token 1 alone. Which rows change this time? And with Adam?

# %%
for optimizer in (keras.optimizers.SGD(0.1), keras.optimizers.Adam(0.1)):
    tiny.compile(optimizer, "mse")
    for batch in (ids, np.array([[1, 1, 1]])):
        before = embed.get_weights()[0]
        tiny.train_on_batch(batch, np.ones((len(batch), 1)))
        moved = np.abs(embed.get_weights()[0] - before).max(axis=1) > 0
        print(f"{type(optimizer).__name__:>4}  ids {np.unique(batch)}  rows that moved: {np.flatnonzero(moved).tolist()}")

# %% [markdown] lang="zh"
# 没有梯度，不等于不动：Adam（动量法也一样）还记着以前的梯度，会让**早先**某一批里出现过的行接着动；从没出现过的 6、7 两行仍然不动（权重衰减除外）。无论哪一种，罕见词元的那一行都只由随机的初值和寥寥几条文本决定；第 4.2 章把只出现一次的词元并入“未知词元”，就是这个道理。
#
# 一行数字“是什么意思”？它的意思就是**任务需要它是什么**。用课程自带的评论训练一个分类器来看：其中一行得到一个双向 GRU 编码器（第 8 节会说明这一行里有什么，前面几节先把它拆开），后面接最大汇聚和一个输出层。

# %% [markdown] lang="en"
# No gradient is not to say no movement: Adam (and so does momentum) remembers earlier gradients, and goes on moving a row that stood in an **earlier** batch; rows 6 and 7, which never occurred, do not move (weight decay apart). In each case a rare token's row is settled by its random start and by a text or two; that is why chapter 4.2 makes tokens that occur once the unknown token.
#
# What does a row of numbers mean? It means **what the task needs it to mean**. To see that, train a classifier on the course's reviews: one line gives a bidirectional GRU encoder (section 8 says what is in that line; the sections before it take it apart), followed by a maximum over the states and an output layer.

# %%
from rnncourse import datasets, training

reviews = datasets.split(datasets.load_reviews())
train, test = (part.take(np.arange(count)) for part, count in zip((reviews.train, reviews.test), (2400, 400)))
vocabulary = text.Vocabulary.build(train.texts, unit=train.unit, minimum_count=3)
x_train, x_test = (vocabulary.encode_all(part.texts, 40) for part in (train, test))
H = 16


def train_encoder(cell, seed):
    """A bidirectional encoder, trained on reviews: token ids (B, T) -> states (B, T, 2H), end states."""
    keras.utils.set_random_seed(seed)
    encoder = models.build_encoder(vocabulary_size=len(vocabulary), cell=cell, embedding_size=32, units=H)
    pooled = encoders.pool(encoder.outputs[0], encoder.input, kind="max")          # (B, 2H)
    classifier = keras.Model(encoder.input, layers.Dense(1, activation="sigmoid")(pooled))
    data = (x_train, train.labels), (x_test, test.labels)
    training.fit(classifier, *data, epochs=3, learning_rate=5e-3, progress="none", seed=seed)
    return encoder, np.mean((training.predict(classifier, x_test) > 0.5) == test.labels)

# %% tags=["measured"]
trained = {seed: train_encoder("gru", seed) for seed in (0, 1, 2)}
accuracy = metrics.mean_interval([found for _, found in trained.values()])
encoder = trained[0][0]
tell(zh=f"{len(test)} 条没见过的评论，三个种子的准确率：{accuracy}（只为看内部，没有调参）",
     en=f"accuracy on {len(test)} unseen reviews over three seeds: {accuracy} (to look inside; nothing was tuned)")

# %% [markdown] lang="zh"
# 怎样查一张表学到了什么？在训练集里数一数，挑出最偏向正面的 40 个词元和最偏向负面的 40 个，再比较它们的行：**同一边**的两行方向相近吗（余弦）？**不同边**的呢？先猜训练前后各是多少。

# %% [markdown] lang="en"
# How to find out what a table has learnt? Count in the training set, pick the 40 tokens that lean most to the positive side and the 40 that lean most to the negative, and compare their rows: do two rows of the **same side** point the same way (cosine)? And rows of **opposite sides**? Guess both, before and after training.

# %%
def leaning(sequences, labels, size):
    """Log-odds of a token's occurring in a positive text; NaN for fewer than 20 texts. Shape (V,)."""
    texts_with = np.zeros((2, size))
    for sequence, label in zip(sequences, labels):
        texts_with[label, np.unique(sequence)] += 1
    odds = np.log(texts_with[1] + 1) - np.log(texts_with[0] + 1)
    return np.where(texts_with.sum(axis=0) >= 20, odds, np.nan)


odds = leaning(x_train, train.labels, len(vocabulary))
ranked = np.argsort(odds, kind="stable")[: np.sum(~np.isnan(odds))]      # NaN stands last
negative, positive = ranked[:40], ranked[::-1][:40]
for name, tokens in zip(train.label_names, (negative, positive)):
    print(name, *vocabulary.decode(tokens[:10]))

# %%
def cosines(table):
    """Mean cosine of rows (V, D) on the same side, and on opposite sides."""
    table = table / np.linalg.norm(table, axis=1, keepdims=True)
    same = np.mean([(table[side] @ table[side].T)[np.triu_indices(40, 1)] for side in (negative, positive)])
    return same, np.mean(table[negative] @ table[positive].T)

# %% tags=["measured"]
untrained = np.random.default_rng(0).uniform(-0.05, 0.05, (len(vocabulary), 32))      # Keras's own start
tables = [one.get_layer("embedding").get_weights()[0] for one, _ in trained.values()]
same, opposite = (metrics.mean_interval(values) for values in zip(*map(cosines, tables)))
at_first = cosines(untrained)
tell(zh=f"训练前：同一边 {at_first[0]:.2f}，不同边 {at_first[1]:.2f}；训练后（三个种子）：同一边 {same}，不同边 {opposite}",
     en=f"before training: same side {at_first[0]:.2f}, opposite {at_first[1]:.2f}; after (three seeds): same side {same}, opposite {opposite}")
told = same.low > opposite.high
tell(zh=f"表{'学到了褒贬：同一边的行靠拢，不同边的分开' if told else '没有清楚地分开褒贬'}。",
     en=f"The table {'has learnt which side a token is on' if told else 'does not tell the sides apart clearly'}.")

# %% [markdown] lang="zh"
# 一行的意思，是它**在这个任务里的作用**：被问过的只有褒贬，凡是对判断褒贬没有帮助的（词性、近义之类），都没有理由进到表里。想要通用的词义，得用通用的任务来训练（6.2.2 章）。
#
# ## 2 循环：状态不是元素的翻译
#
# 第 9 条说编码器“将每个元素转换为一个状态向量”。数量对：$T$ 个词元，$T$ 个（双向则 $2T$ 个）状态。可是“转换”一词暗示状态是**那个元素**的函数，像嵌入那样。试试：两句话末尾是同一个词元，前文不同。先猜：嵌入相同吗？状态相同吗？

# %% [markdown] lang="en"
# What a row means is **what it does in this task**: praise or blame is all that was ever asked, and what does not help to tell them apart (say, parts of speech or synonyms) has no reason to enter the table. Meanings of general use need a general task (chapter 6.2.2).
#
# ## 2 The loop: a state is no translation of an element
#
# Claim 9 says that the encoder "turns each element into a state vector". The count is right: $T$ tokens, $T$ states ($2T$ in two directions). But "turns into" suggests that the state is a function of **that element**, as the embedding is. Try it: two sentences that end in the same token, after different words. Guess first: is the embedding the same? Is the state?

# %% claims=[9]
pair = choose(zh=("这本书很好", "这本书不好"), en=("this film is very good", "this film is not good"))
ids = text.pad(vocabulary.encode_all(pair))                                 # (2, T)
embedded = np.asarray(encoder.get_layer("embedding")(ids))                  # (2, T, D)
forward = np.asarray(encoder(ids)[0])[..., :H]                              # (2, T, H): left to right
print("the last token is the same:", ids[0, -1] == ids[1, -1])
print("its embedding is the same: ", np.array_equal(embedded[0, -1], embedded[1, -1]))
print("its state is the same:     ", np.allclose(forward[0, -1], forward[1, -1], atol=1e-3))

# %% [markdown] lang="zh"
# 状态由递推式决定，$h_t = \text{step}(x_t, h_{t-1})$，展开就是
#
# $$h_t = f(x_1, x_2, \dots, x_t), \qquad \overleftarrow{h}_t = g(x_t, x_{t+1}, \dots, x_T)$$
#
# 正向的状态读过**整个前缀**，反向的读过整个后缀。要看见这一点：把第 $k$ 个词元换成“未知词元”，量第 $t$ 个状态移动了多少，$\lVert h'_t - h_t \rVert / \lVert h_t \rVert$。先猜三张图的形状：正向、反向、两者拼在一起。

# %% [markdown] lang="en"
# The state comes from the recurrence $h_t = \text{step}(x_t, h_{t-1})$, which unrolled is
#
# $$h_t = f(x_1, x_2, \dots, x_t), \qquad \overleftarrow{h}_t = g(x_t, x_{t+1}, \dots, x_T)$$
#
# A forward state has read the **whole prefix**, a backward one the whole suffix. To see it, replace token $k$ by the unknown token and measure how far state $t$ moves, $\lVert h'_t - h_t \rVert / \lVert h_t \rVert$. Guess the shapes of the three pictures: forward, backward, both side by side.

# %%
from functools import partial

from rnncourse import explain

ids = vocabulary.encode(choose(zh="这本书的内容一点也不好看", en="this is not as good a film as it should be"))


def states_of(rows, part=slice(None)):
    """Token ids (N, T) -> states (N, T, .) of the trained encoder; `part` picks a direction."""
    return np.asarray(encoder(rows)[0])[..., part]


halves = {"→": slice(0, H), "←": slice(H, 2 * H), "→ ←": slice(0, 2 * H)}
reach = {name: explain.state_effects(partial(states_of, part=part), ids) for name, part in halves.items()}
plots.plot_reach(reach, vocabulary.decode(ids))
plt.show()
print("no forward state moves by a later token: ", np.triu(reach["→"], 1).max() < 1e-6)
print("no backward state moves by an earlier one:", np.tril(reach["←"], -1).max() < 1e-6)

# %% [markdown] lang="zh"
# 对角线附近通常最深：刚读到的词元影响最大；往回渐渐变淡，但没有立刻消失；有的词元整列都深，推动的不只是身边的状态。前两张图里的白色三角是还没读到的词元。除了最先读的一个，每一**行**都不止对角线一格：这就是“记忆”。
#
# 在很多句子上量一量：离末尾 $k$ 步的词元，还能把末态推动多少？为了快，这里不用 Keras，而用 2.2.1 章的 NumPy 循环；先验证两者相等。

# %% [markdown] lang="en"
# Darkest, as a rule, is what lies near the diagonal: the token just read counts most. Going back it fades, but not at once; a token with a dark column moves more than the states beside it. The white triangle of the first two pictures is what has not been read yet. But for the token that is read first, each **row** has more than its diagonal square: that is what memory is.
#
# Now over many sentences: how far can a token that stands $k$ steps before the end still move the last state? To be fast, this runs the NumPy loop of chapter 2.2.1 instead of Keras; first, they are equal.

# %%
from rnncourse.cells import gru, lstm, simple_rnn, unroll


def forward_states(encoder, rows):
    """Token ids (N, T) -> forward states (N, T, H), by NumPy."""
    embedded = encoder.get_layer("embedding").get_weights()[0][rows]
    return unroll(gru, embedded, gru.Params(*encoder.get_layer("forward_1").get_weights())).outputs


error = np.abs(forward_states(encoder, ids[None]) - states_of(ids[None], halves["→"])).max()
print("NumPy equals Keras:", error < 1e-5)
long_enough = [sequence[:20] for sequence in x_test if len(sequence) >= 20][:80]

# %% tags=["measured"]
def reach_back(encoder):
    """Movement of the last state by the token k steps before the end: (20,), mean over the sentences."""
    tables = [explain.state_effects(lambda rows: forward_states(encoder, rows), s) for s in long_enough]
    return np.mean([table[-1, ::-1] for table in tables], axis=0)


curves = np.stack([reach_back(encoder) for encoder, _ in trained.values()])         # (seeds, 20)
_, ax = plt.subplots(figsize=(7, 2.8))
ax.plot(curves.T, ".-")
ax.set(yscale="log", xticks=range(0, 20, 2), xlabel=choose(zh="离末尾的步数 k", en="steps before the end, k"))
ax.set_ylabel(choose(zh="末态的移动", en="movement of the last state"))
plt.show()
first_token = ", ".join(f"{value:.1%}" for value in curves[:, -1])
tell(zh=f"换掉第 1 个词元，第 20 个状态平均移动 {first_token}（三个种子）",
     en=f"with token 1 replaced, state 20 moves by {first_token} on average (three seeds)")

# %% [markdown] lang="zh"
# 每条曲线是一个种子。纵轴是对数的：曲线在哪一段是直的，影响就在那一段每步缩小同样的倍数；缩得多快，不同种子可以差很多。
#
# 反过来问：一个状态有多少是由“这个元素”决定的？把测试集里所有状态按所在的词元分组。如果状态只是元素的函数，同组的状态应当一模一样，词元就解释了全部方差（嵌入正是如此）。算出解释的比例（校正了组数的 $R^2$，只看至少出现 20 次的词元）：

# %% [markdown] lang="en"
# Each curve is a seed. The vertical axis is logarithmic: where a curve is straight, the effect shrinks by the same factor at every step; how fast may differ widely between seeds.
#
# Or ask the other way round: how much of a state is settled by "this element"? Group all states of the test set by the token at which they stand. If a state were a function of its element, all states of a group would be equal, and the token would explain the whole variance (as it does for embeddings). The share explained (an $R^2$ adjusted for the number of groups, tokens with at least 20 occurrences):

# %% tags=["measured"] claims=[9]
def explained_by_token(vectors, tokens):
    """Share of the variance of vectors (N, H) that lies between the tokens (N,), adjusted."""
    count = np.bincount(tokens)
    often = count[tokens] >= 20
    vectors, (kinds, group) = vectors[often], np.unique(tokens[often], return_inverse=True)
    means = np.stack([vectors[group == k].mean(axis=0) for k in range(len(kinds))])
    within = np.sum((vectors - means[group]) ** 2) / (len(vectors) - len(kinds))
    return 1 - within / (np.sum((vectors - vectors.mean(axis=0)) ** 2) / (len(vectors) - 1))


batch = text.pad(x_test)                                                     # (B, T); the loop is causal,
real, tokens = batch > 0, batch[batch > 0]                                   # so padding behind does no harm
shares = [explained_by_token(forward_states(one, batch)[real], tokens) for one, _ in trained.values()]
table = encoder.get_layer("embedding").get_weights()[0]
of_embeddings, by_token = explained_by_token(table[tokens], tokens), ", ".join(f"{share:.2f}" for share in shares)
tell(zh=f"词元本身解释了多少方差：嵌入 {of_embeddings:.2f}；正向的状态 {by_token}（三个种子）",
     en=f"variance explained by the token itself: embeddings {of_embeddings:.2f}; forward states {by_token} (three seeds)")

# %% [markdown] lang="zh"
# **第 9 条的判决。** 事先定的规则：状态的个数等于元素的个数，则前一半（“每个元素一个状态”）成立；如果每个种子里词元解释的方差都不到九成，而且换掉第 1 个词元会使第 20 个状态移动（超过 0.01%），则“由元素转换而来”不成立。

# %% [markdown] lang="en"
# **The verdict on claim 9.** The rule, set beforehand: if there are as many states as elements, the first half ("a state for each element") holds; if in every seed the token explains less than nine tenths of the variance, and replacing token 1 moves state 20 (by more than 0.01%), then "turned from that element" does not.

# %% tags=["measured"] claims=[9]
one_each = states_of(ids[None], halves["→"]).shape[1] == len(ids)
more_than_the_element = max(shares) < 0.9 and curves[:, -1].min() > 1e-4
verdict = {(True, True): choose(zh="对一半：每个元素有一个状态，但状态取决于整个前缀，不只是这个元素",
                                en="half right: each element gets a state, but the state depends on the whole prefix, not on that element alone"),
           (True, False): choose(zh="成立", en="right")}.get((one_each, more_than_the_element), choose(zh="不成立", en="wrong"))
tell(zh=f"第 9 条：{verdict}。", en=f"Claim 9: {verdict}.")

# %% [markdown] lang="zh"
# 至于“传递多次”：每一步传一次，共 $T$ 次，序列只读一遍（2.1 章验证过）。
#
# ## 3 状态：交出去几个？
#
# “生成一个状态向量”（第 22 条）。先猜下面每个层打开 `return_state` 后，在输出之外还交出几个状态，再看：

# %% [markdown] lang="en"
# As for "passed on several times": once a step, $T$ times in all; the sequence is read once (chapter 2.1 verified it).
#
# ## 3 States: how many are handed over?
#
# "Yields one state vector" (claim 22). Guess how many states each layer below hands over with `return_state`, besides its output, and then look:

# %% claims=[22]
rng = np.random.default_rng(0)
x = rng.normal(size=(2, 12, 3)).astype("float32")                      # (B, T, D)
handed_over = {}
for kind in (layers.SimpleRNN, layers.GRU, layers.LSTM):
    for two_ways in (False, True):
        layer = kind(4, return_state=True)
        _, *ends = (layers.Bidirectional(layer) if two_ways else layer)(x)
        name = f"Bidirectional({kind.__name__})" if two_ways else kind.__name__
        handed_over[name] = len(ends)
        print(f"{name:>24}: {len(ends)} × {tuple(ends[0].shape)}")

# %% [markdown] lang="zh"
# 要状态做什么？为了**接着读**。一条长序列（一天的录音、一本书）分成几块读：把上一块的末态作为下一块的 `initial_state`，结果应当和一口气读完一样。LSTM 的两个状态都要带，少带一个会怎样？

# %% [markdown] lang="en"
# What are states for? For **reading on**. A long sequence (a day's sound, a book) is read in pieces: let the end state of one piece be the `initial_state` of the next, and the result should be that of reading it all at once. Of an LSTM both states must go along; what if one is left behind?

# %%
layer = layers.LSTM(4, return_sequences=True, return_state=True)
whole = layer(x)[0]                                                    # (B, T, H)
first, h, c = layer(x[:, :7])
ways = {"h and c": [h, c], "h alone": [h, 0 * c], "nothing": [0 * h, 0 * c]}
for name, start in ways.items():
    rest = layer(x[:, 7:], initial_state=start)[0]
    error = np.abs(np.concatenate([first, rest], axis=1) - whole).max()
    print(f"{name:>8} handed on: equal to the whole", error < 1e-5)

# %% [markdown] lang="zh"
# `stateful=True` 让层自己记住末态，下一次调用接着用。方便，也危险：它不知道新的一批是不是新的序列，**该清零的时候得由你来清**。

# %% [markdown] lang="en"
# With `stateful=True` the layer keeps its end state and goes on from there at the next call. That is convenient and dangerous: it cannot know whether a new batch is a new sequence; **clearing it is up to you**.

# %%
keeps = layers.LSTM(4, return_sequences=True, stateful=True)
keeps.build(x.shape)
keeps.set_weights(layer.get_weights())
pieces = np.concatenate([keeps(x[:, :7]), keeps(x[:, 7:])], axis=1)
print("two calls equal the whole:   ", np.abs(pieces - whole).max() < 1e-5)
print("the same x again, same output:", np.abs(np.asarray(keeps(x)) - whole).max() < 1e-5)
keeps.reset_state()
print("after reset_state:            ", np.abs(np.asarray(keeps(x)) - whole).max() < 1e-5)

# %% [markdown] lang="zh"
# ## 4 方向：双向不是魔法
#
# 双向层是**两个层**，权重各自独立：一个照原样读，一个读倒过来的序列，再把它的输出倒回来，使第 $t$ 步的两半说的是同一个词元；最后在特征轴上拼接：
#
# $$[\overrightarrow{h}_t ; \overleftarrow{h}_t], \qquad (B, T, H) \text{ 和 } (B, T, H) \to (B, T, 2H)$$
#
# 用 NumPy 的循环照做一遍：

# %% [markdown] lang="en"
# ## 4 Direction: no magic
#
# A bidirectional layer is **two layers** with weights of their own: one reads as it stands, the other reads the reversed sequence; its output is turned back, so that both halves of step $t$ are about the same token; then they are joined along the features:
#
# $$[\overrightarrow{h}_t ; \overleftarrow{h}_t], \qquad (B, T, H) \text{ and } (B, T, H) \to (B, T, 2H)$$
#
# The same with the NumPy loop:

# %%
both = layers.Bidirectional(layers.GRU(4, return_sequences=True))
by_keras = np.asarray(both(x))                                         # (B, T, 2H)
there = unroll(gru, x, gru.Params(*both.forward_layer.get_weights())).outputs
back = unroll(gru, x[:, ::-1], gru.Params(*both.backward_layer.get_weights())).outputs[:, ::-1]
by_hand = np.concatenate([there, back], axis=-1)
print(by_keras.shape, "by hand equal to Keras:", np.abs(by_hand - by_keras).max() < 1e-5)

# %% [markdown] lang="zh"
# ### 陷阱：反向的“末态”在哪里？
#
# 要一个向量时，很多代码写 `outputs[:, -1]`，“取最后一步”。正向的一半没问题，反向的一半呢？看本章第一张图再猜：改动**除最后一个以外的全部**输入，`outputs[:, -1]` 的哪一半会动？

# %% [markdown] lang="en"
# ### The trap: where is the backward "last state"?
#
# To get one vector, much code says `outputs[:, -1]`, "the last step". That is right for the forward half; and for the backward one? Look at the first picture of this chapter and guess: change **all inputs but the last**, and which half of `outputs[:, -1]` moves?

# %%
changed = x.copy()
changed[:, :-1] += 1.0
moved = np.abs(np.asarray(both(changed)) - by_keras).max(axis=0) > 1e-6                # (T, 2H)
for name, step in (("outputs[:, -1]", -1), ("outputs[:, 0]", 0)):
    print(f"{name:>14}  forward half moves: {moved[step, :4].any()!s:5}  backward half moves: {moved[step, 4:].any()}")
end_states = layers.Bidirectional(layers.GRU(4))
end_states.build(x.shape)
end_states.set_weights(both.get_weights())
joined = np.concatenate([by_keras[:, -1, :4], by_keras[:, 0, 4:]], axis=-1)
print("return_sequences=False takes the last and the first:", np.abs(np.asarray(end_states(x)) - joined).max() < 1e-5)

# %% [markdown] lang="zh"
# 反向的一半在最后一步**只读过一个词元**，它在**第一步**才读完。`return_sequences=False` 的 Keras 会替你取对；自己切片，就得分两半取。（本章练习第 3 题。）
#
# 双向还有代价：它不是**因果**的。第 1 步的状态取决于最后一个词元，所以句子没说完，哪一步的状态都凑不齐。边听边写的识别、语言模型、解码器都不能用；读完整句再判断的编码器可以用。

# %% [markdown] lang="en"
# At the last step the backward half has **read a single token**; it has read them all at the **first**. With `return_sequences=False` Keras takes the right ones for you; slice by hand, and you must take the halves apart. (Task 3 of this chapter's exercise.)
#
# Two directions have a price: they are not **causal**. The state of step 1 depends on the last token, so no step's state is complete before the sentence is over. Recognition while somebody speaks, language models and decoders cannot have it; an encoder that judges whole sentences can.

# %%
changed = x.copy()
changed[:, -1] += 1.0
for name, layer in (("one direction", both.forward_layer), ("two directions", both)):
    moved = np.abs(np.asarray(layer(changed)) - np.asarray(layer(x)))[:, 0].max() > 1e-6
    print(f"{name}: the first state sees the last token: {moved}")

# %% [markdown] lang="zh"
# ## 5 填充：两个方向，两种读法
#
# 3.1 章看过填充与掩码。双向时，问题多了一个：**后填充对反向的循环来说是前填充**。它一开头读到的全是填充。先猜：没有掩码，两个方向的末态，哪一个会错？

# %% [markdown] lang="en"
# ## 5 Padding: two directions, two ways to read it
#
# Chapter 3.1 was about padding and masks. With two directions there is one question more: **what is post-padding to the forward loop is pre-padding to the backward one**, which begins by reading nothing else. Guess: without a mask, which of the two end states is wrong?

# %%
lengths = (12, 5, 8)
x = rng.normal(size=(3, 12, 3)).astype("float32")
mask = np.arange(12) < np.array(lengths)[:, None]                       # (B, T)
x[~mask] = 0.3                                                          # what padding is read as
alone = np.concatenate([end_states(x[row : row + 1, :n]) for row, n in enumerate(lengths)])
for name, given in (("no mask", None), ("mask", mask)):
    error = np.abs(np.asarray(end_states(x, mask=given)) - alone)
    print(f"{name:>8}: forward half right: {error[:, :4].max() < 1e-5!s:5}  backward half right: {error[:, 4:].max() < 1e-5}")

# %% [markdown] lang="zh"
# 没有掩码，两半都错。掩码的做法是：在填充处把状态原样传下去。代价是每一步都多一次选择（贵不贵，下面量）；GPU 上的 cuDNN 快速实现还挑剔掩码：只收后填充，不收整行都是填充的批（3.1 章）。
#
# 课程的 `rnncourse.encoders` 换了一个办法：**循环里不用掩码**。填充一律移到行尾；正向的循环是因果的，行尾的填充影响不到真词元；反向的循环读**每行按自己的长度倒过来**的序列，于是它的填充也在行尾。最后只在真词元上汇聚。（只有一处例外：要交出 LSTM 的细胞状态时，那一层仍用掩码，因为逐步的输出里没有细胞状态，事后取不到。）两种做法相等吗？

# %% [markdown] lang="en"
# Without a mask both halves are wrong. What a mask does: at padding the state is handed on as it is. The price is a choice at every step (how dear, we measure below); and on a GPU the fast implementation, cuDNN, is particular about masks: post-padding only, and no row of padding alone (chapter 3.1).
#
# The course's `rnncourse.encoders` does it in another way, **without a mask in the loop**. Padding is moved to the end of the row; the forward loop is causal, so padding at the end cannot reach a real token; the backward loop reads **each row reversed up to its own length**, so its padding is at the end, too. Pooling sees real tokens only. (With one exception: a layer that hands over an LSTM's cell state does take the mask, since no step's output holds that state, to be picked later.) Are the two equal?

# %%
course = models.build_encoder(vocabulary_size=50, embedding_size=8, units=16)
embed, twice = layers.Embedding(50, 8, mask_zero=True), layers.Bidirectional(layers.GRU(16, return_sequences=True))
masked = keras.Sequential([keras.Input((None,)), embed, twice])
masked.set_weights([w for name in ("embedding", "forward_1", "backward_1") for w in course.get_layer(name).get_weights()])
ids = text.pad([rng.integers(1, 50, n) for n in rng.integers(5, 80, 64)])           # (64, T)
ours, theirs = np.asarray(course(ids)[0]), np.asarray(masked(ids))
print("equal at every real token:", np.abs(ours - theirs)[ids > 0].max() < 1e-5)
print("zeros at the padding:     ", (ours[ids == 0] == 0).all())

# %% tags=["measured"]
import time


def cost(model):
    """Processor time of one forward pass."""
    begin = time.process_time()
    model.predict_on_batch(ids)
    return time.process_time() - begin


times = [(cost(masked), cost(course)) for _ in range(12)][2:]              # in turn; the first two compile
ratio = np.divide(*np.min(times, axis=0))
small = choose(zh="；在这么小的模型上几乎看不出差别", en="; hardly to be noticed on so small a model") if 0.8 < ratio < 1.25 else ""
tell(zh=f"同样的结果，带掩码的循环用的处理器时间是不带掩码的 {ratio:.2f} 倍（本机，前向十次里最快的一次）{small}",
     en=f"for the same result the loop with a mask takes {ratio:.2f} times the processor time (this machine, the fastest of ten passes){small}")

# %% [markdown] lang="zh"
# 你的机器上不管是几倍，不用掩码的好处在 GPU 上：填充在行里的什么地方、有没有整行的填充，都不妨碍用 cuDNN 的快速实现。
#
# ## 6 堆叠：上一层的状态，是下一层的输入
#
# 第二层读的是第一层**每一步**的状态，所以除了最上面一层，都要 `return_sequences=True`。忘了会怎样？

# %% [markdown] lang="en"
# Whatever the ratio is on your machine, what speaks for doing without a mask is the GPU: wherever padding stands in a row, and even if a row is nothing else, cuDNN's fast implementation can be used.
#
# ## 6 Stacking: states of one layer, inputs of the next
#
# The second layer reads the first one's state at **every** step, so all but the top layer need `return_sequences=True`. And if one forgets?

# %%
try:
    keras.Sequential([keras.Input((None, 3)), layers.LSTM(4), layers.LSTM(4)])
except ValueError as error:
    print("ValueError:", str(error).split(". ")[0].split("layer: ")[-1])
top = layers.LSTM(4)
stack = keras.Sequential([keras.Input((None, 3)), layers.LSTM(4, return_sequences=True), top])
print("with return_sequences:", stack.output_shape)

# %% [markdown] lang="zh"
# 这个错误会报错，是好事。双向堆叠时，第二层的输入不是 $H$ 而是 $2H$ 维，参数个数最容易算错的就是这里。一个方向的一层有 $G(H\,D_{in} + H^2 + b H)$ 个参数：LSTM $G=4$、$b=1$；Keras 默认的 GRU $G=3$、$b=2$；SimpleRNN $G=1$、$b=1$。先按公式算，再问 Keras：

# %% [markdown] lang="en"
# That mistake raises an error, which is good. With two directions the second layer reads $2H$ features, not $H$: where counts of parameters most often go wrong. One direction of one layer has $G(H\,D_{in} + H^2 + b H)$ parameters: $G=4$, $b=1$ for an LSTM; $G=3$, $b=2$ for Keras's default GRU; $G=1$, $b=1$ for a SimpleRNN. First the formula, then Keras:

# %%
V, D, H_small = 1000, 32, 24
for cell, G, b in (("simple_rnn", 1, 1), ("gru", 3, 2), ("lstm", 4, 1)):
    for ways, depth in ((1, 1), (2, 1), (2, 3)):
        inputs = [D] + [ways * H_small] * (depth - 1)
        expected = V * D + sum(ways * G * (H_small * size + H_small**2 + b * H_small) for size in inputs)
        sizes = dict(vocabulary_size=V, embedding_size=D, units=H_small, cell=cell, layers=depth)
        found = models.build_encoder(**sizes, bidirectional=ways == 2).count_params()
        print(f"{cell:>10}  {ways} way(s)  {depth} layer(s)  {found:>7,}  by formula: {found == expected}")

# %% [markdown] lang="zh"
# 嵌入的 32,000 个在这里占大头，只有最后一行不到一半。堆得更深是否更好，是测量问题，不是公式问题（5.1 章）。
#
# ## 7 汇聚：$T$ 个状态，一个向量
#
# 分类、检索要一个定长的向量。三种办法，都只看真词元（$m_t = 1$）：
#
# $$\text{末态：} [\overrightarrow{h}_{T} ; \overleftarrow{h}_{1}] \qquad \text{最大：} \max_{t:\,m_t=1} h_t \qquad \text{平均：} \frac{\sum_t m_t h_t}{\sum_t m_t}$$
#
# 每一种都和“逐行切到自己的长度再算”对一遍：

# %% [markdown] lang="en"
# The embedding's 32,000 are more than half of them, in all rows but the last. Whether deeper is better is for measurement, not for a formula (chapter 5.1).
#
# ## 7 Pooling: $T$ states, one vector
#
# A classifier or a search needs one vector of a fixed size. There are three ways, each over real tokens only ($m_t = 1$):
#
# $$\text{end states: } [\overrightarrow{h}_{T} ; \overleftarrow{h}_{1}] \qquad \text{maximum: } \max_{t:\,m_t=1} h_t \qquad \text{mean: } \frac{\sum_t m_t h_t}{\sum_t m_t}$$
#
# Each is held against the plain way, row by row, cut to its own length:

# %%
states, n = ours, (ids > 0).sum(axis=1)                                  # (B, T, 2H), (B,)
half = states.shape[-1] // 2
plain = {
    "last": [np.r_[row[k - 1, :half], row[0, half:]] for row, k in zip(states, n)],
    "max": [row[:k].max(axis=0) for row, k in zip(states, n)],
    "mean": [row[:k].mean(axis=0) for row, k in zip(states, n)],
}
for kind, rows in plain.items():
    pooled = np.asarray(encoders.pool(states, ids, kind=kind))           # (B, 2H)
    print(f"{kind:>4} {pooled.shape} equal row by row:", np.abs(pooled - np.stack(rows)).max() < 1e-5)
naive = {"max": states.max(axis=1), "mean": states.mean(axis=1)}
for kind, pooled in naive.items():
    print(f"{kind:>4} without the mask equal:", np.abs(pooled - np.stack(plain[kind])).max() < 1e-5)

# %% [markdown] lang="zh"
# （填充处的状态这里已经是 0，可是 0 也会在最大值里赢过负数，也会把平均值冲淡。）
#
# 最大汇聚有一个特别的好处：看得出每个特征是在**哪一步**赢来的。训练好的编码器读开头那句话，$2H$ 个最大值分别落在哪个词元的状态上？

# %% [markdown] lang="en"
# (The states at the padding are zeros here; but a zero beats a negative number in a maximum, and it dilutes a mean.)
#
# A maximum has a virtue of its own: one can see **at which step** each feature was won. Let the trained encoder read the sentence of the beginning: at whose states do the $2H$ maxima lie?

# %% tags=["measured"]
ids = vocabulary.encode(choose(zh="".join(sentence), en=" ".join(sentence)))
winners = np.bincount(states_of(ids[None])[0].argmax(axis=0), minlength=len(ids))
for token, count in zip(vocabulary.decode(ids), winners):
    print(f"{token:>6} {count:>3}", "■" * int(count))

# %% [markdown] lang="zh"
# 凭运气，每个词元大约得 $2H/T$ 个。赢的是那一步的**状态**，它还读过前文或后文（第 2 节），不单是这个词元；一句话也说明不了规律。
#
# ### dropout 放在哪里
#
# 编码器里有四处可以放，含义不同：
#
# | 在哪里 | Keras | 丢掉什么 |
# |---|---|---|
# | 嵌入之后，整条序列丢同样的特征 | `SpatialDropout1D(rate)` | 某几维嵌入 |
# | 层与层之间 | `Dropout(rate)` | 每一步各丢各的 |
# | 循环层的输入 | `GRU(..., dropout=rate)` | 见下 |
# | 循环内部的旧状态 | `GRU(..., recurrent_dropout=rate)` | 见下 |
#
# 后两种是每步换一个掩码，还是整条序列一个？Gal 与 Ghahramani（2016）说应当是一个（“变分” dropout）。Keras 的参数说明里没写，用一个透明的循环层来问：输入权重是单位矩阵，循环权重是 0，没有偏置和激活，所以**输出就是掩码乘输入**。先猜三行各是什么样子。

# %% [markdown] lang="en"
# By chance each token would get about $2H/T$. What wins is the **state** of that step, which has read what stands before or after it (section 2), not that token alone; and one sentence proves no rule.
#
# ### Where dropout goes
#
# There are four places in an encoder, and they mean different things:
#
# | where | Keras | what is dropped |
# |---|---|---|
# | after the embedding, the same features for the whole sequence | `SpatialDropout1D(rate)` | some dimensions of the embedding |
# | between layers | `Dropout(rate)` | something else at every step |
# | the input of a recurrent layer | `GRU(..., dropout=rate)` | see below |
# | the old state within the loop | `GRU(..., recurrent_dropout=rate)` | see below |
#
# Do the last two draw a mask at every step, or one for the sequence? Gal and Ghahramani (2016) say it should be one ("variational" dropout). Keras's description of the arguments does not say; ask with a transparent recurrent layer: its kernel is the identity, its recurrent kernel zero, no bias, no activation, so that **the output is the mask times the input**. Guess what the three lines look like.

# %%
plain = dict(activation=None, use_bias=False, return_sequences=True)
through = layers.SimpleRNN(6, kernel_initializer="identity", recurrent_initializer="zeros", dropout=0.5, **plain)
ones = np.ones((4, 5, 6), "float32")                                    # (B, T, D)
makers = {"Dropout": layers.Dropout(0.5), "SpatialDropout1D": layers.SpatialDropout1D(0.5), "SimpleRNN(dropout=)": through}
for name, layer in makers.items():
    masks = np.asarray(layer(ones, training=True))
    same_steps = (masks == masks[:, :1]).all()
    same_rows = (masks == masks[:1]).all()
    print(f"{name:>20}: same at every step {same_steps!s:5}  same in every row {same_rows!s:5}  values {np.unique(masks).tolist()}")
print("in use, nothing is dropped:", np.array_equal(through(ones, training=False), ones))

# %% [markdown] lang="zh"
# 循环层的 `dropout` 确实是变分的：一条序列一个掩码，各行各抽各的，留下的乘以 $1/(1-\text{rate})$，使用时不丢。`recurrent_dropout` 呢？反过来：输入为 0，循环权重是单位矩阵，初始状态全是 1。如果每步换掩码，活下来的单元会一步步变少：

# %% [markdown] lang="en"
# So the `dropout` of a recurrent layer is variational: one mask for a sequence, another in each row; what is kept is multiplied by $1/(1-\text{rate})$, and in use nothing is dropped. And `recurrent_dropout`? The other way round: zero input, the identity for a recurrent kernel, a first state of ones. With a new mask at every step, fewer and fewer units would survive:

# %%
loop = layers.SimpleRNN(64, kernel_initializer="zeros", recurrent_initializer="identity", recurrent_dropout=0.5, **plain)
states = np.asarray(loop(np.zeros((4, 6, 1), "float32"), initial_state=np.ones((4, 64), "float32"), training=True))
alive = states > 0                                                      # (B, T, H)
print("the same units are dropped at every step:", (alive == alive[:, :1]).all())
print("what is kept, step by step:", [float(states[:, t].max()) for t in range(6)])

# %% [markdown] lang="zh"
# 一个掩码用到底，所以活着的单元一个不少。但看第二行：每走一步就再放大一次，在这个没有门、没有 $\tanh$ 的循环里按 $2^t$ 增长。真的循环单元里，激活函数会挡住一部分，但训练和使用时状态的大小仍可能不同：`recurrent_dropout` 取多大，要在验证集上选。还有，它一打开，cuDNN 的快速实现就用不上了（Keras 文档列出的条件之一）。
#
# ## 8 装好的编码器
#
# 现在可以读懂那一行代码了。`build_encoder` 就是上面各节按图的次序接起来：填充移到行尾、嵌入、每层两个方向、状态放回词元原来的位置。输出是 `[states, hidden]`，LSTM 多一个细胞状态。用 NumPy 把一个**两层双向 LSTM 编码器**从头算一遍：

# %% [markdown] lang="en"
# One mask to the end, and not a unit fewer is alive. But look at the second line: at each step what is kept is scaled up again, in this loop without gates or $\tanh$ as $2^t$. In a real cell the activation holds some of it back, but states may still differ in size between training and use: choose `recurrent_dropout` on validation data. And cuDNN's fast implementation is gone once it is on (one of the conditions that Keras's documentation lists).
#
# ## 8 The encoder, assembled
#
# Now the one line can be read. `build_encoder` is the sections above, in the order of the picture: padding to the end of the row, embedding, two directions a layer, states back to where their tokens stood. Its outputs are `[states, hidden]`, and an LSTM adds its cell state. Here is a **bidirectional LSTM encoder of two layers**, computed all over again in NumPy:

# %%
deep = models.build_encoder(vocabulary_size=50, cell="lstm", embedding_size=8, units=5, layers=2)


def by_hand(row):
    """Token ids (T,) without padding -> states (T, 2H), hidden (2H,), cell state (2H,)."""
    x = deep.get_layer("embedding").get_weights()[0][row][None]               # (1, T, D)
    for layer in (1, 2):
        there, back = (lstm.Params(*deep.get_layer(f"{way}_{layer}").get_weights()) for way in ("forward", "backward"))
        right, left = unroll(lstm, x, there), unroll(lstm, x[:, ::-1], back)
        x = np.concatenate([right.outputs, left.outputs[:, ::-1]], axis=-1)   # (1, T, 2H)
    ends = [np.concatenate(pair, axis=-1)[0] for pair in zip(right.state, left.state)]
    return x[0], *ends

# %%
rows = [rng.integers(1, 50, n) for n in (9, 4, 6)]
scattered = np.zeros((3, 20), int)                                            # padding anywhere in a row
for place, row in zip(scattered, rows):
    place[np.sort(rng.choice(20, len(row), replace=False))] = row
states, hidden, cell_state = (np.asarray(part) for part in deep(scattered))
print("states", states.shape, "  hidden", hidden.shape, "  cell state", cell_state.shape)
errors = []
for b, row in enumerate(rows):
    found = states[b, scattered[b] > 0], hidden[b], cell_state[b]
    errors += [np.abs(mine - other).max() for mine, other in zip(found, by_hand(row))]
print("all equal to NumPy, wherever the padding stands:", max(errors) < 1e-5)

# %% [markdown] lang="zh"
# 存下来，再读回来，结果不变（文件里没有可执行的代码；在 JAX 后端也能读，测试里验证了）。接上几行，就是别的模型：标注器读每一步的状态，分类器读汇聚的向量，解码器从 `hidden` 出发（3.2.2 章）。

# %% [markdown] lang="en"
# Saved and loaded it gives the same (the file holds no code to run; it loads on the JAX backend as well, which a test verifies). A few lines more, and it is part of another model: a tagger reads the state of every step, a classifier the pooled vector, a decoder begins with `hidden` (chapter 3.2.2).

# %%
import tempfile
from pathlib import Path

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "encoder.keras"
    deep.save(path)
    again = keras.saving.load_model(path)
print("loaded, equal:", np.abs(np.asarray(again(scattered)[0]) - states).max() < 1e-6)
tags = layers.Dense(4, activation="softmax")(deep.outputs[0])                 # one for every token
tagger = keras.Model(deep.input, tags)
classifier = keras.Model(deep.input, layers.Dense(2)(encoders.pool(deep.outputs[0], deep.input, kind="mean")))
print("tagger", tagger(scattered).shape, "  classifier", classifier(scattered).shape)

# %% [markdown] lang="zh"
# 第 4.2 章的 `build_text_classifier` 也是这些零件：嵌入、`encode`、`pool`、`Dense`。
#
# ## 9 循环是“核心”吗？一个向量够吗？
#
# 第 22 条还剩两半：循环编码器是“核心部分”，它“生成一个状态向量”。用两个极端的任务来问：
#
# - **关键词任务**：三个关键词投票，次序毫无意义；
# - **次序任务**：a 和 b 各出现一次，谁在前，答案就是谁；后面再拖一条尾巴：0、20 或 60 个毫无意义的词元。
#
# 五个编码器，参数个数相近：**没有循环的**嵌入平均（后接两个隐藏的全连接层），GRU 的末态、平均、最大，双向 GRU 的两个末态。先猜：谁在哪个任务上会掉到瞎猜的 0.5？
#
# 完整的测量（五个编码器、四个任务、三个种子）由 `experiments/encoder.py` 完成。先现场跑一小部分（次序任务不带尾巴，参数个数也没有配平）：

# %% [markdown] lang="en"
# Chapter 4.2's `build_text_classifier` is made of the same parts: embedding, `encode`, `pool`, `Dense`.
#
# ## 9 Is recurrence the "core"? Is one vector enough?
#
# Two halves of claim 22 are left: that the recurrent encoder is the "core part", and that it "yields one state vector". Two extreme tasks can tell:
#
# - **the keyword task**: three keywords vote, and their order means nothing;
# - **the order task**: a and b occur once each, the first of them is the answer; a tail of 0, 20 or 60 tokens that mean nothing follows.
#
# Five encoders of about equal size: the mean of the embeddings **without recurrence** (two hidden dense layers behind it); a GRU's last state, the mean of its states, their maximum; the two end states of a bidirectional GRU. Guess: who falls to chance, 0.5, and where?
#
# The full measurement (five encoders, four tasks, three seeds) is `experiments/encoder.py`. A small part of it, live (the order task without a tail, the sizes not made equal):

# %%
from rnncourse.datasets.keyword import draw_keyword_examples
from rnncourse.datasets.order import draw_order_examples


def live(draw, recurrent):
    """Accuracy on 500 unseen sequences after a short training on 1,500."""
    keras.utils.set_random_seed(0)
    sequences, labels = draw(np.random.default_rng(0), 2000)
    x, tokens = text.pad(sequences), keras.Input((None,), dtype="int32")
    y = layers.Embedding(300, 16)(tokens)
    states = encoders.encode(y, tokens, cell="gru", units=24, bidirectional=False) if recurrent else y
    vector = encoders.pool(states, tokens, kind="last" if recurrent else "mean", bidirectional=False)
    model = keras.Model(tokens, layers.Dense(1, activation="sigmoid")(layers.Dense(24, "tanh")(vector)))
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
    model.fit(x[:1500], labels[:1500], batch_size=50, epochs=5, verbose=0)
    return np.mean((model.predict(x[1500:], verbose=0)[:, 0] > 0.5) == labels[1500:])

# %% tags=["measured"]
live_tasks = {choose(zh="关键词", en="keyword"): draw_keyword_examples, choose(zh="次序", en="order"): draw_order_examples}
for task, draw in live_tasks.items():
    found = [live(draw, recurrent) for recurrent in (False, True)]
    tell(zh=f"{task}：没有循环 {found[0]:.3f}，GRU 的末态 {found[1]:.3f}",
         en=f"{task}: without recurrence {found[0]:.3f}, a GRU's last state {found[1]:.3f}")

# %%
from rnncourse import results

record = results.load("encoder")
names = choose(
    zh={"bag": "嵌入平均（无循环）", "last": "GRU 末态", "mean": "GRU 平均", "max": "GRU 最大", "both_ends": "双向末态"},
    en={"bag": "mean embedding, no loop", "last": "GRU, last state", "mean": "GRU, mean", "max": "GRU, maximum", "both_ends": "two ends"},
)
runs = {}
for row in record["rows"]:
    runs.setdefault((row["task"], row["encoder"]), []).append(row["accuracy"])
tell(zh=f"测量：{record['processor']}，{len(record['rows'])} 次训练，{record['seconds']} 秒，种子 {record['seeds']}",
     en=f"measured on: {record['processor']}, {len(record['rows'])} trainings, {record['seconds']} s, seeds {record['seeds']}")
print("parameters beside the embedding:", {row["encoder"]: row["parameters"] for row in record["rows"]})

# %%
tasks = ["keyword", *(f"order_{tail}" for tail in record["tails"])]
labels = choose(zh=["关键词", "次序，0", "次序，20", "次序，60"], en=["keyword", "order, 0", "order, 20", "order, 60"])
fig, ax = plt.subplots(figsize=(7, 3.4), layout="constrained")
for index, (key, name) in enumerate(names.items()):
    table = np.array([runs[task, key] for task in tasks])                          # (tasks, seeds)
    places = np.arange(len(tasks)) + 0.13 * (index - 2)
    ax.plot(places, table.mean(axis=1), "_", color=f"C{index}", markersize=12, label=name)
    ax.plot(np.repeat(places, table.shape[1]), table.ravel(), ".", color=f"C{index}", alpha=0.6)
ax.axhline(0.5, color="0.5", linestyle=":")
ax.set_xticks(range(len(tasks)), labels)
ax.set(ylim=(0.4, 1.03), ylabel=choose(zh="准确率", en="accuracy"))
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown] lang="zh"
# 点是种子，横线是平均。横轴“次序，60”指关键的两个词元后面还跟着 60 个无关的词元。
#
# **第 22 条的判决。** 事先定的规则，分两半来判：
#
# - “核心”：没有循环的编码器在关键词任务上每个种子都超过 0.9，则那里用不着循环；它在次序任务上每个种子都不到 0.6，而有的循环编码器每个种子都超过 0.9，则那里循环不可少。两者都发生，就是对一半。
# - “一个状态向量”：只要有一种层交出的状态不止一个，或者在某个任务上读**全部**状态（平均或最大）的最差种子都好于末态的最好种子，就是对一半。

# %% [markdown] lang="en"
# Dots are seeds, bars their means. "Order, 60" means that 60 idle tokens follow the two that matter.
#
# **The verdict on claim 22.** The rule, set beforehand, one half at a time:
#
# - "core": if the encoder without recurrence is above 0.9 in every seed of the keyword task, recurrence is not needed there; if it is below 0.6 in every seed of the order task while some recurrent encoder is above 0.9 in every seed, recurrence is needed there. If both happen, it is half right.
# - "one state vector": if some layer hands over more than one state, or if on some task an encoder that reads **all** states (mean or maximum) is better in its worst seed than the last state in its best, it is half right.

# %% claims=[22]
order = tasks[1:]
not_needed = min(runs["keyword", "bag"]) > 0.9
needed = max(max(runs[task, "bag"]) for task in order) < 0.6 and all(
    any(min(runs[task, key]) > 0.9 for key in names if key != "bag") for task in order)
better = [task for task in tasks if any(min(runs[task, key]) > max(runs[task, "last"]) for key in ("mean", "max"))]
several = max(handed_over.values()) > 1
tell(zh=f"关键词任务用不着循环：{not_needed}；次序任务少不了循环：{needed}",
     en=f"the keyword task does without recurrence: {not_needed}; the order task does not: {needed}")
where = [labels[tasks.index(task)] for task in better] or [choose(zh="没有", en="none")]
tell(zh=f"有的层交出不止一个状态：{several}；读全部状态胜过末态的任务：{'；'.join(where)}",
     en=f"some layers hand over several states: {several}; tasks where reading all states beats the last: {'; '.join(where)}")
half = (not_needed and needed) or several or bool(better)
tell(zh=f"第 22 条：{'对一半。编码器交出的是什么、循环是不是核心，都要看任务和层' if half else '此处没有推翻'}。",
     en=f"Claim 22: {'half right. What an encoder hands over, and whether recurrence is its core, depend on the layer and the task' if half else 'not refuted here'}.")

# %% [markdown] lang="zh"
# 怎样读这张图：
#
# - 最大和平均汇聚给了每个状态一条**直达**输出的路，重要的事不必在循环里再保存 60 步；代价是平均会被尾巴冲淡，尾巴越长越淡。双向的末态里，反向的一半**最后**才读到开头，所以离得近。末态的 GRU 原则上也能存 60 步；哪里的点落在 0.5，只说明这样的训练没有教会它（2.2.1 章的初始化能帮忙）。
# - 这是造出来的任务。真实的评论更像哪一个，4.2 章用旋钮测过。
#
# ## 10 自己看：什么会移动
#
# 换掉一个词元，两个方向各有哪些状态移动、移动多少？补几个 0 呢？关掉掩码再看。（方格里是 $\lVert h'_t - h_t\rVert / \lVert h_t\rVert$；橙色的是换掉的词元。）先为 LSTM 和 SimpleRNN 各训练一个编码器：

# %% [markdown] lang="en"
# How to read the picture:
#
# - A maximum or a mean gives each state a **direct** way to the output; what matters need not be kept in the loop for 60 steps more. But a mean is diluted by the tail, the more the longer it is. Of the two ends, the backward half reads the beginning **last**, so it is near. A GRU's last state could hold something for 60 steps in principle; where its dots lie at 0.5, this training did not teach it to (the initialisation of chapter 2.2.1 can help).
# - These tasks were made up. Which of them real reviews are more like, chapter 4.2 measures with its knobs.
#
# ## 10 See for yourself what moves
#
# Replace a token: which states of the two directions move, and how far? Add some zeros, then take the mask off. (In the squares: $\lVert h'_t - h_t\rVert / \lVert h_t\rVert$; the token replaced is orange.) First, train an encoder for LSTM and SimpleRNN each:

# %%
from rnncourse import widgets
from rnncourse.widgets.encoder import Encoder


def arrays_of(encoder, cell):
    """The trained encoder's weights for the NumPy cells."""
    there, back = (cell.Params(*encoder.get_layer(name).get_weights()) for name in ("forward_1", "backward_1"))
    return Encoder(encoder.get_layer("embedding").get_weights()[0], cell, there, back)


shown = {"GRU": arrays_of(encoder, gru)}
for name, module in (("lstm", lstm), ("simple_rnn", simple_rnn)):
    shown[{"lstm": "LSTM", "simple_rnn": "SimpleRNN"}[name]] = arrays_of(train_encoder(name, 0)[0], module)

# %% tags=["widget"]
examples = choose(
    zh=["这本书的内容一点也不好看", "酒店很干净，服务也好", "不好，太差了"],
    en=["this is not as good a film as it should be", "a funny and moving story", "not bad, not bad at all"],
)
widgets.explore_encoder(shown, vocabulary, examples=examples, position=choose(zh=10, en=3))

# %% [markdown] lang="zh"
# 值得一试：换掉“不”，看它推动了后面多远；补 8 个 0、关掉掩码，比较“末态”和“最大”各被推动多少；换成 SimpleRNN，影响传得更远还是更近？
#
# ## 小结
#
# - 嵌入是一张表，等于 one-hot 乘以权重；一批里没出现的行没有梯度；一行的意思由任务决定。
# - 状态 $h_t$ 取决于整个前缀（反向则是后缀），不是“元素的翻译”。
# - LSTM 交出两个状态，双向再翻倍；接着读时一个也不能丢。
# - 双向是两个层，在特征轴上拼接；反向的一半在**第一步**才读完；双向不是因果的。
# - 填充：用掩码，或者移到行尾、按各自的长度翻转，两者相等。
# - 汇聚只看真词元；读全部状态给了早先的信息一条近路。
# - Keras 循环层里的 `dropout` 和 `recurrent_dropout` 都是一条序列一个掩码。
#
# ## 试一试
#
# 1. 第 9 节的次序任务里，把末态 GRU 的训练加到 30 轮，或者把更新门的偏置设大（2.2.1 章），尾巴长 60 时能学会吗？
# 2. 把 `explained_by_token` 改成按**词元和它前一个词元**分组，解释的方差增加多少？按前两个呢？（要在同一批状态上比。）
# 3. 用反向的一半重做第 2 节的 `reach_back`：曲线该从哪一头开始？
# 4. 把第 1 节的分类器换成只训练 1 轮或 10 轮，`cosines` 的两个数怎样变？把 `trainable=False` 给嵌入层，准确率掉多少？
#
# 动手题见 `exercises/` 里的本章练习。下一章（3.2.2）是解码器。
#
# ## 出处
#
# - Schuster, Paliwal (1997). Bidirectional recurrent neural networks. *IEEE Transactions on Signal Processing* 45(11), 2673–2681.
# - Graves, Schmidhuber (2005). Framewise phoneme classification with bidirectional LSTM and other neural network architectures. *Neural Networks* 18, 602–610.
# - Gal, Ghahramani (2016). A theoretically grounded application of dropout in recurrent neural networks. [arXiv:1512.05287](https://arxiv.org/abs/1512.05287)
# - Conneau 等 (2017). Supervised learning of universal sentence representations from natural language inference data. [arXiv:1705.02364](https://arxiv.org/abs/1705.02364)（双向加最大汇聚）
# - Iyyer 等 (2015). Deep unordered composition rivals syntactic methods for text classification. *ACL*, 1681–1691.（嵌入平均）

# %% [markdown] lang="en"
# Worth trying: replace "not" and see how far its effect goes; add 8 zeros, take the mask off, and compare what that does to the end states and to the maximum; take the SimpleRNN: do effects go further, or less far?
#
# ## Summary
#
# - An embedding is a table, equal to one-hot times weights; rows that are not in the batch have no gradient; the task decides what a row means.
# - A state $h_t$ depends on the whole prefix (backward: the suffix); it is no translation of its element.
# - An LSTM hands over two states, two directions double them; to read on, none may be lost.
# - Two directions are two layers, joined along the features; the backward half has read everything at the **first** step; it is not causal.
# - Padding: use a mask, or move it to the end of the row and reverse each row up to its own length; the two are equal.
# - Pool over real tokens only; reading all states gives early news a short way.
# - `dropout` and `recurrent_dropout` of Keras's recurrent layers draw one mask for a sequence.
#
# ## Try it
#
# 1. In the order task of section 9, train the GRU's last state for 30 epochs, or give its update gate a larger bias (chapter 2.2.1): does it learn a tail of 60?
# 2. Let `explained_by_token` group by **the token and the one before it**: how much more variance is explained? By the two before it? (Compare on the same states.)
# 3. Redo `reach_back` of section 2 with the backward half: at which end should the curve begin?
# 4. Train the classifier of section 1 for 1 epoch, or for 10: what becomes of the two figures of `cosines`? Give the embedding `trainable=False`: how much accuracy is lost?
#
# The tasks of this chapter are in `exercises/`. The next chapter (3.2.2) is the decoder.
#
# ## Sources
#
# - Schuster, Paliwal (1997). Bidirectional recurrent neural networks. *IEEE Transactions on Signal Processing* 45(11), 2673–2681.
# - Graves, Schmidhuber (2005). Framewise phoneme classification with bidirectional LSTM and other neural network architectures. *Neural Networks* 18, 602–610.
# - Gal, Ghahramani (2016). A theoretically grounded application of dropout in recurrent neural networks. [arXiv:1512.05287](https://arxiv.org/abs/1512.05287)
# - Conneau et al. (2017). Supervised learning of universal sentence representations from natural language inference data. [arXiv:1705.02364](https://arxiv.org/abs/1705.02364) (two directions and a maximum)
# - Iyyer et al. (2015). Deep unordered composition rivals syntactic methods for text classification. *ACL*, 1681–1691. (averaged embeddings)
