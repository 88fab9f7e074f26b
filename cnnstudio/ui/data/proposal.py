"""What would become of a project with other pictures: looked at before anything is taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from cnnstudio.core import edits
from cnnstudio.core.analysis import analyse
from cnnstudio.core.data.catalogue import Catalogue, open_catalogue
from cnnstudio.core.data.datasets import Dataset, dataset_of
from cnnstudio.core.data.division import Division, divide
from cnnstudio.core.data.first_network import first_network, first_project, first_settings
from cnnstudio.core.data.imported import Imported
from cnnstudio.core.data.parts import Labelled, open_pool
from cnnstudio.core.data.report import Examined, Report, examine, make_report
from cnnstudio.core.errors import JobFailed
from cnnstudio.core.network import Network
from cnnstudio.core.project import DataSettings, Project, TrainingSettings
from cnnstudio.core.text import TN, T, Text
from cnnstudio.core.training.checks import picture_shape, training_problems

KEEP: Final = "keep"
ADAPT: Final = "adapt"
NEW: Final = "new"
NetworkChoice = Literal["keep", "adapt", "new"]
MOST_SAMPLES = 12
"""Classes of which a picture is shown."""
_ONE_BATCH = TrainingSettings(batch_size=1, epochs=1)  # which any pictures are enough for


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Found:
    """Pictures that a project could have.

    Attributes:
        project: The project as it would be, with its own network.
        dataset: The facts of the pictures.
        replaces: Whether they take the place of pictures that the project has already.
        catalogue: What the scan found; None for a set that ships.
        pools: The pictures; empty for a set that ships.
        division: Which would train, validate and test; None for a set that ships.
        examined: What comparing them gave.
        report: What is true of them; None for a set that ships.
        misfit: Why the project's network can't be trained on them; None if it can.
        adapted: The project's network with the input and the number of classes changed; None where
            that isn't enough.
        new: The project with a network made for them, and settings that suit it.
    """

    project: Project
    dataset: Dataset
    replaces: bool = False
    catalogue: Catalogue | None = None
    pools: dict[str, Labelled]
    division: Division | None = None
    examined: Examined | None = None
    report: Report | None = None
    misfit: Text | None = None
    adapted: Network | None = None
    new: Project | None = None

    @property
    def settings(self) -> DataSettings:
        """The data settings that the project would have."""
        return self.project.data

    @property
    def blocker(self) -> Text | None:
        """Why they can't be used at all; None if they can."""
        findings = self.report.findings if self.report is not None else ()
        return next((one.title for one in findings if one.level == "blocker"), None)

    @property
    def samples(self) -> tuple[tuple[Text | str, NDArray[np.uint8]], ...]:
        """The first picture of each of the first classes, with the class' name."""
        if self.division is None:
            return ()
        ((name, pool),) = self.pools.items()
        labels = self.division.labels[name]
        firsts = ((label, np.flatnonzero(labels == label)) for label in range(self._shown_classes))
        return tuple(
            (self.dataset.classes[label], np.array(pool.pictures[places[0]]))
            for label, places in firsts
            if len(places)
        )

    @property
    def arrived(self) -> Text:
        """That the project has them now."""
        return TN(
            "The project has the {count} picture of {data} now.",
            "The project has the {count} pictures of {data} now.",
            self.dataset.pictures,
            data=self.dataset.title,
        )

    @property
    def _shown_classes(self) -> int:
        return min(len(self.dataset.classes), MOST_SAMPLES)


def of_shipped(dataset: Dataset, project: Project) -> Found:
    """A set that ships, instead of the project's pictures."""
    settings = msgspec.structs.replace(
        project.data,
        source=dataset.id,
        imported=None,
        test=0.0,
        split="ratio",
        edits="",
        size=None,
        fit="stretch",
        colour="rgb" if dataset.shape[2] == 3 else "grey",
    )
    return Found(project=_with_data(project, settings), dataset=dataset, pools={})


