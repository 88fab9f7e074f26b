"""What undo takes back where code is typed.

One rule: what was typed since the code was last read is taken back first, by the text's own undo;
then the document's steps are, and each brings the text that was there with it. On a canvas that was
changed while something was unread, undo is about the canvas.
"""

from __future__ import annotations

from cnnstudio.core.document import Document
from cnnstudio.core.text import T, Text
from cnnstudio.ui.design.code_editing import CodeEditing
from cnnstudio.ui.design.code_view import CodeView


class CodeSteps:
    """The text's steps, then the document's.

    Args:
        view: The editor.
        editing: What of its text is in the network.
        document: The project being edited.
    """

    def __init__(self, view: CodeView, editing: CodeEditing, document: Document) -> None:
        self._view, self._editing, self._document = view, editing, document
        view.undo_wanted.connect(self.undo)
        view.redo_wanted.connect(self.redo)

    @property
    def _is_meant(self) -> bool:
        """Whether undo is about the text."""
        view, editing = self._view, self._editing
        return view.isVisible() and (view.hasFocus() or (editing.unread and not editing.is_apart))

    @property
    def undo_text(self) -> Text | None:
        """What `undo` would take back; None if there is nothing."""
        if self._is_meant and self._view.document().isUndoAvailable():
            return T("Edit the code")
        return self._document.undo_text

    @property
    def redo_text(self) -> Text | None:
        """What `redo` would do again; None if there is nothing."""
        if self._is_meant and self._view.document().isRedoAvailable():
            return T("Edit the code")
        return self._document.redo_text

    def undo(self) -> None:
        """Takes back what was typed since the code was last read, else the document's last step."""
        if self._is_meant and self._view.document().isUndoAvailable():
            self._view.undo()
        else:
            self._document.undo()

    def redo(self) -> None:
        """Does again what `undo` took back last."""
        if self._is_meant and self._view.document().isRedoAvailable():
            self._view.redo()
        else:
            self._document.redo()
