"""What a card says: a layer and its analysis in a few words. No Qt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from cnnstudio.core.analysis import Analysis, NodeAnalysis
from cnnstudio.core.layers.numbers import as_fraction
from cnnstudio.core.layers.parameters import Flag
from cnnstudio.core.layers.spec import Family
from cnnstudio.core.network import LayerNode, Network
from cnnstudio.core.problems.spec import Problem
from cnnstudio.core.problems.spec import Severity as ProblemSeverity
from cnnstudio.core.shapes import Shape, show_shape
from cnnstudio.core.text import T, Text
from cnnstudio.ui.canvas.marks import Brought, Learning, brought_of, learning_of
from cnnstudio.ui.canvas.marks import lines as mark_lines
from cnnstudio.ui.canvas.marks import words as mark_words

Show = Callable[[Text | str], str]


class Severity(Enum):
    """How a card is marked; the value is the colour's role."""

    NONE = ""
    WARNING = "warning"
    ERROR = "danger"


@dataclass(frozen=True, slots=True)
class Face:
    """What a card says; names, numbers and Keras' words need no language.

    Attributes:
        name: The layer's name.
        detail: Its kind and what is particular about it.
        shape: Its output shape; "?" while it can't be known.
        count: Its parameters; "" if it has none.
        family: Its colour and icon.
        share: Its share of all parameters, 0 to 1.
        inputs: How many input ports it shows.
        has_output: Whether it shows an output port.
        severity: The worst of its problems.
        stale: Whether the shape is the last one known, kept behind an error above.
        frozen: Whether training leaves its parameters as they are.
        learning: What training does with its parameters.
        brought: What became of weights it brought along.
        noted: Whether a note is on it.
        tint: The role of the colour it has instead of its family's; "" for its family's.
        opaque: Whether the studio doesn't know its kind, or what its own code makes.
        block: Whether it stands for a collapsed block.
    """

    name: str
    detail: str
    shape: str
    count: str
    family: Family
    share: float = 0.0
    inputs: int = 1
    has_output: bool = True
    severity: Severity = Severity.NONE
    stale: bool = False
    frozen: bool = False
    learning: Learning = Learning.NONE
    brought: Brought = Brought.NONE
    noted: bool = False
    tint: str = ""
    opaque: bool = False
    block: bool = False


def faces_of(
    network: Network, analysis: Analysis, before: Mapping[str, Face], only: str = ""
) -> dict[str, Face]:
    """The face of every layer, or of `only` one.

    Args:
        network: The network.
        analysis: What it comes to.
        before: The faces shown until now: a layer behind an error keeps its last shape, and all
            keep their share while the total isn't known.
    """
    problems: dict[str, list[Problem]] = defaultdict(list)
    for problem in analysis.problems:
        problems[problem.node].append(problem)
    total = None if analysis.errors else analysis.total_params
    return {
        id: _face(
            network, node, analysis.nodes.get(id), problems.get(id, []), total, before.get(id)
        )
        for id, node in network.by_id.items()
        if only in ("", id)
    }


def _face(
    network: Network,
    node: LayerNode,
    facts: NodeAnalysis | None,
    problems: list[Problem],
    total: int | None,
    before: Face | None,
) -> Face:
    severity = _worst(problems)
    stale = facts is None and severity is not Severity.ERROR and before is not None
    shape = show_shape(facts.output) if facts else before.shape if stale and before else "?"
    detail = detail_of(node)
    inputs = input_ports(network, node)
    return Face(
        name=node.name,
        detail=detail,
        shape=shape,
        count=f"{facts.params:,}" if facts and facts.params else "",
        family=node.spec.family if node.spec else Family.RESHAPING,
        share=_share(facts, total, before) if node.spec else 0.0,
        inputs=inputs,
        severity=severity,
        stale=stale,
        frozen=node.frozen,
        learning=learning_of((facts,)),
        brought=brought_of(((node, facts),)),
        noted=bool(node.note),
        opaque=node.spec is None or (node.custom is not None and facts is None),
    )


def _share(facts: NodeAnalysis | None, total: int | None, before: Face | None) -> float:
    """A layer's share of all parameters; the last one while their number isn't known."""
    if total is None:
        return before.share if before else 0.0
    return facts.params / total if facts and total else 0.0


def _worst(problems: list[Problem]) -> Severity:
    severities = {problem.severity for problem in problems}
    if ProblemSeverity.ERROR in severities:
        return Severity.ERROR
    return Severity.WARNING if severities else Severity.NONE


def input_ports(network: Network, node: LayerNode) -> int:
    """How many input ports a layer shows: needed ones, used ones, and one free for a merge."""
    used = max((link.slot + 1 for link in network.incoming[node.id]), default=0)
    if node.spec is None or node.custom is not None:
        return max(1, used)
    least, most = node.spec.inputs
    return max(least, used + 1 if most is None and used >= least else used)


