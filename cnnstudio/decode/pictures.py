"""A person's picture files, decoded as a network takes them.

What a file is, its content decides, never its name. How the less usual ones are read:

- a picture with an EXIF orientation is turned upright;
- of an animation or of several pages, the first is taken;
- transparent parts show black, the background of the shipped pictures;
- 16 and 32 bits a channel are scaled to 8, never clipped: 16 by 1/257, others by their maximum;
  floats up to 1 count as 0..1, those up to 255 as they are;
- CMYK, YCbCr, Lab and palettes become RGB as Pillow converts them, grey as ITU-R 601-2 weighs it.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import T
from cnnstudio.decode.files import open_regular

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


def decode_picture(path: Path, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Reads a picture file as one network input: stretched bilinearly, never inverted.

    Args:
        path: The file.
        shape: (rows, columns, channels) wanted, with 1 or 3 channels.

    Returns:
        uint8 of that shape.

    Raises:
        BadInput: When the file can't be read, isn't a picture, is damaged or is too large.
    """
    rows, columns, channels = shape
    with open_regular(path) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd metadata
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(file, formats=FORMATS) as image:
                image.load()
                upright = ImageOps.exif_transpose(image)
            plain = _eight_bit(upright).convert("L" if channels == 1 else "RGB")
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise BadInput(
                T(
                    "{file} is too large: it has more than {limit} megapixels. "
                    "Make it smaller first.",
                    file=str(path),
                    limit=(Image.MAX_IMAGE_PIXELS or 0) // 1_000_000,
                )
            ) from error
        except UnidentifiedImageError as error:
            raise BadInput(
                T(
                    "{file} isn't a picture the studio reads. It reads {formats}; "
                    "save the picture as one of them.",
                    file=str(path),
                    formats=", ".join(FORMATS),
                )
            ) from error
        except _DAMAGED as error:
            raise BadInput(
                T(
                    "{file} is damaged or incomplete: {reason}. Get the picture again.",
                    file=str(path),
                    reason=str(error).rstrip("."),
                )
            ) from error
    resized = plain.resize((columns, rows), Image.Resampling.BILINEAR)
    return np.asarray(resized).reshape(shape)


def _eight_bit(image: Image.Image) -> Image.Image:
    """The picture as 8-bit grey or RGB, what is transparent on black."""
    if image.mode in _DEEP_MODES:
        return Image.fromarray(_scaled_to_bytes(np.asarray(image)))
    if image.has_transparency_data:
        solid = image.convert("RGBA")
        black = Image.new("RGBA", solid.size, (0, 0, 0, 255))
        return Image.alpha_composite(black, solid).convert("RGB")
    return image.convert("RGB")


def _scaled_to_bytes(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    numbers = np.nan_to_num(values.astype(np.float64), posinf=0.0, neginf=0.0)
    largest = float(numbers.max(initial=0.0))
    if values.dtype.kind == "f" and largest <= 255.0:
        scale = 255.0 if largest <= 1.0 else 1.0
    else:
        scale = 1 / 257 if largest <= 65535.0 else 255.0 / largest
    return np.clip(np.rint(numbers * scale), 0, 255).astype(np.uint8)
