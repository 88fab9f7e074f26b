"""The size and the colour the network gets, with what they make of one of the pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.data.fitting import Size
from cnnstudio.core.data.parts import open_pool
from cnnstudio.core.document import Document
from cnnstudio.core.project import DataSettings
from cnnstudio.core.shapes import show_shape
from cnnstudio.core.text import T, Text
from cnnstudio.core.training.checks import COLOURS, LARGEST_SIZE, picture_shape
from cnnstudio.ui.background import Background
from cnnstudio.ui.data.fit_tiles import FitTiles
from cnnstudio.ui.data.library import Library
from cnnstudio.ui.data.originals import Originals
from cnnstudio.ui.data.split_section import with_data
from cnnstudio.ui.widgets.choices import Combo, Segmented
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.fields import PairField
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.section import Section

COMMON_SIDES = (28, 32, 64, 96, 128, 160, 224)
FREE = "free"
"""The option for any other size."""
_LABEL = 72
_MUCH = 0.9
"""The picture that is shown has more unequal proportions than so many of the others."""
_LOOKED_AT = 10_000


class SizeSection(Section):
    """Size, fit and colour.

    Args:
        context: Theme and language.
        document: The project being edited.
    """

    def __init__(self, context: Context, document: Document) -> None:
        super().__init__(context, T("Size and colour"))
        self._document = document
        self._library: Library | None = None
        self._types_size = False
        self._offered: list[tuple[object, Text | str]] = []
        self._sample: tuple[object, NDArray[np.uint8] | None] = (None, None)
        self._originals = Originals(self)
        self._background = Background("sample", self)
        self.sizes = Combo(context, (), T("Size"), mono=True)
        self.pair = PairField(context, T("Size"))
        self.pair.set_bounds(1, LARGEST_SIZE)
        self.problem = Label(context, "", "small", "danger", wrap=True)
        self.tiles = FitTiles(context)
        self.same = Label(context, "", "small", "muted", wrap=True)
        self.colour = Segmented(context, [("grey", T("Grey")), ("rgb", T("RGB"))], T("Colour"))
        self.body.addLayout(_row(context, T("Size"), self.sizes))
        self.body.addWidget(self.pair)
        self.body.addWidget(self.problem)
        self.body.addWidget(self.tiles)
        self.body.addWidget(self.same)
        self.body.addLayout(_row(context, T("Colour"), self.colour))
        self.sizes.chosen.connect(self._choose_size)
        self.pair.changed.connect(self._type_size)
        self.tiles.changed.connect(self._choose_fit)
        self.colour.changed.connect(self._choose_colour)
        self._originals.arrived.connect(self._take_original)

    def close_up(self) -> None:
        """Ends what is being read and waits for it."""
        self._originals.close()
        self._background.close()

    def sync(self, library: Library) -> None:
        """Shows what the library knows now."""
        self._library = library
        settings, facts = library.settings, library.facts
        sound = facts is not None and _is_size(settings.size) and settings.colour in COLOURS
        for control in (self.sizes, self.pair, self.colour):
            control.setEnabled(facts is not None)
        if facts is None or not sound:
            self.tiles.hide()
            self.same.hide()
            return
        own = facts.shape[:2]
        wanted = (own[0], own[1]) if settings.size is None else settings.size
        self._offer(own, settings.size)
        self.pair.set_value(list(wanted))
        self.pair.setVisible(self._types_size)
        self.problem.hide()
        uniform = facts.own is None or facts.own.uniform
        matters = not (uniform and tuple(wanted) == tuple(own))
        self.same.say(T("Every picture has this size by itself."))
        self.same.setVisible(not matters)
        self.tiles.setVisible(matters)
        self.tiles.set_value(settings.fit)
        self.colour.set_value(settings.colour)
        if matters and self.isVisible():
            self._ask_for_sample(library, facts)
        self._show_sample()

    # ------------------------------------------------------------------------------- choosing

    def _offer(self, own: tuple[int, ...], size: Size | None) -> None:
        sizes = [(side, side) for side in COMMON_SIDES if (side, side) != tuple(own)]
        if size is not None and tuple(size) not in sizes and tuple(size) != tuple(own):
            sizes = sorted([*sizes, (size[0], size[1])])
        options: list[tuple[object, Text | str]] = [
            (None, T("{size}, own size", size=show_shape(own))),
            *((each, show_shape(each)) for each in sizes),
            (FREE, T("Another size…")),
        ]
        if options != self._offered:
            self._offered = options
            self.sizes.set_options(options)
        chosen = None if size is None or tuple(size) == tuple(own) else (size[0], size[1])
        self.sizes.setCurrentIndex([value for value, _ in options].index(chosen))

    def _choose_size(self, size: Size | str | None) -> None:
        self._types_size = size == FREE
        if self._types_size:
            self.pair.show()
            self.pair.setFocus()
        else:
            self._set(size)

    def _type_size(self, size: object) -> None:
        if not _is_size(size):
            self.pair.set_error(True)
            self.problem.say(T("Write rows and columns from 1 to {most}.", most=LARGEST_SIZE))
            self.problem.show()
            return
        self.pair.set_error(False)
        assert isinstance(size, list)
        self._set((size[0], size[1]))

    def _set(self, size: object) -> None:
        self._document.apply(
            lambda project: with_data(project, size=size), T("Change the size of the pictures")
        )
        if self._library is not None:
            self.sync(self._library)

    def _choose_fit(self, fit: str) -> None:
        self._document.apply(
            lambda project: with_data(project, fit=fit), T("Change how pictures get their size")
        )

    def _choose_colour(self, colour: str) -> None:
        self._document.apply(
            lambda project: with_data(project, colour=colour), T("Change the colour")
        )

    # --------------------------------------------------------------------------------- sample

    def _ask_for_sample(self, library: Library, facts: Dataset) -> None:
        """Reads one picture as its file has it, once for each dataset."""
        of = facts.own.digest if facts.own is not None else facts.id
        if self._sample[0] == of or not library.pools:
            return
        self._sample = (of, None)
        if facts.own is not None:
            number = 0 if library.catalogue is None else telling(library.catalogue.sizes)
            self._originals.ask(facts.own, number)
            return
        pool = next(iter(facts.pools))
        self._background.do(
            "sample", lambda: _first(facts, pool), lambda found: self._take(of, found), _nothing
        )

    def _take_original(self) -> None:
        if (picture := self._originals.picture) is not None:
            self._take(self._sample[0], picture)

    def _take(self, of: object, picture: NDArray[np.uint8] | None) -> None:
        if of == self._sample[0]:
            self._sample = (of, picture)
            self._show_sample()

    def _show_sample(self) -> None:
        library = self._library
        if library is None or library.facts is None:
            return
        settings, facts = library.settings, library.facts
        rows, columns, channels = picture_shape(settings, facts)
        of = facts.own.digest if facts.own is not None else facts.id
        picture = self._sample[1] if self._sample[0] == of else None
        self.tiles.show_picture(picture, (rows, columns), channels)


def telling(sizes: NDArray[np.uint32]) -> int:
    """The number of a picture at which the ways to another size differ well, but no odd one.

    Args:
        sizes: Own rows and columns, shape (n, 2), n ≥ 1.
    """
    looked_at = np.log(np.maximum(sizes[:_LOOKED_AT].astype(np.float64), 1))
    bent = np.abs(looked_at[:, 0] - looked_at[:, 1])
    return int(np.argsort(bent, kind="stable")[int(_MUCH * (len(bent) - 1))])


def _first(facts: Dataset, pool: str) -> NDArray[np.uint8] | None:
    found = open_pool(facts, pool, DataSettings())
    return None if found is None else np.array(found.pictures[0])


def _nothing(_reason: Text) -> None:
    """Then there is no picture to show the ways with."""


def _is_size(size: object) -> bool:
    if size is None:
        return True
    return (
        isinstance(size, list | tuple)
        and len(size) == 2
        and all(isinstance(n, int) and not isinstance(n, bool) for n in size)
        and all(1 <= n <= LARGEST_SIZE for n in size)
    )


def _row(context: Context, name: Text, control: QWidget) -> QHBoxLayout:
    label = Label(context, name, "small", "muted")
    label.setMinimumWidth(context.theme.scaled(_LABEL))
    row = QHBoxLayout()
    row.addWidget(label)
    row.addWidget(control, 1)
    return row
