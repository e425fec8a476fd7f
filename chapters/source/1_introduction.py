# %% [markdown] lang="zh"
# # 1 引言：先训练一个循环神经网络
#
# “开头很闷，结尾却很精彩。”读到一半，你以为这是差评；读完才知道不是。要读懂这样一句话，得按顺序读，还得记得前面读过什么。**循环神经网络**（recurrent neural network，RNN）正是这样读的：一次读一个词元（token，中文里就是一个字），每读一个，就更新一次自己的记忆。
#
# 这门课由一篇短文引出：《循环神经网络：实用的序列建模方法》（出处见文末）。我们从中摘出 38 条断言，一条一条用代码检验。说得对，课程给出证据；说得不对，课程也给出数字。
#
# 不过，先动手。

# %% [markdown] lang="en"
# # 1 Introduction: train a recurrent network first
#
# "A dull start, but the ending is wonderful." Halfway through you take it for a bad review; at the end you know better. To understand such a sentence you must read it in order and remember what came before. That is how a **recurrent neural network** (RNN) reads: one token (here: a word) at a time, updating its memory with each.
#
# The thread of this course is a short article, *Recurrent neural networks: a practical method for modelling sequences* (sources at the end). We took 38 claims from it and put every one to the test in code. Where the article is right you get the evidence; where it is not you get the number.
#
# But first, something that works.

# %% [markdown] lang="zh"
# ## 第一分钟
#
# 一条评论，是好评还是差评？读入一万多条评论，把文字变成编号，搭一个 RNN，训练两轮：一共就下面这几行。在普通笔记本电脑上，连同导入 TensorFlow，不到半分钟。

# %% [markdown] lang="en"
# ## The first minute
#
# Is a review good or bad? Load the reviews, turn words into numbers, build an RNN, train it for two epochs: the few lines below are all of it. On an ordinary laptop they take less than half a minute, the import of TensorFlow included.

# %% tags=["measured"]
from rnncourse import choose, datasets, models, text, training

reviews = datasets.split(datasets.load_reviews())  # train, validation, test
unit = reviews.train.unit  # what a token is: "character" or "word"
vocabulary = text.Vocabulary.build(reviews.train.texts, unit=unit, minimum_count=2)
train, validation, test = [(vocabulary.encode_all(p.texts, 40), p.labels) for p in reviews]
model = models.build_text_classifier(
    vocabulary_size=len(vocabulary), units=32, bidirectional=False, pooling="last"
)
history = training.fit(model, train, validation, epochs=2, learning_rate=0.01)

# %% [markdown] lang="zh"
# 它是怎么读的？把一句话一个字一个字地喂给它，每读一个字，就问它一次：目前看来，这是好评的可能性有多大？

# %% [markdown] lang="en"
# How does it read? Give it a sentence word by word and ask after each: so far, how likely is this a good review?

# %%
from matplotlib import pyplot as plt


def read_along(sentence):
    """The tokens (T,) and, after each of them, the probability of a positive review (T,)."""
    ids = vocabulary.encode(sentence)
    prefixes = [ids[: t + 1] for t in range(len(ids))]
    return text.tokenize(sentence, vocabulary.unit), training.predict(model, prefixes)


def plot_reading(sentence, ax):
    tokens, probability = read_along(sentence)
    ax.plot(probability, "o-")
    ax.axhline(0.5, color="black", linestyle=":", linewidth=1)
    ax.set_xticks(range(len(tokens)), tokens, **choose(zh={}, en={"rotation": 40, "ha": "right"}))
    ax.set(ylim=(0, 1), ylabel=choose(zh="好评的概率", en="P(positive)"))


# %% tags=["measured"]
sentence = choose(
    zh="房间有点小，不过服务非常好，下次还会来。",
    en="The plot is dull, but the acting is wonderful and it moves you.",
)
plot_reading(sentence, plt.figure(figsize=(7, 2.6)).gca())
plt.show()

# %% [markdown] lang="zh"
# 曲线上的每一个点，都是同一个网络读到那里时的看法；它没有回头看，前文只留在它的记忆里。看看哪些字让曲线拐弯，哪些字几乎不起作用。它也会看走眼：训练只有两轮，每条评论只读了前 40 个字。
#
# 换成你自己的句子试试。颜色的含义：遮住这个字，结论会往哪边变、变多少。

# %% [markdown] lang="en"
# Each point is the opinion of one and the same network when it has come that far. It never looks back: what came before is only in its memory. See which words turn the curve and which hardly matter. It also misreads: it was trained for two epochs, on the first 40 words of each review.
#
# Try a sentence of your own. The colours show which way, and how far, the verdict moves when a word is covered.

# %% tags=["widget"]
from rnncourse import widgets

examples = choose(
    zh=[sentence, "开头很精彩，结尾却很无聊。", "电池不耐用，屏幕也不好，后悔买了。"],
    en=[sentence, "A wonderful start, but the ending is dull.", "I would not call it a masterpiece."],
)
widgets.classify_sentences(model, vocabulary, label_names=reviews.train.label_names, examples=examples)

# %% [markdown] lang="zh"
# ### 这样算好吗？
#
# 一个数字单独看，说明不了什么。旁边总要放一个便宜的对手：**词袋**，也就是只数每个词出现几次、不管先后，再交给逻辑回归。它没有神经网络，几秒钟就能算完。课程里每一个 RNN 的旁边都有这样一条**及格线**，RNN 输了也照样写出来。

# %% [markdown] lang="en"
# ### Is that any good?
#
# A score alone says little. Beside it belongs a cheap opponent: the **bag of words**, which counts how often each word occurs, in whatever order, and hands the counts to logistic regression. No neural network, a matter of seconds. Every RNN in this course has such a **bar** beside it, also where the RNN loses.

# %%
from functools import partial

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline


def bag_of_words(unit, ngrams):
    """Weighted counts (TF-IDF) of n-grams, then logistic regression."""
    tokenize = partial(text.tokenize, unit=unit)
    counts = TfidfVectorizer(
        tokenizer=tokenize, token_pattern=None, lowercase=False, ngram_range=ngrams, min_df=2
    )
    return make_pipeline(counts, LogisticRegression(C=3, solver="liblinear"))


bag = bag_of_words(unit, reviews.train.ngrams).fit(reviews.train.texts, reviews.train.labels)

