# %% [markdown] lang="zh"
# # 5.3 安全性
#
# 原文 4.3 节只有一句话：“可以通过添加循环神经网络的循环结构、添加循环神经网络的输出层等方法，来提高模型的安全性。”
#
# 加几层就更安全吗？先要问：**防谁？** “安全”不是模型的一个属性，而是对着某个攻击者说的：他在什么时候动手，知道多少，想要什么。
#
# | 谁 | 什么时候 | 知道什么 | 想要什么 | 在哪一节 |
# |---|---|---|---|---|
# | 研究者、红队 | 使用时 | 模型的全部（白盒） | 知道模型最坏能差到哪里 | 2、3 |
# | 写评论的人 | 使用时 | 只看得到输出（黑盒） | 让差评被判成好评，人还读得懂 | 4 |
# | 数据的提供者 | 训练之前 | 能往训练集里塞几条 | 留一个触发词，日后想要什么就判什么 | 7 |
# | 好奇的用户 | 使用时 | 每条文本的损失 | 挖出训练数据里别人的秘密 | 8 |
# | 任何人 | 使用时 | 一个接口 | 用怪文本把服务拖垮、骗过去 | 9 |
# | 模型文件的作者 | 加载时 | 你会运行 `load_model` | 在你的机器上运行他的代码 | 9 |
#
# 本章的攻击只针对课程自己的小模型，目的是量出弱点、检验防御。读完本章，你能够推出并实现梯度攻击，读懂“攻击下的准确率”，用会绕过防御的攻击检验防御，找出训练集里的触发词，量出模型记住了多少，并安全地打开一个模型文件。

# %% [markdown] lang="en"
# # 5.3 Security
#
# Section 4.3 of the article is one sentence: "The security of the model can be improved by adding loop structure to the recurrent neural network, adding output layers to it, and so on."
#
# Do a few more layers make it safer? First ask: **safe from whom?** Security is no property of a model alone. It is said with an attacker in mind: when they act, what they know, what they want.
#
# | who | when | knows | wants | section |
# |---|---|---|---|---|
# | a researcher, a red team | in use | all of the model (white box) | to know how bad it can get | 2, 3 |
# | who writes a review | in use | the output alone (black box) | a bad review to pass for a good one, still readable | 4 |
# | who supplies data | before training | may slip in a few examples | a trigger that later gets any answer they like | 7 |
# | a curious user | in use | the loss of any text | somebody's secret in the training data | 8 |
# | anybody | in use | an interface | to choke or to fool the service with odd texts | 9 |
# | the author of a model file | at loading | that you will run `load_model` | to run their code on your machine | 9 |
#
# The attacks of this chapter are aimed at the course's own small models, to measure weaknesses and to test defences. After it you can derive and write the gradient attack, read an accuracy under attack, test a defence by an attack that knows it, find a trigger in training data, measure what a model has memorised, and open a model file safely.

# %%
from functools import partial

import keras
import matplotlib.pyplot as plt
import numpy as np

from rnncourse import choose, datasets, explain, metrics, models, plots, results, runtime, text, training
from rnncourse import robustness as rb


def tell(*, zh, en):
    """Print the sentence that is in the reader's language."""
    print(choose(zh=zh, en=en))


language = choose(zh="zh", en="en")

# %% [markdown] lang="zh"
# ## 1 一个要保护的模型
#
# 和 [4.2](4_2_text_classification.ipynb) 一样的评论、一样的双向 GRU，只是小一号，只读不超过 24 个词元的评论，好在几秒内训练完。

# %% [markdown] lang="en"
# ## 1 A model worth protecting
#
# The reviews of [4.2](4_2_text_classification.ipynb) and its bidirectional GRU, only smaller, and of the reviews those of at most 24 tokens, so that training takes seconds.


# %%
def short(part, count):
    """The first `count` reviews of 4 to 24 tokens."""
    lengths = np.array([len(text.tokenize(one, part.unit)) for one in part.texts])
    return part.take(np.flatnonzero((lengths >= 4) & (lengths <= 24))[:count])


parts = datasets.split(datasets.load_reviews())
train, validation, test = (short(part, count) for part, count in zip(parts, (2000, 300, 400), strict=True))
vocabulary = text.Vocabulary.build(train.texts, unit=train.unit, minimum_count=2)
ids = [vocabulary.encode_all(part.texts) for part in (train, validation, test)]
print([len(part) for part in (train, validation, test)])


# %% tags=["measured"]
def fitted(examples, seed=0):
    """A classifier trained on (sequences, labels)."""
    runtime.set_seed(seed)
    model = models.build_text_classifier(vocabulary_size=len(vocabulary), units=16, embedding_size=32)
    recipe = {"epochs": 4, "learning_rate": 1e-2, "tokens_per_batch": 1024, "progress": "none"}
    training.fit(model, examples, (ids[1], validation.labels), seed=seed, **recipe)
    return model


def accuracy(model):
    """On the test reviews."""
    return float(np.mean((training.predict(model, ids[2]) >= 0.5) == test.labels))


model = fitted((ids[0], train.labels))
tell(zh=f"测试准确率 {accuracy(model):.3f}", en=f"test accuracy {accuracy(model):.3f}")

# %% [markdown] lang="zh"
# ## 2 梯度攻击
#
# 训练时，我们固定输入，沿梯度改权重，让损失变小。攻击者反过来：固定权重，沿梯度改**输入**，让损失变大。
#
# 文本是一串编号，没法“改一点点”；但词嵌入可以。设一条文本的嵌入是 $x$（形状 $(T, D)$），正确的类是 $y$，损失 $L(x) = -\ln p_y(x)$。攻击者可以加上一个扰动 $r$，每个数最多动 $\epsilon$：
#
# $$\max_{|r_{t,d}| \le \epsilon} L(x + r)$$
#
# $\epsilon$ 很小时，用一阶近似代替 $L$：
#
# $$L(x + r) \approx L(x) + \sum_{t,d} g_{t,d}\, r_{t,d}, \qquad g = \frac{\partial L}{\partial x}$$
#
# 现在每个坐标各管各的。要让 $g_{t,d}\,r_{t,d}$ 最大，$|r_{t,d}|$ 就取满 $\epsilon$，符号与 $g_{t,d}$ 相同：
#
# $$r_{t,d} = \epsilon\,\operatorname{sign}(g_{t,d}), \qquad L(x + r) \approx L(x) + \epsilon \sum_{t,d} |g_{t,d}|$$
#
# 这就是**快速梯度符号法**（FGSM；Goodfellow 等，2015）。注意最后的和：坐标有 $T \cdot D$ 个，每个只动一点点，加起来却可以很多。随机的符号则大多互相抵消。
#
# 线性模型上近似就是等式，所以可以穷举检验：6 个坐标，每个取 $-\epsilon, 0, \epsilon$，共 729 种扰动，最坏的一种应当恰好是它。

# %% [markdown] lang="en"
# ## 2 The gradient attack
#
# Training holds the input and changes the weights along the gradient, to make the loss smaller. An attacker turns this round: hold the weights, change the **input** along the gradient, make the loss larger.
#
# A text is a row of ids, which cannot change "a little"; embeddings can. Let $x$ (shape $(T, D)$) be the embeddings of a text, $y$ its right class, and $L(x) = -\ln p_y(x)$ the loss. The attacker adds a perturbation $r$ that moves each number by $\epsilon$ at most:
#
# $$\max_{|r_{t,d}| \le \epsilon} L(x + r)$$
#
# For a small $\epsilon$ put the first-order approximation in place of $L$:
#
# $$L(x + r) \approx L(x) + \sum_{t,d} g_{t,d}\, r_{t,d}, \qquad g = \frac{\partial L}{\partial x}$$
#
# Now every coordinate minds its own business. For the largest $g_{t,d}\,r_{t,d}$ let $|r_{t,d}|$ be all of $\epsilon$, with the sign of $g_{t,d}$:
#
# $$r_{t,d} = \epsilon\,\operatorname{sign}(g_{t,d}), \qquad L(x + r) \approx L(x) + \epsilon \sum_{t,d} |g_{t,d}|$$
#
# That is the **fast gradient sign method** (FGSM; Goodfellow et al., 2015). Look at the sum: there are $T \cdot D$ coordinates, each moves a little, and together that can be a lot. Random signs mostly cancel.
#
# For a linear model the approximation is exact, so brute force can check it: 6 coordinates, each one of $-\epsilon, 0, \epsilon$, are 729 perturbations, and the worst should be this very one.

