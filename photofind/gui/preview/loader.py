"""Reads what is known of a photo and decodes it whole, off the GUI thread."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from photofind.catalog.jobs import read_waiting
from photofind.catalog.photos import read_photos
from photofind.catalog.tags import read_tags
from photofind.catalog.texts import read_answers, read_captions, read_text_in
from photofind.catalog.thumbnails import ThumbnailReader
from photofind.domain import JobKind, PhotofindError, PhotoId
from photofind.gui.images import read_jpeg, read_photo
from photofind.gui.latest_requests import LatestRequestPool
from photofind.gui.lazy_reader import LazyReader
from photofind.media.online_only import lies_online_only
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from PySide6.QtGui import QImage

    from photofind.catalog.reader import CatalogReader
    from photofind.catalog.tags import TagRow
    from photofind.catalog.texts import AnswerRow, CaptionRow, RecognisedText
    from photofind.domain import Photo
    from photofind.paths import AppFolders

logger = logging.getLogger(__name__)


class PreviewKey(NamedTuple):
    """One photo wanted large.

    Attributes:
        longest: device pixels of the long side.
    """

    photo_id: PhotoId
    longest: int


@dataclass(frozen=True, slots=True)
class PreviewFacts:
    """What can be shown at once: the catalog's knowledge and the thumbnail."""

    photo: Photo
    tags: tuple[TagRow, ...]
    thumbnail: QImage | None
    captions: tuple[CaptionRow, ...] = ()
    answers: tuple[AnswerRow, ...] = ()
    waits_for_caption: bool = False
    text: RecognisedText | None = None


@dataclass(frozen=True, slots=True)
class PreviewPicture:
    """The photo in detail, or why it can't be shown."""

    photo_id: PhotoId
    image: QImage | None
    problem: Sentence | None


class PreviewLoader(QObject):
    """Delivers facts and pictures on the GUI thread, those wanted last first.

    Facts have a thread of their own: they take milliseconds, and a walk through the photos
    must not wait for a decoder that is busy with a photo passed already.
    """

    facts_loaded = Signal(object)
    """A `PreviewFacts`."""
    picture_loaded = Signal(object)
    """A `PreviewPicture`."""

    def __init__(self, folders: AppFolders, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folders = folders
        self._facts: LatestRequestPool[PreviewKey] = LatestRequestPool(
            "photofind-facts", 1, self._enter_facts
        )
        self._pictures: LatestRequestPool[PreviewKey] = LatestRequestPool(
            "photofind-preview", 1, self._enter_pictures
        )

    def start(self) -> None:
        self._facts.start()
        self._pictures.start()

    def want(self, pictures: Sequence[PreviewKey], facts: Sequence[PreviewKey]) -> None:
        """Replaces what is wanted, the most urgent first."""
        self._facts.want(facts)
        self._pictures.want(pictures)

    def reread(self, key: PreviewKey) -> None:
        """Delivers the facts of a photo once more; something about it changed."""
        self._facts.want([key])

    def close(self) -> None:
        self._facts.close()
        self._pictures.close()

    @contextmanager
    def _enter_facts(self) -> Iterator[Callable[[PreviewKey], None]]:
        with (
            LazyReader(self._folders) as reader,
            ThumbnailReader(self._folders.thumbnails) as store,
        ):

            def work(key: PreviewKey) -> None:
                photo = _find(reader, key)
                if photo is not None:
                    self.facts_loaded.emit(_facts(photo, reader.get(), _thumbnail(photo, store)))

            yield work

    @contextmanager
    def _enter_pictures(self) -> Iterator[Callable[[PreviewKey], None]]:
        with LazyReader(self._folders) as reader:

            def work(key: PreviewKey) -> None:
                photo = _find(reader, key)
                if photo is not None:
                    self.picture_loaded.emit(_decode(photo, key.longest))
                else:
                    gone = Sentence("This photo is no longer in the catalog.")
                    self.picture_loaded.emit(PreviewPicture(key.photo_id, None, gone))

            yield work


def _find(reader: LazyReader, key: PreviewKey) -> Photo | None:
    try:
        with reader.get().snapshot() as snapshot:
            return read_photos(snapshot, [key.photo_id]).get(key.photo_id)
    except PhotofindError as error:
        logger.info("the catalog can't be read: %s", error)
        return None


def _facts(photo: Photo, reader: CatalogReader, thumbnail: QImage | None) -> PreviewFacts:
    with reader.snapshot() as snapshot:
        return PreviewFacts(
            photo=photo,
            tags=read_tags(snapshot, [photo.id]).get(photo.id, ()),
            thumbnail=thumbnail,
            captions=read_captions(snapshot, [photo.id]).get(photo.id, ()),
            answers=read_answers(snapshot, [photo.id]).get(photo.id, ()),
            waits_for_caption=read_waiting(snapshot, [photo.id]).get(photo.id) is JobKind.CAPTION,
            text=read_text_in(snapshot, photo.id),
        )


def _thumbnail(photo: Photo, store: ThumbnailReader) -> QImage | None:
    try:
        encoded = store.get(photo.sha256)
        return read_jpeg(encoded) if encoded is not None else None
    except PhotofindError as error:
        logger.debug("no thumbnail of photo %d: %s", photo.id, error)
        return None


def _decode(photo: Photo, longest: int) -> PreviewPicture:
    """Tries the photo's places one after the other; the last problem is told."""
    problem: Sentence | None = None
    for path in photo.paths:
        if lies_online_only(path):
            problem = Sentence(
                "This photo is online-only, so a small preview is shown. Open it to download it."
            )
            continue
        if not path.exists():
            problem = Sentence(
                "The file isn't where it was. Connect its drive, or press F5 to scan the folders "
                "again."
            )
            continue
        try:
            return PreviewPicture(photo.id, read_photo(path, longest), None)
        except PhotofindError as error:
            problem = error.sentence
    return PreviewPicture(photo.id, None, problem)
