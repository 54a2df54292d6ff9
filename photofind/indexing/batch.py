"""What happens to a few files at once: identify, claim, decode, embed, store."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from photofind.catalog.claims import ClaimOutcome, IdentifiedFile, claim_files
from photofind.catalog.contents import (
    EmbeddedContent,
    complete_contents,
    fail_content,
    find_twin,
    release_contents,
)
from photofind.catalog.files import UNSETTLED, fail_file
from photofind.catalog.forgetting import mark_for_deletion_if_forgotten, purge_photos
from photofind.catalog.metadata import note_sidecars
from photofind.catalog.suspects import charge_strike, fail_attempt
from photofind.catalog.vectors import VectorPass
from photofind.domain import CatalogError, MediaCode, MediaError, ModelError, Problem
from photofind.indexing.job import Outcome
from photofind.indexing.listeners import BackgroundListener
from photofind.indexing.metadata_merge import merge_metadata
from photofind.indexing.metadata_refresh import refresh_metadata
from photofind.indexing.sources import KEEP_BYTES
from photofind.media.decode import decode_first_pass
from photofind.media.files import FileTimes, read_times
from photofind.media.identity import hash_file, read_and_hash
from photofind.media.metadata.photo import PhotoMetadata
from photofind.media.online_only import lies_online_only
from photofind.media.picture_hash import hash_picture
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from photofind.catalog.claims import Claim
    from photofind.catalog.thumbnails import ThumbnailStore
    from photofind.catalog.writer import CatalogWriter
    from photofind.domain import ContentId, FileId, PhotofindError, Space
    from photofind.indexing.decode_watchdog import DecodeWatchdog
    from photofind.indexing.job import Job
    from photofind.indexing.models import IndexModels
    from photofind.indexing.progress import ProgressTracker
    from photofind.indexing.queue import WorkItem, WorkQueue
    from photofind.indexing.unresponsive_roots import UnresponsiveRoots
    from photofind.inference.clip import DualEncoder, ImageEncoder
    from photofind.inference.model_slot import ModelSlot
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

    def stuck(self, reason: Sentence) -> None:
        """A decoder can't be stopped: the process must end now and be started again."""


