# %% [markdown] lang="zh"
# # 3.3.1 集成：从两个部件到一个能用的翻译器
#
# 原文 3.3.1 节：“将循环编码器和循环解码器集成起来，可以得到一个完整的循环神经网络模型。读者可以通过调整参数，来优化模型的性能。”
#
# 前半句说的只是序列到序列这一种模式（第 25 条，见 2.2.2 编码器与解码器）；后半句的“调整参数”指超参数，怎样调才不自欺，见 3.3.2（第 26 条）。本章把它们**做出来**：中英文的日期，六十多种写法，翻译成 ISO 日期。目标：**没见过的、没有歧义的日期，至少 99.9% 整条全对**。
#
# 读完本章，你能够：
#
# - 把词表、编码器、注意力、解码器、训练、解码接成一条完整的流水线；
# - 说清楚“没见过”是什么意思，并给整条全对的比例配上区间；
# - 量出训练配方里每一样起多大作用，也说清楚没有量出什么；
# - 读懂一张注意力图，看懂模型对有歧义的日期给出的概率；
# - 给模型加上它自己没有的东西：说“不知道”。
#
# 先猜一猜：二〇二六年十一月二十五日、25NOV2026、３／４／２１，哪一种对模型最难？

# %% [markdown] lang="en"
# # 3.3.1 Integration: from two parts to a translator that works
#
# Section 3.3.1 of the article: "Integrating the recurrent encoder and the recurrent decoder gives a complete recurrent neural network model. Readers can optimise the performance of the model by adjusting parameters."
#
# The first half describes one pattern, sequence to sequence (claim 25, chapter 2.2.2, encoder and decoder). The "parameters" of the second are hyperparameters; how to choose them without fooling oneself is in chapter 3.3.2 (claim 26). This chapter **does** it: dates in Chinese and English, in sixty-odd ways of writing them, translated into ISO dates. The goal: **of unseen, unambiguous dates at least 99.9% right as a whole**.
#
# After this chapter you can:
#
# - connect vocabularies, encoder, attention, decoder, training and decoding into one pipeline;
# - say exactly what "unseen" means, and give the share that is right with an interval;
# - measure what each part of the training recipe is worth, and say what the measurement leaves open;
# - read an attention map, and the probabilities that the model gives to an ambiguous date;
# - add what the model lacks: a way to say "I do not know".
#
# A guess first: 二〇二六年十一月二十五日 (25 November 2026 in Chinese numerals), 25NOV2026, ３／４／２１ (full-width digits): which is hardest for a model?

# %% [markdown] lang="zh"
# ## 1 任务：人写的日期 → 机器读的日期
#
# 数据是生成的：`en_US`、`en_GB`、`zh_CN` 各有 CLDR（Unicode 的区域数据库，很多软件用它）的四种格式（short、medium、long、full），再加八类更难的写法，一共 68 种。抽到每种写法的机会一样大，日期均匀分布在 1970–2069 年，所以两位数的年份也是确定的。

# %% [markdown] lang="en"
# ## 1 The task: what people write → what machines read
#
# The data are generated: the four formats of CLDR (Unicode's locale data, which much software uses) for `en_US`, `en_GB` and `zh_CN` (short, medium, long, full), and eight harder kinds: 68 forms in all. Every form is equally likely to be drawn, and dates are uniform over 1970–2069, which settles what a two-digit year means.

# %%
import time

import keras
import matplotlib.pyplot as plt
import numpy as np
from rnncourse import choose, decoders, metrics, plots, results, text
from rnncourse.datasets import dates


def tell(*, zh, en):
    """Print the sentence that is in the reader's language."""
    print(choose(zh=zh, en=en))


pairs = dates.load_dates()
for kind in dates.KINDS:
    row = pairs.kinds.index(kind)
    print(f"{kind:17}{pairs.targets[row]}  ←  {pairs.sources[row]}")

# %% [markdown] lang="zh"
# ### 什么叫“没见过”
#
# 按**日历上的日期**划分：一天只属于一个部分，它的各种写法也跟着它。于是测试部分的每一条，不但写法没在训练里出现过，连那一天都没出现过（不计大小写和空白，因为按字符读入时本来就不计）。语料里平均每一天有四种写法；若是随手按行划分，同一天的几种写法会散落在两边，测出来的成绩就有一部分靠的是记忆。

# %% [markdown] lang="en"
# ### What "unseen" means
#
# The split is by **calendar date**: a day belongs to one part, and all ways to write it go along. So of every test source neither the text nor even the day occurs in training (case and white space apart, which a character model does not read). In this corpus a day is written in four ways on average; a split by rows would scatter them over both sides, and part of the result would be memory.

# %%
train, validation, test = dates.split_dates(pairs, seed=2026)
seen = set(map(dates.as_read, train.sources))
print(f"pairs: {len(train):,} for training, {len(validation):,} for validation, {len(test):,} for the test")
print("test sources that occur in training:", sum(dates.as_read(source) in seen for source in test.sources))
print("test dates that occur in training:", len(set(test.targets) & set(train.targets)))

