"""What the operating system says about a file, as a sentence with a remedy."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from cnnstudio.core.errors import BadInput, JobFailed, StudioError
from cnnstudio.core.text import T, Text

# ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION: another program, often a
# virus scanner, has the file open.
SHARING_ERRORS = frozenset({5, 32, 33})
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_READ_ONLY = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def write_fault(error: OSError, path: Path, needed: int = 0) -> StudioError:
    """Says why `path` could not be written; what was there before is still there.

    Args:
        error: What the operating system said.
        path: The file or folder the person named.
        needed: Bytes that were to be written, 0 if unknown.
    """
    file = str(path)
    if error.errno in _NO_SPACE:
        return JobFailed(
            T(
                "{file} could not be written: there is no room left ({free} free, {needed} "
                "needed). Free some space or choose another folder; what was there is unharmed.",
                file=file,
                free=_free(path),
                needed=show_bytes(needed),
            )
        )
    if getattr(error, "winerror", None) in SHARING_ERRORS:
        return JobFailed(
            T(
                "{file} could not be written: another program has it open. Close it there or "
                "choose another name.",
                file=file,
            )
        )
    if error.errno in _READ_ONLY:
        return BadInput(
            T(
                "{file} can't be written: you have no permission, or the file or disk is "
                "read-only. Choose another folder.",
                file=file,
            )
        )
    if error.errno == errno.EISDIR:
        return BadInput(
            T("{file} can't be written: it is a folder. Choose a file name.", file=file)
        )
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return BadInput(
            T(
                "{file} can't be written: the folder {folder} doesn't exist. Make it or choose "
                "another.",
                file=file,
                folder=str(path.parent),
            )
        )
    if error.errno in (errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ):
        return BadInput(
            T(
                "{file} can't be written: the system doesn't take this name (too long, or with "
                "characters it forbids). Choose another name.",
                file=file,
            )
        )
    if error.errno == errno.ELOOP:
        return BadInput(
            T(
                "{file} can't be written: its symbolic link leads back to itself. Choose another "
                "name.",
                file=file,
            )
        )
    return JobFailed(
        T(
            "{file} could not be written ({reason}). Try again or choose another folder; what "
            "was there is unharmed.",
            file=file,
            reason=_reason(error),
        )
    )


def read_fault(error: OSError, path: Path) -> BadInput:
    """Says why `path` could not be read."""
    file = str(path)
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return BadInput(T("{file} doesn't exist. Check the path.", file=file))
    if error.errno == errno.EISDIR:
        return BadInput(T("{file} is a folder. Choose a file.", file=file))
    if error.errno in _READ_ONLY:
        return BadInput(
            T(
                "{file} can't be read: you have no permission. Change its permissions or copy it.",
                file=file,
            )
        )
    return BadInput(
        T(
            "{file} can't be read ({reason}). Check that its disk is connected and the name is "
            "right.",
            file=file,
            reason=_reason(error),
        )
    )


def show_bytes(count: int) -> str:
    """A number of bytes for a person: ``4.4 MB``."""
    amount, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.3g} {unit}"


def _free(path: Path) -> str | Text:
    try:
        return show_bytes(shutil.disk_usage(path.parent).free)
    except OSError:
        return T("an unknown amount")


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
