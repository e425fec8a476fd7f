# %% [markdown] lang="zh"
# # 3.1 环境与数据：从原始评论到一批张量
#
# 读完本章，你能够：
#
# - 说清代码跑在哪里、用的是哪个后端，并知道怎样换后端；
# - 把一堆长短不一的原始文本变成形状为 $(B, T)$ 的整数张量，并说出每一步丢了什么；
# - 判断什么时候必须用掩码，掩码在 Keras 里怎样传递、在哪里会消失；
# - 用分桶减少填充，并算出省了多少。
#
# 教程常把这些步骤一笔带过。可是循环网络“怎么训练都是 50%”的毛病，常常出在这里，而不在网络里。

# %% [markdown] lang="en"
# # 3.1 Environment and data: from raw reviews to a batch
#
# After this chapter you can:
#
# - tell where your code runs and on which backend, and change the backend;
# - turn raw texts of every length into a tensor of whole numbers, shape $(B, T)$, and say what each step loses;
# - decide when a mask is needed, how it travels through Keras, and where it vanishes;
# - save padding by bucketing, and count what that saves.
#
# Tutorials hurry past these steps. Yet when a recurrent network "stays at 50% whatever I do", the fault is often here, not in the network.

# %% [markdown] lang="zh"
# ## 环境
#
# 原文 3.1 节题为“准备工作:环境配置与依赖安装”，正文能照着做的只有一句：“读者可以使用Python中的Keras库来实现循环神经网络”。这句话没有错，只是没说怎样安装、用什么版本、什么后端。补上：
#
# - 本机：在课程目录运行 `make lab`，它建立一个独立的环境 `.venv`，装入 `constraints.txt` 里的确切版本；
# - Colab：第一个单元格会装好课程，TensorFlow 用 Colab 自带的；
# - 两个 CPU 核、2 GB 内存就够，不需要 GPU；装好以后，不联网也能运行。
#
# 遇到问题，先在终端里运行 `rnncourse doctor`：它逐项检查安装，说明缺什么、怎么补。下面看看眼前这个内核用的是什么：

# %% [markdown] lang="en"
# ## The environment
#
# The article's section 3.1 is titled "preparation: environment and dependencies". One sentence of it can be acted on: "readers can use the Keras library in Python to implement a recurrent neural network". That is true; it only leaves out how to install, which versions, and which backend. So:
#
# - on your machine: `make lab` in the course's folder sets up an environment of its own, `.venv`, with the exact versions of `constraints.txt`;
# - on Colab: the first cell installs the course, and Colab's own TensorFlow is used;
# - two CPU cores and 2 GB of memory are enough, no GPU is needed; once installed, everything runs offline.
#
# When something is wrong, begin with `rnncourse doctor` in a terminal: it examines the installation point by point, and says what is missing and what to do. Here is what this very kernel runs on:

# %% tags=["measured"]
import os
import platform

import keras
import numpy as np

import rnncourse
from rnncourse import runtime

backend = __import__(keras.backend.backend())
for module in (rnncourse, keras, backend, np):
    print(module.__name__, module.__version__)
print("python", platform.python_version(), platform.system(), os.cpu_count(), "cores")
print("host", runtime.host())

# %% [markdown] lang="zh"
# ### 后端是什么
#
# Keras 只描述网络；存放张量、求导、编译，是**后端**的事：TensorFlow、JAX 或 PyTorch。同一段 Keras 代码，三者都能跑。后端在**第一次** `import keras` 时就定了，要换只能重启内核：
#
# ```python
# import os
# os.environ["KERAS_BACKEND"] = "jax"    # 必须写在 import keras 之前
# ```
#
# 不设这个变量时，Keras 读主目录下的 `.keras/keras.json`；课程的 `rnncourse.start` 只在你没有设置时才选 TensorFlow。
#
# 问题：换了后端，结果会变吗？先让眼前的后端用固定的权重算一个 LSTM。

# %% [markdown] lang="en"
# ### What a backend is
#
# Keras only describes the network. Holding tensors, differentiating and compiling is the work of a **backend**: TensorFlow, JAX or PyTorch. The same Keras code runs on all three. The backend is fixed by the **first** `import keras`; to change it, restart the kernel:
#
# ```python
# import os
# os.environ["KERAS_BACKEND"] = "jax"    # must stand before import keras
# ```
#
# Without that variable Keras reads `.keras/keras.json` in your home folder; the course's `rnncourse.start` takes TensorFlow only where you have set nothing.
#
# A question: does another backend give other results? First, this one computes an LSTM with fixed weights.


# %% tags=["measured"]
def read_with_lstm():
    """Two sequences of five steps, read by an LSTM with fixed weights: the last state, (B, H)."""
    import keras
    import numpy as np

    rng = np.random.default_rng(0)
    layer = keras.layers.LSTM(4)
    layer.build((None, None, 3))
    layer.set_weights([rng.normal(size=weight.shape) for weight in layer.get_weights()])
    return keras.ops.convert_to_numpy(layer(rng.normal(size=(2, 5, 3)).astype("float32")))


here = read_with_lstm()
print(keras.backend.backend(), here[0].round(4))

# %% [markdown] lang="zh"
# 再让其他已安装的后端算同一件事。一个进程只能有一个后端，所以各开一个进程：

# %% [markdown] lang="en"
# Now every other backend that is installed does the same. A process has one backend, so each gets a process of its own:

# %% tags=["measured"]
import inspect
import json
import subprocess
import sys
from importlib.util import find_spec

program = inspect.getsource(read_with_lstm) + "print(read_with_lstm().tolist())"
for name in ("tensorflow", "jax", "torch"):
    if name != keras.backend.backend() and find_spec(name):
        environment = {**os.environ, "KERAS_BACKEND": name}
        child = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True
        )
        there = json.loads(child.stdout) if child.returncode == 0 else np.nan
        print(f"{name}: max |Δ| = {np.abs(here - there).max():.1e}")

# %% [markdown] lang="zh"
# （没有输出，就是没有安装别的后端。）差别只在浮点舍入。那么为什么还要挑？因为**循环网络的输入形状会变**：
#
# - TensorFlow 的循环接受任意的 $T$；
# - JAX 为每一种形状编译一次，各批宽度不同时，编译可能比训练还久，所以课程在 JAX 上把宽度补成 32 的倍数；
# - PyTorch 后端逐步执行，不编译，便于调试。
#
# 课程在 CPU 上用宽窄不一的批，因此默认取 TensorFlow；构建函数只用 Keras 自己的运算，测试在 TensorFlow 与 JAX 上都跑。
#
# ### Keras 真的“可以实现循环神经网络”吗
#
# 原文的断言可以检验：拿 Keras 的循环层与三行 NumPy 循环对照。
#
# $$h_t = \tanh(x_t W + h_{t-1} U + b)$$

