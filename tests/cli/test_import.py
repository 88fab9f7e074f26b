"""import: code, notebooks and saved models as project files."""

from __future__ import annotations

import json
import signal
import sys
import threading
from pathlib import Path

import psutil
import pytest

from cnnstudio.cli.main import main
from cnnstudio.core.analysis import analyse
from cnnstudio.core.storage.project_file import load_project
from cnnstudio.core.storage.project_weights import read_weights, weights_beside
from cnnstudio.core.storage.weights_store import WeightsStore
from cnnstudio.protocol import inspecting
from tests.fakes.model_files import arrays_of_small, weights_file, write_keras

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
    source.write_text("x = Dense(len(names))(Input((4,)))", encoding="utf-8")
    sized = tmp_path / "sized.cnnstudio"
    assert main(["import", str(source), "-o", str(sized), "--set", "len(names)=7"]) == 0
    assert load_project(sized).network.layers[-1].params["units"] == 7


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


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the person's data, weights among them."""
    monkeypatch.setenv("CNNSTUDIO_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.mark.usefixtures("mine")
def test_a_saved_model_becomes_a_project_with_its_weights(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arrays = arrays_of_small()
    del arrays["conv"]
    source = write_keras(tmp_path / "내 모델.keras", weights=weights_file(arrays))
    path = tmp_path / "net.cnnstudio"
    assert main(["import", str(source), "-o", str(path), "--json"]) == 0
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert result.pop("warnings") == [err.strip()]
    assert "conv" in err
    assert result == {
        "project": str(path),
        "source": str(source),
        "layers": 4,
        "opaque": [],
        "weights": {"loaded": 1, "missing": ["conv"]},
        "ignored": [],
    }
    analysis = analyse(load_project(path).network)
    folder = weights_beside(path)
    store = WeightsStore(tmp_path / "nobody's")
    weights = read_weights(analysis, store, folder)
    ((kernel, bias),) = weights.values()
    assert (kernel == arrays["dense"][0]).all()
    assert (bias == arrays["dense"][1]).all()


@pytest.mark.usefixtures("mine")
def test_a_refused_model_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mine: Path
) -> None:
    source, path = tmp_path / "a.keras", tmp_path / "net.cnnstudio"
    source.write_bytes(b"no model")
    assert main(["import", str(source), "-o", str(path)]) == 2
    assert "isn't a Keras model" in capsys.readouterr().err
    assert not path.exists()
    assert not mine.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is another thing on Windows")
@pytest.mark.usefixtures("mine")
def test_ctrl_c_stops_an_import(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sleeps = [sys.executable, "-c", "import time; time.sleep(60)"]
    monkeypatch.setattr(inspecting, "inspector_command", lambda *_: sleeps)
    begun = threading.Event()
    monkeypatch.setattr(inspecting, "_written", lambda _folder: begun.set() or 0)

    def interrupt() -> None:
        if begun.wait(60):
            signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        path = tmp_path / "net.cnnstudio"
        assert main(["import", str(write_keras(tmp_path / "a.keras")), "-o", str(path)]) == 130
    finally:
        begun.set()
        thread.join()
        signal.signal(signal.SIGINT, before)
    assert "Stopped." in capsys.readouterr().err
    assert not psutil.Process().children()
    assert not path.exists()


def test_code_without_a_layer_or_a_setting_makes_no_project(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, path = tmp_path / "a.py", tmp_path / "a.cnnstudio"
    source.write_text("print('hello')\n", encoding="utf-8")
    assert main(["import", str(source), "-o", str(path), "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "a.py has no layer" in err
    assert not path.exists()
