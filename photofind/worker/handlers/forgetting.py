"""Photos and folders that the person wants forgotten, or back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.forgetting import (
    mark_folder_for_deletion,
    mark_missing_for_deletion,
    mark_photos_for_deletion,
    recall_forgotten,
)
from photofind.media.picture_hash import fingerprints
from photofind.worker.handlers.base import refuse
from photofind.worker.messages import (
    CatalogChanged,
    ForgetFolder,
    ForgetMissing,
    ForgetPhotos,
    RecallForgotten,
)
from photofind.worker.wire import BaseCommand, Done

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.catalog.writer import CatalogWriter
    from photofind.domain import PhotofindError
    from photofind.worker.handlers.base import Handlers
    from photofind.worker.housekeeping import Housekeeper
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
        with self._writer.transaction() as tx:
            count = mark_photos_for_deletion(tx, command.photo_ids)
        self._purge(peer, command, count)

    def _forget_folder(self, peer: Peer, command: ForgetFolder) -> None:
        with self._writer.transaction() as tx:
            count = mark_folder_for_deletion(tx, command.path)
        self._folders_changed()
        self._purge(peer, command, count)

    def _forget_missing(self, peer: Peer, command: ForgetMissing) -> None:
        with self._writer.transaction() as tx:
            count = mark_missing_for_deletion(tx)
        self._purge(peer, command, count)

    def _recall(self, peer: Peer, command: RecallForgotten) -> None:
        prints = [fingerprints(path) for path in command.paths]
        with self._writer.transaction() as tx:
            if prints:
                count = sum(recall_forgotten(tx, *each) for each in prints)
            else:
                count = recall_forgotten(tx)
        self._server.broadcast(CatalogChanged())
        peer.answer(command, Done(count=count))

    def _purge(self, peer: Peer, command: BaseCommand[Done], count: int) -> None:
        self._server.broadcast(CatalogChanged())

        def answer(error: PhotofindError | None) -> None:
            if error is not None:
                refuse(peer, command, error)
            else:
                peer.answer(command, Done(count=count))

        self._housekeeper.purge(answer)
