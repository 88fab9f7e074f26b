"""The three kinds of paper: what is painted on one comes back as the bytes of a file.

The same figure gives the same bytes: no dates, no random ids. Text is outlines in SVG, which has
no way to carry a font that every reader knows; PDF carries the fonts.
"""

from __future__ import annotations

import re
from typing import Any, Protocol

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QHashSeed,
    QIODevice,
    QMarginsF,
    QPointF,
    QRectF,
    QSizeF,
    Qt,
    QUuid,
)
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPainterPath,
    QPdfWriter,
    QStaticText,
    QTransform,
)
from PySide6.QtSvg import QSvgGenerator

from cnnstudio.core.errors import JobFailed
from cnnstudio.core.text import T
from cnnstudio.ui.canvas.drawing import canvas_font
from cnnstudio.ui.figures.options import DPI, Format, PictureOptions, png_size

LARGEST_PAGE = 14_400.0
"""Points on a side: readers show no larger page (ISO 32000-1, Annex C)."""
_POINTS = 72 / DPI
_FINE = 32  # times larger than they are drawn, outlines are taken from the font
_METRE = 39.3701  # inches


class Paper(Protocol):
    """Takes paint and becomes a file.

    Attributes:
        painter: Paints on it, in the coordinates of the page it was made for.
    """

    painter: QPainter

    def content(self) -> bytes:
        """The file, once the painter has ended; may be asked for in another thread."""


def paper_for(options: PictureOptions, page: QRectF, title: str) -> Paper:
    """Paper of the kind and size that is asked for.

    Args:
        options: How the picture is saved.
        page: What it shows.
        title: What the file says it is.

    Raises:
        BadInput: When a PNG would be too large.
    """
    match options.format:
        case Format.SVG:
            return SvgPaper(options, page, title)
        case Format.PDF:
            return PdfPaper(options, page, title)
        case Format.PNG:
            return PngPaper(options, page)


class SvgPaper:
    """Scalable vector graphics; every text is a path."""

    def __init__(self, options: PictureOptions, page: QRectF, title: str) -> None:
        self._buffer = _buffer()
        self._generator = QSvgGenerator()
        self._generator.setOutputDevice(self._buffer)
        self._generator.setResolution(DPI)
        self._generator.setSize(page.size().toSize())
        self._generator.setViewBox(QRectF(0, 0, page.width(), page.height()))
        self._generator.setTitle(title)
        self._generator.setDescription("CNN Studio")
        self.painter: QPainter = _OutlinePainter(self._generator)
        _prepare(self.painter, options, page)

    def content(self) -> bytes:
        """The file, once the painter has ended."""
        return _content(self._buffer)


class PdfPaper:
    """One PDF page, a point for 4/3 pixels, with the fonts in it."""

    def __init__(self, options: PictureOptions, page: QRectF, title: str) -> None:
        self._buffer = _buffer()
        self._writer = QPdfWriter(self._buffer)
        self._writer.setTitle(title)
        self._writer.setCreator("CNN Studio")
        self._writer.setDocumentId(QUuid.createUuidV5(QUuid(), title.encode()))
        self._writer.setResolution(DPI * 10)
        size = QSizeF(page.width() * _POINTS, page.height() * _POINTS)
        shrunk = min(1.0, LARGEST_PAGE / max(size.width(), size.height()))
        layout = QPageLayout(
            QPageSize(
                size * shrunk, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch
            ),
            QPageLayout.Orientation.Portrait,
            QMarginsF(0, 0, 0, 0),
        )
        self._writer.setPageLayout(layout)
        self.painter: QPainter = _TextPainter(self._writer)
        self.painter.scale(10 * shrunk, 10 * shrunk)
        self.painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
        _prepare(self.painter, options, page)
        self._begin_fonts(page)

    def _begin_fonts(self, page: QRectF) -> None:
        """Makes the writer's table of fonts, whose order follows Qt's seed of that moment."""
        QHashSeed.setDeterministicGlobalSeed()
        self.painter.setFont(canvas_font("title"))
        self.painter.drawText(page.topLeft(), " ")
        QHashSeed.resetRandomGlobalSeed()

    def content(self) -> bytes:
        """The file, once the painter has ended."""
        return _without_dates(_content(self._buffer))


