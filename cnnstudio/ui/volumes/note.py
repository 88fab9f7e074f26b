"""A note in the corner of the volumes view: what one cell sees, in words and numbers."""

from __future__ import annotations

from PySide6.QtCore import Qt

from cnnstudio.ui.volumes.sights import note_of
from cnnstudio.ui.volumes.view import VolumesView
from cnnstudio.ui.widgets.card import Card
from cnnstudio.ui.widgets.label import Label

_WIDTH, _PADDING = 256, 12


class SightNote(Card):
    """Says what a cell of the layer sees that is pointed at or selected.

    Args:
        view: The view it lies on; the pointer goes through it.
    """

    def __init__(self, view: VolumesView) -> None:
        super().__init__(view.context, _PADDING, view)
        self._view = view
        self._shown = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        context = view.context
        self.title = Label(context, "", "title", wrap=True)
        self.sentence = Label(context, "", "small", "muted", wrap=True)
        self.sum = Label(context, "", "code-small", wrap=True)
        self.body.setSpacing(4)
        for part in (self.title, self.sentence, self.sum):
            self.body.addWidget(part)
        self.setFixedWidth(_WIDTH)
        self.hide()
        view.gaze.changed.connect(self._show)
        context.theme.changed.connect(self._fit)
        context.language.changed.connect(self._fit)

    def _show(self, id: str) -> None:
        said = note_of(self._view.analysis, id)
        self.setVisible(said is not None)
        if said is not None:
            title, sentence, sum_up = said
            self.title.say(title)
            self.sentence.say(sentence)
            self.sum.say(sum_up)
            self.sum.setVisible(bool(sum_up))
            self._fit()

    def _fit(self) -> None:
        if self.isHidden():
            return  # nothing is laid out yet; `_show` fits it
        width = self._view.context.theme.scaled(_WIDTH)
        self.setFixedWidth(width)
        self.setFixedHeight(self.body.totalHeightForWidth(width))
