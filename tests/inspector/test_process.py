"""The inspector as a process of its own: its limits, its environment and its end."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import psutil
import pytest

from cnnstudio.core.errors import BadInput, JobFailed
from cnnstudio.core.text import Translator
from cnnstudio.protocol import inspecting
from cnnstudio.protocol.answers import COPY, Answer
from cnnstudio.protocol.inspecting import Stopped, inspect
from cnnstudio.protocol.launch import inspector_environment
from tests.fakes.model_files import write_keras


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "개인 folder"
    folder.mkdir()
    write_keras(tmp_path / "a.keras").rename(folder / COPY)
    return folder


def run(folder: Path, *, stop_after: float = 60) -> Answer:
    deadline = time.monotonic() + stop_after
    return inspect(
        folder, "a.keras", cancelled=lambda: time.monotonic() > deadline, progress=lambda _: None
    )


def replaced(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Another program in the inspector's place; its arguments are the same."""
    command = [sys.executable, "-c", program]
    monkeypatch.setattr(inspecting, "inspector_command", lambda folder, *_: [*command, str(folder)])


def words(error: pytest.ExceptionInfo[BadInput]) -> str:
    return Translator("en").show(error.value.text)


def test_a_file_is_read_by_a_process_with_limits(folder: Path) -> None:
    answer = run(folder)
    assert (answer.loaded, answer.missing) == (2, ())
    if sys.platform == "linux":
        assert {"memory", "time", "files", "core"} <= set(answer.limits)


LOOKS = """
import json, os, pathlib, resource, socket, sys
sys.path.insert(0, {source!r})
from cnnstudio.inspector.limits import set_limits
held = set_limits(1000)
def tried(what):
    try:
        return what() and ""
    except (OSError, MemoryError) as error:
        return type(error).__name__
def reach():
    with socket.socket() as one:
        one.settimeout(5)
        one.connect(("127.0.0.1", {port}))
    return True
print(json.dumps({{
    "held": held,
    "network": tried(reach),
    "memory": tried(lambda: len(bytes(5 * 2**30))),
    "files": tried(lambda: pathlib.Path({file!r}).write_bytes(bytes(70 * 2**20))),
    "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
}}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limits are Linux'")
def test_the_limits_hold(tmp_path: Path) -> None:
    import socket
    import subprocess

    with socket.create_server(("127.0.0.1", 0)) as server:
        program = LOOKS.format(
            source=str(Path(inspecting.__file__).parents[2]),
            port=server.getsockname()[1],
            file=str(tmp_path / "large"),
        )
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        )
    said = json.loads(done.stdout)
    assert said["memory"] == "MemoryError"
    assert said["files"] == "OSError"
    assert said["core"] == 0
    assert bool(said["network"]) is ("network" in said["held"])


def test_nothing_of_the_person_is_in_its_environment(tmp_path: Path) -> None:
    given = {"HF_TOKEN": "x", "HOME": "/home/x", "PATH": "/bin", "https_proxy": "p", "LANG": "C"}
    env = inspector_environment(tmp_path, given)
    assert not {"HF_TOKEN", "HOME", "https_proxy"} & set(env)
    assert env["PATH"] == "/bin"
    assert env["CUDA_VISIBLE_DEVICES"] == "-1"
    assert env["TMPDIR"] == str(tmp_path)


@pytest.mark.parametrize(
    "program",
    [
        "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
        "import os; os._exit(3)",
        "raise SystemExit(0)",
        "import sys; open(sys.argv[1] + '/answer.json', 'w').write('{\"loaded\": \"x\"}')",
        "import os, sys; os.symlink('/etc/passwd', sys.argv[1] + '/answer.json')",
    ],
)
def test_whatever_kills_it_or_fools_it_says_that_the_file_may_be_damaged(
    folder: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    replaced(monkeypatch, program)
    with pytest.raises(BadInput) as error:
        run(folder)
    assert words(error).startswith("a.keras could not be read; it may be damaged")


def test_time_and_memory_are_watched(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replaced(monkeypatch, "x = bytearray(60_000_000); import time; time.sleep(60)")
    monkeypatch.setattr(inspecting, "MEMORY", 50_000_000)
    with pytest.raises(BadInput) as error:
        run(folder)
    assert "in 50 MB of memory" in words(error)
    (folder / "empty").rmdir()
    monkeypatch.setattr(inspecting, "MEMORY", 10**12)
    monkeypatch.setattr(inspecting, "patience", lambda _size: 0.2)
    with pytest.raises(BadInput) as error:
        run(folder)
    assert "may be damaged" in words(error)


def test_it_can_be_stopped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replaced(monkeypatch, "import time; time.sleep(60)")
    began = time.monotonic()
    with pytest.raises(Stopped):
        run(folder, stop_after=0.1)
    assert time.monotonic() - began < 5
    assert not psutil.Process().children()


def test_it_ends_with_the_process_that_started_it(folder: Path) -> None:
    """Its pipe ends, and so does it, whatever it is doing."""
    import subprocess

    program = """
import sys, threading
from cnnstudio.inspector import main
threading.Thread(target=main._end_with_parent, daemon=True).start()
while True: pass
"""
    env = inspector_environment(folder)
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, env=env) as child:
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(20) == 1


def test_a_process_that_can_not_be_started(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspecting, "inspector_command", lambda *_: ["/no/such/program"])
    with pytest.raises(JobFailed, match="could not be started"):
        run(folder)