# %% [markdown] lang="zh"
# ### 什么叫“没有歧义”
#
# 03/04/2021 是三月四日还是四月三日？看不出来：美国人先写月，英国人先写日。没有模型能“答对”这样的题。规则：一条写法在本章**所有**地区、所有形式中只能读作一天，才算没有歧义。`readings` 列出全部读法（课程自带的测试用穷举核对过它）：

# %% [markdown] lang="en"
# ### What "unambiguous" means
#
# Is 03/04/2021 the fourth of March or the third of April? It does not say: Americans write the month first, the British the day. No model can be "right" about it. The rule: a source is unambiguous when it can be read as one day only, over **all** locales and forms of this chapter. `readings` lists what it can mean (the course's own tests compare it with brute force):

# %%
for source in ("03/04/2021", "13/04/2021", "04/04/2021", "05/11/06", "31/05/34"):
    print(f"{source:12}", *dates.readings(source))
unseen = test.take(~test.ambiguous)
print(f"\nin the test part: {len(unseen):,} unambiguous, {test.ambiguous.sum()} ambiguous")

# %% [markdown] lang="zh"
# 最后一条要动脑筋：31 不能是月，34 不能是日，只剩一种读法。有歧义的留在训练里（真实的数据也是这样），测试时分开算；第 7 节专门看它们。
#
# ## 2 部件
#
# **两个词表。** 源词表是训练部分的全部字符；目标词表只有数字、连字符，和起始、结束两个标记。

# %% [markdown] lang="en"
# The last takes some thought: 31 is no month and 34 no day, so one reading is left. Ambiguous sources stay in training, as they would in real data, and are counted apart in the test; section 7 is about them.
#
# ## 2 The parts
#
# **Two vocabularies.** The source vocabulary has all characters of the training part, the target vocabulary only digits, a hyphen, and the marks of start and end.

# %%
source_words = text.Vocabulary.build(train.sources, unit="character")
target_words = text.Vocabulary.build(train.targets, unit="character", marks=True)


def encode(part):
    """DatePairs -> their sources and targets as lists of id arrays."""
    return source_words.encode_all(part.sources), target_words.encode_all(part.targets)


print(len(source_words), "ids to read,", len(target_words), "to write:", *sorted(target_words.tokens))
print(source_words.encode("25NOV2026"), "→", target_words.encode("2026-11-25"))

# %% [markdown] lang="zh"
# **一个模型。** 双向 GRU 读完全部字符；解码器一次写一个字符，每一步都用自己的状态去问：源序列的哪几步与我要写的有关？（3.2.2 章。）图里是各部分交出去的形状，$B$ 条，读 $T$ 步，写 $N$ 步：

# %% [markdown] lang="en"
# **One model.** A bidirectional GRU reads all characters; the decoder writes one character at a time, and its state asks at every step: which steps of the source matter for what I write now? (Chapter 3.2.2.) The picture has the shapes that each part hands on, $B$ rows, $T$ steps read, $N$ written:

# %%
from rnncourse.models import build_translator

D, H = 32, 64
keras.utils.set_random_seed(0)
sizes = {"source_vocabulary_size": len(source_words), "target_vocabulary_size": len(target_words)}
model = build_translator(**sizes, embedding_size=D, units=H, attention="additive")

shapes = ["(B, T)", f"(B, T, {D})", f"(B, T, {2 * H})", f"(B, {H})", "(B, N)", f"(B, N, {D})", f"(B, N, {H})"]
shapes += ["(B, N, T)", f"(B, N, {2 * H})", f"(B, N, {H})", f"(B, N, {len(target_words)})"]
plots.plot_translator(dict(zip(plots.dates.PARTS, shapes)))
plt.show()
print(f"{model.count_params():,} parameters")

# %% [markdown] lang="zh"
# 图上写的，让模型自己说一遍。两半都是独立的模型，可以单独调用：

# %% [markdown] lang="en"
# What the picture says, the model should say itself. Each half is a model of its own and can be called alone:

# %%
source = text.pad(source_words.encode_all(["Nov 5, 2026", "二〇二六年十一月五日"]))      # (B, T)
written = keras.ops.full((2, 1), text.START, dtype="int32")                           # (B, 1)
first, states, tokens = model.get_layer("encoder")(source)
scores, after, weights = model.get_layer("decoder")([written, first, states, tokens])
for name, array in dict(source=source, states=states, first=first, weights=weights, scores=scores).items():
    print(f"{name:8}", tuple(array.shape))

