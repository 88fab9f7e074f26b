"""The run folder: what a crash can leave behind still opens, and damage is told."""

from __future__ import annotations

import errno
import io
import json
import math
import os
import pickle
import subprocess
import sys
import zipfile
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.core.errors import BadInput, JobFailed
from cnnstudio.core.project import Project
from cnnstudio.core.storage import arrays, checkpoints
from cnnstudio.core.storage.arrays import read_arrays, write_arrays
from cnnstudio.core.storage.checkpoints import thinned
from cnnstudio.core.storage.run_folder import RunFolder, RunStatus, StoredSplit
from cnnstudio.core.storage.samples import load_project_argument
from cnnstudio.core.text import T

WEIGHTS = {"conv2d_1/kernel": np.arange(9, dtype=np.float32).reshape(3, 3, 1, 1)}
STATE = {"adam/m": np.ones(3), "dropout/seed": np.array([1, 2], np.uint32)}


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    project = load_project_argument("sample:lecture-cnn")
    return RunFolder.create(tmp_path / "run", project, epochs=5, seed=42, backend="tensorflow")


def train(run: RunFolder, losses: list[float], *, start: int = 1) -> None:
    """Writes what epochs with these validation losses leave behind."""
    for epoch, loss in enumerate(losses, start):
        run.metrics_file.append_batches(epoch, 0, [1.0, 0.5], [0.1, 0.2])
        run.metrics_file.append_epoch(epoch, {"loss": 1.0, "val_loss": loss}, 100.0)
        run.checkpoints.write(epoch, WEIGHTS, state=STATE, meta={"epoch": epoch})
        run.checkpoints.tidy(run.best_epoch())


def open_to_resume(run: RunFolder) -> None:
    """Takes the run and leaves it alone again."""
    with RunFolder.to_resume(run.path):
        pass


# ------------------------------------------------------------------------------- the record


def test_a_run_reads_back_as_it_was_written(run: RunFolder) -> None:
    run.update(state=RunStatus.DIVERGED, reason=T("The loss is {value}.", value="NaN"))
    again = RunFolder.open(run.path)
    assert again.record == run.record
    assert again.status is RunStatus.DIVERGED
    assert again.record.project.name == "lecture-cnn"
    assert again.record.pid == os.getpid()
    assert json.loads((run.path / "run.json").read_bytes())["state"] == "diverged"


def test_unknown_keys_of_a_record_are_kept(run: RunFolder) -> None:
    file = run.path / "run.json"
    file.write_text(json.dumps(json.loads(file.read_bytes()) | {"later": [1]}))
    again = RunFolder.open(run.path)
    again.update(epochs=9)
    assert json.loads(file.read_bytes())["later"] == [1]


@pytest.mark.parametrize("name", ["새 폴더/run {x}", "a/b/c"])
def test_the_folder_is_made_with_those_above_it(tmp_path: Path, name: str) -> None:
    RunFolder.create(tmp_path / name, Project(), epochs=1, seed=0)
    assert RunFolder.open(tmp_path / name).record.epochs == 1


def test_an_empty_folder_is_taken_once(tmp_path: Path) -> None:
    RunFolder.create(tmp_path, Project(), epochs=1, seed=0)
    with pytest.raises(BadInput, match="isn't empty"):
        RunFolder.create(tmp_path, Project(), epochs=1, seed=0)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("file", "already taken"),
        ("file/run", "doesn't exist"),
        ("x" * 300, "too long"),
        ("a\0b", "NUL"),
    ],
)
def test_a_folder_that_can_not_be_made(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BadInput, match=words):
        RunFolder.create(tmp_path / name, Project(), epochs=1, seed=0)


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.EACCES, "no permission"), (errno.EROFS, "read-only"), (errno.ENOSPC, "no room left")],
)
def test_a_disk_that_takes_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    def refuse(*_args: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.raises((BadInput, JobFailed), match=words) as caught:
        RunFolder.create(tmp_path / "run", Project(), epochs=1, seed=0)
    assert str(tmp_path / "run") in str(caught.value)


def test_a_missing_folder_and_one_that_is_no_run(tmp_path: Path) -> None:
    for name, words in [
        ("gone", "doesn't exist"), ("a\0b", "doesn't exist"), ("x" * 300, "can't be read"),
    ]:  # fmt: skip
        with pytest.raises(BadInput, match=words):
            RunFolder.open(tmp_path / name)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BadInput, match="isn't a run"):
        RunFolder.open(tmp_path / "file")
    with pytest.raises(BadInput, match=r"isn't a run: it has no run\.json"):
        RunFolder.open(tmp_path)


