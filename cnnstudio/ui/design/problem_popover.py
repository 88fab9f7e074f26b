"""What is told of a layer, beside its card on the canvas."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QWidget

from cnnstudio.core.problems import Problem
from cnnstudio.ui.canvas.editor import Editor
from cnnstudio.ui.design.problem_notice import ProblemNotice
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.focus_ring import FocusRing
from cnnstudio.ui.widgets.popover import SHADOW, Popover

_WIDTH = 348
_MOST = 3  # more stand in the side panel
_BESIDE = 20


class ProblemPopover(Popover):
    """The problems of one layer with the buttons that mend or keep them.

    Any of them closes it; the keyboard is on the first one.

    Args:
        context: Theme and language.
        editor: What mends or keeps.
        problems: At least one problem of the layer.
        parent: The window it belongs to.
    """

    def __init__(
        self, context: Context, editor: Editor, problems: tuple[Problem, ...], parent: QWidget
    ) -> None:
        super().__init__(context, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(context.theme.scaled(_WIDTH))
        self._ring = FocusRing(context.theme, self)
        self.notices = [
            ProblemNotice(context, editor, problem, on_card=True) for problem in problems[:_MOST]
        ]
        for notice in self.notices:
            self.body.addWidget(notice)
            for button in notice.buttons:
                button.clicked.connect(self.close)

    def open_beside(self, card: QRect, within: QRect) -> None:
        """Opens right of a card, or left of it where there is no room.

        Args:
            card: The card, in global pixels.
            within: What it should stay in, such as the canvas, in global pixels.
        """
        self.adjustSize()
        left = card.right() + _BESIDE - SHADOW
        if left + self.width() > within.right() and card.left() - self.width() > within.left():
            left = card.left() - _BESIDE + SHADOW - self.width()
        top = card.top() - SHADOW
        left = max(within.left(), min(left, within.right() - self.width()))
        top = max(within.top(), min(top, within.bottom() - self.height()))
        self.move(QPoint(left, top))
        self.show()
        if self.notices and self.notices[0].buttons:
            self.notices[0].buttons[0].setFocus(Qt.FocusReason.TabFocusReason)
