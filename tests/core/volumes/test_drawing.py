"""Volumes are in proportion, branches stand beside each other, and links find their way."""

from __future__ import annotations

import math
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.core import edits
from cnnstudio.core.analysis import analyse
from cnnstudio.core.blocks.folding import collapse
from cnnstudio.core.blocks.grouping import make_block
from cnnstudio.core.network import LayerNode, Link, Network
from cnnstudio.core.storage.samples import load_project_argument
from cnnstudio.core.volumes.drawing import GAP, draw
from cnnstudio.core.volumes.parts import CAPTION, Drawing, Form, Look, Scale, Volume
from tests.fakes.networks import chain, graphs, lecture

SECTIONS = (("n2", "n3", "n4"), ("n5", "n6", "n7", "n8"))


def drawn(network: Network, **look: object) -> Drawing:
    return draw(analyse(network), Look(**look), SECTIONS)  # type: ignore[arg-type]


def test_lengths_on_the_log_scale():
    volumes = drawn(lecture()).volumes
    first = volumes["n2"]  # 28×28×32
    assert first.height == pytest.approx(40 * math.log2(28))
    assert first.width == pytest.approx(10 + 14 * 5)
    assert math.hypot(first.reach, first.rise) == pytest.approx(first.height / 2)
    assert math.degrees(math.atan2(first.rise, first.reach)) == pytest.approx(30)
    assert volumes["n1"].width == 10  # one channel
    flat = volumes["n5"]  # 10,816 values
    assert (flat.form, flat.width) == (Form.BAR, 14)
    assert flat.height == pytest.approx(18 * math.log2(10816))


def test_on_the_linear_scale_everything_is_in_proportion():
    volumes = drawn(lecture(), scale=Scale.LINEAR).volumes
    assert volumes["n3"].width == pytest.approx(220)  # 64 channels, the longest side of all
    assert volumes["n2"].height == pytest.approx(220 * 28 / 64)
    assert volumes["n3"].height / volumes["n4"].height == pytest.approx(26 / 13)
    assert volumes["n5"].height == pytest.approx(220)  # vectors have a scale of their own
    assert volumes["n6"].height == pytest.approx(220 * 100 / 10816)
    assert volumes["n8"].height == 2


@pytest.mark.parametrize("scale", list(Scale))
@given(data=st.data())
def test_equal_layers_look_equal_and_larger_ones_are_not_smaller(scale: Scale, data: st.DataObject):
    sizes = st.integers(1, 300)
    shapes = data.draw(st.lists(st.tuples(sizes, sizes, sizes), min_size=2, max_size=4))
    network = Network()
    for shape in [*shapes, shapes[0]]:
        network = edits.add(network, "input", params={"shape": list(shape)})
    volumes = list(draw(analyse(network), Look(scale)).volumes.values())
    lengths = {v.id: (v.height, v.reach, v.width) for v in volumes}
    assert lengths[network.layers[0].id] == lengths[network.layers[-1].id]
    for a in volumes:
        for b in volumes:
            for axis in range(3):
                if a.shape[axis] <= b.shape[axis]:
                    assert lengths[a.id][axis] <= lengths[b.id][axis]


def test_the_angle_turns_the_columns_only():
    flat, steep = (drawn(lecture(), angle=angle).volumes["n2"] for angle in (20, 45))
    assert (flat.width, flat.height) == (steep.width, steep.height)
    assert flat.reach > steep.reach
    assert math.hypot(flat.reach, flat.rise) == pytest.approx(math.hypot(steep.reach, steep.rise))


def test_the_numbers_stand_where_papers_have_them():
    volume = drawn(lecture()).volumes["n3"]
    channels, rows, columns = volume.labels
    assert [label.text for label in volume.labels] == ["64", "26", "26"]
    assert channels.x == volume.x + volume.width / 2
    assert channels.y > volume.y
    assert (rows.x < volume.x, rows.align) == (True, 1)
    assert columns.x > volume.x + volume.width
    assert drawn(lecture()).volumes["n5"].labels[0].text == "10,816"


def test_a_chain_runs_from_left_to_right_with_room_for_captions():
    wide = draw(analyse(lecture()), captions={"n6": 240.0})
    volumes = list(wide.volumes.values())
    assert [v.id for v in volumes] == [f"n{i}" for i in range(1, 9)]
    assert all(a.right + GAP <= b.x + 1e-6 for a, b in pairwise(volumes))
    assert {v.y for v in volumes} == {0.0}
    assert volumes[6].middle - volumes[5].middle > 120 + 20
    for arrow in wide.arrows:
        assert len(arrow.points) == 2
        assert wide.volumes[arrow.source].right < arrow.points[0][0]
        assert arrow.points[1][0] < wide.volumes[arrow.target].x


def test_brackets_span_their_layers_above_everything():
    drawing = drawn(lecture())
    extractor, classifier = drawing.brackets
    assert extractor.left == drawing.volumes["n2"].x
    assert extractor.right == drawing.volumes["n4"].right
    assert classifier.left < drawing.volumes["n5"].x
    assert extractor.right < classifier.left
    assert extractor.y == classifier.y < min(v.summit for v in drawing.volumes.values())
    assert draw(analyse(lecture())).brackets == ()


