"""The picture that is looked at, what the network says of it, and where to get another one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.text import TN, T, Text
from cnnstudio.ui.data.album import Album
from cnnstudio.ui.data.reading import Apart
from cnnstudio.ui.inspect.drawing_pad import Drawing, DrawingPad
from cnnstudio.ui.inspect.examination import Examination
from cnnstudio.ui.inspect.layer_list import LayerList
from cnnstudio.ui.inspect.thumbnails import Thumbnails
from cnnstudio.ui.theme.tokens import PANEL_PADDING
from cnnstudio.ui.widgets.bars import Bar, BarList
from cnnstudio.ui.widgets.buttons import IconButton
from cnnstudio.ui.widgets.choices import Combo
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.images import picture_image
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import Line, PanelHeader, ground
from cnnstudio.ui.widgets.picture_grid import PictureGrid, Section
from cnnstudio.ui.widgets.pixel_view import PixelView
from cnnstudio.ui.widgets.popover import Popover

MOST_BARS = 5
_EVERY = -1

AskFile = Callable[[], Path | None]


class PicturePanel(QWidget):
    """The left column of the Inspect workspace.

    Args:
        context: Theme and language.
        examination: What is looked at.
        ask_file: Asks the person for a picture file.
    """

    def __init__(self, context: Context, examination: Examination, ask_file: AskFile) -> None:
        super().__init__()
        ground(self)
        self._context = context
        self._examination = examination
        self._ask_file = ask_file
        self._popover: Popover | None = None
        self.header = PanelHeader(context, T("Picture"))
        self.open = IconButton(context, "folder-open", T("Open a picture file"))
        self.paste = IconButton(context, "clipboard-paste", T("Paste a picture"))
        self.draw = IconButton(context, "pencil", T("Draw a picture"))
        for button in (self.open, self.paste, self.draw):
            self.header.add(button)
        self.picture = _PictureView(context)
        self.bars = BarList(context, 0.4)
        self.test = TestPictures(context, examination)
        self.layers = LayerList(context)
        self._thumbnails = Thumbnails(context, examination, self)
        self._drawings: dict[tuple[int, int], Drawing] = {}
        self._assemble()
        self._connect()
        self.sync_run()

    def sync_run(self) -> None:
        """Shows the layers of the run."""
        self.layers.show_run(self._examination.run)
        self.layers.set_layer(self._examination.layer)

    def sync_picture(self) -> None:
        """Shows the picture and what is known of it."""
        seen = self._examination
        self.header.note.say(seen.picture.origin if seen.picture else "")
        self.picture.sync(seen)
        self._sync_answer()

    def open_file(self) -> None:
        """Asks for a file and looks at it."""
        if (path := self._ask_file()) is not None:
            self._examination.open_file(path)

    def paste_picture(self) -> None:
        """Looks at what is on the clipboard: a picture, or a file that was copied."""
        clipboard = QGuiApplication.clipboard()
        data = clipboard.mimeData()  # none at all where nothing was ever copied
        urls = data.urls() if data is not None else ()
        files = [url.toLocalFile() for url in urls if url.isLocalFile()]
        if files:
            self._examination.open_file(Path(files[0]))
        elif not (image := clipboard.image()).isNull():
            self._examination.paste(image)
        else:
            self.picture.complain(T("There is no picture on the clipboard. Copy one first."))

    def open_pad(self) -> None:
        """Opens the drawing pad under its button."""
        run = self._examination.run
        if run is None:
            return
        popover = Popover(self._context, self)
        popover.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        size = run.input_shape[0], run.input_shape[1]
        drawing = self._drawings.setdefault(size, Drawing(size))
        pad = DrawingPad(self._context, drawing)
        popover.body.addWidget(pad)
        pad.drawn.connect(self._examination.draw)
        if drawing.begun:
            self._examination.draw(drawing.picture())
        self._popover = popover
        popover.open_below(self.draw)

    def _assemble(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        inner = QVBoxLayout()
        inner.setContentsMargins(PANEL_PADDING, 0, PANEL_PADDING, PANEL_PADDING)
        inner.setSpacing(10)
        inner.addWidget(self.picture)
        inner.addWidget(self.bars)
        column.addLayout(inner)
        column.addWidget(Line())
        column.addWidget(self.test)
        column.addWidget(Line())
        column.addWidget(PanelHeader(self._context, T("Layers")))
        column.addWidget(self.layers, 1)

    def _connect(self) -> None:
        seen = self._examination
        seen.checkpoint_changed.connect(self.sync_run)
        seen.picture_changed.connect(self.sync_picture)
        seen.answer_changed.connect(self._sync_answer)
        seen.layer_changed.connect(lambda: self.layers.set_layer(seen.layer))
        self.layers.layer_chosen.connect(seen.choose_layer)
        self._thumbnails.changed.connect(self.layers.set_thumbnail)
        self.open.clicked.connect(self.open_file)
        self.paste.clicked.connect(self.paste_picture)
        self.draw.clicked.connect(self.open_pad)

    def _sync_answer(self) -> None:
        seen = self._examination
        self.picture.sync_answer(seen)
        probabilities = seen.answer.probabilities if seen.answer else ()
        label = seen.picture.label if seen.picture else -1
        self.bars.set_bars(likeliest(seen.facts, probabilities, label))


class _PictureView(QWidget):
    """The picture, its true class, and the network's."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.view = PixelView(context, T("Picture"), 112)
        self._true_title = Label(context, T("True class"), "small", "muted")
        self.true = Label(context, "", "title", wrap=True)
        self._said_title = Label(context, T("Network says"), "small", "muted")
        self.said = Label(context, "", "title", wrap=True)
        self._value = Label(context, "", "code-small", "muted")
        self._problem = Label(context, "", "small", "danger", wrap=True)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self._true_title)
        words.addWidget(self.true)
        words.addSpacing(6)
        words.addWidget(self._said_title)
        words.addWidget(self.said)
        words.addStretch(1)
        words.addWidget(self._value)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.view, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self._problem)
        self._problem.hide()
        self._seen: Examination | None = None
        self.view.pointed.connect(self._point)

    def sync(self, seen: Examination) -> None:
        self._seen = seen
        picture = seen.picture
        self.view.set_image(picture_image(picture.values) if picture else None)
        known = picture is not None and picture.label >= 0 and seen.facts is not None
        self._true_title.setVisible(known)
        self.true.setVisible(known)
        if picture is not None and seen.facts is not None and known:
            self.true.say(seen.facts.classes[picture.label])
        self.complain(seen.picture_problem or seen.test_problem)

    def sync_answer(self, seen: Examination) -> None:
        guess = best_class(seen.answer.probabilities) if seen.answer else None
        self._said_title.setVisible(guess is not None)
        self.said.setVisible(guess is not None)
        if guess is None:
            return
        self.said.say(class_name(seen.facts, guess))
        label = seen.picture.label if seen.picture else -1
        self.said.set_colour("text" if label < 0 else "success" if label == guess else "danger")

    def complain(self, text: Text | None) -> None:
        self._problem.say(text or "")
        self._problem.setVisible(text is not None)

    def _point(self, row: int, column: int) -> None:
        picture = self._seen.picture if self._seen else None
        if row < 0 or picture is None:
            self._value.say("")
            return
        values = " ".join(str(int(v)) for v in picture.values[row, column])
        self._value.say(f"[{row}, {column}] {values}")


