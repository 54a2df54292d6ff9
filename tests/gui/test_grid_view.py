"""The grid's view: where cells lie, what stays in sight, and what keys and clicks say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QContextMenuEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from photofind.domain import PhotoId
from photofind.gui.grid.model import PhotoGridModel
from photofind.gui.grid.pixmaps import PixmapCache
from photofind.gui.grid.rows import GridRows
from photofind.gui.grid.view import PhotoGridView

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

MANY = 100_000


def rows(ids: np.ndarray[tuple[int], np.dtype[np.int64]]) -> GridRows:
    return GridRows(ids, ids, np.zeros(len(ids), dtype=np.int64), len(ids))


@pytest.fixture
def model(qapp: QApplication) -> PhotoGridModel:
    return PhotoGridModel()


@pytest.fixture
def view(qtbot: QtBot, model: PhotoGridModel) -> PhotoGridView:
    view = PhotoGridView(model, PixmapCache())
    qtbot.addWidget(view)
    view.resize(900, 700)
    model.show_rows(rows(np.arange(MANY, 0, -1)))
    with qtbot.waitExposed(view):
        view.show()
    return view


def columns(view: PhotoGridView) -> int:
    return view.viewport().width() // view.gridSize().width()


def settle(qtbot: QtBot, view: PhotoGridView) -> None:
    """Until every batch is laid out."""
    last = view.model().index(view.model().rowCount() - 1, 0)
    qtbot.waitUntil(lambda: view.visualRect(last).isValid())


def top_photo(view: PhotoGridView, model: PhotoGridModel) -> PhotoId:
    return model.photo_id(view.rows_in_sight().start)


@pytest.mark.parametrize("width", range(600, 640))
def test_cells_fill_every_width(qtbot: QtBot, view: PhotoGridView, width: int) -> None:
    view.resize(width, 700)
    first = view.model().index(0, 0)
    qtbot.waitUntil(lambda: view.visualRect(first).size() == view.gridSize() != QSize(218, 218))
    count = columns(view)
    assert view.viewport().width() - count * view.gridSize().width() <= count
    cells = [view.visualRect(view.model().index(row, 0)) for row in range(count + 1)]
    assert [cell.top() for cell in cells[:count]] == [cells[0].top()] * count
    assert cells[count].left() == cells[0].left(), "the next line begins below the first cell"


def test_the_whole_range_can_be_scrolled_at_once(view: PhotoGridView) -> None:
    lines = -(-MANY // columns(view))
    height = lines * view.gridSize().height()
    assert view.verticalScrollBar().maximum() >= height - view.viewport().height()


def test_the_end_key_reaches_the_last_photo(qtbot: QtBot, view: PhotoGridView) -> None:
    settle(qtbot, view)
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_End)
    assert view.current_row() == MANY - 1
    assert view.rows_in_sight().stop == MANY


def test_new_photos_leave_what_is_in_sight_where_it_is(
    qtbot: QtBot, view: PhotoGridView, model: PhotoGridModel
) -> None:
    settle(qtbot, view)
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 2 + 37)
    view.select_row(view.rows_in_sight().start + 3)
    photo, chosen = top_photo(view, model), view.selected_photos()
    offset = view.verticalScrollBar().value() % view.gridSize().height()
    with view.anchored():
        model.merge_rows(rows(np.arange(MANY + 500 * columns(view), 0, -1)))
    assert top_photo(view, model) == photo
    assert view.verticalScrollBar().value() % view.gridSize().height() == offset
    assert view.selected_photos() == chosen
    row = view.rows_in_sight().start
    assert view.visualRect(model.index(row)).isValid(), "laid out already, nothing is blank"


def test_at_the_top_new_photos_come_into_sight(view: PhotoGridView, model: PhotoGridModel) -> None:
    with view.anchored():
        model.merge_rows(rows(np.arange(MANY + 10, 0, -1)))
    assert top_photo(view, model) == MANY + 10


@pytest.mark.parametrize("width", [620, 1400])
def test_resizing_keeps_the_photo_at_the_top(
    qtbot: QtBot, view: PhotoGridView, model: PhotoGridModel, width: int
) -> None:
    settle(qtbot, view)
    view.verticalScrollBar().setValue(50 * view.gridSize().height())
    photo = top_photo(view, model)
    view.resize(width, 700)
    row = model.rows.find(photo)
    assert row is not None
    assert row in view.rows_in_sight()


def test_a_widget_below_the_last_photo_scrolls_with_them(
    view: PhotoGridView, model: PhotoGridModel
) -> None:
    footer = QLabel("the end")
    footer.setMinimumHeight(60)
    view.set_footer(footer)
    footer.show()
    model.show_rows(rows(np.arange(40)))
    view.updateGeometries()
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    assert view.viewport().rect().contains(footer.geometry())
    last = view.visualRect(model.index(39))
    assert footer.geometry().top() > last.bottom() - 10


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_keys_open_the_current_photo(qtbot: QtBot, view: PhotoGridView, key: Qt.Key) -> None:
    view.select_row(7)
    with qtbot.waitSignal(view.open_requested) as opened:
        QTest.keyClick(view, key)
    assert opened.args == [7]


def test_a_double_click_opens(qtbot: QtBot, view: PhotoGridView) -> None:
    place = view.visualRect(view.model().index(4, 0)).center()
    with qtbot.waitSignal(view.open_requested) as opened:
        QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.args == [4]


def test_letters_are_typed_elsewhere(qtbot: QtBot, view: PhotoGridView) -> None:
    view.select_row(0)
    with qtbot.waitSignal(view.typed) as typed:
        QTest.keyClicks(view, "d")
    assert typed.args == ["d"]


def test_up_from_the_first_line_leaves_the_grid(qtbot: QtBot, view: PhotoGridView) -> None:
    view.select_row(1)
    with qtbot.waitSignal(view.left_upwards):
        QTest.keyClick(view, Qt.Key.Key_Up)
    view.select_row(columns(view))
    with qtbot.assertNotEmitted(view.left_upwards):
        QTest.keyClick(view, Qt.Key.Key_Up)
    assert view.current_row() == 0


def test_the_right_button_chooses_what_is_under_it(qtbot: QtBot, view: PhotoGridView) -> None:
    view.select_row(0)
    place = view.visualRect(view.model().index(2, 0)).center()
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, place, view.viewport().mapToGlobal(place)
    )
    with qtbot.waitSignal(view.menu_requested):
        QApplication.sendEvent(view.viewport(), event)
    assert view.selected_rows() == [2]


def test_the_right_button_keeps_several_chosen(qtbot: QtBot, view: PhotoGridView) -> None:
    view.select_photos([PhotoId(MANY), PhotoId(MANY - 2)], None)
    place = view.visualRect(view.model().index(2, 0)).center()
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, place, view.viewport().mapToGlobal(place)
    )
    with qtbot.waitSignal(view.menu_requested):
        QApplication.sendEvent(view.viewport(), event)
    assert view.selected_rows() == [0, 2]


def test_the_menu_key_brings_the_current_photo_in_sight(qtbot: QtBot, view: PhotoGridView) -> None:
    settle(qtbot, view)
    view.select_row(900)
    view.verticalScrollBar().setValue(0)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(), QPoint())
    with qtbot.waitSignal(view.menu_requested) as asked:
        QApplication.sendEvent(view.viewport(), event)
    assert asked.args is not None
    assert view.viewport().rect().contains(view.viewport().mapFromGlobal(asked.args[0]))
    assert 900 in view.rows_in_sight()


def test_there_is_no_menu_for_nothing(
    qtbot: QtBot, view: PhotoGridView, model: PhotoGridModel
) -> None:
    model.show_rows(GridRows())
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(), QPoint())
    with qtbot.assertNotEmitted(view.menu_requested):
        QApplication.sendEvent(view.viewport(), event)


def test_the_wheel_zooms_with_ctrl(qtbot: QtBot, view: PhotoGridView) -> None:
    middle = QPointF(view.viewport().rect().center())
    event = QWheelEvent(
        middle,
        view.viewport().mapToGlobal(middle),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    with qtbot.waitSignal(view.zoom_requested) as zoomed:
        QApplication.sendEvent(view.viewport(), event)
    assert zoomed.args == [-1]


def test_larger_photos_keep_the_one_at_the_top(
    qtbot: QtBot, view: PhotoGridView, model: PhotoGridModel
) -> None:
    settle(qtbot, view)
    view.verticalScrollBar().setValue(200 * view.gridSize().height())
    photo = top_photo(view, model)
    view.set_photo_px(320)
    row = model.rows.find(photo)
    assert row is not None
    assert row in view.rows_in_sight()


def test_resize_events_before_anything_is_shown_do_no_harm(qtbot: QtBot) -> None:
    view = PhotoGridView(PhotoGridModel(), PixmapCache())
    qtbot.addWidget(view)
    view.resize(1, 1)
    QApplication.sendEvent(view, QEvent(QEvent.Type.LayoutRequest))
    assert len(view.rows_in_sight()) == 0


def test_everything_can_be_chosen_and_chosen_again(
    view: PhotoGridView, model: PhotoGridModel
) -> None:
    view.selectAll()
    chosen = view.selected_photos()
    assert len(chosen) == MANY
    model.show_rows(rows(np.arange(1, MANY + 1)))
    view.select_photos(chosen[:3], chosen[1])
    assert view.selected_photos() == [PhotoId(each) for each in (MANY - 2, MANY - 1, MANY)]
    assert view.current_row() == MANY - 2
