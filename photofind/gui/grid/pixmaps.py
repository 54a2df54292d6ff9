"""The pictures that are ready to paint: the least recently painted go first."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QPixmap

    from photofind.domain import ContentId

_BYTES_A_PIXEL = 4
_NO_SIDE = 0
"""Fits no cell, so that the picture is fetched anew."""
DEFAULT_LIMIT_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CellPicture:
    """A picture cut for one cell.

    Attributes:
        pixmap: None when the photo can't be shown.
        side: device pixels it was cut for.
    """

    pixmap: QPixmap | None
    side: int


class PixmapCache:
    """Cell pictures by content, bounded by bytes. For the GUI thread alone."""

    def __init__(self, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._bytes = 0
        self._pictures: OrderedDict[ContentId, CellPicture] = OrderedDict()

    def find(self, content_id: ContentId) -> CellPicture | None:
        picture = self._pictures.get(content_id)
        if picture is not None:
            self._pictures.move_to_end(content_id)
        return picture

    def has(self, content_id: ContentId, side: int) -> bool:
        """True when the picture need not be fetched for cells of this side."""
        picture = self._pictures.get(content_id)
        return picture is not None and picture.side == side

    def put(self, content_id: ContentId, picture: CellPicture) -> None:
        self.drop(content_id)
        self._pictures[content_id] = picture
        self._bytes += _size(picture)
        while self._bytes > self._limit_bytes and len(self._pictures) > 1:
            _, oldest = self._pictures.popitem(last=False)
            self._bytes -= _size(oldest)

    def drop(self, content_id: ContentId) -> None:
        if (picture := self._pictures.pop(content_id, None)) is not None:
            self._bytes -= _size(picture)

    def outdate(self, content_ids: Iterable[ContentId]) -> None:
        """There are better pictures of these; the old ones are shown until they are fetched."""
        for content_id in content_ids:
            if (picture := self._pictures.get(content_id)) is not None:
                self._pictures[content_id] = replace(picture, side=_NO_SIDE)

    def drop_failed(self) -> None:
        """Pictures that could not be shown may be tried again."""
        for content_id in [key for key, each in self._pictures.items() if each.pixmap is None]:
            self.drop(content_id)


def _size(picture: CellPicture) -> int:
    pixmap = picture.pixmap
    return pixmap.width() * pixmap.height() * _BYTES_A_PIXEL if pixmap is not None else 0
