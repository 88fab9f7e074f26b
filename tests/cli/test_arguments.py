"""What the command line does with arguments it can't use: one sentence, exit code 2, no harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnstudio.cli.main import main

LANGUAGE_NAMES = ("CNNSTUDIO_LANGUAGE", "LANGUAGE")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in LANGUAGE_NAMES:
        monkeypatch.setenv(name, "en")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["train", "sample:lecture-cnn"], "--run-dir"),
        (["train", "sample:nope", "--run-dir", "{tmp}/run"], "no sample called nope"),
        (["train", "{tmp}/none.cnnstudio", "--run-dir", "{tmp}/run"], "none.cnnstudio"),
        (["train", "sample:lecture-cnn", "--run-dir", "{tmp}/run", "--epochs", "many"], "“many”"),
        (["train", "sample:lecture-cnn", "--run-dir", "{tmp}/run", "--epochs", "0"], "epochs"),
        (["train", "sample:lecture-cnn", "--run-dir", "{tmp}/run", "--seed", "-1"], "seed"),
        (["train", "sample:lecture-cnn", "--run-dir", "{tmp}/run", "--device", "tpu"], "“tpu”"),
        (["train", "sample:lecture-cnn", "--run-dir", "{tmp}/run", "--backend", "mxnet"], "mxnet"),
        (["resume", "{tmp}/none"], "none"),
        (["evaluate", "{tmp}"], "run.json"),
        (["evaluate", "{tmp}", "--epoch", "zeroth"], "“zeroth”"),
        (["predict", "{tmp}/none", "a.png"], "none"),
        (["predict", "{tmp}/none"], "IMAGE"),
        (["summary", "{tmp}"], "{tmp}"),
        (["frobnicate"], "frobnicate"),
    ],
)
def test_a_wrong_argument_is_named_in_a_sentence(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled = [argument.replace("{tmp}", str(tmp_path)) for argument in arguments]
    assert main(filled) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said.replace("{tmp}", str(tmp_path)) in err
    assert err.rstrip().endswith(".")
    assert "Traceback" not in err
    assert not (tmp_path / "run").exists()


def test_the_same_in_korean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in LANGUAGE_NAMES:
        monkeypatch.setenv(name, "ko")
    assert main(["train", "sample:lecture-cnn", "--run-dir", str(tmp_path), "--epochs", "x"]) == 2
    said = capsys.readouterr().err
    assert "“x”" in said
    assert any("가" <= letter <= "힣" for letter in said)


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"], ["--version"]])
def test_help_is_no_error(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 0
    assert "cnn" in capsys.readouterr().out.lower()
