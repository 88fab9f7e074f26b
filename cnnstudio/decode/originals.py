"""One picture of a person's data, as its file has it."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnstudio.core.data.cache import open_cached
from cnnstudio.core.data.catalogue import open_catalogue
from cnnstudio.core.data.orders import LARGEST_SHOWN, PictureOrder
from cnnstudio.core.data.parts import own_pool_name
from cnnstudio.core.data.walking import unreadable
from cnnstudio.core.data.whereabouts import Whereabouts, place_of
from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import T
from cnnstudio.decode.files import Unusable, read_regular
from cnnstudio.decode.members import read_member
from cnnstudio.decode.pictures import as_input, as_shown, decode_picture, read_picture, strict
from cnnstudio.decode.sources.archive import opened_plain


def picture_of(order: PictureOrder) -> NDArray[np.uint8]:
    """The picture that an order asks for, uint8, shape (rows, columns, 1 or 3).

    Raises:
        BadInput: When it can't be read, or isn't there any more.
    """
    if not order.data:
        return decode_picture(order.path, order.shape, order.fit)
    place = place_of(order.path, order.options, order.data)
    if place is None or not (len(place.picks) or len(place.spans)):
        return _from_pool(order)
    try:
        content = _content(place, order.index)
        with strict():
            image = read_picture(io.BytesIO(content)).image
    except Unusable as error:
        raise _gone(order, error) from error
    except OSError as error:
        raise _gone(order, Unusable(unreadable(error))) from error
    if order.shape is not None:
        return as_input(image, order.shape, order.fit)

    return as_shown(image, LARGEST_SHOWN)


def _content(place: Whereabouts, index: int) -> bytes:
    if len(place.picks):
        return read_regular(os.fsencode(Path(place.root) / place.files[int(place.picks[index])]))
    with opened_plain(Path(place.path)) as archive:
        return read_member(archive, *place.spans[index].tolist())


def _from_pool(order: PictureOrder) -> NDArray[np.uint8]:
    """A picture that was an array already: the pool has it as it is."""
    catalogue = open_catalogue(order.data)
    pool = open_cached(own_pool_name(catalogue.facts)) if catalogue is not None else None
    if pool is None or not order.index < len(pool):
        raise BadInput(
            T(
                "The pictures of {data} aren't in the cache any more. Have them read again in the "
                "Data workspace.",
                data=str(order.path),
            )
        )
    picture = np.asarray(pool[order.index])
    if order.shape is None:
        return picture
    image = Image.fromarray(picture[..., 0] if picture.shape[2] == 1 else picture)
    return as_input(image, order.shape, order.fit)


def _gone(order: PictureOrder, error: Unusable) -> BadInput:
    catalogue = open_catalogue(order.data)
    name = catalogue.names[order.index] if catalogue is not None else str(order.index)
    return BadInput(
        T(
            "{name} in {data} can't be used. {reason}",
            name=name,
            data=str(order.path),
            reason=error.reason,
        )
    )
