"""Lines of code while they are written, and which of them make which layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cnnstudio.core.code.writing.source import imported


class Sheet:
    """The lines so far; blank ones come only between others.

    Args:
        imports: The names the code needs, by module; the first lines import them.

    Attributes:
        imports: The names the code needs, by module.
        lines: The lines.
        places: The first and the last line of each layer, counted from 0, by id.
        body: The first line behind the imports and the blank lines below them.
    """

    def __init__(self, imports: Mapping[str, Iterable[str]]) -> None:
        self.imports = {module: frozenset(names) for module, names in imports.items()}
        self.lines = list(imported(self.imports))
        self.places: dict[str, tuple[int, int]] = {}
        self.body = 0
        self._blank = 0

    def blank(self, count: int = 1) -> None:
        """Leaves so many lines blank before what is added next, or more if told before."""
        self._blank = max(self._blank, count)

    def add(self, lines: Sequence[str], ids: Iterable[str] = ()) -> None:
        """Adds lines, which make the layers of these ids."""
        if not lines:
            return
        self.lines += [""] * self._blank
        self._blank = 0
        self.body = self.body or len(self.lines)
        place = (len(self.lines), len(self.lines) + len(lines) - 1)
        self.places |= dict.fromkeys(ids, place)
        self.lines += lines
