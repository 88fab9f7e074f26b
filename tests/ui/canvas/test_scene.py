"""The scene shows a network and changes only what differs."""

from __future__ import annotations

import time

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from cnnstudio.core import edits
from cnnstudio.core.analysis import analyse
from cnnstudio.core.hangul import keys_of
from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.network import LayerNode, Link, Network
from cnnstudio.core.storage.samples import load_project_argument
from cnnstudio.ui.canvas.brackets import sections
from cnnstudio.ui.canvas.cards import CardItem
from cnnstudio.ui.canvas.faces import Face, Severity, detail_of, faces_of, input_ports
from cnnstudio.ui.canvas.layout import places_of
from cnnstudio.ui.canvas.matching import matches
from cnnstudio.ui.canvas.scene import NetworkScene
from cnnstudio.ui.canvas.selection import Selection
from cnnstudio.ui.widgets.context import Context


@pytest.fixture
def lecture() -> Network:
    return load_project_argument("sample:lecture-cnn").network


def big_network(layers: int = 1000) -> Network:
    """Residual units of four layers, as far as they go."""
    shape = {"shape": [32, 32, 16]}
    nodes = [LayerNode("n0", "input", "input_1", shape, (0.0, 0.0))]
    links = []
    for i in range(1, layers):
        kind = ["conv2d", "batch_normalization", "re_lu", "add"][(i - 1) % 4]
        params = {"filters": 16, "padding": "same"} if kind == "conv2d" else {}
        nodes.append(LayerNode(f"n{i}", kind, f"{kind}_{i}", params, (0.0, i * 78.0)))
        links.append(Link(f"n{i - 1}", f"n{i}"))
        if kind == "add":
            links.append(Link(f"n{i - 4}", f"n{i}", 1))
    return Network(tuple(nodes), tuple(links))


def scene_of(context: Context, network: Network) -> NetworkScene:
    context.theme.reduce_motion = True
    scene = NetworkScene(context, Selection())
    scene.sync(network, analyse(network))
    return scene


def test_only_the_card_that_changed_gets_another_face(context: Context, lecture: Network):
    scene = scene_of(context, lecture)
    cards, faces = dict(scene.cards), {id: card.face for id, card in scene.cards.items()}
    changed = edits.set_parameter(lecture, "n8", "activation", "sigmoid")
    scene.sync(changed, analyse(changed))
    assert scene.cards == cards
    assert [id for id, card in cards.items() if card.face != faces[id]] == ["n8"]


def test_layers_and_links_come_and_go(context: Context, lecture: Network):
    scene = scene_of(context, lecture)
    smaller = edits.delete(lecture, ["n5", "n7"])
    scene.sync(smaller, analyse(smaller))
    assert set(scene.cards) == {"n1", "n2", "n3", "n4", "n6", "n8"}
    assert set(scene.links) == set(smaller.links)
    scene.sync(lecture, analyse(lecture))
    assert set(scene.links) == set(lecture.links)
    assert set(scene.places) == set(lecture.by_id)


def test_selection_forgets_what_is_gone(context: Context, lecture: Network):
    context.theme.reduce_motion = True
    selection = Selection()
    scene = NetworkScene(context, selection)
    scene.sync(lecture, analyse(lecture))
    selection.choose(["n5", "n6"])
    smaller = edits.delete(lecture, ["n6"])
    scene.sync(smaller, analyse(smaller))
    assert selection.ids == ("n5",)


def test_shares_add_up_and_only_layers_with_parameters_have_one(lecture: Network):
    faces = faces_of(lecture, analyse(lecture), {})
    assert sum(face.share for face in faces.values()) == pytest.approx(1)
    assert faces["n6"].share == pytest.approx(1_081_700 / 1_101_526)
    assert faces["n4"].count == ""


def test_cards_say_what_is_particular(lecture: Network):
    said = [detail_of(node) for node in lecture.layers]
    assert said == [
        "Input · 28×28×1",
        "Conv2D · 32 · 3×3 · same · ReLU",
        "Conv2D · 64 · 3×3 · valid · ReLU",
        "MaxPooling2D · 2×2 · stride 2",
        "Flatten",
        "Dense · 100 · ReLU",
        "Dropout · rate 0.4",
        "Dense · 10 · softmax",
    ]


