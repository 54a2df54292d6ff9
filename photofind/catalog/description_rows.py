"""The shapes of captions, questions and the jobs that bring them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from photofind.domain import ContentId, JobId, PhotoId, TextId


STRIKES_TO_GIVE_UP = 3
"""Deaths of the worker during one job alone."""
CRASHED = "crashed"
"""Code of a job that was given up for that."""


class TextKind(StrEnum):
    """What a text about a content is."""

    CAPTION = "caption"
    OCR = "ocr"
    NOTE = "note"


class Urgency(IntEnum):
    """Which job comes first; of equal ones the oldest."""

    BACKGROUND = 0
    """A folder, or everything: nobody waits."""
    ON_SCREEN = 5
    """The photo is one of many that the person has before them."""
    IN_SIGHT = 10
    """The person looks at the photo now."""
    COMMANDED = 15
    """A command waits for this photo among many: a pause is for what nobody waits for."""
    WAITED_FOR = 20
    """The person asked for this photo and waits."""
    QUESTION = 30
    """Somebody who asks waits for the answer and nothing else."""


@dataclass(frozen=True, slots=True)
class CaptionRow:
    """A sentence about a photo.

    Attributes:
        model: catalog key of the model that wrote it, "" when a person did.
        created_at: milliseconds since the epoch, UTC.
        edited: a person changed the words.
        accepted: a person said that they are right.
    """

    id: TextId
    photo_id: PhotoId
    text: str
    model: str
    created_at: int
    edited: bool
    accepted: bool

    @property
    def is_own(self) -> bool:
        """Whether it belongs to the person, so that no model may replace it."""
        return self.edited or self.accepted


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line of text in a photo.

    Attributes:
        confidence: 0 … 1.
        corners: four points (x, y) as shares of width and height, clockwise from the line's own
            top left.
    """

    text: str
    confidence: float
    corners: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class ReadText:
    """What was read in a photo.

    Attributes:
        text: a line each; "" where there is none.
        model: catalog key of what read it.
        seconds: how long that took; None when not known.
    """

    text: str
    lines: tuple[ReadLine, ...]
    model: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A question about a photo and what a model answered.

    Attributes:
        model: catalog key of the model.
        asked_at: milliseconds since the epoch, UTC.
    """

    id: int
    photo_id: PhotoId
    question: str
    answer: str
    model: str
    asked_at: int


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job of the queue.

    Attributes:
        kind: who can carry it out; the queue doesn't care what it means.
        order: what that needs to know, as its own JSON.
        suspect: it was running when a worker died, and may be why.
        photo_id: the photo that shows the content now; None when it is not to be seen any more.
        paths: where the content lies, the oldest place first.
    """

    id: JobId
    kind: str
    content_id: ContentId
    order: str
    urgency: int
    suspect: bool
    photo_id: PhotoId | None
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that came to nothing, with a sentence for people.

    Attributes:
        order: as in JobRow.
        path: the oldest place of the photo; None when it lies nowhere any more.
        attempts: how often it was tried.
    """

    id: JobId
    kind: str
    order: str
    photo_id: PhotoId | None
    path: Path | None
    code: str
    reason: str
    attempts: int


@dataclass(frozen=True, slots=True)
class JobCounts:
    """How many jobs there are; `open` ones wait or run."""

    open: int
    failed: int


@dataclass(frozen=True, slots=True)
class ModelKey:
    """Under which name a model's texts are kept, and what it is for."""

    catalog_key: str
    task: str


@dataclass(frozen=True, slots=True)
class FoundText:
    """A text that a model wrote about a content, or read in it.

    Attributes:
        details: what else is worth keeping, JSON values by name.
    """

    kind: TextKind
    model: ModelKey
    text: str
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FoundAnswer:
    """What a model answered."""

    model: ModelKey
    question: str
    answer: str


Finding: TypeAlias = FoundText | FoundAnswer
"""What a job may bring."""
