"""How smoothly the Data workspace's pictures scroll, and what the window takes in memory for it.

``python -m tests.benchmarks.grid_scroll [--pictures 100000] [--side 32] [--tile 48]`` makes a pool
of random pictures in a temporary cache, memory-mapped as a person's own, shows all of them in the
real workspace, and scrolls from the first to the last: a notch of the wheel at a time, then by
dragging the bar. Each frame is from the event until everything it changed is painted. Then all
pictures are relabelled at once, and words are searched for.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
from PySide6.QtCore import QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionSlider

from cnnstudio.core.data.cache import cached_path
from cnnstudio.core.data.catalogue import Catalogue
from cnnstudio.core.data.imported import SOURCE, Imported
from cnnstudio.core.data.packed import Names, joined
from cnnstudio.core.data.parts import Labelled
from cnnstudio.core.document import Document
from cnnstudio.core.project import DataSettings, Project
from cnnstudio.ui.data.filter_bar import EVERY
from cnnstudio.ui.data.reading import Opened, Reader
from cnnstudio.ui.data.workspace import DataWidget, DataWorkspace
from cnnstudio.ui.theme.theme import Theme
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.language import Language

CLASSES = tuple(f"class {number}" for number in range(10))
DRAGS = 300
SIZE = (1440, 900)


def main() -> int:
    """Prints milliseconds and megabytes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=100_000)
    parser.add_argument("--side", type=int, default=32)
    parser.add_argument("--tile", type=int, default=48)
    parser.add_argument("--notches", type=int, default=3000, help="at most")
    given = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CNNSTUDIO_CACHE"] = os.environ["CNNSTUDIO_DATA"] = folder
        opened, settings = pool(given.pictures, given.side)
        Reader.open = lambda *_: opened  # type: ignore[method-assign]
        app = QApplication([])
        context = Context(Theme(app, "light"), Language("en"))
        places = QSettings(str(Path(folder) / "places.ini"), QSettings.Format.IniFormat)
        workspace = DataWorkspace(Document(Project(data=settings)), context, places)
        try:
            measure(workspace, given)
        finally:
            workspace.close()
    return 0


def pool(count: int, side: int) -> tuple[Opened, DataSettings]:
    """Random pictures in the cache, as the scan of a folder leaves them."""
    path = cached_path("random")
    path.parent.mkdir(parents=True)
    shape = (count, side, side, 3)
    pictures = np.lib.format.open_memmap(path, "w+", np.uint8, shape)
    random = np.random.default_rng(1)
    for start in range(0, count, 10_000):
        block = pictures[start : start + 10_000]
        block[:] = random.integers(0, 256, block.shape, np.uint8)
    del pictures
    stored = np.load(path, mmap_mode="r")
    blob, ends = joined(f"class {i % 10}/picture {i:07}.jpg".encode() for i in range(count))
    labels = (np.arange(count) % 10).astype(np.int32)
    facts = Imported(
        path=str(path.parent),
        title="Random",
        digest="ab" * 32,
        classes=CLASSES,
        shape=(side, side, 3),
        uniform=True,
        counts=(count, 0, 0, 0),
    )
    catalogue = Catalogue(
        facts=facts,
        names=Names(blob, ends),
        labels=labels,
        given=np.zeros(count, np.uint8),
        sizes=np.full((count, 2), side, np.uint32),
        digests=np.arange(2 * count, dtype=np.uint64).reshape(-1, 2),
        looks=random.integers(0, 1 << 63, count, np.uint64),
        flags=np.zeros(count, np.uint8),
        modes={"RGB": count},
        refused=(),
        ignored=0,
    )
    part = Labelled(stored, labels, catalogue.names, catalogue.given)
    return Opened({"all": part}, catalogue), DataSettings(
        source=SOURCE, imported=facts, colour="rgb"
    )


