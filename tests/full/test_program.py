"""Written programs on the whole of Fashion-MNIST: alone they log what the studio logs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from cnnstudio.core.augmentation.settings import Augmentation
from cnnstudio.core.data.datasets import FASHION_MNIST
from cnnstudio.core.storage.project_file import save_project
from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.core.storage.samples import load_project_argument

LECTURES = Augmentation({"horizontal_flip": True})
MUCH = Augmentation(
    {"rotation_range": 20, "zoom_range": [0.7, 0.9], "featurewise_std_normalization": True}
)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("augmentation", "scaling", "weights"),
    [
        (Augmentation(), "1/255", "none"),
        (LECTURES, "1/255", "none"),
        (MUCH, "1/255", "none"),
        (Augmentation(), "min-max", "none"),
        (Augmentation(), "min-max-signed", "balanced"),
        (LECTURES, "z-score", "balanced"),
    ],
    ids=["no", "flip", "much", "min-max", "min-max-signed", "z-score"],
)
def test_the_numbers_are_the_studios(
    tmp_path: Path, augmentation: Augmentation, scaling: str, weights: str
) -> None:
    sample = load_project_argument("sample:lecture-cnn")
    training = replace(sample.training, epochs=2, class_weights=weights)
    data = replace(sample.data, scaling=scaling)
    path, script, run = tmp_path / "a.cnnstudio", tmp_path / "a.py", tmp_path / "run"
    project = replace(sample, data=data, augmentation=augmentation, training=training)
    save_project(project, path)
    cache = tmp_path / "home" / "datasets" / "fashion-mnist"  # where Keras keeps its downloads
    cache.mkdir(parents=True)
    for pool in FASHION_MNIST.pools.values():
        for file in (pool.images, pool.labels):
            assert file is not None
            shutil.copy(FASHION_MNIST.folder / file.name, cache)
    environment = os.environ | {
        "CNNSTUDIO_CACHE": str(tmp_path / "cache"),
        "KERAS_HOME": str(tmp_path / "home"),
        "CUDA_VISIBLE_DEVICES": "-1",
    }

    def python(*arguments: Any) -> str:
        done = subprocess.run(
            [sys.executable, *map(str, arguments)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=environment,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    python("-m", "cnnstudio", "train", path, "--run-dir", run)
    python("-m", "cnnstudio", "code", path, "-o", script)
    lines = [line.split() for line in python(script).splitlines()]
    told = {words[0]: [float(word) for word in words[1:]] for words in lines if len(words) == 3}
    for row in RunFolder.open(run).metrics().epochs:
        for name, value in row.logs.items():
            assert told[name][row.epoch - 1] == pytest.approx(value, abs=1e-6)
            print(name, row.epoch, told[name][row.epoch - 1], value)
