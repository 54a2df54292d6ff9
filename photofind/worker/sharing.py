"""What is shared with other programs: the choice, kept in a file, and the commands about it."""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING

from photofind.settings import SharingSettings, read_sharing_settings, write_sharing_settings
from photofind.worker.messages import Done
from photofind.worker.tag_messages import SetSidecars

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from photofind.worker.handlers.base import Handlers
    from photofind.worker.server import Peer

logger = logging.getLogger(__name__)


class Sharing:
    """Whether sidecars are written."""

    def __init__(self, file: Path) -> None:
        """
        Args:
            file: keeps the choice; nobody else writes it.
        """
        self._file = file
        self._settings = read_sharing_settings(file)

    def handlers(self, write_now: Callable[[Callable[[], None]], None]) -> Handlers:
        """The commands.

        Args:
            write_now: begins to write sidecars; calls what it is given when it is through.
        """
        return {SetSidecars: functools.partial(self._set_sidecars, write_now)}

    def writes_sidecars(self) -> bool:
        return self._settings.writes_sidecars

    def _set_sidecars(
        self, write_now: Callable[[Callable[[], None]], None], peer: Peer, command: SetSidecars
    ) -> None:
        self._settings = SharingSettings(writes_sidecars=command.on)
        try:
            write_sharing_settings(self._file, self._settings)
        except OSError as error:
            logger.warning("the choice holds until photofind is closed only: %s", error.strerror)
        done = Done(request_id=command.request_id)
        if command.on:
            write_now(lambda: peer.send(done))
        else:
            peer.send(done)
