# %% [markdown] lang="zh"
# # 4.2 文本分类：从原始评论到经得起检验的分类器
#
# 关于文本分类，原文 4.2 节只有两句话：“可以通过调整参数，来优化模型的性能”；“可以通过调整编码器和解码器的参数，来改善模型的记忆能力，从而提高模型的准确率”。
#
# 这两句话之前，还差一整个工程。本章把它从头走到尾：
#
# | 步骤 | 要回答的问题 |
# |---|---|
# | 1 读数据 | 这些评论，人能判对吗？ |
# | 2 防泄漏 | 测试集里的文本，模型是不是早就见过？ |
# | 3 立及格线 | 不用神经网络，能做到多好？ |
# | 4 搭模型 | 一句话怎样一步步变成一个概率？ |
# | 5 训练 | 该在什么时候停？ |
# | 6 测试，只测一次 | 循环网络赢了吗？差多少？有多大把握？ |
# | 7 读错误 | 是模型错了，还是标签错了？ |
# | 8 试自己的句子 | “不是不好”，它读得懂吗？ |
# | 9 拧旋钮 | 原文说的“调参 → 记忆 → 准确率”，这条链子成立吗？ |
# | 10 保存与上线 | 模型文件旁边，还必须放什么？ |
#
# 全章在两个 CPU 核上大约两分钟。正文不写“谁赢了”：每次训练结果都略有不同，凡是依赖结果的句子，都由单元格当场算出来。

# %% [markdown] lang="en"
# # 4.2 Text classification: from raw reviews to a classifier that stands up to testing
#
# On text classification, section 4.2 of the article has two sentences: "by adjusting the parameters, the performance of the model can be optimised", and "by adjusting the parameters of the encoder and the decoder, the memory of the model can be improved, and so its accuracy".
#
# Before either of them there is a whole piece of engineering to do. This chapter walks it from end to end:
#
# | step | the question |
# |---|---|
# | 1 read the data | could a person classify these reviews? |
# | 2 no leakage | has the model seen the test texts before? |
# | 3 set the bar | how far does one get without a neural network? |
# | 4 build the model | how does a sentence become a probability, step by step? |
# | 5 train | when should it stop? |
# | 6 test, once | did the recurrent network win? By how much, and how sure is that? |
# | 7 read the errors | is the model wrong, or the label? |
# | 8 sentences of your own | does it understand "not bad at all"? |
# | 9 turn the knobs | the article's chain "tuning → memory → accuracy": does it hold? |
# | 10 save and deploy | what must lie beside the model file? |
#
# The chapter takes about two minutes on two CPU cores. Its prose never says who won: every training run comes out a little differently, so each sentence that depends on a result is computed by a cell.

# %% [markdown] lang="zh"
# ## 1 先读数据
#
# 看任何模型之前，先自己当一回分类器。下面八条评论，哪些是正面？先把答案记在纸上，再运行下一个单元格。

# %% [markdown] lang="en"
# ## 1 Read the data first
#
# Before looking at any model, be the classifier yourself. Which of these eight reviews are positive? Write your answers down, then run the next cell.

# %%
import matplotlib.pyplot as plt
import numpy as np
from rnncourse import choose, datasets

raw = datasets.load_reviews(clean=False)
short = [index for index, review in enumerate(raw.texts) if 10 < len(review) < 90]
quiz = np.random.default_rng(15).choice(short, 8, replace=False)
for number, index in enumerate(quiz, start=1):
    print(f"{number}. {raw.texts[index]}")

# %%
for number, index in enumerate(quiz, start=1):
    print(f"{number}. {raw.label_names[raw.labels[index]]}")

# %% [markdown] lang="zh"
# 全对吗？多半有一两条你不服气。标签不是真理：中文语料的一行往往只是一篇书评、酒店或笔记本电脑评论里的一句话，标签却像是跟着整篇走的；英文语料的标签来自约 20 个人打分的平均值。**连人都做不到 100%，就不该指望模型做到**；看到过高的准确率，第一反应应当是怀疑。
#
# 接着看全貌：文本有多长？里面混进了什么？

# %% [markdown] lang="en"
# All eight right? There are probably one or two you would dispute. Labels are not the truth: an English snippet is a line from a film review, and its label is the mean rating of some 20 people; a Chinese line is often one sentence out of a longer review of a book, a hotel or a laptop, with a label that seems to belong to the whole. **Where people do not reach 100%, a model should not be expected to**, and a very high accuracy should first of all make you suspicious.
#
# Now the whole: how long are the texts, and what else is among them?

# %%
from rnncourse import plots, text

lengths = np.array([len(text.tokenize(review, raw.unit)) for review in raw.texts])
print(raw)
plots.plot_lengths(lengths)
plt.show()

# %%
def tell(*, zh, en):
    """Print the sentence that is in the reader's language."""
    print(choose(zh=zh, en=en))

# %%
from collections import Counter

commonest, times = Counter(raw.texts).most_common(1)[0]
labels = {}
for review, label in zip(raw.texts, raw.labels, strict=True):
    labels.setdefault(review, set()).add(label)
both = [review for review in labels if len(labels[review]) > 1]
shortest = " ".join(sorted(set(raw.texts), key=lambda text: (len(text), text))[:12])
tell(zh=f"最短的：{shortest}", en=f"shortest: {shortest}")
tell(zh=f"重复最多的（{times} 次）：{commonest}", en=f"most repeated ({times} times): {commonest}")
tell(zh=f"两种标签都有的：{len(both)} 条，如 {both[1:4]}", en=f"with both labels: {len(both)} {both[1:4]}")

# %% [markdown] lang="zh"
# 两份语料的脾气不同。中文那份看得出是从网页上抓来的，混着单个句号、颜文字、网站页脚，不少文本出现了不止一次，有的还同时带着两种标签；英文那份由研究者整理过，干净得多。你自己的数据多半像前者。
#
# ## 2 泄漏：测试集里的文本，模型是不是早就见过？
#
# 先数一数重复的行。`repeated` 是重复前面某一行的行数，`conflicting` 是同时出现在两类里的文本数。

# %% [markdown] lang="en"
# The two corpora of this course differ in temper. The English one was prepared by researchers and is clean. The Chinese one was taken off web pages: single full stops, emoticons, page footers, many texts more than once, some of them with both labels. Your own data will probably look like that one.
#
# ## 2 Leakage: has the model seen the test texts before?
#
# First count the repeated lines, in both corpora. `repeated` counts lines that repeat an earlier one, `conflicting` texts that occur in both classes.

# %%
for language in ("zh", "en"):
    corpus = datasets.load_reviews(language, clean=False)
    print(f"{corpus.name}: {len(corpus):,}", datasets.count_duplicates(corpus))

# %% [markdown] lang="zh"
# 随机划分训练集和测试集时，同一句话的两份拷贝很可能一份落在左边、一份落在右边。那么测试测的就是“记不记得”，而不是“会不会判断”。
#
# 危害有多大？用一个几秒钟就能训练好的经典模型量一量：把文本变成 n 元组的 TF-IDF 权重，再做逻辑回归。（第 3 节它还要当及格线。）

# %% [markdown] lang="en"
# Divide such a corpus at random, and of two copies of a sentence one is likely to fall on the left and one on the right. The test then measures whether the model *remembers*, not whether it can *judge*.
#
# How bad is it? We measure with a classical model that trains in seconds: texts become TF-IDF weights of their n-grams, then logistic regression. (In section 3 the same model becomes the bar.)

# %%
from functools import partial
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression


def fit_features(reviews):
    """TF-IDF weights of the n-grams of a TextDataset: an object whose `transform` takes texts -> (N, V)."""
    tokens = partial(text.tokenize, unit=reviews.unit)
    features = TfidfVectorizer(
        tokenizer=tokens, token_pattern=None, lowercase=False, ngram_range=reviews.ngrams, sublinear_tf=True
    )
    return features.fit(reviews.texts)

# %%
def fit_bar(features, reviews, strength=10):
    """Logistic regression over `features`; the larger `strength`, the weaker its regularisation."""
    return LogisticRegression(C=strength, max_iter=1000).fit(
        features.transform(reviews.texts), reviews.labels
    )

# %% [markdown] lang="zh"
# 把测试集再拆成两半：**训练集里也有**的行，和**只在测试集里**的行。如果分数虚高真是泄漏造成的，两半的准确率应当差得很远。对两份语料都做一遍：干净的那份是对照组。

