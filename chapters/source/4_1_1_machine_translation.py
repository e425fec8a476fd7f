# %% [markdown] lang="zh"
# # 4.1.1 机器翻译：小语料能学会什么
#
# 原文 4.1 节说，循环神经网络“具有广泛的应用，例如文本分类、**机器翻译**、语音识别等任务”（第 28 条）。本章把翻译做一遍，从读数据到读注意力。
#
# 读完本章，你能够：
#
# - 训练前先看数据，划分时不让同一句话落在两边；
# - 用两个不含神经网络的方法给翻译定一条及格线：最近邻，和 IBM 模型 1；
# - 训练一个带注意力的翻译模型，从曲线上读出过拟合；
# - 用 BLEU 和 chrF 连同区间比较方法，逐词读注意力，并说出译文错在哪里。
#
# 先猜：一千多对简单的句子，不到一分钟的训练，这样的翻译模型能胜过“照抄最像的那一句的译文”吗？

# %% [markdown] lang="en"
# # 4.1.1 Machine translation: what a small corpus can teach
#
# Section 4.1 of the article says that recurrent networks are "widely used, for instance for text classification, **machine translation** and speech recognition" (claim 28). This chapter does translation once, from looking at the data to reading the attention.
#
# After this chapter you can:
#
# - look at data before you train, and divide them so that no sentence is on both sides;
# - set a bar for translation with two methods without a network: the nearest neighbour, and IBM model 1;
# - train a translator with attention and read overfitting off its curves;
# - compare methods by BLEU and chrF with intervals, read attention token by token, and say what goes wrong.
#
# A guess first: with a little over a thousand simple pairs and under a minute of training, will a network beat "copy the translation of the most similar known sentence"?

# %% [markdown] lang="zh"
# ## 1 简史
#
# | 年份 | 工作 | 要点 |
# |---|---|---|
# | 1949 | Weaver 的备忘录 | 把翻译看作解码 |
# | 1993 | IBM 模型 1–5（Brown 等） | 从句对中用 EM 学词的对应 |
# | 2003 | 短语模型（Koehn 等） | 此后十年的主流 |
# | 2014 | 编码器–解码器（Sutskever 等；Cho 等） | 两个循环网络，一个向量 |
# | 2015 | 注意力（Bahdanau 等） | 译每个词时再看一遍原文 |
# | 2016 | GNMT（Wu 等） | 8 层 LSTM，谷歌翻译上线 |
# | 2017 | Transformer（Vaswani 等） | 去掉循环，只留注意力 |
#
# 循环网络做翻译的黄金时代是 2014 到 2017 年。我们自己训练的一个学得怎样，第 5 节和第 8 节来量。

# %% [markdown] lang="en"
# ## 1 A short history
#
# | year | work | idea |
# |---|---|---|
# | 1949 | Weaver's memorandum | translation as decoding |
# | 1993 | IBM models 1–5 (Brown et al.) | which word becomes which, learnt from pairs by EM |
# | 2003 | phrase-based models (Koehn et al.) | the standard for ten years |
# | 2014 | encoder–decoder (Sutskever et al.; Cho et al.) | two recurrent networks, one vector |
# | 2015 | attention (Bahdanau et al.) | look at the source again for every word |
# | 2016 | GNMT (Wu et al.) | 8 LSTM layers, in production at Google |
# | 2017 | Transformer (Vaswani et al.) | no recurrence, attention alone |
#
# The golden age of recurrent translation ran from 2014 to 2017. What one learns that we train ourselves is measured in sections 5 and 8.

# %% [markdown] lang="zh"
# ## 2 数据：先看，再训练
#
# 语料是一套 HSK 1–6 级的例句，4,354 对，随课程附带（CC-BY-SA-4.0，出处见 `rnncourse/datasets/slices/ATTRIBUTION.md`）。先猜：英文一侧出现次数最多的“句子”是什么？

# %% [markdown] lang="en"
# ## 2 The data: look first, train later
#
# The corpus is a set of example sentences of the HSK levels 1 to 6, 4,354 pairs, which come with the course (CC-BY-SA-4.0; origin in `rnncourse/datasets/slices/ATTRIBUTION.md`). A guess: which "sentence" is the most frequent on the English side?

# %%
from collections import Counter
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from rnncourse import baselines, choose, datasets, metrics, plots, text


def tell(*, zh, en):
    """Print the sentence that is in the reader's language."""
    print(choose(zh=zh, en=en))


raw = datasets.load_sentences(clean=False)
for english, count in Counter(raw.english).most_common(4):
    print(f"{count:4d}  {english}")

# %% [markdown] lang="zh"
# 译文还没填的句子被原样发布了：“placeholder”。留着它们，模型会学到一条真规律：看不懂就写 placeholder。`load_sentences()` 默认去掉这 82 句（还有 “PH” 之类）。剩下的里面仍有译错的，例如“英文有二十六个字母”配的是 “Pinyin uses letters.”；真实的语料就是这样。

# %% [markdown] lang="en"
# Sentences whose translation was still to come were published as they were: "placeholder". With them in, a model would learn a true rule: when in doubt, write placeholder. `load_sentences()` leaves these 82 out ("PH" and the like among them). Some of the rest are translated wrongly: 英文有二十六个字母 ("English has 26 letters") is paired with "Pinyin uses letters." Real corpora are like that.

# %%
pairs = datasets.load_sentences()
for i in (40, 700, 1500, 2600, 3600, 4200):
    print(pairs.levels[i], pairs.chinese[i], "|", pairs.english[i])
print(f"{len(raw):,} -> {len(pairs):,} pairs,", len(set(pairs.english)), "distinct English sides")
hanzi = Counter(c for t in pairs.chinese for c in t if "\u4e00" <= c <= "\u9fff")
print("hanzi that occur once:", sum(n == 1 for n in hanzi.values()), "of", len(hanzi))

# %% [markdown] lang="zh"
# 五分之一的字只出现一次，学不会。一个核心在一分钟里能把全部句子读十来遍，远远不够；所以本章用 HSK 1–3 级的简单句，同样的时间能读几十遍。全部级别留给“试一试”。

# %% [markdown] lang="en"
# A fifth of the characters occur once, too rarely to be learnt. In a minute one core can read all sentences some ten times, which is far too few; so this chapter takes the simple ones of HSK levels 1 to 3, which can be read some tens of times in the same time. All levels are left to "Try it".

# %%
pairs = pairs.take(pairs.levels <= 3)
print(pairs)

# %% [markdown] lang="zh"
# ### 划分：按组，不按行
#
# 不同的英文句子比句对少：有几句话有两种译法。按行随机划分，同一句话可能一次进训练集、一次进测试集，测试分数就虚高了。`split_pairs` 把中文或英文相同的句对（忽略大小写和标点）归为一组，整组只进一个部分。本语料重复不多；下文的 Tatoeba 有 29,155 对，英文只有 27,662 句不同，泄漏就严重得多。

