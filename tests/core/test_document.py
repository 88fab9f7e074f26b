from __future__ import annotations

import pytest
from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.document import Document
from cnnstudio.core.errors import BadInput
from cnnstudio.core.network import Network
from cnnstudio.core.project import Project
from cnnstudio.core.text import T
from tests.fakes.networks import chain, lecture


@pytest.fixture
def document() -> Document:
    """A document with the lecture's CNN."""
    return Document(Project(network=lecture()))


def set_rate(document: Document, rate: float, field: str = "") -> None:
    document.apply_network(
        lambda network: edits.set_parameter(network, "n7", "rate", rate),
        T("Change rate"),
        field=field,
    )


def rate(document: Document) -> object:
    return document.network.by_id["n7"].values["rate"]


def test_undo_and_redo_have_names(document: Document) -> None:
    start = document.project
    assert document.undo_text is None
    document.undo()
    assert document.project is start
    set_rate(document, 0.3)
    assert str(document.undo_text) == "Change rate"
    document.undo()
    assert document.project is start
    assert str(document.redo_text) == "Change rate"
    document.redo()
    assert rate(document) == 0.3
    document.undo()
    document.apply(lambda project: replace(project, name="other"), T("Rename"))
    assert document.redo_text is None


def test_subscribers_are_told_before_and_after(document: Document) -> None:
    heard: list[tuple[Project, Project]] = []
    stop = document.subscribe(lambda before, after: heard.append((before, after)))
    start = document.project
    set_rate(document, 0.3)
    changed = document.project
    set_rate(document, 0.3)  # nothing changes
    document.undo()
    document.mark_saved(document.project)
    assert heard == [(start, changed), (changed, start), (start, start)]
    stop()
    set_rate(document, 0.2)
    assert len(heard) == 3


def test_a_subscriber_must_not_edit(document: Document) -> None:
    stop = document.subscribe(lambda _before, _after: set_rate(document, 0.9))
    with pytest.raises(RuntimeError, match="must not edit"):
        set_rate(document, 0.3)
    stop()
    document.undo()
    assert rate(document) == 0.4


def test_what_an_edit_raises_leaves_everything_as_it_was(document: Document) -> None:
    start = document.project
    with pytest.raises(BadInput):
        set_rate(document, 2)
    assert document.project is start
    assert document.undo_text is None


def test_modified_means_different_from_the_file(document: Document) -> None:
    assert not document.modified
    set_rate(document, 0.3)
    saved = document.project
    assert document.modified
    set_rate(document, 0.2)  # while the file is being written
    document.mark_saved(saved)
    assert document.modified
    document.undo()
    assert not document.modified
    document.undo()
    assert document.modified


def test_it_knows_what_was_opened_and_what_was_saved(document: Document) -> None:
    start = document.project
    assert document.opened is document.saved is start
    set_rate(document, 0.3)
    document.mark_saved(document.project)
    set_rate(document, 0.2)
    assert document.opened is start
    assert document.saved is not None
    assert document.saved.network.by_id["n7"].values["rate"] == 0.3
    document.go_to(0)
    assert document.opened is start
    document.load(replace(start, name="another"), saved=False)
    assert (document.opened, document.saved) == (document.project, None)


def test_a_gesture_is_one_step(document: Document) -> None:
    start = document.project
    for value in (0.41, 0.42, 0.43):
        set_rate(document, value, field="n7.rate")
    document.end_gesture()
    set_rate(document, 0.5, field="n7.rate")
    document.undo()
    assert rate(document) == 0.43
    document.undo()
    assert document.project is start


def test_a_gesture_ends_at_another_field_an_undo_and_a_save(document: Document) -> None:
    set_rate(document, 0.1, field="n7.rate")
    document.apply_network(lambda n: edits.rename(n, "n7", "drop"), T("Rename"), field="n7.name")
    set_rate(document, 0.2, field="n7.rate")
    document.mark_saved(document.project)
    set_rate(document, 0.3, field="n7.rate")
    document.undo()
    assert not document.modified
    set_rate(document, 0.6, field="n7.rate")
    steps = 0
    while document.undo_text is not None:
        document.undo()
        steps += 1
    assert steps == 4


def test_a_gesture_back_to_its_beginning_is_no_step(document: Document) -> None:
    start = document.project
    set_rate(document, 0.41, field="n7.rate")
    set_rate(document, 0.4, field="n7.rate")
    assert document.project is start
    assert document.undo_text is None
    assert not document.modified


def test_true_to_one_is_a_change() -> None:
    document = Document(Project(network=chain(("input", {}), ("conv2d", {"filters": True}))))
    document.apply_network(lambda n: edits.set_parameter(n, "n2", "filters", 1), T("Change"))
    assert document.network.by_id["n2"].params == {"filters": 1}
    assert document.network.by_id["n2"].refused == ()
    assert document.modified


def test_another_project_starts_without_history(document: Document) -> None:
    set_rate(document, 0.3)
    recovered = Project(name="recovered", network=Network())
    document.load(recovered, saved=False)
    assert document.project is recovered
    assert document.modified
    assert document.undo_text is document.redo_text is None


def test_the_history_lists_every_step_and_goes_to_any_of_them_at_once(document: Document) -> None:
    states = [document.project]
    for number in range(1, 6):
        set_rate(document, number / 10)
        states.append(document.project)
    steps = len(states) - 1  # the rate was 0.4 before: that one is a step too
    heard: list[tuple[Project, Project]] = []
    stop = document.subscribe(lambda before, after: heard.append((before, after)))
    assert len(document.history) == document.position == steps
    for position in (1, 4, 0, steps, steps):
        before = document.project
        heard.clear()
        document.go_to(position)
        assert document.project is states[position]
        assert document.position == position
        assert len(document.history) == steps
        assert heard == ([(before, states[position])] if before is not states[position] else [])
    document.go_to(2)
    set_rate(document, 0.9)
    assert len(document.history) == document.position == 3
    with pytest.raises(ValueError, match="no step 4"):
        document.go_to(4)
    stop()
