"""What needs no Keras to be refused is refused before an engine is started."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnnstudio.cli.main import main
from cnnstudio.core.storage.project_file import save_project
from cnnstudio.core.storage.samples import load_project_argument
from cnnstudio.protocol.client import EngineClient
from tests.core.storage.test_run_folder import STATE, WEIGHTS, RunFolder

Change = Callable[[dict[str, Any]], object]


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_client: EngineClient) -> None:
        raise AssertionError("an engine was started")

    monkeypatch.setattr(EngineClient, "start", start)
    for name in ("CNNSTUDIO_LANGUAGE", "LANGUAGE"):
        monkeypatch.setenv(name, "en")


def layer(project: dict[str, Any], name: str) -> dict[str, Any]:
    """The parameters of a layer."""
    found = next(each for each in project["network"]["layers"] if each["name"] == name)
    params: dict[str, Any] = found["params"]
    return params


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """What is said of arguments that are bad input; nothing goes to stdout."""
    assert main([*arguments, "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err


def without_flatten(project: dict[str, Any]) -> None:
    links = project["network"]["links"]
    links[3]["target"] = links[4]["target"]
    del links[4], project["network"]["layers"][4]


def bring_weights(project: dict[str, Any]) -> None:
    weights = {"file": "a" * 64, "layer": 0, "shapes": [[3, 3, 1, 32], [32]]}
    project["network"]["layers"][1]["weights"] = weights


def freeze_all(project: dict[str, Any]) -> None:
    for node in project["network"]["layers"]:
        node["frozen"] = True


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: p["training"].update(batch_size=0), "training.batch_size can't be 0"),
        (lambda p: p["training"]["optimizer"].update(learning_rate=-1), "learning_rate can't be -"),
        (lambda p: p["training"].update(epochs="many"), 'can\'t be "many"'),
        (without_flatten, "Put Flatten"),
        (lambda p: layer(p, "dense_2").update(units=7), "Give the last Dense layer 10 units"),
        (lambda p: layer(p, "dense_2").update(activation="relu"), "without softmax"),
        (bring_weights, "The weights that conv2d_1 came with aren't on this computer"),
        (freeze_all, "Thaw at least one, such as dense_2"),
        (lambda p: layer(p, "input_1").update(shape=[32, 32, 3]), "Set the data's size to 32×32"),
        (lambda p: p["network"]["links"].pop(4), "link a layer to it"),
        (
            lambda p: p["network"]["links"].append({"source": "n2", "target": "n2"}),
            "Remove the link",
        ),
        (
            lambda p: p["network"]["links"].append({"source": "no", "target": "n2", "slot": 1}),
            "Remove the link",
        ),
        (lambda p: p["network"]["layers"][1].update(kind="lambda"), "replace or delete it"),
        (lambda p: p["network"].update(layers=[], links=[]), "starts with an Input"),
    ],
)
def test_a_project_that_cant_be_trained(
    change: Change, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "net.cnnstudio"
    assert main(["new", "sample:lecture-cnn", "-o", str(file)]) == 0
    project = json.loads(file.read_bytes())
    change(project)
    file.write_text(json.dumps(project))
    capsys.readouterr()
    assert said in refused(["train", str(file), "--run-dir", str(tmp_path / "run")], capsys)
    assert not (tmp_path / "run").exists()


def test_a_seed_that_the_batches_dont_fit_above(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["train", "sample:dense-only", "--run-dir", str(tmp_path / "run")]
    assert "training.seed" in refused([*asked, "--seed", str(2**32 - 1)], capsys)


def test_a_run_folder_that_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    for folder, said in ((tmp_path, "isn't empty"), (tmp_path / "file", "already taken")):
        assert said in refused(["train", "sample:dense-only", "--run-dir", str(folder)], capsys)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_resume_with_nothing_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = load_project_argument("sample:dense-only")
    run = RunFolder.create(tmp_path / "run", project, epochs=1, seed=0, backend="tensorflow")
    run.checkpoints.write(1, WEIGHTS, state=STATE, meta={"epoch": 1})
    for more in ([], ["--epochs", "1"]):
        said = refused(["resume", str(run.path), *more], capsys)
        assert "already has 1 epoch, and" in said


def own_data(project: dict[str, Any]) -> None:
    project["network"]["layers"][-1]["params"]["units"] = 2
    project["data"] = {
        "source": "imported",
        "imported": {
            "path": "../pets",
            "digest": "0" * 64,
            "classes": ["cats", "dogs"],
            "shape": [28, 28, 1],
            "counts": [200, 0, 0, 0],
        },
    }


def test_own_pictures_that_are_gone_are_told_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNSTUDIO_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "work" / "p.cnnstudio"
    file.parent.mkdir()
    save_project(load_project_argument("sample:lecture-cnn"), file)
    project = json.loads(file.read_text(encoding="utf-8"))
    own_data(project)
    file.write_text(json.dumps(project), encoding="utf-8")
    said = refused(["train", str(file), "--run-dir", str(tmp_path / "run")], capsys)
    assert f"{tmp_path / 'pets'} is gone" in said
    assert "Data workspace" in said
