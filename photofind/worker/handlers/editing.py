"""What a person says about photos: ratings, titles, tags and the like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.editing import edit_photos
from photofind.domain import EditedField
from photofind.worker.description_messages import CaptionsChanged
from photofind.worker.messages import CatalogChanged, EditPhotos, PhotosEdited

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.catalog.writer import CatalogWriter
    from photofind.worker.handlers.base import Handlers
    from photofind.worker.server import Peer, Server


class EditingHandlers:
    """Keeps what a person says about photos, and answers with what undoes it."""

    def __init__(
        self,
        writer: CatalogWriter,
        server: Server,
        writes_sidecars: Callable[[], bool],
        changed: Callable[[], None],
    ) -> None:
        """
        Args:
            writes_sidecars: whether what is said goes into sidecars, too.
            changed: there is something to write into sidecars.
        """
        self._writer = writer
        self._server = server
        self._writes_sidecars = writes_sidecars
        self._changed = changed

    @property
    def handlers(self) -> Handlers:
        return {EditPhotos: self._edit}

    def _edit(self, peer: Peer, command: EditPhotos) -> None:
        with self._writer.transaction() as tx:
            before = edit_photos(tx, command.edits, writes_sidecars=self._writes_sidecars())
        edited = {photo_id for edit in before for photo_id in edit.photo_ids}
        peer.answer(command, PhotosEdited(count=len(edited), before=before))
        self._server.broadcast(CatalogChanged())
        captioned = {
            photo_id
            for edit in before
            if edit.field is EditedField.CAPTION
            for photo_id in edit.photo_ids
        }
        for photo_id in captioned:
            self._server.broadcast(CaptionsChanged(photo_id=photo_id))
        self._changed()
