"""What is to be told of a model beside its layers, and the sentences for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import T, Text

_MOST_TOLD = 6


def called(name: object) -> str:
    """A name from a file, no longer than it can be read in a sentence."""
    text = "".join(c if c.isprintable() else "�" for c in str(name))
    return text if len(text) <= 60 else text[:57] + "…"


def damaged(layer: str | Text, problem: Text) -> BadInput:
    """The error for a config that Keras can't have written."""
    return BadInput(
        T(
            "The model's config is damaged at {layer}: {problem}. Save the model again.",
            layer=layer if isinstance(layer, Text) else called(layer),
            problem=problem,
        )
    )


class Notes:
    """Collects what a person should know of a model, each thing once for all its layers."""

    def __init__(self) -> None:
        self._unsupported: list[Text] = []
        self._not_kept: dict[str, list[str]] = {}
        self._told: dict[str, tuple[Text, list[str]]] = {}

    def unsupported(self, part: Text) -> None:
        """Notes something the studio has no place for, so that the model can't be opened."""
        self._unsupported.append(part)

    def not_kept(self, argument: str, layer: str) -> None:
        """Notes an argument that changes nothing in what the network computes from a picture."""
        self._not_kept.setdefault(argument, []).append(layer)

    def tell(self, text: Text, layer: str) -> None:
        """Notes something about a layer; `text` may use ``{layers}`` for all it is told of."""
        self._told.setdefault(repr(text), (text, []))[1].append(layer)

    @property
    def warnings(self) -> tuple[Text, ...]:
        """What was noted and doesn't keep the model from opening."""
        told = (
            Text(text.id, {**text.params, "layers": named(layers)})
            for text, layers in self._told.values()
        )
        dropped = (
            T(
                "{argument} of {layers} isn't kept; the studio has no place for it.",
                argument=argument,
                layers=named(layers),
            )
            for argument, layers in self._not_kept.items()
        )
        return (*told, *dropped)

    def check(self) -> None:
        """Raises BadInput that names every unsupported part, if there is one."""
        if self._unsupported:
            raise BadInput(
                T(
                    "Nothing was opened, because the model has parts the studio can't show: "
                    "{parts}. Take them out of the model and save it again.",
                    parts=_listed(self._unsupported),
                )
            )


def named(layers: Sequence[str]) -> Text | str:
    """The names of some layers, or of the first of them and how many there are more."""
    names = ", ".join(map(called, layers[:_MOST_TOLD]))
    more = len(layers) - _MOST_TOLD
    return T("{names} and {count} more", names=names, count=more) if more > 0 else names


def _listed(parts: Iterable[Text]) -> Text:
    first, *others = parts
    for part in others[: _MOST_TOLD - 1]:
        first = T("{first}; {next}", first=first, next=part)
    more = len(others) - _MOST_TOLD + 1
    return T("{names} and {count} more", names=first, count=more) if more > 0 else first
