"""Decides what leaves the search, and what is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from photofind.gui.prompts import FolderRemoval
from photofind.worker.messages import (
    ForgetFolder,
    ForgetPhotos,
    RecallForgotten,
    RemoveFolder,
    Rescan,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from photofind.domain import PhotoId
    from photofind.gui.prompts import Prompts
    from photofind.gui.worker_link import WorkerLink


class ForgettingController(QObject):
    """Asks, and tells the worker."""

    photos_leaving = Signal()
    """Photos that may be on show are about to go."""

    def __init__(
        self,
        link: WorkerLink,
        prompts: Prompts,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._prompts = prompts

    def remove_folder(self, folder: Path) -> None:
        answer = self._prompts.confirm_removal(folder)
        if answer is FolderRemoval.KEEP:
            return
        self.photos_leaving.emit()
        forget = answer is FolderRemoval.FORGET
        self._link.send(ForgetFolder(path=folder) if forget else RemoveFolder(path=folder))

    def forget_photos(self, photo_ids: Sequence[PhotoId]) -> None:
        if photo_ids and self._prompts.confirm_forgetting(len(photo_ids)):
            self.photos_leaving.emit()
            self._link.send(ForgetPhotos(photo_ids=tuple(photo_ids)))

    def recall(self) -> None:
        """Lets all forgotten photos in again."""
        if self._prompts.confirm_recall():
            self._link.send(RecallForgotten())
            self._link.send(Rescan())
