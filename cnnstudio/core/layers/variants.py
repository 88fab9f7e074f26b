"""Parameters whose value is one of several things with arguments of their own.

In a project file such a value is a bare name where every argument is Keras' default, and
otherwise an object with the arguments that differ: ``{"name": "random_normal", "stddev": 0.1}``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnstudio.core.layers.parameters import Parameter, ParameterError, or_none
from cnnstudio.core.layers.spec import Values
from cnnstudio.core.text import T, Text


def _fits(_values: Values) -> None:
    """The check of a variant whose arguments don't depend on one another."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Variant:
    """One of the things a parameter can be: the declaration, of which there is one.

    Attributes:
        name: Keras' name for it in lower case.
        keras: The class in `module`.
        module: The module of Keras it is in: "initializers" or "regularizers".
        help: What it does, in a sentence.
        parameters: Its arguments in the order of Keras' signature, each with a default.
        start: Arguments a form starts with where Keras' defaults would do nothing.
        check: Says what is wrong with arguments that are allowed one by one; None if nothing.
    """

    name: str
    keras: str
    module: str
    help: Text = field(repr=False)
    parameters: tuple[Parameter, ...] = field(default=(), repr=False)
    check: Callable[[Values], Text | None] = field(default=_fits, repr=False)
    start: Mapping[str, object] = field(default_factory=dict, repr=False)

    @property
    def plain(self) -> Chosen:
        """This one with Keras' defaults."""
        return Chosen(self, tuple(p.default for p in self.parameters))


@dataclass(frozen=True, slots=True)
class Chosen:
    """A variant and its arguments.

    Attributes:
        variant: Which one.
        arguments: The value of each of its parameters, in their order.
    """

    variant: Variant
    arguments: tuple[Any, ...] = ()

    @property
    def values(self) -> dict[str, Any]:
        """All arguments by name."""
        names = (p.name for p in self.variant.parameters)
        return dict(zip(names, self.arguments, strict=True))

    @property
    def by_name(self) -> bool:
        """Whether Keras is given the bare name, as code usually does for an initialiser.

        A regulariser is always made, because its factors should be seen (and Keras 3.15 has no
        name for L1L2).
        """
        return self.variant.module == "initializers" and not self.stated

    @property
    def stated(self) -> dict[str, object]:
        """The arguments that differ from Keras' defaults or have none, as JSON has them."""
        return {
            p.name: p.write(value)
            for p, value in zip(self.variant.parameters, self.arguments, strict=True)
            if p.required or value != p.default
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantOf(Parameter):
    """One of several variants; read as `Chosen`, or None where that is allowed.

    Attributes:
        variants: What can be chosen, in the order a form lists them.
        aliases: Keras' other names for some of them; the class names are taken without.
        optional: Whether None is allowed.
    """

    variants: tuple[Variant, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)
    optional: bool = False

    def variant(self, name: object) -> Variant | None:
        """The variant called `name`, by any of the names Keras has for it; None if it has none."""
        if not isinstance(name, str):
            return None
        name = self.aliases.get(name, name)
        return next((v for v in self.variants if name in (v.name, v.keras)), None)

    def read(self, raw: object) -> Chosen | None:
        if raw is None and self.optional:
            return None
        stated = dict(raw) if isinstance(raw, Mapping) else {"name": raw}
        variant = self.variant(stated.pop("name", None))
        if variant is None:
            names = ", ".join(v.name for v in self.variants)
            raise self.refuse(
                raw, or_none(T("it takes one of {names}", names=names), self.optional)
            )
        return Chosen(variant, self._arguments(variant, stated))

    def write(self, value: Any) -> object:
        if value is None:
            return None
        assert isinstance(value, Chosen)
        name, stated = value.variant.name, value.stated
        return {"name": name, **stated} if stated else name

    def _arguments(self, variant: Variant, stated: Mapping[Any, object]) -> tuple[Any, ...]:
        known = {p.name: p for p in variant.parameters}
        for name in stated:
            if name not in known:
                raise self._refuse_argument(
                    T(
                        "{name} takes {arguments}, not {argument}.",
                        name=variant.name,
                        arguments=", ".join(known),
                        argument=str(name)[:60],
                    )
                    if known
                    else T("{name} takes no arguments.", name=variant.name)
                )
        try:
            values = {
                p.name: p.read(stated.get(p.name, p.write(p.default))) for p in known.values()
            }
        except ParameterError as error:
            raise self._refuse_argument(error.text) from error
        if (problem := variant.check(values)) is not None:
            raise self._refuse_argument(problem)
        return tuple(values.values())

    def _refuse_argument(self, problem: Text) -> ParameterError:
        return ParameterError(self.name, T("{field}: {problem}", field=self.name, problem=problem))