# %% tags=["measured"]
from rnncourse import metrics, plots

guesses = {
    choose(zh="RNN（两轮）", en="RNN (two epochs)"): metrics.predict_labels(training.predict(model, test[0])),
    choose(zh="词袋 + 逻辑回归", en="bag of words"): bag.predict(reviews.test.texts),
}
plots.plot_intervals(
    {name: metrics.bootstrap_interval(metrics.accuracy, test[1], guess) for name, guess in guesses.items()}
)
plt.show()


# %% tags=["measured"]
def say(*, zh, en):
    print(choose(zh=zh, en=en))


lead = metrics.bootstrap_difference(metrics.accuracy, test[1], *guesses.values())
points, low, high = (100 * value for value in lead)
verdicts = choose(
    zh=("RNN 胜出", "分不出胜负", "词袋胜出"),
    en=("the RNN wins", "a draw, within chance", "the bag of words wins"),
)
verdict = verdicts[1 + int(low > 0) - int(high < 0)]
say(
    zh=f"这一局{verdict}。词袋减 RNN：{points:.1f} 个百分点，95% 区间 {low:.1f} 到 {high:.1f}。",
    en=f"This round: {verdict}. Bag minus RNN: {points:.1f} points, 95% interval {low:.1f} to {high:.1f}.",
)

# %% [markdown] lang="zh"
# 这场比赛并不对等：词袋读的是全文，还数了相邻的两个字；RNN 只读开头，只训练了两轮。把 RNN 认真地训练一遍，谁高谁低，见[第 4.2 章](4_2_text_classification.ipynb)。先要问的是另一件事：既然数一数就这么管用，为什么还要按顺序读？

# %% [markdown] lang="en"
# The race was not quite even: the bag read whole reviews and counted pairs of neighbouring words too; the RNN read the beginnings only, and briefly. How the two compare once the RNN is trained in earnest is the subject of [chapter 4.2](4_2_text_classification.ipynb). A better question comes first: if counting works so well, why read in order at all?

# %% [markdown] lang="zh"
# ## 为什么要按顺序读
#
# 下面两句话意思相反，用的字却一模一样。只数字数的模型，能把它们分开吗？

# %% [markdown] lang="en"
# ## Why read in order
#
# The two sentences below say the opposite of each other in exactly the same words. Can a model that counts words tell them apart?

# %%
pair = choose(
    zh=("这不是一本烂书，而是一本好书。", "这不是一本好书，而是一本烂书。"),
    en=("This is not a bad film but a good film.", "This is not a good film but a bad film."),
)
first, second = bag[0].transform(pair).toarray()
print(*pair, sep="\n")
print(choose(zh="词袋向量完全相同：", en="the same bag of words:"), (first == second).all())

# %% [markdown] lang="zh"
# 分不开。而且这里的“词袋”连相邻的两个字都数了：“好书”“烂书”“不是”，两句里各出现一次。两个输入完全相同，后面接什么分类器都救不回来。RNN 呢？

# %% [markdown] lang="en"
# It cannot. And this bag even counts neighbouring pairs: "good film", "bad film" and "not a" occur once in each. Two inputs that are equal stay equal, whatever classifier comes next. And the RNN?

# %% tags=["measured"]
figure, axes = plt.subplots(2, 1, figsize=(7, 4.4), sharey=True)
for ax, sentence in zip(axes, pair, strict=True):
    plot_reading(sentence, ax)
    same = bag.predict_proba([sentence])[0, 1]
    ax.axhline(same, color="C1", linestyle="--", label=choose(zh="词袋", en="bag of words"))
    ax.lines[0].set_label("RNN")
axes[0].legend(loc="upper right", ncols=2)
plt.show()

# %% [markdown] lang="zh"
# 虚线在两张图里一样高，只能如此。实线在第一个不同的字之前完全重合，之后就分开了：到那时，两份记忆已经不同。
#
# 不过，看得见顺序，不等于读得懂顺序。换上更多的词，成对地考一考：16 对句子。

# %% [markdown] lang="en"
# The dashed line is equally high in both pictures; it has no choice. The solid lines agree up to the first word that differs and part there: from then on the two memories are not the same.
#
# To see the order is not yet to understand it, though. Here is an exam with more words: 16 such pairs.

# %%
from itertools import product


def not_but(good, bad):
    """Sentences of praise, and of blame in the same words: two lists of N."""
    frame = choose(zh="这不是一本{}书，而是一本{}书。", en="This is not a {} film but a {} film.")
    both = list(product(good.split(), bad.split()))
    return [frame.format(b, g) for g, b in both], [frame.format(g, b) for g, b in both]


exam = not_but(
    choose(zh="好 精彩的 感人的 有趣的", en="good great funny smart"),
    choose(zh="烂 无聊的 乏味的 难看的", en="bad dull boring stupid"),
)


# %% tags=["measured"]
def grade(name, score):
    praise, blame = map(score, exam)
    apart, higher = sum(abs(praise - blame) > 1e-6), sum(praise > blame + 1e-6)
    right = sum((praise > 0.5) & (blame < 0.5))
    say(
        zh=f"{name}：能区分 {apart} 对，褒义句得分更高 {higher} 对，两句都判对 {right} 对",
        en=f"{name}: {apart} told apart, praise scores higher in {higher}, both right in {right}",
    )


grade("RNN", lambda texts: training.predict(model, vocabulary.encode_all(texts)))
grade(choose(zh="词袋", en="bag of words"), lambda texts: bag.predict_proba(texts)[:, 1])

# %% [markdown] lang="zh"
# 词袋必然得三个零，教也教不会：对它来说，每一对都是同一个输入。RNN 能区分，但要读懂“不是……而是……”，得先见过足够多这样的句子，评论里并不多。那就教它：用另外 16 个词造 128 个句子，接着训练 20 轮。考题里的褒贬词，一个也不出现在教材里。

# %% [markdown] lang="en"
# The bag is bound to score three zeros, and teaching would not help: to the bag each pair is one and the same input. The RNN tells the pairs apart, but to grasp "not ... but ..." it must have met such sentences often enough, and reviews hold few. So let us teach it: 128 sentences made of 16 other words, 20 more epochs. Not one adjective of the exam occurs in the lessons.

# %%
import numpy as np

