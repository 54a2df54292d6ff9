"""The words every layer speaks: identifiers, photos, hits, geometry and the errors.

Frozen values from the standard library only. Nothing here does input or output.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from pathlib import Path

PhotoId = NewType("PhotoId", int)
"""What a person sees as one photo; what they make (rating, tags, notes) belongs to it."""
ContentId = NewType("ContentId", int)
"""One sequence of bytes (its sha256). A photo has at least one content."""
FileId = NewType("FileId", int)
FolderId = NewType("FolderId", int)
"""A root the person added; subfolders have no identifier of their own."""
ModelId = NewType("ModelId", int)
TextId = NewType("TextId", int)
"""A caption, a note, or text found in a picture."""
JobId = NewType("JobId", int)
"""One thing to find out about one content: its caption, an answer."""


class Space(StrEnum):
    """Which question a vector answers."""

    SEARCH = "search"
    """Comparable with a text vector."""
    SIMILAR = "similar"
    """Comparable with other photos only ("find similar")."""


class ContentState(StrEnum):
    PENDING = "pending"
    IN_FLIGHT = "in_flight"
    READY = "ready"
    FAILED = "failed"


class FolderState(StrEnum):
    ONLINE = "online"
    OFFLINE = "offline"


class TakenSource(StrEnum):
    """Where a capture date comes from, best first."""

    EXIF_ORIGINAL = "exif_original"
    EXIF_DIGITIZED = "exif_digitized"
    XMP = "xmp"
    IPTC = "iptc"
    FILE_NAME = "file_name"
    EXIF_MODIFIED = "exif_modified"
    FILE_TIME = "file_time"


class ResizeMode(StrEnum):
    SHORTEST = "shortest"
    """Shortest side to `size`, then a centre crop (CLIP)."""
    SQUASH = "squash"
    """Both sides to `size`, the aspect ratio is lost (SigLIP, BLIP, basic)."""


class Interpolation(StrEnum):
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"


@dataclass(frozen=True, slots=True)
class ImageGeometry:
    """How a picture becomes the square that a model looks at.

    Attributes:
        size: side of the square in pixels.
        mode: how a picture that isn't square is fitted.
        interpolation: resampling filter (antialiased).
    """

    size: int
    mode: ResizeMode
    interpolation: Interpolation = Interpolation.BICUBIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """How a photo was exposed, as far as the file says.

    Attributes:
        f_number: the aperture, focal length by diameter.
        seconds: exposure time.
        iso: sensitivity.
        focal_mm: focal length in millimetres.
        focal_35mm: the focal length in millimetres with the same view on 35 mm film.
    """

    f_number: float | None = None
    seconds: float | None = None
    iso: int | None = None
    focal_mm: float | None = None
    focal_35mm: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    """What people have written about a photo, into its file or into a sidecar beside it.

    Attributes:
        rating: 1 to 5 stars, 0 for none, -1 for rejected; None when the file doesn't say.
        keywords: in the order they stand there, none twice; the levels of a hierarchy apart.
    """

    rating: int | None = None
    title: str | None = None
    description: str | None = None
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """When, where and with what a photo was taken, as far as the file says.

    Attributes:
        taken_at_ms: wall-clock time as milliseconds since 1970-01-01T00:00, *as if* the
            clock showed UTC. Wall time sorts the way people remember a day.
        taken_offset_min: minutes east of UTC, None when the file doesn't say.
        taken_source: where the date comes from, None when there is none.
        camera: make and model, the make not repeated.
        latitude, longitude: degrees, south and west negative (WGS 84).
        exposure: None when the file says nothing of it.
    """

    taken_at_ms: int | None = None
    taken_offset_min: int | None = None
    taken_source: TakenSource | None = None
    camera: str | None = None
    lens: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    exposure: Exposure | None = None


@dataclass(frozen=True, slots=True)
class PhotoPart:
    """A file that belongs to a photo but isn't what is shown: its RAW, or a Live Photo's film."""

    path: Path
    byte_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photo as a person sees it: what it shows comes from its primary content.

    Attributes:
        sha256: 32 bytes of the primary content's hash; the key of its thumbnail.
        paths: absolute places where the primary content lies now, the oldest first.
        width, height: pixels after orientation; 0 when not known.
        title, rating: a person's own, else what the file says.
        description: what the file says.
        offline: every path lies under a folder that can't be reached now.
        parts: the other files that are one photo with it, the oldest first.
    """

    id: PhotoId
    content_id: ContentId
    sha256: bytes
    paths: tuple[Path, ...]
    byte_size: int
    format: str
    width: int
    height: int
    capture: Capture
    title: str | None = None
    description: str | None = None
    rating: int | None = None
    favourite: bool = False
    offline: bool = False
    parts: tuple[PhotoPart, ...] = ()


