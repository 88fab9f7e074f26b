from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from cnnstudio.core.errors import BadInput
from cnnstudio.decode.files import Unusable
from cnnstudio.decode.members import read_member
from cnnstudio.decode.sources import archive
from cnnstudio.decode.sources.listing import Listing, Members
from tests.fakes.picture_files import png


def nobody(_phase: str, _done: int, _total: int) -> None: ...


def read(path: Path) -> Listing:
    assert archive.recognises(path)
    (path.parent / "private").mkdir(exist_ok=True)
    return archive.read(path, {}, nobody, path.parent / "private")


def contents(listing: Listing) -> dict[str, bytes]:
    place = listing.place
    assert isinstance(place, Members)
    with Path(place.file).open("rb") as file:
        return {
            name: read_member(file, *span.tolist())
            for name, span in zip(listing.names, place.spans, strict=True)
        }


def tar_of(files: dict[str, bytes], *links: tarfile.TarInfo) -> bytes:
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        for link in links:
            tar.addfile(link)
    return body.getvalue()


GOOD = {"a/1.png": png(1), "b/가 {x} 😀.png": png(2), "b/" + "n" * 200 + ".png": png(3)}
EVIL = ("../up.png", "/abs.png", "C:/drive.png", "a/../../up.png")


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_a_tar_is_read_in_place_whatever_its_members_are_called(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    soft, hard, device = (tarfile.TarInfo(f"a/{name}") for name in ("soft", "hard", "device"))
    soft.type, soft.linkname = tarfile.SYMTYPE, "/etc/passwd"
    hard.type, hard.linkname = tarfile.LNKTYPE, "a/1.png"
    device.type = tarfile.CHRTYPE
    files = GOOD | dict.fromkeys(EVIL, png()) | {"a/._1.png": b"x", "b/empty.png": b""}
    (tmp_path / "set.bin").write_bytes(pack(tar_of(files, soft, hard, device)))
    listing = read(tmp_path / "set.bin")
    assert contents(listing) == GOOD
    assert listing.classes == ("a", "b")
    assert listing.ignored == 1
    reasons = [str(one.reason) for one in listing.refused]
    assert reasons.count("Its name leads out of the archive.") == len(EVIL)
    assert reasons.count("It is a link inside the archive.") == 2
    assert len(reasons) == len(EVIL) + 4
    assert {path.name for path in tmp_path.iterdir()} == {"set.bin", "private"}


def test_a_zip_is_read_in_place(tmp_path: Path) -> None:
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for name, method in zip(GOOD, (0, 8, 12), strict=True):
            packed.writestr(name, GOOD[name], method)
        packed.writestr("b\\back.png", png(4))
        link = zipfile.ZipInfo("a/link.png")
        link.external_attr = 0o120777 << 16
        packed.writestr(link, "/etc/passwd")
        packed.writestr("a/lzma.png", png(5), zipfile.ZIP_LZMA)
        for name in EVIL:
            packed.writestr(name, png())
        with pytest.warns(UserWarning, match="Duplicate"):
            packed.writestr("a/1.png", png(6))
    listing = read(path)
    assert contents(listing) == GOOD | {"b/back.png": png(4)}
    refused = {one.name: str(one.reason) for one in listing.refused}
    assert "is a link" in refused["a/link.png"]
    assert "isn't supported" in refused["a/lzma.png"]
    assert "another file of this name" in refused["a/1.png"]
    assert len(refused) == 3 + len({name.lstrip("/") for name in EVIL})


def test_korean_names_of_old_programs_are_read(tmp_path: Path) -> None:
    path = tmp_path / "old.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("xxxx/1.png", png())
    path.write_bytes(path.read_bytes().replace(b"xxxx", "개와".encode("cp949")))
    assert read(path).classes == ("개와",)


def test_encrypted_members_and_damaged_ones_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a/1.png", png(1))
        packed.writestr("a/2.png", png(2))
    content = bytearray(path.read_bytes())
    second = content.rindex(b"PK\x01\x02")
    content[second + 8] |= 1
    content[40] ^= 0xFF
    path.write_bytes(content)
    listing = read(path)
    assert "encrypted" in str(listing.refused[0].reason)
    with pytest.raises(Unusable) as caught:
        contents(listing)
    assert "damaged inside the archive" in str(caught.value.reason)


def test_a_member_that_lies_about_its_size_never_fills_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a/1.png", bytes(50_000_000))
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02") + 24
    content[at : at + 4] = struct.pack("<I", 1000)
    path.write_bytes(content)
    listing = read(path)
    with pytest.raises(Unusable) as caught:
        contents(listing)
    assert "damaged inside" in str(caught.value.reason)
    content[at : at + 4] = struct.pack("<I", 2**31)
    path.write_bytes(content)
    with pytest.raises(BadInput, match="too large"):
        read(path)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (gzip.compress(tar_of(GOOD))[:-30], "damaged or incomplete"),
        (lzma.compress(tar_of(GOOD))[:200], "damaged or incomplete"),
        (gzip.compress(b"only text"), "damaged or incomplete"),
        (tar_of({"1.png": png()}), "no folders of classes"),
        (b"PK\x03\x04" + bytes(100), "damaged or incomplete"),
        (tar_of({"../1.png": png()}), "Nothing in"),
    ],
)
def test_a_damaged_archive_is_refused(tmp_path: Path, content: bytes, part: str) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(BadInput) as caught:
        read(tmp_path / "x")
    assert part in str(caught.value)
    assert str(tmp_path / "x") in str(caught.value)


def test_a_bomb_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_BOMB", 2**20)
    (tmp_path / "x").write_bytes(lzma.compress(bytes(2**25)))
    with pytest.raises(BadInput, match="as no archive of pictures does"):
        read(tmp_path / "x")
    assert sum(file.stat().st_size for file in (tmp_path / "private").iterdir()) < 2**22
