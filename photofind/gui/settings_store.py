"""The settings as the window knows them; the worker keeps them."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, Signal

from photofind.gui.pacing import Debouncer
from photofind.gui.translation import in_words
from photofind.settings import DECLARATIONS, Actor, change
from photofind.worker.messages import ChangeSettings

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from photofind.domain import PhotofindError
    from photofind.gui.worker_link import WorkerLink
    from photofind.settings import Settings, SettingValue
    from photofind.worker.messages import Hello
    from photofind.worker.wire import Done

logger = logging.getLogger(__name__)

_SEND_AFTER_MS = 1500


class SettingsStore(QObject):
    """What the worker said last, and what was chosen here since.

    What is chosen holds at once. If no worker can be reached it holds until the window is closed.
    """

    changed = Signal(object)
    """The settings as they are now: something was chosen here, or elsewhere."""
    refused = Signal(str)
    """A sentence for people: why something that was chosen does not hold after all."""

    def __init__(self, settings: Settings, link: WorkerLink, parent: QObject | None = None) -> None:
        """
        Args:
            settings: as they were read before there was a worker.
        """
        super().__init__(parent)
        self._told = settings
        self._settings = settings
        self._link = link
        self._held: dict[str, SettingValue] = {}
        """Chosen here; the worker has not confirmed it."""
        self._unsent: dict[str, SettingValue] = {}
        self._is_reachable = self._is_missing = False
        self._rested = Debouncer(_SEND_AFTER_MS, self)
        self._rested.triggered.connect(self._send)
        link.greeted.connect(self._on_greeted)
        link.settings_changed.connect(self._on_told)
        link.missing.connect(self._on_missing)

    @property
    def settings(self) -> Settings:
        """As they are now; may be read on any thread."""
        return self._settings

    def choose(self, **changes: SettingValue) -> None:
        """For the window's own settings: the worker hears of them soon after the last change, once
        there is one."""
        self._hold(changes)
        if self._is_reachable:
            self._rested.call()

    def choose_now(self, **changes: SettingValue) -> None:
        """For what others act on: the worker hears of it at once, and is started for it."""
        self._hold(changes)
        self._send()

    def keep_geometry(self, window: QWidget) -> None:
        """Remembers where the window is."""
        self.choose(window_geometry=window.saveGeometry().toBase64().toStdString())

    def restore_geometry(self, window: QWidget) -> None:
        """Puts the window where it was; Qt sees to it that it lies on a screen."""
        if self._settings.window_geometry:
            window.restoreGeometry(
                QByteArray.fromBase64(self._settings.window_geometry.encode("ascii", "ignore"))
            )

    def close(self) -> None:
        """Hands on what the worker has not heard of, unless there is no worker to be had."""
        self._rested.cancel()
        if not self._is_missing:
            self._send()

    def _hold(self, changes: dict[str, SettingValue]) -> None:
        news = {
            name: value for name, value in changes.items() if getattr(self._settings, name) != value
        }
        self._held.update(news)
        self._unsent.update(news)
        self._update()

    def _send(self) -> None:
        self._rested.cancel()
        if self._unsent:
            sent, self._unsent = self._unsent, {}
            self._link.send(
                ChangeSettings(changes=sent),
                partial(self._on_done, sent),
                partial(self._on_refused, sent),
            )

    def _on_greeted(self, hello: Hello) -> None:
        self._is_reachable, self._is_missing = True, False
        self._on_told(hello.settings)
        self._send()

    def _on_told(self, settings: Settings) -> None:
        self._told = settings
        # What was sent and came back needs no answer any more: that may take long.
        self._let_go({name: getattr(settings, name) for name in self._held})

    def _on_missing(self, _: PhotofindError) -> None:
        self._is_reachable, self._is_missing = False, True

    def _on_done(self, sent: dict[str, SettingValue], _: Done) -> None:
        self._let_go(sent)

    def _on_refused(self, sent: dict[str, SettingValue], error: PhotofindError) -> None:
        logger.info("settings were not kept: %s", error.code)
        ours = {name for name in sent if Actor.WINDOW in DECLARATIONS[name].actors}
        others = {name: value for name, value in sent.items() if name not in ours}
        # What the window acts on by itself holds all the same; the next worker is told again.
        self._unsent = {name: sent[name] for name in ours} | self._unsent
        self._let_go(others)
        if others:
            self.refused.emit(in_words(error.sentence))

    def _let_go(self, sent: dict[str, SettingValue]) -> None:
        """The worker has decided about these, and told how they are."""
        for name, value in sent.items():
            if name not in self._unsent and self._held.get(name) == value:
                del self._held[name]
        self._update()

    def _update(self) -> None:
        settings = change(self._told, self._held)
        if settings != self._settings:
            self._settings = settings
            self.changed.emit(settings)
