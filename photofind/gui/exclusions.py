"""Decides what of a folder is left out, and tells the worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from photofind.gui.exclusions_dialog import ExclusionsDialog
from photofind.gui.translation import in_words
from photofind.worker.messages import Exclude, Include, SetOnlineOnly

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from photofind.catalog.status import FolderStatus
    from photofind.gui.prompts import Prompts
    from photofind.gui.worker_link import WorkerLink


class ExclusionsController(QObject):
    """Shows what is left out of one folder at a time."""

    def __init__(
        self,
        link: WorkerLink,
        prompts: Prompts,
        window: QWidget,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._prompts = prompts
        self._window = window
        self._folders: dict[Path, FolderStatus] = {}
        self._dialog: ExclusionsDialog | None = None
        self._path: Path | None = None

    @property
    def dialog(self) -> ExclusionsDialog | None:
        """The dialog on show."""
        return self._dialog

    def show_folders(self, folders: Sequence[FolderStatus]) -> None:
        """The folders as they are now."""
        self._folders = {folder.path: folder for folder in folders}
        if self._dialog is None or self._path is None:
            return
        if (folder := self._folders.get(self._path)) is None:
            self._dialog.close()
        else:
            self._dialog.show_folder(folder)

    def show(self, path: Path) -> None:
        """Opens the dialog about one folder."""
        if (folder := self._folders.get(path)) is None:
            return
        if self._dialog is not None:
            self._dialog.close()
        dialog = ExclusionsDialog(folder, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(self._forget_dialog)
        dialog.pattern_added.connect(self._on_pattern_added)
        dialog.pattern_taken_back.connect(self._on_taken_back)
        dialog.subfolder_requested.connect(self._on_subfolder)
        dialog.online_only_chosen.connect(self._on_online_only)
        self._dialog, self._path = dialog, path
        dialog.show()

    def _forget_dialog(self) -> None:
        self._dialog = self._path = None

    def _on_pattern_added(self, pattern: str) -> None:
        from photofind.media.patterns import pattern_problem  # the window starts without it

        assert self._dialog is not None
        assert self._path is not None
        if (problem := pattern_problem(pattern)) is not None:
            self._dialog.show_problem(in_words(problem))
            return
        self._dialog.pattern.clear()
        self._link.send(Exclude(path=self._path, pattern=pattern))

    def _on_taken_back(self, pattern: str) -> None:
        assert self._path is not None
        self._link.send(Include(path=self._path, pattern=pattern))

    def _on_subfolder(self) -> None:
        assert self._dialog is not None
        assert self._path is not None
        chosen = self._prompts.choose_subfolder(self._path)
        if chosen is None:
            return
        if self._path not in chosen.parents:
            self._dialog.show_problem(self.tr("That folder isn't inside this one."))
            return
        self._link.send(Exclude(path=chosen))

    def _on_online_only(self, included: bool) -> None:
        assert self._path is not None
        self._link.send(SetOnlineOnly(path=self._path, included=included))
