from __future__ import annotations

import itertools
import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.core.data.duplicates import (
    DIFFERENCE,
    NEAR,
    PLAIN,
    RELATIVE,
    Pictures,
    close_pairs,
    find_duplicates,
    groups,
    joined,
    popcount,
)
from cnnstudio.core.data.looks import difference_hashes
from cnnstudio.core.data.split import Indices
from tests.fakes.own_data import own_data

WORDS = st.integers(0, 2**64 - 1)


@st.composite
def close_looks(draw: st.DrawFn) -> np.ndarray:
    """A few looks, and others that differ from them in some bits."""
    looks = draw(st.lists(WORDS, min_size=1, max_size=4))
    for _ in range(draw(st.integers(0, 30))):
        flipped = draw(st.sets(st.integers(0, 63), max_size=NEAR + 2))
        looks.append(draw(st.sampled_from(looks)) ^ sum(1 << bit for bit in flipped))
    return np.array(looks, np.uint64)


def close_one_by_one(looks: np.ndarray) -> list[tuple[int, int]]:
    words = [int(look) for look in looks]
    return [
        (a, b)
        for a, b in itertools.combinations(range(len(words)), 2)
        if (words[a] ^ words[b]).bit_count() <= NEAR
    ]


@given(looks=close_looks())
def test_close_looks_are_those_that_comparing_each_with_each_finds(looks: np.ndarray) -> None:
    assert [tuple(pair) for pair in close_pairs(looks).tolist()] == close_one_by_one(looks)


def test_close_looks_among_many() -> None:
    random = np.random.RandomState(1)
    looks = random.randint(0, 2**63, 3000).astype(np.uint64)
    looks[:8] = 0
    looks[1000:1500] = looks[500:1000] ^ np.uint64(1 << 17 | 1 << 40 | 1)
    assert [tuple(pair) for pair in close_pairs(looks).tolist()] == close_one_by_one(looks)


@given(words=st.lists(WORDS, max_size=20))
def test_bits_are_counted(words: list[int]) -> None:
    assert popcount(np.array(words, np.uint64)).tolist() == [word.bit_count() for word in words]


@given(
    count=st.integers(1, 12),
    pairs=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=12),
)
def test_what_pairs_join_is_one_group(count: int, pairs: list[tuple[int, int]]) -> None:
    pairs = [(a % count, b % count) for a, b in pairs]
    firsts = joined(count, np.array(pairs, np.int64).reshape(-1, 2))
    reached = [{one} for one in range(count)]
    for _ in range(count):
        for a, b in pairs:
            both = reached[a] | reached[b]
            for one in both:
                reached[one] = both
    assert firsts.tolist() == [min(one) for one in reached]


