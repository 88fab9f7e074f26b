from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnstudio.core.data.cache import cache_folder, cached, open_cached


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CNNSTUDIO_CACHE", str(tmp_path))
    return tmp_path / "pictures"


def picture() -> np.ndarray:
    return np.arange(24, dtype=np.uint8).reshape(2, 3, 4)


def never() -> np.ndarray:
    raise AssertionError("built although it was cached")


def test_the_environment_names_the_folder(tmp_path: Path) -> None:
    assert cache_folder() == tmp_path


def test_it_is_built_once_and_then_mapped(cache: Path) -> None:
    assert np.array_equal(cached("a", picture), picture())
    again = cached("a", never)
    assert np.array_equal(again, picture())
    assert isinstance(again.base, np.memmap)
    assert not again.flags.writeable
    assert [p.name for p in cache.iterdir()] == ["a.npy"]


@pytest.mark.parametrize("at", [0, 100, 140, -1], ids=["magic", "header", "pixels", "digest"])
def test_one_changed_byte_is_noticed_and_repaired(cache: Path, at: int) -> None:
    cached("a", picture)
    content = bytearray((cache / "a.npy").read_bytes())
    content[at] ^= 1
    (cache / "a.npy").write_bytes(content)
    assert open_cached("a") is None
    assert np.array_equal(cached("a", picture), picture())
    assert np.array_equal(cached("a", never), picture())


@pytest.mark.parametrize("size", [0, 1, 40, 150])
def test_a_cut_file_is_noticed_and_repaired(cache: Path, size: int) -> None:
    cached("a", picture)
    (cache / "a.npy").write_bytes((cache / "a.npy").read_bytes()[:size])
    assert open_cached("a") is None
    assert np.array_equal(cached("a", picture), picture())


def test_a_failed_write_leaves_no_file_and_gives_the_array(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert np.array_equal(cached("a", picture), picture())
    assert list(cache.iterdir()) == []


def test_what_a_dead_process_left_is_removed(cache: Path) -> None:
    import os

    cache.mkdir()
    (cache / "old.tmp").touch()
    (cache / "fresh.tmp").touch()
    os.utime(cache / "old.tmp", (0, 0))
    cached("a", picture)
    assert sorted(p.name for p in cache.iterdir()) == ["a.npy", "fresh.tmp"]


def test_processes_that_build_the_same_at_once_all_get_it(cache: Path) -> None:
    code = (
        "import sys, numpy as np\n"
        "from cnnstudio.core.data.cache import cached\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "for i in range(20):\n"
        "    build = lambda: np.full((500, 1000), i, np.uint8)\n"
        "    assert (cached(f'n{i}', build) == i).all()\n"
    )
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        worker.communicate("go\n", timeout=60)
    assert [worker.returncode for worker in workers] == [0, 0, 0]
    assert len(list(cache.iterdir())) == 20
