"""What is said of data, finding by finding."""

from __future__ import annotations

import time
import unicodedata
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnstudio.core.data.catalogue import ANIMATED, DEEP
from cnnstudio.core.data.duplicates import Duplicates
from cnnstudio.core.data.edits import NO_EDITS, excluded, relabelled
from cnnstudio.core.data.finding import LEVELS
from cnnstudio.core.data.repeats import TEST, TRAIN, UNUSED, VALIDATION, Uses, repeats
from cnnstudio.core.data.report import Finding, Report
from cnnstudio.core.data.sizes import sizes_of
from cnnstudio.core.project import TrainingSettings
from tests.fakes.own_data import noise, own_data

THIRTY = [place % 3 for place in range(30)]


def finding(report: Report, id: str) -> Finding:
    (found,) = (one for one in report.findings if one.id == id)
    return found


def ids(report: Report) -> dict[str, str]:
    return {one.id: one.level for one in report.findings}


def test_sound_data_is_good_news_alone() -> None:
    report = own_data(noise(30), THIRTY).report()
    assert ids(report) == {
        "files.read": "good",
        "balance.even": "good",
        "sizes.same": "good",
        "duplicates.none": "good",
    }
    assert str(finding(report, "files.read").title) == "All 30 pictures were read"
    assert [(one.name, one.pictures) for one in report.classes] == [
        ("cats", 10),
        ("dogs", 10),
        ("owls", 10),
    ]
    assert {one.weight for one in report.classes} == {1.0}
    assert report.imbalance == 1.0


def test_findings_come_gravest_first() -> None:
    report = own_data(
        np.concatenate([noise(29), noise(1)]),
        [0] * 20 + [1] * 9 + [2],
        refused=["cats/x.jpg", "cats/y.jpg"],
        ignored=2,
        flags=[ANIMATED | DEEP, *[0] * 29],
    ).report()
    levels = [LEVELS.index(one.level) for one in report.findings]
    assert levels == sorted(levels)
    refused = finding(report, "files.refused")
    assert str(refused.title) == "2 files can't be used"
    assert "cats/x.jpg" in str(refused.detail)
    assert "It is damaged." in str(refused.detail)
    assert {"files.ignored", "files.animated", "files.deep", "classes.single"} <= set(ids(report))
    assert finding(report, "files.deep").pictures.tolist() == [0]
    assert "owls" in str(finding(report, "classes.single").detail)
    assert "cats/0.png" in str(finding(report, "files.animated").detail)


# ------------------------------------------------------------------------------- duplicates


def test_a_copy_across_the_split_is_a_leak() -> None:
    pictures = noise(30)
    pictures[7] = pictures[1]
    given = [1] * 30
    given[7], given[8] = 3, 2
    data = own_data(pictures, THIRTY, given=given, split="folders")
    report = data.report()
    leak = finding(report, "duplicates.leak")
    assert leak.level == "warning"
    assert leak.pictures.tolist() == [7]
    assert "dogs/7.png = dogs/1.png" in str(leak.detail)
    assert "50.0%" in str(leak.detail)
    assert finding(report, "duplicates.copies").pictures.tolist() == [7]
    assert "duplicates.classes" not in ids(report)
    left_out = data.report(excluded(NO_EDITS, ["dogs/7.png"]))
    assert "duplicates.none" in ids(left_out)
    both = own_data(pictures, THIRTY, given=[1] * 30, split="folders").report()
    assert "duplicates.leak" not in ids(both)


def test_a_copy_in_another_class_is_told_until_it_is_relabelled() -> None:
    pictures = noise(30)
    pictures[3] = pictures[1]
    data = own_data(pictures, THIRTY)
    torn = finding(data.report(), "duplicates.classes")
    assert torn.pictures.tolist() == [1, 3]
    assert "dogs/1.png = cats/3.png" in str(torn.detail)
    mended = data.report(relabelled(NO_EDITS, ["cats/3.png"], "dogs"))
    assert "duplicates.classes" not in ids(mended)
    assert "duplicates.copies" in ids(mended)