# %% [markdown] lang="en"
# (No output: no other backend is installed.) The difference is rounding. Then why choose at all? Because **the input of a recurrent network changes its shape**:
#
# - TensorFlow's loop takes any $T$;
# - JAX compiles once for every shape: with batches of many widths, compiling may take longer than training, so on JAX the course rounds widths up to multiples of 32;
# - the PyTorch backend runs step by step, uncompiled, which is pleasant for debugging.
#
# The course uses batches of many widths on a CPU, hence TensorFlow by default; its builders use Keras's own operations only, and the tests run them on TensorFlow and on JAX.
#
# ### Can Keras "implement a recurrent neural network"?
#
# The article's claim can be tested: a recurrent layer of Keras against a loop of three lines in NumPy.
#
# $$h_t = \tanh(x_t W + h_{t-1} U + b)$$

# %% claims=[20]
layer = keras.layers.SimpleRNN(4, return_sequences=True)
x = np.random.default_rng(0).normal(size=(2, 6, 3)).astype("float32")  # (B, T, D)
by_keras = keras.ops.convert_to_numpy(layer(x))  # (B, T, H)

W, U, b = layer.get_weights()  # (D, H), (H, H), (H,)
h, by_hand = np.zeros((2, 4)), []
for x_t in np.swapaxes(x, 0, 1):
    h = np.tanh(x_t @ W + h @ U + b)
    by_hand.append(h)
print(by_keras.shape, "equal to the loop:", np.allclose(by_keras, np.stack(by_hand, axis=1), atol=1e-5))

# %% [markdown] lang="zh"
# 断言成立。原文接着说“循环神经网络的代码实现一般包括编码器和解码器两个部分”，这一句对分类并不成立：本章的数据要送进的分类器里没有解码器（2.2.2 节细说）。而动手时最先要写的代码，原文没有提：**数据怎样进入网络**。本章余下的部分都在讲它。
#
# ## 原始评论
#
# 中文版用书籍、酒店、笔记本电脑的评论，英文版用影评片段。第一步不是看，而是**分**：先把验证集和测试集放到一边，以后只看训练集。

# %% [markdown] lang="en"
# The claim holds. The article goes on: "the code of a recurrent neural network generally consists of two parts, encoder and decoder". For classification that is not so: the classifier that this chapter's data is for has no decoder (more in section 2.2.2). And the code that comes first in practice is not mentioned at all: **how data gets into the network**. The rest of this chapter is about it.
#
# ## The raw reviews
#
# The English edition takes snippets of film reviews, the Chinese one reviews of books, hotels and notebook computers. The first step is not to look but to **divide**: put validation and test texts aside, and look at training texts only.

# %%
from rnncourse import choose, datasets

reviews = datasets.load_reviews()
train, validation, test = datasets.split(reviews, seed=42)
print(train, validation, test, sep="\n")
for text, label in zip(train.texts[:4], train.labels):
    print(f"[{train.label_names[label]}] {text[:70]}")

# %% [markdown] lang="zh"
# ## 字符还是词
#
# 网络只认数字，所以先要把文本切成**词元**。切多细？看同一条规则（一个找出单词、数字、标点的正则表达式）怎样切两种语言：

# %% [markdown] lang="en"
# ## Characters or words?
#
# A network reads numbers, so a text is first cut into **tokens**. How finely? See what one rule, a regular expression for words, numbers and punctuation marks, does to two languages:

# %%
from rnncourse.text import tokenize

for text in ("The hotel wasn't cheap, but it's quiet.", "这家酒店不便宜，但是很安静。"):
    for unit in ("word", "character"):
        tokens = tokenize(text, unit)
        print(f"{unit:9} {len(tokens):2}  {'|'.join(tokens)}")

# %% [markdown] lang="zh"
# 英文的空格替我们分好了词；中文没有空格，同一条规则切出来的是**两个标点之间的整段话**。要得到中文的词，先得有分词器，而分词器本身就是会出错的模型：“乒乓球拍卖完了”，是“乒乓球拍 / 卖完了”，还是“乒乓球 / 拍卖 / 完了”？
#
# 粒度的代价有两头：切得细，**序列长**；切得粗，**词表大**。在两个语料上各量一次词表大小 $V$ 与平均长度 $T$。字节也算一种粒度。

# %% [markdown] lang="en"
# In English the spaces have done the work. Chinese has none, so the same rule yields **whole stretches between two punctuation marks**. Chinese words need a segmenter first, which is itself a model that errs: 乒乓球拍卖完了 reads "the table-tennis bats are sold out" or "the table-tennis ball has been auctioned", depending on where one cuts.
#
# Granularity costs at either end: fine cuts make **long sequences**, coarse ones a **large vocabulary**. Here are the size of the vocabulary $V$ and the mean length $T$ on both corpora. Bytes are a granularity, too.

# %%
units = {
    "byte": lambda text: list("".join(text.lower().split()).encode()),
    "character": lambda text: tokenize(text, "character"),
    "word": lambda text: tokenize(text, "word"),
}
sizes = {}
for language in ("zh", "en"):
    texts = datasets.split(datasets.load_reviews(language), seed=42).train.texts
    for unit, cut in units.items():
        rows = [cut(text) for text in texts]
        V, T = len(set().union(*rows)), np.mean([len(row) for row in rows])
        sizes[language, unit] = V, T
        print(f"{language} {unit:9}  V = {V:6,}  T = {T:5.1f}")

# %%
import matplotlib.pyplot as plt

zh = choose(
    zh=("中文", "字节", "字符", "标点之间的整段"), en=("Chinese", "bytes", "characters", "between marks")
)
en = choose(zh=("英文", "", "字节、字符", "词"), en=("English", "", "bytes, characters", "words"))
fig, ax = plt.subplots()
for language, (name, *marks), shifts in (("zh", zh, (6, 6, 6)), ("en", en, (6, 6, -18))):
    points = [sizes[language, unit] for unit in units]
    ax.loglog(*np.transpose(points), "o-", label=name)
    for mark, point, shift in zip(marks, points, shifts):
        ax.annotate(mark, point, (4, shift), textcoords="offset points")
ax.set(xlabel="V", ylabel="T")
ax.margins(0.2)
ax.legend()
plt.show()

# %% [markdown] lang="zh"
# 两条线都从左上走到右下：哪一头都不是白给的。对循环网络来说，$T$ 决定循环走多少步、梯度要穿过多远；$V$ 决定嵌入矩阵有多少行，每一行能见到多少例子。
#
# - **英文取词**。单个字母几乎没有含义，切成字符，要走好几倍的步数才读得到同样的内容。
# - **中文取字**。一个汉字往往就是一个语素；词表小，没有分词错误，步数也受得住。Li 等（2019）在四类任务上比较，基于字的深度模型一致好于基于词的，原因是词太稀疏、词表外的词太多。那是他们的数据，不是定律；4.1.4 节会练习分词。
#
# 中间还有一条路，**子词**（BPE，Sennrich 等，2016）：常见的词整个保留，少见的拆开。大模型都用它，但要先在大语料上统计出来；课程的语料小，字和词也更容易看懂。
#
# 这个选择写在数据集里，所以代码不必问语言：