def test_a_layer_the_studio_does_not_know_keeps_its_name(lecture: Network):
    node = replace(lecture.by_id["n5"], kind="Mystery", params={"depth": 3})
    assert detail_of(node) == "Mystery"
    network = replace(lecture, layers=tuple(node if n.id == "n5" else n for n in lecture.layers))
    assert faces_of(network, analyse(network), {})["n5"].severity is Severity.ERROR


def test_brackets_need_both_parts(lecture: Network):
    assert sections(analyse(lecture)) == (("n2", "n3", "n4"), ("n5", "n6", "n7", "n8"))
    dense_only = load_project_argument("sample:dense-only").network
    assert sections(analyse(dense_only)) is None


def test_a_merge_shows_one_free_port(lecture: Network):
    network = edits.add(lecture, "add")
    add = network.layers[-1]
    assert input_ports(network, add) == 2
    for slot, source in enumerate(("n2", "n3")):
        network = edits.connect(network, source, add.id, slot)
    assert input_ports(network, add) == 3


def test_cards_without_places_get_an_automatic_layout(lecture: Network):
    lost = replace(lecture, layers=tuple(replace(n, position=(0.0, 0.0)) for n in lecture.layers))
    assert places_of(lost) == places_of(lecture)


@pytest.mark.parametrize("detail", [1.0, 0.4, 0.1])
def test_every_state_of_a_card_can_be_painted(context: Context, detail: float):
    family = kinds()["conv2d"].family
    plain = Face("conv2d_2", "Conv2D · 64", "26×26×64", "18,496", family, 0.1)
    states = [
        plain,
        Face("합성곱 층", "Conv2D · 64", "?", "", family, severity=Severity.ERROR),
        Face("dense_1", "Dense · 100", "100", "1,081,700", family, 0.9, severity=Severity.WARNING),
        Face("frozen", "Conv2D · 64", "26×26×64", "18,496", family, 0.1, frozen=True),
        Face("add", "Add", "26×26×64", "", family, inputs=3, stale=True),
    ]
    pictures = []
    for face in states:
        for look in ({}, {"hover": True}, {"selected": True}, {"dragged": True}, {"hot_port": 0}):
            card = CardItem(face, context.theme)
            card.show_look(**look)
            pictures.append(bytes(painted(context, card, detail).constBits()))
    if detail == 1.0:
        assert len(set(pictures)) == len(pictures)  # each state can be told from the others


def painted(context: Context, card: CardItem, detail: float) -> QImage:
    scene = NetworkScene(context, Selection())
    scene.addItem(card)
    image = QImage(340, 100, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    target = QRectF(0, 0, 340 * detail, 100 * detail)
    scene.render(painter, target, QRectF(-18, -12, 340, 100))
    painter.end()
    return image


def test_a_thousand_layers_are_shown_and_changed_quickly(context: Context):
    network = big_network()
    analyse(network)
    start = time.perf_counter()
    scene = scene_of(context, network)
    shown = time.perf_counter() - start
    changed = edits.set_parameter(network, "n1", "activation", "relu")
    analysis = analyse(changed)
    start = time.perf_counter()
    scene.sync(changed, analysis)
    again = time.perf_counter() - start
    assert len(scene.cards) == 1000
    assert shown < 2  # 0.2 s on two quiet cores
    assert again < 0.5  # 0.03 s


def test_latin_keys_of_hangul():
    assert keys_of("채ㅜㅍ") == "conv"
    assert keys_of("ㅇ두ㄴㄷ") == "dense"
    assert keys_of("dropout") == "dropout"


def test_matches_put_beginnings_first():
    def found(typed: str) -> list[str]:
        return [kind.id for kind in matches(typed, kinds().values(), str)]

    assert found("dense")[0] == "dense"
    assert found("pool")[:2] != []
    assert found("bn")[0] == "batch_normalization"
    assert found("zzz") == []
    assert found("") == list(kinds())


def test_brackets_stay_behind_an_error(lecture: Network):
    before = sections(analyse(lecture))
    broken = edits.set_parameter(lecture, "n2", "kernel_size", 99)
    broken = edits.set_parameter(broken, "n2", "padding", "valid")
    analysis = analyse(broken)
    assert analysis.errors
    assert sections(analysis) is None
    assert sections(analysis, before) == before
