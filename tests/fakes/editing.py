"""A machine that edits a document at random, and takes it all back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cnnstudio.core import edits
from cnnstudio.core.analysis import analyse
from cnnstudio.core.blocks.bodies import body_of, put
from cnnstudio.core.blocks.folding import arranged, collapse, exit_of, expand, folded, through
from cnnstudio.core.blocks.grouping import (
    block_with,
    detach,
    keep_own,
    make_block,
    reconciled,
    rename_block,
    ungroup,
)
from cnnstudio.core.blocks.library.registry import library
from cnnstudio.core.blocks.library.spec import LibraryBlock, Place
from cnnstudio.core.chains import add_chain
from cnnstudio.core.clipboard import read_clip, write_clip
from cnnstudio.core.code.writer import write_model_code
from cnnstudio.core.comparison import compare
from cnnstudio.core.document import Document
from cnnstudio.core.errors import BadInput
from cnnstudio.core.inverse import apply_proposal, sizes_for
from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.network import LayerNode, Link, Network
from cnnstudio.core.placing import Edge, aligned, distributed
from cnnstudio.core.problems.fixes import apply_fix, keep
from cnnstudio.core.project import Project
from cnnstudio.core.quick_entry import read_entries
from cnnstudio.core.segments import move_onto, paste_onto
from cnnstudio.core.storage.project_file import decode_project, encode_project
from cnnstudio.core.summary import model_summary
from cnnstudio.core.swaps import swaps
from cnnstudio.core.text import T
from cnnstudio.core.volumes.drawing import draw
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


def use_again(network: Network, id: str) -> Network:
    """Puts another use of a block behind it, as the canvas does."""
    if len(network.layers) > 60:
        return network
    block = block_with(network, id)
    after = id if block.collapsed else exit_of(network, block)
    return put(network, body_of(network, id), after=after)


def renamed(network: Network, id: str) -> Network:
    """Gives a block one of few names."""
    return rename_block(network, id, f"블록 {len(id) % 3}")


def clip_text(network: Network) -> str:
    """A network as the clipboard has it."""
    return write_clip(network, network.by_id)


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

    @precondition(lambda self: bool(self.document.network.blocks))
    @rule(pick=PICK, which=PICK, value=st.integers(1, 9))
    def set_only_here(self, pick: int, which: int, value: int) -> None:
        inside = list(self.document.network.block_of)
        id = inside[pick % len(inside)]
        spec = self.document.network.by_id[id].spec
        if spec is not None and spec.parameters:
            name = spec.parameters[which % len(spec.parameters)].name
            self._edit(lambda n: edits.set_parameter(keep_own(n, id, name), id, name, value))

    @rule(pick=PICK, kind=st.sampled_from(["Lambda", "MyLayer", "block"]))
    def unknown(self, pick: int, kind: str) -> None:
        """A layer the studio doesn't know, as a clip brings it; on a link where there is one."""
        clip = Network((LayerNode("n1", kind, "낯선 층", {"a": [1, None]}, kept=("no_such",)),))
        found = self._link(pick)
        if found is not None and len(self.document.network.layers) < 60:
            self._edit(lambda n: paste_onto(n, read_clip(clip_text(clip)), found))

    @rule(pick=PICK)
    def keep_a_warning(self, pick: int) -> None:
        told = analyse(self.document.network).warnings
        if told:
            one = told[pick % len(told)]
            if one.node in self.document.network.by_id:
                self._edit(lambda n: keep(n, one.node, one.id))

    @rule(pick=PICK, size=st.integers(1, 30))
    def size(self, pick: int, size: int) -> None:
        """The settings that give a wanted size, or a swap of the head."""
        network = self.document.network
        if ids := self._ids([pick]):
            for proposal in sizes_for(network, ids[0], (size, size), most=1).proposals:
                self._edit(partial(apply_proposal, settings=proposal.settings))
        if pick % 4 == 0 and (found := swaps(network)):
            self._edit(lambda n: found[pick % len(found)].network if n is network else n)

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

    @rule(block=st.sampled_from(library()), link=PICK, folded_up=st.booleans())
    def put_block(self, block: LibraryBlock, link: int, folded_up: bool) -> None:
        """One of the library's, on a link between cards, or by itself."""
        network = self.document.network
        links = folded(network).network.links
        on = links[link % len(links)] if links and link % 4 else None
        if len(network.layers) < 60:
            body = block.body(Place())
            self._edit(lambda n: put(n, body, link=on, collapsed=folded_up))

    @precondition(lambda self: bool(self.document.network.blocks))
    @rule(pick=PICK, what=st.sampled_from([collapse, expand, ungroup, detach, use_again, renamed]))
    def change_block(self, pick: int, what: Callable[[Network, str], Network]) -> None:
        blocks = self.document.network.blocks
        self._edit(lambda n: what(n, blocks[pick % len(blocks)].id))

    @precondition(lambda self: bool(self.document.network.blocks))
    @rule(picks=st.tuples(PICK, PICK), what=st.sampled_from(["delete", "connect", "move", "paste"]))
    def edit_cards(self, picks: tuple[int, int], what: str) -> None:
        """What is done to collapsed blocks as to layers."""
        cards = folded(self.document.network).network
        first, second = (list(cards.by_id)[pick % len(cards.layers)] for pick in picks)
        edit: Edit
        if what == "delete":
            edit = partial(edits.delete, ids=[first])
        elif what == "connect":
            edit = partial(edits.connect, source=first, target=second)
        elif what == "move":
            edit = partial(edits.move, positions={first: (7.0 * picks[0], 5.0)})
        else:
            layers = folded(self.document.network).layers([first])
            if len(self.document.network.layers) < 60:
                clip = read_clip(write_clip(self.document.network, layers))
                self._edit(lambda n: edits.paste(n, clip))
            return
        self._edit(lambda n: through(n, edit))

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
        self._blocks_are_sound(network)
        analyse(network)
        seen = folded(network)
        assert seen.unfolded(seen.network) == network
        assert {k for links in seen.real.values() for k in links} <= set(network.links)

    def _blocks_are_sound(self, network: Network) -> None:
        """Blocks don't overlap, are named apart, and uses of one design are alike."""
        members = [id for block in network.blocks for id in block.members]
        assert len(set(members)) == len(members)
        assert set(members) <= network.by_id.keys()
        assert all(block.members for block in network.blocks)
        ids = {block.id for block in network.blocks}
        assert len(ids | network.by_id.keys()) == len(network.blocks) + len(network.layers)
        assert len({block.name for block in network.blocks}) == len(network.blocks)
        assert reconciled(network) is network

    def _can_be_told(self) -> None:
        """Whatever came out is saved and opened, summed up, compared, and written as code."""
        project = self.document.project
        assert decode_project(encode_project(project), "it") == project
        network = project.network
        model_summary(network, analyse(network))
        compare(self.document.opened.network, network, 32)
        draw(analyse(network))
        self._edit(arranged)
        try:
            write_model_code(network)
        except BadInput:
            assert analyse(network).errors

    def teardown(self) -> None:
        self.document.go_to(len(self.document.history))
        self._can_be_told()
        end, steps = encode_project(self.document.project), len(self.document.history)
        for _ in range(steps):
            self.document.undo()
        assert encode_project(self.document.project) == self.start
        assert not self.document.modified
        for _ in range(steps):
            self.document.redo()
        assert encode_project(self.document.project) == end
