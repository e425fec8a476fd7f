"""Make the embedded Chinese and English sentences anew from the package that they come from.

    python -m rnncourse.datasets.slices.make_sentences [FOLDER]

FOLDER may hold the wheel already; else it comes through `pip download`. It is checked against its SHA-256
before it is read. ATTRIBUTION.md says where the sentences come from and what is changed here.
"""

import io
import json
import re
import sys
import tempfile
import zipfile

from rnncourse.datasets.slices.make_reviews import fetch, write

HSK = ("hsk-sentences-audio", "1.0.0", "9bf16cc7b48a24a10af83d377439d3c6f7571a380937f4645a1cd1590d5d0335")
MEMBER = "hsk_sentences_audio/data/sentences.json"
HANZI = re.compile("[\u4e00-\u9fff]")


def rows(wheel):
    """(level, "Chinese TAB English TAB pinyin TAB words") of every sentence, in the package's order."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        cards = json.loads(archive.read(MEMBER))
    for card in cards:
        words = " ".join(token["word"] for token in card["tokens"])
        fields = card["chinese"], card["translation"]["en"], card["pinyin_numbered"], words
        check(*fields)
        yield card["hsk_level"], "\t".join(fields)


def check(chinese, english, pinyin, words):
    """Raise ValueError unless there is a syllable for each hanzi and the words are those of the sentence."""
    if len(HANZI.findall(chinese)) != len(pinyin.split()):
        raise ValueError(f"{chinese!r}: {pinyin!r} has not one syllable a hanzi")
    if words.replace(" ", "") != "".join(re.findall(r"\w", chinese)):
        raise ValueError(f"{chinese!r}: {words!r} are not its words")
    if any(field != " ".join(field.split()) or not field for field in (chinese, english, pinyin, words)):
        raise ValueError(f"{chinese!r}: a field is empty, or has white space at an end or twice")


def main():
    """Make the slice. The optional argument is a folder that holds, or shall hold, the wheel."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = sys.argv[1] if len(sys.argv) > 1 else scratch
        write("sentences", rows(fetch(HSK, folder, wheel=True)))


if __name__ == "__main__":
    main()