# %% [markdown] lang="en"
# Then we divide the test lines once more: those that **also stand in the training set**, and those that **stand in the test set only**. If leakage is what inflates the score, the two must differ widely. We do it for both corpora: the clean one is the control.

# %%
def right_and_seen(reviews):
    """Train and test on a random 80/20 split: was each test line classified rightly, did it occur in training?"""
    parts = datasets.split(reviews, validation=0)
    features = fit_features(parts.train)
    bar = fit_bar(features, parts.train)
    right = bar.predict(features.transform(parts.test.texts)) == parts.test.labels
    known = set(parts.train.texts)
    return right, np.array([review in known for review in parts.test.texts])


leaky = {language: datasets.load_reviews(language, clean=False) for language in ("zh", "en")}
with_copies = {language: right_and_seen(leaky[language]) for language in leaky}
without = {language: right_and_seen(datasets.drop_duplicates(leaky[language])) for language in leaky}

# %% tags=["measured"]
from rnncourse import metrics


def score(right):
    """Accuracy with its bootstrap interval."""
    return metrics.bootstrap_interval(metrics.accuracy, np.ones(len(right), int), right.astype(int))

# %% tags=["measured"]
right, seen = with_copies["zh"]
groups = [right, right[seen], right[~seen], without["zh"][0], with_copies["en"][0], without["en"][0]]
names = choose(
    zh=["中文，不去重", "训练集里也有的", "只在测试集里的", "中文，去重", "英文，不去重", "英文，去重"],
    en=["Chinese, copies left", "also in training", "in the test only",
        "Chinese, no copies", "English, copies left", "English, no copies"],
)
scores = {name: score(group) for name, group in zip(names, groups, strict=True)}
plots.plot_intervals(scores)
plt.show()

# %% tags=["measured"]
leaked, _, _, honest, *control = (interval.estimate for interval in scores.values())
tell(
    zh=f"中文语料不去重时，{seen.mean():.0%} 的测试行在训练集里也有。",
    en=f"With its copies, {seen.mean():.0%} of the Chinese test lines also stand in the training set.",
)
tell(
    zh=f"准确率 {leaked:.3f}，去重后 {honest:.3f}：虚高 {leaked - honest:.3f}。",
    en=f"Accuracy is {leaked:.3f}, without copies {honest:.3f}: inflated by {leaked - honest:.3f}.",
)
tell(
    zh=f"对照组（英文）：{control[0]:.3f}，去重后 {control[1]:.3f}。",
    en=f"The control (English): {control[0]:.3f}, without copies {control[1]:.3f}.",
)

# %% [markdown] lang="zh"
# 没有一行代码写错，分数却是假的。这类错误在论文里也很常见：Kapoor 与 Narayanan 在 17 个学科里找到 294 篇受数据泄漏影响的论文。
#
# 从现在起用清洗过的语料：每条文本只留一份，两种标签都有的、短到没有内容的都去掉。然后划分一次，**测试集锁进抽屉，直到第 6 节**。验证集用来做一切选择。

# %% [markdown] lang="en"
# Not a line of the code is wrong, and yet the score is false. This is common in published work too: Kapoor and Narayanan found 294 papers in 17 fields that leakage had affected.
#
# From here on we use the cleaned corpus: every text once, none with both labels, none too short to say anything. Divide it once; **the test set goes into a drawer until section 6**, and every choice is made on the validation set.

# %%
reviews = datasets.load_reviews()
train, validation, test = datasets.split(reviews)
print(train, validation, test, sep="\n")
pairs = (train, validation), (train, test), (validation, test)
common = [len(set(first.texts) & set(second.texts)) for first, second in pairs]
tell(zh=f"两两之间相同的文本数：{common}", en=f"texts in common: {common}")

# %% [markdown] lang="zh"
# > 仍然存在、但我们没有解决的问题：一行往往是长评论里的一句，同一篇评论的两句可能分在两边；改动一个标点的“近似重复”也还在。遇到自己的数据，应当按**来源**（作者、商品、时间）划分，而不是按行。
#
# ## 3 及格线：不用神经网络，能做到多好？
#
# 先问最低的标准：什么都不读，永远猜多数类，能得多少分？再问经典方法。正则化强度在验证集上选——给及格线和循环网络同样的待遇，比较才公平。

# %% [markdown] lang="en"
# > What remains, and what we have not solved: a line is often one sentence of a longer review, so two sentences of one review may fall on both sides; near copies that differ in a comma are still there. With data of your own, divide by **source** (author, product, date), not by line.
#
# ## 3 The bar: how far does one get without a neural network?
#
# First the lowest standard: read nothing, always guess the majority class. Then the classical method, with its regularisation chosen on the validation set: the bar gets the same treatment as the recurrent network, or the comparison is not fair.

# %% tags=["measured"]
majority = np.bincount(train.labels).argmax()
features = fit_features(train)
weighted = features.transform(validation.texts)
candidates = {strength: fit_bar(features, train, strength) for strength in (1, 3, 10, 30)}
scores = {strength: model.score(weighted, validation.labels) for strength, model in candidates.items()}
bar = candidates[max(scores, key=scores.get)]
chance = np.mean(validation.labels == majority)
tell(zh=f"永远猜多数类：{chance:.3f}", en=f"always the majority class: {chance:.3f}")
for strength, value in scores.items():
    print(f"C = {strength:>2}: {value:.3f}", "←" if candidates[strength] is bar else "")

# %% [markdown] lang="zh"
# 逻辑回归的好处是看得透：每个 n 元组一个权重。它凭什么判断？

# %% [markdown] lang="en"
# Logistic regression has the advantage that one sees right through it: one weight for each n-gram. What does it go by?

# %% tags=["measured"]
grams, weights = features.get_feature_names_out(), bar.coef_[0]
order = np.argsort(weights)
_, axes = plt.subplots(1, 2, figsize=(7, 3.6))
for axis, chosen, name in zip(axes, (order[:14], order[::-1][:14]), train.label_names, strict=True):
    axis.barh([text.join(gram.split(), train.unit) for gram in grams[chosen]], weights[chosen])
    axis.invert_yaxis()
    axis.set_title(name)
plt.show()

# %% [markdown] lang="zh"
# 大多是你也会挑的词。它的盲点也一目了然：窗口只有两个词元，隔得远一点的“没有……那么好”它就拼不起来。**循环网络要赢，就得赢在顺序上。** 请先记下你的猜测：它能高出几个百分点？
#
# ## 4 搭模型：一句话怎样一步步变成一个概率
#
# ### 4.1 从文字到编号
#
# 词表只用训练集建立：从验证集或测试集里看来的词，也是泄漏。只出现一次的词元学不到东西，归入“未知词元”（编号 1）；0 留给填充。

# %% [markdown] lang="en"
# Mostly what you would have picked as well. Its blind spot is just as plain: it looks through a window of two tokens, and cannot put together a "not" with a "good" that stands further away. **If the recurrent network is to win, it must win by order.** Write down your guess now: by how many points?
#
# ## 4 The model: how a sentence becomes a probability, step by step
#
# ### 4.1 From words to numbers
#
# The vocabulary is built from the training set alone: a word learnt from the validation or the test set would be leakage, too. A token that occurs once teaches nothing and becomes the unknown token (id 1); 0 is kept for padding.

# %%
vocabulary = text.Vocabulary.build(train.texts, unit=train.unit, minimum_count=2)
x_train, x_validation = (vocabulary.encode_all(part.texts, part.length) for part in (train, validation))
unknown = np.mean(np.concatenate(x_validation) == text.UNKNOWN)
print(vocabulary)
tell(zh=f"验证集里的未知词元：{unknown:.2%}", en=f"unknown tokens in the validation set: {unknown:.2%}")
print(validation.texts[0], "→", x_validation[0][:12])

# %% [markdown] lang="zh"
# 取四条短评论排成一批：短的用 0 在后面补齐。今后凡写形状，都用五个字母：批 $B$、时间步 $T$、特征 $D$、隐藏单元 $H$、词表 $V$。

# %% [markdown] lang="en"
# Four short reviews make a batch; zeros fill up the shorter ones from behind. Shapes are written in five letters: batch $B$, time steps $T$, features $D$, hidden units $H$, vocabulary $V$.

# %%
four = sorted((sequence for sequence in x_train if 5 <= len(sequence) <= 14), key=len)[::150][:4]
tokens = text.pad(four)  # (B, T)
print(tokens.shape)
plots.plot_batch(tokens, vocabulary=vocabulary)
plt.show()

