"""Which unit each feature of a model comes from: what has to leave together with a unit."""

from dataclasses import dataclass, field

RECURRENT = ("LSTM", "GRU", "SimpleRNN")
# Layers after which feature j of the output is feature j of the input, in whatever order the steps are.
KEEPING = (
    "Activation",
    "Dropout",
    "GlobalAveragePooling1D",
    "GlobalMaxPooling1D",
    "Identity",
    "Masking",
    "PaddingBack",
    "ReLU",
    "ReverseRows",
    "SpatialDropout1D",
    "WithoutMask",
    "ZeroEmptyRows",
    "ZeroPadding",
)


@dataclass
class Flow:
    """How features go through a model, by the layers' names; a label is (layer's name, number of its unit).

    `kinds`: "LSTM", "GRU", "SimpleRNN", "Dense" or "Embedding"; `sizes`: units, or features of an embedding;
    `reads`: the labels of a layer's inputs, in the order of its kernel's rows; `locked`: what keeps units
    from leaving; `halves`: lists of labels that a pooling cuts in two; `follows`: {layer: the one whose units
    its own go with, one by one}, since their outputs are added.
    """

    kinds: dict = field(default_factory=dict)
    sizes: dict = field(default_factory=dict)
    reads: dict = field(default_factory=dict)
    locked: dict = field(default_factory=dict)
    halves: list = field(default_factory=list)
    follows: dict = field(default_factory=dict)

    def removable(self):
        """The layers whose units may leave, in order; those that follow go with them."""
        held = {*self.locked, *(leader for name, leader in self.follows.items() if name in self.locked)}
        return [name for name in self.kinds if name not in held and name not in self.follows]

    def followers(self, name):
        """The layers whose units go with those of layer `name`."""
        return [follower for follower, leader in self.follows.items() if leader == name]

    def check_halves(self, kept):
        """Raise ValueError where a pooling by halves would get unequal ones."""
        for labels in self.halves:
            stay = [unit in kept.get(name, [unit]) for name, unit in labels]
            half = len(labels) // 2
            if sum(stay[:half]) != sum(stay[half:]):
                names = " and ".join(dict.fromkeys(name for name, _ in labels))
                raise ValueError(
                    f'pooling "last" takes both directions by halves: keep as many units of {names}, '
                    f"got {sum(stay[:half])} and {sum(stay[half:])}"
                )

    def check_readers(self, kept):
        """Raise ValueError where a layer that stays would read nothing."""
        for reader, labels in self.reads.items():
            gone = len(kept.get(reader, [0])) == 0
            if not gone and not any(unit in kept.get(name, [unit]) for name, unit in labels):
                names = " and ".join(dict.fromkeys(name for name, _ in labels))
                raise ValueError(f"layer {reader!r} would have nothing left to read: keep a unit of {names}")

    def lock(self, labels, reason):
        for name, _ in labels:
            self.locked.setdefault(name, reason)


def trace(model):
    """(the model in functional form, its Flow). The layers are the same, also where it was Sequential.

    Raises ValueError for a model of the subclass style, whose layers do not say what they read.
    """
    import keras

    inputs = getattr(model, "inputs", None)
    if not inputs:
        raise ValueError(
            "the model must be functional or Sequential, built on keras.Input: it must show what reads what"
        )
    model = keras.Model(inputs, model.outputs, name=model.name)  # not compiled
    flow, labels = Flow(), {}
    alive = []  # tensors, so that no other one gets the id of one that is gone

    def call(layer, *args, **kwargs):
        outputs = layer(*args, **kwargs)
        given = [labels.get(id(x)) for x in keras.tree.flatten((args, kwargs)) if _is_tensor(x)]
        states = [
            labels.get(id(x))
            for x in keras.tree.flatten((args[1:2], kwargs.get("initial_state")))
            if _is_tensor(x)
        ]
        made = _pass_on(layer, given, states, flow)
        for output in keras.tree.flatten(outputs):
            alive.append(output)
            labels[id(output)] = made
        return outputs

    clone = keras.models.clone_model(model, call_function=call)
    for output in clone.outputs:
        flow.lock(labels.get(id(output)) or [], "the model's output")
    return model, flow


def _is_tensor(x):
    import keras

    return isinstance(x, keras.KerasTensor)


def _pass_on(layer, given, states, flow):
    """The labels of the layer's output features; enters the layer and what it holds fast into `flow`."""
    kind = kind_of(layer)
    first = given[0] if given else None
    if kind in (*RECURRENT, "Dense", "Embedding"):
        return _enter(layer, kind, first, states, flow)
    if kind in KEEPING:
        return first
    if kind == "MaskedPooling":
        return first and first * (2 if layer.kind == "max_mean" else 1)
    if kind == "LastState":
        if layer.bidirectional and first:
            flow.halves.append(first)
        return first
    if kind == "Concatenate" and layer.axis in (-1, 2) and all(given):
        return [label for labels in given for label in labels]
    if kind == "Add" and all(_is_of_one_layer(labels, flow) for labels in given):
        flow.follows |= {labels[0][0]: first[0][0] for labels in given[1:]}
        return first
    for labels in given:
        flow.lock(labels or [], f"layer {layer.name!r} ({kind})")
    return None


def _is_of_one_layer(labels, flow):
    """Whether these are all units of one layer, in order, that go with no others yet."""
    if not labels:
        return False
    name = labels[0][0]
    tied = name in flow.follows or flow.followers(name)
    return not tied and labels == [(name, unit) for unit in range(flow.sizes[name])]


def _enter(layer, kind, read, states, flow):
    name = layer.name
    labels = [(name, unit) for unit in range(layer.output_dim if kind == "Embedding" else layer.units)]
    if name in flow.kinds:  # it is called again, maybe on other units
        units = [*labels, *flow.reads.get(name, []), *(read or [])]
        flow.lock(units, f"layer {name!r}, which is called twice")
        return labels
    flow.kinds[name], flow.sizes[name] = kind, len(labels)
    if kind != "Embedding" and read:
        flow.reads[name] = read
    for state in states:  # a first state is of other units, and of the same number
        flow.lock([*labels, *(state or [])], f"the first state of {name!r}")
    return labels


def kind_of(layer):
    """The name of the Keras layer that `layer` is or derives from."""
    known = (*RECURRENT, "Dense", "Embedding")
    return next(
        (base.__name__ for base in type(layer).__mro__ if base.__name__ in known), type(layer).__name__
    )
