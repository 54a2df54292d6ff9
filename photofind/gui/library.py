"""Decides what the window says about folders, progress and problems, and tells the worker."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal

from photofind.describe.orders import ANSWERER_MISSING, CAPTIONER_MISSING
from photofind.domain import FolderState, PhotofindError, Tried
from photofind.gui.banner import BannerLevel
from photofind.gui.dialogs import model_dialog
from photofind.gui.pacing import Throttler
from photofind.gui.problems_dialog import ProblemsDialog
from photofind.gui.searching import OUTDATED
from photofind.inference import registry
from photofind.inference.spec import short_key
from photofind.worker.description_messages import DescriptionProgress, RetryDescriptions
from photofind.worker.messages import (
    AddFolders,
    Hello,
    Progress,
    RelocateFolder,
    Rescan,
    RetryProblems,
    SetOnBattery,
    SetPaused,
    Watch,
    path_to_wire,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from photofind.catalog.rows import CatalogStatus
    from photofind.domain import Problem
    from photofind.gui.bridge import WorkerBridge
    from photofind.gui.errands import Errands
    from photofind.gui.library_reads import LibraryReads
    from photofind.gui.questions import Questions
    from photofind.gui.window import MainWindow
    from photofind.settings import IndexingSettings, OnBattery
    from photofind.worker.messages import Command

logger = logging.getLogger(__name__)

_STATUS_MS = 1000


class Worker(Protocol):
    """What the window needs of the connection to the worker."""

    def start(self) -> None: ...

    def send(self, command: Command) -> int: ...

    def close(self) -> None: ...


class LibraryController(QObject):
    """Connects the worker, the folders panel, the first page, the status line and the banner.

    Args:
        errands: carries the commands to the worker, in order.
        rounds: reads the catalog's state; touching every folder can take long.
        reads: the catalog as `rounds` reads it.
    """

    photos_changed = Signal()
    """Photos came or went."""
    paths_changed = Signal()
    """Names, places or states may be others now."""
    indexing_changed = Signal(bool)
    folders_read = Signal(object)
    """The folders as they are now, a tuple of FolderStatus."""
    offline_changed = Signal(object)
    """The folders out of reach, a frozenset of paths."""
    model_chosen = Signal(str)
    """The person wants to know more about a model that is not the built-in one."""
    problem_revealed = Signal(object)
    """The path of a file that the person wants to see in its folder."""

    def __init__(
        self,
        window: MainWindow,
        client: Worker,
        bridge: WorkerBridge,
        errands: Errands,
        rounds: Errands,
        reads: LibraryReads,
        questions: Questions,
        *,
        indexing: IndexingSettings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._client = client
        self._errands = errands
        self._rounds = rounds
        self._reads = reads
        self._questions = questions
        self._paused = indexing.paused
        self._pause_asked: bool | None = None
        self._on_battery = indexing.on_battery
        self._adding = False
        self._to_add: tuple[Path, ...] = ()
        self._worker_started = False
        self._indexing = False
        self._offline: frozenset[Path] = frozenset()
        self._status: CatalogStatus | None = None
        self._problems_dialog: ProblemsDialog | None = None
        self._describing = False
        self._not_described = 0
        self._status_stale = Throttler(_STATUS_MS, self)
        self._status_stale.triggered.connect(self._read_status)

        line, panel = window.status_line, window.folders_panel
        line.show_paused(self._paused)
        line.pause_requested.connect(self.set_paused)
        line.problems_requested.connect(self.show_problems)
        line.descriptions.reasons_requested.connect(self.show_problems)
        line.model_requested.connect(self.show_model)
        panel.add_requested.connect(self.choose_folder)
        panel.relocate_requested.connect(self.relocate_folder)
        panel.rescan_requested.connect(self.rescan)
        window.first_run.choose_requested.connect(self.choose_folder)
        window.grid_page.folder_requested.connect(self.choose_folder)
        window.first_run.folder_accepted.connect(lambda folder: self.add_folders([folder]))
        window.banner.action_requested.connect(self._on_try_again)
        errands.failed.connect(self.show_error)
        rounds.failed.connect(self.show_error)
        bridge.greeted.connect(self._on_greeted)
        bridge.described.connect(self._on_described)
        bridge.progressed.connect(self._on_progress)
        bridge.photos_ready.connect(self._on_photos_ready)
        bridge.catalog_changed.connect(self._on_catalog_changed)
        bridge.job_finished.connect(self._on_job_finished)
        bridge.done.connect(lambda _: self._status_stale.call())
        bridge.refused.connect(self._on_refused)
        bridge.noticed.connect(self._on_noticed)

    @property
    def status(self) -> CatalogStatus | None:
        """What was read last; None before the first time."""
        return self._status

    @property
    def paused(self) -> bool:
        return self._paused

    @property
    def on_battery(self) -> OnBattery:
        """What the person wants while the computer runs on its battery."""
        return self._on_battery

    def begin(self, add: Sequence[Path]) -> None:
        """Shows what there is; `start_worker` then adds these folders."""
        self._adding = bool(add)
        self._to_add = tuple(add)
        self._status_stale.call()

    # What the person asks for

    def choose_folder(self) -> None:
        folder = self._questions.choose_folder()
        if folder is not None:
            self.add_folders([folder])

    def add_folders(self, folders: Sequence[Path]) -> None:
        self._adding = True
        self._window.banner.hide()
        self._show_page()
        self.send(AddFolders(paths=tuple(map(path_to_wire, folders))))

    def relocate_folder(self, folder: Path) -> None:
        place = self._questions.choose_new_place(folder)
        if place is not None:
            self._window.banner.hide()
            self.send(RelocateFolder(old=path_to_wire(folder), new=path_to_wire(place)))

    def rescan(self) -> None:
        self.send(Rescan())

    def set_paused(self, paused: bool) -> None:
        self._pause_asked = paused
        self._show_paused(paused)
        self.send(SetPaused(paused=paused))

    def set_on_battery(self, choice: OnBattery) -> None:
        self._on_battery = choice
        self.send(SetOnBattery(choice=choice))

    def show_problems(self) -> None:
        if self._problems_dialog is None:
            dialog = ProblemsDialog(self._window)
            dialog.reveal_requested.connect(self.problem_revealed)
            dialog.retry_requested.connect(self._on_retry)
            self._problems_dialog = dialog
        self._read_problems()
        self._problems_dialog.show()
        self._problems_dialog.raise_()
        self._problems_dialog.activateWindow()

    def show_model(self) -> None:
        """Explains the model that search uses."""
        if self._status is None or self._status.model is None:
            return
        key = short_key(self._status.model)
        if key == registry.BASIC.key:
            model_dialog(registry.BASIC.title, registry.BASIC.notice, self._window).show()
        else:
            self.model_chosen.emit(key)

    def show_error(self, message: str) -> None:
        self._window.banner.show_message(message)

    def show_notice(self, message: str) -> None:
        self._window.banner.show_message(message, BannerLevel.NOTICE)

    # What the worker says

    def _on_greeted(self, hello: Hello) -> None:
        self._on_battery = hello.on_battery
        self._hear_paused(hello.paused)
        if self._status is None:  # it may have brought the catalog up to date
            self._on_catalog_changed()

    def _hear_paused(self, paused: bool) -> None:
        """The worker knows best: a command may have paused it, too. But what it said before it
        heard the person's last word is of yesterday."""
        if self._pause_asked in {None, paused}:
            self._pause_asked = None
            self._show_paused(paused)

    def _show_paused(self, paused: bool) -> None:
        if paused != self._paused:
            self._paused = paused
            self._window.status_line.show_paused(paused)

    def _on_progress(self, progress: Progress) -> None:
        self._hear_paused(progress.activity == "paused")
        self._window.status_line.show_progress(progress)
        indexing = progress.activity in {"scanning", "indexing"}
        if indexing != self._indexing:
            self._indexing = indexing
            self.indexing_changed.emit(indexing)
            self._refresh_problems()

    def _on_photos_ready(self) -> None:
        self._status_stale.call()
        self.photos_changed.emit()

    def _on_catalog_changed(self) -> None:
        self._status_stale.call()
        self.photos_changed.emit()
        self.paths_changed.emit()

    def _on_job_finished(self) -> None:
        self._adding = False
        self._status_stale.call()
        self.photos_changed.emit()

    def _on_refused(self, _request_id: int, code: str, message: str) -> None:
        if code in {CAPTIONER_MISSING, ANSWERER_MISSING}:
            return  # the model is offered instead
        self._adding = False
        self._pause_asked = None
        self.show_error(message)
        self._status_stale.call()
        self._show_page()

    def _on_noticed(self, _code: str, message: str) -> None:
        self._window.banner.show_message(message, BannerLevel.NOTICE)

    def _on_worker_missing(self, error: PhotofindError) -> None:
        self._adding = False
        self._worker_started = False
        self._window.banner.show_message(
            error.user_message, BannerLevel.ERROR, self.tr("Try again")
        )
        self._show_page()

    def _on_try_again(self) -> None:
        self._window.banner.hide()
        self.start_worker()

    def _on_retry(self) -> None:
        assert self._problems_dialog is not None
        tried = self._problems_dialog.tried
        if Tried.INDEX in tried:
            self.send(RetryProblems())
        if tried - {Tried.INDEX}:
            self.send(RetryDescriptions())

    def send(self, command: Command) -> None:
        """Hands a command to the worker, which is started if it was not yet."""
        self.start_worker()
        self._errands.run(lambda: self._client.send(command))

    def start_worker(self) -> None:
        """Starts the worker and has it look for what changed while nobody watched.

        Once is enough; a command that comes first starts it too.
        """
        if self._worker_started:
            return
        self._worker_started = True
        to_add = self._to_add

        def start() -> None:
            self._client.start()
            if to_add:
                self._client.send(AddFolders(paths=tuple(map(path_to_wire, to_add))))
            self._client.send(Watch())

        self._errands.run(start, refused=self._on_worker_missing)

    # What the catalog says

    def _read_status(self) -> None:
        self._rounds.run(self._reads.status, self._on_status, self._on_status_refused)

    def _on_status(self, status: CatalogStatus) -> None:
        self._status = status
        self._window.folders_panel.show_folders(status.folders)
        self.folders_read.emit(status.folders)
        self._window.status_line.show_photos(status.ready, status.offline)
        self._window.status_line.show_problems(
            status.failed + status.preview_only + status.closed_folders
        )
        self._show_model(status.model)
        offline = frozenset(
            folder.path for folder in status.folders if folder.state is FolderState.OFFLINE
        )
        if offline != self._offline:
            self._offline = offline
            self.offline_changed.emit(offline)
            self.paths_changed.emit()
        if status.folders:
            self._adding = False
        self._show_page()
        self._refresh_problems()

    def _show_model(self, catalog_key: str | None) -> None:
        """Says honestly which model looks, and what it can't do."""
        key = short_key(catalog_key or "")
        for spec in registry.ALL:
            if spec.key == key:
                self._window.status_line.show_model(spec.title, spec.notice)
                return
        if key:
            show = self._window.status_line.show_model
            self._rounds.run(partial(self._reads.imported_model, key), lambda told: show(*told))

    def _on_status_refused(self, error: PhotofindError) -> None:
        if error.code != OUTDATED:  # else the worker is at it, and greets when it is done
            self.show_error(error.user_message)

    def _on_described(self, event: object) -> None:
        if not isinstance(event, DescriptionProgress):
            return
        now = event.total > 0, event.failed
        if now != (self._describing, self._not_described):
            self._describing, self._not_described = now
            self._refresh_problems()

    def _refresh_problems(self) -> None:
        if self._problems_dialog is not None and self._problems_dialog.isVisible():
            self._read_problems()

    def _read_problems(self) -> None:
        def show(problems: list[Problem]) -> None:
            if self._problems_dialog is not None:
                at_work = self._indexing or self._describing
                self._problems_dialog.show_problems(problems, at_work=at_work)

        self._rounds.run(self._reads.problems, show)

    def _show_page(self) -> None:
        """The first page stands there as long as there is no folder, and none on its way."""
        if self._status is None:
            return
        if self._status.folders or self._adding:
            self._window.show_photos()
        elif not self._window.shows_first_run:
            self._window.show_first_run()
