"""Which blocks are written as helper functions, and what the functions are given.

Uses of one design become one function where that reads better: it is used twice or more, its
layers are built one right after the other, take one tensor and give one, and it needs few
arguments. An initialiser is never an argument: it draws its seed where it is made.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cnnstudio.core.code.writing.layers import (
    explicit_names,
    is_frozen,
    kind_of,
    named,
    value_of,
)
from cnnstudio.core.code.writing.source import Argument, Expression, flat, identifier, quoted
from cnnstudio.core.layers.variants import Chosen
from cnnstudio.core.network import Block, LayerNode, Network

MOST_ARGUMENTS = 6
_TAKEN = ("x", "inputs", "name", "number")


@dataclass(frozen=True, slots=True)
class Use:
    """A block whose layers are built one right after the other.

    Attributes:
        block: The block.
        ids: Its layers, in the order they are built.
    """

    block: Block
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Helper:
    """A helper function.

    Attributes:
        function: Its name.
        pattern: The pattern its uses share.
        uses: Its uses, in the order they are built.
        parameters: Its parameters behind the tensor.
        held: For each of its layers the arguments it gets from a parameter, in code.
        given: The arguments of each use, in the order of `parameters`.
        prefixes: What the names of each use's layers begin with, where its last parameter is that;
            else ().
        numbers: The number each use's layers end with, where its last parameter is that; else ().
    """

    function: str
    pattern: str
    uses: tuple[Use, ...]
    parameters: tuple[str, ...]
    held: tuple[Mapping[str, str], ...]
    given: tuple[tuple[Argument, ...], ...]
    prefixes: tuple[str, ...]
    numbers: tuple[int, ...]


@dataclass(slots=True)
class _Column:
    """A value that differs between the uses.

    Attributes:
        argument: The layers' argument.
        values: The value in each use.
        places: Which of the layers take it.
    """

    argument: str
    values: tuple[Expression, ...]
    places: list[int]


_Group = tuple[Use, ...]


def contiguous(network: Network) -> tuple[Use, ...]:
    """The blocks whose layers are built one right after the other, in that order."""
    place = {id: number for number, id in enumerate(network.order)}
    found = []
    for block in network.blocks:
        ids = sorted((id for id in block.members if id in place), key=place.__getitem__)
        if ids and place[ids[-1]] - place[ids[0]] == len(ids) - 1:
            found.append(Use(block, tuple(ids)))
    return tuple(sorted(found, key=lambda use: place[use.ids[0]]))


def find_helpers(
    network: Network, safe: Mapping[str, str], uses: Sequence[Use], reserved: Iterable[str]
) -> tuple[tuple[Helper, ...], dict[str, str]]:
    """The helper functions, and the names that are told to Keras, by id.

    Args:
        network: A network without errors.
        safe: The names Keras runs, by id.
        uses: Its contiguous blocks.
        reserved: Names that functions can't have.
    """
    groups = list(_groups(network, uses))
    while True:
        explicit = _told_alike(network, safe, groups)
        drafts = [_Draft(network, group, explicit) for group in groups]
        better = [draft.group for draft in drafts if draft.reads_better]
        if len(better) == len(groups):
            break
        groups = better
    taken = {*reserved, *_TAKEN}.union(*(draft.parameters for draft in drafts))
    helpers = []
    for draft in drafts:
        pattern = draft.group[0].block.pattern
        helpers.append(draft.helper(identifier(pattern, taken, "block")))
        taken.add(helpers[-1].function)
    return tuple(helpers), explicit


def _groups(network: Network, uses: Sequence[Use]) -> Iterator[_Group]:
    """The uses of each design that has two or more layers and uses."""
    groups: dict[object, list[Use]] = {}
    for use in uses:
        if len(use.ids) > 1 and _is_function(network, use):
            groups.setdefault(_design(network, use), []).append(use)
    return (tuple(group) for group in groups.values() if len(group) > 1)


def _is_function(network: Network, use: Use) -> bool:
    """Whether a block takes one tensor and gives one."""
    members = set(use.ids)
    sources = {link.source for id in use.ids for link in network.incoming[id]} - members
    leaving = (link for id in use.ids[:-1] for link in network.outgoing[id])
    return len(sources) == 1 and all(link.target in members for link in leaving)


def _design(network: Network, use: Use) -> object:
    """What all uses that share a function have in common."""
    rank = {id: number for number, id in enumerate(use.ids)}
    links = [
        (rank.get(link.source, -1), number, link.slot)
        for id, number in rank.items()
        for link in network.incoming[id]
    ]
    nodes = [network.by_id[id] for id in use.ids]
    layers = [
        (node.kind, use.block.members[node.id], node.note, tuple(_fixed(node)), _arguments(node))
        for node in nodes
    ]
    return use.block.pattern, tuple(links), tuple(layers)


def _arguments(node: LayerNode) -> tuple[str, ...]:
    """What the class of a layer of one's own is given; one that takes others takes any."""
    return tuple(p.name for p in kind_of(node).parameters) if node.custom is not None else ()


