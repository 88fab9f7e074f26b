"""A machine that edits a document at random, and takes it all back."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cnnstudio.core import edits
from cnnstudio.core.analysis import analyse
from cnnstudio.core.blocks.folding import collapse, expand
from cnnstudio.core.blocks.grouping import make_block, ungroup
from cnnstudio.core.chains import add_chain
from cnnstudio.core.clipboard import read_clip, write_clip
from cnnstudio.core.document import Document
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.network import Link, Network
from cnnstudio.core.placing import Edge, aligned, distributed
from cnnstudio.core.problems.fixes import apply_fix
from cnnstudio.core.project import Project
from cnnstudio.core.quick_entry import read_entries
from cnnstudio.core.segments import move_onto, paste_onto
from cnnstudio.core.storage.project_file import encode_project
from cnnstudio.core.text import T
from tests.fakes.networks import lecture

PICK = st.integers(0, 99)
SOME = st.lists(PICK, min_size=1, max_size=4)
LINES = st.sampled_from(
    [
        "conv 4 same relu",
        "bn, relu, dropout .2",
        "pool 2",
        "input 8x8x3, conv 4",
        "add, relu",
        "concat",
        "flatten -> dense 3",
        "gap",
    ]
)
Edit = Callable[[Network], Network]


class Editing(RuleBasedStateMachine):
    """Edits, undoes, redoes; at the end as many undos as there are steps.

    Args:
        start: The project it begins with; the lecture's network unless given.
    """

    def __init__(self, start: Project | None = None) -> None:
        super().__init__()
        self.document = Document(start or Project(network=edits.lay_out(lecture())))
        self.start = encode_project(self.document.project)

    # --- what there is --------------------------------------------------------------------------

    def _ids(self, picks: list[int]) -> list[str]:
        layers = self.document.network.layers
        return list(dict.fromkeys(layers[n % len(layers)].id for n in picks)) if layers else []

    def _link(self, pick: int) -> Link | None:
        links = self.document.network.links
        return links[pick % len(links)] if links else None

    def _edit(self, edit: Edit) -> None:
        """An edit; one that is refused leaves the very same project."""
        before = self.document.project
        try:
            self.document.apply_network(edit, T("Edit"))
        except BadInput:
            assert self.document.project is before

    # --- layers and links -----------------------------------------------------------------------

    @rule(kind=st.sampled_from(sorted(kinds())), x=PICK, y=PICK)
    def add(self, kind: str, x: int, y: int) -> None:
        self._edit(lambda n: edits.add(n, kind, (x * 9.0, y * 9.0)))

    @rule(line=LINES, link=PICK, after=SOME, on_link=st.booleans())
    def type(self, line: str, link: int, after: list[int], on_link: bool) -> None:
        entries = read_entries(line)
        found = self._link(link) if on_link else None
        ids = self._ids(after)
        self._edit(lambda n: add_chain(n, entries, (0, 0), link=found, after=ids))

    @rule(picks=st.tuples(PICK, PICK))
    def connect(self, picks: tuple[int, int]) -> None:
        ids = self._ids(list(picks))
        if len(ids) == 2:
            self._edit(lambda n: edits.connect(n, ids[0], ids[1]))

    @rule(link=PICK)
    def disconnect(self, link: int) -> None:
        if (found := self._link(link)) is not None:
            self._edit(lambda n: edits.disconnect(n, found))

    @rule(picks=SOME)
    def delete(self, picks: list[int]) -> None:
        ids = self._ids(picks)
        self._edit(lambda n: edits.delete(n, ids))

    @rule(picks=SOME, link=PICK)
    def move_onto(self, picks: list[int], link: int) -> None:
        ids, found = self._ids(picks), self._link(link)
        if ids and found is not None:
            self._edit(lambda n: move_onto(n, ids, found))

    @rule(picks=SOME, link=PICK, on_link=st.booleans())
    def paste(self, picks: list[int], link: int, on_link: bool) -> None:
        ids, found = self._ids(picks), self._link(link)
        if not ids or len(self.document.network.layers) > 60:
            return
        clip = read_clip(write_clip(self.document.network, ids))
        if on_link and found is not None:
            self._edit(lambda n: paste_onto(n, clip, found))
        else:
            self._edit(lambda n: edits.paste(n, clip))

    @rule(pick=PICK, which=PICK, value=st.integers(0, 9) | st.sampled_from(["same", "relu", None]))
    def set_parameter(self, pick: int, which: int, value: object) -> None:
        ids = self._ids([pick])
        spec = self.document.network.by_id[ids[0]].spec if ids else None
        if spec is not None and spec.parameters:
            name = spec.parameters[which % len(spec.parameters)].name
            self._edit(lambda n: edits.set_parameter(n, ids[0], name, value))

    @rule(pick=PICK, number=PICK)
    def rename(self, pick: int, number: int) -> None:
        if ids := self._ids([pick]):
            self._edit(lambda n: edits.rename(n, ids[0], f"층 {number}"))

    @rule(pick=PICK)
    def fix(self, pick: int) -> None:
        offered = [(p.node, f) for p in analyse(self.document.network).problems for f in p.fixes]
        if offered:
            node, one = offered[pick % len(offered)]
            self._edit(lambda n: apply_fix(n, node, one))

    # --- places and blocks ----------------------------------------------------------------------

    @rule(picks=SOME, how=st.sampled_from([*Edge, 0, 1, "arrange"]))
    def place(self, picks: list[int], how: Edge | int | str) -> None:
        ids = self._ids(picks)
        if isinstance(how, Edge):
            self._edit(lambda n: edits.move(n, aligned(n, ids, how)))
        elif isinstance(how, int):
            self._edit(lambda n: edits.move(n, distributed(n, ids, how)))
        else:
            self._edit(edits.lay_out)

    @rule(picks=SOME)
    def make_block(self, picks: list[int]) -> None:
        self._edit(lambda n: make_block(n, self._ids(picks)))

    @precondition(lambda self: bool(self.document.network.blocks))
    @rule(pick=PICK, what=st.sampled_from([collapse, expand, ungroup]))
    def change_block(self, pick: int, what: Callable[[Network, str], Network]) -> None:
        blocks = self.document.network.blocks
        self._edit(lambda n: what(n, blocks[pick % len(blocks)].id))

    # --- history --------------------------------------------------------------------------------

    @rule()
    def undo(self) -> None:
        self.document.undo()

    @rule()
    def redo(self) -> None:
        self.document.redo()

    @rule(where=st.floats(0, 1))
    def go_to(self, where: float) -> None:
        self.document.go_to(round(where * len(self.document.history)))

    # --- what always holds ----------------------------------------------------------------------

    @invariant()
    def is_sound(self) -> None:
        network = self.document.network
        assert len(network.by_id) == len(network.layers)
        assert len({node.name for node in network.layers}) == len(network.layers)
        assert network.cyclic == frozenset()
        assert all(k.source in network.by_id and k.target in network.by_id for k in network.links)
        slots = [(k.target, k.slot) for k in network.links]
        assert len(set(slots)) == len(slots)
        analyse(network)

    def teardown(self) -> None:
        self.document.go_to(len(self.document.history))
        end, steps = encode_project(self.document.project), len(self.document.history)
        for _ in range(steps):
            self.document.undo()
        assert encode_project(self.document.project) == self.start
        assert not self.document.modified
        for _ in range(steps):
            self.document.redo()
        assert encode_project(self.document.project) == end
