"""Programs that run as somebody who may not do everything, even where the tests are root's."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import cnnstudio

_SOURCE = Path(cnnstudio.__file__).parents[1]
_BEGINNING = """
import os, sys
sys.path.insert(0, {source!r})
def drop_rights():
    if os.geteuid() == 0:  # who may read and write everything
        os.setgroups([]); os.setgid(65534); os.setuid(65534)
"""


def run_without_rights(program: str, folder: Path) -> str:
    """Runs a program in a folder and returns what it prints.

    Args:
        program: Python source; it calls ``drop_rights()`` once it has read what only root may, such
            as the studio's own files. Others may not pass through the folders above `folder`, so
            paths in it are relative.
        folder: The working directory.
    """
    source = _BEGINNING.format(source=str(_SOURCE)) + textwrap.dedent(program)
    done = subprocess.run(
        [sys.executable, "-c", source], cwd=folder, capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stderr
    return done.stdout