# %% [markdown] lang="en"
# Both lines run from the top left to the bottom right: neither end is free. For a recurrent network $T$ says how many steps the loop takes and how far gradients must travel; $V$ says how many rows the embedding has, and how few examples each row will see.
#
# - **English takes words.** A letter means next to nothing; with characters the loop takes several times the steps to read the same content.
# - **Chinese takes characters.** A character is mostly a morpheme; the vocabulary is small, no segmenter can err, and the number of steps is bearable. Li et al. (2019) compared both on four kinds of tasks, and deep models over characters did better throughout: words are sparse, and too many are out of vocabulary. Those were their data, not a law; section 4.1.4 tries segmentation.
#
# Between the two lie **subwords** (BPE, Sennrich et al., 2016): frequent words stay whole, rare ones are taken apart. Large models use them, with statistics from a large corpus; ours are small, and characters and words are easier to look at.
#
# The choice is a field of the data set, so that code need not ask for the language:

# %%
print(f"language={train.language}, unit={train.unit}, ngrams={train.ngrams}, length={train.length}")

# %% [markdown] lang="zh"
# ## 词表：只从训练集来
#
# 词表给每个词元一个编号。先数一遍，看看都有些什么：

# %% [markdown] lang="en"
# ## The vocabulary: from the training texts only
#
# A vocabulary gives every token a number. First count, and see what is there:

# %%
from collections import Counter

counts = Counter(token for text in train.texts for token in tokenize(text, train.unit))
frequencies = np.array([count for _, count in counts.most_common()])
once = sorted(token for token in counts if counts[token] == 1)
print(choose(zh="词元总数：", en="tokens:"), f"{frequencies.sum():,}")
print(choose(zh="不同的词元：", en="different ones:"), f"{len(counts):,}")
print(choose(zh="最常见的：", en="most frequent:"), *[token for token, _ in counts.most_common(15)])
print(choose(zh="只出现一次的：", en="occur once:"), *once[-12:])

# %% [markdown] lang="zh"
# 词表要收多少个？先猜：只收最常见的一千个，能覆盖**没见过的**评论里多少词元？再看图：左边是词频的长尾，右边是覆盖率。

# %% [markdown] lang="en"
# How many should the vocabulary hold? Guess first: what share of the tokens of **unseen** reviews do the thousand most frequent ones cover? Then look: on the left the long tail of frequencies, on the right the coverage.

# %%
from rnncourse.text import UNKNOWN, Vocabulary

everything = Vocabulary.build(train.texts, unit=train.unit)  # ids in the order of frequency, from 2
unseen = np.concatenate(everything.encode_all(validation.texts))  # 1 where unknown
V = np.unique(np.geomspace(10, len(everything), 40).astype(int))
coverage = [np.mean((unseen > UNKNOWN) & (unseen < size)) for size in V]
fig, (left, right) = plt.subplots(1, 2, figsize=(7, 3))
left.loglog(np.arange(1, len(frequencies) + 1), frequencies)
left.set(
    xlabel=choose(zh="词频排名", en="rank"),
    ylabel=choose(zh="在训练集中的次数", en="count in training texts"),
)
right.semilogx(V, coverage)
right.set(xlabel=choose(zh="词表大小 V", en="vocabulary size V"), ylim=(0, 1.02))
right.set_ylabel(choose(zh="验证集词元的覆盖率", en="validation tokens covered"))
plt.show()

# %%
thousand, known = np.mean((unseen > UNKNOWN) & (unseen < 1002)), np.mean(unseen > UNKNOWN)
whole = np.mean([np.all(ids > UNKNOWN) for ids in everything.encode_all(validation.texts)])
result = choose(
    zh="最常见的 1,000 个覆盖验证集 {:.1%} 的词元，全部 {:,} 个覆盖 {:.1%}；\n"
    "仍有 {:.1%} 的评论含有没见过的词元。词表里 {:.0%} 只出现过一次。",
    en="The 1,000 most frequent cover {:.1%} of the validation tokens, all {:,} cover {:.1%};\n"
    "{:.1%} of the reviews still hold a token never seen. {:.0%} of the vocabulary occur once.",
)
print(result.format(thousand, len(counts), known, 1 - whole, len(once) / len(counts)))

# %% [markdown] lang="zh"
# 曲线到不了 1：语言总有新词。所以编号 1 留给**未知词元**；编号 0 留给填充，后面会用到。
#
# 一个容易漏掉的细节：如果把训练集里的词元**全部**收进词表，训练时就从来见不到编号 1，它的嵌入向量始终是随机的；上线以后，每个新词都换成这个没有训练过的向量。只出现一次的词元反正学不到什么，不如让它们去教“未知”长什么样：

# %% [markdown] lang="en"
# The curve does not get to 1: language always has another word. So id 1 is kept for the **unknown token**, and id 0 for padding, of which more below.
#
# A detail that is easily missed: with **every** training token in the vocabulary, id 1 never occurs in training, and its embedding stays random; later each new word is replaced by this vector that was never trained. Little can be learned about a token that occurs once, so let these teach what 'unknown' looks like:

# %%
vocabulary = Vocabulary.build(train.texts, unit=train.unit, minimum_count=2)
for minimum, candidate in ((1, everything), (2, vocabulary)):
    unknown = np.concatenate(candidate.encode_all(train.texts)) == UNKNOWN
    print(f"minimum_count={minimum}: V = {len(candidate):,}, <unk> in train: {unknown.sum():,}")

# %% [markdown] lang="zh"
# ### 为什么不能用全部评论建词表
#
# 因为那是**数据泄漏**：上线以后的评论，你现在并没有。偷看过测试集之后，未知词元会少得不真实：

# %% [markdown] lang="en"
# ### Why not build it from all reviews?
#
# Because that is **data leakage**: the reviews that will come later are not yours to count. After a peek at the test texts, fewer tokens look unknown than really are:


# %%
def unknown_share(vocabulary, texts):
    """The share of unknown tokens in `texts`."""
    return np.mean(np.concatenate(vocabulary.encode_all(texts)) == UNKNOWN)


peeking = Vocabulary.build(reviews.texts, unit=train.unit)
honest, flattering = unknown_share(everything, test.texts), unknown_share(peeking, test.texts)
result = choose(
    zh="测试集里的未知词元：词表来自训练集时占 {:.2%}，来自全部评论时占 {:.2%}。\n"
    "偷看多收了 {:,} 个词元，它们的嵌入向量永远得不到训练。",
    en="Unknown in the test texts: {:.2%} with the vocabulary of the training texts,\n"
    "{:.2%} with that of all. The peek adds {:,} tokens whose embeddings will never be trained.",
)
print(result.format(honest, flattering, len(peeking) - len(everything)))

# %% [markdown] lang="zh"
# 一切“从数据里数出来的东西”都受同样的约束：TF-IDF 的权重、归一化的均值、截断长度。还有一种泄漏更隐蔽：重复的评论，4.2 章会量它的大小。
#
# ## 编码，再解码：丢了什么

# %% [markdown] lang="en"
# The same holds for whatever is counted from data: TF-IDF weights, means for scaling, the length to cut at. A leak that hides better, reviews that occur twice, is measured in chapter 4.2.
#
# ## Encode, decode: what is lost?

# %%
from rnncourse.text import join

text = choose(
    zh="前台 的服务真 NICE！\n就是 WiFi 太慢 🦕，一个“龘”字也打不开……",
    en="I LOVED it... didn't you?\nIt's a  brontosaurian  tour-de-force! 🦕",
)
ids = vocabulary.encode(text)
print(text, ids, join(vocabulary.decode(ids), vocabulary.unit), sep="\n\n")
print("\n''", vocabulary.encode("").shape)

