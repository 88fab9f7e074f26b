"""An archive of a folder of class folders: a zip, or a tar, compressed or not.

Nothing is unpacked to the disk under a name of the archive's. Members are read from their place in
the file; of a compressed tar the plain tar is made first, as one file in a private folder.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import tarfile
import tempfile
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

import numpy as np

from cnnstudio.core.data.catalogue import Refused
from cnnstudio.core.data.orders import LISTING, UNPACKING
from cnnstudio.core.data.walking import is_familiar, normal
from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.faults import show_bytes, write_fault
from cnnstudio.core.text import T, Text
from cnnstudio.decode.files import LARGEST_FILE, open_regular
from cnnstudio.decode.members import BZIPPED, DEFLATED, PLAIN, STORED
from cnnstudio.decode.sources.folder import check_classes
from cnnstudio.decode.sources.listing import Listing, Members, Tell
from cnnstudio.decode.sources.tree import shown, tree_of

KIND = "archive"

_OPENERS: dict[bytes, Callable[[BinaryIO], IO[bytes]]] = {
    b"\x1f\x8b": lambda file: cast(IO[bytes], gzip.GzipFile(fileobj=file)),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
_DAMAGED = (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError, OSError,
            ValueError, NotImplementedError)  # fmt: skip
_CHUNK = 2**20
_BOMB, _RATIO = 2**30, 100  # bytes and growth from which on an archive isn't unpacked
_BATCH = 1_000  # members between two words about how far it is
_ENCRYPTED = 1  # of a zip member's flags
_UTF8 = 0x800


class _Members:
    """What was found in an archive so far."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self.paths: list[str] = []
        self.spans = array("q")
        self.refused: list[Refused] = []
        self.ignored = 0
        self._taken: set[str] = set()

    def add(self, name: str, span: tuple[int, int, int, int, int], reason: Text | None) -> None:
        """Takes a member, or leaves it out for a reason."""
        folders = [folder for folder in name.split("/") if folder not in ("", ".")]
        if any(map(is_familiar, folders)) and ".." not in folders:
            self.ignored += 1
            return
        path = "/".join(folders)
        reason = reason or self._reason(name, folders, span[2])
        if reason is not None:
            self.refused.append(Refused(shown(path), reason))
            return
        self._taken.add(path)
        self.paths.append(path)
        self.spans.extend(span)
        if len(self.paths) % _BATCH == 0:
            self._tell(LISTING, len(self.paths), 0)

    def _reason(self, name: str, folders: list[str], size: int) -> Text | None:
        if name[:1] == "/" or ".." in folders or name[1:2] == ":" or "\0" in name:
            return T("Its name leads out of the archive.")
        if "/".join(folders) in self._taken:
            return T("The archive has another file of this name before it.")
        if size == 0:
            return T("It is empty (0 bytes).")
        if size > LARGEST_FILE:
            return T(
                "It is too large ({size}); files of up to {limit} are read.",
                size=show_bytes(size),
                limit=show_bytes(LARGEST_FILE),
            )
        return None


def recognises(path: Path) -> bool:
    """Whether `path` is one, by its content."""
    try:
        with open_regular(path) as file:
            head = file.read(512)
    except BadInput:
        return False
    packed = any(head.startswith(magic) for magic in _OPENERS)
    return packed or head.startswith(b"PK\x03\x04") or head[257:262] == b"ustar"


def read(path: Path, options: Mapping[str, Any], tell: Tell, folder: Path) -> Listing:
    """Finds the files in an archive.

    Args:
        path: The archive.
        options: Answers to questions; none are asked.
        tell: Gets the number of files so far.
        folder: Where a plain tar may be made.

    Raises:
        BadInput: When the archive is damaged, encrypted or a bomb, or has no folders of classes.
        JobFailed: When the disk is full.
    """
    members = _Members(tell)
    plain = path.absolute()
    try:
        with open_regular(path) as file:
            is_zip = file.read(4) == b"PK\x03\x04"
        if is_zip:
            _list_zip(path, members)
        else:
            plain = plain_tar(path, folder, tell)
            _list_tar(plain, members)
    except _DAMAGED as error:
        raise BadInput(
            T(
                "{file} is a damaged or incomplete archive ({reason}); perhaps a download stopped. "
                "Get it again.",
                file=str(path),
                reason=str(error) or type(error).__name__,
            )
        ) from error
    tell(LISTING, len(members.paths), 0)
    spans = np.array(members.spans, np.int64).reshape(-1, 5)
    order = sorted(
        range(len(members.paths)), key=lambda i: (normal(members.paths[i]), members.paths[i])
    )
    paths = [members.paths[i] for i in order]
    tree = tree_of(paths)
    if not tree.classes and members.refused:
        raise _nothing_left(path, members.refused[0])
    check_classes(tree, path, len(paths))
    return Listing(
        kind=KIND,
        classes=tree.classes,
        names=tree.names,
        labels=tree.labels,
        given=tree.given,
        place=Members(
            str(plain),
            [paths[number] for number in tree.chosen.tolist()],
            spans[order][tree.chosen],
            temporary=plain.parent == folder,
        ),
        refused=(*members.refused, *tree.refused),
        ignored=members.ignored,
        sources=(str(path.absolute()),),
        options=dict(options),
    )