praise, blame = not_but(
    choose(
        zh="棒 经典的 优美的 实用的 深刻的 动人的 值得的 难得的",
        en="wonderful fresh moving clever brilliant charming warm powerful",
    ),
    choose(
        zh="差 枯燥的 肤浅的 没用的 失败的 可笑的 粗糙的 幼稚的",
        en="awful stale empty weak terrible silly flat tedious",
    ),
)
order = np.random.default_rng(42).permutation(len(praise + blame))
lessons = [(praise + blame)[i] for i in order]
answers = (order < len(praise)).astype(int)

# %% tags=["measured"]
import keras

student = keras.models.clone_model(model)
student.set_weights(model.get_weights())
ids = vocabulary.encode_all(lessons)
taught, held_out = (ids[:96], answers[:96]), (ids[96:], answers[96:])
training.fit(student, taught, held_out, epochs=20, patience=20, learning_rate=3e-3, progress="none")
grade(
    choose(zh="教过的 RNN", en="RNN, taught"),
    lambda texts: training.predict(student, vocabulary.encode_all(texts)),
)

# %% tags=["measured"]
before, after = (
    metrics.accuracy(test[1], metrics.predict_labels(training.predict(network, test[0])))
    for network in (model, student)
)
say(
    zh=f"代价：评论的测试准确率从 {before:.1%} 变为 {after:.1%}。",
    en=f"The price: accuracy on the test reviews went from {before:.1%} to {after:.1%}.",
)

# %% [markdown] lang="zh"
# 这就是 RNN 的长处：换个顺序意思就变的规则，它能从例子里学，还能用到没教过的词上，因为那些词的褒贬早已从评论里学来。词袋再给多少例子也不行。代价那一行也要看：只学新的，就可能忘掉旧的；怎样两头兼顾，是第 6.2.2 章的事（筹备中）。
#
# 那份“记忆”可以写成一行。它叫**隐状态** $h_t$，由上一步的隐状态和眼前的词元算出来：
#
# $$h_t = f(h_{t-1},\, x_t)$$
#
# 每一步用的都是同一个 $f$、同一组权重。所以句子多长都能读，参数却不会变多；所以换了顺序，$h_t$ 就会变。SimpleRNN、LSTM、GRU 的区别，只在 $f$ 怎么写。

# %% [markdown] lang="en"
# This is what an RNN is good at: a rule by which order decides can be learned from examples, and carried over to words that no lesson held, since their praise or blame is known from the reviews. No number of examples would help the bag. Mind the price too: who studies only the new may forget the old. How to keep both is for chapter 6.2.2 (planned).
#
# That memory fits on one line. It is called the **hidden state** $h_t$, computed from the one before and the token at hand:
#
# $$h_t = f(h_{t-1},\, x_t)$$
#
# The same $f$ with the same weights at every step. So a sentence may have any length without one parameter more; so another order gives another $h_t$. SimpleRNN, LSTM and GRU differ only in how $f$ is written.

# %% [markdown] lang="zh"
# ### 不只是文字
#
# 凡是“先后有别、长短不一”的数据，都可以这样读：
#
# | 序列 | 一个时间步 | 常问的问题 | 章节 |
# |---|---|---|---|
# | 评论 | 一个字或一个词 | 褒还是贬？ | [4.2](4_2_text_classification.ipynb) |
# | 句子 | 一个词 | 用另一种语言怎么说？ | [4.1.1](4_1_1_machine_translation.ipynb) |
# | 语音 | 约 10 毫秒的声音 | 说了什么？ | 4.1.2 |
# | 诗 | 一个字 | 下一个字是什么？ | 4.1.3 |
# | 天气 | 一小时的气温 | 明天这时候多少度？ | 4.1.4 |
# | 乐曲、DNA、点击流 | 一个音、一个碱基、一次点击 | 接下来是什么？属于哪一类？ | 同样的方法 |

# %% [markdown] lang="en"
# ### Not only text
#
# Whatever comes in an order that matters and in varying lengths can be read this way:
#
# | sequence | one time step | a question one asks | chapter |
# |---|---|---|---|
# | a review | a character or a word | praise or blame? | [4.2](4_2_text_classification.ipynb) |
# | a sentence | a word | how do you say it in another language? | [4.1.1](4_1_1_machine_translation.ipynb) |
# | speech | some 10 ms of sound | what was said? | 4.1.2 |
# | a poem | a character | what comes next? | 4.1.3 |
# | the weather | the temperature of one hour | how warm at this time tomorrow? | 4.1.4 |
# | music, DNA, clicks | a note, a base, a click | what comes next? of which kind is it? | the same methods |

# %% [markdown] lang="zh"
# ## 文本难在哪里
#
# 文章开头写道：文本的“异质性、不平衡性和动态性”让传统机器学习方法面临挑战，而 RNN“能够有效地处理这些挑战”。前半句说得很准，三个词都点在要害上。后半句呢？我们一个一个试。
#
# ### 异质性：换一个来源
#
# 同样是“这句话是褒是贬”，影评、推文和商品评论说法不同。下面的英文短句，每条由约 20 个人打过分（Hutto & Gilbert, 2014）；褒贬各取一半。

# %% [markdown] lang="en"
# ## What makes text hard
#
# The article opens with the observation that "heterogeneity, imbalance and change" make text a challenge for traditional machine learning, and adds that RNNs "handle these challenges effectively". The first half is well put: those three words hit the mark. And the second half? We try them one by one.
#
# ### Heterogeneity: another source
#
# The question stays "praise or blame?", but film reviews, tweets and shop reviews answer it in different words. Each of these snippets was rated by some 20 people (Hutto & Gilbert, 2014); we take as many positive as negative ones.

# %%
rng = np.random.default_rng(42)
SOURCES = choose(zh=("影评", "推文", "商品"), en=("films", "tweets", "shop"))


def balanced(source):
    """As many positive as negative texts of a source, shuffled: texts and labels."""
    rated = datasets.load_rated_snippets(source)
    sides = np.flatnonzero(rated.ratings < -0.5), np.flatnonzero(rated.ratings > 0.5)
    rows = np.concatenate([rng.permutation(side)[: min(map(len, sides))] for side in sides])
    rows = rng.permutation(rows)
    return [rated.texts[i] for i in rows], (rated.ratings[rows] > 0).astype(int)


