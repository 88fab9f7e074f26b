"""Reads a foreign model file: its config becomes a network, its arrays go to a file of the studio.

Its content decides what a file is, not its name. The config is translated and its size reckoned
before a single array is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import h5py
import psutil
from msgspec.structs import replace

from cnnstudio.core.analysis import FLOAT_BYTES, Analysis, analyse
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.spec import Weight
from cnnstudio.core.models.parsing import parse_config
from cnnstudio.core.models.translating import ModelReading, translate_model
from cnnstudio.core.project import Project
from cnnstudio.core.storage.faults import show_bytes
from cnnstudio.core.storage.project_file import project_to_json
from cnnstudio.core.text import T
from cnnstudio.inspector import archive, hdf5, layouts
from cnnstudio.inspector.weights import Found, take_weights
from cnnstudio.protocol.answers import COPY, WEIGHTS, Answer

_ZIP, _EMPTY_ZIP, _HDF5 = b"PK\x03\x04", b"PK\x05\x06", b"\x89HDF\r\n\x1a\n"
_CONFIG_ATTRIBUTE = "model_config"
_WEIGHTS_ONLY = frozenset({"layers", "_layer_checkpoint_dependencies", layouts.LEGACY_GROUP})


@dataclass(frozen=True, slots=True)
class Source:
    """A model file that is open.

    Attributes:
        config: The model's config, as JSON.
        arrays: The HDF5 file with the weights, if there is one.
        is_legacy: Whether that is laid out as ``.h5`` files are.
        expects_weights: Whether such a file should have weights.
    """

    config: str | bytes
    arrays: h5py.File | None = None
    is_legacy: bool = False
    expects_weights: bool = True


def read_model(folder: Path, name: str, input_shape: Sequence[int] | None = None) -> Answer:
    """Reads the copy in `folder`, and writes the arrays of its layers beside it.

    Args:
        folder: The inspector's folder.
        name: What to call the file in texts.
        input_shape: The shape of one picture for a model that leaves it open.

    Raises:
        BadInput: For a file that is no model, is damaged, is refused, or needs more memory than
            this computer has.
    """
    with _opened(folder, name) as source:
        config = parse_config(source.config, name)
        reading = translate_model(config, input_shape=input_shape)
        analysis = analyse(reading.network)
        _check_memory(analysis, name)
        found = Found()
        if source.arrays is not None:
            layers = layouts.places(config)
            datasets = (
                layouts.legacy_datasets(source.arrays, layers, _variables(reading, analysis), name)
                if source.is_legacy
                else layouts.keras_datasets(source.arrays, layers, name)
            )
            found = take_weights(reading, analysis, datasets, folder / WEIGHTS, name)
        elif source.expects_weights:
            found = take_weights(reading, analysis, {}, folder / WEIGHTS, name)
    network = replace(
        reading.network,
        layers=tuple(
            replace(node, weights=found.stored.get(node.id)) for node in reading.network.layers
        ),
    )
    return Answer(
        project=project_to_json(Project(network=network)),
        opaque=reading.opaque,
        loaded=len(found.stored),
        missing=found.missing,
        warnings=(*reading.warnings, *found.warnings),
    )


@contextmanager
def _opened(folder: Path, name: str) -> Iterator[Source]:
    path = folder / COPY
    with path.open("rb") as file:
        beginning = file.read(512)
    with ExitStack() as stack:
        if beginning.startswith((_ZIP, _EMPTY_ZIP)):
            yield _open_archive(stack, folder, name)
        elif beginning.startswith(_HDF5) or h5py.is_hdf5(path):
            yield _open_hdf5(stack, path, name)
        elif beginning.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
            yield Source(path.read_bytes(), expects_weights=False)
        else:
            raise _no_model(name)


def _open_archive(stack: ExitStack, folder: Path, name: str) -> Source:
    opened = stack.enter_context(archive.opened_archive(folder / COPY, name))
    config = archive.config_of(opened, name)
    arrays = stack.enter_context(archive.arrays_of(opened, folder))
    if arrays is None:
        return Source(config)
    return Source(config, stack.enter_context(hdf5.opened_hdf5(arrays, name)))


def _open_hdf5(stack: ExitStack, path: Path, name: str) -> Source:
    file = stack.enter_context(hdf5.opened_hdf5(path, name))
    config = hdf5.text_attribute(file, _CONFIG_ATTRIBUTE, name)
    if config is not None:
        return Source(config, file, is_legacy=True)
    if "layer_names" in file.attrs or _WEIGHTS_ONLY & set(file):
        raise BadInput(
            T(
                "{file} contains only weights. Open the model they belong to: a .keras or .h5 file "
                "that has its layers too.",
                file=name,
            )
        )
    raise BadInput(
        T("{file} is an HDF5 file without a Keras model in it. Choose another file.", file=name)
    )


def _no_model(name: str) -> BadInput:
    suffix = Path(name).suffix.lower()
    if suffix == ".keras":
        return BadInput(
            T(
                "{file} isn't a Keras model: a .keras file is a zip archive, and this is none. "
                "Choose another file, or download it again.",
                file=name,
            )
        )
    if suffix == ".json":
        return BadInput(
            T(
                "{file} isn't the config of a model: it doesn't begin with a brace. Choose another "
                "file.",
                file=name,
            )
        )
    return BadInput(
        T(
            "{file} isn't a Keras model: it is neither a zip archive nor an HDF5 file. Choose "
            "another file, or download it again.",
            file=name,
        )
    )


def _check_memory(analysis: Analysis, name: str) -> None:
    """Refuses a network whose weights and outputs of one picture this computer can't hold."""
    needed = analysis.total_params * FLOAT_BYTES + analysis.memory_bytes_per_image
    there = psutil.virtual_memory().total
    if needed > there:
        raise BadInput(
            T(
                "{file} needs {needed} of memory for one picture, and this computer has {there}. "
                "Make the model smaller.",
                file=name,
                needed=show_bytes(needed),
                there=show_bytes(there),
            )
        )


def _variables(reading: ModelReading, analysis: Analysis) -> layouts.Variables:
    """The variables of the layers by their place in the file's models; None where unknown."""
    found: dict[layouts.Path, tuple[Weight, ...] | None] = {}
    for id, path in reading.paths.items():
        known = analysis.nodes.get(id)
        found[path] = None if known is None else known.weights
    return found
