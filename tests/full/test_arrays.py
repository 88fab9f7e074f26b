"""Thousands of damaged files of arrays are read or refused; a set larger than memory is read."""

from __future__ import annotations

import gzip
import os
import pickle
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cnnstudio.core.errors import BadInput
from cnnstudio.decode.pickles import read_pickle
from cnnstudio.decode.sources import cifar, csv_table, idx_pair, npz
from cnnstudio.decode.sources.listing import Arrays, Ask
from tests.fakes.source_files import (
    cifar10,
    dumped,
    idx,
    pictures,
    python2_pickle,
    silent,
    tarred,
    written,
)

RGB = np.random.default_rng(0).integers(0, 256, (20, 6, 6, 3), np.uint8)
LABELS = np.arange(20) % 4


def damaged(content: bytes, draw: random.Random) -> bytes:
    """Bytes that are changed, cut, doubled or moved; often near the beginning or the end."""
    result = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 5))):
        edge = draw.choice((64, 512, len(result)))
        at = draw.randrange(max(1, min(edge, len(result))))
        at = len(result) - 1 - at if draw.random() < 0.4 else at
        match draw.randrange(5):
            case 0:
                result[at] = draw.randrange(256)
            case 1:
                result[at] ^= 1 << draw.randrange(8)
            case 2:
                del result[at : at + draw.choice((1, 4, 100, len(result)))]
            case 3:
                result[at:at] = result[at : at + draw.choice((1, 16, 200))]
            case 4:
                result[at : at + 4] = draw.choice((b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff"))
        if not result:
            break
    return bytes(result)


def judge(read: Callable[[], object], seen: Counter[str]) -> None:
    """Reads; anything but a value, a question or a refusal fails the test, and so does slowness."""
    began = time.monotonic()
    try:
        read()
        seen["read"] += 1
    except Ask:
        seen["asked"] += 1
    except BadInput:
        seen["refused"] += 1
    assert time.monotonic() - began < 5


@pytest.mark.timeout(900)
def test_damaged_pickles() -> None:
    content = {"data": RGB.reshape(20, -1), "labels": LABELS.tolist(), "names": ["a", "b"]}
    originals = [python2_pickle(content), *(pickle.dumps(content, n) for n in range(6))]
    seen: Counter[str] = Counter()
    for seed in range(100_000):
        draw = random.Random(seed)
        data = damaged(draw.choice(originals), draw)
        judge(lambda data=data: read_pickle(data, "batch"), seen)  # type: ignore[misc]
    print(seen)
    assert seen["refused"] > 10_000
    assert seen["read"] > 1000


def take(source: object) -> None:
    if isinstance(source, Arrays):
        pictures(source)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", ["npz", "packed", "idx", "idx.gz", "tar", "tar.gz", "bin", "csv"])
def test_damaged_files(tmp_path: Path, kind: str) -> None:
    reader = {"npz": npz, "packed": npz, "idx": idx_pair, "idx.gz": idx_pair, "csv": csv_table}.get(
        kind, cifar
    )
    folder = tmp_path / "data"
    files = cifar10(2, dumped(2))
    match kind:
        case "npz" | "packed":
            folder.mkdir()
            save = np.savez if kind == "npz" else np.savez_compressed
            save(folder / "a.npz", x=RGB.astype(np.float32) / 255, y=LABELS.astype("<U1"))
            target, source = folder / "a.npz", folder / "a.npz"
        case "idx" | "idx.gz":
            end = ".gz" if kind == "idx.gz" else ""
            pack = gzip.compress if end else bytes
            grey = RGB[..., 0]
            written(folder, {f"images.idx{end}": pack(idx(grey)),
                             f"labels.idx{end}": pack(idx(LABELS.astype(np.uint8)))})  # fmt: skip
            target, source = folder / f"images.idx{end}", folder / f"labels.idx{end}"
        case "tar" | "tar.gz":
            folder.mkdir()
            target = tarred(folder / "c", files, mode="w:gz" if kind == "tar.gz" else "w")
            source = target
        case "bin":
            source = written(folder, files)
            target = folder / "data_batch_2"
        case _:
            rows = "".join(f"a/{n}.png,{n % 3}\n" for n in range(20))
            written(folder, {"t.csv": f"path,label\n{rows}".encode("cp949")})
            target = source = folder / "t.csv"
    original = target.read_bytes()
    seen: Counter[str] = Counter()
    for seed in range(3000):
        target.write_bytes(damaged(original, random.Random(seed)))
        reader.recognises(source)
        judge(lambda: take(reader.read(source, {}, silent)), seen)
    print(kind, seen)
    assert seen["refused"] > 300


_CHILD = """
import resource, sys
resource.setrlimit(resource.RLIMIT_DATA, (500 * 2**20,) * 2)
from pathlib import Path
from cnnstudio.decode.sources import npz
found = npz.read(Path(sys.argv[1]), {}, lambda *_: None)
print(sum(len(chunk) for chunk in found.chunks()))
"""


@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform != "linux", reason="limits memory as Linux does")
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_two_gigabytes_in_half_a_gigabyte(tmp_path: Path, save: Callable[..., None]) -> None:
    values = np.zeros((40_000, 64, 64, 3), np.float32)
    values[:, ::3] = 0.5
    values[:, 1, ::2] = 1
    save(tmp_path / "large.npz", x=values, y=np.zeros(len(values), np.int64))
    del values
    environment = {
        **os.environ, "OPENBLAS_NUM_THREADS": "1", "CNNSTUDIO_CACHE": str(tmp_path / "cache")
    }  # fmt: skip
    began = time.monotonic()
    child = subprocess.run(
        [sys.executable, "-c", _CHILD, str(tmp_path / "large.npz")],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    assert child.stdout.strip() == "40000"
    print(f"{save.__name__}: {time.monotonic() - began:.1f} s")