snippets = [balanced(source) for source in ("films", "tweets", "shop")]
for name, (texts, _) in zip(SOURCES, snippets, strict=True):
    print(f"{name} {len(texts):,}", *texts[2:5:2], sep="\n    ")

# %%
lengths = [[len(text.tokenize(t, "word")) for t in texts] for texts, _ in snippets]
plots.plot_lengths(dict(zip(SOURCES, lengths, strict=True)))
plt.show()

# %% [markdown] lang="zh"
# 长短只是表面。真正的差别要这样量：在一个来源上训练，到另外两个来源上测试。先让词袋来。

# %% [markdown] lang="en"
# Length is only the surface. The real difference shows when a model trained on one source is tested on the others. The bag of words goes first.

# %%
TRAIN, TEST = slice(0, 1500), slice(1500, 2100)
bags = [bag_of_words("word", (1, 2)).fit(texts[TRAIN], labels[TRAIN]) for texts, labels in snippets]
bag_scores = np.array([[b.score(texts[TEST], labels[TEST]) for texts, labels in snippets] for b in bags])
words = [{w for t in texts[TRAIN] for w in text.tokenize(t, "word")} for texts, _ in snippets]
tokens = [[w for t in texts[TEST] for w in text.tokenize(t, "word")] for texts, _ in snippets]
known = np.array([[np.mean([w in seen for w in used]) for used in tokens] for seen in words])

# %% [markdown] lang="zh"
# 再让 RNN 来：同样的训练文本，同样的考题，三个来源用同一种小网络。

# %% [markdown] lang="en"
# Then the RNN: the same training texts, the same tests, one small network for all three sources.


# %% tags=["measured"]
def train_rnn(texts, labels):
    """A small RNN for these texts, as a function from texts to labels."""
    seen = text.Vocabulary.build(texts, unit="word")
    rnn = models.build_text_classifier(vocabulary_size=len(seen), units=32, bidirectional=False)
    ids = seen.encode_all(texts)
    part, held_out = (ids[:1300], labels[:1300]), (ids[1300:], labels[1300:])
    training.fit(rnn, part, held_out, epochs=5, learning_rate=1e-2, progress="none")
    return lambda new: metrics.predict_labels(training.predict(rnn, seen.encode_all(new)))


rnns = [train_rnn(texts[TRAIN], labels[TRAIN]) for texts, labels in snippets]
rnn_scores = np.array(
    [[np.mean(rnn(texts[TEST]) == labels[TEST]) for texts, labels in snippets] for rnn in rnns]
)

# %% tags=["measured"]
figure, axes = plt.subplots(1, 3, figsize=(7.6, 2.9), sharey=True)
titles = choose(
    zh=("见过的词占比", "准确率：词袋", "准确率：RNN"),
    en=("words seen before", "accuracy: bag", "accuracy: RNN"),
)
for ax, title, values in zip(axes, titles, (known, bag_scores, rnn_scores), strict=True):
    ax.imshow(values, cmap="Blues", vmin=0.4, vmax=1.1)
    for (row, column), value in np.ndenumerate(values):
        ink = "white" if value > 0.8 else "black"
        ax.text(column, row, f"{value:.0%}", ha="center", va="center", color=ink)
    ax.set(title=title, xlabel=choose(zh="测试", en="tested on"))
    ax.set_xticks(range(3), SOURCES)
    ax.set_yticks(range(3), SOURCES)
    ax.grid(False)
axes[0].set_ylabel(choose(zh="训练", en="trained on"))
plt.show()

# %% tags=["measured"]
own = np.eye(3, dtype=bool)
for name, values in ((choose(zh="词袋", en="bag of words"), bag_scores), ("RNN", rnn_scores)):
    home, away = values[own].mean(), values[~own].mean()
    say(
        zh=f"{name}：本来源 {home:.1%}，换来源 {away:.1%}，掉了 {100 * (home - away):.1f} 个百分点。",
        en=f"{name}: {home:.1%} at home, {away:.1%} away, {100 * (home - away):.1f} points lost.",
    )

# %% [markdown] lang="zh"
# 看对角线以外：抛硬币能得 50%。左图说明，难处不只在生词：大多数词都见过，只是换了来源，表达褒贬的是另一些词，同一个词的褒贬也会变。词袋和 RNN 都只能从训练文本里学到这些，RNN 的结构里没有什么专门对付它。管用的是目标来源的数据，或者先在大量文本上预训练（第 6.2.2 章，筹备中）。

# %% [markdown] lang="en"
# Look beside the diagonal: tossing a coin gives 50%. The picture on the left says that new words are only part of it: most words had been seen, but elsewhere other words carry praise and blame, and some change sides. Bag and RNN alike can learn this only from their training texts; nothing in an RNN is made for texts from elsewhere. What helps is data from the target source, or pretraining on much text (chapter 6.2.2, planned).

# %% [markdown] lang="zh"
# ### 不平衡性：准确率瞒住了什么
#
# 真实的店铺里，差评往往只有百分之几，而你想找的恰恰是差评。用你这一版的评论做个小模拟：训练集总是 3,400 条，差评的比例一次比一次低。准确率会怎么变？差评的**召回率**（真差评里找出了几成）又会怎么变？

# %% [markdown] lang="en"
# ### Imbalance: what accuracy hides
#
# In a real shop perhaps a few reviews in a hundred are bad, and those are the ones you want to find. A small simulation on your edition's reviews: always 3,400 to train on, fewer and fewer of them bad. What becomes of accuracy? And of the **recall** of bad reviews, the share of them that is found?

# %%
from sklearn.base import clone

shares = [0.5, 0.2, 0.1, 0.05, 0.02]  # of bad reviews, class 0
bad_rows, good_rows = (np.flatnonzero(reviews.train.labels == label) for label in (0, 1))
pool = reviews.train.take([*bad_rows[:1700], *good_rows[:3400]])
seen, unseen = bag[0].transform(pool.texts), bag[0].transform(reviews.test.texts)
accuracy, recall = [], []
for share in shares:
    few = round(3400 * share)
    rows = np.r_[:few, 1700 : 5100 - few]
    classifier = clone(bag[1]).fit(seen[rows], pool.labels[rows])
    guess = classifier.predict(unseen)
    found, spared = (metrics.recall(reviews.test.labels, guess, positive=label) for label in (0, 1))
    accuracy.append(share * found + (1 - share) * spared)  # on a test set with the same share of bad ones
    recall.append(found)

