"""The code of a layer, to be looked at before it is trusted."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from cnnstudio.core.layers.custom import CustomLayer
from cnnstudio.core.text import T, Text
from cnnstudio.ui.design.code_view import CodeView
from cnnstudio.ui.theme.tokens import GAP
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.focus_ring import FocusRing
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import Line, ground

_WIDTH, _HEIGHT = 760, 620
_PADDING, _FOOT = 16, 12
_SHARE = 0.9  # of the window's sides, at most


class CodeToRead(CodeView):
    """Code in the code panel's colours that can be read, selected and copied, and nothing else."""

    def __init__(self, context: Context, code: str) -> None:
        super().__init__(context)
        self.show_code(code)
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)  # nothing is out of sight
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )

    def event(self, event: QEvent) -> bool:
        return QPlainTextEdit.event(self, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        QPlainTextEdit.keyPressEvent(self, event)


class CodeDialog(QDialog):
    """Shows the code of a layer's class, and lets the person trust it.

    Args:
        context: Theme and language.
        code: The code.
        trusted: Whether it is trusted.
        problem: What was wrong with it when it was run last; None for nothing.
        window: What the dialog belongs to.
    """

    trust_wanted = Signal()
    """The person trusts the code that is shown."""
    withdraw_wanted = Signal()
    """The person trusts it no longer."""

    def __init__(
        self,
        context: Context,
        code: CustomLayer,
        trusted: bool,
        problem: Text | None,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._context, self._window = context, window
        ground(self)
        title = T("The code of {cls}", cls=code.cls)
        Phrase(context.language, self, QDialog.setWindowTitle, title)
        self.about = Label(
            context,
            T(
                "Whoever runs code gives it everything they may do themselves: it can read, change "
                "and send your files. Trust it if you wrote it, or have read it and know what it "
                "does. It is then run in an engine, and only exactly as it stands here."
            )
            if not trusted
            else T("You trust this code, exactly as it stands here. It is run in an engine."),
            "body",
            wrap=True,
        )
        self.view = CodeToRead(context, code.source)
        self.problem = Label(context, problem or "", "small", "danger", wrap=True)
        self.problem.setVisible(problem is not None)
        if problem is not None:
            self.view.mark_wrong(line_of(problem) - 1, 0, problem)
        self.close_button = Button(context, T("Close"))
        self.trust = Button(context, T("I trust this code"), kind="primary")
        self.withdraw = Button(context, T("Trust it no longer"))
        self.trust.setVisible(not trusted)
        self.withdraw.setVisible(trusted)
        self._assemble(Label(context, title, "section"))
        self.close_button.clicked.connect(self.reject)
        self.trust.clicked.connect(self._trust)
        self.withdraw.clicked.connect(self._withdraw)
        self._ring = FocusRing(context.theme, self)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)  # what is there to be read comes first
        scaled = context.theme.scaled
        self.resize(
            min(scaled(_WIDTH), round(window.width() * _SHARE)),
            min(scaled(_HEIGHT), round(window.height() * _SHARE)),
        )

    def _assemble(self, title: Label) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(_PADDING, _PADDING, _PADDING, _FOOT)
        head.setSpacing(GAP)
        for part in (title, self.about, self.problem):
            head.addWidget(part)
        foot = QHBoxLayout()
        foot.setContentsMargins(_PADDING, _FOOT, _PADDING, _FOOT)
        foot.setSpacing(GAP)
        foot.addStretch(1)
        for button in (self.close_button, self.withdraw, self.trust):
            foot.addWidget(button)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(head)
        outer.addWidget(Line())
        outer.addWidget(self.view, 1)
        outer.addWidget(Line())
        outer.addLayout(foot)

    def _trust(self) -> None:
        self.trust_wanted.emit()
        self.accept()

    def _withdraw(self) -> None:
        self.withdraw_wanted.emit()
        self.accept()


def line_of(problem: Text) -> int:
    """The line that a sentence about code names, counted from 1; 0 for none."""
    line = problem.params.get("line")
    if isinstance(line, int):
        return line
    inner = (one for one in problem.params.values() if isinstance(one, Text))
    return next((found for one in inner if (found := line_of(one))), 0)
