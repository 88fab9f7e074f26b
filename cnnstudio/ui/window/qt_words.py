"""Qt's own words, in the menus of text fields and in its dialogs, in the person's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QObject, QTranslator

from cnnstudio.ui.widgets.language import Language


class QtWords(QObject):
    """Keeps Qt's translation in step with the language.

    Args:
        language: The language in use.
        app: The application whose words they are; it owns this object.
    """

    def __init__(self, language: Language, app: QCoreApplication) -> None:
        super().__init__(app)
        self._app = app
        self._language = language
        self._translator: QTranslator | None = None
        language.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        if self._translator is not None:
            self._app.removeTranslator(self._translator)
            self._translator.deleteLater()
            self._translator = None
        if self._language.code != "en":
            translator = QTranslator(self)
            folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
            if translator.load(f"qtbase_{self._language.code}", folder):
                self._app.installTranslator(translator)
                self._translator = translator
