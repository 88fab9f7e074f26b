"""The program's entry: arguments first, so that an engine never imports the window."""

from __future__ import annotations

import io
import multiprocessing
import sys


def main() -> int:
    """Opens the window, or runs the verb that the arguments name; returns the exit code."""
    multiprocessing.freeze_support()  # before anything else: a frozen child starts here again
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a windowed executable has none
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    argv = sys.argv[1:]
    if argv[:1] == ["engine"]:
        from cnnstudio.engine.main import main as engine

        return engine(argv[1:])
    if argv[:1] == ["decode"]:
        from cnnstudio.decode.worker import main as decode

        return decode(argv[1:])
    if argv[:1] == ["inspector"]:
        from cnnstudio.inspector.main import main as inspector

        return inspector(argv[1:])
    if not argv or names_project(argv):
        return open_window(argv)
    from cnnstudio.cli.main import main as command_line

    return command_line(argv)


def names_project(argv: list[str]) -> bool:
    """Whether the arguments are one project: a file, or ``sample:NAME``."""
    return len(argv) == 1 and (argv[0].endswith(".cnnstudio") or argv[0].startswith("sample:"))


def open_window(argv: list[str]) -> int:
    """Opens the window; where there can't be one, says why and offers the command line.

    Without a project the lecture's CNN is trained there, as the window would have offered. A
    project that was named is only pointed at: opening a file never starts a training.
    """
    from cnnstudio.core.text import T, Translator, preferred_language
    from cnnstudio.ui.window.display import why_no_window

    if (reason := why_no_window()) is None:
        from cnnstudio.app import run_app

        return run_app(argv)
    show = Translator(preferred_language()).show
    if argv:
        remedy = T(
            "It can be trained without one: {command}",
            command=f"cnnstudio train “{argv[0]}” --run-dir RUN",
        )
        sys.stderr.write(f"{show(reason)} {show(remedy)}\n")
        return 1
    sys.stderr.write(f"{show(reason)}\n")
    from cnnstudio.cli.main import main as command_line

    return command_line([])


if __name__ == "__main__":
    sys.exit(main())
