from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnstudio.core.errors import BadInput
from cnnstudio.decode.pictures import decode_picture

RANDOM = np.random.RandomState(0)
GREY = RANDOM.randint(0, 256, (28, 28), np.uint8)
COLOUR = RANDOM.randint(0, 256, (28, 28, 3), np.uint8)


def saved(folder: Path, picture: Image.Image, name: str, **options: object) -> Path:
    picture.save(folder / name, **options)
    return folder / name


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.gif", "a.tiff", "a.pgm"])
def test_a_picture_of_the_right_size_comes_back_unchanged(tmp_path: Path, name: str) -> None:
    file = saved(tmp_path, Image.fromarray(GREY), name)
    assert np.array_equal(decode_picture(file, (28, 28, 1))[..., 0], GREY)


def test_colour_and_grey_become_each_other(tmp_path: Path) -> None:
    grey = saved(tmp_path, Image.fromarray(GREY), "grey.png")
    colour = saved(tmp_path, Image.fromarray(COLOUR), "colour.webp", lossless=True)
    assert np.array_equal(decode_picture(grey, (28, 28, 3)), np.repeat(GREY[..., None], 3, 2))
    assert np.array_equal(decode_picture(colour, (28, 28, 3)), COLOUR)
    expected = np.asarray(Image.fromarray(COLOUR).convert("L"))
    assert np.array_equal(decode_picture(colour, (28, 28, 1))[..., 0], expected)


def test_another_size_is_stretched_bilinearly(tmp_path: Path) -> None:
    file = saved(tmp_path, Image.fromarray(COLOUR), "a.png")
    expected = Image.fromarray(COLOUR).resize((9, 40), Image.Resampling.BILINEAR)
    assert np.array_equal(decode_picture(file, (40, 9, 3)), np.asarray(expected))


def test_the_content_decides_not_the_name(tmp_path: Path) -> None:
    file = saved(tmp_path, Image.fromarray(GREY), "a.png").rename(tmp_path / "코트.JPG")
    assert np.array_equal(decode_picture(file, (28, 28, 1))[..., 0], GREY)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_upright(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    upright = Image.fromarray(GREY[:20])
    stored = upright if undo is None else upright.transpose(undo)
    file = saved(tmp_path, stored, "a.png", exif=exif)
    assert np.array_equal(decode_picture(file, (20, 28, 1))[..., 0], GREY[:20])


def test_sixteen_bits_are_scaled_not_clipped(tmp_path: Path) -> None:
    deep = GREY.astype(np.uint16) * 257
    for name in ("a.png", "a.tiff", "a.pgm"):
        file = saved(tmp_path, Image.fromarray(deep), name)
        assert np.array_equal(decode_picture(file, (28, 28, 1))[..., 0], GREY), name


@pytest.mark.parametrize(("factor", "kind"), [(1 / 255, "F"), (1.0, "F"), (2.0**20, "I")])
def test_floats_and_wide_integers_are_scaled(tmp_path: Path, factor: float, kind: str) -> None:
    values = GREY.copy()
    values[0, 0] = 255
    wide = (values * factor).astype(np.float32 if kind == "F" else np.int32)
    file = saved(tmp_path, Image.fromarray(wide), "a.tiff")
    assert np.array_equal(decode_picture(file, (28, 28, 1))[..., 0], values)


def test_transparency_shows_black_even_over_hidden_colours(tmp_path: Path) -> None:
    rgba = np.full((28, 28, 4), 255, np.uint8)
    rgba[:14, :, 3] = 0
    file = saved(tmp_path, Image.fromarray(rgba), "a.png")
    expected = np.repeat([0, 255], 14)[:, None].repeat(28, 1)
    assert np.array_equal(decode_picture(file, (28, 28, 1))[..., 0], expected)
    palette = Image.fromarray(GREY).convert("P")
    file = saved(tmp_path, palette, "b.png", transparency=int(np.asarray(palette)[0, 0]))
    assert decode_picture(file, (28, 28, 1))[0, 0, 0] == 0


@pytest.mark.parametrize(("mode", "name"), [("CMYK", "a.jpg"), ("1", "a.png"), ("LA", "a.png")])
def test_other_modes_are_converted(tmp_path: Path, mode: str, name: str) -> None:
    file = saved(tmp_path, Image.new("RGB", (28, 28), "white").convert(mode), name)
    assert np.all(decode_picture(file, (28, 28, 3)) >= 254)


def test_the_first_picture_of_an_animation_is_taken(tmp_path: Path) -> None:
    frames = [Image.fromarray(GREY), Image.fromarray(255 - GREY)]
    for name in ("a.gif", "a.tiff"):
        file = saved(tmp_path, frames[0], name, save_all=True, append_images=frames[1:])
        assert np.array_equal(decode_picture(file, (28, 28, 1))[..., 0], GREY)


def refused(file: Path) -> str:
    with pytest.raises(BadInput) as caught:
        decode_picture(file, (28, 28, 1))
    assert str(file) in str(caught.value)
    return str(caught.value)


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    assert "no file" in refused(file)
    file.write_bytes(b"")
    assert "is empty" in refused(file)
    file.write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    assert "It is EPS, which isn't supported" in refused(file)
    file.write_text("a note")
    assert "isn't a picture the studio reads. It reads PNG, JPEG" in refused(file)
    assert "is a folder" in refused(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png")
    assert "pipe or a device" in refused(tmp_path / "a.png")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    for side, amount in ((10_000, "100 megapixels"), (60_000, "3.6 gigapixels")):
        header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
        data = chunk(b"IDAT", zlib.compress(bytes(1000)))
        file = tmp_path / "a.png"
        file.write_bytes(b"\x89PNG\r\n\x1a\n" + header + data + chunk(b"IEND", b""))
        assert f"too large ({amount}); pictures of up to 89 megapixels are read" in refused(file)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.bmp", "a.gif", "a.webp", "a.tiff", "a.ppm"])
def test_a_damaged_picture_is_refused_or_read_never_more(tmp_path: Path, name: str) -> None:
    whole = saved(tmp_path, Image.fromarray(COLOUR), name).read_bytes()
    file = tmp_path / "cut"
    refusals = 0
    for size in range(1, len(whole), max(1, len(whole) // 40)):
        for content in (whole[:size], whole[:size] + b"\xff" * 8 + whole[size + 8 :]):
            file.write_bytes(content)
            try:
                decode_picture(file, (28, 28, 1))
            except BadInput:
                refusals += 1
    assert refusals