# %% [markdown] lang="zh"
# 丢了三样：大小写、空白和换行、词表外的词元（成了 `<unk>`；表情符号常在其中，而它很可能带着情感）。每一样都可能有用；丢不丢是选择，不是天经地义。空文本编码后长度为 0，是合法的输入，后面每一步都要经得住它。
#
# ## 多长？在哪里截断？

# %% [markdown] lang="en"
# Three things are gone: capitals, white space and line breaks, and what is out of vocabulary (now `<unk>`; emoji are often among it, and may well carry the sentiment). Each might have been useful: to drop it is a choice, not a law. An empty text has length 0; it is legal input, and every later step must bear it.
#
# ## How long, and where to cut?

# %%
from rnncourse.plots import plot_lengths

sequences = vocabulary.encode_all(train.texts)
lengths = np.array([len(sequence) for sequence in sequences])
plot_lengths(lengths, percentiles=(50, 95))
plt.show()

# %% [markdown] lang="zh"
# 若把所有评论都补到最长的那一条，大半是填充；截得太短，又丢内容。把账算出来：

# %% [markdown] lang="en"
# Pad all to the longest, and much of the rectangle is padding; cut short, and content is lost. The account:

# %%
print(
    choose(
        zh="截断长度  完整的评论  留下的词元  都补到此长时的填充",
        en="cut at  reviews whole  tokens kept  padding, all padded to this",
    )
)
for percent in (50, 75, 90, 95, 99, 100):
    cut = int(np.percentile(lengths, percent))
    kept = np.minimum(lengths, cut)
    whole, tokens, padding = np.mean(lengths <= cut), kept.sum() / lengths.sum(), 1 - kept.mean() / cut
    print(f"{cut:6}{whole:15.1%}{tokens:13.1%}{padding:13.1%}")
print("train.length =", train.length)

# %% [markdown] lang="zh"
# 没有一行两头都好，除非**不必都补到同一个长度**；这正是后面分桶要做的事。
#
# 截哪一头？课程保留开头。评论的结论也常在结尾，所以这个选择值得一试（见“试一试”）。
#
# ## 填充：后填充与前填充
#
# 一批序列要放进一个矩形 $(B, T)$，短的用 0 补齐。补在后面（post）还是前面（pre）？同样几条评论，两种放法：

# %% [markdown] lang="en"
# No row is good at both ends, unless **not everything is padded to one length**: that is what bucketing will do.
#
# Which end goes? The course keeps the beginning. Reviews often conclude at the end, so the choice deserves a trial (see 'Try it').
#
# ## Padding: post and pre
#
# A batch of sequences must fit a rectangle $(B, T)$, so short ones are filled up with zeros. Behind (post) or in front (pre)? The same reviews, both ways:

# %%
from rnncourse.plots import plot_batch
from rnncourse.text import pad

few = [next(ids for ids in sequences if len(ids) == length) for length in (6, 4, 10, 5, 8)]
fig, axes = plt.subplots(2, 1, figsize=(7, 4.8))
for ax, side in zip(axes, ("post", "pre")):
    plot_batch(pad(few, side=side), vocabulary=vocabulary, ax=ax)
    ax.set_title(side, loc="right")
plt.show()

# %% [markdown] lang="zh"
# Keras 自带的 `pad_sequences` 也做这件事，但要当心它的默认值：不说的话，它**在前面填充、截掉开头**。

# %% [markdown] lang="en"
# Keras's own `pad_sequences` does the same, but beware of its defaults: unless told otherwise it **pads in front and cuts the beginning off**.

# %%
long = sequences[int(np.argmax(lengths))]
named = keras.utils.pad_sequences([*few, long], maxlen=10, padding="post", truncating="post")
print("padding=post, truncating=post: equal to ours", np.array_equal(named, pad([*few, long], length=10)))
default = keras.utils.pad_sequences([*few, long], maxlen=10)
print("default, short:", default[0])
print("default, long == long[-10:]:", np.array_equal(default[-1], long[-10:]))

# %% [markdown] lang="zh"
# 对网络来说，填充是什么？编号 0 和别的编号一样要查嵌入表。它的向量是零吗？

# %% [markdown] lang="en"
# What is padding to the network? Id 0 is looked up in the embedding like any other. Is its vector zero?

# %%
from keras import layers

embedding = layers.Embedding(len(vocabulary), 16, mask_zero=True)
batch = pad(few)  # (B, T)
vectors = keras.ops.convert_to_numpy(embedding(batch))  # (B, T, D)
print(batch.shape, "->", vectors.shape)
print("vectors[batch == 0] == 0:", bool(np.all(vectors[batch == 0] == 0)))

# %% [markdown] lang="zh"
# 不是零：`mask_zero=True` 也不会把它变成零（PyTorch 的 `padding_idx` 才会）。即使是零，循环也照样往前走：$h_t = \tanh(h_{t-1} U + b)$，状态还是变了。不告诉网络，它就把填充**当成一个词来读**。
#
# ## 掩码：告诉网络哪里是填充
#
# **掩码**是与词元同形状 $(B, T)$ 的布尔数组：真为词元，假为填充。设了 `mask_zero=True`，嵌入层就会算出它：

# %% [markdown] lang="en"
# It is not: `mask_zero=True` does not make it so (PyTorch's `padding_idx` does). Even a zero vector would not stop the loop: $h_t = \tanh(h_{t-1} U + b)$ still changes the state. Unless told, the network **reads padding as a word**.
#
# ## The mask: telling where the padding is
#
# A **mask** is a boolean array of the tokens' shape $(B, T)$: true for a token, false for padding. With `mask_zero=True` the embedding computes it:

# %%
mask = keras.ops.convert_to_numpy(embedding.compute_mask(batch))
print(mask.astype(int))
print("mask == (ids != 0):", np.array_equal(mask, batch != 0))

# %% [markdown] lang="zh"
# 遇到假的那一步，循环层**不更新状态，原样往下传**，输出也重复上一步的。看一个 LSTM 的三个隐藏单元读上面第一条评论（灰色处是填充，两次的权重相同）：

# %% [markdown] lang="en"
# At a false step a recurrent layer **does not update its state but carries it on**, and repeats its last output. Three hidden units of an LSTM read the first of the reviews above (padding is grey; the weights are the same both times):


# %%
def states_of(ids, *, masked):
    """The LSTM's state after every step: tokens (B, T) -> (B, T, H)."""
    mask = ids != 0 if masked else np.ones(ids.shape, dtype=bool)
    return keras.ops.convert_to_numpy(lstm(embedding(ids), mask=mask))


lstm = layers.LSTM(3, return_sequences=True)
first = pad(few[:1], length=len(few[0]) + 14)  # (1, T)
titles = choose(zh=("没有掩码", "有掩码"), en=("without a mask", "with the mask"))
fig, axes = plt.subplots(1, 2, figsize=(7, 2.6), sharey=True)
for ax, masked in zip(axes, (False, True)):
    ax.plot(states_of(first, masked=masked)[0], ".-")
    ax.axvspan(len(few[0]) - 0.5, first.shape[1] - 0.5, color="0.9", zorder=0)
    ax.set(title=titles[masked], xlabel=choose(zh="时间步", en="time step"))
