"""The project file ``name.cnnstudio``: JSON that diffs well and keeps what it doesn't know.

Whatever a person could have meant opens, invalid networks and settings included: the analysis and
``core.training.checks`` say what is wrong. Refused is only what can't be understood.
"""

from __future__ import annotations

import math
import os
import stat
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

import cnnstudio
from cnnstudio.core.augmentation.settings import Augmentation
from cnnstudio.core.blocks.grouping import reconciled
from cnnstudio.core.errors import BadInput
from cnnstudio.core.network import Block, LayerNode, Link, Network
from cnnstudio.core.project import FORMAT, VERSION, DataSettings, Project, TrainingSettings
from cnnstudio.core.storage import data_path
from cnnstudio.core.storage.atomic import write_atomically
from cnnstudio.core.storage.block_list import read_blocks
from cnnstudio.core.storage.codec import (
    LARGEST_FILE,
    Place,
    check_depth,
    check_header,
    lay_out,
    parse,
    read_struct,
    shown,
    write_struct,
)
from cnnstudio.core.storage.faults import read_fault
from cnnstudio.core.storage.migrations import migrate
from cnnstudio.core.text import T, Text

SUFFIX = ".cnnstudio"
MOST_LAYERS = 10_000
_TOO_LONG = 10**4300  # Python reads and writes no more digits
_HEADER = ("format", "version", "studio")

# The parts of a project that are spread over lines.
PROJECT_LAYOUT: dict[str, Any] = {
    "network": {"layers": {}, "links": {}, "blocks": {}},
    "data": {},
    "augmentation": {},
    "training": {},
}


def load_project(path: Path) -> Project:
    """Opens a project file; changes nothing, runs nothing.

    Raises:
        BadInput: For every fault of the file, naming it and the remedy.
    """
    project = decode_project(read_file(path), str(path))
    return _named(_with_path(project, partial(data_path.read, folder=_folder(path))), path)


def save_project(project: Project, path: Path) -> None:
    """Saves a project; the previous version stays beside it as ``.bak``.

    Raises:
        BadInput: When `path` can't be written or the project holds what JSON can't.
        JobFailed: When the disk is full or breaks. The old file is then still there.
    """
    project = _with_path(_named(project, path), partial(data_path.written, folder=_folder(path)))
    write_atomically(path, encode_project(project), backup=True)


def decode_project(data: bytes | str, name: str) -> Project:
    """Reads the content of a project file.

    Args:
        data: The content.
        name: What to call the file in errors.

    Raises:
        BadInput: For every fault, naming the place and the remedy.
    """
    return project_from_json(parse(data, name), name)


def encode_project(project: Project) -> bytes:
    """The content of a project file: UTF-8, one layer and one link on a line.

    Raises:
        BadInput: For a number that isn't finite.
    """
    try:
        return lay_out(project_to_json(project), PROJECT_LAYOUT)
    except ValueError as error:
        raise BadInput(
            T(
                "{name} can't be saved: {place} isn't a finite number. Change it first.",
                name=project.name,
                place=_not_finite(project_to_json(project), ""),
            )
        ) from error


def files_folder(path: Path) -> Path:
    """The folder that belongs to a project file: ``name.cnnstudio.files`` (runs, weights)."""
    return path.with_name(path.name + ".files")


def project_to_json(project: Project) -> dict[str, Any]:
    """The object in a project file, also kept by every run."""
    header = dict(zip(_HEADER, (FORMAT, VERSION, cnnstudio.__version__), strict=True))
    network = project.network
    body = write_struct(project)
    body["network"] = {
        "layers": [_layer_to_json(node) for node in network.layers],
        "links": [_link_to_json(link) for link in network.links],
        **({"blocks": [_block_to_json(one) for one in network.blocks]} if network.blocks else {}),
        **{k: v for k, v in network.extra.items() if k not in ("layers", "links", "blocks")},
    }
    body["data"] = _data_to_json(project.data)
    body["training"] = _without_usual(body["training"], TrainingSettings(), ("class_weights",))
    body["augmentation"] = project.augmentation.params
    if not project.augmentation.params:
        del body["augmentation"]
    return header | {key: value for key, value in body.items() if key not in _HEADER}


def project_from_json(raw: dict[str, Any], name: str) -> Project:
    """Reads the object in a project file; `name` is what to call the file in errors."""
    raw = migrate(raw, check_header(raw, name, FORMAT, VERSION), VERSION)
    body = {key: value for key, value in raw.items() if key not in _HEADER}
    parts = {
        "network": _network(body.get("network", {}), name),
        "augmentation": _augmentation(body.get("augmentation", {}), name),
    }
    project = read_struct(Project, body, Place(name, T("the project")), given=parts)
    return _with_path(project, data_path.read)


def read_file(path: Path) -> bytes:
    """Reads a file a person named: a regular one, of a size that is sensible.

    Raises:
        BadInput: Naming the file and the remedy.
    """
    try:
        # Looked at before it is opened: opening a FIFO would wait for ever.
        status = os.stat(path)  # noqa: PTH116
        if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
            raise BadInput(T("{file} is a device or pipe. Choose a file.", file=str(path)))
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise read_fault(error, path) from error
    except ValueError as error:  # a NUL in the name
        raise BadInput(T("{file} doesn't exist. Check the path.", file=str(path))) from error


