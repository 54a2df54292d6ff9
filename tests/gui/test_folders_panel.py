"""The list of folders, which changes while a person has a hand on it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QMenu, QPushButton, QToolButton

from photofind.catalog.status import FolderStatus
from photofind.domain import FolderId, FolderState
from photofind.gui.folders_panel import FoldersPanel

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

ALBUM = Path("/photos/album")


def folder(path: Path, photos: int, state: FolderState = FolderState.ONLINE) -> FolderStatus:
    return FolderStatus(FolderId(1), path, None, 0, state=state, photos=photos)


@pytest.fixture
def panel(qtbot: QtBot) -> FoldersPanel:
    panel = FoldersPanel()
    qtbot.addWidget(panel)
    panel.show_folders([folder(ALBUM, 1)])
    with qtbot.waitActive(panel):
        panel.show()
    return panel


def said(panel: FoldersPanel) -> list[str]:
    return [label.text() for label in panel.findChildren(QLabel) if label.text()]


def test_the_keyboard_stays_where_it_is_while_the_counts_change(
    panel: FoldersPanel, qtbot: QtBot
) -> None:
    buttons = panel.findChildren(QToolButton)
    (remove,) = [button for button in buttons if button.accessibleName().startswith("Remove")]
    remove.setFocus()
    panel.show_folders([folder(Path("/photos/a"), 7), folder(ALBUM, 2)])
    assert QApplication.focusWidget() is remove

    def in_order() -> list[str]:
        rows = [row for row in panel.findChildren(QFrame, "folderRow") if row.isVisible()]
        return [row.accessibleName() for row in sorted(rows, key=lambda row: row.y())]

    wanted = [f"{Path('/photos/a')}, 7 photos", f"{ALBUM}, 2 photos"]
    qtbot.waitUntil(lambda: in_order() == wanted)
    assert QApplication.focusWidget() is remove


def test_a_folder_that_goes_offline_and_comes_back(panel: FoldersPanel) -> None:
    (moved,) = [b for b in panel.findChildren(QPushButton) if b.text() == "It was moved…"]
    assert not moved.isVisible()
    panel.show_folders([folder(ALBUM, 1, FolderState.OFFLINE)])
    assert moved.isVisible()
    assert "1 photo · not connected" in said(panel)
    panel.show_folders([folder(ALBUM, 1)])
    assert not moved.isVisible()
    assert "1 photo" in said(panel)


def test_an_open_menu_outlives_changes_and_even_its_folder(
    panel: FoldersPanel, qtbot: QtBot
) -> None:
    """The window died when a count changed under the open menu, as during indexing it does."""
    (row,) = panel.findChildren(QFrame, "folderRow")
    place = QPoint(5, 5)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, row.mapToGlobal(place))
    QApplication.sendEvent(row, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    panel.show_folders([folder(ALBUM, 2)])
    panel.show_folders([])
    qtbot.waitUntil(lambda: not panel.findChildren(QFrame, "folderRow"))
    with qtbot.waitSignal(panel.describe_requested) as described:
        menu.actions()[1].trigger()
    assert described.args == [ALBUM]
    menu.close()


def test_folders_that_cannot_be_watched_are_said(panel: FoldersPanel) -> None:
    status = replace(folder(ALBUM, 1), unwatched=7)
    panel.show_folders([status])
    assert "1 photo · 7 folders not watched" in said(panel)
    (row,) = panel.findChildren(QFrame, "folderRow")
    assert "7 folders can't be watched" in row.toolTip()
    assert "fs.inotify.max_user_watches" in row.toolTip()
