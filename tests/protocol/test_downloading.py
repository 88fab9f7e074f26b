"""A download: with progress, never half, resumed where it stopped, and in words when it fails."""

from __future__ import annotations

import gzip
import hashlib
import re
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cnnstudio.core.data import keras_datasets
from cnnstudio.core.data.keras_datasets import KerasDataset, RemoteFile
from cnnstudio.core.errors import BadInput, JobFailed
from cnnstudio.core.storage.locks import OsLock
from cnnstudio.core.text import T
from cnnstudio.protocol import keras_datasets as datasets
from cnnstudio.protocol.downloading import fetch, has_checksum
from cnnstudio.protocol.scanning import Stopped

CONTENT = bytes(range(256)) * 4096
HALF = len(CONTENT) // 2
MD5, SHA256 = hashlib.md5(CONTENT).hexdigest(), hashlib.sha256(CONTENT).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    """Gives CONTENT, from the byte that is asked for.

    Half of it at ``/cut`` and ``/stalls``, where the connection then stays open; ``/long`` doesn't
    say how much it is, ``/whole`` knows no ranges, ``/shifted`` gives another one.
    """

    asked: list[str]
    go_on: threading.Event

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        type(self).asked.append(f"{self.path} {wanted}".strip())
        if self.path == "/gone":
            self.send_error(404)
            return
        found = re.fullmatch(r"bytes=(\d+)-", wanted)
        start = int(found[1]) if found and self.path != "/whole" else 0
        if start >= len(CONTENT):
            self.send_error(416)
            return
        if start and self.path == "/shifted":
            start += 1
        self.send_response(206 if start else 200)
        if start:
            end = f"{start}-{len(CONTENT) - 1}/{len(CONTENT)}"
            self.send_header("Content-Range", f"bytes {end}")
        if self.path != "/long":
            self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        halved = self.path in ("/cut", "/stalls") and not start
        self.wfile.write(CONTENT[start : HALF if halved else None])
        if self.path == "/stalls":
            self.wfile.flush()
            type(self).go_on.wait(10)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    _Handler.asked, _Handler.go_on = [], threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        _Handler.go_on.set()
        server.shutdown()
        thread.join()


class _Halt(Exception):
    pass


class _Watch:
    """Notes the progress, and stops a download once so many bytes are there."""

    def __init__(self, until: int | None = None) -> None:
        self.told: list[tuple[int, int]] = []
        self._until = until

    def progress(self, done: int, total: int) -> None:
        self.told.append((done, total))

    def check(self) -> None:
        if self._until is not None and any(done >= self._until for done, _ in self.told):
            raise _Halt


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


@pytest.mark.parametrize("checksum", [MD5, SHA256, ""])
@pytest.mark.parametrize("path", ["/file", "/long"])
def test_a_file_gets_its_name_once_it_is_whole(
    server: str, tmp_path: Path, checksum: str, path: str
) -> None:
    target, watch = tmp_path / "models" / "weights.h5", _Watch()
    assert not has_checksum(target, checksum)
    fetch(server + path, target, checksum, progress=watch.progress)
    assert target.read_bytes() == CONTENT
    assert has_checksum(target, checksum)
    assert names(target.parent) == ["weights.h5"]
    assert watch.told[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in watch.told] == sorted(done for done, _ in watch.told)


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize(
    ("path", "checksum", "said"),
    [
        ("/file", "0" * 32, r"127.0.0.1:\d+ is not weights.h5: its checksum is another"),
        ("/cut", MD5, "it was cut off after 524 kB of 1.05 MB. Check the network"),
        ("/cut", "", "cut off"),
        ("/gone", MD5, r"weights.h5 could not be downloaded from .*: the server answers 404"),
    ],
)
def test_what_is_not_the_file_leaves_the_old_one(
    server: str, tmp_path: Path, path: str, checksum: str, said: str, resume: bool
) -> None:
    target = tmp_path / "weights.h5"
    target.write_bytes(b"old")
    with pytest.raises(JobFailed, match=said):
        fetch(server + path, target, checksum, resume=resume)
    assert target.read_bytes() == b"old"
    kept = ["weights.h5.part"] if resume and path == "/cut" else []
    assert names(tmp_path) == ["weights.h5", *kept]


def test_without_a_network_a_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(JobFailed, match=r"from 127.0.0.1:9: .*Check the network connection"):
        fetch("http://127.0.0.1:9/x", tmp_path / "x.h5", MD5)

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    advice = T("Take the network without weights.")
    with pytest.raises(JobFailed, match=r"nowhere.invalid: Name or service not known. Take the"):
        fetch("http://nowhere.invalid/x", tmp_path / "x.h5", MD5, advice=advice)
    assert not list(tmp_path.iterdir())


def test_a_stopped_download_leaves_nothing_unless_it_shall_go_on(
    server: str, tmp_path: Path
) -> None:
    target = tmp_path / "weights.h5"
    for resume, kept in ((False, []), (True, ["weights.h5.part"])):
        watch = _Watch(until=1)
        with pytest.raises(_Halt):
            fetch(server + "/stalls", target, MD5, resume=resume,
                  check=watch.check, progress=watch.progress)  # fmt: skip
        assert names(tmp_path) == kept


def test_the_next_download_goes_on_where_it_stopped(server: str, tmp_path: Path) -> None:
    target = tmp_path / "weights.h5"
    with pytest.raises(JobFailed, match="cut off"):
        fetch(server + "/cut", target, MD5, resume=True)
    watch = _Watch()
    fetch(server + "/file", target, MD5, resume=True, progress=watch.progress)
    assert _Handler.asked == ["/cut", f"/file bytes={HALF}-"]
    assert all(done > HALF and total == len(CONTENT) for done, total in watch.told)
    assert target.read_bytes() == CONTENT
    assert names(tmp_path) == ["weights.h5"]


