# %% [markdown] lang="zh"
# # 3.3.2 测试：一个数字瞒住了什么
#
# 原文 3.3.2 节：“在测试阶段,使用测试数据集来评估模型的性能。可以使用多种指标来评估模型的性能,例如准确率、召回率、F1值等。”（第 27 条）前一节又说：“可以通过调整参数,来优化模型的性能。”（第 26 条）引言里还许诺：RNN 能有效处理文本的“异质性、不平衡性和动态性”（第 1 条）。三条都归本章。
#
# 读完本章，你能够：
#
# - 用手算出准确率、精确率、召回率、F1、BLEU、词错误率和困惑度，并与通用的库（sklearn、sacrebleu、jiwer）对上；
# - 看出一个高准确率是不是空的，知道类别权重和阈值各能补救什么、要付什么代价；
# - 给任何一个分数配上区间，判断两个模型的差是不是碰巧，算出需要多少条测试数据；
# - 说清楚为什么在测试集上挑模型，等于把卷子先看了一遍。
#
# 先猜一个：一家店的评论里 5% 是差评，模型的准确率是 95%。它找到了多少差评？

# %% [markdown] lang="en"
# # 3.3.2 Testing: what one figure hides
#
# Section 3.3.2 of the article: "In the test phase, a test set is used to evaluate the model. Several metrics can be used, for example accuracy, recall, F1." (claim 27). The section before says: "by adjusting the parameters, the performance of the model can be optimised" (claim 26). And the introduction promises that RNNs deal effectively with the "heterogeneity, imbalance and change" of text (claim 1). All three are settled here.
#
# After this chapter you can:
#
# - work out accuracy, precision, recall, F1, BLEU, word error rate and perplexity by hand, equal to what the usual libraries give (sklearn, sacrebleu, jiwer);
# - see whether a high accuracy is hollow, and tell what class weights and a threshold can mend and at what price;
# - give any score an interval, say whether two models differ by more than chance, and how many test examples that takes;
# - explain why choosing a model on the test set is reading the exam paper in advance.
#
# One guess first: 5% of a shop's reviews are complaints, and a model is right in 95% of all cases. How many complaints did it find?

# %%
import matplotlib.pyplot as plt
import numpy as np
from rnncourse import choose, datasets, metrics, plots, results


def tell(*, zh, en):
    """Print the sentence that is in the reader's language."""
    print(choose(zh=zh, en=en))

# %% [markdown] lang="zh"
# ## 1 四个格子，四个分数
#
# 二分类的一切分数都来自四个计数。以“是不是差评”为例（1 = 差评），20 条评论：

# %% [markdown] lang="en"
# ## 1 Four cells, four scores
#
# All scores of a yes-or-no classifier come from four counts. Take "is this a complaint?" (1 = yes) and 20 reviews:

