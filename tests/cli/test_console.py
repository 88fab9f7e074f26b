"""What is printed where, also where nothing can be printed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SUMMARY = (sys.executable, "-m", "cnnstudio", "summary", "sample:dense-only", "--json")
posix = pytest.mark.skipif(os.name != "posix", reason="a POSIX shell: not on this system")


def shell(line: str, **environment: str) -> subprocess.CompletedProcess[Any]:
    """Runs `line`, in which ``$@`` is a summary as JSON."""
    return subprocess.run(
        ["sh", "-c", line, "sh", *SUMMARY],
        capture_output=True,
        env=os.environ | {"CNNSTUDIO_LANGUAGE": "en"} | environment,
        check=False,
    )


@posix
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('"$@" >&-', b"standard output is closed"),
        pytest.param(
            '"$@" >/dev/full',
            b"No space left on device",
            marks=pytest.mark.skipif(
                not Path("/dev/full").exists(), reason="/dev/full: not on this system"
            ),
        ),
    ],
)
def test_a_result_that_cant_be_written_is_a_job_that_failed(line: str, said: bytes) -> None:
    done = shell(line)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count(b"\n") == 1


@posix
def test_a_reader_that_has_enough_is_no_failure() -> None:
    done = shell('{ "$@"; echo $? >&2; } | true')
    assert done.stderr.split() == [b"0"]


@posix
def test_an_error_nobody_can_read_keeps_its_exit_code() -> None:
    assert shell('"$@" --nope 2>&-').returncode == 2


@posix
@pytest.mark.parametrize("encoding", ["cp949", "ascii", "latin-1"])
@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8"])
def test_json_is_utf_8_in_every_locale(encoding: str, locale: str) -> None:
    done = shell('"$@"', PYTHONIOENCODING=encoding, LC_ALL=locale, PYTHONWARNINGS="always")
    assert (done.returncode, done.stderr) == (0, b"")
    value = json.loads(done.stdout.decode("utf-8"))
    assert value["layers"][0]["name"] == "input_1"
    assert "·" in value["layers"][2]["formula"]["params"]


@pytest.mark.skipif(sys.platform != "linux", reason="names that aren't text: not on this system")
def test_a_name_that_isnt_text_can_be_read_back(tmp_path: Path) -> None:
    name = os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff.cnnstudio")
    done = subprocess.run(
        [sys.executable, "-m", "cnnstudio", "new", "sample:dense-only", "-o", name, "--json"],
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout)["project"] == name
    assert Path(name).exists()