plt.show()

# %% [markdown] lang="zh"
# 左边，填充把刚读到的东西一步步冲掉；右边，最后一个词元之后是水平线，取“最后一步”就是取“读完评论时”。
#
# 最后一步的状态，因为填充偏了多少？以**不填充**时的状态为准，偏差按它的大小算百分比：

# %% [markdown] lang="en"
# On the left, padding washes away step by step what has just been read. On the right the lines are level after the last token: to take 'the last step' is to take 'the end of the review'.
#
# How far off is the last state because of padding? The state **without any padding** is the measure, and deviations are per cent of its size:

# %% tags=["measured"]
lstm = layers.LSTM(16, return_sequences=True)
review = sequences[0][:15]
alone = states_of(pad([review]), masked=False)[0, -1]  # (H,)
print(choose(zh="填充       没有掩码  有掩码", en="padding     no mask    mask"))
for padding in (1, 5, 25):
    for side in ("post", "pre"):
        ids = pad([review], length=len(review) + padding, side=side)
        last = np.array([states_of(ids, masked=masked)[0, -1] for masked in (False, True)])  # (2, H)
        off = np.linalg.norm(last - alone, axis=1) / np.linalg.norm(alone)
        print(f"{padding:2} {side:6}{off[0]:10.1%}{off[1]:8.1%}")

# %% [markdown] lang="zh"
# 有掩码，填在哪边、填多少，状态都不变。没有掩码，两种填法都会让它偏，但坏处不同：前填充改变的是**起点**，后来的词元会把它盖过去；后填充盖掉的是**词元**。偏差超过 100% 并不奇怪：反复读同一个填充，状态会走向一个与评论无关的不动点。
#
# 把这一点画清楚：两条评论只有**最后一个词元**不同。还没有训练的 LSTM 读完以后，两个状态的差别，过了 $k$ 步填充还剩多少？（三组随机权重）

# %% [markdown] lang="en"
# With the mask the state stays, whichever side and however much. Without it both ways put it off, but not in the same manner: pre-padding changes the **starting point**, which the tokens then cover; post-padding covers the **tokens**. Deviations above 100% are no surprise: reading the same padding over and over, the state heads for a fixed point that has nothing to do with the review.
#
# To see it plainly: two reviews differ in their **last token** only. An untrained LSTM reads both. How much of the difference between its two states is left after $k$ steps of padding? (Three draws of weights.)


# %%
def difference_left(*, masked, padding=50):
    """Share of the difference that is left after 0, 1, ... `padding` steps of padding, (padding + 1,)."""
    pair = np.stack([review, review])  # (2, T)
    pair[:, -1] = 2, 3
    states = states_of(pad(pair, length=len(review) + padding), masked=masked)
    difference = np.linalg.norm(states[0] - states[1], axis=-1)[len(review) - 1 :]
    return difference / difference[0]


left = {False: [], True: []}
for seed in range(3):
    keras.utils.set_random_seed(seed)
    embedding, lstm = layers.Embedding(len(vocabulary), 16), layers.LSTM(16, return_sequences=True)
    for masked, curves in left.items():
        curves.append(difference_left(masked=masked))

# %% tags=["measured"]
fig, ax = plt.subplots(figsize=(7, 2.8))
for masked, style in ((False, "C0-"), (True, "C1--")):
    lines = ax.semilogy(np.transpose(left[masked]), style)
    lines[0].set_label(titles[masked])
ax.set(
    xlabel=choose(zh="填充步数 k", en="padding steps k"), ylabel=choose(zh="剩下的差别", en="difference left")
)
ax.legend(loc="lower left")
plt.show()
result = choose(
    zh="没有掩码：50 步填充之后剩下 {:.0e}（中位数）。",
    en="Without a mask: {:.0e} left after 50 steps (median).",
)
print(result.format(np.median(left[False], axis=0)[-1]))

# %% [markdown] lang="zh"
# 纵轴是对数：没有掩码时，差别随填充步数大致按指数消失；训练时，从输出回到最后一个词元的梯度也要穿过同样的填充。网络当然**可以学会**在填充处不动（填充有自己的嵌入向量，门可以为它关上），但它得先收到梯度，才能学。
#
# ### 实验：三种填法，同一个网络
#
# 任务：序列长 4 到 13，标签就是**最后一个符号**（2 或 3）。这几乎是循环网络最容易的题，瞎猜得 0.5。每条都补到 60 步，像真实批次里的短评论那样，大半是填充：

# %% [markdown] lang="en"
# The axis is logarithmic: without a mask the difference dies about exponentially with the steps of padding, and in training the gradient from the output back to the last token has the same padding to cross. The network **could learn** to hold still there (padding has an embedding of its own, for which gates can close), but to learn that, it must receive a gradient first.
#
# ### Experiment: three ways of padding, one network
#
# The task: sequences of 4 to 13 symbols, labelled by their **last symbol** (2 or 3). Hardly anything is easier for a recurrent network; guessing gives 0.5. Each is padded to 60 steps, so that most of it is padding, as for a short review in a real batch:

# %%
SYMBOLS, STEPS, EPOCHS = 12, 60, 4


def last_symbol_task(count, rng):
    """Sequences of symbols 2 to 11, a list of (T,), and labels (count,): is the last symbol 3, not 2?"""
    labels = rng.integers(0, 2, count)
    return [np.append(rng.integers(4, SYMBOLS, rng.integers(3, 13)), 2 + label) for label in labels], labels


examples, labels = last_symbol_task(20, np.random.default_rng(0))
print(examples[0], "->", labels[0])
plot_batch(pad(examples, length=STEPS))
plt.show()

# %% [markdown] lang="zh"
# 网络是一个很小的 LSTM 分类器；三种填法，每种用三个随机种子，每次都从新的权重开始。先猜：三种填法各得多少？

# %% [markdown] lang="en"
# The network is a very small LSTM classifier; three ways of padding, three random seeds each, new weights every time. Guess first: what does each way reach?


# %%
def build(mask_zero):
    """A compiled LSTM classifier: symbols (B, T) -> probability (B, 1)."""
    model = keras.Sequential()
    model.add(keras.Input((None,), dtype="int32"))
    model.add(layers.Embedding(SYMBOLS, 16, mask_zero=mask_zero))
    model.add(layers.LSTM(16))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.Adam(3e-3), "binary_crossentropy", metrics=["accuracy"])
    model.optimizer.build(model.trainable_variables)
    return model


# %% [markdown] lang="zh"
# 训练一次：换上新的权重和新的优化器状态（比重新编译一个模型快），再练几轮，每轮后在没见过的序列上测准确率。

# %% [markdown] lang="en"
# One training run: new weights and a new state of the optimizer (faster than compiling another model), then a few epochs, each followed by a test on new sequences.


