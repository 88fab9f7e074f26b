"""The main job from the command line, with the real engine on the real pictures.

One training of the smallest sample serves most of the tests; it is done once.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image

from cnnstudio.core.data.datasets import FASHION_MNIST
from cnnstudio.core.storage.run_folder import RunFolder, RunStatus
from cnnstudio.decode.sets import load_pool
from tests.contract.conftest import keras

__all__ = ["keras"]

SAMPLE = "sample:dense-only"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("학생 home")


def environment(home: Path) -> dict[str, str]:
    return os.environ | {
        "CNNSTUDIO_DATA": str(home / "data"),
        "CNNSTUDIO_CACHE": str(home / "cache"),
        "CNNSTUDIO_LANGUAGE": "en",
    }


def cnnstudio(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cnnstudio", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment(home),
        check=False,
    )


def printed(done: subprocess.CompletedProcess[str], code: int = 0) -> dict[str, Any]:
    assert done.returncode == code, done.stderr
    assert done.stdout.count("\n") == 1, done.stdout
    value: dict[str, Any] = json.loads(done.stdout)
    return value


@pytest.fixture(scope="module")
def run(home: Path) -> Path:
    """A run of one epoch, and what ``train --json`` said of it."""
    path = home / "run"
    said = printed(
        cnnstudio(home, "train", SAMPLE, "--run-dir", str(path), "--epochs", "1", "--json")
    )
    assert said["epochs"] == 1
    assert said["stopped"] == "finished"
    assert said["run"] == str(path)
    assert said["images_per_second"] > 0
    assert 0.7 < said["val_accuracy"] < 1
    epoch = RunFolder.open(path).metrics().epochs[-1]
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        assert said[name] == epoch.logs[name]
    return path


def test_a_run_explains_itself(run: Path) -> None:
    folder = RunFolder.open(run)
    record = folder.record
    assert folder.status is RunStatus.FINISHED
    assert record.versions["keras"]
    assert record.pid > 0
    assert record.project.network.layers
    assert folder.log_path.stat().st_size > 0
    train, validation, _ = folder.read_split()
    assert (len(train), len(validation)) == (54_000, 6_000)
    assert not set(train) & set(validation)
    batches = [block for block in folder.metrics().batches if block.epoch == 1]
    assert sum(len(block.loss) for block in batches) == 844, "every batch is there"


@pytest.mark.parametrize("on", ["test", "validation"])
def test_evaluate(home: Path, run: Path, on: str) -> None:
    measured = printed(cnnstudio(home, "evaluate", str(run), "--on", on, "--json"))
    matrix = np.array(measured["confusion_matrix"])
    count = 10_000 if on == "test" else 6_000
    assert matrix.shape == (10, 10)
    assert matrix.sum() == count
    assert measured["accuracy"] == pytest.approx(np.trace(matrix) / count)
    assert [row["support"] for row in measured["per_class"]] == matrix.sum(axis=1).tolist()
    assert measured["per_class"][9]["class"] == "Ankle boot"
    if on == "validation":
        logged = RunFolder.open(run).metrics().epochs[-1].logs
        assert measured["loss"] == pytest.approx(logged["val_loss"], rel=1e-5)
        assert measured["accuracy"] == pytest.approx(logged["val_accuracy"])


def test_save(home: Path, run: Path, tmp_path: Path, keras: ModuleType) -> None:
    path = tmp_path / "나의 모델.keras"
    said = printed(cnnstudio(home, "save", str(run), "-o", str(path), "--json"))
    assert said["file"] == str(path)
    assert (said["format"], said["epoch"], said["warnings"]) == ("keras", 1, [])
    assert said["bytes"] == path.stat().st_size
    model = keras.models.load_model(path)
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    train = load_pool(FASHION_MNIST, "train")
    chosen = RunFolder.open(run).read_split()[1]
    pictures = train.pictures[chosen].astype(np.float32) * np.float32(1 / 255)
    loss, accuracy = model.evaluate(pictures, train.labels[chosen], verbose=0)
    logged = RunFolder.open(run).metrics().epochs[-1].logs
    assert loss == pytest.approx(logged["val_loss"], rel=1e-5)
    assert accuracy == pytest.approx(logged["val_accuracy"])
    refused = cnnstudio(home, "save", str(run), "-o", str(tmp_path / "model.pt"))
    assert refused.returncode == 2
    assert "End its name in .keras, .h5" in refused.stderr


def test_predict(home: Path, run: Path, tmp_path: Path) -> None:
    test = load_pool(FASHION_MNIST, "test")
    files = [tmp_path / f"사진 {{{i}}}.png" for i in range(4)]
    for i, file in enumerate(files):
        picture = Image.fromarray(np.asarray(test.pictures[i, ..., 0]))
        picture.resize((56, 56), Image.Resampling.NEAREST).convert("RGB").save(file)
    said = printed(cnnstudio(home, "predict", str(run), *map(str, files), "--json"))
    predictions = said["predictions"]
    assert [row["file"] for row in predictions] == [str(file) for file in files]
    for row in predictions:
        assert sum(row["probabilities"]) == pytest.approx(1, abs=1e-5)
        best = int(np.argmax(row["probabilities"]))
        assert row["class"] == str(FASHION_MNIST.classes[best])
    assert predictions[1]["class"] == "Pullover"
    assert predictions[2]["class"] == "Trouser"


def test_resume_counts_the_total(home: Path, run: Path, tmp_path: Path) -> None:
    done = cnnstudio(home, "resume", str(run), "--epochs", "1", "--json")
    assert done.returncode == 2
    assert "Ask for more than 1" in done.stderr
    again = tmp_path / "two"
    import shutil

    shutil.copytree(run, again)
    resumed = printed(cnnstudio(home, "resume", str(again), "--epochs", "2", "--json"))
    straight = printed(
        cnnstudio(
            home,
            "train",
            SAMPLE,
            "--run-dir",
            str(tmp_path / "straight"),
            "--epochs",
            "2",
            "--json",
        )
    )
    for name in ("loss", "accuracy", "val_loss", "val_accuracy", "epochs"):
        assert resumed[name] == straight[name], "to the last bit"
    one = RunFolder.open(again).checkpoints.read_weights(2)
    other = RunFolder.open(tmp_path / "straight").checkpoints.read_weights(2)
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name])


@pytest.fixture
def listening() -> Iterator[None]:
    """What is started hears Ctrl-C, also where a shell in the background has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("listening")
