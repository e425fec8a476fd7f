"""The claims in the order of the article."""

from dataclasses import dataclass, field

from rnncourse.language import choose

RIGHT, HALF, WRONG = "right", "half", "wrong"


class UnknownClaim(ValueError):
    """There is no claim of that number."""


@dataclass(frozen=True)
class Claim:
    """A claim: its `number`, the article's `section`, what it says, and the chapter that tests it.

    The article has two sections 4; from the second on, `section` is one more than the article prints.

    `figure`: a regular expression for the line of that chapter's output that decides it, in either language
    (its first group, if there is one); None: the last line with a digit. `decides`: {regular expression:
    verdict}, tried in this order, for a chapter whose output does not name the claim's number and a verdict.
    """

    number: int
    section: str
    zh: str
    en: str
    chapter: str
    figure: str = None
    decides: dict = field(default_factory=dict)

    @property
    def text(self):
        """What it says, in the reader's language."""
        return choose(zh=self.zh, en=self.en)


def find(number):
    """The Claim of that `number`. Raises UnknownClaim."""
    if not 1 <= number <= len(CLAIMS):
        raise UnknownClaim(
            choose(
                zh=f"断言的编号为 1 至 {len(CLAIMS)}，给出的是 {number}；rnncourse claims --list 列出全部",
                en=f"claims are numbered 1 to {len(CLAIMS)}, got {number}; "
                "rnncourse claims --list shows them",
            )
        )
    return CLAIMS[number - 1]


def verdict_word(verdict):
    """ "right", "half", "wrong" or None (not measured) as the reader's language says it."""
    zh = {RIGHT: "成立", HALF: "对一半", WRONG: "不成立", None: "尚未测量"}
    en = {RIGHT: "right", HALF: "half right", WRONG: "wrong", None: "not yet measured"}
    return choose(zh=zh, en=en)[verdict]


_BASIC, _CELLS, _DECODER = "2_1_basic_concepts", "2_2_1_recurrent_cells", "3_2_2_recurrent_decoder"
_PATTERN, _BACKWARD = "2_2_2_encoder_and_decoder", "2_2_2_forward_and_backward"
_RATES, _COMPARISON, _TESTING = "2_2_3_pruning_and_learning_rate", "2_3_comparison", "3_3_2_testing"
_ENCODER, _ENVIRONMENT = "3_2_1_recurrent_encoder", "3_1_environment_and_data"
_SCALE, _ATTENTION = "5_2_scalability", "6_2_1_attention"
_LONG = r"^(?:blank|空白).* T = 100: LSTM"