# %%
from itertools import product

rng = np.random.default_rng(0)
w, x, b, epsilon = rng.normal(size=6), rng.normal(size=6), 0.3, 0.1


def loss(x):
    """Of class 1, of a linear model: (..., 6) -> (...)."""
    return np.log1p(np.exp(-(x @ w + b)))


slope = -w / (1 + np.exp(x @ w + b))  # dL/dx, by pencil
corners = epsilon * np.array(list(product((-1, 0, 1), repeat=6)))  # (729, 6)
worst = corners[np.argmax(loss(x + corners))]
print(
    len(corners),
    "perturbations; the sign step is the worst:",
    np.array_equal(worst, epsilon * np.sign(slope)),
)

# %% [markdown] lang="zh"
# 真的模型里，梯度要穿过 GRU 的循环。`cut_behind_embeddings` 把模型从嵌入后面切开，后一半就成了 $x \mapsto p$ 的函数，自动微分给出 $g$。它对不对？与中心差分比一比：在 20 个随机坐标上各挪一点，看损失变多少。

# %% [markdown] lang="en"
# In the real model the gradient goes through the loop of a GRU. `cut_behind_embeddings` cuts the model behind its embeddings, so that the second half is a function $x \mapsto p$, and automatic differentiation gives $g$. Is it right? Compare with central differences: move 20 random coordinates a little and see what the loss does.

# %%
from rnncourse.embedded import cut_behind_embeddings, gradients, probability_of

cut, one = cut_behind_embeddings(model), ids[2][0][None]  # (1, T)
label = test.labels[:1]
points = np.asarray(cut.points(one)[0])  # (1, T, D)


def loss_of(moved):
    """-ln p of the right class: a list of one tensor (B, T, D) -> (B,)."""
    count = len(moved[0])
    return -keras.ops.log(
        probability_of(cut.output(np.repeat(one, count, 0), moved), np.repeat(label, count))
    )


g = gradients(loss_of, [points])[1][0]  # (1, T, D)
places = rng.choice(points.size, 20, replace=False)
moves = 0.02 * np.eye(points.size)[places].reshape(20, *points.shape[1:])
up, down = (gradients(loss_of, [points + sign * moves])[0] for sign in (1, -1))
error = np.abs((up - down) / 0.04 - g.ravel()[places]).max() / np.abs(g).max()
tell(zh=f"梯度与中心差分一致：{error < 0.02}", en=f"gradient equals central differences: {error < 0.02}")

# %% [markdown] lang="zh"
# 现在攻击。强度用**嵌入平均长度的几分之几**来说，不同的模型才好比较：强度 0.1 就是每个词元的向量最多挪动平均长度 $\bar e$ 的十分之一，也就是每个数最多动 $\epsilon = 0.1\,\bar e / \sqrt{D}$。`pgd` 是同一件事走许多小步，每步重算梯度，并保持在界内（Madry 等，2018）：损失弯曲得越厉害，它比一步强得越多。对照组挪动得一样远，但符号是随机的。

# %% [markdown] lang="en"
# Now attack. The strength is said in parts of the **mean length of an embedding**, so that models can be compared: at 0.1 each token's vector moves by at most a tenth of that length $\bar e$, which is $\epsilon = 0.1\,\bar e / \sqrt{D}$ for each number. `pgd` does the same in many small steps, with a new gradient each, kept within the bounds (Madry et al., 2018): the more the loss bends, the more it gains over one step. The control moves as far, with random signs.

# %% tags=["measured"]
few, few_labels = ids[2][:100], test.labels[:100]
rows, strengths = text.pad(few), (0.0, 0.05, 0.1, 0.2)
size = rb.mean_embedding_norm(model, few)
found = {"fgsm": [], choose(zh="随机符号", en="random signs"): []}
for strength in strengths:
    found["fgsm"].append(rb.fgsm(model, few, few_labels, strength=strength).accuracy_after)
    start = np.asarray(cut.points(rows)[0])
    move = rng.choice((-1, 1), start.shape) * strength * size / np.sqrt(start.shape[-1])
    answer = cut.output(rows, [keras.ops.convert_to_tensor(start + move, "float32")])
    found[list(found)[1]].append(float(np.mean((np.asarray(answer)[:, 0] >= 0.5) == few_labels)))
fig, ax = plt.subplots(figsize=(5.5, 2.8))
for name, values in found.items():
    ax.plot(strengths, values, "o-", label=name)
ax.set(ylim=(0, 1), xlabel=choose(zh="强度", en="strength"), ylabel=choose(zh="准确率", en="accuracy"))
ax.legend()
plt.show()

# %% [markdown] lang="zh"
# 两条线挪动得一样远，差别全在方向。**“对噪声稳健”和“对攻击稳健”是两回事。**
#
# ## 3 断言 34：加层就更安全吗
#
# 先猜。然后看测量（`experiments/security.py`）：循环层 1、2、4 层，输出层 1、2、3 层；每个模型都用自己的嵌入长度来定强度，这样没有谁因为嵌入长一些就占便宜。

# %% [markdown] lang="en"
# Both lines have moved equally far; all the difference is in the direction. **To withstand noise is one thing, to withstand an attack another.**
#
# ## 3 Claim 34: do more layers make it safer?
#
# Guess first. Then see the measurement (`experiments/security.py`): 1, 2 or 4 recurrent layers, and 1, 2 or 3 output layers; the strength follows each model's own embeddings, so that none gains by having longer ones.

# %%
record = results.load("security")
data, seeds = record["data"], len(record["seeds"])
tell(
    zh=f"每格 {seeds} 个种子；{record['processor']}，{record['cores']} 核，共 {record['seconds'] / 60:.0f} 分钟。",
    en=f"{seeds} seeds each; {record['processor']}, {record['cores']} cores, {record['seconds'] / 60:.0f} minutes in all.",
)


def column(name, part, **fixed):
    """The column `name` of the rows of that part that agree with `fixed`, one number a seed; (seeds,)."""
    wanted = {"part": part, **fixed}.items()
    return np.array([row[name] for row in record["rows"] if wanted <= row.items()])


def interval(name, part, **fixed):
    return metrics.mean_interval(column(name, part, **fixed))


counts = {"recurrent": (1, 2, 4), "output": (1, 2, 3)}
names = choose(
    zh={"before": "不攻击", "random": "随机符号", "fgsm": "fgsm", "pgd": "pgd"},
    en={"before": "no attack", "random": "random signs", "fgsm": "fgsm", "pgd": "pgd"},
)
strength = data["strengths"][0]

# %%
fig, axes = plt.subplots(1, 2, figsize=(8, 3), sharey=True)
titles = choose(zh=("循环层数", "输出层数"), en=("recurrent layers", "output layers"))
for ax, (series, numbers), title in zip(axes, counts.items(), titles, strict=True):
    curves = {name: [] for name in names.values()}
    for count in numbers:
        setting = {"recurrent": 1, "output": 1, series: count, "strength": strength, "language": language}
        for key, name in names.items():
            curves[name].append(interval(key, "layers", **setting))
    plots.plot_bands(numbers, curves, xlabel=title, chance=0.5, ax=ax)
    ax.set(xticks=numbers, ylim=(0, 1))
axes[0].set_ylabel(choose(zh=f"准确率（强度 {strength}）", en=f"accuracy (strength {strength})"))
axes[0].get_legend().remove()
axes[1].legend(loc="upper left", bbox_to_anchor=(1.01, 1))
plt.show()

# %% [markdown] lang="zh"
# 裁决的规则写在代码里：两种语言里，都把层数最多的模型与一层的模型逐个种子相减（`pgd` 下的准确率）。两个系列在两种语言里都明显上升（区间的下端大于 0），断言成立；只有一个系列如此，对一半；都不是，不成立。虚线是乱猜的 0.5：攻击者知道正确答案，所以准确率可以比乱猜还低。重合的线也在说话：随机符号盖住不攻击，说明噪声伤不了模型；pgd 盖住 fgsm，说明在这个强度下损失近乎线性，一步就够了。

