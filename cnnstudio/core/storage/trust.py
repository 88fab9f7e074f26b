"""Which code of layers a person trusts: a folder of their own, one file for each source.

A file is called by the SHA-256 of the source and holds it, so that what is trusted can be looked
at. A project never says that its code is trusted: one that comes from somebody else asks anew, and
so does code in which a letter was changed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.custom import CustomLayer, digest_of, parsed
from cnnstudio.core.network import LayerNode, Network
from cnnstudio.core.storage.atomic import write_atomically
from cnnstudio.core.storage.faults import write_fault
from cnnstudio.core.storage.places import trust_folder
from cnnstudio.core.text import T

_NAME = re.compile(r"([0-9a-f]{64})\.py")
_HIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""What turns the order of letters around (CVE-2021-42574, Trojan Source)."""


@dataclass(frozen=True, slots=True)
class Trusted:
    """Code that is trusted.

    Attributes:
        digest: SHA-256 of its source.
        source: The source.
        classes: The classes it defines.
        since: When it was trusted.
    """

    digest: str
    source: str
    classes: tuple[str, ...]
    since: datetime


class TrustStore:
    """A folder of trusted code.

    Args:
        folder: The folder; made when the first file comes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of_person(cls) -> TrustStore:
        """The store that is asked before any code is run."""
        return cls(trust_folder())

    def trusts(self, code: CustomLayer) -> bool:
        """Whether exactly this source is trusted."""
        try:
            return self._path(code.digest).read_bytes() == code.source.encode()
        except (OSError, UnicodeEncodeError):
            return False

    def trust(self, code: CustomLayer) -> None:
        """Trusts a source from now on.

        Raises:
            BadInput: When the folder can't be written, or the source has half a character, or one
                that makes it look other than it is.
            JobFailed: When the disk is full or breaks.
        """
        if _HIDES.search(code.source):
            raise BadInput(
                T(
                    "The code of {layer} has characters that change the order in which its letters "
                    "are shown, so it may do something else than it shows. Take them out of it.",
                    layer=code.cls,
                )
            )
        try:
            data = code.source.encode()
        except UnicodeEncodeError as error:
            raise BadInput(
                T("The code of {layer} has half a character in it. Correct it.", layer=code.cls)
            ) from error
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise write_fault(error, self.folder) from error
        write_atomically(self._path(code.digest), data)

    def withdraw(self, digest: str) -> None:
        """Trusts a source no longer; one that wasn't trusted is no error.

        Raises:
            BadInput: When the folder can't be written.
        """
        path = self._path(digest)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise write_fault(error, path) from error

    def entries(self) -> tuple[Trusted, ...]:
        """Everything that is trusted, the latest first; what isn't called by its hash isn't."""
        try:
            found = [one for path in self.folder.iterdir() if (one := _entry(path)) is not None]
        except OSError:
            return ()
        return tuple(sorted(found, key=lambda one: one.since, reverse=True))

    def untrusted(self, network: Network) -> tuple[LayerNode, ...]:
        """The layers of a network whose code isn't trusted."""
        asked: dict[str, bool] = {}
        for code in (node.custom for node in network.layers):
            if code is not None and code.source not in asked:
                asked[code.source] = self.trusts(code)
        return tuple(
            node
            for node in network.layers
            if node.custom is not None and not asked[node.custom.source]
        )

    def check(self, nodes: Iterable[LayerNode]) -> None:
        """Raises BadInput for the first of some layers whose code isn't trusted."""
        for node in nodes:
            if node.custom is not None and not self.trusts(node.custom):
                raise refusal(node.name, node.custom)

    def _path(self, digest: str) -> Path:
        return self.folder / f"{digest}.py"


def refusal(layer: str, code: CustomLayer) -> BadInput:
    """The error for code that would be run and isn't trusted."""
    return BadInput(
        T(
            "{layer} is code that came with the project (class {cls}), and you haven't said that "
            "you trust it. Look at it in Design and trust it there, or train with --trust-code on "
            "the command line.",
            layer=layer,
            cls=code.cls,
        )
    )


def _entry(path: Path) -> Trusted | None:
    name = _NAME.fullmatch(path.name)
    if name is None:
        return None
    try:
        source = path.read_bytes().decode()
        since = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, UnicodeDecodeError):
        return None
    if digest_of(source) != name[1]:
        return None
    tree = parsed(source)
    classes = (one.name for one in (tree.body if tree else ()) if isinstance(one, ast.ClassDef))
    return Trusted(name[1], source, tuple(classes), since)