# %% [markdown] lang="en"
# ### Dividing: by group, not by row
#
# There are fewer distinct English sentences than pairs: some have two translations. Divided row by row, the same sentence may go into training once and into the test once, and the test score flatters. `split_pairs` puts pairs with the same Chinese or the same English side (case and punctuation aside) into one group, and a group goes into one part as a whole. This corpus repeats little; Tatoeba, below, has 29,155 pairs with 27,662 distinct English sides, and leaks much more.

# %%
parts = datasets.split_pairs(pairs)                     # by group
rng = np.random.default_rng(42)
test_rows, train_rows, _ = np.split(rng.permutation(len(pairs)), np.cumsum([len(parts.test), len(parts.train)]))
groups = datasets.group_pairs(pairs)
by_row = np.isin(groups[test_rows], groups[train_rows]).sum()
by_group = sum(e in parts.train.english or c in parts.train.chinese for e, c in zip(parts.test.english, parts.test.chinese))
print("pairs:", [len(part) for part in parts], " groups of two or more:", (np.bincount(groups) > 1).sum())
print("test pairs that training knows: row by row", by_row, " by group", by_group)

# %% [markdown] lang="zh"
# ### 词元：中文用字，英文用词
#
# 中文切成词，词表大得多，多数词只见过一两次；切成字，词表小，字也重复得多。先猜：测试集里有百分之几的词元，训练时见过不到两次？

# %% [markdown] lang="en"
# ### Tokens: characters for Chinese, words for English
#
# Cut into words, Chinese has a far larger vocabulary, and most words occur once or twice; cut into characters, the vocabulary is small and each occurs more often. A guess: what share of the test tokens did training meet less than twice?

# %%
def coverage(language, unit, column=None):
    """Tokens of training and test: distinct, once in training, share of the test that is known too little."""
    cut = (lambda t: t.split()) if column else (lambda t: text.tokenize(t, unit))
    train, test = ([w for t in getattr(part, column or language) for w in cut(t)] for part in (parts.train, parts.test))
    counts = Counter(train)
    rare = sum(counts[w] < 2 for w in test) / len(test)
    return f"{len(counts):5,} distinct, {sum(n == 1 for n in counts.values()):5,} once, rare in the test {rare:.1%}"


print("hanzi        ", coverage("chinese", "character"))
print("Chinese words", coverage("chinese", "word", column="words"))
print("English words", coverage("english", "word"))

# %% [markdown] lang="zh"
# 测试集里的字几乎都是见过的；中文词有四分之一、英文词有六分之一，在训练中见过不到两次。中文按字切，就是为此。
#
# 不要期待能用的译文。一千多句只是一本会话手册的规模，大系统用的是几千万句（Wu 等，2016）到几百亿句（Arivazhagan 等，2019）。这里能学到的是**方法**，而且小到能看清楚：为什么过拟合，错在哪里，及格线在哪里。
#
# 中文版默认译成中文（en→zh），英文版译成英文（zh→en）：译文好不好，读者自己能判断。交换下面两个名字就换方向；基线两个方向都给出。

# %% [markdown] lang="en"
# Of the test's characters nearly all are known; of its Chinese words a quarter, of its English words a sixth occur less than twice in training. That is why Chinese is cut into characters here.
#
# So expect no useful translations. A thousand sentences are the size of a phrase book; large systems learn from tens of millions (Wu et al., 2016) to tens of billions (Arivazhagan et al., 2019). What can be learnt here is the **method**, on a scale at which one sees why it overfits, what goes wrong, and where the bar is.
#
# The English edition translates into English (zh→en), the Chinese one into Chinese (en→zh): readers can judge what they read. Swap the two names to change direction; the baselines are shown both ways.

# %%
SOURCE, TARGET = choose(zh=("en", "zh"), en=("zh", "en"))
UNITS = {"zh": "character", "en": "word"}
references = [line.lower() for line in parts.test.side(TARGET)]


def score(written):
    """Texts of the test sentences -> what each adds to BLEU, int (N, 10)."""
    return metrics.bleu_counts(written, references, language=TARGET, lowercase=True)


def bleu_interval(counts, repeats=1000):
    """BLEU of the whole test part with its bootstrap interval."""
    n = len(counts)
    drawn = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), repeats)  # (R, N): how often each
    low, high = np.percentile(metrics.bleu_of(drawn @ counts), [2.5, 97.5])
    return metrics.Interval(float(metrics.bleu_of(counts.sum(axis=0))), float(low), float(high))

# %% [markdown] lang="zh"
# BLEU 看 1 到 4 元组有多少和参考译文相同，chrF 看字符的 n 元组；两者都是 0 到 100，整份测试集一起算（第 3.3.2 章）。每句只有一个参考译文，说法不同但正确的也会丢分。
#
# ## 3 及格线：不用神经网络
#
# **最近邻。** 在训练集里找最像的原句（TF-IDF 加权的 1–2 元组，余弦），抄它的译文。

# %% [markdown] lang="en"
# BLEU counts how many runs of 1 to 4 tokens agree with the reference, chrF how many runs of characters; both go from 0 to 100 and are those of the whole test part (chapter 3.3.2). With one reference a sentence, other ways to say it right cost points, too.
#
# ## 3 The bar: no network
#
# **Nearest neighbour.** Find the most similar source sentence in training (TF-IDF weights of 1- and 2-grams, cosine) and copy its translation.

# %%
def encoded(source, target):
    """Vocabularies of both sides, and the training pairs and test sources as ids."""
    read = text.Vocabulary.build(parts.train.side(source), unit=UNITS[source])
    write = text.Vocabulary.build(parts.train.side(target), unit=UNITS[target])
    known = read.encode_all(parts.train.side(source)), write.encode_all(parts.train.side(target))
    return read, write, known, read.encode_all(parts.test.side(source))


read, write, known, asked = encoded(SOURCE, TARGET)
nearest = baselines.fit_nearest(*known)(asked)
copied = [parts.train.side(TARGET)[i].lower() for i in nearest.indices]
for i in (0, 2, 3, 5):
    print(parts.test.side(SOURCE)[i], "≈", parts.train.side(SOURCE)[nearest.indices[i]], "→", copied[i])

# %% [markdown] lang="zh"
# **IBM 模型 1（1993）。** 不看次序，只问一张表：原文的词 $e$ 有多大可能变成译文的词 $f$，记作 $t(f \mid e)$。如果知道哪个词来自哪个词，数一数就有表；如果有表，就能猜哪个词来自哪个词。两样都不知道，就轮流来，这是 EM：
#
# $$\text{E:}\quad p(a_n = j) = \frac{t(f_n \mid e_j)}{\sum_{k=0}^{T} t(f_n \mid e_k)} \qquad\qquad \text{M:}\quad t(f \mid e) \propto \sum_{\text{句对}} \; \sum_{n:\, f_n = f} \; \sum_{j:\, e_j = e} p(a_n = j)$$
#
# $e_0$ 是“空词”：有的译词不来自任何原词（英文的 the）。E 步的 $p(a_n = j)$ 每行加起来是 1，大小 $(N, T+1)$。眼熟吗？先记着。