# %% [markdown] lang="zh"
# **教师强制。** 解码器训练时读的是 `<s>` 加答案，要猜的是答案加 `</s>`，正好错开一格（2.2.2 章）。`fit_translator` 替我们加标记、填充、分桶：
#
# | | | | | | | | | | | | |
# |:--|:--|:--|:--|:--|:--|:--|:--|:--|:--|:--|:--|
# | 读 | `<s>` | 2 | 0 | 2 | 6 | - | 1 | 1 | - | 2 | 5 |
# | 猜 | 2 | 0 | 2 | 6 | - | 1 | 1 | - | 2 | 5 | `</s>` |
#
# ## 3 训练：数据取之不尽时，一遍就够
#
# 每一对只看**一次**：一轮。通常没有这样的奢侈，要把同样的数据看很多遍；数据可以生成时，看新的就行，也就没有什么可过拟合的。其余配方：Adam；学习率先升到 0.008 再按余弦降到 0；梯度的全局范数裁剪到 1；每批 64 对。

# %% [markdown] lang="en"
# **Teacher forcing.** In training the decoder reads `<s>` and the answer, and must guess the answer and `</s>`, shifted by one (chapter 2.2.2). `fit_translator` adds the marks, pads, and puts similar lengths together:
#
# | | | | | | | | | | | | |
# |:--|:--|:--|:--|:--|:--|:--|:--|:--|:--|:--|:--|
# | reads | `<s>` | 2 | 0 | 2 | 6 | - | 1 | 1 | - | 2 | 5 |
# | guesses | 2 | 0 | 2 | 6 | - | 1 | 1 | - | 2 | 5 | `</s>` |
#
# ## 3 Training: where data never run out, once is enough
#
# Every pair is seen **once**: one epoch. Usually that is a luxury, and the same data are gone through many times; where data can be generated, new ones take their place, and there is nothing to overfit. The rest of the recipe: Adam; a learning rate that rises to 0.008 and falls to 0 along a cosine; gradients clipped to a global norm of 1; 64 pairs a batch.

# %% tags=["measured"]
from rnncourse.training import fit_translator

before = time.process_time()
history = fit_translator(model, encode(train), encode(validation), epochs=1, learning_rate=8e-3, seed=0, progress="none")
seconds = time.process_time() - before
tell(zh=f"处理器时间 {seconds:.0f} 秒；120 秒（两个核心各 60 秒）以内：{seconds <= 120}",
     en=f"{seconds:.0f} s of processor time; within 120 s (two cores for 60 s): {seconds <= 120}")

# %% [markdown] lang="zh"
# ## 4 够好了吗？
#
# 逐字符的准确率在这里没有用：十个字符错一个，日期就是错的。所以数**整条全对**的比例，用贪心解码写出来再比。区间是二项分布的 95% 精确区间（Clopper–Pearson）：这一批测出来的比例有偶然的成分；区间说的是，总体的比例在哪个范围里，才与这个结果相符。先算一算：目标是 99.9%，一万四千条里最多能错几条？

# %% [markdown] lang="en"
# ## 4 Is it good enough?
#
# Accuracy by characters is of no use here: with one of ten wrong, the date is wrong. So count what is **right as a whole**, written by greedy decoding. The interval is the exact one of the binomial distribution at 95% (Clopper–Pearson): the share of these sources has chance in it, and the interval says which shares, over all unseen dates, are compatible with this result. Work it out first: at 99.9%, how many of fourteen thousand may be wrong?

# %% tags=["measured"]
from scipy.stats import binomtest

sources, targets = encode(unseen)
written = decoders.greedy(model, sources, longest=12)
right = np.array([np.array_equal(w, t) for w, t in zip(written, targets)])
share, wrong = right.mean(), int((~right).sum())
low, high = binomtest(len(right) - wrong, len(right)).proportion_ci()
tell(zh=f"{len(right):,} 条中错了 {wrong} 条：全对 {share:.2%}，区间 [{low:.2%}, {high:.2%}]",
     en=f"{wrong} of {len(right):,} are wrong: {share:.2%} right as a whole, interval [{low:.2%}, {high:.2%}]")
tell(zh=f"达到 99.9%：{share >= 0.999}", en=f"at least 99.9%: {share >= 0.999}")

# %% [markdown] lang="zh"
# 你开头猜的是哪一种？各类写法错了几条：

# %% [markdown] lang="en"
# Which one did you guess? How many went wrong of each kind:

# %% tags=["measured"]
chinese = "CLDR short,CLDR medium,CLDR long,CLDR full,纯数字,两位数年份,汉字数字,全角,序数,带星期,大写,怪分隔符"
names = choose(zh=chinese.split(","), en=[*(f"CLDR {kind}" for kind in dates.PLAIN), *dates.HARDER])
kinds = np.array(unseen.kinds)
plots.plot_misses(names, [np.sum(~right[kinds == k]) for k in dates.KINDS], [np.sum(kinds == k) for k in dates.KINDS])
plt.show()
for row in np.flatnonzero(~right)[:8]:
    print(f"{unseen.sources[row]:24}{unseen.targets[row]}  not  {''.join(target_words.decode(written[row]))}")