class PngPaper:
    """Pixels.

    Raises:
        BadInput: When there would be too many of them.
        JobFailed: When there is no memory for them.
    """

    def __init__(self, options: PictureOptions, page: QRectF) -> None:
        width, height = png_size(options, page.width(), page.height())
        self._transparent = options.transparent
        self._image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
        if self._image.isNull():
            raise JobFailed(
                T(
                    "There is no memory for a picture of {width}×{height} pixels. Choose a "
                    "smaller size, or save it as SVG or PDF.",
                    width=width,
                    height=height,
                )
            )
        self._image.fill(Qt.GlobalColor.transparent)
        dots = round(options.dots * _METRE)
        self._image.setDotsPerMeterX(dots)
        self._image.setDotsPerMeterY(dots)
        self.painter = QPainter(self._image)
        self.painter.scale(width / page.width(), height / page.height())
        _prepare(self.painter, options, page)

    def content(self) -> bytes:
        """The file, once the painter has ended."""
        form = QImage.Format.Format_ARGB32 if self._transparent else QImage.Format.Format_RGB32
        buffer = _buffer()
        self._image.convertToFormat(form).save(buffer, "PNG")  # type: ignore[call-overload]
        return _content(buffer)


class _TextPainter(QPainter):
    """Draws text as the fonts have it, not as a screen's pixels would like it."""

    def drawStaticText(self, at: QPointF, text: QStaticText) -> None:  # type: ignore[override]
        """Draws a laid-out line; `at` is its upper left corner."""
        self._draw(at + QPointF(0, QFontMetricsF(self.font()).ascent()), text.text())

    def drawText(self, place: QPointF | QRectF, *rest: Any) -> None:  # type: ignore[override]
        """Draws one line: (baseline's start, text), or (rectangle, alignment, text)."""
        text = rest[-1]
        if isinstance(place, QRectF):
            metrics = QFontMetricsF(self.font())
            box = metrics.boundingRect(place, int(rest[0]), text)
            place = QPointF(box.left(), box.top() + metrics.ascent())
        self._draw(place, text)

    def _draw(self, start: QPointF, text: str) -> None:
        kept = self.font()
        font = _unhinted(kept)
        font.setFeature(QFont.Tag("tnum"), 0)  # readers find no digits in tabular figures
        self.setFont(font)
        super().drawText(start, text)
        self.setFont(kept)


class _OutlinePainter(_TextPainter):
    """Draws text as the outlines of its letters, which look the same without the font."""

    def _draw(self, start: QPointF, text: str) -> None:
        font = _unhinted(self.font())
        font.setPixelSize(font.pixelSize() * _FINE)
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.WindingFill)  # the strokes of a variable font overlap
        path.addText(QPointF(0, 0), font, text)
        scale = 1 / _FINE
        onto = QTransform(scale, 0, 0, scale, start.x(), start.y())
        self.fillPath(onto.map(path), self.pen().color())


def _unhinted(font: QFont) -> QFont:
    """A font whose outlines and widths depend on nothing but itself."""
    font = QFont(font)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def _prepare(painter: QPainter, options: PictureOptions, page: QRectF) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(-page.topLeft())
    if not options.transparent:
        painter.fillRect(page, Qt.GlobalColor.white)


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.ReadWrite)
    return buffer


def _content(buffer: QBuffer) -> bytes:
    data: QByteArray = buffer.data()
    return bytes(data.data())


_ZONE = rb"[+-]\d{2}'\d{2}'"


def _without_dates(pdf: bytes) -> bytes:
    """A PDF with one date for all, as long as its own: the table of its objects stays true."""
    pdf = re.sub(
        rb"\(D:\d{14}(" + _ZONE + rb")?",
        lambda m: b"(D:20000101000000" + (b"+00'00'" if m[1] else b""),
        pdf,
        count=2,
    )
    stamp = rb'Date="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"'
    return re.sub(stamp, b'Date="2000-01-01T00:00:00+00:00"', pdf, count=3)
