"""A decoding process does the order that its first line is; see ``core.data.orders``."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np

from cnnstudio.core.data.datasets import dataset_of
from cnnstudio.core.data.orders import (
    Order,
    Outcome,
    PictureOrder,
    PoolOrder,
    Progress,
    read_order,
)
from cnnstudio.core.data.parts import open_pool
from cnnstudio.core.errors import JobFailed, StudioError
from cnnstudio.core.text import T
from cnnstudio.decode.originals import picture_of
from cnnstudio.decode.scanning.coordinator import scan_data
from cnnstudio.decode.scanning.limits import limit_coordinator
from cnnstudio.decode.scanning.pools import make_pool
from cnnstudio.decode.sets import not_in_cache, prepare_pool
from cnnstudio.decode.sources.listing import Ask, Tell


def obey(folder: Path) -> int:
    """Does the order, answers on standard output, and returns the exit code.

    Args:
        folder: A private folder on the cache's disk.
    """
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no part of the answer
    line = b""
    while not line.endswith(b"\n") and (more := os.read(0, 2**16)):
        line += more
    try:
        order = read_order(line)
    except msgspec.DecodeError:
        return 2
    limit_coordinator()
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    body = b""
    try:
        outcome, picture = _done(order, folder, answer)
        body = picture.tobytes()
    except Ask as error:
        outcome = Outcome(questions=error.questions)
    except StudioError as error:
        outcome = Outcome(refused=error.text, failed=isinstance(error, JobFailed))
    except MemoryError:
        outcome = Outcome(
            refused=T("There isn't enough memory to read this. Close other programs."), failed=True
        )
    with answer:
        answer.write(msgspec.json.encode(outcome) + b"\n" + body)
    return 0 if outcome.refused is None else 2


def _done(order: Order, folder: Path, answer: BinaryIO) -> tuple[Outcome, np.ndarray]:
    def tell(phase: str, done: int, total: int) -> None:
        answer.write(msgspec.json.encode(Progress(phase, done, total)) + b"\n")
        answer.flush()

    nothing = np.zeros(0, np.uint8)
    if isinstance(order, PictureOrder):
        picture = picture_of(order)
        return Outcome(shape=picture.shape), picture
    if isinstance(order, PoolOrder):
        _cache_pool(order, folder, tell)
        return Outcome(), nothing
    facts, questions = scan_data(order, folder, tell)
    return Outcome(imported=facts, questions=questions), nothing


def _cache_pool(order: PoolOrder, folder: Path, tell: Tell) -> None:
    facts = dataset_of(order.settings)
    if facts.own is not None:
        make_pool(order.settings, tell, folder)
    else:
        prepare_pool(facts, order.pool, order.settings)
    if open_pool(facts, order.pool, order.settings) is None:
        raise not_in_cache(facts)


def _end_with_parent(folder: Path) -> None:
    """Ends this process with the one that started it: then its pipe ends."""
    while os.read(0, 1):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)
