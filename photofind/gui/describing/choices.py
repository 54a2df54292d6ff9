"""What the person chose about all photos: sidecars for other programs, and reading text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from photofind.settings import DescribingSettings, read_describing_settings
from photofind.worker.tag_messages import SetSidecars
from photofind.worker.text_messages import SetReadsText

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QMenu

    from photofind.gui.errands import Errands
    from photofind.worker.messages import Command


class DescribingChoices(QObject):
    """Two entries of the window's menu that say what holds, and change it."""

    def __init__(
        self,
        file: Path,
        errands: Errands,
        send: Callable[[Command], None],
        tell: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        """
        Args:
            file: where the worker keeps the choices.
            send: hands a command to the worker, which is started if need be.
            tell: shows the person a sentence.
        """
        super().__init__(parent)
        self._file = file
        self._errands = errands
        self._send = send
        self._tell = tell
        self.reads_text = self._action(self.tr("Read the te&xt in all photos"), self._read_text)
        self.sidecars = self._action(
            self.tr("Write .xmp &sidecars for other programs"), self._write_sidecars
        )

    def add_to(self, menu: QMenu) -> None:
        """Adds both; whenever the menu opens they say what the worker knows by then."""
        menu.addActions([self.reads_text, self.sidecars])
        menu.aboutToShow.connect(self._look)

    def _action(self, text: str, act: Callable[[bool], None]) -> QAction:
        action = QAction(text, self)
        action.setCheckable(True)
        action.triggered.connect(act)
        return action

    def _look(self) -> None:
        self._errands.run(lambda: read_describing_settings(self._file), self._show)

    def _show(self, settings: DescribingSettings) -> None:
        self.reads_text.setChecked(settings.reads_text)
        self.sidecars.setChecked(settings.writes_sidecars)

    def _read_text(self, on: bool) -> None:
        self._send(SetReadsText(on=on))

    def _write_sidecars(self, on: bool) -> None:
        self._send(SetSidecars(on=on))
        if on:
            self._tell(
                self.tr(
                    "Captions, your tags, titles and ratings are written into .xmp files beside"
                    " your photos from now on. The photos themselves are never changed."
                )
            )
