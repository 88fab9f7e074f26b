"""A network as Keras source code, in the functional style of the lecture: one line a layer."""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cnnstudio.core.analysis import analyse
from cnnstudio.core.code.names import safe_names
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.numbers import Numbers, as_fraction
from cnnstudio.core.layers.parameters import Parameter
from cnnstudio.core.layers.variants import Chosen
from cnnstudio.core.network import LayerNode, Network
from cnnstudio.core.text import T

# First arguments that code usually gives without their name: Dense(100), Dropout(0.4).
_POSITIONAL = frozenset({"units", "rate", "pool_size", "activation"})
_INPUT, _OUTPUT = "input_tensor", "output"
# What Keras calls a layer without a name; elsewhere that is the kind's id.
_AUTOMATIC = {"input": "input_layer"}


def write_model_code(network: Network) -> str:
    """Writes source that builds `network` as ``model``.

    Arguments are written where Keras has no default and where the project states them; a name
    where Keras, in a fresh process, would choose another. Layers are built in the order of
    ``network.order``, so that a seed gives the studio's initial weights.

    Raises:
        BadInput: For a network with an error, naming the first.
    """
    analysis = analyse(network)
    if analysis.errors:
        raise BadInput(
            T("There is no code for this network yet. {problem}", problem=analysis.errors[0].text)
        )
    assert analysis.output is not None
    nodes = [network.by_id[id] for id in network.order]
    safe = safe_names(network)
    variables = _variables(network, analysis.output.node, safe)
    names = _explicit_names(network, safe)
    lines = [_line(network, node, variables, names.get(node.id)) for node in nodes]
    return "\n".join(
        [
            *_imports(nodes),
            "",
            *lines,
            "",
            f"model = Model(inputs={_INPUT}, outputs={variables[analysis.output.node.id]})",
            "",
        ]
    )


def _imports(nodes: Sequence[LayerNode]) -> list[str]:
    wanted = {"keras.models": {"Model"}}
    for node in nodes:
        assert node.spec is not None
        wanted.setdefault(node.spec.module, set()).add(node.spec.keras)
    for module, names in _helpers(nodes).items():
        wanted[f"keras.{module}"] = names
    return [_import(module, sorted(names)) for module, names in sorted(wanted.items())]


def _import(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= 88:
        return line
    return f"from {module} import (\n    " + ",\n    ".join(names) + ",\n)"


def _helpers(nodes: Iterable[LayerNode]) -> dict[str, set[str]]:
    """The classes of the initialisers and regularisers that the code makes, by module."""
    found: dict[str, set[str]] = {}
    for node in nodes:
        for name, value in node.values.items():
            if name in node.params and isinstance(value, Chosen) and not value.by_name:
                found.setdefault(value.variant.module, set()).add(value.variant.keras)
    return found


def _line(network: Network, node: LayerNode, variables: dict[str, str], name: str | None) -> str:
    assert node.spec is not None
    arguments = [
        value if index == 0 and parameter.name in _POSITIONAL else f"{parameter.name}={value}"
        for index, parameter in enumerate(node.spec.parameters)
        if parameter.required or parameter.name in node.params
        for value in [_python(parameter, node.values[parameter.name])]
    ]
    if name is not None:
        arguments.append(f"name={name!r}")
    line = f"{variables[node.id]} = {node.spec.keras}({', '.join(arguments)})"
    sources = [variables[link.source] for link in network.incoming[node.id]]
    if node.spec.merges:
        line += f"([{', '.join(sources)}])"
    elif sources:
        line += f"({sources[0]})"
    return line if name in (None, node.name) else f"{line}  # {_comment(node.name)}"


def _explicit_names(network: Network, names: Mapping[str, str]) -> dict[str, str]:
    """The names Keras wouldn't choose by itself, by id."""
    unnamed: Counter[str] = Counter()
    explicit = {}
    for id in network.order:
        node = network.by_id[id]
        stem = _AUTOMATIC.get(node.kind, node.kind)
        automatic = f"{stem}_{unnamed[stem]}" if unnamed[stem] else stem
        if names[id] == node.name == automatic:
            unnamed[stem] += 1
        else:
            explicit[id] = names[id]
    return explicit


def _variables(network: Network, output: LayerNode, names: Mapping[str, str]) -> dict[str, str]:
    """A variable for every layer: ``x`` along a chain, the layer's name where branches need it."""
    taken = {_INPUT, _OUTPUT, "x", "model"}
    taken |= {node.spec.keras for node in network.layers if node.spec} | {"Model"}
    taken = taken.union(*_helpers(network.layers).values())
    variables = {}
    for id, following in zip(network.order, (*network.order[1:], ""), strict=True):
        node = network.by_id[id]
        if node.kind == "input":
            variables[id] = _INPUT
        elif node is output:
            variables[id] = _OUTPUT
        elif all(link.target == following for link in network.outgoing[id]):
            variables[id] = "x"
        else:
            variables[id] = _identifier(names[id], taken)
            taken.add(variables[id])
    return variables


def _identifier(name: str, taken: set[str]) -> str:
    stem = re.sub(r"\W", "_", name, flags=re.ASCII)
    if stem[0].isdigit() or keyword.iskeyword(stem):
        stem = f"layer_{stem}"
    identifier, number = stem, 1
    while identifier in taken:
        number += 1
        identifier = f"{stem}_{number}"
    return identifier


def _python(parameter: Parameter, value: Any) -> str:
    if isinstance(value, Chosen):
        return _chosen(value)
    if isinstance(parameter, Numbers) and isinstance(value, float):
        fraction = as_fraction(value)
        return repr(value) if fraction is None else f"{fraction[0]} / {fraction[1]}"
    return repr(_tuples(parameter.write(value)))


def _tuples(written: object) -> object:
    """What a project file has as lists, as the tuples code has, inside one another too."""
    return tuple(map(_tuples, written)) if isinstance(written, list) else written


def _chosen(value: Chosen) -> str:
    """Such as ``"he_normal"``, ``RandomNormal(stddev=0.1)`` or ``L2(0.01)``."""
    if value.by_name:
        return repr(value.variant.name)
    variant, arguments = value.variant, value.stated
    if variant.module == "regularizers":
        if len(value.arguments) == 1:
            return f"{variant.keras}({value.arguments[0]!r})"
        arguments = value.values
    return f"{variant.keras}({', '.join(f'{name}={one!r}' for name, one in arguments.items())})"


def _comment(name: str) -> str:
    """A name that can't end its line."""
    shown = "".join(c if c.isprintable() else " " for c in name)
    return shown if len(shown) <= 60 else shown[:57] + "…"
