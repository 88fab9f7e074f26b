"""The entry of an inspector: ``cnnstudio inspector``; see ``protocol.launch``."""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from cnnstudio.core.errors import StudioError
from cnnstudio.core.models.inputs import UnknownInputShape
from cnnstudio.core.storage.faults import show_bytes
from cnnstudio.core.text import T
from cnnstudio.inspector.limits import set_limits
from cnnstudio.protocol.answers import ANSWER, COPY, Answer, encode_answer
from cnnstudio.protocol.inspecting import MEMORY


def main(argv: Sequence[str]) -> int:
    """Reads the copy in a folder, leaves an answer beside it and returns the exit code.

    Whatever goes wrong in a way that no check foresaw ends the process, which is an answer too.
    """
    if len(argv) != 3:
        return 2
    folder, name, shape = Path(argv[0]), argv[1], argv[2]
    input_shape = tuple(map(int, shape.split(","))) if shape else None
    faulthandler.enable(sys.stderr)
    limits = set_limits((folder / COPY).stat().st_size)  # before anything makes a thread
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from cnnstudio.inspector.reading import read_model  # NumPy and HDF5 live within the limits

    try:
        answer = read_model(folder, name, input_shape)
    except UnknownInputShape as error:
        answer = Answer(refused=error.text, open_shape=error.shape)
    except StudioError as error:
        answer = Answer(refused=error.text)
    except MemoryError:
        answer = Answer(
            refused=T(
                "{file} needs more than {limit} of memory to be read; it may be damaged. Save the "
                "model again.",
                file=name,
                limit=show_bytes(MEMORY),
            )
        )
    (folder / ANSWER).write_bytes(encode_answer(replace(answer, limits=limits)))
    return 0


def _end_with_parent() -> None:
    """Ends this process with the one that started it: then its pipe ends."""
    while os.read(0, 1):
        pass
    os._exit(1)