# %% [markdown] lang="en"
# **IBM model 1 (1993).** Order is ignored; all there is is a table: how probably does the source word $e$ become the target word $f$, $t(f \mid e)$? If one knew which word comes from which, counting would give the table; with the table one can guess which comes from which. Knowing neither, take turns. That is EM:
#
# $$\text{E:}\quad p(a_n = j) = \frac{t(f_n \mid e_j)}{\sum_{k=0}^{T} t(f_n \mid e_k)} \qquad\qquad \text{M:}\quad t(f \mid e) \propto \sum_{\text{pairs}} \; \sum_{n:\, f_n = f} \; \sum_{j:\, e_j = e} p(a_n = j)$$
#
# $e_0$ is the empty word: some target words come from none (the English "the"). The $p(a_n = j)$ of the E step have the shape $(N, T+1)$, and each row adds up to 1. Does that look familiar? Keep it in mind.

# %%
table = baselines.fit_word_table(*known)
figure, ax = plt.subplots(figsize=(6, 2.6))
ax.plot(range(1, len(table.log_likelihoods) + 1), table.log_likelihoods, "o-")
ax.set(xlabel=choose(zh="EM 的轮次", en="round of EM"), ylabel=choose(zh="每个译词的对数似然", en="log-likelihood per target token"))
plt.show()
assert (np.diff(table.log_likelihoods) > 0).all()               # EM never gets worse

# %% [markdown] lang="zh"
# 从“什么都一样可能”出发，没有人告诉它任何一个词的意思。先猜：下面几个词，它学到了什么？

# %% [markdown] lang="en"
# It began with "everything is equally likely", and nobody told it the meaning of a single word. What did it learn about these? Guess first.

# %%
words = {"zh": ["我", "书", "水", "很", "的"], "en": ["i", "book", "water", "very", "the"]}[SOURCE]
everything = np.arange(text.UNKNOWN + 1, len(write))
for word in words:
    chances = table.probability([read.ids[word]], everything)[:, 0]
    best = np.argsort(-chances, kind="stable")[:4]
    print(word, "→", "  ".join(f"{write.decode([everything[i]])[0]} {chances[i]:.2f}" for i in best))

# %% [markdown] lang="zh"
# 实词的表不错；“的”、the 这类词没有对应的词，表也就散了。用这张表**逐词翻译**：每个词换成最可能的那个，次序不动。两个基线、两个方向：

# %% [markdown] lang="en"
# For content words the table is good; function words like 的 or "the" have no counterpart, and their rows are spread out. To translate **word for word**: replace each token by its most probable one, in the same order. Both baselines, both directions:

# %% tags=["measured"]
def baseline_scores(source, target):
    """BLEU and chrF of both baselines in one direction: a line each."""
    _, write, known, asked = encoded(source, target)
    right = [line.lower() for line in parts.test.side(target)]
    near = [parts.train.side(target)[i].lower() for i in baselines.fit_nearest(*known)(asked).indices]
    table = baselines.fit_word_table(*known)
    worded = [text.tidy(write.decode(table.word_for_word(s)), UNITS[target]) or "?" for s in asked]
    for name, written in (("nearest", near), ("word for word", worded)):
        bleu = metrics.bleu(written, right, language=target, lowercase=True).score
        print(f"{source}→{target}  {name:14s} BLEU {bleu:5.2f}  chrF {metrics.chrf(written, right):5.2f}   {worded[2] if name != 'nearest' else near[2]}")


baseline_scores("zh", "en")
baseline_scores("en", "zh")

# %% [markdown] lang="zh"
# 最近邻的译文通顺而常常答非所问，逐词的译文沾边而不成句。BLEU 奖励连续的片段，所以偏爱前者；chrF 更看重字对不对，差距就小得多，zh→en 甚至打平。只看一个指标，会看漏一半。
#
# ## 4 翻译模型
#
# 双向 GRU 读原文，另一个 GRU 写译文，每写一个词元就用注意力看一遍原文（第 3.2.2 章）。原文一侧，训练集中只出现一次的词元当作未知词元，模型这才知道遇到生词时看到的是什么；译文一侧全部保留，否则 `<unk>` 会成为最常见的“词”，译文里满是它。

# %% [markdown] lang="en"
# Nearest neighbours write fluently, often about something else; word for word has the right words and no sentence. BLEU rewards runs of tokens and so prefers the former; chrF asks more for the right letters, and the two come much closer, for zh→en as far as a tie. Whoever looks at one measure misses half.
#
# ## 4 The translator
#
# A bidirectional GRU reads the source, another GRU writes, and looks at the source through attention for each token (chapter 3.2.2). On the source side tokens that occur once in training count as unknown, so that the model learns what an unknown word looks like; on the target side all are kept, else `<unk>` would be the commonest "word" and fill the translations.

# %%
import keras
from rnncourse.models import build_translator

read = text.Vocabulary.build(parts.train.side(SOURCE), unit=UNITS[SOURCE], minimum_count=2)
write = text.Vocabulary.build(parts.train.side(TARGET), unit=UNITS[TARGET], marks=True)
train, validation, test = (
    (read.encode_all(part.side(SOURCE)), write.encode_all(part.side(TARGET))) for part in parts
)


def build(start):
    """An untrained translator whose two embedding tables begin as `start` says."""
    keras.utils.set_random_seed(0)
    return build_translator(source_vocabulary_size=len(read), target_vocabulary_size=len(write), embedding_size=96,
                            units=96, attention="additive", dropout=0.2, embeddings_initializer=start)


print("source V", len(read), " target V", len(write), f" parameters {build('uniform').count_params():,}",
      f" target tokens in training {sum(map(len, train[1])):,}")

# %% [markdown] lang="zh"
# ### 起点：嵌入表从多大的数开始？
#
# Keras 的嵌入表默认从 ±0.05 之间的均匀分布开始，PyTorch 的默认值是标准正态分布。只换这一样，其余一概不变，各训练 3 轮。先猜：哪一种的验证困惑度低？差多少？

# %% [markdown] lang="en"
# ### The start: how large are the embeddings at first?
#
# Keras begins an embedding table with uniform numbers within 0.05 of 0; PyTorch's default is a standard normal distribution. Change this alone, leave all else as it is, and train each for 3 epochs. A guess: which has the lower validation perplexity, and by how much?

# %% tags=["measured"]
from rnncourse.training import fit_translator, perplexity

starts = {"uniform": "uniform", "normal": keras.initializers.RandomNormal(stddev=1.0)}
for name, start in starts.items():
    model = build(start)
    fit_translator(model, train, validation, epochs=3, batch_size=32, learning_rate=5e-3, progress="none")
    first = {part: perplexity(model, *pairs) for part, pairs in (("training", train), ("validation", validation))}
    print(f"{name:8s}", {part: round(value, 1) for part, value in first.items()})

