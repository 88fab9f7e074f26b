"""A backbone's weights are downloaded as a job: with news, and stopped when it is cancelled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cnnstudio.core.backbones import BackboneChoice
from cnnstudio.engine import backbones
from cnnstudio.engine.context import Cancelled
from cnnstudio.protocol.messages import BuildBackbone, Downloading
from tests.fakes.tiny import RecordingContext


def test_a_download_tells_how_far_it_is_and_can_be_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    context = RecordingContext()
    asked: list[str] = []

    def fetch(url: str, _target: Path, _checksum: str, **given: Any) -> None:
        asked.append(url)
        given["check"]()
        given["progress"](3, 7)
        context.cancel()
        given["check"]()

    monkeypatch.setattr(backbones, "fetch", fetch)
    message = BuildBackbone(
        choice=BackboneChoice(name="MobileNet", size=128, pretrained=True), store=str(tmp_path)
    )
    with pytest.raises(Cancelled):
        backbones.build_backbone(message, context, b"")
    assert asked[0].endswith(".h5")
    (told,) = context.of(Downloading)
    assert (told.file, told.done, told.total) == (asked[0].rpartition("/")[2], 3, 7)
