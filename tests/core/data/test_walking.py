from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from cnnstudio.core.data.walking import walk
from tests.fakes.without_rights import run_without_rights


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x")


def test_files_come_in_the_order_of_their_composed_names(tmp_path: Path) -> None:
    composed, apart = (unicodedata.normalize(form, "가") for form in ("NFC", "NFD"))
    names = [f"b/{apart}.png", "b/10.png", "b/9.png", "a/z.png", f"b/{composed}.png", "c.png",
             "a b/{x}\n.png"]  # fmt: skip
    touch(tmp_path, *names)
    strange = os.fsencode(tmp_path) + b"/a/\xff.png"
    Path(os.fsdecode(strange)).write_text("x")
    heard: list[int] = []
    found = walk(str(tmp_path), heard.append)
    assert found.paths == [
        "a b/{x}\n.png", "a/z.png", os.fsdecode(b"a/\xff.png"), "b/10.png", "b/9.png",
        f"b/{apart}.png", f"b/{composed}.png", "c.png",
    ]  # fmt: skip
    status = (tmp_path / "c.png").stat()
    assert found.sizes[-1] == status.st_size
    assert found.times[-1] == status.st_mtime_ns


def test_each_folder_is_visited_once(tmp_path: Path) -> None:
    root, beside = tmp_path / "root", tmp_path / "beside"
    touch(root, "a/1.png")
    touch(beside, "2.png", "deeper/3.png")
    (root / "out").symlink_to(beside)
    (root / "out again").symlink_to(beside)
    (root / "inside").symlink_to(root / "a")
    (root / "itself").symlink_to("itself")
    (beside / "deeper" / "back").symlink_to(beside)
    (root / "file.png").symlink_to(beside / "2.png")
    found = walk(str(root))
    assert found.paths == ["a/1.png", "file.png", "out/2.png", "out/deeper/3.png"]
    assert [name for name, _ in found.skipped] == [
        "inside", "itself", "out again", "out/deeper/back",
    ]  # fmt: skip


def test_what_may_not_be_read_is_listed_and_the_rest_found(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.png", "locked/2.png", "b/3.png")
    tmp_path.chmod(0o755)
    (tmp_path / "locked").chmod(0)
    program = """
        from cnnstudio.core.data.walking import walk
        from cnnstudio.decode.files import read_regular
        drop_rights()
        found = walk(".")
        print(found.paths, [(name, str(why)) for name, why in found.skipped])
        try:
            read_regular(b"locked/2.png")
        except OSError as error:
            print(type(error).__name__)
    """
    try:
        printed = run_without_rights(program, tmp_path)
    finally:
        (tmp_path / "locked").chmod(0o755)
    assert "['a/1.png', 'b/3.png']" in printed
    assert "('locked', \"It can't be read: you have no permission." in printed
    assert "PermissionError" in printed


def test_a_root_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        walk(str(tmp_path / "gone"))
