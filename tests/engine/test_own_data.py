"""A person's own pictures are trained on, measured and resumed like those that ship."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image

from cnnstudio.core.augmentation.settings import Augmentation
from cnnstudio.core.code.program import write_program
from cnnstudio.core.code.stored_data import store_data
from cnnstudio.core.data.edits import NO_EDITS, excluded, relabelled
from cnnstudio.core.data.imported import SOURCE
from cnnstudio.core.errors import BadInput
from cnnstudio.core.project import DataSettings, Project
from cnnstudio.core.storage.edits_store import EditsStore
from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.engine import data
from cnnstudio.engine.backends import describe
from cnnstudio.protocol.messages import Evaluate, Evaluated, Log, StartRun
from cnnstudio.protocol.scanning import scan
from tests.fakes.tiny import RecordingContext, text_of, tiny_project

CLASSES = ("고양이", "dogs {1}", "owls")
EACH = 12
SHARES = {"train": 20, "validation": 7, "test": 9}


@pytest.fixture(autouse=True, scope="module")
def backend() -> None:
    describe("cpu")


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNSTUDIO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CNNSTUDIO_DATA", str(tmp_path / "data"))


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder, random = tmp_path / "pictures", np.random.RandomState(3)
    for label, name in enumerate(CLASSES):
        (folder / name).mkdir(parents=True)
        for number in range(EACH):
            picture = random.randint(0, 120, (8, 8)).astype(np.uint8)
            picture[2 * label : 2 * label + 2] += 100
            Image.fromarray(picture).save(folder / name / f"{number}.png")
    return folder


def project_on(folder: Path, **settings: object) -> Project:
    imported = scan(folder).imported
    assert imported is not None
    own = DataSettings(
        source=SOURCE,
        imported=imported,
        **{"validation": 0.25, "test": 0.25, **settings},  # type: ignore[arg-type]
    )
    return replace(tiny_project(batch_size=8, epochs=1), data=own)


def train(folder: Path, project: Project | None = None, epochs: int = 0) -> RecordingContext:
    from cnnstudio.engine.jobs import start_run

    text, context = text_of(project) if project else "", RecordingContext()
    message = StartRun(run_dir=str(folder), project=text, resume=not project, epochs=epochs)
    assert start_run(message, context, b"").stopped == "finished"
    return context


def measured(folder: Path, on: str = "test") -> Evaluated:
    from cnnstudio.engine.jobs import evaluate

    message = Evaluate(run_dir=str(folder), epoch=1, on=on)
    return evaluate(message, RecordingContext(), b"")


def test_a_run_honours_the_split_and_what_was_left_out_and_relabelled(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = project_on(pictures)
    plain, run = tmp_path / "plain", tmp_path / "run"
    train(plain, project)
    split = RunFolder.open(plain).read_split()
    assert split.test is not None
    assert {name: len(part) for name, part in split._asdict().items()} == SHARES

    numbers = {part: int(indices[0]) for part, indices in split._asdict().items()}
    found = data.load_data(project)
    names = [f"{CLASSES[label]}/{place}.png" for label in range(3) for place in range(EACH)]
    names.sort()
    edits = excluded(NO_EDITS, [names[numbers["train"]], names[numbers["test"]]])
    moved = int(split.validation[0])
    wrong = (int(found.labels[moved]) + 1) % 3
    edits = relabelled(edits, [names[moved]], str(found.facts.classes[wrong]))
    before = {path: path.read_bytes() for path in pictures.rglob("*.png")}
    changed = replace(project, data=replace(project.data, edits=EditsStore.of_person().put(edits)))
    monkeypatch.setattr(data, "_MOST_KEPT", 0)  # validation pictures come batch by batch
    train(run, changed)
    now = RunFolder.open(run).read_split()
    assert now.train.tolist() == split.train.tolist()[1:]
    assert now.validation.tolist() == split.validation.tolist()
    assert now.test is not None
    assert now.test.tolist() == split.test.tolist()[1:]
    assert {path: path.read_bytes() for path in pictures.rglob("*.png")} == before

    shutil.rmtree(tmp_path / "data")  # the run has what it needs
    counted = np.array(measured(run, "validation").confusion_matrix).sum(axis=1)
    expected = np.bincount(found.labels[split.validation], minlength=3)
    expected[found.labels[moved]] -= 1
    expected[wrong] += 1
    assert counted.tolist() == expected.tolist()
    assert np.sum(measured(run).confusion_matrix) == SHARES["test"] - 1


def test_validation_batch_by_batch_is_the_same(
    pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = data.load_data(project_on(pictures))
    kept = found.validation()
    monkeypatch.setattr(data, "_MOST_KEPT", 0)
    streamed = found.validation()
    assert isinstance(kept, list)
    assert not isinstance(streamed, list)
    assert len(streamed) == len(kept) == 1
    for one, other in zip(kept, streamed, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_pictures_that_changed_moved_or_vanished_are_refused_and_a_resume_says_so(
    pictures: Path, tmp_path: Path
) -> None:
    project, run = project_on(pictures), tmp_path / "run"
    train(run, project)
    first = measured(run)

    new = pictures / CLASSES[0] / "new.png"
    shutil.copy(pictures / CLASSES[1] / "3.png", new)
    with pytest.raises(BadInput, match=r"have changed .*new files: 1, gone: 0.*Data workspace"):
        train(tmp_path / "other", project)
    assert not (tmp_path / "other").exists()
    said = [str(event.text) for event in train(run, epochs=2).of(Log)]
    assert any("have changed" in text and "goes on" in text for text in said), said

    shutil.rmtree(tmp_path / "cache")
    with pytest.raises(BadInput, match="aren't those the project was made with"):
        measured(run)
    new.unlink()
    assert measured(run).confusion_matrix == first.confusion_matrix  # decoded again, the same

    pictures.rename(tmp_path / "elsewhere")
    assert measured(run).confusion_matrix == first.confusion_matrix
    with pytest.raises(BadInput, match=r"aren't where they were: .*pictures is gone"):
        train(tmp_path / "other", project)


def test_what_needs_all_pictures_in_memory_is_refused_where_they_do_not_fit(
    pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    augmentation = Augmentation({"featurewise_center": True})
    project = replace(project_on(pictures), augmentation=augmentation)
    data.load_data(project)
    monkeypatch.setattr(data, "_COPIES", 2**60)
    with pytest.raises(BadInput, match=r"in memory at once.*z-score"):
        data.load_data(project)


def test_folders_that_say_what_pictures_are_for_are_believed(
    tmp_path: Path, pictures: Path
) -> None:
    folder = tmp_path / "divided"
    for part in ("train", "val", "test"):
        shutil.copytree(pictures, folder / part)
    by_folders, by_ratio = project_on(folder, split="folders"), project_on(folder, split="ratio")
    found = data.load_data(by_folders).split
    assert [len(part) for part in found if part is not None] == [36, 36, 36]
    found = data.load_data(by_ratio).split
    assert [len(part) for part in found if part is not None] == [54, 18, 36]


def test_the_program_of_own_pictures_gives_the_same_numbers(pictures: Path, tmp_path: Path) -> None:
    for path in pictures.rglob("*.png"):
        Image.open(path).resize((10, 8)).save(path)
    project = project_on(pictures, size=(8, 8), fit="crop", scaling="z-score")
    run = tmp_path / "run"
    names = sorted(f"{name}/0.png" for name in CLASSES)
    edits = relabelled(excluded(NO_EDITS, names[:1]), names[1:], CLASSES[0])
    project = replace(project, data=replace(project.data, edits=EditsStore.of_person().put(edits)))
    train(run, project)
    found: dict[str, Any] = {}
    program = write_program(project, {}, store_data(project))
    exec(compile(program, "program.py", "exec"), found)
    assert "image_dataset_from_directory" in program
    (epoch,) = RunFolder.open(run).metrics().epochs
    for name, values in found["history"].history.items():
        assert values[0] == pytest.approx(epoch.logs[name], rel=1e-6)
    assert found["accuracy"] == pytest.approx(measured(run).accuracy)
