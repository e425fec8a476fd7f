"""A catalogue of defects in recurrent models: each broken in a few lines, and mended.

`DEFECTS[name].broken()` builds a small model with one defect (or raises while it is built), `.mended()` its
twin without. What a defect does is written down nowhere: `examine(defect, "broken")` runs it.
"""

from rnncourse.clinic._catalogue import DEFECTS, Defect, draw_tokens, examine, table

__all__ = ["DEFECTS", "Defect", "draw_tokens", "examine", "table"]
