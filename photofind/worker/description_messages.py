"""What is said about captions, questions and text in photos: what the describer's queue does."""

from __future__ import annotations

from pathlib import Path

from photofind.catalog.texts import RecognisedText
from photofind.describe.job_params import CaptionOptions
from photofind.domain import JobKind, PhotoId, TextId, WorkProgress
from photofind.sentences import Sentence
from photofind.worker.wire import BaseAnswer, BaseCommand, BaseEvent, Done


class DescriptionsQueued(BaseAnswer, frozen=True, kw_only=True):
    """
    Attributes:
        queued: jobs that are new in the queue.
        known: photos left out because the model has described them, or waiting already.
        photo_ids: those that are described or asked about from now on, one after the other.
    """

    queued: int
    known: int
    photo_ids: tuple[PhotoId, ...] = ()


class FileDescribed(BaseAnswer, frozen=True, kw_only=True):
    """
    Attributes:
        model: catalog key.
        score: what the model makes of its caption, 0 … 1; None when it doesn't say.
        kept: it is in the catalog now.
    """

    text: str
    model: str
    score: float | None
    kept: bool


class FileAnswered(BaseAnswer, frozen=True, kw_only=True):
    """
    Attributes:
        model: catalog key.
        kept: it is in the catalog now.
    """

    answer: str
    model: str
    kept: bool


class Describe(BaseCommand[DescriptionsQueued], frozen=True, kw_only=True):
    """Queues captions of photos of the catalog. Answer: DescriptionsQueued; each caption comes as
    a CaptionReady. Refused (model_missing): there is no model for it.

    Attributes:
        photo_ids: these photos; empty for those of `folder`, or all.
        folder: everything in this folder and below it; None for the whole catalog.
        again: also photos that this model has described.
        waits: somebody waits for all of it; else only a few chosen photos are hurried.
    """

    photo_ids: tuple[PhotoId, ...] = ()
    folder: Path | None = None
    options: CaptionOptions = CaptionOptions()
    again: bool = False
    waits: bool = False


class DescribeFile(BaseCommand[FileDescribed], frozen=True, kw_only=True):
    """Describes a file now. Answer: FileDescribed. What isn't in the catalog isn't kept."""

    path: Path
    options: CaptionOptions = CaptionOptions()


class Ask(BaseCommand[DescriptionsQueued], frozen=True, kw_only=True):
    """Asks the same of photos of the catalog. Answer: DescriptionsQueued; each answer comes as an
    AnswerReady."""

    photo_ids: tuple[PhotoId, ...]
    question: str
    model: str = ""


class AskFile(BaseCommand[FileAnswered], frozen=True, kw_only=True):
    """Asks about a file now. Answer: FileAnswered. What isn't in the catalog isn't kept."""

    path: Path
    question: str
    model: str = ""


class FileOcrDone(BaseAnswer, frozen=True, kw_only=True):
    """
    Attributes:
        found: its lines from top to bottom.
        kept: it is in the catalog now.
    """

    found: RecognisedText
    kept: bool


class RunOcr(BaseCommand[DescriptionsQueued], frozen=True, kw_only=True):
    """Queues the reading of photos of the catalog. Answer: DescriptionsQueued; each photo comes as
    an OcrDone. Refused (model_missing): text can't be read here.

    Attributes:
        photo_ids: these photos; empty for those of `folder`, or all.
        folder: everything in this folder and below it; None for the whole catalog.
        again: also photos that were read.
        waits: somebody waits for all of it.
    """

    photo_ids: tuple[PhotoId, ...] = ()
    folder: Path | None = None
    again: bool = False
    waits: bool = False


class OcrFile(BaseCommand[FileOcrDone], frozen=True, kw_only=True):
    """Reads a file now. Answer: FileOcrDone. What isn't in the catalog isn't kept."""

    path: Path


class LookAt(BaseCommand[Done], frozen=True, kw_only=True):
    """The person looks at these photos: what is queued for them is hurried. Answer: Done."""

    photo_ids: tuple[PhotoId, ...]


class ShowInGrid(BaseCommand[Done], frozen=True, kw_only=True):
    """The grid shows these photos, and no others any more: what is queued for them comes before
    what is queued for photos that nobody sees. Answer: Done."""

    photo_ids: tuple[PhotoId, ...]


class CancelDescriptions(BaseCommand[Done], frozen=True, kw_only=True):
    """Drops what is queued or running, and what failed. Answer: Done.

    Attributes:
        photo_ids: of these photos; empty for all.
        kind: None for any.
    """

    photo_ids: tuple[PhotoId, ...] = ()
    kind: JobKind | None = None


class RetryDescriptions(BaseCommand[Done], frozen=True, kw_only=True):
    """Tries again what failed. Answer: Done."""


class WriteCaption(BaseCommand[Done], frozen=True, kw_only=True):
    """A caption in the person's own words. Answer: Done."""

    photo_id: PhotoId
    text: str


class EditCaption(BaseCommand[Done], frozen=True, kw_only=True):
    """The person's words in place of a caption; no model replaces them. Answer: Done."""

    text_id: TextId
    text: str


class AcceptCaption(BaseCommand[Done], frozen=True, kw_only=True):
    """The caption is right; no model replaces it. Answer: Done."""

    text_id: TextId


class DeleteCaption(BaseCommand[Done], frozen=True, kw_only=True):
    """Answer: Done."""

    text_id: TextId


class DeleteAnswer(BaseCommand[Done], frozen=True, kw_only=True):
    """Forgets a question and its answer. Answer: Done."""

    photo_id: PhotoId
    question_id: int


class DescriptionProgress(BaseEvent, frozen=True, kw_only=True):
    """How far the queue of captions and questions is; sent when that changes."""

    progress: WorkProgress


class CaptionReady(BaseEvent, frozen=True, kw_only=True):
    """A model described a photo; search finds the words from now on."""

    photo_id: PhotoId
    text_id: TextId
    text: str
    model: str


class CaptionsChanged(BaseEvent, frozen=True, kw_only=True):
    """The captions of a photo, or what was asked about it, are others now."""

    photo_id: PhotoId


class TextPart(BaseEvent, frozen=True, kw_only=True):
    """A caption or an answer (`kind`) is being written and is so far this."""

    photo_id: PhotoId
    kind: JobKind
    text: str


class AnswerReady(BaseEvent, frozen=True, kw_only=True):
    """A model answered; the answer is kept."""

    photo_id: PhotoId
    question_id: int
    question: str
    answer: str
    model: str


class OcrDone(BaseEvent, frozen=True, kw_only=True):
    """A photo was read; search finds the words from now on.

    Attributes:
        lines: how many there are.
    """

    photo_id: PhotoId
    lines: int


class DescriptionFailed(BaseEvent, frozen=True, kw_only=True):
    """A photo could not be described or asked about; the queue goes on.

    Attributes:
        code, sentence: as of `Refused`.
    """

    photo_id: PhotoId
    kind: JobKind
    code: str
    sentence: Sentence


DescriptionCommand = (
    Describe
    | DescribeFile
    | Ask
    | AskFile
    | RunOcr
    | OcrFile
    | LookAt
    | ShowInGrid
    | CancelDescriptions
    | RetryDescriptions
    | WriteCaption
    | EditCaption
    | AcceptCaption
    | DeleteCaption
    | DeleteAnswer
)
DescriptionAnswer = DescriptionsQueued | FileDescribed | FileAnswered | FileOcrDone
DescriptionEvent = (
    DescriptionProgress
    | CaptionReady
    | CaptionsChanged
    | TextPart
    | AnswerReady
    | OcrDone
    | DescriptionFailed
)
