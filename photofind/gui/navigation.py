"""How the person gets about in the window: search, back, panels, sizes; by keys and wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut

from photofind.settings import LARGEST_THUMBNAIL_PX, SMALLEST_THUMBNAIL_PX

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.gui.browsing import BrowseController
    from photofind.gui.preview.controller import PreviewController
    from photofind.gui.window import MainWindow

_ZOOM = 1.18


class Navigation(QObject):
    """Connects keys, wheel and buttons with the window's parts."""

    pasted = Signal(QMimeData)
    """Something was pasted while no field had the keyboard."""

    def __init__(
        self,
        window: MainWindow,
        browsing: BrowseController,
        preview: PreviewController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._browsing = browsing
        self._preview = preview
        self._view = window.grid_page.view
        window.folders_button.clicked.connect(window.show_folders)
        window.folders_panel.closed.connect(lambda: window.show_folders(False))
        window.size_slider.valueChanged.connect(self._view.set_photo_px)
        window.back_requested.connect(self._go_back)
        window.preview.full_screen_left.connect(window.showNormal)
        self._view.typed.connect(self._show_search_bar)
        self._view.zoom_requested.connect(self.zoom)
        self._bind("Ctrl+F", self._focus_search)
        self._bind("Ctrl+=", lambda: self.zoom(1))
        self._bind("Alt+Left", self._go_back)
        self._bind("Ctrl+V", self._paste)
        for place in (self._view, window.preview):
            slash = QShortcut(QKeySequence("/"), place)
            slash.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            slash.activated.connect(self._focus_search)
        escape = QShortcut(QKeySequence("Esc"), self._view)
        escape.setContext(Qt.ShortcutContext.WidgetShortcut)
        escape.activated.connect(self._on_grid_escape)

    def zoom(self, steps: int) -> None:
        """Makes the photos of the grid larger (positive) or smaller."""
        wished = self._view.photo_px * _ZOOM**steps
        self._window.size_slider.setValue(
            round(min(LARGEST_THUMBNAIL_PX, max(SMALLEST_THUMBNAIL_PX, wished)))
        )

    def toggle_folders(self) -> None:
        self._window.show_folders(self._window.folders_panel.isHidden())

    def toggle_full_screen(self) -> None:
        if self._window.isFullScreen():
            self._window.showNormal()
        else:
            self._window.showFullScreen()

    def _bind(self, keys: str, act: Callable[[], object]) -> None:
        QShortcut(QKeySequence(keys), self._window).activated.connect(act)

    def _focus_search(self) -> None:
        self._preview.close()
        self._window.show_search_bar()
        self._window.search_bar.select_words()

    def _show_search_bar(self) -> None:
        """What was typed went into the field already."""
        if self._window.isFullScreen():
            self._window.show_search_bar()
            self._window.search_bar.type_on("")

    def _go_back(self) -> None:
        if self._preview.photo_id is not None:
            self._preview.close()
        else:
            self._browsing.go_back()

    def _on_grid_escape(self) -> None:
        """Lets go of the chosen photos first, then goes back."""
        if len(self._view.selected_rows()) > 1:
            self._view.clearSelection()
        else:
            self._browsing.go_back()

    def _paste(self) -> None:
        data = QGuiApplication.clipboard().mimeData()
        if data is not None and (data.hasImage() or data.hasUrls()):
            self.pasted.emit(data)
