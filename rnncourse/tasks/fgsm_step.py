"""One step of the fast gradient sign method on embeddings."""

import numpy as np

from rnncourse.robustness.embeddings import sign_step
from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Texts of different lengths; neither embedding nor gradient is 0 on padding, one slope of a token is."""
    drawn = []
    for lengths, steps, size in (((2,), 3, 2), ((3, 1), 4, 3), ((5, 2, 4), 5, 2)):
        shape = (len(lengths), steps, size)
        embeddings = (rng.choice((-1, 1), shape) * rng.uniform(0.1, 2, shape)).round(2)
        gradient = (rng.choice((-1, 1), shape) * rng.uniform(0.1, 2, shape)).round(2)
        gradient[:, 0, 0] = 0.0
        mask = np.arange(steps) < np.array(lengths)[:, None]
        drawn.append(Case((embeddings, gradient, mask, round(float(rng.uniform(0.1, 0.5)), 2))))
    return drawn


def reference(embeddings, gradient, mask, epsilon):
    still = np.zeros_like(embeddings)
    return embeddings + sign_step(still, gradient, mask[:, :, None], size=epsilon, bound=epsilon)


def no_sign(embeddings, gradient, mask, epsilon):
    return embeddings + epsilon * gradient * mask[:, :, None]


def unit_length(embeddings, gradient, mask, epsilon):
    length = np.linalg.norm(gradient, axis=-1, keepdims=True)
    return embeddings + epsilon * gradient / length * mask[:, :, None]


def downhill(embeddings, gradient, mask, epsilon):
    return embeddings - epsilon * np.sign(gradient) * mask[:, :, None]


def padding_moves(embeddings, gradient, mask, epsilon):
    return embeddings + epsilon * np.sign(gradient)


def padding_emptied(embeddings, gradient, mask, epsilon):
    return (embeddings + epsilon * np.sign(gradient)) * mask[:, :, None]


def the_move_alone(embeddings, gradient, mask, epsilon):
    return epsilon * np.sign(gradient) * mask[:, :, None]


def up_or_down(embeddings, gradient, mask, epsilon):
    return embeddings + np.where(gradient > 0, epsilon, -epsilon) * mask[:, :, None]


def clipped_like_pixels(embeddings, gradient, mask, epsilon):
    return np.clip(reference(embeddings, gradient, mask, epsilon), 0, 1)


TASK = Task(
    name="fgsm_step",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.robustness",),
    mistakes=(
        Mistake(
            "no_sign",
            no_sign,
            zh="移动的大小随梯度而变：你乘的是梯度本身。FGSM 只用它的哪一部分？",
            en="The moves are as uneven as the gradient: it is multiplied as it is. Which part of it does the method "
            "use?",
        ),
        Mistake(
            "unit_length",
            unit_length,
            zh="每个时间步的移动被缩放到长度 ε：那是按 L2 范数限制的攻击。这里 ε 限制的是每一个特征。",
            en="The move of each step has the length ε: that is the attack bounded by the L2 norm. Here ε bounds every "
            "single feature.",
        ),
        Mistake(
            "downhill",
            downhill,
            zh="方向反了：这样损失变小，是在训练，不是在攻击。",
            en="The wrong way: the loss goes down. That is training, not an attack.",
        ),
        Mistake(
            "padding_moves",
            padding_moves,
            zh="填充处也移动了。攻击者只能改真实的时间步，mask 没有用上。",
            en="Padding moves as well. An attacker can change real steps only; the mask is not used.",
        ),
        Mistake(
            "padding_emptied",
            padding_emptied,
            zh="填充处的嵌入变成了 0：掩码乘在了整个结果上。应当保持原样的是嵌入，该变成 0 的是移动。",
            en="The embeddings on padding have become 0: the mask multiplies the whole result. They are to stay as "
            "they were; what shall vanish there is the move.",
        ),
        Mistake(
            "the_move_alone",
            the_move_alone,
            zh="这只是移动的量，还没有加到嵌入上。",
            en="This is the move alone, not yet added to the embeddings.",
        ),
        Mistake(
            "up_or_down",
            up_or_down,
            zh="梯度恰好为 0 的特征也移动了。那里往哪边走损失都不变（一阶近似），应当不动：0 的符号是几？",
            en="A feature whose gradient is exactly 0 moves, too. To first order the loss does not change there, so it "
            "stays: what is the sign of 0?",
        ),
        Mistake(
            "clipped_like_pixels",
            clipped_like_pixels,
            zh="结果被截到 0 与 1 之间：像素要这样做，嵌入却可以是任何实数。",
            en="The result is cut to lie between 0 and 1: right for pixels, but an embedding may be any number.",
        ),
    ),
)
