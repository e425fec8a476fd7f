"""The IMDB loader and its download, against a server on this machine that misbehaves as servers do."""

import hashlib
import io
import re
import socket
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from rnncourse import datasets, language
from rnncourse.datasets import download, imdb

REVIEWS = 12  # of each class in each part


def review(part, folder, number):
    return (
        f"Review {number} of {part}/{folder}: it's been <br /><br />worth it. Très bien" + " really" * number
    )


def make_archive(skip=(), extra=()):
    """An archive of the form of aclImdb_v1.tar.gz as bytes; its members are not in their numbers' order."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        names = [("aclImdb/README", "read me"), ("aclImdb/train/unsup/0_0.txt", "no label"), *extra]
        for part in ("test", "train"):
            for folder in ("neg", "pos"):
                if (part, folder) not in skip:
                    for n in reversed(range(REVIEWS)):
                        names.append((f"aclImdb/{part}/{folder}/{n}_{n % 10}.txt", review(part, folder, n)))
        for name, text in names:
            data = text.encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


class Server(ThreadingHTTPServer):
    """Serves `body`; `script` holds what to do at each request, one word each, then serves well."""

    daemon_threads = True

    def __init__(self, body):
        super().__init__(("127.0.0.1", 0), Handler)
        self.body, self.script, self.ranges = body, [], []
        self.url = f"http://127.0.0.1:{self.server_port}/aclImdb_v1.tar.gz"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        asked = self.headers.get("Range")
        self.server.ranges.append(asked)
        behaviour = self.server.script.pop(0) if self.server.script else "well"
        if behaviour.isdigit():
            return self.send_error(int(behaviour))
        body = b"<html>sign in, please</html>" if behaviour == "portal" else self.server.body
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked and behaviour != "no range" else 0
        if behaviour == "wrong piece":
            start += 1
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        if behaviour != "no length":
            self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        rest = body[start:]
        self.wfile.write(rest[: len(rest) // 2] if behaviour == "break off" else rest)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(monkeypatch, tmp_path):
    language.use("en")
    archive = make_archive()
    with Server(archive) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        remote = download.Remote(server.url, hashlib.sha256(archive).hexdigest(), len(archive))
        monkeypatch.setattr(imdb, "ARCHIVE", remote)
        monkeypatch.setattr(download, "PAUSES", (0, 0, 0))
        monkeypatch.setenv("RNNCOURSE_DATA", str(tmp_path / "data"))
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.delenv(name, raising=False)
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def target(tmp_path):
    return tmp_path / "data" / "aclImdb_v1.tar.gz"


def part_of(target):
    return target.with_name(target.name + ".part")


def check_parts(parts, validation=1):
    """The parts hold each official review once, cleaned, with its label."""
    held_out = 2 * validation
    assert [len(part) for part in parts] == [2 * REVIEWS - held_out, held_out, 2 * REVIEWS]
    for name, found in (("train", parts[:2]), ("test", parts[2:])):
        expected = {
            (re.sub(r"(<br />)+", "", review(name, folder, n)), label)
            for label, folder in enumerate(("neg", "pos"))
            for n in range(REVIEWS)
        }
        pairs = [
            (text, label)
            for part in found
            for text, label in zip(part.texts, part.labels.tolist(), strict=True)
        ]
        assert set(pairs) == expected and len(pairs) == len(expected)


def test_downloads_once_and_says_what(server, target, capsys):
    check_parts(datasets.load_imdb())
    said = capsys.readouterr().out
    assert server.url in said and str(target) in said and "MB" in said and "100%" in said
    assert target.read_bytes() == server.body and not part_of(target).exists()
    check_parts(datasets.load_imdb())
    assert server.ranges == [None] and capsys.readouterr().out == ""


def test_goes_on_within_one_call_where_the_connection_broke(server, target):
    server.script = ["break off", "break off"]
    check_parts(datasets.load_imdb())
    half = len(server.body) // 2
    assert server.ranges[:2] == [None, f"bytes={half}-"] and len(server.ranges) == 3


def test_goes_on_in_the_next_call(server, target, capsys):
    server.script = ["break off", "503", "503"]
    with pytest.raises(datasets.DownloadError, match="503"):
        datasets.load_imdb()
    half = len(server.body) // 2
    assert part_of(target).read_bytes() == server.body[:half] and not target.exists()
    check_parts(datasets.load_imdb())
    assert server.ranges[-1] == f"bytes={half}-" and "going on" in capsys.readouterr().out


@pytest.mark.parametrize("behaviour", ["no range", "wrong piece", "416", "no length"])
def test_a_server_that_cannot_go_on(server, target, behaviour):
    target.parent.mkdir()
    part_of(target).write_bytes(server.body[:100])
    server.script = [behaviour]
    check_parts(datasets.load_imdb())
    assert target.read_bytes() == server.body


@pytest.mark.parametrize("size", [100, None, 10_000_000])
def test_a_piece_of_another_file_is_thrown_away(server, target, size):
    target.parent.mkdir()
    part_of(target).write_bytes(b"x" * (len(server.body) if size is None else size))
    check_parts(datasets.load_imdb())
    assert target.read_bytes() == server.body


def test_a_page_instead_of_the_file_is_not_kept(server, target):
    server.script = ["portal"] * 3
    with pytest.raises(datasets.DownloadError, match="offers"):
        datasets.load_imdb()
    assert not part_of(target).exists()


def test_another_file_of_the_same_size(server, target):
    server.body = server.body[:-1] + bytes([server.body[-1] ^ 1])
    with pytest.raises(datasets.DownloadError, match="SHA-256"):
        datasets.load_imdb()
    assert not target.exists() and not part_of(target).exists()


@pytest.mark.parametrize("code", ["403", "404", "500"])
def test_an_error_names_the_file_and_its_place(server, target, code):
    server.script = [code] * 3
    with pytest.raises(datasets.DownloadError) as caught:
        datasets.load_imdb()
    message = str(caught.value)
    assert code in message and server.url in message and str(target) in message
    assert len(server.ranges) == (3 if code == "500" else 1)


@pytest.mark.parametrize("reader, word", [("zh", "浏览器"), ("en", "browser")])
def test_offline(server, target, monkeypatch, reader, word):
    with socket.socket() as closed:  # a port at which nothing listens
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/aclImdb_v1.tar.gz"
        monkeypatch.setattr(imdb, "ARCHIVE", imdb.ARCHIVE._replace(url=url))
        monkeypatch.setattr(language, "_current", reader)
        with pytest.raises(datasets.DownloadError, match=word) as caught:
            datasets.load_imdb()
    assert url in str(caught.value) and str(target) in str(caught.value)


def test_a_file_put_there_by_hand(server, target):
    target.parent.mkdir()
    target.write_bytes(server.body)
    check_parts(datasets.load_imdb())
    target.write_bytes(server.body[:-5])
    with pytest.raises(datasets.DownloadError, match="delete"):
        datasets.load_imdb()
    assert server.ranges == []


def test_a_folder_that_cannot_be_made(server, target):
    target.parent.write_text("a file in the way")
    with pytest.raises(datasets.DownloadError, match=re.escape(str(target))):
        datasets.load_imdb()


def test_the_default_folder_is_in_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("RNNCOURSE_DATA", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert download.data_folder() == tmp_path / ".cache" / "rnncourse"


@pytest.fixture
def local(tmp_path):
    language.use("en")
    return tmp_path / "mine.tar.gz"


def test_a_local_file_needs_no_network(local):
    local.write_bytes(make_archive())
    parts = datasets.load_imdb(path=str(local), validation=0.25)
    check_parts(parts, validation=3)
    assert parts.test.label_names == ("negative", "positive") and parts.test.unit == "word"
    again = datasets.load_imdb(path=local, validation=0.25)
    other = datasets.load_imdb(path=local, validation=0.25, seed=1)
    assert again.validation.texts == parts.validation.texts != other.validation.texts
    assert datasets.load_imdb(path=local, validation=0).validation is None


def test_a_replaced_file_is_read_anew(local):
    local.write_bytes(make_archive())
    datasets.load_imdb(path=local)
    local.write_bytes(make_archive(extra=[("aclImdb/test/pos/99_9.txt", "One more.")]))
    assert len(datasets.load_imdb(path=local).test) == 2 * REVIEWS + 1


def test_members_that_do_not_belong_are_ignored(local):
    stray = ["../evil.txt", "/etc/evil.txt", "aclImdb/train/pos/notes.txt", "aclImdb/train/pos/../../1_1.txt"]
    huge = ("aclImdb/train/pos/77_7.txt", "x" * (imdb.LARGEST + 1))
    local.write_bytes(make_archive(extra=[(name, "evil") for name in stray] + [huge]))
    check_parts(datasets.load_imdb(path=local))


def test_a_wrong_path_or_file(local):
    with pytest.raises(FileNotFoundError, match="aclImdb_v1"):
        datasets.load_imdb(path=local)
    whole = make_archive()
    flipped = np.frombuffer(whole, dtype=np.uint8).copy()
    flipped[len(flipped) // 2 :: 50] ^= 255
    for broken in (b"", b"not an archive" * 100, whole[: len(whole) // 2], flipped.tobytes()):
        local.write_bytes(broken)
        with pytest.raises(ValueError, match="not the whole"):
            datasets.load_imdb(path=local)
    local.write_bytes(make_archive(skip=[("train", "pos")]))
    with pytest.raises(ValueError, match="aclImdb/train"):
        datasets.load_imdb(path=local)