# %% tags=["measured"]
ax = plt.figure(figsize=(7, 3)).gca()
ax.plot(accuracy, "o-", label=choose(zh="准确率", en="accuracy"))
ax.plot(recall, "s-", label=choose(zh="差评的召回率", en="recall of bad reviews"))
lazy = choose(zh="一律说“好评”的准确率", en="accuracy of always saying “good”")
ax.plot([1 - share for share in shares], "k--", linewidth=1, label=lazy)
ax.set_xticks(range(len(shares)), [f"{share:.0%}" for share in shares])
ax.set(ylim=(0, 1.03), xlabel=choose(zh="差评的比例", en="share of bad reviews"))
ax.legend()
plt.show()

# %% tags=["measured"]
rare, caught = shares[-1], 100 * recall[-1]
say(
    zh=f"差评占 {rare:.0%} 时：准确率 {accuracy[-1]:.1%}，每 100 条差评找到 {caught:.0f} 条。",
    en=f"At {rare:.0%} bad: accuracy {accuracy[-1]:.1%}; of 100 bad reviews {caught:.0f} are found.",
)

# %% [markdown] lang="zh"
# 越不平衡，准确率越“好看”，找到的差评却越少；虚线是一个什么都没学、一律说“好评”的“模型”，看看它有多高。这里用的是词袋，判定阈值固定在 0.5（挪动阈值能救回一部分）；RNN 通常最小化同样的交叉熵损失，少数类一样没有额外的分量。RNN 到底有没有例外，[第 3.3.2 章](3_3_2_testing.ipynb)用召回率、类别权重和多个随机种子来回答，文章的这条断言也在那里下结论。

# %% [markdown] lang="en"
# The more lopsided the data, the better accuracy looks and the fewer bad reviews are found; see how high the dashed line runs, of a "model" that learned nothing and always says "good". This was the bag of words, deciding at 0.5 (to move that threshold brings some back); an RNN usually minimises the same cross-entropy, in which the rare class carries no extra weight either. Whether RNNs are an exception all the same, [chapter 3.3.2](3_3_2_testing.ipynb) answers with recall, class weights and several seeds; the verdict on this claim of the article is given there.

# %% [markdown] lang="zh"
# ### 动态性：世界变了，模型没变
#
# 模型上线之后，文本还在变：新的词、新的话题、新的用户。下面是一次**模拟**，不是真实的时间记录：假设有一个平台，头三个月全是影评，之后推文逐月增多，到第十个月全是推文；褒贬始终各半。在影评上训练好的两个模型上线后不再更新，另一个词袋每月用最近的 1,500 条重新训练。

# %% [markdown] lang="en"
# ### Change: the world moves on, the model does not
#
# Text goes on changing after a model is deployed: new words, new topics, new users. What follows is a **simulation**, not a record of real months: imagine a platform with film reviews only for three months, then more tweets every month until in the tenth there is nothing else; praise and blame stay even. Two models trained on film reviews are deployed and left alone. A second bag of words is trained anew each month on the latest 1,500 texts.

# %%
from itertools import islice

share_of_tweets = np.clip((np.arange(12) - 2) / 7, 0, 1)
films, tweets = (list(zip(*source, strict=True)) for source in snippets[:2])  # of (text, label)
new_films, new_tweets = iter(films[2100:]), iter(tweets)  # new to the models below
months = []
for share in share_of_tweets:
    count = round(300 * share)
    months.append([*islice(new_films, 300 - count), *islice(new_tweets, count)])

# %% tags=["measured"]
past, retrained, curves = films[TRAIN], bags[0], []
for month in months:
    texts, labels = zip(*month, strict=True)
    guesses = bags[0].predict(texts), rnns[0](texts), retrained.predict(texts)
    curves.append([np.mean(guess == np.array(labels)) for guess in guesses])
    past = (past + month)[-1500:]
    retrained = bag_of_words("word", (1, 2)).fit(*zip(*past, strict=True))

# %% tags=["measured"]
figure, (top, bottom) = plt.subplots(2, 1, figsize=(7, 3.8), sharex=True, height_ratios=(3, 1))
numbers = np.arange(1, 13)
names = choose(
    zh=("词袋，不再更新", "RNN，不再更新", "词袋，每月重新训练"),
    en=("bag of words, frozen", "RNN, frozen", "bag of words, retrained"),
)
for name, curve, style in zip(names, np.transpose(curves), ("o-", "s-", "^--"), strict=True):
    top.plot(numbers, curve, style, label=name)
top.set(ylabel=choose(zh="准确率", en="accuracy"), title=choose(zh="模拟", en="simulated"))
top.legend(loc="upper left", bbox_to_anchor=(1, 1))
bottom.fill_between(numbers, share_of_tweets, color="C5", step="mid")
bottom.set(xlabel=choose(zh="月", en="month"), ylabel=choose(zh="推文", en="tweets"), ylim=(0, 1))
bottom.set_xticks(numbers)
plt.show()

# %% tags=["measured"]
early, late = np.mean(curves[:3], axis=0), np.mean(curves[-3:], axis=0)
for name, before, after in zip(names, early, late, strict=True):
    say(
        zh=f"{name}：前三个月 {before:.1%}，后三个月 {after:.1%}。",
        en=f"{name}: {before:.1%} in the first three months, {after:.1%} in the last three.",
    )

# %% [markdown] lang="zh"
# 不再更新的模型，无论词袋还是 RNN，都无从知道世界变了；只有新的数据能告诉它。（公平地说：RNN 也可以每月重新训练，只是更贵。）

# %% [markdown] lang="en"
# A model left alone, bag or RNN, has no way to know that the world has moved; only new data can tell it. (In fairness: an RNN can be retrained monthly too; it only costs more.)

# %% [markdown] lang="zh"
# ## 它新吗？
#
# 文章称 RNN 为“一种创新的序列建模方法”。先看它的履历。

# %% [markdown] lang="en"
# ## Is it new?
#
# The article calls RNNs "an innovative method for modelling sequences". Here is their record.

