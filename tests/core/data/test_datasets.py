from __future__ import annotations

import pytest

from cnnstudio.core.data.datasets import FASHION_MNIST, dataset
from cnnstudio.core.errors import BadInput


def test_fashion_mnist_is_found_with_its_files() -> None:
    found = dataset("fashion_mnist")
    assert found is FASHION_MNIST
    assert [str(name) for name in found.classes][:2] == ["T-shirt/top", "Trouser"]
    for part in (found.train, found.test):
        assert (found.folder / part.images.name).is_file()
        assert (found.folder / part.labels.name).is_file()
    assert (found.folder / "LICENSE.txt").is_file()


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match=r"data\.source .*'mnist'.*fashion_mnist"):
        dataset("mnist")
