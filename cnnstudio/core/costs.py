"""What each layer costs, as a table: rows, totals, and the file and text they can be taken as.

Every number is the analysis' own (CONTRIBUTING, Numbers); the table only puts them side by side.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from cnnstudio.core.analysis import Analysis, NodeAnalysis
from cnnstudio.core.network import LayerNode, Network
from cnnstudio.core.problems.spec import Problem, Severity
from cnnstudio.core.receptive_field import Field
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T, Text

HEADER = (
    "name",
    "class_name",
    "output_shape",
    "params",
    "trainable_params",
    "macs",
    "activation_bytes",
    "batch_size",
    "receptive_field_rows",
    "receptive_field_columns",
    "stride_rows",
    "stride_columns",
)
"""The first line of the file; a field is empty where there is no such number."""

_ACTIVE = re.compile(r"\s*[=+\-@＝＋－＠]")


@dataclass(frozen=True, slots=True)
class LayerCost:
    """One row of the table.

    Attributes:
        node: The layer.
        facts: Everything known about it; None while its shape isn't known.
        batch: Pictures that go through at once.
        reason: Why its shape isn't known; None where it is.
    """

    node: LayerNode
    facts: NodeAnalysis | None
    batch: int
    reason: Text | None = None

    @property
    def class_name(self) -> str:
        """Its Keras class, or what the file calls a layer the studio doesn't know."""
        return self.node.spec.keras if self.node.spec else self.node.kind

    @property
    def output(self) -> Shape | None:
        """The shape it gives for one picture."""
        return self.facts.output if self.facts else None

    @property
    def params(self) -> int | None:
        """Numbers in its variables."""
        return self.facts.params if self.facts else None

    @property
    def trainable(self) -> int | None:
        """Those that are trained."""
        return self.facts.trainable_params if self.facts else None

    @property
    def macs(self) -> int | None:
        """Multiply-accumulates for one picture."""
        return self.facts.macs if self.facts else None

    @property
    def memory(self) -> int | None:
        """Bytes of its outputs for the whole batch, in float32."""
        return self.facts.memory_bytes * self.batch if self.facts else None

    @property
    def field(self) -> tuple[int, ...] | None:
        """Pixels of the Input one of its cells sees, per axis."""
        return self.facts.receptive_field if self.facts else None

    @property
    def stride(self) -> tuple[int | None, ...] | None:
        """Pixels of the Input between what neighbouring cells see, per axis.

        None for an axis along which all cells see the same, or no one step says it.
        """
        if self.facts is None:
            return None
        return tuple(_step(field) or None for field in self.facts.fields)


def _step(field: Field) -> int:
    """How far what neighbouring cells see lies apart; 0 if it is nothing or not one number."""
    if not field.spans:
        return field.jump
    steps = {after[0] - before[0] for before, after in pairwise(field.spans)}
    return steps.pop() if len(steps) == 1 else 0


@dataclass(frozen=True)
class Costs:
    """The table.

    Attributes:
        rows: The layers, each after those that feed it; those on a cycle come last.
        batch: Pictures that go through at once.
        field: Pixels of the Input the network's output sees, per axis; None while there is an
            error.
    """

    rows: tuple[LayerCost, ...]
    batch: int
    field: tuple[int, ...] | None

    @cached_property
    def by_id(self) -> Mapping[str, LayerCost]:
        """The rows by their layers' ids."""
        return {row.node.id: row for row in self.rows}

    @cached_property
    def known(self) -> int:
        """How many layers' shapes are known; the totals are theirs."""
        return sum(row.facts is not None for row in self.rows)

    @cached_property
    def params(self) -> int:
        """Numbers in all variables."""
        return sum(row.params or 0 for row in self.rows)

    @cached_property
    def trainable(self) -> int:
        """Those that are trained."""
        return sum(row.trainable or 0 for row in self.rows)

    @cached_property
    def macs(self) -> int:
        """Multiply-accumulates for one picture."""
        return sum(row.macs or 0 for row in self.rows)

    @cached_property
    def memory(self) -> int:
        """Bytes of all outputs for the whole batch, the Input's too, in float32."""
        return sum(row.memory or 0 for row in self.rows)


def costs(analysis: Analysis, batch: int) -> Costs:
    """Makes the table.

    Args:
        analysis: What the network comes to.
        batch: Pictures that go through at once, at least 1.
    """
    network = analysis.network
    reasons = _reasons(analysis) if len(analysis.nodes) < len(network.by_id) else {}
    rows = tuple(
        LayerCost(network.by_id[id], analysis.nodes.get(id), batch, reasons.get(id))
        for id in _order(network)
    )
    output = analysis.output
    return Costs(rows, batch, output.receptive_field if output else None)


def cost_csv(rows: Iterable[LayerCost]) -> str:
    """The table as comma-separated values (RFC 4180), a header and one line for each row.

    Numbers are exact integers. A name that a spreadsheet would take for a formula gets an
    apostrophe in front (OWASP, "CSV Injection").
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(fields(row) for row in rows)
    return text.getvalue()


def fields(row: LayerCost) -> tuple[str, ...]:
    """A row's fields in the order of `HEADER`."""
    numbers = (row.params, row.trainable, row.macs, row.memory, row.batch)
    return (
        harmless(row.node.name),
        harmless(row.class_name),
        "" if row.output is None else f"(None, {', '.join(map(str, row.output))})",
        *map(_field, numbers),
        *_two(row.field),
        *_two(row.stride),
    )


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if _ACTIVE.match(text) or text[:1] in "\t\r\n" else text


def _field(number: int | None) -> str:
    return "" if number is None else str(number)


def _two(axes: tuple[int | None, ...] | None) -> tuple[str, str]:
    first, second = (*(axes or ()), None, None)[:2]
    return _field(first), _field(second)


def _order(network: Network) -> tuple[str, ...]:
    return (*network.order, *(id for id in network.by_id if id in network.cyclic))


def _reasons(analysis: Analysis) -> dict[str, Text]:
    """Why shapes aren't known: a layer's own error, or that of the nearest layer before it."""
    network = analysis.network
    errors: dict[str, Problem] = {}
    for problem in analysis.problems:
        if problem.severity is Severity.ERROR:
            errors.setdefault(problem.node, problem)
    causes: dict[str, str] = {}
    found: dict[str, Text] = {}
    for id in _order(network):
        if id in analysis.nodes:
            continue
        feeding = (link.source for link in network.incoming[id])
        before = next((causes[source] for source in feeding if source in causes), id)
        causes[id] = id if id in errors else before
        if id in errors:
            found[id] = errors[id].text
        elif causes[id] in errors:
            culprit = network.by_id[causes[id]].name
            found[id] = T("Not known before {layer} is mended.", layer=culprit)
        else:
            found[id] = T("Not known before the layers in front of it are.")
    return found
