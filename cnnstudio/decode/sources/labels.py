"""Labels of every usual kind made into 0, 1, 2 … with class names; what was converted is told.

Whole numbers as any type, strings, one-hot rows, numbers that begin at 1, leave gaps or are
negative: the classes are the values that occur, in their order, unless the file says more.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.questions import Choice, Options, Question
from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import TN, T, Text
from cnnstudio.decode.faults import unusable
from cnnstudio.decode.sources.pixels import Stored

NEGATIVE = "negative"
"""The option's name."""
OUT, CLASS = "leave out", "class"
"""Its values: a picture with a negative label has no label; its number is a class as any other."""

MOST_CLASSES = 10_000
_LARGEST = 2**30  # bytes of labels
_EXACT = 2.0**53  # whole numbers that float64 tells apart
_CHUNK = 2**16  # labels


@dataclass(frozen=True, slots=True)
class Coded:
    """Labels as numbers of classes.

    Attributes:
        codes: For each array int32, shape (n,); −1 where a picture has no label.
        classes: The names, in the order of the numbers.
        notes: What was converted.
        questions: What was assumed.
    """

    codes: tuple[NDArray[np.int32], ...]
    classes: tuple[str, ...]
    notes: tuple[Text, ...] = ()
    questions: tuple[Question, ...] = ()


def coded(
    arrays: Sequence[tuple[Text | str, Stored]], names: Sequence[str], options: Options
) -> Coded:
    """Reads labels; several arrays, as of training and test pictures, have the same classes.

    Args:
        arrays: What each is called and in which file, and the array.
        names: Names of the classes by number, where the source has them.
        options: Answers; ``options["negative"]`` says what negative labels are.

    Raises:
        BadInput: For what are no labels of classes, with the first that is wrong and its place.
    """
    notes: list[Text] = []
    read = [_flat(array, where, notes) for where, array in arrays]
    where = arrays[0][0]
    if len({one.values.dtype.kind == "U" for one in read}) > 1:
        raise unusable(where, T("some labels are numbers, others text. Make them all the same."))
    columns = max((one.columns for one in read), default=0)
    present = np.unique(np.concatenate([np.unique(one.values) for one in read]))
    if present.dtype.kind == "U":
        return _strings(read, present, notes)
    if columns:
        present = np.arange(max(columns, int(present[-1]) + 1))
    return _numbers([one.values for one in read], present, names, options, where, notes)


@dataclass(frozen=True, slots=True)
class _Flat:
    """int64 or strings, shape (n,); of one-hot rows with how many columns, else 0."""

    values: NDArray[Any]
    columns: int = 0


def _flat(array: Stored, where: Text | str, notes: list[Text]) -> _Flat:
    shape = array.shape
    if array.ndim == 2 and shape[1] == 1:
        array = array[:, 0]
    if array.ndim not in (1, 2) or 0 in shape:
        raise unusable(
            where,
            T(
                "its shape is {sizes}; labels have one axis, or two where they are one-hot.",
                sizes="×".join(map(str, shape)) or "()",
            ),
        )
    if array.nbytes > _LARGEST and array.ndim == 1:
        raise unusable(where, T("it has more than a gigabyte, as no labels have."))
    if array.ndim == 2:
        if array.dtype.kind not in "biuf":
            raise unusable(where, T("it has several words for each picture; one class is needed."))
        notes.append(
            T(
                "{where} is one-hot with {columns} columns; the column of the 1 is the class.",
                where=where,
                columns=shape[1],
            )
        )
        return _Flat(_hot(array, where), shape[1])
    if array.dtype.kind in "SU":
        return _Flat(_words(array, where))
    if array.dtype.kind == "f":
        return _Flat(_whole(array, where, notes))
    if array.dtype.kind == "u" and array.dtype.itemsize == 8 and int(array.max()) >= 2**63:
        raise unusable(where, T("{label} is no label of a class.", label=str(array.max())))
    return _Flat(array.astype(np.int64))


def _hot(array: Stored, where: Text | str) -> NDArray[np.int64]:
    found = np.empty(len(array), np.int64)
    for start in range(0, len(array), _CHUNK):
        chunk = array[start : start + _CHUNK]
        ones = chunk == 1
        wrong = ~((ones | (chunk == 0)).all(axis=1) & (ones.sum(axis=1) == 1))
        if wrong.any():
            raise unusable(
                where,
                T(
                    "row {index} isn't one-hot: exactly one of its {columns} values has to be 1 "
                    "and the others 0. A picture has one class here.",
                    index=start + int(wrong.argmax()),
                    columns=array.shape[1],
                ),
            )
        found[start : start + _CHUNK] = ones.argmax(axis=1)
    return found


def _words(array: Stored, where: Text | str) -> NDArray[np.str_]:
    try:
        words = [word.decode() if isinstance(word, bytes) else str(word) for word in array.tolist()]
        return np.array([unicodedata.normalize("NFC", word.strip()) for word in words], np.str_)
    except UnicodeError as error:
        raise unusable(where, T("its labels aren't UTF-8 text.")) from error


