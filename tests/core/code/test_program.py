"""Whole programs: what a formatter and a linter leave alone, and what is read back as it was."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.augmentation.checks import refusals_for
from cnnstudio.core.augmentation.settings import Augmentation
from cnnstudio.core.code.program import write_notebook, write_program
from cnnstudio.core.code.reading.project import project_of
from cnnstudio.core.code.reading.reader import read_code, read_notebook
from cnnstudio.core.data.fitting import inner_size
from cnnstudio.core.data.scaling import FITTED, SCALINGS
from cnnstudio.core.errors import BadInput
from cnnstudio.core.network import Network, StoredWeights
from cnnstudio.core.project import DataSettings, Optimizer, Project, TrainingSettings
from cnnstudio.core.storage.samples import load_project_argument, sample_names
from cnnstudio.core.training.checks import chosen_loss
from cnnstudio.core.training.class_weights import CLASS_WEIGHTS
from tests.core.code.reading.test_reader import form
from tests.fakes.augmentations import augmentations

LECTURE = load_project_argument("sample:lecture-cnn")
SHA = "a" * 64

_sizes = st.none() | st.tuples(st.integers(16, 40), st.integers(16, 40))


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """Projects that can be trained: a sample with other settings, which are sensible."""
    sample = load_project_argument(f"sample:{draw(st.sampled_from(sample_names()))}")
    size, colour = draw(_sizes), draw(st.sampled_from(["grey", "rgb"]))
    data = DataSettings(
        validation=draw(st.just(0.0) | st.floats(0.01, 0.9)),
        split_seed=draw(st.integers(0, 2**32 - 1)),
        size=size,
        fit=draw(st.sampled_from(["stretch", "pad"])),
        colour=colour,
        scaling=draw(st.sampled_from(SCALINGS)),
    )
    optimizer = Optimizer(
        name=draw(st.sampled_from(["adam", "adamw", "sgd", "rmsprop"])),
        learning_rate=draw(st.floats(1e-9, 10)),
        momentum=draw(st.floats(0, 0.99)),
    )
    training = TrainingSettings(
        optimizer=optimizer,
        batch_size=draw(st.integers(1, 5000)),
        epochs=draw(st.integers(1, 500)),
        seed=draw(st.integers(0, 2**31)),
        shuffle=draw(st.booleans()),
        class_weights=draw(st.sampled_from(CLASS_WEIGHTS)),
    )
    shape = [*(size or (28, 28)), 3 if colour == "rgb" else 1]
    start = next(node.id for node in sample.network.layers if node.kind == "input")
    project = Project(
        name=draw(st.text(max_size=5)),
        network=edits.set_parameter(sample.network, start, "shape", shape),
        data=data,
        augmentation=draw(augmentations()),
        training=training,
    )
    assume(not any(refusals_for(project.augmentation, shape)))
    return project


def as_read(project: Project) -> Project:
    """The project with what makes no difference to a run as the reader gives it."""
    data, optimizer = project.data, project.training.optimizer
    size = None if data.size == (28, 28) else data.size
    padded = data.fit == "pad" and size and inner_size((28, 28), size, "pad") != size
    data = replace(data, size=size, fit="pad" if padded else "stretch")
    if data.validation == 0:
        data = replace(data, validation=0.1, split_seed=42)
    if optimizer.name not in ("sgd", "rmsprop"):
        optimizer = replace(optimizer, momentum=0.0)
    training = replace(project.training, optimizer=optimizer, loss=chosen_loss(project.training))
    return replace(project, data=data, training=training)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(project=projects(), notebook=st.booleans())
def test_a_program_is_read_back_to_its_project(project: Project, notebook: bool) -> None:
    if notebook:
        reading = read_notebook(write_notebook(project))
    else:
        reading = read_code(write_program(project))
    assert reading.questions == ()
    assert reading.opaque == ()
    back, expected = project_of(reading, project.name), as_read(project)
    assert form(back.network) == form(expected.network)
    assert [node.note for node in back.network.layers] == [
        node.note for node in expected.network.layers
    ]
    assert (back.data, back.training) == (expected.data, expected.training)
    assert repr(back.augmentation.stated) == repr(expected.augmentation.stated)


def written() -> dict[str, str]:
    every = Augmentation(
        {"zoom_range": [0.5, 1.5], "width_shift_range": [1], "featurewise_center": True}
    )
    large = edits.set_parameter(LECTURE.network, LECTURE.network.layers[0].id, "shape", [40, 30, 3])
    data = DataSettings(size=(40, 30), fit="pad", colour="rgb", scaling="none")
    changed = replace(LECTURE, network=large, data=data, augmentation=every)
    weights = StoredWeights(SHA, 3, ((100, 10), (10,)))
    *others, last = LECTURE.network.layers
    kept = replace(LECTURE.network, layers=(*others, replace(last, weights=weights, frozen=True)))
    tuned = replace(LECTURE, name='a "b"\n# c', network=kept)
    projects = {"plain": LECTURE, "large": changed, "tuned": tuned}
    for scaling in FITTED:
        weighed = replace(LECTURE.training, class_weights="balanced")
        data = replace(LECTURE.data, scaling=scaling)
        projects[scaling] = replace(LECTURE, data=data, training=weighed, augmentation=every)
    texts = {}
    for name, project in projects.items():
        files = {SHA: f"/home/사람/a 'b' \"c\".cnnstudio.files/weights/{SHA}.npz"}
        texts[f"{name}.py"] = write_program(project, files)
        texts[f"{name}.ipynb"] = write_notebook(project, files)
    return texts


def test_formatter_and_linter_leave_it_alone(tmp_path: Path) -> None:
    for name, text in written().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for arguments in (["format", "--check"], ["check", "--extend-select", "I"]):
        command = [sys.executable, "-m", "ruff", *arguments, "--isolated", "--no-cache", "."]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_notebook_is_one_of_format_4_5_and_says_the_same() -> None:
    text = write_notebook(LECTURE)
    assert write_notebook(LECTURE) == text
    notebook = json.loads(text)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert ids[:4] == ["setup-words", "setup", "data-words", "data"]
    assert len(set(ids)) == len(ids)
    sources = []
    for cell in notebook["cells"]:
        assert cell["metadata"] == {}
        assert all(line.endswith("\n") for line in cell["source"][:-1])
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)
            sources.append("".join(cell["source"]))
    program = write_program(LECTURE)
    assert all(f"{source}\n" in program for source in sources)


def test_weights_are_loaded_where_they_are_and_missed_in_words() -> None:
    program = written()["tuned.py"]
    assert f'{SHA}.npz"' in program
    assert '("dense_2", 3, 2),' in program
    weights = StoredWeights(SHA, 3, ((100, 10), (10,)))
    *others, last = LECTURE.network.layers
    network = replace(LECTURE.network, layers=(*others, replace(last, weights=weights)))
    missed = write_program(replace(LECTURE, network=network))
    assert "start from drawn ones" in missed
    assert "set_weights" not in missed


def test_it_uses_only_what_it_needs() -> None:
    program = write_program(LECTURE)
    for word in ("PIL", "fit(x_train)", "standardized", "np.pad", "cnnstudio"):
        assert word not in program
    assert "stratified_split(y_train, 0.1, 42)" in program
    alone = replace(LECTURE, data=replace(LECTURE.data, validation=0.0))
    assert "validation" not in write_program(alone)
    turned = replace(LECTURE, augmentation=Augmentation({"rotation_range": 20}))
    assert "    rotation_range=20,\n" in write_program(turned)


def without_layers(project: Project) -> Project:
    return replace(project, network=Network())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without_layers, "network"),
        (lambda p: replace(p, augmentation=Augmentation({"rotation_range": "x"})), "rotation"),
        (lambda p: replace(p, training=replace(p.training, epochs=0)), "epochs"),
    ],
)
def test_what_can_not_be_trained_has_no_program(change: Any, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        write_program(change(LECTURE))