# %% [markdown] lang="zh"
# 汉字数字、全角数字看起来怪，可每个字符的意思几乎是固定的（只有“十”要看左右），见过就会。费劲的是意思**取决于别的字符**的写法：`/` 两边谁是月、谁是年，`19741024` 从哪里断开，要把整条看完才知道。图上的错误落在哪一边？不过错得这么少，一两条不足以给十二类排名次。
# 
# 开头的 ３／４／２１ 不在图里：换成半角就是 3/4/21，美国人读作三月四日，英国人读作四月三日，没有对错可言。难的不是全角，是歧义；第 7 节专门问它。
#
# ## 5 配方里的每一样，各起多大作用？
#
# 一次运行说明不了什么。这个实验（`experiments/dates.py`）用三个种子重跑整个配方，并在途中测量；再用少得多的数据，每次只改一样（数据多了全都接近 100%，就看不出差别了）。

# %% [markdown] lang="en"
# Chinese numerals and full-width digits look odd, but each character has nearly always one meaning (only 十, ten, depends on its neighbours), to be learned once. More is asked where the meaning depends on **other characters**: which number beside a `/` is the month and which the year, or where `19741024` divides, is known only when all is read. On which side are the errors of the picture? With so few of them, though, one or two cannot rank twelve kinds.
# 
# The ３／４／２１ of the guess is not in the picture: in half width it is 3/4/21, the fourth of March to an American and the third of April to a Briton, so that no answer is right. Its width is not what makes it hard, its ambiguity is; section 7 asks for it.
#
# ## 5 What is each part of the recipe worth?
#
# One run proves little. The experiment (`experiments/dates.py`) repeats the whole recipe with three seeds and examines it on the way; then it changes one part at a time, on far fewer pairs (with many all come close to 100%, and nothing could be told apart).

# %%
record = results.load("dates")
whole = [row for row in record["rows"] if row["setting"] == "whole"]
curves = {choose(zh="CLDR 的格式", en="CLDR's formats"): [row["plain"] for row in whole],
          choose(zh="更难的写法", en="harder forms"): [row["hard"] for row in whole]}
plots.plot_exact_match(whole[0]["seen"], curves, bar=record["bar"])
plt.show()
print(f"right as a whole in the end: {metrics.mean_interval([row['exact'] for row in whole]):.4f} (3 seeds)")
print("every seed reaches 99.9%:", all(row["exact"] >= record["bar"] for row in whole))

# %% [markdown] lang="zh"
# 纵轴是错误率的对数：99% 与 99.9% 差的是十倍的错误。途中每次只考 1,500 条（其中 CLDR 的格式约 250 条），一条没错就画在 99.99% 处；那不是说真有 99.99%。上面的区间是种子之间的 t 区间。
# 
# 先猜：只给两万对时，去掉哪一样损失最大？哪一样去掉也无妨？下面每一行只改一样：

# %% [markdown] lang="en"
# The vertical axis is logarithmic in the error: from 99% to 99.9% is ten times fewer errors. On the way only 1,500 sources are examined (some 250 of them in CLDR's formats), and where none is wrong the point is drawn at 99.99%, which does not say that it is so good. The interval above is the t-interval over seeds.
# 
# A guess first: with twenty thousand pairs, which part costs most when it is taken away, and which is not missed? Below, each row changes one thing:

# %%
settings = dict.fromkeys(row["setting"] for row in record["rows"] if row["setting"] != "whole")
exact = {name: np.array([row["exact"] for row in record["rows"] if row["setting"] == name]) for name in settings}
chinese = "配方本身,只交接一个向量,学习率不变,不裁剪,标签平滑 0.1"
shown = choose(zh=dict(zip(settings, chinese.split(","))), en={name: name for name in settings})
plots.plot_intervals({shown[name]: metrics.mean_interval(exact[name]) for name in settings},
                     xlabel=choose(zh="整条全对（三个种子的均值与 95% 区间）", en="right as a whole (mean of three seeds, 95%)"))
plt.show()

# %% [markdown] lang="zh"
# 规则：同一种子两两相减，差的 95% 区间整个在 0 的一侧，才说“更差”或“更好”；否则说“看不出差别”。三个种子的区间很宽，甚至会越过 1（t 区间不知道比例有上限）；看不出差别不等于没有差别。

# %% [markdown] lang="en"
# The rule: subtract seed by seed; only where the 95% interval of the difference lies wholly on one side of 0 is it called worse or better. Three seeds make wide intervals, which may even pass 1 (a t-interval does not know that a share ends there): no difference seen does not mean that there is none.

# %%
for name in list(settings)[1:]:
    gap = metrics.mean_interval(exact[name] - exact["recipe"])
    found = choose(zh=("更差", "更好", "看不出差别"), en=("worse", "better", "no difference to be seen"))
    word = found[0] if gap.high < 0 else found[1] if gap.low > 0 else found[2]
    print(f"{shown[name]}: {gap:+.3f}  {word}")

