"""A network as Keras' ``model.summary()`` prints it.

Source: ``print_summary`` in ``keras/src/utils/summary_utils.py``, at the width it takes in a wide
terminal: 88 columns for a chain, 108 for a graph.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnnstudio.core.analysis import FLOAT_BYTES, Analysis, NodeAnalysis
from cnnstudio.core.network import LayerNode, Network

_CHAIN = (("Layer (type)", 36), ("Output Shape", 27), ("Param #", 15))
_GRAPH = (("Layer (type)", 29), ("Output Shape", 25), ("Param #", 15), ("Connected to", 26))
_COUNTS = 2  # the column that is aligned to the right
_CLASSES = {"Input": "InputLayer"}


def model_summary(network: Network, analysis: Analysis) -> str:
    """Writes the table and the totals.

    Layers whose shape isn't known are shown as Keras shows those that aren't built.

    Args:
        network: The network.
        analysis: What it comes to.

    Returns:
        Lines of text, each ended.
    """
    chain = all(
        len(links) <= 1 for links in (*network.incoming.values(), *network.outgoing.values())
    )
    columns = _CHAIN if chain else _GRAPH
    widths = [width for _, width in columns]
    rows = [
        _row(network, network.by_id[id], analysis.nodes.get(id), chain)
        for id in (*network.order, *sorted(network.cyclic))
    ]
    lines = ['Model: "functional"']
    lines.append(_rule(widths, "┏━┳┓"))
    lines += _cells([name for name, _ in columns], widths, "┃")
    lines.append(_rule(widths, "┡━╇┩"))
    for index, row in enumerate(rows):
        if index:
            lines.append(_rule(widths, "├─┼┤"))
        lines += _cells(row, widths, "│")
    lines.append(_rule(widths, "└─┴┘"))
    for label, count in (
        ("Total", analysis.total_params),
        ("Trainable", analysis.trainable_params),
        ("Non-trainable", analysis.non_trainable_params),
    ):
        lines.append(f" {label} params: {count:,} ({_memory(count * FLOAT_BYTES)})")
    return "\n".join(lines) + "\n"


def _row(network: Network, node: LayerNode, facts: NodeAnalysis | None, chain: bool) -> list[str]:
    kind = node.spec.keras if node.spec else node.kind
    row = [f"{node.name} ({_CLASSES.get(kind, kind)})"]
    if facts is None:
        row += ["?", "0 (unbuilt)"]
    else:
        row += [f"(None, {', '.join(map(str, facts.output))})", f"{facts.params:,}"]
    if not chain:
        sources = [network.by_id[k.source].name for k in network.incoming[node.id]
                   if k.source in network.by_id]  # fmt: skip
        row.append(", ".join(f"{name}[0][0]" for name in sources) or "-")
    return row


def _rule(widths: Sequence[int], marks: str) -> str:
    left, line, cross, right = tuple(marks)
    return left + cross.join(line * (width + 2) for width in widths) + right


def _cells(row: Sequence[str], widths: Sequence[int], bar: str) -> list[str]:
    """A row of the table, as many lines high as its fullest cell."""
    folded = [_fold(text, width) for text, width in zip(row, widths, strict=True)]
    lines = []
    for index in range(max(map(len, folded))):
        cells = []
        for column, (parts, width) in enumerate(zip(folded, widths, strict=True)):
            text = parts[index] if index < len(parts) else ""
            cells.append(text.rjust(width) if column == _COUNTS else text.ljust(width))
        lines.append(f"{bar} " + f" {bar} ".join(cells) + f" {bar}")
    return lines


def _fold(text: str, width: int) -> list[str]:
    """Breaks between words; a word that is too long ends in an ellipsis."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word if len(word) <= width else word[: width - 1] + "…")
    return lines


def _memory(size: float) -> str:
    """Bytes as Keras writes them."""
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} PB"