# %% [markdown] lang="zh"
# 同一个模型、同样的训练、同一个种子，差别只在起点。一种解释：词表里多数词在训练集中只出现几次，每次更新只把它那一行挪动一点；从 0 附近出发，几轮之后这些词彼此还离得很近，循环层难以分清。第 2.2.1 章换的是循环单元的初始值，结论一样：比较之前，先看初始值。（只有一个种子、3 轮，说的是学得快慢；训练久了能不能追上，留给“试一试”。）下面都从正态分布开始。
#
# 参数比训练词元还多几十倍。先猜：训练久了，验证损失会一直降吗？训练损失呢？

# %% [markdown] lang="en"
# The same model, training and seed; only the start differs. One explanation: most words of the vocabulary occur only a few times in training, and each update moves their row a little; from a start near 0 they are still close together after some epochs, and the recurrent layers can hardly tell them apart. Chapter 2.2.1 changed the first values of the cells and came to the same end: look at the first values before you compare. (One seed and 3 epochs: this is about how soon it learns. Whether the other start catches up is left to "Try it".) From here on the start is normal.
#
# There are dozens of times as many parameters as training tokens. Guess: with longer training, will the validation loss fall all the way? And the training loss?

# %% tags=["measured"]
model = build(starts["normal"])
history = fit_translator(model, train, validation, epochs=10, batch_size=32, learning_rate=5e-3,
                         patience=10, progress="none")
known_well = tuple(side[: len(validation[0])] for side in train)
curves = {"loss": history.history["loss"], "val_loss": history.history["val_loss"],
          "accuracy": history.history["token_accuracy"], "val_accuracy": history.history["val_token_accuracy"]}
plots.plot_history(curves)
plt.show()
lowest = int(np.argmin(curves["val_loss"]))
tell(zh=f"验证损失在第 {lowest + 1} 轮最低（{curves['val_loss'][lowest]:.2f}），最后一轮 {curves['val_loss'][-1]:.2f}；训练损失最后一轮 {curves['loss'][-1]:.2f}。",
     en=f"validation loss is lowest in epoch {lowest + 1} ({curves['val_loss'][lowest]:.2f}) and {curves['val_loss'][-1]:.2f} in the last; training loss ends at {curves['loss'][-1]:.2f}.")
tell(zh=f"困惑度：训练句 {perplexity(model, *known_well):.1f}，验证句 {perplexity(model, *validation):.1f}；瞎猜 {len(write):,}。",
     en=f"perplexity: training sentences {perplexity(model, *known_well):.1f}, validation {perplexity(model, *validation):.1f}; a blind guess: {len(write):,}.")

# %% [markdown] lang="zh"
# 点线是验证损失最低的地方。训练损失一路下降；验证损失降了几轮就几乎不动了，两条线越离越远：训练句子在被背下来，对新句子的预测却不再变好。这就是**过拟合**，两条线的距离量的就是它。
#
# 读图时当心两件事。一、学习率按余弦降到 0，最后几轮两条线变平，有它的缘故：验证损失没有回升，不等于再练也无妨。第 8 节的实验训练得更久，验证困惑度就明显回升。二、训练损失是一轮之中边学边记的平均，还开着 dropout，所以头几轮比验证损失还高；关掉 dropout 再量，就是上面的困惑度，差距比图上更大。`fit_translator` 留下的是点线处的权重，上面的困惑度也是它的。
#
# ## 5 考试

# %% [markdown] lang="en"
# The dotted line is where validation loss is lowest. Training loss falls all the way; validation loss falls for some epochs and then hardly moves, and the curves part: training sentences are being memorised, and predictions for new ones gain nothing more. That is **overfitting**, and the gap between the curves measures it.
#
# Two cautions. First, the learning rate falls to 0 along a cosine, and that has its part in both curves being flat at the end: that validation loss does not rise again does not mean that more training would do no harm. The experiment of section 8 trains longer, and there it does rise. Second, training loss is a mean over an epoch while the model learns, with dropout on, and so is above validation loss at first; measured afterwards and without dropout, as in the perplexities above, the gap is larger than in the picture. `fit_translator` keeps the weights of the dotted line; those perplexities are theirs.
#
# ## 5 The test

# %% tags=["measured"]
from rnncourse.decoders import beam_search


def written_by(tokens):
    """Lists of ids -> texts."""
    return [text.tidy(write.decode(ids), UNITS[TARGET]) or "?" for ids in tokens]


found = [hypotheses[0].tokens for hypotheses in beam_search(model, test[0], width=4, longest=20, length_penalty=1.0)]
network = written_by(found)
table_read, table_write, *_ = encoded(SOURCE, TARGET)
worded = [text.tidy(table_write.decode(table.word_for_word(ids)), UNITS[TARGET]) or "?" for ids in asked]
systems = {choose(zh="最近邻", en="nearest"): copied, choose(zh="逐词", en="word for word"): worded, "GRU": network}
counts = {name: score(written) for name, written in systems.items()}
plots.plot_intervals({name: bleu_interval(c) for name, c in counts.items()}, xlabel="BLEU")
plt.show()
for name, written in systems.items():
    print(f"chrF {metrics.chrf(written, references):5.2f}  {name}")

# %% tags=["measured"]
gap = metrics.compare_models(metrics.bleu_of, counts[choose(zh="最近邻", en="nearest")], counts["GRU"])
low, high = gap.difference.low, gap.difference.high
verdict = choose(zh="网络更好", en="the network is better") if low > 0 else choose(
    zh="最近邻更好", en="the nearest neighbour is better") if high < 0 else choose(zh="分不出", en="no difference to be told")
tell(zh=f"BLEU，网络减最近邻：{gap.difference:.2f}（配对自助法）：{verdict}。",
     en=f"BLEU, network minus nearest neighbour: {gap.difference:.2f} (paired bootstrap): {verdict}.")
for i in (0, 2, 3, 5, 9, 14):
    print(f"\n{parts.test.side(SOURCE)[i]}\n   = {references[i]}\n   ≈ {copied[i]}\n   → {network[i]}")

# %% [markdown] lang="zh"
# （=：参考译文；≈：最近邻；→：网络。）读一读：它们通顺吗？和原文有几个词相干？网络写的多半是训练集里常见的句式，其中夹着一两个对的词：看上去，解码器的“语言模型”那一半比翻译那一半学得好。数据少时神经翻译不如更早的方法，多了才反超，Koehn 和 Knowles（2017）在大得多的语料上也量到了。它到底用了多少原文，第 8 节来量。
#
# ## 6 注意力：它在看哪里？
#
# 第 3 节 E 步的矩阵 $(N, T+1)$，和注意力的权重 $(N, T)$ 是同一种东西：译文的每个词元，分给原文的词元，每行加起来是 1。一个从计数来，一个从梯度来。同一对训练句子，对照着看：

