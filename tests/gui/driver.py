"""Drives a real window as a person does, with keys and clicks, and waits for what it shows."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QToolButton

from photofind.domain import PhotofindError
from photofind.gui.app import open_engine
from photofind.gui.desktop import Desktop
from photofind.gui.models.prompts import ModelPrompts
from photofind.gui.program import WindowProgram
from photofind.gui.prompts import FolderRemoval, Prompts
from photofind.gui.searching import ByWords, Searcher
from photofind.settings import change, read_settings, write_settings
from photofind.worker.client import WorkerClient
from photofind.worker.messages import ChangeSettings, Hello, SettingsChanged
from photofind.worker.wire import Done

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from photofind.domain import PhotoId
    from photofind.gui.searching import Engine
    from photofind.models.tasks import Export
    from photofind.paths import AppFolders
    from photofind.settings import Settings, SettingValue
    from photofind.worker.messages import Event
    from photofind.worker.wire import AnswerT, BaseCommand


@dataclass(frozen=True)
class IndexedPhotos:
    """Photos in a folder, and the data folder of a catalog that knows them."""

    photos: Path
    data: Path
    count: int


@dataclass(frozen=True)
class Sent:
    """A command that waits for its answer."""

    command: BaseCommand[Any]
    done: Callable[[Any], None]
    refused: Callable[[PhotofindError], None]


@dataclass
class QuietWorker:
    """Takes commands down and says only what the test tells it to; but settings it keeps."""

    folders: AppFolders
    on_event: Callable[[Event], None]
    keeps_settings: bool = True
    commands: list[BaseCommand[Any]] = field(default_factory=list)
    waiting: list[Sent] = field(default_factory=list)
    closed: bool = False

    def start(self) -> None:
        """Nobody is started."""

    def send(
        self,
        command: BaseCommand[AnswerT],
        done: Callable[[AnswerT], None],
        refused: Callable[[PhotofindError], None],
    ) -> None:
        self.waiting.append(Sent(command, done, refused))
        if isinstance(command, ChangeSettings) and self.keeps_settings:
            settings = change(read_settings(self.folders), command.changes)
            with contextlib.suppress(OSError):
                write_settings(self.folders, settings)
            self.on_event(SettingsChanged(settings=settings))
            self.answer(ChangeSettings, Done())
        self.commands.append(command)

    def greet(self, settings: Settings | None = None) -> None:
        """As the worker does when somebody connects."""
        settings = settings or read_settings(self.folders)
        self.on_event(Hello(version="1", pid=1, model_key="basic", settings=settings))

    def chosen(self) -> list[tuple[str, SettingValue]]:
        """The settings that were changed, in order."""
        return [
            each
            for command in self.commands
            if isinstance(command, ChangeSettings)
            for each in command.changes.items()
        ]

    def answer(self, kind: type[BaseCommand[AnswerT]], answer: AnswerT) -> None:
        """Answers the oldest command of this kind that waits."""
        self._take(kind).done(answer)

    def refuse(self, kind: type[BaseCommand[Any]], code: str, message: str) -> None:
        """Refuses the oldest command of this kind that waits."""
        self._take(kind).refused(PhotofindError(code, message))

    def waits_for(self, kind: type[BaseCommand[Any]]) -> bool:
        return any(isinstance(sent.command, kind) for sent in self.waiting)

    def _take(self, kind: type[BaseCommand[Any]]) -> Sent:
        sent = next(sent for sent in self.waiting if isinstance(sent.command, kind))
        self.waiting.remove(sent)
        return sent

    def close(self) -> None:
        self.closed = True


@dataclass
class RecordedDesktop(Desktop):
    """Remembers what it was asked to open."""

    opened: list[Path] = field(default_factory=list)
    revealed: list[Path] = field(default_factory=list)
    opens: bool = True
    reveals: bool = True

    def open(self, path: Path) -> bool:
        self.opened.append(path)
        return self.opens

    def reveal(self, paths: Sequence[Path]) -> bool:
        self.revealed.extend(paths)
        return self.reveals


class Driver:
    """One window and the hands on it."""

    def __init__(
        self,
        qtbot: QtBot,
        folders: AppFolders,
        *,
        add: Sequence[Path] = (),
        worker: bool = False,
        chosen_folder: Path | None = None,
        confirms: bool = True,
        removal: FolderRemoval | None = None,
        list_file: Path | None = None,
        model_source: Path | None = None,
        checkpoint: Export | None = None,
        make_engine: Callable[[AppFolders], Engine] = open_engine,
    ) -> None:
        """Opens the window.

        Args:
            worker: the real one, else a quiet stand-in.
            chosen_folder: what the person picks when asked for a folder.
            confirms: what the person says when asked whether they are sure.
            removal: what they say when asked what is to become of a folder.
            list_file: what they choose when asked where a list of photos goes.
            model_source: what they choose when asked where a model lies.
            checkpoint: what they choose when asked what to make a model of.
        """
        self.qtbot = qtbot
        self._closed = False
        self.desktop = RecordedDesktop()
        self.asked: list[object] = []
        self.workers: list[QuietWorker] = []

        def confirm(what: object = None) -> bool:
            self.asked.append(what)
            return confirms

        def confirm_removal(folder: Path) -> FolderRemoval:
            return removal or (FolderRemoval.HIDE if confirm(folder) else FolderRemoval.KEEP)

        def choose_new_place(folder: Path) -> Path | None:
            self.asked.append(folder)
            return chosen_folder

        def quiet(folders: AppFolders, on_event: Callable[[Event], None]) -> QuietWorker:
            self.workers.append(QuietWorker(folders, on_event))
            return self.workers[-1]

        self.program = WindowProgram(
            folders,
            read_settings(folders),
            Searcher(partial(make_engine, folders)),
            desktop=self.desktop,
            prompts=Prompts(
                choose_folder=lambda: chosen_folder,
                choose_new_place=choose_new_place,
                choose_subfolder=choose_new_place,
                confirm_removal=confirm_removal,
                confirm_forgetting=confirm,
                confirm_recall=confirm,
            ),
            model_prompts=ModelPrompts(
                accept_licence=confirm,
                confirm_removal=confirm,
                choose_source=lambda _is_file: model_source,
                choose_checkpoint=lambda: checkpoint,
            ),
            choose_list=lambda: list_file,
            make_client=WorkerClient if worker else quiet,
        )
        self.window = self.program.window
        self.grid = self.window.grid_page
        self.view = self.grid.view
        self.model = self.program.model
        with qtbot.waitActive(self.window):
            self.program.start(add)

    @property
    def worker(self) -> QuietWorker:
        return self.workers[0]

    def close(self) -> None:
        """Closes the window for good; twice does no harm."""
        if not self._closed:
            self._closed = True
            self.program.close()
            self.program.deleteLater()

    def wait_for_command(self, kind: type[BaseCommand[Any]]) -> None:
        """Until the quiet worker has a command of this kind to answer."""
        self.until(lambda: self.worker.waits_for(kind))

    # Waiting

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition)

    def wait_rows(self, count: int) -> None:
        self.until(lambda: self.model.rowCount() == count)

    def wait_pictures(self) -> None:
        """Until every cell in sight has its picture and its name."""

        def ready() -> bool:
            side = self.view.picture_side()
            return all(
                self.program.pictures.has(self.model.content_id(row), side)
                and self.model.photo(row) is not None
                for row in self.view.rows_in_sight()
            )

        self.until(ready)

    def search(self, words: str) -> None:
        """Types words and waits for their answer."""
        self.window.search_bar.select_words()
        answered = self.program.searcher.answered
        with self.qtbot.waitSignal(
            answered,
            check_params_cb=lambda answer: answer.request == ByWords(words) and not answer.refresh,
        ):
            self.type(words)

    # Hands

    def type(self, text: str) -> None:
        QTest.keyClicks(self.focused(), text)

    def press(
        self,
        key: Qt.Key,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        QTest.keyClick(self.focused(), key, modifiers)

    def click(self, widget: QWidget) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def cell(self, row: int) -> QPoint:
        return self.view.visualRect(self.model.index(row)).center()

    # Eyes

    def focused(self) -> QWidget:
        widget = QApplication.focusWidget()
        assert widget is not None
        return widget

    @property
    def search_line(self) -> QLineEdit:
        line = self.window.search_bar.findChild(QLineEdit)
        assert line is not None
        return line

    def previews(self) -> bool:
        """Whether one photo is shown large."""
        return self.window.shows_preview

    def names(self) -> list[str]:
        """File names of the rows, as far as they were read."""
        return [self.model.index(row).data() for row in range(self.model.rowCount())]

    @staticmethod
    def words(parent: QWidget) -> list[str]:
        """What the visible labels say."""
        return [label.text() for label in parent.findChildren(QLabel) if label.isVisible()]

    def button(self, parent: QWidget, label: str) -> QPushButton | QToolButton:
        """The visible button with this text, or this accessible name."""
        for button in parent.findChildren(QPushButton) + parent.findChildren(QToolButton):
            if button.isVisible() and label in (button.text(), button.accessibleName()):
                return button
        raise AssertionError(f"no visible button says {label!r}")


def open_first(driver: Driver) -> PhotoId:
    """Shows the first photo of the grid large, and waits until all is known of it."""
    driver.program.preview.open_row(0)
    driver.until(lambda: driver.program.preview.facts is not None)
    photo_id = driver.program.preview.photo_id
    assert photo_id is not None
    return photo_id
