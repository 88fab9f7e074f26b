"""The file a picture comes from: where it is, shown in the system's file manager."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices

from cnnstudio.core.data.imported import Imported
from cnnstudio.core.data.whereabouts import place_of


def file_of(own: Imported, number: int) -> Path:
    """The file of a picture of a person's own data; the archive or array file it is in otherwise.

    Args:
        own: The facts of the data.
        number: The picture's number in the catalogue.
    """
    place = place_of(Path(own.path), own.options, own.digest)
    if place is None or number >= len(place.picks):
        return Path(own.path)
    return Path(place.root, place.files[int(place.picks[number])])


def show_in_file_manager(path: Path) -> bool:
    """Opens the system's file manager at a file, marked there where the system can do that.

    Returns:
        Whether the file is there and something was started.
    """
    if not path.exists():
        return False
    if sys.platform == "darwin":
        return QProcess.startDetached("open", ["-R", str(path)])[0]
    if sys.platform == "win32":
        return QProcess.startDetached("explorer", [f"/select,{path}"])[0]
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
