"""A Keras model's config as a network of the studio; nothing in it is run, imported or looked up.

The config is walked whole before anything is made of it (``screening``), its models are laid flat
(``flattening``), and of every layer only known arguments are taken (``arguments``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from cnnstudio.core.analysis import analyse
from cnnstudio.core.blocks.folding import arranged
from cnnstudio.core.errors import BadInput
from cnnstudio.core.models.classes import is_model
from cnnstudio.core.models.configs import model_of
from cnnstudio.core.models.flattening import Flattening
from cnnstudio.core.models.inputs import Inputs
from cnnstudio.core.models.notes import Notes, called, damaged, named
from cnnstudio.core.models.screening import screen
from cnnstudio.core.models.sizes import check_sizes
from cnnstudio.core.network import Network
from cnnstudio.core.text import T, Text

_MOST_FOLDED = 100
"""So many models in the model become a card each; more stay open, so that laying out is quick."""


@dataclass(frozen=True, slots=True)
class ModelReading:
    """A model's config as the studio has it.

    Attributes:
        network: The layers and links, laid out; a model inside the model is a block, as one card.
        paths: Where each layer was, by its id: the names of the models it was in, from the
            outermost in, and its own name there. The model that was read isn't named.
        opaque: The names of the layers whose class the studio doesn't know.
        warnings: What isn't as it was, and what keeps the network from being trained.
    """

    network: Network
    paths: dict[str, tuple[str, ...]]
    opaque: tuple[str, ...]
    warnings: tuple[Text, ...]


def translate_model(
    config: Mapping[str, Any], *, input_shape: Sequence[int] | None = None
) -> ModelReading:
    """Translates a model's config.

    Args:
        config: What ``config.json`` of a ``.keras`` file, the attribute ``model_config`` of an
            ``.h5`` file of Keras 2 or 3, ``to_json()`` or ``get_config()`` gives.
        input_shape: The shape of one picture for a model that leaves it open; a model that says
            it is taken at its word.

    Raises:
        UnknownInputShape: For a model that leaves it open where none is given.
        BadInput: For code, a function or a file that the config names; for a config Keras can't
            have written; for parts the studio has no place for, all of them by name; for a network
            larger than any machine can hold.
    """
    screen(config)
    notes = Notes()
    flattening = Flattening(notes, Inputs(input_shape, notes))
    ports = flattening.model(model_of(_outermost(config)))
    network = flattening.network()
    outputs = [port.source for port in ports]
    _check_ends(network, outputs, notes)
    notes.check()
    _check_links(network, outputs[0])
    shapes = check_sizes(network)
    for id in flattening.operations:
        if len({len(shapes.get(link.source, ())) for link in network.incoming[id]}) > 1:
            notes.unsupported(
                T(
                    "{layer}, which combines tensors with different numbers of axes",
                    layer=called(network.by_id[id].name),
                )
            )
    notes.check()
    if len(network.blocks) <= _MOST_FOLDED:
        blocks = tuple(replace(block, collapsed=True) for block in network.blocks)
        network = replace(network, blocks=blocks)
    network = arranged(network)
    return ModelReading(
        network,
        flattening.paths,
        tuple(network.by_id[id].name for id in flattening.opaque),
        (*notes.warnings, *_problem(network)),
    )


def _outermost(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """The model itself, as it would stand in another one."""
    if "class_name" not in config and isinstance(config.get("layers"), list | tuple):
        name = "Functional" if "input_layers" in config else "Sequential"
        return {"class_name": name, "config": config}
    if not isinstance(config.get("class_name"), str):
        raise BadInput(T("This isn't the config of a Keras model: it has no layers."))
    if not is_model(config):
        raise BadInput(
            T(
                "The model is of the class {kind}, and its config doesn't say which layers it "
                "has. Sequential and functional models can be opened.",
                kind=called(config["class_name"]),
            )
        )
    return config


def _check_ends(network: Network, outputs: Sequence[str], notes: Notes) -> None:
    inputs = [node.name for node in network.layers if node.kind == "input"]
    if len(inputs) > 1:
        notes.unsupported(T("several inputs ({layers})", layers=named(inputs)))
    if len(outputs) > 1:
        names = [network.by_id[id].name for id in outputs]
        notes.unsupported(T("several outputs ({layers})", layers=named(names)))
    if not outputs:
        raise damaged(T("the model"), T("it has no output"))


def _check_links(network: Network, output: str) -> None:
    name = network.by_id[output].name
    if network.cyclic:
        cyclic = next(node.name for node in network.layers if node.id in network.cyclic)
        raise damaged(cyclic, T("it feeds itself"))
    if network.outgoing[output]:
        raise damaged(name, T("it is the output, and yet other layers follow"))


def _problem(network: Network) -> tuple[Text, ...]:
    """The first thing that keeps the network from being trained; unknown layers are told apart."""
    for problem in analyse(network).errors:
        if problem.node == "" or network.by_id[problem.node].spec is not None:
            return (T("The network has a problem: {problem}", problem=problem.text),)
    return ()
