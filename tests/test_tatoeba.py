"""The Tatoeba loader: a file without a known checksum, from a server on this machine or a local path."""

import io
import zipfile

import pytest
import test_imdb
from test_imdb import Server

from rnncourse import datasets, language
from rnncourse.datasets import download, tatoeba

CREDIT = "CC-BY 2.0 (France) Attribution: tatoeba.org #{0} (CM) & #{0}1 (Martha)"
PAIRS = [("Hi.", "嗨。"), ("Hi.", "你好。"), ("Let's go!", "我們走吧！"), ("OK.", "OK.")]
PAIRS += [(f"This is number {n}.", f"这是第{n}个。") for n in range(40)]


def make_archive(pairs=PAIRS, member="cmn.txt", end="\n"):
    lines = [f"{english}\t{chinese}\t{CREDIT.format(n)}" for n, (english, chinese) in enumerate(pairs)]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_about.txt", "** Info **")
        archive.writestr(member, end.join(lines) + end)
    return buffer.getvalue()


@pytest.fixture
def server(monkeypatch, tmp_path):
    import threading

    language.use("en")
    with Server(make_archive()) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/cmn-eng.zip"
        monkeypatch.setattr(tatoeba, "ARCHIVE", tatoeba.ARCHIVE._replace(url=url))
        monkeypatch.setattr(download, "PAUSES", (0, 0, 0))
        monkeypatch.setenv("RNNCOURSE_DATA", str(tmp_path / "data"))
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.delenv(name, raising=False)
        server.url = url
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def target(tmp_path):
    return tmp_path / "data" / "cmn-eng.zip"


def part_of(target):
    return target.with_name(target.name + ".part")


def check(pairs):
    assert list(zip(pairs.english, pairs.chinese, strict=True)) == PAIRS
    assert (pairs.levels, pairs.pinyin, pairs.words) == (None, None, None)


def test_downloads_once_and_says_what(server, target, capsys):
    check(datasets.load_tatoeba())
    said = capsys.readouterr().out
    assert server.url in said and str(target) in said and "about 2 MB" in said and "100%" in said
    assert target.read_bytes() == server.body and not part_of(target).exists()
    check(datasets.load_tatoeba())
    assert server.ranges == [None] and capsys.readouterr().out == ""


def test_it_calls_itself_a_browser(server, monkeypatch):
    agents = []
    get = test_imdb.Handler.do_GET
    monkeypatch.setattr(
        test_imdb.Handler, "do_GET", lambda self: (agents.append(self.headers["User-Agent"]), get(self))
    )
    datasets.load_tatoeba()
    assert agents == [tatoeba.AGENT] and agents[0].startswith("Mozilla/5.0")


def test_goes_on_where_the_connection_broke(server, target, capsys):
    server.script = ["break off", "503", "503"]
    with pytest.raises(datasets.DownloadError, match="503"):
        datasets.load_tatoeba()
    half = len(server.body) // 2
    assert part_of(target).read_bytes() == server.body[:half] and not target.exists()
    check(datasets.load_tatoeba())
    assert server.ranges[-1] == f"bytes={half}-" and "going on" in capsys.readouterr().out


@pytest.mark.parametrize("behaviour", ["no range", "wrong piece", "416", "no length"])
@pytest.mark.parametrize("piece", ["its own", "another file's", "too long"])
def test_an_old_piece(server, target, behaviour, piece):
    target.parent.mkdir()
    old = {"its own": server.body[:100], "another file's": b"x" * 100, "too long": b"x" * 10**5}[piece]
    part_of(target).write_bytes(old)
    server.script = [behaviour]
    check(datasets.load_tatoeba())
    assert target.read_bytes() == server.body


def test_a_file_that_breaks_off_without_a_length_is_not_taken_for_whole(server, target):
    server.body = server.body[:-30]
    server.script = ["no length"] * 3
    with pytest.raises(datasets.DownloadError, match="not the whole"):
        datasets.load_tatoeba()
    assert not target.exists() and not part_of(target).exists()


def test_a_page_instead_of_the_file_is_not_kept(server, target):
    server.script = ["portal"] * 3
    with pytest.raises(datasets.DownloadError, match="not that of the file"):
        datasets.load_tatoeba()
    assert not target.exists() and not part_of(target).exists()


def test_a_file_that_is_far_too_large_is_refused(server, target, monkeypatch):
    monkeypatch.setattr(download, "LARGEST", len(server.body) - 1)
    with pytest.raises(datasets.DownloadError, match="bytes >"):
        datasets.load_tatoeba()
    assert not target.exists()


@pytest.mark.parametrize("code", ["404", "406", "500"])
@pytest.mark.parametrize("reader, word", [("zh", "浏览器"), ("en", "browser")])
def test_an_error_names_the_file_and_its_place(server, target, code, reader, word, monkeypatch):
    monkeypatch.setattr(language, "_current", reader)
    server.script = [code] * 3
    with pytest.raises(datasets.DownloadError, match=word) as caught:
        datasets.load_tatoeba()
    message = str(caught.value)
    assert code in message and server.url in message and str(target) in message


def test_a_file_put_there_by_hand(server, target):
    target.parent.mkdir()
    target.write_bytes(server.body)
    check(datasets.load_tatoeba())
    target.write_bytes(server.body[:-5])
    with pytest.raises(datasets.DownloadError, match="delete"):
        datasets.load_tatoeba()
    assert server.ranges == []


@pytest.fixture
def local(tmp_path):
    language.use("en")
    return tmp_path / "mine.zip"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_local_file_needs_no_network(local, end):
    local.write_bytes(make_archive([*PAIRS, PAIRS[0]], end=end))  # a line that repeats counts once
    check(datasets.load_tatoeba(path=str(local)))


def test_a_replaced_file_is_read_anew(local):
    local.write_bytes(make_archive())
    datasets.load_tatoeba(path=local)
    local.write_bytes(make_archive(PAIRS[:3]))
    assert len(datasets.load_tatoeba(path=local)) == 3


def test_repeats_stay_together(local):
    local.write_bytes(make_archive())
    parts = datasets.split_pairs(datasets.load_tatoeba(path=local), test=0.3)
    assert sum("Hi." in part.english for part in parts) == 1


def flipped(archive):
    """`archive` with a bit of its largest member's data turned."""
    middle = len(archive) // 2
    return archive[:middle] + bytes([archive[middle] ^ 1]) + archive[middle + 1 :]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not an archive" * 100,
        make_archive()[:-30],
        flipped(make_archive()),
        make_archive(member="deu.txt"),
        make_archive([("Hi.", "Hallo."), ("Run!", "Lauf!")]),
        make_archive([]),
    ],
    ids=["empty", "text", "cut", "flipped", "no member", "German", "no line"],
)
def test_another_file(local, body):
    local.write_bytes(body)
    with pytest.raises(ValueError, match="not the whole"):
        datasets.load_tatoeba(path=local)


def test_an_archive_that_unpacks_to_too_much(local, monkeypatch):
    local.write_bytes(make_archive())
    monkeypatch.setattr(tatoeba, "LARGEST", 100)
    with pytest.raises(ValueError, match="not the whole"):
        datasets.load_tatoeba(path=local)


def test_a_wrong_path(local):
    with pytest.raises(FileNotFoundError, match=r"cmn-eng\.zip"):
        datasets.load_tatoeba(path=local)
