"""A plot as a picture, its values as a table."""

from __future__ import annotations

import csv
import math
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QPoint
from PySide6.QtGui import QImage, QPainter, QRegion
from PySide6.QtWidgets import QWidget

from cnnstudio.core.storage.atomic import write_atomically
from cnnstudio.core.storage.faults import write_fault
from cnnstudio.core.training.run_state import EPOCH_VALUES, RunState

_PICTURE_SCALE = 2.0


def write_picture(widget: QWidget, path: Path) -> None:
    """Saves a widget as it looks, twice as fine as on the screen, as PNG.

    Raises:
        StudioError: If the file can't be written.
    """
    image = QImage(widget.size() * _PICTURE_SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_PICTURE_SCALE)
    image.fill(widget.palette().window().color())
    painter = QPainter(image)
    widget.render(painter, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
    painter.end()
    data = QByteArray()
    image.save(QBuffer(data), "PNG")  # type: ignore[call-overload] # the stub knows bytes only
    write_atomically(path, bytes(data.data()))


def write_values(run: RunState, path: Path) -> None:
    """Saves everything a run has measured as CSV: a line for each batch, then one for each epoch.

    Epochs are counted from 1, batches of an epoch from 1; a batch's line has that batch's own
    values, an epoch's line Keras' means and no batch. Seconds are training time. Values that
    aren't finite are empty.

    Raises:
        StudioError: If the file can't be written.
    """
    steps = max(run.steps, 1)
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(("epoch", "batch", "seconds", *EPOCH_VALUES))
            for place, seconds, loss, accuracy in zip(
                run.position, run.seconds, run.loss, run.accuracy, strict=True
            ):
                epoch, batch = divmod(int(place) - 1, steps)
                row = (epoch + 1, batch + 1, f"{seconds:.3f}", _cell(loss), _cell(accuracy))
                writer.writerow((*row, "", ""))
            for record in run.epochs_done:
                values = [_cell(record.logs.get(name, math.nan)) for name in EPOCH_VALUES]
                writer.writerow((record.epoch, "", f"{record.seconds:.3f}", *values))
    except OSError as error:
        raise write_fault(error, path) from error


def _cell(value: float) -> str:
    return repr(float(value)) if math.isfinite(value) else ""
