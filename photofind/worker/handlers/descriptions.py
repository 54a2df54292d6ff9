"""Captions and questions: queued, hurried, cancelled, edited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from photofind.catalog.jobs import Priority, raise_priority, retry_jobs, show_jobs
from photofind.catalog.texts import (
    FoundAnswer,
    FoundText,
    TextKind,
    accept_caption,
    delete_answer,
    delete_caption,
    edit_caption,
    write_caption,
)
from photofind.describe.job_params import (
    checked_answer_params,
    checked_caption,
    checked_caption_options,
)
from photofind.domain import JobKind, PhotofindError
from photofind.worker.description_messages import (
    AcceptCaption,
    Ask,
    AskFile,
    CancelDescriptions,
    CaptionsChanged,
    DeleteAnswer,
    DeleteCaption,
    Describe,
    DescribeFile,
    EditCaption,
    FileAnswered,
    FileDescribed,
    LookAt,
    RetryDescriptions,
    ShowInGrid,
    WriteCaption,
)
from photofind.worker.handlers.base import refuse
from photofind.worker.wire import BaseCommand, Done

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.catalog.writer import CatalogWriter
    from photofind.describe.describer import Describer, Outcome
    from photofind.domain import PhotoId
    from photofind.worker.handlers.base import Handlers
    from photofind.worker.handlers.queueing import Queueing
    from photofind.worker.server import Peer, Server


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """The model that carries out a job.

    Attributes:
        key: as the job names it.
        catalog_key: under which its texts are kept.
    """

    key: str
    catalog_key: str


class DescriptionHandlers:
    """Changes the queue of descriptions, and what it has brought."""

    def __init__(
        self,
        writer: CatalogWriter,
        describer: Describer,
        queueing: Queueing,
        server: Server,
        choose: Callable[[JobKind, str], ChosenModel],
        captions_changed: Callable[[], None],
    ) -> None:
        """
        Args:
            choose: the model for a kind of job and the key that was given; raises PhotofindError
                when there is none, so that nothing is queued that can't be done.
            captions_changed: what else happens when captions changed or went.
        """
        self._writer = writer
        self._describer = describer
        self._queueing = queueing
        self._server = server
        self._choose = choose
        self._captions_changed = captions_changed

    @property
    def handlers(self) -> Handlers:
        return {
            Describe: self._describe,
            DescribeFile: self._describe_file,
            Ask: self._ask,
            AskFile: self._ask_file,
            LookAt: self._look_at,
            ShowInGrid: self._show_in_grid,
            CancelDescriptions: self._cancel,
            RetryDescriptions: self._retry,
            WriteCaption: self._write_caption,
            EditCaption: self._edit_caption,
            AcceptCaption: self._accept_caption,
            DeleteCaption: self._delete_caption,
            DeleteAnswer: self._delete_answer,
        }

    def _describe(self, peer: Peer, command: Describe) -> None:
        model = self._choose(JobKind.CAPTION, command.options.model)
        options = checked_caption_options(replace(command.options, model=model.key))
        self._queueing.queue_texts(
            peer,
            command,
            JobKind.CAPTION,
            options,
            photo_ids=command.photo_ids,
            folder=command.folder,
            waits=command.waits,
            known=None if command.again else (TextKind.CAPTION, model.catalog_key),
        )

    def _ask(self, peer: Peer, command: Ask) -> None:
        checked_answer_params("", command.question)
        model = self._choose(JobKind.ANSWER, command.model)
        params = checked_answer_params(model.key, command.question)
        self._queueing.queue_questions(peer, command, JobKind.ANSWER, params, command.photo_ids)

    def _describe_file(self, peer: Peer, command: DescribeFile) -> None:
        model = self._choose(JobKind.CAPTION, command.options.model)
        options = checked_caption_options(replace(command.options, model=model.key))

        def ended(outcome: Outcome, kept: bool) -> None:
            if isinstance(outcome, FoundText):
                score = outcome.details.get("score")
                peer.answer(
                    command,
                    FileDescribed(
                        text=outcome.text,
                        model=outcome.model.catalog_key,
                        score=score if isinstance(score, float) else None,
                        kept=kept,
                    ),
                )
            elif isinstance(outcome, PhotofindError):
                refuse(peer, command, outcome)

        self._queueing.run_single(
            JobKind.CAPTION, options, command.path, ended, self._tell_captions_changed
        )

    def _ask_file(self, peer: Peer, command: AskFile) -> None:
        checked_answer_params("", command.question)
        model = self._choose(JobKind.ANSWER, command.model)
        params = checked_answer_params(model.key, command.question)

        def ended(outcome: Outcome, kept: bool) -> None:
            if isinstance(outcome, FoundAnswer):
                peer.answer(
                    command,
                    FileAnswered(
                        answer=outcome.answer,
                        model=outcome.model.catalog_key,
                        kept=kept,
                    ),
                )
            elif isinstance(outcome, PhotofindError):
                refuse(peer, command, outcome)

        self._queueing.run_single(
            JobKind.ANSWER, params, command.path, ended, self._tell_captions_changed
        )

    def _look_at(self, peer: Peer, command: LookAt) -> None:
        with self._writer.transaction() as tx:
            raise_priority(tx, command.photo_ids, Priority.IN_SIGHT)
        self._done(peer, command)
        self._describer.wake()

    def _show_in_grid(self, peer: Peer, command: ShowInGrid) -> None:
        with self._writer.transaction() as tx:
            show_jobs(tx, command.photo_ids)
        self._done(peer, command)  # only the order of the jobs changes: nobody need be woken

    def _cancel(self, peer: Peer, command: CancelDescriptions) -> None:
        self._describer.cancel(command.photo_ids or None, command.kind)
        self._done(peer, command)

    def _retry(self, peer: Peer, command: RetryDescriptions) -> None:
        with self._writer.transaction() as tx:
            retry_jobs(tx, after_crash=not command.resent)
        self._describer.wake()
        self._done(peer, command)

    def _write_caption(self, peer: Peer, command: WriteCaption) -> None:
        with self._writer.transaction() as tx:
            write_caption(tx, command.photo_id, checked_caption(command.text))
        self._changed(peer, command, command.photo_id)

    def _edit_caption(self, peer: Peer, command: EditCaption) -> None:
        text = checked_caption(command.text)
        with self._writer.transaction() as tx:
            photo_id = edit_caption(tx, command.text_id, text)
        self._changed(peer, command, photo_id)

    def _accept_caption(self, peer: Peer, command: AcceptCaption) -> None:
        with self._writer.transaction() as tx:
            photo_id = accept_caption(tx, command.text_id)
        self._changed(peer, command, photo_id)

    def _delete_caption(self, peer: Peer, command: DeleteCaption) -> None:
        with self._writer.transaction() as tx:
            photo_id = delete_caption(tx, command.text_id)
        self._changed(peer, command, photo_id)

    def _delete_answer(self, peer: Peer, command: DeleteAnswer) -> None:
        with self._writer.transaction() as tx:
            delete_answer(tx, command.question_id)
        self._changed(peer, command, command.photo_id)

    def _changed(self, peer: Peer, command: BaseCommand[Done], photo_id: PhotoId) -> None:
        self._done(peer, command)
        self._tell_captions_changed(photo_id)

    def _done(self, peer: Peer, command: BaseCommand[Done]) -> None:
        peer.answer(command, Done())

    def _tell_captions_changed(self, photo_id: PhotoId) -> None:
        self._server.broadcast(CaptionsChanged(photo_id=photo_id))
        self._captions_changed()
