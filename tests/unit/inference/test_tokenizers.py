from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.domain import ModelError
from photofind.inference.spec_search import Padding, PaddingKind
from photofind.inference.tokenizers import TextTokenizer
from photofind.paths import resources

if TYPE_CHECKING:
    from pathlib import Path

PATH = resources() / "models" / "basic" / "tokenizer_en.json"
DYNAMIC = TextTokenizer(PATH, 64, Padding(PaddingKind.NONE))
FULL = TextTokenizer(PATH, 16, Padding(PaddingKind.TO_CONTEXT, token_id=7))


def test_known_words() -> None:
    ids, mask = DYNAMIC.encode("Two dogs, playing")
    assert ids.tolist() == [[101, 2048, 6077, 1010, 2652, 102]]
    assert mask.tolist() == [[1] * 6]
    assert ids.dtype == mask.dtype == np.int64


def test_a_long_text_loses_its_end_but_not_the_end_token() -> None:
    ids, _ = DYNAMIC.encode("dog " * 5_000)
    assert ids.shape == (1, 64)
    assert (ids[0, 0], ids[0, -1]) == (101, 102)


def test_padding_fills_up_to_the_context_length() -> None:
    ids, mask = FULL.encode("dogs")
    assert ids.tolist() == [[101, 6077, 102] + [7] * 13]
    assert mask.tolist() == [[1] * 3 + [0] * 13]
    assert FULL.encode("dog " * 50)[0].shape == (1, 16)


def test_words_and_their_pieces() -> None:
    pieces = [["two"], ["hu", "##nde", "##hu", "##tten"]]
    assert DYNAMIC.pieces_of_words("two Hundehütten") == pieces
    assert DYNAMIC.pieces_of_words("") == []


@given(st.text(st.characters(), max_size=300))
def test_any_text_becomes_tokens(text: str) -> None:
    ids, mask = DYNAMIC.encode(text)
    assert ids.shape == mask.shape
    assert 2 <= ids.shape[1] <= 64


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \t\n\0",
        "a" * 10_000,
        "dog\ud800",
        "\udcff.jpg",
        "\ud83d\ude00",
        "👍🏽 🏳️‍🌈",
        "หมาเล่นหิมะ",
        "狗在雪地",
    ],
)
def test_strange_text_becomes_tokens(text: str) -> None:
    ids, _ = DYNAMIC.encode(text)
    assert (ids[0, 0], ids[0, -1]) == (101, 102)


def test_half_characters_dont_hide_their_neighbours() -> None:
    assert 3899 in DYNAMIC.encode("\ud800 dog")[0]


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe"])
def test_a_damaged_file_is_a_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"tokenizer\.json can't be used") as caught:
        TextTokenizer(path, 64, Padding(PaddingKind.NONE))
    assert caught.value.code == "model_incompatible"
