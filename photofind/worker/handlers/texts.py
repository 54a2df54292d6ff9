"""Text in photos: read on demand, or all of it in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from photofind.catalog.description_rows import FoundText, TextKind
from photofind.describe.orders import READ, ReadOrder
from photofind.domain import PhotofindError, PhotoId
from photofind.worker.handlers.base import refuse
from photofind.worker.messages import path_from_wire
from photofind.worker.text_messages import FileRead, ReadFile, ReadText, TextRead

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.describe.runner import AvailableModel
    from photofind.describe.surroundings import Outcome
    from photofind.inference.reading import TextReader
    from photofind.worker.handlers.base import Handlers
    from photofind.worker.handlers.queueing import Queueing
    from photofind.worker.server import Peer, Server


class TextHandlers:
    """Has photos read."""

    def __init__(
        self,
        queueing: Queueing,
        server: Server,
        find_reader: Callable[[], AvailableModel[TextReader]],
    ) -> None:
        """
        Args:
            find_reader: raises ModelError when text can't be read here, so that nothing is queued
                that can't be done.
        """
        self._queueing = queueing
        self._server = server
        self._find_reader = find_reader

    @property
    def handlers(self) -> Handlers:
        return {ReadText: self._read, ReadFile: self._read_file}

    def _read(self, peer: Peer, command: ReadText) -> None:
        key = self._find_reader().catalog_key
        self._queueing.queue_texts(
            peer,
            command,
            READ,
            ReadOrder(),
            photo_ids=[PhotoId(number) for number in command.photo_ids],
            folder=path_from_wire(command.folder) if command.folder else None,
            waits=command.waits,
            known=None if command.again else (TextKind.OCR, key),
        )

    def _read_file(self, peer: Peer, command: ReadFile) -> None:
        self._find_reader()
        lines = 0

        def ended(outcome: Outcome, kept: bool) -> None:
            nonlocal lines
            if isinstance(outcome, FoundText):
                found = msgspec.convert(outcome.details, _Details)
                lines = len(found.lines)
                peer.send(
                    FileRead(
                        request_id=command.request_id,
                        lines=found.lines,
                        seconds=found.seconds,
                        model=outcome.model.catalog_key,
                        kept=kept,
                    )
                )
            elif isinstance(outcome, PhotofindError):
                refuse(peer, command, outcome)

        def kept(photo_id: PhotoId) -> None:
            self._server.broadcast(TextRead(photo_id=photo_id, lines=lines))

        self._queueing.run_single(READ, ReadOrder(), path_from_wire(command.path), ended, kept)


class _Details(msgspec.Struct, frozen=True):
    seconds: float
    lines: tuple[tuple[str, float, tuple[tuple[float, float], ...]], ...]
