"""What is told of a layer, beside its card on the canvas."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QWidget

from cnnstudio.core.problems.spec import Problem
from cnnstudio.ui.canvas.editor import Editor
from cnnstudio.ui.design.problem_notice import ProblemNotice
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.focus_ring import FocusRing
from cnnstudio.ui.widgets.popover import SHADOW, Popover

_WIDTH = 420
_MOST = 3  # more stand in the side panel
_BESIDE, _BELOW = 20, 8


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
        """Opens right of a card, left of it where there is no room, else below or above it.

        Args:
            card: The card, in global pixels.
            within: What it should stay in, such as the canvas, in global pixels.
        """
        self._fit()
        size = self.size() - QSize(2 * SHADOW, 2 * SHADOW)
        right, left = card.right() + _BESIDE, card.left() - _BESIDE - size.width()
        if right + size.width() <= within.right():
            sheet = QRect(QPoint(right, card.top()), size)
        elif left >= within.left():
            sheet = QRect(QPoint(left, card.top()), size)
        else:
            sheet = QRect(QPoint(card.right() - size.width(), card.bottom() + _BELOW), size)
            if sheet.bottom() > within.bottom():
                sheet.moveBottom(card.top() - _BELOW)
        sheet.moveLeft(max(within.left(), sheet.left()))
        sheet.moveTop(max(within.top(), min(sheet.top(), within.bottom() - size.height())))
        self.move(sheet.topLeft() - QPoint(SHADOW, SHADOW))
        self.show()
        if self.notices and self.notices[0].buttons:
            self.notices[0].buttons[0].setFocus(Qt.FocusReason.TabFocusReason)

    def _fit(self) -> None:
        """As high as its sentences need at its width."""
        layout = self.layout()
        assert layout is not None
        self.ensurePolished()
        layout.activate()
        self.resize(self.width(), layout.totalHeightForWidth(self.width()))
