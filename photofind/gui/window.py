"""The main window: it arranges the parts and hands on what happens to the window itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QSlider,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from photofind.gui.banner import Banner
from photofind.gui.buttons import IconButton
from photofind.gui.first_run import FirstRunPage
from photofind.gui.folders_panel import FoldersPanel
from photofind.gui.grid.page import GridPage
from photofind.gui.icons import IconLabel
from photofind.gui.plain_text import PlainLabel
from photofind.gui.preview.page import PreviewPage
from photofind.gui.search_bar import SearchBar
from photofind.gui.status_line import StatusLine
from photofind.settings import LARGEST_THUMBNAIL_PX, SMALLEST_THUMBNAIL_PX

if TYPE_CHECKING:
    from PySide6.QtGui import (
        QCloseEvent,
        QDragEnterEvent,
        QDragLeaveEvent,
        QDropEvent,
        QMouseEvent,
        QResizeEvent,
    )

    from photofind.gui.grid.model import PhotoGridModel
    from photofind.gui.grid.pixmaps import PixmapCache

_SEARCH_MOST_PX = 860
_SLIDER_NEEDS_PX = 900
_FIRST_SIZE = QSize(1180, 780)
_LEAST_SIZE = QSize(520, 400)


class MainWindow(QMainWindow):
    """Everything in one window; the controllers decide what it shows."""

    closing = Signal()
    back_requested = Signal()
    """The mouse's back button."""
    dropped = Signal(QMimeData)
    """Something from another program was dropped here."""
    folders_toggled = Signal(bool)
    sharpness_changed = Signal()
    """The window is on a screen with other pixels."""

    def __init__(self, model: PhotoGridModel, pictures: PixmapCache) -> None:
        super().__init__()
        self.setWindowTitle("photofind")
        self.setMinimumSize(_LEAST_SIZE)
        self.resize(_FIRST_SIZE)
        self.setAcceptDrops(True)
        # The Tab key walks in the order in which the parts are made.
        self.search_bar = SearchBar(self)
        self.grid_page = GridPage(model, pictures, self)
        self.first_run = FirstRunPage(self)
        self.preview = PreviewPage(self)
        self.banner = Banner(self)
        self.folders_button = IconButton("folder", self.tr("Folders (Ctrl+B)"), self)
        self.folders_button.setCheckable(True)
        self.folders_panel = FoldersPanel(self)
        self.size_slider = _size_slider(self)
        self.menu_button = IconButton("menu", self.tr("Menu"), self)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.status_line = StatusLine(self)
        self._drop_hint = _DropHint(self)

        self._content = QStackedWidget(self)
        self._content.addWidget(self.grid_page)
        self._content.addWidget(self.first_run)
        self._browse = QWidget(self)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._browse)
        self._pages.addWidget(self.preview)
        self._arrange()
        self.folders_panel.hide()

    def _arrange(self) -> None:
        top = QFrame(self)
        top.setObjectName("topBar")
        self._top = top
        self._slider_box = QWidget(top)
        slider_row = QHBoxLayout(self._slider_box)
        slider_row.setContentsMargins(0, 0, 0, 0)
        slider_row.setSpacing(8)
        slider_row.addWidget(IconLabel("grid-small", 18, parent=self._slider_box))
        slider_row.addWidget(self.size_slider)
        slider_row.addWidget(IconLabel("grid-large", 18, parent=self._slider_box))
        self.search_bar.setMaximumWidth(_SEARCH_MOST_PX)
        bar = QHBoxLayout(top)
        bar.setContentsMargins(12, 10, 12, 10)
        bar.setSpacing(12)
        bar.addWidget(self.folders_button)
        bar.addStretch(1)
        bar.addWidget(self.search_bar, 100)
        bar.addStretch(1)
        bar.addWidget(self._slider_box)
        bar.addWidget(self.menu_button)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.folders_panel)
        middle.addWidget(self._content, 1)
        column = QVBoxLayout(self._browse)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addLayout(middle, 1)
        column.addWidget(self.status_line)
        central = QWidget(self)
        outer = QVBoxLayout(central)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.banner)
        outer.addWidget(self._pages, 1)
        self.setCentralWidget(central)

    @property
    def shows_preview(self) -> bool:
        return self._pages.currentWidget() is self.preview

    @property
    def shows_first_run(self) -> bool:
        return self._content.currentWidget() is self.first_run

    def show_preview(self) -> None:
        self._pages.setCurrentWidget(self.preview)
        self.preview.setFocus()

    def show_browsing(self) -> None:
        self._pages.setCurrentWidget(self._browse)

    def show_first_run(self) -> None:
        self._content.setCurrentWidget(self.first_run)
        self.search_bar.setEnabled(False)
        self.first_run.focus_first()

    def show_photos(self) -> None:
        """Shows the grid in place of the first page."""
        was_first_run = self.shows_first_run
        self._content.setCurrentWidget(self.grid_page)
        self.search_bar.setEnabled(True)
        if was_first_run:
            self.search_bar.setFocus()

    def come_to_front(self) -> None:
        """Shows itself to somebody who looks for it."""
        if self.isMinimized():
            self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def show_folders(self, shown: bool) -> None:
        if shown == self.folders_button.isChecked() == self.folders_panel.isVisible():
            return
        self.folders_panel.setVisible(shown)
        self.folders_button.setChecked(shown)
        self.folders_toggled.emit(shown)

    def show_chrome(self, shown: bool) -> None:
        """Shows or hides what is around the photos."""
        self._top.setVisible(shown)
        self.status_line.setVisible(shown)
        self.preview.show_chrome(shown)

    def show_search_bar(self) -> None:
        """It is hidden in full screen until it is wanted."""
        self._top.show()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.WindowStateChange:
            self.show_chrome(not self.isFullScreen())
        super().changeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        super().closeEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.sharpness_changed.emit()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._slider_box.setVisible(self.width() >= _SLIDER_NEEDS_PX)
        self._drop_hint.setGeometry(self.rect())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.BackButton:
            self.back_requested.emit()
            return
        super().mousePressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        data = event.mimeData()
        if event.source() is None and (data.hasUrls() or data.hasImage()):
            self._drop_hint.show_over()
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drop_hint.hide()
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop_hint.hide()
        event.acceptProposedAction()
        self.dropped.emit(event.mimeData())


def _size_slider(parent: QWidget) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal, parent)
    slider.setRange(SMALLEST_THUMBNAIL_PX, LARGEST_THUMBNAIL_PX)
    slider.setPageStep(40)
    slider.setFixedWidth(110)
    slider.setToolTip(QCoreApplication.translate("MainWindow", "Size of the photos"))
    slider.setAccessibleName(slider.toolTip())
    slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return slider


class _DropHint(PlainLabel):
    """Covers the window while something hangs over it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("dropHint")
        self.setText(
            self.tr("Drop a picture to find photos like it,\nor a folder to add its photos")
        )
        self.setProperty("textStyle", "title")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_over(self) -> None:
        self.show()
        self.raise_()
