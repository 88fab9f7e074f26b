"""Generated networks with blocks: some used again and again, some once, with notes and names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from cnnstudio.core.blocks.grouping import reconciled
from cnnstudio.core.network import Block, LayerNode, Link, Network

NAMES = ["합성곱 층", "👩\u200d🔬", '"quoted"', "a  # (2, 3)", "--- b ---", "noqa", "긴 이름 " * 30]
NOTES = ["The edges.", "첫 줄\n\n  셋째 줄", "--- main ---", "\tx = Dense(3)(x)\n# twice"]
STARTS: list[Any] = ["he_normal", {"name": "random_normal", "stddev": 0.1}]


@dataclass
class _Drawing:
    """A network while it is drawn, each layer behind the last one unless told otherwise."""

    layers: list[LayerNode] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    channels: int = 3

    def layer(self, kind: str, name: str, *sources: str, **params: Any) -> str:
        id = f"n{len(self.layers)}"
        before = [self.layers[-1].id] if self.layers else []
        links = [Link(source, id, slot) for slot, source in enumerate(sources or before)]
        taken = {node.name for node in self.layers}
        while name in taken:
            name += "_more"
        self.layers.append(LayerNode(id, kind, name, params))
        self.links += links
        return id

    def automatic(self, kind: str) -> str:
        """The name Keras would give."""
        count = sum(node.kind == kind for node in self.layers)
        stem = "input_layer" if kind == "input" else kind
        return f"{stem}_{count}" if count else stem


def _conv(draw: st.DrawFn, filters: int, alike: bool) -> dict[str, Any]:
    params: dict[str, Any] = {"filters": filters, "kernel_size": 3, "padding": "same"}
    if not alike and draw(st.integers(0, 3)) == 0:
        params["activation"] = draw(st.sampled_from(["relu", "tanh", None]))
    if not alike and draw(st.integers(0, 9)) == 0:
        params["kernel_initializer"] = draw(st.sampled_from(STARTS))
    return params


@st.composite
def blocked(draw: st.DrawFn, largest: int = 7) -> Network:
    """A network without errors whose layers are mostly in blocks of three designs.

    Args:
        draw: Hypothesis' own.
        largest: How many blocks there are at most.
    """
    drawing = _Drawing()
    drawing.layer("input", "input_layer", shape=[8, 8, 3])
    naming = draw(st.sampled_from(["automatic", "block", "number", "own"]))
    count = draw(st.integers(1, largest))
    alike = draw(st.booleans())  # which makes loops
    design = draw(st.sampled_from(["plain", "residual", "branches"]))
    for number in range(count):
        if not alike and draw(st.integers(0, 3)) == 0:
            design = draw(st.sampled_from(["plain", "residual", "branches", "alone"]))
        if not alike and draw(st.integers(0, 4)) == 0:
            drawing.layer("dropout", f"between_{number}", rate=0.25)
        _block(draw, drawing, design, number, naming, alike)
    drawing.layer("global_average_pooling2d", "pooled")
    layers = []
    for node in drawing.layers:
        noted = not alike and draw(st.integers(0, 11)) == 0 and node.kind != "input"
        frozen = not alike and draw(st.integers(0, 11)) == 0 and node.kind == "conv2d"
        note = draw(st.sampled_from(NOTES)) if noted else ""
        layers.append(replace(node, note=note, frozen=frozen))
    if draw(st.integers(0, 3)) == 0:
        odd = draw(st.permutations(NAMES))
        places = draw(st.permutations(range(len(layers))))
        for place, name in zip(places[:3], odd, strict=False):
            layers[place] = replace(layers[place], name=name)
    if draw(st.integers(0, 5)) == 0:
        layers = draw(st.permutations(layers))
    return reconciled(Network(tuple(layers), tuple(drawing.links), tuple(drawing.blocks)))


def _block(
    draw: st.DrawFn, drawing: _Drawing, design: str, number: int, naming: str, alike: bool
) -> None:
    """Draws a block behind the last layer."""
    first, source = len(drawing.layers), drawing.layers[-1].id
    block = f"block{number + 1}"

    def layer(part: str, kind: str, *sources: str, **params: Any) -> str:
        name = {
            "automatic": drawing.automatic(kind),
            "block": f"{block}_{part}",
            "number": f"{part}_{number + 1}",
            "own": f"{part} {chr(ord('가') + 28 * number)}",
        }[naming]
        return drawing.layer(kind, name, *sources, **params)

    filters = draw(st.sampled_from([4, 4, 8]))
    if design == "plain":
        layer("conv", "conv2d", **_conv(draw, filters, alike))
        layer("bn", "batch_normalization")
        layer("relu", "re_lu")
    elif design == "residual":
        filters = drawing.channels
        layer("first", "conv2d", **_conv(draw, filters, alike))
        main = layer("second", "conv2d", **_conv(draw, filters, alike))
        layer("add", "add", main, source)
    elif design == "branches":
        left = layer("left", "conv2d", **_conv(draw, filters, alike))
        right = layer("right", "conv2d", source, **_conv(draw, 2, alike))
        layer("join", "concatenate", left, right)
        filters += 2
    else:
        layer("rest", "dropout", rate=0.5)
        filters = drawing.channels
    drawing.channels = filters
    parts = {node.id: f"part{n}" for n, node in enumerate(drawing.layers[first:])}
    name = block if alike else draw(st.sampled_from([block, f"단계 {number}"]))
    if naming == "automatic":
        name = f"{design}_{number}" if any(b.name == design for b in drawing.blocks) else design
    drawing.blocks.append(Block(f"b{number}", name, design, parts))
