"""A project from somebody else's file: the one way in for the window and the command line.

Keras code and notebooks are read here (``core.code.reading`` runs nothing). A saved model is copied
to a private folder first; that copy is checked and read by an inspector, and never given to Keras.
"""

from __future__ import annotations

import errno
import hashlib
import io
import logging
import os
import re
import stat
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from msgspec.structs import replace

from cnnstudio.core.code.reading.project import project_of
from cnnstudio.core.code.reading.reader import read_code, read_notebook
from cnnstudio.core.code.reading.result import Passed, Question, Reading
from cnnstudio.core.errors import BadInput
from cnnstudio.core.network import Network
from cnnstudio.core.project import Project
from cnnstudio.core.storage.faults import read_fault, write_fault
from cnnstudio.core.storage.project_file import project_from_json, read_file
from cnnstudio.core.storage.weights_store import WeightsStore
from cnnstudio.core.text import T, Text
from cnnstudio.protocol.answers import COPY, WEIGHTS
from cnnstudio.protocol.inspecting import Stopped, inspect, unreadable

CODE_SUFFIXES = (".py", ".ipynb")
MODEL_SUFFIXES = (".keras", ".h5", ".hdf5", ".json")

_COPYING, _READING = 0.3, 0.95  # the shares that are done after copying and after reading
_CHUNK = 2**20
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")  # a drive has one letter
_MAGIC = (b"PK\x03\x04", b"\x89HDF\r\n\x1a\n")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Imported:
    """What was read.

    Attributes:
        project: The project, called as the file is.
        kind: "code" for Keras code and notebooks, "model" for saved models and configs.
        questions: What the code doesn't say, with the guesses it was read with.
        passed: What was passed over in the code, by line.
        opaque: Names of the layers whose class the studio doesn't know.
        loaded: How many layers brought their weights along.
        missing: Names of the layers that have no weights in the file, or none that fit.
        warnings: What a person should know besides.
        sha256: The hash of the file as it was read, in hexadecimal digits; "" for code.
    """

    project: Project
    kind: Literal["code", "model"]
    questions: tuple[Question, ...] = ()
    passed: tuple[Passed, ...] = ()
    opaque: tuple[str, ...] = ()
    loaded: int = 0
    missing: tuple[str, ...] = ()
    warnings: tuple[Text, ...] = ()
    sha256: str = ""


def read_source(
    path: Path,
    *,
    given: Mapping[str, Any] | None = None,
    input_shape: Sequence[int] | None = None,
    store: WeightsStore,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[float], None] = lambda _share: None,
) -> Imported:
    """Reads Keras code, a notebook, a saved model or a model's config; runs nothing of it.

    Blocks until it is done; no process and no temporary file is left, however it ends.

    Args:
        path: The file.
        given: Values of constants that code doesn't define.
        input_shape: The shape, without the batch axis, of an input that code doesn't define or a
            model leaves open.
        store: Gets the weights of a saved model.
        cancelled: Asked often; true stops it.
        progress: Gets the share that is done, 0 to 1.

    Raises:
        BadInput: For a file that can't be read or is refused, naming it, the reason and the
            remedy; ``Unreadable`` for code, with the place and what was read before it;
            ``UnknownInputShape`` for a model that leaves the shape of its pictures open.
        Stopped: When `cancelled` said so.
        JobFailed: When the disk is full or no process can be started.
    """
    suffix = path.suffix.lower()
    _check_path(path)
    if suffix in CODE_SUFFIXES:
        return _from_code(path, given or {}, input_shape)
    if suffix in MODEL_SUFFIXES or (path.is_file() and _begins_like_a_model(path)):
        return _from_model(path, input_shape, store, cancelled, progress)
    raise BadInput(
        T(
            "{file} can't be imported. Keras code (.py), notebooks (.ipynb), saved models (.keras, "
            ".h5) and their configs (.json) can.",
            file=str(path),
        )
    )


def _check_path(path: Path) -> None:
    if _ADDRESS.match(str(path)):
        raise BadInput(
            T(
                "{file} is an address. Download the model first, then choose its file.",
                file=str(path),
            )
        )
    if path.is_dir():
        raise BadInput(
            T(
                "{file} is a folder. Choose a file: a model saved as .keras, .h5 or .json. A "
                "SavedModel has to be saved as .keras by the program that made it.",
                file=str(path),
            )
        )


def _begins_like_a_model(path: Path) -> bool:
    with _opened(path) as file:
        try:
            return file.read(8).startswith(_MAGIC)
        except OSError as error:
            raise read_fault(error, path) from error


