"""A person's picture files, decoded as a network takes them.

What a file is, its content decides, never its name. How the less usual ones are read:

- a picture with an EXIF orientation is turned upright;
- of an animation or of several pages, the first is taken;
- transparent parts show black, the background of the shipped pictures;
- 16 and 32 bits a channel are scaled to 8, never clipped: 16 by 1/257 (in colour Pillow takes the
  upper byte), others by their maximum; floats up to 1 count as 0..1, those up to 255 as they are;
- CMYK, YCbCr, Lab and palettes become RGB as Pillow converts them, grey as ITU-R 601-2 weighs it.

The order is always the same, for training and for a picture that is predicted: decoded, made 8-bit
grey or RGB, given the size, given the channels.
"""

from __future__ import annotations

import contextlib
import re
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from cnnstudio.core.data.catalogue import ANIMATED, CMYK, DEEP, TRANSPARENT, TURNED
from cnnstudio.core.data.orders import LARGEST_SHOWN
from cnnstudio.core.data.parts import with_channels
from cnnstudio.core.data.walking import plain
from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import T, Text
from cnnstudio.decode.files import Unusable, open_regular
from cnnstudio.decode.foreign import foreign_format
from cnnstudio.decode.resizing import fit_image

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")

# What Pillow's decoders raise for files that aren't what they seem.
_DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    struct.error,
    zlib.error,
)
_DEEP_MODES = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
_ORIENTATION, _TURNED, _ON_ITS_SIDE = 0x0112, range(2, 9), range(5, 9)  # of EXIF
_METADATA = frozenset({"exif", "xmp", "Raw profile type exif", "XML:com.adobe.xmp"})
_SUBFILE, _REDUCED, _DNG = 254, 1, 50706  # of TIFF: what a page is, a preview; only raw files

Result = TypeVar("Result")


@dataclass(slots=True)
class Picture:
    """A decoded picture.

    Attributes:
        image: Upright, mode "L" or "RGB".
        format: Pillow's name of the file's format.
        mode: Pillow's name of the pixels as the file has them.
        flags: ``ANIMATED``, ``TURNED`` … of ``core.data.catalogue``.
    """

    image: Image.Image
    format: str
    mode: str
    flags: int


def decode_picture(
    path: Path,
    shape: tuple[int, int, int] | None,
    fit: str = "stretch",
    largest: int = LARGEST_SHOWN,
) -> NDArray[np.uint8]:
    """Reads a picture file as one network input, just as the pictures it trains on; never inverted.

    Args:
        path: The file.
        shape: (rows, columns, channels) wanted, with 1 or 3 channels; None for its own.
        fit: How it is given that size: "stretch" (bilinear), "pad" or "crop".
        largest: The most rows or columns where no shape is wanted; a larger picture is shrunk.

    Returns:
        uint8 of that shape.

    Raises:
        BadInput: When the file can't be read, isn't a picture, is damaged or is too large.
    """
    with open_regular(path) as file, strict():
        try:
            image = read_picture(file).image
        except Unusable as error:
            raise BadInput(
                T("{file} can't be used. {reason}", file=plain(str(path)), reason=error.reason)
            ) from error
    return as_shown(image, largest) if shape is None else as_input(image, shape, fit)


def as_input(image: Image.Image, shape: tuple[int, int, int], fit: str) -> NDArray[np.uint8]:
    """A decoded picture as a network gets it, uint8 of `shape`; first the size, then the channels.

    Args:
        image: Mode "L" or "RGB".
        shape: (rows, columns, channels) wanted, with 1 or 3 channels.
        fit: How it is given that size.
    """
    fitted = fit_image(image, shape[:2], fit)
    return np.ascontiguousarray(with_channels(pixels(fitted)[np.newaxis], shape[2])[0])


def as_shown(image: Image.Image, largest: int) -> NDArray[np.uint8]:
    """A decoded picture to look at, shrunk where it has more rows or columns than `largest`."""
    if max(image.size) > largest:
        image = image.copy()
        image.thumbnail((largest, largest), Image.Resampling.BILINEAR)
    return pixels(image)