# %% [markdown] lang="zh"
# ### 4.2 嵌入：编号 → 向量
#
# 编号的大小没有意义。嵌入层是一张 $V \times D$ 的表，按编号取出一行；这张表和其余参数一起训练。
#
# 及格线还看得见相邻两个词元组成的**二元组**。网络也可以：给每个二元组配一行嵌入，加到后一个词元的嵌入上。二元组太多，用哈希把它们分进 50,000 个桶；偶尔两个共用一个桶，代价不大。

# %% [markdown] lang="en"
# ### 4.2 Embedding: a number becomes a vector
#
# The size of an id means nothing. An embedding layer is a table of $V \times D$ numbers, one row an id; it is trained together with everything else.
#
# The bar also sees **bigrams**, pairs of neighbouring tokens. So can the network: each bigram gets an embedding, which is added to that of its second token. There are too many of them for a table; hashing puts them into 50,000 buckets. Now and then two share one, which does little harm.

# %%
import keras
from keras import layers
from rnncourse import encoders

x = layers.Embedding(len(vocabulary), 64)(tokens)  # (B, T, D)
bigrams = encoders.BigramIds(50_000)(tokens)  # (B, T)
x = x + layers.Embedding(50_000, 64)(bigrams)  # (B, T, D)
print(tokens.shape, "→", bigrams.shape, "→", x.shape)

# %% [markdown] lang="zh"
# ### 4.3 循环层：读到每一步时，记住了什么
#
# 循环层从左到右读，每一步都更新隐状态：
#
# $$h_t = \mathrm{GRU}(x_t,\ h_{t-1})$$
#
# `return_sequences=True` 交出每一步的 $h_t$，而不只是最后一个。再加一个从右往左读的循环层，每个位置就同时知道上文和下文，状态宽度变成 $2H$。课程的 `encode` 就是这两层；它让反向的那一层从每行**真正的**最后一个词元读起，不读填充（道理见 3.1 章）。

# %% [markdown] lang="en"
# ### 4.3 Recurrent layer: what is remembered at each step
#
# A recurrent layer reads from left to right and updates its hidden state at every step:
#
# $$h_t = \mathrm{GRU}(x_t,\ h_{t-1})$$
#
# `return_sequences=True` hands out $h_t$ of every step, not of the last one only. With a second layer that reads from right to left, each position knows what stands before it and after it, and the state is $2H$ wide. The course's `encode` is these two layers; it lets the backward one begin at the **real** last token of each row, not at the padding (chapter 3.1 says why).

# %%
forward = layers.GRU(64, return_sequences=True)(x)  # (B, T, H)
states = encoders.encode(x, tokens, cell="gru", units=64)  # (B, T, 2H)
print(x.shape, "→", forward.shape, "→", states.shape)

# %% [markdown] lang="zh"
# ### 4.4 汇聚：许多状态 → 一个向量
#
# 各条评论长短不一，分类器却要一个固定长度的向量。可以取末态、取平均，或者对每个隐藏单元取全句的最大值——相当于问：“这个特征在句子里**有没有出现过**？”填充位置不参与。

# %% [markdown] lang="en"
# ### 4.4 Pooling: many states become one vector
#
# Reviews differ in length, but a classifier wants a vector of one size. Take the last state, or the mean, or for each unit the maximum over the sentence, which asks: "did this feature occur **anywhere**?" Padding has no say.

# %%
pooled = encoders.pool(states, tokens, kind="max")  # (B, 2H)
probabilities = layers.Dense(1, activation="sigmoid")(pooled)  # (B, 1)
print(states.shape, "→", pooled.shape, "→", probabilities.shape)

# %% [markdown] lang="zh"
# ### 4.5 连成一个模型，再用一次调用得到同一个模型
#
# 二元组嵌入要不要？在验证集上比过：中文要——两个字往往才是一个词；英文不要——一个词已经说清楚了，几千条短评里同一对词又很少重复出现。别处两种语言的设置相同。
#
# 把上面几步写成函数式模型，和课程的 `build_text_classifier` 比一比：参数个数应当相等；拷贝权重之后，输出也应当相等。（随机失活没有参数，只在训练时起作用。）

# %% [markdown] lang="en"
# ### 4.5 One model out of the steps, and the same model in one call
#
# Bigrams or not? Tried on the validation sets: for Chinese yes, since it often takes two characters to make a word; for English no, since a word says enough by itself and hardly any pair of words comes back within some thousand snippets. All other settings are the same for both languages.
#
# Write the steps as a functional model and hold it against the course's `build_text_classifier`: the number of parameters must be equal, and so must the outputs once the weights are copied. (Dropout has no parameters and acts in training only.)

# %%
buckets = choose(zh=50_000, en=0)


def build_by_hand():
    tokens = keras.Input((None,), dtype="int32")  # (B, T)
    x = layers.Embedding(len(vocabulary), 64)(tokens)  # (B, T, D)
    if buckets:
        x = x + layers.Embedding(buckets, 64)(encoders.BigramIds(buckets)(tokens))
    x = layers.SpatialDropout1D(0.7)(x)
    states = encoders.encode(x, tokens, cell="gru", units=64)  # (B, T, 2H)
    pooled = layers.Dropout(0.5)(encoders.pool(states, tokens, kind="max"))  # (B, 2H)
    return keras.Model(tokens, layers.Dense(1, activation="sigmoid")(pooled))  # (B, 1)

# %%
from rnncourse.models import build_text_classifier

model = build_text_classifier(
    vocabulary_size=len(vocabulary), bigram_buckets=buckets, embedding_size=64, cell="gru", units=64,
    embedding_dropout=0.7, dropout=0.5,
)
by_hand = build_by_hand()
by_hand.set_weights(model.get_weights())
print(f"{by_hand.count_params():,} == {model.count_params():,}")
print("same outputs:", np.allclose(by_hand(tokens), model(tokens), atol=1e-6))

# %% [markdown] lang="zh"
# 训练之前做两个一秒钟的检查，能省下几小时的调试：
# 1. 填充不应改变任何输出：一条评论单独送进去，和排在一批里送进去，概率必须相同；
# 2. 还没训练的模型应当毫无主见，损失接近 $\ln 2$。

# %% [markdown] lang="en"
# Two checks of one second before training, which save hours of debugging:
# 1. padding must not change an output: a review alone and the same review in a batch get the same probability;
# 2. an untrained model should have no opinion: its loss is close to $\ln 2$.

# %%
from rnncourse import training

in_batch = np.asarray(model(tokens))[:, 0]
alone = [np.asarray(model(sequence[None]))[0, 0] for sequence in four]
print("padding changes nothing:", np.allclose(in_batch, alone, atol=1e-6))
guess = training.predict(model, x_validation)
loss = -np.mean(np.log(np.where(validation.labels == 1, guess, 1 - guess)))
print("loss close to ln 2:", abs(loss - np.log(2)) < 0.05)

# %% [markdown] lang="zh"
# ## 5 训练：该在什么时候停？
#
# `training.fit` 是课程的训练配方：长度相近的评论排在一批（少算填充），学习率先升后降，梯度裁剪，验证损失一轮不降就停，并取回最好一轮的权重。曲线随训练更新。
#
# 训练损失会一路下降。验证损失呢？看图之前先猜：第几轮最低？

# %% [markdown] lang="en"
# ## 5 Training: when should it stop?
#
# `training.fit` is the course's recipe: reviews of similar length share a batch (less padding to compute), the learning rate warms up and then falls, gradients are clipped; training stops when the validation loss did not fall in an epoch, and the weights of the best epoch are kept. The curves are drawn as it goes.
#
# The training loss will keep falling. And the validation loss? Guess before you look: in which epoch is it lowest?

# %% tags=["measured"]
import time

started = time.perf_counter()
examples = (x_train, train.labels), (x_validation, validation.labels)
history = training.fit(model, *examples, epochs=3, tokens_per_batch=1024, patience=1).history
seconds = time.perf_counter() - started

# %% tags=["measured"]
best = int(np.argmin(history["val_loss"]))
learnt, kept = history["accuracy"][-1], history["val_accuracy"]
tell(
    zh=f"用时 {seconds:.0f} 秒。验证损失在第 {best + 1} 轮最低，取回这一轮的权重：验证准确率 {kept[best]:.3f}。",
    en=f"{seconds:.0f} s. The validation loss is lowest in epoch {best + 1}; its weights reach {kept[best]:.3f}.",
)
tell(
    zh=f"最后一轮：训练集 {learnt:.3f}，验证集 {kept[-1]:.3f}，相差 {learnt - kept[-1]:+.3f}。",
    en=f"Last epoch: training {learnt:.3f}, validation {kept[-1]:.3f}, a gap of {learnt - kept[-1]:+.3f}.",
)

