"""The settings: held here, changed on request, and told to everybody whom they concern."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from photofind.describe.model_server import parse_address
from photofind.settings import change, take_over_settings, write_settings
from photofind.worker.messages import ChangeSettings, SettingsChanged
from photofind.worker.wire import Done

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.paths import AppFolders
    from photofind.settings import Settings
    from photofind.worker.handlers.base import Handlers
    from photofind.worker.server import Peer, Server

logger = logging.getLogger(__name__)


class SettingsHandlers:
    """Owns the settings: no other process writes them."""

    def __init__(self, folders: AppFolders, server: Server) -> None:
        """Reads the settings, those of former versions included."""
        self._folders = folders
        self._server = server
        self._settings = take_over_settings(folders)

    @property
    def settings(self) -> Settings:
        """As they are now; may be read on any thread."""
        return self._settings

    def handlers(
        self,
        applied: Callable[[Settings], None],
        idle_work: Callable[[Callable[[], None] | None], None],
        require_reader: Callable[[], object],
    ) -> Handlers:
        """The commands.

        Args:
            applied: told the settings after every change.
            idle_work: begins what sidecars and reading ask for; calls what it is given when it is
                through.
            require_reader: raises ModelError when text can't be read here.
        """

        def change_settings(peer: Peer, command: ChangeSettings) -> None:
            changes = command.changes
            settings = change(self._settings, changes)
            if changes.get("reads_text"):
                require_reader()
            if changes.get("model_server"):
                parse_address(settings.model_server)
            if settings != self._settings:
                self._settings = settings
                self._keep()
                applied(settings)
                self._server.broadcast(SettingsChanged(settings=settings))
            if changes.get("writes_sidecars"):
                idle_work(lambda: peer.answer(command, Done()))
                return
            peer.answer(command, Done())
            if "reads_text" in changes:
                idle_work(None)

        return {ChangeSettings: change_settings}

    def _keep(self) -> None:
        try:
            write_settings(self._folders, self._settings)
        except OSError as error:
            logger.warning("the choice holds until photofind is closed only: %s", error.strerror)
