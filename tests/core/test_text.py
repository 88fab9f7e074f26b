"""Texts in both languages, Korean particles, and a Korean catalogue that lacks nothing."""

from __future__ import annotations

import re
import string
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from cnnstudio.core.text import TN, T, Text, Translator, particle, preferred_language

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "resources" / "locale" / "ko" / "LC_MESSAGES" / "cnnstudio.po"
PARTICLES = {
    "을/를", "이/가", "은/는", "과/와", "으로/로", "이라는/라는", "이라고/라고", "이나/나",
    "이며/며", "이고/고", "이에요/예요", "이란/란", "아/야",
}  # fmt: skip
PERCENT = re.compile(r"%(?:\(\w+\))?[sdr]")  # the placeholders of argparse's own sentences


@pytest.fixture(scope="module")
def packaging() -> Iterator[ModuleType]:
    """The module that keeps the catalogues."""
    folder = str(ROOT / "packaging")
    sys.path.insert(0, folder)
    import catalogues

    yield catalogues
    sys.path.remove(folder)


@pytest.fixture(scope="module")
def korean(packaging: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Translator:
    """Korean from the catalogue in the sources, compiled for this test."""
    folder = tmp_path_factory.mktemp("locale")
    packaging.compile_catalogues(packaging.LOCALE, folder)
    return Translator("ko", folder)


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="ko", abort_invalid=True)


# ------------------------------------------------------------------------------------ showing


def test_english_needs_no_catalogue(tmp_path: Path) -> None:
    text = T("{layer} has {count} values, {share} of {total}.", layer="a", count=1_081_700,
             share=-0.25, total=T("all"))  # fmt: skip
    assert str(text) == "a has 1,081,700 values, −0.25 of all."
    assert Translator("ko", tmp_path).show(text) == str(text)
    assert Translator("xx").language == "en"
    assert Translator("en").show("a {plain} string") == "a {plain} string"
    assert str(Text("")) == ""


def test_one_and_many() -> None:
    assert str(TN("{count} layer", "{count} layers", 1)) == "1 layer"
    assert str(TN("{count} layer", "{count} layers", 2_000)) == "2,000 layers"


def test_a_parameter_can_not_reach_into_python() -> None:
    with pytest.raises(KeyError):
        str(T("{a.__class__}", a=1))
    assert str(T("{a}", a="{b} {0} %s")) == "{b} {0} %s"


def test_korean_is_shown(korean: Translator) -> None:
    text = T("{file} is a folder. Choose a file.", file="내 그림")
    assert korean.show(text) == "내 그림은 폴더입니다. 파일을 고르세요."
    assert korean.show(T("layer {name}", name="conv2d_1")) == "conv2d_1 층"
    nested = T("Set the shape of {layer} to {given}.", layer="input_1", given="28×28×1")
    assert korean.show(nested) == "input_1의 형태를 28×28×1로 바꾸세요."


@pytest.mark.parametrize(
    ("word", "pair", "wanted"),
    [
        ("필터", "을/를", "를"),
        ("채널", "을/를", "을"),
        ("채널", "으로/로", "로"),  # after ㄹ it is 로
        ("층", "으로/로", "으로"),
        ("학습", "이/가", "이"),
        ("conv2d_1", "을/를", "을"),
        ("dense_2", "을/를", "를"),
        ("conv2d_10", "은/는", "은"),
        ("input_1", "으로/로", "로"),
        ("flatten", "을/를", "을"),
        ("dense", "과/와", "와"),
        ("pooling", "이/가", "이"),
        ("CNN", "을/를", "을"),
        ("RGB", "을/를", "를"),
        ("4.4 MB", "이/가", "가"),
        ("64%", "을/를", "를"),
        ("10,816", "을/를", "을"),
        ("28×28×1", "으로/로", "로"),
        ("(28, 28)", "과/와", "과"),
        ("“합성곱”", "을/를", "을"),
        ("", "을/를", "를"),
        ("...", "이/가", "가"),
    ],
)
def test_a_particle_agrees_with_how_the_word_is_read(word: str, pair: str, wanted: str) -> None:
    assert particle(word, pair) == wanted


