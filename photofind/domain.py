"""The words every layer speaks: identifiers, photos, hits, geometry and the errors.

Frozen values from the standard library only. Nothing here does input or output.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta, timezone
from enum import IntEnum, StrEnum
from pathlib import Path  # noqa: TC003 (msgspec resolves it in messages)
from typing import TYPE_CHECKING, NewType, TypeAlias

from photofind.sentences import Sentence

if TYPE_CHECKING:
    from pathlib import PurePath

    from photofind.sentences import Value

PhotoId = NewType("PhotoId", int)
"""What a person sees as one photo; what they make (rating, tags, notes) belongs to it."""
ContentId = NewType("ContentId", int)
"""One sequence of bytes (its sha256). A photo has at least one content."""
RegionId = NewType("RegionId", int)
"""Something in a content's picture, or all of it; what a vector belongs to."""
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

    SIDECAR = "sidecar"
    """A date of capture that differs from the file's: a person has corrected it."""
    EXIF_ORIGINAL = "exif_original"
    EXIF_DIGITIZED = "exif_digitized"
    XMP = "xmp"
    IPTC = "iptc"
    GPS = "gps"
    """The receiver's clock, which is right but shows UTC."""
    FILE_NAME = "file_name"
    EXIF_MODIFIED = "exif_modified"
    FILE_TIME = "file_time"


class DatePrecision(StrEnum):
    """How much of a date is known."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    TIME = "time"


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
        people: names of who is in the picture.
        location: names of the place, from the smallest to the country.
        comments: remarks that are no description.
    """

    rating: int | None = None
    title: str | None = None
    description: str | None = None
    keywords: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    location: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()


_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (wall time has no zone)
_ISO_LENGTHS = {DatePrecision.YEAR: 4, DatePrecision.MONTH: 7, DatePrecision.DAY: 10}


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """When, where and with what a photo was taken, as far as the file says.

    Attributes:
        taken_at_ms: wall-clock time as milliseconds since 1970-01-01T00:00, *as if* the
            clock showed UTC. Wall time sorts the way people remember a day. Of a date that is
            known in part, the first moment.
        taken_precision: how much of it is known.
        taken_offset_min: minutes east of UTC, None when the file doesn't say.
        taken_source: where the date comes from, None when there is none.
        camera: make and model, the make not repeated.
        latitude, longitude: degrees, south and west negative (WGS 84).
        exposure: None when the file says nothing of it.
    """

    taken_at_ms: int | None = None
    taken_offset_min: int | None = None
    taken_source: TakenSource | None = None
    taken_precision: DatePrecision = DatePrecision.TIME
    camera: str | None = None
    lens: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    exposure: Exposure | None = None

    def taken_at(self, *, with_offset: bool = True) -> str | None:
        """The date as ISO 8601 has it, as far as it is known: "1978", "1978-06", "1978-06-04", or
        wall time to the second, with the offset if it is known and wanted.

        None when nothing is known: the file doesn't tell (its own time says when it was written,
        which is good for sorting only), or no calendar has that date.
        """
        if self.taken_at_ms is None or self.taken_source is TakenSource.FILE_TIME:
            return None
        try:
            wall = _EPOCH + timedelta(milliseconds=self.taken_at_ms)
            if self.taken_precision is not DatePrecision.TIME:
                return wall.date().isoformat()[: _ISO_LENGTHS[self.taken_precision]]
            if with_offset and self.taken_offset_min is not None:
                wall = wall.replace(tzinfo=timezone(timedelta(minutes=self.taken_offset_min)))
        except (OverflowError, ValueError):
            return None
        return wall.isoformat(timespec="seconds")


class Flag(IntEnum):
    """What a person decided while culling."""

    REJECT = -1
    NONE = 0
    PICK = 1


class EditedField(StrEnum):
    """What a person can say about photos; also the catalog's word for it."""

    RATING = "rating"
    """0 to 5 stars; 0 is none."""
    FAVOURITE = "favourite"
    """1 or 0."""
    FLAG = "flag"
    """A `Flag`."""
    TITLE = "title"
    CAPTION = "caption"
    """A caption in their own words."""
    NOTE = "note"
    TAG = "tag"
    """1 gives it (or confirms what a model proposed), 0 takes it off wherever it comes from."""


EditValue: TypeAlias = int | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoEdit:
    """Something that a person says about photos.

    Attributes:
        value: as its field describes it; "" says that there is none; None says nothing, so that
            what the file says holds again.
        label: of TAG.
    """

    field: EditedField
    photo_ids: tuple[PhotoId, ...]
    value: EditValue
    label: str = ""


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
        people, location, comments: what the file says; see `Annotations`.
        flag: a person's own; a file that says so is rejected, too.
        note: in the person's own words.
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
    people: tuple[str, ...] = ()
    location: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    rating: int | None = None
    favourite: bool = False
    flag: Flag = Flag.NONE
    note: str = ""
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


_ROUNDED = 1e-3


class RegionKind(StrEnum):
    """What part of a photo a vector describes."""

    WHOLE = "whole"
    """All of the picture."""
    PART = "part"
    """A rectangle of the picture."""
    FRAME = "frame"
    """The picture at a moment of a video."""
    FACE = "face"
    """Somebody's face."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in a picture as people see it, in shares of its width and height.

    Attributes:
        x, y: the upper left corner, 0 … 1.
        width, height: above 0; the rectangle ends inside the picture.

    Raises:
        ValueError: it is no such rectangle.
    """

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        for begin, length in ((self.x, self.width), (self.y, self.height)):
            # Shares that a person, or a model, has rounded may add up to a little more than 1.
            if not (0 <= begin < 1 and 0 < length <= 1 and begin + length <= 1 + _ROUNDED):
                raise ValueError(f"not a rectangle inside a picture: {self}")