def _whole(array: Stored, where: Text | str, notes: list[Text]) -> NDArray[np.int64]:
    values = array.astype(np.float64)
    lost = ~np.isfinite(values)
    if lost.any():
        raise unusable(
            where,
            T(
                "{count} of {total} labels are NaN or infinite, the first at position {index}. "
                "Every picture needs a class; leave those pictures out.",
                count=int(lost.sum()),
                total=len(values),
                index=int(lost.argmax()),
            ),
        )
    wrong = (values != np.rint(values)) | (np.abs(values) >= _EXACT)
    if wrong.any():
        index = int(wrong.argmax())
        raise unusable(
            where,
            T(
                "the label at position {index} is {label}, no whole number. Classes are numbered "
                "or named; measurements can't be learned here.",
                index=index,
                label=float(values[index]),
            ),
        )
    notes.append(T("{where} has floats; they are whole, so they were made numbers.", where=where))
    return values.astype(np.int64)


def _strings(read: Sequence[_Flat], present: NDArray[Any], notes: list[Text]) -> Coded:
    classes = present[present != ""]
    _check_count(len(classes), sum(len(one.values) for one in read))
    notes.append(
        T("The labels are words; {count} classes are in alphabetical order.", count=len(classes))
    )
    codes = tuple(_numbered(one.values, classes) for one in read)
    return Coded(codes, tuple(classes.tolist()), tuple(notes))


def _numbers(
    read: Sequence[NDArray[np.int64]],
    present: NDArray[np.int64],
    names: Sequence[str],
    options: Options,
    where: Text | str,
    notes: list[Text],
) -> Coded:
    _check_count(len(present), sum(map(len, read)))
    questions: tuple[Question, ...] = ()
    if present[0] < 0:
        question = _about_negative(read, present, where)
        questions = (question,)
        chosen = options.get(NEGATIVE, question.guess)
        if chosen not in (OUT, CLASS):
            raise BadInput(
                T(
                    "{option} can't be {value}; it can be {choices}.",
                    option=NEGATIVE,
                    value=repr(chosen)[:60],
                    choices=f"{OUT}, {CLASS}",
                )
            )
        if chosen == OUT:
            present = present[present >= 0]
    if names and len(present) and present[0] >= 0 and present[-1] < len(names):
        present = np.arange(len(names))  # also classes that have no picture
    named = _naming(names, present, notes)
    if len(present) and not np.array_equal(present, np.arange(len(present))):
        notes.append(
            T(
                "The labels are {labels}; they became 0 to {last} in this order.",
                labels=_listed(present.tolist()),
                last=len(present) - 1,
            )
        )
    codes = tuple(_numbered(values, present) for values in read)
    return Coded(codes, tuple(map(named, present.tolist())), tuple(notes), questions)


def _numbered(values: NDArray[Any], present: NDArray[Any]) -> NDArray[np.int32]:
    """The place of each value in `present`, sorted; −1 for one that isn't there."""
    if not len(present):
        return np.full(len(values), -1, np.int32)
    places = np.minimum(np.searchsorted(present, values), len(present) - 1)
    return np.where(present[places] == values, places, -1).astype(np.int32)


def _naming(
    names: Sequence[str], present: NDArray[np.int64], notes: list[Text]
) -> Callable[[int], str]:
    """How a label is called."""
    if not names or not len(present):
        return str
    low, high = int(present[0]), int(present[-1])
    if low >= 0 and high < len(names):
        return lambda label: names[label]
    if low >= 1 and high == len(names):
        return lambda label: names[label - 1]
    notes.append(
        T(
            "There are {count} class names, but labels from {low} to {high}; the names weren't "
            "used.",
            count=len(names),
            low=low,
            high=high,
        )
    )
    return str


def _about_negative(
    read: Sequence[NDArray[np.int64]], present: NDArray[np.int64], where: Text | str
) -> Question:
    count = sum(int((values < 0).sum()) for values in read)
    unlabelled = int((present < 0).sum()) == 1 and len(present) > 2
    return Question(
        NEGATIVE,
        TN(
            "{where} has a negative label ({labels}). Often −1 means that a picture has no label.",
            "{where} has {count} negative labels ({labels}). Often −1 means that a picture has no "
            "label.",
            count,
            where=where,
            labels=_listed(present[present < 0].tolist()),
        ),
        (
            Choice(OUT, T("Leave those pictures out")),
            Choice(CLASS, T("They are classes like the others")),
        ),
        OUT if unlabelled else CLASS,
    )


def _check_count(classes: int, pictures: int) -> None:
    if classes > MOST_CLASSES or (classes > 1000 and 2 * classes > pictures):
        raise BadInput(
            T(
                "The labels have {count} different values for {pictures} pictures: they are "
                "numbers or names of pictures rather than classes. Choose the array or column that "
                "says the class.",
                count=classes,
                pictures=pictures,
            )
        )


def _listed(labels: list[int]) -> str:
    shown = [str(label).replace("-", "−") for label in labels]
    return ", ".join(shown if len(shown) <= 12 else [*shown[:10], "…", shown[-1]])
