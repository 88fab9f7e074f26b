"""What can be imported: files of code and of models, and code on the clipboard."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from cnnstudio.core.code.reading.project import project_of
from cnnstudio.core.code.reading.reader import read_code
from cnnstudio.core.code.reading.result import Reading, Unreadable
from cnnstudio.core.project import Project
from cnnstudio.core.text import T, Text
from cnnstudio.protocol.importing import CODE_SUFFIXES, MODEL_SUFFIXES, Imported


class Reader(Protocol):
    """``protocol.importing.read_source`` with its store of weights."""

    def __call__(
        self,
        path: Path,
        *,
        given: Mapping[str, Any],
        input_shape: Sequence[int] | None,
        cancelled: Callable[[], bool],
        progress: Callable[[float], None],
    ) -> Imported:
        """Reads a file; see there."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the person has said of what the code leaves open.

    Attributes:
        given: Values of constants by name.
        input_shape: The shape of the input, without the batch axis; None for the guess.
    """

    given: Mapping[str, Any] = field(default_factory=dict)
    input_shape: tuple[int, ...] | None = None


class Source(Protocol):
    """Something to import."""

    @property
    def name(self) -> Text | str:
        """What it is called."""

    @property
    def project(self) -> str:
        """What its project is called."""

    @property
    def has_cells(self) -> bool:
        """Whether its lines are counted through the cells of a notebook."""

    def read(
        self, answers: Answers, cancelled: Callable[[], bool], progress: Callable[[float], None]
    ) -> Imported:
        """Reads it; may take long, and is called outside the window's thread.

        Raises:
            Unreadable: For code that can't be read.
            BadInput: For any other fault of the source.
            JobFailed: When reading could not be finished.
        """


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file.

    Attributes:
        path: Where it is.
        reader: Reads it.
    """

    path: Path
    reader: Reader

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def project(self) -> str:
        """The file's name without its suffix."""
        return self.path.stem

    @property
    def has_cells(self) -> bool:
        """Whether it is a notebook."""
        return self.path.suffix.lower() == ".ipynb"

    def read(
        self, answers: Answers, cancelled: Callable[[], bool], progress: Callable[[float], None]
    ) -> Imported:
        """Reads the file."""
        return self.reader(
            self.path,
            given=answers.given,
            input_shape=answers.input_shape,
            cancelled=cancelled,
            progress=progress,
        )


@dataclass(frozen=True, slots=True)
class TextSource:
    """Code on the clipboard.

    Attributes:
        text: The code.
    """

    text: str

    @property
    def name(self) -> Text:
        """Where it comes from."""
        return T("The clipboard")

    @property
    def project(self) -> str:
        """What a new project is called."""
        return Project().name

    @property
    def has_cells(self) -> bool:
        """A notebook can only be a file."""
        return False

    def read(
        self, answers: Answers, cancelled: Callable[[], bool], progress: Callable[[float], None]
    ) -> Imported:
        """Reads the code; it takes no longer than the reader's steps allow."""
        return imported_code(read_code(self.text, answers.given, answers.input_shape), self.project)


def imported_code(reading: Reading, name: str) -> Imported:
    """What was read of code, as a project called `name`."""
    return Imported(
        project_of(reading, name), "code", reading.questions, reading.passed, reading.opaque
    )


def read_so_far(error: Unreadable, name: str) -> Imported:
    """What was read before the code that can't be read."""
    return imported_code(error.reading, name)


def can_be_imported(path: Path) -> bool:
    """Whether a file's name ends as one that can be imported."""
    return path.suffix.lower() in CODE_SUFFIXES + MODEL_SUFFIXES
