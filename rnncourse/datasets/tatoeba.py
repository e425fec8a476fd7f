"""Chinese and English sentence pairs of the Tatoeba project: a standard corpus, downloaded on demand."""

import zipfile
import zlib
from functools import lru_cache
from pathlib import Path

from rnncourse.datasets.download import Remote, fetch
from rnncourse.datasets.pairs import SentencePairs
from rnncourse.language import choose

MEMBER = "cmn.txt"
LARGEST = 1 << 26  # bytes; the file unpacked comes nowhere near it
AGENT = "Mozilla/5.0 (compatible; rnncourse)"  # the site answers 406 to a program's usual name


def load_tatoeba(*, path=None):
    """Some 29,000 pairs of short sentences, from "Hi." to whole paragraphs, as SentencePairs.

    The English side is in order of length and repeats (one sentence, several translations): divide the pairs
    with `split_pairs`, which keeps repeats together. Chinese is in simplified and traditional characters, as
    its writers wrote it. `path`: the archive cmn-eng.zip from manythings.org where you have it; None
    downloads it once (a few MB). The site renews the file, so it has no known checksum: it is accepted if the
    archive is whole and holds what it should. CC-BY 2.0 FR: who publishes sentences names their writers, who
    stand in the archive. Raises DownloadError where that fails, FileNotFoundError for a wrong path,
    ValueError for another file.
    """
    archive = fetch(ARCHIVE) if path is None else Path(path).expanduser()
    if not archive.is_file():
        raise FileNotFoundError(_not_found(archive))
    return _read(archive.resolve(), archive.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _read(archive, changed):
    """The pairs, each once. `changed` (time stamp) makes a replaced file be read anew."""
    try:
        rows = dict.fromkeys(_rows(archive))
    except _UNREADABLE as error:
        raise ValueError(_not_the_archive(archive, error)) from error
    english, chinese = zip(*rows, strict=True)
    return SentencePairs("tatoeba", chinese, english)


def is_the_archive(path):
    """Whether the file at `path` is a whole archive (its checksums fit) with pairs of sentences in it."""
    try:
        return bool(_rows(path))
    except _UNREADABLE:
        return False


def _rows(archive):
    """(English, Chinese) of every line of the archive, in its order. Raises one of _UNREADABLE."""
    with zipfile.ZipFile(archive) as opened:
        if opened.getinfo(MEMBER).file_size > LARGEST:
            raise ValueError(f"{MEMBER}: > {LARGEST:,} bytes")
        text = opened.read(MEMBER).decode("utf-8-sig")  # reading to the end compares the checksum, too
    fields = [[" ".join(field.split()) for field in line.split("\t")] for line in text.splitlines()]
    rows = [(row[0], row[1]) for row in fields if len(row) > 1 and row[0] and row[1]]
    chinese = sum(any("\u4e00" <= c <= "\u9fff" for c in row[1]) for row in rows)
    if 2 * chinese <= len(fields):  # a few lines without a hanzi there may be: "OK."
        raise ValueError(f"{MEMBER}: {chinese:,} / {len(fields):,} English TAB 中文")
    return rows


_UNREADABLE = (zipfile.BadZipFile, zlib.error, KeyError, ValueError, OSError, EOFError, RuntimeError)
ARCHIVE = Remote(
    url="https://www.manythings.org/anki/cmn-eng.zip",
    sha256=None,
    size=None,
    check=is_the_archive,
    about=1_500_000,
    agent=AGENT,
)


def _not_found(archive):
    return choose(
        zh=f"没有文件 {archive}；path 应指向 {ARCHIVE.name}，不写 path 则自动下载",
        en=f"there is no file {archive}; path must be that of {ARCHIVE.name}; without path it is downloaded",
    )


def _not_the_archive(archive, reason):
    return choose(
        zh=f"{archive} 不是完整的 {ARCHIVE.name}（{reason}）；请从 {ARCHIVE.url} 重新下载",
        en=f"{archive} is not the whole of {ARCHIVE.name} ({reason}); fetch it again from {ARCHIVE.url}",
    )
