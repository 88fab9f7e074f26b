"""Lines of code while they are written, and which of them make which layers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from cnnstudio.core.code.custom import CustomCode, check_names, code_of
from cnnstudio.core.code.names import PROGRAM_NAMES
from cnnstudio.core.code.writing.source import imported
from cnnstudio.core.network import LayerNode

_TAKEN = PROGRAM_NAMES | {"SEED", "input_tensor", "model", "output", "x"}


class Sheet:
    """The lines so far; blank ones come only between others.

    Args:
        imports: The names the code needs, by module; the first lines import them.
        code: The classes of layers that are no part of Keras, and what they need.

    Attributes:
        imports: The names the code needs, by module.
        plain: The lines that import whole modules.
        lines: The lines.
        places: The first and the last line of each layer, counted from 0, by id.
        body: The first line behind the imports and the blank lines below them.
    """

    def __init__(
        self, imports: Mapping[str, Iterable[str]], code: CustomCode | None = None
    ) -> None:
        self._code = code or CustomCode()
        modules = {*imports, *self._code.imports}
        self.imports = {
            module: frozenset(imports.get(module, ())) | self._code.imports.get(module, set())
            for module in modules
        }
        self.plain = tuple(sorted(self._code.plain))
        self.lines = [*self.plain, *imported(self.imports)]
        self.places: dict[str, tuple[int, int]] = {}
        self.body = 0
        self._blank = 0

    @property
    def names(self) -> frozenset[str]:
        """The names that the imports and the classes take."""
        return self._code.names.union(*self.imports.values())

    def blank(self, count: int = 1) -> None:
        """Leaves so many lines blank before what is added next, or more if told before."""
        self._blank = max(self._blank, count)

    def define(self) -> None:
        """Adds the classes of layers, with two blank lines around them."""
        if self._code.statements:
            self.blank(2)
            self.add(list(self._code.definitions()))
            self.blank(2)

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


def own_sheet(nodes: Iterable[LayerNode], imports: Mapping[str, Collection[str]]) -> Sheet:
    """A sheet for some layers, with the code of those that are no part of Keras.

    Raises:
        BadInput: For a name in that code that would mean two things in the program.
    """
    code = code_of(nodes)
    check_names(code, imports, _TAKEN)
    return Sheet(imports, code)