def residual(branch: bool) -> Network:
    """input → conv → relu → (conv → relu → conv | nothing or a 1×1 conv) → add."""
    kinds = ["input", "conv2d", "re_lu", "conv2d", "re_lu", "conv2d"]
    settings = {
        "input": {"shape": [32, 32, 3]},
        "conv2d": {"filters": 16, "kernel_size": 3, "padding": "same"},
    }
    network = chain(*((kind, settings.get(kind, {})) for kind in kinds))
    network = edits.add(network, "add")
    add = network.layers[-1].id
    shortcut = "n3"
    if branch:
        network = edits.add(network, "conv2d", params={"filters": 16, "kernel_size": 1})
        shortcut = network.layers[-1].id
        network = edits.connect(network, "n3", shortcut)
    network = edits.connect(network, shortcut, add)
    return edits.connect(network, "n6", add)


def test_a_skip_link_runs_over_what_it_skips():
    drawing = drawn(residual(branch=False))
    assert {v.lane for v in drawing.volumes.values()} == {0}
    (skip,) = [a for a in drawing.arrows if (a.source, a.target) == ("n3", "n7")]
    between = [drawing.volumes[id] for id in ("n4", "n5", "n6")]
    assert min(y for _, y in skip.points) < min(v.summit for v in between)
    assert skip.points[0][0] < between[0].x < between[-1].right < skip.points[-1][0]


def test_a_branch_stands_below_the_longest_one():
    drawing = drawn(residual(branch=True))
    lanes = {id: v.lane for id, v in drawing.volumes.items()}
    assert lanes == {f"n{i}": 0 for i in range(1, 8)} | {"n8": 1}
    below, above = drawing.volumes["n8"], drawing.volumes["n4"]
    assert below.column == above.column
    assert below.summit >= above.y + CAPTION
    by_ends = {(a.source, a.target): a for a in drawing.arrows}
    assert by_ends["n8", "n7"].points[-1] == by_ends["n6", "n7"].points[-1]


@given(graphs())
def test_no_volume_covers_another_or_its_caption(network: Network):
    drawing = draw(analyse(network))
    volumes = list(drawing.volumes.values())
    assert {v.id for v in volumes} == set(network.by_id)
    for i, a in enumerate(volumes):
        for b in volumes[i + 1 :]:
            assert apart(a, b), (a, b)
    assert {(a.source, a.target) for a in drawing.arrows} == {
        (k.source, k.target) for k in network.links
    }


def apart(a: Volume, b: Volume) -> bool:
    beside = a.right <= b.x or b.right <= a.x
    return beside or a.y + CAPTION <= b.summit or b.y + CAPTION <= a.summit


def test_an_unknown_shape_is_a_question_mark():
    network = chain(("input", {"shape": [8, 8, 1]}), ("dense", {"units": 4}), ("add", {}))
    broken = edits.connect(network, "n2", "n3", 1)
    broken = edits.set_parameter(edits.add(broken, "conv2d"), "n4", "kernel_size", 3)
    volume = draw(analyse(broken)).volumes["n4"]
    assert volume.form is Form.UNKNOWN
    assert [label.text for label in volume.labels] == ["?"]


def test_a_collapsed_block_is_one_volume():
    network = make_block(lecture(), ["n2", "n3", "n4"], "features")
    block = network.blocks[0].id
    network = collapse(network, block)
    drawing = drawn(network)
    assert list(drawing.volumes) == ["n1", block, "n5", "n6", "n7", "n8"]
    assert drawing.volumes[block].shape == (13, 13, 64)
    assert drawing.layers[block] == "n4"
    assert [(a.source, a.target) for a in drawing.arrows][:2] == [("n1", block), (block, "n5")]
    assert drawing.brackets[0].left == drawing.volumes[block].x


def test_cells_lie_on_the_side():
    volume = drawn(lecture()).volumes["n2"]
    assert volume.cells((0, 28), (0, 28)) == volume.side
    a, b, c, d = volume.cells((3, 5), (10, 14))
    assert b[0] - a[0] == pytest.approx(volume.reach * 4 / 28)
    assert d[1] - a[1] == pytest.approx(volume.height * 2 / 28)
    middle = (a[0] + c[0]) / 2 + 0.1, (a[1] + c[1]) / 2 + 0.1
    assert volume.cell_at(*middle) == (4, 12)
    assert volume.cell_at(volume.x + 1, volume.y - 1) is None


def test_every_sample_can_be_drawn():
    for name in ("lecture-vgg-bn", "lecture-vgg-gap", "dense-only"):
        network = load_project_argument(f"sample:{name}").network
        assert len(draw(analyse(network)).volumes) == len(network.layers)


def units(layers: int) -> Network:
    """Residual units of three layers."""
    nodes = [LayerNode("n0", "input", "input", {"shape": [32, 32, 16]})]
    links = []
    for i in range(1, layers):
        kind = ("conv2d", "re_lu", "add")[(i - 1) % 3]
        params = {"filters": 16, "kernel_size": 3, "padding": "same"} if kind == "conv2d" else {}
        nodes.append(LayerNode(f"n{i}", kind, f"{kind}_{i}", params))
        links.append(Link(f"n{i - 1}", f"n{i}"))
        if kind == "add":
            links.append(Link(f"n{i - 3}", f"n{i}", 1))
    return Network(tuple(nodes), tuple(links))


def test_a_thousand_layers_are_placed_quickly():
    analysis = analyse(units(1000))
    best = math.inf
    for _ in range(3):
        start = time.perf_counter()
        drawing = draw(analysis)
        best = min(best, time.perf_counter() - start)
    assert len(drawing.volumes) == 1000
    assert best < 0.25  # 0.02 s on two quiet cores
