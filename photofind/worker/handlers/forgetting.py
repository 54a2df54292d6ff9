"""Photos and folders that the person wants forgotten, or back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.domain import PhotoId
from photofind.media.picture_hash import fingerprints
from photofind.worker.forgetting_messages import (
    ForgetFolder,
    ForgetMissing,
    ForgetPhotos,
    RecallForgotten,
)
from photofind.worker.handlers.base import refuse
from photofind.worker.messages import CatalogChanged, Done, path_from_wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.catalog.writer import CatalogWriter
    from photofind.domain import PhotofindError
    from photofind.worker.handlers.base import Handlers
    from photofind.worker.housekeeping import Housekeeper
    from photofind.worker.messages import Command
    from photofind.worker.server import Peer, Server


class ForgettingHandlers:
    """Hides what is to be forgotten, and leaves its deletion to the housekeeper."""

    def __init__(
        self,
        writer: CatalogWriter,
        housekeeper: Housekeeper,
        server: Server,
        folders_changed: Callable[[], None],
    ) -> None:
        """
        Args:
            folders_changed: told when a root is gone.
        """
        self._writer = writer
        self._housekeeper = housekeeper
        self._server = server
        self._folders_changed = folders_changed

    @property
    def handlers(self) -> Handlers:
        return {
            ForgetPhotos: self._forget_photos,
            ForgetFolder: self._forget_folder,
            ForgetMissing: self._forget_missing,
            RecallForgotten: self._recall,
        }

    def _forget_photos(self, peer: Peer, command: ForgetPhotos) -> None:
        count = self._writer.forgetting.doom_photos([PhotoId(each) for each in command.photo_ids])
        self._purge(peer, command, count)

    def _forget_folder(self, peer: Peer, command: ForgetFolder) -> None:
        count = self._writer.forgetting.doom_folder(path_from_wire(command.path))
        self._folders_changed()
        self._purge(peer, command, count)

    def _forget_missing(self, peer: Peer, command: ForgetMissing) -> None:
        self._purge(peer, command, self._writer.forgetting.doom_missing())

    def _recall(self, peer: Peer, command: RecallForgotten) -> None:
        if command.paths:
            count = 0
            for raw in command.paths:
                count += self._writer.forgetting.recall(*fingerprints(path_from_wire(raw)))
        else:
            count = self._writer.forgetting.recall()
        peer.send(Done(request_id=command.request_id, count=count))

    def _purge(self, peer: Peer, command: Command, count: int) -> None:
        self._server.broadcast(CatalogChanged())

        def answer(error: PhotofindError | None) -> None:
            if error is not None:
                refuse(peer, command, error)
            else:
                peer.send(Done(request_id=command.request_id, count=count))

        self._housekeeper.purge(answer)
