"""The page that shows one photo large, over the whole window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from photofind.gui.buttons import IconButton
from photofind.gui.describing.ask_panel import AskPanel
from photofind.gui.describing.caption_strip import CaptionStrip
from photofind.gui.labels import ElidedLabel
from photofind.gui.plain_text import PlainLabel
from photofind.gui.preview.details import DetailsPanel
from photofind.gui.preview.picture_view import PictureView
from photofind.gui.wording import count, photo_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photofind.catalog.tags import TagRow
    from photofind.catalog.texts import RecognisedText
    from photofind.domain import Photo, Why

_UNBOUNDED = 16_777_215
"""QWIDGETSIZE_MAX, which PySide6 doesn't name."""
_AIR_PX = 8
_NARROW_PX = 760
"""Below this width details are shown only when they are asked for in this very window."""
_STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageUp: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageDown: 1,
}
_CLOSE_KEYS = {Qt.Key.Key_Escape, Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter}


class PreviewPage(QFrame):
    """Shows what it is told; says where the person wants to go."""

    closed = Signal()
    walked = Signal(int)
    """So many photos on (positive) or back."""
    jumped = Signal(bool)
    """To the first photo (False) or the last (True)."""
    menu_requested = Signal(QPoint)
    details_toggled = Signal(bool)
    full_screen_left = Signal()
    asking_changed = Signal(bool)
    """The questions beside the photo are there (True), or not any more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("previewPage")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Photo"))
        self.picture = PictureView(self)
        self.details = DetailsPanel(self)
        self.captions = CaptionStrip(self)
        self.questions = AskPanel(self)
        self._details_wished = True
        self._details_wished_narrow = False
        back = IconButton("back", self.tr("Back to all photos (Esc)"), self)
        self._name = ElidedLabel("", Qt.TextElideMode.ElideMiddle, self)
        self._name.setProperty("textStyle", "strong")
        self._place = PlainLabel(self)
        self._place.setProperty("tone", "faint")
        self._ask = IconButton("ask", self.tr("Ask about this photo (Q)"), self)
        self._ask.setCheckable(True)
        self._info = IconButton("info", self.tr("Show or hide the details (I)"), self)
        self._info.setCheckable(True)
        self._info.setChecked(True)
        more = IconButton("more", self.tr("What to do with this photo (Menu)"), self)
        bar = QFrame(self)
        bar.setObjectName("topBar")
        self._bar = bar
        self._chrome = True
        head = QHBoxLayout(bar)
        head.setContentsMargins(12, 8, 12, 8)
        head.setSpacing(10)
        head.addWidget(back)
        head.addWidget(self._name)
        head.addWidget(self._place)
        head.addStretch(1)
        head.addWidget(self._ask)
        head.addWidget(self._info)
        head.addWidget(more)
        self._previous = self._side_button("previous", self.tr("Previous photo (←)"))
        self._next = self._side_button("next", self.tr("Next photo (→)"))
        middle = QHBoxLayout()
        middle.setContentsMargins(_AIR_PX, 0, _AIR_PX, 0)
        self._middle = middle
        middle.setSpacing(0)
        middle.addWidget(self._previous)
        middle.addWidget(self.picture, 1)
        middle.addWidget(self._next)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addLayout(middle, 1)
        left.addWidget(self.captions)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.questions)
        row.addWidget(self.details)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addLayout(row, 1)
        back.clicked.connect(self.closed)
        more.clicked.connect(
            lambda: self.menu_requested.emit(more.mapToGlobal(more.rect().bottomLeft()))
        )
        self._ask.clicked.connect(self.show_questions)
        self.questions.closed.connect(lambda: self.show_questions(False))
        self._info.clicked.connect(self._on_info)
        self._previous.clicked.connect(lambda: self.walked.emit(-1))
        self._next.clicked.connect(lambda: self.walked.emit(1))

    def show_place(self, row: int, rows: int) -> None:
        """Says which of how many photos this is."""
        self._place.setText(self.tr("{n} of {all}").format(n=count(row + 1), all=count(rows)))
        self._previous.setEnabled(row > 0)
        self._next.setEnabled(row < rows - 1)

    def begin(self, pixmap: QPixmap | None, photo: Photo | None, why: Sequence[Why]) -> None:
        """Shows another photo with what is at hand."""
        full = QSize(photo.width, photo.height) if photo is not None else QSize()
        self.picture.show_picture(pixmap, full)
        self.captions.begin()
        if photo is not None:
            self.show_facts(photo, (), why)

    def show_early(self, thumbnail: QPixmap, photo: Photo) -> None:
        """Shows the thumbnail until the photo is decoded, at the size the photo will have."""
        self.picture.show_picture(thumbnail, QSize(photo.width, photo.height))

    def show_facts(
        self,
        photo: Photo,
        tags: Sequence[TagRow],
        why: Sequence[Why],
        text: RecognisedText | None = None,
    ) -> None:
        self._name.setText(photo_name(photo))
        self.setAccessibleDescription(photo_name(photo))
        self.details.show_photo(photo, tags, why, text)

    def show_chrome(self, shown: bool) -> None:
        """Shows or hides everything but the photo itself."""
        self._chrome = shown
        for part in (self._bar, self._previous, self._next):
            part.setVisible(shown)
        air = _AIR_PX if shown else 0
        self._middle.setContentsMargins(air, 0, air, 0)
        self.captions.setMaximumHeight(_UNBOUNDED if shown else 0)
        if not shown:
            self.show_questions(False)
        self._fit_details()

    def show_details(self, shown: bool) -> None:
        """Shows or hides the details wherever there is room enough for them."""
        self._details_wished = shown
        self._fit_details()

    @property
    def shows_questions(self) -> bool:
        return not self.questions.isHidden()

    def show_questions(self, shown: bool) -> None:
        """Shows or hides the questions; they take the place of the details."""
        if shown == self.shows_questions:
            return
        self._ask.setChecked(shown)
        self.questions.setVisible(shown)
        self._fit_details()
        if not shown:
            self.setFocus()
        self.asking_changed.emit(shown)

    def _side_button(self, icon: str, label: str) -> IconButton:
        button = IconButton(icon, label, self)
        button.setIconSize(QSize(24, 24))
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    def _on_info(self, checked: bool) -> None:
        self.show_questions(False)
        if self._is_narrow:
            self._details_wished_narrow = checked
            self._fit_details()
            return
        self.show_details(checked)
        self.details_toggled.emit(checked)

    @property
    def _is_narrow(self) -> bool:
        return self.width() < _NARROW_PX

    def _fit_details(self) -> None:
        wished = self._details_wished_narrow if self._is_narrow else self._details_wished
        shown = wished and not self.shows_questions and self._chrome
        self.details.setVisible(shown)
        self._info.setChecked(shown)
        self.captions.set_inviting(self._details_wished)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_details()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape and self.window().isFullScreen():
            self.full_screen_left.emit()
        elif key in _CLOSE_KEYS:
            self.closed.emit()
        elif key in _STEPS:
            self.walked.emit(_STEPS[key])
        elif key in {Qt.Key.Key_Home, Qt.Key.Key_End}:
            self.jumped.emit(key == Qt.Key.Key_End)
        elif key in {Qt.Key.Key_Plus, Qt.Key.Key_Equal}:
            self.picture.zoom_by(1)
        elif key == Qt.Key.Key_Minus:
            self.picture.zoom_by(-1)
        elif key == Qt.Key.Key_Z:
            self.picture.reset_zoom()
        elif key == Qt.Key.Key_I:
            self._info.click()
        elif key == Qt.Key.Key_Q:
            self._ask.click()
        elif key == Qt.Key.Key_E:
            self.captions.edit_first()
        elif key == Qt.Key.Key_T:
            if self.details.isHidden():
                self._info.click()
            self.details.tags.begin_typing()
        elif key == Qt.Key.Key_O:
            self.details.text.toggle_outline()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        position = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            position = self.picture.mapToGlobal(self.picture.rect().center())
        self.menu_requested.emit(position)
