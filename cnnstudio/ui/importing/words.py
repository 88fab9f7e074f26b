"""What was imported, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cnnstudio.core.analysis import analyse
from cnnstudio.core.network import Network
from cnnstudio.core.text import TN, T, Text
from cnnstudio.protocol.importing import Imported
from cnnstudio.ui.widgets.numbers import short_count

_MOST_NAMES = 8


def nothing_to_say(imported: Imported) -> bool:
    """Whether there is nothing to ask and nothing to tell: it can be opened at once."""
    return not (
        imported.questions
        or imported.passed
        or imported.opaque
        or imported.missing
        or imported.warnings
    )


def preview(network: Network) -> Text:
    """A network in a line: how many layers and parameters, what goes in and what comes out."""
    analysis, count = analyse(network), len(network.layers)
    if not count:
        return T("No layer was read.")
    if analysis.input is None or analysis.output is None:
        return T(
            "{layers} · {errors}",
            layers=TN("{count} layer", "{count} layers", count),
            errors=TN("{count} error", "{count} errors", len(analysis.errors)),
        )
    return TN(
        "{count} layer · {parameters} parameters · {input} → {output}",
        "{count} layers · {parameters} parameters · {input} → {output}",
        count,
        parameters=analysis.total_params,
        input=_sizes(analysis.input.output),
        output=_sizes(analysis.output.output),
    )


def arrived(imported: Imported, language: str) -> Text:
    """That it is open now: its layers, and how many numbers its weights are."""
    network = imported.project.network
    layers = TN("{count} layer", "{count} layers", len(network.layers))
    stored = (node.weights.shapes for node in network.layers if node.weights is not None)
    numbers = sum(math.prod(shape) for shapes in stored for shape in shapes)
    if not numbers:
        return T("Imported {layers}.", layers=layers)
    return T(
        "Imported {layers}, {weights} weights.",
        layers=layers,
        weights=short_count(numbers, language),
    )


def facts(imported: Imported) -> list[Text]:
    """What the person should know of it, apart from what wasn't read."""
    found: list[Text] = []
    if imported.opaque:
        found.append(
            TN(
                "{count} layer is of a class the studio doesn't know and is kept as it is: {names}",
                "{count} layers are of classes the studio doesn't know and are kept as they are: "
                "{names}",
                len(imported.opaque),
                names=names(imported.opaque),
            )
        )
    if imported.missing:
        found.append(
            TN(
                "{count} layer has no weights in the file and starts with new ones: {names}",
                "{count} layers have no weights in the file and start with new ones: {names}",
                len(imported.missing),
                names=names(imported.missing),
            )
        )
    return [*found, *imported.warnings]


def names(several: Sequence[str]) -> Text | str:
    """Names in a row; of many the first and how many more there are."""
    first = ", ".join(several[:_MOST_NAMES])
    more = len(several) - _MOST_NAMES
    return T("{names} and {count} more", names=first, count=more) if more > 0 else first


def _sizes(shape: Sequence[int]) -> str:
    return "×".join(f"{size:,}" for size in shape)
