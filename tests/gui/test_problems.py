"""The list of what could not be read, described or answered, in the real window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtWidgets import QLabel, QTableView

from photofind.catalog.files import fail_file, insert_files
from photofind.catalog.folders import add_folder
from photofind.catalog.jobs import add_jobs, fail_job, find_next_job, retry_jobs
from photofind.catalog.reader import CatalogReader
from photofind.catalog.suspects import retry_failed
from photofind.catalog.writer import CatalogWriter
from photofind.domain import Activity, MediaCode, Problem, Tried, WorkProgress
from photofind.gui.problems_dialog import ProblemsDialog, ProblemsModel
from photofind.sentences import Sentence
from photofind.worker.description_messages import DescriptionProgress, RetryDescriptions
from photofind.worker.messages import CatalogChanged, IndexingProgress, RetryProblems
from tests.plugins.catalog import read, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from photofind.paths import AppFolders
    from photofind.worker.messages import Command
    from tests.gui.driver import Driver, IndexedPhotos


def commands(window: Driver, kind: type[Command]) -> list[Any]:
    return [command for command in window.worker.commands if isinstance(command, kind)]


@pytest.fixture
def with_problem(folders: AppFolders, indexed: IndexedPhotos) -> Path:
    with CatalogWriter(folders) as writer:
        folder = write(writer, add_folder, indexed.photos, None)
        [file] = write(writer, insert_files, folder.id, [(b"bad.jpg", 3, 4)])
        write(
            writer,
            fail_file,
            file,
            MediaCode.UNREADABLE,
            Sentence("This is no picture. Replace it."),
            3,
            4,
        )
    return indexed.photos / "bad.jpg"


def test_problems_are_listed_with_their_reasons(
    with_problem: Path, open_window: Callable[..., Driver], folders: AppFolders
) -> None:
    window = open_window(folders)
    window.until(lambda: window.program.state.status is not None)
    window.click(window.button(window.window.status_line, "1 problem"))
    dialog = window.window.findChild(ProblemsDialog)
    assert dialog is not None
    table = dialog.findChild(QTableView)
    assert table is not None
    window.until(lambda: table.model().rowCount() == 1)
    cells = [table.model().index(0, column).data() for column in range(4)]
    assert cells == [
        "bad.jpg",
        "Open it",
        "This is no picture. Replace it.",
        str(with_problem.parent),
    ]
    assert table.isColumnHidden(1)  # "Open it" in every row says nothing
    window.click(window.button(dialog, "Show in folder"))
    window.until(lambda: window.desktop.revealed == [with_problem])
    window.click(window.button(dialog, "Try all again"))
    window.until(lambda: bool(commands(window, RetryProblems)))
    with CatalogWriter(folders) as writer:
        write(writer, retry_failed)
    window.worker.on_event(CatalogChanged())
    window.until(lambda: table.model().rowCount() == 0)
    window.click(window.button(dialog, "Close"))
    assert not dialog.isVisible()


def test_what_models_could_not_do_is_listed_and_tried_again(
    window: Driver, folders: AppFolders
) -> None:
    content = window.model.content_id(0)
    with CatalogWriter(folders) as writer:
        write(writer, add_jobs, "caption", [content], "{}", 0)
        write(writer, add_jobs, "ocr", [content], "{}", 0)
        write(writer, add_jobs, "answer", [content], '{"question":"how many?"}', 0)
        with CatalogReader(folders) as reader:
            while (job := read(reader, find_next_job, ["caption", "ocr", "answer"])) is not None:
                reason = Sentence(f"The file of the {job.kind} is gone.")
                write(writer, fail_job, job.id, "vanished", reason)
    window.worker.on_event(
        DescriptionProgress(progress=WorkProgress(activity=Activity.IDLE, failed=3))
    )
    status = window.window.status_line.descriptions
    window.until(status.isVisible)
    status.reasons_requested.emit()
    dialog = window.window.findChild(ProblemsDialog)
    assert dialog is not None
    table = dialog.findChild(QTableView)
    assert table is not None
    window.until(lambda: table.model().rowCount() == 3)
    found = {
        table.model().index(row, 1).data(): table.model().index(row, 2).data() for row in range(3)
    }
    assert not table.isColumnHidden(1)
    assert found == {
        "Describe it": "The file of the caption is gone.",
        "Read its text": "The file of the ocr is gone.",
        "Answer “how many?”": "The file of the answer is gone.",
    }
    said = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "These photos are found, but a model could not" in said
    window.click(window.button(dialog, "Try all again"))
    window.until(lambda: bool(commands(window, RetryDescriptions)))
    assert not commands(window, RetryProblems)  # no folder need be looked through for it
    with CatalogWriter(folders) as writer:
        write(writer, retry_jobs)
    window.worker.on_event(
        DescriptionProgress(progress=WorkProgress(activity=Activity.DESCRIBING, total=3))
    )
    window.until(lambda: table.model().rowCount() == 0)
    window.click(window.button(dialog, "Close"))


def test_an_empty_list_promises_nothing_while_something_is_tried_again(
    with_problem: Path, open_window: Callable[..., Driver], folders: AppFolders
) -> None:
    window = open_window(folders)
    window.program.problems.show()
    dialog = window.window.findChild(ProblemsDialog)
    assert dialog is not None
    window.until(lambda: "1 problem" in window.words(dialog))
    with CatalogWriter(folders) as writer:
        write(writer, retry_failed)
    window.worker.on_event(IndexingProgress(progress=WorkProgress(activity=Activity.INDEXING)))
    window.until(lambda: "No problems so far" in window.words(dialog))
    window.worker.on_event(
        DescriptionProgress(progress=WorkProgress(activity=Activity.DESCRIBING, total=1))
    )
    window.worker.on_event(IndexingProgress(progress=WorkProgress(activity=Activity.IDLE)))
    with window.qtbot.waitSignal(window.program.link.described):
        window.worker.on_event(
            DescriptionProgress(
                progress=WorkProgress(activity=Activity.DESCRIBING, done=1, total=2)
            )
        )
    assert "No problems so far" in window.words(dialog)
    window.worker.on_event(DescriptionProgress(progress=WorkProgress(activity=Activity.IDLE)))
    window.until(lambda: "No problems" in window.words(dialog))
    dialog.close()


def test_the_chosen_problem_stays_chosen_while_others_come_and_go(qtbot: QtBot) -> None:
    """During indexing the list is read again and again, under the person's eyes."""

    def problem(name: str, tried: Tried = Tried.INDEX) -> Problem:
        return Problem(
            Path("/photos", name), "unreadable", Sentence(f"The reason of {name}."), 1, tried
        )

    dialog = ProblemsDialog()
    qtbot.addWidget(dialog)
    table = dialog.findChild(QTableView)
    assert table is not None
    dialog.show_problems([problem("a.jpg"), problem("b.jpg"), problem("b.jpg", Tried.CAPTION)])
    table.selectRow(2)
    dialog.show_problems([problem("new.jpg"), problem("b.jpg"), problem("b.jpg", Tried.CAPTION)])
    assert table.currentIndex().row() == 2
    dialog.show_problems([problem("b.jpg", Tried.CAPTION)])
    assert [index.row() for index in table.selectionModel().selectedRows()] == [0]
    dialog.show_problems([problem("a.jpg"), problem("c.jpg")])
    assert "The reason of a.jpg." in [label.text() for label in dialog.findChildren(QLabel)]


def test_the_problems_model_keeps_the_rules(qtmodeltester: Any, with_problem: Path) -> None:
    model = ProblemsModel()
    qtmodeltester.check(model)
