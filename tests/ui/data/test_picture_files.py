"""The file of a picture, with a name that only the disk has, and the file manager."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from cnnstudio.core.data.imported import Imported
from cnnstudio.core.data.whereabouts import Whereabouts, whereabouts_path, write_whereabouts
from cnnstudio.ui.data.picture_files import file_of, show_in_file_manager

DECOMPOSED = "\u1100\u1169/1.png"  # as a Mac writes it


def facts(path: Path) -> Imported:
    return Imported(path=str(path), digest="cd" * 32, classes=("고",), counts=(2, 0, 0, 0))


def test_a_picture_has_the_path_its_file_system_spells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNSTUDIO_CACHE", str(tmp_path / "cache"))
    own = facts(tmp_path / "data")
    assert file_of(own, 0) == tmp_path / "data", "nobody knows better"
    place = whereabouts_path(own.digest, Path(own.path), own.options)
    place.parent.mkdir(parents=True)
    write_whereabouts(
        place,
        Whereabouts(
            digest=own.digest,
            path=own.path,
            options={},
            root=own.path,
            files=["notes.txt", DECOMPOSED],
            sizes=np.zeros(2, np.int64),
            times=np.zeros(2, np.int64),
            walked=True,
            picks=np.array([1]),
            spans=np.zeros((0, 5), np.int64),
        ),
    )
    assert str(file_of(own, 0)) == str(tmp_path / "data" / DECOMPOSED)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="starts a program there")
def test_the_file_manager_opens_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def take(url: QUrl) -> bool:
        opened.append(url.toLocalFile())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", take)
    (tmp_path / "1.png").touch()
    assert show_in_file_manager(tmp_path / "1.png")
    assert not show_in_file_manager(tmp_path / "2.png")
    assert [Path(each) for each in opened] == [tmp_path]