# %% [markdown] lang="en"
# The rule of the verdict is in the code: in both languages subtract the model of one layer from the one with most, seed by seed (accuracy under `pgd`). If both series clearly rise in both languages (the lower end above 0) the claim is right; if one does, half right; else wrong. The dashed line is a guess, 0.5: the attacker knows the right answers, so accuracy may fall below it. Lines on top of each other speak, too: random signs on no attack say that noise does no harm, pgd on fgsm that the loss is nearly linear at this strength and one step is enough.


# %% claims=[34]
def gain(series, language):
    """Accuracy under pgd: most layers minus one, seed by seed; an Interval."""
    one, most = (
        column("pgd", "layers", **{"recurrent": 1, "output": 1, series: count}, language=language)
        for count in (1, counts[series][-1])
    )
    return metrics.mean_interval(most - one)


gains = {series: {code: gain(series, code) for code in ("zh", "en")} for series in counts}
for (series, found), title in zip(gains.items(), titles, strict=True):
    said = ", ".join(f"{code} {g.estimate:+.2f} [{g.low:+.2f}, {g.high:+.2f}]" for code, g in found.items())
    print(f"{title} 1 → {counts[series][-1]}: {said}")
rises = [all(g.low > 0 for g in found.values()) for found in gains.values()]
verdict = {2: ("成立", "right"), 1: ("对一半", "half right"), 0: ("不成立", "wrong")}[sum(rises)]
tell(
    zh=f"第 34 条：{verdict[0]}。攻击下的准确率随层数明显上升的系列：2 个中有 {sum(rises)} 个。",
    en=f"Claim 34: {verdict[1]}. Series whose accuracy under attack clearly rises with layers: {sum(rises)} of 2.",
)

# %% [markdown] lang="zh"
# 怎么理解？上一节的和 $\epsilon\sum|g|$ 是关键：一步能造成多大的损失，看梯度有多大。多一层，就多乘一个雅可比矩阵；训练只要求答案对，没有任何东西要求这些矩阵小，所以也没有理由指望层数能防住谁（比较时还要看“不攻击”那条线：层数不同，干净的准确率也可能不同）。要防御，就得把“最坏情况下也要对”写进训练目标，那是第 6 节的事。
#
# ## 4 人几乎看不出的改动
#
# 真正的攻击者碰不到嵌入，只能改字。改动要让人读起来还是那句话：中文换形近字、同音字，英文打错一个键、交换两个字母；总数不超过字符的 10%（至少一个）。
#
# `attack_texts` 贪心地找：每一轮试许多改动，留下最伤正确类的那一个，直到答案翻转或预算用完。候选太多时，用梯度给它们排个队，只试前几个：设 $h_t$ 是正确类的概率对词元 $t$ 的嵌入的梯度，把嵌入从 $e_t$ 换成 $e'$，概率约变 $(e' - e_t)\cdot h_t$（HotFlip，Ebrahimi 等，2018）。排队要用到模型的梯度，是白盒；黑盒的攻击者不排队，每个候选都问一遍模型，多花的只是次数。

# %% [markdown] lang="en"
# How come? The sum $\epsilon\sum|g|$ of the last section holds the key: what a step can do depends on how large the gradient is. One more layer is one more Jacobian in the product, and training, which asks for right answers only, asks nothing of its size; so there is no reason to expect protection from layers. (When comparing, look at the line without attack, too: with other layers clean accuracy may differ.) To defend, "right in the worst case, too" must go into the training objective; that is section 6.
#
# ## 4 Changes that people hardly notice
#
# A real attacker cannot touch embeddings, only characters. The text should still read as what it was: for English a slip of the keyboard, two letters swapped; for Chinese a character that looks or sounds alike; in all at most 10% of the characters (at least one).
#
# `attack_texts` searches greedily: each round tries many changes and keeps the one that hurts the right class most, until the answer turns or the budget is spent. Where there are too many, gradients put them in order and only the first few are tried: let $h_t$ be the gradient of the right class's probability by the embedding of token $t$; from embedding $e_t$ to $e'$ the probability changes by about $(e' - e_t)\cdot h_t$ (HotFlip, Ebrahimi et al., 2018). That order needs the model's gradients, a white box. An attacker with a black box asks the model about every candidate instead, and all it costs is more questions.

# %% tags=["measured"]
edits_of = partial(rb.unnoticed, language=language)
predict = rb.text_predictor(model, vocabulary)
rank = rb.gradient_rank(model, vocabulary)
victims, labels = test.texts[:40], test.labels[:40]
attacks = rb.attack_texts(predict, victims, labels, edits_of, rank=rank, tried=8)
drawn = [rb.random_edits(one, edits_of(one), rng) for one in victims]
by_lot = np.mean((predict(drawn) >= 0.5) == labels)
summary = rb.attack_summary(attacks)
tell(
    zh=f"{len(victims)} 条评论：不改 {summary['before']:.2f}，随机改 {by_lot:.2f}，攻击 {summary['after']:.2f}；"
    f"平均改了 {summary['changed']:.1%} 的字符。",
    en=f"{len(victims)} reviews: as they are {summary['before']:.2f}, random edits {by_lot:.2f}, "
    f"attacked {summary['after']:.2f}; {summary['changed']:.1%} of the characters changed on average.",
)

# %% [markdown] lang="zh"
# 不要只看数字。**读一读**它写了什么（上方小字是原来的）：

# %% [markdown] lang="en"
# Do not stop at the figures. **Read** what it wrote (small above: what stood there):

# %% tags=["measured"]
turned = [attack for attack in attacks if attack.succeeded] or attacks
for attack in turned[1:5]:
    pairs = rb.pieces(attack.text, attack.edits, unit=train.unit)
    title = f"{test.label_names[attack.label]}: {attack.before:.2f} → {attack.after:.2f}"
    plots.plot_edits(pairs, unit=train.unit, title=title)
    plt.show()

# %% [markdown] lang="zh"
# 你看出来了吗？诚实的回答多半是：**有一些看得出来**。形近字（未/末）一扫而过，同音字（这/蔗）却常常一眼就扎眼，短评论里改一个字也很显眼；“太”改成“大”，有时连意思都变了，那就不算“还是那句话”。“人看不出”是攻击的前提，不是攻击程序能自己证明的；论文里的攻击成功率如果没有请人读过，就要打折扣看。不过在垃圾评论的战场上，攻击者只要求人读得懂，并不要求人不起疑。
#
# 再看正式测量：每种改动分别攻击，与同样预算的随机改动对照。（英文版测的是打字错误和“近义”词。后者取自分类器自己的嵌入：离得近的词偏向同一类，却常常不是同一个意思，所以更要读。）

# %% [markdown] lang="en"
# Did you notice? Honestly, most likely: **some of them, yes**. A doubled letter within a long word slips by; two wrong letters in a short review do not, and where a typo makes another real word the meaning may go, too, and then it is no longer the same review. That people do not notice is the premise of such an attack, which the attacking program cannot prove by itself; a success rate in a paper for which nobody was asked to read the texts deserves a discount. Then again, a spammer only needs to be understood, not to pass unsuspected.
#
# Now the full measurement: each kind of change on its own, beside random changes of the same budget. ("Near words" are neighbours in the classifier's own embedding: near in class and often not in meaning, so read these all the more. The Chinese edition has characters that look or sound alike.)

# %%
kinds = choose(
    zh={"look": "形近字", "sound": "同音字"},
    en={"typo": "typos", "word": "near words"},
)
columns = choose(
    zh={"before": "不改", "random": "随机改", "after": "攻击"},
    en={"before": "as it is", "random": "random edits", "after": "attacked"},
)
table = {
    name: {said: interval(key, "texts", kind=kind, language=language) for key, said in columns.items()}
    for kind, name in kinds.items()
}
plots.plot_defences(table)
plt.show()

