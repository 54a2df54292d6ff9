"""Which queries are taken for English."""

from __future__ import annotations

import locale

import pytest

from photofind.inference.routing import is_written_in, system_language
from photofind.inference.spec_search import Padding, PaddingKind
from photofind.inference.tokenizers import TextTokenizer
from photofind.paths import resources

TOKENIZER = TextTokenizer(
    resources() / "models" / "basic" / "tokenizer_en.json", 64, Padding(PaddingKind.NONE)
)


def is_english(text: str, language: str = "", system: str = "") -> bool:
    return is_written_in(text, ("en",), lambda: TOKENIZER, language=language, system=system)


@pytest.mark.parametrize(
    "text",
    [
        "dog",
        "a dog on the beach",
        "Two men stand in the woods holding frisbees near a dog.",
        "a man in the air with a skateboard above a half pipe",
        "2024 beach",
    ],
)
def test_english(text: str) -> None:
    assert is_english(text)


@pytest.mark.parametrize(
    "text",
    [
        "หมา",
        "a dog หมา",
        "café",
        "собака на пляже",
        "砂浜の犬",
        "해변의 개",
        "كلب على الشاطئ",
        "ein Hund am Strand mit einem Ball",
        "un perro corre por la playa",
        "twee kinderen spelen voetbal in het park",
        "due bambini giocano a calcio",
        "czerwony samochod na ulicy",
        "12 . 34",
        "",
    ],
)
def test_other_languages_and_none(text: str) -> None:
    assert not is_english(text)


def test_a_single_word_is_taken_for_the_language_of_the_system() -> None:
    assert is_english("persona")
    assert is_english("persona", system="en")
    assert not is_english("persona", system="es")
    assert is_english("a person on a beach", system="es")


def test_a_forced_language_decides_alone() -> None:
    assert is_english("หมา", language="en-US")
    assert is_english("persona", language="en", system="es")
    assert not is_english("a dog on the beach", language="th")


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("en_US", "en"),
        ("th_TH", "th"),
        ("pt_BR", "pt"),
        ("German_Germany", "de"),
        ("C", ""),
        (None, ""),
    ],
)
def test_the_language_of_the_system(
    monkeypatch: pytest.MonkeyPatch, name: str | None, language: str
) -> None:
    monkeypatch.setattr(locale, "getlocale", lambda: (name, "UTF-8"))
    assert system_language() == language
