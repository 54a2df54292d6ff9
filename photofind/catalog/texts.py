"""Captions, answers and the text in photos: found, written, edited, accepted, deleted."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from photofind.catalog.encoding import clean_text
from photofind.catalog.models import ensure_model
from photofind.catalog.photos import photo_of, refresh_visible
from photofind.domain import CatalogError, ContentId, PhotoId, TextId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from photofind.catalog.transactions import Snapshot, Transaction


class TextKind(StrEnum):
    """What a text about a content is."""

    CAPTION = "caption"
    OCR = "ocr"
    NOTE = "note"


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
class RecognisedText:
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


def read_captions(
    snapshot: Snapshot, photo_ids: Sequence[int]
) -> dict[PhotoId, tuple[CaptionRow, ...]]:
    """The captions of those photos that have any: a person's own first, then the newest."""
    # CROSS: SQLite takes json_each for large and would begin with all texts.
    rows = snapshot.execute(
        """SELECT t.id, p.id, t.text, coalesce(m.key, ''), t.created_at, t.edited, t.accepted
           FROM json_each(?) AS wanted CROSS JOIN photos p ON p.id = wanted.value
           CROSS JOIN texts t ON t.content_id = p.primary_content_id AND t.kind = 'caption'
           LEFT JOIN models m ON m.id = t.model_id
           ORDER BY max(t.edited, t.accepted) DESC, t.created_at DESC, t.id DESC""",
        (json.dumps([int(photo_id) for photo_id in photo_ids]),),
    )
    captions: dict[PhotoId, tuple[CaptionRow, ...]] = {}
    for text_id, photo, text, model, created_at, edited, accepted in rows:
        photo_id = PhotoId(photo)
        row = CaptionRow(
            TextId(text_id), photo_id, text, model, created_at, bool(edited), bool(accepted)
        )
        captions[photo_id] = (*captions.get(photo_id, ()), row)
    return captions


def read_answers(
    snapshot: Snapshot, photo_ids: Sequence[int]
) -> dict[PhotoId, tuple[AnswerRow, ...]]:
    """What was asked about those photos, the oldest first; about former states of their
    files too."""
    rows = snapshot.execute(
        """SELECT q.id, c.photo_id, q.question, q.answer, coalesce(m.key, ''), q.asked_at
           FROM json_each(?) AS wanted CROSS JOIN contents c ON c.photo_id = wanted.value
           CROSS JOIN questions q ON q.content_id = c.id
           LEFT JOIN models m ON m.id = q.model_id ORDER BY q.asked_at, q.id""",
        (json.dumps([int(photo_id) for photo_id in photo_ids]),),
    )
    answers: dict[PhotoId, tuple[AnswerRow, ...]] = {}
    for number, photo, question, answer, model, asked_at in rows:
        photo_id = PhotoId(photo)
        row = AnswerRow(number, photo_id, question, answer, model, asked_at)
        answers[photo_id] = (*answers.get(photo_id, ()), row)
    return answers


def read_text_in(snapshot: Snapshot, photo_id: PhotoId) -> RecognisedText | None:
    """The text that was read in a photo; None: it was not read yet."""
    row = snapshot.execute(
        """SELECT t.text, t.data, coalesce(m.key, '') FROM photos p
           JOIN texts t ON t.content_id = p.primary_content_id AND t.kind = 'ocr'
           LEFT JOIN models m ON m.id = t.model_id
           WHERE p.id = ? ORDER BY t.id DESC LIMIT 1""",
        (photo_id,),
    ).fetchone()
    if row is None:
        return None
    text, data, model = row
    return recognised_text(text, model, json.loads(data or "{}"))


def recognised_text(text: str, model: str, details: Mapping[str, Any]) -> RecognisedText:
    """The value of what is stored of a text that was read.

    Args:
        model: catalog key of what read it.
        details: as in `FoundText`.
    """
    lines = tuple(
        ReadLine(line, confidence, tuple((x, y) for x, y in corners))
        for line, confidence, corners in details.get("lines", ())
    )
    return RecognisedText(text, lines, model, details.get("seconds"))


_NO_VECTORS = 0
"""Dimension under which models that make no vectors are kept."""


