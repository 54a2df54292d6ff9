"""Labels: given and taken off by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.domain import PhotoId
from photofind.worker.messages import CatalogChanged, Done
from photofind.worker.tag_messages import ChangeTags

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.catalog.writer import CatalogWriter
    from photofind.worker.handlers.base import Handlers
    from photofind.worker.server import Peer, Server


class TagHandlers:
    """Keeps what a person decides about labels."""

    def __init__(self, writer: CatalogWriter, server: Server, changed: Callable[[], None]) -> None:
        """
        Args:
            changed: there are other labels now.
        """
        self._writer = writer
        self._server = server
        self._changed = changed

    @property
    def handlers(self) -> Handlers:
        return {ChangeTags: self._change}

    def _change(self, peer: Peer, command: ChangeTags) -> None:
        photo_ids = [PhotoId(photo_id) for photo_id in command.photo_ids]
        self._writer.tags.change(photo_ids, add=command.add, remove=command.remove)
        peer.send(Done(request_id=command.request_id))
        self._server.broadcast(CatalogChanged())
        self._changed()