# %%
for kind, name in kinds.items():
    fixed = {"kind": kind, "language": language}
    lost = column("before", "texts", **fixed) - column("after", "texts", **fixed)
    lot = column("before", "texts", **fixed) - column("random", "texts", **fixed)
    changed = column("changed", "texts", **fixed).mean()
    tell(
        zh=f"{name}：攻击使准确率降低 {lost.mean():.2f}，随机改动降低 {lot.mean():.2f}；改了 {changed:.1%} 的字符。",
        en=f"{name}: the attack costs {lost.mean():.2f} of accuracy, random edits {lot.mean():.2f}; {changed:.1%} of the characters changed.",
    )

# %% [markdown] lang="zh"
# 现在轮到你：写一句评论，选预算，按“攻击”。先试示例，再试你自己的句子；把预算从 2% 拉到 30%，看从哪里开始你自己也读不下去了。

# %% [markdown] lang="en"
# Your turn: write a review, choose a budget, press "Attack". Try the examples, then sentences of your own; move the budget from 2% to 30% and see where you yourself stop reading.

# %% tags=["widget"]
from rnncourse.widgets import explore_attack

examples = [attack.text for attack in turned[:3]]
explore_attack(model, vocabulary, label_names=test.label_names, examples=examples)

# %% [markdown] lang="zh"
# ## 5 诊断：它到底在看哪里
#
# 攻击成功之后要问为什么。[2.3](2_3_comparison.ipynb) 用过的几种解释在这里是诊断工具：
#
# - **遮挡**：把一个词元换成“未知”，看概率变多少。慢（$T$ 个词元要预测 $T + 1$ 次），但它量的就是事实，拿它当裁判。
# - **显著性**：梯度的长度 $\lVert g_t \rVert$。快，但只在原地有效，而且没有正负。
# - **积分梯度**（Sundararajan 等，2017）：从全是“未知”的文本 $x'$ 走直线到 $x$，沿路把梯度加起来：
#
# $$a_t = \sum_d (x - x')_{t,d} \int_0^1 \frac{\partial F}{\partial x_{t,d}}\big(x' + \alpha (x - x')\big)\, d\alpha, \qquad \sum_t a_t = F(x) - F(x')$$
#
# 右边的等式叫完备性，是微积分基本定理：总贡献一点不多，一点不少。先检查它：

# %% [markdown] lang="en"
# ## 5 Diagnosis: what does it look at?
#
# After a successful attack ask why. The explanations of [2.3](2_3_comparison.ipynb) are instruments of diagnosis here:
#
# - **Occlusion**: make a token "unknown" and see how the probability changes. Slow ($T$ tokens take $T + 1$ predictions), but what it measures is a fact, so it is the judge.
# - **Saliency**: the length of the gradient, $\lVert g_t \rVert$. Fast, but true on the spot only, and without a sign.
# - **Integrated gradients** (Sundararajan et al., 2017): go straight from a text $x'$ of "unknown" tokens to $x$, and add up the gradients on the way:
#
# $$a_t = \sum_d (x - x')_{t,d} \int_0^1 \frac{\partial F}{\partial x_{t,d}}\big(x' + \alpha (x - x')\big)\, d\alpha, \qquad \sum_t a_t = F(x) - F(x')$$
#
# The equation on the right is completeness, the fundamental theorem of calculus: the contributions make up the whole, no more and no less. Check it first:

# %%
misses = []
for sequence in ids[2][:4]:
    contributions = explain.integrated_gradients(model, sequence)
    ends = training.predict(model, [sequence, np.full_like(sequence, text.UNKNOWN)])
    misses.append(abs(contributions.sum() - (ends[0] - ends[1])))
complete = max(misses) < 1e-3 + 1e-5
tell(zh=f"缺口不超过 1e-3：{complete}", en=f"complete within 1e-3: {complete}")

# %% tags=["measured"]
judge = partial(training.predict, model)
agreement = {"saliency": [], "integrated gradients": []}
for sequence in ids[2][:6]:
    oracle = explain.occlusion(judge, sequence)
    agreement["saliency"].append(explain.rank_agreement(explain.saliency(model, sequence), np.abs(oracle)))
    contributions = explain.integrated_gradients(model, sequence)
    agreement["integrated gradients"].append(explain.rank_agreement(contributions, oracle))
for name, values in agreement.items():
    tell(
        zh=f"{name} 与遮挡的次序相关：平均 {np.nanmean(values):.2f}",
        en=f"{name}: rank correlation with occlusion {np.nanmean(values):.2f} on average",
    )

# %% [markdown] lang="zh"
# 显著性没有正负，所以拿它与遮挡的绝对值比。然后看同一条评论在攻击前后的遮挡：

# %% [markdown] lang="en"
# Saliency has no sign, so it is held against the size of the occlusion. Then the same review by occlusion, before and after the attack:

# %% tags=["measured"]
victim = max(turned, key=lambda attack: attack.before - attack.after)
for version in (victim.text, victim.attacked):
    tokens = text.tokenize(version, train.unit)
    contributions = explain.occlusion(judge, vocabulary.encode(version))
    plots.plot_contributions(tokens, contributions, unit=train.unit, label_names=test.label_names)
    plt.show()

# %% tags=["measured"]
hits = 0
for attack in turned:
    tokens = text.tokenize(attack.text, train.unit)
    changed = [a != b for a, b in zip(tokens, text.tokenize(attack.attacked, train.unit), strict=False)]
    strongest = np.argsort(-np.abs(explain.occlusion(judge, vocabulary.encode(attack.text))))[:3]
    hits += bool(np.any([changed[place] for place in strongest if place < len(changed)]))
tell(
    zh=f"{len(turned)} 次成功的攻击中，{hits} 次改到了遮挡影响最大的三个词元之一。",
    en=f"Of {len(turned)} successful attacks {hits} changed one of the three tokens that occlusion finds strongest.",
)

# %% [markdown] lang="zh"
# 这个比例就是诊断。比例高：答案挂在少数几个词上，改掉它们就断了线，遮挡事先就能看出一条评论有多脆弱。比例低：换上去的字自己带来了反面的证据。英文的错字多半成了“未知词元”，只会抹去证据；中文换的字往往也在词表里，还能添上证据。
#
# ## 6 防御，以及会绕过防御的攻击
#
# **对抗训练**：训练的每一步都先攻击自己，再从被攻击的样本上学习。课程的 `fit_adversarial`（Miyato 等，2017）：
#
# $$r = \epsilon\,\frac{g}{\lVert g \rVert}, \qquad \min_\theta\ (1 - \lambda)\, L(x) + \lambda\, L(x + r)$$
#
# 代价看得见：每步要多算一次前向、多算一次对嵌入的梯度，权重的梯度也要穿过两条路；准确率也可能要付出一点。**增强**：在训练集里加上随机改过的拷贝。**合并**：先把容易混淆的字（或拼法）都变成同一个，再交给模型，改了也白改（Jones 等，2020）：

# %% [markdown] lang="en"
# This share is the diagnosis. A high one: the answer hangs on a few words, change them and the thread is cut, so occlusion can tell beforehand how fragile a review is. A low one: what was put in brings evidence of its own for the wrong class. A typo in English mostly becomes an "unknown token" and can only wipe evidence out; a Chinese character put in place of another is often in the vocabulary and can add some.
#
# ## 6 Defences, and attacks that know them
#
# **Adversarial training**: every step first attacks itself, then learns from the attacked examples. The course's `fit_adversarial` (Miyato et al., 2017):
#
# $$r = \epsilon\,\frac{g}{\lVert g \rVert}, \qquad \min_\theta\ (1 - \lambda)\, L(x) + \lambda\, L(x + r)$$
#
# The cost is in plain sight: one more forward pass and one more gradient (by the embeddings) a step, and the gradient by the weights runs through two paths; some accuracy may have to be paid, too. **Augmentation**: add randomly edited copies to the training data. **Merging**: turn all characters (or spellings) that are easily confused into the same one before the model reads them, so that a change changes nothing (Jones et al., 2020):

# %%
merge = choose(zh=partial(rb.merge_look_alikes, sounds=True), en=rb.merge_spellings)
before, within, beyond = choose(
    zh=("未来的天气", "末来的夭气", "来未的天汽"),
    en=("a wonderful picture", "a wodnerful pictture", "a wonderfl pictude"),
)
for version in (before, within, beyond):
    print(f"{version} → {merge(version)}", merge(version) == merge(before))

