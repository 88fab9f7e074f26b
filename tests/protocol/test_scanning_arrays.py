"""Arrays scanned by processes of their own: what comes back, and that nothing of a file runs."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnstudio.core.data.catalogue import changes, open_catalogue
from cnnstudio.core.data.datasets import dataset_of
from cnnstudio.core.data.parts import open_pool
from cnnstudio.core.errors import BadInput
from cnnstudio.core.project import DataSettings
from cnnstudio.protocol.scanning import scan
from tests.fakes.source_files import cifar10, tarred

RGB = np.random.default_rng(1).integers(0, 256, (30, 6, 5, 3), np.uint8)
LABELS = np.arange(30) % 3 + 1


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNSTUDIO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CNNSTUDIO_DATA", str(tmp_path / "person"))


class _Canary:
    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch '{self._path}'",)


def test_questions_are_answered_and_what_was_found_is_told(tmp_path: Path) -> None:
    file = tmp_path / "사진 {x}.npz"
    values = (RGB / 255).astype(np.float32)
    values[4, 0, 0, 0] = np.nan
    np.savez_compressed(file, a=values, b=LABELS)
    asked = scan(file)
    assert asked.imported is None
    assert [(one.name, one.guess) for one in asked.questions] == [("x", "a"), ("y", "b")]
    found = scan(file, options={"x": "a", "y": "b"}).imported
    assert found is not None
    assert (found.kind, found.shape, found.classes) == ("npz", (6, 5, 3), ("1", "2", "3"))
    assert (found.pictures, found.uniform) == (29, True)
    catalogue = open_catalogue(found.digest)
    assert catalogue is not None
    assert [one.name for one in catalogue.refused] == ["pictures/4"]
    told = "\n".join(map(str, catalogue.notes))
    assert "float32, 0 to 1" in told
    assert "The labels are 1, 2, 3; they became 0 to 2" in told
    settings = DataSettings(source="imported", imported=found)
    pool = open_pool(dataset_of(settings), "all", settings)
    assert pool is not None
    assert np.array_equal(pool.pictures, np.delete(RGB, 4, axis=0))
    assert not changes(catalogue)
    np.savez(file, a=values[:9], b=LABELS[:9])
    assert changes(catalogue)


def test_what_asks_to_run_something_is_refused(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    np.savez(tmp_path / "objects.npz", x=RGB, y=np.array([_Canary(canary)] * 30, object))
    files = cifar10() | {"data_batch_2": pickle.dumps(_Canary(canary), 2)}
    tarred(tmp_path / "cifar-10-python.tar.gz", files)
    for name, said in (("objects.npz", "never done"), ("cifar-10-python.tar.gz", "Nothing of it")):
        with pytest.raises(BadInput, match=said) as caught:
            scan(tmp_path / name)
        assert name in str(caught.value)
    assert not canary.exists()
