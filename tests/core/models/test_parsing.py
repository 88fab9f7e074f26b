from __future__ import annotations

import json
import re

import pytest

from cnnstudio.core.errors import BadInput
from cnnstudio.core.models.parsing import DEEPEST, LARGEST, parse_config


def test_a_config_is_read_from_text_and_bytes() -> None:
    config = {"class_name": "Sequential", "config": {"name": "신경망", "layers": []}}
    text = json.dumps(config, ensure_ascii=False, indent=2).replace("\n", "\r\n")
    assert parse_config(text, "m.json") == parse_config(text.encode(), "m.json") == config
    assert parse_config(b"\xef\xbb\xbf{}", "m.json") == {}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", r"^m\.json is empty"),
        (" \n", r"^m\.json is empty"),
        ('{"config": {"name": ', r"ends in the middle \(line 1, column 21\)"),
        ('{\n"name": oops}', r"isn't JSON: something is wrong at line 2, column 9"),
        ("[1, 2]", r"holds \[1, 2\] where the config of a model"),
        ('{"a": 1, "a": 2}', 'gives "a" twice'),
        ('{"name": "NaN",\n "rate": NaN}', r"NaN where .* \(line 2, column 10\)"),
        ('{"rate": Infinity}', "Infinity where a finite number"),
        ('{"rate": 1e999}', "1e999 where a finite number"),
        ('{"units": ' + "9" * 4_301 + "}", "99999999999999999999… where a finite number"),
        ('{"name": "\\ud800"}', "half a character"),
        ('{"a":' * (DEEPEST + 1) + "1" + "}" * (DEEPEST + 1), "more than 500 deep"),
        ("[" * 100_000, "more than 500 deep"),
    ],
)
def test_what_isnt_strict_json_is_refused_with_its_place(text: str, sentence: str) -> None:
    for given in (text, text.encode("utf-8")):
        with pytest.raises(BadInput) as refused:
            parse_config(given, "m.json")
        assert re.search(sentence, str(refused.value)), refused.value


def test_bytes_that_are_no_text_or_too_many_are_refused() -> None:
    with pytest.raises(BadInput, match=r"UTF-8"):
        parse_config(b'{"name": "\xff"}', "m.json")
    with pytest.raises(BadInput, match=r"UTF-16"):
        parse_config('{"a": 1}'.encode("utf-16"), "m.json")
    with pytest.raises(BadInput, match="16,000,001 bytes"):
        parse_config(b" " * (LARGEST + 1), "m.json")


def test_a_config_as_deep_as_the_limit_is_read() -> None:
    assert parse_config('{"a":' * DEEPEST + "1" + "}" * DEEPEST, "m.json")