def test_a_record_cut_anywhere_is_refused(run: RunFolder) -> None:
    file = run.path / "run.json"
    data = file.read_bytes()
    for end in range(0, len(data) - 2, 61):
        file.write_bytes(data[:end])
        with pytest.raises(BadInput, match=r"run\.json"):
            RunFolder.open(run.path)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("project", 3, "the run has no project"),
        ("project", {}, "cnnstudio project"),
        ("state", "sleeping", "one of running"),
        ("pid", "many", "whole number"),
        ("versions", {"keras": 3}, "braces"),
        ("reason", "because", "braces"),
        ("version", 2, "made with version 0.1.0"),
        ("format", "cnnstudio project", "cnnstudio run"),
    ],
)
def test_a_damaged_record_names_the_field(
    run: RunFolder, key: str, value: object, words: str
) -> None:
    file = run.path / "run.json"
    file.write_text(json.dumps(json.loads(file.read_bytes()) | {key: value}))
    with pytest.raises(BadInput, match=words) as caught:
        RunFolder.open(run.path)
    assert "run.json" in str(caught.value)


def test_a_run_whose_process_is_gone_was_interrupted(run: RunFolder) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = psutil.Process(child.pid).create_time()
    run.update(pid=child.pid, pid_started=started)
    assert run.status is RunStatus.RUNNING
    with pytest.raises(BadInput, match="another process"), RunFolder.to_resume(run.path):
        pass
    assert RunFolder.open(run.path).status is RunStatus.RUNNING
    run.update(pid_started=started - 100)  # the number was given to another process since
    assert run.status is RunStatus.INTERRUPTED
    run.update(pid_started=started)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # a zombie now
    assert run.status is RunStatus.INTERRUPTED
    child.communicate()
    assert run.status is RunStatus.INTERRUPTED
    open_to_resume(run)


RESUMER = """
import sys
from pathlib import Path
from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.run_folder import RunFolder
print("ready", flush=True)
for line in sys.stdin:
    try:
        with RunFolder.to_resume(Path(line.strip())) as run:
            run.take_over(0)
        print("mine", flush=True)
    except BadInput as error:
        print(error, flush=True)
"""


def test_of_two_processes_that_resume_at_once_one_gets_the_run(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RESUMER]
    pipe = subprocess.PIPE
    with (
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as first,
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as second,
    ):
        both = (first, second)
        assert [process.stdout.readline() for process in both if process.stdout] == ["ready\n"] * 2
        for number in range(40):
            run = RunFolder.create(tmp_path / str(number), Project(), epochs=1, seed=1)
            run.update(pid=2**22 + 1)  # no process has it: the run was cut off
            for process in both:
                assert process.stdin is not None
                process.stdin.write(f"{run.path}\n")
                process.stdin.flush()
            said = [process.stdout.readline() for process in both if process.stdout]
            assert said.count("mine\n") == 1, said
            other = next(words for words in said if words != "mine\n")
            assert "nother process" in other
            assert str(run.path) in other
            assert not (run.path / ".lock").exists()
        for process in both:
            assert process.stdin is not None
            process.stdin.close()


def test_a_run_that_is_about_to_go_on_is_taken(run: RunFolder) -> None:
    with (
        RunFolder.to_resume(run.path),
        pytest.raises(BadInput, match="is just about to train"),
        RunFolder.to_resume(run.path),
    ):
        pass
    open_to_resume(run)
    assert not (run.path / ".lock").exists()


@pytest.mark.parametrize("pid", [0, -1, 2**31 - 1, 10**30])
def test_an_impossible_process_is_gone(run: RunFolder, pid: int) -> None:
    run.update(pid=pid)
    assert RunFolder.open(run.path).status is RunStatus.INTERRUPTED


# --------------------------------------------------------------------------------- metrics


def test_metrics_of_a_new_run_are_empty(run: RunFolder) -> None:
    assert run.metrics().epochs == ()
    assert run.best_epoch() is None
    assert run.last_epoch() is None


def test_a_torn_last_line_is_dropped_and_repaired(run: RunFolder) -> None:
    train(run, [0.5, 0.4])
    file = run.metrics_file.path
    whole = file.read_bytes()
    for tail in (b'{"epoch":3,"ba', b"\0\0\0\0", b'{"epoch":3,"logs":{}}'):
        file.write_bytes(whole + tail)
        assert [row.epoch for row in run.metrics().epochs] == [1, 2]
        open_to_resume(run)
        assert file.read_bytes() == whole
    file.write_bytes(whole[:10])
    open_to_resume(run)
    assert file.read_bytes() == b""