def test_a_picture_saved_again_is_told_apart_from_a_copy() -> None:
    pictures = noise(30, 32, 32)
    pictures[:] = np.repeat(np.repeat(pictures[:, ::8, ::8], 8, axis=1), 8, axis=2)
    pictures[29] = np.clip(pictures[0].astype(int) + 2, 0, 255)
    given = [1] * 29 + [2]
    report = own_data(pictures, THIRTY, given=given, split="folders").report()
    assert finding(report, "alike.leak").pictures.tolist() == [29]
    assert finding(report, "alike.classes").pictures.tolist() == [0, 29]
    assert "pixel by pixel" in str(finding(report, "duplicates.none").detail)
    assert "duplicates.copies" not in ids(report)


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 2), st.sampled_from([-1, 0, 1, 2])),
        max_size=16,
    )
)
def test_repeats_are_those_that_looking_at_each_group_finds(
    rows: list[tuple[int, int, int]],
) -> None:
    numbers = [number for number, _, _ in rows]
    firsts = np.array([numbers.index(number) for number in numbers], np.int64)
    labels = [label for _, label, _ in rows]
    parts = [part for _, _, part in rows]
    names = [str(place) for place in range(len(rows))]
    found = repeats(firsts, Uses(names, np.array(labels, np.int32), np.array(parts, np.int8)))
    used = [place for place in range(len(rows)) if parts[place] != UNUSED]
    like = {
        place: [other for other in used if other != place and numbers[other] == numbers[place]]
        for place in used
    }
    assert found.copies.tolist() == [one for one in used if any(o < one for o in like[one])]
    assert found.leaked.tolist() == [
        one
        for one in used
        if parts[one] in (VALIDATION, TEST) and any(parts[o] == TRAIN for o in like[one])
    ]
    torn = [one for one in used if len({labels[o] for o in (one, *like[one])}) > 1]
    assert found.torn.tolist() == torn


# ------------------------------------------------------------------------------- classes, parts


def test_one_class_cant_be_learned() -> None:
    report = own_data(noise(9), [0] * 9, classes=["cats"]).report()
    assert finding(report, "classes.one").level == "warning"
    assert report.imbalance is None
    empty = own_data(noise(9), [0] * 9).report()
    assert {"classes.one", "train.classes"} <= set(ids(empty))
    assert "dogs, owls" in str(finding(empty, "train.classes").detail)


def test_nothing_to_train_on_blocks() -> None:
    report = own_data(noise(9), [0, 1, 2] * 3, given=[3] * 9, split="folders").report()
    assert finding(report, "train.none").level == "blocker"
    assert report.findings[0].id == "train.none"


def test_classes_without_validation_are_named_with_the_share_that_helps() -> None:
    labels = [0] * 60 + [1] * 30 + [2] * 4
    report = own_data(noise(94), labels, validation=0.1, test=0.0).report()
    found = finding(report, "validation.classes")
    assert "owls" in str(found.detail)
    assert found.change == ("data.validation", 0.25)
    assert "25%" in str(found.detail)
    helped = own_data(noise(94), labels, validation=0.25, test=0.0).report()
    assert "validation.classes" not in ids(helped)


def test_no_validation_and_no_test_pictures_are_noted() -> None:
    report = own_data(noise(30), THIRTY, validation=0.0, test=0.0).report()
    assert finding(report, "validation.none").change == ("data.validation", 0.1)
    assert finding(report, "test.none").change == ("data.test", 0.1)
    few = own_data(noise(3), [0, 1, 2], validation=0.1, test=0.0).report()
    assert finding(few, "validation.none").change is None
    assert "too few" in str(finding(few, "validation.none").detail)


def test_uneven_classes_get_weights_offered() -> None:
    labels = [0] * 120 + [1] * 60 + [2] * 6
    report = own_data(noise(186), labels, validation=0.0, test=0.0).report()
    uneven = finding(report, "balance.uneven")
    assert uneven.level == "warning"
    assert uneven.change == ("training.class_weights", "balanced")
    weights = [one.weight for one in report.classes]
    assert weights == pytest.approx([186 / (3 * 120), 186 / (3 * 60), 186 / (3 * 6)])
    assert "10.3" in str(uneven.detail)
    assert report.imbalance == 20
    noted = own_data(noise(60), [0] * 40 + [1] * 10 + [2] * 10).report()
    assert finding(noted, "balance.uneven").level == "note"
    about = own_data(noise(30), [0] * 12 + [1] * 10 + [2] * 8).report()
    assert str(finding(about, "balance.even").title) == "The classes are about equally large"


@pytest.mark.parametrize(
    "other", ["Cats", "cats ", unicodedata.normalize("NFD", "고양이")], ids=ascii
)
def test_names_that_hardly_differ_are_warned_of(other: str) -> None:
    names = ["cats", "고양이", other]
    found = finding(own_data(noise(30), THIRTY, classes=names).report(), "classes.alike")
    assert other in str(found.detail)


# ------------------------------------------------------------------------------- sizes, colour


