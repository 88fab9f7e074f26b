"""From a wanted size back to settings: the strides, paddings and kernels that give it.

The settings of the layer itself and of those above it are tried with the layers' own rules; what
is proposed has been analysed in the real network and breaks nothing in it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnstudio.core import edits
from cnnstudio.core.analysis import Analysis, NodeAnalysis, analyse
from cnnstudio.core.layers.spec import Family
from cnnstudio.core.network import LayerNode, Network
from cnnstudio.core.problems.spec import Problem
from cnnstudio.core.rules import output_of
from cnnstudio.core.shapes import Shape, show_shape
from cnnstudio.core.text import T, Text

Size = tuple[int, int]

_KERNELS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 11)
_STRIDES = (1, 2, 3, 4)
_FACTORS = (1, 2, 3, 4, 5, 6, 7, 8)
_LAYERS_ABOVE = 10  # so many are changed one at a time, the nearest first
_LAYERS_TOGETHER = 6  # and so many two at a time
_TRIALS = 60  # candidates that are analysed for real, at most; fewer in a very large network
_FEWEST_TRIALS = 12


@dataclass(frozen=True, slots=True)
class Setting:
    """One parameter of one layer, set.

    Attributes:
        node: The layer's id.
        layer: Its name.
        parameter: The parameter.
        before: Its value until now, as JSON has it; what None stands for.
        value: What it is set to, as JSON has it.
    """

    node: str
    layer: str
    parameter: str
    before: object
    value: object

    @property
    def change(self) -> str:
        """What changes, as code names it: ``strides 1 → 2``."""
        return f"{self.parameter} {_shown(self.before)} → {_shown(self.value)}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Settings that give the wanted size.

    Attributes:
        settings: What changes; all of it is one edit.
        params: All parameters of the network, before and after.
        macs: Its multiply-adds for one picture, before and after.
        warnings: What the studio would advise about it that it doesn't now.
    """

    settings: tuple[Setting, ...]
    params: tuple[int, int]
    macs: tuple[int, int]
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found for a wanted size.

    Attributes:
        wanted: Rows and columns that were asked for.
        proposals: Ways to them, those that change least first.
        reason: Why there is none; None where there is one, or the size is there already.
        nearest: Sizes that can be had, nearest first, where the wanted one can't.
    """

    wanted: Size
    proposals: tuple[Proposal, ...] = ()
    reason: Text | None = None
    nearest: tuple[Size, ...] = ()


def sizes_for(network: Network, id: str, wanted: Size, most: int = 6) -> Answer:
    """Finds what gives a layer's feature map the wanted rows and columns.

    Args:
        network: The network; errors elsewhere in it are left alone.
        id: The layer.
        wanted: Rows and columns, each at least 1.
        most: How many proposals to return at most.
    """
    analysis = analyse(network)
    one = analysis.nodes.get(id)
    if one is None or len(one.output) != 3:
        return Answer(wanted, (), _no_map(network, one, id))
    if one.output[:2] == wanted:
        return Answer(wanted)
    search = _Search(analysis, one, wanted)
    candidates = sorted(search.candidates(), key=_effort)
    found = list(itertools.islice(_verified(analysis, id, wanted, candidates), 2 * most))
    if found:
        found.sort(key=lambda pair: pair[0])
        return Answer(wanted, tuple(proposal for _, proposal in found[:most]))
    nearest = _nearest(analysis, search, wanted)
    return Answer(wanted, (), _impossible(search, one, wanted), nearest)


def apply_proposal(network: Network, settings: Iterable[Setting]) -> Network:
    """Makes the settings of a proposal.

    Raises:
        BadInput: If a layer has changed so that it can't be done any more.
    """
    for one in settings:
        network = edits.set_parameter(network, one.node, one.parameter, one.value)
    return network


# --------------------------------------------------------------------------- candidates

Changes = Mapping[str, Any]  # read values by parameter


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Changes to one or two layers.

    Attributes:
        settings: What changes.
        distance: How many layers further up the furthest of them is.
        size: How far the values are from those before.
    """

    settings: tuple[Setting, ...]
    distance: int
    size: float


def _effort(candidate: _Candidate) -> float:
    """How much a candidate changes: settings first, then how far, then how far away."""
    return 4 * len(candidate.settings) + candidate.size + candidate.distance / 2