# %% [markdown] lang="zh"
# 过拟合就是这样从曲线上读出来的：训练损失继续下降，验证损失停住或回升，两条准确率曲线张开一个口子。多出来的那部分训练准确率是“背下来的”，对新评论没有用。早停和随机失活都是为了收窄这个口子。（训练准确率是带着随机失活、在一轮的途中算的，所以最初几轮它反而可能更低。）
#
# ## 6 测试，只测一次
#
# 打开抽屉之前，先写下要比较什么，免得看了结果再挑：
# - **及格线**：TF-IDF + 逻辑回归；
# - **循环网络**：第 5 节的模型，阈值 0.5；
# - **两者平均**：两个概率相加除以二，不再训练。两个模型犯的错不一样，取平均常常更好，而且不花一分钱。
#
# 看一次就够了。看着测试分数回去改模型，改到满意为止，那就成了第二个验证集。

# %% [markdown] lang="en"
# This is how overfitting is read off curves: the training loss keeps falling, the validation loss stands still or rises, and a gap opens between the two accuracies. What the training accuracy gains there was learnt by heart and is of no use for new reviews. Early stopping and dropout both fight this gap. (The training curve is computed with dropout and in the course of an epoch, so in the first epochs it may even lie lower.)
#
# ## 6 The test, once
#
# Before opening the drawer, write down what will be compared, so that nobody picks afterwards:
# - **the bar**: TF-IDF + logistic regression;
# - **the recurrent network**: the model of section 5, threshold 0.5;
# - **the mean of both**: the two probabilities added and halved, nothing trained. Two models that err differently are often better together, and it costs nothing.
#
# One look is enough. Whoever goes back from the test score to change the model, until it pleases, has made a second validation set of it.

# %% tags=["measured"]
def ask_bar(texts):
    """Probability of class 1 by the bar: (N,)."""
    return bar.predict_proba(features.transform(texts))[:, 1]


def ask_network(texts):
    """Probability of class 1 by the recurrent network: (N,)."""
    return training.predict(model, vocabulary.encode_all(texts, train.length))


p_bar, p_network = ask_bar(test.texts), ask_network(test.texts)
metrics.evaluate(test.labels, p_network, label_names=test.label_names)

# %% [markdown] lang="zh"
# 怎么读这张表（以“正面”一行为例）：
# - **精确率**：判为正面的评论里，有多少真是正面；
# - **召回率**：真正的正面评论里，有多少被找了出来；
# - **F1 值**：两者的调和平均，偏袒任何一边都会拉低它；
# - **方括号**：换一批同样大小的测试评论，这个数字大概会在哪个范围里变动（对测试集做 1000 次有放回抽样）。
#
# 混淆矩阵是这些数字的来源，每一行是一个真实类别：

# %% [markdown] lang="en"
# How to read it, for the row "positive":
# - **precision**: of the reviews called positive, how many are;
# - **recall**: of the positive reviews, how many were found;
# - **F1**: the harmonic mean of both, which favouring one of them would pull down;
# - **brackets**: how much the figure would move with another test set of this size (1000 resamples of the test reviews, with replacement).
#
# The confusion matrix is where these figures come from; each row is a true class:

# %% tags=["measured"]
counts = metrics.confusion_matrix(test.labels, metrics.predict_labels(p_network))
plots.plot_confusion(counts, label_names=test.label_names)
plt.show()

# %% [markdown] lang="zh"
# 现在才是本章的问题：**循环网络过线了吗？** 两个区间有重叠，不等于没有差别：两个模型做的是同一份卷子，应当逐题相减，看**差值**的区间。

# %% [markdown] lang="en"
# Now the question of this chapter: **did the recurrent network pass the bar?** That two intervals overlap does not mean that there is no difference: both models sat the same examination, so subtract review by review and look at the interval of the **difference**.

# %% tags=["measured"]
names = choose(zh=("及格线", "循环网络", "两者平均"), en=("the bar", "recurrent network", "mean of both"))
probabilities = p_bar, p_network, (p_bar + p_network) / 2
answers = {name: metrics.predict_labels(p) for name, p in zip(names, probabilities, strict=True)}
plots.plot_intervals(
    {name: metrics.bootstrap_interval(metrics.accuracy, test.labels, y) for name, y in answers.items()},
    bar=np.mean(test.labels == majority),
    bar_label=choose(zh="多数类", en="majority class"),
)
plt.show()

# %% tags=["measured"]
def compare(name):
    """Say whether a model beats the bar, by the paired interval of the difference in accuracy."""
    gain = metrics.bootstrap_difference(metrics.accuracy, test.labels, answers[names[0]], answers[name])
    only_bar, only_it, p = metrics.mcnemar(test.labels, answers[names[0]], answers[name])
    better, worse, level = choose(
        zh=("高于及格线", "低于及格线", "与及格线分不出高下"), en=("above the bar", "below the bar", "level with the bar")
    )
    print(f"{name}: {gain:+.3f} →", better if gain.low > 0 else worse if gain.high < 0 else level)
    tell(
        zh=f"    只有及格线判对 {only_bar} 条，只有它判对 {only_it} 条，p = {p:.2g}",
        en=f"    right by the bar alone: {only_bar}, by it alone: {only_it}, p = {p:.2g}",
    )

# %% tags=["measured"]
for name in names[1:]:
    compare(name)

# %% [markdown] lang="zh"
# 无论你这次看到的是哪种结果，都请照实接受。在几千到一万条短评论上，从零训练的循环网络和 n 元组线性模型打成平手、甚至略输，是常事：Wang 与 Manning 2012 年就指出，带二元组的线性模型在情感分类上是很难打败的对手。词向量要从头学，而这么点数据不够。怎样让循环网络反超，第 6.2.2 章（迁移学习）会给出答案。
#
# 还要记住：上面的区间只说明“换一批测试评论会怎样”，没有说明“换一个随机种子重新训练会怎样”。后者在第 9 节。
#
# ### 概率可信吗？
#
# 模型说“80% 是正面”的那些评论，真有 80% 是正面吗？点落在对角线上，概率才可以按字面理解。

# %% [markdown] lang="en"
# Whichever result you see, take it as it is. On some thousand short reviews it is common that a recurrent network trained from scratch draws with a linear model of n-grams, or loses narrowly: Wang and Manning showed in 2012 how hard linear models with bigrams are to beat at sentiment. The network has to learn its word vectors from nothing, and this is little data for that. How a recurrent network overtakes is told in chapter 6.2.2 (transfer learning).
#
# And keep in mind: these intervals say what another *test set* would change, not what another *random seed* would. That comes in section 9.
#
# ### Can the probabilities be believed?
#
# Of the reviews that a model calls positive with 80%, are 80% positive? Only where the points lie on the diagonal can a probability be taken at its word.

# %% tags=["measured"]
pairs = zip(names[:2], probabilities, strict=False)
plots.plot_calibration({name: metrics.calibration(test.labels, p) for name, p in pairs})
plt.show()

# %% [markdown] lang="zh"
# 点整体在对角线上方，说明模型低估了正面的可能。比对角线平（左端偏高、右端偏低），说明它过于自信，过拟合的网络常常如此（Guo 等，2017）；比对角线陡，则是太谦虚。
#
# ## 7 读错误：是模型错了，还是标签错了？
#
# 数字告诉你错了多少，只有读原文才知道错在哪里。读**验证集**上的错误：测试集已经用过一次，再根据它改模型就不算数了。
#
# 从最自信的错误读起：模型几乎确定，标签却相反。及格线的概率列在旁边——两个完全不同的模型都反对标签时，嫌疑就落到标签头上。

# %% [markdown] lang="en"
# All points above the diagonal: the model underrates the positive class. A curve flatter than the diagonal (too high on the left, too low on the right): it is too sure of itself, as overfitted networks often are (Guo et al., 2017). A steeper one: it is too modest.
#
# ## 7 Reading errors: is the model wrong, or the label?
#
# Figures tell how many errors there are; only the texts tell what they are. Read those of the **validation set**: the test set has been used, and a model changed after it would need another one.
#
# Begin with the most confident errors: the model is almost certain, the label says the opposite. The bar's probability stands beside: where two quite different models both object to a label, suspicion falls on the label.