# %% tags=["measured"]
print(f"measured on {record['processor']}; every run on one thread")
print(f"processor seconds of the whole recipe: {', '.join(format(row['seconds'], '.0f') for row in whole)}")

# %% [markdown] lang="zh"
# 按规则，后三行都看不出差别：配方自己的三个种子散得太开。但再看图：改过的三种，均值都比配方高，区间也窄得多。在这份小预算上，没有一行能证明学习率计划或裁剪有用，倒像是配方还没练稳。一种可能：`fit_translator` 用前半轮预热，总共只有一轮时一半都是预热，两万对剩下的就不够用。可是“不裁剪”同样预热半轮，却没有这个毛病，所以预热至多是一部分原因；要知道究竟，得多跑几个种子，把两样分开来测。
# 
# 整个配方在十几万对上达到目标，不等于它在两万对上也最好；反过来，在十几万对上去掉一样会怎样，这里没有测。配方是对一份预算说的，换了预算，就在验证集上重新选。
#
# “只交接一个向量”就是原文描述的那种编码器–解码器：编码器的末态是解码器唯一的依据。在这份预算里，它一条也没有做对。这只说明三百多步（两万对）不够它学会，不说明它永远学不会；在前面那张曲线图上，带注意力的模型到这时也才刚刚开始会。容量上的限制是另一回事，见 2.2.2 章的瓶颈。
#
# ## 6 它在看哪里？
#
# 没有人教过它哪个字对应哪个字：训练时只给了答案。先猜：写月份的 11 时，它最看重 November 的哪个字母？写年份的“20”、写连字符时，又看哪里？

# %% [markdown] lang="en"
# By the rule, the last three show no difference: the recipe's own three seeds scatter too much. But look at the picture again: each of the three changes has a higher mean than the recipe and a far narrower interval. On this small budget no row proves that the schedule or clipping is of use; it rather seems that the recipe has not settled. One possibility: `fit_translator` warms up through the first half epoch, and where there is but one epoch, half of it is warm-up, and with twenty thousand pairs the rest is too short. Yet "no clipping" warms up just as long and has no such trouble, so that warm-up is a part of the reason at most; to know, take more seeds and measure the two apart.
# 
# A recipe that reaches the goal on more than a hundred thousand pairs need not be the best on twenty thousand; and what a change does on more than a hundred thousand was not measured here. A recipe is made for a budget. For another budget choose again, on validation data.
#
# "One vector" is the encoder–decoder that the article describes: the encoder's last state is all that the decoder gets. Within this budget it gets not a single date right. That says only that some three hundred steps (twenty thousand pairs) are too few for it, not that it never could: in the curves above even the model with attention has but begun by then. How much one vector can hold is another question, the bottleneck of chapter 2.2.2.
#
# ## 6 Where does it look?
#
# Nobody taught it which character goes with which: training gave answers only. A guess first: which letter of November gets most weight while the month, 11, is written? And where does it look while it writes the "20" of the year, or a hyphen?

# %% tags=["measured"]
def read(source):
    """A source text -> its Translation, by beam search."""
    return decoders.translate(model, [source], source_words, target_words, width=3, longest=12)[0]


for source in ("25th of November 2026", "二〇二六年十一月二十五日"):
    found = read(source)
    print(source, "→", found.text)
    plots.plot_attention(found.weights, found.source_tokens, found.target_tokens)
    plt.show()

# %% [markdown] lang="zh"
# 年份的后两位、月、日，多半各看各的来处。月份名里，看看权重最大的字母还出现在几个别的月份里。连字符总在同一个位置，不必看；“20”从许多步的状态里都取得到：这些行的权重就散开，或者落在看似不相干的地方。
# 
# 请谨慎解读：权重大，说明解码器从那一步的**状态**取了东西；而双向编码器的每一步都已经读过全文，所以“看向逗号”也可能是在取逗号旁边的年份。试试你自己的日期：

# %% [markdown] lang="en"
# The last digits of the year, the month and the day mostly look each at its own origin. In the month's name, count how many other months have the letter with the largest weight. A hyphen always has the same place and needs no look; the "20" can be had from the states of many steps: the weights of these rows are spread, or lie where nothing seems to belong to them.
# 
# Read it with care: a large weight says that the decoder took something from that step's **state**; and every state of a bidirectional encoder has read the whole text, so "looking at a comma" may be taking the year beside it. Try dates of your own:

# %% tags=["widget", "measured"]
from rnncourse.widgets import explore_attention

examples = ["Wed, Nov 25, 2026", "26年11月25日", "２０２６－１１－２５", "the 25th of November, 2026", "25/11/26"]
explore_attention(read, examples=examples)