def plain_tar(path: Path, folder: Path, tell: Tell) -> Path:
    """The tar itself: `path`, or where that is compressed a new file in `folder`.

    Raises:
        BadInput: When it is a bomb.
        JobFailed: When the disk is full.
        OSError, EOFError, zlib.error, lzma.LZMAError: When it is damaged.
    """
    with open_regular(path) as file:
        opener = _opener(file)
        if opener is None:
            return path.absolute()
        packed = path.stat().st_size
        limit = max(_BOMB, _RATIO * packed)

        def tell_read() -> None:
            tell(UNPACKING, file.tell() // 10**6, packed // 10**6)

        with opener(file) as stream:
            return _unpacked(stream, path, folder, limit, tell_read)


@contextlib.contextmanager
def opened_plain(path: Path) -> Iterator[BinaryIO]:
    """Opens an archive for looking at one member; a compressed tar is unpacked up to there.

    Raises:
        BadInput: When it can't be opened.
    """
    with open_regular(path) as file:
        opener = _opener(file)
        if opener is None:
            yield file
            return
        with opener(file) as stream:
            yield cast(BinaryIO, stream)


def _opener(file: BinaryIO) -> Callable[[BinaryIO], IO[bytes]] | None:
    head = file.read(6)
    file.seek(0)
    return next((one for magic, one in _OPENERS.items() if head.startswith(magic)), None)


def _unpacked(
    stream: IO[bytes], path: Path, folder: Path, limit: int, tell_read: Callable[[], None]
) -> Path:
    written = 0
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".tar", delete=False) as plain:
        while chunk := stream.read(_CHUNK):
            written += len(chunk)
            tell_read()
            if written > limit:
                raise BadInput(
                    T(
                        "{file} becomes more than {limit} when it is unpacked, as no archive of "
                        "pictures does. It isn't read further.",
                        file=str(path),
                        limit=show_bytes(limit),
                    )
                )
            try:
                plain.write(chunk)
            except OSError as error:
                raise write_fault(error, folder / "unpacked", needed=written) from error
    return Path(plain.name)


def _list_tar(path: Path, members: _Members) -> None:
    link, special = T("It is a link inside the archive."), T("It is no file.")
    with tarfile.open(path, "r:", encoding="utf-8", errors="surrogateescape") as tar:
        while (member := tar.next()) is not None:
            tar.members.clear()  # type: ignore[attr-defined]  # they take a gigabyte per million
            if member.isdir():
                continue
            reason = None
            if not member.isreg() or member.sparse is not None:
                reason = link if member.islnk() or member.issym() else special
            span = (member.offset_data, member.size, member.size, PLAIN, -1)
            members.add(member.name, span, reason)


def _list_zip(path: Path, members: _Members) -> None:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.is_dir():
                continue
            reason = None
            if member.flag_bits & _ENCRYPTED:
                reason = T("It is encrypted. Unpack the archive with its password first.")
            elif (member.external_attr >> 16) & 0o170000 == 0o120000:
                reason = T("It is a link inside the archive.")
            elif member.compress_type not in (STORED, DEFLATED, BZIPPED):
                reason = T("It is compressed in a way that isn't supported.")
            members.add(
                _zip_name(member).replace("\\", "/"),
                (
                    member.header_offset,
                    member.compress_size,
                    member.file_size,
                    member.compress_type,
                    member.CRC,
                ),
                reason,
            )


def _zip_name(member: zipfile.ZipInfo) -> str:
    """The name of a member; older Korean programs write theirs in their own code page."""
    if member.flag_bits & _UTF8 or member.orig_filename.isascii():
        return member.orig_filename
    raw = member.orig_filename.encode("cp437")
    for encoding in ("utf-8", "cp949"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.orig_filename


def _nothing_left(path: Path, first: Refused) -> BadInput:
    return BadInput(
        T(
            "Nothing in {folder} can be used. {name}, for one: {reason}",
            folder=str(path),
            name=first.name,
            reason=first.reason,
        )
    )
