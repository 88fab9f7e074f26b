"""The functional style: a line a layer, blocks as helper functions, their repeats as loops."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cnnstudio.core.analysis import Analysis
from cnnstudio.core.code.comments import block_comment, note_lines, shape_comment
from cnnstudio.core.code.names import PROGRAM_NAMES, UseNames
from cnnstudio.core.code.writing.helpers import Helper, Use, contiguous, find_helpers
from cnnstudio.core.code.writing.layers import imports_of, kind_of, layer_call
from cnnstudio.core.code.writing.sheet import Sheet, own_sheet
from cnnstudio.core.code.writing.source import (
    Argument,
    Call,
    Expression,
    Items,
    applied,
    broken,
    comments_of,
    flat,
    identifier,
    wrapped,
)
from cnnstudio.core.network import LayerNode

INPUT, OUTPUT = "input_tensor", "output"
_RESERVED = PROGRAM_NAMES | {INPUT, OUTPUT, "x", "model", "number", "range", "enumerate"}
FEWEST_TURNS = 3
"""So many uses of a block, one behind the other, make a loop."""


@dataclass(slots=True)
class _Step:
    """A layer, or a call of a helper function.

    Attributes:
        ids: Its layers; the last one's output is its own.
        use: The block the call makes.
        helper: The function that is called.
        given: What the function is given behind the tensor.
        prefix: What it is given as the beginning of its layers' names.
        number: What it is given as the number at the end of its layers' names.
        comment: What tells the block's name, where the code doesn't.
        variable: What holds its output.
    """

    ids: tuple[str, ...]
    use: Use | None = None
    helper: Helper | None = None
    given: tuple[Argument, ...] = ()
    prefix: str = ""
    number: int | None = None
    comment: str = ""
    variable: str = ""

    @property
    def exit(self) -> str:
        """The layer that gives its output."""
        return self.ids[-1]


class Functional:
    """Writes a network in the functional style.

    Args:
        analysis: Of a network without errors.
        safe: The names Keras runs, by id.
        shapes: Whether output shapes are told.
        blocks: Whether blocks are told.
    """

    def __init__(
        self, analysis: Analysis, safe: Mapping[str, str], *, shapes: bool, blocks: bool
    ) -> None:
        self._analysis = analysis
        self._network = analysis.network
        self._safe = safe
        self._shapes = shapes
        self._uses = contiguous(self._network) if blocks else ()
        nodes = [self._network.by_id[id] for id in self._network.order]
        self._sheet = own_sheet(nodes, imports_of(nodes) | {"keras.models": {"Model"}})
        self._reserved = _RESERVED | self._sheet.names
        self._helpers, self._names = find_helpers(self._network, safe, self._uses, self._reserved)
        self._used = {
            use.ids[0]: (helper, place)
            for helper in self._helpers
            for place, use in enumerate(helper.uses)
        }

    def write(self) -> Sheet:
        """The whole program."""
        sheet = self._sheet
        steps = self._steps()
        self._name_variables(steps)
        sheet.define()
        for helper in self._helpers:
            sheet.blank(2)
            self._function(helper)
        sheet.blank(2 if self._helpers else 1)
        self._body(steps)
        sheet.blank()
        ends = Argument(steps[0].variable, "inputs"), Argument(steps[-1].variable, "outputs")
        sheet.add(wrapped("model = ", Call("Model", ends)))
        return sheet

    # ---------------------------------------------------------------------------------- the steps

    def _steps(self) -> list[_Step]:
        steps: list[_Step] = []
        inside: set[str] = set()
        for id in self._network.order:
            if id in self._used:
                helper, place = self._used[id]
                use = helper.uses[place]
                inside.update(use.ids)
                step = _Step(use.ids, use, helper, helper.given[place])
                step.prefix = helper.prefixes[place] if helper.prefixes else ""
                step.number = helper.numbers[place] if helper.numbers else None
                steps.append(step)
            elif id not in inside:
                steps.append(_Step((id,)))
        self._name_blocks(steps)
        return steps

    def _name_blocks(self, steps: Sequence[_Step]) -> None:
        """Tells the names of blocks that the reader wouldn't give them."""
        written = {use.block.name for use in self._uses if use.ids[0] not in self._used}
        calls = [(step, step.use, step.helper) for step in steps if step.use and step.helper]
        prefixes = {use.block.name for step, use, _ in calls if step.prefix == use.block.name}
        names = UseNames(written | prefixes)
        for step, use, helper in calls:
            if (step.prefix or names.next(helper.pattern)) != use.block.name:
                step.comment = block_comment(use.block.name, use.block.name)
            names.take(use.block.name)

    def _name_variables(self, steps: Sequence[_Step]) -> None:
        """A variable for every step: ``x`` along a chain, a name where branches need it."""
        taken = set(self._reserved)
        for helper in self._helpers:
            taken |= {helper.function, *helper.parameters}
        step_of = {id: number for number, step in enumerate(steps) for id in step.ids}
        for number, step in enumerate(steps):
            targets = {step_of[link.target] for link in self._network.outgoing[step.exit]}
            if number == 0:
                step.variable = INPUT
            elif not targets:
                step.variable = OUTPUT
            elif targets == {number + 1}:
                step.variable = "x"
            else:
                name = step.use.block.name if step.use else self._safe[step.exit]
                step.variable = identifier(name, taken, "block" if step.use else "layer")
                taken.add(step.variable)

    # ------------------------------------------------------------------------------- the functions

    def _function(self, helper: Helper) -> None:
        """Defines a helper function."""
        ids = helper.uses[0].ids
        first = self._network.by_id[ids[0]]
        outside = next(k.source for k in self._network.incoming[first.id])
        rank = {id: place for place, id in enumerate(ids)}
        takers = {
            place
            for id, place in rank.items()
            for link in self._network.incoming[id]
            if link.source not in rank
        }
        tensor = "x" if takers == {0} else "inputs"
        taken = {*self._reserved, "inputs", helper.function, *helper.parameters}
        variables = {outside: tensor}
        for id, place in rank.items():
            targets = {rank.get(link.target, -1) for link in self._network.outgoing[id]}
            if place == len(ids) - 1 or targets == {place + 1}:
                variables[id] = "x"
            else:
                part = helper.uses[0].block.members[id]
                variables[id] = identifier(part, taken)
                taken.add(variables[id])
        comment = (
            ()
            if helper.pattern == helper.function
            else (block_comment(helper.pattern, helper.pattern),)
        )
        parameters = (Argument(tensor), *map(Argument, helper.parameters))
        self._sheet.add(wrapped("def ", Call(helper.function, parameters), ":", *comment))
        for id, place in rank.items():
            node = self._network.by_id[id]
            call = layer_call(node, self._names.get(id), helper.held[place])
            same = [use.ids[place] for use in helper.uses]
            self._layer(node, call, variables, same, depth=1)
        self._sheet.add(["    return x"])

    # -------------------------------------------------------------------------------- the program

    def _body(self, steps: Sequence[_Step]) -> None:
        turns = {run.steps[0].exit: run for run in self._runs(steps)}
        variables = {step.exit: step.variable for step in steps}
        written = {use.ids[0]: use for use in self._uses if use.ids[0] not in self._used}
        ends = {use.ids[-1] for use in written.values()}
        number = 0
        while number < len(steps):
            step = steps[number]
            if step.exit in turns:
                run = turns[step.exit]
                self._loop(run, variables[self._source(step)])
                number += len(run.steps)
                continue
            if step.helper is not None:
                self._call(step, variables[self._source(step)])
            else:
                if step.exit in written:
                    block = written[step.exit].block
                    self._sheet.blank()
                    self._sheet.add([f"# {block_comment(block.name, block.pattern)}"])
                node = self._network.by_id[step.exit]
                call = layer_call(node, self._names.get(step.exit))
                self._layer(node, call, variables, [step.exit])
                if step.exit in ends:
                    self._sheet.blank()
            number += 1

    def _layer(
        self,
        node: LayerNode,
        call: Call,
        variables: Mapping[str, str],
        same: Sequence[str],
        depth: int = 0,
    ) -> None:
        """Writes a layer that stands for those of the ids in `same`."""
        indent = "    " * depth
        self._sheet.add([f"{indent}{line}" for line in note_lines(node.note)])
        sources = [variables[link.source] for link in self._network.incoming[node.id]]
        given: Expression | None = sources[0] if sources else None
        if len(sources) > 1 or kind_of(node).merges:
            given = Items(tuple(sources), "[]")
        comments = self._shape(same)
        lines = applied(variables[node.id], call, given, *comments, depth=depth)
        self._sheet.add(lines, same)

    def _shape(self, ids: Iterable[str]) -> tuple[str, ...]:
        """The output shape as a comment, where it is wanted and the same for all of them."""
        known = self._analysis.nodes if self._shapes else {}
        shapes = {known[id].output for id in ids if id in known}
        return (shape_comment(shapes.pop()),) if len(shapes) == 1 else ()

    def _source(self, step: _Step) -> str:
        """The layer whose output a call is given."""
        members = set(step.ids)
        links = (link for id in step.ids for link in self._network.incoming[id])
        return next(link.source for link in links if link.source not in members)

    def _call(self, step: _Step, tensor: str) -> None:
        assert step.helper is not None
        call = Call(step.helper.function, (Argument(tensor), *step.given))
        comments = ((step.comment,) if step.comment else ()) + self._shape([step.exit])
        # Two names on one line would be one.
        lines = broken if comments_of(call) else wrapped
        self._sheet.add(lines(f"{step.variable} = ", call, "", *comments))

    # ---------------------------------------------------------------------------------- the loops

    def _runs(self, steps: Sequence[_Step]) -> list[_Run]:
        """The loops: calls of one function, each given what the one before it gave."""
        runs = []
        first = 0
        while first < len(steps):
            run = _Run([steps[first]])
            while first + len(run.steps) < len(steps):
                step = steps[first + len(run.steps)]
                if step.helper is None or self._source(step) != run.steps[-1].exit:
                    break
                if not run.take(step):
                    break
            if len(run.steps) < FEWEST_TURNS:
                first += 1
                continue
            runs.append(run)
            first += len(run.steps)
            for step in run.steps:
                step.variable = "x"
        return runs

    def _loop(self, run: _Run, tensor: str) -> None:
        first, count = run.steps[0], len(run.steps)
        assert first.helper is not None
        if tensor != "x":
            self._sheet.add([f"x = {tensor}"])
        target, given = "_", list(first.given)
        over: Expression = Call("range", (Argument(str(count)),))
        if run.changing is not None:
            target = first.helper.parameters[run.changing]
            over = Items(tuple(step.given[run.changing].value for step in run.steps))
            given[run.changing] = Argument(target, target)
        if run.start is not None:
            text = f'f"{run.stem}{{number}}"'
            given[-1] = Argument(text, "name") if first.prefix else Argument("number", "number")
            if run.changing is None:
                bounds = (run.start, run.start + count) if run.start else (count,)
                target, over = "number", Call("range", tuple(Argument(str(n)) for n in bounds))
            else:
                start = (Argument(str(run.start), "start"),) if run.start else ()
                target, over = f"number, {target}", Call("enumerate", (Argument(over), *start))
        self._sheet.add(wrapped(f"for {target} in ", over, ":"))
        call = Call(first.helper.function, (Argument("x"), *given))
        comments = self._shape([step.exit for step in run.steps])
        self._sheet.add(wrapped("x = ", call, "", *comments, depth=1))


