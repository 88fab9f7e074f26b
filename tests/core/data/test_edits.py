from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.core.data.edits import (
    NO_EDITS,
    LabelEdits,
    edited,
    excluded,
    included,
    relabelled,
    restored,
)
from cnnstudio.core.text import T

NAMES = ("cats/1.jpg", "cats/2.jpg", "dogs/1.jpg", "dogs/2.jpg")
LABELS = np.array([0, 0, 1, 1], np.uint8)
CLASSES = ("cats", "dogs", T("Bag"))

some = st.lists(st.sampled_from(NAMES))


@given(some, some, some)
def test_edits_are_taken_back_by_their_opposites(
    before: list[str], out: list[str], moved: list[str]
) -> None:
    edits = relabelled(excluded(NO_EDITS, before), before, "cats")
    again = included(excluded(edits, out), out)
    assert again.excluded == set(before) - set(out)
    assert restored(relabelled(edits, moved, "dogs"), [*moved, *before]).relabelled == {}
    assert bool(edits) == bool(before)
    assert LabelEdits() == NO_EDITS


def test_labels_and_pictures_left_out() -> None:
    edits = relabelled(excluded(NO_EDITS, ["dogs/1.jpg", "gone.jpg"]), ["cats/2.jpg"], "Bag")
    found = edited(edits, NAMES, LABELS, CLASSES)
    assert found.labels.tolist() == [0, 2, 1, 1]
    assert found.labels.dtype == np.int32
    assert found.excluded.tolist() == [2]
    assert found.relabelled.tolist() == [1]
    assert LABELS.tolist() == [0, 0, 1, 1]


def test_a_class_that_is_gone_or_the_own_one_changes_nothing() -> None:
    edits = relabelled(relabelled(NO_EDITS, [NAMES[0]], "birds"), [NAMES[1]], "cats")
    found = edited(edits, NAMES, LABELS, CLASSES)
    assert found.labels.tolist() == LABELS.tolist()
    assert not len(found.relabelled)
