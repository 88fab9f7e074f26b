"""A frozen build, started from a folder with spaces and Hangul: some two minutes.

Needs the optional extra: ``pip install -e '.[frozen]'``.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "packaging" / "frozen" / "engine.spec"

pytestmark = [
    pytest.mark.timeout(1800),
    pytest.mark.skipif(
        not importlib.util.find_spec("PyInstaller"), reason="the extra frozen isn't here"
    ),
]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    work = tmp_path_factory.mktemp("build")
    dist = work / "CNN 스튜디오 (한글 folder)"
    options = ["--noconfirm", "--log-level", "ERROR", "--distpath", dist, "--workpath", work / "w"]
    subprocess.run([sys.executable, "-m", "PyInstaller", SPEC, *options], check=True, cwd=work)
    return dist / "cnnstudio" / ("cnnstudio.exe" if os.name == "nt" else "cnnstudio")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "내 작업 folder"
    folder.mkdir()
    return folder


def run(program: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the frozen program with nothing of this Python in its environment."""
    kept = ("SYSTEMROOT", "TEMP", "TMP", "HOME", "USERPROFILE")
    env = {name: os.environ[name] for name in kept if name in os.environ}
    env |= {"LC_ALL": "C", "CNNSTUDIO_DATA": str(folder / "data"), "CNNSTUDIO_LANGUAGE": "ko"}
    return subprocess.run(
        [program, *arguments],
        check=False,
        cwd=folder,
        env=env,
        capture_output=True,
        encoding="utf-8",
    )


def answer(program: Path, folder: Path, *arguments: str) -> Any:
    done = run(program, folder, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_summary(program: Path, folder: Path) -> None:
    start = time.monotonic()
    summary = answer(program, folder, "summary", "sample:lecture-cnn")
    print(f"summary: {time.monotonic() - start:.2f} s")
    assert summary["total_params"] == 1_101_526


def test_a_training_in_its_own_frozen_engine(program: Path, folder: Path) -> None:
    start = time.monotonic()
    options = ("--epochs", "1", "--device", "cpu")
    trained = answer(program, folder, "train", "sample:dense-only", "--run-dir", "학습 1", *options)
    print(f"one epoch of dense-only: {time.monotonic() - start:.2f} s")
    assert trained["stopped"] == "finished"
    assert trained["val_accuracy"] > 0.8
    measured = answer(program, folder, "evaluate", trained["run"])
    assert measured["accuracy"] > 0.8


def test_its_doctor_finds_the_backend(program: Path, folder: Path) -> None:
    assert answer(program, folder, "doctor")["backends"]["tensorflow"]["works"]


def test_an_error_is_a_sentence_in_the_persons_language(program: Path, folder: Path) -> None:
    done = run(program, folder, "train", "없는 파일.cnnstudio", "--run-dir", "x")
    assert done.returncode == 2
    assert "없는 파일.cnnstudio" in done.stderr
    assert "Traceback" not in done.stderr
