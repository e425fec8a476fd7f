"""Fetching a standard corpus once: it says what it does, goes on where it stopped, and checks what came."""

import hashlib
import http.client
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from rnncourse.language import choose

CHUNK = 1 << 18  # bytes
TIMEOUT = 30  # seconds without a byte
PAUSES = (0, 1, 4)  # seconds before each attempt
LARGEST = 1 << 28  # bytes; a file of unknown size that is larger is not what was asked for


class Remote(NamedTuple):
    """A file on the web: where it is, what it must be.

    A file that its site renews has no known `sha256` and `size`: give None for both, and `check`, a function
    that is given a path and tells whether the file there is whole and of the right form.
    """

    url: str
    sha256: str | None
    size: int | None  # bytes
    check: Callable | None = None
    about: int = 0  # bytes, roughly, where the size is not known
    agent: str = "rnncourse"  # some sites refuse programs that do not call themselves a browser

    @property
    def name(self):
        return self.url.rsplit("/", 1)[-1]


class DownloadError(RuntimeError):
    """The file could not be fetched; the message names it, where to put it, and what to do."""


class _Interrupted(Exception):
    """The file did not come, or not whole; the text says why."""


def data_folder():
    """Where downloads are kept: the folder RNNCOURSE_DATA, or else .cache/rnncourse in the home folder."""
    chosen = os.environ.get("RNNCOURSE_DATA")
    return Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "rnncourse"


def fetch(remote):
    """The path of `remote` on this machine; downloads it if it is not in `data_folder()` yet.

    An interrupted download leaves NAME.part, and the next call goes on from there. Only a file with the right
    SHA-256, or else one that passes the remote's own check, gets its name. Raises DownloadError where that
    fails.
    """
    target = data_folder() / remote.name
    if target.exists():
        if not _is_right(target, remote):
            raise DownloadError(_message(remote, target, _wrong_file(remote)))
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _download(remote, target, target.with_name(target.name + ".part"))
    except (OSError, _Interrupted) as error:  # OSError: no room, no right to write
        raise DownloadError(_message(remote, target, error)) from error
    return target


def _download(remote, target, part):
    """Complete `part`, check it, and give it its name."""
    _announce(remote, target, part)
    resumed = part.exists()
    _complete(remote, part)
    if resumed and not _is_right(part, remote):  # the old piece was of another file
        part.unlink()
        _complete(remote, part)
    if not _is_right(part, remote):
        part.unlink()
        raise _Interrupted(_wrong_file(remote))
    part.replace(target)


def _complete(remote, part):
    """Download until `part` is complete, with a few attempts."""
    for pause in PAUSES:
        time.sleep(pause)
        try:
            return _attempt(remote, part)
        except urllib.error.HTTPError as error:
            reason = f"HTTP {error.code} {error.reason}"
            if error.code == 416:  # the file there is shorter than our piece
                part.unlink()
            elif error.code < 500:
                break
        except _Interrupted as error:
            reason = str(error)
    raise _Interrupted(reason)


def _attempt(remote, part):
    """One connection: append to `part` where the server can go on, start anew where it cannot."""
    have = part.stat().st_size if part.exists() else 0
    if remote.size and have >= remote.size:
        if have == remote.size:
            return
        have = 0
    with _open(remote, have) as response:
        if not _goes_on(response, have):
            have = 0
        size = remote.size or _announced_size(response, have)
        _check_size(response, size - have)
        with open(part, "ab" if have else "wb") as file:
            for chunk in _chunks(response, size - have):
                file.write(chunk)
                have = _show_progress(have, len(chunk), size)
    if have < size and size != LARGEST:
        raise _Interrupted(f"{have:,} / {size:,} bytes")


def _open(remote, have):
    headers = {"User-Agent": remote.agent, "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    try:
        return urllib.request.urlopen(urllib.request.Request(remote.url, headers=headers), timeout=TIMEOUT)
    except urllib.error.HTTPError:
        raise
    except (OSError, http.client.HTTPException) as error:  # URLError is an OSError
        raise _Interrupted(str(getattr(error, "reason", error)) or type(error).__name__) from error


def _goes_on(response, have):
    """Whether the server sends the rest after `have` bytes, not the whole or another piece."""
    return response.status == 206 and response.headers.get("Content-Range", "").startswith(f"bytes {have}-")


def _announced_size(response, have):
    """The whole file's size as the server tells it, LARGEST where it does not."""
    rest = response.headers.get("Content-Length")
    size = LARGEST if rest is None else have + int(rest)
    if size > LARGEST:
        raise _Interrupted(f"{size:,} bytes > {LARGEST:,}")
    return size


def _check_size(response, expected):
    """Refuse an answer of another length, a log-in page perhaps, before anything is written."""
    announced = response.headers.get("Content-Length")
    if announced is not None and int(announced) != expected:  # of a file of unknown size, never
        raise _Interrupted(
            choose(
                zh=f"服务器给出 {announced} 字节，应为 {expected} 字节",
                en=f"the server offers {announced} bytes instead of {expected}",
            )
        )


def _chunks(response, limit):
    """The body, at most one byte more than `limit`, so that an endless answer ends."""
    left = limit + 1
    try:
        while left > 0 and (chunk := response.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
    except (OSError, http.client.HTTPException) as error:
        raise _Interrupted(str(error) or type(error).__name__) from error


def _is_right(path, remote):
    if remote.sha256 is None:
        return remote.check(path)
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == remote.sha256


def _announce(remote, target, part):
    rough = choose(zh="约 ", en="about ") if remote.size is None else ""
    size = f"{rough}{(remote.size or remote.about) / 1e6:.0f} MB"
    have = f"{part.stat().st_size / 1e6:.0f} MB" if part.exists() else ""
    rest_zh, rest_en = (f"，从已有的 {have} 继续", f", going on after {have}") if have else ("", "")
    print(
        choose(
            zh=f"下载 {remote.url}（{size}）到 {target}{rest_zh}",
            en=f"Downloading {remote.url} ({size}) to {target}{rest_en}",
        )
    )


def _show_progress(before, came, size):
    """Print each full tenth that has been reached; the number of bytes there are now."""
    now = before + came
    if size == LARGEST:  # the server did not tell
        return now
    for tenth in range(10 * before // size + 1, 10 * now // size + 1):
        print(f"{10 * tenth}%", end="\n" if tenth == 10 else " ", flush=True)
    return now


def _wrong_file(remote):
    if remote.sha256 is None:
        return choose(
            zh="内容不是所需的文件，或不完整", en="its content is not that of the file, or not the whole"
        )
    return choose(
        zh="内容与预期不符（SHA-256 不同）", en="its content is not the expected one (another SHA-256)"
    )


def _message(remote, target, reason):
    return choose(
        zh=f"未能取得 {remote.name}：{reason}。再运行一次会接着下载；也可以用浏览器下载 {remote.url}，"
        f"存为 {target}（若该文件已存在，先删除）。",
        en=f"could not get {remote.name}: {reason}. Run this again to go on with the download, or fetch "
        f"{remote.url} with a browser and save it as {target} (delete that file first if it exists).",
    )