def of_scan(imported: Imported, project: Project, *, replaces: bool) -> Found:
    """A person's own pictures, instead of the project's.

    Args:
        imported: What the scan found.
        project: The project as it is.
        replaces: Whether the project has them already, and every setting stays.

    Raises:
        JobFailed: When what was read is gone from the cache.
    """
    catalogue = open_catalogue(imported.digest)
    if catalogue is None:
        raise _gone(imported)
    old = project.data
    if replaces:
        settings = msgspec.structs.replace(old, imported=imported)
    else:
        first = first_settings(imported, catalogue)
        settings = msgspec.structs.replace(
            first, split_seed=old.split_seed, scaling=old.scaling, extra=old.extra
        )
    dataset = dataset_of(settings)
    pool = open_pool(dataset, "all", msgspec.structs.replace(settings, size=None))
    if pool is None:
        raise _gone(imported)
    return Found(
        project=_with_data(project, settings),
        dataset=dataset,
        replaces=replaces,
        catalogue=catalogue,
        pools={"all": pool},
    )


def look_at(found: Found, stopped: Callable[[], bool] = lambda: False) -> Found:
    """Divides and examines the pictures and looks whether the network fits; takes its time."""
    project, dataset, catalogue = found.project, found.dataset, found.catalogue
    if catalogue is not None:
        division = divide(dataset, project.data, found.pools)
        examined = found.examined or examine(catalogue, dataset, found.pools, stopped)
        report = make_report(catalogue, division, dataset, project.data, examined)
        found = replace(found, division=division, examined=examined, report=report)
        new = first_project(project.name, dataset, project.data, division)
    else:
        new = msgspec.structs.replace(project, network=first_network(dataset, project.data))
    misfit = misfit_of(project, dataset)
    adapted = None if misfit is None else adapted_network(project, dataset)
    return replace(found, misfit=misfit, adapted=adapted, new=new)


def changed(found: Found, name: str, value: Any) -> Found:
    """The same with another setting, such as "data.fit"; `look_at` says what comes of it."""
    group, _, field = name.partition(".")
    part = msgspec.structs.replace(getattr(found.project, group), **{field: value})
    return replace(found, project=msgspec.structs.replace(found.project, **{group: part}))


def taken(found: Found, choice: NetworkChoice, project: Project) -> Project:
    """The project with the pictures, and with the network that was chosen.

    Args:
        found: The pictures.
        choice: ``KEEP`` the project's network, ``ADAPT`` it, or a ``NEW`` one.
        project: The project as it is.
    """
    proposed = found.project
    result = msgspec.structs.replace(
        project,
        data=proposed.data,
        training=msgspec.structs.replace(
            project.training, class_weights=proposed.training.class_weights
        ),
    )
    if choice == ADAPT:
        network = adapted_network(result, found.dataset)
        return result if network is None else msgspec.structs.replace(result, network=network)
    if choice == NEW and found.new is not None:
        training = msgspec.structs.replace(
            result.training,
            batch_size=found.new.training.batch_size,
            epochs=found.new.training.epochs,
        )
        return msgspec.structs.replace(result, network=found.new.network, training=training)
    return result


def misfit_of(project: Project, dataset: Dataset) -> Text | None:
    """What of the network keeps the project from being trained on these pictures."""
    if not project.network.layers:
        return T("There is no network yet.")
    plain = Project(network=project.network, data=project.data, training=_ONE_BATCH)
    found = training_problems(plain, analyse(project.network), dataset)
    return next((problem.text for problem in found if problem.field == "network"), None)


def adapted_network(project: Project, dataset: Dataset) -> Network | None:
    """The project's network with the shape of these pictures and a unit for each class.

    Args:
        project: The project, whose data are `dataset`.
        dataset: The pictures.

    Returns:
        The network; None where these two changes don't make it fit.
    """
    network, analysis = project.network, analyse(project.network)
    if analysis.input is None or not network.layers:
        return None
    shape = list(picture_shape(project.data, dataset))
    network = edits.set_parameter(network, analysis.input.node.id, "shape", shape)
    dense = [id for id, one in analysis.nodes.items() if one.kind.id == "dense"]
    if dense:
        network = edits.set_parameter(network, dense[-1], "units", len(dataset.classes))
    fits = misfit_of(msgspec.structs.replace(project, network=network), dataset) is None
    return network if fits else None


def _with_data(project: Project, settings: DataSettings) -> Project:
    return msgspec.structs.replace(project, data=settings)


def _gone(imported: Imported) -> JobFailed:
    return JobFailed(
        T(
            "The pictures of {data} were read, but what was read is gone from the cache. Try "
            "again, and look whether there is room on the disk.",
            data=imported.title or imported.path,
        )
    )