# %% [markdown] lang="zh"
# ## 7 有歧义的日期：模型怎么说？
#
# 03/04/2021 没有唯一的答案，但模型总要写出一个。先猜：它会犹豫吗？束搜索给出几个最可能的答案，和模型给它们的概率（各步概率的乘积）：

# %% [markdown] lang="en"
# ## 7 Ambiguous dates: what does the model say?
#
# 03/04/2021 has no single answer, but the model must write one. A guess first: will it hesitate? Beam search gives the likeliest answers and the model's probability of each (the product over its steps):

# %% tags=["measured"]
def hypotheses(source, width=3):
    """A source text -> the likeliest answers with their probabilities, best first."""
    found = decoders.beam_search(model, [source_words.encode(source)], width=width, longest=12)[0]
    return [("".join(target_words.decode(one.tokens)), float(np.exp(one.log_probability))) for one in found]


asked = ("03/04/2021", "3/4/21", "05/11/06", "13/04/2021")
plots.plot_hypotheses({source: hypotheses(source) for source in asked})
plt.show()

# %% [markdown] lang="zh"
# 有歧义的，概率分给了几种读法；再看 13/04/2021，它只有一种读法。图上还有没有**哪种读法都不是**的答案，月取自一种读法，日却取自另一种？模型是一个字符一个字符写的：写完月份，它得看着自己写的，才知道刚才选了哪种读法；这一步没学牢，两种读法就会混在一起。在整个测试部分有多常见？

# %% [markdown] lang="en"
# Where a source is ambiguous, its readings share the probability; compare 13/04/2021, which has one. Is there an answer that is **no reading at all**, its month from one reading and its day from the other? The model writes character by character: with the month written, it must look at what it wrote to know which reading it chose. Where that is not learned firmly, the two get mixed. How common is that in the whole test part?

# %% tags=["measured"]
unsure = sorted({s for s, a in zip(test.sources, test.ambiguous) if a and len(dates.readings(s)) == 2})
found = decoders.beam_search(model, source_words.encode_all(unsure), width=2, longest=12)
tops = [{"".join(target_words.decode(one.tokens)) for one in some} for some in found]
both = np.mean([top == set(dates.readings(source)) for top, source in zip(tops, unsure)])
first = np.exp([some[0].log_probability for some in found])
tell(zh=f"{len(unsure)} 条有两种读法的：束宽 2 的两个答案恰好是两种读法的占 {both:.1%}；首选的概率中位数 {np.median(first):.2f}",
     en=f"of {len(unsure)} with two readings, a beam of 2 finds just these two for {both:.1%}; median probability of the first: {np.median(first):.2f}")

# %% [markdown] lang="zh"
# 这些概率从哪里来？从训练数据的比例来：在本章的语料里，03/04/2021 这样既能先读月、也能先读日的，两种意思约各占一半；05/11/06 的三种读法约各占三分之一。学得完美的模型就该给 0.5 和 0.5，或者三个 1/3。图上差多少？只看一遍数据，学到的只是比例的**估计**，还被混进来的答案分走了一些。所以，一个概率说的至多是“**这批数据里**这样写的有多少是这个意思”，而不是世界上有多少。给一家英国公司用，就要用那里的数据；或者问用户，或者看同一文件里的其他日期。
#
# ## 8 错的、空的、读不懂的
#
# 不存在的 2 月 31 日、空字符串、全是没见过的字符、比训练中任何一条都长的句子：先猜，再运行。

# %% [markdown] lang="en"
# Where do these probabilities come from? From shares in the training data: of the sources in this corpus that can be read month first or day first, like 03/04/2021, about half mean the one and half the other; the three readings of 05/11/06 have about a third each. A perfect learner would say 0.5 and 0.5, or 1/3 three times. How far is the picture from that? What one pass over the data teaches is an **estimate** of the shares, and mixed answers take some of it away. So a probability says at best "how many that are written so mean this **in these data**", not in the world. For a British company, use its data; or ask the user; or look at the other dates of the same file.
#
# ## 8 The wrong, the empty, the unreadable
#
# 31 February, an empty string, nothing but unknown characters, a sentence longer than any in training: guess, then run.

# %% tags=["measured"]
sentence = "The meeting of Thursday, 5 November 2026 was moved, as the chairman said, to the week after next"
for source in ("31 February 2021", "2021年13月45日", "", "☃☃☃", sentence):
    likely = hypotheses(source)[0] if source else ("", 1.0)
    print(f"{source[:44]!r:48} {read(source).text!r:14} {likely[1]:.2f}")

# %% [markdown] lang="zh"
# 空文本得到空的译文（`translate` 这样定义）。其余的，模型总会写出**点什么**，有时还很自信：softmax 的概率加起来总是 1，没有一个选项叫“这不是日期”。所以要在外面加一道关卡，过三关才放行：每个字符都在训练里见过；首选的概率至少 0.9（其次的最多只剩 0.1）；答案是日历上存在的日期。先猜：刚才的几条，哪些过得去？

