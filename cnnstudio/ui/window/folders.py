"""Folders that file dialogs begin in, remembered for each purpose."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings


def kept_folder(settings: QSettings, purpose: str) -> Path:
    """The folder of last time if it is still there, else the person's home.

    Args:
        settings: Where it is kept.
        purpose: What it is for, such as "import".
    """
    kept = settings.value(f"{purpose}/folder")
    folder = Path(str(kept)) if kept else Path.home()
    return folder if folder.is_dir() else Path.home()


def keep_folder(settings: QSettings, purpose: str, folder: Path) -> None:
    """Remembers a folder for the next time."""
    settings.setValue(f"{purpose}/folder", str(folder))
