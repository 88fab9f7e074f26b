"""A download: with progress, never half, and in words when it fails."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cnnstudio.core.errors import BadInput, JobFailed
from cnnstudio.engine.context import Cancelled
from cnnstudio.engine.downloading import download, has_checksum
from cnnstudio.protocol.messages import Downloading
from tests.fakes.tiny import RecordingContext

CONTENT = bytes(range(256)) * 4096
MD5, SHA256 = hashlib.md5(CONTENT).hexdigest(), hashlib.sha256(CONTENT).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    """Gives CONTENT; half of it at ``/cut``, with a shrug about its length at ``/long``."""

    def do_GET(self) -> None:
        if self.path == "/gone":
            self.send_error(404)
            return
        self.send_response(200)
        if self.path != "/long":
            self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[: len(CONTENT) // 2] if self.path == "/cut" else CONTENT)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("checksum", [MD5, SHA256, ""])
@pytest.mark.parametrize("path", ["/file", "/long"])
def test_a_file_gets_its_name_once_it_is_whole(
    server: str, tmp_path: Path, checksum: str, path: str
) -> None:
    target, context = tmp_path / "models" / "weights.h5", RecordingContext()
    assert not has_checksum(target, checksum)
    download(server + path, target, checksum, context)
    assert target.read_bytes() == CONTENT
    assert has_checksum(target, checksum)
    assert [file.name for file in target.parent.iterdir()] == ["weights.h5"]
    told = context.of(Downloading)
    assert told[-1] == Downloading(file="weights.h5", done=len(CONTENT), total=len(CONTENT))
    assert [one.done for one in told] == sorted(one.done for one in told)


@pytest.mark.parametrize(
    ("path", "checksum", "said"),
    [
        ("/file", "0" * 32, r"127.0.0.1:\d+ is not weights.h5: its checksum is another"),
        ("/cut", MD5, "cut off"),
        ("/cut", "", "cut off"),
        ("/gone", MD5, r"weights.h5 could not be downloaded from .*: the server answers 404"),
    ],
)
def test_what_is_not_the_file_leaves_the_old_one(
    server: str, tmp_path: Path, path: str, checksum: str, said: str
) -> None:
    target = tmp_path / "weights.h5"
    target.write_bytes(b"old")
    with pytest.raises(JobFailed, match=said):
        download(server + path, target, checksum, RecordingContext())
    assert target.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["weights.h5"]


def test_without_a_network_a_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(JobFailed, match=r"from 127.0.0.1:9: .*Check the network connection"):
        download("http://127.0.0.1:9/x", tmp_path / "x.h5", MD5, RecordingContext())

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(JobFailed, match=r"from nowhere.invalid: Name or service not known. Check"):
        download("http://nowhere.invalid/x", tmp_path / "x.h5", MD5, RecordingContext())
    assert not list(tmp_path.iterdir())


def test_a_cancelled_download_leaves_nothing(server: str, tmp_path: Path) -> None:
    context = RecordingContext()
    context.cancel()
    with pytest.raises(Cancelled):
        download(server + "/file", tmp_path / "weights.h5", MD5, context)
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_told_of(server: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises((BadInput, JobFailed), match=r"models/weights.h5 can't be written"):
        download(server + "/file", tmp_path / "file" / "models" / "weights.h5", MD5,
                 RecordingContext())  # fmt: skip