def test_a_particle_follows_a_number_and_a_nested_text() -> None:
    assert str(T("{n:을/를} {t:이/가}", n=3, t=T("필터"))) == "3을 필터가"


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({"CNNSTUDIO_LANGUAGE": "en", "LANG": "ko_KR.UTF-8"}, "en"),
        ({"LANGUAGE": "ko:en", "LANG": "C"}, "ko"),
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LC_ALL": "C", "LANG": "ko_KR.UTF-8"}, "en"),
        ({"LANG": ""}, None),
    ],
)
def test_the_language_is_the_system_s(environment: dict[str, str], wanted: str | None) -> None:
    found = preferred_language(environment)
    assert found == wanted if wanted else found in ("en", "ko")


# ---------------------------------------------------------------------------- the catalogue


def test_every_text_of_the_sources_is_translated(packaging: ModuleType, catalogue: Catalog) -> None:
    template = packaging.extract()
    assert len(template) > 300
    missing = [
        message.id for message in template if message.id and not translated(catalogue, message.id)
    ]
    assert not missing, "without Korean (packaging/catalogues.py update): " + repr(missing)


def test_nothing_in_the_catalogue_is_left_over_or_uncertain(
    packaging: ModuleType, catalogue: Catalog
) -> None:
    wanted = {message.id for message in packaging.extract()}
    for message in catalogue:
        assert message.id in wanted, f"no longer in the sources: {message.id}"
        assert not message.fuzzy or not message.id, f"marked fuzzy: {message.id}"


def test_a_translation_has_the_parameters_of_its_text(catalogue: Catalog) -> None:
    for message in catalogue:
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        for translation in strings(message.string) if message.id else ():
            if not translation:
                continue  # told by the test above
            wanted = {field for id in ids for field in fields(id)}
            found = fields(translation)
            names = {name for name, _ in wanted}
            assert {name for name, _ in found} == names, translation
            for name, spec in found:
                assert not spec or spec in PARTICLES or (name, spec) in wanted, translation
            assert PERCENT.findall(translation) == PERCENT.findall(ids[0]), translation


def test_no_particle_is_left_to_the_reader(catalogue: Catalog) -> None:
    """ "을(를)" is how a program says that it can't speak Korean."""
    lazy = (
        "을(를)",
        "를(을)",
        "이(가)",
        "가(이)",
        "은(는)",
        "는(은)",
        "와(과)",
        "과(와)",
        "(으)로",
    )
    for message in catalogue:
        for translation in strings(message.string):
            assert not any(word in translation for word in lazy), translation


def test_update_takes_translations_from_further_files(
    packaging: ModuleType, tmp_path: Path
) -> None:
    more = tmp_path / "more.po"
    more.write_text(
        'msgid "{count} value"\nmsgid_plural "{count} values"\nmsgstr[0] "값 {count}개"\n\n'
        'msgid "gone"\nmsgstr "사라짐"\n\nmsgid "kept"\nmsgstr "새것"\n',
        encoding="utf-8",
    )
    template, old = Catalog(), Catalog(locale="ko")
    for id in (("{count} value", "{count} values"), "kept", "new"):
        template.add(id)
    old.add("kept", "옛것")
    result = packaging.merge(template, [packaging.read(more, "ko"), old], "ko")
    assert result["kept"].string == "새것"
    assert strings(result["{count} value"].string) == ("값 {count}개",)
    assert "gone" not in result
    assert [message.id for message in packaging.missing(result)] == ["new"]
    path = tmp_path / "out.po"
    packaging.write(result, path)
    again = packaging.read(path, "ko")
    packaging.write(packaging.merge(template, [again], "ko"), tmp_path / "twice.po")
    assert path.read_bytes() == (tmp_path / "twice.po").read_bytes()


def translated(catalogue: Catalog, id: str | tuple[str, ...]) -> bool:
    message = catalogue.get(id if isinstance(id, str) else id[0])
    return message is not None and message.id == id and all(strings(message.string))


def strings(string: object) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)  # type: ignore[arg-type]


def fields(text: str) -> list[tuple[str, str]]:
    return [(name, spec or "") for _, name, spec, _ in string.Formatter().parse(text) if name]
