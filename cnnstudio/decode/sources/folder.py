"""A folder of class folders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnnstudio.core.data.catalogue import Refused
from cnnstudio.core.data.orders import LISTING
from cnnstudio.core.data.walking import walk
from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.faults import read_fault
from cnnstudio.core.text import TN, T
from cnnstudio.decode.sources.listing import Files, Listing, Tell
from cnnstudio.decode.sources.tree import Tree, shown, tree_of

KIND = "folder"


def recognises(path: Path) -> bool:
    """Whether `path` may be one."""
    return path.is_dir()


def read(path: Path, options: Mapping[str, Any], tell: Tell) -> Listing:
    """Finds the files; opens none.

    Raises:
        BadInput: When the folder can't be read, or has no folders of classes.
    """
    root = str(path.absolute())
    try:
        found = walk(root, lambda count: tell(LISTING, count, 0))
    except OSError as error:
        raise read_fault(error, path) from error
    tell(LISTING, len(found.paths), 0)
    tree = tree_of(found.paths)
    check_classes(tree, path, len(found.paths))
    empty = T("There is nothing in this folder.")
    return Listing(
        kind=KIND,
        classes=tree.classes,
        names=tree.names,
        labels=tree.labels,
        given=tree.given,
        place=Files(root, [found.paths[number] for number in tree.chosen.tolist()]),
        refused=(
            *(Refused(shown(name), reason) for name, reason in found.skipped),
            *(Refused(shown(name), empty) for name in found.empty),
            *tree.refused,
        ),
        ignored=found.ignored,
        walked=found,
        options=dict(options),
    )


def check_classes(tree: Tree, path: Path, files: int) -> None:
    """Raises BadInput unless some files lie in folders of classes.

    Args:
        tree: What was found.
        path: Where.
        files: How many files there are.
    """
    if tree.classes:
        return
    if not files:
        raise BadInput(
            T(
                "{folder} has no pictures in it. Choose a folder that has one folder for each "
                "class, with the pictures of that class.",
                folder=str(path),
            )
        )
    raise BadInput(
        TN(
            "{folder} has {count} file but no folders of classes. Make one folder for each class "
            "in it and put the pictures of that class there.",
            "{folder} has {count} files but no folders of classes. Make one folder for each class "
            "in it and put the pictures of that class there.",
            files,
            folder=str(path),
        )
    )
