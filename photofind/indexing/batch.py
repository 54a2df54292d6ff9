"""What happens to a few files at once: identify, claim, decode, embed, store."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from photofind.catalog.rows import ClaimOutcome, EmbeddedContent, IdentifiedFile, VectorPass
from photofind.domain import CatalogError, MediaCode, MediaError, ModelError, Problem
from photofind.indexing.beside import add_beside
from photofind.indexing.job import Outcome
from photofind.indexing.listeners import BackgroundListener
from photofind.indexing.retelling import retell
from photofind.indexing.scanning import now_ms
from photofind.indexing.sources import KEEP_BYTES
from photofind.media.decode import decode_first_pass
from photofind.media.files import size_and_time
from photofind.media.identity import read_and_hash
from photofind.media.metadata.photo import PhotoMetadata
from photofind.media.online_only import lies_online_only
from photofind.media.picture_hash import hash_picture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from photofind.catalog.rows import Claim
    from photofind.catalog.thumbnails import ThumbnailStore
    from photofind.catalog.writer import CatalogWriter
    from photofind.domain import ContentId, FileId, PhotofindError, Space
    from photofind.indexing.encoder import EncoderPool
    from photofind.indexing.guard import ProcessGuard
    from photofind.indexing.job import Job
    from photofind.indexing.models import IndexModels
    from photofind.indexing.progress import ProgressTracker
    from photofind.indexing.queue import WorkItem, WorkQueue
    from photofind.indexing.stalls import Stalls
    from photofind.media.decode import DecodedPhoto

logger = logging.getLogger(__name__)

BATCH = 4
"""Files a thread works on at once: larger batches gain nothing on a CPU and cost memory."""


class PipelineListener(BackgroundListener, Protocol):
    """Told what happens, on the pipeline's threads."""

    def photos_ready(self, content_ids: Sequence[ContentId]) -> None: ...

    def files_settled(self) -> None:
        """Paths or states changed without a new vector: moves, copies, failures."""

    def halted(self, error: PhotofindError) -> None:
        """Nothing can be written any more; the pipeline has stopped taking work."""

    def broken(self, error: BaseException) -> None:
        """A bug: the process should end and be started again."""

    def stuck(self, reason: str) -> None:
        """A decoder can't be stopped: the process must end now and be started again."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the batches of all threads share.

    Attributes:
        suspects: contents that were in flight when an earlier worker died; whichever of them
            ends the process again must be found out, so they are tried alone.
    """

    queue: WorkQueue
    writer: CatalogWriter
    models: IndexModels
    encoders: EncoderPool
    progress: ProgressTracker
    listener: PipelineListener
    guard: ProcessGuard
    stalls: Stalls
    suspects: set[ContentId]


