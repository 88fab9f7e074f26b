"""What the layer panel says of a layer whose class the studio doesn't have: its code, and trust."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.core.code.custom import class_named
from cnnstudio.core.code.custom_edits import give_code
from cnnstudio.core.errors import BadInput, StudioError
from cnnstudio.core.network import LayerNode, Network
from cnnstudio.core.storage.project_file import read_file
from cnnstudio.core.text import T, Text
from cnnstudio.protocol.importing import CODE_SUFFIXES
from cnnstudio.ui.canvas.editor import Editor
from cnnstudio.ui.design.custom_dialog import CodeDialog
from cnnstudio.ui.design.custom_measuring import Measuring
from cnnstudio.ui.design.custom_trust import Trust
from cnnstudio.ui.theme.tokens import GAP
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.flow import Flow
from cnnstudio.ui.widgets.label import IconLabel, Label

_NOTEBOOK = ".ipynb"


class CustomPanel(QWidget):
    """Says where a layer's code is and whether it is trusted, with the buttons that go on.

    Args:
        context: Theme and language.
        editor: What changes the network.
    """

    def __init__(self, context: Context, editor: Editor) -> None:
        super().__init__()
        self._context, self._editor = context, editor
        self._trust: Trust | None = None
        self._measuring: Measuring | None = None
        self._node: LayerNode | None = None
        self._refused: Text | None = None
        self.dialog: CodeDialog | None = None
        self.state = Label(context, "", "small", wrap=True)
        self.icons = {
            tone: IconLabel(context, icon, tone)
            for tone, icon in (
                ("warning", "triangle-alert"),
                ("success", "circle-check"),
                ("danger", "circle-alert"),
            )
        }
        self.look = Button(context, T("Look at the code…"), kind="primary")
        self.again = Button(context, T("Measure again"))
        self.file = Button(context, T("Choose its file…"))
        self.paste = Button(context, T("Paste its code"))
        row = QHBoxLayout()
        row.setSpacing(GAP)
        for icon in self.icons.values():
            row.addWidget(icon)
        row.addWidget(self.state, 1)
        buttons = Flow(GAP)
        for button in (self.look, self.again, self.file, self.paste):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, GAP)
        column.setSpacing(GAP)
        column.addLayout(row)
        column.addLayout(buttons)
        self.look.clicked.connect(self._look)
        self.again.clicked.connect(self._again)
        self.file.clicked.connect(self._choose)
        self.paste.clicked.connect(self._paste)

    def follow(self, trust: Trust, measuring: Measuring | None) -> None:
        """Takes what knows of trust, and what measures."""
        self._trust, self._measuring = trust, measuring
        trust.changed.connect(self._show)
        if measuring is not None:
            measuring.changed.connect(self._show)

    def show_node(self, node: LayerNode) -> None:
        """Shows a layer that the studio doesn't know, or one with code of its own."""
        if self._node is None or node.id != self._node.id or node.code is not self._node.code:
            self._refused = None
        self._node = node
        self._show()

    # --- what is said ---------------------------------------------------------------------------

    def _show(self) -> None:
        node = self._node
        if node is None:
            return
        code = node.custom
        trusted = code is not None and self._trusts(node)
        tone, text = self._said(node, trusted)
        self.state.say(text)
        for name, icon in self.icons.items():
            icon.setVisible(name == tone)
        self.look.setVisible(code is not None)
        self.look.setProperty("kind", "" if trusted else "primary")
        self.look.style().unpolish(self.look)
        self.look.style().polish(self.look)
        self.again.setVisible(trusted and self._measuring is not None)
        for button in (self.file, self.paste):
            button.setVisible(code is None)

    def _said(self, node: LayerNode, trusted: bool) -> tuple[str, Text]:
        if self._refused is not None:
            return "danger", self._refused
        if node.custom is None:
            return "", T(
                "The studio doesn't have the class {cls}. With its code the layer can be measured "
                "and trained.",
                cls=class_named(node.kind),
            )
        if not trusted:
            return "warning", T(
                "{cls} is code that is kept in the project. It isn't run, and nothing with it is "
                "trained, before you have looked at it and say that you trust it.",
                cls=node.custom.cls,
            )
        if self._measuring is not None:
            if self._measuring.is_measuring(node):
                return "", T("An engine is measuring what it makes of its input…")
            if (problem := self._measuring.problem(node)) is not None:
                return "danger", problem
            if self._measuring.is_waiting(node):
                return "", T("An engine will measure what it makes of its input.")
        return "success", T("You trust the code of {cls}.", cls=node.custom.cls)

    def _trusts(self, node: LayerNode) -> bool:
        return (
            self._trust is not None and node.custom is not None and self._trust.trusts(node.custom)
        )

    # --- what is done ---------------------------------------------------------------------------

    def _look(self) -> None:
        node, code = self._node, self._node.custom if self._node is not None else None
        if node is None or code is None:
            return
        problem = self._measuring.problem(node) if self._measuring is not None else None
        trusted = self._trusts(node)
        self.dialog = CodeDialog(
            self._context, code, trusted, problem if trusted else None, self.window()
        )
        self.dialog.trust_wanted.connect(self._say_trusted)
        self.dialog.withdraw_wanted.connect(self._withdraw)
        self.dialog.finished.connect(self._close)
        self.dialog.open()

    def _close(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    def _say_trusted(self) -> None:
        code = self._node.custom if self._node is not None else None
        if code is None or self._trust is None:
            return
        try:
            self._trust.trust(code)
        except StudioError as error:
            self._refuse(error.text)
            return
        if self._measuring is not None:
            self._measuring.again(code)

    def _withdraw(self) -> None:
        code = self._node.custom if self._node is not None else None
        if code is None or self._trust is None:
            return
        try:
            self._trust.withdraw(code.digest)
        except StudioError as error:
            self._refuse(error.text)

    def _again(self) -> None:
        if self._measuring is not None and self._node is not None and self._node.custom is not None:
            self._measuring.again(self._node.custom)

    def _choose(self) -> None:
        show = self._context.language.show
        kinds = " ".join(f"*{suffix}" for suffix in CODE_SUFFIXES)
        chosen, _ = QFileDialog.getOpenFileName(
            self.window(),
            show(T("The file that defines the class")),
            "",
            f"{show(T('Python code'))} ({kinds})",
        )
        if chosen:
            self.take_file(Path(chosen))

    def take_file(self, path: Path) -> None:
        """Gives the layer the code of its class from a file."""
        try:
            text = read_file(path).decode("utf-8-sig")
        except BadInput as error:
            self._refuse(error.text)
        except UnicodeDecodeError:
            self._refuse(T("{file} isn't UTF-8 text. Save it as UTF-8.", file=str(path)))
        else:
            self._take(text, notebook=path.suffix == _NOTEBOOK)

    def _paste(self) -> None:
        text = QGuiApplication.clipboard().text()
        self._take(text, notebook=text.lstrip().startswith("{"))

    def _take(self, text: str, *, notebook: bool) -> None:
        node = self._node
        if node is None:
            return

        def given(network: Network) -> Network:
            return give_code(network, node.id, text, notebook=notebook)

        try:
            given(self._editor.whole)
        except BadInput as error:
            self._refuse(error.text)
            return
        self._editor.apply_whole(given, T("Give {cls} its code", cls=class_named(node.kind)))

    def _refuse(self, text: Text) -> None:
        self._refused = text
        self._show()
