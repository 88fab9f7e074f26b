"""The exact command that installs a library this Python lacks."""

from __future__ import annotations

import sys

# As in pyproject.toml; "gpu" is TensorFlow with the CUDA libraries it needs.
REQUIREMENTS = {
    "tensorflow": "tensorflow>=2.21,<2.22",
    "torch": "torch>=2.6",
    "jax": "jax>=0.5",
    "gpu": "tensorflow[and-cuda]>=2.21,<2.22",
}


def pip_command(name: str) -> str:
    """The command for a shell that installs "tensorflow", "torch", "jax" or "gpu"."""
    python = f'"{sys.executable}"' if " " in sys.executable else sys.executable
    return f'{python} -m pip install "{REQUIREMENTS[name]}"'
