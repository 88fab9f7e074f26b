"""Where a layer's numbers come from, step by step with its own numbers.

A derivation is made from the layer's `Reason`, which every kind declares, so that it works for all
of them; padding, kernel and bias, and the way of a receptive field through the network are added.
Sources: CONTRIBUTING (Numbers); receptive fields: Araujo, Norris and Sim, Distill 2019.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cnnstudio.core import expressions
from cnnstudio.core.analysis import NodeAnalysis
from cnnstudio.core.layers.spec import Reason, Weight, Window
from cnnstudio.core.problems.window_advice import window_slides
from cnnstudio.core.shapes import Slide
from cnnstudio.core.text import T, Text

AXES = ("rows", "columns")
_MOST_LINES = 24  # layers above that are listed; a picture of more is no help

MEANINGS: dict[str, Text] = {
    "I": T("length of this axis in the input"),
    "O": T("length of this axis in the output"),
    "F": T("length of the kernel along this axis"),
    "F_eff": T("cells the window spans along this axis"),
    "F_h": T("rows of the kernel"),
    "F_w": T("columns of the kernel"),
    "S": T("stride: how far the window moves"),
    "D": T("dilation: how far the kernel's cells are apart"),
    "P": T("zeros added along this axis, both sides together"),
    "P_before": T("zeros added before the first cell"),
    "P_after": T("zeros added after the last cell"),
    "P_top": T("rows of zeros above"),
    "P_bottom": T("rows of zeros below"),
    "P_left": T("columns of zeros on the left"),
    "P_right": T("columns of zeros on the right"),
    "P_out": T("cells added at the end of this axis"),
    "K_top": T("rows cut off above"),
    "K_bottom": T("rows cut off below"),
    "K_left": T("columns cut off on the left"),
    "K_right": T("columns cut off on the right"),
    "C": T("channels"),
    "C_in": T("channels of the input"),
    "C_out": T("filters: channels of the output"),
    "M": T("depth multiplier: kernels for each channel"),
    "G": T("groups that channels are split into"),
    "H": T("rows of the output"),
    "W": T("columns of the output"),
    "H_in": T("rows of the input"),
    "W_in": T("columns of the input"),
    "N": T("values"),
    "N_in": T("values of the input"),
    "N_rest": T("product of the other lengths of the new shape"),
    "N_factors": T("factors that are learned"),
    "n": T("entries along the normalised axes"),
    "filters": T("how many filters are set"),
    "units": T("how many units are set"),
    "size": T("how often each cell is repeated"),
    "height": T("rows that are set"),
    "width": T("columns that are set"),
    "output_size": T("the size that is set"),
    "target_shape": T("the shape that is set"),
    "count": T("one counter of pictures"),
    "γ": T("one learned factor"),
    "β": T("one learned shift"),
    "μ": T("one running mean"),
    "σ": T("one running deviation"),
    "σ²": T("one running variance"),
    "μ_r": T("one mean kept for renormalising"),
    "σ_r": T("one deviation kept for renormalising"),
    "r_in": T("pixels a cell of the input sees"),
    "j_in": T("pixels between neighbouring cells of the input"),
    "first": T("the first pixel that is seen"),
    "last": T("the first pixel behind those that are seen"),
}
_NTH = T("length of this axis in input {number}")
_CONSTANTS = {
    "memory": (T("bytes of one number as float32"), "4"),
}


@dataclass(frozen=True, slots=True)
class SymbolValue:
    """A symbol of a formula, what it means, and what it is here."""

    name: str
    meaning: Text | None
    value: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it finds, and expressions that are all equal.

    Attributes:
        left: The symbol it finds; "" for the number that was asked about.
        formula: In symbols; "" where there is none.
        steps: With numbers, each simpler than the one before; the last is the value.
        title: What the line is about: a layer's name or a variable's; "" for none.
        node: Id of the layer it is about, where it is another than the one asked; "" else.
        note: Something to know about it.
    """

    left: str
    formula: str
    steps: tuple[str, ...]
    title: str = ""
    node: str = ""
    note: Text | None = None

    @property
    def value(self) -> str:
        """What it comes to."""
        return self.steps[-1]


@dataclass(frozen=True, slots=True)
class Padding:
    """Zeros around one axis.

    Attributes:
        before: How many come first.
        size: How many cells of the input lie between.
        after: How many come last.
        window: How many cells the window spans.
        stride: How far it moves.
    """

    before: int
    size: int
    after: int
    window: int
    stride: int


@dataclass(frozen=True, slots=True)
class Derivation:
    """A number with everything it comes from.

    Attributes:
        reason: The number, its formula, and the formula with this layer's numbers.
        symbols: What the symbols of the formula mean and are here.
        lines: The way to it; the last line ends in the number.
        padding: How the axis is padded, where the number is the length of a padded one.
        left_out: Layers above that a long way leaves out.
    """

    reason: Reason
    symbols: tuple[SymbolValue, ...]
    lines: tuple[Line, ...]
    padding: Padding | None = None
    left_out: int = 0