@contextlib.contextmanager
def strict() -> Iterator[None]:
    """What ``read_picture`` has to run in: too large pictures are errors, odd metadata isn't."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def read_picture(file: IO[bytes]) -> Picture:
    """Decodes a picture; to be called within ``strict()``.

    Args:
        file: Its content, seekable.

    Raises:
        Unusable: When it isn't a picture, is damaged or is too large.
    """
    return _explained(file, _decoded)


def picture_facts(file: IO[bytes]) -> tuple[int, int, bool]:
    """The rows and columns of a picture, upright, and whether it may have colour; else as above."""
    return _explained(file, _facts)


def _explained(file: IO[bytes], read: Callable[[Image.Image], Result]) -> Result:
    """What `read` makes of the picture; its errors as ``Unusable``."""
    try:
        with Image.open(file, formats=FORMATS) as image:
            _check_kind(image)
            return read(image)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Unusable(_too_large(str(error))) from error
    except UnidentifiedImageError as error:
        file.seek(0)
        raise Unusable(_no_picture(file.read(1024))) from error
    except MemoryError as error:
        raise Unusable(too_heavy()) from error
    except _DAMAGED as error:
        raise Unusable(
            T(
                "It is damaged or incomplete: {reason}. Get the picture again.",
                reason=str(error).rstrip("."),
            )
        ) from error


def _decoded(image: Image.Image) -> Picture:
    image.load()
    return _upright(image)


def _facts(image: Image.Image) -> tuple[int, int, bool]:
    rows, columns = image.height, image.width
    if _orientation(image) in _ON_ITS_SIDE:
        rows, columns = columns, rows
    return rows, columns, image.mode not in ("1", "L", "LA", "La", *_DEEP_MODES)


def pixels(image: Image.Image) -> NDArray[np.uint8]:
    """The pixels of a grey or RGB picture, uint8, shape (rows, columns, 1 or 3)."""
    values = np.asarray(image)
    return values if values.ndim == 3 else values[..., np.newaxis]


def _upright(image: Image.Image) -> Picture:
    mode, form, flags = image.mode, image.format or "", 0
    plain = image
    if _orientation(image) in _TURNED:
        plain = ImageOps.exif_transpose(image)
        flags |= TURNED
    if mode not in ("L", "RGB") or image.has_transparency_data:
        flags |= DEEP if mode in _DEEP_MODES else CMYK if mode == "CMYK" else 0
        flags |= TRANSPARENT if image.has_transparency_data else 0
        plain = _eight_bit(plain)
    if form not in ("JPEG", "MPO"):
        if plain is image:
            plain = plain.copy()
        with contextlib.suppress(*_DAMAGED):  # of a frame that isn't looked at
            flags |= ANIMATED if getattr(image, "is_animated", False) else 0
    return Picture(plain, form, mode, flags)


def _orientation(image: Image.Image) -> int:
    if _METADATA.isdisjoint(image.info) and not hasattr(image, "tag_v2"):
        return 1  # most pictures; asking Pillow takes as long as opening one
    with contextlib.suppress(*_DAMAGED):  # of metadata, which leave the pixels what they are
        return int(image.getexif().get(_ORIENTATION, 1))
    return 1


def _eight_bit(image: Image.Image) -> Image.Image:
    """The picture as 8-bit grey or RGB, what is transparent on black."""
    if image.mode in _DEEP_MODES:
        return Image.fromarray(_scaled_to_bytes(np.asarray(image)))
    grey = image.mode in ("1", "L", "LA", "La")
    if image.has_transparency_data:
        solid = image.convert("RGBA")
        black = Image.new("RGBA", solid.size, (0, 0, 0, 255))
        image = Image.alpha_composite(black, solid)
    return image.convert("RGB").convert("L") if grey else image.convert("RGB")


def _scaled_to_bytes(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    numbers = np.nan_to_num(values.astype(np.float64), posinf=0.0, neginf=0.0)
    largest = float(numbers.max(initial=0.0))
    if values.dtype.kind == "f" and largest <= 255.0:
        scale = 255.0 if largest <= 1.0 else 1.0
    else:
        scale = 1 / 257 if largest <= 65535.0 else 255.0 / largest
    return np.clip(np.rint(numbers * scale), 0, 255).astype(np.uint8)


def _check_kind(image: Image.Image) -> None:
    """Refuses a camera's raw file, of which Pillow would read the preview."""
    tags = getattr(image, "tag_v2", None)
    if tags is not None and (_DNG in tags or tags.get(_SUBFILE, 0) & _REDUCED):
        raise Unusable(_unread("RAW"))


def too_heavy() -> Text:
    """Why a picture can't be decoded for which there is no memory."""
    return T("It needs too much memory to be read. Make it smaller, or save it with 8 bits.")


def _too_large(message: str) -> Text:
    found = re.search(r"\d+", message)
    count = int(found[0]) / 1e6 if found else 0.0
    amount = (
        T("{count} gigapixels", count=float(f"{count / 1000:.2g}"))
        if count >= 1000
        else T("{count} megapixels", count=float(f"{count:.3g}"))
    )
    return T(
        "It is too large ({amount}); pictures of up to {limit} megapixels are read. Make it "
        "smaller first.",
        amount=amount,
        limit=(Image.MAX_IMAGE_PIXELS or 0) // 1_000_000,
    )


def _no_picture(head: bytes) -> Text:
    if name := foreign_format(head):
        return _unread(name)
    return T(
        "It isn't a picture the studio reads. It reads {formats}; save it as one of them.",
        formats=", ".join(FORMATS),
    )


def _unread(name: str) -> Text:
    return T("It is {format}, which isn't supported. Save the picture as PNG or JPEG.", format=name)
