"""The program's entry: arguments first, so that an engine never imports the window."""

from __future__ import annotations

import io
import multiprocessing
import sys


def main() -> int:
    """Runs the verb that the arguments name and returns the exit code."""
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
    from cnnstudio.cli.main import main as command_line

    return command_line(argv)


if __name__ == "__main__":
    sys.exit(main())
