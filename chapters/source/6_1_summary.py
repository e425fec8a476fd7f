# %% [markdown] lang="zh"
# # 6.1 技术总结
#
# 原文 5.1 节（技术总结）只有两句话：“循环神经网络是一种基于序列数据的神经网络模型,具有记忆单元和长的上下文记忆能力,可以有效地处理长距离依赖关系。本文介绍了循环神经网络的基本原理、技术要点和应用场景,以及如何使用循环神经网络实现文本分类任务。”
#
# 全文的断言，我们摘出了 38 条，在前面各章逐条量过。本章把它们收拢：每条的判定、决定它的数字、在哪里可以重做；最后用量到的数字，把这段总结重写一遍。
#
# 读完本章，你能够：
#
# - 查到任何一条断言的判定和证据，并在自己的机器上重做其中快的那些；
# - 看出六种“听上去对”的句式，知道各该追问什么；
# - 拿着一页清单，明天就动手做一个 RNN。
#
# 先猜一猜：这 38 条里，照原话成立的有几条？一半？写下来，往下看。

# %% [markdown] lang="en"
# # 6.1 Summary
#
# Section 5.1 of the article, its technical summary, is two sentences long: "A recurrent neural network is a neural network model based on sequence data; it has memory cells and a long contextual memory, and can handle long-range dependence effectively. This article has introduced the basic principles, technical points and applications of recurrent neural networks, and how to use them for text classification."
#
# We took 38 claims from the whole article and measured them one by one in the chapters before this one. Here they come together: each with its verdict, the figure that decides it, and where to repeat it. At the end the summary is written anew, with the figures that were measured.
#
# After this chapter you can:
#
# - look up verdict and evidence of any claim, and repeat the fast ones on your own machine;
# - recognise six kinds of sentence that sound right, and know what to ask of each;
# - build an RNN tomorrow, with one page of checks at hand.
#
# Guess first: how many of the 38 hold as they stand? Half of them? Write it down and read on.

# %% [markdown] lang="zh"
# ## 1 全貌
#
# 一个方块是一条断言，按原文的章节排列。颜色和记号说的是同一件事：✓ 成立，½ 对一半（某个条件下成立，或者只有一部分成立），✗ 不成立，? 还没有证据。
#
# 原文有两个第 4 节（“应用示例”和“优化与改进”）。为了不混淆，从第二个起节号往后顺延一位：原文的“优化与改进”在这里是第 5 节，“结论与展望”是第 6 节，上面引的 5.1 节就是这里的 6.1。

# %% [markdown] lang="en"
# ## 1 The whole picture
#
# Each square is a claim, in the order of the article's sections. Colour and mark say the same: ✓ right, ½ half right (true under a condition, or in part), ✗ wrong, ? no evidence yet.
#
# The article has two sections 4 (applications; optimisation and improvement). To keep them apart we count on from the second: its improvement is our section 5, its conclusion our section 6, and the section 5.1 quoted above is 6.1 here.

# %%
import matplotlib.pyplot as plt

from rnncourse import choose, claims, plots
from rnncourse.claims import HALF, RIGHT, WRONG

parts = choose(
    zh={"1": "引言", "2": "原理", "3": "实现", "4": "应用", "5": "改进", "6": "结论与展望"},
    en={"1": "introduction", "2": "principles", "3": "implementation", "4": "applications", "5": "improvement", "6": "conclusion"},
)
found = claims.verdicts()  # (number, section, verdict) of each
words = {verdict: claims.verdict_word(verdict) for verdict in (RIGHT, HALF, WRONG, None)}
plots.plot_verdicts(found, words, parts=parts)
plt.show()

# %%
def tell(*, zh, en):
    """Print the sentence that is in the reader's language."""
    print(choose(zh=zh, en=en))


def numbers(verdict, among=range(1, 39)):
    """The numbers of the claims with that verdict."""
    return [number for number, _, judged in found if judged == verdict and number in among]


measured = len(found) - len(numbers(None))
for verdict in (RIGHT, HALF, WRONG):
    share = len(numbers(verdict)) / measured
    print(f"{words[verdict]}: {len(numbers(verdict))} / {measured} ({share:.0%})")
tell(zh=f"还没有证据的：{len(numbers(None))} 条", en=f"without evidence so far: {len(numbers(None))}")

# %% [markdown] lang="zh"
# 猜中了吗？在责怪作者之前想一想：原文只有几页，没有一个量出来的数字，却说了 38 件可以检验的事。**说得出可以检验的话，是好文章的一半**；另一半是去检验。
#
# ## 2 逐条
#
# 下面的判定不是在本章写的：它们从各章单元格的输出里读出来，由代码里的规则得出（规则怎样来的，见第 7 节）。“数字”一栏是那一章打印的原话；点最后一栏，就到量它的地方。

# %% [markdown] lang="en"
# Was your guess near? Before blaming the author, consider: the article is a few pages long, holds not one measured figure, and yet says 38 things that can be tested. **To say what can be tested is half of a good text**; the other half is to test it.
#
# ## 2 One by one
#
# The verdicts below are not written in this chapter: they are read out of what the chapters' cells printed, and come from rules in code (section 7 says how those came about). The column "figure" quotes the chapter's output; the last column leads to the place where it was measured.

# %%
import re

from IPython.display import Markdown, display


def plain(text):
    """`text` with what Markdown would take for a mark made harmless."""
    return re.sub(r"([\\*_|<\[\]$~`])", r"\\\1", text)


def place(claim, evidence):
    """The section number of its chapter, as a link where the chapter has measured it."""
    section = ".".join(re.match(r"[\d_]+", claim.chapter)[0].strip("_").split("_"))
    return f"[{section}]({claim.chapter}.ipynb)" if evidence else section


