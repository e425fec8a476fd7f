"""Smaller models: prune weights, remove units, store whole numbers of 8 bits, and count what is left.

- Pruning sets weights to zero (`prune`, `keep_masks`), little by little while training (`gradual_pruning`).
  The arrays keep their shape: zeros compress well, and cost as much time as other numbers.
- Structured pruning takes whole units out (`remove_units`, `unit_scores`, `strongest`), and rare tokens
  (`shrink_vocabulary`). The arrays shrink, so the model is smaller and faster.
- Quantisation stores each weight in one byte instead of four (`quantize`, `save_int8`, `load_int8`).
- `compressed_bytes` and `to_lite` say what a model weighs on disk and make the file that a phone runs.
"""

from rnncourse.compression.gradual import cubic_sparsity, gradual_pruning
from rnncourse.compression.lite import LiteModel, to_lite
from rnncourse.compression.pruning import (
    GATES,
    apply_masks,
    gate_columns,
    keep_masks,
    magnitude_masks,
    masks_of_scores,
    prunable,
    prunable_arrays,
    prune,
    random_masks,
    sparsity_of,
)
from rnncourse.compression.quantisation import (
    Quantised,
    dequantize,
    load_int8,
    quantize,
    quantize_weights,
    save_int8,
)
from rnncourse.compression.sizes import compressed_bytes
from rnncourse.compression.units import cut_weights, remove_units, shrink_vocabulary, strongest, unit_scores

__all__ = [
    "GATES",
    "LiteModel",
    "Quantised",
    "apply_masks",
    "compressed_bytes",
    "cubic_sparsity",
    "cut_weights",
    "dequantize",
    "gate_columns",
    "gradual_pruning",
    "keep_masks",
    "load_int8",
    "magnitude_masks",
    "masks_of_scores",
    "prunable",
    "prunable_arrays",
    "prune",
    "quantize",
    "quantize_weights",
    "random_masks",
    "remove_units",
    "save_int8",
    "shrink_vocabulary",
    "sparsity_of",
    "strongest",
    "to_lite",
    "unit_scores",
]
