from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cnnstudio.protocol.launch import engine_command, engine_environment

LOG = Path("/tmp/한글 folder/engine.log")
OPTIONS = ["--role", "run", "--backend", "torch", "--device", "gpu:1", "--log", str(LOG)]


def test_from_source_the_interpreter_runs_the_package() -> None:
    command = engine_command("run", "torch", "gpu:1", LOG)
    assert command == [sys.executable, "-m", "cnnstudio", "engine", *OPTIONS]


def test_frozen_the_executable_runs_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/opt/CNN Studio/cnnstudio")
    command = engine_command("run", "torch", "gpu:1", LOG)
    assert command == ["/opt/CNN Studio/cnnstudio", "engine", *OPTIONS]


def test_frozen_on_windows_the_console_twin_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "cnnstudio.exe"))
    assert engine_command("run", "torch", "cpu", LOG)[0] == str(tmp_path / "cnnstudio.exe")
    (tmp_path / "cnnstudio-console.exe").touch()
    assert engine_command("run", "torch", "cpu", LOG)[0] == str(tmp_path / "cnnstudio-console.exe")


def test_the_environment_names_the_backend_and_keeps_the_rest() -> None:
    given = {"KERAS_BACKEND": "jax", "PYTHONPATH": "/x", "OMP_NUM_THREADS": "1", "LANG": "C"}
    env = engine_environment("tensorflow", "auto", given)
    assert env["KERAS_BACKEND"] == "tensorflow"
    assert env["PYTHONUTF8"] == "1"
    assert env["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
    assert "CUDA_VISIBLE_DEVICES" not in env
    assert given.items() - env.items() == {("KERAS_BACKEND", "jax")}


def test_what_the_person_set_for_the_libraries_stays() -> None:
    env = engine_environment("tensorflow", "gpu:1", {"TF_CPP_MIN_LOG_LEVEL": "0"})
    assert env["TF_CPP_MIN_LOG_LEVEL"] == "0"


def test_cpu_hides_the_gpus_and_a_numbered_gpu_hides_none() -> None:
    assert engine_environment("torch", "cpu", {})["CUDA_VISIBLE_DEVICES"] == "-1"
    given = {"CUDA_VISIBLE_DEVICES": "2,3"}
    assert engine_environment("torch", "gpu:1", given)["CUDA_VISIBLE_DEVICES"] == "2,3"
