"""Reads Keras code into a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cnnstudio.core.code.comments import is_read
from cnnstudio.core.code.reading.blocks import with_blocks
from cnnstudio.core.code.reading.building import renamed_apart
from cnnstudio.core.code.reading.evaluator import Ask
from cnnstudio.core.code.reading.interpreter import Interpreter
from cnnstudio.core.code.reading.result import Passed, Question, Reading, Unreadable
from cnnstudio.core.code.reading.source import Source, notebook_code, parse_code
from cnnstudio.core.code.reading.values import LayerObject, ModelObject, Tensor
from cnnstudio.core.layout import lay_out
from cnnstudio.core.text import T

MOST_QUESTIONS = 12


def read_code(
    text: str,
    given: Mapping[str, Any] | None = None,
    input_shape: Sequence[int] | None = None,
) -> Reading:
    """Reads the source of a program or of a part of one; nothing in it is run.

    Args:
        text: Python with Keras or tf.keras; imports may be missing.
        given: Values of constants the code doesn't define.
        input_shape: The shape, without the batch axis, of an input the code doesn't define.

    Raises:
        Unreadable: With the place, the construct and what was read before it.
    """
    return _read(parse_code(text), given or {}, input_shape)


def read_notebook(
    text: str,
    given: Mapping[str, Any] | None = None,
    input_shape: Sequence[int] | None = None,
) -> Reading:
    """Reads the code cells of a notebook's JSON as one program; see `read_code`.

    Raises:
        BadInput: For text that is no notebook; Unreadable for code that can't be read.
    """
    code, cells = notebook_code(text)
    return _read(parse_code(code, cells), given or {}, input_shape)


def _read(source: Source, given: Mapping[str, Any], input_shape: Sequence[int] | None) -> Reading:
    names, inputs = dict(given), dict[str, Sequence[int]]()
    questions: list[Question] = []
    while True:
        reader = Interpreter(source, names, inputs)
        try:
            reader.program()
            return _reading(reader, questions, _ends(reader, inputs))
        except Ask as asked:
            question = asked.question
            if len(questions) == MOST_QUESTIONS:
                raise source.refuse(
                    source.tree,
                    T("the code leaves more than {most} values open.", most=MOST_QUESTIONS),
                ) from asked
            if question.is_input:
                inputs[question.name] = input_shape or question.guess
            else:
                names[question.name] = question.guess
            if not question.is_input or input_shape is None:
                questions.append(question)
        except Unreadable as error:
            error.reading = _reading(reader, questions, None)
            raise


def _ends(reader: Interpreter, inputs: Mapping[str, Sequence[int]]) -> Sequence[Tensor] | None:
    """The outputs of the model that is meant: the one trained last, else the one made last."""
    if not reader.builder.models:
        return None
    *others, model = reader.builder.models
    for other in others:
        if other.layers is None or not _is_within(other, model):
            reader.builder.pass_over(other.node)
    if model.layers is None:
        return model.ends
    return _sequential(reader, model, inputs)


def _is_within(one: ModelObject, other: ModelObject) -> bool:
    """Whether a Sequential's layers are part of another model, or were called."""
    called = any(isinstance(layer, LayerObject) and layer.output for layer in one.layers or ())
    ours = set(map(id, other.layers or ()))
    return called or any(id(layer) in ours for layer in one.layers or ())


def _sequential(
    reader: Interpreter, model: ModelObject, inputs: Mapping[str, Sequence[int]]
) -> Sequence[Tensor]:
    assert model.layers is not None
    if not model.layers:
        return ()
    first = model.layers[0]
    if isinstance(first, Tensor):
        tensor = first
    elif first.kind == "input":
        if first.output is None:
            reader.builder.call(first, first.node, ())
        assert first.output is not None
        tensor = first.output
    else:
        shape = first.input_shape or model.input_shape or inputs.get("")
        if shape is None:
            line = getattr(model.node, "lineno", 1)
            raise Ask(Question("", reader.usual_shape, line, is_input=True))
        tensor = reader.builder.input(model.node, shape)
    return (reader.builder.chain(model.layers, tensor),)


def _reading(
    reader: Interpreter, questions: Sequence[Question], ends: Sequence[Tensor] | None
) -> Reading:
    builder = reader.builder
    network = renamed_apart(builder.network(ends))
    network = lay_out(with_blocks(network, reader.source, reader.uses, builder.lines))
    told = builder.names_in_comments | builder.notes.lines
    comments = (
        Passed(line, f"# {text}"[:70])
        for line, text in reader.source.comments.items()
        if line not in told and not is_read(text)
    )
    passed = dict.fromkeys((*builder.passed, *comments))  # a loop passes over a line many times
    return Reading(
        network,
        tuple(sorted(reader.settings.values(), key=lambda setting: setting.line)),
        tuple(sorted(passed, key=lambda one: one.line)),
        tuple(questions),
        tuple(node.name for node in network.layers if node.spec is None or node.custom is not None),
        {id: builder.lines[id] for id in network.by_id if id in builder.lines},
    )
