# %% [markdown] lang="zh"
# # 2.2.2 编码器与解码器：是什么，不是什么
#
# 原文 2.2.2 节开头一句就是：“RNN由编码器和解码器组成”（第 8 条）；3.1 节说代码“一般包括编码器和解码器两个部分”（第 21 条）；3.3.1 节又说两者集成起来，才是“一个**完整的**循环神经网络”（第 25 条）。
#
# 读完本章，你能够：
#
# - 说出编码器、解码器各自的输入和输出的形状；
# - 举出只要一半就够的任务，并指出什么任务两半都要；
# - 为解码器准备输入和目标（教师强制），写出贪心解码的循环；
# - 指出这个模式最窄的地方，并量出它有多窄。
#
# 先猜一猜：你用过的循环网络里，有几个有解码器？

# %% [markdown] lang="en"
# # 2.2.2 Encoder and decoder: what they are, and what they are not
#
# Section 2.2.2 of the article begins: "an RNN consists of an encoder and a decoder" (claim 8). Section 3.1 says that the code "generally consists of two parts, encoder and decoder" (claim 21), and 3.3.1 that only the two together make "a **complete** recurrent neural network" (claim 25).
#
# After this chapter you can:
#
# - give the shapes of what goes into an encoder and a decoder, and of what comes out;
# - name tasks for which one half is enough, and tell which need both;
# - prepare a decoder's inputs and targets (teacher forcing), and write the loop of greedy decoding;
# - point to the narrowest place of the pattern, and measure how narrow it is.
#
# A guess first: of the recurrent networks that you have used, how many had a decoder?

# %% [markdown] lang="zh"
# ## 1 两个部件，各做一件事
#
# | | 读什么 | 给出什么 | 循环的方向 |
# |---|---|---|---|
# | **编码器** | 整个输入序列 $(B, T)$ | 一个状态 $(B, H)$ | 先读完，再交出去 |
# | **解码器** | 一个起始状态 $(B, H)$，和到目前为止写下的词元 | 下一个词元的分数 $(B, V)$，一步一个 | 边写边读自己写的 |
#
# 把编码器的最后一个状态交给解码器作初始状态，就是**序列到序列**模式。下图读入 5 0 7，写出 7 5（倒着写，不写 0）。`<s>` 是起始词元，`</s>` 是结束词元。

# %% [markdown] lang="en"
# ## 1 Two parts, one job each
#
# | | reads | gives | its loop |
# |---|---|---|---|
# | **encoder** | the whole input sequence $(B, T)$ | one state $(B, H)$ | reads to the end, then hands over |
# | **decoder** | an initial state $(B, H)$, and the tokens written so far | scores of the next token $(B, V)$, one a step | writes, and reads what it wrote |
#
# Let the encoder's last state be the decoder's first one: that is the **sequence to sequence** pattern. The picture reads 5 0 7 and writes 7 5 (backwards, without zeros). `<s>` is the start token, `</s>` the end token.

# %%
import matplotlib.pyplot as plt
import numpy as np
from rnncourse import choose, metrics, plots


def tell(*, zh, en):
    """Print the sentence that is in the reader's language."""
    print(choose(zh=zh, en=en))


plots.plot_encoder_decoder([5, 0, 7], [7, 5], feedback=True)
plt.show()

# %% [markdown] lang="zh"
# 这个模式由 Sutskever 等人和 Cho 等人在 2014 年用于翻译。而循环网络至迟在 1986–1990 年就有了：二十多年里，“没有解码器的循环网络”大家一直在用。下面把两半拆开，各给一个任务。
#
# ## 2 只有编码器：分类
#
# 任务：每条序列里有两个特殊词元各出现一次，标签只取决于**谁在前**；数词元的个数毫无用处。模型：嵌入、GRU、一个 `Dense`，没有解码器。

# %% [markdown] lang="en"
# The pattern was brought to translation by Sutskever et al. and Cho et al. in 2014. Recurrent networks date from 1986 to 1990 at the latest: for more than twenty years they were used without decoders. Now we take the two halves apart and give each a task.
#
# ## 2 An encoder alone: classification
#
# The task: two special tokens occur once in each sequence, and the label depends only on **which comes first**; counting tokens is of no use. The model: embedding, GRU, one `Dense`, and no decoder.

