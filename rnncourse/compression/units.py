"""Structured pruning: units that leave take their rows and columns with them, so the arrays shrink.

    scores = unit_scores(model)                          # {layer: (H,)}, what each unit weighs
    smaller = remove_units(model, strongest(scores, 0.5))    # half of each layer's units, a new model
    training.fit(smaller, ...)                           # it learns to do without

A unit is a unit of a recurrent or dense layer or a feature of an embedding. It is one column in each gate of
its layer, one row of the recurrent kernel, and one row of each kernel that reads it. Where those rows are
zero the unit reaches nothing, and leaving it out changes no output.

Between its layers a model may have what keeps each feature apart: dropout, reversal, pooling, concatenation.
Where two embeddings are added, their features leave in pairs: the name of the first stands for both. What
mixes features otherwise (normalisation, attention) holds its units fast: they are in no score,
and asking for their removal is an error that names the layer.
"""

import numpy as np

from rnncourse.compression.flow import RECURRENT, kind_of, trace
from rnncourse.compression.pruning import GATES


def unit_scores(model, by="weights", tokens=None):
    """What each unit that may be removed weighs: {layer's name: array (H,)}, in the order of the layers.

    by="weights": the root of the summed squares of all that goes with the unit, its columns, biases and rows
    (Wen et al., 2018). by="activation": the root mean square of its value over the real tokens of `tokens`
    (B, T), 0 is padding, times the norm of the rows that read it; 0 where nothing reads it. Raises ValueError
    for another `by`, and where `tokens` is missing.
    """
    if by not in ("weights", "activation"):
        raise ValueError(f'by must be "weights" or "activation", got {by!r}')
    if by == "activation" and tokens is None:
        raise ValueError('by="activation" needs tokens, texts (B, T) to measure it on')
    model, flow = trace(model)
    names = flow.removable()
    outgoing = _outgoing(model, flow)
    if by == "activation":
        sizes = _sizes(model, flow, np.asarray(tokens))
        return {name: sizes[name] * np.sqrt(outgoing[name]) for name in names}
    groups = {name: [name, *flow.followers(name)] for name in names}
    incoming = {name: sum(_incoming(model.get_layer(one)) for one in group) for name, group in groups.items()}
    return {name: np.sqrt(incoming[name] + outgoing[name]) for name in names}


def strongest(scores, share):
    """The units of highest score, {layer's name: rising whole numbers}: that share of each layer.

    At least one unit stays in each; of equal ones the first. `share` is a number in (0, 1], or {layer's name:
    share}, where a layer that is not named keeps all. Raises ValueError for another share or name.
    """
    shares = share if isinstance(share, dict) else dict.fromkeys(scores, share)
    unknown = [name for name in shares if name not in scores]
    if unknown:
        raise ValueError(f"no scores for {unknown[0]!r}; there are {', '.join(scores)}")
    kept = {}
    for name, part in shares.items():
        if not 0 < part <= 1:
            raise ValueError(f"the share that stays must lie in (0, 1], got {part!r} for {name!r}")
        count = max(1, round(part * len(scores[name])))
        kept[name] = np.sort(np.argsort(-scores[name], kind="stable")[:count])
    return kept


def remove_units(model, kept):
    """A new model with the units of `kept` alone, {layer's name: their numbers}; `model` stays as it is.

    A layer that is not named keeps all. One that keeps none, `[]`, is left out altogether, such as the
    backward direction. The weights are those of `model`, so outputs change by what the removed units did. The
    new model is uncompiled. Raises ValueError for a layer whose units cannot be removed, saying what holds
    them; for numbers outside the layer or twice; where a layer would have nothing left to read; and where a
    pooling that takes a row's two directions by halves would get unequal halves.
    """
    model, flow = trace(model)
    kept = {name: _checked(name, units, flow) for name, units in kept.items()}
    kept |= {name: kept[leader] for name, leader in flow.follows.items() if leader in kept}
    flow.check_halves(kept)
    flow.check_readers(kept)
    smaller = _rebuilt(model, {name: len(units) for name, units in kept.items()})
    for layer, before in _layers_with_weights(smaller, model):
        changed = layer.name in kept or layer.name in flow.reads
        layer.set_weights(_cut(before, flow, kept) if changed else before.get_weights())
    return smaller


def shrink_vocabulary(model, size, *, layer="embedding"):
    """A new model that knows the ids below `size` alone: the first rows of the embedding `layer`.

    `Vocabulary` numbers tokens by frequency, so the rarest leave. Encode with the vocabulary that is left,
    `Vocabulary(vocabulary.tokens[: size - 2], vocabulary.unit)`, which makes an unknown token of each other:
    texts without those get the same output. Raises ValueError for a size outside 3 to that of now.
    """
    model, flow = trace(model)
    table = {one.name: one for one in model.layers}.get(layer)
    if flow.kinds.get(layer) != "Embedding":
        names = [name for name, kind in flow.kinds.items() if kind == "Embedding"]
        raise ValueError(f"the model has no embedding {layer!r}; it has {', '.join(names) or 'none'}")
    if not 3 <= size <= table.input_dim:
        raise ValueError(f"size must lie between 3 and {table.input_dim}, got {size!r}")
    smaller = _rebuilt(model, {}, {layer: size})
    for one, before in _layers_with_weights(smaller, model):
        weights = before.get_weights()
        one.set_weights([weights[0][:size]] if one.name == layer else weights)
    return smaller


def _layers_with_weights(model, other):
    """Pairs of the layers of `model` that have weights and those of `other` of the same name."""
    return [(layer, other.get_layer(layer.name)) for layer in model.layers if layer.weights]


