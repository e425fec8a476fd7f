"""More sequences than memory holds: token ids in one file, read where they are needed.

A folder holds ids.int32, all sequences one after the other; offsets.int64, where each begins, and the end;
labels.int32. A batch reads its own rows; the operating system keeps what fits and drops the rest.
"""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from rnncourse.training import Batches

FILES = {"ids": "int32", "offsets": "int64", "labels": "int32"}


def write_ids(folder, examples):
    """Write `examples`, an iterable of (ids (T,), label), to `folder`, one at a time. Returns their number.

    They need not fit into memory: pass a generator. Raises ValueError where the folder already holds some,
    TypeError for ids or a label that are not whole numbers.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if existing := [path.name for path in map(folder.joinpath, _names()) if path.exists()]:
        raise ValueError(f"{folder} already holds {', '.join(existing)}; take another folder")
    end = count = 0
    with (
        (folder / "ids.int32").open("wb") as ids_file,
        (folder / "offsets.int64").open("wb") as offsets_file,
        (folder / "labels.int32").open("wb") as labels_file,
    ):
        offsets_file.write(np.int64(0).tobytes())
        for ids, label in examples:
            ids = _whole(ids, count)
            end, count = end + len(ids), count + 1
            ids_file.write(ids.tobytes())
            offsets_file.write(np.int64(end).tobytes())
            labels_file.write(_whole([label], count - 1).tobytes())
    return count


class DiskIds(Sequence):
    """The sequences in `folder`: `ids[i]` is (T,) int32, read from disk; `labels` (N,).

    Use it wherever a list of id arrays is taken. Raises FileNotFoundError for a folder without the files,
    ValueError where they do not fit each other (writing was interrupted).
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        self._ids, self._offsets, self.labels = (_opened(self.folder / name) for name in _names())
        ends = self._offsets[-1] if len(self._offsets) else -1
        if ends != len(self._ids) or len(self.labels) + 1 != len(self._offsets):
            raise ValueError(
                f"{self.folder}: {len(self._ids)} ids, {len(self._offsets)} offsets up to {ends} and "
                f"{len(self.labels)} labels do not fit each other; write the folder anew"
            )

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, row):
        if isinstance(row, slice):
            return [self[i] for i in range(*row.indices(len(self)))]
        row = range(len(self))[row]  # negative rows, IndexError
        return self._ids[self._offsets[row] : self._offsets[row + 1]]

    @property
    def lengths(self):
        """(N,): T of each sequence, without reading one."""
        return np.diff(self._offsets)


def disk_batches(folder, *, tokens=8192, seed=None):
    """`training.Batches` over the sequences in `folder`: the same batches as from memory."""
    ids = DiskIds(folder)
    return Batches(ids, ids.labels, tokens=tokens, seed=seed)


def write_texts(folder, vocabulary, texts, labels):
    """`write_ids` of `texts` encoded by `vocabulary`, one at a time.

    Raises ValueError for unequal numbers of texts and labels.
    """
    missing = object()

    def examples():
        labels_left = chain(labels, [missing])
        for row, text in enumerate(texts):
            label = next(labels_left)
            if label is missing:
                raise ValueError(f"there are more texts than labels: text {row} has none")
            yield vocabulary.encode(text), label
        if next(labels_left) is not missing:
            raise ValueError("there are more labels than texts")

    return write_ids(folder, examples())


def _names():
    return [f"{name}.{dtype}" for name, dtype in FILES.items()]


def _opened(path):
    """The numbers in a file, in place; an empty file cannot be mapped."""
    dtype = path.suffix[1:]
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; write_ids makes it")
    if path.stat().st_size % np.dtype(dtype).itemsize:
        raise ValueError(f"{path} ends within a number; writing was interrupted, write the folder anew")
    return np.memmap(path, dtype, mode="r") if path.stat().st_size else np.zeros(0, dtype)


def _whole(values, row):
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iub"):
        raise TypeError(f"example {row} must be whole numbers, got {array.dtype} of shape {array.shape}")
    return array.astype("int32")
