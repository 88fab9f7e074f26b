"""The decoding process, started for real."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnstudio.core.data.datasets import FASHION_MNIST
from cnnstudio.core.data.orders import PictureOrder, PoolOrder
from cnnstudio.core.data.parts import open_pool
from cnnstudio.core.errors import JobFailed, StudioError
from cnnstudio.core.project import DataSettings
from cnnstudio.decode.pictures import decode_picture
from cnnstudio.protocol import decoding
from cnnstudio.protocol.decoding import Worker


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CNNSTUDIO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_pool_comes_back_through_the_cache() -> None:
    settings = DataSettings(size=(14, 14))
    assert open_pool(FASHION_MNIST, "test", settings) is None
    outcome, body = Worker(PoolOrder(settings, "test")).run()
    assert (outcome.shape, outcome.refused, body) == ((), None, b"")
    found = open_pool(FASHION_MNIST, "test", settings)
    assert found is not None
    assert found.pictures.shape == (10_000, 14, 14, 1)
    assert open_pool(FASHION_MNIST, "test") is not None


def test_a_picture_comes_back_as_bytes(tmp_path: Path) -> None:
    file = tmp_path / "한글 {x}.png"
    Image.fromarray(np.random.RandomState(0).randint(0, 256, (40, 30, 3), np.uint8)).save(file)
    outcome, body = Worker(PictureOrder(file, (28, 28, 1))).run()
    assert outcome.shape == (28, 28, 1)
    picture = np.frombuffer(body, np.uint8).reshape(outcome.shape)
    assert np.array_equal(picture, decode_picture(file, (28, 28, 1)))


def test_a_bad_picture_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "note.png"
    file.write_text("no picture")
    outcome, body = Worker(PictureOrder(file, (28, 28, 1))).run()
    assert body == b""
    assert "isn't a picture the studio reads" in str(outcome.refused)


def test_a_name_that_is_no_text_is_read_and_refused_too(tmp_path: Path) -> None:
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png"))
    Image.new("RGB", (3, 2), "red").save(file)
    outcome, body = Worker(PictureOrder(file)).run()
    assert (outcome.shape, body) == ((2, 3, 3), bytes([255, 0, 0] * 6))
    file.write_bytes(b"")
    outcome, _ = Worker(PictureOrder(file)).run()
    assert "caf\\xe9.png is empty" in str(outcome.refused)


def test_a_full_disk_is_said(cache: Path) -> None:
    cache.write_text("a file where the cache's folder would be")
    with pytest.raises(StudioError, match=re.escape(str(cache))):
        Worker(PoolOrder(DataSettings(), "test")).run()


def test_stopping_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    idle = [sys.executable, "-c", "import time; time.sleep(60)"]
    monkeypatch.setattr(decoding, "studio_command", lambda: idle)
    worker = Worker(PoolOrder(DataSettings(), "train"))
    timer = threading.Timer(0.2, worker.stop)
    timer.start()
    with pytest.raises(JobFailed, match="stopped"):
        worker.run()
    timer.join()
    with pytest.raises(JobFailed, match="stopped"):
        worker.run()


def test_a_worker_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    idle = [sys.executable, "-c", "import time; time.sleep(60)"]
    monkeypatch.setattr(decoding, "studio_command", lambda: idle)
    monkeypatch.setattr(decoding, "PATIENCE", 0.1)
    with pytest.raises(JobFailed, match="longer than"):
        Worker(PoolOrder(DataSettings(), "train")).run()
