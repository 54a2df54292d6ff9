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
from photofind.gui.wording import describe_date, file_url, photo_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photofind.domain import ContentId, Photo, PhotoId

_KNOWN_PHOTOS = 20_000
_NO_PARENT = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


class PhotoGridModel(QAbstractListModel):
    """Rows of photos, with the weaker matches folded away until they are asked for."""

    fold_changed = Signal()
    """The number of folded rows is another."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all = GridRows()
        self._rows = GridRows()
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

    def show_rows(self, rows: GridRows) -> None:
        """Starts over with other rows."""
        self._unfolded = False
        self._all = rows
        self.beginResetModel()
        self._rows = self._visible_part()
        self.endResetModel()
        self.fold_changed.emit()

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
        self.fold_changed.emit()
        return kept

    def unfold(self) -> None:
        """Shows the weaker matches too."""
        if not self.folded:
            return
        self._unfolded = True
        self._move_to(self._all)
        self.fold_changed.emit()

    def _visible_part(self) -> GridRows:
        if self._unfolded or self._all.relevant == 0:
            return self._all
        return self._all.first(self._all.relevant)

    def _move_to(self, rows: GridRows) -> bool:
        old = self._rows
        changes = changes_between(old.photo_ids, rows.photo_ids)
        if changes is None:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
            return False
        stays = old
        for first, last in changes.removed:
            self.beginRemoveRows(_NO_PARENT, first, last)
            stays = _without(stays, first, last)
            self._rows = stays
            self.endRemoveRows()
        partial = stays
        for first, last in changes.inserted:
            self.beginInsertRows(_NO_PARENT, first, last)
            partial = _with(partial, rows, first, last)
            self._rows = partial
            self.endInsertRows()
        self._rows = rows
        self._tell_changed_pictures(old, rows)
        return True

    def _tell_changed_pictures(self, old: GridRows, new: GridRows) -> None:
        """Photos whose file was edited show another content under the same identifier."""
        common, old_at, new_at = np.intersect1d(
            old.photo_ids, new.photo_ids, assume_unique=True, return_indices=True
        )
        if not len(common):
            return
        changed = new_at[old.content_ids[old_at] != new.content_ids[new_at]]
        for row in changed:
            self._tell_row(int(row))

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

    def photo(self, row: int) -> Photo | None:
        """What is known of the photo in a row; None until it was read."""
        return self._photos.get(self._rows.content_id(row))

    def photo_id(self, row: int) -> PhotoId:
        return self._rows.photo_id(row)

    def content_id(self, row: int) -> ContentId:
        return self._rows.content_id(row)

    def is_weak(self, row: int) -> bool:
        """True for a match below the model's cut, when there are better ones."""
        return 0 < self._rows.relevant <= row

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        photo = self.photo(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return photo_name(photo) if photo else ""
        if role in {Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole}:
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

    def _tell_row(self, row: int) -> None:
        index = self.index(row)
        self.dataChanged.emit(index, index)


def _spoken(photo: Photo) -> str:
    name = photo_name(photo)
    date = describe_date(photo.capture)
    return f"{name}, {date}" if date else name


def _without(rows: GridRows, first: int, last: int) -> GridRows:
    gone = slice(first, last + 1)
    return GridRows(
        np.delete(rows.photo_ids, gone),
        np.delete(rows.content_ids, gone),
        np.delete(rows.taken_at_ms, gone),
        rows.relevant,
    )


def _with(rows: GridRows, target: GridRows, first: int, last: int) -> GridRows:
    come = slice(first, last + 1)
    return GridRows(
        np.insert(rows.photo_ids, first, target.photo_ids[come]),
        np.insert(rows.content_ids, first, target.content_ids[come]),
        np.insert(rows.taken_at_ms, first, target.taken_at_ms[come]),
        target.relevant,
    )
