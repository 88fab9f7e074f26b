"""Opening pictures: read beside the window, asked about, reported, and only then taken."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnnstudio.core.data.datasets import EMOJI, FASHION_MNIST
from cnnstudio.core.data.imported import SOURCE
from cnnstudio.core.data.orders import DECODING, LISTING, Progress
from cnnstudio.core.data.questions import Choice, Question
from cnnstudio.core.document import Document
from cnnstudio.core.errors import BadInput, JobFailed
from cnnstudio.core.project import Project
from cnnstudio.core.storage.samples import load_project_argument
from cnnstudio.core.text import T
from cnnstudio.protocol.scanning import Scanned, Stopped
from cnnstudio.ui.data import proposal
from cnnstudio.ui.data.opening import Opening, Source
from cnnstudio.ui.data.opening_view import OpeningPage
from cnnstudio.ui.data.sets import set_source
from cnnstudio.ui.widgets.context import Context
from tests.fakes.own_data import OwnData, noise, own_data

LEFT = Qt.MouseButton.LeftButton
PATH = Path("/pictures")
LABELS = [0] * 20 + [1] * 20 + [2] * 20
AXIS = Question(
    "axis",
    T("Which axis of {file} has the channels?", file="x.npz"),
    (Choice("last", T("The last one")), Choice("first", T("The first one"))),
    "last",
)
NAME = Question("x", T("Which array has the pictures?"), (Choice("a", T("a")), Choice("b", T("b"))))


@dataclass
class Scan:
    """Finds what it is told to.

    Attributes:
        data: What is found.
        questions: What is asked before, once for each scan.
        error: What is raised instead.
        gate: It waits for this, and is stopped meanwhile.
    """

    data: OwnData
    questions: list[tuple[Question, ...]] = field(default_factory=list)
    error: Exception | None = None
    gate: threading.Event = field(default_factory=threading.Event)
    asked: list[tuple[Path, dict[str, Any]]] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def __call__(
        self,
        path: Path,
        *,
        options: dict[str, Any],
        cancelled: Callable[[], bool],
        progress: Callable[[Progress], None],
    ) -> Scanned:
        self.asked.append((path, dict(options)))
        progress(Progress(LISTING, 1234))
        progress(Progress(DECODING, 300, 1200))
        while not self.gate.wait(0.005):
            if cancelled():
                self.stopped.set()
                raise Stopped
        if self.error is not None:
            raise self.error
        if self.questions:
            return Scanned(questions=self.questions.pop(0))
        facts = msgspec.structs.replace(self.data.catalogue.facts, path=str(path))
        return Scanned(facts)


@dataclass
class Flow:
    """A project, and the page that opens other pictures for it."""

    document: Document
    scan: Scan
    opening: Opening
    page: OpeningPage

    def begin(self, qtbot: QtBot, stage: str = "found", **source: Any) -> None:
        self.opening.begin(Source("Pets", PATH, **source))
        qtbot.waitUntil(lambda: self.opening.stage == stage)


@pytest.fixture
def flow(
    qtbot: QtBot, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flow]:
    monkeypatch.setenv("CNNSTUDIO_DATA", str(tmp_path))
    document = Document(load_project_argument("sample:lecture-cnn"))
    scan = Scan(own_data(noise(60, 32, 32), LABELS, refused=("cats/broken.jpg",)))
    scan.gate.set()
    monkeypatch.setattr(proposal, "open_catalogue", lambda _digest: scan.data.catalogue)
    monkeypatch.setattr(proposal, "open_pool", lambda *_: scan.data.pools["all"])
    opening = Opening(document, scan)
    page = OpeningPage(context, opening)
    qtbot.addWidget(page)
    page.resize(1100, 760)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    yield Flow(document, scan, opening, page)
    page.close()
    opening.close()


def test_reading_says_how_far_it_is_and_cancelling_answers_at_once(
    qtbot: QtBot, flow: Flow
) -> None:
    before = flow.document.project
    flow.scan.gate.clear()
    flow.opening.begin(Source("Pets", PATH))
    assert flow.page.title.text() == "Reading Pets"
    qtbot.waitUntil(lambda: len(flow.page.scan.phases) == 2)
    words = [phase.words.text() for phase in flow.page.scan.phases.values()]
    assert words == ["1,234 files found", "300 of 1,200 pictures read"]
    assert flow.page.scan.bar.value() == 250
    assert flow.page.scan.bar.accessibleName() == words[-1]
    assert flow.page.go_on.isHidden()
    began = time.monotonic()
    with qtbot.waitSignal(flow.opening.given_up):
        qtbot.keyClick(flow.page, Qt.Key.Key_Escape)
    assert time.monotonic() - began < 0.2
    assert not flow.opening.busy
    assert flow.scan.stopped.wait(5)
    assert flow.document.project is before


def test_what_is_found_is_shown_and_taken_as_one_step(qtbot: QtBot, flow: Flow) -> None:
    before = flow.document.project
    flow.begin(qtbot)
    page, report = flow.page, flow.page.report
    assert page.title.text() == "What is in Pets"
    assert report.facts.text() == "60 pictures of 3 classes, 32×32, colour"
    titles = [row.title.text() for row in report.findings.rows]
    assert titles[0] == "1 file can't be used"
    assert "No picture is there twice" in titles
    assert report.refused.isVisible()
    assert QApplication.focusWidget() is page.go_on
    assert flow.document.project is before
    assert "28×28×1" in report.network.misfit.text()
    assert report.network.choice == "keep"
    with qtbot.waitSignal(flow.opening.used) as used:
        qtbot.keyClick(page.go_on, Qt.Key.Key_Return)
    assert str(used.args[0]) == "The project has the 60 pictures of Pets now."
    after = flow.document.project
    assert after.data.source == SOURCE
    assert after.data.colour == "rgb"
    assert after.data.scaling == before.data.scaling
    assert after.network is before.network
    flow.document.undo()
    assert flow.document.project is before
    assert flow.document.undo_text is None


@pytest.mark.parametrize("choice", ["adapt", "new"])
def test_the_network_becomes_one_that_fits_if_that_is_chosen(
    qtbot: QtBot, flow: Flow, choice: str
) -> None:
    flow.begin(qtbot)
    before, box = flow.document.project, flow.page.report.network
    assert box.choices is not None
    index = {"keep": 0, "adapt": 1, "new": 2}[choice]
    qtbot.mouseClick(box.choices._group.button(index), LEFT)
    assert box.outcome.text().endswith("32×32×3 → 3")
    qtbot.mouseClick(flow.page.go_on, LEFT)
    project = flow.document.project
    kept = [node.kind for node in project.network.layers]
    assert (kept == [node.kind for node in before.network.layers]) is (choice == "adapt")
    assert proposal.misfit_of(project, flow.scan.data.dataset) is None


def test_a_remedy_is_taken_before_anything_else_is(qtbot: QtBot, flow: Flow) -> None:
    flow.begin(qtbot)
    report, before = flow.page.report, flow.document.project
    row = next(r for r in report.findings.rows if r.title.text().startswith("No pictures are kept"))
    assert [button.text() for button in row.buttons] == ["Keep 10% for testing"]
    qtbot.mouseClick(row.buttons[0], LEFT)
    qtbot.waitUntil(lambda: "6 test" in report.split.words.text())
    assert flow.document.project is before
    qtbot.mouseClick(flow.page.go_on, LEFT)
    assert flow.document.project.data.test == 0.1


def test_questions_are_asked_and_can_be_answered_anew(qtbot: QtBot, flow: Flow) -> None:
    flow.scan.questions = [(AXIS, NAME)]
    flow.begin(qtbot, "asking")
    page, form = flow.page, flow.page.form
    assert page.title.text() == "Pets can be read in several ways"
    assert form.rows["axis"].currentText() == "The last one"
    assert form.rows["x"].currentIndex() == -1
    assert QApplication.focusWidget() is form.rows["x"]
    assert form.rows["x"].accessibleName() == "Which array has the pictures?"
    assert not page.go_on.isEnabled()
    assert page.state.text() == "There is a question without an answer."
    qtbot.keyClick(form.rows["x"], Qt.Key.Key_B)
    form.rows["x"].activated.emit(1)
    assert page.go_on.isEnabled()
    qtbot.mouseClick(page.go_on, LEFT)
    qtbot.waitUntil(lambda: flow.opening.stage == "found")
    assert flow.scan.asked == [(PATH, {}), (PATH, {"axis": "last", "x": "b"})]
    qtbot.mouseClick(page.again, LEFT)
    assert flow.opening.stage == "asking"
    assert form.rows["x"].currentText() == "b"


def test_what_cannot_be_read_is_said_and_tried_again(qtbot: QtBot, flow: Flow) -> None:
    flow.scan.error = BadInput(T("{file} is empty. Choose another folder.", file="/pictures"))
    flow.begin(qtbot, "failed")
    page = flow.page
    assert page.title.text() == "Pets can't be opened"
    assert page.failure is not None
    assert page.failure.what.text() == "/pictures is empty. Choose another folder."
    assert page.failure.why.text() == "The project is as it was."
    with qtbot.waitSignal(page.other_wanted):
        qtbot.mouseClick(page.other, LEFT)
    flow.scan.error = None
    qtbot.mouseClick(page.go_on, LEFT)
    qtbot.waitUntil(lambda: flow.opening.stage == "found")


def test_what_blocks_can_only_be_left(qtbot: QtBot, flow: Flow) -> None:
    flow.scan.data = own_data(noise(4, 32, 32), [0, 0, 1, 1], given=[3, 3, 3, 3])
    flow.begin(qtbot)
    assert not flow.page.go_on.isEnabled()
    assert flow.page.go_on.toolTip() == "There is nothing to train on"
    assert flow.page.state.text() == "There is nothing to train on"
    assert QApplication.focusWidget() is flow.page.cancel
    qtbot.keyClick(flow.page.cancel, Qt.Key.Key_Return)
    assert not flow.opening.busy


def test_ten_thousand_files_left_out_are_listed_and_copied(qtbot: QtBot, flow: Flow) -> None:
    names = [f"cats/{number}.jpg" for number in range(10_000)]
    flow.scan.data = own_data(noise(60, 32, 32), LABELS, refused=names)
    flow.begin(qtbot)
    files = flow.page.report.refused
    assert flow.page.report.left_out.text() == "10,000 files left out"
    assert files.model().rowCount() == 10_000
    assert files.height() < 300
    files.setFocus()
    qtbot.keyClick(files, Qt.Key.Key_End)
    qtbot.keyClick(files, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "cats/9999.jpg\tIt is damaged. Delete it."
    files.grab()  # only what is in sight is painted


def test_a_set_that_ships_is_taken_at_once_only_where_the_network_fits(
    qtbot: QtBot, flow: Flow
) -> None:
    flow.opening.begin(set_source(EMOJI.id))
    qtbot.waitUntil(lambda: flow.opening.stage == "found")
    assert flow.document.project.data.source == FASHION_MNIST.id
    flow.opening.use("new")
    assert flow.document.project.data.source == EMOJI.id
    assert flow.document.project.data.colour == "rgb"
    flow.document.load(load_project_argument("sample:lecture-cnn"))
    with qtbot.waitSignal(flow.opening.used):
        flow.opening.begin(set_source(FASHION_MNIST.id))
    assert not flow.opening.busy


def test_an_empty_project_gets_a_network(qtbot: QtBot, flow: Flow) -> None:
    flow.document.load(Project())
    flow.begin(qtbot)
    box = flow.page.report.network
    assert box.misfit.text() == "There is no network yet."
    assert box.choices is None
    assert box.outcome.text().endswith("32×32×3 → 3")
    qtbot.mouseClick(flow.page.go_on, LEFT)
    assert flow.document.network.layers


def test_the_same_pictures_at_another_place_are_taken_at_once(qtbot: QtBot, flow: Flow) -> None:
    settings = msgspec.structs.replace(flow.scan.data.settings, edits="ab" * 32, size=(16, 16))
    flow.document.load(Project(data=settings))
    with qtbot.waitSignal(flow.opening.used):
        flow.opening.begin(Source("Pets", Path("/moved"), replaces=True), {"axis": "last"})
    assert flow.scan.asked[-1] == (Path("/moved"), {"axis": "last"})
    data = flow.document.project.data
    assert data.imported is not None
    assert data.imported.path == "/moved"
    assert (data.edits, data.size, data.test) == ("ab" * 32, (16, 16), 0.2)
    flow.document.undo()
    assert flow.document.project.data == settings


def test_changed_pictures_are_shown_before_they_are_taken(qtbot: QtBot, flow: Flow) -> None:
    settings = msgspec.structs.replace(flow.scan.data.settings, edits="ab" * 32)
    flow.document.load(Project(data=settings))
    own = flow.scan.data
    facts = msgspec.structs.replace(own.catalogue.facts, digest="cd" * 32)
    object.__setattr__(own.catalogue, "facts", facts)
    flow.begin(qtbot, replaces=True)
    assert flow.document.project.data == settings
    flow.opening.use("keep")
    data = flow.document.project.data
    assert data.imported is not None
    assert (data.imported.digest, data.edits) == ("cd" * 32, "ab" * 32)


def test_a_download_says_how_much_has_come_and_why_none_does(qtbot: QtBot, flow: Flow) -> None:
    gate = threading.Event()

    def fetch(*, cancelled: Callable[[], bool], progress: Callable[[int, int], None]) -> Path:
        progress(4_400_000, 11_490_434)
        assert gate.wait(10)
        assert not cancelled()
        raise JobFailed(T("{file} could not be downloaded.", file="mnist.npz"))

    flow.opening.begin(Source("MNIST", fetch=fetch))
    qtbot.waitUntil(lambda: bool(flow.page.scan.phases))
    words = flow.page.scan.phases["downloading"].words.text()
    assert words == "4.4 MB of 11.5 MB downloaded"
    gate.set()
    qtbot.waitUntil(lambda: flow.opening.stage == "failed")
    assert flow.page.failure is not None
    assert flow.page.failure.what.text() == "mnist.npz could not be downloaded."


def test_what_was_assumed_can_be_answered_otherwise(qtbot: QtBot, flow: Flow) -> None:
    data = flow.scan.data
    catalogue = dataclasses.replace(data.catalogue, questions=(AXIS,))
    flow.scan.data = dataclasses.replace(data, catalogue=catalogue)
    flow.begin(qtbot)
    assert flow.page.again.isVisible()
    qtbot.mouseClick(flow.page.again, LEFT)
    assert flow.opening.stage == "asking"
    assert flow.page.form.answers == {"axis": "last"}
    flow.opening.answer({"axis": "first"})
    qtbot.waitUntil(lambda: flow.opening.stage == "found")
    assert flow.scan.asked[-1] == (PATH, {"axis": "first"})
