"""Scans that take long: a million files, hundreds of damaged pictures, cancels at any moment."""

from __future__ import annotations

import os
import random
import threading
import time
import tracemalloc
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from cnnstudio.core.data.cache import open_cached
from cnnstudio.core.data.catalogue import open_catalogue
from cnnstudio.core.data.orders import DECODING, LISTING, Progress
from cnnstudio.core.data.parts import own_pool_name
from cnnstudio.core.errors import StudioError
from cnnstudio.decode.pictures import decode_picture
from cnnstudio.decode.sources import folder
from cnnstudio.protocol.scanning import Stopped, scan
from tests.fakes.picture_files import class_folders, encoded, png

MILLION = 1_000_000


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CNNSTUDIO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.mark.timeout(3600)
def test_a_million_files_are_listed_and_scanned(tmp_path: Path) -> None:
    """All links to a few files, which a file system makes quickly."""
    originals = []
    for number in range(100):
        originals.append(tmp_path / f"{number}.png")
        originals[-1].write_bytes(png(number))
    root = tmp_path / "data"
    for label in range(1000):
        (root / f"{label:03}").mkdir(parents=True)
        for number in range(MILLION // 1000):
            os.link(originals[number % 100], root / f"{label:03}" / f"{number:06}.png")
    started = time.monotonic()
    listing = folder.read(root, {}, lambda *_: None)
    print(f"\nlisted in {time.monotonic() - started:.1f} s")
    assert len(listing.names) == MILLION
    assert len(listing.classes) == 1000
    del listing
    heard: list[tuple[float, Progress]] = []
    started = time.monotonic()
    tracemalloc.start()
    facts = scan(root, progress=lambda one: heard.append((time.monotonic(), one))).imported
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"scanned in {time.monotonic() - started:.0f} s; {most / 1e6:.1f} MB in the window")
    assert facts is not None
    assert facts.pictures == MILLION
    assert {one.phase for _, one in heard} >= {LISTING, DECODING}
    assert most < 50e6
    decoding = [at for at, one in heard if one.phase == DECODING]
    gaps = np.diff(decoding)
    print(f"the longest wait for progress: {gaps.max():.2f} s; median {np.median(gaps):.2f} s")
    assert np.median(gaps) <= 0.2
    catalogue = open_catalogue(facts.digest)
    assert catalogue is not None
    assert catalogue.names[MILLION - 1] == "999/000999.png"
    pool = open_cached(own_pool_name(facts))
    assert pool is not None
    assert len(pool) == MILLION
    started = time.monotonic()
    assert scan(root).imported == facts
    print(f"opened again in {time.monotonic() - started:.1f} s")


@pytest.mark.timeout(3600)
def test_damaged_pictures_never_stop_a_scan(tmp_path: Path) -> None:
    """What the scan keeps, a single decoding gives too; what it refuses, that refuses."""
    dice = random.Random(0)
    picture = np.random.RandomState(0).randint(0, 256, (40, 30, 3), np.uint8)
    deep = (picture[..., 0].astype(np.uint16)) * 257
    wholes = [
        *(encoded(picture, form) for form in ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")),
        encoded(picture, "TIFF", compression="tiff_lzw"),
        encoded(picture, "TIFF", compression="jpeg"),
        encoded(deep, "PNG"),
        encoded(Image.fromarray(picture).convert("CMYK"), "JPEG"),
        encoded(Image.fromarray(picture), "JPEG", progressive=True, exif=b"Exif\0\0" + bytes(30)),
    ]
    root = tmp_path / "data"
    (root / "a").mkdir(parents=True)
    for number in range(2400):
        content = bytearray(wholes[number % len(wholes)])
        for _ in range(dice.choice((0, 1, 1, 3, 10))):
            content[dice.randrange(len(content))] = dice.randrange(256)
        if dice.random() < 0.3:
            del content[dice.randrange(1, len(content)) :]
        (root / "a" / f"{number:04}").write_bytes(content)
    facts = scan(root).imported
    assert facts is not None
    catalogue, pool = open_catalogue(facts.digest), open_cached(own_pool_name(facts))
    assert catalogue is not None
    assert pool is not None
    refused = {one.name: str(one.reason) for one in catalogue.refused}
    print(f"\n{len(catalogue)} of 2,400 read; {len(set(refused.values()))} reasons")
    assert len(catalogue) + len(refused) == 2400
    for index in range(0, len(catalogue), 7):
        expected = decode_picture(root / catalogue.names[index], facts.shape)
        assert np.array_equal(pool[index], expected)
    for name in list(refused)[::7]:
        with pytest.raises(StudioError):
            decode_picture(root / name, facts.shape)


@pytest.mark.timeout(3600)
def test_cancels_at_any_moment_answer_at_once_and_leave_nothing(
    tmp_path: Path, cache: Path
) -> None:
    root = class_folders(tmp_path / "data", {"a": 3000, "b": 3000})
    waits = []
    for round_ in range(60):
        stop = threading.Event()
        asked: list[float] = []

        def end(stop: threading.Event = stop, asked: list[float] = asked) -> None:
            asked.append(time.monotonic())
            stop.set()

        timer = threading.Timer(0.02 * round_, end)
        timer.start()
        try:
            scan(root, cancelled=stop.is_set)
        except Stopped:
            waits.append(time.monotonic() - asked[0])
        timer.cancel()
        timer.join()
        assert psutil.Process().children(recursive=True) == []
        assert list((cache / "unfinished").iterdir()) == []
        for path in cache.glob("*/*"):
            path.unlink()
    print(f"\n{len(waits)} cancels: median {np.median(waits):.3f} s, longest {max(waits):.3f} s")
    assert np.median(waits) < 0.2