# %% [markdown] lang="en"
# An empty text gets an empty translation (`translate` defines it so). To all others the model writes **something**, sometimes with confidence: a softmax sums to 1, and none of its options is called "this is no date". So put a guard outside, with three conditions: every character has occurred in training; the first answer has a probability of at least 0.9 (which leaves the second 0.1 at most); and the answer is a day that exists. A guess first: which of the sources above get past it?

# %%
from datetime import date


def read_date(source, least=0.9):
    """A text -> the date it names, or None: not a date, ambiguous, or not certain enough."""
    if not source.strip() or text.UNKNOWN in source_words.encode(source):
        return None
    answer, probability = hypotheses(source)[0]
    try:
        return date.fromisoformat(answer) if probability >= least else None
    except ValueError:
        return None

# %% tags=["measured"]
for source in ("25th of November 2026", "03/04/2021", "31 February 2021", "", "☃☃☃", sentence):
    print(f"{source[:44]!r:48}", read_date(source))

# %% [markdown] lang="zh"
# 那句长话，模型就算读对了也过不去：k 和 x 在训练里没有出现过。关卡也会拦下对的；拦下多少对的、放过多少错的，换一个 `least` 又各是多少，都可以测。
# 
# 2 月 31 日这一条最该留意。模型若给出一个存在的日期，关卡也挡不住：它没学过日历，只学过写法。要紧的场合，把答案再写回原来的形式、与原文比较（`dates.readings` 就是这样做的），或者干脆用 `datetime`。能用规则的地方就用规则；学出来的模型，用在规则写不完的地方。
#
# ## 9 存下来，换个地方用
#
# 模型文件里没有词表，要一起保存；缺了哪一个，另一个都没有用。

# %% [markdown] lang="en"
# The long sentence does not get past even where the model reads it well: k and x never occurred in training. A guard stops right answers, too; how many of those it stops, how many wrong ones it lets through, and how both change with `least`, can be measured.
# 
# Watch 31 February most closely. Where the model answers with a day that exists, the guard cannot help: it has learned how dates are written, not the calendar. Where it matters, write the answer back in the source's own form and compare (as `dates.readings` does), or simply use `datetime`. Use rules where rules will do, and a learned model where they would never end.
#
# ## 9 Save it, use it elsewhere
#
# The model's file does not hold the vocabularies; save them along with it. One is of no use without the other.

# %%
import json
import tempfile
from pathlib import Path

with tempfile.TemporaryDirectory() as folder:
    model.save(Path(folder) / "dates.keras")
    tokens = {"source": source_words.tokens, "target": target_words.tokens}
    (Path(folder) / "tokens.json").write_text(json.dumps(tokens), encoding="utf-8")
    loaded = keras.saving.load_model(Path(folder) / "dates.keras")
    tokens = json.loads((Path(folder) / "tokens.json").read_text(encoding="utf-8"))
vocabularies = [text.Vocabulary(tokens[side], "character") for side in ("source", "target")]
some = list(unseen.sources[:200])
again = decoders.translate(loaded, some, *vocabularies, width=1, longest=12)
before = decoders.translate(model, some, source_words, target_words, width=1, longest=12)
print("the loaded model writes the same:", [one.text for one in again] == [one.text for one in before])

