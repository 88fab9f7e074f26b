"""Finds the layer kinds: every module of this package that has a ``KIND``."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import cnnstudio.core.layers as package
from cnnstudio.core.layers.spec import Family, LayerKind


@cache
def kinds() -> dict[str, LayerKind]:
    """All kinds by id, in palette order: by family, the usual ones first, then by file name."""
    order = list(Family)
    found = [
        module.KIND
        for info in pkgutil.iter_modules(package.__path__)
        if hasattr(module := importlib.import_module(f"{package.__name__}.{info.name}"), "KIND")
    ]
    found.sort(key=lambda kind: (order.index(kind.family), not kind.usual))
    return {kind.id: kind for kind in found}


def kind_of(id: str) -> LayerKind | None:
    """The kind with this id; None for a layer the studio doesn't know."""
    return kinds().get(id)
