"""What the person chose about all photos: sidecars for other programs, and reading text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QMenu

    from photofind.gui.settings_store import SettingsStore
    from photofind.settings import Settings


class DescribingChoices(QObject):
    """Two entries of the window's menu that say what holds, and change it."""

    def __init__(
        self,
        settings_store: SettingsStore,
        tell: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        """
        Args:
            tell: shows the person a sentence.
        """
        super().__init__(parent)
        self._store = settings_store
        self._tell = tell
        self.reads_text = self._action(self.tr("Read the te&xt in all photos"), self._read_text)
        self.sidecars = self._action(
            self.tr("Write .xmp &sidecars for other programs"), self._write_sidecars
        )
        settings_store.changed.connect(self._show)
        self._show(settings_store.settings)

    def add_to(self, menu: QMenu) -> None:
        """Adds both."""
        menu.addActions([self.reads_text, self.sidecars])

    def _action(self, text: str, act: Callable[[bool], None]) -> QAction:
        action = QAction(text, self)
        action.setCheckable(True)
        action.triggered.connect(act)
        return action

    def _show(self, settings: Settings) -> None:
        self.reads_text.setChecked(settings.reads_text)
        self.sidecars.setChecked(settings.writes_sidecars)

    def _read_text(self, on: bool) -> None:
        self._store.choose_now(reads_text=on)

    def _write_sidecars(self, on: bool) -> None:
        self._store.choose_now(writes_sidecars=on)
        if on:
            self._tell(
                self.tr(
                    "Captions, your tags, titles and ratings are written into .xmp files beside"
                    " your photos from now on. The photos themselves are never changed."
                )
            )