# %% tags=["measured"]
p_validation, b_validation = ask_network(validation.texts), ask_bar(validation.texts)
worst = np.argsort(-np.abs(p_validation - validation.labels))
for index in worst[:8]:
    name = validation.label_names[validation.labels[index]]
    tell(
        zh=f"标签：{name}　循环网络 {p_validation[index]:.2f}　及格线 {b_validation[index]:.2f}",
        en=f"label: {name}, network {p_validation[index]:.2f}, bar {b_validation[index]:.2f}",
    )
    print("   ", validation.texts[index][:200])

# %% tags=["measured"]
wrong = {"network": p_validation, "bar": b_validation}
wrong = {name: (p >= 0.5) != validation.labels for name, p in wrong.items()}
both = wrong["network"] & wrong["bar"]
tell(
    zh=f"循环网络错 {wrong['network'].sum()} 条，及格线错 {wrong['bar'].sum()} 条，其中 {both.sum()} 条两者都错。",
    en=f"Wrong: the network {wrong['network'].sum()}, the bar {wrong['bar'].sum()}, both {both.sum()}.",
)

# %% [markdown] lang="zh"
# 逐条给它们归个类：标签错了？两面都说了（先扬后抑）？反讽？需要常识？还是模型真的没读懂？通常你会发现，其中不少你会站在模型一边。（Northcutt 等人检查了 10 个常用数据集的测试集，平均至少 3.3% 的标签是错的。）
#
# 模型为什么这样判？把每个词元依次遮住（换成未知词元），看概率变了多少：变化越大，颜色越深。

# %% [markdown] lang="en"
# Put each into a drawer: a wrong label? praise and blame in one sentence? irony? knowledge of the world? or did the model really not understand? You will often side with the model. (Northcutt et al. examined the test sets of ten much-used data sets: at least 3.3% of the labels are wrong on average.)
#
# Why did the model decide so? Cover one token after another (replace it by the unknown token) and see how the probability moves: the more it moves, the darker the token.

# %% tags=["measured"]
from rnncourse import explain

predict = partial(training.predict, model)
for index in [index for index in worst if len(x_validation[index]) <= 60][:3]:
    sequence = x_validation[index]
    tokens = text.tokenize(validation.texts[index], train.unit)[: len(sequence)]
    contributions = explain.occlusion(predict, sequence)
    plots.plot_contributions(tokens, contributions, unit=train.unit, label_names=train.label_names)
    plt.show()

# %% [markdown] lang="zh"
# 遮挡一次只动一个词元：两个词说同一个意思时，遮住其中一个，概率几乎不变，看上去谁都不重要。它是线索，不是证明。
#
# ### 两种错误不一样贵
#
# 0.5 这个阈值不是天经地义的。如果漏掉一条差评的代价很高，就该把阈值调高，让更多评论被当作负面送去人工复核。拖动滑块（数据仍是验证集），看精确率和召回率怎样此消彼长。

# %% [markdown] lang="en"
# Occlusion moves one token at a time: where two words say the same, covering one of them changes little, and neither looks important. It is a clue, not a proof.
#
# ### The two kinds of error do not cost the same
#
# Nothing makes 0.5 the right threshold. If a complaint that slips through is expensive, raise it, so that more reviews count as negative and are read by a person. Move the slider (on the validation set, still) and watch how precision and recall trade.

# %% tags=["widget"]
from rnncourse import widgets

widgets.adjust_threshold(validation.labels, p_validation, label_names=validation.label_names)

# %% [markdown] lang="zh"
# ## 8 试自己的句子
#
# 测试集和训练集是一个模子里出来的，分数高不等于听得懂话。换一种考法：写几句**简单得不该错**的句子，每句只考一种能力。Ribeiro 等人（CheckList，2020）用这种办法在商用系统里找出了许多错误。
#
# 猜一猜：加一个“不”，模型会跟着翻转吗？双重否定呢？

# %% [markdown] lang="en"
# ## 8 Sentences of your own
#
# The test set is cast in the same mould as the training set, so a high score does not mean that language is understood. Examine it in another way: write sentences that are **too simple to get wrong**, each for one ability. Ribeiro et al. (CheckList, 2020) found many faults of commercial systems like that.
#
# Guess: does the model turn with a single "not"? And with two?

# %%
probes = choose(
    zh=[
        ("房间很干净，服务也好", 1), ("房间不干净，服务也不好", 0), ("这本书不错", 1), ("这本书不是不好", 1),
        ("没有想象中那么好", 0), ("一点也不好看", 0), ("挑不出毛病", 1), ("本来以为会很差，结果一点也不差", 1),
        ("除了便宜，没有优点", 0), ("便宜，没有缺点", 1),
    ],
    en=[
        ("A good film.", 1), ("Not a good film.", 0), ("A bad film.", 0), ("Not a bad film.", 1),
        ("Not bad at all.", 1), ("It is never boring.", 1), ("Not as funny as it wants to be.", 0),
        ("I expected to hate it, but I loved it.", 1), ("I expected to love it, but I hated it.", 0),
        ("There is nothing wrong with this film.", 1),
    ],
)

# %% tags=["measured"]
sentences, expected = zip(*probes, strict=True)
verdicts = np.array([ask_network(sentences), ask_bar(sentences)])  # (2, N)
right = (verdicts >= 0.5) == np.array(expected)
for column, sentence in enumerate(sentences):
    marks = [f"{verdicts[row, column]:.2f} {'✓' if right[row, column] else '✗'}" for row in (0, 1)]
    print(*marks, f"[{train.label_names[expected[column]]}]", sentence, sep="   ")
tell(
    zh=f"第一列循环网络，判对 {right[0].sum()}/{len(probes)}；第二列及格线，判对 {right[1].sum()}/{len(probes)}。",
    en=f"First the network, {right[0].sum()} of {len(probes)} right; then the bar, {right[1].sum()} of {len(probes)}.",
)

# %% [markdown] lang="zh"
# 现在换你来。目标：找一句人人都懂、模型却判错的话。改一个字，看颜色和概率怎样变。

# %% [markdown] lang="en"
# Your turn. The aim: a sentence that everybody understands and the model gets wrong. Change one word, and watch colours and probability.

# %% tags=["widget"]
widgets.classify_sentences(
    model, vocabulary, label_names=train.label_names, examples=sentences, length=train.length
)

# %% [markdown] lang="zh"
# ### 它真的在读顺序吗？
#
# 第 3 节说，循环网络要赢就得赢在顺序上。直接考一考：把验证集每条评论的词元**打乱**再送进去。如果模型靠顺序判断，准确率应当大跌；如果跌得很少，它用的主要是“出现了哪些词”。及格线也有二元组，同样会受影响，放在一起比。

# %% [markdown] lang="en"
# ### Does it read the order at all?
#
# Section 3 said that the network must win by order. Ask it directly: **shuffle** the tokens of every validation review. If the model judges by order, accuracy must drop steeply; if it hardly drops, the model goes mostly by *which* words occur. The bar has bigrams and suffers too, so it stands beside.

# %% tags=["measured"]
rng = np.random.default_rng(0)
tokens = [rng.permutation(text.tokenize(review, train.unit)) for review in validation.texts]
mixed = [text.join(review, train.unit) for review in tokens]


def accuracy(probabilities):
    """Share of the validation reviews classified rightly."""
    return np.mean((probabilities >= 0.5) == validation.labels)


for name, ask in zip(names[:2], (ask_bar, ask_network), strict=True):
    before, after = accuracy(ask(validation.texts)), accuracy(ask(mixed))
    print(f"{name}: {before:.3f} → {after:.3f} ({after - before:+.3f})")

# %% [markdown] lang="zh"
# 掉下去的那一截，就是模型从顺序里得到的全部好处；剩下的部分，一袋子词就够了。这不是循环网络独有的毛病：Pham 等人（2021）发现，打乱词序后，BERT 在多个语言理解任务上的正确预测仍有 75%～90% 保持不变。记住掉了多少，下一节要用。

# %% [markdown] lang="en"
# What was lost is all that the model gets from order; for the rest a bag of words is enough. That is no fault of recurrent networks alone: Pham et al. (2021) found that 75 to 90% of BERT's correct predictions on several language-understanding tasks stay when the words are shuffled. Remember how much was lost; the next section needs it.

