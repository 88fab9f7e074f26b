"""What changed between two networks or projects: for notices, the history and comparisons.

Layers are matched by id, so both must come from one project (or from copies of it).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from cnnstudio.core.layers.parameters import shown
from cnnstudio.core.network import Block, LayerNode, Link, Network
from cnnstudio.core.project import Project
from cnnstudio.core.text import T, Text

Change = tuple[object, object]


@dataclass(frozen=True, slots=True)
class LayerChange:
    """A layer that is in both networks, but not the same.

    Attributes:
        before: The layer before.
        after: The layer after.
        parameters: Old and new values by parameter; a default counts as its value.
    """

    before: LayerNode
    after: LayerNode
    parameters: dict[str, Change]

    @property
    def renamed(self) -> bool:
        """Whether its name changed."""
        return self.before.name != self.after.name

    @property
    def moved(self) -> bool:
        """Whether its card stands elsewhere."""
        return self.before.position != self.after.position

    @property
    def only_moved(self) -> bool:
        """Whether nothing changed but the place of its card and the warnings kept of it."""
        moved = msgspec.structs.replace(
            self.before, position=self.after.position, kept=self.after.kept
        )
        return _alike(moved, self.after)


@dataclass(frozen=True, slots=True)
class NetworkDifference:
    """What changed from one network to another.

    Attributes:
        added: Layers only the second has.
        removed: Layers only the first has.
        changed: Layers that differ.
        links_added: Links only the second has.
        links_removed: Links only the first has.
        blocks: Each block that was made, taken apart or changed: before and after, None where it
            isn't there.
    """

    added: tuple[LayerNode, ...] = ()
    removed: tuple[LayerNode, ...] = ()
    changed: tuple[LayerChange, ...] = ()
    links_added: tuple[Link, ...] = ()
    links_removed: tuple[Link, ...] = ()
    blocks: tuple[tuple[Block | None, Block | None], ...] = ()

    def __bool__(self) -> bool:
        return self.structural or bool(self.changed or self.blocks)

    @property
    def structural(self) -> bool:
        """Whether something changed besides the places of cards and the blocks."""
        return bool(
            self.added
            or self.removed
            or self.links_added
            or self.links_removed
            or not all(change.only_moved for change in self.changed)
        )


@dataclass(frozen=True, slots=True)
class ProjectDifference:
    """What changed from one project to another.

    Attributes:
        network: What changed in the network.
        settings: Old and new values of everything else, by path ("training.optimizer.name").
    """

    network: NetworkDifference
    settings: dict[str, Change] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.network or self.settings)

    def texts(self) -> Iterator[Text]:
        """One sentence for each thing that changed, in the order a person would ask."""
        for node in self.network.added:
            yield T("{layer} added", layer=node.name)
        for node in self.network.removed:
            yield T("{layer} removed", layer=node.name)
        for change in self.network.changed:
            name = change.after.name
            if change.renamed:
                yield T("{old} is called {new}", old=change.before.name, new=name)
            for parameter, (old, new) in change.parameters.items():
                yield T(
                    "{layer}: {parameter} {old} → {new}",
                    layer=name,
                    parameter=parameter,
                    old=shown(old),
                    new=shown(new),
                )
            yield from _mark_texts(change.before, change.after)
        yield from _block_texts(self.network.blocks)
        for path, (old, new) in self.settings.items():
            yield T("{setting}: {old} → {new}", setting=path, old=shown(old), new=shown(new))


def network_difference(before: Network, after: Network) -> NetworkDifference:
    """Returns what changed from `before` to `after`."""
    if before is after:
        return NetworkDifference()
    old, new = before.by_id, after.by_id
    old_links, new_links = set(before.links), set(after.links)
    return NetworkDifference(
        added=tuple(node for id, node in new.items() if id not in old),
        removed=tuple(node for id, node in old.items() if id not in new),
        changed=tuple(
            LayerChange(old[id], node, _parameters(old[id], node))
            for id, node in new.items()
            if id in old and not _alike(old[id], node)
        ),
        links_added=tuple(link for link in after.links if link not in old_links),
        links_removed=tuple(link for link in before.links if link not in new_links),
        blocks=_blocks(before, after),
    )


def layer_change(before: LayerNode, after: LayerNode) -> LayerChange:
    """Returns what changed from one layer to another of the same kind, whatever their ids.

    Ways to write the same value, such as 3 and [3, 3] for a kernel, are no change.
    """
    parameters = {
        name: change
        for name, change in _parameters(before, after).items()
        if name in {refused.parameter for refused in (*before.refused, *after.refused)}
        or name not in before.values
        or repr(before.values[name]) != repr(after.values.get(name))
    }
    return LayerChange(before, after, parameters)


def project_difference(before: Project, after: Project) -> ProjectDifference:
    """Returns what changed from `before` to `after`."""
    if before is after:
        return ProjectDifference(NetworkDifference())
    rest = [msgspec.structs.replace(one, network=Network()) for one in (before, after)]
    old, new = (dict(_leaves("", msgspec.to_builtins(one))) for one in rest)
    return ProjectDifference(
        network_difference(before.network, after.network),
        {
            path: (old.get(path), new.get(path))
            for path in (*new, *(path for path in old if path not in new))
            if repr(old.get(path)) != repr(new.get(path))
        },
    )


def _blocks(before: Network, after: Network) -> tuple[tuple[Block | None, Block | None], ...]:
    old = {block.id: block for block in before.blocks}
    new = {block.id: block for block in after.blocks}
    pairs = ((old.get(id), new.get(id)) for id in {**old, **new})
    return tuple((a, b) for a, b in pairs if a != b)


def _mark_texts(old: LayerNode, new: LayerNode) -> Iterator[Text]:
    if old.frozen != new.frozen:
        yield (
            T("{layer} frozen", layer=new.name)
            if new.frozen
            else T("{layer} thawed", layer=new.name)
        )
    if old.weights != new.weights:
        yield (
            T("{layer} starts with drawn weights", layer=new.name)
            if new.weights is None
            else T("{layer} starts with weights of its own", layer=new.name)
        )
    if old.note != new.note:
        yield T("{layer}: another note", layer=new.name)


def _block_texts(changes: Iterable[tuple[Block | None, Block | None]]) -> Iterator[Text]:
    for old, new in changes:
        if old is None and new is not None:
            yield T("Block {block} made", block=new.name)
        elif new is None and old is not None:
            yield T("Block {block} taken apart", block=old.name)
        elif old is not None and new is not None and old.name != new.name:
            yield T("{old} is called {new}", old=old.name, new=new.name)


def _alike(a: LayerNode, b: LayerNode) -> bool:
    return a is b or (a == b and repr(a.params) == repr(b.params))


def _parameters(before: LayerNode, after: LayerNode) -> dict[str, Change]:
    found = {}
    for name in (*before.params, *(name for name in after.params if name not in before.params)):
        old, new = _raw(before, name), _raw(after, name)
        if repr(old) != repr(new):
            found[name] = (old, new)
    return found


def _raw(node: LayerNode, name: str) -> object:
    if name in node.params:
        return node.params[name]
    parameter = node.spec.parameter(name) if node.spec else None
    return parameter.write(parameter.default) if parameter else None


def _leaves(path: str, value: Any) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(f"{path}.{key}" if path else key, inner)
    else:
        yield path, value