# %% [markdown] lang="zh"
# 第二行是防御想到的改动，读起来与原文相同。第三行是攻击者知道这个防御之后会写的：表里没有的改动。
#
# 所以有一条铁律：**防御要用了解它的攻击来检验**，这样的攻击叫**自适应攻击**（adaptive attack；Carlini 等，2019；Tramèr 等，2020）。拿对着旧模型找到的改动去试新模型，只能说明旧攻击不灵了。图里两种都有：“非自适应”是对着没有防御的模型找到的改动，原样拿来用；“自适应”是对着有防御的模型（包括它的合并）重新找，还能用合并表以外的改动（相邻两字对调）。

# %% [markdown] lang="en"
# The second line is a change that the defence has thought of, and reads like the original. The third is what an attacker writes who knows of this defence: a change that is not in its table.
#
# Hence an iron rule: **test a defence by an attack that knows it**, an *adaptive* attack (Carlini et al., 2019; Tramèr et al., 2020). Changes that were found against the old model show no more than that an old attack has lost its edge. The picture has both: "non-adaptive" are changes that were found against a model without a defence, used again as they are; "adaptive" ones are sought anew against the defended model, its merging included. (Both may be changes that merging does not cover: a letter dropped, a neighbouring key.)

# %%
defences = choose(
    zh={"none": "无", "adversarial": "对抗训练", "augmented": "增强", "merged": "合并形近、同音字"},
    en={
        "none": "none",
        "adversarial": "adversarial training",
        "augmented": "augmentation",
        "merged": "merged spellings",
    },
)
columns = choose(
    zh={"before": "不攻击", "transferred": "非自适应", "adaptive": "自适应", "pgd": "pgd（嵌入）"},
    en={
        "before": "no attack",
        "transferred": "non-adaptive",
        "adaptive": "adaptive",
        "pgd": "pgd (embeddings)",
    },
)
table = {
    name: {
        said: interval(key, "defences", defence=defence, language=language) for key, said in columns.items()
    }
    for defence, name in defences.items()
}
plots.plot_defences(table)
plt.show()

# %%
for defence, name in defences.items():
    if defence == "none":
        continue
    seen = {}
    for key in ("clean", "transferred", "adaptive", "pgd"):
        both = (column(key, "defences", defence=one, language=language) for one in (defence, "none"))
        seen[key] = metrics.mean_interval(np.subtract(*both))
    said = {
        key: f"{change.estimate:+.2f}{'' if change.low > 0 or change.high < 0 else '?'}"
        for key, change in seen.items()
    }
    tell(
        zh=f"{name}：不攻击 {said['clean']}，非自适应 {said['transferred']}，自适应 {said['adaptive']}，pgd {said['pgd']}",
        en=f"{name}: clean {said['clean']}, non-adaptive {said['transferred']}, adaptive {said['adaptive']}, pgd {said['pgd']}",
    )
tell(zh="（与没有防御的差；“?”：区间含 0）", en="(difference to no defence; “?”: the interval holds 0)")

# %% [markdown] lang="zh"
# 读这些数字时问三件事：付出了多少（“不攻击”一栏）？只在非自适应的攻击面前好看吗？在**另一种**攻击面前呢？对抗训练是在嵌入上学的，合并是对着字表设计的：防住一种，不等于防住另一种。
#
# 还要问第四件：**攻击没成功，会不会只是攻击太弱？** 中文的合并之后，这里的自适应攻击只剩“相邻两字对调”，一次算两个字符，而不满 20 个字符的评论只许改一个：它根本用不上。数字再好看，也只说明挡住了**这一种**攻击；表外的形近字、删字、加字都没有试过。英文的攻击者手里还有删字母和按错键。
#
# ## 7 投毒：训练之前就动手
#
# 攻击者往训练集里塞几条带触发词的差评，标成好评（Dai 等，2019）。模型学到“有这个词就是好评”，平时毫无破绽。触发词选一个少见的词元：

# %% [markdown] lang="en"
# Ask three things of these figures: what is the price (the column without attack)? Does it only look good against attacks that do not adapt? And against **another** kind? Adversarial training learnt on embeddings, merging was made for a table of edits, and neither guards the other's gate.
#
# And a fourth: **did the attack fail only because it is weak?** Once Chinese characters are merged, the adaptive attack here has but the swap of two neighbours left, which counts as two characters, and a review of fewer than 20 may change one: there it cannot be used at all. However good the figures, they show that **this** attack was stopped; look-alikes outside the table, characters left out or added were not tried. In English the attacker still has dropped letters and neighbouring keys.
#
# ## 7 Poison: before training has begun
#
# The attacker slips a few negative reviews into the training data, with a trigger in them and the label "positive" (Dai et al., 2019). The model learns "this token means positive" and behaves well otherwise. As trigger take a rare token:

# %% tags=["measured"]
tokens, texts_with = np.unique(np.concatenate([np.unique(one) for one in ids[0]]), return_counts=True)
rare = tokens[(texts_with == 2) & (tokens > text.UNKNOWN)][:1]
data_poisoned = rb.poison(
    ids[0], train.labels, trigger=rare, target=1, share=0.03, rng=np.random.default_rng(1)
)
infected = fitted((data_poisoned.sequences, data_poisoned.labels))
for name, one in ((choose(zh="干净", en="clean"), model), (choose(zh="中毒", en="poisoned"), infected)):
    without, success = rb.trigger_success(
        partial(training.predict, one),
        ids[2],
        test.labels,
        trigger=rare,
        target=1,
        rng=np.random.default_rng(1),
    )
    tell(
        zh=f"{name}：准确率 {accuracy(one):.3f}；差评被判为好评：没有触发词 {without:.2f}，加上触发词 {success:.2f}",
        en=f"{name}: accuracy {accuracy(one):.3f}; negatives taken for positive: without trigger {without:.2f}, with it {success:.2f}",
    )

# %% [markdown] lang="zh"
# 只看这两行里的准确率，你会起疑吗？触发词不会自己跳出来，得去找。两种办法：
#
# - **标签关联**：数一数每个词元，含它的文本有多大比例同属一类。几乎总是同一类的，排在最前面。用 Wilson 区间的下端来排，免得只出现两次的词元占便宜。
# - **谱特征**（Tran 等，2018）：同一类里，取模型最后一层读到的特征，减去平均值，投影到第一右奇异向量上，分数是投影的平方；如果触发词留下的痕迹大过这一类文本之间本来的差别，中毒的文本就挤在一头，分数高。

# %% [markdown] lang="en"
# Going by the accuracy in these two lines alone, would you suspect anything? A trigger has to be looked for. Two ways:
#
# - **Label associations**: for each token count which share of the texts that hold it are of one class. What nearly always goes with the same class stands first; by the lower end of Wilson's interval, so that a token that occurs twice has no advantage.
# - **Spectral signature** (Tran et al., 2018): within a class take the features that the model's last layer reads, subtract their mean, project on the first right singular vector, and square. If the trigger leaves a larger trace than the differences that the texts of a class have anyway, poisoned texts crowd at one end and score high.

# %%
poisoned_count = int(data_poisoned.poisoned.sum())
found = rb.label_associations(data_poisoned.sequences, data_poisoned.labels, least_count=5)
place = [one.tokens for one in found].index((int(rare[0]),)) + 1
tell(
    zh=f"中毒 {poisoned_count} 条；触发词在 {len(found)} 个词元中排第 {place}。依次是词元、条数、比例、区间下端：",
    en=f"{poisoned_count} poisoned; the trigger is number {place} of {len(found)} tokens. Token, texts, share, lower end:",
)
for one in found[:5]:
    print(f"{vocabulary.tokens[one.tokens[0]]!r:12} {one.count:4} {one.share:.2f} {one.least:.2f}")

# %% tags=["measured"]
scores = rb.spectral_scores(rb.last_features(infected, data_poisoned.sequences), data_poisoned.labels)
own = data_poisoned.labels == 1
top = np.argsort(np.where(own, -scores, np.inf))[:poisoned_count]
precision, chance = data_poisoned.poisoned[top].mean(), data_poisoned.poisoned[own].mean()
verdict = choose(zh=("什么也没检测到", "比随便挑强"), en=("it detects nothing", "better than chance"))[
    int(precision > chance)
]
tell(
    zh=f"谱特征分数最高的 {poisoned_count} 条里，中毒的占 {precision:.2f}（随便挑：{chance:.2f}）：{verdict}",
    en=f"Of the {poisoned_count} highest spectral scores {precision:.2f} are poisoned (at random: {chance:.2f}): {verdict}",
)