# %% [markdown] lang="zh"
# ## 9 拧旋钮：调参能换来什么，要付多少？
#
# 原文 4.2 节的主张写成一条链子：**调整编码器和解码器的参数 → 记忆能力提高 → 准确率提高**。先挑一处毛病：分类器没有解码器，只有编码器和一个输出层。再把链子的两端量出来。
#
# 一次训练说明不了问题：换个随机种子，准确率就会变（Reimers 与 Gurevych 2017 年专门为 LSTM 写过一篇论文讲这件事）。所以下面的数字来自一个事先跑好的实验：每种设置用几个种子各训练一次，一次只拧一个旋钮。参考设置很小，也不带二元组嵌入：这样，前后文只能经过循环层进来，量到的才是循环层的本事。

# %% [markdown] lang="en"
# ## 9 Turning the knobs: what tuning buys, and what it costs
#
# The article's claim in 4.2 is a chain: **tune encoder and decoder → better memory → higher accuracy**. One fault first: a classifier has no decoder, only an encoder and an output layer. Then we measure both ends of the chain.
#
# A single training run proves nothing: another random seed, another accuracy (Reimers and Gurevych wrote a paper about just that for LSTMs in 2017). So the figures below come from an experiment that was run beforehand: several seeds for every setting, one knob at a time. The reference is small and has no embedding of bigrams: context can then come in through the recurrent layer only, and it is that layer which we measure.

# %%
from rnncourse import results

record = results.load("text_classification")
reference, data = record["reference"], record["data"]
tell(
    zh=f"训练 {data['train']:,} 条短评论（至多 {data['longest']} 个词元），{data['epochs']} 轮；在另外 {data['test']:,} 条上计分。",
    en=f"{data['train']:,} short reviews (at most {data['longest']} tokens), {data['epochs']} epochs; scored on {data['test']:,} others.",
)
tell(
    zh=f"每种设置 {len(record['seeds'])} 个种子；{record['processor']}，{record['cores']} 核，共 {record['seconds'] / 60:.0f} 分钟。",
    en=f"{len(record['seeds'])} seeds a setting; {record['processor']}, {record['cores']} cores, {record['seconds'] / 60:.0f} minutes in all.",
)
print("Python", record["python"], *(f"{name} {version}" for name, version in record["versions"].items()), sep=", ")
print(*(f"{knob} = {value}" for knob, value in reference.items()), sep=", ")

# %% [markdown] lang="zh"
# 数据比前面少，所以看**相对**的高低，不看绝对值。`effect` 取出一个旋钮的各档：准确率的均值和 95% 区间（t 分布，只反映种子的影响），以及每轮的 CPU 时间（以参考设置为 1）。

# %% [markdown] lang="en"
# There is less data than before, so look at **differences**, not at the level. `effect` takes out the settings of one knob: mean accuracy with its 95% interval (Student's t, over the seeds alone), and CPU time an epoch relative to the reference.

# %%
rows = [row for row in record["rows"] if row["language"] == train.language]


def runs_of(**changes):
    """The runs, one a seed, that differ from the reference in `changes` and nothing else."""
    setting = {**reference, **changes}
    return [row for row in rows if all(row[knob] == value for knob, value in setting.items())]


def column(name, runs):
    """The entry `name` of each run: (number of seeds,)."""
    return np.array([row[name] for row in runs])

# %%
def effect(knob):
    """For each setting of `knob`: the interval of its accuracy, and its cost relative to the reference."""
    runs = [runs_of(**{knob: value}) for value in record["knobs"][knob]]
    costs = np.array([column("cpu_seconds", group).mean() for group in runs])
    accuracies = [metrics.mean_interval(column("accuracy", group)) for group in runs]
    return accuracies, costs / column("cpu_seconds", runs_of()).mean()


def draw(*knobs):
    """Accuracy beside cost, one row a knob; the bar was trained on the same reviews."""
    _, axes = plt.subplots(len(knobs), 2, figsize=(7, 2.4 * len(knobs)))
    options = {"bar": record["bars"][train.language], "cost_name": choose(zh="CPU 时间（参考 = 1）", en="CPU time (reference = 1)")}
    for pair, knob in zip(axes, knobs, strict=True):
        plots.plot_knob(record["knobs"][knob], *effect(knob), name=knob, ax=pair, **options)
    plt.show()

# %%
def summarise(knob):
    """One sentence on `knob`: its best setting against its worst, seed by seed, and what that costs."""
    values, (accuracies, costs) = record["knobs"][knob], effect(knob)
    means = [interval.estimate for interval in accuracies]
    worst, best = int(np.argmin(means)), int(np.argmax(means))
    first, second = (column("accuracy", runs_of(**{knob: values[index]})) for index in (worst, best))
    gain = metrics.mean_interval(second - first)
    certain, unsure = choose(zh=("差别可信", "看不出差别"), en=("to be relied on", "no difference to be seen"))
    print(
        f"{knob}: {values[worst]} → {values[best]}, {gain:+.3f},",
        f"{certain if gain.low > 0 else unsure}, CPU × {costs[best] / costs[worst]:.1f}",
    )

# %% [markdown] lang="zh"
# ### 与记忆有关的旋钮：循环单元、单元数、层数
#
# 这三个决定网络**能记多少**。SimpleRNN 只有一个状态；LSTM 和 GRU 用门决定留什么、丢什么；单元数是状态的宽度，层数是状态的深度。先猜：单元数从 2 加到 128，准确率涨多少？

# %% [markdown] lang="en"
# ### Knobs of memory: cell, units, layers
#
# These three decide **how much the network can hold**. A SimpleRNN has a bare state; LSTM and GRU have gates that decide what to keep and what to drop; units are the width of the state, layers its depth. Guess first: from 2 units to 128, how much accuracy is gained?

# %%
draw("cell", "units", "layers")
for knob in ("cell", "units", "layers"):
    summarise(knob)

# %% [markdown] lang="zh"
# 左图的竖线是区间，重叠得厉害就别争高低；右图是代价。一个旋钮值不值得拧，要两张图一起看。
#
# ### 原文的链子成立吗？
#
# “调参 → 记忆 → 准确率”，要问三件事：
#
# 1. **调参有用吗？** 单元数从最少到最多，准确率升不升，是不是一路升？
# 2. **在离不开记忆的地方呢？** 用 `max` 汇聚时，句首的词可以直接被“最大值”看到，不必靠隐状态带到句尾；换成 `last`，信息非走隐状态这条路不可。两种汇聚各量一遍。
# 3. **记忆换来了什么？** 隐状态能多给的是前后文。把词元打乱，前后文就没了：掉下来的分数，就是它换来的。

# %% [markdown] lang="en"
# The bars on the left are intervals: where they overlap much there is nothing to argue about. On the right stands the price. Whether a knob is worth turning, both pictures tell together.
#
# ### Does the article's chain hold?
#
# "Tuning → memory → accuracy" asks three questions:
#
# 1. **Does tuning help?** From few units to many, does accuracy rise, and does it rise all the way?
# 2. **And where memory is indispensable?** With `max` pooling the first word of a sentence is seen by the maximum directly; the state need not carry it to the end. With `last` everything must go through the state. We measure both.
# 3. **What does memory buy?** What a state can add is context. Shuffle the tokens, and the context is gone: the accuracy that goes with it is what it had bought.

# %% claims=[29]
widths = record["knobs"]["units"]
tests = {
    pooling: [runs_of(pooling=pooling, units=width) for width in widths] for pooling in ("max", "last")
}
for pooling, groups in tests.items():
    for width, runs in zip(widths, groups, strict=True):
        reached = metrics.mean_interval(column("accuracy", runs))
        lost = metrics.mean_interval(column("accuracy", runs) - column("shuffled", runs))
        tell(
            zh=f"{pooling:>4}, units = {width:>3}: {reached}   打乱词元后损失 {lost:.3f}",
            en=f"{pooling:>4}, units = {width:>3}: {reached}   lost by shuffling {lost:.3f}",
        )

# %% claims=[29]
def rise(groups):
    """Whether accuracy rises all the way with the units, and the gain of the best over the narrowest."""
    means = [column("accuracy", runs).mean() for runs in groups]
    best = groups[int(np.argmax(means))]
    gain = metrics.mean_interval(column("accuracy", best) - column("accuracy", groups[0]))
    return bool(np.all(np.diff(means) > 0)), gain


for pooling, groups in tests.items():
    monotone, gain = rise(groups)
    tell(
        zh=f"{pooling}：{'一路上升' if monotone else '不是一路上升'}；最好的一档比 units = {widths[0]} 高 {gain:.3f}",
        en=f"{pooling}: {'rises' if monotone else 'does not rise'} all the way; best over units = {widths[0]}: {gain:+.3f}",
    )