CLAIMS = (
    Claim(
        1, "1",
        "RNN 能有效处理文本的异质性、不平衡性和动态性",
        "RNNs handle the heterogeneity, imbalance and drift of text",
        _TESTING, r"the GRU at 5%|差评 5% 时的 GRU",
    ),
    Claim(
        2, "1", "RNN 是一种创新的方法", "RNNs are an innovative method",
        "1_introduction", r"From 19|从 19", {r"[:：] ?[1-9]\d+ (?:years|年)": WRONG},
    ),
    Claim(
        3, "2.1", "循环结构把信息传递多次", "the loop passes the information on several times",
        _BASIC, r"^(?:each input is read once|每个输入只读一次)",
    ),
    Claim(
        4, "2.1", "输入是一系列时间步", "the input is a sequence of time steps",
        _BASIC, r"^V = ",
    ),
    Claim(
        5, "2.1", "输出是每个时间步的预测值", "the output is a prediction for every step",
        _BASIC, r"(Of the four patterns.*)|(四种模式里.*)",
    ),
    Claim(
        6, "2.2.1", "RNN 具有记忆单元", "RNNs have memory cells",
        _CELLS, r"^LSTM +(?:states|状态)",
    ),
    Claim(
        7, "2.2.1", "有效处理长距离依赖", "they handle long-range dependence well",
        _CELLS, _LONG,
    ),
    Claim(
        8, "2.2.2", "RNN 由编码器和解码器组成", "an RNN consists of an encoder and a decoder",
        _PATTERN, r"a classifier without a decoder|没有解码器的分类器",
    ),
    Claim(
        9, "2.2.2", "编码器把每个元素变成一个状态向量", "the encoder turns each element into a state vector",
        _ENCODER, r"^(?:variance explained|词元本身解释)",
    ),
    Claim(
        10, "2.2.2", "解码器由这个向量输出对应时间步的预测值",
        "the decoder turns that vector into the output of the corresponding step",
        _DECODER, r"at length 30 attention gains|长度 30 时注意力多对",
    ),
    Claim(
        11, "2.2.2", "训练包括正向传播和反向传播", "training is a forward and a backward pass",
        _BACKWARD, r"^U ", {r"relative error < 1e-6: False": WRONG, r"relative error < 1e-6: True": RIGHT},
    ),
    Claim(
        12, "2.2.3", "优化主要是剪枝和调整学习率", "optimisation is mainly pruning and the learning rate",
        _RATES, r"^few[,，]",
    ),
    Claim(
        13, "2.2.3", "剪枝去掉没有贡献的参数", "pruning removes parameters that contribute nothing",
        _RATES, r"By magnitude, 50%|按幅值剪到 50%",
    ),
    Claim(
        14, "2.2.3", "剪枝减少存储和计算", "pruning cuts storage and computation",
        _RATES, r"Time \(dense|时间（稠密",
    ),
    Claim(
        15, "2.2.3", "调整学习率加快训练", "tuning the learning rate speeds up training",
        _RATES, r"(Fastest: .*?)\. |(最快的学习率：.*?)。",
    ),
    Claim(
        16, "2.2.3", "调整学习率保证收敛", "tuning the learning rate guarantees convergence",
        _RATES, r"Accuracy at a rate of 1|学习率为 1 时",
    ),
    Claim(
        17, "2.3", "比传统方法泛化得更好", "RNNs generalise better than classical methods",
        _COMPARISON, r"reviews, en 2,400: GRU|中文评论 2,400: GRU",
    ),
    Claim(18, "2.3", "可能过拟合", "they may overfit", _COMPARISON, r"The gap:|差距 "),
    Claim(
        19, "2.3", "可解释性较差", "they are poorly interpretable",
        _COMPARISON, r"GRU, integrated|GRU，积分梯度",
    ),
    Claim(
        20, "3.1", "可以用 Keras 实现", "Keras can implement them",
        _ENVIRONMENT, r"equal to the loop", {r"equal to the loop: True": RIGHT, "equal to the loop": WRONG},
    ),
    Claim(
        21, "3.1", "代码由编码器和解码器组成", "the code consists of an encoder and a decoder",
        _PATTERN, r"strings that match|写对的比例",
    ),
    Claim(
        22, "3.2.1", "编码器是核心，生成一个状态向量", "the encoder is the core and yields one state vector",
        _ENCODER, r"^(?:some layers hand over|有的层交出)",
    ),
    Claim(
        23, "3.2.2", "解码器生成一个时间步的预测值", "the decoder yields the prediction of one step",
        _DECODER, r"More errors when|读自己写的错误",
    ),
    Claim(
        24, "3.2.2", "解码器与编码器类似", "the decoder resembles the encoder",
        _DECODER, r"^(?:bidirectional: training|双向：训练)",
    ),
    Claim(
        25, "3.3.1", "编码器加解码器就是完整的 RNN", "encoder and decoder together are a complete RNN",
        _PATTERN, r"states exchanged|状态对调后",
    ),
    Claim(
        26, "3.3.1", "通过调整参数来优化性能", "adjusting parameters optimises the model",
        _TESTING, r"^(?:gain|收益)",
    ),
    Claim(
        27, "3.3.2", "用准确率、召回率、F1 值评估", "accuracy, recall and F1 evaluate it",
        _TESTING, r"all three scores equal|三个分数完全相同",
    ),
    Claim(
        28, "4.1", "用于文本分类、机器翻译、语音识别",
        "they are used for classification, translation and speech",
        "4_1_1_machine_translation", r"test perplexity|测试困惑度",
        {r"it translates|它在翻译": RIGHT, r"no use of the source|看不出它用了": WRONG},
    ),
    Claim(
        29, "4.2", "调整编码器和解码器改善记忆，从而提高准确率",
        "tuning encoder and decoder improves the memory, hence the accuracy",
        "4_2_text_classification", r"With shuffled|打乱词元以后",
    ),
    Claim(
        30, "4.3", "“循环编码器的实现过程与循环编码器类”似", "'the encoder is implemented like the encoder'",
        "4_3_core_code", r"^4\.3(?:: | 节)", {r"the same word: a slip|同一个词：是笔误": WRONG},
    ),
    Claim(31, "5.1", "增加层数和神经元有好处", "more layers and neurons help", "5_1_performance"),
    Claim(
        32, "5.2", "增加输入维度提高可扩展性", "a larger input dimension gives scalability",
        _SCALE, r"^D (?:from|从) 64",
    ),
    Claim(
        33, "5.2", "调整参数提高可扩展性", "adjusting parameters gives scalability",
        _SCALE, r"^H (?:from|从) 256",
    ),
    Claim(
        34, "5.3", "增加循环结构或输出层提高安全性",
        "more loop structure or output layers give security", "5_3_security",
        r"^(?:recurrent layers|循环层数)",
    ),
    Claim(35, "6.1", "具有长的上下文记忆", "they have a long contextual memory", _CELLS, _LONG),
    Claim(
        36, "6.2", "未来：扩展到机器翻译、语音识别", "the future: translation and speech recognition",
        _ATTENTION,
    ),
    Claim(37, "6.2", "未来：基于注意力的 RNN", "the future: RNNs with attention", _ATTENTION),
    Claim(
        38, "6.2", "迁移学习是一种新的架构", "transfer learning is a new architecture",
        "6_2_2_transfer_learning",
    ),
)  # fmt: skip
