"""What the window remembers until the next start."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QByteArray, QObject

from photofind.gui.pacing import Debouncer
from photofind.settings import Settings, write_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from photofind.gui.errands import Errands

logger = logging.getLogger(__name__)

_WRITE_AFTER_MS = 1500


class Remembered(QObject):
    """Holds the settings; changes are written soon after the last one, off the GUI thread."""

    def __init__(
        self, settings: Settings, file: Path, errands: Errands, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._file = file
        self._errands = errands
        self._changed = Debouncer(_WRITE_AFTER_MS, self)
        self._changed.triggered.connect(self.write)

    @property
    def settings(self) -> Settings:
        return self._settings

    def set_last_query(self, words: str) -> None:
        self._change(msgspec.structs.replace(self._settings, last_query=words))

    def set_thumbnail_px(self, thumbnail_px: int) -> None:
        self._change(msgspec.structs.replace(self._settings, thumbnail_px=thumbnail_px))

    def set_shows_details(self, shows_details: bool) -> None:
        self._change(msgspec.structs.replace(self._settings, shows_details=shows_details))

    def set_descriptions_paused(self, paused: bool) -> None:
        self._change(msgspec.structs.replace(self._settings, descriptions_paused=paused))

    def set_model_server(self, address: str, model: str) -> None:
        """Written at once: the worker reads it before the next question."""
        self._change(
            msgspec.structs.replace(self._settings, model_server=address, server_model=model)
        )
        self.write()

    def set_offline(self, offline: bool) -> None:
        """Written at once: commands and installations read it."""
        self._change(msgspec.structs.replace(self._settings, offline=offline))
        self.write()

    def keep_geometry(self, window: QWidget) -> None:
        """Remembers where the window is."""
        encoded = window.saveGeometry().toBase64().toStdString()
        self._change(msgspec.structs.replace(self._settings, window_geometry=encoded))

    def restore_geometry(self, window: QWidget) -> None:
        """Puts the window where it was; Qt sees to it that it lies on a screen."""
        if self._settings.window_geometry:
            window.restoreGeometry(
                QByteArray.fromBase64(self._settings.window_geometry.encode("ascii", "ignore"))
            )

    def write(self, written: Callable[[], None] | None = None) -> None:
        """Hands the settings to the errands thread.

        Args:
            written: called when the file holds them, or can't be written.
        """
        self._changed.cancel()
        settings, file = self._settings, self._file

        def write() -> None:
            try:
                write_settings(file, settings)
            except OSError as error:
                logger.info("the settings can't be written: %s", error)

        self._errands.run(write, None if written is None else lambda _: written())

    def _change(self, settings: Settings) -> None:
        if settings != self._settings:
            self._settings = settings
            self._changed.call()