def store_finding(tx: Transaction, content_id: ContentId, finding: Finding) -> int:
    """Keeps what nobody had queued; returns the text's or question's number."""
    model_id = ensure_model(tx, finding.model.catalog_key, finding.model.task, _NO_VECTORS)
    match finding:
        case FoundText():
            # Another text of the same model is replaced, unless it has become a person's own.
            tx.execute(
                """DELETE FROM texts WHERE content_id = ? AND kind = ? AND model_id = ?
                   AND edited = 0 AND accepted = 0""",
                (content_id, finding.kind.value, model_id),
            )
            same = tx.execute(
                """SELECT id FROM texts WHERE content_id = ? AND kind = ? AND model_id = ?
                   AND text = ?""",
                (content_id, finding.kind.value, model_id, clean_text(finding.text)),
            ).fetchone()
            row = (
                same
                or tx.execute(
                    """INSERT INTO texts (content_id, kind, model_id, text, data, created_at)
                   VALUES (?, ?, ?, ?, ?, ?) RETURNING id""",
                    (
                        content_id,
                        finding.kind.value,
                        model_id,
                        clean_text(finding.text),
                        json.dumps(finding.details) if finding.details else None,
                        tx.now_ms,
                    ),
                ).fetchone()
            )
            refresh_visible(tx, [photo_of(tx, content_id)])
        case FoundAnswer():
            row = tx.execute(
                """INSERT INTO questions (content_id, model_id, question, answer, asked_at)
                   VALUES (?, ?, ?, ?, ?) RETURNING id""",
                (
                    content_id,
                    model_id,
                    clean_text(finding.question),
                    clean_text(finding.answer),
                    tx.now_ms,
                ),
            ).fetchone()
    return int(row[0])


def write_caption(tx: Transaction, photo_id: PhotoId, text: str) -> TextId:
    """Adds a caption in a person's own words.

    Raises:
        CatalogError: photo_unknown.
    """
    row = tx.execute(
        """INSERT INTO texts (content_id, kind, text, created_at, edited, accepted)
           SELECT primary_content_id, 'caption', ?, ?, 1, 1 FROM photos WHERE id = ?
           RETURNING id""",
        (clean_text(text), tx.now_ms, photo_id),
    ).fetchone()
    if row is None:
        raise CatalogError("photo_unknown", "This photo is not in the catalog any more.")
    refresh_visible(tx, [photo_id])
    return TextId(row[0])


def edit_caption(tx: Transaction, text_id: TextId, text: str) -> PhotoId:
    """Puts a person's words in place of a caption; they are theirs from now on.

    Returns:
        The photo, here as below.

    Raises:
        CatalogError: caption_unknown, it is not there any more.
    """
    photo_id = _photo_of(tx, text_id)
    tx.execute(
        "UPDATE texts SET text = ?, edited = 1, accepted = 1 WHERE id = ?",
        (clean_text(text), text_id),
    )
    refresh_visible(tx, [photo_id])
    return photo_id


def accept_caption(tx: Transaction, text_id: TextId) -> PhotoId:
    """The person says that a caption is right: no model may replace it any more.

    Raises:
        CatalogError: caption_unknown, it is not there any more.
    """
    tx.execute("UPDATE texts SET accepted = 1 WHERE id = ?", (text_id,))
    return _photo_of(tx, text_id)


def delete_caption(tx: Transaction, text_id: TextId) -> PhotoId:
    """Deletes a caption, whoever wrote it.

    Raises:
        CatalogError: caption_unknown, it is not there any more.
    """
    photo_id = _photo_of(tx, text_id)
    tx.execute("DELETE FROM texts WHERE id = ?", (text_id,))
    refresh_visible(tx, [photo_id])
    return photo_id


def delete_answer(tx: Transaction, question_id: int) -> None:
    """Forgets a question and its answer."""
    tx.execute("DELETE FROM questions WHERE id = ?", (question_id,))


def _photo_of(tx: Transaction, text_id: TextId) -> PhotoId:
    row = tx.execute(
        """SELECT c.photo_id FROM texts t JOIN contents c ON c.id = t.content_id
           WHERE t.id = ? AND t.kind = 'caption'""",
        (text_id,),
    ).fetchone()
    if row is None:
        raise CatalogError(
            "caption_unknown",
            "This caption is not there any more. Another program may have deleted or replaced it.",
        )
    return PhotoId(row[0])