def _fixed(node: LayerNode) -> Iterator[tuple[str, str]]:
    """What is no argument of a function: initialisers, regularisers and defaults that are told."""
    for parameter in kind_of(node).parameters:
        if parameter.name in node.params:
            value = node.values[parameter.name]
            told = value == parameter.default and not parameter.required
            if told or isinstance(value, Chosen):
                yield parameter.name, flat(value_of(node, parameter))


def _told_alike(
    network: Network, safe: Mapping[str, str], groups: Sequence[_Group]
) -> dict[str, str]:
    """The names that are told to Keras: of layers of one function all or none."""
    alike = [ids for group in groups for ids in zip(*(use.ids for use in group), strict=True)]
    told: set[str] = set()
    while True:
        explicit = explicit_names(network, safe, told)
        more = {id for ids in alike if not explicit.keys().isdisjoint(ids) for id in ids}
        if more <= explicit.keys():
            return explicit
        told |= more


class _Draft:
    """A function for a group, and whether it reads better than its layers written out.

    Args:
        network: The network.
        group: The uses.
        explicit: The names that are told to Keras, by id.
    """

    def __init__(self, network: Network, group: _Group, explicit: Mapping[str, str]) -> None:
        self.group = group
        self._network = network
        self._parts = [group[0].block.members[id] for id in group[0].ids]
        self._held: list[dict[str, str]] = [{} for _ in self._parts]
        self._given: list[list[Argument]] = [[] for _ in group]
        self.parameters: list[str] = []
        self._prefixes: tuple[str, ...] = ()
        self._numbers: tuple[int, ...] = ()
        columns = self._columns()
        several = [column.argument for column in columns]
        for column in columns:
            name = column.argument
            if several.count(name) > 1:
                name = f"{self._parts[column.places[0]]}_{name}"
            self._add(name, column)
        self._add_names(explicit)

    @property
    def reads_better(self) -> bool:
        """Whether a call has fewer arguments than the block has layers, and few at all."""
        return len(self.parameters) <= min(len(self._parts), MOST_ARGUMENTS)

    def helper(self, function: str) -> Helper:
        """The function with this name."""
        return Helper(
            function=function,
            pattern=self.group[0].block.pattern,
            uses=self.group,
            parameters=tuple(self.parameters),
            held=tuple(self._held),
            given=tuple(map(tuple, self._given)),
            prefixes=self._prefixes,
            numbers=self._numbers,
        )

    def _columns(self) -> list[_Column]:
        found: dict[tuple[str, tuple[str, ...]], _Column] = {}
        for place, ids in enumerate(zip(*(use.ids for use in self.group), strict=True)):
            nodes = [self._network.by_id[id] for id in ids]
            stated = {name for node in nodes for name in node.params}
            values: dict[str, tuple[Expression, ...]] = {
                parameter.name: tuple(value_of(node, parameter) for node in nodes)
                for parameter in kind_of(nodes[0]).parameters
                if parameter.required or parameter.name in stated
            }
            values["trainable"] = tuple(str(not is_frozen(node)) for node in nodes)
            for name, several in values.items():
                texts = tuple(map(flat, several))
                if len(set(texts)) > 1:
                    column = found.setdefault((name, texts), _Column(name, several, []))
                    column.places.append(place)
        return sorted(found.values(), key=lambda column: column.argument == "trainable")

    def _add(self, name: str, column: _Column) -> None:
        parameter = identifier(name, {*self.parameters, *_TAKEN}, "value")
        self.parameters.append(parameter)
        for place in column.places:
            self._held[place][column.argument] = parameter
        for given, value in zip(self._given, column.values, strict=True):
            given.append(Argument(value, parameter))

    def _add_names(self, explicit: Mapping[str, str]) -> None:
        """Adds what the layers' names need: how they begin or end, or each of them."""
        told = [place for place, id in enumerate(self.group[0].ids) if id in explicit]
        if not told:
            return
        rows = [[explicit[use.ids[place]] for place in told] for use in self.group]
        if self._are_plain(rows, told):
            if begins := _beginnings(rows, [use.block.name for use in self.group]):
                self._prefixes = tuple(begins)
                rests = (name[len(begins[0]) :] for name in rows[0])
                texts = [f'f"{{name}}{rest}"' if rest else "name" for rest in rests]
                self._hold_names(told, texts, "name", [quoted(prefix) for prefix in begins])
                return
            if numbers := _numbers(rows):
                self._numbers = tuple(numbers)
                stems = (name[: -len(str(numbers[0]))] for name in rows[0])
                texts = [f'f"{stem}{{number}}"' for stem in stems]
                self._hold_names(told, texts, "number", list(map(str, numbers)))
                return
        for place in told:
            taken = {*self.parameters, *_TAKEN}
            parameter = identifier(f"{self._parts[place]}_name", taken, "layer_name")
            self.parameters.append(parameter)
            self._held[place]["name"] = parameter
            for given, use in zip(self._given, self.group, strict=True):
                id = use.ids[place]
                given.append(named(self._network.by_id[id], explicit[id], parameter))

    def _are_plain(self, rows: list[list[str]], told: list[int]) -> bool:
        """Whether the layers are called as Keras runs them."""
        ids = (use.ids[place] for use in self.group for place in told)
        names = (name for row in rows for name in row)
        return all(
            self._network.by_id[id].name == name for id, name in zip(ids, names, strict=True)
        )

    def _hold_names(
        self, told: list[int], texts: list[str], parameter: str, values: list[str]
    ) -> None:
        """Adds one parameter that the names of layers are made from."""
        self.parameters.append(parameter)
        for place, text in zip(told, texts, strict=True):
            self._held[place]["name"] = text
        for given, value in zip(self._given, values, strict=True):
            given.append(Argument(value, parameter))


