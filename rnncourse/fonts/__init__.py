"""The embedded font for Chinese words in figures, and the script that makes it anew."""

from pathlib import Path

FOLDER = Path(__file__).parent
