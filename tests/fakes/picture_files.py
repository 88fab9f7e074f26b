"""Picture files as people have them: sound, unusual, damaged and hostile; made here, not loaded."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

RANDOM = np.random.RandomState(0)
SMALL = RANDOM.randint(0, 256, (12, 10, 3), np.uint8)


def encoded(picture: Image.Image | np.ndarray, form: str, **options: object) -> bytes:
    """A picture as the bytes of a file."""
    image = Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def png(number: int = 0) -> bytes:
    """A small colour picture, another one for each number."""
    return encoded(SMALL ^ np.uint8(number % 256), "PNG")


def bomb(side: int) -> bytes:
    """A PNG of a few bytes that says it has so many rows and columns."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + header + data + chunk(b"IEND", b"")


def turned(orientation: int) -> bytes:
    """A JPEG whose EXIF data ask for it to be turned upright."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(SMALL, "JPEG", exif=exif)


def with_bad_crc() -> bytes:
    """A PNG whose pixels don't agree with their checksum."""
    content = bytearray(png())
    at = content.index(b"IDAT") + 10
    content[at] ^= 0xFF
    return bytes(content)


def animation(form: str) -> bytes:
    """A picture of two frames, the second one inverted."""
    first = Image.fromarray(SMALL)
    return encoded(first, form, save_all=True, append_images=[Image.fromarray(255 - SMALL)])


def odd_pictures() -> dict[str, bytes]:
    """Files that can be used, by name: every unusual mode, and formats under other names."""
    deep = (np.arange(120, dtype=np.uint16) * 546).reshape(12, 10)
    return {
        "CON.png": png(1),
        "UPPER.JPG": encoded(SMALL, "JPEG"),
        "no ending": encoded(SMALL, "BMP"),
        "really a jpeg.png": encoded(SMALL, "JPEG", quality=80),
        "adobe cmyk.jpg": encoded(Image.fromarray(SMALL).convert("CMYK"), "JPEG"),
        "16 bit.png": encoded(deep, "PNG"),
        "float.tif": encoded(deep.astype(np.float32) / 65535, "TIFF"),
        "grey with alpha.png": encoded(Image.fromarray(SMALL).convert("LA"), "PNG"),
        "palette.png": encoded(
            Image.fromarray(SMALL).convert("P"), "PNG", transparency=b"\x00\xff" * 8
        ),
        "one bit.png": encoded(Image.fromarray(SMALL).convert("1"), "PNG"),
        "animated.gif": animation("GIF"),
        "animated.png": animation("PNG"),
        "animated.webp": animation("WEBP"),
        "two pages.tif": animation("TIFF"),
        "1x1.png": encoded(SMALL[:1, :1], "PNG"),
        "1x10000.png": encoded(np.zeros((1, 10_000, 3), np.uint8), "PNG"),
        **{f"turned {n}.jpg": turned(n) for n in range(1, 9)},
        "이름 {x} 😀.png": png(2),
        "two\nlines.png": png(3),
        "trailing dot.": png(4),
        "trailing space ": png(5),
        "n" * 251 + ".png": png(6),
    }


def bad_pictures() -> dict[str, tuple[bytes, str]]:
    """Files that can't be used, by name, and a part of the reason."""
    jpeg = encoded(RANDOM.randint(0, 256, (80, 80, 3), np.uint8), "JPEG")
    return {
        "empty.png": (b"", "It is empty"),
        "cut.jpg": (jpeg[: len(jpeg) // 2], "damaged or incomplete"),
        "text.png": (b"not a picture", "isn't a picture the studio reads"),
        "crc.png": (with_bad_crc(), "damaged or incomplete"),
        "bomb.png": (bomb(60_000), "too large (3.6 gigapixels)"),
        "photo.heic": (b"\0\0\0\x18ftypheic" + bytes(20), "It is HEIC, which isn't supported"),
        "photo.avif": (b"\0\0\0\x18ftypavif" + bytes(20), "It is AVIF"),
        "drawing.svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "It is SVG"),
        "layers.psd": (b"8BPS\0\1" + bytes(30), "It is PSD"),
        "ghost.eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "It is EPS"),
        "camera.raw": (b"FUJIFILMCCD-RAW 0201", "It is RAW"),
    }


def write_all(folder: Path, files: dict[str, bytes]) -> None:
    """Writes files into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def class_folders(root: Path, classes: dict[str, int]) -> Path:
    """Writes so many different small pictures into a folder for each class."""
    number = 0
    for name, count in classes.items():
        (root / name).mkdir(parents=True)
        for position in range(count):
            (root / name / f"{position}.png").write_bytes(png(number))
            number += 1
    return root


def undecodable(folder: Path) -> Path:
    """A file whose name is no UTF-8 text, with a picture in it."""
    path = Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.png"))
    path.write_bytes(png(7))
    return path
