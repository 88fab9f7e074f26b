"""A worker that some files crash, hold up or fill, as a fault in a decoder would."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import IO

from cnnstudio.decode.pictures import Picture, read_picture
from cnnstudio.decode.scanning import worker


def fragile(file: IO[bytes]) -> Picture:
    """Decodes a picture, unless the file begins with one of these words."""
    word = file.read(5)
    file.seek(0)
    if word == b"CRASH":
        os.abort()
    if word == b"HANGS":
        time.sleep(3600)
    if word == b"FILLS":
        return fragile_memory(bytearray(2**40))
    return read_picture(file)


def fragile_memory(_filled: bytearray) -> Picture:
    """Never reached: there is no such memory."""
    raise AssertionError


if __name__ == "__main__":
    worker.read_picture = fragile
    sys.exit(worker.main(Path(sys.argv[1]), int(sys.argv[2])))
