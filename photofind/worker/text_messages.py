"""What is said about text in photos."""

from __future__ import annotations

from typing import TypeAlias

from photofind.worker.wire import BaseAnswer, BaseCommand, BaseEvent


class ReadText(BaseCommand, frozen=True, kw_only=True):
    """Queues the reading of photos of the catalog. Answer: DescriptionsQueued; each photo comes as
    a TextRead. Refused (model_missing): text can't be read here.

    Attributes:
        photo_ids: these photos; empty for those of `folder`, or all.
        folder: everything in this folder and below it; b"" for the whole catalog.
        again: also photos that were read.
        waits: somebody waits for all of it.
    """

    photo_ids: tuple[int, ...] = ()
    folder: bytes = b""
    again: bool = False
    waits: bool = False


class ReadFile(BaseCommand, frozen=True, kw_only=True):
    """Reads a file now. Answer: FileRead. What isn't in the catalog isn't kept."""

    path: bytes


class SetReadsText(BaseCommand, frozen=True, kw_only=True):
    """Whether all photos are read, in the background. Answer: Done. Refused (model_missing): text
    can't be read here."""

    on: bool


class FileRead(BaseAnswer, frozen=True, kw_only=True):
    """
    Attributes:
        lines: text, confidence (0 … 1) and corners of each line, from top to bottom; corners are
            shares of width and height.
        seconds: how long it took.
        model: what read it.
        kept: it is in the catalog now.
    """

    lines: tuple[tuple[str, float, tuple[tuple[float, float], ...]], ...]
    seconds: float
    model: str
    kept: bool


class TextRead(BaseEvent, frozen=True, kw_only=True):
    """A photo was read; search finds the words from now on.

    Attributes:
        lines: how many there are.
    """

    photo_id: int
    lines: int


TextCommand: TypeAlias = ReadText | ReadFile | SetReadsText
TextEvent: TypeAlias = FileRead | TextRead