# %%
import keras
from keras import layers
from rnncourse import text
from rnncourse.datasets.order import draw_order_examples


def train_classifier(seed):
    """An encoder and an output layer, trained on 1,200 sequences: its accuracy on 1,000 others."""
    keras.utils.set_random_seed(seed)
    sequences, labels = draw_order_examples(np.random.default_rng(seed), 2200, vocabulary_size=30)
    x = text.pad(sequences)                                                      # (B, T)
    model = keras.Sequential([
        keras.Input((None,)), layers.Embedding(30, 16, mask_zero=True), layers.GRU(16),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
    model.fit(x[:1200], labels[:1200], epochs=4, verbose=0)
    return np.mean((model.predict(x[1200:], verbose=0)[:, 0] > 0.5) == labels[1200:])

# %% tags=["measured"] claims=[8, 21]
encoder_alone = metrics.mean_interval([train_classifier(seed) for seed in (0, 1, 2)])
tell(zh=f"没有解码器的分类器，三个种子的测试准确率：{encoder_alone}（瞎猜 0.5）",
     en=f"a classifier without a decoder, test accuracy over three seeds: {encoder_alone} (chance: 0.5)")

# %% [markdown] lang="zh"
# 区间是三个种子的均值及其 95% 的 t 区间；三个种子结果相同时它没有宽度，那只说明任务对这个模型不难。区间整个在 0.5 之上，就说明编码器加一个输出层已经够用。标注（每个词一个标签，2.1 章的“对齐”模式）和第 4.2 章的评论分类器也都没有解码器。
#
# ## 3 只有解码器：语言模型
#
# 反过来，没有任何输入可编码，只是一个词元接一个词元地写：这就是**语言模型**。任务：写出配对的括号，例如 `([])[]`，嵌套至多三层，写完给出结束词元。右括号必须和最近的、还没配对的左括号同类，所以得记住还有哪些没配对。

# %% [markdown] lang="en"
# The interval is the mean of three seeds with its 95% t-interval; where the three are equal it has no width, which says only that the task is not hard for this model. An interval that lies wholly above 0.5 says that an encoder and an output layer are enough. Tagging (a label for each word, the aligned pattern of chapter 2.1) and the review classifier of chapter 4.2 have no decoder either.
#
# ## 3 A decoder alone: a language model
#
# The other way round: nothing to encode, just one token after another to write. That is a **language model**. The task: write brackets that match, such as `([])[]`, nested at most three deep, and then the end token. A closing bracket must be of the kind of the last one still open, so what is open must be remembered.

# %%
SIGNS = ["<pad>", "<s>", "</s>", "(", ")", "[", "]"]
PADDING, START, END = 0, 1, 2
CLOSING = {"(": ")", "[": "]"}


def draw_brackets(rng):
    """Matching brackets as a string of 2 to 12 signs, nested at most three deep."""
    left, still_open, written = 2 * int(rng.integers(1, 7)), [], ""
    while left:
        must_close = len(still_open) in (3, left)
        if still_open and (must_close or rng.random() < 0.5):
            written += CLOSING[still_open.pop()]
        else:
            still_open.append("(["[rng.integers(2)])
            written += still_open[-1]
        left -= 1
    return written

# %%
def matches(written):
    """Whether the brackets of the string match."""
    still_open = []
    for sign in written:
        if sign in CLOSING:
            still_open.append(CLOSING[sign])
        elif not still_open or still_open.pop() != sign:
            return False
    return not still_open


rng = np.random.default_rng(0)
brackets = [draw_brackets(rng) for _ in range(3000)]
print(*brackets[:6])
print("all match:", all(matches(one) for one in brackets), "  ([)] matches:", matches("([)]"))

# %% [markdown] lang="zh"
# 训练时，解码器第 $n$ 步读入第 $n$ 个词元，要猜第 $n+1$ 个。所以输入前面加 `<s>`，目标后面加 `</s>`，两行正好错开一格：

# %% [markdown] lang="en"
# In training, step $n$ of the decoder reads token $n$ and must guess token $n+1$. So the input gets `<s>` in front, the target `</s>` at the end, and the two rows are shifted by one:

# %%
def shifted(sequences):
    """Token ids, a list of B arrays -> decoder inputs and targets, (B, N + 1) each, padded."""
    return text.pad([[START, *s] for s in sequences]), text.pad([[*s, END] for s in sequences])


tokens = [[SIGNS.index(sign) for sign in one] for one in brackets]
inputs, targets = shifted(tokens)
row = int(np.argmax([one == "()" for one in brackets]))
print("input: ", *(SIGNS[i] for i in inputs[row, :6]))
print("target:", *(SIGNS[i] for i in targets[row, :6]))

# %% tags=["measured"]
def next_token_loss():
    """Cross-entropy of the next token from scores; positions of padding do not count."""
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=PADDING)


def train_language_model(seed):
    """A decoder without an encoder: tokens so far (B, N) -> scores of the next (B, N, V)."""
    keras.utils.set_random_seed(seed)
    recurrent = layers.GRU(32, return_sequences=True)
    model = keras.Sequential([keras.Input((None,)), layers.Embedding(7, 16), recurrent, layers.Dense(7)])
    model.compile(keras.optimizers.Adam(0.01), next_token_loss())
    model.fit(inputs, targets, batch_size=64, epochs=6, verbose=0)
    return model


language_models = [train_language_model(seed) for seed in (0, 1, 2)]

# %% [markdown] lang="zh"
# 写的时候没有目标可读，只能读自己写的：按分数抽一个词元，接上去，再抽下一个。（给每个分数加上 Gumbel 噪声再取最大，就等于按 softmax 的概率抽样。）对照组是一个没有状态的**二元组**模型：下一个词元只看上一个。

# %% [markdown] lang="en"
# Writing, there is no target to read; the model reads what it wrote: draw a token by its scores, append it, draw the next. (Adding Gumbel noise to scores and taking the largest is the same as drawing by softmax probabilities.) The control is a **bigram** model without a state: the next token goes by the last one only.

# %%
def write(scores_of, count, rng, longest=16):
    """Draw `count` strings; scores_of(tokens (B, n)) -> scores of the next token (B, V)."""
    tokens = np.full((count, 1), START)
    for _ in range(longest):
        scores = scores_of(tokens)
        token = np.argmax(scores + rng.gumbel(size=scores.shape), axis=1)
        tokens = np.column_stack([tokens, token])
    signs = ["".join(SIGNS[i] + " " for i in row[1:]).split() for row in tokens]
    return ["".join(one[: one.index("</s>")]) if "</s>" in one else "?" for one in signs]

# %% tags=["measured"] claims=[8, 21]
pairs = np.full((7, 7), 1e-9)
np.add.at(pairs, (inputs[targets > 0], targets[targets > 0]), 1)
writers = [lambda t, model=model: np.asarray(model(t))[:, -1] for model in language_models]
rng = np.random.default_rng(1)
written = [write(writer, 500, rng) for writer in writers]
by_bigram = write(lambda t: np.log(pairs[t[:, -1]]), 500, rng)
decoder_alone = metrics.mean_interval([np.mean([matches(one) for one in some]) for some in written])
bigram = np.mean([matches(one) for one in by_bigram])
print(*written[0][:8], sep="   ")
tell(zh=f"写对的比例：没有编码器的解码器 {decoder_alone}（三个种子），二元组 {bigram:.3f}",
     en=f"strings that match: decoder without an encoder {decoder_alone} (three seeds), bigrams {bigram:.3f}")

# %% [markdown] lang="zh"
# 两个数字之差，就是状态的功劳：两者看的是同样的括号，只是二元组模型记不住还有哪些没配对。没有编码器，这也是一个循环网络；4.1.3 章（计划中）的语言模型也是这样，只是词元换成了文字。
#
# ## 4 两半都要的任务
#
# 什么时候两半缺一不可？输入、输出都是序列，**长度不同，也对不齐**的时候。任务：读一串数字，倒着写出来，但不写 0。输出有多长，模型要自己决定：这正是结束词元的用处。

# %% [markdown] lang="en"
# The difference of the two figures is what the state is worth: both saw the same brackets, but the bigram model cannot remember what is open. Without an encoder this is a recurrent network all the same; so will be the language model of chapter 4.1.3 (planned), with words in place of brackets.
#
# ## 4 A task for both halves
#
# When does one need the two? When input and output are sequences **of different lengths that do not line up**. The task: read digits, write them backwards, but no zeros. How long the output is, the model must decide for itself: that is what the end token is for.

# %%
DIGITS = ["<pad>", "<s>", "</s>", *map(str, range(10))]
V, LONGEST = len(DIGITS), 8


def draw_task(rng, count, lengths=(1, LONGEST)):
    """Sources and answers, lists of token lists; digit d is token d + 3."""
    sizes = rng.integers(lengths[0], lengths[1] + 1, count)
    sources = [(rng.integers(0, 10, size) + 3).tolist() for size in sizes]
    return sources, [[token for token in source[::-1] if token > 3] for source in sources]


sources, answers = draw_task(np.random.default_rng(5), 4)
for source, answer in zip(sources, answers):
    print("".join(DIGITS[i] for i in source), "→", "".join(DIGITS[i] for i in answer))

# %% [markdown] lang="zh"
# ### 教师强制
#
# 训练时，解码器读的不是自己写的（一开始全是错的），而是**正确答案**，错开一格：这叫**教师强制**（teacher forcing）。好处是所有步可以一次算完，每一步的目标都清楚。

# %% [markdown] lang="en"
# ### Teacher forcing
#
# In training the decoder does not read what it wrote (at first, nothing but errors) but the **right answer**, shifted by one: **teacher forcing**. All steps can then be computed at once, and each has a clear target.

# %%
plots.plot_encoder_decoder([5, 0, 7], [7, 5])
plt.show()
source, (written, target) = text.pad([[8, 3, 10]]), shifted([[10, 8]])
for name, array in (("source ", source), ("written", written), ("target ", target)):
    print(name, array.shape, *(DIGITS[i] for i in array[0]))

# %% [markdown] lang="zh"
# 编码器、解码器各有自己的 GRU，权重不共享；解码器的初始状态就是编码器的末态：
#
# $$s = \text{encoder}(x_1, \dots, x_T), \qquad h_0 = s, \qquad h_n = \text{GRU}(y_{n-1}, h_{n-1}), \qquad \text{scores}_n = h_n A + c$$
#
# $s$、$h_n$ 的形状是 $(B, H)$，$y_{n-1}$ 是上一个词元的嵌入（$y_0$ 是 `<s>` 的），$A$ 是 $(H, V)$，$c$ 是 $(V,)$。

# %% [markdown] lang="en"
# Encoder and decoder have a GRU each and share no weights; the decoder's first state is the encoder's last one:
#
# $$s = \text{encoder}(x_1, \dots, x_T), \qquad h_0 = s, \qquad h_n = \text{GRU}(y_{n-1}, h_{n-1}), \qquad \text{scores}_n = h_n A + c$$
#
# $s$ and $h_n$ are $(B, H)$, $y_{n-1}$ is the embedding of the last token ($y_0$: that of `<s>`), $A$ is $(H, V)$, $c$ is $(V,)$.

# %%
H = 64
keras.utils.set_random_seed(0)
source, written, state = keras.Input((None,)), keras.Input((None,)), keras.Input((H,))
encode = layers.GRU(H)
decode = layers.GRU(H, return_sequences=True, return_state=True)
embed, score = layers.Embedding(V, 16), layers.Dense(V)

s = encode(layers.Embedding(V, 16, mask_zero=True)(source))                       # (B, H)
h, _ = decode(embed(written), initial_state=s)                                    # (B, N, H)
model = keras.Model([source, written], score(h))                                  # (B, N, V), to train
encoder = keras.Model(source, s)                                                  # (B, T) -> (B, H)
h, after = decode(embed(written), initial_state=state)
one_step = keras.Model([written, state], [score(h), after])                       # the same layers, to write
print("encoder", encoder.output_shape, "  decoder", model.output_shape)

# %% tags=["measured"]
sources, answers = draw_task(np.random.default_rng(0), 6000)
written, target = shifted(answers)
model.compile(keras.optimizers.Adam(0.005, global_clipnorm=1.0), next_token_loss())
history = model.fit([text.pad(sources), written], target, batch_size=64, epochs=9, verbose=0)
losses = history.history["loss"]
tell(zh=f"每个词元的损失：第 1 轮 {losses[0]:.2f}，最后一轮 {losses[-1]:.2f}；瞎猜是 {np.log(11):.2f}",
     en=f"loss per token: {losses[0]:.2f} in epoch 1, {losses[-1]:.2f} in the last; a blind guess: {np.log(11):.2f}")

# %% [markdown] lang="zh"
# ### 贪心解码
#
# 真正使用时没有正确答案可读。从 `<s>` 开始，每步取分数最高的词元，把它作为下一步的输入；状态也带到下一步；写出 `</s>` 就停：

# %% [markdown] lang="en"
# ### Greedy decoding
#
# In use there is no right answer to read. Begin with `<s>`, take the token with the highest score at every step, and let it be the next step's input; carry the state over, too; stop at `</s>`:

# %%
def greedy(state, longest=LONGEST + 2):
    """State (B, H) -> what the decoder writes, a list of B token lists without the end token."""
    token, rows = np.full((len(state), 1), START), []
    for _ in range(longest):
        scores, state = (np.asarray(part) for part in one_step([token, state]))
        token = scores.argmax(axis=-1)                    # (B, 1): read at the next step
        rows.append(token[:, 0])
    rows = np.stack(rows, axis=1).tolist()
    return [row[: row.index(END)] if END in row else row for row in rows]

# %% tags=["measured"] claims=[25]
new_sources, new_answers = draw_task(np.random.default_rng(1), 1000)
states = np.asarray(encoder(text.pad(new_sources)))       # (B, H)
replies = greedy(states)
right = np.array([reply == answer for reply, answer in zip(replies, new_answers)])
together = metrics.bootstrap_interval(metrics.accuracy, np.ones(len(right), int), right.astype(int))
for source, reply, good in list(zip(new_sources, replies, right))[:6]:
    print(f"{''.join(DIGITS[i] for i in source):>8} → {''.join(DIGITS[i] for i in reply):<8} {'✓' if good else '✗'}")
tell(zh=f"没见过的 1,000 条里，整条全对的比例：{together}", en=f"of 1,000 new ones, answered without any mistake: {together}")

# %% [markdown] lang="zh"
# 区间是测试样本的自助法区间；训练只有一个种子，三个种子的结果在第 6 节。注意打分的办法：**整条全对**才算对，错一个词元就是错。
#
# ## 5 交接的只有一个向量
#
# 解码器对输入一无所知，除了 $s$。验证：把前后两条的状态对调，解码器应当写出**对方**的答案；把状态换成零，它就只能瞎写。

# %% [markdown] lang="en"
# The interval is a bootstrap over the test examples; this is one seed of training, three stand in section 6. Note how it is scored: a sequence counts as right only **as a whole**; one wrong token, and it is wrong.
#
# ## 5 One vector is handed over
#
# Of the input the decoder knows nothing but $s$. Check it: exchange the states of two neighbours, and the decoder should write the **other one's** answer; put zeros in their place, and it can only babble.

# %% tags=["measured"] claims=[25]
swapped = states.reshape(-1, 2, H)[:, ::-1].reshape(-1, H)
others = [new_answers[i ^ 1] for i in range(1000)]
follow = np.mean([reply == other for reply, other in zip(greedy(swapped), others)])
without = np.mean([reply == answer for reply, answer in zip(greedy(np.zeros_like(states)), new_answers)])
tell(zh=f"状态对调后，写出对方答案的比例：{follow:.3f}；状态换成零，还答对的比例：{without:.3f}",
     en=f"states exchanged: {follow:.3f} write the other's answer; states of zeros: {without:.3f} are still right")

# %% [markdown] lang="zh"
# 如果前一个数字与上面的准确率差不多，后一个接近零，那么**对这个任务**，两半缺一不可：没有编码器，解码器不知道该写什么；没有解码器，编码器写不出长度不定的答案。把它当成**一种任务**的模式，原文没有错；问题在于把它当成了循环网络的定义。
#
# ## 6 瓶颈：$H$ 个数装得下多长的序列？
#
# 不管输入多长，交接的都是 $H$ 个数。先猜：输入越来越长，“整条全对”的比例会怎么变？$H$ 翻倍呢？
#
# 一次训练说明不了问题，所以用事先跑好的实验：长度 1 到 12，四种 $H$，每种三个种子；每个点是一个种子，线是均值。

# %% [markdown] lang="en"
# If the first figure is about the accuracy above, and the second near zero, then **for this task** neither half can be missed: without an encoder the decoder does not know what to write, without a decoder the encoder cannot write an answer of any length. As the pattern of **one kind of task** the article has it right; the trouble is to take it for the definition of recurrent networks.
#
# ## 6 The bottleneck: how long a sequence fits into $H$ numbers?
#
# However long the input is, $H$ numbers are handed over. Guess first: what becomes of the share without a mistake as inputs get longer? And when $H$ is doubled?
#
# A single run proves little, so here is an experiment that was run beforehand: lengths 1 to 12, four values of $H$, three seeds each; a dot is one seed, the line is their mean.

# %%
from rnncourse import results

record = results.load("encoder_decoder")
lengths = list(range(1, record["longest"] + 1))


def table_of(units):
    """Shares without a mistake (seeds, lengths) of one width."""
    rows = {(row["seed"], row["length"]): row["accuracy"] for row in record["rows"] if row["units"] == units}
    return np.array([[rows[seed, length] for length in lengths] for seed in record["seeds"]])


runs = {units: table_of(units) for units in record["units"]}
plots.plot_by_length(lengths, runs)
plt.show()

# %%
tell(zh=f"每种 H：{record['training']['examples']:,} 个例子，{record['training']['epochs']} 轮，每个长度测 {record['tests']} 条；{record['processor']}，{record['cores']} 核。",
     en=f"For each H: {record['training']['examples']:,} examples, {record['training']['epochs']} epochs, {record['tests']} tests of each length; {record['processor']}, {record['cores']} cores.")
reach = {units: sum(np.minimum.accumulate(table.mean(axis=0)) >= 0.9) for units, table in runs.items()}
for units, table in runs.items():
    print(f"H = {units:>3}   T = {lengths[-1]}: {metrics.mean_interval(table[:, -1]):.2f}", end="   ")
    tell(zh=f"均值不低于 0.9 的最长长度：{reach[units]}", en=f"mean of at least 0.9 up to length {reach[units]}")

# %%
fall = metrics.mean_interval(np.concatenate([table[:, 0] - table[:, -1] for table in runs.values()]))
rising = all(np.diff(list(reach.values())) > 0)
tell(zh=f"从最短到最长，全对的比例平均下降 {fall.estimate:.2f}；H 越大撑得越长：{'是' if rising else '不总是'}。",
     en=f"From the shortest to the longest, the share falls by {fall.estimate:.2f} on average; a larger H always reaches further: {'yes' if rising else 'no'}.")

# %% [markdown] lang="zh"
# 请谨慎解读：曲线下降，可能是**装不下**，也可能是同样的训练**没学会**；$H$ 个浮点数原则上能存很长的数字串，这个实验分不开这两件事。2014 年的翻译里也看到了同样的现象（Cho 等、Pouget-Abadie 等：句子越长，译得越差）。办法是别只交接一个向量，让解码器回头看编码器的**每一步**：**注意力**，见 [3.2.2 章](3_2_2_recurrent_decoder.ipynb)与 [4.1.1 章](4_1_1_machine_translation.ipynb)。
#
# ## 7 判决
#
# 规则：如果缺一半的网络也能解决任务（区间的下端明显高于对照），“RNN 由编码器和解码器组成”就不成立。

# %% [markdown] lang="en"
# Read it with care: a curve may fall because the sequence does not **fit**, or because the same training has not **learned** to fit it; in principle $H$ floating-point numbers can hold a long row of digits, and this experiment cannot tell the two apart. The same was seen in translation in 2014 (Cho et al., Pouget-Abadie et al.: the longer the sentence, the worse the translation). The remedy is not to hand over one vector only but to let the decoder look back at **every** step of the encoder: **attention**, chapters [3.2.2](3_2_2_recurrent_decoder.ipynb) and [4.1.1](4_1_1_machine_translation.ipynb).
#
# ## 7 The verdict
#
# The rule: where a network that lacks one half solves its task (the lower end of its interval lies well above the control), "an RNN consists of encoder and decoder" does not hold.

# %% tags=["measured"] claims=[8, 21, 25]
lacks_decoder, lacks_encoder = encoder_alone.low > 0.8, decoder_alone.low > bigram + 0.2
both_needed = together.low > 0.5 and without < 0.1
wrong = lacks_decoder or lacks_encoder
tell(zh=f"没有解码器也能解决任务：{lacks_decoder}；没有编码器也能：{lacks_encoder}；序列到序列两者都要：{both_needed}",
     en=f"solved without a decoder: {lacks_decoder}; without an encoder: {lacks_encoder}; sequence to sequence needs both: {both_needed}")
for number in (8, 21, 25):
    tell(zh=f"第 {number} 条：{'一般而言不成立，它说的只是序列到序列这一种模式' if wrong else '此处没有推翻'}。",
         en=f"Claim {number}: {'wrong in general; it describes one pattern, sequence to sequence' if wrong else 'not refuted here'}.")

# %% [markdown] lang="zh"
# “编码器–解码器”与“循环网络”是两回事，四种组合都有：
#
# | | 编码器和解码器都有 | 只有编码器，或只有解码器 |
# |---|---|---|
# | **循环** | 本章第 4 节；2014 年的翻译模型 | 分类、标注、语言模型 |
# | **不循环** | 卷积的序列到序列（2017）、Transformer（2017） | BERT 只有编码器，GPT 只有解码器 |
#
# ## 小结
#
# - 编码器：$(B, T)$ → $(B, H)$。解码器：$(B, H)$ 和写过的词元 → 下一个词元的分数。它们是一种模式的两半，不是循环网络的定义。
# - 训练用教师强制：输入是 `<s>` 加答案，目标是答案加 `</s>`，错开一格。使用时读自己写的，写到 `</s>` 为止。
# - 训练读正确答案、使用读自己写的，两者不同会有什么后果（暴露偏差）、比贪心更好的搜索（束搜索），见 [3.2.2 章](3_2_2_recurrent_decoder.ipynb)。
# - 交接的只有一个向量：输入再长，它也不会变大。第 6 节量的就是这个瓶颈。
#
# ## 试一试
#
# 1. 把任务改成“从小到大排序，重复的只写一次”。瓶颈还看得见吗？（提示：状态要记住的是十个“有没有”。）
# 2. 训练时把 `written` 的 `<s>` 去掉、不错开（输入等于目标），损失会怎样？再用 `greedy` 写写看，为什么全错？
# 3. 把编码器换成双向（`Bidirectional(GRU(H // 2))`），曲线变了吗？解码器能不能换成双向？为什么？
# 4. 倒着写换成顺着写：同样的训练，更难还是更容易？为什么 Sutskever 等人把源句子倒过来读？
#
# 动手题见 `exercises/` 里的本章练习。2.2.2 的另一章讲前向与反向传播。
#
# ## 出处
#
# - Sutskever, Vinyals, Le (2014). Sequence to sequence learning with neural networks. [arXiv:1409.3215](https://arxiv.org/abs/1409.3215)
# - Cho 等 (2014). Learning phrase representations using RNN encoder–decoder for statistical machine translation. [arXiv:1406.1078](https://arxiv.org/abs/1406.1078)
# - Cho, van Merriënboer, Bahdanau, Bengio (2014). On the properties of neural machine translation: encoder–decoder approaches. [arXiv:1409.1259](https://arxiv.org/abs/1409.1259)
# - Pouget-Abadie 等 (2014). Overcoming the curse of sentence length for neural machine translation using automatic segmentation. [arXiv:1409.1257](https://arxiv.org/abs/1409.1257)
# - Williams, Zipser (1989). A learning algorithm for continually running fully recurrent neural networks. *Neural Computation* 1(2), 270–280.（教师强制）
# - Gehring 等 (2017). Convolutional sequence to sequence learning. [arXiv:1705.03122](https://arxiv.org/abs/1705.03122)
# - Vaswani 等 (2017). Attention is all you need. [arXiv:1706.03762](https://arxiv.org/abs/1706.03762)

# %% [markdown] lang="en"
# "Encoder–decoder" and "recurrent" are two different things, and all four combinations exist:
#
# | | encoder and decoder | only one of them |
# |---|---|---|
# | **recurrent** | section 4 of this chapter; the translation models of 2014 | classification, tagging, language models |
# | **not recurrent** | convolutional sequence to sequence (2017), the Transformer (2017) | BERT is an encoder alone, GPT a decoder alone |
#
# ## Summary
#
# - Encoder: $(B, T)$ → $(B, H)$. Decoder: $(B, H)$ and the tokens written → scores of the next token. They are the halves of one pattern, not the definition of recurrent networks.
# - Training is teacher-forced: the input is `<s>` and the answer, the target the answer and `</s>`, shifted by one. In use the decoder reads what it wrote, until `</s>`.
# - What follows from reading the right answer in training and one's own in use (exposure bias), and better searches than the greedy one (beam search): [chapter 3.2.2](3_2_2_recurrent_decoder.ipynb).
# - One vector is handed over, and it does not grow with the input: that is the bottleneck which section 6 measures.
#
# ## Try it
#
# 1. Change the task to "sort from small to large, repeated digits once". Is the bottleneck still to be seen? (A hint: what the state must hold is ten times "there or not".)
# 2. Train without `<s>` and without the shift (input equal to target): what becomes of the loss? Then write with `greedy`: why is everything wrong?
# 3. Make the encoder bidirectional (`Bidirectional(GRU(H // 2))`): does the curve change? Can the decoder be bidirectional? Why?
# 4. Write forwards instead of backwards: with the same training, is it harder or easier? Why did Sutskever et al. read the source sentence in reverse?
#
# The tasks of this chapter are in `exercises/`. The other chapter of 2.2.2 is about the forward and backward pass.
#
# ## Sources
#
# - Sutskever, Vinyals, Le (2014). Sequence to sequence learning with neural networks. [arXiv:1409.3215](https://arxiv.org/abs/1409.3215)
# - Cho et al. (2014). Learning phrase representations using RNN encoder–decoder for statistical machine translation. [arXiv:1406.1078](https://arxiv.org/abs/1406.1078)
# - Cho, van Merriënboer, Bahdanau, Bengio (2014). On the properties of neural machine translation: encoder–decoder approaches. [arXiv:1409.1259](https://arxiv.org/abs/1409.1259)
# - Pouget-Abadie et al. (2014). Overcoming the curse of sentence length for neural machine translation using automatic segmentation. [arXiv:1409.1257](https://arxiv.org/abs/1409.1257)
# - Williams, Zipser (1989). A learning algorithm for continually running fully recurrent neural networks. *Neural Computation* 1(2), 270–280. (teacher forcing)
# - Gehring et al. (2017). Convolutional sequence to sequence learning. [arXiv:1705.03122](https://arxiv.org/abs/1705.03122)
# - Vaswani et al. (2017). Attention is all you need. [arXiv:1706.03762](https://arxiv.org/abs/1706.03762)