def test_ctrl_c_stops_cleanly_and_keeps_a_checkpoint(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "run"
    command = [sys.executable, "-m", "cnnstudio", "train", SAMPLE, "--run-dir", str(path)]
    with subprocess.Popen(
        [*command, "--epochs", "500", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(home),
    ) as process:
        try:
            children = _until(lambda: psutil.Process(process.pid).children(recursive=True))
            _until((path / "checkpoints" / "epoch-0001").is_dir)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 130, err
    said = json.loads(out)
    assert said["stopped"] == "cancelled"
    folder = RunFolder.open(path)
    assert folder.status is RunStatus.CANCELLED
    assert folder.best_epoch() is not None
    assert not any(child.is_running() for child in children), "no engine is left"


def test_killing_the_command_line_leaves_no_engine_and_a_run_that_opens(
    home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "run"
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "cnnstudio",
            "train",
            SAMPLE,
            "--run-dir",
            str(path),
            "--epochs=500",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(home),
    )
    _until((path / "checkpoints" / "epoch-0001").is_dir)
    engines = psutil.Process(process.pid).children(recursive=True)
    assert engines
    process.kill()
    process.wait()
    _gone, alive = psutil.wait_procs(engines, timeout=10)
    assert not alive
    folder = RunFolder.open(path)
    assert folder.status is not RunStatus.RUNNING
    assert folder.last_epoch() is not None


def _until(look: Any, seconds: float = 90) -> Any:
    """Waits until `look` gives something true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError("it didn't happen in time")
