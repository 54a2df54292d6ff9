"""What a person chose about descriptions: kept in a file, and the commands about it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import msgspec

from photofind.settings import DescribingSettings, read_describing_settings
from photofind.settings import write_describing_settings as write
from photofind.worker.messages import Done
from photofind.worker.tag_messages import SetSidecars
from photofind.worker.text_messages import SetReadsText

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from photofind.worker.handlers.base import Handlers
    from photofind.worker.server import Peer

logger = logging.getLogger(__name__)


class DescribingChoices:
    """Whether sidecars are written, and whether all photos are read."""

    def __init__(self, file: Path) -> None:
        """
        Args:
            file: keeps the choices; nobody else writes it.
        """
        self._file = file
        self._settings = read_describing_settings(file)

    def handlers(
        self,
        work: Callable[[Callable[[], None] | None], None],
        require_reader: Callable[[], object],
    ) -> Handlers:
        """The commands.

        Args:
            work: begins what a choice asks for; calls what it is given when it is through.
            require_reader: raises ModelError when text can't be read here.
        """

        def set_sidecars(peer: Peer, command: SetSidecars) -> None:
            self._keep(msgspec.structs.replace(self._settings, writes_sidecars=command.on))
            done = Done(request_id=command.request_id)
            if command.on:
                work(lambda: peer.send(done))
            else:
                peer.send(done)

        def set_reads_text(peer: Peer, command: SetReadsText) -> None:
            if command.on:
                require_reader()
            self._keep(msgspec.structs.replace(self._settings, reads_text=command.on))
            peer.send(Done(request_id=command.request_id))
            work(None)

        return {SetSidecars: set_sidecars, SetReadsText: set_reads_text}

    def writes_sidecars(self) -> bool:
        return self._settings.writes_sidecars

    def reads_text(self) -> bool:
        return self._settings.reads_text

    def _keep(self, settings: DescribingSettings) -> None:
        self._settings = settings
        try:
            write(self._file, settings)
        except OSError as error:
            logger.warning("the choice holds until photofind is closed only: %s", error.strerror)