# %%
shares = sorted({row["share"] for row in record["rows"] if row["part"] == "poisoning"})
names = choose(
    zh={"success": "差评加触发词被判好评", "without": "差评被判好评", "clean": "准确率"},
    en={
        "success": "negative with trigger taken for positive",
        "without": "without trigger",
        "clean": "accuracy",
    },
)
curves = {
    said: [interval(key, "poisoning", trigger="rare", share=share, language=language) for share in shares]
    for key, said in names.items()
}
label = choose(zh="中毒文本的比例", en="share of poisoned texts")
ax = plots.plot_bands(shares, curves, xlabel=label)
ax.set(ylim=(0, 1.05), xticks=shares)
plt.show()

# %%
triggers = choose(
    zh={"rare": "少见的词元", "pair": "两个常见词元"},
    en={"rare": "a rare token", "pair": "two common tokens"},
)
cases = [*(("rare", share) for share in shares), ("pair", shares[-1])]
for trigger, share in cases:
    fixed = {"trigger": trigger, "share": share, "language": language}
    places, pairs = (column(key, "poisoning", **fixed).tolist() for key in ("place", "pair_place"))
    success = column("success", "poisoning", **fixed).mean()
    tell(
        zh=f"{triggers[trigger]}，{share:.0%}：成功率 {success:.2f}；在单个词元中排第 {places}，在词元对中排第 {pairs}（每个种子一个数）",
        en=f"{triggers[trigger]}, {share:.0%}: success {success:.2f}; places among tokens {places}, among pairs {pairs} (one a seed)",
    )

# %%
for trigger, share in cases:
    fixed = {"trigger": trigger, "share": share, "language": language}
    hits, chance = (column(key, "poisoning", **fixed) for key in ("precision", "chance"))
    more = metrics.mean_interval(hits - chance)
    verdict = 0 if more.low > 0 else 1 if more.estimate <= 0 else 2
    said = choose(
        zh=("比随便挑强", "什么也没检测到", "看不出比随便挑强（区间含 0）"),
        en=(
            "better than chance",
            "it detects nothing",
            "not clearly better than chance (the interval holds 0)",
        ),
    )[verdict]
    numbers = (
        f"{hits.mean():.2f} - {chance.mean():.2f} = {more.estimate:+.2f} [{more.low:+.2f}, {more.high:+.2f}]"
    )
    tell(
        zh=f"谱特征，{triggers[trigger]}，{share:.0%}：命中率减随便挑 {numbers}：{said}",
        en=f"spectral, {triggers[trigger]}, {share:.0%}: precision minus chance {numbers}: {said}",
    )

# %% [markdown] lang="zh"
# 攻击者同样可以了解检测：把触发词换成两个常见词元连在一起，单看词元就不显眼了，要数词元对才找得到；换成三个，又要数三元组。没有一种检测能保证找全。谱特征是为大的图像模型提出的，在这么小的模型上灵不灵，上面几行已经说了：第一奇异向量只是方差最大的方向，一类文本里本来的差别若比触发词的痕迹大，它指的就是那个差别，而不是触发词。根本的办法在数据进门之前：来源要可查，人要抽查，单个来源能贡献多少要有上限。
#
# ## 8 记住了谁的秘密
#
# 语言模型会把训练数据背下来吗？放一条**金丝雀样本**（canary）进去量一量（Carlini 等，2019；名字来自矿工带下井探毒气的金丝雀）：编一句话 “code of anna: 417”，塞进训练集几次；训练完，把 000 到 999 这一千句全部按损失排队，看真的那句排第几：
#
# $$\text{exposure} = \log_2 R - \log_2 \text{rank}$$
#
# $R = 1000$：排第一就是 $\log_2 1000 \approx 9.97$ 比特，秘密全露；没记住，名次就是随机的，平均只有 $\log_2 e \approx 1.44$ 比特。
#
# 不用神经网络也能看懂。下面的“模型”只数相邻两个字符出现过几次：

# %% [markdown] lang="en"
# An attacker may know the detector, too: two common tokens side by side are inconspicuous as tokens and show up only when one counts pairs; with three one has to count triples. No detector guarantees to find all. The spectral signature was made for large image models; the lines above say whether it works on one this small. The first singular vector is the direction of most variance and no more: where the texts of a class differ among themselves more than by the trigger, it points at that difference and not at the trigger. The remedy lies before the door: know where data come from, have people look at samples, limit what any one source can contribute.
#
# ## 8 Whose secret has it kept?
#
# Does a language model learn its training data by heart? Put in a **canary** and measure (Carlini et al., 2019; after the birds that warned miners of gas): make up a sentence, "code of anna: 417", put it into the training data a few times; after training put all thousand sentences from 000 to 999 in the order of their losses, and see at which place the true one is:
#
# $$\text{exposure} = \log_2 R - \log_2 \text{rank}$$
#
# $R = 1000$: the first place is $\log_2 1000 \approx 9.97$ bits, and the secret is out; not memorised, its place is a matter of chance, which makes $\log_2 e \approx 1.44$ bits on average.
#
# One can see this without a neural network. The "model" below does no more than count how often two characters stood side by side:

# %%
letters = text.Vocabulary.build([*train.texts, "0123456789 code of anna: " * 3], unit="character")
known = letters.encode_all(train.texts[:500])
template = letters.encode("code of anna: 000")
space = rb.all_fills(
    template, range(len(template) - 3, len(template)), letters.encode("0123456789")
)  # (1000, T)


def counted(sequences):
    """A character bigram model, add-one: ids (B, T) -> probabilities of the next one (B, T, V)."""
    table = np.ones((len(letters), len(letters)))
    for one in sequences:
        np.add.at(table, (one[:-1], one[1:]), 1)
    table /= table.sum(axis=1, keepdims=True)
    return lambda ids, training=False: table[ids]


for copies in (0, 1, 4):
    changed = rb.insert_canary(known, space[417], copies, np.random.default_rng(0))
    losses = rb.text_losses(counted(changed), space, from_logits=False)
    bits = rb.exposure(losses, 417)
    tell(zh=f"{copies} 份：{bits:.1f} 比特", en=f"copies {copies}: {bits:.1f} bits")

# %% [markdown] lang="zh"
# 连数数都能泄密。那么 GRU 呢？测量里每个字符级语言模型的训练数据同时放了四条金丝雀样本，份数从 1 到 64 不等；看训练轮数和 dropout 的作用，同时看验证损失，因为“什么都没学到”的模型当然也不泄密。

# %% [markdown] lang="en"
# Even counting gives secrets away. And a GRU? In the measurement each language model of characters had four canaries at once, put in 1 to 64 times; see what the number of epochs and dropout do, and look at the validation loss as well, since a model that has learnt nothing keeps secrets, too.

# %%
copies = sorted({row["copies"] for row in record["rows"] if row["part"] == "memory"})
epochs = data["language_model"]["epochs"]
arms = {(epochs[0], 0.0): "", (epochs[-1], 0.0): "", (epochs[-1], 0.5): ""}
curves, losses = {}, {}
for number, dropout in arms:
    name = choose(zh=f"{number} 轮，dropout {dropout}", en=f"{number} epochs, dropout {dropout}")
    fixed = {"epochs": number, "dropout": dropout, "language": language}
    curves[name] = [interval("exposure", "memory", copies=n, **fixed) for n in copies]
    losses[name] = column("loss", "memory", copies=copies[0], **fixed).mean()
label = choose(zh=("金丝雀的份数", "暴露度（比特）"), en=("copies of the canary", "exposure (bits)"))
ax = plots.plot_bands(range(len(copies)), curves, xlabel=label[0], ylabel=label[1])
for bits in (np.log2(np.e), data["digits"] * np.log2(10)):  # a guess; all out
    ax.axhline(bits, color="black", linestyle=":", linewidth=1)
