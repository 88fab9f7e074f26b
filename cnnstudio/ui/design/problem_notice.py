"""Errors and warnings of a layer: what, why, whose word it is, and buttons that mend or keep it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnstudio.core.layers.spec import Origin
from cnnstudio.core.problems import fixes
from cnnstudio.core.problems.spec import Problem, Severity
from cnnstudio.core.text import TN, T
from cnnstudio.ui.canvas.editor import Editor
from cnnstudio.ui.theme.tokens import GAP
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.states import Notice, Remedy

MOST_FIXES = 3
ORIGINS = {
    Origin.STUDIO: T("Advice of the studio; Keras trains it as it is."),
    Origin.KERAS: T("A known hole of Keras."),
}


def keep(editor: Editor, problem: Problem) -> None:
    """Leaves a warning as it is, in one undo step."""
    name = editor.whole.by_id[problem.node].name
    editor.apply_whole(
        lambda network: fixes.keep(network, problem.node, problem.id),
        T("Keep a warning of {layer}", layer=name),
    )


def tell_again(editor: Editor, id: str) -> None:
    """Tells every kept warning of a layer again, in one undo step."""
    name = editor.whole.by_id[id].name
    editor.apply_whole(
        lambda network: fixes.tell_again(network, id), T("Show the warnings of {layer}", layer=name)
    )


class ProblemNotice(Notice):
    """One problem of a layer.

    Args:
        context: Theme and language.
        editor: What mends or keeps it.
        problem: The problem.
        on_card: Whether it stands on a popover's ground: no ground of its own, and the likeliest
            fix is the next step.
    """

    def __init__(
        self, context: Context, editor: Editor, problem: Problem, *, on_card: bool = False
    ) -> None:
        error = problem.severity is Severity.ERROR
        remedies = [
            Remedy(
                fix.text,
                partial(editor.fix, problem, fix),
                "primary" if on_card and index == 0 else "",
            )
            for index, fix in enumerate(problem.fixes[:MOST_FIXES])
        ]
        if not error:
            remedies.append(Remedy(T("Keep as is"), partial(keep, editor, problem), "quiet"))
        tone = "danger" if error else "warning"
        super().__init__(
            context, problem.text, problem.why or "", remedies, tone=tone, bare=on_card
        )
        self.problem = problem
        self.origin: Label | None = None
        if not error:
            self.origin = Label(context, ORIGINS[problem.origin], "small", "muted", wrap=True)
            column = self.layout()
            assert isinstance(column, QVBoxLayout)
            column.insertWidget(2, self.origin)


class ProblemColumn(QWidget):
    """All problems of one layer, and how many warnings are kept.

    Args:
        context: Theme and language.
        editor: What mends or keeps them.
    """

    def __init__(self, context: Context, editor: Editor) -> None:
        super().__init__()
        self._context, self._editor = context, editor
        self._node = ""
        self._told: tuple[tuple[Problem, ...], int] = ((), 0)
        self.notices: list[ProblemNotice] = []
        self.again = Button(context, "", kind="quiet", role="small")
        self.again.clicked.connect(self._tell_again)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GAP)
        self._column.addWidget(self.again, 0, Qt.AlignmentFlag.AlignLeft)
        self.again.hide()
        self.hide()

    def show_problems(self, node: str, told: tuple[Problem, ...], kept: int) -> None:
        """Shows what is told of a layer, and that some warnings of it are kept.

        Args:
            node: The layer's id.
            told: Its problems.
            kept: How many of its warnings a person keeps as they are.
        """
        self._node = node
        self.setVisible(bool(told or kept))
        if (told, kept) == self._told:
            return
        self._told = (told, kept)
        for notice in self.notices:
            notice.hide()
            notice.deleteLater()
        self.notices = [ProblemNotice(self._context, self._editor, one) for one in told]
        for index, notice in enumerate(self.notices):
            self._column.insertWidget(index, notice)
        self.again.say(
            TN("{count} warning kept: show it again", "{count} warnings kept: show them again",
               kept) if kept else ""
        )  # fmt: skip
        self.again.setVisible(kept > 0)

    def _tell_again(self) -> None:
        tell_again(self._editor, self._node)
