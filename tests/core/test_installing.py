from __future__ import annotations

import shlex
import sys
import tomllib
from pathlib import Path

import pytest

from cnnstudio.core.installing import REQUIREMENTS, pip_command

PYPROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))


def test_what_is_installed_is_what_pyproject_asks_for() -> None:
    extras = PYPROJECT["project"]["optional-dependencies"]
    assert REQUIREMENTS["tensorflow"] in PYPROJECT["project"]["dependencies"]
    for name in ("torch", "jax", "gpu"):
        (asked,) = extras[name]
        assert REQUIREMENTS[name] == asked.split(";")[0].strip()


@pytest.mark.parametrize("python", ["/usr/bin/python3", "/home/학생 1/venv/bin/python"])
def test_the_command_can_be_pasted(python: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", python)
    assert shlex.split(pip_command("torch")) == [python, "-m", "pip", "install", "torch>=2.6"]