# %% claims=[29]
every = [run for groups in tests.values() for runs in groups for run in runs]
kept = (column("shuffled", every).mean() - 0.5) / (column("accuracy", every).mean() - 0.5)
helps = any(rise(groups)[1].low > 0 for groups in tests.values())
always = all(rise(groups)[0] for groups in tests.values())
tell(
    zh=f"打乱词元以后，高出瞎猜的那部分准确率还剩 {kept:.0%}。",
    en=f"With shuffled tokens, {kept:.0%} of the accuracy above chance is left.",
)
verdict = "right" if helps and always and kept < 0.5 else "half right" if helps else "wrong"
tell(
    zh=f"原文的主张（第 29 条）：{dict(right='成立', wrong='不成立').get(verdict, '对一半')}。",
    en=f"The article's claim (number 29): {verdict}.",
)

# %% [markdown] lang="zh"
# 判决的规则写在代码里：“成立”要求三条全中——加单元有用、一路有用、而且准确率的大头确实来自前后文；只中第一条算“对一半”。也就是说，原文把**能调**说成了**因为记忆**：旋钮会动，动的却未必是记忆。真正考记忆的任务在 2.2.1 章。

# %% [markdown] lang="en"
# The rule of the verdict stands in the code: "right" asks for all three, that more units help, that they help all the way, and that the larger part of the accuracy does come from context; the first alone makes it "half right". In other words, that something **can be tuned** does not make **memory** the reason: the knob moves, but what it moves need not be memory. A task that truly asks for memory is in chapter 2.2.1.

# %% [markdown] lang="zh"
# ### 与阅读方式有关的旋钮：方向、汇聚、嵌入
#
# `bidirectional` 决定能不能看到下文，代价是两倍的循环；`pooling` 决定怎样把一串状态并成一个向量（`last` 最依赖记忆：开头的信息要一路活到结尾）；`embedding_size` 决定每个词元用多少个数来描述。

# %% [markdown] lang="en"
# ### Knobs of reading: direction, pooling, embedding
#
# `bidirectional` decides whether what follows is seen, at twice the recurrent work; `pooling` how a row of states becomes one vector (`last` leans on memory the most: what was said first must survive to the end); `embedding_size` how many numbers describe a token.

# %%
draw("bidirectional", "pooling", "embedding_size")
for knob in ("bidirectional", "pooling", "embedding_size"):
    summarise(knob)

# %% [markdown] lang="zh"
# ### 与训练有关的旋钮：dropout、学习率
#
# 这两个不改变模型能表示什么，只改变训练会走到哪里。先猜：哪一个拧错了最要命？

# %% [markdown] lang="en"
# ### Knobs of training: dropout, learning rate
#
# These two do not change what the model can express, only where training ends up. Guess first: which of them hurts most when it is wrong?

# %%
draw("dropout", "learning_rate")
for knob in ("dropout", "learning_rate"):
    summarise(knob)

# %% [markdown] lang="zh"
# 最后把所有旋钮排在一起：从最差一档到最好一档，准确率差多少？

# %% [markdown] lang="en"
# Finally all knobs in one row: from the worst setting to the best, how much accuracy is at stake?

# %%
spans = {}
for knob in record["knobs"]:
    means = [interval.estimate for interval in effect(knob)[0]]
    spans[knob] = max(means) - min(means)
ranked = sorted(spans, key=spans.get, reverse=True)
print("\n".join(f"{knob:>15}: {spans[knob]:.3f}" for knob in ranked))
tell(
    zh=f"这里最要紧的旋钮是 {ranked[0]}，最不要紧的是 {ranked[-1]}。",
    en=f"The knob that matters most here is {ranked[0]}, the one that matters least {ranked[-1]}.",
)

# %% [markdown] lang="zh"
# > 这张表有边界：短评论、几千条、只训练几轮、没有二元组嵌入、一次只拧一个。数据多十倍，或者换成“记住第一个符号”这种真正考记忆的任务（2.2.1 章），排名会变。可以放心带走的是**方法**：几个种子、区间、代价，并且在测试集之外挑。
#
# 下面是它的小号现场版：几秒钟训练一个小模型。改 `knobs` 里的值，自己拧一拧。（只有一个种子、几百条评论，数字会跳，别当真。）

# %% [markdown] lang="en"
# > The table has its limits: short reviews, some thousands of them, a few epochs, no embedding of bigrams, one knob at a time. With ten times the data, or on a task that truly asks for memory, such as recalling the first symbol (chapter 2.2.1), the order changes. What you can take away safely is the **method**: several seeds, intervals, costs, and choosing outside the test set.
#
# Here is its small live form: a little model in seconds. Change the values in `knobs` and turn them yourself. (One seed and some hundred reviews: the figures jump about, so do not trust them.)