def detail_of(node: LayerNode) -> str:
    """A layer's kind and what is particular about it: ``Conv2D · 64 · 3×3 · valid · ReLU``."""
    kept = vars(node)  # where a layer keeps what is computed from it
    if "detail" not in kept:
        kept["detail"] = _detail_of(node)
    detail: str = kept["detail"]
    return detail


def _detail_of(node: LayerNode) -> str:
    spec = node.spec
    if spec is None:
        return node.kind
    parts = [spec.keras]
    for name in spec.headline:
        parameter = spec.parameter(name)
        if parameter is None:
            continue
        value = node.params.get(name, parameter.write(parameter.default))
        if name == "strides" and value is None:
            value = node.params.get("pool_size", 2)
        if spec.family is Family.POOLING and (name, value) == ("padding", "valid"):
            continue
        shown = _shown(name, value, parameter.default, isinstance(parameter, Flag))
        if shown:
            parts.append(shown)
    return " · ".join(parts)


# Values a person would guess, so the card leaves them out.
_GUESSED: dict[str, tuple[Any, ...]] = {
    "strides": (1, [1, 1]),
    "dilation_rate": (1, [1, 1]),
    "activation": (None, "linear"),
    "max_value": (None,),
    "negative_slope": (0, 0.0),
    "l1": (0, 0.0),
    "l2": (0, 0.0),
    "shared_axes": (None,),
    "depth_multiplier": (1,),
    "offset": (0, 0.0),
    "mean": (None,),
    "variance": (None,),
}
_SPELLED = {"relu": "ReLU", "elu": "ELU", "selu": "SELU", "gelu": "GELU", "relu6": "ReLU6"}
_AXES = ("axis", "axes", "shared_axes", "dims", "scale", "offset", "mean", "variance")
_NAMED = {
    "strides": "stride",
    "rate": "rate",
    "axis": "axis",
    "max_value": "max",
    "negative_slope": "slope",
    "alpha": "α",
    "axes": "axes",
    "drop_path_rate": "rate",
    "groups": "groups",
    "init_values": "from",
    "l1": "L1",
    "l2": "L2",
    "scale": "scale",
    "shared_axes": "shared",
    "stddev": "σ",
    "depth_multiplier": "depth",
    "mean": "μ",
    "n": "n =",
    "offset": "offset",
    "variance": "σ²",
}


def _shown(name: str, value: Any, default: Any, is_flag: bool) -> str:
    if value in _GUESSED.get(name, ()) or (is_flag and value == default):
        return ""
    if is_flag:
        return name if value else ""
    if name == "activation":
        return _SPELLED.get(value, str(value))
    if isinstance(value, list | tuple):
        same = len(set(map(str, value))) == 1 and name in _NAMED
        between = ", " if name in _AXES else "×"
        text = _part(value[0]) if same else between.join(map(_part, value))
    elif name in ("kernel_size", "pool_size"):
        text = f"{value}×{value}"
    else:
        text = _part(value)
    return f"{_NAMED[name]} {text}" if name in _NAMED else text


def _part(value: Any) -> str:
    """A value, or one of several: a fraction as such, both sides of a border as ``0+1``."""
    if isinstance(value, list):
        return "+".join(map(str, value))
    if isinstance(value, float) and (fraction := as_fraction(value)) is not None:
        return f"{fraction[0]}/{fraction[1]}"
    return str(value).replace("-", "−")


def tooltip(analysis: Analysis, id: str, show: Show) -> str:
    """What is wrong with a layer, what it sees and what it costs, a line each."""
    facts = analysis.nodes.get(id)
    lines = [show(problem.text) for problem in analysis.problems_of(id)]
    if lines:
        lines.append(show(T("Alt+Enter: what can be done")))
    lines += mark_lines(analysis, id, show)
    if facts is not None:
        seen = "×".join(map(str, facts.receptive_field))
        if seen:
            lines.append(show(T("Receptive field: {size} pixels of the input", size=seen)))
        lines.append(show(T("Multiply-adds: {count}", count=facts.macs)))
    return "\n".join(lines)


def shape_words(output: Shape | None) -> Text:
    """An output's shape as it is read aloud; None for an unknown one."""
    if output is None:
        return T("output unknown")
    shape: Text | int = output[0]
    for size in output[1:]:
        shape = T("{one} by {other}", one=shape, other=size)
    return T("output {shape}", shape=shape)


def spoken(analysis: Analysis, id: str, show: Show) -> str:
    """A whole card as a screen reader reads it."""
    node, facts = analysis.network.by_id[id], analysis.nodes.get(id)
    parts = [node.name, node.spec.keras if node.spec else node.kind]
    parts.append(show(shape_words(facts.output if facts else None)))
    if facts is not None and facts.params:
        parts.append(show(T("{count} parameters", count=facts.params)))
    parts += mark_words(analysis, id, show)
    for problem in analysis.problems_of(id):
        if problem.severity is ProblemSeverity.ERROR:
            parts.append(show(T("error: {problem}", problem=problem.text)))
        else:
            parts.append(show(T("warning: {problem}", problem=problem.text)))
    return ", ".join(parts)
