"""What may be asked of a model, and what is refused with a sentence."""

from __future__ import annotations

import msgspec
import pytest

from photofind.describe.job_params import (
    CaptionOptions,
    checked_answer_params,
    checked_caption,
    checked_caption_options,
    params_to_json,
)
from photofind.domain import PhotofindError


def test_a_question_becomes_one_line() -> None:
    params = checked_answer_params("", "  how many\n dogs\0 are \udcff there? ")
    assert params.question == "how many dogs are there?"
    assert params_to_json(params) == '{"question":"how many dogs are there?","model":""}'


@pytest.mark.parametrize("question", ["", " \n", "why? " * 1_000])
def test_no_question_and_a_question_of_5000_characters_are_refused(question: str) -> None:
    with pytest.raises(PhotofindError) as caught:
        checked_answer_params("", question)
    assert caught.value.code == "order_invalid"
    assert "why? why?" not in caught.value.user_message


@pytest.mark.parametrize(("prefix", "beams"), [("", 0), ("", 9), ("a " * 101, 3)])
def test_odd_orders_for_captions_are_refused(prefix: str, beams: int) -> None:
    with pytest.raises(PhotofindError):
        checked_caption_options(CaptionOptions(prefix=prefix, beams=beams))
    with pytest.raises(PhotofindError, match="seed"):
        checked_caption_options(CaptionOptions(seed=-1))


def test_options_that_an_older_version_stored_are_read() -> None:
    stored = '{"model":"blip-base","prefix":"a photo of","beams":4,"seed":null}'
    options = CaptionOptions(model="blip-base", prefix="a photo of", beams=4)
    assert msgspec.json.decode(stored, type=CaptionOptions) == options
    assert params_to_json(options) == stored, "what is queued already would be queued again"
    assert msgspec.json.decode("{}", type=CaptionOptions) == CaptionOptions()


def test_a_persons_caption_is_one_line_with_something_in_it() -> None:
    assert checked_caption(" Rex\nand  Bello ") == "Rex and Bello"
    for text in (" \n ", "x" * 2_001):
        with pytest.raises(PhotofindError):
            checked_caption(text)
