"""What is built can be installed elsewhere and has everything it needs with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by hatchling without a download."""
    folder = tmp_path_factory.mktemp("dist")
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the wheel is installed: a folder with spaces and Hangul in its name."""
    target = tmp_path_factory.mktemp("설치 폴더 (1)") / "내 패키지"
    pip = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps", "--no-compile"]
    run([*pip, "--quiet", "--disable-pip-version-check", "--target", str(target), str(wheel)], ROOT)
    return target


def run(
    command: list[str], folder: Path, *, wanted: int = 0, **environment: str
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command,
        check=False,
        cwd=folder,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"} | environment,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == wanted, done.stdout + done.stderr
    return done


def studio(installed: Path, *arguments: str, wanted: int = 0, language: str = "en") -> str:
    """What ``cnnstudio`` prints, run from the installation and not from the sources."""
    folder = installed.parent / "작업 폴더 with spaces"
    folder.mkdir(exist_ok=True)
    done = run(
        [sys.executable, "-m", "cnnstudio", *arguments],
        folder,
        wanted=wanted,
        PYTHONPATH=str(installed),
        PYTHONDONTWRITEBYTECODE="1",
        CNNSTUDIO_LANGUAGE=language,
    )
    return done.stdout if wanted == 0 else done.stderr


def test_the_wheel_holds_the_resources(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    inside = {
        "datasets/fashion_mnist/train-images-idx3-ubyte.gz",
        "datasets/fashion_mnist/train-labels-idx1-ubyte.gz",
        "datasets/fashion_mnist/t10k-images-idx3-ubyte.gz",
        "datasets/fashion_mnist/t10k-labels-idx1-ubyte.gz",
        "datasets/fashion_mnist/LICENSE.txt",
        "samples/lecture-cnn.cnnstudio",
        "samples/lecture-vgg-bn.cnnstudio",
        "locale/ko/LC_MESSAGES/cnnstudio.mo",
    }
    assert {f"cnnstudio/resources/{name}" for name in inside} <= names
    assert {name.split("/")[0] for name in names} == {
        "cnnstudio",
        next(name for name in names if name.endswith("METADATA")).split("/")[0],
    }
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.endswith((".pyc", ".bak", ".tmp"))]


def test_it_runs_from_where_it_was_installed(installed: Path) -> None:
    where = "import cnnstudio, pathlib; print(pathlib.Path(cnnstudio.__file__).parent)"
    found = run([sys.executable, "-c", where], installed.parent, PYTHONPATH=str(installed))
    assert Path(found.stdout.strip()) == installed / "cnnstudio"


def test_it_summarises_a_sample(installed: Path) -> None:
    summary = json.loads(studio(installed, "summary", "sample:lecture-cnn", "--json"))
    assert summary["total_params"] == 1_101_526
    assert summary["memory_bytes_per_image"] == 363_912


def test_it_writes_a_project_with_a_korean_name(installed: Path) -> None:
    studio(installed, "new", "sample:dense-only", "-o", "나의 신경망.cnnstudio")
    summary = json.loads(studio(installed, "summary", "나의 신경망.cnnstudio", "--json"))
    assert summary["total_params"] == 79_510


def test_it_speaks_korean(installed: Path) -> None:
    sentence = studio(installed, "summary", "없음.cnnstudio", wanted=2, language="ko")
    assert "없음.cnnstudio가 없습니다" in sentence