@dataclass
class _Search:
    """Tries settings on the way to one layer, with the rules alone.

    Attributes:
        analysis: The network as it is.
        one: The layer whose size is wanted.
        wanted: The size.
        reached: Every size that one change gave, with the change.
    """

    analysis: Analysis
    one: NodeAnalysis
    wanted: Size
    reached: dict[Size, _Candidate] = field(default_factory=dict)
    _known: dict[tuple[object, ...], Shape | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wanted_ids, waiting = {self.one.node.id}, [self.one]
        while waiting:
            for source in waiting.pop().sources:
                if source not in wanted_ids:
                    wanted_ids.add(source)
                    waiting.append(self.analysis.nodes[source])
        self.way = [node for id, node in self.analysis.nodes.items() if id in wanted_ids]
        self._place = {node.node.id: index for index, node in enumerate(self.way)}
        changeable = [node for node in reversed(self.way) if _slots(node)]
        self.layers = changeable[: _LAYERS_ABOVE + 1]

    def candidates(self) -> Iterator[_Candidate]:
        """Changes that give the wanted size."""
        for distance, node in enumerate(self.layers):
            yield from self._of_one(node, distance)
        near = self.layers[:_LAYERS_TOGETHER]
        for (i, first), (j, second) in itertools.combinations(enumerate(near), 2):
            few = itertools.product(_few_options(first), _few_options(second))
            for one, other in few:
                changes = {first.node.id: one, second.node.id: other}
                if self._size(changes) == self.wanted:
                    yield self._candidate(changes, max(i, j))

    def _of_one(self, node: NodeAnalysis, distance: int) -> Iterator[_Candidate]:
        id = node.node.id
        by_axis: tuple[list[Changes], list[Changes]] = ([], [])
        found = False
        for changes in _options(node, self.wanted):
            size = self._size({id: changes})
            if size is not None:
                self._reach(size, {id: changes}, distance)
            if size == self.wanted:
                found = True
                yield self._candidate({id: changes}, distance)
        if found or (_is_square(node.inputs[0]) and self.wanted[0] == self.wanted[1]):
            return
        now = self.one.output
        for axis in (0, 1):
            if now[axis] == self.wanted[axis]:
                by_axis[axis].append({})
            for changes in _options(node, self.wanted, axis):
                size = self._size({id: changes})
                if size is not None:
                    self._reach(size, {id: changes}, distance)
                    if size == self.wanted:
                        yield self._candidate({id: changes}, distance)
                    elif size[axis] == self.wanted[axis]:
                        by_axis[axis].append(changes)
        for rows, columns in itertools.product(*(_least(node, c)[:12] for c in by_axis)):
            changes = _joined(node, rows, columns)
            if self._size({id: changes}) == self.wanted:
                yield self._candidate({id: changes}, distance)

    def _reach(self, size: Size, changes: Mapping[str, Changes], distance: int) -> None:
        candidate = self._candidate(changes, distance)
        if size not in self.reached or _effort(candidate) < _effort(self.reached[size]):
            self.reached[size] = candidate

    def _size(self, changes: Mapping[str, Changes]) -> Size | None:
        """Rows and columns the layer would give; None where a layer on the way refuses."""
        shapes: dict[str, Shape] = {}
        for node in itertools.islice(self.way, min(self._place[id] for id in changes), None):
            id = node.node.id
            if id not in changes and not any(source in shapes for source in node.sources):
                continue
            inputs = tuple(
                shapes.get(source, given)
                for source, given in zip(node.sources, node.inputs, strict=True)
            )
            own = changes.get(id, {})
            key = (id, inputs, tuple(own.items()))
            if key not in self._known:
                self._known[key] = output_of(node.node, inputs, own)
            shape = self._known[key]
            if shape is None:
                return None
            shapes[id] = shape
        output = shapes.get(self.one.node.id, self.one.output)
        return (output[0], output[1]) if len(output) == 3 else None

    def _candidate(self, changes: Mapping[str, Changes], distance: int) -> _Candidate:
        settings, size = [], 0.0
        for id, own in changes.items():
            node = self.analysis.network.by_id[id]
            size += _magnitude(node, own)
            settings += [_setting(node, name, value) for name, value in own.items()]
        return _Candidate(tuple(settings), distance, size)


def _slots(node: NodeAnalysis) -> tuple[str, ...]:
    """The parameters of a layer that decide how large its output is."""
    if not node.sources or len(node.inputs[0]) != 3 or len(node.output) != 3:
        return ()
    v = node.node.values
    kernel = next((name for name in ("kernel_size", "pool_size") if name in v), None)
    if kernel and "strides" in v and v.get("padding") in ("valid", "same"):
        return (kernel, "strides", "padding")
    for names in (("size",), ("height", "width"), ("output_size",)):
        if all(name in v for name in names):
            return names
    return ()


def _options(node: NodeAnalysis, wanted: Size, axis: int | None = None) -> Iterator[Changes]:
    """Values for the parameters of a layer that differ from those it has.

    Args:
        node: The layer.
        wanted: The size wanted further down, for values only it makes sensible.
        axis: The axis to change alone; both alike if None.
    """
    slots, v = _slots(node), node.node.values
    if slots == ("height", "width"):
        yield {"height": wanted[0], "width": wanted[1]}
    elif slots == ("output_size",):
        yield {"output_size": wanted}
    elif slots == ("size",):
        for factor in _FACTORS:
            yield from _changed(v, {"size": _put(v["size"], factor, axis)})
    else:
        kernel_name = slots[0]
        length, target = node.inputs[0][axis or 0], wanted[axis or 0]
        kernels = {v[kernel_name][axis or 0], *_KERNELS}
        strides = {*_STRIDES, max(length // target, 1)}
        if length >= target:
            kernels.add(length - target + 1)
        strides_now = v["strides"] or v[kernel_name]
        for padding in ("valid", "same"):
            for kernel, stride in itertools.product(sorted(kernels), sorted(strides)):
                pair = _put(v[kernel_name], kernel, axis)
                step: object = _put(strides_now, stride, axis)
                if v["strides"] is None and step == pair:
                    step = None  # a pooling's stride follows its window
                yield from _changed(v, {kernel_name: pair, "strides": step, "padding": padding})


def _few_options(node: NodeAnalysis) -> Iterator[Changes]:
    """The changes that are tried together with another layer's: one parameter each."""
    slots, v = _slots(node), node.node.values
    if "strides" not in slots:
        return
    strides_now = v["strides"] or v[slots[0]]
    yield {"padding": "same" if v["padding"] == "valid" else "valid"}
    for stride in (1, 2, 3):
        if (stride, stride) != strides_now:
            yield {"strides": (stride, stride)}
    for kernel in (2, 3, 5):
        if (kernel, kernel) != v[slots[0]]:
            yield {slots[0]: (kernel, kernel)}


def _put(pair: Size, value: int, axis: int | None) -> Size:
    """A pair with one of its values, or both, set."""
    if axis is None:
        return value, value
    return (value, pair[1]) if axis == 0 else (pair[0], value)


def _changed(v: Mapping[str, Any], values: Mapping[str, object]) -> Iterator[Changes]:
    """Those of `values` that differ from `v`, if any do."""
    changes = {name: value for name, value in values.items() if v[name] != value}
    if changes:
        yield changes


def _least(node: NodeAnalysis, options: list[Changes]) -> list[Changes]:
    return sorted(options, key=lambda own: (len(own), _magnitude(node.node, own)))


def _joined(node: NodeAnalysis, rows: Changes, columns: Changes) -> Changes:
    """One change for the rows and one for the columns, as one; the padding is the rows'."""
    v, found = node.node.values, {}
    for name in {**rows, **columns}:
        one, other = rows.get(name, v[name]), columns.get(name, v[name])
        if isinstance(one, tuple) and isinstance(other, tuple):
            found[name] = (one[0], other[1])
        else:
            found[name] = one
    return {name: value for name, value in found.items() if value != v[name]}


def _is_square(shape: Shape) -> bool:
    return shape[0] == shape[1]


def _magnitude(node: LayerNode, own: Changes) -> float:
    """How far values are from those a layer has, and from those that are usual."""
    total = 0.0
    for name, value in own.items():
        now = node.values[name]
        if name == "strides" and now is None:
            now = node.values["pool_size"]
        if isinstance(value, tuple) and isinstance(now, tuple):
            total += sum(abs(a - b) for a, b in zip(value, now, strict=True)) / 2
            if name == "kernel_size" and any(n % 2 == 0 for n in value):
                total += 2  # an even kernel has no middle
            if value[0] != value[1]:
                total += 0.5
        else:
            total += 1
    spec = node.spec
    if spec is not None and spec.family is Family.CONVOLUTION and "strides" in own:
        total += 0.5  # a pooling's stride is the likelier one
    return total + (6 if _skips(node, own) else 0)


def _skips(node: LayerNode, own: Changes) -> bool:
    """Whether the window would come to step over cells it never looks at."""
    values = {**node.values, **own}
    kernel = values.get("kernel_size") or values.get("pool_size")
    if not kernel or "strides" not in own or own["strides"] is None:
        return False
    return any(stride > length for stride, length in zip(own["strides"], kernel, strict=True))


def _setting(node: LayerNode, name: str, value: object) -> Setting:
    assert node.spec is not None
    parameter = node.spec.parameter(name)
    assert parameter is not None
    now = node.values[name]
    if now is None:  # the strides of a pooling
        now = node.values["pool_size"]
    return Setting(node.id, node.name, name, parameter.write(now), parameter.write(value))


# --------------------------------------------------------------------------- for real


def _verified(
    analysis: Analysis, id: str, wanted: Size, candidates: Iterable[_Candidate]
) -> Iterator[tuple[float, Proposal]]:
    """The candidates that hold in the whole network, with their effort.

    None that only adds to another; advice against one counts as much as a setting or so.
    """
    found: list[set[tuple[str, str, str]]] = []
    trials = max(_TRIALS * 100 // max(len(analysis.nodes), 100), _FEWEST_TRIALS)
    for candidate in itertools.islice(candidates, trials):
        settings = {(s.node, s.parameter, repr(s.value)) for s in candidate.settings}
        if any(other <= settings for other in found):
            continue
        proposal = _tried(analysis, id, wanted, candidate)
        if proposal is not None:
            found.append(settings)
            yield _effort(candidate) + 3 * len(proposal.warnings), proposal


def _tried(analysis: Analysis, id: str, wanted: Size, candidate: _Candidate) -> Proposal | None:
    after = analyse(apply_proposal(analysis.network, candidate.settings))
    one = after.nodes.get(id)
    if one is None or one.output[:2] != wanted or _new(analysis.errors, after.errors):
        return None
    return Proposal(
        candidate.settings,
        (analysis.total_params, after.total_params),
        (analysis.macs, after.macs),
        _new(analysis.warnings, after.warnings),
    )


def _new(before: tuple[Problem, ...], after: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """The problems that weren't there, whatever their numbers."""
    known = {(p.node, p.text.id) for p in before}
    return tuple(p for p in after if (p.node, p.text.id) not in known)


def _nearest(analysis: Analysis, search: _Search, wanted: Size) -> tuple[Size, ...]:
    """Up to four sizes that can be had, nearest first."""
    now = search.one.output[:2]
    by_distance = sorted(
        (size for size in search.reached if size != now),
        key=lambda size: (abs(size[0] - wanted[0]) + abs(size[1] - wanted[1]), size),
    )
    id = search.one.node.id
    sound = (
        size
        for size in by_distance[:20]
        if _tried(analysis, id, size, search.reached[size]) is not None
    )
    return tuple(itertools.islice(sound, 4))


def _no_map(network: Network, one: NodeAnalysis | None, id: str) -> Text:
    name = network.by_id[id].name if id in network.by_id else ""
    if one is None:
        return T("What {layer} gives isn't known while there is an error above it.", layer=name)
    return T(
        "{layer} gives {shape}: only a feature map has rows and columns.",
        layer=name,
        shape=show_shape(one.output),
    )


def _impossible(search: _Search, one: NodeAnalysis, wanted: Size) -> Text:
    name, shown = one.node.name, show_shape(wanted)
    if not search.layers:
        return T(
            "{layer} can't give {wanted}: no layer down to it has a window or a stride. Pictures "
            "come in as {shape}; a pooling or a strided convolution above would make it smaller.",
            layer=name,
            wanted=shown,
            shape=show_shape(search.way[0].output[:2]),
        )
    most = tuple(max((size[axis] for size in search.reached), default=0) for axis in (0, 1))
    if any(n > limit for n, limit in zip(wanted, most, strict=True)):
        return T(
            "{layer} can't give {wanted}: sliding windows never enlarge, and at most {most} can be "
            "had by changing a layer. UpSampling2D or Conv2DTranspose above it would enlarge.",
            layer=name,
            wanted=shown,
            most=show_shape(most),
        )
    return T(
        "{layer} can't give {wanted} by changing one or two layers without breaking another: "
        "windows move by whole cells, and other layers of the network need their sizes to agree.",
        layer=name,
        wanted=shown,
    )


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return "×".join(map(str, value))
    return "None" if value is None else str(value)