# %% [markdown] lang="en"
# (=: reference; ≈: nearest neighbour; →: network.) Read them: are they fluent? How many words have to do with the source? What the network writes are mostly common patterns of its training sentences with a right word or two among them: it looks as if the decoder's language-model half had learnt better than its translation half. That neural translation is behind older methods with little data, and ahead with much, was measured by Koehn and Knowles (2017), on far larger corpora. How much it uses the source is measured in section 8.
#
# ## 6 Attention: where does it look?
#
# The $(N, T+1)$ matrix of the E step in section 3 and the attention weights $(N, T)$ are the same kind of thing: each target token is shared out among source tokens, and each row adds up to 1. One comes from counting, the other from gradients. The same training pair in both:

# %% tags=["measured"]
from rnncourse.decoders import all_attention_weights, attention_weights

row = next(i for i, t in enumerate(train[1]) if 5 <= len(t) <= 8 and 1 not in t and 1 not in train[0][i])
source_tokens = text.tokenize(parts.train.side(SOURCE)[row], UNITS[SOURCE])
target_tokens = text.tokenize(parts.train.side(TARGET)[row], UNITS[TARGET])
weights = attention_weights(model, train[0][row], train[1][row])
posterior = table.posterior(table_read.encode(parts.train.side(SOURCE)[row]),
                            table_write.encode(parts.train.side(TARGET)[row]))[:, 1:]
plots.plot_attention(weights, source_tokens, target_tokens)
plt.show()
plots.plot_attention(np.vstack([posterior, np.zeros(len(source_tokens))]), source_tokens, target_tokens)
plt.show()

# %% [markdown] lang="zh"
# 上：网络的注意力；下：IBM 模型 1（缺的份额归空词；结束词元一行为零）。一对句子不算证据。量一量：在测试句子上（解码器读的是参考译文），注意力最大的位置和 IBM 模型 1 的是不是同一个？对照：随便指一个位置，和“指对角线”，后者只知道前后次序，一个词也不认得。

# %% [markdown] lang="en"
# Above: the network's attention; below: IBM model 1 (what is missing went to the empty word; the end token's row is zero). One pair is no evidence. Measure: on test sentences (the decoder reads the reference), is the place of most attention the one that IBM model 1 points to? The controls: point anywhere, and point along the diagonal, which knows what comes early and late and not a single word.

# %% tags=["measured"]
def agreement():
    """For each test pair, whether a target token's place is IBM's: attention, diagonal, chance; where IBM has one."""
    hits = []
    for i, weights in enumerate(all_attention_weights(model, *test)):
        s, t = (v.encode(parts.test.side(side)[i]) for v, side in ((table_read, SOURCE), (table_write, TARGET)))
        chances = table.posterior(s, t)
        sure = chances.argmax(axis=1) > 0                            # not the empty word
        places = chances[:, 1:].argmax(axis=1)[sure]
        looks = weights[:-1].argmax(axis=1)[sure]
        diagonal = (np.flatnonzero(sure) + 0.5) * len(s) // len(t)
        hits.append(np.column_stack([looks == places, diagonal == places, np.full(len(places), 1 / len(s))]))
    return hits


hits = agreement()
totals = np.array([[len(h), *h.sum(axis=0)] for h in hits])
drawn = np.random.default_rng(0).multinomial(len(hits), np.full(len(hits), 1 / len(hits)), 1000) @ totals
ends = np.percentile(drawn[:, 1:] / drawn[:, :1], [2.5, 97.5], axis=0)
shares = totals.sum(axis=0)[1:] / totals[:, 0].sum()
names = choose(zh=["注意力", "对角线", "随便指"], en=["attention", "diagonal", "anywhere"])
agree = {name: metrics.Interval(*map(float, (shares[k], *ends[:, k]))) for k, name in enumerate(names)}
plots.plot_intervals(agree, xlabel=choose(zh="与 IBM 模型 1 一致的比例", en="share that agrees with IBM model 1"))
plt.show()

# %% tags=["measured"]
attention, chance = agree[names[0]], agree[names[2]]
tell(zh="注意力学到了一部分对齐（区间整个高于随便指）。" if attention.low > chance.high else "看不出注意力学到了对齐（没有高于随便指）。",
     en="Attention has learnt some alignment (its interval lies above pointing anywhere)." if attention.low > chance.high
     else "No alignment is to be seen in the attention (it does not lie above pointing anywhere).")
low, high = np.percentile((drawn[:, 1] - drawn[:, 2]) / drawn[:, 0], [2.5, 97.5])
more = choose(zh=("更少", "分不出", "更多"), en=("less", "not to be told apart", "more"))[1 + (low > 0) - (high < 0)]
tell(zh=f"与对角线相比，一致的比例之差的区间是 [{low:.3f}, {high:.3f}]：{more}。",
     en=f"Against the diagonal, the difference in agreement lies in [{low:.3f}, {high:.3f}]: {more}.")

# %% [markdown] lang="zh"
# “一部分”要打折扣：中英文的词序大体一致，一个词也不认得的对角线同样高过随便指，而在我们运行的两个方向上（中文版 en→zh，英文版 zh→en），注意力的区间都没有高过对角线的。所以这里能说的只是它大致知道该看前面还是后面，不能说它学会了**哪个词对哪个词**。
#
# 裁判也会错：IBM 模型 1 不是标准答案，它会把罕见的原词当“垃圾桶”，什么译词都归给它（Moore，2004）。注意力本来也不必等于对齐：双向 GRU 的状态里已经混进了邻居，看旁边一格也够用。大系统里两者有时也相差很远（Koehn 和 Knowles，2017）；Jain 和 Wallace 2019 年的文章，题目就叫《注意力不是解释》。自己试试：输入一句话，指着译文的词元看。

# %% [markdown] lang="en"
# "Some" is to be taken with care. Chinese and English order their words much alike, so the diagonal, which knows no word at all, lies above pointing anywhere as well; and in both directions that we ran (zh→en in this edition, en→zh in the Chinese one) attention's interval did not lie above the diagonal's. What can be said is that it knows roughly whether to look early or late, not that it has learnt **which word belongs to which**.
#
# The judge may be wrong, too: IBM model 1 is no gold standard, and uses rare source words as garbage collectors that any target word is put down to (Moore, 2004). Nor need attention be alignment: a bidirectional state has its neighbours mixed in, so the place next door will do. In large systems, too, the two can be far apart (Koehn and Knowles, 2017); and Jain and Wallace (2019) have it in their title: attention is not explanation. Try it: type a sentence and point at the tokens of its translation.

# %% tags=["widget", "measured"]
from rnncourse.decoders import translate
from rnncourse.widgets import explore_attention

examples = list(parts.test.side(SOURCE)[:4])
explore_attention(lambda sentence: translate(model, [sentence], read, write, longest=20)[0], examples=examples)

