"""What a finding of the report can be answered with, as buttons."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec

from cnnstudio.core.data.finding import Finding
from cnnstudio.core.document import Document
from cnnstudio.core.project import Project
from cnnstudio.core.shapes import show_shape
from cnnstudio.core.text import T, Text
from cnnstudio.ui.widgets.states import Remedy


def change_text(name: str, value: object) -> Text:
    """What a change of a setting does, for a button and for a step of the history."""
    match name, value:
        case "data.fit", "pad":
            return T("Pad instead of stretching")
        case "data.size", (int() as rows, int() as columns):
            return T("Use the size {size}", size=show_shape((rows, columns)))
        case "data.colour", "grey":
            return T("Make them grey")
        case "data.validation", float() as share:
            return T("Keep {share:.0%} for validation", share=share)
        case "data.test", float() as share:
            return T("Keep {share:.0%} for testing", share=share)
        case "training.class_weights", "balanced":
            return T("Use balanced class weights")
        case _:
            return T("Set {field} to {value}", field=name, value=str(value))


def is_done(project: Project, name: str, value: object) -> bool:
    """Whether the project has the setting already."""
    group, _, field = name.partition(".")
    return bool(getattr(getattr(project, group), field) == value)


def change_remedies(
    finding: Finding, project: Project, change: Callable[[str, object], None]
) -> tuple[Remedy, ...]:
    """The button that changes a setting, unless the project has it already.

    Args:
        finding: What was found.
        project: The project as it is.
        change: Takes the setting and its value.
    """
    if finding.change is None or is_done(project, *finding.change):
        return ()
    name, value = finding.change
    return (Remedy(change_text(name, value), partial(change, name, value)),)


def change_setting(document: Document, name: str, value: object) -> None:
    """Changes a setting of the project, such as "data.fit", as one step."""
    group, _, field = name.partition(".")

    def edit(project: Project) -> Project:
        part = msgspec.structs.replace(getattr(project, group), **{field: value})
        return msgspec.structs.replace(project, **{group: part})

    document.apply(edit, change_text(name, value))
