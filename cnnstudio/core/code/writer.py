"""A network as Keras source code: as the lecture writes it, one line a layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from cnnstudio.core.analysis import analyse
from cnnstudio.core.code.names import safe_names
from cnnstudio.core.code.writing.functional import Functional
from cnnstudio.core.code.writing.sequential import is_plain_chain, write_sequential
from cnnstudio.core.errors import BadInput
from cnnstudio.core.network import Network
from cnnstudio.core.text import T

Form = Literal["functional", "sequential", "auto"]


@dataclass(frozen=True, slots=True)
class CodeStyle:
    """How code is written.

    Attributes:
        form: "functional"; "sequential" where the network is a plain chain; "auto" for that only
            where there are no blocks to tell.
        shapes: Whether the output shapes stand in comments.
        blocks: Whether blocks are told: their uses as helper functions and loops where that reads
            better, else under a comment. A Sequential is a plain list and tells none.
    """

    form: Form = "functional"
    shapes: bool = False
    blocks: bool = True


@dataclass(frozen=True, slots=True)
class ModelCode:
    """Source code that builds a network as ``model``.

    Attributes:
        text: The code, as ``ruff format`` leaves it at any line length from 88.
        lines: The first and the last line of each layer, counted from 0, by id. Layers of the uses
            of one helper function share its lines.
        imports: The names it imports, by module.
        body: The first line behind the imports and the blank lines below them.
        plain: The lines that import whole modules, for classes that are no part of Keras.
    """

    text: str
    lines: dict[str, tuple[int, int]]
    imports: Mapping[str, frozenset[str]] = field(default_factory=dict)
    body: int = 0
    plain: tuple[str, ...] = ()


_USUAL = CodeStyle()


def write_model(network: Network, style: CodeStyle = _USUAL) -> ModelCode:
    """Writes source that builds `network` as ``model``.

    Arguments are written where Keras has no default and where the project states them; a name
    where Keras, in a fresh process, would choose another. Layers are built in the order of
    ``network.order``, so that a seed gives the studio's initial weights.

    Raises:
        BadInput: For a network with an error, naming the first; that a layer of one's own was never
            measured is none.
    """
    analysis = analyse(network)
    if analysis.faults:
        raise BadInput(
            T("There is no code for this network yet. {problem}", problem=analysis.faults[0].text)
        )
    safe = safe_names(network)
    plain = style.form == "sequential" or not (style.blocks and network.blocks)
    if style.form != "functional" and plain and is_plain_chain(network):
        sheet = write_sequential(analysis, safe, shapes=style.shapes)
    else:
        sheet = Functional(analysis, safe, shapes=style.shapes, blocks=style.blocks).write()
    text = "\n".join([*sheet.lines, ""])
    return ModelCode(text, sheet.places, sheet.imports, sheet.body, sheet.plain)


def write_model_code(network: Network) -> str:
    """The source that builds `network` as ``model``, in the functional style; see `write_model`."""
    return write_model(network).text