# %% tags=["measured"]
shortest = np.argsort([len(sequence) for sequence in x_train], kind="stable")[: len(x_train) // 2]
few = np.random.default_rng(0).choice(shortest, 1500, replace=False)
few = [x_train[index] for index in few], train.labels[few]


def try_knobs(**knobs):
    """Train a small classifier on a few short reviews: validation accuracy, parameters, CPU seconds."""
    started = time.process_time()
    setting = {"units": 16, "embedding_size": 32, "embedding_dropout": 0.2, **knobs}
    little = build_text_classifier(vocabulary_size=len(vocabulary), **setting)
    recipe = {"epochs": 3, "learning_rate": 2e-2, "tokens_per_batch": 1024, "progress": "none"}
    training.fit(little, few, examples[1], **recipe)
    reached = accuracy(training.predict(little, x_validation))
    print(knobs, f"{reached:.3f}, {little.count_params():,}, {time.process_time() - started:.1f} s")

# %% tags=["measured"]
for knobs in ({"pooling": "max"}, {"pooling": "last"}):
    try_knobs(**knobs)

# %% [markdown] lang="zh"
# ## 10 保存与上线：模型文件旁边，还必须放什么？
#
# `.keras` 文件里有结构和权重，但没有词表、截断长度、阈值和类别名。少了它们，模型就是一个只认编号的黑匣子。把它们写在一起：

# %% [markdown] lang="en"
# ## 10 Save and deploy: what must lie beside the model file?
#
# A `.keras` file holds structure and weights, but neither the vocabulary nor the cut-off length, the threshold and the names of the classes. Without them the model is a box that knows only numbers. Write them down together:

# %%
import json
import tempfile
from pathlib import Path

folder = tempfile.TemporaryDirectory()
path = Path(folder.name)
model.save(path / "model.keras")
card = {
    "tokens": vocabulary.tokens, "unit": vocabulary.unit, "length": train.length,
    "threshold": 0.5, "label_names": train.label_names,
    "trained_on": f"{train.name}, {len(train)} texts", "keras": keras.__version__,
}
(path / "card.json").write_text(json.dumps(card, ensure_ascii=False), encoding="utf-8")
print(sorted(file.name for file in path.iterdir()))

# %% [markdown] lang="zh"
# 读回来，假装自己是另一台机器：只靠这两个文件。预测应当一模一样。

# %% [markdown] lang="en"
# Read it back as if on another machine, from these two files alone. The predictions must be the same.

# %%
card = json.loads((path / "card.json").read_text(encoding="utf-8"))
restored = keras.saving.load_model(path / "model.keras")
known = text.Vocabulary(card["tokens"], card["unit"])
again = training.predict(restored, known.encode_all(validation.texts, card["length"]))
print("same predictions:", np.allclose(again, p_validation, atol=1e-6))

# %% [markdown] lang="zh"
# 如果词表丢了，有人用“差不多的数据”重建一份呢？每个词的编号都会挪位。猜猜准确率还剩多少：

# %% [markdown] lang="en"
# And if the vocabulary is lost, and somebody builds one anew from "about the same data"? Every word's id moves. Guess what accuracy is left:

# %% tags=["measured"]
other = text.Vocabulary.build(train.texts[: len(train) // 2], unit=train.unit, size=len(vocabulary))
moved = training.predict(model, other.encode_all(validation.texts, train.length))
same = np.mean([first == second for first, second in zip(vocabulary.tokens, other.tokens, strict=False)])
print(f"{accuracy(p_validation):.3f} → {accuracy(moved):.3f}")
tell(
    zh=f"两份词表里编号相同的词元只占 {same:.1%}；没有任何报错。",
    en=f"Only {same:.1%} of the tokens have the same id in both; nothing raised an error.",
)
folder.cleanup()

# %% [markdown] lang="zh"
# 上线前的清单：
# - **词表、长度、单位**与模型放在一起，一起打版本号；
# - **测试报告**（第 6 节的表）和它的区间，写明数据从哪来、去重了没有；
# - **适用范围**：这个模型读的是什么样的评论；换一个领域，先重新测；
# - **监控**：未知词元的比例、正负比例、被人工改判的比例——漂移最先出现在这里；
# - **来历不明的模型不要加载**：加载就是运行代码，见 5.3 章。
#
# ## 小结
#
# - 先读数据，再去重，再划分：一行代码没错，分数也能虚高。
# - 先立及格线。它要几秒钟，却决定了“好”字怎么讲。
# - 分类器 = 嵌入 → 循环层 → 汇聚 → 输出层；没有解码器。填充不能改变输出，测一下只要一秒。
# - 测试一次；报差值的区间；种子的影响另算。
# - 读错误，常常读出错误的标签；打乱词序，才知道模型用没用顺序。
# - 原文 4.2 的主张（第 29 条）要拆成三问来量：调参有没有用，是不是越多越好，靠的是不是记忆。判决由第 9 节的单元格给出。
#
# ## 试一试
#
# 1. 把 `build_text_classifier` 的 `pooling` 换成 `"last"` 重新训练：验证准确率怎么变？打乱词序以后掉得更多吗？
# 2. 用 `class_weight={0: 3.0, 1: 1.0}` 训练，再看第 7 节的滑块：这和调阈值有什么相同、有什么不同？
# 3. 收集十句让模型判错的话，找出共同点。往训练集里加五十句同类的句子，它学会了吗？测试分数变了吗？
# 4. 换成另一种语言的语料：`datasets.load_reviews("en")`，从第 3 节起重跑。哪些结论还在？
#
# 动手题见 `exercises/` 里的本章练习：掩码平均汇聚、召回率与 F1、分桶、通过隐藏测试的分类器。下一章（4.3）拆解原文的代码清单：那段代码为什么跑不起来，怎样改好。
#
# ## 出处
#
# - Kapoor, Narayanan (2023). Leakage and the reproducibility crisis in machine-learning-based science. *Patterns* 4(9). [doi:10.1016/j.patter.2023.100804](https://doi.org/10.1016/j.patter.2023.100804)
# - Wang, Manning (2012). Baselines and bigrams: simple, good sentiment and topic classification. *ACL*, 90–94.
# - Cho 等 (2014). Learning phrase representations using RNN encoder–decoder for statistical machine translation. [arXiv:1406.1078](https://arxiv.org/abs/1406.1078)（GRU）
# - Schuster, Paliwal (1997). Bidirectional recurrent neural networks. *IEEE Transactions on Signal Processing* 45(11), 2673–2681.
# - Guo, Pleiss, Sun, Weinberger (2017). On calibration of modern neural networks. [arXiv:1706.04599](https://arxiv.org/abs/1706.04599)
# - Northcutt, Athalye, Mueller (2021). Pervasive label errors in test sets destabilize machine learning benchmarks. [arXiv:2103.14749](https://arxiv.org/abs/2103.14749)
# - Li, Monroe, Jurafsky (2016). Understanding neural networks through representation erasure. [arXiv:1612.08220](https://arxiv.org/abs/1612.08220)（遮挡）
# - Ribeiro, Wu, Guestrin, Singh (2020). Beyond accuracy: behavioral testing of NLP models with CheckList. *ACL*. [arXiv:2005.04118](https://arxiv.org/abs/2005.04118)
# - Pham, Bui, Mai, Nguyen (2021). Out of order: how important is the sequential order of words in a sentence in natural language understanding tasks? *Findings of ACL*. [arXiv:2012.15180](https://arxiv.org/abs/2012.15180)
# - Reimers, Gurevych (2017). Reporting score distributions makes a difference: performance study of LSTM-networks for sequence tagging. *EMNLP*, 338–348. [aclanthology.org/D17-1035](https://aclanthology.org/D17-1035)
# - 语料：英文来自 Hutto, Gilbert (2014), [doi:10.1609/icwsm.v8i1.14550](https://doi.org/10.1609/icwsm.v8i1.14550)；两种语料的来源和许可见 `rnncourse/datasets/slices/ATTRIBUTION.md`。

# %% [markdown] lang="en"
# Before it goes into service:
# - **vocabulary, length and unit** lie beside the model and share its version number;
# - **the test report** (the table of section 6) with its intervals, and a word on where the data came from and whether copies were removed;
# - **what it is for**: the kind of review it has read; for another domain, test again first;
# - **what to watch**: the share of unknown tokens, of positive answers, of answers that people overrule; drift shows there first;
# - **never load a model of unknown origin**: loading runs code, see chapter 5.3.
#
# ## Summary
#
# - Read the data, remove the copies, then divide: a score can be inflated without a wrong line of code.
# - Set the bar first. It takes seconds and decides what "good" means.
# - A classifier is embedding → recurrent layer → pooling → output layer; there is no decoder. Padding must not change an output, and testing that takes a second.
# - Test once; report the interval of the difference; random seeds are another matter.
# - Reading errors often turns up wrong labels; shuffling shows whether a model uses order at all.
# - The article's claim in 4.2 (number 29) is three questions: does tuning help, does more always help, and is it memory that helps? The verdict is computed in section 9.
#
# ## Try it
#
# 1. Train again with `pooling="last"`: what becomes of the validation accuracy? Does shuffling cost more?
# 2. Train with `class_weight={0: 3.0, 1: 1.0}` and go back to the slider of section 7: what does it have in common with moving the threshold, and what not?
# 3. Collect ten sentences that the model gets wrong and find what they share. Add fifty of the kind to the training set: does it learn them? Does the test score move?
# 4. Take the other language's corpus, `datasets.load_reviews("zh")`, and run again from section 3. Which conclusions stay?
#
# The tasks of this chapter are in `exercises/`: masked mean pooling, recall and F1, bucketing, a classifier that passes a hidden test. The next chapter (4.3) takes the article's own listing apart: why it does not run, and how to mend it.
#
# ## Sources
#
# - Kapoor, Narayanan (2023). Leakage and the reproducibility crisis in machine-learning-based science. *Patterns* 4(9). [doi:10.1016/j.patter.2023.100804](https://doi.org/10.1016/j.patter.2023.100804)
# - Wang, Manning (2012). Baselines and bigrams: simple, good sentiment and topic classification. *ACL*, 90–94.
# - Cho et al. (2014). Learning phrase representations using RNN encoder–decoder for statistical machine translation. [arXiv:1406.1078](https://arxiv.org/abs/1406.1078) (GRU)
# - Schuster, Paliwal (1997). Bidirectional recurrent neural networks. *IEEE Transactions on Signal Processing* 45(11), 2673–2681.
# - Guo, Pleiss, Sun, Weinberger (2017). On calibration of modern neural networks. [arXiv:1706.04599](https://arxiv.org/abs/1706.04599)
# - Northcutt, Athalye, Mueller (2021). Pervasive label errors in test sets destabilize machine learning benchmarks. [arXiv:2103.14749](https://arxiv.org/abs/2103.14749)
# - Li, Monroe, Jurafsky (2016). Understanding neural networks through representation erasure. [arXiv:1612.08220](https://arxiv.org/abs/1612.08220) (occlusion)
# - Ribeiro, Wu, Guestrin, Singh (2020). Beyond accuracy: behavioral testing of NLP models with CheckList. *ACL*. [arXiv:2005.04118](https://arxiv.org/abs/2005.04118)
# - Pham, Bui, Mai, Nguyen (2021). Out of order: how important is the sequential order of words in a sentence in natural language understanding tasks? *Findings of ACL*. [arXiv:2012.15180](https://arxiv.org/abs/2012.15180)
# - Reimers, Gurevych (2017). Reporting score distributions makes a difference: performance study of LSTM-networks for sequence tagging. *EMNLP*, 338–348. [aclanthology.org/D17-1035](https://aclanthology.org/D17-1035)
# - Data: English from Hutto, Gilbert (2014), [doi:10.1609/icwsm.v8i1.14550](https://doi.org/10.1609/icwsm.v8i1.14550); origin and licence of both corpora in `rnncourse/datasets/slices/ATTRIBUTION.md`.
