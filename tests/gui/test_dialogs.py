"""The dialogs that ask for a folder or a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from photofind.gui.describing.actions import list_dialog
from photofind.gui.dialogs import choose_folder

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.mark.parametrize("there", [True, False])
def test_choosing_a_folder_starts_at_a_place_that_is_there(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, there: bool
) -> None:
    pictures = tmp_path / "Pictures"
    if there:
        pictures.mkdir()
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _: str(pictures))
    # The dialog itself would wait for a person: it answers with where it was to start.
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda _parent, _title, start: start)
    parent = QWidget()
    qtbot.addWidget(parent)
    assert choose_folder(parent) == (pictures if there else Path.home())


def test_a_list_gets_the_suffix_of_the_kind_that_is_chosen(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = list_dialog(parent)
    assert dialog.defaultSuffix() == "csv"
    csv, json = dialog.nameFilters()
    dialog.filterSelected.emit(json)
    assert dialog.defaultSuffix() == "json"
    dialog.filterSelected.emit(csv)
    assert dialog.defaultSuffix() == "csv"
