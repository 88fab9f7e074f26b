"""Trust belongs to the person and to the letter of a source; nothing here ever runs that source."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.analysis import analyse
from cnnstudio.core.blocks.grouping import with_layers
from cnnstudio.core.clipboard import read_clip, write_clip
from cnnstudio.core.code.custom_edits import give_code, take_code, waiting
from cnnstudio.core.code.fragments import read_fragment
from cnnstudio.core.code.reading.reader import read_code
from cnnstudio.core.code.writer import write_model_code
from cnnstudio.core.costs import costs
from cnnstudio.core.document import Document
from cnnstudio.core.errors import BadInput, StudioError
from cnnstudio.core.layers.custom import CustomLayer
from cnnstudio.core.project import Project
from cnnstudio.core.storage.project_file import load_project, save_project
from cnnstudio.core.storage.trust import TrustStore
from cnnstudio.core.text import T
from tests.fakes.own_layers import PROGRAM, SQUEEZE, canary, canary_program

SQUEEZES = CustomLayer(SQUEEZE, "Squeeze")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrustStore:
    monkeypatch.setenv("CNNSTUDIO_DATA", str(tmp_path / "data"))
    return TrustStore.of_person()


def test_exactly_what_was_trusted_is_trusted(store: TrustStore) -> None:
    assert not store.trusts(SQUEEZES)
    assert store.entries() == ()
    store.withdraw(SQUEEZES.digest)
    store.trust(SQUEEZES)
    assert TrustStore.of_person().trusts(SQUEEZES)
    for other in (SQUEEZE + "\n", SQUEEZE.replace("RATIO = 4", "RATIO = 5"), ""):
        assert not store.trusts(replace(SQUEEZES, source=other))
    assert [(one.digest, one.source, one.classes) for one in store.entries()] == [
        (SQUEEZES.digest, SQUEEZE, ("Squeeze",))
    ]
    store.withdraw(SQUEEZES.digest)
    assert not store.trusts(SQUEEZES)


def test_a_file_that_is_not_what_its_name_says_grants_nothing(store: TrustStore) -> None:
    store.trust(SQUEEZES)
    path = store.folder / f"{SQUEEZES.digest}.py"
    path.write_text(SQUEEZE + "#", encoding="utf-8")
    (store.folder / "note.txt").write_text("mine", encoding="utf-8")
    assert not store.trusts(SQUEEZES)
    assert store.entries() == ()
    path.write_bytes(b"\xff")
    assert store.entries() == ()
    store.trust(SQUEEZES)
    assert store.trusts(SQUEEZES)


def test_what_cannot_be_kept_is_told(store: TrustStore) -> None:
    with pytest.raises(BadInput, match="than it shows"):
        store.trust(replace(SQUEEZES, source="x = '\u202e'"))
    with pytest.raises(BadInput, match="half a character"):
        store.trust(replace(SQUEEZES, source="x = '\ud800'"))
    assert not store.trusts(replace(SQUEEZES, source="\ud800"))
    store.folder.parent.mkdir(parents=True)
    store.folder.write_text("in the way", encoding="utf-8")
    with pytest.raises(StudioError, match="trusted-code"):
        store.trust(SQUEEZES)
    assert store.entries() == ()


def test_the_first_untrusted_layer_is_named(store: TrustStore) -> None:
    network = read_code(PROGRAM).network
    assert [node.name for node in store.untrusted(network)] == ["squeeze", "again"]
    with pytest.raises(BadInput, match="--trust-code"):
        store.check(network.layers)
    store.trust(SQUEEZES)
    assert store.untrusted(network) == ()
    store.check(network.layers)


def test_no_project_says_what_is_trusted(store: TrustStore, tmp_path: Path) -> None:
    store.trust(SQUEEZES)
    save_project(Project(network=read_code(PROGRAM).network), tmp_path / "p.cnnstudio")
    assert "trust" not in (tmp_path / "p.cnnstudio").read_text(encoding="utf-8")
    store.withdraw(SQUEEZES.digest)
    assert store.untrusted(load_project(tmp_path / "p.cnnstudio").network)


def test_reading_opening_editing_and_copying_run_nothing(store: TrustStore, tmp_path: Path) -> None:
    left = tmp_path / "left"
    network = read_code(canary_program(left)).network
    (own,) = store.untrusted(network)
    assert own.custom is not None
    worst = CustomLayer(canary(left), "Canary")
    network = with_layers(network, {own.id: replace(own, code=worst)})
    store.trust(worst)  # not even then, outside of an engine
    path = tmp_path / "p.cnnstudio"
    save_project(Project(network=network), path)
    document = Document(load_project(path))
    document.apply_network(lambda n: edits.rename(n, own.id, "other"), T("Rename"))
    document.undo()
    document.redo()
    clip = read_clip(write_clip(document.network, [own.id]))
    pasted = edits.paste(edits.duplicate(document.network, [own.id]), clip)
    assert analyse(pasted).errors
    assert waiting(document.network)
    write_model_code(document.network)
    read_fragment(canary_program(left))
    costs(analyse(document.network), 8)
    given = give_code(take_code(document.network, own.id), own.id, canary_program(left))
    assert store.untrusted(given)
    assert not left.exists()
