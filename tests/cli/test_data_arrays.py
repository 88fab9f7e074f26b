"""data: arrays, what was found and converted in them, and answers to what was assumed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnstudio.cli.main import main
from cnnstudio.core.storage.project_file import load_project
from tests.fakes.source_files import cifar100, tarred


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNSTUDIO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CNNSTUDIO_DATA", str(tmp_path / "person"))


def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(capsys.readouterr().out)
    return value


def test_what_was_converted_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values = np.random.default_rng(2).random((40, 8, 8, 3), np.float32)
    values[7, 0, 0, 0] = np.nan
    np.savez(tmp_path / "a.npz", x=values, y=np.arange(40) % 4 + 1)
    assert main(["data", str(tmp_path / "a.npz"), "--json"]) == 0
    report = printed(capsys)
    (found,) = (one for one in report["findings"] if one["id"] == "files.converted")
    assert "The labels are 1, 2, 3, 4; they became 0 to 3" in found["detail"]
    assert "The values (float32, 0 to 1) were made whole numbers" in found["detail"]
    assert [one["file"] for one in report["refused"]] == ["pictures/7"]


def test_what_was_assumed_can_be_answered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, project = tarred(tmp_path / "cifar.tar.gz", cifar100(40)), tmp_path / "a.cnnstudio"
    assert main(["data", str(archive), "--set", "labels=coarse", "-o", str(project), "--json"]) == 0
    report = printed(capsys)
    assert [one["class"] for one in report["classes"]][:2] == ["coarse 0", "coarse 1"]
    own = load_project(project).data.imported
    assert own is not None
    assert own.options == {"labels": "coarse"}
    assert main(["data", str(archive), "--set", "labels=medium"]) == 2
    assert "--set labels=fine, --set labels=coarse" in capsys.readouterr().err
    assert main(["data", str(archive), "--set", "depth=3"]) == 2
    assert "leaves nothing open that depth would answer" in capsys.readouterr().err
