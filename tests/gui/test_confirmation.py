"""Questions about one photo and about many in the real window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit

from photofind.catalog.reader import CatalogReader
from photofind.catalog.texts import read_answers
from photofind.gui.describing.answers_dialog import AnswersDialog
from tests.gui.driver import open_first
from tests.plugins.catalog import read

if TYPE_CHECKING:
    from photofind.paths import AppFolders
    from tests.gui.driver import Driver


def test_a_question_is_answered_beside_the_photo_and_kept(
    desk: Driver, folders: AppFolders
) -> None:
    photo_id = open_first(desk)
    desk.until(desk.window.preview.details.isVisible)
    desk.press(Qt.Key.Key_Q)
    panel = desk.window.preview.questions
    assert panel.isVisible()
    assert not desk.window.preview.details.isVisible()
    desk.type("how many dogs?")
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: "asked: how many dogs?" in panel.lines)
    assert "how many dogs?" in panel.lines
    desk.click(desk.button(panel, "Forget this question"))
    desk.until(lambda: "how many dogs?" not in panel.lines)
    with CatalogReader(folders) as reader:
        assert read(reader, read_answers, [photo_id]) == {}
    desk.press(Qt.Key.Key_Escape)
    assert not panel.isVisible()
    assert desk.window.preview.details.isVisible()
    desk.press(Qt.Key.Key_Q)
    desk.click(desk.button(desk.window.preview, "Show or hide the details (I)"))
    assert not panel.isVisible()
    assert desk.window.preview.details.isVisible()


def test_a_question_that_is_far_too_long_is_refused_and_nothing_of_it_lost(desk: Driver) -> None:
    open_first(desk)
    desk.press(Qt.Key.Key_Q)
    panel = desk.window.preview.questions
    (field,) = panel.findChildren(QLineEdit)
    long = "why? " * 1_000
    field.setText(long)
    desk.press(Qt.Key.Key_Return)
    assert panel.refusal.startswith("The question has 4,999 characters")
    assert field.text() == long
    field.setText("why?")
    assert panel.refusal == ""
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: "asked: why?" in panel.lines)


def test_the_same_question_about_many_photos_fills_a_table(desk: Driver) -> None:
    desk.view.selectAll()
    desk.program.descriptions.ask(desk.view.selected_photos()[:3])
    desk.until(lambda: bool(desk.window.findChildren(AnswersDialog)))
    (dialog,) = desk.window.findChildren(AnswersDialog)
    (field,) = dialog.findChildren(QLineEdit)
    field.setText("how many? " * 500)
    desk.click(desk.button(dialog, "Ask"))
    assert dialog.state.startswith("The question has 4,999 characters")
    assert len(field.text()) == 5_000
    field.setText("how many?")
    desk.click(desk.button(dialog, "Ask"))
    table = dialog._model
    desk.until(lambda: table.open == 0)
    desk.click(desk.button(dialog, "Copy as CSV"))
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "path,answer"
    assert len(lines) == 4
    assert all(line.endswith("asked: how many?") for line in lines[1:])
    dialog.close()
