"""The blocks of the library, in the palette's order."""

from __future__ import annotations

from cnnstudio.core.blocks.library import (
    chains,
    heads,
    inception,
    mobile,
    residual,
    squeeze_excite,
)
from cnnstudio.core.blocks.library.spec import LibraryBlock

_MODULES = (chains, residual, inception, squeeze_excite, mobile, heads)


def library() -> tuple[LibraryBlock, ...]:
    """Every block that ships with the studio."""
    return tuple(block for module in _MODULES for block in module.BLOCKS)


def library_block(pattern: str) -> LibraryBlock | None:
    """The library's block whose uses share `pattern`; None for a person's own."""
    return next((block for block in library() if block.pattern == pattern), None)
