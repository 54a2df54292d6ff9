"""The list under the search field: what the query may go on with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QListView, QWidget

from photofind.gui.icons import themed_icon
from photofind.gui.plain_text import in_line
from photofind.search.completion import ProposalKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photofind.search.completion import Proposal

_ICONS = {
    ProposalKind.KEY: "filter",
    ProposalKind.CHOICE: "filter",
    ProposalKind.FOLDER: "folder",
    ProposalKind.CAMERA: "camera",
    ProposalKind.LENS: "camera",
    ProposalKind.TAG: "tag",
    ProposalKind.EXT: "photo",
    ProposalKind.SAVED: "star",
    ProposalKind.RECENT: "search",
}
_ROW_PX = 34
_FRAME_PX = 12
"""Border and padding of the style sheet, above and below."""
_GAP_PX = 6
_ICON = QSize(18, 18)


class ProposalList(QListView):
    """Lies above the photos while it is open; the keyboard stays in the search field."""

    chosen = Signal(object)
    """A `Proposal`."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setObjectName("proposals")
        self.setAccessibleName(self.tr("Suggestions"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setIconSize(_ICON)
        self._items = QStandardItemModel(self)
        self.setModel(self._items)
        self._proposals: tuple[Proposal, ...] = ()
        self.clicked.connect(self._on_clicked)
        self.hide()

    def show_below(self, field: QWidget, proposals: Sequence[Proposal]) -> None:
        """Shows these under a field, none of them chosen; hides itself where there are none."""
        self._proposals = tuple(proposals)
        self._items.clear()
        for proposal in proposals:
            icon = themed_icon(_ICONS[proposal.kind], self.palette())
            item = QStandardItem(icon, in_line(proposal.text))
            item.setSizeHint(QSize(0, _ROW_PX))
            item.setAccessibleText(f"{self._kind(proposal.kind)}: {in_line(proposal.text)}")
            self._items.appendRow(item)
        if not proposals:
            self.hide()
            return
        self.setFixedSize(field.width(), _ROW_PX * len(proposals) + _FRAME_PX)
        corner = field.mapTo(self._window, QPoint(0, field.height() + _GAP_PX))
        self.move(corner)
        self.show()
        self.raise_()

    def current(self) -> Proposal | None:
        """The one that Enter takes."""
        row = self.currentIndex().row()
        return self._proposals[row] if self.isVisible() and row >= 0 else None

    def first(self) -> Proposal | None:
        """The one that Tab takes where none is chosen."""
        return self._proposals[0] if self.isVisible() and self._proposals else None

    def step(self, rows: int) -> bool:
        """Goes down, or up; beyond the first one none is chosen.

        Returns:
            Whether there was anywhere to go.
        """
        row = self.currentIndex().row() + rows
        if not self.isVisible() or not -1 <= row < len(self._proposals):
            return False
        self.setCurrentIndex(self._items.index(row, 0) if row >= 0 else QModelIndex())
        if row < 0:
            self.clearSelection()
        return True

    def _on_clicked(self, index: QModelIndex) -> None:
        self.chosen.emit(self._proposals[index.row()])

    def _kind(self, kind: ProposalKind) -> str:
        match kind:
            case ProposalKind.KEY | ProposalKind.CHOICE:
                return self.tr("Filter")
            case ProposalKind.FOLDER:
                return self.tr("Folder")
            case ProposalKind.CAMERA:
                return self.tr("Camera")
            case ProposalKind.LENS:
                return self.tr("Lens")
            case ProposalKind.TAG:
                return self.tr("Tag")
            case ProposalKind.EXT:
                return self.tr("Format")
            case ProposalKind.SAVED:
                return self.tr("Saved search")
            case ProposalKind.RECENT:
                return self.tr("Recent search")