# %%
beginnings = [
    (1986, "Rumelhart", choose(zh="沿时间展开，再反向传播", en="unroll in time, then backpropagate")),
    (1986, "Jordan", choose(zh="把输出接回网络", en="the output is fed back")),
    (1990, "Elman", choose(zh="把隐状态接回网络", en="the hidden state is fed back")),
    (1990, "Werbos", choose(zh="沿时间反向传播（BPTT）", en="backpropagation through time")),
    (1991, "Hochreiter", choose(zh="梯度为什么会消失", en="why gradients vanish")),
    (1994, "Bengio", choose(zh="长期依赖为什么难学", en="why long dependencies are hard")),
    (1997, "Hochreiter, Schmidhuber", "LSTM"),
    (1997, "Schuster, Paliwal", choose(zh="双向 RNN", en="bidirectional RNN")),
    (2000, "Gers", choose(zh="LSTM 有了遗忘门", en="the LSTM gets its forget gate")),
    (2006, "Graves", choose(zh="CTC：语音不必逐帧标注", en="CTC: speech without labelled frames")),
    (2010, "Mikolov", choose(zh="RNN 语言模型", en="the RNN language model")),
]

# %%
maturity = [
    (2014, "Cho", choose(zh="GRU，编码器—解码器", en="GRU, encoder and decoder")),
    (2014, "Sutskever", choose(zh="序列到序列的翻译", en="sequence-to-sequence translation")),
    (2014, "Bahdanau", choose(zh="注意力", en="attention")),
    (2016, "Wu", choose(zh="谷歌翻译改用 LSTM", en="Google Translate runs on LSTMs")),
    (2017, "Vaswani", choose(zh="Transformer：不要循环", en="Transformer: no recurrence")),
    (2018, "Howard, Ruder", choose(zh="ULMFiT：先预训练，再微调", en="ULMFiT: pretrain, fine-tune")),
    (2019, "He", choose(zh="手机上的离线听写（RNN-T）", en="dictation on the phone (RNN-T)")),
    (2023, "Peng", choose(zh="RWKV：140 亿参数的 RNN", en="RWKV: an RNN of 14 billion weights")),
    (2023, "Gu, Dao", choose(zh="Mamba：选择性状态空间", en="Mamba: selective state spaces")),
    (2024, "Beck", choose(zh="xLSTM：把 LSTM 做大", en="xLSTM: the LSTM scaled up")),
    (2024, "Feng", choose(zh="minGRU：能并行训练的 GRU", en="minGRU: a GRU trained in parallel")),
]

# %% claims=[2]
timeline = beginnings + maturity
plots.plot_timeline([(year, f"{who} · {what}") for year, who, what in timeline])
plt.show()
years = [year for year, *_ in timeline]
say(
    zh=f"从 {years[0]} 到 {years[-1]}：{years[-1] - years[0]} 年，{len(years)} 项工作。",
    en=f"From {years[0]} to {years[-1]}: {years[-1] - years[0]} years, {len(years)} works.",
)

# %% [markdown] lang="zh"
# 所以，“创新”这个词晚了三十多年：RNN 是经典方法。（如果文章想说的是“与传统方法不同”，那没有错，前面的考试就是证据。）2014 年前后是它的高峰；2017 年以后，翻译和语言模型让位给了 Transformer。但它没有过时：每步只更新一个固定大小的状态，不必保存全部历史，所以适合流式数据和小设备；近年的 RWKV、Mamba、xLSTM 正是要把这个优点和并行训练合在一起（第 6.2.3 章，筹备中）。
#
# 学 RNN 还有一个理由：想看清记忆怎样形成、梯度怎样消失，没有比它更小的模型。
#
# ### 出处
#
# 课程所依据的文章：禅与计算机程序设计艺术，《循环神经网络：实用的序列建模方法》。时间线：
#
# - Rumelhart, Hinton & Williams (1986). Learning internal representations by error propagation. *Parallel Distributed Processing*, vol. 1, ch. 8. MIT Press.
# - Jordan (1986). [Serial order: a parallel distributed processing approach](https://eric.ed.gov/?id=ED276754). ICS Report 8604, UC San Diego.
# - Elman (1990). [Finding structure in time](https://doi.org/10.1207/s15516709cog1402_1). *Cognitive Science* 14.
# - Werbos (1990). [Backpropagation through time: what it does and how to do it](https://doi.org/10.1109/5.58337). *Proceedings of the IEEE* 78.
# - Hochreiter (1991). Untersuchungen zu dynamischen neuronalen Netzen. 学位论文，TU München.
# - Bengio, Simard & Frasconi (1994). [Learning long-term dependencies with gradient descent is difficult](https://doi.org/10.1109/72.279181). *IEEE Transactions on Neural Networks* 5.
# - Hochreiter & Schmidhuber (1997). [Long short-term memory](https://doi.org/10.1162/neco.1997.9.8.1735). *Neural Computation* 9.
# - Schuster & Paliwal (1997). [Bidirectional recurrent neural networks](https://doi.org/10.1109/78.650093). *IEEE Transactions on Signal Processing* 45.
# - Gers, Schmidhuber & Cummins (2000). [Learning to forget: continual prediction with LSTM](https://doi.org/10.1162/089976600300015015). *Neural Computation* 12.
# - Graves, Fernández, Gomez & Schmidhuber (2006). [Connectionist temporal classification](https://doi.org/10.1145/1143844.1143891). ICML.
# - Mikolov et al. (2010). [Recurrent neural network based language model](https://doi.org/10.21437/Interspeech.2010-343). Interspeech.
# - Cho et al. (2014). [Learning phrase representations using RNN encoder–decoder](https://arxiv.org/abs/1406.1078). EMNLP.
# - Sutskever, Vinyals & Le (2014). [Sequence to sequence learning with neural networks](https://arxiv.org/abs/1409.3215). NIPS.
# - Bahdanau, Cho & Bengio (2014). [Neural machine translation by jointly learning to align and translate](https://arxiv.org/abs/1409.0473). ICLR 2015.
# - Wu et al. (2016). [Google's neural machine translation system](https://arxiv.org/abs/1609.08144).
# - Vaswani et al. (2017). [Attention is all you need](https://arxiv.org/abs/1706.03762). NIPS.
# - Howard & Ruder (2018). [Universal language model fine-tuning for text classification](https://aclanthology.org/P18-1031/). ACL.
# - He et al. (2019). [Streaming end-to-end speech recognition for mobile devices](https://arxiv.org/abs/1811.06621). ICASSP.
# - Peng et al. (2023). [RWKV: reinventing RNNs for the Transformer era](https://aclanthology.org/2023.findings-emnlp.936). Findings of EMNLP.
# - Gu & Dao (2023). [Mamba: linear-time sequence modeling with selective state spaces](https://arxiv.org/abs/2312.00752).
# - Beck et al. (2024). [xLSTM: extended long short-term memory](https://arxiv.org/abs/2405.04517).
# - Feng et al. (2024). [Were RNNs all we needed?](https://arxiv.org/abs/2410.01201)
#
# 短句数据：Hutto & Gilbert (2014). VADER: a parsimonious rule-based model for sentiment analysis of social media text. ICWSM.

