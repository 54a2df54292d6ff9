"""What may be asked of a model, and what is refused with a sentence."""

from __future__ import annotations

import pytest

from photofind.describe.orders import (
    checked_answer_order,
    checked_caption,
    checked_caption_order,
    order_to_text,
)
from photofind.domain import PhotofindError


def test_a_question_becomes_one_line() -> None:
    order = checked_answer_order("", "  how many\n dogs\0 are \udcff there? ")
    assert order.question == "how many dogs are there?"
    assert order_to_text(order) == '{"question":"how many dogs are there?","model":""}'


@pytest.mark.parametrize("question", ["", " \n", "why? " * 1_000])
def test_no_question_and_a_question_of_5000_characters_are_refused(question: str) -> None:
    with pytest.raises(PhotofindError) as caught:
        checked_answer_order("", question)
    assert caught.value.code == "order_invalid"
    assert "why? why?" not in caught.value.user_message


@pytest.mark.parametrize(("prefix", "beams"), [("", 0), ("", 9), ("a " * 101, 3)])
def test_odd_orders_for_captions_are_refused(prefix: str, beams: int) -> None:
    with pytest.raises(PhotofindError):
        checked_caption_order("", prefix, beams)
    with pytest.raises(PhotofindError, match="seed"):
        checked_caption_order("", "", 3, seed=-1)


def test_a_persons_caption_is_one_line_with_something_in_it() -> None:
    assert checked_caption(" Rex\nand  Bello ") == "Rex and Bello"
    for text in (" \n ", "x" * 2_001):
        with pytest.raises(PhotofindError):
            checked_caption(text)