@dataclass(frozen=True, slots=True)
class _Readable:
    """A file whose bytes were hashed; `data` are the bytes if they are few."""

    item: WorkItem
    identified: IdentifiedFile
    data: bytes | None


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A file whose content is new and ours to embed."""

    file: _Readable
    content_id: ContentId
    changed: bool


@dataclass(frozen=True, slots=True)
class _Decoded:
    """`picture_hash` tells what is seen; `twin` is a known content that shows the same."""

    claimed: _Claimed
    photo: DecodedPhoto
    picture_hash: bytes | None
    twin: ContentId | None


class Batch:
    """One thread's work on a few files.

    Files in `_open` have not been answered yet; contents in `_owned` are claimed by us.
    """

    def __init__(self, surroundings: Surroundings, thumbnails: ThumbnailStore) -> None:
        self._queue = surroundings.queue
        self._writer = surroundings.writer
        self._model = surroundings.models.active
        self._encoders = surroundings.encoders
        self._progress = surroundings.progress
        self._listener = surroundings.listener
        self._guard = surroundings.guard
        self._stalls = surroundings.stalls
        self._suspects = surroundings.suspects
        self._thumbnails = thumbnails
        self._open: dict[FileId, WorkItem] = {}
        self._owned: set[ContentId] = set()

    def work_on(self, batch: list[WorkItem]) -> None:
        decoded: list[_Decoded] = []
        try:
            while batch:
                self._open.update((item.file_id, item) for item in batch)
                told = [item for item in batch if item.only_sidecar]
                self._retell(told)
                whole = [item for item in batch if item not in told]
                decoded += self._decode(self._claim(self._identify(whole)))
                # Known contents cost no embedding: fill the batch up for the model.
                batch = self._queue.take_more(BATCH - len(decoded))
            if decoded:
                self._embed(decoded)
        except CatalogError as error:
            self._give_back()
            self._listener.halted(error)
            self._drop(error)
        except ModelError as error:
            self._give_back()
            if self._listener.model_failed(self._model, error):
                self._queue.put_back(list(self._open.values()))
                self._open.clear()
            else:
                self._listener.halted(error)
                self._drop(error)

    def _drop(self, error: PhotofindError) -> None:
        for item in list(self._open.values()):
            for job in self._close(item):
                job.file_dropped(error)

    def _give_back(self) -> None:
        try:
            self._writer.release(self._owned)
        except CatalogError as error:
            logger.info("what was in flight is tried again later: %s", error)

    def _retell(self, items: Sequence[WorkItem]) -> None:
        for item in items:
            if item.may_download or not lies_online_only(item.path):
                retell(item, self._writer, self._guard)
            self._answer(item, Outcome.UNCHANGED)
        if items:
            self._listener.files_settled()

    def _identify(self, items: Sequence[WorkItem]) -> list[_Readable]:
        readable = []
        for item in items:
            if self._stalls.is_silent(item.path):
                self._answer(item, Outcome.SKIPPED)  # found again once its drive answers
                continue
            size = mtime_ns = 0
            try:
                with self._stalls.reading(item.path):
                    if not item.may_download and lies_online_only(item.path):
                        # Taken away since it was found; the next scan counts it.
                        self._answer(item, Outcome.SKIPPED)
                        continue
                    size, mtime_ns = size_and_time(item.path)
                    digest, data = read_and_hash(item.path, KEEP_BYTES)
                    still_the_same = size_and_time(item.path) == (size, mtime_ns)
            except MediaError as error:
                self._unreadable(item, error, size, mtime_ns)
                continue
            if not still_the_same:
                # Still being written: the next scan finds it changed and takes it up again.
                self._answer(item, Outcome.SKIPPED)
                continue
            identified = IdentifiedFile(item.file_id, size, mtime_ns, digest)
            readable.append(_Readable(item, identified, data))
        return readable

    def _claim(self, readable: Sequence[_Readable]) -> list[_Claimed]:
        """Commits what the files are; returns those whose content must be embedded."""
        if not readable:
            return []
        claims = self._writer.claim([each.identified for each in readable])
        claimed = []
        for each, claim in zip(readable, claims, strict=True):
            if claim.outcome is ClaimOutcome.FORGOTTEN:
                self._answer(each.item, Outcome.FORGOTTEN)
            elif claim.content_id is None:
                self._answer(each.item, Outcome.SKIPPED)  # its folder was removed meanwhile
            elif claim.outcome is ClaimOutcome.NEW:
                self._owned.add(claim.content_id)
                claimed.append(_Claimed(each, claim.content_id, claim.changed))
            elif claim.outcome is ClaimOutcome.FAILED:
                self._failed(
                    each.item,
                    claim.error_code or MediaCode.UNREADABLE,
                    claim.error_detail,
                    claim.attempts,
                )
            else:
                if claim.outcome is ClaimOutcome.READY and each.item.sidecar_is_news:
                    retell(each.item, self._writer, self._guard)
                known_as = None if claim.new else claim.content_id
                self._answer(each.item, _known_outcome(claim), known_as=known_as)
        if len(claimed) < len(readable):
            self._listener.files_settled()
        return claimed

    def _decode(self, claimed: Sequence[_Claimed]) -> list[_Decoded]:
        decoded = []
        geometry = self._model.geometry
        for each in claimed:
            item = each.file.item
            if item.suspect:
                # Charged before the attempt: whatever ends the process now, the charge stays.
                self._writer.charge_strike(each.content_id)
            elif each.content_id in self._suspects:
                self._writer.release([each.content_id])
                self._owned.discard(each.content_id)
                del self._open[item.file_id]
                self._queue.defer(item)
                continue
            source = item.path if each.file.data is None else each.file.data
            try:
                with self._guard.one_photo():
                    photo = decode_first_pass(source, (geometry,))
                    picture_hash = hash_picture(source, photo.format)
                twin = self._find_twin(picture_hash)
                if twin is None and self._stays_out(each, picture_hash):
                    continue
                decoded.append(_Decoded(each, photo, picture_hash, twin))
            except MediaError as error:
                code, reason = error.media_code, error.user_message
                attempts = self._writer.fail_content(each.content_id, code, reason)
                self._owned.discard(each.content_id)
                self._failed(item, code, reason, attempts)
                self._listener.files_settled()
        return decoded

    def _stays_out(self, claimed: _Claimed, picture_hash: bytes | None) -> bool:
        """Whether this is a forgotten photo into which somebody wrote a rating, say."""
        forgetting = self._writer.forgetting
        if picture_hash is None or not forgetting.doom_if_forgotten(
            claimed.content_id, picture_hash
        ):
            return False
        self._writer.release([claimed.content_id])
        self._owned.discard(claimed.content_id)
        forgetting.purge(self._thumbnails.remove)
        self._answer(claimed.file.item, Outcome.FORGOTTEN)
        return True

    def _find_twin(self, picture_hash: bytes | None) -> ContentId | None:
        if picture_hash is None:
            return None
        return self._writer.find_twin(picture_hash, self._model.id)

    def _embed(self, decoded: Sequence[_Decoded]) -> None:
        contents = [self._describe(each) for each in decoded if each.twin is not None]
        if fresh := [each for each in decoded if each.twin is None]:
            with self._encoders.loaded(self._model.installed) as encoder:
                embeddings = encoder.encode([each.photo.tensors[0] for each in fresh])
            contents += [
                self._describe(each, *self._model.read_row(embeddings, row))
                for row, each in enumerate(fresh)
            ]
        self._thumbnails.put(
            {each.claimed.file.identified.sha256: each.photo.thumbnail for each in decoded}
        )
        self._writer.complete(contents, self._model.id)
        items = [each.claimed.file.item for each in decoded]
        if told := {item.file_id: item.sidecar_stamp for item in items if item.sidecar_is_news}:
            self._writer.companions.note_sidecars(told)
        content_ids = [content.content_id for content in contents]
        self._owned.difference_update(content_ids)
        self._suspects.difference_update(content_ids)
        self._listener.photos_ready(content_ids)
        for each in decoded:
            outcome = Outcome.CHANGED if each.claimed.changed else Outcome.NEW
            self._answer(each.claimed.file.item, outcome, embedded=each.twin is None)

    def _describe(
        self,
        decoded: _Decoded,
        vectors: Mapping[Space, NDArray[np.float32]] | None = None,
        tags: tuple[tuple[str, float], ...] = (),
    ) -> EmbeddedContent:
        photo, file = decoded.photo, decoded.claimed.file
        metadata = add_beside(
            PhotoMetadata(photo.capture, photo.annotations),
            file.item.path,
            file.identified.mtime_ns,
            file.item.sidecar_path,
        )
        return EmbeddedContent(
            content_id=decoded.claimed.content_id,
            format=photo.format,
            width=photo.width,
            height=photo.height,
            capture=metadata.capture,
            annotations=metadata.annotations,
            vectors=vectors or {},
            tags=tags,
            picture_hash=decoded.picture_hash,
            twin=decoded.twin,
            vector_pass=VectorPass.PREVIEW if photo.is_first_pass else VectorPass.WHOLE,
        )

    def _unreadable(self, item: WorkItem, error: MediaError, byte_size: int, mtime_ns: int) -> None:
        """The file could not be read far enough to know its content."""
        code, reason = error.media_code, error.user_message
        if code is MediaCode.VANISHED:
            self._writer.mark_missing([item.file_id], now_ms())
            self._answer(item, Outcome.SKIPPED)
        else:
            attempts = self._writer.fail_file(item.file_id, code, reason, byte_size, mtime_ns)
            self._failed(item, code, reason, attempts)
        self._listener.files_settled()

    def _failed(self, item: WorkItem, code: MediaCode, reason: str, attempts: int) -> None:
        self._answer(item, Outcome.FAILED, problem=Problem(item.path, code, reason, attempts))

    def _answer(
        self,
        item: WorkItem,
        outcome: Outcome,
        *,
        known_as: ContentId | None = None,
        embedded: bool = False,
        problem: Problem | None = None,
    ) -> None:
        for job in self._close(item, embedded=embedded, failed=problem is not None):
            job.file_ended(outcome, known_as=known_as, embedded=embedded, problem=problem)

    def _close(self, item: WorkItem, *, embedded: bool = False, failed: bool = False) -> list[Job]:
        del self._open[item.file_id]
        self._progress.finished(embedded=embedded, failed=failed)
        return self._queue.finished(item)


def _known_outcome(claim: Claim) -> Outcome:
    if claim.new and not claim.changed:
        return Outcome.NEW  # a part of a photo: there is nothing else to do
    if claim.same:
        return Outcome.UNCHANGED  # touched, but the bytes are as they were
    if claim.changed:
        return Outcome.CHANGED
    return Outcome.MOVED if claim.moved else Outcome.COPIES