# %%
def learn(model, side, seed):
    """Train `model` from new weights; its accuracy on new sequences after each epoch, (EPOCHS,)."""
    keras.utils.set_random_seed(seed)
    fresh, memory = build(False), {}
    fresh.optimizer.save_own_variables(memory)
    model.set_weights(fresh.get_weights())
    model.optimizer.load_own_variables(memory)  # the optimizer starts anew, too
    rng = np.random.default_rng(seed)
    (x, y), (x_new, y_new) = last_symbol_task(640, rng), last_symbol_task(256, rng)
    x, x_new = pad(x, length=STEPS, side=side), pad(x_new, length=STEPS, side=side)
    history = model.fit(x, y, validation_data=(x_new, y_new), batch_size=64, epochs=EPOCHS, verbose=0)
    return history.history["val_accuracy"]


# %%
ways = {
    choose(zh="后填充，无掩码", en="post, no mask"): ("post", False),
    choose(zh="前填充，无掩码", en="pre, no mask"): ("pre", False),
    choose(zh="后填充，有掩码", en="post, mask"): ("post", True),
}
models = {masked: build(masked) for masked in (False, True)}
accuracy = {}
for way, (side, masked) in ways.items():
    accuracy[way] = np.array([learn(models[masked], side, seed) for seed in range(3)])  # (seeds, epochs)

# %% tags=["measured"]
fig, axes = plt.subplots(1, 3, figsize=(7, 2.4), sharey=True)
for ax, (way, runs) in zip(axes, accuracy.items()):
    ax.plot(np.arange(1, EPOCHS + 1), runs.T, ".-")
    ax.axhline(0.5, color="0.5", linestyle=":")
    ax.set(title=way, xlabel=choose(zh="轮", en="epoch"), ylim=(0.35, 1.05))
axes[0].set_ylabel(choose(zh="准确率", en="accuracy"))
plt.show()
result = choose(
    zh="{}：三个种子最后的准确率 {:.2f} 到 {:.2f}，学会的有 {} 个",
    en="{}: final accuracy {:.2f} to {:.2f} over three seeds, learned by {}",
)
for way, runs in accuracy.items():
    print(result.format(way, runs[:, -1].min(), runs[:, -1].max(), np.sum(runs[:, -1] > 0.95)))

# %% [markdown] lang="zh"
# 网络、数据、训练步数都相同，不同的只有填充。Dwarampudi 与 Reddy（2019）在推文情感分类上测到：没有掩码时，前填充远胜后填充；他们没有试掩码，你可以拿上面的结果比一比。教训不是“应当前填充”，而是：**用掩码，或者至少别让填充挡在最后一个词元与输出之间**。
#
# 几点说明：
#
# - 这里训练很短、填充很多。训练久一些、填充少一些，网络也许自己学会在填充处不动（“试一试”第 2 题）；有掩码则根本不必学。
# - 前填充只照顾**一个方向**：双向层里，反向的循环最后才读到前填充。掩码两个方向都管。
# - 有 GPU 时，TensorFlow 后端的快速实现（cuDNN）带掩码时**只接受后填充**，也不接受整行都是填充。所以课程一律后填充。
#
# ### 掩码怎样传递，在哪里消失
#
# 掩码附在张量上，逐层往下传。哪些层继续传，哪些层用完为止，哪些层把它丢掉？问 Keras 自己（`_keras_mask` 是 Keras 内部的名字，这里只用来看，代码里不要依赖它）：

# %% [markdown] lang="en"
# Network, data and number of training steps are the same; only the padding differs. Dwarampudi and Reddy (2019) measured pre-padding far ahead of post-padding without a mask, on the sentiment of tweets; they did not try a mask. Compare with the result above. The lesson is not 'pad in front' but: **use a mask, or at least keep padding from between the last token and the output**.
#
# Some remarks:
#
# - Training is short here, and padding long. With more of the one and less of the other the network may learn to hold still on padding ('Try it', 2). With the mask there is nothing to learn.
# - Pre-padding serves **one direction**: in a bidirectional layer, the backward loop reads it last. A mask serves both.
# - On a GPU, the fast implementation of the TensorFlow backend (cuDNN) takes a mask **with post-padding only**, and no row of padding alone. So the course pads behind, always.
#
# ### How a mask travels, and where it vanishes
#
# The mask is attached to the tensor and handed down from layer to layer. Which layers hand it on, which use it up, and which drop it? Ask Keras (`_keras_mask` is a name of Keras's own, here to look at, not to build on):

# %%
x = layers.Embedding(100, 8, mask_zero=True)(keras.Input((None,), dtype="int32"))  # (B, T, D), with a mask
consumers = {
    "Dense(4)": layers.Dense(4),
    "Dropout(0.3)": layers.Dropout(0.3),
    "LSTM(4, return_sequences=True)": layers.LSTM(4, return_sequences=True),
    "LSTM(4)": layers.LSTM(4),
    "GlobalAveragePooling1D()": layers.GlobalAveragePooling1D(),
    "GlobalMaxPooling1D()": layers.GlobalMaxPooling1D(),
    "Conv1D(4, 3)": layers.Conv1D(4, 3),
    "x * 2": lambda x: x * 2,
}

# %%
import warnings

verdicts = choose(
    zh=("继续传", "用完为止", "丢掉，并警告", "丢掉，不出声"),
    en=("hands it on", "uses it up", "drops it and warns", "drops it in silence"),
)
for code, layer in consumers.items():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        mask = getattr(layer(x), "_keras_mask", None)
    used = getattr(layer, "supports_masking", False)
    verdict = 0 if mask is not None else 1 if used else 2 if caught else 3
    print(f"{code:31} {verdicts[verdict]}")

# %% [markdown] lang="zh"
# - **继续传**：逐时间步独立的层，和返回整个序列的循环层。
# - **用完为止**：输出已没有时间轴。`LSTM(4)` 给出最后一个真词元之后的状态，`GlobalAveragePooling1D` 只平均真词元。
# - **丢掉，并警告**：`GlobalMaxPooling1D` 会让填充也来争最大值，`Conv1D` 会读到填充。警告很容易被忽略。
# - **丢掉，不出声**：直接在张量上运算，例如 `x * 2` 或切片。
#
# 自己写层时：不改变时间轴的，设 `self.supports_masking = True`；改变的，写 `compute_mask`；要用掩码的，给 `call` 加参数 `mask`。输入是数值而不是编号时，用 `layers.Masking(mask_value=...)`，或者像上面那样，把 `mask=` 直接交给循环层。
#
# 课程的分类器走另一条路：把填充移到行尾，让循环照常跑，汇聚时只看真词元。循环是**因果的**，行尾的填充影响不到它前面的状态；填充处的状态不参加汇聚，所以取最大值也不会读到填充。填充真的不影响输出吗？

# %% [markdown] lang="en"
# - **Hands it on**: layers that treat each time step alone, and recurrent layers that return the whole sequence.
# - **Uses it up**: the output has no time axis any more. `LSTM(4)` gives the state after the last real token, `GlobalAveragePooling1D` averages real tokens only.
# - **Drops it and warns**: `GlobalMaxPooling1D` lets padding compete for the maximum, `Conv1D` reads it. The warning is easily missed.
# - **Drops it in silence**: an operation on the tensor itself, such as `x * 2` or a slice.
#
# In layers of your own: set `self.supports_masking = True` if the time axis stays, write `compute_mask` if it changes, and give `call` an argument `mask` to use it. For inputs that are values, not ids, there is `layers.Masking(mask_value=...)`; or hand `mask=` to the recurrent layer directly, as above.
#
# The course's classifier goes another way: it moves padding to the end of each row, lets the loop run, and pools over the real tokens only. A loop is **causal**: padding at the end cannot reach the states before it, and its own states take no part in the pooling, so that even a maximum never sees padding. Does padding really change nothing?

