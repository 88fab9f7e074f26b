"""import: code and notebooks as project files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cnnstudio.cli.main import main
from cnnstudio.core.storage.project_file import load_project

CODE = """\
i = Input((SIZE, SIZE, 3))
x = Secret()(i)
model = Model(i, Dense(10)(Flatten()(x)))
model.compile('sgd', 'sparse_categorical_crossentropy')
model.fit(a, b, epochs=3)
print('done')
"""


def test_code_becomes_a_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, path = tmp_path / "net.py", tmp_path / "net.cnnstudio"
    source.write_text(CODE, encoding="utf-8")
    assert main(["import", str(source), "-o", str(path), "--json"]) == 0
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert (result["layers"], result["opaque"]) == (4, ["secret"])
    assert result["weights"] == {"loaded": 0, "missing": []}
    assert {"line": 6, "what": "print('done')"} in result["ignored"]
    assert "SIZE" in result["warnings"][0]
    assert "SIZE" in err
    project = load_project(path)
    assert (project.data.size, project.data.colour) == ((32, 32), "rgb")
    assert (project.training.epochs, project.training.optimizer.name) == (3, "sgd")
    assert main(["import", str(source), "-o", str(path)]) == 2
    other = tmp_path / "other.cnnstudio"
    assert main(["import", str(source), "-o", str(other), "--set", "SIZE=28"]) == 0
    assert load_project(other).data.size is None


def test_what_can_not_be_imported_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(tmp_path / "net.cnnstudio")
    assert main(["import", "net.onnx", "-o", path]) == 2
    assert ".ipynb" in capsys.readouterr().err
    broken = tmp_path / "broken.py"
    broken.write_text("x = (", encoding="utf-8")
    assert main(["import", str(broken), "-o", path]) == 2
    assert "Line 1" in capsys.readouterr().err
    assert main(["import", str(broken), "-o", path, "--set", "1=2"]) == 2
    assert main(["import", str(broken), "-o", path, "--input", "a"]) == 2
    assert not Path(path).exists()
