from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from cnnstudio.core.data.datasets import (
    DATASETS,
    FASHION_MNIST,
    class_key,
    dataset_of,
    find_dataset,
)
from cnnstudio.core.data.imported import SOURCE, Imported
from cnnstudio.core.errors import BadInput
from cnnstudio.core.project import DataSettings
from cnnstudio.core.text import T

PETS = Imported(
    path="/home/me/pets",
    title="Pets",
    digest="0" * 64,
    classes=("cats", "dogs {1}"),
    shape=(20, 30, 3),
    counts=(8, 0, 0, 2),
)


def settings(own: Imported | None = PETS) -> DataSettings:
    return DataSettings(source=SOURCE, imported=own)


def test_fashion_mnist_is_found_with_its_files() -> None:
    found = dataset_of(DataSettings())
    assert found is FASHION_MNIST
    assert [str(name) for name in found.classes][:2] == ["T-shirt/top", "Trouser"]
    assert (found.folder / "LICENSE.txt").is_file()


@pytest.mark.parametrize("id", DATASETS)
def test_what_ships_is_there(id: str) -> None:
    found = DATASETS[id]
    assert set(found.pools) == {"train", "test"}
    for pool in found.pools.values():
        for file in (pool.images, pool.labels):
            assert file is not None
            assert (found.folder / file.name).is_file()


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match=r"data\.source .*'mnist'.*fashion_mnist"):
        dataset_of(DataSettings(source="mnist"))
    assert find_dataset(DataSettings(source="mnist")) is None


def test_own_pictures_are_known_by_their_facts_alone() -> None:
    found = dataset_of(settings())
    assert (found.title, found.shape, found.pictures) == ("Pets", (20, 30, 3), 10)
    assert found.classes == ("cats", "dogs {1}")
    assert found.own is PETS
    assert set(found.pools) == {"all"}
    untitled = dataset_of(settings(replace(PETS, title="")))
    assert untitled.title == "pets"


@pytest.mark.parametrize(
    "wrong",
    [
        {"digest": "../../etc/passwd"},
        {"digest": ""},
        {"classes": ()},
        {"shape": (20, 30, 2)},
        {"shape": (0, 30, 3)},
        {"counts": (0, 0, 0, 0)},
        {"counts": (9, -1, 0, 2)},
    ],
    ids=str,
)
def test_facts_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=r"/home/me/pets doesn't fit together"):
        dataset_of(settings(replace(PETS, **wrong)))


def test_own_pictures_without_facts_are_refused() -> None:
    with pytest.raises(BadInput, match="doesn't say where its pictures are"):
        dataset_of(settings(None))


def test_a_class_has_one_name_in_files_whatever_the_language() -> None:
    assert class_key(T("Bag")) == "Bag"
    assert class_key("Tasche") == "Tasche"
