"""Opening a file a person named, with a sentence for one that can't be opened."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import BinaryIO

from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import T


def open_regular(path: Path) -> BinaryIO:
    """Opens `path` for reading; a pipe or device is refused, since opening one could wait forever.

    Raises:
        BadInput: When `path` is missing, can't be read, is empty or isn't a file.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise BadInput(T("{file} is a folder; a file is needed.", file=str(path)))
        if not stat.S_ISREG(status.st_mode):
            raise BadInput(
                T("{file} is a pipe or a device; a file is needed.", file=str(path)),
            )
        if status.st_size == 0:
            raise BadInput(
                T(
                    "{file} is empty (0 bytes); perhaps a copy was interrupted. Copy it again.",
                    file=str(path),
                )
            )
        return path.open("rb")
    except FileNotFoundError as error:
        raise BadInput(T("There is no file {file}. Check its name.", file=str(path))) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(
            T(
                "{file} can't be read: {reason}. Check its permissions, or copy it elsewhere.",
                file=str(path),
                reason=reason,
            )
        ) from error