def _checked(name, units, flow):
    """`units` as rising whole numbers, or a ValueError."""
    if name not in flow.removable():
        leader = flow.follows.get(name)
        reason = f"{leader!r}, to which it is added" if leader else flow.locked.get(name)
        names = ", ".join(flow.removable()) or "none"
        why = f"its units are held by {reason}" if reason else "it has no units that could leave"
        raise ValueError(f"no unit of layer {name!r} can be removed: {why}; possible for {names}")
    size, units = flow.sizes[name], np.asarray(units)
    if units.size == 0:
        return np.array([], dtype=int)
    if units.ndim != 1 or not np.issubdtype(units.dtype, np.integer):
        raise ValueError(f"what {name!r} keeps must be a list of whole numbers, got {units!r}")
    if units.min() < 0 or units.max() >= size or len(np.unique(units)) < len(units):
        raise ValueError(
            f"units of {name!r} are numbered 0 to {size - 1}, each once at most; got {units.tolist()}"
        )
    return np.sort(units)


def _rebuilt(model, units, rows=None):
    """The model with other numbers of units and of an embedding's rows; its weights are new.

    Without units a layer is left out: None goes on in place of its output, up to where others join it.
    """
    import keras

    def resized(layer):
        config = layer.get_config()
        if units.get(layer.name):
            config["output_dim" if "output_dim" in config else "units"] = units[layer.name]
        if layer.name in (rows or {}):
            config["input_dim"] = rows[layer.name]
        return type(layer).from_config(config)

    def call(layer, *args, **kwargs):
        if units.get(layer.name) == 0:
            return None
        inputs = args[0] if isinstance(args[0], list | tuple) else [args[0]]
        left = [x for x in inputs if x is not None]
        if len(left) == len(inputs):
            return layer(*args, **kwargs)
        if not isinstance(layer, keras.layers.Concatenate):
            return None
        return layer(left) if len(left) > 1 else left[0] if left else None

    return keras.models.clone_model(model, clone_function=resized, call_function=call)


def cut_weights(weights, kind, *, stay, read=None):
    """The arrays of a layer of `kind` without the columns of units that leave and the rows that read such.

    `weights`: as Keras's `get_weights` gives them, of an "LSTM", "GRU", "SimpleRNN", "Dense" or "Embedding".
    `stay`: the numbers of the units that stay, one column each in the block of each gate, and one row of the
    recurrent kernel. `read`: the rows of the kernel that stay, its inputs; None: all.
    """
    if kind == "Embedding":
        return [weights[0][:, stay]]
    kernel, *others = weights
    blocks = max(1, len(GATES[kind])) if kind in RECURRENT else 1
    units = kernel.shape[1] // blocks
    columns = np.concatenate([np.asarray(stay) + block * units for block in range(blocks)])
    cut = [(kernel if read is None else kernel[read])[:, columns]]
    if kind in RECURRENT:
        cut.append(others.pop(0)[stay][:, columns])
    return cut + [bias[..., columns] for bias in others]


def _cut(layer, flow, kept):
    """The layer's weights without the rows and columns of units that have left."""
    stay = kept.get(layer.name, np.arange(flow.sizes[layer.name]))
    labels = flow.reads.get(layer.name)  # None: it reads what is not made of units
    read = None if labels is None else _staying(labels, kept)
    return cut_weights(layer.get_weights(), flow.kinds[layer.name], stay=stay, read=read)


def _staying(labels, kept):
    """The places of the labels whose unit stays."""
    return [place for place, (name, unit) in enumerate(labels) if unit in kept.get(name, [unit])]


def _incoming(layer):
    """Summed squares of each unit's columns and biases, (H,)."""
    blocks = max(1, len(GATES.get(kind_of(layer), "")))
    total = 0
    for weight in layer.get_weights():
        rows = np.square(weight, dtype="float64").reshape(-1, weight.shape[-1]).sum(axis=0)
        total = total + rows.reshape(blocks, -1).sum(axis=0)
    return total


def _outgoing(model, flow):
    """Summed squares of the rows that read each unit: {layer's name: (H,)}."""
    total = {name: np.zeros(flow.sizes[name]) for name in flow.removable()}
    for reader, labels in flow.reads.items():
        layer = model.get_layer(reader)
        rows = np.square(layer.get_weights()[0], dtype="float64").sum(axis=1)
        for (name, unit), row in zip(labels, rows, strict=True):
            if name in total:
                total[name][unit] += row
    for name in total:
        if flow.kinds[name] in RECURRENT:
            total[name] += np.square(model.get_layer(name).get_weights()[1], dtype="float64").sum(axis=1)
    return total


def _sizes(model, flow, tokens):
    """Root mean square of each unit's value over the real tokens: {layer's name: (H,)}."""
    import keras

    leaders = {one: name for name in flow.removable() for one in (name, *flow.followers(name))}
    outputs = {name: model.get_layer(name).output for name in leaders}
    values = keras.Model(model.inputs, outputs).predict_on_batch(tokens)
    real = np.arange(tokens.shape[1]) < np.sum(tokens != 0, axis=1)[:, None]  # padding stands last there
    squares = {}
    for name, leader in leaders.items():
        value = np.asarray(values[name], dtype="float64")
        mean = np.mean(np.square(value[real] if value.ndim == 3 else value), axis=0)
        squares[leader] = squares.get(leader, 0) + mean
    return {name: np.sqrt(square) for name, square in squares.items()}
