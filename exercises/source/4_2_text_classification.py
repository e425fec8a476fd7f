# %% [markdown] lang="zh"
# # 4.2 文本分类：练习
#
# 六道小题，走完一遍文本分类：查泄漏、算类别权重、带掩码的平均、打分、搭模型、训练。每题大约 5–15 分钟；最后一题要训练几秒钟。
#
# 做法：把 `raise NotImplementedError` 一行换成你的代码，运行该单元格，再运行下面的检查。答对时出现 ✓ 和得分；答错时出现一条提示，并列出你的结果和应有的结果。检查不限次数。

# %% [markdown] lang="en"
# # 4.2 Text classification: exercises
#
# Six small tasks, once through text classification: find leaks, weigh classes, average under a mask, score, build a model,
# train it. Each takes 5 to 15 minutes; the last one trains for some seconds.
#
# Replace the line `raise NotImplementedError` with your code, run that cell, then run the check below it. A right answer gets
# a ✓ and its points; a wrong one gets a hint, with your result beside the expected one. Check as often as you like.

# %% tags=["setup"]
import keras
import numpy as np
from keras import layers

from rnncourse.text import pad

# %% [markdown] lang="zh"
# ## 1. 查找泄漏
#
# 测试集里的一条评论如果也在训练集里，模型只要背下来就能答对：这叫数据泄漏。同一条评论再出现时常常不是一字不差，所以先规范化：全部转成小写，并去掉全部空白（空格、换行、制表符，包括中间的）。规范化之后相同，就算同一条。
#
# | 下标 | `test_texts` | 规范化之后 | `train_texts` 里有？ |
# |--:|:--|:--|:--|
# | 0 | `"房间 很小"` | `房间很小` | 有：`"房间很小"` |
# | 1 | `"值得一看"` | `值得一看` | 无 |
# | 2 | `" GOOD film"` | `goodfilm` | 有：`"Good film"` |
#
# 返回泄漏的测试文本的下标，从小到大：这里是 `[0, 2]`。测试集内部的重复不算。

# %% [markdown] lang="en"
# ## 1. Find leaks
#
# If the training set holds a review of the test set, a model that learnt it by heart gets it right: data leakage. The copy is
# often not quite equal, so normalise first: all in lower case, and without any white space (blanks, line breaks, tabs; those
# inside, too). What is then equal counts as the same text.
#
# | index | `test_texts` | normalised | in `train_texts`? |
# |--:|:--|:--|:--|
# | 0 | `"Far too  long"` | `fartoolong` | yes: `"Far too long"` |
# | 1 | `"A must see"` | `amustsee` | no |
# | 2 | `" GOOD film"` | `goodfilm` | yes: `"Good film"` |
#
# Return the indices of the test texts that leak, in ascending order: here `[0, 2]`. Repeats within the test set do not count.

# %% task="leaked_texts"
def leaked_texts(train_texts, test_texts):
    """Two lists of str -> indices of the test texts that leak, list of int. About 4 lines."""
    # BEGIN SOLUTION
    def normal(text):
        return "".join(text.lower().split())

    seen = {normal(text) for text in train_texts}
    return [i for i, text in enumerate(test_texts) if normal(text) in seen]
    # END SOLUTION

# %% check="leaked_texts"
check.leaked_texts(leaked_texts)

# %% [markdown] lang="zh"
# ## 2. 类别权重
#
# 100 条评论里只有 10 条是负面的，损失就几乎全由正面评论决定。类别权重让每个类别的总分量相同：$N$ 个样本，$K$ 个类别，类别 $k$ 有 $N_k$ 个样本，权重是
#
# $$w_k = \frac{N}{K \, N_k}$$
#
# 例：`labels = [0, 0, 0, 1]` 时 $N = 4$，$K = 2$，$w_0 = 4/6 \approx 0.667$，$w_1 = 4/2 = 2$；两个类别的总分量都是 2，各样本权重的平均恰好是 1。$K$ 是 `labels` 中出现的类别数。

# %% [markdown] lang="en"
# ## 2. Weigh the classes
#
# Where 10 of 100 reviews are negative, the loss is almost all about positive ones. Class weights give every class the same
# total: with $N$ examples, $K$ classes and $N_k$ examples of class $k$ its weight is
#
# $$w_k = \frac{N}{K \, N_k}$$
#
# For `labels = [0, 0, 0, 1]`: $N = 4$, $K = 2$, $w_0 = 4/6 \approx 0.667$, $w_1 = 4/2 = 2$. Both classes add up to 2, and the
# examples' mean weight is just 1. $K$ is the number of classes that occur in `labels`.

# %% task="class_weights"
def class_weights(labels):
    """Labels (N,), int -> dict class: weight, for every class that occurs. About 2 lines."""
    # BEGIN SOLUTION
    classes, counts = np.unique(labels, return_counts=True)
    return {int(k): len(labels) / (len(classes) * n) for k, n in zip(classes, counts)}
    # END SOLUTION

