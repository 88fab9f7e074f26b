"""How long 60,000 small JPEG files take to be scanned, as a multiple of Keras reading them once.

    python -m tests.benchmarks.scan_speed --pairs 5

Keras' `image_dataset_from_directory` lists the files, decodes and forgets them; the studio also
checks and fingerprints them and keeps them in its cache, in an empty one each time. In turn, in the
same run, both with all cores; what Keras takes to be imported isn't counted, the studio's processes
are. Then the same folder is opened again, which must take less than a second.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from cnnstudio.protocol.scanning import scan

CLASSES = 10
BOUND = 1.2


def make_pictures(folder: Path, count: int) -> None:
    """Writes JPEG files of 32×32 with some structure, in folders of ten classes."""
    random = np.random.RandomState(0)
    for label in range(CLASSES):
        (folder / f"class {label}").mkdir(parents=True)
    for number in range(count):
        coarse = random.randint(0, 256, (8, 8, 3), np.uint8)
        picture = Image.fromarray(coarse).resize((32, 32), Image.Resampling.BICUBIC)
        picture.save(folder / f"class {number % CLASSES}" / f"{number:06}.jpg", quality=90)


def keras_reads(folder: Path) -> None:
    """Lists and decodes all files as Keras does, with its own defaults."""
    import keras

    data = keras.utils.image_dataset_from_directory(folder, image_size=(32, 32), verbose=False)
    for _batch in data:
        pass


def studio_scans(folder: Path) -> None:
    """Scans with an empty cache."""
    with tempfile.TemporaryDirectory() as cache:
        os.environ["CNNSTUDIO_CACHE"] = cache
        assert scan(folder).imported is not None


def seconds(work: Callable[[Path], None], folder: Path) -> float:
    start = time.perf_counter()
    work(folder)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=int, default=60_000)
    parser.add_argument("--pairs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "pictures"
        make_pictures(folder, options.pictures)
        seconds(keras_reads, folder)  # both warm: Keras imported, the files in memory
        ratios = []
        for pair in range(options.pairs):
            keras_took, took = seconds(keras_reads, folder), seconds(studio_scans, folder)
            ratios.append(took / keras_took)
            print(f"{pair + 1}: Keras {keras_took:.2f} s, studio {took:.2f} s, {ratios[-1]:.2f}")
        os.environ["CNNSTUDIO_CACHE"] = str(Path(name) / "cache")
        scan(folder)
        again = [seconds(lambda where: scan(where) and None, folder) for _ in range(3)]
        print(f"median {statistics.median(ratios):.2f} of at most {BOUND}")
        print(f"opened again in {statistics.median(again):.2f} s of at most 1 s")


if __name__ == "__main__":
    main()