def test_damage_in_the_middle_names_the_line(run: RunFolder) -> None:
    train(run, [0.5, 0.4])
    file = run.metrics_file.path
    lines = file.read_bytes().split(b"\n")
    for damage in (
        b"",
        b"{",
        b"3",
        b'{"epoch": "x", "logs": {}}',
        b'{"batch": []}',
        b"\xff",
        b"[" * 10**5,
    ):
        file.write_bytes(b"\n".join([lines[0], damage, *lines[2:]]))
        with pytest.raises(BadInput, match="line 2"):
            run.metrics()


def test_a_resume_overrides_what_was_done_again(run: RunFolder) -> None:
    train(run, [0.5, 0.4, 0.6])
    run.take_over(2, epochs=4)
    train(run, [0.3, 0.2], start=3)
    metrics = run.metrics()
    assert [(row.epoch, row.logs["val_loss"]) for row in metrics.epochs] == [
        (1, 0.5), (2, 0.4), (3, 0.3), (4, 0.2),
    ]  # fmt: skip
    assert [block.epoch for block in metrics.batches] == [1, 2, 3, 4]
    assert run.best_epoch() == 4
    assert run.record.epochs == 4


def test_values_that_are_not_finite_are_null(run: RunFolder) -> None:
    run.metrics_file.append_batches(1, 7, [math.nan, math.inf, 0.1], [0.5, 0.5, 0.5])
    run.metrics_file.append_epoch(1, {"loss": math.nan}, 10.0)
    assert b"null" in run.metrics_file.path.read_bytes()
    metrics = run.metrics()
    assert metrics.batches[0].loss == (None, None, 0.1)
    assert metrics.batches[0].batch == 7
    assert metrics.best([1]) is None


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_losses_come_back_to_the_last_bit(value: float) -> None:
    assert msgspec.json.decode(msgspec.json.encode([value]), type=list[float]) == [value]


def test_the_best_epoch_is_the_earliest_of_equals_and_has_a_snapshot(run: RunFolder) -> None:
    train(run, [0.5, 0.3, 0.3])
    run.metrics_file.append_epoch(4, {"loss": 0.1, "val_loss": 0.1}, 1.0)
    assert run.best_epoch() == 2


def test_without_validation_the_training_loss_decides(run: RunFolder) -> None:
    for epoch, loss in enumerate([0.5, 0.2, 0.4], 1):
        run.metrics_file.append_epoch(epoch, {"loss": loss, "accuracy": 0.5}, 1.0)
        run.checkpoints.write(epoch, WEIGHTS)
    assert run.best_epoch() == 2


