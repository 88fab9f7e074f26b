"""The blocks of a project file: strict about ids, lenient about layers that are gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cnnstudio.core.errors import BadInput
from cnnstudio.core.network import Block, LayerNode
from cnnstudio.core.storage.codec import Place, read_struct, shown
from cnnstudio.core.text import T, Text


def read_blocks(
    items: Sequence[Any], layers: Mapping[str, LayerNode], name: str
) -> tuple[Block, ...]:
    """Reads the blocks of a network.

    A member that isn't among the layers is let pass: whoever takes a layer out of a file by hand,
    or merges two of them, meant that.

    Args:
        items: The list in the file.
        layers: The layers by id.
        name: What to call the file in errors.

    Raises:
        BadInput: For what isn't a block, an id that is taken, a layer in two blocks, and two
            layers with the same part in one.
    """
    ids: dict[str, Text] = {id: T("layer {name}", name=node.name) for id, node in layers.items()}
    names: dict[str, Block] = {}
    homes: dict[str, Block] = {}
    for number, item in enumerate(items, 1):
        part = _part(item, number)
        block = read_struct(Block, item, Place(name, part))
        if block.id in ids:
            raise BadInput(
                T(
                    "{file}: {part} has the id {id}, which {other} has too. Give it another in a "
                    "text editor.",
                    file=name,
                    part=part,
                    id=shown(block.id),
                    other=ids[block.id],
                )
            )
        if block.name in names:
            raise BadInput(
                T(
                    "{file}: two blocks are called {name}. Give one of them another name in a "
                    "text editor.",
                    file=name,
                    name=shown(block.name),
                )
            )
        if len(set(block.members.values())) < len(block.members):
            raise BadInput(
                T(
                    "{file}: two layers of {part} play the same part in it. Give one of them "
                    "another in a text editor.",
                    file=name,
                    part=part,
                )
            )
        for id in block.members:
            if id in homes:
                raise BadInput(
                    T(
                        "{file}: the layer {id} is in two blocks, {first} and {second}. Take it "
                        "out of one of them in a text editor.",
                        file=name,
                        id=shown(id),
                        first=shown(homes[id].name),
                        second=shown(block.name),
                    )
                )
            homes[id] = block
        ids[block.id], names[block.name] = part, block
    return tuple(names.values())


def _part(raw: object, number: int) -> Text:
    name = raw.get("name") if isinstance(raw, dict) else None
    if isinstance(name, str) and name:
        return T("block {name}", name=name if len(name) <= 60 else name[:57] + "…")
    return T("block number {number}", number=number)
