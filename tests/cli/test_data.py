"""data: the report on somebody's pictures, and a project with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnnstudio.cli import data
from cnnstudio.cli.main import main
from cnnstudio.core.data.questions import Choice, Question
from cnnstudio.core.storage.project_file import load_project
from cnnstudio.core.text import T
from cnnstudio.protocol.scanning import Scanned


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def places(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNSTUDIO_CACHE", str(cache))
    monkeypatch.setenv("CNNSTUDIO_DATA", str(tmp_path / "data"))


@pytest.fixture(scope="module")
def pets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve pictures of two classes: one there twice, one damaged, and one of another size."""
    folder = tmp_path_factory.mktemp("내 사진 {x}")
    random = np.random.RandomState(4)
    for label, count in (("cats", 8), ("개", 4)):
        (folder / label).mkdir()
        for number in range(count):
            picture = random.randint(0, 256, (12, 12, 3)).astype(np.uint8)
            Image.fromarray(picture).save(folder / label / f"{number}.png")
    Image.open(folder / "cats" / "0.png").resize((24, 12)).save(folder / "cats" / "7.png")
    (folder / "개" / "again.png").write_bytes((folder / "cats" / "1.png").read_bytes())
    (folder / "cats" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n nothing more")
    return folder


def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    value: dict[str, Any] = json.loads(out)
    return value


def test_the_report_as_json_and_a_project(
    pets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "내 동물.cnnstudio"
    assert main(["data", str(pets), "--json", "-o", str(path)]) == 0
    said = printed(capsys)
    assert (said["source"], said["kind"], said["path"]) == ("imported", "folder", str(pets))
    assert (said["pictures"], said["ignored"], said["project"]) == (13, 0, str(path))
    rows = {row["class"]: row["train"] + row["validation"] + row["test"] for row in said["classes"]}
    assert rows == {"cats": 8, "개": 5}
    assert sum(said["split"].values()) == 13
    assert [row["file"] for row in said["refused"]] == ["cats/broken.png"]
    assert said["duplicates"]["equal"] == [["cats/1.png", "개/again.png"]]
    assert said["sizes"]["commonest"] == [12, 12]
    assert said["sizes"]["largest"] == [12, 24]
    assert said["modes"] == {"RGB": 13}
    found = {row["id"]: row for row in said["findings"]}
    assert {"files.refused", "duplicates.classes", "sizes.stretched"} <= set(found)
    assert found["sizes.stretched"]["change"] == {"field": "data.fit", "value": "pad"}
    project = load_project(path)
    assert project.data.imported is not None
    assert project.data.imported.classes == ("cats", "개")
    assert project.network.layers[-1].values["units"] == 2
    assert project.name == "내 동물"
    before = path.read_bytes()
    assert main(["data", str(pets), "-o", str(path)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_the_report_for_a_person(pets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    size = ["--size", "8x8", "--fit", "pad", "--validation", "0.25", "--test", "0.25"]
    assert main(["data", str(pets), *size]) == 0
    out, err = capsys.readouterr()
    assert "13 pictures of" in out
    assert "✗" not in out
    assert "! 1 file can't be used" in out
    assert "cats/broken.png" in out
    (row,) = (line for line in out.splitlines() if line.startswith("cats "))
    train, validation, test = (int(cell) for cell in row.split()[1:4])
    assert (train + validation + test, test) == (8, 2)
    assert [row.count(cell) for cell in "█▒░"] == [4 * train, 4 * validation, 4 * test]
    assert err == ""


def test_a_shipped_set(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "clothes.cnnstudio"
    assert main(["data", "fashion_mnist", "--json", "-o", str(path)]) == 0
    said = printed(capsys)
    assert said["split"] == {"train": 54_000, "validation": 6_000, "test": 10_000}
    assert said["classes"][9] == {
        "class": "Ankle boot",
        "train": 5400,
        "validation": 600,
        "test": 1000,
        "weight": 1.0,
    }
    assert {"files.read", "balance.even"} <= {row["id"] for row in said["findings"]}
    assert not {"warning", "blocker"} & {row["level"] for row in said["findings"]}
    assert load_project(path).data.source == "fashion_mnist"


def test_a_set_that_isnt_here_is_downloaded_first(
    pets: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def download(name: str, *, progress: Callable[[int, int], None]) -> Path:
        progress(1, 0)
        assert name == "mnist"
        return pets

    monkeypatch.setattr(data, "download", download)
    assert main(["data", "mnist", "--json"]) == 0
    assert printed(capsys)["pictures"] == 13


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([""], "SOURCE"),
        (["nowhere"], "nowhere"),
        (["fashion_mnist", "--test", "0.1"], "--test"),
        (["fashion_mnist", "--set", "x=a"], "--set"),
        (["x", "--size", "0x3"], "64x64"),
        (["x", "--size", "9999x3"], "4,096"),
        (["x", "--validation", "1"], "--validation"),
        (["x", "--test", "nan"], "--test"),
        (["x", "--set", "x"], "KEY=VALUE"),
        (["x", "--fit", "squeeze"], "--fit"),
    ],
)
def test_what_cant_be_read_is_told(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["data", *arguments]) == 2
    assert words in capsys.readouterr().err


class Asking:
    """Asks two questions until they are answered, then whether it is sure; ends there."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def __call__(self, path: Path, *, options: dict[str, Any], **_: Any) -> Scanned:
        self.asked.append(dict(options))
        arrays = tuple(Choice(name, name) for name in ("a", "b"))
        if "x" not in options:
            none = Choice("", T("None"))
            return Scanned(
                questions=(
                    Question("x", T("Which array of {file}?", file=str(path)), arrays),
                    Question("x_test", T("Which for testing?"), (none, *arrays), ""),
                )
            )
        return Scanned(
            questions=(
                Question("sure", T("Sure?"), (Choice(True, T("yes")), Choice(False, T("no")))),
            )
        )


def test_a_question_is_refused_with_the_options_that_answer_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = Asking()
    monkeypatch.setattr(data, "scan", asking)
    assert main(["data", "x.npz"]) == 2
    said = capsys.readouterr().err
    assert "Which array of x.npz?" in said
    assert "--set x=a, --set x=b" in said
    assert main(["data", "x.npz", "--set", "x=c"]) == 2
    assert "--set x=b" in capsys.readouterr().err
    assert main(["data", "x.npz", "--set", "x=b"]) == 2
    assert "--set sure=true" in capsys.readouterr().err
    assert asking.asked[-1] == {"x": "b", "x_test": ""}
    assert main(["data", "x.npz", "--set", "x=b", "--set", "sure=true"]) == 2
    assert asking.asked[-1] == {"x": "b", "x_test": "", "sure": True}


def test_ctrl_c_is_an_exit_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any, **__: Any) -> Scanned:
        raise KeyboardInterrupt

    monkeypatch.setattr(data, "scan", interrupted)
    assert main(["data", "x"]) == 130
    assert "Stopped." in capsys.readouterr().err


def test_data_that_cant_train_makes_no_project(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "pets"
    for name, colour in (("cats", 10), ("dogs", 200)):
        for part in ("val", "test"):
            (folder / part / name).mkdir(parents=True)
            Image.new("L", (6, 6), colour).save(folder / part / name / "1.png")
    path = tmp_path / "pets.cnnstudio"
    assert main(["data", str(folder), "-o", str(path), "--json"]) == 2
    assert printed(capsys)["project"] is None
    assert not path.exists()


def test_names_cant_play_with_the_terminal() -> None:
    from cnnstudio.cli.data_report import plain

    assert plain("a\x1b[2Jb\n개") == "a\\x1b[2Jb\\n개"
