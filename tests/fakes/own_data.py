"""A person's own data for tests, as if it had been scanned, in memory alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnstudio.core.data.catalogue import Catalogue, Refused
from cnnstudio.core.data.datasets import Dataset, dataset_of
from cnnstudio.core.data.division import Division, divide
from cnnstudio.core.data.edits import NO_EDITS, LabelEdits
from cnnstudio.core.data.imported import SOURCE, Imported
from cnnstudio.core.data.looks import difference_hashes
from cnnstudio.core.data.parts import Labelled
from cnnstudio.core.data.report import Report, examine, make_report
from cnnstudio.core.project import DataSettings
from cnnstudio.core.text import T


@dataclass(frozen=True)
class OwnData:
    """Everything that belongs to it.

    Attributes:
        dataset: The dataset.
        settings: The data settings of a project with it.
        catalogue: What a scan would have found.
        pools: The pictures.
    """

    dataset: Dataset
    settings: DataSettings
    catalogue: Catalogue
    pools: dict[str, Labelled]

    def divided(self, edits: LabelEdits = NO_EDITS) -> Division:
        """The division by its settings."""
        return divide(self.dataset, self.settings, self.pools, edits)

    def report(self, edits: LabelEdits = NO_EDITS) -> Report:
        """The report on it, the pictures examined."""
        examined = examine(self.catalogue, self.dataset, self.pools)
        return make_report(
            self.catalogue, self.divided(edits), self.dataset, self.settings, examined
        )


def own_data(
    pictures: np.ndarray,
    labels: Sequence[int],
    *,
    classes: Sequence[str] = ("cats", "dogs", "owls"),
    given: Sequence[int] | None = None,
    sizes: Sequence[tuple[int, int]] | None = None,
    flags: Sequence[int] | None = None,
    refused: Sequence[str] = (),
    ignored: int = 0,
    **settings: Any,
) -> OwnData:
    """A person's own data.

    Args:
        pictures: uint8, shape (n, rows, columns, channels).
        labels: The class of each.
        classes: The names of the classes.
        given: The part the source says of each.
        sizes: Their own sizes; that of `pictures` unless given.
        flags: What is odd of each.
        refused: Names of files that were left out.
        ignored: How many files were passed over.
        settings: Further data settings.
    """
    count, rows, columns, channels = pictures.shape
    parts = np.zeros(count, np.uint8) if given is None else np.array(given, np.uint8)
    free, train, validation, test = np.bincount(parts, minlength=4).tolist()
    facts = Imported(
        path="/pictures",
        title="Pets",
        digest="ab" * 32,
        classes=tuple(classes),
        shape=(rows, columns, channels),
        uniform=sizes is None,
        counts=(free, train, validation, test),
    )
    digests = [hashlib.md5(picture.tobytes()).digest() for picture in pictures]
    catalogue = Catalogue(
        facts=facts,
        names=[f"{classes[label]}/{place}.png" for place, label in enumerate(labels)],
        labels=np.array(labels, np.int32),
        given=parts,
        sizes=np.array([(rows, columns)] * count if sizes is None else sizes, np.uint32),
        digests=np.frombuffer(b"".join(digests), np.uint64).reshape(-1, 2),
        looks=difference_hashes(pictures),
        flags=np.array([0] * count if flags is None else flags, np.uint8),
        modes={"RGB" if channels == 3 else "L": count},
        refused=[Refused(name, T("It is damaged. Delete it.")) for name in refused],
        ignored=ignored,
    )
    chosen = DataSettings(
        **{
            "source": SOURCE,
            "imported": facts,
            "colour": "rgb" if channels == 3 else "grey",
            "test": 0.2,
            "validation": 0.25,
            **settings,
        }
    )
    pool = Labelled(pictures, catalogue.labels, catalogue.names, catalogue.given)
    return OwnData(dataset_of(chosen), chosen, catalogue, {"all": pool})


def noise(count: int, rows: int = 8, columns: int = 8, channels: int = 3) -> np.ndarray:
    """Pictures of which no two look alike."""
    random = np.random.RandomState(7)
    return random.randint(0, 256, (count, rows, columns, channels)).astype(np.uint8)
