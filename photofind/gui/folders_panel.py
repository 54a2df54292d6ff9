"""The panel of folders: what is searched, how much is in it, and what is out of reach."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal, SignalInstance
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from photofind.domain import FolderState
from photofind.gui.buttons import ButtonKind, IconButton, PushButton
from photofind.gui.icons import IconLabel
from photofind.gui.labels import ElidedLabel
from photofind.gui.places import PlacesTree
from photofind.gui.plain_text import PlainLabel, tooltip
from photofind.gui.translation import in_words
from photofind.gui.wording import count_photos, display_name, display_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QShowEvent

    from photofind.catalog.status import FolderStatus

_WIDTH = 300


class _FolderRow(QFrame):
    """One folder. It stays while its counts change, as they do all the time during indexing: what
    has the keyboard, is pressed or has its menu open must not vanish under a person's hand."""

    remove_requested = Signal(object)
    exclusions_requested = Signal(object)
    relocate_requested = Signal(object)
    show_requested = Signal(object)
    menu_requested = Signal(object, QPoint)
    """The folder, and where on the screen."""

    def __init__(self, folder: FolderStatus, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("folderRow")
        self.path = folder.path
        name = ElidedLabel(display_name(folder.path), Qt.TextElideMode.ElideMiddle, self)
        name.setProperty("textStyle", "strong")
        self._name = name
        self._below = ElidedLabel("", Qt.TextElideMode.ElideRight, self)
        self._icon = IconLabel("folder", 22, QPalette.ColorRole.Accent, self)
        label = self.tr("Remove {name} from photofind").format(name=name.text())
        self._remove = IconButton("remove", label, self)
        self._exclusions = IconButton(
            "filter", self.tr("Exclude photos in {name}").format(name=name.text()), self
        )
        self._relocate = PushButton(self.tr("It was moved…"), self, ButtonKind.LINK)
        self._relocate.setToolTip(
            self.tr("Say where this folder is now. Nothing is indexed again.")
        )
        self.buttons = (self._relocate, self._exclusions, self._remove)
        """In the order of the Tab key."""
        layout = QGridLayout(self)
        layout.setContentsMargins(10, 8, 6, 8)
        layout.setHorizontalSpacing(6)
        layout.setVerticalSpacing(1)
        layout.setColumnStretch(1, 1)
        layout.addWidget(self._icon, 0, 0, 2, 1)
        layout.addWidget(name, 0, 1)
        layout.addWidget(self._below, 1, 1, 1, 3)
        layout.addWidget(self._exclusions, 0, 2)
        layout.addWidget(self._remove, 0, 3)
        layout.addWidget(self._relocate, 2, 1, Qt.AlignmentFlag.AlignLeft)
        self._exclusions.clicked.connect(lambda: self.exclusions_requested.emit(self.path))
        self._remove.clicked.connect(lambda: self.remove_requested.emit(self.path))
        self._relocate.clicked.connect(lambda: self.relocate_requested.emit(self.path))
        self.show_folder(folder)

    def show_folder(self, folder: FolderStatus) -> None:
        """Says what there is to say of the folder now."""
        offline = folder.state is FolderState.OFFLINE
        details = count_photos(folder.photos)
        if offline and folder.trouble is not None:
            details = self.tr("{photos} · not allowed").format(photos=details)
        elif offline:
            details = self.tr("{photos} · not connected").format(photos=details)
        elif folder.online_only and not folder.includes_online_only:
            online_only = self.tr("%Ln online-only", "", folder.online_only)
            details = f"{details} · {online_only}"
        elif folder.unwatched:
            unwatched = self.tr("%Ln folder(s) not watched", "", folder.unwatched)
            details = f"{details} · {unwatched}"
        self._below.setText(details)
        self._below.setProperty("tone", "warning" if offline else "faint")
        self._below.style().unpolish(self._below)
        self._below.style().polish(self._below)
        self._icon.show_icon("folder-offline" if offline else "folder")
        self._relocate.setVisible(offline)
        path = display_path(folder.path)
        if offline and folder.trouble is not None:
            said = self.tr("{reason}\nIts photos stay searchable.")
            self.setToolTip(tooltip(said.format(reason=in_words(folder.trouble))))
        elif offline:
            said = self.tr("{path}\nThis folder can't be reached now. Its photos stay searchable.")
            self.setToolTip(tooltip(said.format(path=path)))
        else:
            self.setToolTip(tooltip("\n".join([path, *self._remarks(folder)])))
        self.setAccessibleName(f"{path}, {details}")

    def tell_apart(self, others: bool) -> None:
        """Says where it lies if another folder of the panel has the same name."""
        name = display_name(self.path)
        where = display_path(self.path.parent)
        self._name.setText(f"{name} · {where}" if others else name)

    def _remarks(self, folder: FolderStatus) -> list[str]:
        """What is not searched in it, and what is noticed late."""
        remarks = []
        if folder.unwatched:
            remarks.append(
                self.tr(
                    "%Ln folder(s) can't be watched and are scanned every few minutes instead. "
                    "Raise the limit with the setting fs.inotify.max_user_watches.",
                    "",
                    folder.unwatched,
                )
            )
        if folder.videos:
            remarks.append(self.tr("%Ln video(s), which can't be searched yet", "", folder.videos))
        if folder.exclusions:
            remarks.append(
                self.tr("Excluded: {patterns}").format(patterns=", ".join(folder.exclusions))
            )
        return remarks

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.pos()):
            self.show_requested.emit(self.path)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit(self.path, event.globalPos())