def _network(raw: object, name: str) -> Network:
    place = Place(name, T("the network"))
    if not isinstance(raw, dict):
        return read_struct(Network, raw, place)
    layers = [
        read_struct(LayerNode, item, Place(name, _layer_part(item, number)))
        for number, item in enumerate(_items(raw, "layers", place), 1)
    ]
    links = [
        read_struct(Link, item, Place(name, T("link {number}", number=number)))
        for number, item in enumerate(_items(raw, "links", place), 1)
    ]
    first: dict[str, LayerNode] = {}
    for node in layers:
        if node.id in first:
            raise BadInput(
                T(
                    "{file}: the layers {first} and {second} have the same id, {id}. Give one of "
                    "them another in a text editor.",
                    file=name,
                    first=shown(first[node.id].name),
                    second=shown(node.name),
                    id=shown(node.id),
                )
            )
        first[node.id] = node
    parts = {
        "layers": tuple(layers),
        "links": tuple(links),
        "blocks": read_blocks(_items(raw, "blocks", place), first, name),
    }
    network = read_struct(Network, raw, place, given=parts)
    return reconciled(network) if network.blocks else network


def _data_to_json(data: DataSettings) -> dict[str, Any]:
    """The data settings; what only a person's own data needs is left out where it says nothing."""
    result = write_struct(data)
    if data.imported is not None:
        result["imported"]["path"] = data_path.written(data.imported.path)
    return _without_usual(result, DataSettings(), ("imported", "test", "split", "edits"))


def _without_usual(
    body: dict[str, Any], usual: msgspec.Struct, names: Iterable[str]
) -> dict[str, Any]:
    """The object without those of its newer keys that older studios didn't write."""
    dropped = {name for name in names if body[name] == getattr(usual, name)}
    return {key: value for key, value in body.items() if key not in dropped}


def _with_path(project: Project, change: Callable[[str], str]) -> Project:
    """The project with the path of its own data changed."""
    own = project.data.imported
    if own is None:
        return project
    moved = msgspec.structs.replace(own, path=change(own.path))
    data = msgspec.structs.replace(project.data, imported=moved)
    return msgspec.structs.replace(project, data=data)


def _folder(path: Path) -> Path:
    return path.absolute().parent


def _augmentation(raw: object, name: str) -> Augmentation:
    """The arguments as they stand; ``core.augmentation.checks`` says which can't be taken."""
    if not isinstance(raw, dict):
        return read_struct(Augmentation, raw, Place(name, T("the augmentation settings")))
    check_depth(raw, name)
    return Augmentation(raw)


_MOST = {
    "layers": (MOST_LAYERS, T("layers")),
    "links": (2 * MOST_LAYERS, T("links")),
    "blocks": (MOST_LAYERS, T("blocks")),
}


def _items(raw: dict[str, Any], key: str, place: Place) -> list[Any]:
    items = raw.get(key, [])
    if not isinstance(items, list):
        raise place.refuse(key, items, T("a list in brackets"), [])
    limit, things = _MOST[key]
    if len(items) > limit:
        raise BadInput(
            T(
                "{file}: the network has {count} {things}, more than the {limit} the studio can "
                "work with. Make it smaller.",
                file=place.file,
                count=len(items),
                things=things,
                limit=limit,
            )
        )
    return items


def _layer_part(raw: object, number: int) -> Text:
    name = raw.get("name") if isinstance(raw, dict) else None
    if isinstance(name, str) and name:
        return T("layer {name}", name=name if len(name) <= 60 else name[:57] + "…")
    return T("layer number {number}", number=number)


def _layer_to_json(node: LayerNode) -> dict[str, Any]:
    result = write_struct(node)
    result["position"] = [_plain(number) for number in node.position]
    result["kept"] = list(node.kept)
    if node.code is not None:
        result["code"]["measured"] = msgspec.to_builtins(node.code.measured)
    for name in ("kept", "note", "frozen", "weights", "code"):
        if not result[name]:
            del result[name]
    return result


def _block_to_json(block: Block) -> dict[str, Any]:
    result = write_struct(block)
    if not block.own:
        del result["own"]
    return result


def _link_to_json(link: Link) -> dict[str, Any]:
    result = write_struct(link)
    if link.slot == 0:
        del result["slot"]
    return result


def _plain(number: float) -> float:
    """A coordinate without ``.0`` where it is whole."""
    return int(number) if abs(number) < 2**53 and number == int(number) else number


def _named(project: Project, path: Path) -> Project:
    """The project called as its file is."""
    return msgspec.structs.replace(project, name=path.name.removesuffix(SUFFIX))


def _not_finite(value: object, place: str) -> str:
    """Where the first number stands that isn't finite or can't be written, "" if nowhere."""
    if isinstance(value, int):
        return "" if abs(value) < _TOO_LONG else place
    if isinstance(value, float):
        return "" if math.isfinite(value) else place
    children: list[tuple[str, object]] = []
    if isinstance(value, dict):
        place = value.get("name", place)
        children = [(f"{place} {key}".strip(), item) for key, item in value.items()]
    elif isinstance(value, list | tuple):
        children = [(place, item) for item in value]
    return next((found for at, item in children if (found := _not_finite(item, at))), "")