class TestPictures(QWidget):
    """The test pictures of the run's data, by class, in a small grid.

    Args:
        context: Theme and language.
        examination: What is looked at.
    """

    def __init__(self, context: Context, examination: Examination) -> None:
        super().__init__()
        self._context = context
        self._examination = examination
        self._album: Album | None = None
        self.classes = Combo(context, (), T("Class"))
        self.before = IconButton(context, "chevron-left", T("Picture before"))
        self.after = IconButton(context, "chevron-right", T("Next picture"))
        self.grid = PictureGrid(context, 32, 6)
        self.grid.setFixedHeight(context.theme.scaled(132))
        Phrase(context.language, self.grid, QWidget.setAccessibleName, T("Test pictures"))
        row = QHBoxLayout()
        row.setContentsMargins(PANEL_PADDING, 6, 4, 6)
        row.setSpacing(4)
        row.addWidget(self.classes, 1)
        row.addWidget(self.before)
        row.addWidget(self.after)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.grid)
        examination.pictures_changed.connect(self.sync)
        examination.picture_changed.connect(self._mark)
        self.classes.chosen.connect(lambda _: self._show())
        self.grid.current_changed.connect(self._choose)
        self.before.clicked.connect(lambda: self.step(-1))
        self.after.clicked.connect(lambda: self.step(1))
        self.sync()

    def sync(self) -> None:
        """Shows the pictures when they are there."""
        facts, test = self._examination.facts, self._examination.test
        self.setVisible(facts is not None and test is not None)
        if facts is None or test is None:
            self._album = None
            return
        self._album = Album(self._context.language, facts, test.labelled, test.chosen)
        options: list[tuple[Any, Any]] = [
            (_EVERY, _counted(test)),
            *enumerate(facts.classes),
        ]
        self.classes.set_options(options)
        if self.classes.value is None:
            self.classes.set_value(_EVERY)
        self._show()

    def step(self, by: int) -> None:
        """Goes to the next picture (1) or the one before (−1) of those shown."""
        sections = self._sections()
        places = [p for s in sections for p in range(s.start, s.start + s.count)]
        if not places:
            return
        at = places.index(self.grid.current) + by if self.grid.current in places else 0
        self.grid.set_current(places[max(0, min(len(places) - 1, at))])

    def _sections(self) -> tuple[Section, ...]:
        if self._album is None:
            return ()
        choice = self.classes.value
        return self._album.sections(None if choice == _EVERY else choice)

    def _show(self) -> None:
        if self._album is not None:
            self.grid.set_pictures(self._album, self._sections())
            self._mark()

    def _mark(self) -> None:
        """Marks the picture that is looked at, if it is one of these."""
        picture = self._examination.picture
        place = -1
        if self._album is not None and picture is not None and picture.number >= 0:
            place = self._album.place(picture.number)
        shown = any(s.start <= place < s.start + s.count for s in self._sections())
        self.grid.blockSignals(True)
        self.grid.set_current(place if shown else -1)
        self.grid.blockSignals(False)

    def _choose(self, place: int) -> None:
        if self._album is not None and place >= 0:
            self._examination.choose_test_picture(self._album.number(place))