marks = {RIGHT: "✓", HALF: "½", WRONG: "✗", None: "?"}

# %%
heading = choose(zh=("", "断言", "节", "判定", "数字", "章"), en=("", "claim", "section", "verdict", "figure", "chapter"))
rows = [heading, ["---"] * len(heading)]
for claim in claims.CLAIMS:
    evidence = claims.stored(claim.number)
    verdict = evidence and evidence.verdict
    figure = plain(evidence.figure) if evidence else "–"
    judged = f"{marks[verdict]} {words[verdict]}"
    rows.append([str(claim.number), plain(claim.text), claim.section, judged, figure, place(claim, evidence)])
display(Markdown("\n".join("| " + " | ".join(row) + " |" for row in rows)))

# %% [markdown] lang="zh"
# 第 7 条与第 35 条是同一句话的两种说法（长距离依赖、长的上下文记忆），所以证据也相同；它背后的故事（决定记不记得住的是初始化，不是“LSTM”这个名字）在 [2.2.1](2_2_1_recurrent_cells.ipynb)，这里不重复。它们那一行里，箭头后面的数是换初始化以后准确率的**增加**，不是准确率本身。
#
# ## 3 在你的机器上
#
# 别人量的数字，为什么要信？快的那些，现在就在你的机器上重做一遍：实验更小，各有自己的规则，从固定的种子开始，不看笔记本里存着的任何东西。“本机”是刚刚得出的判定，“课程”是各章存着的；不一样的标 ✗。

# %% [markdown] lang="en"
# Claims 7 and 35 say one thing in two ways (long-range dependence, a long contextual memory), so they share their evidence; the story behind it, that initialisation decides what is remembered, and not the name "LSTM", is told in [2.2.1](2_2_1_recurrent_cells.ipynb) and not repeated here. In their line the number behind the arrow is what accuracy **gains** by the other initialisation, not the accuracy itself.
#
# ## 3 On your machine
#
# Why trust figures that somebody else measured? The fast ones are tested again here and now, by smaller experiments with rules of their own, from a fixed seed, without a look at what the notebooks hold. Under "here" stands the verdict just found, under "course" the one the chapters stored; ✗ marks where they differ.

# %% tags=["measured"]
from rnncourse.claims.measure import NUMBERS, compare

compared = [compare(number) for number in NUMBERS]
undecided = choose(zh="不能判定", en="undecided")
rows = [choose(zh=("", "", "本机", "课程", "本机的数字"), en=("", "", "here", "course", "figure here")), ["---"] * 5]
for each in compared:
    here = words[each.here.verdict] if each.here.verdict else undecided
    stored = words[each.course and each.course.verdict]
    mark = "✗" if each.differs else "=" if each.course else ""
    rows.append([str(each.claim.number), mark, here, stored, plain(each.here.figure)])
display(Markdown("\n".join("| " + " | ".join(row) + " |" for row in rows)))

# %% tags=["measured"]
both = [each for each in compared if each.course]
differing = [str(each.claim.number) for each in compared if each.differs]
tell(
    zh=f"重做了 {len(compared)} 条，其中 {len(both)} 条有课程的判定可以对照；不一致的：{'、'.join(differing) or '无'}。",
    en=f"{len(compared)} repeated, {len(both)} of them with a verdict of the course beside; not the same: {', '.join(differing) or 'none'}.",
)

# %% [markdown] lang="zh"
# 这里的测量比各章小得多：一个种子，几秒钟。判定相同，说明换一个小实验、换到你的机器上，这条结论仍然站得住；数字不必相同。如果你那里有一条不一致，那是一条**值得报告的发现**，不是你的错。在终端里做同样的事：`rnncourse claims`。其余各条由各章和 `experiments/` 里的脚本来量，其中训练多的要几分钟到几十分钟。
#
# 下面挑一条看看：原话、判定、数字、出处；快的那些，按一下就重量。

# %% [markdown] lang="en"
# These measurements are far smaller than the chapters': one seed, a few seconds. Equal verdicts mean that the conclusion also stands in a smaller experiment and on your machine; the figures need not agree. Where one differs on yours, that is a **finding worth reporting**, and not your fault. In a terminal, `rnncourse claims` does the same. The other claims are left to the chapters and to the scripts in `experiments/`; where much is trained, these take from some minutes to more than half an hour.
#
# Pick a claim: its words, verdict, figure and chapter; for the fast ones, press the button to measure again.

# %% tags=["widget"]
from rnncourse.widgets import explore_claims

explore_claims(claim=16, parts=parts)

# %% [markdown] lang="zh"
# ## 4 原文说对了什么
#
# 先列判定为“成立”的：

# %% [markdown] lang="en"
# ## 4 What the article got right
#
# First those whose verdict is "right":

# %%
for number in numbers(RIGHT):
    claim = claims.find(number)
    print(f"{number:2}  {claim.section:6} {claim.text}")

