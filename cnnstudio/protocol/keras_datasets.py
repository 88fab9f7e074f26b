"""Downloads the sets of ``keras.datasets``, without Keras; then they are scanned as any data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cnnstudio.core.data.keras_datasets import KERAS_DATASETS, RemoteFile
from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.faults import read_fault
from cnnstudio.core.storage.places import downloads_folder
from cnnstudio.core.text import T
from cnnstudio.protocol.downloading import fetch, has_checksum
from cnnstudio.protocol.scanning import Stopped

ADVICE = T(
    "Check the network connection and try again: what came is kept, and the download goes on from "
    "there."
)


def download(
    name: str,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Path:
    """Downloads a set into the person's folder, unless it is there already; blocks until then.

    What came before a fault or a stop is kept, and the next download goes on from there.

    Args:
        name: "mnist", "fashion_mnist", "cifar10" or "cifar100".
        cancelled: Asked ten times a second; true ends it.
        progress: Gets the bytes that are there, and about how many there are in all.

    Returns:
        What to scan: a file, or the folder of several.

    Raises:
        BadInput: For another name, or a folder that can't be written.
        Stopped: When `cancelled` said so.
        JobFailed: When the network, the server or the disk fails, or what came is something else.
    """
    wanted = KERAS_DATASETS.get(name)
    if wanted is None:
        raise BadInput(
            T(
                "There is no set called {name} to download. There is {names}.",
                name=name[:60],
                names=", ".join(KERAS_DATASETS),
            )
        )

    def check() -> None:
        if cancelled():
            raise Stopped

    folder = downloads_folder() / name
    before = 0
    for file in wanted.files:
        path = folder / file.name
        if not _is_there(file, path):

            def told(done: int, total: int, before: int = before, size: int = file.size) -> None:
                progress(before + done, wanted.size + (total - size if total else 0))

            fetch(
                file.url,
                path,
                file.checksum,
                unpacked=file.unpacked,
                resume=True,
                check=check,
                progress=told,
                advice=ADVICE,
            )
        check()
        before += file.size
    progress(wanted.size, wanted.size)
    return folder / wanted.files[0].name if len(wanted.files) == 1 else folder


def _is_there(file: RemoteFile, path: Path) -> bool:
    try:
        return has_checksum(path, file.checksum, unpacked=file.unpacked)
    except OSError as error:
        raise read_fault(error, path) from error
