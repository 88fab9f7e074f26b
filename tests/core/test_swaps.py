from __future__ import annotations

from cnnstudio.core.analysis import analyse
from cnnstudio.core.swaps import swaps
from tests.fakes.networks import chain, lecture

MAPS = ("conv2d", {"filters": 8, "padding": "same"})


def test_the_lectures_flatten_and_dense_are_swapped_for_gap() -> None:
    whole, only_flatten = swaps(lecture())
    assert [n.kind for n in whole.network.layers[4:]] == [
        "global_average_pooling2d", "dropout", "dense"
    ]  # fmt: skip
    assert (whole.before, whole.after) == (1_101_526, 19_466)
    assert whole.saved == 1_082_060
    assert only_flatten.saved == 1_075_200
    assert [n.id for n in only_flatten.network.layers] == [n.id for n in lecture().layers]
    for swap in (whole, only_flatten):
        assert analyse(swap.network).errors == ()
        assert swap.after == analyse(swap.network).total_params
        assert swap.network.by_id["n5"].name == "global_average_pooling2d"


def test_and_back() -> None:
    (back,) = swaps(swaps(lecture())[1].network)
    assert back.network == lecture()
    assert back.saved == -1_075_200


def test_hidden_layers_go_with_what_only_they_need() -> None:
    network = chain(
        ("input", {"shape": [8, 8, 1]}), MAPS, ("flatten", {}), ("dropout", {}),
        ("dense", {"units": 20}), ("batch_normalization", {}), ("re_lu", {}),
        ("dense", {"units": 9}), ("re_lu", {}), ("dropout", {}), ("dense", {"units": 3}),
    )  # fmt: skip
    assert [n.kind for n in swaps(network)[0].network.layers] == [
        "input", "conv2d", "global_average_pooling2d", "dropout", "dense"
    ]  # fmt: skip


def test_there_is_nothing_to_swap() -> None:
    dense = ("dense", {"units": 3})
    assert swaps(chain(("input", {"shape": [8]}), dense)) == ()
    assert swaps(chain(("input", {"shape": [8, 8, 1]}), ("global_average_pooling2d",
                 {"keepdims": True}), ("flatten", {}), dense)) == ()  # fmt: skip
    assert swaps(chain(MAPS, ("flatten", {}), dense)) == ()  # an error: no Input
