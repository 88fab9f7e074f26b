"""Writing a file so that at every moment either the old or the new one is there, whole.

A temporary file in the same folder is written, flushed to the disk and renamed over the target
(Pillai et al., "All File Systems Are Not Created Equal", OSDI 2014).
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.faults import SHARING_ERRORS, write_fault
from cnnstudio.core.text import T

_PATIENCE = 2.0  # seconds to wait for a program that has the target open (Windows)
_BINARY = getattr(os, "O_BINARY", 0)  # Windows
_STALE = 3600.0  # seconds after which a temporary file can only be a crash's leftover


def backup_path(path: Path) -> Path:
    """Where the previous version of `path` is kept."""
    return path.with_name(path.name + ".bak")


def write_atomically(path: Path, data: bytes, *, backup: bool = False) -> None:
    """Replaces the content of `path`; on any failure the old content is still there.

    A symbolic link is followed, permissions are kept, and a file that already has this content
    is left alone.

    Args:
        path: The file; its folder must exist.
        data: The new content.
        backup: Whether the previous version is kept beside it as ``.bak``.

    Raises:
        BadInput: When the path is at fault: a folder, a forbidden name, no permission.
        JobFailed: When the disk is full or breaks.
    """
    try:
        target = Path(os.path.realpath(path, strict=False)) if path.is_symlink() else path
        previous = _previous(target)
        if previous == data:
            return
        if backup and previous is not None:
            _replace(backup_path(target), previous)
        _replace(target, data)
    except OSError as error:
        raise write_fault(error, path, needed=len(data)) from error
    except ValueError as error:  # a NUL in the name
        raise BadInput(
            T("{file} can't be written: no file name has a NUL in it.", file=str(path))
        ) from error


@contextlib.contextmanager
def replacing(path: Path, suffix: str = "") -> Iterator[Path]:
    """Lets a library write a file that replaces `path` once the block has ended well.

    The block makes the file at the path it is given, beside `path` and with `suffix` at its end
    (some libraries choose the format by it). Whatever is raised in the block or afterwards, the old
    content is still there and nothing is left of the new one. A symbolic link is followed and
    permissions are kept.

    Raises:
        OSError: From the file system; see ``faults.write_fault``.
    """
    target = Path(os.path.realpath(path, strict=False)) if path.is_symlink() else path
    _check_replaceable(target)
    remove_leftovers(target)
    temporary = target.with_name(f"{_prefix(target)}{secrets.token_hex(4)}.tmp{suffix}")
    try:
        yield temporary
        descriptor = os.open(temporary, os.O_RDWR | _BINARY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        _put_in_place(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Puts the names in `folder` on the disk; a no-op where folders can't be opened (Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network file systems
            raise
    finally:
        os.close(descriptor)


def rename(source: Path, target: Path) -> None:
    """``os.replace``, patient with programs that have the target open for a moment (Windows)."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            os.replace(source, target)  # noqa: PTH105 — tests fail each call of os in turn
        except OSError as error:
            locked = getattr(error, "winerror", None) in SHARING_ERRORS
            if not locked or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def remove_leftovers(target: Path, *, older_than: float = _STALE) -> None:
    """Removes temporary files that crashes have left beside `target`."""
    for leftover in target.parent.glob(f"{_glob(_prefix(target))}*.tmp*"):
        with contextlib.suppress(OSError):  # litter is no reason to stop a save
            if time.time() - leftover.stat().st_mtime >= older_than:
                leftover.unlink()


def _previous(target: Path) -> bytes | None:
    """The present content; None if there is no file."""
    return target.read_bytes() if _check_replaceable(target) else None


def _check_replaceable(target: Path) -> bool:
    """Whether there is a file; raises OSError if it can't be replaced."""
    try:
        mode = os.stat(target).st_mode  # noqa: PTH116
    except FileNotFoundError:
        return False
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return True


def _replace(target: Path, data: bytes) -> None:
    remove_leftovers(target)
    temporary = target.with_name(f"{_prefix(target)}{secrets.token_hex(4)}.tmp")
    try:
        # By os.open, so that a new file gets the permissions the person's umask asks for.
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        _put_in_place(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(target.parent)


def _put_in_place(temporary: Path, target: Path) -> None:
    with contextlib.suppress(FileNotFoundError):  # a new file has no permissions to keep
        os.chmod(temporary, stat.S_IMODE(os.stat(target).st_mode))  # noqa: PTH101, PTH116
    rename(temporary, target)


def _prefix(target: Path) -> str:
    return f".{target.name[:40]}."


def _glob(text: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in text)
