"""The scaling in the Data workspace: chosen with the keyboard, its numbers live."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from cnnstudio.core.data.pixels import PixelFacts, count_pixels
from cnnstudio.core.document import Document
from cnnstudio.core.project import DataSettings, Project
from cnnstudio.core.text import Text
from cnnstudio.ui.data.histogram import Histogram, heights_of, ticks
from cnnstudio.ui.data.scaling_section import ScalingSection
from cnnstudio.ui.widgets.context import Context

RANDOM = np.random.RandomState(0)
COLOUR = RANDOM.randint(20, 220, (50, 8, 8, 3)).astype(np.uint8)
GREY = RANDOM.randint(0, 256, (50, 8, 8, 1)).astype(np.uint8)
ALL = np.arange(50)


@dataclass
class Known:
    """What the section asks of a library."""

    document: Document
    pixels: PixelFacts | None = None
    problem: Text | None = None

    @property
    def settings(self) -> DataSettings:
        return self.document.project.data


@pytest.fixture
def known() -> Known:
    return Known(Document(Project()), count_pixels(GREY, ALL))


@pytest.fixture
def section(qtbot: QtBot, context: Context, known: Known) -> ScalingSection:
    section = ScalingSection(context, known.document)
    known.document.subscribe(lambda _before, _after: section.sync(known))  # type: ignore[arg-type]
    qtbot.addWidget(section)
    section.resize(288, 600)
    section.show()
    section.sync(known)  # type: ignore[arg-type]
    return section


def numbers(values: object, channel: int = 0) -> list[str]:
    return [label.text() for label in values.rows[channel].numbers]  # type: ignore[attr-defined]


def test_another_scaling_is_chosen_and_taken_back(
    qtbot: QtBot, section: ScalingSection, known: Known
) -> None:
    assert section.after.histogram.span == (0, 1)
    assert not section.formula.isVisible()
    before = numbers(section.before)
    section.scaling.setFocus()
    qtbot.keyClick(section.scaling, Qt.Key.Key_End)
    assert known.settings.scaling == "z-score"
    assert numbers(section.before) == before
    assert numbers(section.after)[:2] == ["0.0000", "1.0000"]
    mean, deviation = GREY.mean(), GREY.std()
    assert section.formula.text() == f"(x − {mean:.5g}) ÷ {deviation:.5g}"
    assert numbers(section.after)[2] == f"{-mean / deviation:.4f}".replace("-", "−")
    assert section.after.histogram.span == pytest.approx(
        (-mean / deviation, (255 - mean) / deviation)
    )
    known.document.undo()
    assert section.scaling.value == "1/255"
    assert not section.formula.isVisible()


def test_colour_has_a_row_and_an_outline_for_each_channel(
    section: ScalingSection, known: Known, context: Context
) -> None:
    assert not section.before.rows[1].numbers[0].isVisible()
    known.pixels = count_pixels(COLOUR, ALL)
    section.sync(known)  # type: ignore[arg-type]
    for channel in range(3):
        assert numbers(section.before, channel)[0] == f"{COLOUR[..., channel].mean():.2f}"
        assert section.before.rows[channel].numbers[0].isVisible()
    image = section.before.histogram.grab().toImage()
    seen = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
    for role in ("danger", "success", "training"):
        assert QColor(context.theme.colour(role)).rgba() in seen


def test_a_channel_without_spread_is_said(section: ScalingSection, known: Known) -> None:
    flat = COLOUR.copy()
    flat[..., 1] = 12
    known.pixels = count_pixels(flat, ALL)
    section.sync(known)  # type: ignore[arg-type]
    assert not section.warning.isVisible()
    section.scaling.chosen.emit("min-max")
    assert section.warning.isVisible()
    assert "Channel 2 of 3 has the value 12" in section.warning.text()
    assert numbers(section.after, 1)[:2] == ["0.0000", "0.0000"]


def test_every_state_says_what_it_is(section: ScalingSection, known: Known) -> None:
    known.pixels = None
    section.sync(known)  # type: ignore[arg-type]
    assert numbers(section.before) == numbers(section.after) == ["–"] * 3
    assert section.over.text() == "Counting the pixels of the training part."
    known.problem = Text("No.")
    section.sync(known)  # type: ignore[arg-type]
    assert section.over.text() == "Counted once the pictures are read and split."


def test_a_ground_of_one_value_does_not_hide_the_rest(
    section: ScalingSection, known: Known
) -> None:
    white = np.full((50, 8, 8, 1), 255, np.uint8)
    white[:, :2] = GREY[:, :2] // 2 + 60
    known.pixels = count_pixels(white, ALL)
    section.sync(known)  # type: ignore[arg-type]
    assert section.cut.isVisible()
    heights, cut = heights_of(known.pixels)
    assert cut
    assert heights.max() == heights[0, -1] == heights[0, 1:-1].max() == 1
    heights, cut = heights_of(count_pixels(white[:, :0], ALL))
    assert not cut
    assert not heights.any()


@pytest.mark.parametrize(
    ("span", "expected"),
    [((0, 255), (0, 127.5, 255)), ((-1, 1), (-1, 0, 1)), ((-0.1, 2.1), (-0.1, 1, 2.1))],
)
def test_an_axis_shows_its_ends_and_zero(
    span: tuple[float, float], expected: tuple[float, ...]
) -> None:
    assert ticks(span) == pytest.approx(expected)


def test_pictures_of_one_value_have_an_axis_too(qtbot: QtBot, context: Context) -> None:
    histogram = Histogram(context, Text("Values"))
    qtbot.addWidget(histogram)
    histogram.show_pixels(count_pixels(np.full((2, 4, 4, 1), 7, np.uint8), ALL[:2]), "z-score")
    assert histogram.span == (-0.5, 0.5)
    assert not histogram.grab().isNull()
