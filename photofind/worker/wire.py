"""What every message is, and how the values in it that msgpack doesn't know travel.

A message carries the domain's own values. A path is `os.fsencode`d, so that a name that is not
valid UTF-8 survives.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from photofind.domain import IndexReport, PhotofindError
from photofind.sentences import Sentence


class BaseAnswer(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """Told to the client that sent the command of this number; the last word about it."""

    request_id: int = 0


AnswerT = TypeVar("AnswerT", bound=BaseAnswer)


class BaseCommand(msgspec.Struct, Generic[AnswerT], frozen=True, tag=True, kw_only=True):
    """What a client wants. The type argument is the answer if it is carried out; else the answer
    is Refused.

    Attributes:
        request_id: comes back in the answer; given by the client's end of the connection.
        resent: a worker that had it died without an answer, perhaps after having done it, and
            perhaps because of it.
    """

    request_id: int = 0
    resent: bool = False


class BaseEvent(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """Told to every client."""


class Done(BaseAnswer, frozen=True, kw_only=True):
    """The answer to a command that was carried out.

    Attributes:
        count: how many photos it concerned, of commands that say so.
    """

    count: int = 0


class JobFinished(BaseAnswer, frozen=True, kw_only=True):
    """The answer to a command that indexes."""

    report: IndexReport


class Refused(BaseAnswer, frozen=True, kw_only=True):
    """The answer to a command that could not be carried out, with a code for scripts and a
    sentence for people."""

    code: str
    sentence: Sentence

    @property
    def error(self) -> PhotofindError:
        """What the command ran into."""
        return PhotofindError(self.code, self.sentence)


def to_wire(value: object) -> object:
    """msgspec's `enc_hook`."""
    if isinstance(value, Path):
        return os.fsencode(value)
    if isinstance(value, Sentence):
        return value.to_json()
    raise NotImplementedError(f"{type(value)} can't be sent")


def from_wire(kind: type, raw: object) -> object:
    """msgspec's `dec_hook`; what doesn't fit becomes a msgspec.ValidationError."""
    if kind is Path and isinstance(raw, bytes):
        return Path(os.fsdecode(raw))
    if kind is Sentence and isinstance(raw, str):
        return Sentence.from_json(raw)
    raise TypeError(f"{type(raw)} is no {kind}")


def without_surrogates(value: object) -> object:
    """The same lists, dicts and scalars; bytes of a path in a text that are not UTF-8, which
    msgpack can't carry in one, become replacement characters."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return {key: without_surrogates(each) for key, each in value.items()}
        case list() | tuple():
            return [without_surrogates(each) for each in value]
        case _:
            return value