class _Run:
    """Calls of one function that make a loop: they differ in one value and a number at most.

    Args:
        steps: The first one.

    Attributes:
        steps: The calls.
        changing: Which of the arguments differs; None if none does.
        stem: What the names of their layers begin with, before the number.
        start: The first number; None where nothing is counted.
    """

    def __init__(self, steps: list[_Step]) -> None:
        self.steps = steps
        self.changing: int | None = None
        numbered = re.fullmatch(r"(.*?)(0|[1-9]\d{0,8})", steps[0].prefix)
        self.stem = numbered[1] if numbered else ""
        self.start = int(numbered[2]) if numbered else steps[0].number
        self._values = self._values_of(steps[0])

    def take(self, step: _Step) -> bool:
        """Takes one more call; returns whether it fits."""
        first, last = self.steps[0], self.steps[-1]
        if last.helper is not step.helper or last.variable != "x":
            return False
        if step.variable not in ("x", OUTPUT) or first.comment or step.comment:
            return False
        if any(argument.comment for argument in (*first.given, *step.given)):
            return False
        if not self._counts(step):
            return False
        pairs = zip(self._values, self._values_of(step), strict=True)
        differing = [place for place, (a, b) in enumerate(pairs) if a != b]
        if len(differing) > 1 or (differing and self.changing not in (None, differing[0])):
            return False
        self.changing = differing[0] if differing else self.changing
        self.steps.append(step)
        return True

    def _counts(self, step: _Step) -> bool:
        """Whether the names in the next call go on with the next number."""
        if self.start is None:
            return not step.prefix
        number = self.start + len(self.steps)
        return step.prefix == f"{self.stem}{number}" if step.prefix else step.number == number

    @staticmethod
    def _values_of(step: _Step) -> list[str]:
        """What a call is given, but for what makes names."""
        named = step.prefix or step.number is not None
        given = step.given[:-1] if named else step.given
        return [flat(argument.value) for argument in given]