def _from_code(path: Path, given: Mapping[str, Any], input_shape: Sequence[int] | None) -> Imported:
    try:
        text = read_file(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(T("{file} isn't UTF-8 text. Save it as UTF-8.", file=str(path))) from error
    read = read_notebook if path.suffix.lower() == ".ipynb" else read_code
    reading = read(text, given, input_shape)
    return Imported(
        project=project_of(reading, path.stem),
        kind="code",
        questions=reading.questions,
        passed=reading.passed,
        opaque=reading.opaque,
    )


def _from_model(
    path: Path,
    input_shape: Sequence[int] | None,
    store: WeightsStore,
    cancelled: Callable[[], bool],
    progress: Callable[[float], None],
) -> Imported:
    name = str(path).encode(errors="replace").decode()  # a name that isn't text can't be sent
    with tempfile.TemporaryDirectory(
        prefix="cnnstudio-import-", ignore_cleanup_errors=True
    ) as private:
        folder = Path(private)
        sha256 = copy_source(
            path, folder / COPY, cancelled, lambda share: progress(_COPYING * share)
        )
        logger.info("%s is read; its SHA-256 is %s", name, sha256)
        answer = inspect(
            folder,
            name,
            input_shape=input_shape,
            cancelled=cancelled,
            progress=lambda share: progress(_COPYING + (_READING - _COPYING) * share),
        )
        network = project_from_json(answer.project, name).network
        if answer.loaded:
            network = _with_weights(network, _stored(folder / WEIGHTS, store, name))
    progress(1.0)
    return Imported(
        project=project_of(Reading(network), path.stem),
        kind="model",
        opaque=answer.opaque,
        loaded=answer.loaded,
        missing=answer.missing,
        warnings=answer.warnings,
        sha256=sha256,
    )


def _with_weights(network: Network, file: str) -> Network:
    """The network whose layers name the file that their weights are in."""
    layers = tuple(
        node if node.weights is None else replace(node, weights=replace(node.weights, file=file))
        for node in network.layers
    )
    return replace(network, layers=layers)


def _stored(path: Path, store: WeightsStore, name: str) -> str:
    """Puts the arrays that the inspector wrote into the store; returns the file's hash there."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise unreadable(name)
        return store.put(path)
    except (OSError, BadInput) as error:  # no file, or none that a sound inspector writes
        raise unreadable(name) from error


# --------------------------------------------------------------------------------------- the copy


def copy_source(
    path: Path, target: Path, cancelled: Callable[[], bool], progress: Callable[[float], None]
) -> str:
    """Copies a person's file, which from then on isn't looked at any more.

    Returns:
        The SHA-256 of the copy, in hexadecimal digits.

    Raises:
        BadInput: For what is no regular file, can't be read, is empty, or changes meanwhile.
        Stopped: When `cancelled` said so.
        JobFailed: When the disk is full.
    """
    digest = hashlib.sha256()
    copied = 0
    with _opened(path) as source:
        before = os.fstat(source.fileno())
        if not before.st_size:
            raise BadInput(
                T(
                    "{file} is empty (0 bytes). Save or download the model again.",
                    file=str(path),
                )
            )
        try:
            with target.open("xb") as copy:
                while chunk := _read(source, path):
                    if cancelled():
                        raise Stopped
                    copy.write(chunk)
                    digest.update(chunk)
                    copied += len(chunk)
                    progress(min(copied / before.st_size, 1.0))
        except OSError as error:
            raise write_fault(error, target, needed=before.st_size) from error
        after = os.fstat(source.fileno())
    if copied != before.st_size or before.st_mtime_ns != after.st_mtime_ns:
        raise BadInput(
            T(
                "{file} changed while it was read. Wait until the program that writes it is done, "
                "then import it again.",
                file=str(path),
            )
        )
    return digest.hexdigest()


def _opened(path: Path) -> io.BufferedReader:
    """Opens a regular file; never waits for the other end of a pipe."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        if error.errno == errno.ENXIO:  # a socket
            raise BadInput(_no_file(path)) from error
        raise read_fault(error, path) from error
    except ValueError as error:  # a NUL in the name
        raise BadInput(T("{file} doesn't exist. Check the path.", file=str(path))) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise BadInput(_no_file(path))
    return os.fdopen(descriptor, "rb")


def _no_file(path: Path) -> Text:
    return T("{file} is a device or pipe. Choose a file.", file=str(path))


def _read(source: io.BufferedReader, path: Path) -> bytes:
    try:
        return source.read(_CHUNK)
    except OSError as error:
        raise read_fault(error, path) from error
