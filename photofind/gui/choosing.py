"""Decides what of a folder is left out, and tells the worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from photofind.gui.left_out_dialog import LeftOutDialog
from photofind.worker.choice_messages import Exclude, Include, SetOnlineOnly
from photofind.worker.messages import path_to_wire

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from photofind.catalog.rows import FolderStatus
    from photofind.gui.questions import Questions
    from photofind.worker.messages import Command


class ChoicesController(QObject):
    """Shows what is left out of one folder at a time."""

    def __init__(
        self,
        send: Callable[[Command], None],
        questions: Questions,
        window: QWidget,
        parent: QObject | None = None,
    ) -> None:
        """
        Args:
            send: hands a command to the worker.
        """
        super().__init__(parent)
        self._send = send
        self._questions = questions
        self._window = window
        self._folders: dict[Path, FolderStatus] = {}
        self._dialog: LeftOutDialog | None = None
        self._path: Path | None = None

    @property
    def dialog(self) -> LeftOutDialog | None:
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
        dialog = LeftOutDialog(folder, self._window)
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
            self._dialog.show_problem(problem)
            return
        self._dialog.pattern.clear()
        self._send(Exclude(path=path_to_wire(self._path), pattern=pattern))

    def _on_taken_back(self, pattern: str) -> None:
        assert self._path is not None
        self._send(Include(path=path_to_wire(self._path), pattern=pattern))

    def _on_subfolder(self) -> None:
        assert self._dialog is not None
        assert self._path is not None
        chosen = self._questions.choose_subfolder(self._path)
        if chosen is None:
            return
        if self._path not in chosen.parents:
            self._dialog.show_problem(self.tr("That folder does not lie in this one."))
            return
        self._send(Exclude(path=path_to_wire(chosen)))

    def _on_online_only(self, included: bool) -> None:
        assert self._path is not None
        self._send(SetOnlineOnly(path=path_to_wire(self._path), included=included))