def derive(one: NodeAnalysis, reason: Reason, nodes: Mapping[str, NodeAnalysis]) -> Derivation:
    """Derives a number of a layer.

    Args:
        one: The layer.
        reason: One of its reasons.
        nodes: All layers whose shape is known.
    """
    quantity = reason.quantity
    symbols = _symbols(reason)
    closing = Line("", reason.formula, expressions.steps(reason.numbers))
    axis = AXES.index(quantity) if quantity in AXES else None
    if axis is not None and (slide := _slide(one, axis)) is not None:
        before = _padding_lines(slide) if slide.same else _span_lines(slide)
        padding = Padding(slide.padding[0], slide.size, slide.padding[1], slide.span, slide.stride)
        return Derivation(
            reason, symbols, (*before, closing), padding if any(slide.padding) else None
        )
    if quantity == "parameters":
        return Derivation(reason, symbols, (*_variables(one), closing))
    if quantity.startswith(("receptive_field", "jump")):
        lines, left_out = _through_layers(one, quantity, nodes)
        return Derivation(reason, symbols, (*lines, closing), None, left_out)
    return Derivation(reason, symbols, (closing,))


def _symbols(reason: Reason) -> tuple[SymbolValue, ...]:
    found = [
        SymbolValue(name, _meaning(name), value)
        for name, value in expressions.bindings(reason.formula, reason.numbers).items()
    ]
    if reason.quantity in _CONSTANTS:
        meaning, value = _CONSTANTS[reason.quantity]
        found.append(SymbolValue(value, meaning, value))
    return tuple(found)


def _meaning(name: str) -> Text | None:
    """What a symbol means; None for one that says it itself, such as ``shape[0]``."""
    if name.startswith("n_") and name[2:].isdigit():
        return Text(_NTH.id, {"number": int(name[2:])})
    return MEANINGS.get(name)


def _slide(one: NodeAnalysis, axis: int) -> Slide | None:
    slides = window_slides(one) if isinstance(one.sight, Window) else None
    return slides[axis] if slides is not None else None


def _line(left: str, formula: str, numbers: str, note: Text | None = None) -> Line:
    return Line(left, formula, expressions.steps(numbers), note=note)


def _span_lines(slide: Slide) -> tuple[Line, ...]:
    """How far a dilated window spans."""
    if slide.dilation == 1:
        return ()
    numbers = f"{slide.dilation}·({slide.kernel} − 1) + 1"
    return (_line("F_eff", "D·(F − 1) + 1", numbers),)


def _padding_lines(slide: Slide) -> tuple[Line, ...]:
    """The length padding same aims at, the zeros that takes, and where they go."""
    output, (before, after) = slide.output, slide.padding
    total = before + after
    return (
        *_span_lines(slide),
        _line("O", "⌈I / S⌉", f"⌈{slide.size} / {slide.stride}⌉", T("what padding same aims at")),
        _line(
            "P",
            "max((O − 1)·S + F_eff − I, 0)",
            f"max(({output} − 1)·{slide.stride} + {slide.span} − {slide.size}, 0)",
            T("zeros it takes for that"),
        ),
        _line("P_before", "⌊P / 2⌋", f"⌊{total} / 2⌋"),
        _line("P_after", "P − P_before", f"{total} − {before}", T("the odd one goes after")),
    )


def _variables(one: NodeAnalysis) -> Iterator[Line]:
    """One line for each variable, and their sum."""
    if len(one.weights) < 2:
        return
    for weight in one.weights:
        numbers = "·".join(map(str, weight.shape)) or "1"
        yield Line("", "", expressions.steps(numbers), weight.name, note=_untrained(one, weight))
    yield Line("", "", expressions.steps(" + ".join(str(w.size) for w in one.weights)))


def _untrained(one: NodeAnalysis, weight: Weight) -> Text | None:
    """Why a variable isn't trained; None if it is."""
    if not weight.trainable:
        return T("kept on the side, not trained")
    return T("frozen, not trained") if one.node.frozen else None


def _through_layers(
    one: NodeAnalysis, quantity: str, nodes: Mapping[str, NodeAnalysis]
) -> tuple[tuple[Line, ...], int]:
    """A line for each layer from the Input down that changes the number.

    Where branches meet, the way is the one of the input that sees most.
    """
    axis = int(quantity.endswith("columns"))
    left = "r" if quantity.startswith("receptive_field") else "j"
    way = [one]
    while way[-1].sources:
        above = [nodes[source] for source in way[-1].sources]
        way.append(max(above, key=lambda node: _field_size(node, axis)))
    lines = []
    for node in reversed(way[1:]):
        reason = next((r for r in node.reasons if r.quantity == quantity), None)
        if reason is None or (node.sources and reason.formula in ("r_in", "j_in")):
            continue
        steps = expressions.steps(reason.numbers)
        lines.append(
            Line(left, reason.formula, (steps[0], steps[-1])[: len(steps)], node.node.name,
                 node.node.id)
        )  # fmt: skip
    left_out = max(len(lines) - _MOST_LINES, 0)
    return tuple(lines[left_out:]), left_out


def _field_size(one: NodeAnalysis, axis: int) -> int:
    return one.fields[axis].size if axis < len(one.fields) else 0
