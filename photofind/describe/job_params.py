"""What the jobs of the queue are told to do, as they lie in the catalog."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from photofind.domain import PhotofindError

if TYPE_CHECKING:
    from photofind.sentences import Sentence

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


class CaptionOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a photo is to be described.

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


class AnswerParams(msgspec.Struct, frozen=True, kw_only=True):
    """Answer a question about a photo."""

    question: str
    model: str = ""


class OcrParams(msgspec.Struct, frozen=True, kw_only=True):
    """Read the text in a photo. There is nothing to choose."""


JobParams: TypeAlias = CaptionOptions | AnswerParams | OcrParams


def is_on_server(model: str) -> bool:
    """Whether a model, by its key, is run by the model server."""
    return model == SERVER or model.startswith(SERVER_PREFIX)


def model_of(params: str) -> str:
    """The key of the model that a job of any kind names."""
    return msgspec.json.decode(params, type=_AnyParams).model


def question_of(params: str) -> str:
    """The question of a job that answers one."""
    return msgspec.json.decode(params, type=_AnyParams).question


class _AnyParams(msgspec.Struct, frozen=True):
    model: str = ""
    question: str = ""


def params_to_json(params: JobParams) -> str:
    """Equal parameters are always the same text."""
    return msgspec.json.encode(params).decode()


def checked_caption_options(options: CaptionOptions) -> CaptionOptions:
    """The same, with the prefix in one line.

    Raises:
        PhotofindError: order_invalid, with a sentence that says what is wrong with it.
    """
    if not 1 <= options.beams <= MOST_BEAMS:
        raise PhotofindError(
            "order_invalid",
            "The number of beams must be between 1 and {most}.",
            most=MOST_BEAMS,
        )
    prefix = _one_line(options.prefix)
    if len(prefix) > _MOST_PREFIX_CHARACTERS:
        raise PhotofindError(
            "order_invalid",
            "The beginning of a caption may have at most {most} characters.",
            most=_MOST_PREFIX_CHARACTERS,
        )
    if options.seed is not None and not 0 <= options.seed <= LARGEST_SEED:
        raise PhotofindError(
            "order_invalid",
            "The seed must be between 0 and {largest}.",
            largest=LARGEST_SEED,
        )
    return msgspec.structs.replace(options, prefix=prefix)


def checked_answer_params(model: str, question: str) -> AnswerParams:
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
            "The question has {length} characters; photofind takes at most "
            "{most}. Please ask in fewer words.",
            length=len(question),
            most=MOST_QUESTION_CHARACTERS,
        )
    return AnswerParams(model=model, question=question)


def question_problem(question: str) -> Sentence | None:
    """Why a question can't be asked; None when it can."""
    try:
        checked_answer_params("", question)
    except PhotofindError as error:
        return error.sentence
    return None


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
            "The caption has {length} characters; photofind takes at most "
            "{most}. Please shorten it.",
            length=len(text),
            most=MOST_CAPTION_CHARACTERS,
        )
    return text


def _one_line(text: str) -> str:
    """Control characters and lone surrogates are spaces, spaces in a row one."""
    spoken = (" " if unicodedata.category(each) in {"Cc", "Cs"} else each for each in text)
    return " ".join("".join(spoken).split())
