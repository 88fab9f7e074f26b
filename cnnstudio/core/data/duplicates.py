"""Pictures that occur more than once: equal to the pixel, or nearly so.

Equal pictures have equal digests. Pictures that look alike have difference hashes (looks) that
differ in a few of 64 bits; which they are is found without comparing each with each: a look is cut
into bands, and two looks that differ in at most ``NEAR`` bits agree in all but ``NEAR`` bands
(multi-index hashing: Norouzi, Punjani and Fleet, 2012, arXiv:1307.2982). A hash alone says little
of plain pictures, so what it finds is then compared picture with picture.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.split import Indices

NEAR = 3
"""In so many bits, at most, the looks of near duplicates differ."""
PLAIN = 32
"""A look that more different pictures share says nothing: they are flat, or white pages."""
DIFFERENCE = 3.0
"""Near duplicates differ by this root mean square, of 255 …"""
RELATIVE = 0.1
"""… or by this share of the standard deviation of the one with less contrast, if that is more."""

_AGREE = 2  # bands in which two looks must agree to be compared
_BANDS = NEAR + _AGREE
_WINDOW = 256  # looks that agree in the same bands: each is compared with so many after it
_NEIGHBOURS = 8  # plain pictures: each is compared with so many of about its brightness
_MOST_PAIRS = 500_000  # compared picture with picture, those with the nearest looks first
_SIDE = 16  # pictures are compared at most so large
_BLOCK = 2**24  # bytes of pictures worked on at once
_WAITING = 2**22  # pairs that wait to be counted once

Bits = NDArray[np.uint64]
Pairs = NDArray[np.int64]
Pictures = Callable[[Indices], NDArray[np.uint8]]
"""Gives the pictures at some places, shape (n, rows, columns, channels)."""


@dataclass(frozen=True, slots=True, eq=False)
class Duplicates:
    """Pictures that occur more than once, by their places in the catalogue.

    Attributes:
        equal: int64, shape (n,): for each picture the first that is equal to it, often itself.
        alike: int64, shape (n,): for each picture the first of those that it is equal or nearly
            equal to, or that are so to one of them.
    """

    equal: Indices
    alike: Indices


def groups(firsts: Indices) -> tuple[Indices, ...]:
    """The groups of two or more that `firsts` makes, each ascending, in the order of their firsts.

    Args:
        firsts: For each picture the first of its group.
    """
    order = np.argsort(firsts, kind="stable")
    starts = np.flatnonzero(np.diff(firsts[order])) + 1
    return tuple(group for group in np.split(order, starts) if len(group) > 1)


def find_duplicates(
    digests: Bits,
    looks: Bits,
    pictures: Pictures | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Duplicates:
    """Finds them in a time that grows little faster than the number of pictures.

    Where thousands of different pictures have nearly the same look, not all of them are compared,
    so that some near duplicates may be missed; equal ones never are.

    Args:
        digests: uint64, shape (n, 2): equal for equal pictures.
        looks: uint64, shape (n,): difference hashes.
        pictures: Gives the decoded pictures, which are then compared as well. Without it near
            duplicates are told by their looks alone, and plain pictures aren't told.
        stopped: Asked between steps; true ends it early, with what was found so far.
    """
    equal = _first_equal(digests)
    different = np.flatnonzero(equal == np.arange(len(equal)))
    found = looks[different]
    plain = _plain(found)
    telling = np.flatnonzero(~plain)
    pairs = telling[close_pairs(found[telling], stopped)]
    if pictures is not None:
        distances = popcount(found[pairs[:, 0]] ^ found[pairs[:, 1]])
        pairs = pairs[np.argsort(distances, kind="stable")[:_MOST_PAIRS]]
        pairs = _confirmed(pairs, np.flatnonzero(plain), found, different, pictures, stopped)
    alike = different[joined(len(different), pairs)]
    place = np.searchsorted(different, equal)
    return Duplicates(equal, alike[place])


def popcount(bits: Bits) -> NDArray[np.uint8]:
    """How many bits of each number are set."""
    ones = bits - ((bits >> np.uint64(1)) & np.uint64(0x5555555555555555))
    twos = np.uint64(0x3333333333333333)
    ones = (ones & twos) + ((ones >> np.uint64(2)) & twos)
    ones = (ones + (ones >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    with np.errstate(over="ignore"):
        counts = (ones * np.uint64(0x0101010101010101)) >> np.uint64(56)
    return np.asarray(counts, np.uint8)


def close_pairs(looks: Bits, stopped: Callable[[], bool] = lambda: False) -> Pairs:
    """The pairs of looks that differ in at most ``NEAR`` bits.

    All of them are found unless more than some hundred looks agree in the same two bands.

    Args:
        looks: uint64, shape (n,).
        stopped: Asked between steps; true ends it early.

    Returns:
        int64, shape (pairs, 2), each pair ascending, in ascending order.
    """
    ascending = np.argsort(looks, kind="stable")  # neighbours in a band are then neighbours at all
    codes, waiting = [np.zeros(0, np.int64)], 0
    for mask in _masks():
        if stopped():
            break
        keys = looks[ascending] & mask
        order = ascending[np.argsort(keys, kind="stable")]
        for first, second in _neighbours(looks[order] & mask, _WINDOW):
            a, b = order[first], order[second]
            close = popcount(looks[a] ^ looks[b]) <= NEAR
            codes.append((np.minimum(a, b) * len(looks) + np.maximum(a, b))[close])
            waiting += len(codes[-1])
            if waiting > _WAITING:  # most of them are there several times
                codes, waiting = [_distinct(np.concatenate(codes))], 0
    code = _distinct(np.concatenate(codes))
    return np.stack(np.divmod(code, max(len(looks), 1)), axis=1)


def _distinct(codes: Indices) -> Indices:
    """The same without repetitions, ascending.

    ``numpy.unique`` would hold Python's lock for as long as it takes, and the window still with it.
    """
    codes = np.sort(codes)
    return codes[np.flatnonzero(np.diff(codes, prepend=-1))]


def joined(count: int, pairs: Pairs) -> Indices:
    """For each of `count` things the first of those that pairs join it with, also by way of others.

    Args:
        count: How many things there are.
        pairs: int64, shape (pairs, 2).
    """
    above = list(range(count))

    def top(one: int) -> int:
        while above[one] != one:
            above[one] = above[above[one]]
            one = above[one]
        return one

    for a, b in pairs.tolist():
        low, high = sorted((top(a), top(b)))
        above[high] = low
    firsts = np.array(above, np.int64)
    while not np.array_equal(higher := firsts[firsts], firsts):
        firsts = higher
    return firsts


# ------------------------------------------------------------------------------------- by hash


def _first_equal(digests: Bits) -> Indices:
    order = np.lexsort((digests[:, 1], digests[:, 0]))  # stable: equal ones stay in their order
    ordered = digests[order]
    new = np.ones(len(order), bool)
    new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    first = np.empty(len(order), np.int64)
    first[order] = order[np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))]
    return first


def _plain(looks: Bits) -> NDArray[np.bool_]:
    _, look, counts = np.unique(looks, return_inverse=True, return_counts=True)
    return counts[look] > PLAIN


def _masks() -> Iterator[np.uint64]:
    """The bits of every two bands. A band has every fifth bit, so that none lies at one edge."""
    bands = [sum(1 << bit for bit in range(band, 64, _BANDS)) for band in range(_BANDS)]
    for chosen in itertools.combinations(bands, _AGREE):
        yield np.uint64(sum(chosen))


def _neighbours(keys: NDArray[np.generic], most: int) -> Iterator[tuple[Indices, Indices]]:
    """Places of equal keys, every one with the next, then with the one after it, and so on.

    Args:
        keys: Sorted.
        most: How far apart two places are at most.
    """
    first = np.arange(len(keys), dtype=np.int64)
    for step in range(1, most + 1):
        first = first[: np.searchsorted(first, len(keys) - step)]
        first = first[keys[first] == keys[first + step]]
        if not len(first):
            return
        yield first, first + step


# ------------------------------------------------------------------------- picture with picture


def _confirmed(
    pairs: Pairs,
    plain: Indices,
    looks: Bits,
    different: Indices,
    pictures: Pictures,
    stopped: Callable[[], bool],
) -> Pairs:
    """Of the pairs those whose pictures are alike, and the same of plain pictures."""
    wanted = np.union1d(pairs, plain)
    small = _shrunk(different[wanted], pictures, stopped)
    if len(small) < len(wanted):  # stopped
        return pairs[:0]
    brightness = small.mean(axis=(1, 2))
    plain = plain[np.lexsort((brightness[np.searchsorted(wanted, plain)], looks[plain]))]
    steps = [
        np.stack([plain[first], plain[second]], axis=1)
        for first, second in _neighbours(looks[plain], _NEIGHBOURS)
    ]
    pairs = np.concatenate([pairs, *steps])
    places = np.searchsorted(wanted, pairs)
    contrast = np.sqrt(small.var(axis=1, dtype=np.float32).mean(axis=1))  # within each channel
    kept = np.zeros(len(pairs), bool)
    step = max(1, _BLOCK // (small.shape[1] * small.shape[2] * 4))
    for start in range(0, len(pairs), step):
        if stopped():
            break
        a, b = places[start : start + step].T
        difference = small[a].astype(np.float32) - small[b]
        distance = np.sqrt(np.square(difference).mean(axis=(1, 2)))
        least = np.minimum(contrast[a], contrast[b])
        kept[start : start + step] = distance <= np.maximum(DIFFERENCE, RELATIVE * least)
    return pairs[kept]


def _shrunk(places: Indices, pictures: Pictures, stopped: Callable[[], bool]) -> NDArray[np.uint8]:
    """Pictures shrunk by whole factors until no side is over ``_SIDE``: (n, pixels, channels)."""
    if not len(places):
        return np.zeros((0, 1, 1), np.uint8)
    _, rows, columns, channels = pictures(places[:1]).shape
    down, across = -(-rows // _SIDE), -(-columns // _SIDE)
    high, wide = rows // down, columns // across
    small = np.empty((len(places), high * wide, channels), np.uint8)
    step = max(1, _BLOCK // (rows * columns * channels))
    for start in range(0, len(places), step):
        if stopped():
            return small[:start]
        block = pictures(places[start : start + step])[:, : high * down, : wide * across]
        if down * across > 1:
            cells = block.reshape(len(block), high, down, wide, across, channels)
            block = np.rint(cells.mean(axis=(2, 4), dtype=np.float32)).astype(np.uint8)
        small[start : start + len(block)] = block.reshape(len(block), -1, channels)
    return small