# %%
from rnncourse.models import build_text_classifier

model = build_text_classifier(vocabulary_size=len(vocabulary))
alone = model(pad(few))
for side in ("post", "pre"):
    padded = model(pad(few, length=60, side=side))
    print(f"{side}: unchanged", np.allclose(alone, padded, atol=1e-5))

# %% [markdown] lang="zh"
# ## 分桶：少填一点
#
# 掩码让填充**无害**，没有让它**免费**：循环照样要走完每一步。一批的宽度由最长的一条决定，随机凑的一批里总有长的。把长度相近的放在一批，就是**分桶**。下面是两批，各 64 条评论：上面一批随机凑成，下面一批是一个桶。

# %% [markdown] lang="en"
# ## Bucketing: less padding
#
# The mask makes padding **harmless**, not **free**: the loop still takes every step. The longest row sets a batch's width, and a batch put together at random has some long row. To put similar lengths together is **bucketing**. Here are two batches of 64 reviews: taken at random above, a bucket below.

# %%
from rnncourse.text import bucket_batches

sequences = vocabulary.encode_all(train.texts, train.length)
lengths = np.array([len(sequence) for sequence in sequences])
shuffled = np.random.default_rng(0).permutation(len(sequences))
random_batches = [shuffled[start : start + 64] for start in range(0, len(shuffled), 64)]
buckets = bucket_batches(lengths, smallest=64, largest=64, seed=0)
fig, axes = plt.subplots(2, 1, figsize=(7, 4.6))
for ax, batches in zip(axes, (random_batches, buckets)):
    plot_batch(pad([sequences[row] for row in batches[0]]), ax=ax)
    ax.set_xlim(-0.5, train.length - 0.5)
plt.show()

# %% [markdown] lang="zh"
# 一批说明不了什么，把一轮的账都算出来。数三样东西：
#
# - **格子**：每一格都要算，填充也不例外；
# - **循环步**：各批宽度之和。时间步只能一步接一步，换什么硬件都不能并行；而同一步里多放几条，往往慢不了多少；
# - **最大的一批**：它决定要多少内存。
#
# 最后一种做法更进一步：不固定条数，固定**词元数**。短评论一批多放几条，长评论少放几条，最大的一批却不比别人大。

# %% [markdown] lang="en"
# One batch proves little; here is the account of an epoch. Three things are counted:
#
# - **cells**: each is computed, padding like the rest;
# - **loop steps**: the widths of all batches added up. Time steps come one after the other, whatever the hardware, while a few more rows in a step often cost little;
# - **the largest batch**: it says how much memory is needed.
#
# The last way goes further: it fixes not the number of rows but of **tokens**. Short reviews go many to a batch, long ones few, and yet the largest batch is no larger than the others'.

# %%
budget = 64 * train.length  # tokens
by_tokens = bucket_batches(lengths, tokens=budget, seed=0)
strategies = {
    choose(zh="64 条，固定长度", en="64 rows, fixed length"): (random_batches, train.length),
    choose(zh="64 条，随机", en="64 rows, at random"): (random_batches, None),
    choose(zh="64 条，分桶", en="64 rows, buckets"): (buckets, None),
    choose(zh=f"{budget:,} 词元，分桶", en=f"{budget:,} tokens, buckets"): (by_tokens, None),
}

# %%
result = choose(
    zh="{}：填充 {:.1%}，{} 批，{:,} 格，{:,} 循环步，最大一批 {:,} 格",
    en="{}: {:.1%} padding, {} batches, {:,} cells, {:,} loop steps, largest {:,} cells",
)
cells, loops = {}, {}
for name, (batches, fixed) in strategies.items():
    widths = np.array([fixed or lengths[rows].max() for rows in batches])
    filled = widths * [len(rows) for rows in batches]
    cells[name], loops[name] = filled.sum(), widths.sum()
    padding = 1 - lengths.sum() / cells[name]
    print(result.format(name, padding, len(batches), cells[name], loops[name], filled.max()))

# %%
fig, axes = plt.subplots(1, 2, figsize=(7, 2.4), sharey=True)
for ax, counted in zip(axes, (cells, loops)):
    ax.barh(list(counted), np.array(list(counted.values())) / 1000)
axes[0].axvline(lengths.sum() / 1000, color="black", linestyle="--")
axes[0].set_xlabel(choose(zh="千格（虚线：词元）", en="thousand cells (dashed: tokens)"))
axes[1].set_xlabel(choose(zh="千循环步", en="thousand loop steps"))
axes[0].invert_yaxis()
plt.show()
saved = choose(
    zh="从第一种到最后一种：格子除以 {:.1f}，循环步除以 {:.1f}。",
    en="First to last: cells divided by {:.1f}, loop steps by {:.1f}.",
)
first, *_, last = cells
print(saved.format(cells[first] / cells[last], loops[first] / loops[last]))

# %% [markdown] lang="zh"
# 这里数的是计算量；能省多少时间取决于机器，留给 5.2 章去量。两点代价要知道：
#
# 1. 分桶的批**不再是随机样本**。如果长度与类别有关，短的批和长的批里，类别的比例就不同（下面数一数）。所以要打乱批的顺序，并让每轮的桶略有变化；`bucket_batches` 的 `seed` 正是做这两件事。
# 2. 按词元数分批，各批的**条数**不同：一条短评论要和许多条平分一次更新，一条长评论只和几条平分；每轮更新的次数也少了。学习率要在真正使用的批上调。

# %% [markdown] lang="en"
# Computation is counted here; how much time it saves depends on the machine, and chapter 5.2 measures that. Two prices:
#
# 1. A bucketed batch is **no longer a random sample**. Where length goes with the class, short and long batches have other shares of it (counted below). So shuffle the batches, and let the buckets differ a little each epoch: that is what the `seed` of `bucket_batches` does.
# 2. Batches of equal tokens differ in their number of **rows**: a short review shares an update with many, a long one with few; and an epoch has fewer updates. Tune the learning rate on the batches that you will use.

# %%
by_length = np.argsort(lengths, kind="stable")
tenth = len(by_length) // 10
shares = [train.labels[rows].mean() for rows in (by_length[:tenth], by_length[-tenth:])]
result = choose(
    zh="最短的十分之一里，“{0}”占 {1:.1%}；最长的十分之一里，占 {2:.1%}。",
    en='"{0}": {1:.1%} of the shortest tenth, {2:.1%} of the longest.',
)
print(result.format(train.label_names[1], *shares))
visited = np.sort(np.concatenate(bucket_batches(lengths, tokens=budget, seed=1)))
print("every review once an epoch:", np.array_equal(visited, np.arange(len(lengths))))

