"""Build hook: compiles the message catalogues, for wheels and editable installs alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def compile_catalogues(locale: Path, target: Path | None = None) -> list[Path]:
    """Writes a ``.mo`` for every ``.po``.

    Args:
        locale: The folder with ``<language>/LC_MESSAGES/*.po``.
        target: Where the same tree of ``.mo`` files goes; `locale` itself unless given.

    Returns:
        The files written.
    """
    written = []
    for source in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parts[-3], abort_invalid=True)
        compiled = (target or locale) / source.relative_to(locale).with_suffix(".mo")
        compiled.parent.mkdir(parents=True, exist_ok=True)
        with compiled.open("wb") as file:
            write_mo(file, catalogue)
        written.append(compiled)
    return written


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling finds it by its base class."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Runs before the files are collected."""
        compile_catalogues(Path(self.root, "resources", "locale"))
