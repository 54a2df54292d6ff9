"""What is said about captions and questions."""

from __future__ import annotations

from photofind.worker.wire import BaseAnswer, BaseCommand, BaseEvent


class Describe(BaseCommand, frozen=True, kw_only=True):
    """Queues captions of photos of the catalog. Answer: DescriptionsQueued; each caption comes as
    a CaptionReady. Refused (model_missing): there is no model for it.

    Attributes:
        photo_ids: these photos; empty for those of `folder`, or all.
        folder: everything in this folder and below it; b"" for the whole catalog.
        model: key of the model, "" for the first that is installed.
        prefix: how the captions begin.
        beams: captions followed at once.
        seed: words are drawn by chance, by this number; None: the likeliest caption.
        again: also photos that this model has described.
        waits: somebody waits for all of it; else only a few chosen photos are hurried.
    """

    photo_ids: tuple[int, ...] = ()
    folder: bytes = b""
    model: str = ""
    prefix: str = ""
    beams: int = 3
    seed: int | None = None
    again: bool = False
    waits: bool = False


class DescribeFile(BaseCommand, frozen=True, kw_only=True):
    """Describes a file now. Answer: FileDescribed. What isn't in the catalog isn't kept."""

    path: bytes
    model: str = ""
    prefix: str = ""
    beams: int = 3
    seed: int | None = None


class Ask(BaseCommand, frozen=True, kw_only=True):
    """Asks the same of photos of the catalog. Answer: DescriptionsQueued; each answer comes as an
    AnswerReady."""

    photo_ids: tuple[int, ...]
    question: str
    model: str = ""


class AskFile(BaseCommand, frozen=True, kw_only=True):
    """Asks about a file now. Answer: FileAnswered. What isn't in the catalog isn't kept."""

    path: bytes
    question: str
    model: str = ""


class LookAt(BaseCommand, frozen=True, kw_only=True):
    """The person looks at these photos: what is queued for them is hurried. Answer: Done."""

    photo_ids: tuple[int, ...]


class ShowInGrid(BaseCommand, frozen=True, kw_only=True):
    """The grid shows these photos, and no others any more: what is queued for them comes before
    what is queued for photos that nobody sees. Answer: Done."""

    photo_ids: tuple[int, ...]


class CancelDescriptions(BaseCommand, frozen=True, kw_only=True):
    """Drops what is queued or running, and what failed. Answer: Done.

    Attributes:
        photo_ids: of these photos; empty for all.
        kind: "caption" or "answer"; "" for any.
    """

    photo_ids: tuple[int, ...] = ()
    kind: str = ""


class SetDescriptionsPaused(BaseCommand, frozen=True, kw_only=True):
    """What a person waits for is done all the same. Answer: Done."""

    paused: bool


class RetryDescriptions(BaseCommand, frozen=True, kw_only=True):
    """Tries again what failed. Answer: Done."""


class WriteCaption(BaseCommand, frozen=True, kw_only=True):
    """A caption in the person's own words. Answer: Done."""

    photo_id: int
    text: str


class EditCaption(BaseCommand, frozen=True, kw_only=True):
    """The person's words in place of a caption; no model replaces them. Answer: Done."""

    text_id: int
    text: str


class AcceptCaption(BaseCommand, frozen=True, kw_only=True):
    """The caption is right; no model replaces it. Answer: Done."""

    text_id: int


class DeleteCaption(BaseCommand, frozen=True, kw_only=True):
    """Answer: Done."""

    text_id: int


class DeleteAnswer(BaseCommand, frozen=True, kw_only=True):
    """Forgets a question and its answer. Answer: Done."""

    photo_id: int
    question_id: int


class DescriptionsQueued(BaseAnswer, frozen=True, kw_only=True):
    """
    Attributes:
        queued: jobs that are new in the queue.
        known: photos left out because the model has described them, or waiting already.
        photo_ids: those that are described or asked about from now on, one after the other.
    """

    queued: int
    known: int
    photo_ids: tuple[int, ...] = ()


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


class DescriptionProgress(BaseEvent, frozen=True, kw_only=True):
    """How far the queue of captions and questions is; sent when that changes.

    Attributes:
        activity: "idle" | "describing" | "waiting" (for the indexing) | "paused" | "blocked".
        done, total: since the queue was last empty.
        failed: what came to nothing and waits for another try.
        eta_s: seconds to go, None when unknown.
        reason: for "blocked": a sentence for people.
    """

    activity: str
    done: int = 0
    total: int = 0
    failed: int = 0
    eta_s: float | None = None
    reason: str = ""


class CaptionReady(BaseEvent, frozen=True, kw_only=True):
    """A model described a photo; search finds the words from now on."""

    photo_id: int
    text_id: int
    text: str
    model: str


class CaptionsChanged(BaseEvent, frozen=True, kw_only=True):
    """The captions of a photo, or what was asked about it, are others now."""

    photo_id: int


class TextPart(BaseEvent, frozen=True, kw_only=True):
    """A caption or an answer (`kind`) is being written and is so far this."""

    photo_id: int
    kind: str
    text: str


class AnswerReady(BaseEvent, frozen=True, kw_only=True):
    """A model answered; the answer is kept."""

    photo_id: int
    question_id: int
    question: str
    answer: str
    model: str


class DescriptionFailed(BaseEvent, frozen=True, kw_only=True):
    """A photo could not be described or asked about; the queue goes on.

    Attributes:
        kind: "caption" or "answer".
        code, message: as of `Refused`.
    """

    photo_id: int
    kind: str
    code: str
    message: str


DescriptionCommand = (
    Describe
    | DescribeFile
    | Ask
    | AskFile
    | LookAt
    | ShowInGrid
    | CancelDescriptions
    | SetDescriptionsPaused
    | RetryDescriptions
    | WriteCaption
    | EditCaption
    | AcceptCaption
    | DeleteCaption
    | DeleteAnswer
)
DescriptionEvent = (
    DescriptionsQueued
    | FileDescribed
    | FileAnswered
    | DescriptionProgress
    | CaptionReady
    | CaptionsChanged
    | TextPart
    | AnswerReady
    | DescriptionFailed
)
