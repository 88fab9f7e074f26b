"""Sets of pictures that everybody uses: those that ship, and those that can be downloaded."""

from __future__ import annotations

from functools import partial

from cnnstudio.core.data.datasets import DATASETS
from cnnstudio.core.data.keras_datasets import KERAS_DATASETS
from cnnstudio.core.storage.faults import show_bytes
from cnnstudio.core.text import T, Text
from cnnstudio.protocol.keras_datasets import download
from cnnstudio.ui.data.opening import Source

SETS = (*DATASETS, *(id for id in KERAS_DATASETS if id not in DATASETS))
"""Their ids, as a menu shows them."""


def set_text(id: str) -> Text:
    """What a menu says of a set: its name, and how much is downloaded."""
    if shipped := DATASETS.get(id):
        return T("{data} (installed)", data=shipped.title)
    remote = KERAS_DATASETS[id]
    return T("{data} (download, {size})", data=remote.title, size=show_bytes(remote.size))


def set_source(id: str) -> Source:
    """A set, to be opened."""
    if shipped := DATASETS.get(id):
        return Source(shipped.title, shipped=shipped)
    return Source(KERAS_DATASETS[id].title, fetch=partial(download, id))
