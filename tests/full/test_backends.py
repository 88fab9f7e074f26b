"""PyTorch and JAX run the same training: the engine's own tests, on each backend."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Keras 3.15 calls numpy.array on tensors of PyTorch and on its own variables without `copy`.
COPY_WARNING = "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"


@pytest.mark.timeout(900)
@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_training_on_another_backend(backend: str) -> None:
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"the optional extra {backend} isn't installed")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", COPY_WARNING),
            *(f"tests/engine/test_{name}.py" for name in ("training", "jobs", "saving", "scaling")),
        ],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]
