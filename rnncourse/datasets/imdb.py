"""The IMDB reviews of Maas et al. (2011): a standard corpus, downloaded on demand."""

import re
import tarfile
import zlib
from functools import lru_cache
from pathlib import Path

from rnncourse.datasets.base import Split, TextDataset, split
from rnncourse.datasets.download import Remote, fetch
from rnncourse.language import choose

ARCHIVE = Remote(
    url="https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
    sha256="c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",
    size=84_125_825,
)
LARGEST = 1 << 20  # bytes; no review comes near it
_MEMBER = re.compile(r"aclImdb/(train|test)/(neg|pos)/(\d+)_\d+\.txt")
_LABELS = ("neg", "pos")


def load_imdb(*, path=None, validation=0.1, seed=42):
    """50,000 long film reviews in English, 0 negative and 1 positive, as Split(train, validation, test).

    The test part is the official one (25,000). The official training part is divided: the share `validation`
    of it, drawn with `seed`, is for validation; 0 gives None there. Texts that repeat are left in, as in
    published results. `path`: the archive aclImdb_v1.tar.gz where you have it; None downloads it once (84
    MB). Nothing is unpacked to disk. Raises DownloadError where that fails, FileNotFoundError for a wrong
    path, ValueError for another file.
    """
    archive = fetch(ARCHIVE) if path is None else Path(path).expanduser()
    if not archive.is_file():
        raise FileNotFoundError(_not_found(archive))
    parts = _read(archive.resolve(), archive.stat().st_mtime_ns)
    train, held_out, _ = split(parts["train"], validation=validation, test=0, seed=seed)
    return Split(train, held_out, parts["test"])


@lru_cache(maxsize=1)
def _read(archive, changed):
    """The official parts by name. `changed` (time stamp) makes a replaced file be read anew."""
    found = {"train": [], "test": []}
    try:
        with tarfile.open(archive, "r|gz") as tar:
            for member in tar:
                match = _MEMBER.fullmatch(member.name)
                if match and member.isfile() and member.size <= LARGEST:
                    part, folder, number = match.groups()
                    text = tar.extractfile(member).read().decode("utf-8", errors="replace")
                    found[part].append((_LABELS.index(folder), int(number), text))
    except (tarfile.TarError, zlib.error, OSError, EOFError) as error:
        raise ValueError(_not_the_archive(archive, error)) from error
    return {part: _dataset(archive, part, sorted(rows)) for part, rows in found.items()}


def _dataset(archive, part, rows):
    labels = [label for label, _, _ in rows]
    if set(labels) != {0, 1}:
        raise ValueError(_not_the_archive(archive, f"aclImdb/{part}/neg, pos: {len(rows)} *.txt"))
    texts = [" ".join(text.replace("<br />", " ").split()) for _, _, text in rows]
    return TextDataset(f"imdb_{part}", "en", texts, labels, ("negative", "positive"), "word", length=400)


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
