"""CLIP's byte pair encoding against open_clip's own."""

from __future__ import annotations

import pytest

from photofind.exporting.material import make_strings
from photofind.inference.installing import shipped_file
from photofind.inference.registry_clip import OPENAI_B32
from photofind.inference.tokenizers import TextTokenizer
from tests.unit.inference.open_clip_reference import import_open_clip

PATH = shipped_file("tokenizers/clip.json")
TOKENIZER = TextTokenizer(PATH, 77, OPENAI_B32.padding, OPENAI_B32.cleaning)
END = 49407


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("a photo of an audience", [49406, 320, 1125, 539, 550, 6863, 49407]),
        ("keynote speaker at a podium", [49406, 7556, 4914, 536, 320, 14093, 49407]),
        ("", [49406, 49407]),
    ],
)
def test_known_ids(text: str, ids: list[int]) -> None:
    assert TOKENIZER.encode(text)[0].tolist() == [ids]


@pytest.mark.pytorch
def test_three_thousand_texts_have_open_clips_ids() -> None:
    reference = import_open_clip().get_tokenizer("ViT-B-32")
    strings = make_strings()
    for text, row in zip(strings, reference(strings).tolist(), strict=True):
        expected = row[: row.index(END) + 1]
        assert TOKENIZER.encode(text)[0].tolist() == [expected], text


@pytest.mark.pytorch
def test_what_is_shipped_is_what_is_built() -> None:
    import_open_clip()
    from shipped_graphs.clip_tokenizer import build_clip_tokenizer, find_vocabulary

    vocabulary = find_vocabulary()
    assert vocabulary is not None
    assert build_clip_tokenizer(vocabulary) == PATH.read_bytes()
