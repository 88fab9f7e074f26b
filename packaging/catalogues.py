"""Keeps the message catalogues in step with the sources.

``python packaging/catalogues.py update`` extracts every ``T(...)`` and ``TN(...)``, keeps the
translations there are, drops what no longer occurs, and says what is missing; ``--from FILE…``
takes translations from further ``.po`` files first. ``compile`` writes the ``.mo`` files a
checkout needs to speak anything but English (an installation has them already).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from hatch_build import compile_catalogues

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "resources" / "locale"
DOMAIN = "cnnstudio"
KEYWORDS = {"T": None, "TN": (1, 2)}

Id = str | tuple[str, ...]


def extract() -> Catalog:
    """Every message of the sources, with the files it occurs in."""
    catalogue = Catalog(project="CNN Studio", charset="utf-8")
    messages = extract_from_dir(
        ROOT / "cnnstudio", method_map=[("**.py", "python")], keywords=KEYWORDS
    )
    for name, _line, message, _comments, context in sorted(messages, key=lambda m: m[:2]):
        # Files without lines: a catalogue then only changes when a text does.
        catalogue.add(message, locations=[(f"cnnstudio/{name}", 0)], context=context)
    return catalogue


def read(path: Path, language: str) -> Catalog:
    """The catalogue in `path`, an empty one if there is none."""
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def merge(template: Catalog, sources: Iterable[Catalog], language: str) -> Catalog:
    """The messages of `template` with the first translation that `sources` have for each."""
    result = Catalog(
        locale=language, domain=DOMAIN, project="CNN Studio", header_comment="", fuzzy=False
    )
    known = list(sources)
    for message in template:
        if not message.id:
            continue
        translations = (_translation(source, message.id) for source in known)
        string = next((found for found in translations if found), "")
        if isinstance(message.id, tuple):
            result.add(message.id, (string,), locations=message.locations)
        else:
            result.add(message.id, string, locations=message.locations)
    return result


def missing(catalogue: Catalog) -> list[Message]:
    """The messages without a translation."""
    return [m for m in catalogue if m.id and not any(_strings(m))]


def write(catalogue: Catalog, path: Path) -> None:
    """Writes a catalogue that changes only where a text does: no dates, no line numbers."""
    buffer = BytesIO()
    write_po(buffer, catalogue, width=100, omit_header=True, include_lineno=False)
    header = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {catalogue.locale_identifier}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header.encode() + buffer.getvalue().strip() + b"\n")


def update(languages: Iterable[str], extra: Iterable[Path]) -> int:
    """Updates the catalogues; returns how many messages have no translation."""
    template = extract()
    count = 0
    for language in languages:
        path = LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"
        sources = [*(read(file, language) for file in extra), read(path, language)]
        catalogue = merge(template, sources, language)
        write(catalogue, path)
        for message in missing(catalogue):
            print(f"{language}: {_first(message.id)}", file=sys.stderr)
            count += 1
        print(f"{path.relative_to(ROOT)}: {len(catalogue)} messages", file=sys.stderr)
    return count


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; 1 if a translation is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    updating = verbs.add_parser("update", help="extract the sources and merge")
    updating.add_argument("--from", dest="extra", nargs="*", type=Path, default=[], metavar="FILE")
    verbs.add_parser("compile", help="write the .mo files")
    options = parser.parse_args(arguments)
    if options.verb == "compile":
        for path in compile_catalogues(LOCALE):
            print(path.relative_to(ROOT), file=sys.stderr)
        return 0
    languages = sorted(path.name for path in LOCALE.iterdir() if path.is_dir())
    return 1 if update(languages, options.extra) else 0


def _translation(catalogue: Catalog, id: Id) -> str:
    """The (first) translation of `id`; "" if there is none or it is only a guess (fuzzy)."""
    message = catalogue.get(_first(id))
    if message is None or message.fuzzy:
        return ""
    return next(iter(_strings(message)), "")


def _strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def _first(id: Id) -> str:
    return id if isinstance(id, str) else id[0]


if __name__ == "__main__":
    sys.exit(main())