# %% [markdown] lang="zh"
# ## 7 哪里出错：重复、生词、束宽和长度惩罚
#
# 束宽为 1 就是贪心。束越宽，找到的译文概率越高；先猜：质量也越高吗？长度惩罚为 0 时，每多写一个词元概率都要再乘一个小于 1 的数，所以束搜索偏爱短句；惩罚越大，越不怕写长。

# %% [markdown] lang="en"
# ## 7 What goes wrong: repeats, unknown words, beam width and length penalty
#
# A width of 1 is greedy. A wider beam finds translations of higher probability; guess: of higher quality, too? Without a length penalty each further token costs a factor below 1, so a beam prefers short sentences; the larger the penalty, the less it shies from length.

# %% tags=["measured"]
def repeats(ids):
    """Whether a sentence says a pair of tokens twice."""
    neighbours = [*pairwise(ids)]
    return len(set(neighbours)) < len(neighbours)


reference_length = np.mean([len(ids) for ids in test[1]])
print(" width penalty   BLEU   chrF  length/ref  repeats")
for width, penalty in ((1, 0.0), (4, 0.0), (4, 1.0), (10, 1.0)):
    best = [h[0].tokens for h in beam_search(model, test[0], width=width, longest=20, length_penalty=penalty)]
    lines = written_by(best)
    facts = np.mean([len(b) for b in best]) / reference_length, np.mean([repeats(b.tolist()) for b in best])
    bleu = metrics.bleu_of(score(lines).sum(axis=0))
    print(f"{width:6d} {penalty:7.1f} {bleu:6.2f} {metrics.chrf(lines, references):6.2f} {facts[0]:11.2f} {facts[1]:8.1%}")

# %% [markdown] lang="zh"
# `length/ref` 是译文与参考译文的长度之比，`repeats` 是把同一个二元组说了两遍的句子所占的比例。束越宽，重复越少，译文也越短，长度惩罚只拉回来一点；BLEU 却没有随着概率升高。几行之间只差一两分，第 5 节图上的区间比这还宽，不做配对比较就别排名次；没有一行够得着最近邻。在大系统上，Koehn 和 Knowles（2017）量到太宽的束反而有害。
#
# 还有一种错不在表里：训练集里没有的词，它永远写不出来。大系统用子词（BPE，Sennrich 等 2016）根治未知词，用覆盖度（Tu 等 2016）或禁止 n 元组重复来治重复；后者在练习里由你来写。
#
# ## 8 第 28 条：它真的在翻译吗？
#
# 通顺的句子，语言模型也写得出来。要说“用于翻译”，得看它**用不用原文**。把测试集的原文打乱，让每个参考译文配上别人的原文，困惑度应当变差。**规则先说好**：打乱五次，“打乱 ÷ 正确”的困惑度之比，95% 区间整个大于 1，就说它用了原文，在这个意义上“在翻译”；BLEU 减最近邻的区间（第 5 节）整个大于 0，才说它过了及格线。

# %% [markdown] lang="en"
# `length/ref` is the length of the translations over that of the references, `repeats` the share of sentences that say a pair of tokens twice. The wider the beam, the fewer repeats and the shorter the translations, and the penalty makes up for little of that; BLEU does not rise with probability. The rows lie a point or two apart, less than the width of the intervals in section 5: do not rank them without a paired comparison. None comes near the nearest neighbour. In large systems beams that are too wide do harm (Koehn and Knowles, 2017).
#
# One kind of error is not in the table: a word that training lacks it can never write. Large systems cure unknown words by subwords (BPE; Sennrich et al., 2016), and repeats by coverage (Tu et al., 2016) or by forbidding n-grams to recur; the latter is yours to write in the exercise.
#
# ## 8 Claim 28: does it translate at all?
#
# A language model writes fluent sentences, too. To be "used for translation" the network must **use the source**. Shuffle the sources of the test part, so that each reference stands beside someone else's source: perplexity should get worse. **The rule first**: over five shuffles, if the 95% interval of the ratio of perplexities, shuffled over right, lies above 1, it uses the source and in that sense translates; only if the interval of BLEU minus the nearest neighbour's (section 5) lies above 0 does it clear the bar.

# %% tags=["measured"] claims=[28]
right_sources = perplexity(model, *test)
shuffled = [perplexity(model, [test[0][i] for i in np.random.default_rng(seed).permutation(len(test[0]))], test[1])
            for seed in range(5)]
ratio = metrics.mean_interval(np.array(shuffled) / right_sources)
uses = choose(zh="它在翻译", en="it translates") if ratio.low > 1 else choose(zh="看不出它用了原文", en="no use of the source is to be seen")
bar = choose(zh="过了及格线", en="it clears the bar") if gap.difference.low > 0 else choose(zh="没有过及格线", en="it does not clear the bar")
tell(zh=f"测试困惑度：正确的原文 {right_sources:.1f}；打乱后是它的 {ratio:.2f} 倍：{uses}。BLEU 比最近邻多 {gap.difference:.2f}：{bar}。",
     en=f"test perplexity: {right_sources:.1f} with the right source; shuffled, {ratio:.2f} times that: {uses}. BLEU beyond the nearest neighbour's {gap.difference:.2f}: {bar}.")

# %% [markdown] lang="zh"
# 两个判断并不矛盾：它用了原文，译文却还不能用。（区间说的是五次打乱之间的出入，模型只有一个；而且错的原文可能把它带偏，比没有原文还糟，所以这个倍数不等于原文带来的信息量。）
#
# ### 循环网络，还是 Transformer？
#
# 实验：同样的句子、几乎同样多的参数、同样的 CPU 秒数，一个带注意力的 GRU 和一个小 Transformer（编码器、解码器各一层），zh→en，三个种子，每个种子换一次划分。两者的嵌入都从标准差 1 开始，学习率各用另一个种子挑过；批大小为 16，dropout 为 0.1，译文由贪心解码写出，所以 GRU 的分数不能和第 5 节的直接比。先猜：谁更好？谁在同样的时间里读的遍数更多？
#
# **规则先说好**：BLEU、chrF 和验证困惑度（取负，越大越好）各自判。同一种子上的差（GRU 减 Transformer），95% 区间整个大于 0 就是 GRU 更好，整个小于 0 就是 Transformer 更好，含 0 就是分不出。

# %% [markdown] lang="en"
# The two verdicts do not contradict each other: it uses the source, and its translations are not yet of use. (The interval is about the five shuffles; the model is one. And a wrong source may lead astray, which is worse than none, so the ratio is not the amount that a source tells.)
#
# ### A recurrent network, or a Transformer?
#
# An experiment: the same sentences, nearly as many parameters, the same CPU seconds; a GRU with attention and a small Transformer (one block in each half), zh→en, three seeds, each with a split of its own. The embeddings of both start with a standard deviation of 1, and each has a learning rate chosen with another seed; batches are of 16, dropout is 0.1 and decoding greedy, so the GRU's scores are not to be compared with those of section 5. Guess: which is better? Which reads the sentences more often in the same time?
#
# **The rule first**, for BLEU, chrF and validation perplexity (its negative, so that more is better) each: if the 95% interval of the difference on the same seed (GRU minus Transformer) lies above 0, the GRU is better; below 0, the Transformer; if it holds 0, they cannot be told apart.

