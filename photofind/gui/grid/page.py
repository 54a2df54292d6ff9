"""The page of photos: a heading, the grid, its end, and what stands there when it is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from photofind.catalog.photos import NO_DATE
from photofind.gui.buttons import PushButton
from photofind.gui.grid.scrubber import YearScrubber
from photofind.gui.grid.view import PhotoGridView
from photofind.gui.icons import IconLabel
from photofind.gui.labels import ElidedLabel
from photofind.gui.plain_text import PlainLabel
from photofind.gui.wording import month

if TYPE_CHECKING:
    from photofind.gui.grid.model import PhotoGridModel
    from photofind.gui.grid.pixmaps import PixmapCache

_PILL_MS = 900
_PILL_EDGE = 22
_FOOTER_HEIGHT = 74


class GridPage(QWidget):
    """Arranges the grid and the words around it."""

    weaker_requested = Signal()
    news_requested = Signal()
    """What came in meanwhile is to be shown."""
    folder_requested = Signal()
    """Another folder is to be added, for there is nothing in those there are."""

    def __init__(
        self, model: PhotoGridModel, pictures: PixmapCache, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("gridPage")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._model = model
        self._title = PlainLabel(self)
        self._title.setProperty("textStyle", "heading")
        self._note = ElidedLabel("", Qt.TextElideMode.ElideRight, self)
        self._note.setProperty("tone", "faint")
        head = QHBoxLayout()
        head.setContentsMargins(18, 12, 18, 6)
        head.setSpacing(14)
        head.addWidget(self._title)
        head.addWidget(self._note, 1)
        self._chosen = PlainLabel(self)
        self._chosen.setProperty("tone", "faint")
        head.addWidget(self._chosen)

        self.view = PhotoGridView(model, pictures, self)
        self._weaker = PushButton("", self)
        self._weaker.setObjectName("weakerButton")
        footer = QFrame()
        footer.setMinimumHeight(_FOOTER_HEIGHT)
        foot = QHBoxLayout(footer)
        foot.addWidget(self._weaker, 0, Qt.AlignmentFlag.AlignCenter)
        footer.hide()
        self._footer = footer
        self.view.set_footer(footer)

        self._empty = _EmptyNote(self)
        body = QWidget(self)
        self._stack = QStackedLayout(body)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(body, 1)

        self._pill = PlainLabel(self)
        self._pill.setObjectName("datePill")
        self._pill.hide()
        self.years = YearScrubber(self.view, model, self)
        self.years.jumped.connect(self.view.scroll_to_top)
        self._news = PushButton("", self)
        self._news.setObjectName("newsButton")
        self._news.hide()
        self._news.clicked.connect(self.news_requested)
        self._pill_timer = QTimer(self)
        self._pill_timer.setSingleShot(True)
        self._pill_timer.setInterval(_PILL_MS)
        self._pill_timer.timeout.connect(self._pill.hide)
        self._weaker.clicked.connect(self.weaker_requested)
        self._empty.button.clicked.connect(self.folder_requested)
        self.view.selectionModel().selectionChanged.connect(self._show_chosen)
        model.modelReset.connect(self._show_chosen)
        self.view.verticalScrollBar().valueChanged.connect(self._show_pill)
        self.view.installEventFilter(self)

    @property
    def title(self) -> str:
        return self._title.text()

    @property
    def note(self) -> str:
        return self._note.text()

    @property
    def empty_text(self) -> str:
        """What stands in place of the photos, "" while there are some."""
        return self._empty.text if self._stack.currentWidget() is self._empty else ""

    @property
    def empty_hint(self) -> str:
        """What stands below that text."""
        return self._empty.hint if self._stack.currentWidget() is self._empty else ""

    def show_heading(self, title: str, note: str = "") -> None:
        self._title.setText(title)
        self._note.setText(note)

    def show_footer(self, text: str) -> None:
        """Offers the weaker matches below the last photo; "" takes the offer away."""
        self._weaker.setText(text)
        self._footer.setVisible(bool(text))
        self.view.updateGeometries()

    def show_empty(self, text: str, hint: str = "", *, offers_folder: bool = False) -> None:
        """Puts words in place of the photos, and a button if adding a folder would help."""
        self._empty.say(text, hint)
        self._empty.button.setVisible(offers_folder)
        self._stack.setCurrentWidget(self._empty)

    def show_grid(self) -> None:
        self._stack.setCurrentWidget(self.view)

    @property
    def news(self) -> str:
        """What is said of photos that came in meanwhile; "" for nothing."""
        return "" if self._news.isHidden() else self._news.text()

    def show_news(self, text: str) -> None:
        """Says above the photos that there are others by now; "" for nothing."""
        self._news.setText(text)
        self._news.setVisible(bool(text))
        self._place_news()

    def _place_news(self) -> None:
        self._news.adjustSize()
        corner = self.view.mapTo(self, self.view.rect().topLeft())
        self._news.move(corner.x() + (self.view.width() - self._news.width()) // 2, corner.y() + 10)
        self._news.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.view and event.type() == QEvent.Type.Resize:
            self._pill.hide()
            self._place_news()
        return super().eventFilter(watched, event)

    @property
    def chosen_text(self) -> str:
        """How many photos are chosen, "" for one or none."""
        return self._chosen.text()

    def _show_chosen(self) -> None:
        number = self.view.selected_count()
        self._chosen.setText(self.tr("%Ln selected", "", number) if number > 1 else "")

    def _show_pill(self) -> None:
        """While scrolling by date: which month this is."""
        rows = self._model.rows
        sight = self.view.rows_in_sight()
        if not sight or rows.taken_at_ms[sight.start] == NO_DATE:
            self._pill.hide()
            return
        self._pill.setText(month(int(rows.taken_at_ms[sight.start])))
        self._pill.adjustSize()
        corner = self.view.mapTo(self, self.view.rect().topRight())
        self._pill.move(corner.x() - self._pill.width() - _PILL_EDGE, corner.y() + 10)
        self._pill.show()
        self._pill.raise_()
        self._pill_timer.start()


class _EmptyNote(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._text = PlainLabel(self)
        self._text.setProperty("textStyle", "heading")
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint = PlainLabel(self)
        self._hint.setProperty("tone", "faint")
        self._hint.setWordWrap(True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(40, 0, 40, 60)
        column.setSpacing(10)
        column.addStretch(1)
        column.addWidget(IconLabel("photo", 56, parent=self), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(6)
        column.addWidget(self._text)
        column.addWidget(self._hint)
        self.button = PushButton(self.tr("Add another folder…"), self)
        self.button.hide()
        column.addSpacing(6)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    @property
    def text(self) -> str:
        return self._text.text()

    @property
    def hint(self) -> str:
        return self._hint.text()

    def say(self, text: str, hint: str) -> None:
        self._text.setText(text)
        self._hint.setText(hint)