# %% [markdown] lang="en"
# So "innovative" comes more than thirty years late: RNNs are a classic. (If the article means "unlike the methods before", we agree, and the exam above is the evidence.) Their peak was around 2014; from 2017 on, translation and language modelling went over to the Transformer. They are not obsolete either: with each step they update a state of fixed size instead of keeping the whole past, which suits streams and small devices, and RWKV, Mamba and xLSTM set out to join that to training in parallel (chapter 6.2.3, planned).
#
# There is one more reason to study them: no smaller model shows how memory forms and how gradients vanish.
#
# ### Sources
#
# The article behind the course: 禅与计算机程序设计艺术, 循环神经网络：实用的序列建模方法 (in Chinese; title translated above). The time line:
#
# - Rumelhart, Hinton & Williams (1986). Learning internal representations by error propagation. *Parallel Distributed Processing*, vol. 1, ch. 8. MIT Press.
# - Jordan (1986). [Serial order: a parallel distributed processing approach](https://eric.ed.gov/?id=ED276754). ICS Report 8604, UC San Diego.
# - Elman (1990). [Finding structure in time](https://doi.org/10.1207/s15516709cog1402_1). *Cognitive Science* 14.
# - Werbos (1990). [Backpropagation through time: what it does and how to do it](https://doi.org/10.1109/5.58337). *Proceedings of the IEEE* 78.
# - Hochreiter (1991). Untersuchungen zu dynamischen neuronalen Netzen. Diploma thesis, TU München.
# - Bengio, Simard & Frasconi (1994). [Learning long-term dependencies with gradient descent is difficult](https://doi.org/10.1109/72.279181). *IEEE Transactions on Neural Networks* 5.
# - Hochreiter & Schmidhuber (1997). [Long short-term memory](https://doi.org/10.1162/neco.1997.9.8.1735). *Neural Computation* 9.
# - Schuster & Paliwal (1997). [Bidirectional recurrent neural networks](https://doi.org/10.1109/78.650093). *IEEE Transactions on Signal Processing* 45.
# - Gers, Schmidhuber & Cummins (2000). [Learning to forget: continual prediction with LSTM](https://doi.org/10.1162/089976600300015015). *Neural Computation* 12.
# - Graves, Fernández, Gomez & Schmidhuber (2006). [Connectionist temporal classification](https://doi.org/10.1145/1143844.1143891). ICML.
# - Mikolov et al. (2010). [Recurrent neural network based language model](https://doi.org/10.21437/Interspeech.2010-343). Interspeech.
# - Cho et al. (2014). [Learning phrase representations using RNN encoder–decoder](https://arxiv.org/abs/1406.1078). EMNLP.
# - Sutskever, Vinyals & Le (2014). [Sequence to sequence learning with neural networks](https://arxiv.org/abs/1409.3215). NIPS.
# - Bahdanau, Cho & Bengio (2014). [Neural machine translation by jointly learning to align and translate](https://arxiv.org/abs/1409.0473). ICLR 2015.
# - Wu et al. (2016). [Google's neural machine translation system](https://arxiv.org/abs/1609.08144).
# - Vaswani et al. (2017). [Attention is all you need](https://arxiv.org/abs/1706.03762). NIPS.
# - Howard & Ruder (2018). [Universal language model fine-tuning for text classification](https://aclanthology.org/P18-1031/). ACL.
# - He et al. (2019). [Streaming end-to-end speech recognition for mobile devices](https://arxiv.org/abs/1811.06621). ICASSP.
# - Peng et al. (2023). [RWKV: reinventing RNNs for the Transformer era](https://aclanthology.org/2023.findings-emnlp.936). Findings of EMNLP.
# - Gu & Dao (2023). [Mamba: linear-time sequence modeling with selective state spaces](https://arxiv.org/abs/2312.00752).
# - Beck et al. (2024). [xLSTM: extended long short-term memory](https://arxiv.org/abs/2405.04517).
# - Feng et al. (2024). [Were RNNs all we needed?](https://arxiv.org/abs/2410.01201)
#
# The snippets: Hutto & Gilbert (2014). VADER: a parsimonious rule-based model for sentiment analysis of social media text. ICWSM.

