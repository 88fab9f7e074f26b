"""What a network comes to: shapes, parameters, multiply-accumulates, memory, receptive fields.

Every number can say where it comes from, and everything wrong is a `Problem`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cnnstudio.core import receptive_field
from cnnstudio.core.layers.custom import UNMEASURED, Unmeasured
from cnnstudio.core.layers.spec import (
    Advice,
    LayerKind,
    Reason,
    Seen,
    ShapeError,
    Shapes,
    Weight,
)
from cnnstudio.core.network import LayerNode, Network
from cnnstudio.core.problems import advice, graph, remedies
from cnnstudio.core.problems.spec import Problem, Severity
from cnnstudio.core.receptive_field import Fields
from cnnstudio.core.rules import Facts, facts_for
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import Text

FLOAT_BYTES = 4  # float32


@dataclass(frozen=True, slots=True)
class NodeAnalysis:
    """A layer with everything known about it.

    Attributes:
        node: The layer.
        kind: Its kind.
        sources: Ids of the layers that feed it, by slot.
        inputs: The shapes it gets, by slot.
        output: The shape it gives.
        weights: Its variables, in Keras' order.
        params: How many numbers they hold together.
        trainable_params: How many of them are trained.
        macs: Multiply-accumulates for one picture; convolutions and dense products only.
        fields: What its cells see of the Input, per axis.
        sight: What one of its cells sees of its input.
        given: What the cells of its inputs see of the Input, by slot.
    """

    node: LayerNode
    kind: LayerKind
    sources: tuple[str, ...]
    inputs: Shapes
    output: Shape
    weights: tuple[Weight, ...]
    params: int
    trainable_params: int
    macs: int
    fields: Fields
    sight: Seen
    given: tuple[Fields, ...]

    @property
    def keeps_weights(self) -> bool:
        """Whether the weights it brought along still fit its variables."""
        stored = self.node.weights
        return stored is not None and stored.shapes == tuple(one.shape for one in self.weights)

    @property
    def non_trainable_params(self) -> int:
        """How many of them training leaves alone: running means, and all of a frozen layer."""
        return self.params - self.trainable_params

    @property
    def memory_bytes(self) -> int:
        """Bytes of its output for one picture, in float32."""
        return math.prod(self.output) * FLOAT_BYTES

    @property
    def receptive_field(self) -> tuple[int, ...]:
        """How many pixels of the Input a cell sees, per axis; (rows, columns) for pictures."""
        return tuple(field.size for field in self.fields)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Where every number comes from, computed when asked."""
        found = self.kind.reasons(self.node.values, self.inputs, self.output)
        quantities = {reason.quantity for reason in found}
        none = tuple(
            Reason(quantity, "0", "0", 0)
            for quantity in ("parameters", "macs")
            if quantity not in quantities
        )
        sizes = "·".join(map(str, self.output))
        lengths = "·".join(f"n_{axis + 1}" for axis in range(len(self.output)))
        symbols = {3: "H·W·C", 1: "N"}.get(len(self.output), lengths)
        memory = Reason("memory", f"{symbols}·4", f"{sizes}·{FLOAT_BYTES}", self.memory_bytes)
        seen = receptive_field.reasons(self.given, self.sight, self.fields, self.output)
        return (*found, *none, memory, *seen)