@pytest.mark.parametrize(
    ("path", "part", "asked"),
    [
        ("/whole", CONTENT[:HALF], [f"/whole bytes={HALF}-"]),
        ("/shifted", CONTENT[:HALF], [f"/shifted bytes={HALF}-", "/shifted"]),
        ("/file", CONTENT + b"more", [f"/file bytes={len(CONTENT) + 4}-", "/file"]),
        ("/file", CONTENT, []),
    ],
    ids=["no ranges", "another range", "too much", "all there"],
)
def test_what_is_there_is_used_only_if_it_fits(
    server: str, tmp_path: Path, path: str, part: bytes, asked: list[str]
) -> None:
    target = tmp_path / "weights.h5"
    target.with_name("weights.h5.part").write_bytes(part)
    fetch(server + path, target, SHA256, resume=True)
    assert target.read_bytes() == CONTENT
    assert _Handler.asked == asked
    assert names(tmp_path) == ["weights.h5"]


def test_a_damaged_beginning_is_thrown_away(server: str, tmp_path: Path) -> None:
    target = tmp_path / "weights.h5"
    target.with_name("weights.h5.part").write_bytes(b"x" * HALF)
    with pytest.raises(JobFailed, match="its checksum is another"):
        fetch(server + "/file", target, MD5, resume=True)
    assert names(tmp_path) == []
    fetch(server + "/file", target, MD5, resume=True)
    assert target.read_bytes() == CONTENT


def test_two_windows_never_write_one_file(server: str, tmp_path: Path) -> None:
    lock = OsLock.take(tmp_path / "weights.h5.lock")
    assert lock is not None
    with pytest.raises(JobFailed, match="by another window"):
        fetch(server + "/file", tmp_path / "weights.h5", MD5, resume=True)
    lock.release()
    assert _Handler.asked == []


def test_a_checksum_may_be_of_what_is_packed(tmp_path: Path) -> None:
    file = tmp_path / "train-images-idx3-ubyte.gz"
    file.write_bytes(gzip.compress(CONTENT))
    assert has_checksum(file, SHA256, unpacked=True)
    assert not has_checksum(file, SHA256)
    file.write_bytes(gzip.compress(CONTENT)[:-20])
    assert not has_checksum(file, SHA256, unpacked=True)
    file.write_bytes(CONTENT)
    assert not has_checksum(file, SHA256, unpacked=True)


def test_a_place_that_cannot_be_written_is_told_of(server: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises((BadInput, JobFailed), match=r"models/weights.h5 can't be written"):
        fetch(server + "/file", tmp_path / "file" / "models" / "weights.h5", MD5)


# ------------------------------------------------------------------------------- keras.datasets


@pytest.fixture
def small(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """MNIST and Fashion-MNIST as small sets on the local server; gives the person's folder."""

    def files(*paths: str) -> tuple[RemoteFile, ...]:
        return tuple(RemoteFile(server + path, SHA256, len(CONTENT)) for path in paths)

    sets = (
        KerasDataset("mnist", "MNIST", T("Digits"), files("/file")),
        KerasDataset("fashion_mnist", "Fashion-MNIST", T("Clothes"), files("/file", "/whole")),
        KerasDataset("cifar10", "CIFAR-10", T("Animals"), files("/stalls")),
    )
    monkeypatch.setattr(datasets, "KERAS_DATASETS", {one.name: one for one in sets})
    monkeypatch.setenv("CNNSTUDIO_DATA", str(tmp_path))
    return tmp_path / "datasets"


def test_a_set_is_downloaded_once(small: Path) -> None:
    watch = _Watch()
    assert datasets.download("mnist", progress=watch.progress) == small / "mnist" / "file"
    assert watch.told[-1] == (len(CONTENT), len(CONTENT))
    assert datasets.download("fashion_mnist", progress=watch.progress) == small / "fashion_mnist"
    assert names(small / "fashion_mnist") == ["file", "whole"]
    assert watch.told[-1] == (2 * len(CONTENT), 2 * len(CONTENT))
    _Handler.asked.clear()
    datasets.download("fashion_mnist")
    assert _Handler.asked == []


def test_a_set_that_was_stopped_goes_on(small: Path) -> None:
    watch = _Watch()
    with pytest.raises(Stopped):
        datasets.download("cifar10", progress=watch.progress, cancelled=lambda: bool(watch.told))
    assert names(small / "cifar10") == ["stalls.part"]
    there = (small / "cifar10" / "stalls.part").stat().st_size
    _Handler.go_on.set()
    datasets.download("cifar10")
    assert (small / "cifar10" / "stalls").read_bytes() == CONTENT
    assert _Handler.asked == ["/stalls", f"/stalls bytes={there}-"]


@pytest.mark.usefixtures("small")
def test_without_a_network_a_set_says_what_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = RemoteFile("http://127.0.0.1:9/mnist.npz", SHA256, 1)
    sets = {"mnist": KerasDataset("mnist", "MNIST", T("Digits"), (gone,))}
    monkeypatch.setattr(datasets, "KERAS_DATASETS", sets)
    with pytest.raises(JobFailed, match=r"mnist.npz could not be downloaded .*what came is kept"):
        datasets.download("mnist")
    with pytest.raises(BadInput, match="no set called imagenet"):
        datasets.download("imagenet")


def test_every_set_has_files_with_names_and_checksums() -> None:
    assert [*keras_datasets.KERAS_DATASETS] == ["mnist", "fashion_mnist", "cifar10", "cifar100"]
    for one in keras_datasets.KERAS_DATASETS.values():
        assert one.size > 1_000_000
        assert all(file.name and len(file.checksum) == 64 for file in one.files)
