"""The grid's model: rows are identifiers; names and dates arrive when a photo is seen."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from photofind.gui.grid.rows import GridRows, changes_between
from photofind.gui.wording import describe_date, describe_marks, file_url, photo_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from photofind.domain import ContentId, Photo, PhotoId

_KNOWN_PHOTOS = 20_000
_NO_PARENT = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


class PhotoGridModel(QAbstractListModel):
    """Rows of photos, with the weaker matches folded away until they are asked for."""

    rows_changed = Signal()
    """Other rows are there, or folded away; told once all steps of a change are through."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all = GridRows()
        self._rows = GridRows()
        self._places: NDArray[np.int64] | None = None
        """While rows come and go: which of `_rows` are there already."""
        self._unfolded = False
        self._photos: OrderedDict[ContentId, Photo] = OrderedDict()

    @property
    def rows(self) -> GridRows:
        """The rows on show."""
        return self._rows

    @property
    def folded(self) -> int:
        """How many weaker matches are kept back."""
        return len(self._all) - len(self._rows)

    @property
    def shows_weak(self) -> bool:
        """True while weaker matches stand behind good ones."""
        return 0 < self._rows.relevant < len(self._rows)

    def show_rows(self, rows: GridRows) -> None:
        """Starts over with other rows."""
        self._unfolded = False
        self._all = rows
        self.beginResetModel()
        self._rows = self._visible_part()
        self.endResetModel()
        self.rows_changed.emit()

    def merge_rows(self, rows: GridRows) -> bool:
        """Brings the rows up to date and keeps what is selected.

        Returns:
            False when the order changed so much that the model was reset.
        """
        if rows.same_as(self._all):
            self._all = rows
            self._rows = self._visible_part()
            return True
        self._all = rows
        kept = self._move_to(self._visible_part())
        self.rows_changed.emit()
        return kept

    def unfold(self) -> None:
        """Shows the weaker matches too."""
        if not self.folded:
            return
        self._unfolded = True
        self._move_to(self._all)
        self.rows_changed.emit()

    def _place(self, row: int) -> int:
        return row if self._places is None else int(self._places[row])

    def visible_part(self, rows: GridRows) -> GridRows:
        """What of these rows would be on show: the weaker matches are folded away."""
        if self._unfolded or rows.relevant == 0:
            return rows
        return rows.first(rows.relevant)

    def _visible_part(self) -> GridRows:
        return self.visible_part(self._all)

    def _move_to(self, rows: GridRows) -> bool:
        old = self._rows
        changes = changes_between(old.photo_ids, rows.photo_ids)
        if changes is None:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
            return False
        places = np.arange(len(old))
        for first, last in changes.removed:
            self.beginRemoveRows(_NO_PARENT, first, last)
            self._places = places = np.delete(places, slice(first, last + 1))
            self.endRemoveRows()
        self._rows = rows
        self._places = places = changes.kept
        for first, last in changes.inserted:
            self.beginInsertRows(_NO_PARENT, first, last)
            self._places = places = np.insert(places, first, np.arange(first, last + 1))
            self.endInsertRows()
        self._places = None
        for row in changes.kept[old.content_ids[changes.stayed] != rows.content_ids[changes.kept]]:
            index = self.index(int(row))  # the file was edited: another content, the same photo
            self.dataChanged.emit(index, index)
        return True

    def know_photo(self, photo: Photo) -> None:
        """Remembers what was read about a photo; the view repaints it with its picture."""
        self._photos[photo.content_id] = photo
        self._photos.move_to_end(photo.content_id)
        while len(self._photos) > _KNOWN_PHOTOS:
            self._photos.popitem(last=False)

    def knows(self, content_id: ContentId) -> bool:
        return content_id in self._photos

    def forget_photos(self) -> None:
        """Paths may have changed: what was read about photos is read again when seen."""
        self._photos.clear()

    def change_photos(self, photo_ids: Iterable[PhotoId], change: Callable[[Photo], Photo]) -> None:
        """Changes what is remembered of photos until they are read again."""
        wanted = set(photo_ids)
        for content_id, photo in self._photos.items():
            if photo.id in wanted:
                self._photos[content_id] = change(photo)

    def known_photos(self, photo_ids: Iterable[PhotoId]) -> list[Photo]:
        """Those of these photos that were read."""
        wanted = set(photo_ids)
        return [photo for photo in self._photos.values() if photo.id in wanted]

    def photo(self, row: int) -> Photo | None:
        """What is known of the photo in a row; None until it was read."""
        return self._photos.get(self.content_id(row))

    def photo_id(self, row: int) -> PhotoId:
        return self._rows.photo_id(self._place(row))

    def content_id(self, row: int) -> ContentId:
        return self._rows.content_id(self._place(row))

    def is_weak(self, row: int) -> bool:
        """True for a match below the model's cut."""
        return self._rows.relevant <= row

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        if parent.isValid():
            return 0
        return len(self._rows if self._places is None else self._places)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < self.rowCount():
            return None
        photo = self.photo(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return photo_name(photo) if photo else ""
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _spoken(photo) if photo else None
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return (
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsDragEnabled
            | Qt.ItemFlag.ItemNeverHasChildren
        )

    def mimeTypes(self) -> list[str]:
        return ["text/uri-list"]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Photos dragged to other programs travel as links to their files."""
        data = QMimeData()
        photos = (self.photo(index.row()) for index in indexes)
        data.setUrls([file_url(photo.paths[0]) for photo in photos if photo and photo.paths])
        return data


def _spoken(photo: Photo) -> str:
    parts = [photo_name(photo), describe_date(photo.capture), *describe_marks(photo)]
    return ", ".join(part for part in parts if part)