@dataclass(frozen=True, slots=True)
class PipelineContext:
    """What the batches of all threads share.

    Attributes:
        suspects: contents that were in flight when an earlier worker died; whichever of them
            ends the process again must be found out, so they are tried alone.
    """

    queue: WorkQueue
    writer: CatalogWriter
    models: IndexModels
    encoders: ModelSlot[DualEncoder, ImageEncoder]
    progress: ProgressTracker
    listener: PipelineListener
    watchdog: DecodeWatchdog
    unresponsive: UnresponsiveRoots
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

    def __init__(self, context: PipelineContext, thumbnails: ThumbnailStore) -> None:
        self._queue = context.queue
        self._writer = context.writer
        self._model = context.models.active
        self._encoders = context.encoders
        self._progress = context.progress
        self._listener = context.listener
        self._watchdog = context.watchdog
        self._unresponsive = context.unresponsive
        self._suspects = context.suspects
        self._thumbnails = thumbnails
        self._open: dict[FileId, WorkItem] = {}
        self._owned: set[ContentId] = set()

    def work_on(self, batch: list[WorkItem]) -> None:
        decoded: list[_Decoded] = []
        try:
            while batch:
                self._open.update((item.file_id, item) for item in batch)
                told = [item for item in batch if item.only_sidecar]
                self._refresh_metadata(told)
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
            with self._writer.transaction(landing=self._owned) as tx:
                release_contents(tx, self._owned)
        except CatalogError as error:
            logger.info("what was in flight is tried again later: %s", error)

    def _refresh_metadata(self, items: Sequence[WorkItem]) -> None:
        for item in items:
            if item.may_download or not lies_online_only(item.path):
                refresh_metadata(item, self._writer, self._watchdog)
            self._answer(item, Outcome.UNCHANGED)
        if items:
            self._listener.files_settled()

    def _identify(self, items: Sequence[WorkItem]) -> list[_Readable]:
        readable = []
        for item in items:
            if self._unresponsive.is_silent(item.path):
                self._answer(item, Outcome.SKIPPED)  # found again once its drive answers
                continue
            times = FileTimes(0, 0, None)
            try:
                with self._unresponsive.reading(item.path):
                    if not item.may_download and lies_online_only(item.path):
                        # Taken away since it was found; the next scan counts it.
                        self._answer(item, Outcome.SKIPPED)
                        continue
                    times = read_times(item.path)
                    digest, data = read_and_hash(item.path, KEEP_BYTES)
                    still_the_same = read_times(item.path) == times
            except MediaError as error:
                self._unreadable(item, error, times)
                continue
            if not still_the_same:
                self._answer(item, Outcome.RESTLESS)  # still being written
                continue
            ctime_ns = times.ctime_ns if times.is_settled(time.time_ns()) else UNSETTLED
            identified = IdentifiedFile(
                item.file_id, times.byte_size, times.mtime_ns, digest, ctime_ns
            )
            readable.append(_Readable(item, identified, data))
        return readable

    def _claim(self, readable: Sequence[_Readable]) -> list[_Claimed]:
        """Commits what the files are; returns those whose content must be embedded."""
        if not readable:
            return []
        with self._writer.transaction() as tx:
            claims = claim_files(tx, [each.identified for each in readable])
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
                    claim.reason or Sentence("This file can't be read."),
                    claim.attempts,
                )
            else:
                if claim.outcome is ClaimOutcome.READY and each.item.sidecar_is_news:
                    refresh_metadata(each.item, self._writer, self._watchdog)
                self._answer(each.item, _known_outcome(claim), known_as=claim.content_id)
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
                with self._writer.transaction() as tx:
                    charge_strike(tx, each.content_id)
            elif each.content_id in self._suspects:
                with self._writer.transaction(landing=[each.content_id]) as tx:
                    release_contents(tx, [each.content_id])
                self._owned.discard(each.content_id)
                del self._open[item.file_id]
                self._queue.defer(item)
                continue
            source = item.path if each.file.data is None else each.file.data
            try:
                with self._watchdog.one_photo():
                    photo = decode_first_pass(source, (geometry,))
                    picture_hash = hash_picture(source, photo.format)
                twin = self._find_twin(picture_hash)
                if twin is None and self._stays_out(each, picture_hash):
                    continue
                decoded.append(_Decoded(each, photo, picture_hash, twin))
            except MediaError as error:
                if each.file.data is None and self._fail_for_now(each):
                    continue
                code, reason = error.media_code, error.sentence
                with self._writer.transaction(landing=[each.content_id]) as tx:
                    attempts = fail_content(tx, each.content_id, code, reason)
                self._owned.discard(each.content_id)
                self._failed(item, code, reason, attempts)
                self._listener.files_settled()
        return decoded

    def _stays_out(self, claimed: _Claimed, picture_hash: bytes | None) -> bool:
        """Whether this is a forgotten photo into which somebody wrote a rating, say."""
        if picture_hash is None:
            return False
        with self._writer.transaction() as tx:
            stays_out = mark_for_deletion_if_forgotten(tx, claimed.content_id, picture_hash)
        if not stays_out:
            return False
        with self._writer.transaction(landing=[claimed.content_id]) as tx:
            release_contents(tx, [claimed.content_id])
        self._owned.discard(claimed.content_id)
        with self._writer.transaction() as tx:
            purge_photos(tx, self._thumbnails.remove)
        self._answer(claimed.file.item, Outcome.FORGOTTEN)
        return True

    def _find_twin(self, picture_hash: bytes | None) -> ContentId | None:
        if picture_hash is None:
            return None
        with self._writer.transaction() as tx:
            return find_twin(tx, picture_hash, self._model.id)

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
        with self._writer.transaction(landing=[each.content_id for each in contents]) as tx:
            complete_contents(tx, contents, self._model.id)
            for each in decoded:
                if each.photo.damage is not None:
                    content_id = each.claimed.content_id
                    fail_attempt(tx, content_id, MediaCode.UNREADABLE, each.photo.damage)
        items = [each.claimed.file.item for each in decoded]
        if told := {item.file_id: item.sidecar_stamp for item in items if item.sidecar_is_news}:
            with self._writer.transaction() as tx:
                note_sidecars(tx, told)
        content_ids = [content.content_id for content in contents]
        self._owned.difference_update(content_ids)
        self._suspects.difference_update(content_ids)
        self._listener.photos_ready(content_ids)
        for each in decoded:
            outcome = Outcome.CHANGED if each.claimed.changed else Outcome.NEW
            self._answer(
                each.claimed.file.item,
                outcome,
                known_as=each.claimed.content_id,
                embedded=each.twin is None,
            )

    def _describe(
        self,
        decoded: _Decoded,
        vectors: Mapping[Space, NDArray[np.float32]] | None = None,
        tags: tuple[tuple[str, float], ...] = (),
    ) -> EmbeddedContent:
        photo, file = decoded.photo, decoded.claimed.file
        metadata = self._merge_metadata(photo, file)
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

    def _merge_metadata(self, photo: DecodedPhoto, file: _Readable) -> PhotoMetadata:
        own = PhotoMetadata(photo.capture, photo.annotations)
        mtime_ns = file.identified.mtime_ns
        try:
            return merge_metadata(own, file.item.path, mtime_ns, file.item.sidecar_path)
        except MediaError as error:
            logger.info("a sidecar can't be read for now: %s", error.code)
            file.item.sidecar = None  # not noted as read: the next scan tries again
            return merge_metadata(own, file.item.path, mtime_ns, None)

    def _fail_for_now(self, claimed: _Claimed) -> bool:
        """Whether a photo that failed to decode can't be read from its drive either, which says
        nothing about its bytes."""
        item, identified = claimed.file.item, claimed.file.identified
        trouble: MediaError | None = None
        try:
            with self._unresponsive.reading(item.path):
                if hash_file(item.path) == identified.sha256:
                    return False
        except MediaError as error:
            trouble = error
        with self._writer.transaction(landing=[claimed.content_id]) as tx:
            release_contents(tx, [claimed.content_id])
        self._owned.discard(claimed.content_id)
        if trouble is None:
            self._answer(item, Outcome.RESTLESS)
        else:
            times = FileTimes(identified.byte_size, identified.mtime_ns, identified.ctime_ns)
            self._unreadable(item, trouble, times)
        return True

    def _unreadable(self, item: WorkItem, error: MediaError, times: FileTimes) -> None:
        """The file could not be read far enough to know its content."""
        code, reason = error.media_code, error.sentence
        if code is MediaCode.VANISHED:
            # Deleted, renamed or unplugged: another scan tells.
            self._answer(item, Outcome.RESTLESS)
            return
        with self._writer.transaction() as tx:
            attempts = fail_file(tx, item.file_id, code, reason, *times)
        self._failed(item, code, reason, attempts)
        self._listener.files_settled()

    def _failed(self, item: WorkItem, code: MediaCode, reason: Sentence, attempts: int) -> None:
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
            if outcome is Outcome.RESTLESS and item.folder_id is not None:
                job.look_again(item.folder_id)
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