# %% [markdown] lang="zh"
# ## 怎么读这门课
#
# 需要的基础：会一点 Python，训练过任何一个分类器，知道损失和梯度是什么。不需要 GPU，安装好之后也不需要网络。
#
# 三条路，按目的选一条（● 必读，○ 选读）。有链接的章节已经可以读，其余在筹备中。
#
# | 章节 | 学什么 | 想弄懂 | 想用起来 | 工程与教学 |
# |---|---|---|---|---|
# | 1 引言 | 本章 | ● | ● | ● |
# | [2.1 基本概念](2_1_basic_concepts.ipynb) | 时间步、形状、展开、四种输入输出方式 | ● | ○ | |
# | [2.2.1 循环单元](2_2_1_recurrent_cells.ipynb) | 用 NumPy 写出 SimpleRNN、LSTM、GRU，与 Keras 逐位对照 | ● | | ○ |
# | [2.2.2 编码器与解码器](2_2_2_encoder_and_decoder.ipynb) | 这个模式是什么，不是什么 | ● | ○ | |
# | [2.2.2 前向与反向传播](2_2_2_forward_and_backward.ipynb) | BPTT、梯度消失与爆炸、初始化、裁剪 | ● | | ○ |
# | [2.2.3 剪枝与学习率](2_2_3_pruning_and_learning_rate.ipynb) | 各自能做到什么 | ○ | ○ | ● |
# | [2.3 与其他方法比较](2_3_comparison.ipynb) | n 元组、TF-IDF、HMM、CNN、Transformer | ● | ○ | ● |
# | [3.1 环境与数据](3_1_environment_and_data.ipynb) | 从原始文本到批：词元、填充、掩码、分桶 | ○ | ● | ● |
# | [3.2.1 循环编码器](3_2_1_recurrent_encoder.ipynb) | 嵌入、堆叠、方向、汇聚、随机失活 | ● | ● | |
# | [3.2.2 循环解码器](3_2_2_recurrent_decoder.ipynb) | 教师强制、采样、束搜索、注意力 | ● | ○ | |
# | [3.3.1 集成](3_3_1_integration.ipynb) | 编码器加解码器，翻译日期 | ○ | ○ | ● |
# | [3.3.2 测试](3_3_2_testing.ipynb) | 召回率、F1、不平衡、校准、置信区间 | ○ | ● | ● |
# | [4.1.1 机器翻译](4_1_1_machine_translation.ipynb) | 中英互译，带注意力 | ○ | ○ | |
# | 4.1.2 语音识别 | 数字语音，CTC | ○ | ○ | |
# | 4.1.3 语言模型 | 困惑度、温度、有状态的训练 | ○ | ○ | |
# | 4.1.4 标注与预测 | 分词或注音，天气 | | ○ | |
# | [4.2 文本分类](4_2_text_classification.ipynb) | 主要应用：从原始评论到经过测试的分类器 | ● | ● | ● |
# | [4.3 核心代码](4_3_core_code.ipynb) | 给出错的代码看病 | ○ | ● | ● |
# | [5.1 性能](5_1_performance.ipynb) | 层数、单元数、调参、正则化、速度 | ○ | ● | ● |
# | [5.2 可扩展性](5_2_scalability.ipynb) | 时间花在哪里：长度、宽度、批、设备 | | ○ | ● |
# | [5.3 安全性](5_3_security.ipynb) | 对抗文本、投毒、坏输入、安全地加载模型 | | ○ | ● |
# | [6.1 总结](6_1_summary.ipynb) | 38 条断言的判定 | ● | ● | ● |
# | 6.2.1 注意力 | 从 Bahdanau 到自注意力 | ● | ○ | |
# | 6.2.2 迁移学习 | 先预训练再微调 | ○ | ● | ○ |
# | 6.2.3 现代循环网络 | minGRU、xLSTM、Mamba、RWKV | ● | | ○ |
#
# 练习与章节同名：写几行代码，马上得到检查；写错了，提示会指出错在哪里。

# %% [markdown] lang="en"
# ## How to read this course
#
# You need some Python, to have trained any classifier once, and to know what a loss and a gradient are. You need no GPU, and after the installation no network.
#
# Three paths; take the one that fits your purpose (● read, ○ if you like). Chapters with a link are there; the others are planned.
#
# | chapter | what it teaches | to understand | to apply | engineering, teaching |
# |---|---|---|---|---|
# | 1 Introduction | this one | ● | ● | ● |
# | [2.1 Basic concepts](2_1_basic_concepts.ipynb) | time steps, shapes, unrolling, four input/output patterns | ● | ○ | |
# | [2.2.1 Recurrent cells](2_2_1_recurrent_cells.ipynb) | SimpleRNN, LSTM, GRU in NumPy, held against Keras | ● | | ○ |
# | [2.2.2 Encoder and decoder](2_2_2_encoder_and_decoder.ipynb) | what the pattern is and is not | ● | ○ | |
# | [2.2.2 Forward and backward](2_2_2_forward_and_backward.ipynb) | BPTT, vanishing and exploding, initialisation, clipping | ● | | ○ |
# | [2.2.3 Pruning and learning rate](2_2_3_pruning_and_learning_rate.ipynb) | what each can do | ○ | ○ | ● |
# | [2.3 Comparison](2_3_comparison.ipynb) | n-grams, TF-IDF, HMM, CNN, Transformer | ● | ○ | ● |
# | [3.1 Environment and data](3_1_environment_and_data.ipynb) | from raw text to batches: tokens, padding, masks, buckets | ○ | ● | ● |
# | [3.2.1 Recurrent encoder](3_2_1_recurrent_encoder.ipynb) | embedding, stacking, direction, pooling, dropout | ● | ● | |
# | [3.2.2 Recurrent decoder](3_2_2_recurrent_decoder.ipynb) | teacher forcing, sampling, beam search, attention | ● | ○ | |
# | [3.3.1 Integration](3_3_1_integration.ipynb) | encoder and decoder translate dates | ○ | ○ | ● |
# | [3.3.2 Testing](3_3_2_testing.ipynb) | recall, F1, imbalance, calibration, confidence intervals | ○ | ● | ● |
# | [4.1.1 Machine translation](4_1_1_machine_translation.ipynb) | Chinese and English, with attention | ○ | ○ | |
# | 4.1.2 Speech recognition | spoken digits, CTC | ○ | ○ | |
# | 4.1.3 Language model | perplexity, temperature, stateful training | ○ | ○ | |
# | 4.1.4 Tagging and forecasting | segmentation or pinyin; the weather | | ○ | |
# | [4.2 Text classification](4_2_text_classification.ipynb) | the main application: from raw reviews to a tested classifier | ● | ● | ● |
# | [4.3 Core code](4_3_core_code.ipynb) | a clinic for broken code | ○ | ● | ● |
# | [5.1 Performance](5_1_performance.ipynb) | layers, units, tuning, regularisation, speed | ○ | ● | ● |
# | [5.2 Scalability](5_2_scalability.ipynb) | where the time goes: length, width, batch, devices | | ○ | ● |
# | [5.3 Security](5_3_security.ipynb) | adversarial text, poisoning, bad input, loading models safely | | ○ | ● |
# | [6.1 Summary](6_1_summary.ipynb) | the verdict on all 38 claims | ● | ● | ● |
# | 6.2.1 Attention | from Bahdanau to self-attention | ● | ○ | |
# | 6.2.2 Transfer learning | pretrain, then fine-tune | ○ | ● | ○ |
# | 6.2.3 Modern recurrence | minGRU, xLSTM, Mamba, RWKV | ● | | ○ |
#
# Exercises bear their chapter's name: write a few lines, have them checked at once; where they are wrong, a hint says what went wrong.
