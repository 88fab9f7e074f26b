"""Places, positions and what an area touches, against counting one by one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect

from cnnstudio.ui.widgets.grid_layout import GridLayout, Measures, Section


@st.composite
def layouts(draw: st.DrawFn) -> GridLayout:
    """Up to five sections, not in the order of their indices, some without a heading."""
    counts = draw(st.lists(st.integers(1, 30), min_size=1, max_size=5))
    starts = [100 * place for place in draw(st.permutations(range(len(counts))))]
    sections = [
        Section(draw(st.sampled_from(["", "Bag"])), "", start, count)
        for start, count in zip(starts, counts, strict=True)
    ]
    width, tile = draw(st.integers(20, 300)), draw(st.integers(20, 60))
    return GridLayout(sections, Measures(width, tile, 10, draw(st.sampled_from([0, 15])), 28))


@given(layouts())
def test_positions_count_through_all_sections(layout: GridLayout) -> None:
    indices = [
        index
        for section in layout.sections
        for index in range(section.start, section.start + section.count)
    ]
    assert layout.count == len(indices)
    assert [layout.index(position) for position in range(layout.count)] == indices
    assert [layout.position(index) for index in indices] == list(range(layout.count))
    assert layout.position(99) == layout.position(-1) == -1
    everything = QRect(0, 0, 10_000, layout.height)
    assert layout.tiles(everything) == [
        (index, layout.place(position)) for position, index in enumerate(indices)
    ]
    assert layout.between(layout.count - 1, 0).tolist() == indices


@given(layouts(), st.data())
def test_an_area_touches_what_it_covers_a_part_of(layout: GridLayout, data: st.DataObject) -> None:
    x, y = data.draw(st.integers(-20, 320)), data.draw(st.integers(-20, layout.height + 20))
    area = QRect(x, y, data.draw(st.integers(1, 200)), data.draw(st.integers(1, 200)))
    covered = [
        layout.index(position)
        for position in range(layout.count)
        if layout.place(position).intersects(area)
    ]
    assert layout.touched(area).tolist() == covered
    seen = [index for index, _ in layout.tiles(area)]
    assert set(covered) <= set(seen)


@given(layouts(), st.data())
def test_below_is_the_next_row_in_the_same_column(layout: GridLayout, data: st.DataObject) -> None:
    here = data.draw(st.integers(0, layout.count - 1))
    down, up = layout.below(here, 1), layout.below(here, -1)
    place = layout.place(here)
    assert layout.place(down).left() <= place.left()
    assert down == here or layout.place(down).top() > place.top()
    assert up == here or layout.place(up).top() < place.top()
    assert layout.below(here, 1000) >= layout.below(layout.count - 1, 0) - layout.columns