@dataclass(frozen=True, slots=True)
class Region:
    """What a vector describes of a photo.

    Attributes:
        box: where in the picture; None: all of it.
        at_ms: the moment, of a video.
    """

    kind: RegionKind = RegionKind.WHOLE
    box: Box | None = None
    at_ms: int | None = None


WHOLE_PICTURE = Region()


@dataclass(frozen=True, slots=True)
class Why:
    """One reason why a photo is a hit.

    Attributes:
        text: the words that matched.
        region: what of the photo fits; of use with MEANING and LOOKS only.
    """

    kind: WhyKind
    score: float
    text: str = ""
    region: Region = WHOLE_PICTURE


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


class JobKind(StrEnum):
    """What a model can be asked to find out about one photo; also the catalog's word for it."""

    CAPTION = "caption"
    ANSWER = "answer"
    OCR = "ocr"


class Activity(StrEnum):
    """What the worker is doing."""

    IDLE = "idle"
    SCANNING = "scanning"
    """Looking through folders."""
    INDEXING = "indexing"
    """Making new photos findable."""
    BUILDING = "building"
    """Embedding known photos, which can be found all the while, with another model."""
    REFINING = "refining"
    """Replacing vectors that were made from previews by those of the whole pictures."""
    REMOVING = "removing"
    """Deleting a model's index."""
    DESCRIBING = "describing"
    """Writing captions, answering questions, reading text."""
    WAITING = "waiting"
    """Descriptions wait for the indexing, which goes first."""
    BLOCKED = "blocked"
    """Descriptions wait for a model, or for a catalog that can be written."""
    PAUSED = "paused"
    """The person asked for it."""
    RESTING = "resting"
    """Waiting for mains power."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkProgress:
    """How far the worker is with what it is doing.

    Attributes:
        found: photo files seen by the scans that are running.
        done, total: of indexing, files (embedded, known already, or failed) since work began, of
            which there are more while a scan goes on; of work in the background, contents or
            vectors; of descriptions, jobs since the queue was last empty.
        failed: those among the done files that can't be indexed; jobs that failed and are kept
            for another try.
        images_per_s: embedded pictures a second, smoothed; 0 when unknown.
        eta_s: seconds to go; None when unknown.
        model: of BUILDING and REMOVING, the model's catalog key.
        slower: on purpose, because the computer runs on its battery.
        reason: of BLOCKED: why.
    """

    activity: Activity = Activity.IDLE
    found: int = 0
    done: int = 0
    total: int = 0
    failed: int = 0
    images_per_s: float = 0.0
    eta_s: float | None = None
    model: str = ""
    slower: bool = False
    reason: Sentence | None = None


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
    reason: Sentence
    attempts: int
    tried: Tried = Tried.INDEX
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCounts:
    """What became of the files under some folders.

    Every photo file is counted in exactly one of new, changed, unchanged, moved, copies and
    failed. A count is declared here and counted in one place; reports, messages, JSON documents
    and lines for people take it from here.

    Attributes:
        new: contents never seen before; the parts of a photo count for themselves.
        changed: known paths with other contents.
        moved: known contents at a new path whose old path is gone.
        copies: known contents at one more path.
        missing: paths that were there at the last scan and are not any more.
        failed: files that can't be searched; each is in the report's `problems`.
        ignored: files of other kinds, and hidden ones.
        videos: those among the ignored that are videos: not searchable yet.
        online_only: online-only photos, which are not opened.
        excluded: files and whole folders that patterns leave out.
        unfinished: files and folders that kept moving or changing while they were read; the next
            run takes them up.
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
    unfinished: int = 0

    def counts(self) -> dict[str, int]:
        """Every count by its name, in the order of their declaration."""
        return {each.name: getattr(self, each.name) for each in fields(FileCounts)}

    def __add__(self, other: FileCounts) -> FileCounts:
        more = other.counts()
        return FileCounts(**{name: count + more[name] for name, count in self.counts().items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexReport(FileCounts):
    """What one indexing job did.

    Attributes:
        images_per_s: embedded pictures a second.
        problems: of files that failed, and of subfolders that could not be listed.
    """

    elapsed_s: float = 0.0
    images_per_s: float = 0.0
    problems: tuple[Problem, ...] = ()


class PhotofindError(Exception):
    """The environment, not a bug: something a person can act on.

    Anything that is not a PhotofindError is our bug; its traceback belongs in the log.

    Attributes:
        code: stable, for scripts (`{"error": {"code", "message"}}`).
        sentence: one or two sentences that say what happened and what to do next.
    """

    def __init__(self, code: str, template: str | Sentence, **values: Value | PurePath) -> None:
        """
        Args:
            template: of a `Sentence`, written as a literal; or a whole sentence.
            values: fill the template's placeholders.
        """
        self.code = code
        self.sentence = template if isinstance(template, Sentence) else Sentence(template, **values)
        super().__init__(str(self.sentence))

    @property
    def user_message(self) -> str:
        """The sentence in English, for logs and the command line."""
        return str(self.sentence)


class MediaError(PhotofindError):
    """One photo can't be read; stored and shown under Problems."""

    def __init__(
        self, code: MediaCode, template: str | Sentence, **values: Value | PurePath
    ) -> None:
        super().__init__(code.value, template, **values)
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

    def __init__(
        self,
        code: str,
        template: str | Sentence,
        *,
        position: int = 0,
        **values: Value | PurePath,
    ) -> None:
        super().__init__(code, template, **values)
        self.position = position