# %%
from rnncourse import results

record = results.load("translation")
METHODS = {"nearest": choose(zh="最近邻", en="nearest"), "word_for_word": choose(zh="逐词", en="word for word"),
           "gru": "GRU", "transformer": "Transformer"}


def values(method, name, source="zh"):
    """One value a seed."""
    return np.array([r[name] for r in record["rows"] if r["method"] == method and r["source"] == source], float)


figure, axes = plt.subplots(1, 2, figsize=(8, 2.8), layout="constrained")
for ax, name in zip(axes, ("bleu", "chrf")):
    plots.plot_intervals({label: metrics.mean_interval(values(m, name)) for m, label in METHODS.items()},
                         xlabel={"bleu": "BLEU", "chrf": "chrF"}[name], ax=ax)
plt.show()

# %%
for method in ("gru", "transformer"):
    p = {name: values(method, name) for name in ("parameters", "cpu_seconds", "epochs", "validation_perplexity",
                                                 "last_validation_perplexity", "training_perplexity")}
    print(f"{METHODS[method]:12s} parameters {p['parameters'].mean():,.0f}  CPU s {p['cpu_seconds'].mean():.0f}  epochs {p['epochs'].mean():.0f}"
          f"  perplexity: best validation {p['validation_perplexity'].mean():.1f}, last {p['last_validation_perplexity'].mean():.1f},"
          f" training {p['training_perplexity'].mean():.1f}")
tell(zh=f"在 {record['processor']} 上测得，{record['cores']} 核，共 {record['seconds']} 秒；种子 {record['seeds']}。",
     en=f"measured on {record['processor']}, {record['cores']} cores, {record['seconds']} s in all; seeds {record['seeds']}.")

# %% claims=[28]
def judged(name, sign=1):
    """The paired difference over the seeds, and the rule's verdict in the reader's language."""
    difference = metrics.mean_interval(sign * (values("gru", name) - values("transformer", name)))
    better = choose(zh="GRU 更好", en="the GRU is better"), choose(zh="Transformer 更好", en="the Transformer is better")
    return difference, better[0] if difference.low > 0 else better[1] if difference.high < 0 else choose(zh="分不出", en="not to be told apart")


for name, label, sign in (("bleu", "BLEU", 1), ("chrf", "chrF", 1), ("validation_perplexity", choose(zh="困惑度（取负）", en="perplexity (negative)"), -1)):
    difference, verdict = judged(name, sign)
    print(f"{label}: GRU - Transformer {difference:.2f}: {verdict}")
bar = metrics.mean_interval(values("gru", "bleu") - values("nearest", "bleu"))
tell(zh=f"GRU 减最近邻，BLEU：{bar:.2f}。在这一千多句上，" + ("循环网络过了及格线。" if bar.low > 0 else "循环网络没有过及格线。"),
     en=f"GRU minus nearest neighbour, BLEU: {bar:.2f}. On these sentences, little more than a thousand, the recurrent network " + ("clears the bar." if bar.low > 0 else "does not clear the bar."))

# %% [markdown] lang="zh"
# 同样的 CPU 秒数里，Transformer 多读了几遍，验证困惑度也更低；BLEU 和 chrF 分不出：只有三个种子，而 BLEU 低到一两分时，几乎什么也分辨不了。两个网络都过拟合得厉害：训练困惑度接近 1，验证困惑度从最低点回升了三四成（考试用的是最低点的权重）。
#
# 开头的问题有了答案：在这一千多句上，网络胜不过“照抄最像的那一句”，换成 Transformer 也一样。数据要多到什么程度才会反过来，这里没有量。
#
# 所以第 28 条作为**历史**成立：循环网络曾是翻译的主力（第 1 节的出处），这个从零训练的小网络也确实用了原文；但“能用于”不等于“用得好”：数据少时，先和最近邻比一比。2017 年以后，翻译改用了 Transformer：它沿时间可以并行训练（Vaswani 等，2017），后来的系统用上了几百亿句对（Arivazhagan 等，2019；第 6.2.1 章，筹备中）。

# %% [markdown] lang="en"
# In the same CPU seconds the Transformer read the sentences a few times more, and its validation perplexity is lower; by BLEU and chrF they cannot be told apart: there are but three seeds, and at one or two points BLEU tells hardly anything apart. Both overfit badly: training perplexity comes close to 1, validation perplexity rises by a third or more from its lowest (whose weights took the test).
#
# So the guess of the beginning has its answer: on these sentences, little more than a thousand, a network does not beat "copy the translation of the most similar known sentence", nor does a Transformer. How much data would turn that round was not measured here.
#
# Claim 28 stands as **history**: recurrent networks carried translation (the sources of section 1), and this small one, trained from nothing, does use the source; but "can be used for" is not "does well at": with little data, compare with the nearest neighbour first. Since 2017 translation has gone over to the Transformer, which trains on all time steps in parallel (Vaswani et al., 2017); later systems took in tens of billions of pairs (Arivazhagan et al., 2019; chapter 6.2.1, planned).

