"""How a picture is saved, remembered from one time to the next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QSettings, QStandardPaths

from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import T

SCALES = (1, 2, 3, 4)
BY_WIDTH = 0
"""In place of a scale: the width in pixels decides."""
MOST_PIXELS = 30_000
"""Pixels on a side; Qt paints no picture above 32,767."""
DPI = 96
"""Pixels to an inch at a scale of 1."""

BOUNDS = {"width": (16, MOST_PIXELS), "dpi": (36, 2400)}
"""The least and the most of the options that are typed."""

_KEY = "figures"


class Format(StrEnum):
    """The kinds of files; the value is the suffix."""

    SVG = "svg"
    PDF = "pdf"
    PNG = "png"


@dataclass(frozen=True, slots=True)
class PictureOptions:
    """How a picture is saved.

    Attributes:
        format: The kind of file.
        transparent: Whether it has no ground; white otherwise.
        scale: PNG: pixels for one pixel of the screen at 100 %, 1 to 4; `BY_WIDTH` for `width`.
        width: PNG: the width in pixels, 16 to 30,000.
        dpi: PNG: pixels to an inch where the width decides, 36 to 2,400.
    """

    format: Format = Format.SVG
    transparent: bool = False
    scale: int = 2
    width: int = 2000
    dpi: int = 300

    def factor(self, width: float) -> float:
        """How much larger than on the screen a PNG of a view of this width is."""
        return self.width / width if self.scale == BY_WIDTH else float(self.scale)

    @property
    def dots(self) -> int:
        """How many pixels of a PNG make an inch."""
        return self.dpi if self.scale == BY_WIDTH else DPI * self.scale


def png_size(options: PictureOptions, width: float, height: float) -> tuple[int, int]:
    """The pixels of a PNG.

    Args:
        options: How it is saved.
        width: The view's width at 100 %.
        height: Its height.

    Raises:
        BadInput: When it would be too large.
    """
    factor = options.factor(width)
    pixels = max(round(width * factor), 1), max(round(height * factor), 1)
    if max(pixels) > MOST_PIXELS:
        raise BadInput(
            T(
                "The picture would have {width}×{height} pixels; {most} on a side is the most. "
                "Choose a smaller size, or save it as SVG or PDF, which have no pixels.",
                width=pixels[0],
                height=pixels[1],
                most=MOST_PIXELS,
            )
        )
    return pixels


def kept_options(settings: QSettings) -> PictureOptions:
    """The options of last time; the usual one for what isn't kept or makes no sense."""
    usual = PictureOptions()
    form = settings.value(f"{_KEY}/format")
    return PictureOptions(
        Format(form) if form in {one.value for one in Format} else usual.format,
        str(settings.value(f"{_KEY}/transparent", "")).lower() == "true",
        _number(settings, "scale", (BY_WIDTH, SCALES[-1]), usual.scale),
        _number(settings, "width", BOUNDS["width"], usual.width),
        _number(settings, "dpi", BOUNDS["dpi"], usual.dpi),
    )


def keep_options(settings: QSettings, options: PictureOptions) -> None:
    """Remembers options for the next time."""
    settings.setValue(f"{_KEY}/format", options.format.value)
    settings.setValue(f"{_KEY}/transparent", options.transparent)
    for name in ("scale", "width", "dpi"):
        settings.setValue(f"{_KEY}/{name}", getattr(options, name))


def kept_folder(settings: QSettings) -> Path:
    """The folder of last time if it is still there, else the person's pictures, else their home."""
    place = QStandardPaths.StandardLocation.PicturesLocation
    for known in (settings.value(f"{_KEY}/folder"), QStandardPaths.writableLocation(place)):
        if known and Path(str(known)).is_dir():
            return Path(str(known))
    return Path.home()


def keep_folder(settings: QSettings, folder: Path) -> None:
    """Remembers a folder for the next time."""
    settings.setValue(f"{_KEY}/folder", str(folder))


def _number(settings: QSettings, name: str, bounds: tuple[int, int], usual: int) -> int:
    try:
        value = int(str(settings.value(f"{_KEY}/{name}")))
    except ValueError:
        return usual
    return value if bounds[0] <= value <= bounds[1] else usual
