"""Walks through the grid's rows one large photo at a time."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from photofind.gui.images import to_pixmap
from photofind.gui.preview.loader import PreviewKey
from photofind.gui.translation import in_words

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap

    from photofind.domain import PhotoId, Why
    from photofind.gui.grid.model import PhotoGridModel
    from photofind.gui.grid.pixmaps import PixmapCache
    from photofind.gui.grid.view import PhotoGridView
    from photofind.gui.preview.loader import PreviewFacts, PreviewLoader, PreviewPicture
    from photofind.gui.window import MainWindow

T = TypeVar("T")

_LEAST_PX = 1600
_MOST_PX = 4096
"""Decoded long side: enough to zoom in, little enough to keep several in memory."""
_OVERSAMPLING = 2
_KEPT = 4


class PreviewController(QObject):
    """Opens, walks and closes the preview; the grid's current photo follows."""

    facts_shown = Signal(object)
    """`PreviewFacts` of the photo on show, each time they are known anew."""

    def __init__(
        self,
        window: MainWindow,
        model: PhotoGridModel,
        pictures: PixmapCache,
        loader: PreviewLoader,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._page = window.preview
        self._view: PhotoGridView = window.grid_page.view
        self._model = model
        self._pictures = pictures
        self._loader = loader
        self._photo_id: PhotoId | None = None
        self._problem = ""
        """Why the photo on show can't be decoded, once that is known."""
        self._ready: OrderedDict[PhotoId, QPixmap] = OrderedDict()
        self._facts: OrderedDict[PhotoId, PreviewFacts] = OrderedDict()
        self._view.open_requested.connect(self.open_row)
        self._page.closed.connect(self.close)
        self._page.walked.connect(self._walk)
        self._page.jumped.connect(self._jump)
        loader.facts_loaded.connect(self._on_facts)
        loader.picture_loaded.connect(self._on_picture)
        model.rows_changed.connect(self._on_rows_changed)

    @property
    def photo_id(self) -> PhotoId | None:
        """The photo on show; None while the preview is closed."""
        return self._photo_id

    @property
    def facts(self) -> PreviewFacts | None:
        """What is known of the photo on show; None while it is being read."""
        return None if self._photo_id is None else self._facts.get(self._photo_id)

    def reread(self, photo_id: PhotoId) -> None:
        """What is known of a photo is another thing now; it is read again when it is shown."""
        if photo_id == self._photo_id and (row := self._row()) is not None:
            self._loader.reread(self._key(row))
        else:
            self._facts.pop(photo_id, None)

    def open_photo(self, photo_id: PhotoId) -> None:
        """Shows a photo of the grid, unless it is there already."""
        row = self._model.rows.find(photo_id)
        if row is not None and photo_id != self._photo_id:
            self.open_row(row)

    def open_row(self, row: int) -> None:
        """Shows the photo of a row of the grid."""
        rows = self._model.rows
        if not 0 <= row < len(rows):
            return
        photo_id = rows.photo_id(row)
        self._photo_id = photo_id
        self._problem = ""
        self._view.select_row(row)
        self._page.show_place(row, len(rows))
        self._show_what_is_known(row, photo_id)
        if not self._window.shows_preview:
            self._window.show_preview()
        self._want_around(row)

    def close(self) -> None:
        """Back to the grid, at the photo last shown."""
        if self._photo_id is None:
            return
        self._photo_id = None
        self._loader.want([], [])
        self._ready.clear()
        self._facts.clear()
        self._window.show_browsing()
        self._view.setFocus()

    def _show_what_is_known(self, row: int, photo_id: PhotoId) -> None:
        facts = self._facts.get(photo_id)
        photo = facts.photo if facts is not None else self._model.photo(row)
        self._page.begin(self._stand_in(photo_id), photo, self._why(row))
        if facts is not None:
            self._page.show_facts(facts.photo, facts.tags, self._why(row), facts.text)
            self.facts_shown.emit(facts)

    def _stand_in(self, photo_id: PhotoId) -> QPixmap | None:
        """The decoded photo if it is there, else its thumbnail; the cell's square is no use."""
        if (ready := self._ready.get(photo_id)) is not None:
            return ready
        facts = self._facts.get(photo_id)
        if facts is not None and facts.thumbnail is not None:
            return to_pixmap(facts.thumbnail)
        return None

    def _why(self, row: int) -> tuple[Why, ...]:
        why = self._model.rows.why
        return why[row] if row < len(why) else ()

    def _row(self) -> int | None:
        return None if self._photo_id is None else self._model.rows.find(self._photo_id)

    def _walk(self, steps: int) -> None:
        row = self._row()
        if row is not None:
            self._show_row(row + steps)

    def _jump(self, to_last: bool) -> None:
        self._show_row(len(self._model.rows) - 1 if to_last else 0)

    def _show_row(self, row: int) -> None:
        if 0 <= row < len(self._model.rows) and row != self._row():
            self.open_row(row)

    def _want_around(self, row: int) -> None:
        """This photo, then its neighbours: walking on shows the next one at once."""
        near = [
            self._key(each) for each in (row, row + 1, row - 1) if 0 <= each < len(self._model.rows)
        ]
        self._loader.want(
            [key for key in near if key.photo_id not in self._ready],
            [key for key in near if key.photo_id not in self._facts],
        )

    def _key(self, row: int) -> PreviewKey:
        view = self._page.picture
        seen = max(view.width(), view.height()) * view.devicePixelRatioF() * _OVERSAMPLING
        longest = min(_MOST_PX, max(_LEAST_PX, round(seen)))
        return PreviewKey(self._model.rows.photo_id(row), longest)

    def _on_facts(self, facts: PreviewFacts) -> None:
        if self._photo_id is None:
            return
        _keep(self._facts, facts.photo.id, facts)
        row = self._row()
        if facts.photo.id != self._photo_id or row is None:
            return
        self._page.show_facts(facts.photo, facts.tags, self._why(row), facts.text)
        if facts.thumbnail is not None and facts.photo.id not in self._ready:
            self._page.show_early(to_pixmap(facts.thumbnail), facts.photo)
            self._page.picture.show_problem(self._problem)
        self.facts_shown.emit(facts)

    def _on_picture(self, picture: PreviewPicture) -> None:
        if self._photo_id is None:
            return
        if picture.image is None:
            if picture.photo_id == self._photo_id:
                self._problem = in_words(picture.problem) if picture.problem else ""
                self._page.picture.show_problem(self._problem)
            return
        pixmap = to_pixmap(picture.image)
        _keep(self._ready, picture.photo_id, pixmap)
        if picture.photo_id == self._photo_id:
            self._page.picture.sharpen(pixmap)

    def _on_rows_changed(self) -> None:
        """The photo keeps being shown; its place among the others may be another."""
        if self._photo_id is None:
            return
        row = self._row()
        if row is None:
            self.close()
        else:
            self._page.show_place(row, len(self._model.rows))


def _keep(kept: OrderedDict[PhotoId, T], photo_id: PhotoId, value: T) -> None:
    kept[photo_id] = value
    kept.move_to_end(photo_id)
    while len(kept) > _KEPT:
        kept.popitem(last=False)