# %% [markdown] lang="zh"
# ## 10 原文的话
#
# > 将循环编码器和循环解码器集成起来，可以得到一个完整的循环神经网络模型。
#
# 集成起来得到的是一个完整的**翻译器**，它比“编码器加解码器”多了不少：两个词表、起始与结束标记、教师强制、注意力、解码的循环，还有外面的关卡。至于“完整的循环神经网络”不必有解码器，判决在 2.2.2 章（第 25 条）。
#
# > 读者可以通过调整参数，来优化模型的性能。
#
# 第 5 节改的正是这些；哪些有用，由那里的单元格算出来，而不是由信念决定；改了也可能看不出差别。配方是在另一种划分（另一个种子）上选定的，本章的测试部分只用来测量，没有据它选过任何东西；为什么要这样，见 3.3.2 章（第 26 条）。
#
# ## 小结
#
# - 划分要按“什么不能重复出现”来做：这里是日期，不是行。
# - 序列到序列的成绩按整条算，配上区间；再按类别拆开看错在哪里。
# - 数据能生成，就看新的，一遍就够。
# - 改一样、量一样；看不出差别就说看不出差别，配方只对它的预算负责。
# - 概率是对训练数据里比例的估计；有歧义的输入，几种读法会分享概率，也可能被混在一起：给出去之前要核对。
# - 模型不会说“不知道”，要在外面加一道关卡。
#
# ## 试一试
#
# 1. 训练时去掉有歧义的日期（`train.take(~train.ambiguous)`）。没有歧义的会更准吗？03/04/2021 的概率变成什么样？
# 2. 加一种写法，例如“公元2026年11月25日”：自己写出几千对，放进训练数据，重建词表（“公元”两个字它还不认识）。训练里有多少条之后，没见过的日期它也会了？
# 3. 只用 `en_US` 的数据训练（`train.take(np.array(train.locales) == "en_US")`），再问 03/04/2021：概率说了什么？
# 4. 把训练好的模型用在“25 Novembre 2026”“2026-11-25T08:00”上。对了吗？若是错了，错得自信吗？`read_date` 放不放行？
#
# 动手题见 `exercises/` 里的本章练习。
#
# ## 出处
#
# - Bahdanau, Cho, Bengio (2015). Neural machine translation by jointly learning to align and translate. [arXiv:1409.0473](https://arxiv.org/abs/1409.0473)
# - Luong, Pham, Manning (2015). Effective approaches to attention-based neural machine translation. [arXiv:1508.04025](https://arxiv.org/abs/1508.04025)
# - Szegedy 等 (2016). Rethinking the Inception architecture for computer vision. [arXiv:1512.00567](https://arxiv.org/abs/1512.00567)（标签平滑，第 7 节）
# - Pascanu, Mikolov, Bengio (2013). On the difficulty of training recurrent neural networks. [arXiv:1211.5063](https://arxiv.org/abs/1211.5063)（裁剪）
# - Jain, Wallace (2019). Attention is not explanation. [arXiv:1902.10186](https://arxiv.org/abs/1902.10186)
# - Clopper, Pearson (1934). The use of confidence or fiducial limits illustrated in the case of the binomial. *Biometrika* 26(4), 404–413.
# - Unicode CLDR，经由 [Babel](https://babel.pocoo.org)；ISO 8601。

# %% [markdown] lang="en"
# ## 10 The article's words
#
# > Integrating the recurrent encoder and the recurrent decoder gives a complete recurrent neural network model.
#
# What integration gives is a complete **translator**, and it took more than an encoder and a decoder: two vocabularies, marks of start and end, teacher forcing, attention, the loop of decoding, and a guard outside. That a complete recurrent network needs no decoder is the verdict of chapter 2.2.2 (claim 25).
#
# > Readers can optimise the performance of the model by adjusting parameters.
#
# That is what section 5 changed; which of them matter, its cells compute, not belief, and for some no difference is to be seen. The recipe was chosen on another split (another seed); the test part of this chapter served to measure, and nothing was chosen by it; why it must be so is in chapter 3.3.2 (claim 26).
#
# ## Summary
#
# - Split by what must not occur twice: here the date, not the row.
# - Score sequence to sequence by whole answers, with an interval; then take the errors apart by kind.
# - Where data can be generated, show new ones: once is enough.
# - Change one thing, measure one thing; where no difference is to be seen, say so. A recipe answers for its own budget only.
# - Probabilities are estimates of shares in the training data; the readings of an ambiguous source share the probability, and may get mixed: check before you hand an answer out.
# - A model does not say "I do not know": put a guard outside.
#
# ## Try it
#
# 1. Train without ambiguous dates (`train.take(~train.ambiguous)`). Do the unambiguous ones get better? What becomes of the probabilities of 03/04/2021?
# 2. Add a form, "公元2026年11月25日" (公元 is AD), say: write some thousand pairs of it yourself, put them among the training data and build the vocabulary again, which lacks 公 and 元. How many must be in training before the model knows it for unseen dates?
# 3. Train on `en_US` alone (`train.take(np.array(train.locales) == "en_US")`) and ask for 03/04/2021: what does the probability say?
# 4. Try the trained model on "25 Novembre 2026" and "2026-11-25T08:00". Is it right? Where it is wrong, is it confident? Does `read_date` let it pass?
#
# The tasks of this chapter are in `exercises/`.
#
# ## Sources
#
# - Bahdanau, Cho, Bengio (2015). Neural machine translation by jointly learning to align and translate. [arXiv:1409.0473](https://arxiv.org/abs/1409.0473)
# - Luong, Pham, Manning (2015). Effective approaches to attention-based neural machine translation. [arXiv:1508.04025](https://arxiv.org/abs/1508.04025)
# - Szegedy et al. (2016). Rethinking the Inception architecture for computer vision. [arXiv:1512.00567](https://arxiv.org/abs/1512.00567) (label smoothing, section 7)
# - Pascanu, Mikolov, Bengio (2013). On the difficulty of training recurrent neural networks. [arXiv:1211.5063](https://arxiv.org/abs/1211.5063) (clipping)
# - Jain, Wallace (2019). Attention is not explanation. [arXiv:1902.10186](https://arxiv.org/abs/1902.10186)
# - Clopper, Pearson (1934). The use of confidence or fiducial limits illustrated in the case of the binomial. *Biometrika* 26(4), 404–413.
# - Unicode CLDR, by way of [Babel](https://babel.pocoo.org); ISO 8601.
