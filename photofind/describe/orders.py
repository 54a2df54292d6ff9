"""What the jobs of the queue are told to do, as they lie in the catalog."""

from __future__ import annotations

import unicodedata
from typing import TypeAlias

import msgspec

from photofind.domain import PhotofindError

CAPTION = "caption"
ANSWER = "answer"
READ = "ocr"

SERVER = "server"
"""Key of the model that the person chose on the model server."""
SERVER_PREFIX = f"{SERVER}:"
"""Begins the keys of models that a server on this computer runs; its own name for them follows."""
CAPTIONER_MISSING = "captioner_missing"
ANSWERER_MISSING = "answerer_missing"
"""Codes of the ModelErrors that say that there is no model of that kind at all."""

MOST_BEAMS = 8
LARGEST_SEED = 2**31 - 1
MOST_QUESTION_CHARACTERS = 1_000
"""A model reads some hundred words at most; longer ones are a paste that went wrong."""
MOST_CAPTION_CHARACTERS = 2_000
_MOST_PREFIX_CHARACTERS = 200


class CaptionOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Describe a photo.

    Attributes:
        model: which model, by its key; "" for the first that is installed.
        prefix: how the caption begins.
        beams: captions that are followed at once.
        seed: words are drawn by chance, so that another seed brings another caption; None: the
            likeliest caption, always the same. A model server draws as it likes.
    """

    model: str = ""
    prefix: str = ""
    beams: int = 3
    seed: int | None = None


class AnswerOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Answer a question about a photo."""

    question: str
    model: str = ""


class ReadOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Read the text in a photo. There is nothing to choose."""


Order: TypeAlias = CaptionOrder | AnswerOrder | ReadOrder


def is_on_server(model: str) -> bool:
    """Whether a model, by its key, is run by the model server."""
    return model == SERVER or model.startswith(SERVER_PREFIX)


def model_of(order: str) -> str:
    """The key of the model that an order of any kind names."""
    return msgspec.json.decode(order, type=_AnyOrder).model


def question_of(order: str) -> str:
    """What an order to answer asks."""
    return msgspec.json.decode(order, type=_AnyOrder).question


class _AnyOrder(msgspec.Struct, frozen=True):
    model: str = ""
    question: str = ""


def order_to_text(order: Order) -> str:
    """The same order is always the same text."""
    return msgspec.json.encode(order).decode()


def checked_caption_order(
    model: str, prefix: str, beams: int, seed: int | None = None
) -> CaptionOrder:
    """
    Raises:
        PhotofindError: order_invalid, with a sentence that says what is wrong with it.
    """
    if not 1 <= beams <= MOST_BEAMS:
        raise PhotofindError(
            "order_invalid", f"The number of beams must be between 1 and {MOST_BEAMS}."
        )
    prefix = _one_line(prefix)
    if len(prefix) > _MOST_PREFIX_CHARACTERS:
        raise PhotofindError(
            "order_invalid",
            f"The beginning of a caption may have {_MOST_PREFIX_CHARACTERS} characters at most.",
        )
    if seed is not None and not 0 <= seed <= LARGEST_SEED:
        raise PhotofindError("order_invalid", f"The seed must be between 0 and {LARGEST_SEED}.")
    return CaptionOrder(model=model, prefix=prefix, beams=beams, seed=seed)


def checked_answer_order(model: str, question: str) -> AnswerOrder:
    """
    Raises:
        PhotofindError: order_invalid, there is no question in it, or a far too long one.
    """
    question = _one_line(question)
    if not question:
        raise PhotofindError("order_invalid", "There is no question. Ask one in a few words.")
    if len(question) > MOST_QUESTION_CHARACTERS:
        raise PhotofindError(
            "order_invalid",
            f"The question has {len(question):,} characters; photofind takes at most"
            f" {MOST_QUESTION_CHARACTERS:,}. Please ask in fewer words.",
        )
    return AnswerOrder(model=model, question=question)


def question_problem(question: str) -> str:
    """Why a question can't be asked, as a sentence; "" when it can."""
    try:
        checked_answer_order("", question)
    except PhotofindError as error:
        return error.user_message
    return ""


def checked_caption(text: str) -> str:
    """What a person wrote as a caption, in one line.

    Raises:
        PhotofindError: order_invalid, there is nothing in it, or far too much.
    """
    text = _one_line(text)
    if not text:
        raise PhotofindError(
            "order_invalid", "The caption is empty. Write something, or delete the caption."
        )
    if len(text) > MOST_CAPTION_CHARACTERS:
        raise PhotofindError(
            "order_invalid",
            f"The caption has {len(text):,} characters; photofind takes at most"
            f" {MOST_CAPTION_CHARACTERS:,}. Please shorten it.",
        )
    return text


def _one_line(text: str) -> str:
    """Control characters and lone surrogates are spaces, spaces in a row one."""
    spoken = (" " if unicodedata.category(each) in {"Cc", "Cs"} else each for each in text)
    return " ".join("".join(spoken).split())
