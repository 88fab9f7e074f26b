"""Finds layer kinds by what a person types, in any keyboard state."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cnnstudio.core.hangul import keys_of
from cnnstudio.core.layers.spec import LayerKind
from cnnstudio.core.quick_entry import kinds_named, plain
from cnnstudio.core.text import Text


def matches(typed: str, kinds: Iterable[LayerKind], show: Callable[[Text], str]) -> list[LayerKind]:
    """The kinds whose name, family or summary fits `typed`, the best first.

    Names come first, in the order of ``kinds_named``, then a family and a summary that hold it.
    Empty text fits everything.
    """
    kinds = list(kinds)
    wanted = {plain(typed), plain(keys_of(typed))} - {""}
    if not wanted:
        return kinds
    named = [kind for kind in kinds_named(typed) if kind in kinds]
    rest = [kind for kind in kinds if kind not in named]
    by_family = [k for k in rest if _holds((show(k.family.label), k.family), wanted)]
    by_summary = [k for k in rest if k not in by_family and _holds((show(k.summary),), wanted)]
    return [*named, *by_family, *by_summary]


def _holds(texts: Iterable[str], wanted: set[str]) -> bool:
    return any(one in plain(text) for text in texts for one in wanted)
