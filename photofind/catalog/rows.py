"""The shapes in which the catalog speaks: frozen, free of SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from photofind.domain import Annotations

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from photofind.domain import (
        Capture,
        ContentId,
        FileId,
        FolderId,
        FolderState,
        MediaCode,
        PhotoId,
        Space,
        WhyKind,
    )


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A root the person added.

    Attributes:
        volume_id: the volume it lay on when it was added, None when not known.
        added_at: milliseconds since the epoch, UTC.
    """

    id: FolderId
    path: Path
    volume_id: str | None
    added_at: int


@dataclass(frozen=True, slots=True)
class FileRow:
    """What the catalog knows about one path; what a scan is compared with.

    Attributes:
        rel_path: path below the root, `os.fsencode`d.
        byte_size, mtime_ns: of the bytes that were identified (or failed) last.
        content_id: None while the bytes are not identified or could not be read.
        missing: it was not there at the last scan.
        failed: the file itself, or its content, can't be searched.
        ready: its content can be searched with the active model.
    """

    id: FileId
    folder_id: FolderId
    rel_path: bytes
    byte_size: int
    mtime_ns: int
    content_id: ContentId | None
    missing: bool
    failed: bool
    ready: bool


@dataclass(frozen=True, slots=True)
class FolderStatus:
    """A root and how many photos can be found in it."""

    path: Path
    state: FolderState
    photos: int


@dataclass(frozen=True, slots=True)
class CatalogStatus:
    """How far the catalog is; `photos` = `ready` + `pending` + `failed`.

    Attributes:
        ready: photos that can be found.
        pending: files not identified yet, and contents not embedded yet.
        failed: files and contents that can't be searched.
        missing: contents all of whose files are gone.
        offline: of the ready photos, those that lie only in folders out of reach.
        model: catalog key of the model that search uses.
    """

    photos: int
    ready: int
    pending: int
    failed: int
    missing: int
    offline: int
    model: str | None
    folders: tuple[FolderStatus, ...]


@dataclass(frozen=True, slots=True)
class IdentifiedFile:
    """A file whose bytes were hashed.

    Attributes:
        byte_size, mtime_ns: as they were when the hashing began.
        sha256: 32 bytes.
    """

    file_id: FileId
    byte_size: int
    mtime_ns: int
    sha256: bytes


class ClaimOutcome(StrEnum):
    """What is left to do with an identified file."""

    NEW = "new"
    """Embed it: the content is in flight and belongs to the caller until it completes, fails
    or is released."""
    READY = "ready"
    """Nothing: the content is known and has vectors of the model."""
    BUSY = "busy"
    """Nothing: another path of the same content is being embedded."""
    FAILED = "failed"
    """Nothing: these bytes are known to be bad."""
    GONE = "gone"
    """Nothing: the file's row vanished meanwhile (its folder was removed)."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The answer for one identified file.

    Attributes:
        content_id: None only when the outcome is GONE.
        same: the path had this very content before (its time changed, or an interrupted
            run goes on).
        changed: the path had another content before.
        moved: the content is known, and this path takes the place of one that is gone.
            A known content that is neither same, changed nor moved is a copy.
        error_code, error_detail, attempts: why the content failed, if the outcome is FAILED.
    """

    file_id: FileId
    content_id: ContentId | None
    outcome: ClaimOutcome
    same: bool = False
    changed: bool = False
    moved: bool = False
    error_code: MediaCode | None = None
    error_detail: str = ""
    attempts: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedContent:
    """What decoding and embedding found out about one content.

    Attributes:
        width, height: pixels after orientation.
        vectors: one unit-length float32 vector [d] a space; empty with a twin.
        tags: labels the model proposes, with scores 0 … 1; empty with a twin.
        annotations: what the file and its sidecar say about the photo.
        picture_hash: 32 bytes that are the same for contents that show the same; None when
            that can't be told.
        twin: a ready content that shows the same. What was derived from it (vectors, tags,
            captions, text found in it) is taken over.
    """

    content_id: ContentId
    format: str
    width: int
    height: int
    capture: Capture
    vectors: Mapping[Space, NDArray[np.float32]]
    tags: tuple[tuple[str, float], ...] = ()
    annotations: Annotations = field(default_factory=Annotations)
    picture_hash: bytes | None = None
    twin: ContentId | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PhotoOrder:
    """Photos as parallel arrays [n], newest first, those without a date last.

    Attributes:
        photo_ids, content_ids: int64; a content is its photo's primary one.
        taken_at_ms: int64 milliseconds of wall time, `NO_DATE` when there is none.
    """

    photo_ids: NDArray[np.int64]
    content_ids: NDArray[np.int64]
    taken_at_ms: NDArray[np.int64]


NO_DATE = -(2**63)
"""In `PhotoOrder.taken_at_ms`: the photo has no date (sorts last, newest first)."""


class TagSource(StrEnum):
    MODEL = "model"
    FILE = "file"
    USER = "user"


@dataclass(frozen=True, slots=True)
class TagRow:
    """One label of a photo; `score` is 0 … 1 for a model's, None for a person's."""

    label: str
    source: TagSource
    score: float | None


@dataclass(frozen=True, slots=True)
class TextMatch:
    """A photo in whose words the query stands.

    Attributes:
        kind: NAME, TAG or TEXT.
        rank: higher is better; comparable within one answer only.
        text: the file name, tag or text that matched.
    """

    photo_id: PhotoId
    kind: WhyKind
    rank: float
    text: str
