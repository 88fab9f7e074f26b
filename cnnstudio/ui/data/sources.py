"""What may be a person's own pictures, told by its name; what it is, the scan finds out."""

from __future__ import annotations

import re
from pathlib import Path

ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2")
TABLES = (".csv", ".tsv")
ARRAYS = (".npz", ".gz", ".bin")
SUFFIXES = (*ARCHIVES, *TABLES, *ARRAYS)
"""How names of files end that pictures come in."""

_WITHOUT_SUFFIX = re.compile(
    r".*-ubyte|.*\.idx\d|data_batch_\d|test_batch|train|test|meta", re.ASCII
)


def can_be_pictures(path: Path) -> bool:
    """Whether a folder or file can be scanned for pictures, as far as its name says."""
    name = path.name.lower()
    return name.endswith(SUFFIXES) or bool(_WITHOUT_SUFFIX.fullmatch(name)) or path.is_dir()
