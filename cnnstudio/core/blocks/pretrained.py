"""A network of ``keras.applications`` as a block: what prepares its pictures, and its body."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from cnnstudio.core.backbones import Backbone, BackboneChoice, Mode, backbone
from cnnstudio.core.blocks.bodies import Body
from cnnstudio.core.edits import free_name
from cnnstudio.core.network import LayerNode, Link, Network, StoredWeights
from cnnstudio.core.shapes import Shape

MEANS = (0.485, 0.456, 0.406)
DEVIATIONS = (0.229, 0.224, 0.225)
"""ImageNet's red, green and blue over 0..1 (``keras/src/applications/imagenet_utils.py``)."""
CAFFE_MEANS = (103.939, 116.779, 123.68)
"""ImageNet's blue, green and red over 0..255, as the networks made with Caffe subtract them."""

SWAP = "rgb_to_bgr"
"""The name of the layer that swaps red and blue."""


@dataclass(frozen=True, slots=True)
class _Step:
    """A layer to come: its kind, its name and the parameters that aren't the default."""

    kind: str
    name: str
    params: Mapping[str, Any]


def preparation(backbone: Backbone, *, unit_range: bool) -> tuple[_Step, ...]:
    """The layers that do what ``preprocess_input`` of a family does; () where the network does.

    Args:
        backbone: The network.
        unit_range: Whether pictures come as 0..1; ``preprocess_input`` takes 0..255.
    """
    steps: tuple[_Step, ...]
    first = (_Step("rescaling", "to_255", {"scale": 255.0}),) if unit_range else ()
    match backbone.family.mode:
        case Mode.CAFFE:
            steps = (
                # Keras has no layer that puts channels in another order: each output of this one
                # is one input times 1, which is exact.
                _Step(
                    "conv2d",
                    SWAP,
                    {"filters": 3, "kernel_size": [1, 1], "use_bias": False},
                ),
                _normalisation(CAFFE_MEANS, (1.0, 1.0, 1.0)),
            )
        case Mode.TF:
            steps = (_Step("rescaling", "to_plus_minus_1", {"scale": 1 / 127.5, "offset": -1.0}),)
        case Mode.TORCH:
            steps = (
                _normalisation(
                    tuple(255 * mean for mean in MEANS),
                    tuple((255 * deviation) ** 2 for deviation in DEVIATIONS),
                ),
            )
        case _:
            steps = ()
    return (*first, *steps)


def prepared(
    network: Network, backbone: Backbone, choice: BackboneChoice, swap: StoredWeights
) -> Network:
    """Puts the layers that prepare pictures between a network's input and the rest.

    Args:
        network: The network, with one Input.
        backbone: What it is.
        choice: What the person wants of it.
        swap: The weights of the layer that swaps red and blue, where there is one.
    """
    (entry,) = (node for node in network.layers if node.kind == "input")
    names = {node.name for node in network.layers}
    before, last, nodes, links = entry.id, entry.id, [], []
    steps = preparation(backbone, unit_range=choice.unit_range)
    for id, step in zip(network.free_ids(), steps, strict=False):
        name = free_name(names, step.name)
        names.add(name)
        is_swap = step.name == SWAP
        weights = swap if is_swap else None
        node = LayerNode(id, step.kind, name, dict(step.params), weights=weights, frozen=is_swap)
        nodes.append(node)
        links.append(Link(last, id))
        last = id
    rest = (replace(k, source=last) if k.source == before else k for k in network.links)
    return replace(network, layers=(*network.layers, *nodes), links=(*links, *rest))


def body(network: Network, choice: BackboneChoice, shape: Shape | None = None) -> Body:
    """A backbone as what `core.blocks.bodies.put` puts into a network.

    Grey pictures become three equal channels, pictures of another size are resized, both by layers
    of the block.

    Args:
        network: The network as it was built, with one Input and one layer that leads nowhere.
        choice: What the person wanted of it.
        shape: What the block is given; None while that isn't known.
    """
    (entry,) = (node for node in network.layers if node.kind == "input")
    entries = tuple((link.target, link.slot) for link in network.outgoing[entry.id])
    inside = replace(
        network,
        layers=tuple(node for node in network.layers if node is not entry),
        links=tuple(link for link in network.links if link.source != entry.id),
        blocks=(),
    )
    (exit,) = (node.id for node in inside.loose)
    for step in reversed(_fitting(choice, shape)):
        inside, entries = _in_front(inside, step, entries)
    counts: Counter[str] = Counter()
    parts = {}
    for node in inside.layers:
        counts[node.kind] += 1
        parts[node.id] = f"{node.kind}_{counts[node.kind]}"
    name = backbone(choice.name).pattern
    return Body(name=name, pattern=name, network=inside, parts=parts, entries=entries, exit=exit)


def _fitting(choice: BackboneChoice, shape: Shape | None) -> Sequence[_Step]:
    """The layers that make what the block is given what it was built for."""
    if shape is None or len(shape) != 3:
        return ()
    steps = []
    if shape[-1] == 1 and choice.channels == 3:
        steps.append(_Step("concatenate", "grey_to_rgb", {}))
    if shape[:2] != (choice.size, choice.size):
        size = {"height": choice.size, "width": choice.size}
        steps.append(_Step("resizing", "resizing", size))
    return steps


def _in_front(
    network: Network, step: _Step, entries: tuple[tuple[str, int], ...]
) -> tuple[Network, tuple[tuple[str, int], ...]]:
    """Puts a layer before all others; a Concatenate takes what comes in three times."""
    id = network.free_id()
    name = free_name({node.name for node in network.layers}, step.name)
    network = replace(
        network,
        layers=(LayerNode(id, step.kind, name, dict(step.params)), *network.layers),
        links=(*(Link(id, target, slot) for target, slot in entries), *network.links),
    )
    slots = range(3) if step.kind == "concatenate" else range(1)
    return network, tuple((id, slot) for slot in slots)


def _normalisation(means: tuple[float, ...], variances: tuple[float, ...]) -> _Step:
    return _Step(
        "normalization", "imagenet_normalization", {"mean": [*means], "variance": [*variances]}
    )