@dataclass(frozen=True, slots=True)
class Analysis:
    """A network with everything known about it.

    Attributes:
        network: The network.
        nodes: The layers whose shape is known, by id, every one after those that feed it.
        problems: What is wrong, in the order of the network's layers.
        kept: The warnings a person keeps as they are; they aren't among `problems`.
    """

    network: Network
    nodes: dict[str, NodeAnalysis]
    problems: tuple[Problem, ...]
    kept: tuple[Problem, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the network from being trained."""
        return tuple(p for p in self.problems if p.severity is Severity.ERROR)

    @property
    def faults(self) -> tuple[Problem, ...]:
        """The errors but for those of layers of one's own that were never measured."""
        return tuple(p for p in self.errors if not p.is_unmeasured)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems it can be trained with."""
        return tuple(p for p in self.problems if p.severity is Severity.WARNING)

    def problems_of(self, id: str) -> tuple[Problem, ...]:
        """The problems of one layer."""
        return tuple(p for p in self.problems if p.node == id)

    def kept_of(self, id: str) -> tuple[Problem, ...]:
        """The warnings of one layer that are kept as they are."""
        return tuple(p for p in self.kept if p.node == id)

    @property
    def input(self) -> NodeAnalysis | None:
        """The Input; None while there is an error."""
        return None if self.errors else next(iter(self.nodes.values()))

    @property
    def output(self) -> NodeAnalysis | None:
        """The layer whose output is the network's; None while there is an error."""
        if self.errors:
            return None
        return next(one for id, one in self.nodes.items() if not self.network.outgoing[id])

    @property
    def total_params(self) -> int:
        """Numbers in all variables of the layers whose shape is known."""
        return sum(one.params for one in self.nodes.values())

    @property
    def trainable_params(self) -> int:
        """Those that are trained."""
        return sum(one.trainable_params for one in self.nodes.values())

    @property
    def non_trainable_params(self) -> int:
        """Those that are not."""
        return self.total_params - self.trainable_params

    @property
    def macs(self) -> int:
        """Multiply-accumulates for one picture."""
        return sum(one.macs for one in self.nodes.values())

    @property
    def memory_bytes_per_image(self) -> int:
        """Bytes of all outputs kept for training one picture, the Input's too, in float32."""
        return sum(one.memory_bytes for one in self.nodes.values())


def analyse(network: Network) -> Analysis:
    """Returns everything known about `network`; it is kept with it, so asking again is free."""
    kept = vars(network)  # where the network keeps what is computed from it
    if "analysis" not in kept:
        kept["analysis"] = _analyse(network)
    analysis: Analysis = kept["analysis"]
    return analysis


def _analyse(network: Network) -> Analysis:
    broken = graph.broken_layers(network)
    found = [*graph.name_problems(network), *graph.link_problems(network)]
    nodes: dict[str, NodeAnalysis] = {}
    pictures: dict[str, Shape] = {}
    for problem in broken.values():
        found += problem
    for id in network.order:
        node = network.by_id[id]
        found += graph.unknown_parameters(node)
        sources = [link.source for link in network.incoming[id]]
        if id in broken or any(source not in nodes for source in sources):
            continue
        given = [nodes[source] for source in sources]
        facts = facts_for(node, tuple(one.output for one in given))
        if isinstance(facts, ShapeError):
            found.append(_shape_problem(node, nodes, given, facts))
            continue
        found += (_advised(node, given, one) for one in facts.advice)
        picture = pictures[sources[0]] if sources else facts.output
        pictures[id] = picture
        nodes[id] = _node_analysis(node, given, facts, picture)
        found += advice.layer_advice(network, nodes, nodes[id])
    found += graph.end_problems(network, {id: one.output for id, one in nodes.items()})
    if not any(problem.severity is Severity.ERROR for problem in found):
        found += advice.network_advice(network, nodes)
    rank = {id: index for index, id in enumerate(network.by_id)}
    found.sort(key=lambda problem: rank.get(problem.node, -1))
    kept = [p for p in found if _is_kept(network, p)]
    return Analysis(network, nodes, tuple(p for p in found if p not in kept), tuple(kept))


def _is_kept(network: Network, problem: Problem) -> bool:
    node = network.by_id.get(problem.node)
    return node is not None and problem.severity is Severity.WARNING and problem.id in node.kept


def _node_analysis(
    node: LayerNode, given: list[NodeAnalysis], facts: Facts, picture: Shape
) -> NodeAnalysis:
    fields = tuple(one.fields for one in given)
    if len(given) > 1:
        fields = tuple(
            receptive_field.stretched(one.fields, one.output, facts.output) for one in given
        )
    if fields:
        own = receptive_field.through(fields, facts.sight, picture, facts.output)
    else:
        own = tuple(receptive_field.Field() for _ in receptive_field.axes(picture))
    return NodeAnalysis(
        node=node,
        kind=facts.kind,
        sources=tuple(one.node.id for one in given),
        inputs=tuple(one.output for one in given),
        output=facts.output,
        weights=facts.weights,
        params=facts.params,
        trainable_params=0 if node.frozen else facts.trainable_params,
        macs=facts.macs,
        fields=own,
        sight=facts.sight,
        given=fields,
    )


def _shape_problem(
    node: LayerNode, nodes: dict[str, NodeAnalysis], given: list[NodeAnalysis], error: ShapeError
) -> Problem:
    first, second = (given[index].node.name for index in error.inputs)
    text = _filled(error.text, node, first, second)
    fixes = () if node.custom else remedies.shape_fixes(node, given, nodes, error)
    id = UNMEASURED if isinstance(error, Unmeasured) else ""
    return Problem(node.id, Severity.ERROR, text, error.parameter, fixes, id)


def _advised(node: LayerNode, given: list[NodeAnalysis], told: Advice) -> Problem:
    producer = given[0].node.name if given else ""
    return Problem(
        node.id,
        Severity.WARNING,
        _filled(told.text, node, producer, ""),
        told.parameter,
        told.fixes,
        told.id or told.text.id,
        told.origin,
        _filled(told.why, node, producer, "") if told.why is not None else None,
    )


def _filled(text: Text, node: LayerNode, producer: str, other: str) -> Text:
    names = {"layer": node.name, "producer": producer, "other": other}
    return Text(text.id, {**text.params, **names}, text.plural)