# %% check="class_weights"
check.class_weights(class_weights)

# %% [markdown] lang="zh"
# ## 3. 带掩码的平均汇聚
#
# 循环层给出每个时间步的隐状态，形状 $(B, T, H)$；分类要的是每条文本一个向量 $(B, H)$。平均汇聚只对真实的时间步求平均，
# $m_{b,t}$ 在真实的时间步为 1，在填充处为 0：
#
# $$\bar h_b = \frac{\sum_t m_{b,t} \, h_{b,t}}{\sum_t m_{b,t}}$$
#
# 下图是一条文本的 5 个时间步（$H = 3$）：灰色的两步是填充，不进入平均，尽管那里的状态不是 0。整行都是填充时，上式没有定义，本题规定结果为全 0。

# %% [markdown] lang="en"
# ## 3. Mean pooling under a mask
#
# A recurrent layer gives the hidden state of every step, $(B, T, H)$; a classifier wants one vector a text, $(B, H)$. Mean
# pooling is the mean over the real steps; $m_{b,t}$ is 1 at a real step and 0 on padding:
#
# $$\bar h_b = \frac{\sum_t m_{b,t} \, h_{b,t}}{\sum_t m_{b,t}}$$
#
# Below are five steps of one text ($H = 3$): the two grey ones are padding and stay out of the mean, although their states are
# not zero. Where a whole row is padding the formula is undefined; here the result shall be zeros.

# %%
from rnncourse.plots.exercises import plot_masked_mean

states = np.array([[0.2, 0.9, -0.4], [0.6, 0.1, 0.5], [1.0, 0.2, 0.2], [0.7, 0.7, 0.7], [0.7, 0.7, 0.7]])
_ = plot_masked_mean(states, length=3)

# %% task="masked_mean"
def masked_mean(states, mask):
    """States (B, T, H), mask (B, T) bool -> mean over the real steps (B, H). About 3 lines."""
    # BEGIN SOLUTION
    m = mask[:, :, None]                     # (B, T, 1)
    count = np.maximum(m.sum(axis=1), 1)     # (B, 1)
    return (states * m).sum(axis=1) / count  # (B, H)
    # END SOLUTION

# %% check="masked_mean"
check.masked_mean(masked_mean)

# %% [markdown] lang="zh"
# ## 4. 召回率与 F1 值
#
# 类别 1 是我们要找的（例如差评）。召回率：真正为 1 的里面，找回了多少。精确率：预测为 1 的里面，对了多少。F1 值是两者的调和平均，用次数来写：
#
# | | 预测为 1 | 预测为 0 |
# |:--|:--:|:--:|
# | **真正为 1** | TP 命中 | FN 漏报 |
# | **真正为 0** | FP 误报 | TN |
#
# $$\text{recall} = \frac{TP}{TP + FN}, \qquad F_1 = \frac{2\,TP}{2\,TP + FP + FN}$$
#
# 分母为 0 时，本题规定该项结果为 0.0。请只用 NumPy，不用 scikit-learn。

# %% [markdown] lang="en"
# ## 4. Recall and F1
#
# Class 1 is what we look for: bad reviews, say. Recall: of those that are 1, how many were found? Precision: of those predicted
# as 1, how many are? F1 is the harmonic mean of both; in counts:
#
# | | predicted 1 | predicted 0 |
# |:--|:--:|:--:|
# | **is 1** | TP, a hit | FN, a miss |
# | **is 0** | FP, a false alarm | TN |
#
# $$\text{recall} = \frac{TP}{TP + FN}, \qquad F_1 = \frac{2\,TP}{2\,TP + FP + FN}$$
#
# Where a divisor is 0, that number shall be 0.0. Use NumPy alone, not scikit-learn.

# %% task="recall_and_f1"
def recall_and_f1(y_true, y_pred):
    """Labels 0 or 1, (N,) each -> (recall, F1) of class 1, two floats. About 6 lines."""
    # BEGIN SOLUTION
    hits = np.sum((y_true == 1) & (y_pred == 1))
    misses = np.sum((y_true == 1) & (y_pred == 0))
    false_alarms = np.sum((y_true == 0) & (y_pred == 1))
    recall = hits / (hits + misses) if hits + misses else 0.0
    f1 = 2 * hits / (2 * hits + false_alarms + misses) if hits + misses + false_alarms else 0.0
    return recall, f1
    # END SOLUTION

# %% check="recall_and_f1"
check.recall_and_f1(recall_and_f1)

