"""Pruning: set weights to zero and keep them there.

    masks = prune(model, 0.8)                    # the 80% smallest weights of all recurrent layers become 0
    masks = prune(model, 0.5, gates="f")         # half of the forget gate's weights, no others
    model.fit(..., callbacks=[keep_masks(model, masks)])

A mask is an array of bool, True where a weight is kept. A list of masks goes with `prunable(model)`: kernel
and recurrent kernel of each recurrent layer. Biases, embeddings and dense layers are left alone.
"""

import numpy as np

GATES = {"LSTM": "ifco", "GRU": "zrh", "SimpleRNN": ""}  # Keras's order of the blocks along the last axis


def magnitude_masks(weights, sparsity):
    """Masks that drop the weights of smallest absolute value, over all arrays of the list together.

    Of N weights, round(sparsity * N) are dropped, exactly; of equal ones those that come first. Raises
    ValueError for a sparsity outside [0, 1]. Han et al. (2015).
    """
    return masks_of_scores([np.abs(weight) for weight in weights], sparsity)


def random_masks(weights, sparsity, rng):
    """Masks that drop weights by lot, drawn from a NumPy Generator: what any criterion has to beat."""
    return masks_of_scores([rng.random(np.shape(weight)) for weight in weights], sparsity)


def masks_of_scores(scores, sparsity):
    """Masks that drop the entries of lowest score, over all arrays of the list together."""
    if not 0 <= sparsity <= 1:
        raise ValueError(f"sparsity must lie in [0, 1], the share that is dropped; got {sparsity!r}")
    flat = np.concatenate([np.ravel(score) for score in scores])
    kept = np.ones(len(flat), dtype=bool)
    kept[np.argsort(flat, kind="stable")[: round(sparsity * len(flat))]] = False
    pieces = np.split(kept, np.cumsum([np.size(score) for score in scores])[:-1])
    return [piece.reshape(np.shape(score)) for piece, score in zip(pieces, scores, strict=True)]


def gate_columns(kernel, gate, gates=GATES["LSTM"]):
    """The block of `gate` in a kernel (..., len(gates) * H): its columns, a slice of length H.

    `gates` names the blocks in order. Raises ValueError for a gate that is not among them.
    """
    if len(gate) != 1 or gate not in gates:
        raise ValueError(f"gate must be one of {', '.join(gates)}; got {gate!r}")
    units = kernel.shape[-1] // len(gates)
    return slice(gates.index(gate) * units, (gates.index(gate) + 1) * units)


def prunable(model):
    """The variables that pruning may touch: kernel and recurrent kernel of each recurrent layer, in order."""
    return [variable for variable, _ in _kernels(model)]


def prunable_arrays(model):
    """The values of `prunable`, as NumPy arrays."""
    return [array_of(variable) for variable in prunable(model)]


def prune(model, sparsity, *, gates=None, scores=None):
    """Set weights of the recurrent layers to zero, for good; returns the masks, one for each of `prunable`.

    `sparsity`: the share of the chosen weights that become 0. `gates`: names of gates ("f", "ifo"; None:
    all), which only layers that have them own. `scores`: arrays like the variables, low where a weight can go
    (None: absolute values). Raises ValueError for a sparsity outside [0, 1], for a model without recurrent
    layers and for a gate that no layer has.
    """
    chosen = _chosen_blocks(model, gates)
    values = prunable_arrays(model)
    scores = [np.abs(value) for value in values] if scores is None else scores
    masks = [np.ones(value.shape, dtype=bool) for value in values]
    blocks = masks_of_scores([scores[i][:, columns] for i, columns in chosen], sparsity)
    for (i, columns), block in zip(chosen, blocks, strict=True):
        masks[i][:, columns] = block
    apply_masks(model, masks)
    return masks


def apply_masks(model, masks):
    """Set to zero what the masks drop."""
    for variable, mask in zip(prunable(model), masks, strict=True):
        variable.assign(array_of(variable) * mask)


def keep_masks(model, masks):
    """A callback that applies the masks after every training step: what was pruned stays 0."""
    import keras

    pairs = [
        (variable, keras.ops.convert_to_tensor(mask, dtype=variable.dtype))
        for variable, mask in zip(prunable(model), masks, strict=True)
    ]

    class KeepMasks(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            for variable, mask in pairs:
                variable.assign(variable * mask)

    return KeepMasks()


def sparsity_of(model):
    """Share of zeros among the weights that pruning may touch."""
    values = prunable_arrays(model)
    return sum(np.sum(value == 0) for value in values) / sum(value.size for value in values)


def _kernels(model):
    """(variable, names of its gates) of every recurrent layer, also inside wrappers and inner models."""
    import keras

    found = []
    for layer in layers_in(model):
        if isinstance(layer, keras.layers.LSTM | keras.layers.GRU | keras.layers.SimpleRNN):
            gates = next(GATES[kind.__name__] for kind in type(layer).__mro__ if kind.__name__ in GATES)
            found += [(layer.cell.kernel, gates), (layer.cell.recurrent_kernel, gates)]
    if not found:
        raise ValueError("the model has no recurrent layer (LSTM, GRU, SimpleRNN): there is nothing to prune")
    return found


def layers_in(layer):
    """`layer` and all that it holds: a model's layers, a wrapper's, both directions of Bidirectional."""
    names = ("forward_layer", "backward_layer", "layer")
    inner = getattr(layer, "layers", None) or [getattr(layer, name, None) for name in names]
    yield layer
    for one in inner:
        if one is not None:
            yield from layers_in(one)


def _chosen_blocks(model, gates):
    """(place in `prunable`, columns) of every block that is to be pruned."""
    kernels = _kernels(model)
    if gates is None:
        return [(i, slice(None)) for i in range(len(kernels))]
    owned = set().union(*(names for _, names in kernels))
    if not gates or not set(gates) <= owned:
        raise ValueError(f"gates must be among {', '.join(sorted(owned)) or 'none at all'}; got {gates!r}")
    return [
        (i, gate_columns(variable, gate, names))
        for i, (variable, names) in enumerate(kernels)
        for gate in names
        if gate in gates
    ]


def array_of(variable):
    """The value of a Keras variable, as a NumPy array."""
    import keras

    return keras.ops.convert_to_numpy(variable)
