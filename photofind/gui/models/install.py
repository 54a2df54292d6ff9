"""Installs and checks models in a process of their own, as far as the window sees it."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from photofind.domain import PhotofindError
from photofind.gui.translation import in_words
from photofind.models.messages import InstallProgress
from photofind.models.process import Installation
from photofind.models.tasks import Check, Download, Import

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.gui.settings_store import SettingsStore
    from photofind.models.messages import InstallNotice
    from photofind.models.tasks import Export, Task
    from photofind.paths import AppFolders


class ModelInstall(QObject):
    """One installation or check at a time; its signals come on the GUI thread."""

    progressed = Signal(InstallProgress)
    finished = Signal(str)
    """Key of the model that is there now."""
    checked = Signal(str)
    """Key of the model that is as it should be."""
    failed = Signal(str, str)
    """Code and a sentence for people."""
    _told = Signal(object)

    def __init__(
        self, folders: AppFolders, settings_store: SettingsStore, parent: QObject | None = None
    ) -> None:
        """
        Args:
            settings_store: knows whether the network may be used.
        """
        super().__init__(parent)
        self._folders = folders
        self._store = settings_store
        self._installation: Installation | None = None
        self._key = ""
        self._checks = False
        self._begun_s = 0.0
        self._thread: threading.Thread | None = None
        self._told.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    @property
    def is_running(self) -> bool:
        return self._installation is not None

    @property
    def key(self) -> str | None:
        """The model that is being installed or checked, if one is; "" for a new one."""
        return self._key if self.is_running else None

    @property
    def begun_s(self) -> float:
        """When the last one began, in unix seconds."""
        return self._begun_s

    def start(self, key: str, *, accept_licence: bool) -> None:
        """Begins, unless one is running.

        Args:
            accept_licence: the person has seen the licence and agrees.
        """
        offline = self._store.settings.offline
        self._begin(key, Download(key, accept_licence, offline))

    def start_import(self, source: Path) -> None:
        """Begins with a model in a folder or an archive, unless one is running."""
        self._begin("", Import(source))

    def start_check(self, key: str) -> None:
        """Begins to read and to try an installed model, unless one is running."""
        self._begin(key, Check(key))

    def start_export(self, export: Export) -> None:
        """Begins to make a model of a checkpoint, unless one is running."""
        self._begin("", replace(export, offline=self._store.settings.offline))

    def _begin(self, key: str, task: Task) -> None:
        if self._installation is not None:
            return
        self._key, self._checks = key, isinstance(task, Check)
        self._begun_s = time.time()
        self._installation = Installation(self._folders, task)
        self._thread = threading.Thread(
            target=self._run, args=(self._installation,), name="photofind-install", daemon=True
        )
        self._thread.start()

    def cancel(self) -> None:
        """Ends it soon; what has arrived stays for the next time."""
        if self._installation is not None:
            self._installation.cancel()

    def close(self) -> None:
        """Ends it and waits for that."""
        self.cancel()
        if self._thread is not None:
            self._thread.join()

    def _run(self, installation: Installation) -> None:
        try:
            self._told.emit(installation.run(self._told.emit))
        except PhotofindError as error:
            self._told.emit(error)

    def _tell(self, said: InstallProgress | InstallNotice | str | PhotofindError) -> None:
        match said:
            case InstallProgress():
                self.progressed.emit(said)
            case str():
                self._installation = None
                (self.checked if self._checks else self.finished).emit(said)
            case PhotofindError():
                self._installation = None
                self.failed.emit(said.code, in_words(said.sentence))
            case _:
                pass
