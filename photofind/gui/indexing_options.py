"""Whether indexing is paused, and what it does while the computer runs on its battery."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from photofind.settings import OnBattery

if TYPE_CHECKING:
    from photofind.gui.menu import WindowMenu
    from photofind.gui.settings_store import SettingsStore
    from photofind.gui.status_line import StatusLine
    from photofind.settings import Settings


class IndexingOptions(QObject):
    """Entries of the window's menu, and the button in the line at the bottom."""

    def __init__(
        self, line: StatusLine, settings_store: SettingsStore, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._line = line
        self._store = settings_store
        self._battery_actions: dict[OnBattery, QAction] = {}
        line.pause_requested.connect(self._set_paused)
        settings_store.changed.connect(self._show)
        self._show(settings_store.settings)

    def add_to(self, menu: WindowMenu) -> None:
        """Adds both; whenever the menu opens they say what holds by then."""
        text = self.tr("&Pause indexing")
        pause = menu.add(text, "", lambda: self._set_paused(not self._store.settings.paused))

        def name_pause() -> None:
            paused = self._store.settings.paused
            pause.setText(self.tr("Resume &indexing") if paused else text)

        menu.aboutToShow.connect(name_pause)
        menu.addMenu(self._battery_menu(menu))

    def _battery_menu(self, parent: QMenu) -> QMenu:
        """A computer without a battery has no use for it, but it does no harm."""
        menu = QMenu(self.tr("While on batter&y"), parent)
        group = QActionGroup(menu)
        for choice, text in (
            (OnBattery.SLOWER, self.tr("Index &slower")),
            (OnBattery.PAUSE, self.tr("&Don't index")),
            (OnBattery.FULL, self.tr("Index at &full speed")),
        ):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.triggered.connect(partial(self._set_on_battery, choice))
            group.addAction(action)
            self._battery_actions[choice] = action
        menu.aboutToShow.connect(
            lambda: self._battery_actions[self._store.settings.on_battery].setChecked(True)
        )
        return menu

    def _set_on_battery(self, choice: OnBattery, _checked: bool = True) -> None:
        self._store.choose_now(on_battery=choice)

    def _set_paused(self, paused: bool) -> None:
        self._store.choose_now(paused=paused)

    def _show(self, settings: Settings) -> None:
        self._line.show_paused(settings.paused)