# %%
truth = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
guess = np.array([1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
names = choose(zh=("其他", "差评"), en=("other", "complaint"))
plots.plot_confusion(metrics.confusion_matrix(truth, guess), label_names=names)
plt.show()

# %% [markdown] lang="zh"
# | 分数 | 问的是 | 公式 |
# |---|---|---|
# | 准确率 | 全部里判对几成 | $(TP + TN) / N$ |
# | 精确率 | 判为差评的里，几成真是差评 | $TP / (TP + FP)$ |
# | 召回率 | 真差评里，找到了几成 | $TP / (TP + FN)$ |
# | F1 值 | 后两者的调和平均 | $2 TP / (2 TP + FP + FN)$ |
#
# 先用图里的四个数自己算，再看：

# %% [markdown] lang="en"
# | score | asks | formula |
# |---|---|---|
# | accuracy | of all, how many are right? | $(TP + TN) / N$ |
# | precision | of those called complaints, how many are? | $TP / (TP + FP)$ |
# | recall | of the complaints, how many were found? | $TP / (TP + FN)$ |
# | F1 | the harmonic mean of the last two | $2 TP / (2 TP + FP + FN)$ |
#
# Work them out from the four numbers of the picture, then compare:

# %%
TP, FP = np.sum((guess == 1) & (truth == 1)), np.sum((guess == 1) & (truth == 0))
FN, TN = np.sum((guess == 0) & (truth == 1)), np.sum((guess == 0) & (truth == 0))
by_hand = (TP + TN) / 20, TP / (TP + FP), TP / (TP + FN), 2 * TP / (2 * TP + FP + FN)
by_library = [m(truth, guess) for m in (metrics.accuracy, metrics.precision, metrics.recall, metrics.f1)]
print([f"{value:.3f}" for value in by_hand], np.allclose(by_hand, by_library))
lazy = np.zeros(20, int)
print(f"{metrics.accuracy(truth, lazy):.3f}", metrics.recall(truth, lazy), metrics.precision(truth, lazy))

# %% [markdown] lang="zh"
# 最后一行是一个什么都没学、永远说“不是差评”的模型：准确率只低一点，召回率是 0，精确率是 0/0，没有定义（`nan`，而不是悄悄算成 0）。**类别越偏，准确率越容易被“什么都不做”骗到。**
#
# ## 2 主张 1：不平衡
#
# 第 1 章看过异质性和动态性：换一个来源，或在模拟里过几个月，RNN 和词袋一样掉分，它的结构里没有什么专门对付这两件事的东西。不平衡在那里只考了词袋，现在轮到 RNN。用评论模拟一家店：训练 2,000 条，差评只占 5%。

# %% [markdown] lang="en"
# The last line is a model that has learnt nothing and always says "no": its accuracy is only a little lower, its recall 0, its precision 0/0 and therefore undefined (`nan`, not a silent 0). **The rarer a class, the easier it is to fool accuracy by doing nothing.**
#
# ## 2 Claim 1: imbalance
#
# Chapter 1 looked at heterogeneity and change: with another source, or some simulated months later, an RNN lost points as the bag of words did; nothing in its structure is made for either. Imbalance was tried there on the bag of words alone; now it is the RNN's turn. Let reviews play a shop: 2,000 to train on, only 5% of them complaints.

# %%
reviews = datasets.split(datasets.load_reviews())


def draw(part, size, share):
    """`size` texts of a part of the reviews, `share` of them complaints, and labels (1: a complaint)."""
    rng = np.random.default_rng(0)
    few = round(share * size)
    good, bad = (rng.permutation(np.flatnonzero(part.labels == label)) for label in (1, 0))
    rows = rng.permutation(np.r_[good[: size - few], bad[:few]])
    return [part.texts[row] for row in rows], 1 - part.labels[rows]


train, validation, test = (draw(p, n, 0.05) for p, n in zip(reviews, (2000, 500, 1000)))
print([(len(texts), int(labels.sum())) for texts, labels in (train, validation, test)])

# %%
import keras
from rnncourse import models, text, training

vocabulary = text.Vocabulary.build(train[0], unit=reviews.train.unit, minimum_count=2)
x_train, x_validation, x_test = (vocabulary.encode_all(part[0], 40) for part in (train, validation, test))


def fit(class_weight=None):
    """A small GRU, eight epochs, the best one kept; its probabilities of a complaint for the test texts."""
    keras.utils.set_random_seed(0)
    sizes = {"units": 16, "embedding_size": 32, "embedding_dropout": 0.2}
    model = models.build_text_classifier(vocabulary_size=len(vocabulary), **sizes)
    recipe = {"epochs": 8, "patience": 8, "learning_rate": 1e-2, "tokens_per_batch": 64, "progress": "none"}
    pairs = (x_train, train[1]), (x_validation, validation[1])
    training.fit(model, *pairs, class_weight=class_weight, **recipe)
    return training.predict(model, x_test)

# %% tags=["measured"]
plain = fit()
print(metrics.evaluate(test[1], plain, label_names=names))

# %% [markdown] lang="zh"
# 猜对了吗？光凭 95% 其实说不出来：可能一条没找到，也可能全找到了、另外误报了一批。看“差评”一行的召回率，再看准确率。交叉熵对每条样本一视同仁：95% 的样本都在说“不是”，最省力的办法就是跟着说。
#
# 两种补救：
#
# - **类别权重**：训练时，一条差评算 $N / (2 N_{\text{差评}}) = 10$ 条，其余的算半条多一点；
# - **阈值**：不重新训练，只把判定线从 0.5 往下移。

# %% [markdown] lang="en"
# Was your guess right? The 95% alone cannot tell: it may have found none, or all of them with as many false alarms. Look at the recall of complaints, then at the accuracy. Cross-entropy treats all examples alike: 95% of them say "no", and the easiest thing is to agree.
#
# Two remedies:
#
# - **class weights**: in training, one complaint counts for $N / (2 N_{\text{complaints}}) = 10$, any other review for little more than a half;
# - **the threshold**: train nothing anew, only move the line of decision down from 0.5.

# %% tags=["measured"]
weighted = fit("balanced")
print(metrics.evaluate(test[1], weighted, label_names=names))

# %% [markdown] lang="zh"
# 先猜：把**没加权**的那个模型的阈值往下拖，能拖出和加权差不多的召回率吗？精确率呢？（它的概率都挤在差评的占比 0.05 附近，要在那里慢慢拖。）

# %% [markdown] lang="en"
# Guess first: drag down the threshold of the model **without** weights. Can you reach a recall like that of the weighted one? And at what precision? (Its probabilities crowd around 0.05, the share of complaints: move slowly there.)

# %% tags=["widget"]
from rnncourse import widgets

widgets.adjust_threshold(test[1], plain, label_names=names, threshold=0.05)

# %% [markdown] lang="zh"
# 阈值只是一条曲线上的一个点。**精确率–召回率曲线**把所有阈值一次画完；曲线下的面积（平均精确率，PR-AUC）不依赖阈值。点线是瞎猜：精确率等于差评的占比。

# %% [markdown] lang="en"
# A threshold is only one point on a curve. The **precision–recall curve** draws all of them at once; the area below it (average precision, PR-AUC) depends on no threshold. The dotted line is guessing, whose precision is the share of complaints.

# %% tags=["measured"]
both = choose(zh={"不加权": plain, "加权": weighted}, en={"plain": plain, "weighted": weighted})
curves = {name: metrics.threshold_curves(test[1], p, steps=1001) for name, p in both.items()}
plots.plot_precision_recall(curves, share=test[1].mean(), marks=dict.fromkeys(curves, (0.5, 0.05)))
plt.show()
for name, p in both.items():
    print(f"{name}: PR-AUC {metrics.bootstrap_interval(metrics.average_precision, test[1], p)}")

# %% [markdown] lang="zh"
# 两条曲线若差不多，权重就只是挪了阈值；加权的那条若更高，网络把差评排到前面的本事也变强了；一种解释是稀有类的梯度不再被淹没。一次训练说明不了，几个种子的结果在下面。可是权重还动了别的东西：**概率的含义**。模型说“70% 是差评”的那些评论，真有 70% 是差评吗？把预测概率分成 10 段，每段比较平均预测和实际占比；差的绝对值按条数加权平均，就是**预期校准误差**（ECE）：
#
# $$\text{ECE} = \sum_k \frac{n_k}{N}\,\bigl|\bar p_k - \bar y_k\bigr|$$

# %% [markdown] lang="en"
# Where the two curves are close, weights merely moved the threshold; where the weighted one lies higher, the network also ranks better, perhaps because the gradient of the rare class is no longer drowned. One run cannot settle it; several seeds are below. But weights move something else as well: **what the probabilities mean**. Of the reviews that a model calls complaints with 70%, are 70% complaints? Put the predictions into ten bins and compare the mean prediction with the share that came true; the mean gap, weighted by the size of the bins, is the **expected calibration error** (ECE):
#
# $$\text{ECE} = \sum_k \frac{n_k}{N}\,\bigl|\bar p_k - \bar y_k\bigr|$$

# %% tags=["measured"]
plots.plot_calibration({name: metrics.calibration(test[1], p) for name, p in both.items()})
plt.show()
for name, p in both.items():
    print(f"{name}: ECE {metrics.expected_calibration_error(test[1], p):.3f}")

# %% [markdown] lang="zh"
# 加权的模型被告知“世界上一半是差评”，它的概率自然偏高，曲线落在对角线下方。也别反过来高估不加权的那个：不论看到什么都说 0.05，ECE 也接近 0；校准好不等于分得开。**要用概率，就不加权，或者加权之后在验证集上重新校准。**
#
# ### 几个种子，两种方法
#
# 一次训练不算数。下面是事先跑好的实验：中英文各四个种子，训练 2,000 条，差评占一半或 5%，都在 5% 的测试集上考；旁边是 TF-IDF + 逻辑回归，看看是不是只有 RNN 这样。

# %% [markdown] lang="en"
# The weighted model was told that half of the world complains, so its probabilities run high and its curve below the diagonal. Nor is the small ECE of the plain one a merit by itself: whoever says 0.05 to everything has an ECE near 0, too; calibrated does not mean able to tell apart. **Where you need probabilities, train without weights, or calibrate anew on the validation set.**
#
# ### Several seeds, two methods
#
# One run proves nothing. Here is an experiment run beforehand: four seeds in each language, 2,000 texts to train on, complaints at one half or at 5%, all tested at 5%; beside the GRU stands TF-IDF with logistic regression, to see whether this is a matter of RNNs.

# %%
record = results.load("testing")
rows = [row for row in record["rows"] if row["part"] == "imbalance"]
minutes = record["seconds"] / 60
tell(
    zh=f"{record['processor']}，{record['cores']} 核，共 {minutes:.0f} 分钟；种子 {record['seeds']}",
    en=f"{record['processor']}, {record['cores']} cores, {minutes:.0f} minutes in all; seeds {record['seeds']}",
)
print("Python", record["python"], *(f"{name} {version}" for name, version in record["versions"].items()), sep=", ")


def column(score, method="gru", share=0.05, weighted=False, language=None):
    """A score of every run of one kind: (runs,), in the order of languages and seeds; nan where undefined."""
    kind = method, share, weighted
    chosen = [r for r in rows if (r["method"], r["share"], r["weighted"]) == kind and language in (None, r["language"])]
    return np.array([r[score] for r in chosen], dtype=float)

# %%
arms = choose(
    zh={"一半差评": (0.5, False), "5%": (0.05, False), "5%，加权": (0.05, True)},
    en={"half": (0.5, False), "5%": (0.05, False), "5%, weighted": (0.05, True)},
)
figure, axes = plt.subplots(1, 2, figsize=(7.6, 2.9), layout="constrained")
for ax, score in zip(axes, ("accuracy", "recall")):
    found = {}
    for method, short in (("gru", "GRU"), ("logistic_regression", "LR")):
        for name, (share, is_weighted) in arms.items():
            values = column(score, method, share, is_weighted, choose(zh="zh", en="en"))
            found[f"{short} {name}"] = metrics.mean_interval(values)
    plots.plot_intervals(found, xlabel=choose(zh={"accuracy": "准确率", "recall": "差评的召回率"}, en={"accuracy": "accuracy", "recall": "recall of complaints"})[score], ax=ax)
    ax.set_xlim(-0.05, 1.05)
axes[1].set_yticklabels([])
plt.show()

# %% [markdown] lang="zh"
# 左右两张图对着看：左边最高的，右边往往最低。图里只有本版的语言，四个种子；区间是 t 区间，种子少，可能伸到 0 或 1 以外。下面的判决用中英文全部八次训练。
#
# **判决规则**（先说好）：同样 2,000 条训练文本，差评从一半减到 5%，如果 GRU 的召回率最多少 5 个百分点（区间整个在 0.05 以下），就算“能处理不平衡”；区间整个在 0.05 以上，就算不能。

# %% [markdown] lang="en"
# Read the two pictures against each other: what stands high on the left tends to stand low on the right. The picture shows the language of this edition, four seeds; its t-intervals of so few may reach beyond 0 or 1. The verdict below takes all eight runs of both languages.
#
# **The rule of the verdict**, stated beforehand: with the same 2,000 texts, complaints go from one half to 5%. If the GRU's recall loses at most 5 points (interval wholly below 0.05), it "handles imbalance"; if the interval lies wholly above 0.05, it does not.

# %% claims=[1]
lost = {m: metrics.mean_interval(column("recall", m, 0.5) - column("recall", m)) for m in ("gru", "logistic_regression")}
for method, interval in lost.items():
    tell(zh=f"{method}：召回率少了 {interval}", en=f"{method}: recall lost {interval}")
accuracy, recall = metrics.mean_interval(column("accuracy")), metrics.mean_interval(column("recall"))
tell(zh=f"差评 5% 时的 GRU：准确率 {accuracy}，召回率 {recall}", en=f"the GRU at 5%: accuracy {accuracy}, recall {recall}")
handles = lost["gru"].high < 0.05
fails = lost["gru"].low > 0.05
verdict = choose(zh="不成立" if fails else "成立" if handles else "没有定论", en="wrong" if fails else "right" if handles else "not settled")
tell(zh=f"原文的主张（第 1 条）里“不平衡性”一项：{verdict}。", en=f"The part of claim 1 that speaks of imbalance: {verdict}.")

# %% [markdown] lang="zh"
# 主张 1 说的是“三样都能有效处理”，只要一样不成立，整句就不成立；异质性和动态性的测量在第 1 章。
#
# 那么什么有用？逐种子相减，看权重和阈值（在验证集上按 F1 选）各改变了多少，GRU 和逻辑回归（LR）都看：

# %% [markdown] lang="en"
# Claim 1 says "all three effectively": where one of them fails, the sentence as a whole does. Heterogeneity and change were measured in chapter 1.
#
# What does help, then? Subtract seed by seed: how much do weights, and a threshold (chosen by F1 on the validation texts), change, for the GRU and for logistic regression (LR)?

# %% claims=[1]
def effect(score, method):
    """What weights, and what the threshold, change in a score: two intervals over the runs."""
    before, weighted_runs = column(score, method), column(score, method, weighted=True)
    return [metrics.mean_interval(after - before) for after in (weighted_runs, column(score + "_tuned", method))]


for method, short in (("gru", "GRU"), ("logistic_regression", "LR")):
    for score, label in choose(zh={"recall": "召回率", "f1": "F1", "accuracy": "准确率"}, en={"recall": "recall", "f1": "F1", "accuracy": "accuracy"}).items():
        by_weights, by_threshold = effect(score, method)
        tell(zh=f"{short} {label}：权重 {by_weights:+.3f}，阈值 {by_threshold:+.3f}", en=f"{short} {label}: weights {by_weights:+.3f}, threshold {by_threshold:+.3f}")

# %% claims=[1]
for method, short in (("gru", "GRU"), ("logistic_regression", "LR")):
    precisions = column("precision", method, weighted=True), column("precision_tuned", method)
    reached = [metrics.mean_interval(values[~np.isnan(values)]) for values in precisions]  # 0/0: no precision
    errors = [metrics.mean_interval(column("calibration_error", method, weighted=w)) for w in (False, True)]
    tell(zh=f"{short}：此时的精确率，权重 {reached[0]}，阈值 {reached[1]}", en=f"{short}: precision then, weights {reached[0]}, threshold {reached[1]}")
    tell(zh=f"{short}：ECE，不加权 {errors[0]}，加权 {errors[1]}", en=f"{short}: ECE, plain {errors[0]}, weighted {errors[1]}")
rise = metrics.mean_interval(column("average_precision", weighted=True) - column("average_precision"))
tell(zh=f"GRU 的 PR-AUC：加权 − 不加权 = {rise:+.3f}", en=f"PR-AUC of the GRU: weighted − plain = {rise:+.3f}")
gap = metrics.mean_interval(column("average_precision") - column("average_precision", "logistic_regression"))
tell(zh=f"PR-AUC：GRU − 逻辑回归 = {gap:+.3f}", en=f"PR-AUC: GRU − logistic regression = {gap:+.3f}")

# %% [markdown] lang="zh"
# 权重和阈值都与网络的种类无关：逻辑回归也能用，只是各有多大用处因模型而异。处理不平衡的是**做实验的人**，不是 RNN；召回率是拿精确率换来的：按均值，判为差评的里面多数并不是。加权伤到的是 GRU 的校准，逻辑回归的 ECE 几乎没动；数据这么少，论 PR-AUC，GRU 还不如逻辑回归。真正缺的是差评本身：2,000 条里只有 100 条，什么方法也变不出第 101 条。
#
# ## 3 一个分数有多准
#
# 测试集是抽样抽来的；换一批，分数就变。变多少？**自助法**：从 $N$ 条里有放回地抽 $N$ 条，当作“另一批测试集”，抽很多次，看分数散开多宽。
#
# 拿两个几秒钟能训练好的模型做例子：TF-IDF + 逻辑回归，一个只看单个词元，一个还看相邻的两个。

# %% [markdown] lang="en"
# Weights and threshold have nothing to do with the kind of network: logistic regression can use them, too, though how much each does depends on the model. What handles imbalance is **whoever runs the experiment**, not the RNN; and recall is paid for with precision: on average most of what is called a complaint is none. Weights hurt the calibration of the GRU, while the ECE of logistic regression hardly moved; and with so few texts the GRU falls behind logistic regression in PR-AUC. What is really missing are complaints: there are 100 among 2,000 texts, and no method conjures up the 101st.
#
# ## 3 How sure is a score?
#
# A test set is a sample; with another one the score moves. By how much? The **bootstrap**: draw $N$ of the $N$ examples with replacement, call that "another test set", repeat, and see how widely the scores spread.
#
# Two models that train in seconds serve as examples: TF-IDF with logistic regression, one on single tokens, one on pairs of neighbours as well.

# %%
from functools import partial
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline


def fit_bag(longest):
    """Right or wrong on each test review, (N,), for n-grams of up to `longest` tokens."""
    tokens = partial(text.tokenize, unit=reviews.train.unit)
    options = {"tokenizer": tokens, "token_pattern": None, "lowercase": False, "sublinear_tf": True}
    bag = make_pipeline(TfidfVectorizer(ngram_range=(1, longest), **options), LogisticRegression(C=10, max_iter=1000))
    bag.fit(reviews.train.texts, reviews.train.labels)
    return bag.predict(reviews.test.texts) == reviews.test.labels


single, pairs = fit_bag(1), fit_bag(2)

# %% tags=["measured"]
rng = np.random.default_rng(0)
N = len(single)
resampled = single[rng.integers(N, size=(2000, N))].mean(axis=1)               # (2000,)
low, high = np.percentile(resampled, [2.5, 97.5])
formula = 1.96 * np.sqrt(single.mean() * (1 - single.mean()) / N)
print(f"{single.mean():.3f} [{low:.3f}, {high:.3f}], N = {N:,}")
tell(zh=f"半宽：自助法 {(high - low) / 2:.4f}，公式 1.96 √(p(1−p)/N) {formula:.4f}", en=f"half width: bootstrap {(high - low) / 2:.4f}, the formula 1.96 √(p(1−p)/N) {formula:.4f}")

# %% [markdown] lang="zh"
# 准确率有公式可查，两者应当几乎相等；F1、PR-AUC、BLEU 没有简单的公式，自助法照样能用。
#
# 区间只说明**测试样本**换一批会怎样。换一个随机种子重新训练会怎样，它不知道；那要训练几次（第 2 节的 `mean_interval`）。报告结果时两样都该给。
#
# ## 4 两个模型，同一张卷子
#
# 带二元组的那个好一点吗？先猜：两个准确率的区间若有重叠，差别就不可信吗？

# %% [markdown] lang="en"
# For accuracy there is a formula, and the two should be almost equal; for F1, PR-AUC and BLEU there is no simple one, and the bootstrap works all the same.
#
# The interval tells what another sample of **test examples** would do. What another random seed would do it does not know; for that, train several times (`mean_interval` in section 2). A report should give both.
#
# ## 4 Two models, one exam
#
# Is the model with pairs any better? Guess first: if the two intervals overlap, is the difference not to be trusted?

# %% tags=["measured"]
def counts(right):
    """What each example adds to an accuracy: (N, 2), right or not and one."""
    return np.stack([right, np.ones(N)], axis=1)


ones = np.ones(N, int)
bag_names = choose(zh=("单个词元", "加上二元组"), en=("single tokens", "with pairs"))
plots.plot_intervals({name: metrics.bootstrap_interval(metrics.accuracy, ones, r.astype(int)) for name, r in zip(bag_names, (single, pairs))})
plt.show()
found = metrics.compare_models(metrics.ratio_of, counts(single), counts(pairs))
print(f"{found.difference:+.4f}, p = {found.p_value:.4f}")
print(metrics.mcnemar(ones, single.astype(int), pairs.astype(int)))
told = found.difference.low > 0
tell(zh="二元组有用，不是碰巧。" if told else "这份测试集分不出谁更好。", en="Pairs help, by more than chance." if told else "This test set cannot tell which is better.")

# %% [markdown] lang="zh"
# 两个模型做的是**同一张卷子**，难题对谁都难，所以要**成对**地比：每次重抽样，两个模型用同样的样本，直接看差。差的区间比两个单独的区间窄。
#
# 三种算法，回答同一个问题：
#
# | 方法 | 怎么做 | 适合 |
# |---|---|---|
# | 配对自助法 | 重抽样本，看差的分布 | 任何分数，给区间 |
# | 近似随机化 | 每条样本抛硬币，交换两个模型的答案，看差能有多大 | 任何分数，给 p 值 |
# | McNemar 检验 | 只看“恰有一个答对”的样本，问是不是五五开 | 准确率，精确 |
#
# （随机化重复 2,000 次，p 值最小只能是 1/2001，约 0.0005；McNemar 检验没有这个下限。）
#
# 看看配对值多少钱：把第二个模型的样本另外抽，也就是不配对：

# %% [markdown] lang="en"
# Both sat the **same exam**, and what is hard is hard for both, so compare them **in pairs**: in every resample both models answer the same examples, and we look at the difference. Its interval is narrower than the two single ones suggest.
#
# Three ways to ask the same question:
#
# | method | how | good for |
# |---|---|---|
# | paired bootstrap | resample examples, look at the spread of the difference | any score; an interval |
# | approximate randomisation | toss a coin for each example to swap the two answers; how large do differences get? | any score; a p-value |
# | McNemar's test | only examples that exactly one got right: is it fifty-fifty? | accuracy; exact |
#
# (With 2,000 random swaps the smallest possible p-value is 1/2001, about 0.0005; McNemar's test has no such floor.)
#
# What is pairing worth? Resample the second model separately, unpaired:

# %% tags=["measured"]
draws = rng.integers(N, size=(2, 2000, N))
paired = (pairs[draws[0]].mean(axis=1) - single[draws[0]].mean(axis=1)).std()
unpaired = (pairs[draws[1]].mean(axis=1) - single[draws[0]].mean(axis=1)).std()
differ = np.mean(single != pairs)
tell(zh=f"标准误：配对 {paired:.4f}，不配对 {unpaired:.4f}；两个模型在 {differ:.1%} 的样本上对错不同", en=f"standard error: paired {paired:.4f}, unpaired {unpaired:.4f}; one right and one wrong in {differ:.1%} of the examples")
tell(zh=f"不配对要达到同样的精度，需要 {(unpaired / paired) ** 2:.1f} 倍的样本", en=f"unpaired, the same precision takes {(unpaired / paired) ** 2:.1f} times the examples")
apart = 1.96 * sum(np.sqrt(right.mean() * (1 - right.mean()) / N) for right in (single, pairs))
tell(
    zh=f"配对时，差 {1.96 * paired:.4f} 就看得出来；等到两个区间不再重叠，要差 {apart:.4f}",
    en=f"in pairs, a difference of {1.96 * paired:.4f} shows; the two intervals overlap up to one of {apart:.4f}",
)

# %% [markdown] lang="zh"
# 前面的猜测有了答案：两个区间重叠，差别**也可能**是真的；最后一行的两个数之间，就是看重叠会漏掉的差。
#
# ### 要看出一个百分点，得有多少条？
#
# 设真实的差是 $\delta$，两个模型在比例为 $d$ 的样本上一对一错。要以 80% 的把握让 McNemar 检验发现它（水平 5%），需要（Connor 1987）
#
# $$N = \left(\frac{z_{.975}\sqrt{d} + z_{.8}\sqrt{d - \delta^2}}{\delta}\right)^2$$
#
# 先猜一个数量级：差一个百分点，几百条？几千条？

# %% [markdown] lang="en"
# So the guess is answered: two intervals may overlap and the difference **still be real**; whoever goes by overlap misses all that lies between the two numbers of the last line.
#
# ### How many examples show a difference of one point?
#
# Let the true difference be $\delta$, and let exactly one of the models be right on a share $d$ of the examples. For McNemar's test (level 5%) to find it with a chance of 80%, it takes (Connor 1987)
#
# $$N = \left(\frac{z_{.975}\sqrt{d} + z_{.8}\sqrt{d - \delta^2}}{\delta}\right)^2$$
#
# Guess the order of magnitude first: for one point, hundreds? Thousands?

# %%
points = np.array([0.005, 0.01, 0.02, 0.03, 0.05])
ax = plt.figure(figsize=(6.4, 3)).gca()
for index, d in enumerate((0.05, 0.1, 0.2)):
    needed = [metrics.examples_needed(gap, d) for gap in points]
    ax.loglog(100 * points, needed, "os^"[index] + "-", label=f"d = {d:.0%}")
    print(f"d = {d:.0%}:", dict(zip((100 * points).tolist(), needed)))
ax.axhline(N, color="black", linestyle=":", label=choose(zh="本课程的测试集", en="this course's test set"))
ax.set(xlabel=choose(zh="真实的差（百分点）", en="true difference (points)"), ylabel=choose(zh="需要的条数", en="examples needed"))
ax.set_xticks([0.5, 1, 2, 3, 5], ["0.5", "1", "2", "3", "5"])
ax.minorticks_off()
ax.legend()
plt.show()

# %% [markdown] lang="zh"
# 差一个百分点要几千条，甚至上万条。那么论文里“提高 0.3 个百分点”呢？代入公式，$d$ = 5% 时要四万多条：几千条的测试集多半看不出真假。
#
# ## 5 主张 26：在哪里调参
#
# “可以通过调整参数，来优化模型的性能”：对，但要看**在哪一份数据上**挑。先看最纯粹的情形：50 个“模型”，每个都在抛硬币。在 200 条测试样本上挑最好的一个，它的准确率是多少？再拿它去考新的 200 条呢？

# %% [markdown] lang="en"
# One point takes thousands, even more than ten thousand. And a paper's gain of 0.3 points? At $d$ = 5% the formula asks for over 43,000 examples: a few thousand can mostly not tell it from chance.
#
# ## 5 Claim 26: where to tune
#
# "By adjusting the parameters, performance can be optimised": yes, but it matters **on which data** you choose. The purest case first: 50 "models", all of which toss coins. Choose the best on 200 test examples: how accurate is it? And on 200 new ones?

# %%
models_tried, size = 50, 200
heads = np.random.default_rng(0).binomial(size, 0.5, (2, 1000, models_tried))  # (test and fresh, repeats, models)
on_test, on_fresh = heads / size                                               # (1000, 50) each
best = on_test.argmax(axis=1)
chosen = np.arange(1000), best
print(f"test {on_test[chosen].mean():.3f}, fresh {on_fresh[chosen].mean():.3f}")

# %% [markdown] lang="zh"
# 没有一个模型学到了任何东西，挑出来的那个却“明显”高于 0.5。挑选这个动作本身，就把运气当成了本事。
#
# 真模型也一样吗？实验记录里，每种语言有 20 个随机设置的小 GRU（单元数、嵌入、学习率、dropout），并记下了它们在 2,000 条没见过的文本上每一条的对错。于是可以反复重演：抽 100 条当测试集，在上面从 $k$ 个里挑最好的，再看它在其余文本上的真本事。

# %% [markdown] lang="en"
# No model has learnt anything, and yet the chosen one stands "clearly" above 0.5. The very act of choosing takes luck for skill.
#
# And real models? The record holds, for each language, 20 small GRUs with random settings (units, embedding, learning rate, dropout), and which of 2,000 unseen texts each got right. So the story can be replayed: draw 100 texts for a test set, choose the best of $k$ on them, then see what it is worth on all the others.

# %%
tuned = [row for row in record["rows"] if row["part"] == "tuning"]


def right_of(row):
    """Which of the held-out texts a model got right: booleans (2000,)."""
    bits = np.frombuffer(bytes.fromhex(row["right"]), dtype=np.uint8)
    return np.unpackbits(bits)[: record["data"]["tuned"][2]].astype(bool)


def replay(candidates, size, rng, repeats=300):
    """Choose the best of `candidates` (k, M) on `size` texts: mean accuracy there, and on the others."""
    found = []
    for _ in range(repeats):
        order = rng.permutation(candidates.shape[1])
        there, others = candidates[:, order[:size]].mean(axis=1), candidates[:, order[size:]].mean(axis=1)
        found.append((there.max(), others[there.argmax()]))
    return np.mean(found, axis=0)

# %%
pool = np.array([right_of(row) for row in tuned if row["language"] == choose(zh="zh", en="en")])   # (20, 2000)
rng = np.random.default_rng(0)
ks = (1, 2, 3, 5, 10, 20)
curve = np.array([np.mean([replay(pool[rng.permutation(20)[:k]], 100, rng, 20) for _ in range(40)], axis=0) for k in ks])
ax = plt.figure(figsize=(6.4, 3)).gca()
styles = zip(choose(zh=("在测试集上", "在新文本上"), en=("on the test set", "on fresh texts")), ("o-", "s--"), curve.T)
for name, style, values in styles:
    ax.plot(ks, values, style, label=name)
ax.set_xticks(ks)
ax.set(xlabel=choose(zh="候选的个数 k", en="candidates k"), ylabel=choose(zh="选中者的准确率", en="accuracy of the chosen"))
ax.legend()
plt.show()

# %% [markdown] lang="zh"
# 两条线都上升：**挑选是有用的**。两条线之间的缝，就是测试集上多报的那一截，它随 $k$ 变宽。
#
# 规则：每个种子（五个候选，两种语言）算一次两件事。**收益**：按**验证集**挑中的，比候选的平均好多少（都在新文本上量）。**虚高**：按 100 条测试文本挑中的，在测试文本上比在新文本上高多少。收益的区间在 0 以上、虚高的区间也在 0 以上，就算“对一半”：调参有用，但拿来挑选的那份数据，报出的分数偏高。

# %% [markdown] lang="en"
# Both lines rise: **choosing is worth something**. The gap between them is what the test set overstates, and it widens with $k$.
#
# The rule: for each seed (five candidates, in two languages) two things are computed. **Gain**: how much better is what the **validation set** chooses than the candidates' mean, both on fresh texts? **Flattery**: how much better does what 100 test texts choose look on them than on the others? Where both intervals lie above 0, the claim is half right: tuning helps, but the data that chose reports too high a score.

# %% claims=[26]
gains, flattery = [], []
for language in ("zh", "en"):
    for seed in record["seeds"]:
        five = [row for row in tuned if (row["language"], row["seed"]) == (language, seed)]
        right = np.array([right_of(row) for row in five])                      # (5, 2000)
        best = np.argmax([row["validation"] for row in five])
        gains.append(right[best].mean() - right.mean())
        flattery.append(np.subtract(*replay(right, 100, rng)))
gain, flattered = metrics.mean_interval(gains), metrics.mean_interval(flattery)
tell(zh=f"收益 {gain:+.3f}；虚高 {flattered:+.3f}", en=f"gain {gain:+.3f}; flattery {flattered:+.3f}")
helps, flatters = gain.low > 0, flattered.low > 0
verdict = choose(zh="对一半" if helps and flatters else "成立" if helps else "没有看到", en="half right" if helps and flatters else "right" if helps else "not seen here")
tell(zh=f"原文的主张（第 26 条）：{verdict}。", en=f"The article's claim (number 26): {verdict}.")

# %% [markdown] lang="zh"
# 所以要三份数据：训练集学参数，**验证集选超参数**，测试集只用一次，用来报数。“用一次”指的是：看过分数以后，不再改任何东西。随机种子也是可以挑的东西，“我们报告最好的种子”就是在测试集上调参。
#
# ## 6 写出来的句子怎么打分：BLEU
#
# 分类有标准答案；翻译的对答案不止一个。**BLEU** 的想法：输出里的 n 元组，有多少也在参考里？第一个陷阱：

# %% [markdown] lang="en"
# So there are three sets: the training set teaches the parameters, the **validation set chooses the hyperparameters**, and the test set is used once, to report. "Once" means: after the score has been seen nothing is changed. A random seed can be chosen, too; "we report the best seed" is tuning on the test set.
#
# ## 6 Scoring written sentences: BLEU
#
# A class is right or wrong; of a translation there are many right versions. The idea of **BLEU**: how many of the hypothesis's n-grams stand in the reference as well? The first trap:

# %%
from collections import Counter

reference = choose(zh=list("猫坐在门口的垫子上"), en=["the", "cat", "sat", "on", "the", "mat"])
silly = [choose(zh="的", en="the")] * 6
ours, theirs = Counter(silly), Counter(reference)
print("".join(choose(zh=silly, en=" ".join(silly))), sum(n for token, n in ours.items() if token in theirs), "/", len(silly))
print("clipped:", (ours & theirs).total(), "/", len(silly))

# %% [markdown] lang="zh"
# 不加限制，重复一个常见词就是满分。**截断**：一个 n 元组最多记到它在参考里出现的次数（`Counter` 的交集）。对 $n = 1..4$ 求截断的精确率 $p_n$。下图是一句正常的输出，它漏了一个词元；蓝色的被记上：

# %% [markdown] lang="en"
# Without a limit, repeating one common word is perfect. **Clipping**: an n-gram counts at most as often as the reference has it (the intersection of two `Counter`s). The clipped precisions $p_n$ are taken for $n = 1..4$. Below is a sensible hypothesis that lacks one token; what counts is blue:

# %%
hypothesis = choose(zh=list("猫在门口的垫子上"), en=["the", "cat", "sat", "on", "mat"])
matched = [metrics.matched_ngrams(hypothesis, reference, n) for n in (1, 2, 3, 4)]
plots.plot_ngrams(hypothesis, matched)
plt.show()
p = np.array([found.mean() for found in matched])
print(p.round(3))

# %% [markdown] lang="zh"
# 第二个陷阱：只写有把握的几个字，精确率就很高。BLEU 不用召回率，用**长度惩罚**。设输出长 $c$，参考长 $r$：
#
# $$\text{BLEU} = 100 \cdot \underbrace{\min\bigl(1,\, e^{1 - r/c}\bigr)}_{\text{长度惩罚}} \cdot \underbrace{\Bigl(\prod_{n=1}^{4} p_n\Bigr)^{1/4}}_{\text{几何平均}}$$
#
# 几何平均的意思是：有一个 $p_n$ 差，总分就差；有一个为 0，总分就是 0（sacrebleu 为此加了平滑）。

# %% [markdown] lang="en"
# The second trap: write only the few tokens you are sure of, and precision is high. BLEU has no recall; it has a **brevity penalty**. With $c$ tokens written and $r$ in the reference,
#
# $$\text{BLEU} = 100 \cdot \underbrace{\min\bigl(1,\, e^{1 - r/c}\bigr)}_{\text{brevity penalty}} \cdot \underbrace{\Bigl(\prod_{n=1}^{4} p_n\Bigr)^{1/4}}_{\text{geometric mean}}$$
#
# The geometric mean makes one poor $p_n$ drag everything down; if one is 0, so is the score (which sacrebleu smooths).

# %%
c, r = len(hypothesis), len(reference)
penalty = min(1, np.exp(1 - r / c))
by_hand = 100 * penalty * np.prod(p) ** (1 / 4)
by_library = metrics.bleu([" ".join(hypothesis)], [" ".join(reference)], tokenize="none")   # sacrebleu
print(f"{penalty:.3f} * {np.prod(p) ** (1 / 4):.3f} -> {by_hand:.2f}", abs(by_hand - by_library.score) < 1e-9)

# %% [markdown] lang="zh"
# 要点：BLEU 是**语料**的分数，先把各句的计数加起来再相除，不是各句 BLEU 的平均。
#
# ### 中文：词元决定分数
#
# 同一对中文句子，三种切法：单字、分好的词、按空格（整句成了一个“词”）。先猜哪个高。

# %% [markdown] lang="en"
# Mind that BLEU belongs to a **corpus**: counts are added up over the sentences before anything is divided; it is no mean of sentence scores.
#
# ### Chinese: the token decides the score
#
# One pair of Chinese sentences, cut in three ways: single characters, segmented words, at spaces (the whole sentence becomes one "word"). Guess which is highest.

# %%
ours, theirs = ["猫 在 门口 的 垫子 上"], ["猫 坐 在 门口 的 垫子 上"]
joined = [side[0].replace(" ", "") for side in (ours, theirs)]
print("characters:", f"{metrics.bleu([joined[0]], [joined[1]], tokenize='zh').score:.1f}")
print("words:     ", f"{metrics.bleu(ours, theirs, tokenize='none').score:.1f}")
print("at spaces: ", f"{metrics.bleu([joined[0]], [joined[1]], tokenize='13a').score:.1f}")
print("chrF:      ", f"{metrics.chrf([joined[0]], [joined[1]]):.1f}")

# %% [markdown] lang="zh"
# 一样的输出，三个 BLEU。所以报 BLEU 必须报切法；`sacrebleu` 就是为此而生的（Post 2018），中文用 `tokenize="zh"`。**chrF** 用字符 n 元组的 F 值（召回率权重加倍），不需要分词，对词形变化也宽容；它和 BLEU 的数值不能互比。
#
# 两个系统的 BLEU 差 0.5，算不算差？BLEU 也是计数之和的函数，第 4 节的配对方法照搬。下面是一个**模拟**：两个“系统”照抄参考，一个每 10 个词元弄坏 1 个，一个每 12.5 个弄坏 1 个。

# %% [markdown] lang="en"
# The same output, three BLEUs. Whoever reports BLEU must report the tokens; that is what `sacrebleu` is for (Post 2018): `tokenize="zh"` for Chinese. **chrF** is an F-score of character n-grams (recall weighs double); it needs no segmentation and forgives inflections. Its values do not compare with those of BLEU.
#
# Two systems differ by half a point of BLEU: is that anything? BLEU is a function of sums of counts, too, so the paired methods of section 4 apply. This is a **simulation**: two "systems" copy the reference, one spoils 1 token in 10, the other 1 in 12.5.

# %%
rng = np.random.default_rng(0)
originals = [text.tokenize(t, reviews.test.unit)[:25] for t in reviews.test.texts if len(t) > 60][:400]
spoilt = [[" ".join("x" if rng.random() < q else token for token in tokens) for tokens in originals] for q in (0.1, 0.08)]
whole = [" ".join(tokens) for tokens in originals]
for size in (50, 400):
    a, b = (metrics.bleu_counts(system[:size], whole[:size], tokenize="none") for system in spoilt)
    found = metrics.compare_models(metrics.bleu_of, a, b, repeats=500)
    print(f"{size}: {found.first:.1f} -> {found.second:.1f}, {found.difference:+.1f}, p = {found.p_value:.3f}")

# %% [markdown] lang="zh"
# 两个系统真的差约 5 分，50 句却看不出来，400 句才看得出来；而 400 句时区间仍有三四分宽，差 0.5 分还是说明不了什么。
#
# ## 7 词错误率：编辑距离
#
# 语音识别问的是：把输出改成参考，最少改几个词？三种改法：替换 $S$、删除 $D$（参考里有，输出漏了）、插入 $I$（输出多了）。除以**参考**的长度：
#
# $$\text{WER} = \frac{S + D + I}{N_{\text{参考}}}$$
#
# 最少几个？填一张表：格 $(m, n)$ 是参考的前 $m$ 个与输出的前 $n$ 个之间的距离，由左上、上、左三格得来：
#
# $$d_{m,n} = \min\bigl(d_{m-1,n-1} + [x_m \ne y_n],\; d_{m-1,n} + 1,\; d_{m,n-1} + 1\bigr)$$

# %% [markdown] lang="en"
# The systems truly differ by some five points, which 50 sentences do not show and 400 do; and with 400 the interval is still several points wide, so that half a point says nothing yet.
#
# ## 7 Word error rate: edit distance
#
# Speech recognition asks: how few words must be changed to turn the output into the reference? There are substitutions $S$, deletions $D$ (in the reference, missing in the output) and insertions $I$ (too many). Divide by the length of the **reference**:
#
# $$\text{WER} = \frac{S + D + I}{N_{\text{reference}}}$$
#
# How few? Fill in a table: cell $(m, n)$ is the distance between the first $m$ tokens of the reference and the first $n$ of the output, from the cells above left, above and left:
#
# $$d_{m,n} = \min\bigl(d_{m-1,n-1} + [x_m \ne y_n],\; d_{m-1,n} + 1,\; d_{m,n-1} + 1\bigr)$$

# %%
spoken = choose(zh=list("今天的语音识别很容易"), en=["it", "is", "easy", "to", "recognise", "speech"])
heard = choose(zh=list("今天雨音是别很很容易"), en=["it", "is", "easy", "to", "wreck", "a", "nice", "beach"])
d = np.zeros((len(spoken) + 1, len(heard) + 1), int)
d[:, 0], d[0] = np.arange(len(spoken) + 1), np.arange(len(heard) + 1)
for m, x in enumerate(spoken, start=1):
    for n, y in enumerate(heard, start=1):
        d[m, n] = min(d[m - 1, n - 1] + (x != y), d[m - 1, n] + 1, d[m, n - 1] + 1)
edits = metrics.align(spoken, heard)
plots.plot_edit_table(d, spoken, heard, edits)
plt.show()
print("equal to the library:", (d == metrics.edit_table(spoken, heard)).all())

# %% [markdown] lang="zh"
# 沿着彩色的路从左上走到右下：斜走是相同（蓝）或替换（黄），往下是删除（橙），往右是插入（绿）。右下角就是编辑次数。最短的路常常不止一条，错误率都一样。
#
# 与两个独立的答案对照：照定义写的递归，和 `jiwer`：

# %% [markdown] lang="en"
# Follow the coloured way from top left to bottom right: a diagonal step is a match (blue) or a substitution (yellow), a step down a deletion (orange), a step right an insertion (green). The corner holds the number of edits. There is often more than one shortest way; the rate is the same.
#
# Against two independent answers, a recursion straight from the definition, and `jiwer`:

# %%
from functools import cache


@cache
def distance(x, y):
    """Edit distance of two tuples, by definition."""
    if not x or not y:
        return len(x) + len(y)
    return min(distance(x[:-1], y[:-1]) + (x[-1] != y[-1]), distance(x[:-1], y) + 1, distance(x, y[:-1]) + 1)


rate = metrics.word_error_rate([" ".join(heard)], [" ".join(spoken)])          # jiwer
print("recursion:", distance(tuple(spoken), tuple(heard)) == d[-1, -1])
print("jiwer:", abs(rate.rate - d[-1, -1] / len(spoken)) < 1e-12)
print(f"({rate.substitutions} + {rate.deletions} + {rate.insertions}) / {rate.reference_length} = {rate.rate:.3f}")

# %% [markdown] lang="zh"
# 中文没有空格，通常报**字错误率**（CER），就像上图那样一字一格。错误率可以大于 1：多说的也算错。大小写、标点、全角半角都会被算成错误，比较之前先统一。
#
# 换成你自己的两句话。试试：只调换两个词的位置，错误率和 BLEU 各变多少？

# %% [markdown] lang="en"
# Chinese has no spaces, so the **character error rate** (CER) is usual there. An error rate may exceed 1, since what was said too much counts as well. Upper case and punctuation count as errors: normalise both sides first.
#
# Now two sentences of your own. Try this: only swap two words. What becomes of the error rate, and of BLEU?

# %% tags=["widget"]
sentences = choose(zh=("我们今天下午去看电影。", "我们下午去看看新电影。"), en=("we are going to the cinema this afternoon", "this afternoon we go to the cinema"))
widgets.explore_sentence_pair(*sentences, unit=choose(zh="character", en="word"))

# %% [markdown] lang="zh"
# ## 8 困惑度：语言模型的分数
#
# 语言模型给每个词元一个概率。它给**真正出现的**那个词元的概率是 $p(y_t)$，困惑度是
#
# $$\text{PPL} = \exp\Bigl(-\frac{1}{T}\sum_{t=1}^{T} \ln p(y_t)\Bigr)$$
#
# 读作：它平均在几个同样可能的词元之间犹豫。均匀模型对 $V$ 个词元一视同仁，困惑度正好是 $V$。填充不算词元。

# %% [markdown] lang="en"
# ## 8 Perplexity: the score of a language model
#
# A language model gives every token a probability. With $p(y_t)$ for the token that **really came**, perplexity is
#
# $$\text{PPL} = \exp\Bigl(-\frac{1}{T}\sum_{t=1}^{T} \ln p(y_t)\Bigr)$$
#
# Read it as: among how many equally likely tokens does the model hesitate on average? The uniform model finds all $V$ tokens alike and has a perplexity of exactly $V$. Padding is no token.

# %%
tokens = text.pad(x_test[:200])                                                # (200, T), 0 is padding
V = len(vocabulary)
uniform = np.full(tokens.shape, 1 / V)
print("uniform model has V:", np.isclose(metrics.perplexity(np.log(uniform), tokens > 0), V))
frequency = np.bincount(np.concatenate(x_train), minlength=V) + 1.0
unigram = (frequency / frequency.sum())[tokens]                                # (200, T)
print("V:", V, " unigram:", round(metrics.perplexity(np.log(unigram), tokens > 0)))
print("padding counted:", round(metrics.perplexity(np.log(unigram))))

# %% [markdown] lang="zh"
# 只数词元频次的模型，困惑度就远低于 $V$。最后一行把填充也算了进去：数字变了，却没有任何意义。
#
# 两个困惑度能比，前提是**词元相同、词表相同、测试文本相同**：按字和按词的困惑度不能直接比（换算成每个字符的比特数才行，见 4.1.3 章）；词表越小，“未知词元”越多，困惑度越低，却不是模型更好。
#
# ## 9 主张 27：“准确率、召回率、F1值等”
#
# **判决规则**（先说好）：对分类，这三个分数用得上（第 1、2 节）。但只要有一对模型，三个分数全同而 ECE 相差 0.01 以上，它们就不够；只要有一个错误率低于 0.2 的序列，逐位置的准确率也低于 0.2，它们对序列就不合用。
#
# 先构造第一个反例：把第 2 节加权模型的概率都挤向 0.5，判定一条也不变：

# %% [markdown] lang="en"
# A model that merely counts words is far below $V$. The last line counts padding as well: another figure, and a meaningless one.
#
# Two perplexities compare only with **the same tokens, the same vocabulary and the same texts**: one a character and one a word do not (bits a character would, see chapter 4.1.3); a smaller vocabulary has more unknown tokens and a lower perplexity without being better.
#
# ## 9 Claim 27: "accuracy, recall, F1 and so on"
#
# **The rule of the verdict**, stated beforehand: for classification the three are of use (sections 1 and 2). If two models agree in all three and their ECE differs by more than 0.01, they are not enough; if a sequence whose error rate is below 0.2 gets an accuracy below 0.2 place by place, they do not fit sequences.
#
# The first counterexample: squeeze the probabilities of section 2's weighted model towards 0.5 without changing one decision:

# %% tags=["measured"] claims=[27]
sure = np.clip(weighted, 1e-6, 1 - 1e-6)
timid = 1 / (1 + ((1 - sure) / sure) ** 0.2)  # on the same side of 0.5
scores = [
    [m(test[1], p >= 0.5) for m in (metrics.accuracy, metrics.recall, metrics.f1)] for p in (sure, timid)
]
errors = [metrics.expected_calibration_error(test[1], p) for p in (sure, timid)]
blind = scores[0] == scores[1] and abs(errors[0] - errors[1]) > 0.01
tell(zh=f"三个分数完全相同：{scores[0] == scores[1]}；ECE：{errors[0]:.3f} → {errors[1]:.3f}", en=f"all three scores equal: {scores[0] == scores[1]}; ECE: {errors[0]:.3f} → {errors[1]:.3f}")

# %% [markdown] lang="zh"
# 第二个反例，翻译和语音：逐个位置比“对不对”，前面多一个词，后面会怎样？

# %% [markdown] lang="en"
# The second, for translation and speech: compare place by place. What does one word too many at the front do to everything behind it?

# %% tags=["measured"] claims=[27]
shifted = [choose(zh="啊", en="well"), *spoken]
places = np.mean([a == b for a, b in zip(shifted, spoken)])
late = metrics.word_error_rate([" ".join(shifted)], [" ".join(spoken)]).rate
tell(zh=f"逐位置的准确率 {places:.2f}；错误率 {late:.2f}", en=f"accuracy by places {places:.2f}; error rate {late:.2f}")
misled = places < 0.2 and late < 0.2
verdict = choose(zh="对分类成立，但不够；对序列不合用", en="right for classification, yet not enough; unfit for sequences") if blind and misled else choose(zh="成立", en="right")
tell(zh=f"原文的主张（第 27 条）：{verdict}。", en=f"The article's claim (number 27): {verdict}.")

# %% [markdown] lang="zh"
# 那么，什么任务报什么分数？
#
# | 任务 | 报什么 | 别忘了 |
# |---|---|---|
# | 分类，类别均衡 | 准确率 + 区间 | 几个种子，及格线 |
# | 分类，类别不均衡 | 稀有类的精确率、召回率、F1，PR-AUC | 永远说“不”的模型得多少分 |
# | 要用概率做决定 | 校准图，ECE | 加权训练可能把它弄坏 |
# | 翻译 | BLEU（写明切法）、chrF | 配对检验；人读几句 |
# | 语音识别 | WER，中文 CER | 统一大小写和标点 |
# | 语言模型 | 困惑度，或每字符比特数 | 词元和词表要相同 |
#
# ## 小结
#
# - 类别越偏，准确率越空；召回率和精确率一起看，阈值是可以选的。
# - 处理不平衡的不是 RNN，而是权重、阈值和更多的稀有样本；权重可能弄坏校准。
# - 分数要有区间；两个模型要配对比；看出一个百分点往往要几千条。
# - 超参数在验证集上挑；在测试集上挑，挑到的有一部分是运气。
# - BLEU = 截断的 n 元组精确率的几何平均 × 长度惩罚；WER = 编辑距离 / 参考长度；困惑度 = 平均惊讶的指数。
#
# ## 试一试
#
# 1. 把第 2 节的 5% 改成 1%（`draw` 的 `share`），再改成 20%。召回率从哪里开始塌？
# 2. 第 5 节的硬币：改成 1,000 个“模型”（`models_tried`），再把测试集改成 2,000 条（`size`）。哪个改动让虚高变大，哪个变小？
# 3. 用 `metrics.compare_models` 比第 2 节的两个模型的准确率；再写一个打分函数比它们的召回率（提示：每条样本贡献两个计数）。
# 4. 在小控件里找一对句子：BLEU 很低，但你认为译得完全正确。
#
# 练习在 `exercises/`：BLEU、词错误率、配对自助法、困惑度、校准误差。下一章（4.1.1）做真正的机器翻译，这里的分数马上用上。
#
# ## 出处
#
# - Papineni, Roukos, Ward, Zhu (2002). BLEU: a method for automatic evaluation of machine translation. *ACL*. [aclanthology.org/P02-1040](https://aclanthology.org/P02-1040)
# - Post (2018). A call for clarity in reporting BLEU scores. *WMT*. [aclanthology.org/W18-6319](https://aclanthology.org/W18-6319)
# - Popović (2015). chrF: character n-gram F-score for automatic MT evaluation. *WMT*. [aclanthology.org/W15-3049](https://aclanthology.org/W15-3049)
# - Koehn (2004). Statistical significance tests for machine translation evaluation. *EMNLP*. [aclanthology.org/W04-3250](https://aclanthology.org/W04-3250)
# - Riezler, Maxwell (2005). On some pitfalls in automatic evaluation and significance testing for MT. [aclanthology.org/W05-0908](https://aclanthology.org/W05-0908)
# - McNemar (1947). Note on the sampling error of the difference between correlated proportions. *Psychometrika* 12.
# - Connor (1987). Sample size for testing differences in proportions for the paired-sample design. *Biometrics* 43.
# - Levenshtein (1966). Binary codes capable of correcting deletions, insertions, and reversals.
# - Guo, Pleiss, Sun, Weinberger (2017). On calibration of modern neural networks. [arXiv:1706.04599](https://arxiv.org/abs/1706.04599)
# - Saito, Rehmsmeier (2015). The precision-recall plot is more informative than the ROC plot when evaluating binary classifiers on imbalanced datasets. *PLOS ONE* 10(3).
# - Efron, Tibshirani (1993). *An introduction to the bootstrap*.
# - Cawley, Talbot (2010). On over-fitting in model selection and subsequent selection bias in performance evaluation. *JMLR* 11.

# %% [markdown] lang="en"
# What, then, to report for which task?
#
# | task | report | do not forget |
# |---|---|---|
# | classification, balanced | accuracy with its interval | several seeds, the bar |
# | classification, imbalanced | precision, recall, F1 of the rare class, PR-AUC | what "always no" would get |
# | decisions by probability | calibration picture, ECE | training with weights can spoil it |
# | translation | BLEU (say which tokens), chrF | a paired test; read some sentences |
# | speech recognition | WER, for Chinese CER | normalise case and punctuation |
# | language model | perplexity, or bits a character | the same tokens and vocabulary |
#
# ## Summary
#
# - The rarer a class, the hollower accuracy; read recall and precision together, and choose the threshold.
# - It is not the RNN that handles imbalance, but weights, a threshold and more of the rare examples; weights can spoil calibration.
# - A score needs an interval; two models are compared in pairs; to see one point often takes thousands of examples.
# - Hyperparameters are chosen on the validation set; what the test set chooses is in part luck.
# - BLEU is the geometric mean of clipped n-gram precisions times the brevity penalty; WER is edit distance over the reference's length; perplexity is exp of the mean surprise.
#
# ## Try it
#
# 1. Change the 5% of section 2 to 1% (`share` of `draw`), then to 20%. Where does recall begin to collapse?
# 2. The coins of section 5: make it 1,000 "models" (`models_tried`), then a test set of 2,000 (`size`). Which of the two raises the flattery, which lowers it?
# 3. Compare the accuracies of section 2's two models by `metrics.compare_models`; then write a score that compares their recall (hint: each example adds two counts).
# 4. Find a pair of sentences in the widget with a very low BLEU that you would call a perfect translation.
#
# The tasks are in `exercises/`: BLEU, word error rate, paired bootstrap, perplexity, calibration error. The next chapter (4.1.1) translates in earnest and needs these scores at once.
#
# ## Sources
#
# - Papineni, Roukos, Ward, Zhu (2002). BLEU: a method for automatic evaluation of machine translation. *ACL*. [aclanthology.org/P02-1040](https://aclanthology.org/P02-1040)
# - Post (2018). A call for clarity in reporting BLEU scores. *WMT*. [aclanthology.org/W18-6319](https://aclanthology.org/W18-6319)
# - Popović (2015). chrF: character n-gram F-score for automatic MT evaluation. *WMT*. [aclanthology.org/W15-3049](https://aclanthology.org/W15-3049)
# - Koehn (2004). Statistical significance tests for machine translation evaluation. *EMNLP*. [aclanthology.org/W04-3250](https://aclanthology.org/W04-3250)
# - Riezler, Maxwell (2005). On some pitfalls in automatic evaluation and significance testing for MT. [aclanthology.org/W05-0908](https://aclanthology.org/W05-0908)
# - McNemar (1947). Note on the sampling error of the difference between correlated proportions. *Psychometrika* 12.
# - Connor (1987). Sample size for testing differences in proportions for the paired-sample design. *Biometrics* 43.
# - Levenshtein (1966). Binary codes capable of correcting deletions, insertions, and reversals.
# - Guo, Pleiss, Sun, Weinberger (2017). On calibration of modern neural networks. [arXiv:1706.04599](https://arxiv.org/abs/1706.04599)
# - Saito, Rehmsmeier (2015). The precision-recall plot is more informative than the ROC plot when evaluating binary classifiers on imbalanced datasets. *PLOS ONE* 10(3).
# - Efron, Tibshirani (1993). *An introduction to the bootstrap*.
# - Cawley, Talbot (2010). On over-fitting in model selection and subsequent selection bias in performance evaluation. *JMLR* 11.
