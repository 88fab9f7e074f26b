"""The report on somebody's data as ``cnnstudio data`` prints it: as JSON, and for a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cnnstudio.cli.console import Console, table
from cnnstudio.core.data.catalogue import Catalogue
from cnnstudio.core.data.class_counts import ClassCounts
from cnnstudio.core.data.datasets import Dataset, class_key
from cnnstudio.core.data.duplicates import groups
from cnnstudio.core.data.finding import Finding
from cnnstudio.core.data.parts import Labelled
from cnnstudio.core.data.report import Report
from cnnstudio.core.project import DataSettings
from cnnstudio.core.shapes import show_shape
from cnnstudio.core.text import T, Text

BAR = 32
"""Cells of the longest class' bar."""
FILLS = {"train": "█", "validation": "▒", "test": "░"}
SIGNS = {"blocker": "✗", "warning": "!", "note": "·", "good": "✓"}
SHOWN = 20
"""Files that were left out, and own sizes, that a person is shown."""
_JOINER = "\u200d"  # joins emoji to one


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """What was read.

    Attributes:
        dataset: The dataset.
        settings: How a project would use it.
        catalogue: What is known of every picture.
        pools: The pictures.
    """

    dataset: Dataset
    settings: DataSettings
    catalogue: Catalogue
    pools: dict[str, Labelled]


def as_json(data: Data, report: Report, console: Console) -> dict[str, Any]:
    """The public object of ``data --json``, without "project"."""
    names = data.catalogue.names
    own = data.dataset.own
    return {
        "source": data.dataset.id,
        "kind": own.kind if own else data.dataset.id,
        "title": console.text(data.dataset.title),
        "path": str(data.dataset.folder),
        "pictures": len(data.catalogue),
        "shape": list(data.dataset.shape),
        "split": {part: sum(getattr(one, part) for one in report.classes) for part in FILLS},
        "classes": [
            {
                "class": class_key(one.name),
                "train": one.train,
                "validation": one.validation,
                "test": one.test,
                "weight": one.weight,
            }
            for one in report.classes
        ],
        "imbalance": report.imbalance,
        "sizes": _sizes_json(report),
        "modes": report.modes,
        "refused": [
            {"file": one.name, "reason": console.text(one.reason)} for one in report.refused
        ],
        "ignored": report.ignored,
        "duplicates": {
            kind: [[names[place] for place in group.tolist()] for group in groups(firsts)]
            for kind, firsts in (
                ("equal", report.duplicates.equal),
                ("alike", report.duplicates.alike),
            )
        }
        if report.duplicates
        else None,
        "findings": [_finding_json(one, console) for one in report.findings],
    }


def _sizes_json(report: Report) -> dict[str, Any] | None:
    sizes = report.sizes
    if sizes is None:
        return None
    return {
        "commonest": list(sizes.commonest),
        "smallest": list(sizes.smallest),
        "largest": list(sizes.largest),
        "different": len(sizes.table),
        "table": [
            {"size": size, "pictures": count}
            for size, count in zip(
                sizes.table[:SHOWN].tolist(), sizes.counts[:SHOWN].tolist(), strict=True
            )
        ],
    }


def _finding_json(finding: Finding, console: Console) -> dict[str, Any]:
    field, value = finding.change or (None, None)
    return {
        "id": finding.id,
        "level": finding.level,
        "title": console.text(finding.title),
        "detail": console.text(finding.detail),
        "pictures": len(finding.pictures),
        "change": None if field is None else {"field": field, "value": value},
    }


def lines(data: Data, report: Report, console: Console) -> list[str]:
    """The same for a person."""
    head = T(
        "{title}: {count} pictures of {shape}",
        title=data.dataset.title,
        count=len(data.catalogue),
        shape=show_shape(data.dataset.shape),
    )
    shown = [console.text(head), str(data.dataset.folder), "", *_class_lines(report, console)]
    shown += ["", *map(console.text, _size_lines(report)), ""]
    for finding in report.findings:
        shown.append(f"{SIGNS[finding.level]} {console.text(finding.title)}")
        shown.append(f"  {console.text(finding.detail)}")
    if report.refused:
        shown += ["", console.text(T("Left out:"))]
        shown += [f"  {one.name}: {console.text(one.reason)}" for one in report.refused[:SHOWN]]
        if (more := len(report.refused) - SHOWN) > 0:
            shown.append("  " + console.text(T("and {count} more; --json has all", count=more)))
    return [plain(line) for line in shown]


def plain(line: str) -> str:
    """A line in which what a terminal would take for a command is spelled out."""
    return "".join(
        letter if letter.isprintable() or letter == _JOINER else repr(letter)[1:-1]
        for letter in line
    )


def _class_lines(report: Report, console: Console) -> list[str]:
    headings = (T("Class"), T("Training"), T("Validation"), T("Test"), "")
    rows = [tuple(console.text(heading) for heading in headings)]
    most = max((one.pictures for one in report.classes), default=1)
    rows += [
        (
            console.text(one.name),
            f"{one.train:,}",
            f"{one.validation:,}",
            f"{one.test:,}",
            _bar(one, max(most, 1)),
        )
        for one in report.classes
    ]
    return table(rows, right=(1, 2, 3))


def _bar(one: ClassCounts, most: int) -> str:
    """A class' pictures as cells, its parts one after the other."""
    bar, end = "", 0
    for part, fill in FILLS.items():
        end += getattr(one, part)
        bar += fill * (round(BAR * end / most) - len(bar))
    return bar or ("▏" if one.pictures else "")


def _size_lines(report: Report) -> list[Text]:
    told = []
    sizes = report.sizes
    if sizes is not None and sizes.uniform:
        told.append(T("Size: {size}, all of them", size=show_shape(sizes.commonest)))
    elif sizes is not None:
        told.append(
            T(
                "Sizes: {different} different ones, most often {commonest} ({count} times), from "
                "{smallest} to {largest}",
                different=len(sizes.table),
                commonest=show_shape(sizes.commonest),
                count=int(sizes.counts[0]),
                smallest=show_shape(sizes.smallest),
                largest=show_shape(sizes.largest),
            )
        )
    modes = ", ".join(f"{mode} {count:,}" for mode, count in report.modes.items())
    return [*told, T("Modes: {modes}", modes=modes)] if modes else told
