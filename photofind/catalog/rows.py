"""The shapes in which the catalog speaks: frozen, free of SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Protocol

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
        ModelId,
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
        exclusions: patterns (gitignore's) of what is left out.
        includes_online_only: files that lie in a cloud alone are indexed too.
        videos: how many the last look at the whole root saw; they are not searchable.
        online_only: how many photos it left in their cloud.
    """

    id: FolderId
    path: Path
    volume_id: str | None
    added_at: int
    exclusions: tuple[str, ...] = ()
    includes_online_only: bool = False
    videos: int = 0
    online_only: int = 0


@dataclass(frozen=True, slots=True)
class FileRow:
    """What the catalog knows about one path; what a scan is compared with.

    Attributes:
        rel_path: path below the root, `os.fsencode`d.
        byte_size, mtime_ns: of the bytes that were identified (or failed) last.
        content_id: None while the bytes are not identified or could not be read.
        missing: it was not there at the last scan, or was excluded.
        excluded: it is left out by a pattern.
        failed: the file itself, or its content, can't be searched.
        ready: nothing is left to do: its content can be found, or it is identified and a part of a
            photo that shows another file.
        part_of: relative path of the file that is shown in its place.
        sidecar: stamp of the sidecar that was read last, None when there was none.
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
    part_of: bytes | None = None
    sidecar: bytes | None = None
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class FolderStatus:
    """A root and how many photos can be found in it; the rest as in FolderRow.

    Attributes:
        trouble: why the last scan could not look into it, and what to do about that; empty if it
            could, or if the root was not there.
    """

    path: Path
    state: FolderState
    photos: int
    exclusions: tuple[str, ...] = ()
    includes_online_only: bool = False
    videos: int = 0
    online_only: int = 0
    trouble: str = ""


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
        forgotten: contents that stay out because the person had them forgotten.
        refining: of the ready photos, those found by a preview until their pictures are embedded.
        preview_only: of the ready photos, those found by a preview because their pictures can't
            be read.
        by_name_only: of the ready photos, those that the model has not seen.
        closed_folders: folders that the last scan could not look into.
    """

    photos: int
    ready: int
    pending: int
    failed: int
    missing: int
    offline: int
    model: str | None
    folders: tuple[FolderStatus, ...]
    forgotten: int = 0
    refining: int = 0
    preview_only: int = 0
    by_name_only: int = 0
    closed_folders: int = 0


SEARCH_TASK = "search"
"""`models.task` of the dual encoders that search uses."""


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model that the catalog holds vectors of, or is to.

    Attributes:
        key: catalog key; the part before "@" is the model's key for people.
        dim: length of its search vectors.
        active: search uses it.
        chosen: it takes the active one's place as soon as its index is complete.
        removing: its vectors are being deleted.
    """

    id: ModelId
    key: str
    dim: int
    active: bool
    chosen: bool
    removing: bool

    @property
    def people_key(self) -> str:
        """The model's key for people, which says nothing of weights and revisions."""
        return self.key.partition("@")[0]


def same_weights(one: str, other: str) -> bool:
    """Whether vectors under two catalog keys may be compared with the same words: only the
    preparation of pictures or our own quantisation differs."""
    return _weights(one) == _weights(other)


def _weights(catalog_key: str) -> tuple[str, str]:
    key, _, version = catalog_key.partition("@")
    return key, version.partition(".")[0]


@dataclass(frozen=True, slots=True)
class ModelIndex(ModelRow):
    """A model and how complete its index is.

    Attributes:
        photos: photos that can be found, whatever this model knows of them.
        embedded: of these, those it has a vector of.
        first_pass: of the embedded, those whose vector is from a preview and will be replaced.
        left_out: of the others, those whose picture can't be read; they are not waited for.
    """

    photos: int
    embedded: int
    first_pass: int
    left_out: int

    @property
    def waiting(self) -> int:
        """Photos that it still has to embed before search can use it for all."""
        return self.photos - self.embedded - self.left_out

    @property
    def complete(self) -> bool:
        """Whether choosing it switches at once."""
        return self.waiting == 0 and not self.removing


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
    """Nothing: the content is known and can be found."""
    BUSY = "busy"
    """Nothing: another path of the same content is being embedded."""
    PART = "part"
    """Nothing: it belongs to a photo that shows another file (the RAW beside a JPEG)."""
    FAILED = "failed"
    """Nothing: these bytes are known to be bad."""
    GONE = "gone"
    """Nothing: the file's row vanished meanwhile (its folder was removed)."""
    FORGOTTEN = "forgotten"
    """Nothing: the person had photofind forget these bytes; the file's row is gone."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The answer for one identified file.

    Attributes:
        content_id: None only when the outcome is GONE or FORGOTTEN.
        same: the path had this very content before (its time changed, or an interrupted
            run goes on).
        changed: the path had another content before.
        moved: the content is known, and this path takes the place of one that is gone.
            A known content that is neither same, changed nor moved is a copy.
        new: the content was never seen before.
        error_code, error_detail, attempts: why the content failed, if the outcome is FAILED.
    """

    file_id: FileId
    content_id: ContentId | None
    outcome: ClaimOutcome
    same: bool = False
    changed: bool = False
    moved: bool = False
    new: bool = False
    error_code: MediaCode | None = None
    error_detail: str = ""
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class BackgroundPhoto:
    """A photo that can be found, as those see it who work on it in the background.

    Attributes:
        places: roots and the files below them that hold the content, at least one.
        failed: its whole picture can't be decoded.
    """

    content_id: ContentId
    sha256: bytes
    places: tuple[tuple[FolderId, Path], ...]
    failed: bool


class VectorPass(IntEnum):
    """What a vector was made from; a higher one replaces a lower one."""

    PREVIEW = 1
    """A smaller copy: the preview inside the file, or the thumbnail made of it earlier."""
    WHOLE = 2


class ContentVectors(Protocol):
    """What a model says about one content.

    Attributes:
        vectors: one unit-length float32 vector [d] a space.
        tags: labels the model proposes, with scores 0 … 1.
    """

    @property
    def content_id(self) -> ContentId: ...
    @property
    def vectors(self) -> Mapping[Space, NDArray[np.float32]]: ...
    @property
    def tags(self) -> tuple[tuple[str, float], ...]: ...
    @property
    def vector_pass(self) -> VectorPass: ...


@dataclass(frozen=True, slots=True, eq=False)
class ReembeddedContent:
    """A `ContentVectors` of a content that can be found already."""

    content_id: ContentId
    vectors: Mapping[Space, NDArray[np.float32]]
    tags: tuple[tuple[str, float], ...]
    vector_pass: VectorPass


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
    vector_pass: VectorPass = VectorPass.WHOLE


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
