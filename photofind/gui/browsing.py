"""Decides what the grid shows: the words typed, photos that look alike, or everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from photofind.gui.grid.pixmaps import CellPicture
from photofind.gui.grid.thumbnails import ThumbnailKey
from photofind.gui.images import to_pixmap
from photofind.gui.pacing import Debouncer, Throttler
from photofind.gui.searching import Everything, LikeFile, LikePhoto, Words, first_ask
from photofind.gui.wording import count, count_photos

if TYPE_CHECKING:
    from photofind.domain import ContentId, PhotoId
    from photofind.gui.grid.model import PhotoGridModel
    from photofind.gui.grid.page import GridPage
    from photofind.gui.grid.pixmaps import PixmapCache
    from photofind.gui.grid.thumbnails import Thumbnail, ThumbnailLoader
    from photofind.gui.search_bar import SearchBar
    from photofind.gui.searching import Answer, Ask, Searcher

TYPING_PAUSE_MS = 120
"""Typing that pauses this long is searched for; shorter would search for half words."""
REFRESH_MS = 1000
_SLOWEST_REFRESH_MS = 4000
_REFRESH_SHARE = 8
"""While photos come in, at most one part in eight of the time goes into asking again."""
_MOST_HISTORY = 50
_SIGHT_MS = 30
_SLOW_MS = 500
"""An answer that takes longer is announced."""


@dataclass(frozen=True, slots=True)
class _Visit:
    """Where the person was: to come back to."""

    ask: Ask
    current: PhotoId | None
    scroll: int


class BrowseController(QObject):
    """Connects the search field, the search thread, the grid and its thumbnails."""

    asked = Signal(str)
    """The words being searched for changed."""

    def __init__(
        self,
        search_bar: SearchBar,
        page: GridPage,
        model: PhotoGridModel,
        pictures: PixmapCache,
        searcher: Searcher,
        thumbnails: ThumbnailLoader,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bar = search_bar
        self._page = page
        self._view = page.view
        self._model = model
        self._pictures = pictures
        self._searcher = searcher
        self._thumbnails = thumbnails
        self._ask: Ask = Everything()
        self._shown: Answer | None = None
        self._history: list[_Visit] = []
        self._returning_to: _Visit | None = None
        self._waiting = False
        self._indexing = False
        self._typed = Debouncer(TYPING_PAUSE_MS, self)
        self._typed.triggered.connect(self._search_typed)
        self._stale = Throttler(REFRESH_MS, self, waits=True)
        self._stale.triggered.connect(self._refresh)
        self._sight = Throttler(_SIGHT_MS, self, waits=True)
        self._sight.triggered.connect(self._want_thumbnails)

        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(_SLOW_MS)
        self._slow.timeout.connect(self._show_slow)

        search_bar.edited.connect(lambda _: self._typed.call())
        search_bar.submitted.connect(self._on_submitted)
        search_bar.stepped_down.connect(self._on_stepped_down)
        search_bar.escaped.connect(self._on_escaped)
        search_bar.chip_removed.connect(self.go_back)
        self._view.typed.connect(search_bar.type_on)
        self._view.left_upwards.connect(search_bar.setFocus)
        self._view.sight_changed.connect(self._sight.call)
        page.weaker_requested.connect(self._show_weaker)
        searcher.answered.connect(self._on_answered)
        thumbnails.loaded.connect(self._on_thumbnail)
        model.rows_changed.connect(self._show_fold)

    @property
    def words(self) -> str:
        """What is searched for in words; "" when it is something else."""
        return self._ask.text if isinstance(self._ask, Words) else ""

    def shown_photos(self) -> list[PhotoId] | None:
        """The photos that were found and fit; None while all are shown."""
        if isinstance(self._ask, Everything):
            return None
        rows = self._model.rows
        return [rows.photo_id(row) for row in range(min(rows.relevant, len(rows)))]

    def begin(self, words: str) -> None:
        """Waits for the first photos: those of the last words, or all."""
        self._bar.show_words(words)
        self._ask = first_ask(words)
        self._waiting = True

    def search(self, words: str) -> None:
        """Shows what a query finds, as if the person had typed it; going back is possible."""
        self._visit(first_ask(words))
        self._bar.show_words(words)

    def find_similar(self, photo_id: PhotoId, name: str) -> None:
        """Shows photos that look like one of them."""
        self._visit(LikePhoto(photo_id, name))

    def find_similar_to_file(self, ask: LikeFile) -> None:
        """Shows photos that look like any picture."""
        self._visit(ask)

    def go_back(self) -> None:
        """Returns to where the person was, with the same photo current."""
        if not self._history:
            if not isinstance(self._ask, Everything):
                self._bar.show_words("")
                self._go(Everything())
            return
        visit = self._history.pop()
        self._returning_to = visit
        self._bar.show_words(visit.ask.text if isinstance(visit.ask, Words) else "")
        self._go(visit.ask)

    def library_changed(self) -> None:
        """There are new photos, or some went: asks again, but not all the time."""
        self._stale.call()

    def photos_refined(self, content_ids: frozenset[ContentId]) -> None:
        """There are better thumbnails of these."""
        self._pictures.outdate(content_ids)
        self._sight.call()

    def paths_changed(self) -> None:
        """Names, places and failures may be other ones now."""
        self._model.forget_photos()
        self._pictures.drop_failed()
        self._stale.call()
        self._sight.call()

    def show_indexing(self, indexing: bool) -> None:
        """Whether an empty page may still fill up."""
        self._indexing = indexing
        if not self._waiting and not self._model.rowCount():
            self._show_empty()

    # Asking

    def _search_typed(self) -> None:
        ask = first_ask(self._bar.words)
        if ask != self._ask:
            self._history.clear()
            self._go(ask)

    def _on_submitted(self) -> None:
        self._typed.cancel()
        self._search_typed()

    def _visit(self, ask: Ask) -> None:
        scroll = self._view.verticalScrollBar().value()
        row = self._view.current_row()
        current = self._model.photo_id(row) if row is not None else None
        self._history.append(_Visit(self._ask, current, scroll))
        del self._history[:-_MOST_HISTORY]
        self._bar.show_words("")
        self._go(ask)

    def _go(self, ask: Ask) -> None:
        self._typed.cancel()
        self._ask = ask
        self._waiting = True
        self._slow.start()
        match ask:
            case LikePhoto(_, name) | LikeFile(_, name):
                self._bar.show_chip(self.tr("Similar to {name}").format(name=name))
            case _:
                self._bar.show_chip(None)
        self._searcher.ask(ask)
        self.asked.emit(self.words)

    def _refresh(self) -> None:
        if self._waiting:
            self._stale.call()  # an answer is on its way; then once more
        else:
            self._searcher.ask(self._ask, refresh=True)

    # Showing

    def _on_answered(self, answer: Answer) -> None:
        self._waiting = False
        self._slow.stop()
        share_ms = round(answer.elapsed_ms * _REFRESH_SHARE)
        self._stale.set_interval(min(_SLOWEST_REFRESH_MS, max(REFRESH_MS, share_ms)))
        if not answer.refresh:
            self._replace(answer)
        elif answer.error is None:
            self._merge(answer)
        else:
            return  # what is shown is better than nothing
        self._shown = answer
        self._show_heading(answer)
        self._sight.call()

    def _replace(self, answer: Answer) -> None:
        self._model.show_rows(answer.rows)
        visit, self._returning_to = self._returning_to, None
        if visit is None or visit.ask != answer.ask:
            return
        self._view.doItemsLayout()
        if visit.current is not None and (row := answer.rows.find(visit.current)) is not None:
            self._view.select_row(row)
        self._view.verticalScrollBar().setValue(visit.scroll)
        self._view.setFocus()

    def _merge(self, answer: Answer) -> None:
        view, model = self._view, self._model
        row = view.current_row()
        current = model.photo_id(row) if row is not None else None
        chosen = view.selected_photos()
        with view.anchored():
            kept = model.merge_rows(answer.rows)
        if not kept:
            view.select_photos(chosen, current)

    def _show_slow(self) -> None:
        self._page.show_heading(self._page.title, self.tr("Searching…"))

    def _show_weaker(self) -> None:
        with self._view.anchored():
            self._model.unfold()
        self._view.setFocus()
        if self._shown is not None:
            self._show_heading(self._shown)

    def _show_heading(self, answer: Answer) -> None:
        rows = answer.rows
        if answer.error is not None:
            self._page.show_heading("")
            self._page.show_empty(answer.error.user_message)
            return
        if not len(rows):
            self._show_empty()
            return
        self._page.show_grid()
        if isinstance(answer.ask, Everything):
            self._page.show_heading(self.tr("All photos"), count(len(rows)))
        elif rows.relevant == 0:
            self._page.show_heading(
                self.tr("Nothing matches well"), self.tr("These are the nearest photos.")
            )
        else:
            title = self.tr("Similar photos") if self._is_similar(answer.ask) else self.tr("Found")
            note = count_photos(rows.relevant)
            if self._model.shows_weak:
                note = self.tr("{photos}; weaker matches are faded").format(photos=note)
            self._page.show_heading(title, note)

    def _is_similar(self, ask: Ask) -> bool:
        return isinstance(ask, LikePhoto | LikeFile)

    def _show_empty(self) -> None:
        self._page.show_heading("")
        if isinstance(self._ask, Everything) and self._indexing:
            self._page.show_empty(
                self.tr("Your photos will appear here"),
                self.tr("photofind is looking at them now. The first ones can be searched soon."),
            )
        elif isinstance(self._ask, Everything):
            self._page.show_empty(
                self.tr("No photos here yet"),
                self.tr("The folders hold no pictures that photofind can read."),
                offers_folder=True,
            )
        elif self._indexing:
            self._page.show_empty(
                self.tr("Nothing found yet"),
                self.tr("photofind is still looking at your photos, and goes on looking for this."),
            )
        else:
            self._page.show_empty(
                self.tr("Nothing found"),
                self.tr("No photo has what you ask for. Try other words, or fewer."),
            )

    def _show_fold(self) -> None:
        folded = self._model.folded
        if not folded:
            self._page.show_footer("")
        elif folded == 1:
            self._page.show_footer(self.tr("Show 1 weaker match"))
        else:
            self._page.show_footer(self.tr("Show {n} weaker matches").format(n=count(folded)))

    # Thumbnails

    def _want_thumbnails(self) -> None:
        """What is in sight first, then a screen below and a screen above."""
        sight = self._view.rows_in_sight()
        screen = len(sight)
        below = range(sight.stop, min(sight.stop + screen, self._model.rowCount()))
        above = range(max(0, sight.start - screen), sight.start)
        side = self._view.picture_side()
        rows = self._model.rows
        wanted = (
            ThumbnailKey(rows.photo_id(row), rows.content_id(row), side)
            for part in (sight, below, reversed(above))
            for row in part
        )
        self._thumbnails.want(
            [
                key
                for key in wanted
                if not self._pictures.has(key.content_id, side)
                or not self._model.knows(key.content_id)
            ]
        )

    def _on_thumbnail(self, thumbnail: Thumbnail) -> None:
        key = thumbnail.key
        pixmap = to_pixmap(thumbnail.image) if thumbnail.image is not None else None
        self._pictures.put(key.content_id, CellPicture(pixmap, key.side))
        if thumbnail.photo is not None:
            self._model.know_photo(thumbnail.photo)
        self._view.repaint_content(key.content_id)

    # Keys

    def _on_stepped_down(self) -> None:
        if not self._model.rowCount():
            return
        if self._view.current_row() is None:
            self._view.select_row(self._view.rows_in_sight().start)
        self._view.setFocus()

    def _on_escaped(self) -> None:
        """First back from find similar, then out with the words, then into the photos."""
        if self._is_similar(self._ask):
            self.go_back()
        elif self._bar.words:
            self._bar.show_words("")
            self._search_typed()
        else:
            self._on_stepped_down()
