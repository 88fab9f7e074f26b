"""What reading code gives: the network, what else was found, and what was left."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cnnstudio.core.errors import BadInput
from cnnstudio.core.network import Network
from cnnstudio.core.text import T, Text


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of the project that the code states.

    Attributes:
        field: Such as "training.optimizer.name".
        value: Its value, as a project file has it.
        line: The line that states it.
    """

    field: str
    value: Any
    line: int


@dataclass(frozen=True, slots=True)
class Passed:
    """Something that was passed over.

    Attributes:
        line: Its line, counted from 1; in a notebook through all its code cells.
        what: Its text, no longer than a line.
    """

    line: int
    what: str


@dataclass(frozen=True, slots=True)
class Question:
    """Something the code uses and doesn't say.

    Attributes:
        name: The constant's name, or the tensor's a fragment starts from ("" for a Sequential).
        guess: The value the network was read with.
        line: Where it is used first.
        is_input: Whether the input's shape is asked for.
    """

    name: str
    guess: Any
    line: int
    is_input: bool = False

    @property
    def text(self) -> Text:
        """What is asked for."""
        guess = repr(self.guess)
        if self.is_input:
            return T(
                "Line {line}: the code doesn't say the shape of its input; {guess} is assumed.",
                line=self.line,
                guess=guess,
            )
        return T(
            "Line {line}: the code doesn't say what {name} is; {guess} is assumed.",
            line=self.line,
            name=self.name,
            guess=guess,
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read.

    Attributes:
        network: The layers and links, with automatic names as Keras counts them and laid out.
        settings: The settings found; of several for one field the last.
        passed: What was passed over, by line.
        questions: What the code doesn't say, with the guesses the network was read with.
        opaque: Names of the layers whose class the studio doesn't know.
        lines: The first and the last line of the call that makes each layer, counted from 0, by id;
            an Input that the code only implies has none.
    """

    network: Network = field(default_factory=Network)
    settings: tuple[Setting, ...] = ()
    passed: tuple[Passed, ...] = ()
    questions: tuple[Question, ...] = ()
    opaque: tuple[str, ...] = ()
    lines: dict[str, tuple[int, int]] = field(default_factory=dict)


class Unreadable(BadInput):
    """Code that can't be read.

    Attributes:
        line: The line, counted from 1; in a notebook through all its code cells.
        column: The column, counted from 1.
        construct: The code that can't be read, no longer than a line.
        problem: Why, without the place.
        code: The whole line, as it is written.
        reading: What was read before it.
    """

    def __init__(
        self,
        line: int,
        column: int,
        construct: str,
        problem: Text,
        place: Text | None = None,
        code: str = "",
    ) -> None:
        super().__init__(
            T(
                "{place}: {problem}",
                place=place or T("Line {line}, column {column}", line=line, column=column),
                problem=problem,
            )
        )
        self.line = line
        self.column = column
        self.construct = construct
        self.problem = problem
        self.code = code
        self.reading = Reading()
