"""The JSON shapes of captions, answers and text in photos, stable like all of `documents`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from photofind.cli.documents import number
from photofind.domain import PhotofindError
from photofind.inference.spec import short_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from photofind.catalog.texts import AnswerRow, CaptionRow, RecognisedText
    from photofind.cli.documents import Document
    from photofind.worker.description_messages import (
        CaptionReady,
        DescriptionFailed,
        FileAnswered,
        FileDescribed,
        FileOcrDone,
    )


@dataclass(frozen=True, slots=True)
class Said:
    """What was made of one photo's contents in photofind.

    Attributes:
        text: None when it was not read yet.
    """

    captions: tuple[CaptionRow, ...]
    answers: tuple[AnswerRow, ...]
    text: RecognisedText | None


def said_document(said: Said) -> Document:
    """Part of what `info` prints."""
    return {
        "captions": [
            {
                "caption": each.text,
                "model": short_key(each.model) or None,
                "edited": each.edited,
                "accepted": each.accepted,
            }
            for each in said.captions
        ],
        "answers": [
            {"question": each.question, "answer": each.answer, "model": short_key(each.model)}
            for each in said.answers
        ],
        "text": None if said.text is None else said.text.text,
    }


def caption_document(path: Path, outcome: FileDescribed | PhotofindError) -> Document:
    """One entry of `captions_document`; a file that could not be described has an error."""
    if isinstance(outcome, PhotofindError):
        return {
            "path": str(path),
            "caption": None,
            "model": None,
            "score": None,
            "kept": False,
            "error": {"code": outcome.code, "message": outcome.user_message},
        }
    return {
        "path": str(path),
        "caption": outcome.text,
        "model": short_key(outcome.model),
        "score": number(outcome.score),
        "kept": outcome.kept,
        "error": None,
    }


def text_document(path: Path, outcome: FileOcrDone | PhotofindError) -> Document:
    """What was read in a file; one that could not be read has an error."""
    if isinstance(outcome, PhotofindError):
        error = {"code": outcome.code, "message": outcome.user_message}
        return {"path": str(path), "text": None, "lines": [], "kept": False, "error": error}
    return {
        "path": str(path),
        "text": outcome.found.text,
        "lines": [
            {"text": line.text, "confidence": number(line.confidence), "corners": line.corners}
            for line in outcome.found.lines
        ],
        "kept": outcome.kept,
        "error": None,
    }


def folder_text_document(
    folder: Path,
    texts: Mapping[Path, str],
    problems: Iterable[tuple[Path, DescriptionFailed]],
    known: int,
) -> Document:
    """
    Args:
        known: photos that had been read before.
    """
    return {
        "folder": str(folder),
        "known": known,
        "photos": [{"path": str(path), "text": text} for path, text in texts.items()],
        "problems": [
            {"path": str(path), "code": event.code, "reason": str(event.sentence)}
            for path, event in problems
        ],
    }


def captions_document(captions: Iterable[Document]) -> Document:
    return {"captions": list(captions)}


def folder_captions_document(
    folder: Path,
    captions: Iterable[tuple[Path, CaptionReady]],
    problems: Iterable[tuple[Path, DescriptionFailed]],
    wanted: int,
    known: int,
) -> Document:
    """
    Args:
        wanted: photos that were to be described.
        known: photos that had a caption before.
    """
    return {
        "folder": str(folder),
        "wanted": wanted,
        "known": known,
        "captions": [
            {"path": str(path), "caption": event.text, "model": short_key(event.model)}
            for path, event in captions
        ],
        "problems": [
            {"path": str(path), "code": event.code, "reason": str(event.sentence)}
            for path, event in problems
        ],
    }


def answer_document(path: Path, question: str, answered: FileAnswered) -> Document:
    return {
        "path": str(path),
        "question": question,
        "answer": answered.answer,
        "model": short_key(answered.model),
        "kept": answered.kept,
    }
