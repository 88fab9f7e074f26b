"""The weights of a model's layers: compared with what the layers need, and written.

An array is read after its shape, its numbers and its size were checked, one at a time.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np

from cnnstudio.core.analysis import Analysis
from cnnstudio.core.layers.spec import Weight
from cnnstudio.core.models.notes import called, named
from cnnstudio.core.models.translating import ModelReading
from cnnstudio.core.network import LayerNode, StoredWeights
from cnnstudio.core.storage.arrays import Array, write_arrays
from cnnstudio.core.text import T, Text
from cnnstudio.inspector.hdf5 import check_dataset, kind_of_numbers, read_array
from cnnstudio.inspector.layouts import Datasets

_MOST_TOLD = 6
_AS_THEY_ARE = "float32"
_CONVERTED = ("float16", "float64", "bfloat16")


@dataclass(frozen=True, slots=True)
class Found:
    """What became of the weights.

    Attributes:
        stored: Where the weights of each layer that has them are, by its id; the file is "".
        missing: Names of the layers that need weights and have none that fit.
        warnings: What a person should know of it.
    """

    stored: dict[str, StoredWeights] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    warnings: tuple[Text, ...] = ()


def take_weights(
    reading: ModelReading, analysis: Analysis, datasets: Datasets, target: Path, name: str
) -> Found:
    """Writes the arrays of all layers whose weights are there and fit.

    What a layer needs whose class the studio doesn't know, or one behind it, isn't known either;
    it takes what there is, and keeps it as far as it fits once that is known.

    Args:
        reading: The network, and where its layers were in the file.
        analysis: Its analysis.
        datasets: What the file has for them.
        target: The file for the arrays; made if there are any.
        name: What to call the model's file in texts.

    Raises:
        BadInput: For a dataset that doesn't simply lie in the file.
        OSError: From the file system.
    """
    fitting: dict[str, Sequence[h5py.Dataset]] = {}
    faults = _Faults()
    for node in reading.network.layers:
        known = analysis.nodes.get(node.id)
        wanted = None if known is None else known.weights
        if wanted == ():
            continue
        given = datasets.get(reading.paths.get(node.id, ()), ())
        for dataset in given:
            check_dataset(dataset, name)
        if wanted is None and not given:
            continue
        if faults.fit(node, given, wanted):
            fitting[node.id] = given
    arrays = _Arrays(fitting)
    if fitting:
        write_arrays(target, arrays)
    names = {node.id: node.name for node in reading.network.layers}
    faults.not_finite = [names[id] for id in arrays.not_finite]
    return Found(
        {
            id: StoredWeights("", index, tuple(tuple(one.shape) for one in given))
            for index, (id, given) in enumerate(fitting.items())
        },
        tuple(faults.missing),
        tuple(faults.warnings()),
    )


class _Faults:
    """What is wrong with the weights, by layer."""

    def __init__(self) -> None:
        self.missing: list[str] = []
        self.not_finite: list[str] = []
        self._absent: list[str] = []
        self._other_shapes: list[Text] = []
        self._unusable: dict[str, list[str]] = {}
        self._converted: dict[str, list[str]] = {}

    def fit(
        self, node: LayerNode, given: Sequence[h5py.Dataset], wanted: Sequence[Weight] | None
    ) -> bool:
        """Whether the datasets are what the layer needs; notes why not."""
        shapes = [one.shape for one in given]
        kinds = [kind_of_numbers(one) for one in given]
        if wanted is not None and shapes != [weight.shape for weight in wanted]:
            self.missing.append(node.name)
            if given:
                self._note_shapes(node, shapes, [weight.shape for weight in wanted])
            else:
                self._absent.append(node.name)
            return False
        counts = [weight.name == "count" for weight in wanted or ()]
        for kind, is_count in itertools.zip_longest(kinds, counts, fillvalue=False):
            is_usable = kind in (_AS_THEY_ARE, *_CONVERTED)
            if not is_usable and not (is_count and str(kind).startswith(("int", "uint"))):
                self.missing.append(node.name)
                self._unusable.setdefault(str(kind), []).append(node.name)
                return False
        for kind in dict.fromkeys(kinds):
            if kind in _CONVERTED:
                self._converted.setdefault(kind, []).append(node.name)
        return True

    def _note_shapes(
        self, node: LayerNode, found: Sequence[object], wanted: Sequence[tuple[int, ...]]
    ) -> None:
        self._other_shapes.append(
            T(
                "The weights of {layer} don't fit: the file has {found}, and the layer needs "
                "{wanted}. It starts with new ones.",
                layer=called(node.name),
                found=_shapes(found),
                wanted=_shapes(wanted),
            )
        )

    def warnings(self) -> Iterator[Text]:
        """What is to be told, a sentence for all layers with the same fault where that can be."""
        if self._absent:
            yield T(
                "The file has no weights for {layers}; they start with new ones.",
                layers=named(self._absent),
            )
        yield from self._other_shapes[:_MOST_TOLD]
        if (more := len(self._other_shapes) - _MOST_TOLD) > 0:
            yield T("The weights of {count} more layers don't fit either.", count=more)
        for kind, layers in self._unusable.items():
            yield T(
                "The weights of {layers} are {kind} numbers, which the studio doesn't compute with "
                "(float32, or other floating-point numbers, it does). They start with new ones.",
                layers=named(layers),
                kind=kind or "?",
            )
        for kind, layers in self._converted.items():
            yield T(
                "The weights of {layers} were {kind} numbers and are float32 now.",
                layers=named(layers),
                kind=kind,
            )
        if self.not_finite:
            yield T(
                "The weights of {layers} hold NaN or infinity: what the network computes with them "
                "is NaN too. Give these layers new weights.",
                layers=named(self.not_finite),
            )


class _Arrays(Mapping[str, Array]):
    """The arrays by their names in the file, each read when it is asked for.

    Args:
        datasets: The datasets of each layer, by its id.
    """

    def __init__(self, datasets: Mapping[str, Sequence[h5py.Dataset]]) -> None:
        self._datasets = {
            f"{layer}/{index}": (id, dataset)
            for layer, (id, given) in enumerate(datasets.items())
            for index, dataset in enumerate(given)
        }
        self.not_finite: dict[str, None] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._datasets)

    def __len__(self) -> int:
        return len(self._datasets)

    def __getitem__(self, key: str) -> Array:
        id, dataset = self._datasets[key]
        array = read_array(dataset)
        if not np.isfinite(array).all():
            self.not_finite[id] = None
        return array


def _shapes(shapes: Sequence[object]) -> str:
    """Shapes as Keras shows them."""
    shown = ", ".join(map(str, shapes[:_MOST_TOLD]))
    return shown + ", …" if len(shapes) > _MOST_TOLD else shown