@given(numbers=st.lists(st.integers(0, 5), max_size=30))
def test_equal_digests_are_one_group(numbers: list[int]) -> None:
    digests = np.array([[number // 2, number % 2] for number in numbers], np.uint64).reshape(-1, 2)
    looks = np.arange(len(numbers)).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    found = find_duplicates(digests, looks)
    assert found.equal.tolist() == [numbers.index(number) for number in numbers]
    expected = [
        [place for place, other in enumerate(numbers) if other == number]
        for number in dict.fromkeys(numbers)
        if numbers.count(number) > 1
    ]
    assert [group.tolist() for group in groups(found.equal)] == expected


def pictures_at(pictures: np.ndarray) -> Pictures:
    def at(places: Indices) -> np.ndarray:
        return pictures[places]

    return at


def own_digests(count: int) -> np.ndarray:
    return np.stack([np.arange(count), np.zeros(count)], axis=1).astype(np.uint64)


def test_a_picture_saved_again_is_found_and_one_of_another_colour_is_not() -> None:
    random = np.random.RandomState(0)
    pictures = random.randint(0, 200, (4, 70, 40, 3)).astype(np.uint8)
    pictures[1] = pictures[0] + random.randint(0, 4, pictures[0].shape).astype(np.uint8)
    pictures[3] = pictures[2][..., ::-1]
    looks = np.array([5, 4, 0xFF00, 0xFF00], np.uint64)
    found = find_duplicates(own_digests(4), looks, pictures_at(pictures))
    assert found.equal.tolist() == [0, 1, 2, 3]
    assert found.alike.tolist() == [0, 0, 2, 3]
    by_look = find_duplicates(own_digests(4), looks)
    assert by_look.alike.tolist() == [0, 0, 2, 2]


def test_copies_of_near_duplicates_belong_to_them() -> None:
    digests = np.array([[1, 0], [2, 0], [1, 0], [2, 0], [3, 0]], np.uint64)
    looks = np.array([8, 9, 8, 9, 2**64 - 1], np.uint64)
    found = find_duplicates(digests, looks)
    assert found.equal.tolist() == [0, 1, 0, 1, 4]
    assert found.alike.tolist() == [0, 0, 0, 0, 4]


def test_thousands_of_flat_pictures_are_compared_with_their_neighbours_alone() -> None:
    count = 3000
    pictures = np.zeros((count, 8, 8, 3), np.uint8)
    pictures[...] = np.random.RandomState(3).randint(0, 256, (count, 1, 1, 3))
    pictures[70] = pictures[2000] = (9, 100, 200)
    pictures[70, 0, 0] = (9, 100, 201)
    looks = np.zeros(count, np.uint64)
    assert count > PLAIN
    found = find_duplicates(own_digests(count), looks, pictures_at(pictures))
    assert found.alike[2000] == found.alike[70]
    colours = pictures[:, 1, 1].astype(float)
    for group in groups(found.alike):
        steps = np.sqrt(np.square(colours[group][:, None] - colours[group][None]).mean(axis=-1))
        nearest = steps + np.eye(len(group)) * 999
        assert nearest.min(axis=1).max() <= 3.01, "each is near to another one of its group"
    assert find_duplicates(own_digests(count), looks).alike.tolist() == list(range(count))


def test_it_ends_when_it_is_told_to() -> None:
    pictures = np.zeros((4, 2, 2, 1), np.uint8)
    looks = np.zeros(4, np.uint64)
    asked = 0

    def stopped() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    found = find_duplicates(own_digests(4), looks, pictures_at(pictures), stopped)
    assert found.alike.tolist() == [0, 1, 2, 3]


@st.composite
def pictures_with_copies(draw: st.DrawFn) -> np.ndarray:
    """Small pictures; some are others again, as they are or with a few values changed."""
    values = st.lists(st.integers(0, 255), min_size=12, max_size=12)
    pictures = draw(st.lists(values, min_size=1, max_size=4))
    for _ in range(draw(st.integers(0, 8))):
        picture = list(draw(st.sampled_from(pictures)))
        for place in draw(st.sets(st.integers(0, 11), max_size=4)):
            picture[place] = min(255, picture[place] + draw(st.integers(0, 12)))
        pictures.append(picture)
    return np.array(pictures, np.uint8).reshape(-1, 2, 2, 3)


def are_alike(a: np.ndarray, b: np.ndarray) -> bool:
    looks = difference_hashes(np.stack([a, b]))
    if (int(looks[0]) ^ int(looks[1])).bit_count() > NEAR:
        return False
    one, other = a.astype(float), b.astype(float)
    contrast = min(math.sqrt(each.var(axis=(0, 1)).mean()) for each in (one, other))
    return math.sqrt(((one - other) ** 2).mean()) <= max(DIFFERENCE, RELATIVE * contrast) + 1e-6


@given(pictures=pictures_with_copies())
def test_duplicates_are_those_that_comparing_each_with_each_finds(pictures: np.ndarray) -> None:
    data = own_data(pictures, [0] * len(pictures))
    found = find_duplicates(data.catalogue.digests, data.catalogue.looks, pictures_at(pictures))
    contents = [picture.tobytes() for picture in pictures]
    assert found.equal.tolist() == [contents.index(content) for content in contents]
    pairs = [
        (a, b)
        for a, b in itertools.combinations(range(len(pictures)), 2)
        if are_alike(pictures[a], pictures[b])
    ]
    expected = joined(len(pictures), np.array(pairs, np.int64).reshape(-1, 2))
    assert found.alike.tolist() == expected.tolist()


@pytest.mark.parametrize("flat", [False, True], ids=["varied", "flat"])
def test_sixty_thousand_pictures_take_a_second_or_two(flat: bool) -> None:
    random = np.random.RandomState(6)
    count = 60_000
    digests = random.randint(0, 2**63, (count, 2)).astype(np.uint64)
    digests[:5000] = digests[5000:10_000]
    looks = random.randint(0, 2**63, count).astype(np.uint64)
    looks[10_000:20_000] = looks[20_000:30_000] ^ np.uint64(1 << 30 | 1)
    if flat:
        looks[:] = 0
    colours = random.randint(0, 256, (count, 1, 1, 3)).astype(np.uint8)

    def pictures(places: Indices) -> np.ndarray:
        return np.broadcast_to(colours[places], (len(places), 8, 8, 3))

    begun = time.process_time()
    found = find_duplicates(digests, looks, pictures)
    assert time.process_time() - begun < 4
    assert found.equal[5000:10_000].tolist() == list(range(5000))
