"""The article's 38 claims: what each says, where the course tests it, what was found, and a test right here.

table    the claims, their home chapters, and how a chapter's output tells its verdict
stored   the verdicts that the built chapters came to (evidence.json, made by `rnncourse build`)
measure  the fast ones again, on the reader's machine, without the notebooks

Nobody types a verdict: `read_evidence` takes it out of what the cells marked `claims=[n]` printed.
"""

from rnncourse.claims.stored import Evidence, read_evidence, stored, verdicts
from rnncourse.claims.table import CLAIMS, HALF, RIGHT, WRONG, Claim, UnknownClaim, find, verdict_word

__all__ = [
    "CLAIMS",
    "HALF",
    "RIGHT",
    "WRONG",
    "Claim",
    "Evidence",
    "UnknownClaim",
    "find",
    "read_evidence",
    "stored",
    "verdict_word",
    "verdicts",
]
