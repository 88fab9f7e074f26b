"""What there is to say of a picture: its part, its own size, what was done to it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from cnnstudio.core.data.catalogue import (
    ANIMATED,
    CMYK,
    DEEP,
    MISNAMED,
    TRANSPARENT,
    TURNED,
    Catalogue,
)
from cnnstudio.core.shapes import show_shape
from cnnstudio.core.text import T, Text
from cnnstudio.ui.data.collection import Collection

PART_PICTURES: dict[str, Text] = {
    "train": T("Training picture"),
    "validation": T("Validation picture"),
    "test": T("Test picture"),
    "": T("In no part"),
}
"""What a picture of a part is."""

_CONVERSIONS = {
    TURNED: T("turned upright"),
    DEEP: T("scaled down to 8 bits"),
    TRANSPARENT: T("transparent parts became black"),
    CMYK: T("printing colours (CMYK) converted"),
    ANIMATED: T("the first of several frames"),
    MISNAMED: T("its name's ending says another format"),
}


def change_text(collection: Collection, number: int) -> Text | str:
    """What a person changed about a picture; "" for nothing."""
    label, original = int(collection.labels[number]), int(collection.original[number])
    old = collection.facts.classes[original]
    if collection.excluded[number]:
        return T("Excluded") if label == original else T("Excluded; the data says {name}", name=old)
    return "" if label == original else T("The data says {name}", name=old)


def size_text(catalogue: Catalogue | None, number: int) -> Text | str:
    """The own size of a picture's file; "" where nobody knows."""
    if catalogue is None or number >= len(catalogue):
        return ""
    rows, columns = catalogue.sizes[number].tolist()
    return show_shape((rows, columns))


def conversion_texts(catalogue: Catalogue | None, number: int) -> tuple[Text, ...]:
    """What was done to a picture when it was read."""
    if catalogue is None or number >= len(catalogue):
        return ()
    flags = int(catalogue.flags[number])
    return tuple(text for flag, text in _CONVERSIONS.items() if flags & flag)


def listed(words: Iterable[Text | str]) -> Text | str:
    """Words with commas between them; those that say nothing are left out."""
    nothing: Text | str = ""
    return reduce(_with_comma, (one for one in words if one), nothing)


def _with_comma(first: Text | str, second: Text | str) -> Text | str:
    return T("{first}, {second}", first=first, second=second) if first else second