# %% [markdown] lang="zh"
# ## 9 更多数据：Tatoeba
#
# manythings.org 的 `cmn-eng.zip`（CC-BY 2.0 FR）有近三万对，是这套语料的七倍，短句很多、重复很多。第一次运行会下载，校验压缩包是否完整，断了接着下；下不了就照提示用浏览器下载，再给出 `path`：
#
# ```python
# pairs = datasets.load_tatoeba()                        # 或 load_tatoeba(path="下载/cmn-eng.zip")
# parts = datasets.split_pairs(pairs)                    # 同一句英文的多种译法在同一组
# ```
#
# 它没有 HSK 级别、拼音和分词，所以看级别的单元格、`pairs.take` 一行和 “Chinese words” 一行要去掉，其余不用改；训练句约是本章的十九倍，一轮也就久得多。里面既有简体也有繁体，同一个字两种写法会占两个位置。
#
# ## 试一试
#
# 1. 交换 `SOURCE` 和 `TARGET`。哪个方向的 BLEU 高？两个方向的 BLEU 能比吗？（提示：一个以字为单位，一个以词为单位。）
# 2. 用全部级别（去掉 `pairs.take` 那一行）：句子多了近两倍，词表也大了；同样的轮数要多久？最近邻和网络，谁得益更多？
# 3. 在 `build` 里用 `attention=None`：损失差多少？长句呢？（第 6 节就没有可看的了。）
# 4. 给译文一侧的词表也加上 `minimum_count=2`：译文里会出现什么？BLEU 怎么变？
# 5. 从 `starts["uniform"]` 开始也训练 10 轮：追得上吗？换几个种子，差别还在吗？
#
# 习题在 `exercises/`：划分、IBM 模型 1 的一步、最近邻、对齐错误率、禁止重复。
#
# ## 出处
#
# - Weaver (1949). Translation. 备忘录，收入 Locke, Booth 编 *Machine Translation of Languages* (1955)。
# - Brown et al. (1993). The mathematics of statistical machine translation: parameter estimation. *Computational Linguistics* 19(2), 263–311. [aclanthology.org/J93-2003](https://aclanthology.org/J93-2003/)
# - Koehn, Och, Marcu (2003). Statistical phrase-based translation. [aclanthology.org/N03-1017](https://aclanthology.org/N03-1017/)
# - Moore (2004). Improving IBM word-alignment model 1. [aclanthology.org/P04-1066](https://aclanthology.org/P04-1066/)
# - Sutskever, Vinyals, Le (2014). [arXiv:1409.3215](https://arxiv.org/abs/1409.3215)；Cho et al. (2014). [arXiv:1406.1078](https://arxiv.org/abs/1406.1078)
# - Bahdanau, Cho, Bengio (2015). Neural machine translation by jointly learning to align and translate. [arXiv:1409.0473](https://arxiv.org/abs/1409.0473)
# - Wu et al. (2016). Google's neural machine translation system. [arXiv:1609.08144](https://arxiv.org/abs/1609.08144)
# - Vaswani et al. (2017). Attention is all you need. [arXiv:1706.03762](https://arxiv.org/abs/1706.03762)
# - Arivazhagan et al. (2019). Massively multilingual neural machine translation in the wild. [arXiv:1907.05019](https://arxiv.org/abs/1907.05019)
# - Sennrich, Haddow, Birch (2016). Neural machine translation of rare words with subword units. [arXiv:1508.07909](https://arxiv.org/abs/1508.07909)
# - Tu et al. (2016). Modeling coverage for neural machine translation. [arXiv:1601.04811](https://arxiv.org/abs/1601.04811)
# - Koehn, Knowles (2017). Six challenges for neural machine translation. [arXiv:1706.03872](https://arxiv.org/abs/1706.03872)（数据少、束太宽、注意力与对齐）
# - Jain, Wallace (2019). Attention is not explanation. [arXiv:1902.10186](https://arxiv.org/abs/1902.10186)
# - Papineni et al. (2002). BLEU. [aclanthology.org/P02-1040](https://aclanthology.org/P02-1040/)；Popović (2015). chrF. [aclanthology.org/W15-3049](https://aclanthology.org/W15-3049/)；Post (2018). [arXiv:1804.08771](https://arxiv.org/abs/1804.08771)

# %% [markdown] lang="en"
# ## 9 More data: Tatoeba
#
# `cmn-eng.zip` from manythings.org (CC-BY 2.0 FR) has nearly thirty thousand pairs, seven times as many, with many short ones and many repeats. The first call downloads it, checks that the archive is whole, and goes on where it broke off; where that fails, fetch it with a browser as the message says and give `path`:
#
# ```python
# pairs = datasets.load_tatoeba()                        # or load_tatoeba(path="Downloads/cmn-eng.zip")
# parts = datasets.split_pairs(pairs)                    # translations of one English sentence share a group
# ```
#
# It has no HSK levels, pinyin or words: leave out the cell that shows levels and the lines with `pairs.take` and "Chinese words"; the others stay as they are. Training has some nineteen times as many sentences as here, and an epoch takes accordingly longer. Simplified and traditional characters are mixed, so one character may take two places.
#
# ## Try it
#
# 1. Swap `SOURCE` and `TARGET`. Which direction has the higher BLEU? Can the two be compared? (A hint: one counts characters, the other words.)
# 2. Take all levels (leave out the line with `pairs.take`): nearly three times the sentences, and a larger vocabulary; how long do as many epochs take? Which gains more, the nearest neighbour or the network?
# 3. `attention=None` in `build`: what does it cost in loss? And on long sentences? (Section 6 then has nothing to show.)
# 4. Give the target vocabulary `minimum_count=2` as well: what will the translations contain? What becomes of BLEU?
# 5. Train for 10 epochs from `starts["uniform"]`, too: does it catch up? With other seeds, is there still a difference?
#
# The tasks are in `exercises/`: dividing, a step of IBM model 1, the nearest neighbour, the alignment error rate, no repeats.
#
# ## Sources
#
# - Weaver (1949). Translation. A memorandum, in Locke, Booth (eds.), *Machine Translation of Languages* (1955).
# - Brown et al. (1993). The mathematics of statistical machine translation: parameter estimation. *Computational Linguistics* 19(2), 263–311. [aclanthology.org/J93-2003](https://aclanthology.org/J93-2003/)
# - Koehn, Och, Marcu (2003). Statistical phrase-based translation. [aclanthology.org/N03-1017](https://aclanthology.org/N03-1017/)
# - Moore (2004). Improving IBM word-alignment model 1. [aclanthology.org/P04-1066](https://aclanthology.org/P04-1066/)
# - Sutskever, Vinyals, Le (2014). [arXiv:1409.3215](https://arxiv.org/abs/1409.3215); Cho et al. (2014). [arXiv:1406.1078](https://arxiv.org/abs/1406.1078)
# - Bahdanau, Cho, Bengio (2015). Neural machine translation by jointly learning to align and translate. [arXiv:1409.0473](https://arxiv.org/abs/1409.0473)
# - Wu et al. (2016). Google's neural machine translation system. [arXiv:1609.08144](https://arxiv.org/abs/1609.08144)
# - Vaswani et al. (2017). Attention is all you need. [arXiv:1706.03762](https://arxiv.org/abs/1706.03762)
# - Arivazhagan et al. (2019). Massively multilingual neural machine translation in the wild. [arXiv:1907.05019](https://arxiv.org/abs/1907.05019)
# - Sennrich, Haddow, Birch (2016). Neural machine translation of rare words with subword units. [arXiv:1508.07909](https://arxiv.org/abs/1508.07909)
# - Tu et al. (2016). Modeling coverage for neural machine translation. [arXiv:1601.04811](https://arxiv.org/abs/1601.04811)
# - Koehn, Knowles (2017). Six challenges for neural machine translation. [arXiv:1706.03872](https://arxiv.org/abs/1706.03872) (little data, beams too wide, attention and alignment)
# - Jain, Wallace (2019). Attention is not explanation. [arXiv:1902.10186](https://arxiv.org/abs/1902.10186)
# - Papineni et al. (2002). BLEU. [aclanthology.org/P02-1040](https://aclanthology.org/P02-1040/); Popović (2015). chrF. [aclanthology.org/W15-3049](https://aclanthology.org/W15-3049/); Post (2018). [arXiv:1804.08771](https://arxiv.org/abs/1804.08771)
