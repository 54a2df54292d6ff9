"""The grid's model alone: rows come and go without losing what is chosen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QItemSelectionModel, QPersistentModelIndex, Qt

from photofind.domain import Capture, ContentId, Photo, PhotoId
from photofind.gui.grid.model import PhotoGridModel
from photofind.gui.grid.rows import GridRows, changes_between

if TYPE_CHECKING:
    from PySide6.QtGui import QGuiApplication
    from pytestqt.modeltest import ModelTester
    from pytestqt.qtbot import QtBot


def rows(*photo_ids: int, relevant: int | None = None) -> GridRows:
    ids = np.array(photo_ids, dtype=np.int64)
    times = np.zeros(len(ids), dtype=np.int64)
    return GridRows(ids, ids + 1000, times, len(ids) if relevant is None else relevant)


def photo(photo_id: int, path: str = "/pictures/IMG_1.jpg") -> Photo:
    return Photo(
        id=PhotoId(photo_id),
        content_id=ContentId(photo_id + 1000),
        sha256=bytes(32),
        paths=(Path(path),),
        byte_size=1,
        format="JPEG",
        width=4,
        height=3,
        capture=Capture(taken_at_ms=0),
    )


@pytest.fixture
def model(qapp: QGuiApplication, qtmodeltester: ModelTester) -> PhotoGridModel:
    """A model that is watched for every mistake a view would stumble over."""
    model = PhotoGridModel()
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]
    return model


def shown(model: PhotoGridModel) -> list[int]:
    return [model.photo_id(row) for row in range(model.rowCount())]


def test_keeps_the_rules_of_models_while_rows_come_and_go(
    model: PhotoGridModel, qtmodeltester: ModelTester
) -> None:
    for number in range(10):
        model.know_photo(photo(number, f"/pictures/{number}.jpg"))
    model.show_rows(rows(1, 2, 3))
    model.merge_rows(rows(1, 9, 2, 3, 8))
    model.merge_rows(rows(7, 1, 4, 3, 5, 6))
    model.merge_rows(rows(9, 8))
    model.merge_rows(rows(8, 9))
    model.merge_rows(rows(4, 5, 6, relevant=1))
    model.unfold()
    model.show_rows(rows())
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]


def test_merging_keeps_chosen_photos(model: PhotoGridModel, qtbot: QtBot) -> None:
    model.show_rows(rows(5, 3, 1))
    chosen = QPersistentModelIndex(model.index(1))
    with qtbot.assertNotEmitted(model.modelReset):
        kept = model.merge_rows(rows(7, 6, 5, 4, 3))
    assert kept
    assert model.photo_id(chosen.row()) == 3


def test_another_order_starts_over_and_says_so(model: PhotoGridModel) -> None:
    model.show_rows(rows(1, 2, 3))
    assert not model.merge_rows(rows(3, 2, 1))
    assert shown(model) == [3, 2, 1]


def test_an_edited_file_is_painted_anew(model: PhotoGridModel, qtbot: QtBot) -> None:
    model.show_rows(rows(1, 2))
    edited = GridRows(np.array([1, 2]), np.array([1001, 2002]), np.zeros(2, dtype=np.int64), 2)
    with qtbot.waitSignal(model.dataChanged) as changed:
        assert model.merge_rows(edited)
    assert changed.args is not None
    assert changed.args[0].row() == 1
    assert model.content_id(1) == 2002


def test_weaker_matches_are_folded_until_asked_for(model: PhotoGridModel) -> None:
    model.show_rows(rows(1, 2, 3, 4, relevant=1))
    assert shown(model) == [1]
    assert model.folded == 3
    model.unfold()
    assert shown(model) == [1, 2, 3, 4]
    assert [model.is_weak(row) for row in range(4)] == [False, True, True, True]
    model.merge_rows(rows(1, 2, 3, 4, 5, relevant=2))
    assert shown(model) == [1, 2, 3, 4, 5], "what was unfolded stays so"
    model.show_rows(rows(8, 9, relevant=1))
    assert shown(model) == [8], "a new question starts folded"


def test_without_a_good_match_all_rows_are_shown_as_weak_ones(model: PhotoGridModel) -> None:
    model.show_rows(rows(1, 2, relevant=0))
    assert shown(model) == [1, 2]
    assert model.folded == 0
    assert [model.is_weak(row) for row in range(2)] == [True, True]


def test_says_name_and_date_once_they_are_known(model: PhotoGridModel) -> None:
    model.show_rows(rows(1))
    index = model.index(0)
    assert index.data() == ""
    model.know_photo(photo(1))
    assert index.data() == "IMG_1.jpg"
    assert "IMG_1.jpg, " in index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert "1970" in index.data(Qt.ItemDataRole.AccessibleTextRole)
    model.forget_photos()
    assert index.data() == ""


def test_names_of_any_bytes_can_be_shown(model: PhotoGridModel) -> None:
    model.show_rows(rows(1))
    model.know_photo(photo(1, "/pictures/caf\udce9.jpg"))
    assert model.index(0).data() == "caf\ufffd.jpg"


def test_dragged_photos_travel_as_links(model: PhotoGridModel) -> None:
    model.show_rows(rows(1, 2))
    model.know_photo(photo(1, "/pictures/a b.jpg"))
    data = model.mimeData([model.index(0), model.index(1)])
    assert [url.toLocalFile() for url in data.urls()] == ["/pictures/a b.jpg"]


def test_selection_models_follow(model: PhotoGridModel) -> None:
    model.show_rows(rows(1, 2, 3))
    selection = QItemSelectionModel(model)
    selection.select(model.index(2), QItemSelectionModel.SelectionFlag.Select)
    model.merge_rows(rows(9, 1, 3))
    assert [index.row() for index in selection.selectedIndexes()] == [2]


ids = st.lists(st.integers(0, 30), unique=True, max_size=20)


@given(ids, ids)
def test_the_steps_lead_from_old_to_new(old: list[int], new: list[int]) -> None:
    changes = changes_between(np.array(old, dtype=np.int64), np.array(new, dtype=np.int64))
    common = [each for each in old if each in new]
    if common != [each for each in new if each in old]:
        assert changes is None
        return
    assert changes is not None
    steps = list(old)
    for first, last in changes.removed:
        del steps[first : last + 1]
    for first, last in changes.inserted:
        steps[first:first] = new[first : last + 1]
    assert steps == new


def test_a_thousand_scattered_changes_start_over() -> None:
    old = np.arange(0, 4000, 2)
    assert changes_between(old, np.arange(4000)) is None
