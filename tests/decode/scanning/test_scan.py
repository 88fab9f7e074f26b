"""Scans of folders and archives as people have them, through the same door as the window's."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import psutil
import pytest
from msgspec.structs import replace

from cnnstudio.core.data.cache import open_cached, private_folder
from cnnstudio.core.data.catalogue import (
    ANIMATED,
    CMYK,
    DEEP,
    MISNAMED,
    TRANSPARENT,
    TURNED,
    Catalogue,
    catalogue_of,
    changes,
    open_catalogue,
)
from cnnstudio.core.data.fitting import FITS
from cnnstudio.core.data.imported import Imported
from cnnstudio.core.data.orders import (
    DECODING,
    PictureOrder,
    PoolOrder,
    Progress,
    ScanOrder,
    order_line,
)
from cnnstudio.core.data.parts import own_pool_name
from cnnstudio.core.errors import BadInput
from cnnstudio.core.project import DataSettings
from cnnstudio.decode.pictures import decode_picture
from cnnstudio.decode.resizing import fit_pictures
from cnnstudio.protocol.decoding import Worker
from cnnstudio.protocol.launch import studio_command
from cnnstudio.protocol.scanning import Stopped, scan
from tests.fakes.picture_files import (
    SMALL,
    bad_pictures,
    class_folders,
    odd_pictures,
    png,
    undecodable,
    write_all,
)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CNNSTUDIO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def scanned(path: Path, **options: object) -> tuple[Imported, Catalogue, np.ndarray]:
    facts = scan(path, **options).imported
    assert facts is not None
    catalogue = open_catalogue(facts.digest)
    pool = open_cached(own_pool_name(facts))
    assert catalogue is not None
    assert pool is not None
    assert len(pool) == len(catalogue) == len(catalogue.names) == facts.pictures
    return facts, catalogue, pool


def test_unusual_files_are_used_as_documented_and_bad_ones_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = class_folders(tmp_path / "data", {"cat": 2, "Cat": 1})
    odd, bad = odd_pictures(), bad_pictures()
    write_all(root / "odd", odd)
    write_all(root / "bad", {name: content for name, (content, _) in bad.items()})
    strange = undecodable(root / "odd")
    (root / "bad" / "photo.txt").write_bytes(png(8))
    for name in ("Thumbs.db", ".DS_Store", "._x.jpg", ".hidden.png"):
        (root / "odd" / name).write_bytes(png())
    (root / "__MACOSX" / "odd").mkdir(parents=True)
    (root / "__MACOSX" / "odd" / "._CON.png").write_bytes(b"x")
    (root / "nothing").mkdir()
    (root / "readme.txt").write_text("about these pictures")
    skipped = {"nothing": "nothing in this folder", "readme.txt": "in no folder of a class"}
    if hasattr(os, "mkfifo"):
        os.mkfifo(root / "odd" / "pipe.png")
        with socket.socket(socket.AF_UNIX) as listening, monkeypatch.context() as there:
            there.chdir(root / "odd")  # the path of a socket is short
            listening.bind("socket.png")
        (root / "odd" / "up").symlink_to(root)
        (root / "odd" / "to the root").symlink_to("/")
        (root / "odd" / "lost").symlink_to("nowhere")
        skipped |= {
            "odd/pipe.png": "a pipe, a socket or a device",
            "odd/socket.png": "a pipe, a socket or a device",
            "odd/up": "a link to a folder that is read anyway",
            "odd/to the root": "a link to a folder that is read anyway, or that holds this one",
            "odd/lost": "can't be read",
        }

    facts, catalogue, pool = scanned(root)

    assert facts.classes == ("Cat", "bad", "cat", "odd")
    assert not facts.uniform
    assert catalogue.ignored == 5
    refused = {one.name: str(one.reason) for one in catalogue.refused}
    skipped |= {f"bad/{name}": reason for name, (_, reason) in bad.items()}
    assert refused.keys() == skipped.keys()
    assert [name for name, part in skipped.items() if part not in refused[name]] == []

    files = {f"odd/{name}": root / "odd" / name for name in odd}
    files |= {"odd/caf\\xe9.png": strange, "bad/photo.txt": root / "bad" / "photo.txt"}
    files |= {f"{name}/{i}.png": root / name / f"{i}.png" for name, i in
              (("cat", 0), ("cat", 1), ("Cat", 0))}  # fmt: skip
    assert sorted(catalogue.names) == sorted(files)
    for index, name in enumerate(catalogue.names):
        expected = decode_picture(files[name], facts.shape)
        assert np.array_equal(pool[index], expected), name
        assert facts.classes[catalogue.labels[index]] == name.partition("/")[0]

    flags = dict(zip(catalogue.names, catalogue.flags.tolist(), strict=True))
    assert {name: flags[f"odd/{name}"] for name in odd if flags[f"odd/{name}"]} == {
        "really a jpeg.png": MISNAMED,
        "adobe cmyk.jpg": CMYK,
        "16 bit.png": DEEP,
        "float.tif": DEEP,
        "grey with alpha.png": TRANSPARENT,
        "palette.png": TRANSPARENT,
        **dict.fromkeys(("animated.gif", "animated.png", "two pages.tif"), ANIMATED),
        "animated.webp": ANIMATED,
        **{f"turned {n}.jpg": TURNED for n in range(2, 9)},
    }
    sizes = dict(zip(catalogue.names, catalogue.sizes.tolist(), strict=True))
    assert sizes["odd/1x10000.png"] == [1, 10_000]
    assert sizes["odd/turned 1.jpg"] == [12, 10]
    assert sizes["odd/turned 6.jpg"] == [10, 12]
    assert catalogue.modes["CMYK"] == 1


def test_a_folder_with_parts_and_an_archive_of_it_give_the_same(tmp_path: Path) -> None:
    root = tmp_path / "set"
    for part, count in (("train", 3), ("val", 1), ("test", 2)):
        class_folders(root / part, {"개": count, "고양이": count})
    decomposed = root / "train" / unicodedata.normalize("NFD", "개") / "twin.png"
    decomposed.parent.mkdir()
    decomposed.write_bytes(png(99))
    with zipfile.ZipFile(tmp_path / "set.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in root.rglob("*.png"):
            archive.write(file, Path("around") / file.relative_to(tmp_path))
        archive.writestr("../evil.png", png())
        archive.writestr("around/__MACOSX/._x", "x")
    folder, of_folder, pool = scanned(root)
    packed, of_archive, same_pool = scanned(tmp_path / "set.zip")
    assert folder.classes == packed.classes == ("개", "고양이")
    assert folder.counts == packed.counts == (0, 7, 2, 4)
    assert folder.shape == (12, 10, 3)
    assert folder.uniform
    assert list(of_folder.names) == list(of_archive.names)
    assert "train/개/twin.png" in of_folder.names
    assert np.array_equal(pool, same_pool)
    assert np.array_equal(of_folder.digests, of_archive.digests)
    assert [str(one.reason) for one in of_archive.refused] == ["Its name leads out of the archive."]
    assert not (tmp_path / "evil.png").exists()
    index = list(of_archive.names).index("train/개/twin.png")
    for facts in (folder, packed):
        order = PictureOrder(Path(facts.path), data=facts.digest, index=index)
        outcome, body = Worker(order).run()
        assert outcome.shape == (12, 10, 3)
        assert np.array_equal(np.frombuffer(body, np.uint8).reshape(12, 10, 3), SMALL ^ 99)


def test_it_is_opened_again_until_a_file_changes(tmp_path: Path, cache: Path) -> None:
    root = class_folders(tmp_path / "data", {"a": 3, "b": 3})
    facts, catalogue, _ = scanned(root)
    assert catalogue_of(root, {}) == facts.digest
    assert not changes(catalogue)
    (files,) = (cache / "pictures").iterdir()
    before = files.stat().st_mtime_ns, files.stat().st_ino
    assert scan(root).imported == facts
    assert (files.stat().st_mtime_ns, files.stat().st_ino) == before

    (root / "a" / "0.png").unlink()
    (root / "b" / "new.png").write_bytes(png(50))
    (root / "b" / "1.png").write_bytes(png(60))
    os.utime(root / "b" / "1.png", (1, 1))
    found = changes(catalogue)
    assert (found.added, found.removed, found.changed) == (
        ("b/new.png",), ("a/0.png",), ("b/1.png",),
    )  # fmt: skip
    again, newer, _ = scanned(root)
    assert again.digest != facts.digest
    assert list(newer.names) == ["a/1.png", "a/2.png", "b/0.png", "b/1.png", "b/2.png", "b/new.png"]
    assert changes(catalogue).unknown or changes(catalogue)
    root.rename(tmp_path / "moved")
    assert changes(newer).vanished
    moved, _, _ = scanned(tmp_path / "moved")
    assert moved.digest == again.digest


def test_another_size_is_made_from_the_files(tmp_path: Path) -> None:
    root = class_folders(tmp_path / "data", {"a": 2})
    write_all(root / "b", {"wide.png": odd_pictures()["1x10000.png"], "deep.png": png(9)})
    facts, catalogue, _ = scanned(root)
    settings = DataSettings(source="imported", imported=facts, size=(8, 6))
    for fit in FITS:
        heard: list[Progress] = []
        outcome, _ = Worker(PoolOrder(replace(settings, fit=fit)), heard.append).run()
        assert outcome.refused is None
        assert heard[-1] == Progress(DECODING, 4, 4)
        pool = open_cached(own_pool_name(facts, (8, 6), fit))
        assert pool is not None
        for picture, name in zip(pool, catalogue.names, strict=True):
            assert np.array_equal(picture, decode_picture(root / name, (8, 6, 3), fit)), name
    asked = scan(root, size=(4, 5), fit="pad").imported
    assert asked is not None
    assert (asked.shape, asked.options) == ((4, 5, 3), {"size": [4, 5]})
    pool = open_cached(own_pool_name(asked, None, "pad"))
    assert pool is not None
    assert np.array_equal(pool[0], decode_picture(root / "a" / "0.png", (4, 5, 3), "pad"))
    (root / "b" / "deep.png").write_bytes(png(10))
    outcome, _ = Worker(PoolOrder(replace(settings, size=(7, 7)))).run()
    assert "b/deep.png" in str(outcome.refused)
    assert "has changed or is gone" in str(outcome.refused)


def test_a_lost_cache_is_made_again(tmp_path: Path, cache: Path) -> None:
    root = class_folders(tmp_path / "data", {"a": 2, "b": 1})
    facts, _, pool = scanned(root)
    cache.rename(tmp_path / "old")
    settings = DataSettings(source="imported", imported=facts)
    outcome, _ = Worker(PoolOrder(settings)).run()
    assert outcome.refused is None
    again = open_cached(own_pool_name(facts))
    assert np.array_equal(again, pool)
    cache.rename(tmp_path / "older")
    (root / "a" / "0.png").unlink()
    outcome, _ = Worker(PoolOrder(settings)).run()
    assert "aren't those that the project was made with" in str(outcome.refused)
    assert not (cache / "pictures").exists()


def test_a_cancel_ends_all_processes_at_once_and_leaves_nothing(
    tmp_path: Path, cache: Path
) -> None:
    root = class_folders(tmp_path / "data", {"a": 600})
    heard: list[Progress] = []
    asked: list[float] = []

    def cancelled() -> bool:
        if any(progress.phase == DECODING for progress in heard):
            asked.append(time.monotonic())
        return bool(asked)

    with pytest.raises(Stopped):
        scan(root, cancelled=cancelled, progress=heard.append)
    assert time.monotonic() - asked[0] < 1.0  # a fifth of a second where nothing else runs
    assert psutil.Process().children(recursive=True) == []
    assert [path for path in cache.rglob("*") if path.is_file()] == []


def test_what_is_no_data_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write_all(tmp_path / "flat", {"1.png": png(), "2.png": png(1)})
    write_all(tmp_path / "bad" / "class", {"1.png": b"no picture"})
    (tmp_path / "note.txt").write_text("hello, world")
    for name, part in {
        "empty": "has no pictures in it",
        "flat": "has 2 files but no folders of classes",
        "bad": "Nothing in",
        "note.txt": "",
        "missing": "doesn't exist",
    }.items():
        with pytest.raises(BadInput) as caught:
            scan(tmp_path / name)
        assert part in str(caught.value)
        assert name in str(caught.value)
    with pytest.raises(BadInput, match="bytes that are no text"):
        scan(Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff")))


def test_arrays_go_the_same_way(tmp_path: Path) -> None:
    pictures = np.random.RandomState(0).randint(0, 256, (20, 9, 7), np.uint8)
    np.savez(tmp_path / "set.npz", x=pictures, y=np.arange(20) % 3)
    facts, catalogue, pool = scanned(tmp_path / "set.npz")
    assert (facts.shape, facts.uniform, facts.kind) == ((9, 7, 1), True, "npz")
    assert np.array_equal(pool[..., 0], pictures)
    assert catalogue.modes == {"L": 20}
    order = PictureOrder(tmp_path / "set.npz", data=facts.digest, index=5)
    outcome, body = Worker(order).run()
    assert outcome.shape == (9, 7, 1)
    assert body == pictures[5].tobytes()
    settings = DataSettings(source="imported", imported=facts, size=(4, 4))
    Worker(PoolOrder(settings)).run()
    resized = open_cached(own_pool_name(facts, (4, 4)))
    assert resized is not None
    assert np.array_equal(resized, fit_pictures(pictures[..., np.newaxis], (4, 4), "stretch"))


def test_a_scan_ends_with_the_process_that_asked_for_it(tmp_path: Path) -> None:
    root = class_folders(tmp_path / "data", {"a": 300, "b": 300})
    with private_folder() as folder:
        process = subprocess.Popen(
            [*studio_command(), "decode", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(order_line(ScanOrder(root)))
        process.stdin.flush()
        process.stdout.readline()
        workers = psutil.Process(process.pid).children()
        process.stdin.close()
        assert process.wait(10) == 1
        process.stdout.close()
        assert psutil.wait_procs(workers, 10)[1] == []
        assert not folder.exists()
