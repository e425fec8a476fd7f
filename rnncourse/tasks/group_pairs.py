"""Which pairs of sentences belong together: those that share a side, and so on in a chain."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """The first is a chain by hand; the others are drawn until every catalogued answer is another one."""
    drawn = [Case((["a", "b", "a", "c"], ["x", "y", "z", "y"]))]
    for count in (6, 9, 12):
        while True:
            sources = [f"s{n}" for n in rng.integers(0, count, count)]
            targets = [f"t{n}" for n in rng.integers(0, count, count)]
            found = [answer(sources, targets).tolist() for answer in (reference, *_DIFFER)]
            if all(found.count(one) == 1 for one in found):
                break
        drawn.append(Case((sources, targets)))
    return drawn


def reference(sources, targets):
    from scipy.sparse.csgraph import connected_components

    sources, targets = np.array(sources), np.array(targets)
    shared = (sources[:, None] == sources) | (targets[:, None] == targets)
    return _numbered(connected_components(shared)[1])


def _numbered(labels):
    """The same groups, numbered in the order of their first rows."""
    order = {label: number for number, label in enumerate(dict.fromkeys(np.asarray(labels).tolist()))}
    return np.array([order[label] for label in np.asarray(labels).tolist()])


def _merged(sources, targets):
    """As `reference`, by moving whole groups."""
    groups = list(range(len(sources)))
    for i in range(len(sources)):
        for j in range(i):
            if sources[i] == sources[j] or targets[i] == targets[j]:
                old, new = groups[i], groups[j]
                groups = [new if group == old else group for group in groups]
    return groups


def by_source_alone(sources, targets):
    return _numbered(_merged(sources, range(len(targets))))


def by_target_alone(sources, targets):
    return _numbered(_merged(range(len(sources)), targets))


def both_sides_at_once(sources, targets):
    return _numbered(_merged(list(zip(sources, targets, strict=True)), range(len(targets))))


def groups_not_merged(sources, targets):
    groups, seen = [], {}
    for i, keys in enumerate(zip(sources, targets, strict=True)):
        known = [seen[key] for key in keys if key in seen]
        groups.append(known[0] if known else i)
        seen |= {key: groups[-1] for key in keys if key not in seen}
    return _numbered(groups)


def first_row_as_number(sources, targets):
    groups = reference(sources, targets).tolist()
    return np.array([groups.index(group) for group in groups])


def numbered_from_one(sources, targets):
    return reference(sources, targets) + 1


_DIFFER = (by_source_alone, by_target_alone, both_sides_at_once, groups_not_merged, first_row_as_number)

TASK = Task(
    name="group_pairs",
    points=2,
    cases=cases,
    reference=reference,
    hides=("scipy.sparse.csgraph", "rnncourse.datasets.pairs"),
    mistakes=(
        Mistake(
            "by_source_alone",
            by_source_alone,
            zh="只看了原文一侧：两个原文译成同一句话时，译文也会泄漏，也要归为一组。",
            en="Only the source side counts here. Two sources with the same translation leak as well and belong "
            "together.",
        ),
        Mistake(
            "by_target_alone",
            by_target_alone,
            zh="只看了译文一侧：同一句原文有两种译法时，也要归为一组。",
            en="Only the target side counts here. One source with two translations is a group, too.",
        ),
        Mistake(
            "both_sides_at_once",
            both_sides_at_once,
            zh="只有两侧都相同的句对才归到了一起；一侧相同就已经泄漏了。",
            en="Only pairs that agree on both sides come together; one side in common is a leak already.",
        ),
        Mistake(
            "groups_not_merged",
            groups_not_merged,
            zh="一个句对可以把两个已有的组连起来（原文在一组，译文在另一组）；这时两组要合并，之前编好号的也要跟着改。",
            en="A pair can connect two groups that exist already, its source in one and its target in the other. Then "
            "the two must be merged, with all rows that were numbered before.",
        ),
        Mistake(
            "first_row_as_number",
            first_row_as_number,
            zh="分组对了，编号不对：组号应是 0、1、2……，按第一次出现的次序，中间不空号。",
            en="The groups are right, their numbers are not: they should be 0, 1, 2 ... in the order of first "
            "appearance, without gaps.",
        ),
        Mistake(
            "numbered_from_one",
            numbered_from_one,
            zh="分组对了，但组号应从 0 开始。",
            en="The groups are right, but numbers begin at 0.",
        ),
    ),
)
