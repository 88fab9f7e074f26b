"""Makes the Emoji set: small colour pictures in ten classes, for everything about colour, offline.

``python packaging/emoji_set.py GOOGLE TWITTER OUT`` takes the unpacked npm packages
``emoji-datasource-google`` and ``emoji-datasource-twitter`` (of one version) and writes
``emoji.npz``: for "train" and "test" each the pictures (uint8, shape (n, 32, 32, 3)), their labels
and their groups. A group is one emoji; its drawings by both vendors are in one part, or a network
would be tested on pictures it has all but seen. The same packages give the same bytes.

The pictures are those of 64×64, on white, made smaller by Pillow's box filter (2×2 means).
"""

from __future__ import annotations

import argparse
import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 32
CLASSES: dict[str, tuple[str, ...]] = {
    "face": ("face-", "cat-face", "monkey-face"),
    "person": (
        "person-role",
        "person-activity",
        "person-sport",
        "person-fantasy",
        "person-gesture",
    ),
    "animal": ("animal-",),
    "plant": ("plant-",),
    "food": ("food-", "drink"),
    "vehicle": ("transport-ground", "transport-water", "transport-air"),
    "place": ("place-",),
    "clothing": ("clothing",),
    "object": (
        "tool",
        "household",
        "office",
        "writing",
        "music",
        "musical-instrument",
        "phone",
        "computer",
        "light-video",
        "book-paper",
        "money",
        "mail",
        "science",
        "medical",
        "sport",
        "game",
        "dishware",
    ),
    "flag": ("country-flag", "subdivision-flag"),
}
"""How the subcategories of Unicode that belong to a class begin."""
VENDORS = ("google", "twitter")
TEST_IN = 6
"""One group in so many is for testing."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("google", type=Path)
    parser.add_argument("twitter", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    folders = dict(zip(VENDORS, (options.google, options.twitter), strict=True))
    emoji = json.loads((options.google / "emoji.json").read_text(encoding="utf-8"))
    emoji.sort(key=lambda one: one["sort_order"])
    found = list(drawings(emoji, folders))
    arrays: dict[str, NDArray[Any]] = {}
    for part, wanted in (("train", False), ("test", True)):
        chosen = [(p, label, group) for p, label, group in found if is_test(group) == wanted]
        arrays[f"{part}_pictures"] = np.stack([picture for picture, _, _ in chosen])
        arrays[f"{part}_labels"] = np.array([label for _, label, _ in chosen], np.uint8)
        arrays[f"{part}_groups"] = np.array([group for _, _, group in chosen], np.uint16)
        counts = np.bincount(arrays[f"{part}_labels"], minlength=len(CLASSES))
        print(part, dict(zip(CLASSES, counts.tolist(), strict=True)), counts.sum())
    write(options.out, arrays)
    print(f"{options.out}: {options.out.stat().st_size / 2**20:.1f} MiB")


def drawings(
    emoji: list[dict[str, Any]], folders: dict[str, Path]
) -> Iterator[tuple[NDArray[np.uint8], int, int]]:
    """Every drawing with its label and its group, in the order of Unicode; none of them twice.

    Some flags are those of two places.
    """
    seen = set()
    for group, one in enumerate(emoji):
        label = label_of(one["subcategory"])
        if label is None:
            continue
        for vendor in VENDORS:
            path = folders[vendor] / "img" / vendor / "64" / one["image"]
            if not one[f"has_img_{vendor}"] or not path.exists():
                continue
            drawing = picture(path)
            if (content := drawing.tobytes()) not in seen:
                seen.add(content)
                yield drawing, label, group


def label_of(subcategory: str) -> int | None:
    """The class of a subcategory of Unicode; None if it is in none."""
    for label, beginnings in enumerate(CLASSES.values()):
        if subcategory.startswith(beginnings):
            return label
    return None


def is_test(group: int) -> bool:
    """Whether a group is for testing; as random as a checksum, and always the same."""
    return zlib.crc32(group.to_bytes(2, "big")) % TEST_IN == 0


def picture(path: Path) -> NDArray[np.uint8]:
    """A drawing on white, shape (32, 32, 3)."""
    with Image.open(path) as image:
        solid = image.convert("RGBA")
    white = Image.new("RGBA", solid.size, (255, 255, 255, 255))
    small = Image.alpha_composite(white, solid).convert("RGB")
    return np.asarray(small.resize((SIDE, SIDE), Image.Resampling.BOX))


def write(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Writes an ``.npz`` that says nothing of when it was made."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            body = io.BytesIO()
            np.lib.format.write_array(body, array, version=(1, 0), allow_pickle=False)
            archive.writestr(
                zipfile.ZipInfo(f"{name}.npy"), body.getvalue(), zipfile.ZIP_DEFLATED, 9
            )


if __name__ == "__main__":
    main()
