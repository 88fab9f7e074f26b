"""Somebody's own pictures, from a folder to a trained network, on the command line alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from tests.e2e.test_command_line import cnnstudio, printed

COLOURS = {"circle": "red", "square": "lime", "삼각형": "blue"}


def draw(shape: str, random: np.random.RandomState) -> Image.Image:
    picture = Image.new("RGB", (24, 24), tuple(random.randint(0, 60, 3).tolist()))
    x, y = random.randint(2, 10, 2).tolist()
    size = int(random.randint(8, 13))
    brush = ImageDraw.Draw(picture)
    if shape == "circle":
        brush.ellipse((x, y, x + size, y + size), COLOURS[shape])
    elif shape == "square":
        brush.rectangle((x, y, x + size, y + size), COLOURS[shape])
    else:
        brush.polygon([(x, y + size), (x + size, y + size), (x + size / 2, y)], COLOURS[shape])
    return picture


def test_a_folder_becomes_a_trained_network(tmp_path: Path) -> None:
    random = np.random.RandomState(9)
    folder, path, run = tmp_path / "shapes", tmp_path / "shapes.cnnstudio", tmp_path / "run"
    for shape in COLOURS:
        (folder / shape).mkdir(parents=True)
        for number in range(40):
            draw(shape, random).save(folder / shape / f"{number}.png")
    said = printed(
        cnnstudio(tmp_path, "data", str(folder), "--test", "0.2", "-o", str(path), "--json")
    )
    assert {one["class"] for one in said["classes"]} == set(COLOURS)
    assert {one["level"] for one in said["findings"]} <= {"good", "note"}
    trained = printed(
        cnnstudio(tmp_path, "train", str(path), "--run-dir", str(run), "--epochs", "1", "--json")
    )
    assert trained["stopped"] == "finished"
    assert 0 <= trained["val_accuracy"] <= 1
