"""rnncourse: the helper package of a bilingual course on recurrent neural networks.

Importing it is cheap: Keras and TensorFlow load when a module that needs them is first imported.
"""

from rnncourse.language import choose
from rnncourse.runtime import start

__version__ = "0.1.0"
__all__ = ["choose", "start"]
