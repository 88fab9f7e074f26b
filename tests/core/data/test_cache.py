from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnstudio.core.data.cache import (
    NewPictures,
    cache_folder,
    cached,
    let_go,
    open_cached,
    private_folder,
)


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


@pytest.mark.parametrize("block", [1, 40, 10**6])
def test_rows_written_in_any_order_are_settled_in_theirs(
    cache: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr("cnnstudio.core.data.cache._BLOCK", block)
    random = np.random.RandomState(0)
    rows = random.randint(0, 256, (50, 2, 3, 1), np.uint8)
    keep = random.rand(50) < 0.7
    cache.mkdir()
    for kept in (keep, np.ones(50, bool), np.zeros(50, bool)):
        (cache / "a.npy").unlink(missing_ok=True)
        with NewPictures(cache / "a.npy", rows.shape) as new:
            for first in random.permutation(5) * 10:
                new.write(first, rows[first : first + 10].tobytes())
            for first, last in ((0, 3), (3, 3), (3, 31), (31, 50)):
                new.settle(kept[first:last])
            new.finish()
        found = open_cached("a")
        assert found is not None
        assert np.array_equal(found, rows[kept])


def test_a_large_file_is_read_only_where_somebody_wrote_to_it(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnnstudio.core.data.cache._LARGE", 10)
    cached("a", picture)
    with monkeypatch.context() as blind:
        blind.setattr("hashlib.sha256", never)
        assert np.array_equal(cached("a", never), picture())
    content = bytearray((cache / "a.npy").read_bytes())
    content[130] ^= 1
    (cache / "a.npy").write_bytes(content)
    assert open_cached("a") is None


def test_a_private_folder_is_gone_afterwards_and_those_of_the_dead_too(tmp_path: Path) -> None:
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"],
                          capture_output=True, text=True, check=True)  # fmt: skip
    left = tmp_path / "unfinished" / f"{dead.stdout.strip()}-x"
    left.mkdir(parents=True)
    (left / "pool.npy").touch()
    with private_folder() as folder, private_folder() as other:
        assert not left.exists()
        assert folder != other
        (folder / "x").touch()
    assert list((tmp_path / "unfinished").iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="tells what is mapped: Linux")
def test_what_was_read_is_let_go_and_can_be_read_again() -> None:
    large = np.ones((64, 256, 256), np.uint8)
    cached("large", lambda: large)
    found = open_cached("large")
    assert found is not None

    def mapped() -> int:
        text = Path("/proc/self/smaps").read_text()
        return int(text.split("large.npy", 1)[1].split("Rss:", 1)[1].split()[0])

    assert found[:32].all()
    assert mapped() > 1024
    let_go(found[3:])
    assert mapped() == 0
    assert np.array_equal(found, large)
    let_go(large)
