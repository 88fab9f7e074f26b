"""No verb runs code of a project's own layers that isn't trusted; only train can be told to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cnnstudio.cli import train
from cnnstudio.cli.main import main
from cnnstudio.core.storage.trust import TrustStore
from cnnstudio.protocol.client import EngineClient
from cnnstudio.protocol.messages import StartRun
from tests.fakes.own_layers import canary_program


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def start(_client: EngineClient) -> None:
        raise AssertionError("an engine was started")

    monkeypatch.setattr(EngineClient, "start", start)
    monkeypatch.setenv("CNNSTUDIO_DATA", str(tmp_path / "data"))
    for name in ("CNNSTUDIO_LANGUAGE", "LANGUAGE"):
        monkeypatch.setenv(name, "en")


def test_only_train_with_its_flag_trusts_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    left, program, project = tmp_path / "left", tmp_path / "p.py", str(tmp_path / "p.cnnstudio")
    program.write_text(canary_program(left), encoding="utf-8")
    assert main(["import", str(program), "-o", project, "--json"]) == 0
    assert '"opaque":["canary"]' in capsys.readouterr().out.replace(" ", "")
    assert main(["summary", project]) == 2  # its shapes are unknown
    assert main(["code", project, "--model-only"]) == 0
    assert "class Canary(keras.layers.Layer):" in capsys.readouterr().out
    asked: list[Any] = []
    monkeypatch.setattr(train, "follow", lambda request, *_, **__: asked.append(request) or 0)
    arguments = ["train", project, "--run-dir", str(tmp_path / "run")]
    assert main(arguments) == 2
    assert "--trust-code" in capsys.readouterr().err
    assert TrustStore.of_person().entries() == ()
    assert asked == []
    assert main([*arguments, "--trust-code"]) == 0
    assert "You trust this code of the class Canary" in capsys.readouterr().err
    assert isinstance(asked[0], StartRun)
    (entry,) = TrustStore.of_person().entries()
    assert entry.classes == ("Canary",)
    assert not left.exists()
