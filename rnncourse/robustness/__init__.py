"""Attacks on models that read text, and what can be done about them, each measured by the other.

Gradients on embeddings: `fgsm`, `pgd`. Texts with changes that a reader hardly notices: `unnoticed`,
`attack_texts`. Training data: `poison`, `label_associations`, `spectral_scores`. Memory: `exposure` of a
canary. Defences: `fit_adversarial`, `augmented`, `merge_look_alikes`, `merge_spellings`; at the door
`check_text` and `load_model`.
"""

from rnncourse.robustness.canaries import (
    all_fills,
    exposure,
    insert_canary,
    sampled_exposure,
    text_losses,
)
from rnncourse.robustness.defences import augmented, fit_adversarial, merge_look_alikes, merge_spellings
from rnncourse.robustness.edits import (
    Edit,
    apply,
    budget,
    exchanged_words,
    look_alikes,
    near_words,
    pieces,
    random_edits,
    sound_alikes,
    typos,
    unnoticed,
)
from rnncourse.robustness.embeddings import EmbeddingAttack, fgsm, mean_embedding_norm, pgd
from rnncourse.robustness.limits import Limits, Refused, check_known, check_text, check_texts
from rnncourse.robustness.loading import ModelFile, inspect_model_file, load_model
from rnncourse.robustness.poisoning import (
    Association,
    Poisoned,
    holds,
    label_associations,
    last_features,
    poison,
    spectral_scores,
    trigger_success,
    with_trigger,
)
from rnncourse.robustness.search import (
    TextAttack,
    attack_summary,
    attack_texts,
    gradient_rank,
    text_predictor,
)

__all__ = [
    "Association",
    "Edit",
    "EmbeddingAttack",
    "Limits",
    "ModelFile",
    "Poisoned",
    "Refused",
    "TextAttack",
    "all_fills",
    "apply",
    "attack_summary",
    "attack_texts",
    "augmented",
    "budget",
    "check_known",
    "check_text",
    "check_texts",
    "exchanged_words",
    "exposure",
    "fgsm",
    "fit_adversarial",
    "gradient_rank",
    "holds",
    "insert_canary",
    "inspect_model_file",
    "label_associations",
    "last_features",
    "load_model",
    "look_alikes",
    "mean_embedding_norm",
    "merge_look_alikes",
    "merge_spellings",
    "near_words",
    "pgd",
    "pieces",
    "poison",
    "random_edits",
    "sampled_exposure",
    "sound_alikes",
    "spectral_scores",
    "text_losses",
    "text_predictor",
    "trigger_success",
    "typos",
    "unnoticed",
    "with_trigger",
]
