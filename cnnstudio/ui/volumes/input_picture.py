"""The picture on the input's face: the first one the project trains on."""

from __future__ import annotations

from PySide6.QtCore import QObject

from cnnstudio.ui.data.library import Library
from cnnstudio.ui.volumes.view import VolumesView
from cnnstudio.ui.widgets.images import picture_image


class InputPicture(QObject):
    """Gives the volumes view a picture as soon as the project's data is read.

    Args:
        library: The project's pictures; they begin to be read when the view is first shown.
        view: The view.
    """

    def __init__(self, library: Library, view: VolumesView) -> None:
        super().__init__(view)
        self._library, self._view = library, view
        view.shown.connect(library.open)
        library.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        part = self._library.part("train")
        if part is None or not len(part.pictures):
            self._view.show_picture(None)
        else:
            self._view.show_picture(picture_image(part.pictures[0]))
