"""Decides what the grid shows: the words typed, photos that look alike, or everything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from photofind.catalog.places import PlaceKind
from photofind.gui.grid.pixmaps import CellPicture
from photofind.gui.grid.thumbnails import ThumbnailKey
from photofind.gui.images import to_pixmap
from photofind.gui.pacing import Debouncer, Throttler
from photofind.gui.searching import ByWords, Everything, InPlace, LikeFile, LikePhoto, first_request
from photofind.gui.translation import in_words
from photofind.gui.wording import count, count_photos

if TYPE_CHECKING:
    from photofind.catalog.places import Place
    from photofind.domain import ContentId, PhotoId
    from photofind.gui.grid.model import PhotoGridModel
    from photofind.gui.grid.page import GridPage
    from photofind.gui.grid.pixmaps import PixmapCache
    from photofind.gui.grid.thumbnails import Thumbnail, ThumbnailLoader
    from photofind.gui.search_bar import SearchBar
    from photofind.gui.searching import Searcher, SearchRequest, SearchResponse
    from photofind.search.understanding import Understood

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

    request: SearchRequest
    current: PhotoId | None
    scroll: int


class BrowseController(QObject):
    """Connects the search field, the search thread, the grid and its thumbnails."""

    asked = Signal(str)
    """The words being searched for changed."""
    looked_at = Signal(str)
    """The person has asked for these words and does something with what was found."""

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
        self._request: SearchRequest = Everything()
        self._shown: SearchResponse | None = None
        self._history: list[_Visit] = []
        self._returning_to: _Visit | None = None
        self._waiting = False
        self._indexing = False
        self._news: SearchResponse | None = None
        """What came in meanwhile, and would move what is looked at."""
        self._begins_at: PhotoId | None = None
        self._oldest_first = False
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
        self._view.selectionModel().selectionChanged.connect(self._on_chosen)
        self._view.sight_changed.connect(self._sight.call)
        page.weaker_requested.connect(self._show_weaker)
        page.news_requested.connect(self._show_news)
        searcher.answered.connect(self._on_answered)
        thumbnails.loaded.connect(self._on_thumbnail)
        model.rows_changed.connect(self._show_fold)

    @property
    def words(self) -> str:
        """What is searched for in words; "" when it is something else."""
        return self._request.text if isinstance(self._request, ByWords) else ""

    def shown_photos(self) -> list[PhotoId] | None:
        """The photos that were found and fit; None while all are shown."""
        if isinstance(self._request, Everything):
            return None
        rows = self._model.rows
        return [rows.photo_id(row) for row in range(min(rows.relevant, len(rows)))]

    def begin(self, words: str, top_photo: PhotoId | None = None) -> None:
        """Waits for the first photos: those of the last words, or all.

        Args:
            top_photo: the first one in sight when the window was closed.
        """
        self._begins_at = top_photo
        self._bar.show_words(words)
        self._request = first_request(words)
        self._waiting = True
        self.asked.emit(self.words)

    def search(self, words: str) -> None:
        """Shows what a query finds, as if the person had typed it; going back is possible."""
        self._visit(first_request(words))
        self._bar.show_words(words)
        self.looked_at.emit(self.words)

    def find_similar(self, photo_id: PhotoId, name: str) -> None:
        """Shows photos that look like one of them."""
        self._visit(LikePhoto(photo_id, name))

    def find_similar_to_file(self, request: LikeFile) -> None:
        """Shows photos that look like any picture."""
        self._visit(request)

    def sort(self, *, oldest_first: bool) -> None:
        """Which photos of a place come first; what was searched for is sorted by how well it
        fits."""
        if oldest_first != self._oldest_first:
            self._oldest_first = oldest_first
            if not self._waiting and self._has_order(self._request):
                self._go(self._request)

    def _has_order(self, request: SearchRequest) -> bool:
        match request:
            case InPlace(place, _):
                return place.kind is not PlaceKind.RECENT
            case _:
                return isinstance(request, Everything)

    def show_everything(self) -> None:
        """All photos, whatever was searched for."""
        self._history.clear()
        self._bar.show_words("")
        self._go(Everything())

    def show_place(self, place: Place, name: str) -> None:
        """Shows the photos of a place, a date or a mark."""
        if self._request != InPlace(place, name):
            self._visit(InPlace(place, name))

    def go_back(self) -> None:
        """Returns to where the person was, with the same photo current."""
        if not self._history:
            if not isinstance(self._request, Everything):
                self._bar.show_words("")
                self._go(Everything())
            return
        visit = self._history.pop()
        self._returning_to = visit
        self._bar.show_words(visit.request.text if isinstance(visit.request, ByWords) else "")
        self._go(visit.request)

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
            self._show_empty(() if self._shown is None else self._shown.understood)

    # Asking

    def _search_typed(self) -> None:
        request = first_request(self._bar.words)
        if request != self._request:
            self._history.clear()
            self._go(request)

    def _on_submitted(self) -> None:
        self._typed.cancel()
        self._search_typed()
        self.looked_at.emit(self.words)

    def _on_chosen(self) -> None:
        """A photo was chosen; not for words that were typed since and not yet searched for."""
        if self.words and not self._waiting and self._view.selected_count():
            self.looked_at.emit(self.words)

    def _visit(self, request: SearchRequest) -> None:
        scroll = self._view.verticalScrollBar().value()
        row = self._view.current_row()
        current = self._model.photo_id(row) if row is not None else None
        self._history.append(_Visit(self._request, current, scroll))
        del self._history[:-_MOST_HISTORY]
        self._bar.show_words("")
        self._go(request)

    def _go(self, request: SearchRequest) -> None:
        self._typed.cancel()
        self._keep_news(None)
        self._request = request
        self._waiting = True
        self._slow.start()
        match request:
            case InPlace(_, name):
                self._bar.show_chip(name)
            case LikePhoto(_, name) | LikeFile(_, name):
                self._bar.show_chip(self.tr("Similar to {name}").format(name=name))
            case _:
                self._bar.show_chip(None)
        self._searcher.submit(request)
        self.asked.emit(self.words)

    def _refresh(self) -> None:
        if self._waiting:
            self._stale.call()  # an answer is on its way; then once more
        else:
            self._searcher.submit(self._request, refresh=True)

    # Showing

    def _on_answered(self, answer: SearchResponse) -> None:
        self._waiting = False
        if self._oldest_first and self._has_order(answer.request):
            answer = replace(answer, rows=answer.rows.oldest_first())
        self._slow.stop()
        share_ms = round(answer.elapsed_ms * _REFRESH_SHARE)
        self._stale.set_interval(min(_SLOWEST_REFRESH_MS, max(REFRESH_MS, share_ms)))
        if not answer.refresh:
            self._replace(answer)
        elif answer.error is not None:
            return  # what is shown is better than nothing
        elif self._view.would_move(self._model.visible_part(answer.rows).photo_ids):
            self._keep_news(answer)
            self._show_heading(answer)
            return
        else:
            self._merge(answer)
        self._shown = answer
        self._show_heading(answer)
        self._sight.call()

    def _replace(self, answer: SearchResponse) -> None:
        self._keep_news(None)
        self._model.show_rows(answer.rows)
        begins_at, self._begins_at = self._begins_at, None
        if begins_at is not None and (row := answer.rows.find(begins_at)) is not None:
            self._view.scroll_to_top(row)
        visit, self._returning_to = self._returning_to, None
        if visit is None or visit.request != answer.request:
            return
        self._view.doItemsLayout()
        if visit.current is not None and (row := answer.rows.find(visit.current)) is not None:
            self._view.select_row(row)
        self._view.verticalScrollBar().setValue(visit.scroll)
        self._view.setFocus()

    def _keep_news(self, answer: SearchResponse | None) -> None:
        self._news = answer
        if answer is None:
            self._page.show_news("")
            return
        more = len(self._model.visible_part(answer.rows)) - self._model.rowCount()
        self._page.show_news(
            self.tr("%Ln new photo(s)", "", more) if more > 0 else self.tr("Show what has changed")
        )

    def _show_news(self) -> None:
        if (answer := self._news) is not None:
            self._merge(answer)
            self._shown = answer
            self._show_heading(answer)
            self._view.verticalScrollBar().setValue(0)
            self._view.setFocus()
            self._sight.call()

    def _merge(self, answer: SearchResponse) -> None:
        self._keep_news(None)
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

    def _show_heading(self, answer: SearchResponse) -> None:
        rows = answer.rows
        if answer.error is not None:
            self._page.show_heading("")
            self._page.show_empty(in_words(answer.error.sentence))
            return
        if not len(rows):
            self._show_empty(answer.understood)
            return
        self._page.show_grid()
        if isinstance(answer.request, Everything):
            self._page.show_heading(self.tr("All photos"), count(len(rows)))
        elif isinstance(answer.request, InPlace):
            self._page.show_heading(answer.request.name, count_photos(len(rows)))
        elif rows.relevant == 0:
            self._page.show_heading(
                self.tr("Nothing matches well"), self.tr("These are the nearest photos.")
            )
        else:
            title = (
                self.tr("Similar photos") if self._is_similar(answer.request) else self.tr("Found")
            )
            note = count_photos(rows.relevant)
            if self._model.shows_weak:
                note = self.tr("{photos}; weaker matches are faded").format(photos=note)
            if answer.understood:
                note = self.tr("{photos} · read as {filters}").format(
                    photos=note, filters=_filters_of(answer.understood)
                )
            self._page.show_heading(title, note)

    def _is_similar(self, request: SearchRequest) -> bool:
        return isinstance(request, LikePhoto | LikeFile)

    def _show_empty(self, understood: tuple[Understood, ...]) -> None:
        self._page.show_heading("")
        if isinstance(self._request, Everything) and self._indexing:
            self._page.show_empty(
                self.tr("Your photos will appear here"),
                self.tr("photofind is indexing them. You can search the first ones soon."),
            )
        elif isinstance(self._request, Everything):
            self._page.show_empty(
                self.tr("No photos here yet"),
                self.tr("There are no pictures in your folders that photofind can read."),
                offers_folder=True,
            )
        elif isinstance(self._request, InPlace):
            self._page.show_empty(self.tr("No photos here yet"))
        elif self._indexing:
            self._page.show_empty(
                self.tr("Nothing found yet"),
                self.tr("photofind is still indexing your photos, and keeps looking for this."),
            )
        elif understood:
            self._page.show_empty(
                self.tr("Nothing found"),
                self.tr(
                    "“{words}” was read as {filters}. Put it in quotation marks to look for the "
                    "words themselves."
                ).format(
                    words=" ".join(each.words for each in understood),
                    filters=_filters_of(understood),
                ),
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
        else:
            self._page.show_footer(self.tr("Show %Ln weaker match(es)", "", folded))

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
        if self._is_similar(self._request) or isinstance(self._request, InPlace):
            self.go_back()
        elif self._bar.words:
            self._bar.show_words("")
            self._search_typed()
        else:
            self._on_stepped_down()


def _filters_of(understood: tuple[Understood, ...]) -> str:
    """What plain words were read as, in the words of the query language."""
    return " ".join(each.filter for each in understood)
