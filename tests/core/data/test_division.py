"""Every picture is in exactly one part, whatever the folders, the shares and the edits say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cnnstudio.core.data.datasets import FASHION_MNIST, Dataset, dataset_of
from cnnstudio.core.data.division import PARTS, Division, divide, sizes
from cnnstudio.core.data.edits import NO_EDITS, LabelEdits, excluded, relabelled
from cnnstudio.core.data.imported import FREE, SOURCE, TEST, TRAIN, VALIDATION, Imported
from cnnstudio.core.data.parts import Labelled, Numbered
from cnnstudio.core.data.split import stratified_split
from cnnstudio.core.project import DataSettings

CLASSES = tuple(f"class {number}" for number in range(300))  # more than a byte can count
OF_PART = {"train": TRAIN, "validation": VALIDATION, "test": TEST}


def own_pool(labels: list[int], given: list[int]) -> tuple[Dataset, DataSettings, Labelled]:
    counts = np.bincount(given, minlength=4).tolist()
    facts = Imported(
        path="/p", digest="0" * 64, classes=CLASSES, shape=(1, 1, 1), counts=tuple(counts)
    )
    settings = DataSettings(source=SOURCE, imported=facts, validation=0.0)
    pool = Labelled(
        np.zeros((len(labels), 1, 1, 1), np.uint8),
        np.array(labels, np.int32),
        [f"{label}/{place}.png" for place, label in enumerate(labels)],
        np.array(given, np.uint8),
    )
    return dataset_of(settings), settings, pool


@st.composite
def divided(
    draw: st.DrawFn,
) -> tuple[Dataset, DataSettings, Labelled, LabelEdits]:
    count = draw(st.integers(1, 60))
    labels = draw(st.lists(st.sampled_from([0, 1, 2, 299]), min_size=count, max_size=count))
    said = draw(st.lists(st.sampled_from(range(4)), min_size=count, max_size=count))
    dataset, settings, pool = own_pool(labels, said)
    settings = replace(
        settings,
        validation=draw(st.floats(0, 0.9)),
        test=draw(st.floats(0, 0.9)),
        split=draw(st.sampled_from(["ratio", "folders"])),
        split_seed=draw(st.integers(0, 2**32 - 1)),
    )
    some = st.lists(st.sampled_from(pool.names), max_size=5)
    edits = relabelled(excluded(NO_EDITS, draw(some)), draw(some), CLASSES[1])
    return dataset, settings, pool, edits


@given(divided())
def test_parts_never_overlap_and_lose_only_what_is_excluded(
    case: tuple[Dataset, DataSettings, Labelled, LabelEdits],
) -> None:
    dataset, settings, pool, edits = case
    found = divide(dataset, settings, {"all": pool}, edits)
    chosen = np.concatenate([found.chosen[part] for part in PARTS])
    left_out = np.concatenate([found.excluded[part] for part in PARTS])
    assert sorted([*chosen, *left_out]) == list(range(len(pool.labels)))
    assert {pool.names[index] for index in left_out} == edits.excluded
    for part in PARTS:
        assert (np.diff(found.chosen[part]) > 0).all()
        assert found.counts[part].sum() == found.total(part)
        assert len(found.counts[part]) == len(CLASSES)
        expected = np.bincount(found.labels_of(part), minlength=len(CLASSES))
        assert np.array_equal(found.counts[part], expected)


@given(divided())
def test_excluding_or_relabelling_moves_no_other_picture(
    case: tuple[Dataset, DataSettings, Labelled, LabelEdits],
) -> None:
    dataset, settings, pool, edits = case
    plain = divide(dataset, settings, {"all": pool})
    found = divide(dataset, settings, {"all": pool}, edits)
    for part in PARTS:
        both = np.union1d(found.chosen[part], found.excluded[part])
        assert np.array_equal(both, plain.chosen[part])


@given(divided())
def test_what_the_source_says_is_kept(
    case: tuple[Dataset, DataSettings, Labelled, LabelEdits],
) -> None:
    dataset, settings, pool, _ = case
    found = divide(dataset, settings, {"all": pool})
    assert pool.given is not None
    assert set(np.flatnonzero(pool.given == TEST)) <= set(found.chosen["test"])
    new = np.setdiff1d(found.chosen["test"], np.flatnonzero(pool.given == TEST))
    assert (pool.given[new] == FREE).all(), "only free pictures are taken for testing"
    if settings.split == "folders":
        for part, number in OF_PART.items():
            assert set(np.flatnonzero(pool.given == number)) <= set(found.chosen[part])


@given(divided())
def test_the_sizes_are_known_before_anything_is_read(
    case: tuple[Dataset, DataSettings, Labelled, LabelEdits],
) -> None:
    dataset, settings, pool, _ = case
    found = divide(dataset, settings, {"all": pool})
    told = sizes(dataset, settings)
    assert told.train + told.validation + told.test == len(pool.labels)
    kinds = len(np.unique(pool.labels))  # each may keep its last picture where shares are large
    assert 0 <= told.test - found.total("test") <= kinds
    assert abs(told.train - found.total("train")) <= 2 * kinds


@given(divided(), st.floats(0, 0.9))
def test_the_share_for_validation_moves_no_test_picture(
    case: tuple[Dataset, DataSettings, Labelled, LabelEdits], share: float
) -> None:
    dataset, settings, pool, _ = case
    one = divide(dataset, settings, {"all": pool})
    other = divide(dataset, replace(settings, validation=share), {"all": pool})
    assert np.array_equal(one.chosen["test"], other.chosen["test"])


def shipped(settings: DataSettings, edits: LabelEdits = NO_EDITS) -> Division:
    labels = {"train": np.arange(100) % 10, "test": np.arange(30) % 10}
    pools = {
        name: Labelled(
            np.zeros((len(each), 1, 1, 1), np.uint8),
            each.astype(np.uint8),
            Numbered(name, len(each)),
        )
        for name, each in labels.items()
    }
    return divide(FASHION_MNIST, settings, pools, edits)


def test_pictures_of_a_shipped_set_are_named_by_their_numbers() -> None:
    edits = relabelled(excluded(NO_EDITS, ["test/3", "train/0"]), ["test/4", "train/11"], "Bag")
    found = shipped(DataSettings(), edits)
    assert found.pools == {"train": "train", "validation": "train", "test": "test"}
    assert found.total("train") + found.total("validation") == 99
    assert found.excluded["test"].tolist() == [3]
    assert found.labels["test"][4] == found.labels["train"][11] == 8
    assert found.relabelled["train"].tolist() == [11]
    assert found.counts["test"].tolist() == [3, 3, 3, 2, 2, 3, 3, 3, 4, 3]


def test_a_share_leaves_the_last_picture_of_a_class() -> None:
    dataset, settings, pool = own_pool([0, 1, 2], [FREE] * 3)
    found = divide(dataset, replace(settings, test=0.5, validation=0.5), {"all": pool})
    assert found.total("train") == 3


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
def test_pictures_that_belong_together_stay_together(share: float) -> None:
    random = np.random.RandomState(1)
    groups = np.sort(random.randint(0, 120, 400))
    labels = groups % 3
    split = stratified_split(labels, share, 7, groups)
    assert not set(groups[split.train]) & set(groups[split.validation])
    for label in range(3):
        wanted = share * np.count_nonzero(labels == label)
        largest = np.bincount(groups[labels == label]).max()
        assert abs(np.count_nonzero(labels[split.validation] == label) - wanted) <= largest
    again = stratified_split(labels, share, 7, groups)
    assert np.array_equal(again.validation, split.validation)
