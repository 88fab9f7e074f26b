"""What belongs to a project but isn't in its file: its layers' weights, its label edits.

Saving never removes what could still be wanted: a file leaves the folder of a project only when
neither the project nor the version before it (``.bak``) names it, and only once the person's
store has it, so that undo can bring its layer back.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from cnnstudio.core.analysis import Analysis, NodeAnalysis
from cnnstudio.core.errors import BadInput
from cnnstudio.core.network import Network
from cnnstudio.core.project import DataSettings, Project
from cnnstudio.core.storage.arrays import Array, read_arrays
from cnnstudio.core.storage.atomic import backup_path
from cnnstudio.core.storage.content_store import ContentStore, named_in, sha_of
from cnnstudio.core.storage.edits_store import EditsStore, labels_beside
from cnnstudio.core.storage.project_file import files_folder, save_project
from cnnstudio.core.storage.weights_store import DAMAGED, WeightsStore
from cnnstudio.core.text import T, Text

_MOST_NAMED = 3


def weights_beside(path: Path) -> Path:
    """The folder with the weights of a project file."""
    return files_folder(path) / "weights"


def files_of(network: Network) -> frozenset[str]:
    """The hashes of the weights files that a network's layers name."""
    return frozenset(node.weights.file for node in network.layers if node.weights is not None)


def find_files(network: Network, store: WeightsStore, *folders: Path) -> dict[str, str]:
    """Where the weights files lie that a network's layers name, by hash, as far as they are there.

    One beside the project comes before the store's: code that names it can be moved with both.
    """
    first, *others = (*folders, store.folder)
    found = {sha: WeightsStore(first).find(sha, *others) for sha in files_of(network)}
    return {sha: str(path.absolute()) for sha, path in found.items() if path is not None}


def save_with_weights(project: Project, path: Path, store: WeightsStore, *folders: Path) -> None:
    """Saves a project, with the weights its layers name and its label edits beside it.

    Those come first: a saved project names nothing that a full disk kept from it. What is nowhere
    to be found keeps nothing from being saved; training tells of it.

    Args:
        project: The project.
        path: Its file.
        store: The person's store of weights; that of edits lies beside it.
        folders: Where else its weights may lie, such as beside the file it was opened from; edits
            lie beside them.

    Raises:
        BadInput: When `path` can't be written or the project holds what JSON can't.
        JobFailed: When the disk is full or breaks. The old file is then still there.
    """
    kinds = (
        _Beside(store, weights_beside(path), files_of(project.network), folders),
        _Beside(
            EditsStore(labels_beside(store.folder)),
            labels_beside(weights_beside(path)),
            _edits_of(project.data),
            tuple(map(labels_beside, folders)),
        ),
    )
    if os.path.isdir(path.parent):  # noqa: PTH112 - tells no fault; saving says what is wrong
        for one in kinds:
            one.store.lay_into(one.folder, one.names, *one.others)
    save_project(project, path)
    for one in kinds:
        if os.path.isdir(one.folder):  # noqa: PTH112 - as above
            with contextlib.suppress(OSError):  # not knowing what the backup names, all stays
                one.store.tidy(one.folder, one.names | _named_by_backup(path))


def keep_weights(network: Network, store: WeightsStore, *folders: Path) -> None:
    """Takes the weights a network names into the store, so that they outlive where they lie.

    Raises:
        BadInput: When a file can't be read.
        JobFailed: When the disk is full or breaks.
    """
    for sha in files_of(network):
        store.adopt(sha, *folders)


def keep_edits(settings: DataSettings, store: WeightsStore, *folders: Path) -> None:
    """As `keep_weights`, for the label edits that the settings name; takes the same folders."""
    for sha in _edits_of(settings):
        EditsStore(labels_beside(store.folder)).adopt(sha, *map(labels_beside, folders))


def check_weights(analysis: Analysis, store: WeightsStore, *folders: Path) -> None:
    """Checks that the weights of all layers that keep theirs are there.

    Raises:
        BadInput: Naming the layers and the remedy.
    """
    missing = [one for one in _keeping(analysis) if store.find(_file(one), *folders) is None]
    if missing:
        raise BadInput(_missing_text(missing))


def read_weights(
    analysis: Analysis, store: WeightsStore, *folders: Path
) -> dict[str, tuple[Array, ...]]:
    """The weights of all layers that keep theirs, by id, each layer's in Keras' order.

    Raises:
        BadInput: When a file is missing or damaged, or doesn't hold what the project says.
    """
    check_weights(analysis, store, *folders)
    by_file: dict[str, list[NodeAnalysis]] = {}
    for one in _keeping(analysis):
        by_file.setdefault(_file(one), []).append(one)
    found: dict[str, tuple[Array, ...]] = {}
    for sha, layers in by_file.items():
        path = store.find(sha, *folders)
        if path is None:
            raise BadInput(_missing_text(layers))
        if sha_of(path) != sha:
            raise BadInput(_told(path, T("its content has changed")))
        arrays = read_arrays(
            path, [name for one in layers for name in _names(one)], damaged=DAMAGED
        )
        for one in layers:
            own = tuple(arrays[name] for name in _names(one))
            if any(a.shape != w.shape for a, w in zip(own, one.weights, strict=True)):
                raise BadInput(
                    _told(path, T("{layer} has other shapes in it", layer=one.node.name))
                )
            found[one.node.id] = own
    return found


class _Beside(NamedTuple):
    """Files that are saved beside a project: where they lie, go, and may lie besides."""

    store: ContentStore
    folder: Path
    names: frozenset[str]
    others: tuple[Path, ...]


def _edits_of(settings: DataSettings) -> frozenset[str]:
    return frozenset({settings.edits} - {""})


def _keeping(analysis: Analysis) -> list[NodeAnalysis]:
    return [one for one in analysis.nodes.values() if one.keeps_weights and one.weights]


def _file(one: NodeAnalysis) -> str:
    assert one.node.weights is not None
    return one.node.weights.file


def _names(one: NodeAnalysis) -> list[str]:
    assert one.node.weights is not None
    return [f"{one.node.weights.layer}/{index}" for index in range(len(one.weights))]


def _named_by_backup(path: Path) -> set[str]:
    backup = backup_path(path)
    return named_in(backup) if backup.exists() else set()


def _told(path: Path, reason: Text) -> Text:
    return Text(DAMAGED.id, {"file": str(path), "reason": reason})


def _missing_text(layers: Iterable[NodeAnalysis]) -> Text:
    names = [one.node.name for one in layers]
    shown = ", ".join(names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    if more > 0:
        listed: Text | str = T("{layers} and {count} more", layers=shown, count=more)
    else:
        listed = shown
    return T(
        "The weights that {layers} came with aren't on this computer. Copy the folder whose name "
        "ends in .cnnstudio.files along with the project, or drop these weights: the layers then "
        "start from drawn ones.",
        layers=listed,
    )