class WhyKind(StrEnum):
    """What made a photo a hit."""

    MEANING = "meaning"
    """The picture's vector against the text's."""
    LOOKS = "looks"
    """The picture's vector against another picture's."""
    NAME = "name"
    """The words stand in its file name."""
    TAG = "tag"
    """The words are one of its tags."""
    TEXT = "text"
    """The words stand in its title, caption, notes or in the picture itself."""


@dataclass(frozen=True, slots=True)
class Why:
    kind: WhyKind
    score: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One result.

    Attributes:
        score: higher is better; comparable within one result list only.
        relevant: True when the match is good enough to be shown without a warning
            (the model's calibrated cut).
        why: what made it a hit, the strongest reason first.
    """

    photo_id: PhotoId
    content_id: ContentId
    score: float
    relevant: bool
    why: tuple[Why, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """What a person asked for, parsed.

    Attributes:
        text: the line as it was typed.
        words: the part that describes the picture, given to the text encoder as typed; may be
            empty when there are tags.
        tags: labels that a photo must have, each.
        phrases: texts that must stand in its names, title, tags or texts, each.
    """

    text: str
    words: str
    tags: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()


class MediaCode(StrEnum):
    """Why one photo could not be read."""

    UNREADABLE = "unreadable"
    UNSUPPORTED = "unsupported"
    TOO_LARGE = "too_large"
    VANISHED = "vanished"
    DENIED = "denied"
    CRASHED = "crashed"


class Tried(StrEnum):
    """What came to nothing; named like the command that tries it again."""

    INDEX = "index"
    CAPTION = "caption"
    TEXT = "text"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Problem:
    """A file of which something could not be done, and the reason a person understands.

    Attributes:
        code: a MediaCode; where a model tried something, that of any error.
        tried: after INDEX it is not searchable; all others are.
        question: what ASK asked.
    """

    path: Path
    code: str
    reason: str
    attempts: int
    tried: Tried = Tried.INDEX
    question: str = ""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What one indexing job did; counts of files.

    Every photo file under the folders is counted in exactly one of new, changed, unchanged,
    moved, copies and failed.

    Attributes:
        new: contents never seen before; the parts of a photo count for themselves.
        changed: known paths with other contents.
        moved: known contents at a new path whose old path is gone.
        copies: known contents at one more path.
        missing: paths that were there at the last scan and are not any more.
        failed: files that can't be searched; each is in `problems`.
        ignored: files of other kinds, and hidden ones.
        videos: those among the ignored that are videos: not searchable yet.
        online_only: photos that lie in a cloud alone and are not looked at.
        excluded: files and whole folders that patterns leave out.
        images_per_s: embedded pictures a second.
        problems: of files that failed, and of subfolders that could not be looked into.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    moved: int = 0
    copies: int = 0
    missing: int = 0
    failed: int = 0
    ignored: int = 0
    videos: int = 0
    online_only: int = 0
    excluded: int = 0
    elapsed_s: float = 0.0
    images_per_s: float = 0.0
    problems: tuple[Problem, ...] = field(default=())


class PhotofindError(Exception):
    """The environment, not a bug: something a person can act on.

    Anything that is not a PhotofindError is our bug; its traceback belongs in the log.

    Attributes:
        code: stable, for scripts (`{"error": {"code", "message"}}`).
        user_message: one or two sentences that say what happened and what to do next.
    """

    def __init__(self, code: str, user_message: str) -> None:
        super().__init__(user_message)
        self.code = code
        self.user_message = user_message


class MediaError(PhotofindError):
    """One photo can't be read; stored and shown under Problems."""

    def __init__(self, code: MediaCode, user_message: str) -> None:
        super().__init__(code.value, user_message)
        self.media_code = code


class ModelError(PhotofindError):
    """Codes: model_missing, model_checksum, model_incompatible, model_offline."""


class CatalogError(PhotofindError):
    """Codes: catalog_too_new, catalog_locked, catalog_corrupt, catalog_full, catalog_denied."""


class FolderError(PhotofindError):
    """A folder can't be added, moved or removed.

    Codes: folder_missing, folder_denied, folder_library, folder_unknown, folder_taken,
    no_folders.
    """


class QueryError(PhotofindError):
    """A query that can't be understood. Codes: query_empty, query_too_long, query_syntax.

    Attributes:
        position: character offset in the query where the trouble begins.
    """

    def __init__(self, code: str, user_message: str, position: int = 0) -> None:
        super().__init__(code, user_message)
        self.position = position
