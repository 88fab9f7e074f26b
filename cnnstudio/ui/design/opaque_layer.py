"""What the panel shows of a layer whose kind the studio doesn't know."""

from __future__ import annotations

import json

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnstudio.core.network import LayerNode
from cnnstudio.core.text import T
from cnnstudio.ui.theme.tokens import GAP
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label

_MOST_LINES = 200


class OpaqueLayer(QWidget):
    """The layer's config as the project file has it, to be read and copied.

    Args:
        context: Theme and language.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        self.title = Label(context, "", "title")
        self.about = Label(context, "", "small", "muted", wrap=True)
        self.config = Label(context, "", "code-small", wrap=True)
        self.config.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.config.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for widget in (self.title, self.about, self.config):
            column.addWidget(widget)

    def show_node(self, node: LayerNode) -> None:
        """Shows a layer's params, and what else its file says of it."""
        config = node.params | node.extra
        lines = json.dumps(config, ensure_ascii=False, indent=2).split("\n")
        if len(lines) > _MOST_LINES:
            lines = [*lines[:_MOST_LINES], "…"]
        self.title.say(T("Kept as it is"))
        self.about.say(
            T(
                "It can be moved, linked, copied, renamed and deleted. Its parameters can't be "
                "changed here; the project file keeps them."
            )
            if config
            else T("It can be moved, linked, copied, renamed and deleted. It has no parameters.")
        )
        self.config.say("\n".join(lines))
        self.config.setVisible(bool(config))
