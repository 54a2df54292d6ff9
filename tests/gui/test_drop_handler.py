"""What is dropped on the window or pasted into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication

from photofind.worker.messages import AddFolders

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gui.driver import Driver, IndexedPhotos

COPY = Qt.DropAction.CopyAction
LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier


def drop(window: Driver, data: QMimeData) -> bool:
    """Whether the window took it."""
    place = QPointF(window.window.rect().center())
    enter = QDragEnterEvent(place.toPoint(), COPY, data, LEFT, PLAIN)
    QApplication.sendEvent(window.window, enter)
    if not enter.isAccepted():
        return False
    QApplication.sendEvent(window.window, QDropEvent(place, COPY, data, LEFT, PLAIN))
    return True


def links(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def test_a_dropped_folder_is_added(window: Driver, tmp_path: Path) -> None:
    assert drop(window, links(tmp_path))
    window.until(
        lambda: any(
            isinstance(command, AddFolders) and command.paths == (tmp_path,)
            for command in window.worker.commands
        )
    )


def test_a_dropped_picture_is_searched_for(window: Driver, indexed: IndexedPhotos) -> None:
    assert drop(window, links(indexed.photos / "chelsea.jpg"))
    window.until(lambda: window.window.search_bar.chip == "Similar to chelsea.jpg")
    window.until(lambda: window.model.rows.why != ())
    window.wait_pictures()
    assert "chelsea.jpg" not in window.names()
    window.press(Qt.Key.Key_Escape)
    window.wait_rows(indexed.count)


def test_a_file_that_is_no_picture_is_answered_with_a_sentence(
    window: Driver, tmp_path: Path
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("no picture")
    assert drop(window, links(file))
    window.until(lambda: bool(window.grid.empty_text))
    assert "picture" in window.grid.empty_text


def test_what_is_not_there_is_said_to_be_so(window: Driver, tmp_path: Path) -> None:
    assert drop(window, links(tmp_path / "gone"))
    window.until(window.window.banner.isVisible)
    assert "no longer exists" in window.window.banner.text


def test_links_to_other_places_are_refused(window: Driver) -> None:
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/a.jpg")])
    assert drop(window, data)
    window.until(window.window.banner.isVisible)
    assert "on this computer" in window.window.banner.text


def test_words_are_no_drop(window: Driver) -> None:
    data = QMimeData()
    data.setText("dog")
    assert not drop(window, data)


def test_a_pasted_picture_is_searched_for(window: Driver, indexed: IndexedPhotos) -> None:
    QGuiApplication.clipboard().setImage(QImage(str(indexed.photos / "coffee.jpg")))
    window.press(Qt.Key.Key_V, CTRL)
    window.until(lambda: window.window.search_bar.chip == "Similar to the pasted picture")
    window.until(lambda: window.model.rows.why != ())
    window.wait_pictures()
    assert window.names()[0] == "coffee.jpg"


def test_pasted_words_are_words(window: Driver) -> None:
    QGuiApplication.clipboard().setText("coffee")
    window.press(Qt.Key.Key_V, CTRL)
    window.until(lambda: window.grid.title == "Found")
    assert window.search_line.text() == "coffee"
