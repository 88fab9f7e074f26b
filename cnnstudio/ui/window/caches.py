"""The caches a person can empty: how large they are, and emptying them."""

from __future__ import annotations

import shutil
from pathlib import Path


def folder_size(folder: Path) -> int:
    """The bytes of all files in a folder; 0 if it isn't there."""
    sizes = 0
    for file in folder.rglob("*"):
        try:
            if file.is_file():
                sizes += file.stat().st_size
        except OSError:  # removed in the meantime
            continue
    return sizes


def empty_folder(folder: Path) -> None:
    """Removes what is in a folder. What is in use on Windows stays until next time."""
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            try:
                entry.unlink()
            except OSError:
                continue


def size_text(size: int) -> str:
    """Bytes as a person reads them: ``47.1 MB``."""
    value = float(size)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f}\u2009{unit}" if unit == "B" else f"{value:.1f}\u2009{unit}"
        value /= 1000
    return f"{value:.1f}\u2009GB"