def test_stretched_and_enlarged_pictures_are_told() -> None:
    sizes = [(8, 8)] * 20 + [(8, 16)] * 6 + [(3, 3)] * 4
    data = own_data(noise(30), THIRTY, sizes=sizes)
    report = data.report()
    stretched = finding(report, "sizes.stretched")
    assert stretched.pictures.tolist() == list(range(20, 26))
    assert stretched.level == "warning"
    assert stretched.change == ("data.fit", "pad")
    assert "2.0 times" in str(stretched.detail)
    enlarged = finding(report, "sizes.enlarged")
    assert enlarged.pictures.tolist() == list(range(26, 30))
    assert (enlarged.level, enlarged.change) == ("note", None)
    padded = own_data(noise(30), THIRTY, sizes=sizes, fit="pad").report()
    assert not {"sizes.stretched", "sizes.enlarged"} & set(ids(padded))
    large = own_data(noise(30), THIRTY, sizes=[(8, 8)] * 30, size=(64, 64)).report()
    assert finding(large, "sizes.enlarged").change == ("data.size", (8, 8))


def test_sizes_are_counted_as_they_are() -> None:
    sizes = sizes_of(np.array([[2, 300], [20, 20], [2, 300], [100_000, 1]], np.uint32))
    assert sizes.table.tolist() == [[2, 300], [20, 20], [100_000, 1]]
    assert sizes.counts.tolist() == [2, 1, 1]
    assert (sizes.commonest, sizes.smallest, sizes.largest) == ((2, 300), (20, 20), (100_000, 1))


def test_grey_stored_as_colour_is_told() -> None:
    pictures = np.repeat(noise(30, channels=1), 3, axis=3)
    report = own_data(pictures, THIRTY).report()
    assert finding(report, "colour.grey").change == ("data.colour", "grey")
    assert "colour.grey" not in ids(own_data(pictures, THIRTY, colour="grey").report())
    pictures[17, 3, 3, 1] ^= 1
    assert "colour.grey" not in ids(own_data(pictures, THIRTY).report())


def test_a_report_follows_the_slider() -> None:
    """A hundred thousand pictures, half of them copies: what is found once isn't found again."""
    from dataclasses import replace

    from cnnstudio.core.data.report import Examined, make_report
    from tests.fakes.own_data import OwnData

    count = 100_000
    small = own_data(noise(30), THIRTY)
    numbers = np.arange(count, dtype=np.int64)
    catalogue = replace(
        small.catalogue,
        names=[str(number) for number in numbers],
        labels=(numbers % 3).astype(np.int32),
        given=np.zeros(count, np.uint8),
        sizes=np.full((count, 2), 8, np.uint32),
        flags=np.zeros(count, np.uint8),
        digests=np.zeros((count, 2), np.uint64),
        looks=np.zeros(count, np.uint64),
    )
    pool = replace(
        small.pools["all"], labels=catalogue.labels, given=catalogue.given, names=catalogue.names
    )
    data = OwnData(small.dataset, small.settings, catalogue, {"all": pool})
    firsts = numbers % (count // 2)
    examined = Examined(Duplicates(firsts, firsts), False, 1000)
    division = data.divided()
    begun = time.process_time()
    report = make_report(catalogue, division, data.dataset, data.settings, examined)
    assert time.process_time() - begun < 1.0
    assert len(finding(report, "duplicates.copies").pictures) == count // 2


@settings(max_examples=60, deadline=None)
@given(chosen=st.data(), count=st.integers(1, 14))
def test_whatever_the_data_the_report_adds_up_and_can_be_told(
    chosen: st.DataObject, count: int
) -> None:
    def each(values: st.SearchStrategy[Any]) -> list[Any]:
        drawn: list[Any] = chosen.draw(st.lists(values, min_size=count, max_size=count))
        return drawn

    channels = chosen.draw(st.sampled_from([1, 3]))
    pictures = noise(4, 2, 2, channels)[each(st.integers(0, 3))]
    data = own_data(
        pictures,
        each(st.integers(0, 2)),
        given=each(st.integers(0, 3)),
        sizes=each(st.tuples(st.integers(1, 9), st.integers(1, 9))),
        flags=each(st.integers(0, 63)),
        validation=chosen.draw(st.sampled_from([0.0, 0.3, 0.9])),
        test=chosen.draw(st.sampled_from([0.0, 0.3, 0.9])),
        split=chosen.draw(st.sampled_from(["ratio", "folders"])),
        fit=chosen.draw(st.sampled_from(["stretch", "pad", "crop"])),
    )
    names = data.catalogue.names
    gone = excluded(NO_EDITS, chosen.draw(st.sets(st.sampled_from(names))))
    report = data.report(relabelled(gone, chosen.draw(st.sets(st.sampled_from(names))), "owls"))
    assert sum(one.pictures for one in report.classes) == count - len(gone.excluded)
    assert len({one.id for one in report.findings}) == len(report.findings)
    for one in report.findings:
        assert one.level in LEVELS
        assert str(one.title)
        assert str(one.detail).endswith(".")
        assert not str(one.title).endswith(".")
        assert (np.diff(one.pictures) > 0).all()
        if one.change is not None:
            part, _, field = one.change[0].partition(".")
            assert hasattr({"data": data.settings, "training": TrainingSettings()}[part], field)