# %% [markdown] lang="zh"
# 数目之外，还有几件事原文做得比许多长文章好：
#
# - **选题对**。序列要有自己的模型：词袋把“狗咬人”和“人咬狗”看成一样的（[1](1_introduction.ipynb)、[2.3](2_3_comparison.ipynb)）。
# - **骨架对**。问题、原理、实现、测试、应用、改进：本课程的目录就是照它排的。
# - **肯写缺点**。2.3 节主动说会过拟合、解释性差；很多介绍只说好话。
# - **肯写代码**。4.3 节的代码有毛病，可是**能被检查的代码胜过不能被检查的话**，[4.3](4_3_core_code.ipynb) 一章就是从它长出来的。
#
# ## 5 六种听上去对的句式
#
# 断言有 38 条，句式却没有 38 种。按句式归类，每一类只要追问一句：
#
# | 句式 | 断言 | 该追问的一句 | 我们怎样答 |
# |---|---|---|---|
# | **把一种说成全体** | 5、6、8、10、21、22、25 | 有反例吗？ | 造一个反例：[没有解码器的分类器](2_2_2_encoder_and_decoder.ipynb) |
# | **没有条件的好话** | 1、7、15、16、17、31、35 | 在什么条件下？与什么比？ | 换条件再量：[初始化](2_2_1_recurrent_cells.ipynb)、[及格线](2_3_comparison.ipynb) |
# | **少说一半** | 3、9、11、12、23、24、27 | 还缺什么？ | 补上缺的一半：[因果](3_2_2_recurrent_decoder.ipynb)、[校准](3_3_2_testing.ipynb) |
# | **拿替身当本人** | 13、14、19、26、29 | 你量的是你说的那样东西吗？ | 直接量它：[钟表而不是参数个数](2_2_3_pruning_and_learning_rate.ipynb)、[打乱词序](4_2_text_classification.ipynb) |
# | **弄错年代** | 2、28、36、37 | 哪一年？ | [查出处](1_introduction.ipynb) |
# | **换了词义** | 32、33、34、38 | 换成定义，句子还成立吗？ | 先写定义，再量：[可扩展性](5_2_scalability.ipynb)、[安全性](5_3_security.ipynb) |
#
# 归类是我们的看法；每一类里判定各有几条，是数出来的：

# %% [markdown] lang="en"
# Beyond the count, there are things the article does better than many longer ones:
#
# - **Its subject is right.** Sequences need a model of their own: to a bag of words "dog bites man" and "man bites dog" are the same ([1](1_introduction.ipynb), [2.3](2_3_comparison.ipynb)).
# - **Its skeleton is right.** Problem, principle, implementation, test, application, improvement: this course follows its table of contents.
# - **It names weaknesses.** Section 2.3 says unasked that RNNs may overfit and are hard to interpret; many introductions only praise.
# - **It shows code.** That of section 4.3 has defects, but **code that can be checked beats words that cannot**, and chapter [4.3](4_3_core_code.ipynb) grew from it.
#
# ## 5 Six kinds of sentence that sound right
#
# There are 38 claims, and far fewer kinds of sentence. For each kind one question will do:
#
# | kind | claims | the question to ask | our answer |
# |---|---|---|---|
# | **one of several for all** | 5, 6, 8, 10, 21, 22, 25 | Is there a counterexample? | build one: [a classifier without a decoder](2_2_2_encoder_and_decoder.ipynb) |
# | **praise without a condition** | 1, 7, 15, 16, 17, 31, 35 | Under which condition? Compared with what? | change the condition: [initialisation](2_2_1_recurrent_cells.ipynb), [the bar](2_3_comparison.ipynb) |
# | **half of the story** | 3, 9, 11, 12, 23, 24, 27 | What is missing? | add the other half: [causality](3_2_2_recurrent_decoder.ipynb), [calibration](3_3_2_testing.ipynb) |
# | **a stand-in for the thing** | 13, 14, 19, 26, 29 | Do you measure what you speak of? | measure the thing: [the clock, not the number of parameters](2_2_3_pruning_and_learning_rate.ipynb), [shuffled tokens](4_2_text_classification.ipynb) |
# | **the wrong year** | 2, 28, 36, 37 | In which year? | [look it up](1_introduction.ipynb) |
# | **a word for another** | 32, 33, 34, 38 | Put the definition in its place: is it still true? | define first, then measure: [scalability](5_2_scalability.ipynb), [security](5_3_security.ipynb) |
#
# The sorting is ours; how the verdicts spread over each kind is counted:

# %%
kinds = {
    choose(zh="把一种说成全体", en="one of several for all"): (5, 6, 8, 10, 21, 22, 25),
    choose(zh="没有条件的好话", en="praise without a condition"): (1, 7, 15, 16, 17, 31, 35),
    choose(zh="少说一半", en="half of the story"): (3, 9, 11, 12, 23, 24, 27),
    choose(zh="拿替身当本人", en="a stand-in for the thing"): (13, 14, 19, 26, 29),
    choose(zh="弄错年代", en="the wrong year"): (2, 28, 36, 37),
    choose(zh="换了词义", en="a word for another"): (32, 33, 34, 38),
}
for kind, members in kinds.items():
    spread = "  ".join(f"{marks[verdict]} {len(numbers(verdict, members))}" for verdict in (RIGHT, HALF, WRONG, None))
    print(f"{spread}   {kind}")
sorted_in = sorted(number for members in kinds.values() for number in members)
rest = sorted(set(range(1, 39)) - set(sorted_in))
tell(zh=f"归了类的 {len(sorted_in)} 条；其余：{rest}", en=f"{len(sorted_in)} are sorted in; the others: {rest}")

# %% [markdown] lang="zh"
# 不在表里的几条（最后一行），第 30 条是笔误，别的是没有花样的事实句：输入是什么、用什么库、有什么缺点。事实句容易说对，也容易检验；**越是含有“有效”“保证”“更好”的句子，越需要一个数字**。
#
# ## 6 我们会怎样写
#
# 把总结一句句拆开，每句后面由单元格写出我们的版本；数字来自刚才的现场测量，或者存着的实验结果。
#
# > “循环神经网络是一种基于序列数据的神经网络模型”
#
# 对，但卷积和 Transformer 也“基于序列数据”。特别之处是**同一组权重，一步一步地用**：

# %% [markdown] lang="en"
# Of those that are not in the table (the last line) number 30 is a slip; the others are plain statements of fact: what goes in, which library, which weakness. Facts are easy to get right and easy to test; **the more a sentence relies on "effective", "guarantees" or "better", the more it needs a figure**.
#
# ## 6 What we would write
#
# The summary is taken apart sentence by sentence, and after each a cell writes our version; the figures are measured on the spot, or come from stored results.
#
# > "A recurrent neural network is a neural network model based on sequence data"
#
# True, but so are convolutions and Transformers. What is peculiar is **the same weights, used step by step**:

# %%
import keras
import numpy as np

from rnncourse import metrics, results

written = []


def write(*, zh, en):
    """Print the next sentence of our summary, and keep it."""
    written.append(choose(zh=zh, en=en))
    print(written[-1])


short, long = (keras.Sequential([keras.Input((T, 8)), keras.layers.GRU(16)]).count_params() for T in (10, 1000))
write(
    zh=f"循环神经网络逐步读一条序列，每一步用同一组权重更新状态：读 10 步的 GRU 有 {short:,} 个参数，读 1,000 步的有 {long:,} 个。",
    en=f"A recurrent network reads a sequence step by step and updates a state with the same weights each time: a GRU that reads 10 steps has {short:,} parameters, one that reads 1,000 has {long:,}.",
)

# %% [markdown] lang="zh"
# > “具有记忆单元”
#
# 记忆是**状态**，每种循环层都有；几个，数一数就知道：

# %% [markdown] lang="en"
# > "it has memory cells"
#
# Memory is the **state**, which every recurrent layer has; how many there are can be counted:

# %%
kept = {}
for kind in (keras.layers.SimpleRNN, keras.layers.GRU, keras.layers.LSTM):
    _, *states = kind(16, return_state=True)(np.zeros((1, 5, 8), "float32"))
    kept[kind.__name__] = len(states)
listed = choose(zh="、", en=", ").join(f"{name} {count}" for name, count in kept.items())
write(
    zh=f"记忆就是逐步传下去的状态，个数因层而异：{listed}。",
    en=f"Its memory is the state that is handed on; how many states there are depends on the layer: {listed}.",
)

# %% [markdown] lang="zh"
# > “和长的上下文记忆能力,可以有效地处理长距离依赖关系”
#
# 多长？什么初始化？干扰多不多？（数据：`experiments/recall.py`，回忆第一个符号，瞎猜 0.5。）

# %% [markdown] lang="en"
# > "and a long contextual memory, and can handle long-range dependence effectively"
#
# How long? Initialised how? With how many distractors? (Data: `experiments/recall.py`, recalling the first symbol; chance is 0.5.)

# %%
recall = results.load("recall")
longest = recall["steps"][-1]


def remembered(initialisation, filler):
    """Accuracy of an LSTM at the greatest length, over the seeds, as an Interval."""
    wanted = {"cell": "lstm", "initialisation": initialisation, "filler": filler, "steps": longest}
    return metrics.mean_interval([row["accuracy"] for row in recall["rows"] if wanted.items() <= row.items()])


default, chrono = (remembered(name, "blank") for name in ("forget_bias_1", "chrono"))
noisy = remembered("chrono", "distractors")
write(
    zh=f"它能记多久，取决于初始化和干扰：读完 {longest} 步再说出第一个符号，默认的 LSTM 准确率 {default.estimate:.2f}；只换偏置的初始化，准确率 {chrono.estimate:.2f}；再加上干扰，准确率 {noisy.estimate:.2f}（瞎猜 0.5）。",
    en=f"How long it lasts depends on initialisation and distractors: in recalling the first symbol after {longest} steps a default LSTM reaches an accuracy of {default.estimate:.2f}; with its biases initialised otherwise, {chrono.estimate:.2f}; with distractors as well, {noisy.estimate:.2f} (chance 0.5).",
)

# %% [markdown] lang="zh"
# > “本文介绍了循环神经网络的基本原理、技术要点和应用场景”
#
# 介绍得怎样，数判定就行：

# %% [markdown] lang="en"
# > "This article has introduced the basic principles, technical points and applications of recurrent neural networks"
#
# How well, the verdicts can tell:

# %%
def tally(part):
    """How many claims of that part of the article are right, and how many have a verdict."""
    judged = [verdict for _, section, verdict in found if section[0] == part and verdict]
    return f"{sum(verdict == RIGHT for verdict in judged)} / {len(judged)}"


write(
    zh=f"原文讲原理、实现和应用，有判定的断言里照原话成立的是 {tally('2')}、{tally('3')}、{tally('4')}；全文有判定的 {measured} 条里，{len(numbers(HALF))} 条对一半，{len(numbers(WRONG))} 条不成立。",
    en=f"Of the article's claims on principles, implementation and applications, {tally('2')}, {tally('3')} and {tally('4')} of those judged hold as they stand; of the {measured} judged in the whole article {len(numbers(HALF))} are half right and {len(numbers(WRONG))} wrong.",
)

# %% [markdown] lang="zh"
# > “以及如何使用循环神经网络实现文本分类任务”
#
# 两问：那段代码里有循环层吗？用了循环，就比不用好吗？（数据：`experiments/comparison.py`，2,400 条评论。）

# %% [markdown] lang="en"
# > "and how to use them for text classification"
#
# Two questions: is there a recurrent layer in that code? And is a classifier better for being recurrent? (Data: `experiments/comparison.py`, 2,400 reviews.)

# %%
comparison = results.load("comparison")
task = choose(zh="reviews_zh", en="reviews_en")


def reached(method):
    """Test accuracy of `method` on the reviews, one number a seed."""
    wanted = {"task": task, "method": method, "size": 2400}
    return np.array([row["accuracy"] for row in comparison["rows"] if wanted.items() <= row.items()])


