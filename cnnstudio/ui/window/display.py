"""Whether a window can be opened here, found out without ending the program.

Qt aborts the process when none of its platform plugins can start, so on Linux a fork tries first.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Mapping

from cnnstudio.core.text import T, Text

LIBRARIES = (
    "libegl1", "libgl1", "libglib2.0-0", "libdbus-1-3", "libfontconfig1", "libx11-xcb1",
    "libxcb-cursor0", "libxcb-icccm4", "libxcb-keysyms1", "libxcb-shape0", "libxkbcommon-x11-0",
)  # fmt: skip
"""The Debian packages that hold, or depend on, every system library Qt loads for a window."""

_SHARED_LIBRARY = re.compile(r"(lib[\w.+-]+\.so[.\d]*): cannot open shared object file")


def why_no_window(
    platform: str = sys.platform, environment: Mapping[str, str] = os.environ
) -> Text | None:
    """The reason why no window can be opened; None if one can.

    Must be called before Qt's application is made, and while the process has one thread.

    Args:
        platform: As ``sys.platform``.
        environment: As ``os.environ``.
    """
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    on_linux = platform.startswith("linux")
    if on_linux and not any(environment.get(name) for name in names):
        return T("No window can be opened: there is no display here.")
    try:
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as error:
        if (library := missing_library(str(error))) is None:
            raise
        return _lacks(library)
    if not on_linux or (said := _refusal()) is None:
        return None
    if (library := missing_library(_plugin_error())) is not None:
        return _lacks(library)
    reason = next(iter(said.splitlines()), "") or "?"
    return T("No window can be opened: Qt says “{reason}”.", reason=reason)


def missing_library(error: str) -> str | None:
    """The shared library that the loader's `error` misses, such as "libEGL.so.1"."""
    found = _SHARED_LIBRARY.search(error)
    return found[1] if found else None


def _lacks(library: str) -> Text:
    return T(
        "No window can be opened: Qt needs {library}, which this system lacks. On Debian and "
        "Ubuntu it comes with: {command}",
        library=library,
        command=f"sudo apt-get install -y {' '.join(LIBRARIES)}",
    )


def _refusal() -> str | None:
    """What Qt says while it fails to start in a fork; None if it starts."""
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        _start_and_leave(writer)
    os.close(writer)
    with os.fdopen(reader, errors="replace") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    return said if status else None


def _start_and_leave(writer: int) -> None:
    """Starts Qt and ends the process: 0 if it starts. Qt's last words leave before it aborts."""
    from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
    from PySide6.QtGui import QGuiApplication

    def hear(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
        os.write(writer, f"{message.strip()}\n".encode())
        if kind is QtMsgType.QtFatalMsg:
            os._exit(1)

    code = 1
    with contextlib.suppress(Exception):  # whatever it is, the parent must not go on here twice
        qInstallMessageHandler(hear)
        application = QGuiApplication([])
        code = 0 if application.platformName() else 1
    os._exit(code)


def _plugin_error() -> str:
    """What the loader says of Qt's X11 plugin; "" if it loads."""
    from PySide6.QtCore import QLibraryInfo, QPluginLoader

    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)
    loader = QPluginLoader(f"{folder}/platforms/libqxcb.so")
    return "" if loader.load() else loader.errorString()
