"""Fashion-MNIST as the cache has it, decoded once for all tests of a session."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnstudio.core.data.datasets import FASHION_MNIST
from cnnstudio.decode.sets import load_pool


@pytest.fixture(scope="session")
def decoded_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder with both parts."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNSTUDIO_CACHE", str(folder))
        for part in ("train", "test"):
            load_pool(FASHION_MNIST, part)
    return folder


@pytest.fixture
def decoded(decoded_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The studio's cache is that folder."""
    monkeypatch.setenv("CNNSTUDIO_CACHE", str(decoded_folder))
    return decoded_folder
