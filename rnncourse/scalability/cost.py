"""The cost of a recurrent layer, counted from its sizes: no clock, no Keras."""

from dataclasses import dataclass

GATES = {"simple_rnn": 1, "gru": 3, "lstm": 4}
STATES = {"simple_rnn": 1, "gru": 1, "lstm": 2}
_KEPT = {"simple_rnn": 1, "gru": 5, "lstm": 6}  # arrays (B, H) a step that the backward pass reads


@dataclass(frozen=True)
class Cost:
    """What one forward pass of a recurrent layer over a batch takes; bytes as the numbers' type has them."""

    multiply_adds: int  # of the matrix products; what is done entry by entry is left out
    steps: int  # that have to wait for each other: T
    parameters: int
    weight_bytes: int
    state_bytes: int  # what is handed on from step to step, whatever T is
    training_bytes: int  # input, states and gates of all steps: kept for the backward pass


def recurrent_cost(cell, *, B, T, D, H, itemsize=4):
    """The Cost of a layer of `cell` ("simple_rnn", "gru", "lstm") with H units over x (B, T, D).

    G gates take B T G H (D + H) multiply-adds: D from the input, H from the state before. The GRU is Keras's
    default, reset_after=True, with two biases. A training step takes about three times a forward pass: each
    matrix product has two more in the backward pass. `itemsize`: bytes a number, 4 for float32. Raises
    ValueError for another cell, or a size that is no whole number of at least 1.
    """
    if cell not in GATES:
        raise ValueError(f"cell must be one of {', '.join(GATES)}, got {cell!r}")
    for name, size in {"B": B, "T": T, "D": D, "H": H, "itemsize": itemsize}.items():
        if size != int(size) or size < 1:
            raise ValueError(f"{name} must be a whole number of at least 1, got {size!r}")
    gates, matrices = GATES[cell], GATES[cell] * H * (D + H)
    parameters = matrices + gates * H * (2 if cell == "gru" else 1)
    kept = B * T * D + B * H * (_KEPT[cell] * T + STATES[cell])  # STATES: before the first step
    return Cost(
        multiply_adds=B * T * matrices,
        steps=T,
        parameters=parameters,
        weight_bytes=parameters * itemsize,
        state_bytes=STATES[cell] * B * H * itemsize,
        training_bytes=kept * itemsize,
    )