gap = metrics.mean_interval(reached("gru") - reached("logistic_regression"))
recurrent = {"RNN", "SimpleRNN", "GRU", "LSTM", "Bidirectional"} & {"Input", "Dense"}  # what its code imports
told = choose(zh="更高", en="higher") if gap.low > 0 else choose(zh="更低", en="lower") if gap.high < 0 else choose(zh="分不出高低", en="not to be told apart")
write(
    zh=f"它能做文本分类，但先要过及格线：GRU {reached('gru').mean():.3f}，TF-IDF 加逻辑回归 {reached('logistic_regression').mean():.3f}，差 {gap:+.3f}（{told}）；原文的代码引入的层里，循环层有 {len(recurrent)} 个。",
    en=f"It can classify text, but there is a bar to clear: a GRU reaches {reached('gru').mean():.3f}, TF-IDF with logistic regression {reached('logistic_regression').mean():.3f}, a difference of {gap:+.3f} ({told}); of the layers that the article's code imports, {len(recurrent)} are recurrent.",
)

# %% [markdown] lang="zh"
# 合起来，就是我们的技术总结：

# %% [markdown] lang="en"
# Put together, this is our summary:

# %%
display(Markdown("> " + choose(zh="", en=" ").join(plain(sentence) for sentence in written)))

# %% [markdown] lang="zh"
# 它更长，也更啰唆。换来的是：每一句都有人能说“不对，我量到的不是这样”。
#
# ## 7 判定是怎样得来的
#
# 1. **先写下猜测**。动手写各章之前，凭常识和一次试跑，我们给 38 条都写了预期的判定。
# 2. **规则是代码**。判定由规则得出：规则在打印结果的那个单元格里，少数几条在 `rnncourse/claims/table.py` 里，谁都可以改了重跑。规则并不都是事先定死的：有些是写那一章的时候才细化的，那时已经见过数字。
# 3. **几个种子，报区间**。存着的实验都用三四个种子，多数报平均和 t 区间。也有几条由一次训练决定（例如第 28 条），那里的区间是对测试句子或者对打乱的次序取的。
# 4. **考没有参加训练的例子**；要挑选设置的地方，用验证集挑（为什么，见 [3.3.2](3_3_2_testing.ipynb)）。
#
# 量完以后，与第 1 步的猜测对一对：

# %% [markdown] lang="en"
# It is longer, and less elegant. What it buys: of every sentence somebody can say "no, that is not what I measured".
#
# ## 7 How the verdicts were reached
#
# 1. **The guess comes first.** Before the chapters were written, from experience and one trial run, we wrote down the verdict that we expected for each of the 38.
# 2. **The rules are code.** A verdict follows from a rule: in the cell that prints it, for a few in `rnncourse/claims/table.py`; anybody can change it and run again. Not all of them were fixed beforehand: some were refined while their chapter was written, with figures already in sight.
# 3. **Several seeds, with intervals.** The stored experiments have three or four seeds, most of them with a mean and a t-interval. A few claims are decided by a single training (28 is one); there the interval is over test sentences or over shufflings.
# 4. **Examples that took no part in training** give the scores; where a setting has to be chosen, validation data choose it ([3.3.2](3_3_2_testing.ipynb) says why).
#
# Afterwards we compare with the guesses of step 1:

# %%
expected = dict(zip(range(1, 39), "WWHRHHHWHHRWHHHWWRHRWHHHWHRRHWHWWWHWHW", strict=True))  # right, half, wrong
letters = {RIGHT: "R", HALF: "H", WRONG: "W"}
surprised = [number for number, _, verdict in found if verdict and letters[verdict] != expected[number]]
tell(
    zh=f"有判定的 {measured} 条里，与事先的猜测不同的有 {len(surprised)} 条：{surprised or '无'}",
    en=f"{measured} have a verdict; not what we had expected: {len(surprised)}, {surprised or 'none'}",
)

# %% [markdown] lang="zh"
# 猜测与判定一致，并不都是好消息：写规则的人和猜的人是同一批人，规则又写在猜测之后。所以请把规则本身也当作可以质疑的东西。更有教训的是**判定与数字并不是一回事**的那些。三条为例，先看数字：

# %% [markdown] lang="en"
# Guesses that come true are not all good news: whoever guessed also wrote the rules, and wrote them after guessing. So question the rules as well. There is more to learn where **the verdict does not tell the whole story**. Three examples, the figures first:

# %%
for number in (7, 28, 29):
    evidence = claims.stored(number)
    print(f"{number:2}  {words[evidence.verdict]}  {evidence.figure}")

# %% [markdown] lang="zh"
# - 第 7 条：“LSTM 记得住，SimpleRNN 记不住”是常见的演示；用 Keras 的默认值去做，先要问怎样初始化（[2.2.1](2_2_1_recurrent_cells.ipynb)）。
# - 第 28 条：打乱原文，困惑度变不变，说明它**是不是在翻译**；BLEU 过不过“找一句最像的抄下来”这条及格线，说明它**翻译得够不够好**。判定只看前者（[4.1.1](4_1_1_machine_translation.ipynb)）。
# - 第 29 条：原文把准确率归功于记忆；把词元打乱以后还剩多少准确率，才说得出记忆的功劳（[4.2](4_2_text_classification.ipynb)）。
#
# 存着的实验各用了多少种子、多少时间，也列出来（一行是一个结果，未必是一次训练）：

# %% [markdown] lang="en"
# - Claim 7: "LSTM remembers, SimpleRNN forgets" is the usual demonstration; with Keras's defaults, ask first how each was initialised ([2.2.1](2_2_1_recurrent_cells.ipynb)).
# - Claim 28: whether perplexity changes when the source is shuffled says **if it translates**; whether it clears the bar of "find the most similar sentence and copy it", in BLEU, says **if it does so well enough**. The verdict asks the former alone ([4.1.1](4_1_1_machine_translation.ipynb)).
# - Claim 29: the article credits memory with the accuracy; what is left when tokens are shuffled tells how much of the credit is due ([4.2](4_2_text_classification.ipynb)).
#
# How many seeds and how much time the stored experiments took (a row is a result, not always a training):