def _emit(signal: SignalInstance, folder: Path, _checked: bool = False) -> None:
    signal.emit(folder)


class FoldersPanel(QFrame):
    """Lists the folders; says which one to add, to remove or to look for elsewhere."""

    add_requested = Signal()
    remove_requested = Signal(object)
    """A folder, a Path."""
    exclusions_requested = Signal(object)
    """A folder of which something is to be left out, a Path."""
    relocate_requested = Signal(object)
    """A folder that lies somewhere else now, a Path."""
    describe_requested = Signal(object)
    """A folder, a Path."""
    rescan_requested = Signal()
    show_requested = Signal(object)
    """The photos of a folder, a Path."""
    opened = Signal()
    """The panel can be seen from now on."""
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidePanel")
        self.setFixedWidth(_WIDTH)
        self._shown: tuple[FolderStatus, ...] | None = None
        title = PlainLabel(self.tr("Folders"), self)
        title.setProperty("textStyle", "heading")
        rescan = IconButton("refresh", self.tr("Scan for new photos (F5)"), self)
        self._close = IconButton("close", self.tr("Close the folders panel"), self)
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(rescan)
        head.addWidget(self._close)
        self._list = QWidget(self)
        self._list.setObjectName("page")
        self.places = PlacesTree(self._list)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(2)
        body = QVBoxLayout(self._list)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(10)
        body.addWidget(self.places)
        body.addLayout(self._rows)
        body.addStretch(1)
        scroller = QScrollArea(self)
        scroller.setWidgetResizable(True)
        scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroller.setWidget(self._list)
        self._add = PushButton(self.tr("Add a folder…"), self)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 12, 16)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(scroller, 1)
        column.addWidget(self._add)
        self._add.clicked.connect(self.add_requested)
        rescan.clicked.connect(self.rescan_requested)
        self._close.clicked.connect(self.closed)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.opened.emit()

    def show_folders(self, folders: Sequence[FolderStatus]) -> None:
        """Shows these folders; the rows of those that were there before stay."""
        if self._shown == tuple(folders):
            return
        self._shown = tuple(folders)
        rows = {row.path: row for row in self.findChildren(_FolderRow)}
        for gone in rows.keys() - {folder.path for folder in folders}:
            row = rows.pop(gone)
            self._rows.removeWidget(row)
            row.setParent(None)
            row.deleteLater()
        names = Counter(display_name(folder.path).casefold() for folder in folders)
        before: QWidget = self._close
        for place, folder in enumerate(folders):
            if folder.path in rows:
                row = rows[folder.path]
                row.show_folder(folder)
            else:
                row = self._make_row(folder)
            row.tell_apart(names[display_name(folder.path).casefold()] > 1)
            if self._rows.indexOf(row) != place:
                self._rows.insertWidget(place, row)
            for button in row.buttons:
                QWidget.setTabOrder(before, button)
                before = button
        QWidget.setTabOrder(before, self._add)

    def _make_row(self, folder: FolderStatus) -> _FolderRow:
        row = _FolderRow(folder, self._list)
        row.remove_requested.connect(self.remove_requested)
        row.exclusions_requested.connect(self.exclusions_requested)
        row.relocate_requested.connect(self.relocate_requested)
        row.menu_requested.connect(self._show_menu)
        row.show_requested.connect(self.show_requested)
        return row

    def _show_menu(self, folder: Path, position: QPoint) -> None:
        # The panel's, so that it outlives the row if another program removes the folder.
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, signal in (
            (self.tr("Show the photos in this folder"), self.show_requested),
            (self.tr("Describe the photos in this folder"), self.describe_requested),
            (self.tr("Exclude photos…"), self.exclusions_requested),
            (self.tr("Locate this folder…"), self.relocate_requested),
            (self.tr("Remove from photofind…"), self.remove_requested),
        ):
            menu.addAction(text).triggered.connect(partial(_emit, signal, folder))
        menu.popup(position)
