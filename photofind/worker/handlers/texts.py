"""Text in photos: read on demand, or all of it in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.texts import FoundText, TextKind, recognised_text
from photofind.describe.job_params import OcrParams
from photofind.domain import JobKind, PhotofindError
from photofind.worker.description_messages import FileOcrDone, OcrDone, OcrFile, RunOcr
from photofind.worker.handlers.base import refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.describe.describer import Outcome
    from photofind.describe.runner import AvailableModel
    from photofind.domain import PhotoId
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
        return {RunOcr: self._read, OcrFile: self._read_file}

    def _read(self, peer: Peer, command: RunOcr) -> None:
        key = self._find_reader().catalog_key
        self._queueing.queue_texts(
            peer,
            command,
            JobKind.OCR,
            OcrParams(),
            photo_ids=command.photo_ids,
            folder=command.folder,
            waits=command.waits,
            known=None if command.again else (TextKind.OCR, key),
        )

    def _read_file(self, peer: Peer, command: OcrFile) -> None:
        self._find_reader()
        lines = 0

        def ended(outcome: Outcome, kept: bool) -> None:
            nonlocal lines
            if isinstance(outcome, FoundText):
                found = recognised_text(outcome.text, outcome.model.catalog_key, outcome.details)
                lines = len(found.lines)
                peer.answer(command, FileOcrDone(found=found, kept=kept))
            elif isinstance(outcome, PhotofindError):
                refuse(peer, command, outcome)

        def kept(photo_id: PhotoId) -> None:
            self._server.broadcast(OcrDone(photo_id=photo_id, lines=lines))

        self._queueing.run_single(JobKind.OCR, OcrParams(), command.path, ended, kept)