def measure(workspace: DataWorkspace, given: argparse.Namespace) -> None:
    """Does everything in turn and prints what it took."""
    widget = workspace.widget()
    assert isinstance(widget, DataWidget)
    widget.resize(*SIZE)
    widget.show()
    before = megabytes()
    workspace.library.open()
    wait(lambda: workspace.library.pixels is not None)
    browser, grid = widget.browser, widget.browser.grid
    browser.filters.tile_size.setValue(given.tile)
    browser.filters.classes.set_value(EVERY)
    browser.filters.class_changed.emit()
    browser.filters.show_everything()
    QTest.qWait(500)
    bar = grid.verticalScrollBar()
    first, last = grid.visible_range()
    print(f"{given.pictures:,} pictures of {given.side}×{given.side}×3, {last - first} in sight")
    report("wheel", [frame(lambda: roll(grid)) for _ in range(given.notches) if not at_end(bar)])
    bar.setValue(0)
    handle = drag_start(bar)
    QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=handle)
    room = bar.height() - handle.y()
    steps = [handle + QPoint(0, round(room * step / DRAGS)) for step in range(1, DRAGS + 1)]
    report("drag", [frame(lambda to=to: QTest.mouseMove(bar, to)) for to in steps])
    QTest.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=steps[-1])
    assert at_end(bar)
    scrolled = megabytes()
    grid.set_position(0)
    grid.select_section()
    grid.select_section()
    took = clock(lambda: widget.desk.relabel(3))
    print(f"relabel {grid.selected:,}: {took:.0f} ms in the window")
    wait(lambda: len(workspace.library.edits.relabelled) > 0)
    words = [clock(lambda word=word: browser.filters.search.setText(word)) for word in
             ("p", "pi", "picture 00", "picture 00012")]  # fmt: skip
    print("search: " + ", ".join(f"{one:.1f}" for one in words) + " ms in the window")
    print(
        f"memory (USS): {before:.0f} MB at first, {scrolled:.0f} MB once scrolled, "
        f"{megabytes():.0f} MB with all relabelled"
    )


def roll(grid: object) -> None:
    """A notch of the wheel."""
    viewport = grid.viewport()  # type: ignore[attr-defined]
    at = QPointF(viewport.rect().center())
    none = Qt.MouseButton.NoButton
    event = QWheelEvent(
        at, viewport.mapToGlobal(at), QPoint(), QPoint(0, -120), none,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(viewport, event)


def at_end(bar: object) -> bool:
    """Whether a bar is at its end."""
    return bar.value() == bar.maximum()  # type: ignore[attr-defined,no-any-return]


def drag_start(bar: object) -> QPoint:
    """The middle of a bar's handle."""
    option = QStyleOptionSlider()
    bar.initStyleOption(option)  # type: ignore[attr-defined]
    control, part = QStyle.ComplexControl.CC_ScrollBar, QStyle.SubControl.SC_ScrollBarSlider
    rect = bar.style().subControlRect(control, option, part, bar)  # type: ignore[attr-defined]
    return rect.center()


def frame(act: Callable[[], object]) -> float:
    """Milliseconds until everything that `act` changed is painted."""

    def whole() -> None:
        act()
        QApplication.processEvents()

    return clock(whole)


def clock(act: Callable[[], object]) -> float:
    """Milliseconds that `act` takes."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def report(name: str, frames: list[float]) -> None:
    """Prints how long frames took."""
    late = sum(one > 16 for one in frames)
    ordered = sorted(frames)
    print(
        f"{name}: {len(frames):,} frames, median {statistics.median(frames):.1f} ms, "
        f"99 % within {ordered[int(len(ordered) * 0.99)]:.1f} ms, longest {ordered[-1]:.1f} ms, "
        f"{late} over 16 ms"
    )


def megabytes() -> float:
    """Private memory of this process."""
    return psutil.Process().memory_full_info().uss / 1e6


def wait(condition: Callable[[], bool]) -> None:
    """Lets the application go on until something has come."""
    ends = time.monotonic() + 120
    while not condition():
        if time.monotonic() > ends:
            raise SystemExit("it never came")
        QTest.qWait(20)


if __name__ == "__main__":
    raise SystemExit(main())
