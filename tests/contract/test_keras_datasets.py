"""Where ``keras.datasets`` lie and their checksums, against Keras' own source."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from cnnstudio.core.data.keras_datasets import KERAS_DATASETS
from cnnstudio.core.data.known_classes import CIFAR10, CIFAR100_COARSE, CIFAR100_FINE
from cnnstudio.decode.sources import cifar
from tests.fakes.source_files import (
    cifar10,
    cifar100,
    pictures,
    silent,
    written,
)


def source(name: str) -> str:
    spec = importlib.util.find_spec("keras")  # finds it, runs nothing of it
    assert spec is not None
    assert spec.origin is not None
    return (Path(spec.origin).parent / "src" / "datasets" / f"{name}.py").read_text()


@pytest.mark.parametrize("name", KERAS_DATASETS)
def test_addresses_and_checksums_are_those_of_keras(name: str) -> None:
    code = source(name)
    for file in KERAS_DATASETS[name].files:
        folder = file.url.removesuffix(file.name)
        assert f'"{folder}"' in code or f'"{file.url}"' in code
        assert file.name in code
        assert file.unpacked == (name == "fashion_mnist")  # which has no checksums in Keras
        assert file.unpacked or f'"{file.checksum}"' in code


def test_pictures_and_labels_are_those_keras_loads(keras: ModuleType, tmp_path: Path) -> None:
    load_batch = keras.src.datasets.cifar.load_batch
    for files, key in ((cifar10(), "labels"), (cifar100(), "fine_labels")):
        folder = written(tmp_path / key, files)
        found = cifar.read(folder, {}, silent)
        names = [name for name in files if name.startswith(("data_batch", "train", "test"))]
        loaded = [load_batch(folder / name, label_key=key) for name in names]
        images = np.concatenate([batch for batch, _ in loaded])
        assert np.array_equal(pictures(found), images.transpose(0, 2, 3, 1))
        assert found.labels.tolist() == [label for _, labels in loaded for label in labels]


def test_class_names_are_those_of_cifar() -> None:
    code = source("cifar10")
    assert all(f"|   {label}   | {name}" in code for label, name in enumerate(CIFAR10))
    assert len(CIFAR100_FINE) == 100
    assert len(CIFAR100_COARSE) == 20
    assert list(CIFAR100_FINE) == sorted(CIFAR100_FINE)
    assert list(CIFAR100_COARSE) == sorted(CIFAR100_COARSE)
