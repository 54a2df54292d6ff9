"""Decides what leaves the search, and what is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from photofind.gui.questions import Removal
from photofind.worker.forgetting_messages import ForgetFolder, ForgetPhotos, RecallForgotten
from photofind.worker.messages import RemoveFolder, Rescan, path_to_wire

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from photofind.domain import PhotoId
    from photofind.gui.questions import Questions
    from photofind.worker.messages import Command


class ForgettingController(QObject):
    """Asks, and tells the worker."""

    photos_leaving = Signal()
    """Photos that may be on show are about to go."""

    def __init__(
        self,
        send: Callable[[Command], None],
        questions: Questions,
        parent: QObject | None = None,
    ) -> None:
        """
        Args:
            send: hands a command to the worker.
        """
        super().__init__(parent)
        self._send = send
        self._questions = questions

    def remove_folder(self, folder: Path) -> None:
        answer = self._questions.confirm_removal(folder)
        if answer is Removal.KEEP:
            return
        self.photos_leaving.emit()
        wire = path_to_wire(folder)
        forget = answer is Removal.FORGET
        self._send(ForgetFolder(path=wire) if forget else RemoveFolder(path=wire))

    def forget_photos(self, photo_ids: Sequence[PhotoId]) -> None:
        if photo_ids and self._questions.confirm_forgetting(len(photo_ids)):
            self.photos_leaving.emit()
            self._send(ForgetPhotos(photo_ids=tuple(photo_ids)))

    def recall(self) -> None:
        """Lets all forgotten photos in again."""
        if self._questions.confirm_recall():
            self._send(RecallForgotten())
            self._send(Rescan())