def best_class(probabilities: tuple[float | None, ...]) -> int | None:
    """The class with the highest probability; None where one isn't finite."""
    finite = [p for p in probabilities if p is not None]
    if not finite or len(finite) < len(probabilities):
        return None
    return finite.index(max(finite))


def _counted(test: Apart) -> Text:
    count = len(test.chosen)
    if test.part == "test":
        return TN("{count} test picture", "{count} test pictures", count)
    if test.part == "validation":
        return TN("{count} validation picture", "{count} validation pictures", count)
    return TN("{count} training picture", "{count} training pictures", count)


def class_name(facts: Dataset | None, label: int) -> Text | str:
    """What a class is called; its number where nobody knows."""
    if facts is not None and label < len(facts.classes):
        return facts.classes[label]
    return T("class {number}", number=label)


def likeliest(
    facts: Dataset | None, probabilities: tuple[float | None, ...], label: int
) -> list[Bar]:
    """The likeliest classes, the likeliest first, which is red where it isn't the true one.

    Args:
        facts: Names the classes.
        probabilities: One number per class.
        label: The true class; −1 where nobody knows.
    """
    guess = best_class(probabilities)
    if guess is None:
        return []
    ranked = sorted(range(len(probabilities)), key=lambda each: -(probabilities[each] or 0.0))
    wrong = label not in (-1, guess)
    return [
        Bar(
            class_name(facts, each),
            probabilities[each] or 0.0,
            f"{100 * (probabilities[each] or 0.0):.2f} %",
            "control" if each != guess else "danger" if wrong else "training",
        )
        for each in ranked[:MOST_BARS]
    ]