# %% [markdown] lang="zh"
# ### 交给 Keras：PyDataset 还是 tf.data
#
# `fit` 需要一个会给出批的东西。
#
# - `keras.utils.PyDataset` 只要写 `__len__` 和 `__getitem__` 两个方法，哪个后端都能用。课程的 `Batches` 就是它：语料放得进内存，每批现取现填。
# - `tf.data` 有现成的 `bucket_by_sequence_length`，还能从磁盘流式读取、并行预处理；数据放不进内存时值得用。它的批可以喂给任何后端，代价是必须装 TensorFlow，桶的边界要自己定，出错信息也更难懂。

# %% [markdown] lang="en"
# ### Into Keras: PyDataset or tf.data?
#
# `fit` wants something that yields batches.
#
# - A `keras.utils.PyDataset` takes two methods, `__len__` and `__getitem__`, and serves every backend. The course's `Batches` is one: the corpus fits into memory, and each batch is padded when it is asked for.
# - `tf.data` comes with `bucket_by_sequence_length`, can stream from disk and preprocess in parallel, and pays once the data outgrow memory. Its batches can feed any backend, but TensorFlow must be installed, the buckets' boundaries are yours to choose, and its error messages are harder to read.

# %%
from rnncourse.training.batches import Batches

batches = Batches(sequences, train.labels, tokens=4096, seed=42)
for index in range(4):
    tokens, labels = batches[index]
    print(tokens.shape, tokens.dtype, labels.shape, labels.dtype)

# %% [markdown] lang="zh"
# 各批的宽度不同，所以模型的输入写作 `keras.Input((None,))`：$T$ 不固定。
#
# ## 自己试：长度、填充、分桶
#
# 拖动滑块：截得短一点，丢掉多少词元？勾上“分桶”，填充降到多少？再看一看最短的一批和最长的一批。

# %% [markdown] lang="en"
# Batches differ in width, so a model's input is `keras.Input((None,))`: $T$ stays open.
#
# ## Your turn: length, padding, buckets
#
# Move the sliders. Cut shorter: how many tokens are lost? Tick bucketing: where does the padding go? Then look at the batch of the shortest reviews, and at that of the longest.

# %% tags=["widget"]
from rnncourse.widgets import explore_padding

explore_padding(train.texts[:512], vocabulary)

# %% [markdown] lang="zh"
# ## 小结
#
# - Keras 描述网络，后端计算；换后端只差舍入，但各后端对变化的形状反应不同。
# - 先分数据，再数词表。没见过的词元总会有，要让“未知”在训练时就出现。
# - 粒度是 $T$ 与 $V$ 的交易：英文取词，中文取字。
# - 编码会丢东西：大小写、空白、词表外的词元、截断之后的一切。要知道丢了什么。
# - 填充不是“没有”，而是一个会被读到的词元。有掩码，状态原样越过填充；没有掩码，后填充会把内容冲掉。有些层会悄悄丢掉掩码。
# - 分桶少算填充；按词元数分批，在同样的内存里少走循环步。代价是批不再是随机样本，要打乱。
#
# ## 试一试
#
# 1. 把实验里的 `layers.LSTM(16)` 换成 `layers.SimpleRNN(16)`，先猜再跑：没有掩码的后填充，结果和 LSTM 一样吗？（提示：`SimpleRNN` 的循环权重初始化为正交矩阵；2.2.1 节解释它为什么重要。）
# 2. 令 `STEPS = 40`、`EPOCHS = 15`，再跑一次实验：没有掩码的后填充学得会吗？学会之后守得住吗？
# 3. 改为保留每条评论**最后**的 `train.length` 个词元：`ids[-train.length:]`。分桶的账会变吗？分类准确率呢（用 4.2 章的代码）？
#
# 练习：[建词表、编码、填充、掩码、分桶](../../exercises/zh/3_1_environment_and_data.ipynb)。然后去 [4.2 文本分类](4_2_text_classification.ipynb)，用这些批训练一个分类器。
#
# ## 来源
#
# - Keras 指南：[Understanding masking & padding](https://keras.io/guides/understanding_masking_and_padding/)；后端的选择：[Getting started with Keras](https://keras.io/getting_started/)。
# - M. Dwarampudi, N. V. S. Reddy (2019). [Effects of padding on LSTMs and CNNs](https://arxiv.org/abs/1903.07288).
# - X. Li, Y. Meng, X. Sun, Q. Han, A. Yuan, J. Li (2019). [Is Word Segmentation Necessary for Deep Learning of Chinese Representations?](https://aclanthology.org/P19-1314/)
# - R. Sennrich, B. Haddow, A. Birch (2016). [Neural Machine Translation of Rare Words with Subword Units](https://aclanthology.org/P16-1162/).
# - V. Khomenko, O. Shyshkov, O. Radyvonenko, K. Bokhan (2017). [Accelerating recurrent neural network training using sequence bucketing and multi-GPU data parallelization](https://arxiv.org/abs/1708.05604).

# %% [markdown] lang="en"
# ## Summary
#
# - Keras describes the network, a backend computes it. Backends differ by rounding, and in how they bear changing shapes.
# - Divide the data first, then count the vocabulary. There will always be unseen tokens: let 'unknown' occur in training.
# - Granularity trades $T$ against $V$: words for English, characters for Chinese.
# - Encoding loses capitals, white space, what is out of vocabulary, and all beyond the cut. Know what you lose.
# - Padding is not nothing but a token that gets read. With a mask the state passes it unchanged; without one, post-padding washes the content away. Some layers drop the mask quietly.
# - Buckets save cells; batches by tokens save loop steps in the same memory. In return a batch is no random sample any more, so shuffle.
#
# ## Try it
#
# 1. In the experiment, replace `layers.LSTM(16)` by `layers.SimpleRNN(16)`. Guess, then run: is post-padding without a mask as it was with the LSTM? (Hint: `SimpleRNN` starts from an orthogonal recurrent kernel; section 2.2.1 says why that matters.)
# 2. Set `STEPS = 40` and `EPOCHS = 15` and run the experiment again: is post-padding without a mask learned? And once learned, is it kept?
# 3. Keep the **last** `train.length` tokens of each review instead: `ids[-train.length:]`. Does the account of the buckets change? Does accuracy (with the code of chapter 4.2)?
#
# Exercises: [vocabulary, encoding, padding, masks, buckets](../../exercises/en/3_1_environment_and_data.ipynb). Then go on to [4.2 Text classification](4_2_text_classification.ipynb) and train a classifier on such batches.
#
# ## Sources
#
# - Keras guide: [Understanding masking & padding](https://keras.io/guides/understanding_masking_and_padding/); choosing a backend: [Getting started with Keras](https://keras.io/getting_started/).
# - M. Dwarampudi, N. V. S. Reddy (2019). [Effects of padding on LSTMs and CNNs](https://arxiv.org/abs/1903.07288).
# - X. Li, Y. Meng, X. Sun, Q. Han, A. Yuan, J. Li (2019). [Is Word Segmentation Necessary for Deep Learning of Chinese Representations?](https://aclanthology.org/P19-1314/)
# - R. Sennrich, B. Haddow, A. Birch (2016). [Neural Machine Translation of Rare Words with Subword Units](https://aclanthology.org/P16-1162/).
# - V. Khomenko, O. Shyshkov, O. Radyvonenko, K. Bokhan (2017). [Accelerating recurrent neural network training using sequence bucketing and multi-GPU data parallelization](https://arxiv.org/abs/1708.05604).
