"""The years beside the scroll bar, and the order of the grid."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from photofind.catalog.photos import NO_DATE
from photofind.gui.grid.rows import GridRows
from photofind.gui.grid.scrubber import YearMark, year_marks

if TYPE_CHECKING:
    from tests.gui.driver import Driver, IndexedPhotos


def rows_of(*years: int) -> GridRows:
    dates = [
        NO_DATE if year == 0 else int(datetime(year, 12, 31, tzinfo=UTC).timestamp()) * 1000
        for year in years
    ]
    ids = np.arange(1, len(years) + 1)
    return GridRows(ids, ids + 100, np.array(dates, dtype=np.int64), len(years))


def test_years_begin_where_their_first_row_is() -> None:
    rows = rows_of(2024, 2024, 2020, 1969, 1969, 0)
    marks = [YearMark(2024, 0), YearMark(2020, 2), YearMark(1969, 3)]
    assert year_marks(rows) == marks
    assert year_marks(rows_of()) == year_marks(rows_of(0, 0)) == []
    turned = rows.oldest_first()
    assert turned.photo_ids.tolist() == [5, 4, 3, 2, 1, 6]
    assert turned.content_ids.tolist() == [105, 104, 103, 102, 101, 106]
    assert year_marks(turned) == [YearMark(1969, 0), YearMark(2020, 2), YearMark(2024, 3)]


def hover(window: Driver) -> None:
    bar = window.view.verticalScrollBar()
    place = QPointF(bar.rect().center())
    QApplication.sendEvent(bar, QEnterEvent(place, place, place))


def test_a_click_on_a_year_leads_there(window: Driver) -> None:
    window.wait_pictures()
    years = window.grid.years
    assert not years.isVisible()
    hover(window)
    assert years.isVisible()
    shown = years.shown_marks()
    assert len(shown) > 5
    mark = shown[len(shown) // 2]
    QTest.mouseClick(
        years, Qt.MouseButton.LeftButton, pos=QPoint(years.width() // 2, years.place_of(mark))
    )
    assert mark.row in window.view.rows_in_sight()
    QApplication.sendEvent(window.view.verticalScrollBar(), QEvent(QEvent.Type.Leave))
    window.until(lambda: not years.isVisible())


def test_found_photos_have_no_years(window: Driver) -> None:
    window.search("coffee")
    hover(window)
    assert not window.grid.years.isVisible()


def test_the_oldest_come_first_when_wished(window: Driver, indexed: IndexedPhotos) -> None:
    window.wait_pictures()
    before = window.model.rows.photo_ids.tolist()
    dated = int((window.model.rows.taken_at_ms != NO_DATE).sum())
    (entry,) = (a for a in window.window.actions() if a.text().replace("&", "") == "Oldest first")
    entry.trigger()
    turned = [*reversed(before[:dated]), *before[dated:]]
    window.until(lambda: window.model.rows.photo_ids.tolist() == turned)
    assert entry.isChecked()
    entry.trigger()
    window.until(lambda: window.model.rows.photo_ids.tolist() == before)
    assert window.model.rowCount() == indexed.count