# %%
records = {name: results.load(name) for name in results.names()}
for name, record in records.items():
    count, seeds, minutes = len(record["rows"]), len(record["seeds"]), record["seconds"] / 60
    tell(zh=f"{name:28} {count:4} 行  {seeds} 个种子  {minutes:3.0f} 分钟", en=f"{name:28} {count:4} rows  {seeds} seeds  {minutes:3.0f} min")
count = sum(len(record["rows"]) for record in records.values())
minutes = sum(record["seconds"] for record in records.values()) / 60
tell(zh=f"合计 {count:,} 行，{minutes:.0f} 分钟", en=f"{count:,} rows in all, {minutes:.0f} min")

# %% [markdown] lang="zh"
# **什么会改变判定？** 薄弱的地方有这几处：
#
# | 薄弱处 | 影响哪些断言 | 怎样算推翻 |
# |---|---|---|
# | 数据小：几百到一万来条，短句，两种语言 | 1、17、28、29 | 十万条以上的数据上，同样的规则得出别的判定 |
# | 模型小：最多几百个单元，CPU 能训练 | 7、10、31、35 | 大模型上换一种结论 |
# | 三四个种子，区间宽 | 区间挨着 0 的那些 | 十个种子，区间移到另一边 |
# | “对一半”的界线由我们划 | 判为 ½ 的都是 | 你有更好的规则：改代码里那一行，重跑 |
# | 词义：把“记忆”“安全”“可扩展”定义成什么 | 29、32–34 | 另给定义，说明原文更可能是那个意思 |
#
# ## 8 还有什么没有答案

# %% [markdown] lang="en"
# **What could change a verdict?** The weak places:
#
# | weakness | claims it touches | what would overturn them |
# |---|---|---|
# | small data: from hundreds to some twelve thousand short texts, two languages | 1, 17, 28, 29 | another verdict, by the same rule, on a hundred thousand or more |
# | small models: a few hundred units at most, trained on a CPU | 7, 10, 31, 35 | another result with large ones |
# | three or four seeds, wide intervals | those whose interval touches 0 | ten seeds, and an interval on the other side |
# | the line of "half right" is drawn by us | all that have ½ | a better rule: change that line of code, run again |
# | meanings: what "memory", "security" and "scalability" are defined to be | 29, 32–34 | another definition, with reasons why the article means that one |
#
# ## 8 What is still open

# %%
for number in numbers(None):
    claim = claims.find(number)
    print(f"{number:2}  {claim.section:4} {claim.text}  [{claim.chapter}]")
tell(zh=f"共 {len(numbers(None))} 条还没有证据。", en=f"{len(numbers(None))} claims without evidence so far.")

