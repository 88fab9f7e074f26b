"""Every fix that is offered mends what it is offered for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cnnstudio.core.analysis import Analysis, analyse
from cnnstudio.core.document import Document
from cnnstudio.core.layers.spec import Action
from cnnstudio.core.network import LayerNode, Link, Network
from cnnstudio.core.problems.fixes import apply_fix, keep, tell_again
from cnnstudio.core.problems.spec import Problem
from cnnstudio.core.project import Project
from cnnstudio.core.storage.project_file import decode_project, encode_project
from cnnstudio.core.text import T
from tests.fakes.networks import chain, graphs, lecture


@st.composite
def broken(draw: st.DrawFn) -> Network:
    """A generated graph with some of its links, names and values damaged."""
    network = draw(graphs(largest=8))
    layers, links = list(network.layers), list(network.links)
    ids = [node.id for node in layers]
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(layers) - 1))
        match draw(st.integers(0, 6)):
            case 0 if links:
                links.pop(draw(st.integers(0, len(links) - 1)))
            case 1:
                slot = draw(st.integers(0, 2))
                links.append(Link(draw(st.sampled_from(ids)), layers[at].id, slot))
            case 2:
                links.append(Link(layers[at].id, draw(st.sampled_from([*ids, "gone"]))))
            case 3:
                layers[at] = replace(layers[at], name=draw(st.sampled_from(["", "a/b", "input"])))
            case 4:
                damage = draw(st.sampled_from([{"units": 0}, {"padding": "full"}, {"odd": 1}]))
                layers[at] = replace(layers[at], params={**layers[at].params, **damage})
            case 5:
                layers[at] = replace(layers[at], kind="unheard_of")
            case 6:
                layers.append(LayerNode(f"m{len(layers)}", "input", f"late_{len(layers)}"))
    return replace(network, layers=tuple(layers), links=tuple(dict.fromkeys(links)))


def told(analysis: Analysis, problem: Problem) -> bool:
    """Whether the layer still has this problem, whatever its numbers (a circle: this circle)."""

    def kind(one: Problem) -> tuple[object, ...]:
        return one.node, one.text.id, one.parameter, one.text.params.get("around")

    return kind(problem) in map(kind, analysis.problems)


@settings(deadline=None)
@given(broken())
def test_every_fix_mends_what_it_is_offered_for(network: Network) -> None:
    for problem in analyse(network).problems:
        for fix in problem.fixes:
            after = analyse(apply_fix(network, problem.node, fix))
            assert not told(after, problem), (problem.text, fix)


CONV = st.fixed_dictionaries(
    {
        "filters": st.sampled_from([2, 4]),
        "kernel_size": st.integers(1, 3),
        "strides": st.integers(1, 3),
        "padding": st.sampled_from(["valid", "same"]),
    }
)


@settings(deadline=None)
@given(
    st.sampled_from(["add", "multiply", "maximum", "concatenate"]),
    st.tuples(st.integers(5, 20), st.integers(5, 20), st.sampled_from([2, 4])),
    st.lists(st.lists(CONV, max_size=2), min_size=2, max_size=3),
)
def test_branches_are_made_to_agree(
    kind: str, shape: tuple[int, int, int], branches: list[list[dict[str, Any]]]
) -> None:
    network = chain(("input", {"shape": list(shape)}))
    merge = LayerNode("merge", kind, "merge")
    layers, links = [*network.layers, merge], []
    for slot, branch in enumerate(branches):
        above = "n1"
        for params in branch:
            node = LayerNode(f"n{len(layers) + 1}", "conv2d", f"conv_{len(layers)}", params)
            layers.append(node)
            links.append(Link(above, node.id))
            above = node.id
        links.append(Link(above, "merge", slot))
    network = replace(network, layers=tuple(layers), links=tuple(links))
    for problem in analyse(network).problems_of("merge"):
        for fix in problem.fixes:
            assert "merge" in analyse(apply_fix(network, "merge", fix)).nodes, fix.text


def residual(
    branch: list[tuple[str, dict[str, Any]]],
    kind: str = "add",
    shape: tuple[int, ...] = (28, 28, 8),
) -> Network:
    """An Input, a branch of its own below it, and a merge of both."""
    network = chain(("input", {"shape": list(shape)}), *branch)
    merge = LayerNode("merge", kind, "merge")
    links = (*network.links, Link(network.layers[-1].id, "merge", 0), Link("n1", "merge", 1))
    return replace(network, layers=(*network.layers, merge), links=links)


SAME: dict[str, Any] = {"padding": "same"}


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (residual([("conv2d", {"filters": 32, **SAME})]), ["Insert Conv2D(32, 1×1)"]),
        (
            residual([("conv2d", {"filters": 16, "strides": 2, **SAME})]),
            ["Insert Conv2D(16, 1×1, stride 2)"],
        ),
        (
            residual([("conv2d", {"filters": 8, "strides": [1, 2], **SAME})]),
            ["Insert Conv2D(8, 1×1, stride 1×2)", "Insert MaxPooling2D(1×2)"],
        ),
        (
            residual([("conv2d", {"filters": 8}), ("conv2d", {"filters": 8})]),
            ["Set padding to same in 2 layers", "Insert Cropping2D, 4 rows and 4 columns less"],
        ),
        (
            residual([("conv2d", {"filters": 4})]),
            ["Set padding of conv2d to same and Insert Conv2D(4, 1×1)"],
        ),
        (
            residual([("conv2d", {"filters": 4, "strides": 2, **SAME})], "concatenate"),
            ["Insert Conv2D(8, 1×1, stride 2)", "Insert MaxPooling2D(2)"],
        ),
        (
            chain(("input", {"shape": [28, 28]}), ("conv2d", {})),
            ["Insert Reshape(28×28×1)"],
        ),
        (
            chain(("input", {}), ("flatten", {}), ("max_pooling2d", {})),
            ["Move max_pooling2d above flatten", "Insert Reshape(28×28×1)"],
        ),
    ],
)
def test_fixes_say_what_they_do_and_do_it(network: Network, words: list[str]) -> None:
    (problem,) = analyse(network).errors
    assert [str(fix.text) for fix in problem.fixes] == words
    for fix in problem.fixes:
        assert analyse(apply_fix(network, problem.node, fix)).errors == ()


def test_the_convolution_goes_on_the_shortcut() -> None:
    conv = ("conv2d", {"filters": 32, **SAME})
    network = residual([conv, ("re_lu", {}), conv])
    (problem,) = analyse(network).errors
    fixed = apply_fix(network, problem.node, problem.fixes[0])
    projection = fixed.layers[-1]
    assert fixed.incoming[projection.id] == (Link("n1", projection.id),)
    assert fixed.incoming["merge"][1].source == projection.id


def test_swapping_flatten_keeps_its_links_and_saves_what_it_says() -> None:
    network = lecture()
    (warning,) = analyse(network).warnings
    (fix,) = warning.fixes
    swapped = analyse(apply_fix(network, warning.node, fix))
    assert swapped.nodes["n5"].kind.id == "global_average_pooling2d"
    saved = swapped.total_params - analyse(network).total_params
    assert fix.text.params["count"] == saved == -1_075_200
    assert "(−1,075,200)" in str(fix.text)
    assert swapped.problems[:1] != (warning,)


def test_a_kept_warning_stays_away_is_saved_undone_and_told_again() -> None:
    document = Document(Project(network=lecture()))
    (warning,) = analyse(document.network).warnings
    text = T("Keep {layer} as it is", layer="dense")
    document.apply_network(lambda n: keep(n, warning.node, warning.id), text)
    assert analyse(document.network).warnings == ()
    assert analyse(document.network).kept == (warning,)
    assert analyse(document.network).kept_of(warning.node) == (warning,)
    read = decode_project(encode_project(document.project), "mine.cnnstudio")
    assert read == document.project
    assert b'"kept": ["dense_holds_most"]' in encode_project(read)
    document.undo()
    assert analyse(document.network).warnings == (warning,)
    assert b"kept" not in encode_project(document.project)
    document.redo()
    document.apply_network(lambda n: tell_again(n, warning.node, warning.id), text)
    assert analyse(document.network).warnings == (warning,)


def test_an_error_can_not_be_kept() -> None:
    network = chain(("input", {}), ("flatten", {}), ("conv2d", {}))
    (error,) = analyse(network).errors
    assert analyse(keep(network, error.node, error.text.id)).errors == (error,)
    assert analyse(keep(network, error.node, "")).errors == (error,)


@pytest.mark.parametrize(("count", "offered"), [(50, True), (3000, False)])
def test_the_nearest_loose_layer_is_offered_where_few_are_loose(count: int, offered: bool) -> None:
    layers = (
        LayerNode("n0", "input", "input", {"shape": [8, 8, 1]}),
        *(LayerNode(f"n{n}", "add", f"add_{n}") for n in range(1, count)),
    )
    links = tuple(Link("n0", f"n{n}") for n in range(1, count))
    first = analyse(Network(layers, links)).errors[0]
    assert any(fix.action is Action.CONNECT for fix in first.fixes) == offered
