"""Decides about folders: adds, relocates and scans them, and shows the first page without any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from photofind.gui.translation import in_words
from photofind.worker.messages import AddFolders, RelocateFolder, Rescan, Watch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from photofind.catalog.status import CatalogStatus
    from photofind.domain import PhotofindError
    from photofind.gui.announcements import Announcements
    from photofind.gui.library_state import LibraryState
    from photofind.gui.prompts import Prompts
    from photofind.gui.window import MainWindow
    from photofind.gui.worker_link import WorkerLink
    from photofind.worker.wire import JobFinished


class FoldersController(QObject):
    """Connects the folders panel and the first page with the worker."""

    def __init__(
        self,
        window: MainWindow,
        link: WorkerLink,
        state: LibraryState,
        prompts: Prompts,
        announcements: Announcements,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._link = link
        self._state = state
        self._prompts = prompts
        self._announcements = announcements
        self._adding = False
        self._to_add: tuple[Path, ...] = ()
        panel = window.folders_panel
        panel.add_requested.connect(self.choose_folder)
        panel.relocate_requested.connect(self.relocate_folder)
        panel.rescan_requested.connect(self.rescan)
        window.first_run.choose_requested.connect(self.choose_folder)
        window.first_run.folder_accepted.connect(lambda folder: self.add_folders([folder]))
        window.grid_page.folder_requested.connect(self.choose_folder)
        state.status_read.connect(self._on_status)
        link.starting.connect(self._on_starting)
        link.missing.connect(lambda _: self._stop_waiting())

    def begin(self, add: Sequence[Path]) -> None:
        """These folders are added once the worker starts."""
        self._adding = bool(add)
        self._to_add = tuple(add)

    def choose_folder(self) -> None:
        folder = self._prompts.choose_folder()
        if folder is not None:
            self.add_folders([folder])

    def add_folders(self, folders: Sequence[Path]) -> None:
        self._adding = True
        self._announcements.dismiss()
        self._show_page()
        self._send(folders)

    def relocate_folder(self, folder: Path) -> None:
        place = self._prompts.choose_new_place(folder)
        if place is not None:
            self._announcements.dismiss()
            self._link.send(RelocateFolder(old=folder, new=place))

    def rescan(self) -> None:
        self._link.send(Rescan())

    def _on_starting(self) -> None:
        if self._to_add:
            self._send(self._to_add)
        self._link.send(Watch())  # begins with what changed while nobody watched

    def _send(self, folders: Sequence[Path]) -> None:
        command = AddFolders(paths=tuple(folders))
        self._link.send(command, self._on_added, self._on_refused)

    def _on_added(self, _: JobFinished) -> None:
        self._adding = False
        self._state.refresh()

    def _on_refused(self, error: PhotofindError) -> None:
        self._announcements.show_error(in_words(error.sentence))
        self._stop_waiting()

    def _stop_waiting(self) -> None:
        self._adding = False
        self._show_page()

    def _on_status(self, status: CatalogStatus) -> None:
        self._window.folders_panel.show_folders(status.folders)
        if status.folders:
            self._adding = False
        self._show_page()

    def _show_page(self) -> None:
        """The first page is shown as long as there is no folder, and none on its way."""
        if (status := self._state.status) is None:
            return
        if status.folders or self._adding:
            self._window.show_photos()
        elif not self._window.shows_first_run:
            self._window.show_first_run()
