"""The liveliest map of every layer, small; asked for one by one, after what a person asks for."""

from __future__ import annotations

import math
from collections import deque
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from cnnstudio.ui.inspect.examination import Examination
from cnnstudio.ui.inspect.maps import MapAlbum, liveliest
from cnnstudio.ui.theme.colormaps import maps_table
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.images import picture_image

MOST_VALUES = 8_000_000
"""Numbers that the engine is asked for in all; layers beyond them wait until they are chosen."""


class Thumbnails(QObject):
    """Follows an examination.

    Args:
        context: Theme and language.
        examination: What is looked at.
        parent: Its owner.
    """

    changed = Signal(str, object)
    """A layer's id and its picture; None for no longer any."""

    def __init__(self, context: Context, examination: Examination, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._examination = examination
        self._outputs: dict[str, NDArray[np.float32]] = {}
        self._waiting: deque[str] = deque()
        self._answered: object = None
        self._run: Path | None = None
        examination.answer_changed.connect(self._follow)
        examination.picture_changed.connect(self._show_input)
        examination.checkpoint_changed.connect(self._change_run)
        context.theme.changed.connect(self._draw_again)

    def _follow(self) -> None:
        seen = self._examination
        answer, run = seen.answer, seen.run
        if seen.problem is not None:
            self._forget()
        if answer is None or run is None or answer is self._answered or seen.state is not None:
            return
        self._answered = answer
        self._take(answer.layer, answer.output)
        self._waiting.clear()
        left = MOST_VALUES
        for id, node in run.analysis.nodes.items():
            if len(node.output) != 3 or node.kind.id == "input" or id == answer.layer:
                continue
            left -= math.prod(node.output)
            if left >= 0:
                self._waiting.append(id)
            else:
                self._drop(id)
        self._ask_next()

    def _ask_next(self) -> None:
        if self._waiting:
            layer = self._waiting.popleft()
            self._examination.peek(layer, lambda output: self._take_peeked(layer, output))

    def _take_peeked(self, layer: str, output: NDArray[np.float32] | None) -> None:
        if output is not None:
            self._take(layer, output)
            self._ask_next()
            return
        for each in (layer, *self._waiting):
            self._drop(each)
        self._waiting.clear()

    def _take(self, layer: str, output: NDArray[np.float32]) -> None:
        if output.ndim == 3 and self._kind(layer) != "input":
            chosen = liveliest(output)
            self._outputs[layer] = output[..., chosen : chosen + 1].copy()
            self._draw(layer)

    def _draw(self, layer: str) -> None:
        table = maps_table(self._context.theme)
        album = MapAlbum(self._context.language, table, self._outputs[layer], common=False)
        self.changed.emit(layer, album.picture(0))

    def _draw_again(self) -> None:
        for layer in self._outputs:
            self._draw(layer)

    def _show_input(self) -> None:
        """The Input row has the picture itself, as it is stored."""
        seen = self._examination
        if seen.run is None:
            return
        image = picture_image(seen.picture.values) if seen.picture else None
        for id, node in seen.run.analysis.nodes.items():
            if node.kind.id == "input":
                self.changed.emit(id, image)

    def _change_run(self) -> None:
        run = self._examination.run
        path = run.path if run else None
        if path != self._run:
            self._run = path
            self._forget()
            self._show_input()

    def _forget(self) -> None:
        self._waiting.clear()
        self._answered = None
        for layer in tuple(self._outputs):
            self._drop(layer)

    def _drop(self, layer: str) -> None:
        if self._outputs.pop(layer, None) is not None:
            self.changed.emit(layer, None)

    def _kind(self, layer: str) -> str:
        run = self._examination.run
        node = run.analysis.nodes.get(layer) if run else None
        return node.kind.id if node else ""