# %% [markdown] lang="zh"
# ## 5. 搭一个分类器
#
# 用 Keras 搭出下表的模型（`keras` 和 `keras.layers` 已导入），不必编译：
#
# | 层 | 输出的形状 | 要求 |
# |:--|:--|:--|
# | 输入：词元编号 | `(B, T)` | `T` 不固定：`keras.Input((None,))` |
# | 嵌入，16 维 | `(B, T, 16)` | 编号 0 是填充 |
# | GRU，24 个单元 | `(B, T, 24)` | |
# | GRU，24 个单元 | `(B, 24)` | |
# | 全连接，1 个单元 | `(B, 1)` | 类别 1 的概率 |
#
# 检查不看你怎么写，只看模型怎么做：输出的形状，是不是概率，末尾多补 0 输出变不变，词元的次序有没有影响，参数有多少。

# %% [markdown] lang="en"
# ## 5. Build a classifier
#
# Build this model with Keras (`keras` and `keras.layers` are imported); there is no need to compile it:
#
# | layer | shape of its output | |
# |:--|:--|:--|
# | input: token ids | `(B, T)` | any `T`: `keras.Input((None,))` |
# | embedding, 16 features | `(B, T, 16)` | id 0 is padding |
# | GRU, 24 units | `(B, T, 24)` | |
# | GRU, 24 units | `(B, 24)` | |
# | dense, 1 unit | `(B, 1)` | the probability of class 1 |
#
# The check does not look at how you write it, but at what the model does: the shape of its output, whether that is a
# probability, whether more zeros at the end change it, whether order does, and how many parameters there are.

# %% task="build_classifier"
def build_classifier(vocabulary_size):
    """Number of ids -> keras.Model: ids (B, T) -> probability of class 1 (B, 1). About 7 lines."""
    # BEGIN SOLUTION
    return keras.Sequential([
        keras.Input((None,)),
        layers.Embedding(vocabulary_size, 16, mask_zero=True),
        layers.GRU(24, return_sequences=True),
        layers.GRU(24),
        layers.Dense(1, activation="sigmoid"),
    ])
    # END SOLUTION

# %% check="build_classifier"
check.build_classifier(build_classifier)

# %% [markdown] lang="zh"
# ## 6. 训练一个分类器
#
# “不便宜，但是好”和“不好，但是便宜”用的字完全一样，意思相反：起作用的是次序。这里的数据把这一点推到极端：每条序列里都有两个特殊的词元各出现一次，标签只取决于谁在前；其余词元是随机的。下图是 12 条训练序列，彩色的两个就是它们。训练时并不告诉你是哪两个；换一组数据，就可能是另外两个。

# %% [markdown] lang="en"
# ## 6. Train a classifier
#
# “Not cheap but good” and “not good but cheap” have the same words and opposite meanings: order decides. These data take that to
# the extreme. Every sequence holds two special tokens once each, and the label depends only on which comes first; all other
# tokens are random. Below are 12 training sequences with the two in colour. Which two they are is not told, and may differ
# from one set of data to the next.

# %%
from rnncourse.datasets.order import draw_order_examples
from rnncourse.plots.exercises import plot_order_examples

sequences, labels = draw_order_examples(np.random.default_rng(1), 800, vocabulary_size=30)
_ = plot_order_examples(sequences[:12], labels[:12])

# %% [markdown] lang="zh"
# 写一个函数：它得到 800 条训练序列（长度 6–16，编号从 2 开始）和标签，返回训练好的 Keras 模型；结构由你定，`predict` 对后填充的批 `(B, T)` 给出类别 1 的概率 `(B, 1)`。检查另外生成 400 条没见过的序列，标签不给模型看，要求：
#
# - 准确率不低于 0.9；
# - 末尾多补 0，概率不变。
#
# `pad(sequences)` 返回后填充的批，形状 `(B, T)`。一层 GRU、16 个单元就够了，学习率 0.01 时几轮即可；检查需要几秒到十几秒。

# %% [markdown] lang="en"
# Write a function that is given 800 training sequences (6 to 16 tokens each, ids from 2) and their labels, and returns a
# trained Keras model of any architecture whose `predict` gives, for a post-padded batch `(B, T)`, the probability of class 1,
# `(B, 1)`. The check generates 400 sequences that the model has not seen, keeps their labels to itself and requires:
#
# - an accuracy of at least 0.9;
# - that more zeros at the end change no probability.
#
# `pad(sequences)` gives a post-padded batch `(B, T)`. One GRU layer of 16 units is enough, and with a learning rate of 0.01 a
# few epochs are; the check takes some seconds.

# %% task="train_classifier"
def train_classifier(sequences, labels, vocabulary_size):
    """List of N int arrays (T,), labels (N,), number of ids -> trained keras.Model. About 9 lines."""
    # BEGIN SOLUTION
    model = keras.Sequential([
        keras.Input((None,)),
        layers.Embedding(vocabulary_size, 16, mask_zero=True),
        layers.GRU(16),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
    model.fit(pad(sequences), labels, epochs=5, verbose=0)
    return model
    # END SOLUTION

# %% check="train_classifier"
check.train_classifier(train_classifier)