def test_a_full_disk_while_measuring(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(JobFailed, match=r"metrics\.jsonl could not be written: there is no room"):
        run.metrics_file.append_epoch(1, {}, 1.0)


# ------------------------------------------------------------------------------- checkpoints


def test_a_checkpoint_reads_back_bit_for_bit(run: RunFolder) -> None:
    weights = {
        "a/b": np.array([0.1, math.nan, -0.0], np.float32),
        "file": np.array(3, np.int64),
        "층": np.zeros((0, 2), np.float16),
        "f": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    }
    meta = {"history": {"loss": [0.1, 1 / 3]}, "rate": 1e-3}
    run.checkpoints.write(3, weights, state=STATE, meta=meta)
    back = run.checkpoints.read_weights(3)
    assert list(back) == list(weights)
    for name, array in weights.items():
        assert back[name].dtype == array.dtype
        assert back[name].tobytes() == array.tobytes()
    state, read_meta = run.checkpoints.read_state(3)
    assert read_meta == meta
    assert all(np.array_equal(state[name], STATE[name]) for name in STATE)
    assert run.has_snapshot(3)
    assert run.state_epochs() == (3,)


def test_numpy_alone_reads_a_checkpoint_and_equal_weights_give_equal_files(run: RunFolder) -> None:
    run.checkpoints.write(1, WEIGHTS)
    run.checkpoints.write(2, WEIGHTS)
    files = [run.checkpoints.path(epoch) / "weights.npz" for epoch in (1, 2)]
    with np.load(files[0], allow_pickle=False) as opened:
        assert np.array_equal(opened["conv2d_1/kernel"], WEIGHTS["conv2d_1/kernel"])
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_checkpoint_that_is_not_there_lists_those_that_are(run: RunFolder) -> None:
    train(run, [0.5, 0.4])
    with pytest.raises(BadInput, match=r"epoch 9\. There are: 1, 2"):
        run.checkpoints.read_weights(9)
    with pytest.raises(BadInput, match="no full state of epoch 9"):
        run.checkpoints.read_state(9)


def test_every_call_that_fails_leaves_whole_checkpoints(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.checkpoints.write(1, WEIGHTS)
    names = ("mkdir", "open", "fsync", "replace")
    failed = 0
    for fail_at in range(1, 50):
        calls = [0]

        def counted(call, calls=calls, fail_at=fail_at):  # type: ignore[no-untyped-def]
            def wrapper(*args, **kwargs):  # type: ignore[no-untyped-def]
                calls[0] += 1
                if calls[0] == fail_at:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                return call(*args, **kwargs)

            return wrapper

        with monkeypatch.context() as patch:
            for name in names:
                patch.setattr(os, name, counted(getattr(os, name)))
            try:
                run.checkpoints.write(2, WEIGHTS, state=STATE, meta={})
            except JobFailed as error:
                failed += 1
                sentence = str(error)
                assert "epoch-0002" in sentence
        for epoch in run.epochs():
            assert np.array_equal(
                run.checkpoints.read_weights(epoch)["conv2d_1/kernel"], WEIGHTS["conv2d_1/kernel"]
            )
        assert 1 in run.epochs()
        assert not list(run.checkpoints.folder.glob("*.tmp"))
        run.checkpoints.drop_after(1)
        if calls[0] < fail_at:
            break
    else:
        pytest.fail("writing never ended")
    assert failed >= 6


def test_weights_that_read_back_otherwise_are_not_kept(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bad_disk(path: Path, _arrays: object) -> None:
        arrays.write_arrays(path, {"other": np.zeros(1)})

    monkeypatch.setattr(checkpoints, "write_arrays", bad_disk)
    with pytest.raises(JobFailed, match="epoch-0001"):
        run.checkpoints.write(1, WEIGHTS)
    assert run.epochs() == ()


def test_leftovers_of_a_crash_are_ignored_and_removed(run: RunFolder) -> None:
    train(run, [0.5])
    folder = run.checkpoints.folder
    (folder / "epoch-0002.tmp").mkdir()
    (folder / "epoch-0002.tmp" / "weights.npz").write_bytes(b"half")
    (folder / "epoch-0003").mkdir()  # a folder without weights
    (folder / "notes.txt").write_text("a person's")
    (run.path / ".run.json.abcd.tmp").write_bytes(b"")
    assert run.epochs() == (1,)
    open_to_resume(run)
    assert not (folder / "epoch-0002.tmp").exists()
    assert not (run.path / ".run.json.abcd.tmp").exists()
    assert (folder / "notes.txt").exists()
    run.checkpoints.write(2, WEIGHTS)
    run.checkpoints.write(3, WEIGHTS)
    assert run.epochs() == (1, 2, 3)


def test_a_stop_inside_an_epoch_keeps_a_snapshot_until_the_resume(run: RunFolder) -> None:
    train(run, [0.5, 0.4])
    run.checkpoints.write(2, WEIGHTS, batch=120)
    assert run.epochs() == (1, 2)
    assert run.checkpoints.partial() == (2, 120)
    assert run.checkpoints.read_weights(2, batch=120)
    run.take_over(2)
    assert run.checkpoints.partial() is None
    assert run.epochs() == (1, 2)


def test_full_states_are_kept_for_the_last_two_and_the_best(run: RunFolder) -> None:
    train(run, [0.5, 0.1, 0.3, 0.4, 0.5, 0.6])
    assert run.state_epochs() == (2, 5, 6)
    assert run.epochs() == (1, 2, 3, 4, 5, 6)
    assert not (run.checkpoints.path(3) / "state.npz").exists()


def test_snapshots_are_thinned_to_a_limit(run: RunFolder) -> None:
    train(run, [0.5, 0.4, 0.1, *[0.3] * 17])
    size = (run.checkpoints.path(1) / "weights.npz").stat().st_size
    run.checkpoints.tidy(run.best_epoch(), limit=8 * size)
    kept = run.epochs()
    assert len(kept) == 8
    assert {1, 3, 19, 20} <= set(kept)
    run.checkpoints.tidy(run.best_epoch(), limit=0)
    assert run.epochs() == (1, 3, 19, 20)


def test_a_snapshot_that_can_not_be_removed_is_told(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(run, [0.5, 0.4, 0.3, 0.2])

    def locked(*_args: object) -> None:
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))

    monkeypatch.setattr(os, "replace", locked)
    for remove in (lambda: run.checkpoints.tidy(4, limit=0), lambda: run.checkpoints.drop_after(1)):
        with pytest.raises(JobFailed, match="checkpoints"):
            remove()
    assert run.epochs() == (1, 2, 3, 4)


@given(
    st.dictionaries(st.integers(1, 200), st.integers(1, 50), min_size=1, max_size=40),
    st.integers(0, 600),
    st.data(),
)
def test_thinning_keeps_what_is_needed_and_meets_the_limit(
    sizes: dict[int, int], limit: int, data: st.DataObject
) -> None:
    needed = data.draw(st.sets(st.sampled_from(sorted(sizes)), max_size=5))
    removed = thinned(sizes, needed, limit)
    kept = set(sizes) - set(removed)
    always = needed | {min(sizes), max(sizes)}
    assert always <= kept
    assert len(set(removed)) == len(removed)
    assert sum(sizes[epoch] for epoch in kept) <= limit or kept == always


def test_thinning_leaves_even_steps() -> None:
    sizes = dict.fromkeys(range(1, 34), 1)
    kept = sorted(set(sizes) - set(thinned(sizes, set(), 9)))
    steps = {after - before for before, after in pairwise(kept)}
    assert max(steps) <= 2 * min(steps)


# ------------------------------------------------------------------------------- npz and split


def test_the_split_reads_back(run: RunFolder) -> None:
    run.write_split(StoredSplit(np.arange(5), np.array([7, 9]), np.array([6])))
    train_indices, validation, test = run.read_split()
    assert train_indices.dtype == np.int32
    assert train_indices.tolist() == [0, 1, 2, 3, 4]
    assert validation.tolist() == [7, 9]
    assert test is not None
    assert test.tolist() == [6]
    run.write_split(StoredSplit(np.arange(5), np.array([7, 9])))
    assert run.read_split().test is None
    write_arrays(run.path / "split.npz", {"train": np.zeros(3)})
    with pytest.raises(BadInput, match="the index lists"):
        run.read_split()
    (run.path / "split.npz").unlink()
    with pytest.raises(BadInput, match=r"split\.npz doesn't exist"):
        run.read_split()


class Canary:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.path,)


def test_an_array_of_objects_is_refused_and_not_unpickled(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    file = tmp_path / "weights.npz"
    np.savez(file, a=np.array([Canary(canary)], dtype=object), allow_pickle=True)
    with pytest.raises(BadInput, match="no plain numbers"):
        read_arrays(file)
    assert not canary.exists()
    with pytest.raises(TypeError, match="plain numbers"):
        write_arrays(file, {"a": np.array([None], dtype=object)})
    file.write_bytes(pickle.dumps(Canary(canary)))
    with pytest.raises(BadInput, match="damaged"):
        read_arrays(file)
    assert not canary.exists()


def _npz(path: Path, members: list[tuple[str, bytes]], method: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)


def _npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def test_a_header_that_promises_too_much_is_refused_before_allocation(tmp_path: Path) -> None:
    file = tmp_path / "weights.npz"
    for shape in (b"(9999999999999999,)", b"(7,)", b"(-8,)", b"(8, 0)", b"(2, 3)"):
        data = _npy(np.zeros(8, np.float32))
        header = data[:128].replace(b"(8,)", shape).rstrip(b" \n")
        _npz(file, [("a.npy", header.ljust(127) + b"\n" + data[128:])])
        with pytest.raises(BadInput, match="another size than it declares"):
            read_arrays(file)


def test_archives_the_studio_would_not_write(tmp_path: Path) -> None:
    file = tmp_path / "weights.npz"
    good = _npy(np.zeros(3))
    with pytest.warns(UserWarning, match="Duplicate name"):
        _npz(file, [("a.npy", good), ("a.npy", good)])
    with pytest.raises(BadInput, match="two arrays of one name"):
        read_arrays(file)
    _npz(file, [("../../evil.txt", b"x")])
    with pytest.raises(BadInput, match="unexpected member"):
        read_arrays(file)
    _npz(file, [("a.npy", _npy(np.zeros(10**6)))], zipfile.ZIP_DEFLATED)
    with pytest.raises(BadInput, match="unexpected member"):
        read_arrays(file)
    _npz(file, [("a.npy", b"no array")])
    with pytest.raises(BadInput, match="damaged"):
        read_arrays(file)


def test_damaged_checkpoints_are_noticed(run: RunFolder) -> None:
    run.checkpoints.write(1, WEIGHTS)
    file = run.checkpoints.path(1) / "weights.npz"
    whole = file.read_bytes()
    for end in range(len(whole)):
        file.write_bytes(whole[:end])
        with pytest.raises(BadInput, match=r"weights\.npz"):
            read_arrays(file)
    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            back = read_arrays(file)
        except BadInput:
            continue
        for name, array in back.items():  # only a name or a date in the archive has changed
            assert np.array_equal(array, WEIGHTS["conv2d_1/kernel"]), name