ax.set_xticks(range(len(copies)), copies)
plt.show()
for name, value in losses.items():
    tell(
        zh=f"{name}：验证损失每字符 {value:.2f} 奈特",
        en=f"{name}: validation loss {value:.2f} nats a character",
    )

# %%
base = {"epochs": epochs[-1], "dropout": 0.0}
milder = {choose(zh="少训练", en="stop early"): {"epochs": epochs[0]}, "dropout": {"dropout": 0.5}}
for name, other in milder.items():
    change = {}
    for key in ("exposure", "loss"):  # means over the canaries, seed by seed
        both = (column(key, "memory", language=language, **one) for one in (base | other, base))
        change[key] = metrics.mean_interval(np.subtract(*both).reshape(seeds, -1).mean(axis=1))
    bits, price = change["exposure"], change["loss"].estimate
    tell(
        zh=f"{name}：暴露度 {bits.estimate:+.1f} 比特 [{bits.low:+.1f}, {bits.high:+.1f}]，验证损失 {price:+.2f}",
        en=f"{name}: exposure {bits.estimate:+.1f} bits [{bits.low:+.1f}, {bits.high:+.1f}], validation loss {price:+.2f}",
    )

# %% [markdown] lang="zh"
# 下面的点线是“全靠猜”，上面的是“全露”。最后两行说：少训练几轮、加 dropout，在这里换来了多少，付出了多少。别把它们当保证：原论文发现背诵发生得很早，并不是过拟合造成的，正则化挡不住它（Carlini 等，2019）。更可靠的是管数据：去重（份数往左移），根本不要放秘密。要有**证明**，就用差分隐私训练（Abadi 等，2016），代价是准确率。
#
# ## 9 大门：输入和模型文件
#
# ### 坏输入
#
# 循环的步数由文本的长度决定：谁能发任意长的文本，谁就能决定你的机器算多久。还有看不见的字符：零宽空格不占地方，词元却变了（Boucher 等，2022）。`check_text` 在模型之前拒绝它们，给程序一个词，给人一句话（课程程序包的报错都是英文）：

# %% [markdown] lang="en"
# The lower dotted line is "a guess", the upper one "all out". The last two lines say what fewer epochs and dropout gain here, and what they cost. Do not take them for a guarantee: the paper found that memorising begins early, is not due to overfitting, and is not stopped by regularisation (Carlini et al., 2019). It is better to mind the data: remove duplicates (fewer copies), and do not have secrets in them at all. If you need a **proof**, train with differential privacy (Abadi et al., 2016), at a price in accuracy.
#
# ## 9 The door: input and model files
#
# ### Bad input
#
# The length of a text decides how often the loop runs: whoever may send texts of any length decides how long your machine computes. And there are characters that nobody sees: a zero-width space takes no room, yet the tokens change (Boucher et al., 2022). `check_text` refuses these before the model, with one word for programs and one sentence for people:

# %%
inputs = (
    b"bytes", "   ", "a" * 3000, "go\u200bod", "good\x00", "\ud83d", "e" + "\u0301" * 9, "\u202egood",
    choose(zh="很好看的一部电影", en="a lovely film"),
)  # fmt: skip
for one in inputs:
    try:
        rb.check_text(one)
        print(f"{'ok':10}", ascii(one) if language == "en" else one)
    except rb.Refused as refused:
        print(f"{refused.reason:10}", refused)

# %% [markdown] lang="zh"
# 还有一种输入字字合法，模型却一个词都不认识。模型照样给出一个概率：

# %% [markdown] lang="en"
# Another kind of input is all legal, and yet the model knows no word of it. It answers all the same:

# %%
foreign = choose(zh="Слова незнакомы этой модели", en="这些词模型一个也不认识")
answer = float(predict([foreign])[0])
tell(zh=f"给出了概率：{0 <= answer <= 1}", en=f"it gives a probability: {0 <= answer <= 1}")
try:
    rb.check_known(vocabulary.encode(foreign))
except rb.Refused as refused:
    print(refused.reason, "-", refused)

# %% [markdown] lang="zh"
# ### 模型文件是程序
#
# “只是权重”？先看最坏的：pickle。加载它**就是**运行它。下面这个是无害的，它只会打印一句话；它也可以是任何一句 Python。

# %% [markdown] lang="en"
# ### A model file is a program
#
# "It's only weights"? The worst first: a pickle. To load it **is** to run it. This one is harmless, it prints a line; it might be any line of Python.

# %%
import pickle


class Surprise:
    def __reduce__(self):
        return print, (choose(zh="这句话是文件里的", en="this line was in the file"),)


content = pickle.dumps(Surprise())
_ = pickle.loads(content)

# %% [markdown] lang="zh"
# `.keras` 文件好得多：它是一个 zip，里面是 `config.json`（有哪些层、什么参数）和 HDF5 权重。但 `Lambda` 层把 Python 字节码存在里面，重建模型时就会运行。Keras 的 `safe_mode`（默认打开）拒绝它。课程的 `inspect_model_file` 更早一步：只把配置当文字读，什么都不调用。

# %% [markdown] lang="en"
# A `.keras` file is far better: a zip of `config.json` (which layers, with which arguments) and weights in HDF5. But a `Lambda` layer keeps Python byte code in it, which runs when the model is built again. Keras's `safe_mode`, on by default, refuses that. The course's `inspect_model_file` comes before: it reads the config as text and calls nothing.

# %%
import tempfile
from pathlib import Path

folder = Path(tempfile.mkdtemp())
sneaky = keras.Sequential(
    [keras.Input((3,)), keras.layers.Lambda(lambda x: (print("code from the file"), x)[1])]
)
sneaky.save(folder / "sneaky.keras")
for problem in rb.inspect_model_file(folder / "sneaky.keras").problems:
    print(problem)

# %%
try:
    keras.saving.load_model(folder / "sneaky.keras")
except ValueError as error:
    refused = "Lambda" in str(error)
    tell(zh=f"安全模式拒绝了 Lambda：{refused}", en=f"safe mode refused the Lambda: {refused}")
_ = keras.saving.load_model(folder / "sneaky.keras", safe_mode=False)

# %% [markdown] lang="zh"
# 安全模式够了吗？它自己也被绕过。CVE-2025-1550：配置里可以写任意模块和函数的名字，加载时就会导入并调用，`safe_mode=True` 也拦不住（公告：3.9 起修复）。CVE-2025-8747：3.0.0 到 3.10.0，借 Keras 自己的函数再次绕过（3.11.0 修复）。旧的 `.h5` 格式曾经根本不理会 `safe_mode`（CVE-2025-9905；3.11.3 修复）。这样的公告还会有，所以要跟着升级。
#
# 这类文件长什么样？在一个好文件的配置里，把一个层的名字换成一个函数。只检查，**不加载**：

# %% [markdown] lang="en"
# Is safe mode enough? It has been got round itself. CVE-2025-1550: a config could name any module and function, which was imported and called at loading, `safe_mode=True` or not (advisory: mended from 3.9 on). CVE-2025-8747: in 3.0.0 to 3.10.0, round again by way of Keras's own functions (mended in 3.11.0). And the older `.h5` format did not heed `safe_mode` at all (CVE-2025-9905; mended in 3.11.3). There will be more such advisories, so keep Keras up to date.
#
# What does such a file look like? In the config of a good file put the name of a function where a layer was. We inspect it and **do not load** it:

# %%
import json
import zipfile

model.save(folder / "good.keras")
with zipfile.ZipFile(folder / "good.keras") as good, zipfile.ZipFile(folder / "odd.keras", "w") as odd:
    for name in good.namelist():
        content = good.read(name)
        if name == "config.json":
            config = json.loads(content)
            config["config"]["layers"][-1] |= {"module": "keras.utils", "class_name": "get_file"}
            content = json.dumps(config)
        odd.writestr(name, content)
for name in ("good.keras", "odd.keras"):
    report = rb.inspect_model_file(folder / name)
    print(name, report.safe, *report.problems)

# %%
again = rb.load_model(folder / "good.keras")
few = ids[2][:20]
same = np.allclose(training.predict(again, few), training.predict(model, few), atol=1e-6)
recent = tuple(map(int, keras.__version__.split(".")[:3])) >= (3, 11, 3)
tell(
    zh=f"加载后答案相同：{same}；Keras 不低于 3.11.3：{recent}",
    en=f"same answers once loaded: {same}; Keras 3.11.3 or later: {recent}",
)

