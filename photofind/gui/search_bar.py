"""The search field: a magnifier, what is searched for as a chip, the words, and a clear button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from photofind.gui.buttons import IconButton
from photofind.gui.icons import IconLabel
from photofind.gui.plain_text import PlainLabel, tooltip
from photofind.gui.proposals import ProposalList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photofind.search.completion import Proposal

_HEIGHT = 42
_MOST_CHIP_CHARACTERS = 34


class _SearchField(QLineEdit):
    """The line itself: hands on what is not text."""

    stepped_down = Signal()
    escaped = Signal()
    image_pasted = Signal(QMimeData)
    focus_moved = Signal(bool)
    emptied_backwards = Signal()
    save_requested = Signal()
    proposals_wanted = Signal()
    proposals_closed = Signal()
    proposal_taken = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.proposals: ProposalList | None = None

    def event(self, event: QEvent) -> bool:
        # Qt would lead the keyboard on to the next widget before anybody hears of Tab.
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            if event.key() == Qt.Key.Key_Tab and plain and self.proposals is not None:
                proposal = self.proposals.current() or self.proposals.first()
                if proposal is not None:
                    self.proposal_taken.emit(proposal)
                    return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if not self.text():
            self.proposals_wanted.emit()

    def _steer_proposals(self, event: QKeyEvent) -> bool:
        """Whether the key was for the list below the field."""
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if event.key() == Qt.Key.Key_Down and alt:
            self.proposals_wanted.emit()
            return True
        if self.proposals is None:
            return False
        match event.key():
            case Qt.Key.Key_Down:
                return self.proposals.step(1)
            case Qt.Key.Key_Up:
                return self.proposals.step(-1)
            case Qt.Key.Key_Escape if self.proposals.isVisible():
                self.proposals_closed.emit()
                return True
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                proposal = self.proposals.current()
                if proposal is not None:
                    self.proposal_taken.emit(proposal)
                return proposal is not None
        return False

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.createStandardContextMenu()
        menu.addSeparator()
        save = menu.addAction(self.tr("Save this search…"))
        save.setEnabled(bool(self.text().strip()))
        save.triggered.connect(self.save_requested)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste) and self._paste_image():
            return
        if self._steer_proposals(event):
            return
        match event.key():
            case Qt.Key.Key_Down:
                self.stepped_down.emit()
            case Qt.Key.Key_Escape:
                self.escaped.emit()
            case Qt.Key.Key_Backspace if not self.text():
                self.emptied_backwards.emit()
            case _:
                super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_moved.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_moved.emit(False)

    def _paste_image(self) -> bool:
        data = QGuiApplication.clipboard().mimeData()
        if data is None or not (data.hasImage() or data.hasUrls()):
            return False
        self.image_pasted.emit(data)
        return True


class SearchBar(QFrame):
    """Says what the person typed; shows what is being searched for."""

    edited = Signal(str)
    """The words changed under the person's fingers."""
    submitted = Signal()
    """Enter: search now."""
    stepped_down = Signal()
    """Down: into the photos."""
    escaped = Signal()
    chip_removed = Signal()
    save_requested = Signal()
    """What is typed is to be kept under a name."""
    proposals_wanted = Signal()
    """The words changed, or the person asks how they may go on."""
    proposal_taken = Signal(object)
    """A `Proposal`, which the field shows already."""
    image_pasted = Signal(QMimeData)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("searchField")
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._words = _SearchField(self)
        self._words.setPlaceholderText(self.tr("Describe a photo: two dogs playing in the snow"))
        self._words.setAccessibleName(self.tr("Search photos"))
        self._words.setFrame(False)
        self._clear = IconButton("close", self.tr("Clear the search"), self)
        self._clear.setIconSize(QSize(16, 16))
        self._clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._clear.hide()
        self._chip = QFrame(self)
        self._chip.setObjectName("chip")
        self._chip_text = PlainLabel(self._chip)
        self._chip_close = IconButton("close", self.tr("Leave “find similar”"), self._chip)
        self._chip_close.setIconSize(QSize(14, 14))
        chip_row = QHBoxLayout(self._chip)
        chip_row.setContentsMargins(10, 2, 4, 2)
        chip_row.setSpacing(4)
        chip_row.addWidget(IconLabel("similar", 16, QPalette.ColorRole.Accent, self._chip))
        chip_row.addWidget(self._chip_text)
        chip_row.addWidget(self._chip_close)
        self._chip.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(13, 0, 8, 0)
        row.setSpacing(9)
        row.addWidget(IconLabel("search", 20, parent=self))
        row.addWidget(self._chip)
        row.addWidget(self._words, 1)
        row.addWidget(self._clear)
        self.setFocusProxy(self._words)
        self._proposals: ProposalList | None = None
        self._awaits_proposals = False

        self._words.textEdited.connect(self.edited)
        self._words.textChanged.connect(self._show_clear)
        self._words.returnPressed.connect(self.submitted)
        self._words.stepped_down.connect(self.stepped_down)
        self._words.escaped.connect(self.escaped)
        self._words.image_pasted.connect(self.image_pasted)
        self._words.save_requested.connect(self.save_requested)
        self._words.textEdited.connect(self._want_proposals)
        self._words.proposals_wanted.connect(self._want_proposals)
        self._words.proposals_closed.connect(self.hide_proposals)
        self._words.returnPressed.connect(self.hide_proposals)
        self._words.escaped.connect(self.hide_proposals)
        self._words.proposal_taken.connect(self._take)
        self._words.focus_moved.connect(self._show_focus)
        self._words.emptied_backwards.connect(self._on_emptied_backwards)
        self._clear.clicked.connect(self._on_clear)
        self._chip_close.clicked.connect(self.chip_removed)

    @property
    def words(self) -> str:
        return self._words.text()

    @property
    def typing_at(self) -> int:
        """Where one types, counted in characters."""
        return len(
            self._words.text()
            .encode("utf-16-le")[: 2 * self._words.cursorPosition()]
            .decode("utf-16-le", "ignore")
        )

    @property
    def awaits_proposals(self) -> bool:
        """Whether somebody types, so that proposals that come later are wanted, too."""
        return self._awaits_proposals

    def show_proposals(self, proposals: Sequence[Proposal]) -> None:
        """Opens a list below the field, or closes it where there are none."""
        if self._proposals is None:
            if not proposals:
                return
            self._proposals = ProposalList(self.window())
            self._proposals.chosen.connect(self._take)
            self._words.proposals = self._proposals
        self._proposals.show_below(self, proposals if self._words.hasFocus() else ())

    def hide_proposals(self) -> None:
        """Until the next key."""
        self._awaits_proposals = False
        if self._proposals is not None:
            self._proposals.hide()

    @property
    def chip(self) -> str:
        """What is searched for beside the words, "" when there is nothing."""
        return "" if self._chip.isHidden() else self._chip.accessibleName()

    def show_words(self, words: str) -> None:
        """Puts words into the field without announcing them as typed."""
        self.hide_proposals()
        if words != self._words.text():
            self._words.setText(words)

    def show_chip(self, text: str | None) -> None:
        """Shows what is searched for beside the words, or nothing."""
        self._chip.setVisible(text is not None)
        if text is not None:
            short = self.fontMetrics().elidedText(
                text,
                Qt.TextElideMode.ElideMiddle,
                self.fontMetrics().averageCharWidth() * _MOST_CHIP_CHARACTERS,
            )
            self._chip_text.setText(short)
            self._chip_text.setToolTip(tooltip(text))
            self._chip.setAccessibleName(text)

    def type_on(self, text: str) -> None:
        """Takes over text that was begun elsewhere in the window."""
        self._words.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._words.end(False)
        self._words.insert(text)
        self.edited.emit(self._words.text())

    def select_words(self) -> None:
        """Takes the keyboard, ready to type over what is there."""
        self._words.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._words.selectAll()

    def _want_proposals(self) -> None:
        self._awaits_proposals = True
        self.proposals_wanted.emit()

    def _take(self, proposal: Proposal) -> None:
        self.hide_proposals()
        self._words.setText(proposal.line)
        before = proposal.line[: proposal.cursor]
        self._words.setCursorPosition(len(before.encode("utf-16-le")) // 2)
        self.edited.emit(proposal.line)
        self.proposal_taken.emit(proposal)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.hide_proposals()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.hide_proposals()

    def _on_clear(self) -> None:
        self._words.clear()
        self._words.setFocus()
        self.edited.emit("")

    def _on_emptied_backwards(self) -> None:
        if not self._chip.isHidden():
            self.chip_removed.emit()

    def _show_clear(self, words: str) -> None:
        self._clear.setVisible(bool(words))

    def _show_focus(self, focused: bool) -> None:
        if not focused:
            self.hide_proposals()
        self.setProperty("focused", focused)
        self.style().unpolish(self)
        self.style().polish(self)
