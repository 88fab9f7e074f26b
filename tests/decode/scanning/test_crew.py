"""What a file does to a worker costs that file only."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import psutil
import pytest

from cnnstudio.core.data.cache import NewPictures
from cnnstudio.core.errors import JobFailed
from cnnstudio.decode.scanning.crew import Crew
from cnnstudio.decode.scanning.filling import Coloured, fill, look_at
from cnnstudio.decode.sources.listing import Files
from tests.fakes.picture_files import SMALL, encoded, png, write_all

FRAGILE = [sys.executable, "-m", "tests.fakes.fragile_worker"]


def test_a_crash_a_hang_and_a_glutton_cost_one_picture_each(tmp_path: Path) -> None:
    files = {f"{n:02}.png": png(n) for n in range(30)}
    files |= {"05.png": b"CRASH", "11.png": b"HANGS", "12.png": b"CRASH", "20.png": b"FILLS"}
    write_all(tmp_path / "a", files)
    place = Files(str(tmp_path / "a"), sorted(files))
    heard: list[int] = []
    with (
        Crew(tmp_path, patience=2.0, command=FRAGILE) as crew,
        NewPictures(tmp_path / "pool", (30, 12, 10, 3)) as pool,
    ):
        found = fill(crew, place, pool, (12, 10, 3), "stretch", heard.append)
        pool.finish()
    assert {index: str(reason) for index, reason in found.reasons.items()} == {
        5: "Reading it ended the process that did it; it may be damaged.",
        11: "Reading it took longer than 2 s and was given up; it may be damaged.",
        12: "Reading it ended the process that did it; it may be damaged.",
        20: "It needs too much memory to be read. Make it smaller, or save it with 8 bits.",
    }
    kept = [n for n in range(30) if n not in found.reasons]
    assert np.flatnonzero(found.kept).tolist() == kept
    pictures = np.load(tmp_path / "pool", mmap_mode="r")
    assert np.array_equal(pictures, np.stack([SMALL ^ np.uint8(n) for n in kept]))
    assert heard[-1] == 30
    assert psutil.Process().children() == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "pool"]


def test_colour_among_grey_pictures_is_said_not_lost(tmp_path: Path) -> None:
    grey = encoded(SMALL[..., 0], "PNG")
    write_all(tmp_path / "a", {"1.png": grey, "2.png": png(), "3.png": b"no picture"})
    place = Files(str(tmp_path / "a"), ["1.png", "2.png", "3.png"])
    with Crew(tmp_path) as crew:
        sizes, coloured = look_at(crew, place)
        assert sizes.tolist() == [[12, 10]] * 2
        assert coloured
        with NewPictures(tmp_path / "pool", (3, 12, 10, 1)) as pool, pytest.raises(Coloured):
            fill(crew, place, pool, (12, 10, 1), "stretch", lambda _count: None)
        crew.renew()
        with NewPictures(tmp_path / "other", (3, 6, 5, 3)) as pool:
            found = fill(crew, place, pool, (6, 5, 3), "stretch", lambda _count: None)
    assert found.kept.tolist() == [True, True, False]
    assert found.modes == {"L": 1, "RGB": 1}


def test_workers_that_end_without_reading_anything_are_not_started_for_ever(tmp_path: Path) -> None:
    write_all(tmp_path / "a", {"1.png": png()})
    with (
        Crew(tmp_path, command=[sys.executable, "-c", "pass"]) as crew,
        pytest.raises(JobFailed, match="ended unexpectedly"),
    ):
        look_at(crew, Files(str(tmp_path / "a"), ["1.png"]))
    crew = Crew(tmp_path, command=[str(tmp_path / "nothing")])
    with pytest.raises(JobFailed, match="could not be started"):
        crew.__enter__()
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_disk_is_said(tmp_path: Path) -> None:
    write_all(tmp_path / "a", {"1.png": png()})
    place = Files(str(tmp_path / "a"), ["1.png"])
    with Crew(tmp_path) as crew, NewPictures(tmp_path / "pool", (1, 12, 10, 3)) as pool:
        pool.path = Path("/dev/full")
        with pytest.raises(JobFailed, match="no room left"):
            fill(crew, place, pool, (12, 10, 3), "stretch", lambda _count: None)
    with pytest.raises(OSError, match="No space"):
        NewPictures(tmp_path / "huge", (2**40, 1000, 1000, 3))