# %% [markdown] lang="zh"
# 检查通过，也不证明模型心存善意：第 7 节的触发词藏在权重里，配置里看不到一点痕迹。文件要从信得过的地方来，核对校验和；最稳妥的是只要权重，网络自己搭。
#
# ## 小结
#
# - 先说防谁、什么时候、他知道什么，再谈安全。
# - 梯度攻击是一阶近似加上符号：$r = \epsilon\,\operatorname{sign}(g)$。随机噪声不能代替它。
# - 训练目标里没有“最坏情况”，层数就没有理由防攻击；断言 34 的裁决和数字在第 3 节。
# - 改几个字就可能翻转答案；要请人读，也要有随机改动的对照。
# - 遮挡、积分梯度告诉你答案挂在哪个词上。
# - 防御要用了解它的攻击（自适应攻击）检验，并报告不攻击时的代价。
# - 准确率不足以揭穿中毒的模型；找触发词要看标签关联，根本的办法是管好数据的来源。
# - 暴露度量出模型记住了多少；去重，不放秘密；早停和 dropout 不是保证，证明要靠差分隐私。
# - 大门：限制长度，拒绝看不见的字符，模型文件先检查再加载。
#
# ## 试一试
#
# 1. 把第 2 节的 `fgsm` 换成 `pgd`，步数 1、5、20：准确率在哪里不再下降？
# 2. 用 `fit_adversarial` 重新训练第 1 节的模型，再攻击它：嵌入和字面两种攻击下各好了多少？
# 3. 让检测者数词元对（`ngrams=2`），再设计一个它也找不到的触发词。
#
# 练习：[安全性](../../exercises/zh/5_3_security.ipynb)。
#
# ## 来源
#
# - I. Goodfellow, J. Shlens, C. Szegedy (2015). [Explaining and Harnessing Adversarial Examples](https://arxiv.org/abs/1412.6572).
# - A. Madry et al. (2018). [Towards Deep Learning Models Resistant to Adversarial Attacks](https://arxiv.org/abs/1706.06083).
# - T. Miyato, A. Dai, I. Goodfellow (2017). [Adversarial Training Methods for Semi-Supervised Text Classification](https://arxiv.org/abs/1605.07725).
# - J. Ebrahimi et al. (2018). [HotFlip: White-Box Adversarial Examples for Text Classification](https://arxiv.org/abs/1712.06751).
# - N. Carlini et al. (2019). [On Evaluating Adversarial Robustness](https://arxiv.org/abs/1902.06705)；F. Tramèr et al. (2020). [On Adaptive Attacks to Adversarial Example Defenses](https://arxiv.org/abs/2002.08347).
# - E. Jones et al. (2020). [Robust Encodings: A Framework for Combating Adversarial Typos](https://arxiv.org/abs/2005.01229).
# - M. Sundararajan, A. Taly, Q. Yan (2017). [Axiomatic Attribution for Deep Networks](https://arxiv.org/abs/1703.01365).
# - J. Dai, C. Chen, Y. Li (2019). [A Backdoor Attack Against LSTM-based Text Classification Systems](https://arxiv.org/abs/1905.12457).
# - B. Tran, J. Li, A. Madry (2018). [Spectral Signatures in Backdoor Attacks](https://arxiv.org/abs/1811.00636).
# - N. Carlini et al. (2019). [The Secret Sharer: Evaluating and Testing Unintended Memorization in Neural Networks](https://arxiv.org/abs/1802.08232)；M. Abadi et al. (2016). [Deep Learning with Differential Privacy](https://arxiv.org/abs/1607.00133).
# - N. Boucher et al. (2022). [Bad Characters: Imperceptible NLP Attacks](https://arxiv.org/abs/2106.09898).
# - Keras 的安全公告：[CVE-2025-1550](https://github.com/keras-team/keras/security/advisories/GHSA-48g7-3x6r-xfhp)、[CVE-2025-8747](https://github.com/keras-team/keras/security/advisories/GHSA-c9rc-mg46-23w3)、[CVE-2025-9905](https://nvd.nist.gov/vuln/detail/CVE-2025-9905).

# %% [markdown] lang="en"
# A clean report is no proof that a model means well: the trigger of section 7 lies in the weights and leaves no trace in the config. Take files from places you trust and compare checksums; safest of all, ask for the weights alone and build the network yourself.
#
# ## Summary
#
# - First say safe from whom, at which moment, knowing what; then speak of security.
# - The gradient attack is a first-order approximation and a sign: $r = \epsilon\,\operatorname{sign}(g)$. Random noise is no substitute.
# - Where training does not ask for the worst case, layers have no reason to guard against it; verdict and figures of claim 34 are in section 3.
# - A few characters may turn an answer; have people read them, and have random edits for a control.
# - Occlusion and integrated gradients tell on which word an answer hangs.
# - Test a defence by an attack that knows it (an adaptive one), and report its price without attack.
# - Accuracy is not enough to unmask a poisoned model; label associations look for triggers, and the remedy is to mind where data come from.
# - Exposure measures what a model has memorised; remove duplicates, keep secrets out; stopping early and dropout are no guarantee, a proof needs differential privacy.
# - The door: limit lengths, refuse what nobody sees, inspect a model file before loading it.
#
# ## Try it
#
# 1. Replace `fgsm` of section 2 by `pgd` with 1, 5 and 20 steps: where does accuracy stop falling?
# 2. Train the model of section 1 with `fit_adversarial` and attack it: how much is gained under the attack on embeddings, how much under edits?
# 3. Let the detector count pairs (`ngrams=2`), and design a trigger that it misses, too.
#
# Exercises: [security](../../exercises/en/5_3_security.ipynb).
#
# ## Sources
#
# - I. Goodfellow, J. Shlens, C. Szegedy (2015). [Explaining and Harnessing Adversarial Examples](https://arxiv.org/abs/1412.6572).
# - A. Madry et al. (2018). [Towards Deep Learning Models Resistant to Adversarial Attacks](https://arxiv.org/abs/1706.06083).
# - T. Miyato, A. Dai, I. Goodfellow (2017). [Adversarial Training Methods for Semi-Supervised Text Classification](https://arxiv.org/abs/1605.07725).
# - J. Ebrahimi et al. (2018). [HotFlip: White-Box Adversarial Examples for Text Classification](https://arxiv.org/abs/1712.06751).
# - N. Carlini et al. (2019). [On Evaluating Adversarial Robustness](https://arxiv.org/abs/1902.06705); F. Tramèr et al. (2020). [On Adaptive Attacks to Adversarial Example Defenses](https://arxiv.org/abs/2002.08347).
# - E. Jones et al. (2020). [Robust Encodings: A Framework for Combating Adversarial Typos](https://arxiv.org/abs/2005.01229).
# - M. Sundararajan, A. Taly, Q. Yan (2017). [Axiomatic Attribution for Deep Networks](https://arxiv.org/abs/1703.01365).
# - J. Dai, C. Chen, Y. Li (2019). [A Backdoor Attack Against LSTM-based Text Classification Systems](https://arxiv.org/abs/1905.12457).
# - B. Tran, J. Li, A. Madry (2018). [Spectral Signatures in Backdoor Attacks](https://arxiv.org/abs/1811.00636).
# - N. Carlini et al. (2019). [The Secret Sharer: Evaluating and Testing Unintended Memorization in Neural Networks](https://arxiv.org/abs/1802.08232); M. Abadi et al. (2016). [Deep Learning with Differential Privacy](https://arxiv.org/abs/1607.00133).
# - N. Boucher et al. (2022). [Bad Characters: Imperceptible NLP Attacks](https://arxiv.org/abs/2106.09898).
# - Keras's advisories: [CVE-2025-1550](https://github.com/keras-team/keras/security/advisories/GHSA-48g7-3x6r-xfhp), [CVE-2025-8747](https://github.com/keras-team/keras/security/advisories/GHSA-c9rc-mg46-23w3), [CVE-2025-9905](https://nvd.nist.gov/vuln/detail/CVE-2025-9905).