# %% [markdown] lang="zh"
# 即使 38 条都有了判定，这些问题本课程也**没有**回答：
#
# - 数据多到什么程度，RNN 在评论分类上会稳定地超过词袋？我们只量到一万来条为止。
# - 文本会随时间变（第 1 条里的“动态性”）：我们只做过模拟（[1](1_introduction.ipynb)），没有真实的、跨年的数据。
# - 积分梯度说得出**看了哪些词**，说不出**按什么规则**（[2.3](2_3_comparison.ipynb)）；从循环网络里提取规则，仍是研究题目。
# - 新的循环结构（状态空间模型、xLSTM）在大规模上与 Transformer 谁胜谁负，要看任务和算力，一台笔记本电脑答不了。
#
# ## 9 一页清单：明天就做一个 RNN
#
# | | 做什么 | 因为 |
# |---|---|---|
# | 1 | 先跑及格线：多数类、TF-IDF + 逻辑回归 | 过不了它，就不需要 RNN：[2.3](2_3_comparison.ipynb) |
# | 2 | 打乱词序再试一次：准确率掉不掉？ | 不掉，说明任务用不着次序：[4.2](4_2_text_classification.ipynb) |
# | 3 | 先划分，再数词；测试集锁起来 | 词表和阈值都会泄漏：[3.1](3_1_environment_and_data.ipynb)、[3.3.2](3_3_2_testing.ipynb) |
# | 4 | 填充必带掩码，按长度分桶 | 末态可能全是填充；桶省下白算的格子：[3.1](3_1_environment_and_data.ipynb) |
# | 5 | 写下每个张量的形状：B、T、D、H | 轴错了，常常不报错：[2.1](2_1_basic_concepts.ipynb)、[4.3](4_3_core_code.ipynb) |
# | 6 | 分类不要解码器；序列长，就汇聚全部状态，别只读末态 | 末态要记住全程，长了会忘：[2.2.2](2_2_2_encoder_and_decoder.ipynb)、[3.2.1](3_2_1_recurrent_encoder.ipynb) |
# | 7 | 依赖有多长？长就初始化遗忘门（chrono） | 默认值未必学得会：[2.2.1](2_2_1_recurrent_cells.ipynb) |
# | 8 | 按全局范数裁剪梯度 | 一次爆炸就可能毁掉整个训练：[2.2.2](2_2_2_forward_and_backward.ipynb) |
# | 9 | 学习率用范围测试来定，不用传说 | 没有通用的好值：[2.2.3](2_2_3_pruning_and_learning_rate.ipynb) |
# | 10 | 写序列：因果、起止词元、注意力；比较教师强制与自己写 | 训练损失低，不等于写得对：[3.2.2](3_2_2_recurrent_decoder.ipynb)、[3.3.1](3_3_1_integration.ipynb) |
# | 11 | 三个种子以上，报区间；两个模型成对地比 | 一个种子说明不了什么：[3.3.2](3_3_2_testing.ipynb) |
# | 12 | 类别偏斜：看召回率、PR-AUC 和校准，不看准确率 | 正例 5% 时，总答“否”也有 95%：[3.3.2](3_3_2_testing.ipynb) |
# | 13 | 训练之前给模型做一次体检：`diagnose(model, tokens)` | 许多毛病不报错：[4.3](4_3_core_code.ipynb) |
# | 14 | 要快，就用小一点的矩阵，别指望 0 | 稠密乘法不看数值：[2.2.3](2_2_3_pruning_and_learning_rate.ipynb) |
#
# ## 10 往哪里去
#
# **在本课程里。** 想看懂里面发生了什么：[2.2.1](2_2_1_recurrent_cells.ipynb) 和 [前向与反向](2_2_2_forward_and_backward.ipynb)，手写一遍再看别的。手上有文本要分类：[3.1](3_1_environment_and_data.ipynb)、[4.2](4_2_text_classification.ipynb)、[3.3.2](3_3_2_testing.ipynb)，按这个次序。要写出序列：[3.2.2](3_2_2_recurrent_decoder.ipynb)、[3.3.1](3_3_1_integration.ipynb)、[4.1.1](4_1_1_machine_translation.ipynb)。代码不对劲：[4.3](4_3_core_code.ipynb)。嫌慢，或者数据太多：[5.1](5_1_performance.ipynb)、[5.2](5_2_scalability.ipynb)。要拿给别人用：[5.3](5_3_security.ipynb)。要教课：先看 [2.3](2_3_comparison.ipynb) 的对照和各章附的练习。接下来，6.2 各章讲原文的展望：注意力、迁移学习、新的循环结构。
#
# **书。**
#
# - I. Goodfellow, Y. Bengio, A. Courville (2016). [Deep Learning](https://www.deeplearningbook.org/contents/rnn.html)，第 10 章：记号严谨，想要推导的人读它。
# - A. Zhang, Z. C. Lipton, M. Li, A. J. Smola. [《动手学深度学习》](https://zh.d2l.ai/)：从零写起，四种框架，想多看代码的人读它。
# - D. Jurafsky, J. H. Martin. [Speech and Language Processing](https://web.stanford.edu/~jurafsky/slp3/)，第三版草稿：从 n 元组到 Transformer，做语言的人读它。
# - A. Graves (2012). [Supervised Sequence Labelling with Recurrent Neural Networks](https://doi.org/10.1007/978-3-642-24797-2)：CTC 和手写、语音识别，作者是 CTC 的发明人之一。
#
# **论文，每篇对应一个教训。**
#
# - S. Hochreiter, J. Schmidhuber (1997). [Long Short-Term Memory](https://doi.org/10.1162/neco.1997.9.8.1735)：为什么要有一条加法的路。
# - K. Greff 等 (2017). [LSTM: A Search Space Odyssey](https://arxiv.org/abs/1503.04069)：拆掉 LSTM 的零件，一件一件地量。
# - G. Melis, C. Dyer, P. Blunsom (2018). [On the State of the Art of Evaluation in Neural Language Models](https://arxiv.org/abs/1707.05589)：好好调过的 LSTM，胜过当时更新的结构。
# - S. Merity, N. S. Keskar, R. Socher (2018). [Regularizing and Optimizing LSTM Language Models](https://arxiv.org/abs/1708.02182)：一个 LSTM 要用好，需要哪些旋钮。
# - C. Tallec, Y. Ollivier (2018). [Can Recurrent Neural Networks Warp Time?](https://arxiv.org/abs/1804.11188)：chrono 初始化的来历。
# - A. Orvieto 等 (2023). [Resurrecting Recurrent Neural Networks for Long Sequences](https://arxiv.org/abs/2303.06349)：线性的循环，配上合适的初始化，为什么又行了。
#
# ## 小结
#
# - 有证据的断言各有判定、数字和出处；快的那些，你刚才自己量过了。
# - 多数错误不是说反了，而是少了条件、拿替身当本人、把一种说成全体。
# - 我们的判定也有边界：小数据、小模型、几个种子。推翻其中任何一条，都是对本课程最好的贡献。
#
# ## 试一试
#
# 1. 把第 17 条的规则改成“在**某一个**任务上更好就算成立”（[2.3](2_3_comparison.ipynb) 里的那一行），判定变成什么？哪个规则更公道？
# 2. 从你最近读的一篇技术文章里摘五条断言，归入第 5 节的六类，给每条写下“什么结果会推翻它”。
# 3. 选一条“对一半”的断言，改写成一句你认为成立的话。它比原话长多少？

