"""Finding by words against looking at every name, and thumbnails within their budget."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.core.data.edits import LabelEdits
from cnnstudio.ui.data.album import Thumbnails
from cnnstudio.ui.data.collection import Collection, Pooled
from cnnstudio.ui.data.finding_pictures import NameIndex, Wanted, find, plain, words_of
from tests.fakes.own_data import noise, own_data

NAMES = st.lists(st.text("aÄß가\u1100\u1161/.1 \0", max_size=6), min_size=1, max_size=20)


@given(NAMES, st.text("aÄß가\u1100\u1161/.1", min_size=1, max_size=3))
def test_words_are_found_in_any_case_and_composition(names: list[str], typed: str) -> None:
    (word,) = words_of(typed)
    found = NameIndex(names).containing(word)
    assert found.tolist() == [word in plain(name.replace("\0", " ")) for name in names]


def collection(edits: LabelEdits) -> Collection:
    own = own_data(noise(30), [0] * 10 + [1] * 10 + [2] * 10, test=0.2, validation=0.2)
    return Collection.of(own.dataset, Pooled(own.pools, 3), own.divided(edits))


def test_every_word_must_fit_name_class_or_number() -> None:
    whole = collection(LabelEdits(excluded=frozenset({"cats/3.png"}), relabelled={}))
    index = NameIndex(whole.names or ())
    names = ["고양이", "개", "부엉이"]

    def found(words: str, part: str = "all", *, changed: bool = False) -> list[int]:
        return find(whole, Wanted(part, words, changed), index, names).tolist()

    assert found("") == list(range(30))
    assert found("CATS") == found("고양") == list(range(10))
    assert found("#12") == [12]
    assert found("owls png 2") == list(range(20, 30))
    assert found("owls 3") == [23]
    assert found("", "excluded") == found("", changed=True) == [3]
    parts = [number for part in ("train", "validation", "test") for number in found("", part)]
    assert sorted(parts) == list(range(30)), "what is left out stays in its part"


def test_keys_of_few_and_of_many_are_the_same() -> None:
    whole = collection(LabelEdits())
    every = whole.keys(np.arange(30))
    assert every == [whole.key(number) for number in range(30)]
    assert whole.keys(np.array([20, 4])) == [every[4], every[20]]


def test_thumbnails_keep_to_their_budget() -> None:
    pictures = noise(50, 16, 16)
    thumbnails = Thumbnails(pictures, budget=10 * 16 * 16 * 4)
    for number in range(50):
        thumbnails.image(number)
        thumbnails.image(0)
    assert thumbnails.taken == 10 * 16 * 16 * 4
    assert 0 in thumbnails._images, "what is drawn again and again stays"
    thumbnails.set_side(8)
    assert thumbnails.image(7).width() == 8
    assert thumbnails.taken == 8 * 8 * 4
    thumbnails.set_side(64)
    image = thumbnails.image(7)
    assert image.width() == 16, "enlarged where it is drawn, pixel by pixel"
    colour = image.pixelColor(3, 5)
    assert [colour.red(), colour.green(), colour.blue()] == pictures[7, 5, 3].tolist()
