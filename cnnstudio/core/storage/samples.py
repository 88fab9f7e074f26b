"""The projects that ship with the studio, used as ``sample:NAME`` wherever one is expected."""

from __future__ import annotations

from pathlib import Path

from cnnstudio.core.errors import BadInput
from cnnstudio.core.project import Project
from cnnstudio.core.resources import resource
from cnnstudio.core.storage.project_file import SUFFIX, load_project
from cnnstudio.core.storage.project_weights import weights_beside
from cnnstudio.core.text import T

PREFIX = "sample:"


def sample_names() -> tuple[str, ...]:
    """The names of the sample projects, in alphabetical order."""
    return tuple(sorted(path.stem for path in resource("samples").glob(f"*{SUFFIX}")))


def load_project_argument(argument: str) -> Project:
    """Opens what a person named: ``sample:NAME`` or the path of a project file.

    Raises:
        BadInput: When there is no such sample or file, or it can't be read.
    """
    if not argument.startswith(PREFIX):
        return load_project(Path(argument))
    name = argument.removeprefix(PREFIX)
    if name not in sample_names():
        raise BadInput(
            T(
                "There is no sample called {name}. There are: {names}.",
                name=name or "–",
                names=", ".join(sample_names()),
            )
        )
    return load_project(resource("samples", name + SUFFIX))


def weights_of_argument(argument: str) -> tuple[Path, ...]:
    """Where weights of a named project may lie besides the person's store; samples have none."""
    return () if argument.startswith(PREFIX) else (weights_beside(Path(argument)),)