def _beginnings(rows: list[list[str]], names: list[str]) -> list[str] | None:
    """What the names of each use begin with, where they go on alike in all of them.

    Args:
        rows: The names of each use's layers.
        names: The names of the uses, which are tried first.
    """
    common = [_common(row) for row in rows]
    words = [re.sub(r"[_-]?[^_-]*$", "", text) for text in common]
    for begins in (names, words, common):
        pairs = list(zip(begins, rows, strict=True))
        if all(begin and all(name.startswith(begin) for name in row) for begin, row in pairs):
            rests = {tuple(name[len(begin) :] for name in row) for begin, row in pairs}
            if len(rests) == 1:
                return begins
    return None


def _common(names: list[str]) -> str:
    """What all names begin with."""
    low, high = min(names), max(names)
    alike = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(low, high, strict=False))
    return low[: sum(1 for _ in alike)]


def _numbers(rows: list[list[str]]) -> list[int] | None:
    """The number that all names of a use end with, where they are alike before it."""
    found = [[re.fullmatch(r"(.*?)(0|[1-9]\d{0,8})", name) for name in row] for row in rows]
    pairs = [[(one[1], int(one[2])) for one in row if one] for row in found]
    stems = {tuple(stem for stem, _ in row) for row in pairs}
    alike = all(len({number for _, number in row}) == 1 for row in pairs)
    whole = all(len(a) == len(b) for a, b in zip(pairs, rows, strict=True))
    return [row[0][1] for row in pairs] if alike and whole and len(stems) == 1 else None
