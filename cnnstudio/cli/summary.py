"""``cnnstudio summary PROJECT``: shapes and costs of every layer, and where they come from."""

from __future__ import annotations

import argparse
from typing import Any

from cnnstudio.cli.console import Console, table
from cnnstudio.core.analysis import Analysis, NodeAnalysis, analyse
from cnnstudio.core.augmentation.words import in_a_line
from cnnstudio.core.layers.spec import Reason
from cnnstudio.core.network import LayerNode
from cnnstudio.core.shapes import show_shape
from cnnstudio.core.storage.samples import load_project_argument
from cnnstudio.core.text import T, Translator

# The axes of an output shape in symbols that need no language.
AXES = {"rows": "H", "columns": "W", "channels": "C", "values": "N"}


def add_arguments(parser: argparse.ArgumentParser, show: Translator) -> None:
    """Declares the verb's arguments."""
    parser.add_argument(
        "project", metavar="PROJECT", help=show.show(T("a project file, or sample:NAME"))
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Prints the summary; a network with errors is shown as far as it is known (exit code 2)."""
    project = load_project_argument(options.project)
    analysis = analyse(project.network)
    lines = _lines(analysis, console)
    if project.augmentation.acting:
        told = in_a_line(project.augmentation)
        lines.append(
            console.text(T("Training pictures are augmented: {augmentation}.", augmentation=told))
        )
    console.result(as_json(analysis), lines)
    for problem in analysis.problems:
        console.say(problem.labelled)
    return 2 if analysis.errors else 0


def as_json(analysis: Analysis) -> dict[str, Any]:
    """The public object of ``summary --json``; what isn't known is null."""
    return {
        "layers": [_row(node, analysis.nodes.get(node.id)) for node in _in_order(analysis)],
        "total_params": analysis.total_params,
        "trainable_params": analysis.trainable_params,
        "non_trainable_params": analysis.non_trainable_params,
        "macs": analysis.macs,
        "memory_bytes_per_image": analysis.memory_bytes_per_image,
    }


def _in_order(analysis: Analysis) -> list[LayerNode]:
    """The layers as data passes through them, those on a cycle at the end."""
    network = analysis.network
    done = set(network.order)
    return [network.by_id[id] for id in network.order] + [
        node for node in network.layers if node.id not in done
    ]


def _row(node: LayerNode, known: NodeAnalysis | None) -> dict[str, Any]:
    row: dict[str, Any] = {"name": node.name, "kind": node.spec.keras if node.spec else node.kind}
    if known is None:
        keys = ("output_shape", "params", "trainable_params", "macs", "receptive_field", "formula")
        return row | dict.fromkeys(keys)
    return row | {
        "output_shape": [None, *known.output],
        "params": known.params,
        "trainable_params": known.trainable_params,
        "macs": known.macs,
        "receptive_field": list(known.receptive_field),
        "formula": formula(known.reasons),
    }


def formula(reasons: tuple[Reason, ...]) -> dict[str, str]:
    """Output shape and parameters, derived with the layer's own numbers."""
    axes = [
        f"{AXES[r.quantity]} = {r.numbers} = {r.value}"
        if r.numbers != str(r.value)
        else f"{AXES[r.quantity]} = {r.value}"
        for r in reasons
        if r.quantity in AXES
    ]
    params = next((r for r in reasons if r.quantity == "parameters"), None)
    return {
        "output_shape": ", ".join(axes),
        "params": "0"
        if params is None or params.numbers == "0"
        else f"{params.numbers} = {params.value}",
    }


def _lines(analysis: Analysis, console: Console) -> list[str]:
    headings = (
        T("Layer"),
        T("Kind"),
        T("Output shape"),
        T("Parameters"),
        T("Multiply-adds"),
        T("Receptive field"),
    )
    rows = [tuple(console.text(heading) for heading in headings)]
    for node in _in_order(analysis):
        known = analysis.nodes.get(node.id)
        kind = node.spec.keras if node.spec else node.kind
        if node.frozen:
            kind = console.text(T("{kind}, frozen", kind=kind))
        if known is None:
            rows.append((node.name, kind, "?", "?", "?", "?"))
            continue
        rows.append(
            (
                node.name,
                kind,
                show_shape(known.output),
                f"{known.params:,}",
                f"{known.macs:,}",
                show_shape(known.receptive_field),
            )
        )
    memory = T(
        "Parameters: {total} ({trainable} trainable). Multiply-adds for one picture: {macs}. "
        "Layer outputs for one picture: {memory} bytes.",
        total=analysis.total_params,
        trainable=analysis.trainable_params,
        macs=analysis.macs,
        memory=analysis.memory_bytes_per_image,
    )
    return [*table(rows, right=(2, 3, 4, 5)), "", console.text(memory)]
