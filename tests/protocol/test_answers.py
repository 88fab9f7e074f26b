from __future__ import annotations

import json
from typing import Any

import pytest

from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import TN, T
from cnnstudio.protocol.answers import Answer, Unsound, decode_answer, encode_answer


def test_an_answer_arrives_as_it_was() -> None:
    answer = Answer(
        project={"format": "x", "number": 2**80, "name": "층"},
        opaque=("a",),
        loaded=3,
        missing=("b",),
        warnings=(T("{layer:을/를} {n:.1f}", layer="x", n=1.5), TN("{count} a", "{count} b", 2)),
        limits=("memory",),
    )
    assert decode_answer(encode_answer(answer)) == answer
    refused = Answer(refused=T("{a}", a=T("no")), open_shape=(None, None, 3))
    assert decode_answer(encode_answer(refused)) == refused


@pytest.mark.parametrize(
    "raw",
    [
        {"loaded": "3"},
        {"missing": [3]},
        {"refused": {"params": {}}},
        {"refused": {"id": "{a}"}},
        {"refused": {"id": "{a.__class__}", "params": {"a": 1}}},
        {"refused": {"id": "{a[0]}", "params": {"a": 1}}},
        {"refused": {"id": "{a!r}", "params": {"a": 1}}},
        {"refused": {"id": "{a:>999999999}", "params": {"a": 1}}},
        {"refused": {"id": "{a:{b}}", "params": {"a": 1, "b": 2}}},
        {"refused": {"id": "{", "params": {}}},
        {"refused": {"id": "a", "plural": "b"}},
        {"warnings": [{"id": "{a}", "params": {"a": {"id": "{b}"}}}]},
    ],
)
def test_what_no_inspector_says_is_unsound(raw: dict[str, Any]) -> None:
    with pytest.raises(Unsound):
        decode_answer(json.dumps(raw).encode())


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"loaded": NaN}', b"\xff", b"[" * 10**5])
def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        decode_answer(data)
