"""Two threads that read, cut and round the pictures of the cells in sight."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath

from photofind.catalog.photos import read_photos
from photofind.catalog.thumbnails import ThumbnailReader
from photofind.domain import ContentId, PhotofindError, PhotoId
from photofind.gui.images import make_thumbnail, read_jpeg
from photofind.gui.latest_requests import LatestRequestPool
from photofind.gui.lazy_reader import LazyReader
from photofind.media.online_only import may_open

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from photofind.domain import Photo
    from photofind.paths import AppFolders

logger = logging.getLogger(__name__)

THREADS = 2
CORNER_SHARE = 0.045
"""Radius of a cell's corners as a share of its side."""
_MOST_CUT = 2.2
"""Sides of a photo that still fills its square; more would hide half of it."""
_MOST_FILLED = 4.5
"""Photos down to some 150 pixels fill the largest cells of a sharp screen, as all others do."""
_MOST_ENLARGED = 2.0
_GROUND = QColor(128, 128, 128, 40)
"""Under pictures that don't fill their square; light or dark with what is behind it."""


class ThumbnailKey(NamedTuple):
    """One picture wanted.

    Attributes:
        side: device pixels of the square it is cut for.
    """

    photo_id: PhotoId
    content_id: ContentId
    side: int


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """One picture delivered.

    Attributes:
        image: a premultiplied square with round corners; None when the photo can't be shown.
        photo: what the catalog knows of it; None when it is not in the catalog any more.
    """

    key: ThumbnailKey
    image: QImage | None
    photo: Photo | None


class ThumbnailLoader(QObject):
    """Delivers pictures of photos on the GUI thread, the latest wanted first."""

    loaded = Signal(object)
    """A `Thumbnail`."""
    missing = Signal(object)
    """A content whose thumbnail the cache has lost; what is delivered was made for the moment."""

    def __init__(self, folders: AppFolders, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folders = folders
        self._offline: frozenset[Path] = frozenset()
        self._threads: LatestRequestPool[ThumbnailKey] = LatestRequestPool(
            "photofind-thumbnails", THREADS, self._enter
        )

    def start(self) -> None:
        self._threads.start()

    def want(self, keys: Iterable[ThumbnailKey]) -> None:
        """Replaces what is wanted."""
        self._threads.want(keys)

    def close(self) -> None:
        self._threads.close()

    def mark_offline(self, roots: frozenset[Path]) -> None:
        """Says which folders are out of reach, for photos loaded from now on."""
        self._offline = roots

    @contextmanager
    def _enter(self) -> Iterator[Callable[[ThumbnailKey], None]]:
        with (
            LazyReader(self._folders) as reader,
            ThumbnailReader(self._folders.thumbnails) as stored,
        ):

            def work(key: ThumbnailKey) -> None:
                photo = self._find(reader, key.photo_id)
                picture = self._read_picture(photo, stored) if photo else None
                image = cut_cell(picture, key.side) if picture else None
                self.loaded.emit(Thumbnail(key, image, photo))

            yield work

    def _find(self, reader: LazyReader, photo_id: PhotoId) -> Photo | None:
        offline = self._offline
        try:
            with reader.get().snapshot() as snapshot:
                found = read_photos(snapshot, [photo_id], lambda root: root not in offline)
        except PhotofindError as error:
            logger.info("the catalog can't be read: %s", error)
            return None
        return found.get(photo_id)

    def _read_picture(self, photo: Photo, stored: ThumbnailReader) -> QImage | None:
        """The stored thumbnail; where the cache lost it, one made of the file."""
        try:
            encoded = stored.get(photo.sha256)
            if encoded is None:
                if not may_open(photo.paths[0]):
                    return None
                encoded = make_thumbnail(photo.paths[0])
                self.missing.emit(photo.content_id)
            return read_jpeg(encoded)
        except (PhotofindError, OSError, IndexError) as error:
            logger.debug("no picture of photo %d: %s", photo.id, error)
            return None


def cut_cell(picture: QImage, side: int) -> QImage:
    """Makes a square with round corners out of a picture.

    Most photos fill it and lose their edges. What would lose too much that way (panoramas),
    or is too small to be blown up (icons), lies whole on an empty ground.

    Args:
        picture: any size.
        side: device pixels of the result, which is ARGB32 premultiplied.
    """
    from photofind.media.decode import THUMBNAIL_PX  # the window doesn't wait for the decoders

    shorter, longer = sorted((picture.width(), picture.height()))
    cell = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    cell.fill(Qt.GlobalColor.transparent)
    painter = QPainter(cell)
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
    )
    painter.setPen(Qt.PenStyle.NoPen)
    shape = QPainterPath()
    radius = side * CORNER_SHARE
    shape.addRoundedRect(QRectF(0, 0, side, side), radius, radius)
    # A thumbnail of full size stands for a larger photo: on a sharp screen it is enlarged, too.
    is_large = longer >= THUMBNAIL_PX or side <= shorter * _MOST_FILLED
    if longer <= shorter * _MOST_CUT and is_large:
        painter.setBrush(QBrush(_middle_square(picture, side)))
        painter.drawPath(shape)
    else:
        painter.fillPath(shape, _GROUND)
        painter.setClipPath(shape)
        fitted = _fitted(picture, side)
        corner = QPoint((side - fitted.width()) // 2, (side - fitted.height()) // 2)
        painter.drawImage(corner, fitted)
    painter.end()
    return cell


def _middle_square(picture: QImage, side: int) -> QImage:
    shortest = min(picture.width(), picture.height())
    middle = QRect(
        (picture.width() - shortest) // 2, (picture.height() - shortest) // 2, shortest, shortest
    )
    return picture.copy(middle).scaled(
        side,
        side,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )


def _fitted(picture: QImage, side: int) -> QImage:
    """The whole picture inside the square, enlarged no more than is bearable."""
    longest = max(picture.width(), picture.height())
    size = QSize(side, side)
    if longest * _MOST_ENLARGED < side:
        size = QSize(1, 1) * max(1, round(longest * _MOST_ENLARGED))
    return picture.scaled(
        size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