# %% [markdown] lang="en"
# Even with a verdict on all 38, this course has **no** answer to these:
#
# - How much data does it take before an RNN reliably beats the bag of words on reviews? We have gone up to some twelve thousand.
# - Text changes with time (the "drift" of claim 1): we have only a simulation ([1](1_introduction.ipynb)), and no real data over years.
# - Integrated gradients say **which words** a network goes by, and not **by which rule** ([2.3](2_3_comparison.ipynb)); extracting rules from recurrent networks is research.
# - Whether new kinds of recurrence (state space models, xLSTM) win against Transformers at scale depends on task and budget; a laptop cannot tell.
#
# ## 9 One page of checks for an RNN tomorrow
#
# | | do this | because |
# |---|---|---|
# | 1 | run the bar first: majority class, TF-IDF + logistic regression | whoever does not clear it needs no RNN: [2.3](2_3_comparison.ipynb) |
# | 2 | shuffle the tokens and try again: does accuracy fall? | if not, the task has no use for order: [4.2](4_2_text_classification.ipynb) |
# | 3 | split first, count words afterwards; lock the test set away | vocabularies and thresholds leak: [3.1](3_1_environment_and_data.ipynb), [3.3.2](3_3_2_testing.ipynb) |
# | 4 | no padding without a mask; buckets of similar length | the last state may be all padding; buckets save cells computed in vain: [3.1](3_1_environment_and_data.ipynb) |
# | 5 | write down the shape of each tensor: B, T, D, H | a wrong axis often raises no error: [2.1](2_1_basic_concepts.ipynb), [4.3](4_3_core_code.ipynb) |
# | 6 | to classify, no decoder; if sequences are long, pool all states, do not read the last alone | the last state would have to remember all the way: [2.2.2](2_2_2_encoder_and_decoder.ipynb), [3.2.1](3_2_1_recurrent_encoder.ipynb) |
# | 7 | how long is the dependence? If long, initialise the forget gate (chrono) | with the default it may not be learnt: [2.2.1](2_2_1_recurrent_cells.ipynb) |
# | 8 | clip gradients by their global norm | one explosion can spoil the whole training: [2.2.2](2_2_2_forward_and_backward.ipynb) |
# | 9 | take the learning rate from a range test, not from hearsay | none is good for all: [2.2.3](2_2_3_pruning_and_learning_rate.ipynb) |
# | 10 | to write sequences: causality, start and end tokens, attention; compare teacher forcing with free writing | a low training loss does not mean that it writes well: [3.2.2](3_2_2_recurrent_decoder.ipynb), [3.3.1](3_3_1_integration.ipynb) |
# | 11 | three seeds or more, with intervals; two models are compared in pairs | one seed proves little: [3.3.2](3_3_2_testing.ipynb) |
# | 12 | lopsided classes: recall, PR-AUC and calibration instead of accuracy | with 5% positive, "always no" reaches 95%: [3.3.2](3_3_2_testing.ipynb) |
# | 13 | give the model a check-up before training it: `diagnose(model, tokens)` | many defects raise no error: [4.3](4_3_core_code.ipynb) |
# | 14 | for speed take smaller matrices, do not count on zeros | dense products do not look at values: [2.2.3](2_2_3_pruning_and_learning_rate.ipynb) |
#
# ## 10 Where to go next
#
# **In this course.** To understand what goes on inside: [2.2.1](2_2_1_recurrent_cells.ipynb) and [forward and backward](2_2_2_forward_and_backward.ipynb); write it by hand once before anything else. With texts to classify: [3.1](3_1_environment_and_data.ipynb), [4.2](4_2_text_classification.ipynb), [3.3.2](3_3_2_testing.ipynb), in this order. To write sequences: [3.2.2](3_2_2_recurrent_decoder.ipynb), [3.3.1](3_3_1_integration.ipynb), [4.1.1](4_1_1_machine_translation.ipynb). With code that behaves oddly: [4.3](4_3_core_code.ipynb). With too little speed or too much data: [5.1](5_1_performance.ipynb), [5.2](5_2_scalability.ipynb). To let others use it: [5.3](5_3_security.ipynb). To teach: begin with the comparison in [2.3](2_3_comparison.ipynb) and the exercises that go with the chapters. Next, the chapters of 6.2 take up the article's outlook: attention, transfer learning, modern recurrence.
#
# **Books.**
#
# - I. Goodfellow, Y. Bengio, A. Courville (2016). [Deep Learning](https://www.deeplearningbook.org/contents/rnn.html), chapter 10: careful notation, for those who want derivations.
# - A. Zhang, Z. C. Lipton, M. Li, A. J. Smola. [Dive into Deep Learning](https://d2l.ai/): from scratch and in four frameworks, for those who want more code.
# - D. Jurafsky, J. H. Martin. [Speech and Language Processing](https://web.stanford.edu/~jurafsky/slp3/), draft of the third edition: from n-grams to Transformers, for those who work on language.
# - A. Graves (2012). [Supervised Sequence Labelling with Recurrent Neural Networks](https://doi.org/10.1007/978-3-642-24797-2): CTC, handwriting and speech, by one of the inventors of CTC.
#
# **Papers, each with a lesson.**
#
# - S. Hochreiter, J. Schmidhuber (1997). [Long Short-Term Memory](https://doi.org/10.1162/neco.1997.9.8.1735): why there has to be a path of additions.
# - K. Greff et al. (2017). [LSTM: A Search Space Odyssey](https://arxiv.org/abs/1503.04069): take the parts out of an LSTM, and measure each.
# - G. Melis, C. Dyer, P. Blunsom (2018). [On the State of the Art of Evaluation in Neural Language Models](https://arxiv.org/abs/1707.05589): a well-tuned LSTM beat the newer models of the day.
# - S. Merity, N. S. Keskar, R. Socher (2018). [Regularizing and Optimizing LSTM Language Models](https://arxiv.org/abs/1708.02182): the knobs that a good LSTM needs.
# - C. Tallec, Y. Ollivier (2018). [Can Recurrent Neural Networks Warp Time?](https://arxiv.org/abs/1804.11188): where chrono initialisation comes from.
# - A. Orvieto et al. (2023). [Resurrecting Recurrent Neural Networks for Long Sequences](https://arxiv.org/abs/2303.06349): why linear recurrence, well initialised, works again.
#
# ## Summary
#
# - Every claim with evidence has its verdict, figure and place; the fast ones you have just measured yourself.
# - Most mistakes are not the opposite of the truth: a condition is missing, a stand-in is taken for the thing, one of several for all.
# - Our verdicts have limits, too: small data, small models, a few seeds. To overturn one of them is the best contribution to this course.
#
# ## Try it
#
# 1. Change the rule of claim 17 to "right if better on **some** task" (that line in [2.3](2_3_comparison.ipynb)): what becomes of the verdict? Which rule is fairer?
# 2. Take five claims from a technical text you have read of late, sort them into the six kinds of section 5, and write down for each what result would overturn it.
# 3. Choose a claim that is half right and rewrite it so that you think it true. How much longer has it become?
