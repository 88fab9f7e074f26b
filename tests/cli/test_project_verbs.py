"""new, summary and code: the verbs that need no engine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnstudio.cli.main import main
from cnnstudio.core.storage.arrays import write_arrays
from cnnstudio.core.storage.weights_store import WeightsStore

LECTURE = [
    ("input_1", [None, 28, 28, 1], 0, [1, 1]),
    ("conv2d_1", [None, 28, 28, 32], 320, [3, 3]),
    ("conv2d_2", [None, 26, 26, 64], 18_496, [5, 5]),
    ("max_pooling2d", [None, 13, 13, 64], 0, [6, 6]),
    ("flatten", [None, 10_816], 0, [28, 28]),
    ("dense_1", [None, 100], 1_081_700, [28, 28]),
    ("dropout", [None, 100], 0, [28, 28]),
    ("dense_2", [None, 10], 1_010, [28, 28]),
]


def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    value: dict[str, Any] = json.loads(out)
    return value


def test_summary_is_the_lectures_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", "sample:lecture-cnn", "--json"]) == 0
    summary = printed(capsys)
    rows = [
        (row["name"], row["output_shape"], row["params"], row["receptive_field"])
        for row in summary["layers"]
    ]
    assert rows == LECTURE
    assert summary["total_params"] == summary["trainable_params"] == 1_101_526
    assert summary["non_trainable_params"] == 0
    assert summary["memory_bytes_per_image"] == 363_912
    assert summary["macs"] == 225_792 + 12_460_032 + 1_081_600 + 1_000
    second = summary["layers"][2]["formula"]
    assert second["params"] == "(3·3·32 + 1)·64 = 18496"
    assert "⌊(28 − 3) / 1⌋ + 1 = 26" in second["output_shape"]


def test_summary_for_a_person_has_the_same_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", "sample:lecture-cnn"]) == 0
    out = capsys.readouterr().out
    for number in ("1,081,700", "18,496", "10,816", "1,101,526", "363,912"):
        assert number in out


def test_an_untrainable_network_is_shown_and_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.cnnstudio"
    assert main(["new", "sample:lecture-cnn", "-o", str(path)]) == 0
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"kernel_size": 3', '"kernel_size": 99', 1), encoding="utf-8")
    capsys.readouterr()
    code = main(["summary", str(path), "--json"])
    out, err = capsys.readouterr()
    rows = json.loads(out)["layers"]
    assert len(rows) == 8
    if code == 0:  # `same` padding lets a large kernel pass
        assert rows[1]["params"] == 99 * 99 * 32 + 32
    path.write_text(text.replace('"filters": 64', '"filters": -64'), encoding="utf-8")
    assert main(["summary", str(path), "--json"]) == 2
    out, err = capsys.readouterr()
    rows = json.loads(out)["layers"]
    assert rows[1]["params"] == 320
    assert rows[2]["output_shape"] is None
    assert "conv2d_2" in err
    assert "filters" in err
    assert len(err.strip().splitlines()) == 1, "the layers below keep quiet"


def test_new_writes_a_project_that_opens(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "내 신경망 {x}.cnnstudio"
    assert main(["new", "sample:lecture-vgg-bn", "-o", str(path), "--json"]) == 0
    assert printed(capsys)["project"] == str(path)
    assert main(["summary", str(path), "--json"]) == 0
    assert printed(capsys)["non_trainable_params"] == 2 * 2 * (32 + 64 + 128)
    before = path.read_bytes()
    assert main(["new", "sample:lecture-cnn", "-o", str(path)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_new_says_why_it_cant_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "sample:lecture-cnn", "-o", str(tmp_path / "no" / "x.cnnstudio")]) == 2
    assert str(tmp_path / "no") in capsys.readouterr().err


def test_code_is_a_program_or_the_lectures_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["code", "sample:lecture-cnn", "--json"]) == 0
    program = printed(capsys)["code"]
    compile(program, "program.py", "exec")
    assert main(["code", "sample:lecture-cnn", "--model-only", "--json"]) == 0
    model = printed(capsys)["code"]
    assert "model = Model(inputs=input_tensor, outputs=output)" in model
    assert "model.fit" in program
    assert "fit" not in model
    path = tmp_path / "내 신경망.ipynb"
    assert main(["code", "sample:lecture-cnn", "--notebook", "-o", str(path)]) == 0
    assert str(path) in capsys.readouterr().out
    before = path.read_bytes()
    assert json.loads(before)["nbformat"] == 4
    assert main(["code", "sample:lecture-cnn", "-o", str(path)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert path.read_bytes() == before
    assert main(["code", "sample:lecture-cnn", "--notebook", "--model-only"]) == 2
    assert "--model-only" in capsys.readouterr().err


def test_a_summary_says_that_pictures_are_augmented(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, path = tmp_path / "a.py", tmp_path / "a.cnnstudio"
    source.write_text("g = ImageDataGenerator(rotation_range=20, vertical_flip=True)", "utf-8")
    assert main(["import", str(source), "-o", str(path)]) == 0
    main(["summary", str(path)])
    assert "augmented: Turn 20°, Flip up–down." in capsys.readouterr().out


def test_a_summary_never_imports_what_it_doesnt_need() -> None:
    look = (
        "import sys; from cnnstudio.cli.main import main; main(['summary', 'sample:lecture-cnn']);"
        "heavy = {'keras', 'tensorflow', 'torch', 'jax', 'PySide6', 'h5py', 'PIL'};"
        "sys.exit(', '.join(heavy & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_project_is_copied_with_its_weights_and_its_summary_says_what_is_frozen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNSTUDIO_DATA", str(tmp_path / "data"))
    shapes = ((3, 3, 1, 32), (32,))
    arrays = {f"0/{n}": np.zeros(shape, np.float32) for n, shape in enumerate(shapes)}
    write_arrays(tmp_path / "arrays", arrays)
    folder = tmp_path / "net.cnnstudio.files" / "weights"
    sha = WeightsStore(folder).put(tmp_path / "arrays")
    assert main(["new", "sample:lecture-cnn", "-o", str(tmp_path / "net.cnnstudio")]) == 0
    project = json.loads((tmp_path / "net.cnnstudio").read_bytes())
    weights = {"file": sha, "layer": 0, "shapes": shapes}
    project["network"]["layers"][1] |= {"frozen": True, "weights": weights, "note": "edges"}
    (tmp_path / "net.cnnstudio").write_text(json.dumps(project))
    copy = tmp_path / "copy.cnnstudio"
    assert main(["new", str(tmp_path / "net.cnnstudio"), "-o", str(copy)]) == 0
    assert [path.stem for path in (tmp_path / "copy.cnnstudio.files" / "weights").iterdir()] == [
        sha
    ]
    capsys.readouterr()
    assert main(["summary", str(copy)]) == 0
    said = capsys.readouterr().out
    assert "Conv2D, frozen" in said
    assert "(1,101,206 trainable)" in said
