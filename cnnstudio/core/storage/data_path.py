"""Where a project's own pictures are, as its file says it.

In memory the path is absolute. In the file it is relative where the pictures lie beneath the
project's folder or beside it, so that both can be moved together; always with ``/``.
"""

from __future__ import annotations

import os
from pathlib import Path, PureWindowsPath

_HOME = "~"


def written(path: str, folder: Path | None = None) -> str:
    """How a path is written into a file.

    Args:
        path: The path, absolute.
        folder: The folder of the project's file, absolute; None for a file that has no place.
    """
    relative = _relative(path, folder) if folder is not None else None
    return path if relative is None else relative


def read(text: str, folder: Path | None = None) -> str:
    """The path that is written in a file; absolute where it is one of this system.

    ``~`` is the person's home. Relative paths with ``\\`` in them are taken as Windows writes them
    where nothing is called so.

    Args:
        text: What the file says.
        folder: The folder of the project's file, absolute; None to leave relative paths alone.
    """
    if text == _HOME or text.startswith((_HOME + "/", _HOME + "\\")):
        return os.path.join(Path.home(), *text.replace("\\", "/").split("/")[1:])  # noqa: PTH118
    if folder is None or _stands_alone(text):
        return text
    found = _joined(folder, text)
    if "\\" in text and not _is_there(found):
        return _joined(folder, text.replace("\\", "/"))
    return found


def _relative(path: str, folder: Path) -> str | None:
    """The path from `folder`, if it is beneath it or beneath the folder around it."""
    there, around = Path(path), folder.parent
    if not there.is_absolute():
        return None
    if there.is_relative_to(folder):
        relative = there.relative_to(folder).as_posix()
    elif around != around.parent and there.is_relative_to(around):
        relative = Path("..", there.relative_to(around)).as_posix()
    else:
        return None  # also where the folder around it is the root, beneath which is everything
    if "\\" in relative:
        return None  # it could be read as Windows' separator
    return f"./{relative}" if relative.startswith(_HOME) or _stands_alone(relative) else relative


def _stands_alone(text: str) -> bool:
    """Whether it is an absolute path, of whatever system."""
    return os.path.isabs(text) or text.startswith(("/", "\\")) or bool(PureWindowsPath(text).drive)  # noqa: PTH117


def _joined(folder: Path, text: str) -> str:
    return os.path.normpath(os.path.join(folder, text))  # noqa: PTH118


def _is_there(path: str) -> bool:
    return os.path.lexists(path)
