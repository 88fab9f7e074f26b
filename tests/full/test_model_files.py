"""Every model of ``keras.applications``, saved in both formats, comes in as it was."""

from __future__ import annotations

import random
import shutil
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.weights_store import WeightsStore
from cnnstudio.protocol.importing import read_source
from tests.contract.conftest import keras  # noqa: F401 - the fixture
from tests.e2e.test_model_files import check, shaken, some_picture
from tests.fakes.keras_networks import application
from tests.fakes.model_files import write_h5, write_keras
from tests.full.test_keras_applications import MODELS

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that is gone afterwards: the largest model has 1.4 gigabytes."""
    yield tmp_path
    shutil.rmtree(tmp_path)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", MODELS)
def test_a_model_in_both_formats(keras: ModuleType, folder: Path, name: str) -> None:  # noqa: F811
    keras.backend.clear_session()
    model = shaken(application(name))
    store = WeightsStore(folder / "store")
    outputs = np.asarray(model(some_picture(model), training=False))
    for suffix in (".keras", ".h5"):
        path = folder / f"model{suffix}"
        model.save(path)
        began = time.perf_counter()
        imported = read_source(path, store=store)
        print(f"{name}{suffix}: {model.count_params():,} in {time.perf_counter() - began:.2f} s")
        check(model, imported, store, outputs)
        path.unlink()


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@pytest.mark.timeout(600)
def test_resnet50_comes_in_about_as_fast_as_keras_loads_it(
    keras: ModuleType,  # noqa: F811
    folder: Path,
) -> None:
    path = folder / "resnet50.keras"
    application("ResNet50").save(path)
    tiny = write_keras(folder / "tiny.keras")
    stores = (WeightsStore(folder / f"store{number}") for number in range(99))
    ratios = []
    read_source(path, store=next(stores))
    for _ in range(7):
        keras.backend.clear_session()
        loading = seconds(lambda: keras.models.load_model(path, compile=False))
        start = seconds(lambda: read_source(tiny, store=next(stores)))
        whole = seconds(lambda: read_source(path, store=next(stores)))
        ratios.append((whole - start) / loading)
        print(f"Keras {loading:.2f} s, import {whole:.2f} s, of that the process {start:.2f} s")
    print(f"ResNet50: {statistics.median(ratios):.2f} × load_model, {sorted(ratios)}")
    assert statistics.median(ratios) <= 1.5


@pytest.mark.timeout(900)
@pytest.mark.parametrize("write", [write_keras, write_h5])
def test_damaged_files_open_or_are_refused(folder: Path, write: Callable[[Path], Path]) -> None:
    """Bytes are changed, cut out and doubled anywhere: never another error, never a hang."""
    draw = random.Random(5)
    whole = write(folder / "whole").read_bytes()
    path = folder / "damaged"
    ends: Counter[str] = Counter()
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(draw.choice((1, 1, 4, 32))):
            at = draw.randrange(len(data))
            match draw.randrange(4):
                case 0 | 1:
                    data[at] = draw.randrange(256)
                case 2:
                    del data[at : at + draw.randrange(1, 64)]
                case _:
                    data[at:at] = data[at : at + draw.randrange(1, 64)]
        path.write_bytes(data)
        try:
            read_source(path, store=WeightsStore(folder / "store"))
        except BadInput as error:
            ends[error.text.id[:60]] += 1
        else:
            ends["opened"] += 1
    print(write.__name__, ends)
