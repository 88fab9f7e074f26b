"""Whether a run can start or go on is known without doing it, and nothing is left behind."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

from cnnstudio.core.errors import BadInput
from cnnstudio.core.project import Project
from cnnstudio.core.storage.run_folder import RunFolder, check_new
from tests.core.storage.test_run_folder import train
from tests.fakes.without_rights import run_without_rights


def test_a_new_or_empty_folder_will_do(tmp_path: Path) -> None:
    check_new(tmp_path)
    check_new(tmp_path / "새 폴더" / "run")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "isn't empty"),
        ("file", "already taken"),
        ("file/run", "doesn't exist"),
        ("link", "already taken"),
        ("x" * 300, "too long"),
    ],
)
def test_a_folder_no_run_can_start_in(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    if os.name == "posix":  # on Windows a link needs a right of its own
        (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    elif name == "link":
        (tmp_path / "link").write_bytes(b"")
    for ask in (check_new, lambda path: RunFolder.create(path, Project(), epochs=1, seed=0)):
        with pytest.raises(BadInput, match=words):
            ask(tmp_path / name)


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_a_folder_that_cant_be_written(tmp_path: Path) -> None:
    program = """
        from pathlib import Path
        from cnnstudio.core.errors import BadInput
        from cnnstudio.core.storage.run_folder import check_new
        from cnnstudio.core.text import Translator
        show = Translator("en").show
        drop_rights()
        try:
            check_new(Path("run"))
        except BadInput as error:
            print(show(error.text))
    """
    tmp_path.chmod(0o555)
    said = run_without_rights(program, tmp_path)
    tmp_path.chmod(0o755)
    assert said.startswith("run can't be written: you have no permission")


def test_a_resume_counts_the_total(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "run", Project(), epochs=3, seed=0)
    assert run.to_go(0) == (0, 3)
    train(run, [0.5])
    assert run.to_go(0) == (1, 3)
    assert run.to_go(2) == (1, 2)
    with pytest.raises(BadInput, match=r"has 1 epoch, .* more than 1"):
        run.to_go(1)
    train(run, [0.4, 0.3], start=2)
    with pytest.raises(BadInput, match=r"has 3 epochs, .* more than 3"):
        run.to_go(0)


def test_a_run_another_process_trains_cant_go_on(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "run", Project(), epochs=3, seed=0)
    parent = psutil.Process(os.getppid())
    run.update(pid=parent.pid, pid_started=parent.create_time())
    with pytest.raises(BadInput, match="by another process"):
        run.to_go(0)
