"""The blocks that code tells: what its functions make when they are called, and headed layers.

A function of the program that is called twice or more makes a block each time, called what its
argument ``name`` says, or a comment behind the call. A comment ``# --- name ---`` heads the layers
up to the next blank line.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from cnnstudio.core.blocks.grouping import free_part, reconciled
from cnnstudio.core.code.comments import block_in, is_heading
from cnnstudio.core.code.names import UseNames
from cnnstudio.core.code.reading.source import Source
from cnnstudio.core.names import composed, is_one_line, is_visible
from cnnstudio.core.network import Block, Network


@dataclass(frozen=True, slots=True)
class FunctionUse:
    """A call of a function of the program that made layers.

    Attributes:
        function: The function.
        call: The call.
        name: What it was given as ``name``; "" for nothing.
        ids: The layers it made.
    """

    function: ast.FunctionDef
    call: ast.Call
    name: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """A block to come.

    Attributes:
        name: Its name; "" where code doesn't say it.
        pattern: The name its uses share.
        ids: Its layers.
    """

    name: str
    pattern: str
    ids: tuple[str, ...]


def with_blocks(
    network: Network,
    source: Source,
    uses: Sequence[FunctionUse],
    lines: Mapping[str, tuple[int, int]],
) -> Network:
    """The network with the blocks that its code tells.

    Args:
        network: What was read.
        source: The text.
        uses: The calls of its functions, inner ones before outer ones.
        lines: The first and the last line of each layer, counted from 0, by id.
    """
    rank = {id: number for number, id in enumerate(network.by_id)}
    told, taken = [], set[str]()
    for block in (*_repeated(network, source, uses), *_headed(network, source, lines)):
        if taken.isdisjoint(block.ids):
            taken.update(block.ids)
            told.append(block)
    told.sort(key=lambda block: rank[block.ids[0]])
    names = UseNames(block.name for block in told if block.name)
    given: set[str] = set()
    blocks = []
    for number, block in enumerate(told, 1):
        name = block.name if block.name not in given else ""
        name = name or names.next(block.pattern)
        names.take(name)
        given.add(name)
        blocks.append(Block(f"b{number}", name, block.pattern, _parts(network, block.ids)))
    return reconciled(replace(network, blocks=tuple(blocks))) if blocks else network


def _repeated(network: Network, source: Source, uses: Sequence[FunctionUse]) -> Iterator[_Told]:
    """What functions made that were called again and again; of one in another the outer one."""
    counts = Counter(id(use.function) for use in uses)
    for use in reversed(uses):
        ids = tuple(one for one in use.ids if one in network.by_id)
        if counts[id(use.function)] > 1 and _is_block(network, ids):
            comment = source.comments.get(use.call.end_lineno or 0, "")
            name = (block_in(comment) or (use.name, ""))[0]
            yield _Told(_allowed(name), _pattern(source, use.function), ids)


def _headed(
    network: Network, source: Source, lines: Mapping[str, tuple[int, int]]
) -> Iterator[_Told]:
    """The layers under comments that tell a block."""
    at: dict[int, list[str]] = {}
    for one in network.by_id:
        if one in lines:
            at.setdefault(lines[one][0], []).append(one)
    for number, line in enumerate(source.lines):
        told = block_in(line.removeprefix("# ")) if is_heading(line) else None
        if told is None:
            continue
        end = number + 1
        while end < len(source.lines) and _goes_on(source.lines[end]):
            end += 1
        ids = tuple(one for place in range(number, end) for one in at.get(place, ()))
        name = _allowed(told[0])
        if ids and name and all(network.by_id[one].kind != "input" for one in ids):
            yield _Told(name, told[1] or name, ids)


def _goes_on(line: str) -> bool:
    return bool(line.strip()) and not is_heading(line)


def _is_block(network: Network, ids: Sequence[str]) -> bool:
    return len(ids) > 1 and all(network.by_id[one].kind != "input" for one in ids)


def _pattern(source: Source, function: ast.FunctionDef) -> str:
    """What its uses share: its name, or what a comment behind its first line says."""
    for line in range(function.lineno, function.body[0].lineno):
        if told := block_in(source.comments.get(line, "")):
            return told[0]
    return function.name


def _allowed(name: str) -> str:
    """The name, if a block can be called that."""
    name = composed(name)
    return name if is_visible(name) and is_one_line(name) and "/" not in name else ""


def _parts(network: Network, ids: Iterable[str]) -> dict[str, str]:
    parts: dict[str, str] = {}
    taken: set[str] = set()
    for one in ids:
        parts[one] = free_part(taken, network.by_id[one].kind)
        taken.add(parts[one])
    return parts
