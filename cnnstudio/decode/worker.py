"""The entry of decoding processes: ``cnnstudio decode``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def main(argv: Sequence[str]) -> int:
    """Does one order, or the tasks of a coordinator, and returns the exit code.

    A process imports only what it needs, for two workers start with each scan.
    """
    match argv:
        case ["worker", gauge, slot]:
            from cnnstudio.decode.scanning.worker import main as work

            return work(Path(gauge), int(slot))
        case [folder]:
            from cnnstudio.decode.obeying import obey

            return obey(Path(folder))
    return 2
