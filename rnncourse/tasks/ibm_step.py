"""One round of EM for IBM model 1, held to the sum over all alignments."""

import itertools

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Tables (V_e, V_f) with positive entries, sentences of 1 to 4 tokens; source 0 is the empty word.

    The last source token never occurs; in the last cases a sentence says a token twice.
    """
    drawn = []
    for pairs, sizes in ((1, (3, 3)), (2, (4, 5)), (4, (6, 5))):
        table = rng.dirichlet(np.ones(sizes[1]), sizes[0]).round(3) + 0.01
        sentences = []
        for _ in range(pairs):
            source = rng.integers(1, sizes[0] - 1, rng.integers(2, 4))
            target = rng.integers(0, sizes[1], rng.integers(2, 4))
            sentences.append((source, target))
        source, target = sentences[-1]
        sentences[-1] = (np.append(source, source[0]), np.append(target, (target[0] + 1) % sizes[1]))
        drawn.append(Case((sentences, table / table.sum(axis=1, keepdims=True))))
    return drawn


def reference(pairs, table):
    """Expected counts by brute force: every alignment of every sentence, weighted by its probability."""
    counts = np.zeros_like(table)
    for source, target in pairs:
        source = [0, *source]
        alignments = list(itertools.product(range(len(source)), repeat=len(target)))
        chances = [
            np.prod([table[source[j], f] for j, f in zip(alignment, target, strict=True)])
            for alignment in alignments
        ]
        for alignment, chance in zip(alignments, np.array(chances) / sum(chances), strict=True):
            for j, f in zip(alignment, target, strict=True):
                counts[source[j], f] += chance
    return _rows(counts)


def _rows(counts):
    totals = counts.sum(axis=1, keepdims=True)
    return np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0)


def _step(pairs, table, *, empty=True, share=lambda block: block / block.sum(axis=0), finish=_rows):
    counts = np.zeros_like(table)
    for source, target in pairs:
        source = np.append([0], source) if empty else np.asarray(source)
        block = share(table[np.ix_(source, target)])  # (T + 1, N)
        np.add.at(counts, (source[:, None], np.asarray(target)[None]), block)
    return finish(counts)


def empty_word_forgotten(pairs, table):
    return _step(pairs, table, empty=False)


def shared_among_target_tokens(pairs, table):
    return _step(pairs, table, share=lambda block: block / block.sum(axis=1, keepdims=True))


def posterior_not_normalised(pairs, table):
    return _step(pairs, table, share=lambda block: block)


def best_alignment_only(pairs, table):
    return _step(
        pairs, table, share=lambda block: (np.arange(len(block))[:, None] == block.argmax(axis=0)) * 1.0
    )


def columns_normalised(pairs, table):
    return _step(pairs, table, finish=lambda counts: _rows(counts.T).T)


def counts_returned(pairs, table):
    return _step(pairs, table, finish=lambda counts: counts)


def old_table_kept_in(pairs, table):
    return _rows(_step(pairs, table, finish=lambda counts: counts) + table)


TASK = Task(
    name="ibm_step",
    points=3,
    cases=cases,
    reference=reference,
    hides=("rnncourse.baselines",),
    mistakes=(
        Mistake(
            "empty_word_forgotten",
            empty_word_forgotten,
            zh="空词没有参加：每句原文前面都要加上编号 0，译词也可以来自它。",
            en="The empty word takes no part: id 0 belongs in front of every source, and target tokens may come from it.",
        ),
        Mistake(
            "shared_among_target_tokens",
            shared_among_target_tokens,
            zh="归一化的方向反了：每个译词要分给各个原词，所以固定译词，对原词求和，而不是固定原词、对译词求和。",
            en="The shares add up the wrong way: each target token is divided among the source tokens, so the sum in the "
            "denominator runs over the source.",
        ),
        Mistake(
            "posterior_not_normalised",
            posterior_not_normalised,
            zh="E 步少了分母：加到计数里的应是概率 $p(a_n = j)$，每个译词的份额加起来是 1，而不是表里的值本身。",
            en="The E step lacks its denominator: what is counted is $p(a_n = j)$, which adds up to 1 for each target "
            "token, not the entry of the table itself.",
        ),
        Mistake(
            "best_alignment_only",
            best_alignment_only,
            zh="每个译词整个给了最可能的那个原词。EM 要的是期望：按概率分给所有原词。",
            en="Each target token goes to its most probable source token as a whole. EM takes the expectation: every "
            "source token gets its share.",
        ),
        Mistake(
            "columns_normalised",
            columns_normalised,
            zh="M 步的方向反了：$t(f \\mid e)$ 是给定原词 $e$ 时译词的分布，每一**行**加起来是 1。",
            en="The M step goes the wrong way: $t(f \\mid e)$ is a distribution over target tokens for each source token, "
            "so it is the **rows** that add up to 1.",
        ),
        Mistake(
            "counts_returned",
            counts_returned,
            zh="这是期望计数，还差 M 步：除以每行的和（全零的行保持为零）。",
            en="These are the expected counts; the M step is missing: divide by each row's sum (rows of zeros stay zero).",
        ),
        Mistake(
            "old_table_kept_in",
            old_table_kept_in,
            zh="新的计数加在了旧表上。旧表只用来算份额；计数要从零开始。",
            en="The counts were added onto the old table. It only serves to compute the shares; counts begin at zero.",
        ),
    ),
)
