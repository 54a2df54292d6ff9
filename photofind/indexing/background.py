"""What is done for photos that can be found already, while no new one waits.

There is one mechanism for all of it: contents that lack a vector of a model at a pass are embedded.
Searchable first, perfect later: first come the vectors that are missing (of the model that search
uses, of the one chosen to take its place, then of the others whose indexes are kept), from the
thumbnails that are there already; then those that were made from previews are replaced by ones
from the whole pictures.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from photofind.catalog.background import (
    find_first_pass,
    find_without_vectors,
    read_background_photos,
    store_reembedded,
)
from photofind.catalog.folders import read_folders
from photofind.catalog.suspects import (
    begin_attempts,
    charge_attempt,
    end_attempts,
    fail_attempt,
    find_suspect_attempts,
)
from photofind.catalog.vectors import ReembeddedContent, VectorPass
from photofind.domain import Activity, CatalogError, MediaCode, MediaError, ModelError
from photofind.indexing.progress import ProgressTracker
from photofind.indexing.queue import Background
from photofind.indexing.sources import Sources
from photofind.media.decode import decode_first_pass, decode_photo, decode_thumbnail

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from photofind.catalog.background import BackgroundPhoto
    from photofind.catalog.reader import CatalogReader
    from photofind.catalog.thumbnails import ThumbnailStore
    from photofind.domain import ContentId, WorkProgress
    from photofind.indexing.batch import PipelineContext
    from photofind.indexing.models import IndexModel
    from photofind.sentences import Sentence

logger = logging.getLogger(__name__)

BATCH = 4
_PASSING = frozenset({MediaCode.VANISHED, MediaCode.DENIED})
"""Errors that say nothing about the picture: it is tried again after the next scan."""


@dataclass(slots=True)
class _Plan:
    """The contents that one model still lacks something of.

    Attributes:
        activity: BUILDING where they have no vector of the model, for which any picture of them
            will do; REFINING where theirs are replaced by those of the whole pictures.
    """

    activity: Activity
    model: IndexModel
    waiting: deque[ContentId]
    suspects: deque[ContentId]
    sources: Sources
    progress: ProgressTracker = field(default_factory=ProgressTracker)

    @property
    def need(self) -> Background:
        if self.waiting:
            return Background.SHARED
        return Background.ALONE if self.suspects else Background.NONE


@dataclass(frozen=True, slots=True)
class _Piece:
    plan: _Plan
    content_ids: tuple[ContentId, ...]
    suspect: bool
    round: int
    """How often what was put off had been taken up again when this was cut."""


@dataclass(frozen=True, slots=True, eq=False)
class _Prepared:
    """A picture ready for the encoder; `thumbnail` is a new one, None where it was made of the
    one there is."""

    photo: BackgroundPhoto
    square: NDArray[np.uint8]
    vector_pass: VectorPass
    thumbnail: bytes | None = None
    damage: Sentence | None = None


class BackgroundWork:
    """Plans the work and does it a few photos at a time, on the embedding threads.

    What can't be done now (a drive is away, a file was changed) is put off until `wake`.
    """

    def __init__(
        self,
        context: PipelineContext,
        find_models: Callable[[CatalogReader], Sequence[IndexModel]],
    ) -> None:
        """Sets it up; `wake` begins.

        Args:
            find_models: the models whose indexes are to be complete, the most urgent first: the
                active one, the chosen one, the others that are kept.
        """
        self._queue = context.queue
        self._writer = context.writer
        self._models = context.models
        self._encoders = context.encoders
        self._listener = context.listener
        self._watchdog = context.watchdog
        self._unresponsive = context.unresponsive
        self._find_models = find_models
        self._lock = threading.Lock()
        with context.writer.transaction() as tx:
            self._suspects = set(find_suspect_attempts(tx))
        self._plan: _Plan | None = None
        self._in_hand: set[ContentId] = set()
        self._put_off: set[ContentId] = set()
        self._round = 0

    def wake(self, *, again: bool = False) -> None:
        """Looks again for something to do.

        Args:
            again: also for what was put off.
        """
        with self._lock:
            if again:
                self._put_off.clear()
                self._round += 1
            self._plan = None
            self._queue.set_background(Background.SHARED)

    def snapshot(self) -> WorkProgress | None:
        """What goes on in the background; None: nothing."""
        plan = self._plan
        if plan is None:
            return None
        return replace(
            plan.progress.snapshot(), activity=plan.activity, model=plan.model.catalog_key
        )

    def work_once(self, reader: CatalogReader, thumbnails: ThumbnailStore) -> None:
        """Does one piece. Errors of the catalog and of models end up with the listener."""
        piece: _Piece | None = None
        try:
            piece = self._take(reader)
            if piece is not None:
                self._work_on(piece, reader, thumbnails)
        except CatalogError as error:
            if piece is not None:
                self._give_back(piece)
            self._stop(error)
        except ModelError as error:
            assert piece is not None
            self._give_back(piece)
            self._listener.model_failed(piece.plan.model, error)
            with self._lock:
                self._plan = None
        finally:
            if piece is not None:
                self._finish(piece)

    # What comes next.

    def _take(self, reader: CatalogReader) -> _Piece | None:
        began = ended = False
        with self._lock:
            if self._plan is None or self._plan.need is Background.NONE:
                if self._in_hand:
                    # What others have in hand still looks as if it were to be done.
                    self._queue.set_background(Background.NONE)
                    return None
                self._plan = self._find_plan(reader)
                began = self._plan is not None
            plan = self._plan
            piece = None if plan is None else self._cut(plan)
            ended = plan is None
            self._queue.set_background(Background.NONE if plan is None else plan.need)
        if began:
            self._listener.background_began()
        if ended:
            self._listener.background_ended(None)
        return piece

    def _find_plan(self, reader: CatalogReader) -> _Plan | None:
        models = list(self._find_models(reader))
        for model in models:
            with reader.snapshot() as snapshot:
                without_vectors = find_without_vectors(snapshot, model.id)
            if plan := self._make_plan(Activity.BUILDING, model, without_vectors, reader):
                return plan
            if model.id != self._models.active.id:
                self._listener.model_complete(model)
        active = self._models.active
        with reader.snapshot() as snapshot:
            first_pass = find_first_pass(snapshot, active.id)
        return self._make_plan(Activity.REFINING, active, first_pass, reader)

    def _make_plan(
        self,
        activity: Activity,
        model: IndexModel,
        content_ids: Sequence[ContentId],
        reader: CatalogReader,
    ) -> _Plan | None:
        wanted = [each for each in content_ids if each not in self._put_off]
        if not wanted:
            return None
        with reader.snapshot() as snapshot:
            folders = read_folders(snapshot)
        plan = _Plan(
            activity,
            model,
            deque(each for each in wanted if each not in self._suspects),
            deque(each for each in wanted if each in self._suspects),
            Sources(folders, self._unresponsive),
        )
        plan.progress.queued(len(wanted))
        return plan

    def _cut(self, plan: _Plan) -> _Piece | None:
        if plan.waiting:
            taken = [plan.waiting.popleft() for _ in range(min(BATCH, len(plan.waiting)))]
        elif plan.suspects and not self._in_hand:
            taken = [plan.suspects.popleft()]
        else:
            return None
        self._in_hand.update(taken)
        return _Piece(plan, tuple(taken), taken[0] in self._suspects, self._round)

    def _finish(self, piece: _Piece) -> None:
        with self._lock:
            self._in_hand.difference_update(piece.content_ids)
            if self._plan is piece.plan and self._plan.need is not Background.NONE:
                self._queue.set_background(self._plan.need)
            elif not self._in_hand:
                self._queue.set_background(Background.SHARED)  # to plan what comes next

    def _give_back(self, piece: _Piece) -> None:
        if piece.suspect:
            return  # it stays one
        try:
            with self._writer.transaction() as tx:
                end_attempts(tx, piece.content_ids)
        except CatalogError as error:
            logger.info("what was in flight is tried again later: %s", error)

    def _stop(self, error: CatalogError) -> None:
        with self._lock:
            self._plan = None
            self._queue.set_background(Background.NONE)
        self._listener.halted(error)
        self._listener.background_ended(error)

    # The work.

    def _work_on(self, piece: _Piece, reader: CatalogReader, thumbnails: ThumbnailStore) -> None:
        plan = piece.plan
        with reader.snapshot() as snapshot:
            photos = read_background_photos(snapshot, piece.content_ids)
        prepared: list[_Prepared] = []
        for photo in photos:
            ready = None
            if plan.activity is Activity.BUILDING:
                ready = _from_thumbnail(photo, plan.model, thumbnails)
            if ready is None and not photo.failed:
                ready = self._from_file(photo, piece)
            if ready is None:
                self._put_off_until_woken(photo.content_id, piece)
            else:
                prepared.append(ready)
        if prepared:
            self._embed(plan, prepared, thumbnails)
        for number in range(len(piece.content_ids)):
            plan.progress.finished(embedded=number < len(prepared))

    def _put_off_until_woken(self, content_id: ContentId, piece: _Piece) -> None:
        with self._lock:
            # Whoever woke us meanwhile may know that the drive is back.
            if piece.round == self._round:
                self._put_off.add(content_id)

    def _from_file(self, photo: BackgroundPhoto, piece: _Piece) -> _Prepared | None:
        plan = piece.plan
        source = plan.sources.find(photo)
        if source is None:
            return None
        # Committed before the attempt: whatever ends the process now, the next one knows.
        with self._writer.transaction() as tx:
            begin_attempts(tx, [photo.content_id])
        if piece.suspect:
            with self._writer.transaction() as tx:
                charge_attempt(tx, photo.content_id)
        decode = decode_photo if plan.activity is Activity.REFINING else decode_first_pass
        try:
            with self._watchdog.one_photo():
                decoded = decode(source, (plan.model.geometry,))
        except MediaError as error:
            if error.media_code in _PASSING:
                with self._writer.transaction() as tx:
                    end_attempts(tx, [photo.content_id])
            else:
                with self._writer.transaction() as tx:
                    fail_attempt(tx, photo.content_id, error.media_code, error.sentence)
                with self._lock:
                    self._suspects.discard(photo.content_id)
                self._listener.files_settled()
            return None
        vector_pass = VectorPass.PREVIEW if decoded.is_first_pass else VectorPass.WHOLE
        return _Prepared(photo, decoded.tensors[0], vector_pass, decoded.thumbnail, decoded.damage)

    def _embed(
        self, plan: _Plan, prepared: Sequence[_Prepared], thumbnails: ThumbnailStore
    ) -> None:
        with self._encoders.loaded(plan.model.installed) as encoder:
            embeddings = encoder.encode([each.square for each in prepared])
        found = [
            ReembeddedContent(
                each.photo.content_id, *plan.model.read_row(embeddings, row), each.vector_pass
            )
            for row, each in enumerate(prepared)
        ]
        new = {each.photo.sha256: each.thumbnail for each in prepared if each.thumbnail is not None}
        if new:
            thumbnails.put(new)
        attempted = [each.photo.content_id for each in prepared if each.thumbnail is not None]
        with self._writer.transaction() as tx:
            store_reembedded(tx, found, plan.model.id, attempted)
            for each in prepared:
                if each.damage is not None:
                    fail_attempt(tx, each.photo.content_id, MediaCode.UNREADABLE, each.damage)
        with self._lock:
            self._suspects.difference_update(attempted)
        content_ids = [each.content_id for each in found]
        if plan.activity is Activity.REFINING:
            self._listener.photos_refined(content_ids)
        elif plan.model.id == self._models.active.id:
            self._listener.photos_ready(content_ids)


def _from_thumbnail(
    photo: BackgroundPhoto, model: IndexModel, thumbnails: ThumbnailStore
) -> _Prepared | None:
    thumbnail = thumbnails.get(photo.sha256)
    if thumbnail is None:
        return None
    try:
        square = decode_thumbnail(thumbnail, model.geometry)
    except MediaError as error:
        logger.info("a thumbnail is damaged: %s", error)
        return None
    return None if square is None else _Prepared(photo, square, VectorPass.PREVIEW)
