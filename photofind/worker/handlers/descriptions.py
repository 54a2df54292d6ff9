"""Captions and questions: queued, hurried, cancelled, edited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from photofind.catalog.description_rows import FoundAnswer, FoundText, TextKind, Urgency
from photofind.describe.orders import (
    ANSWER,
    CAPTION,
    checked_answer_order,
    checked_caption,
    checked_caption_order,
)
from photofind.domain import PhotofindError, PhotoId, TextId
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
    SetDescriptionsPaused,
    ShowInGrid,
    WriteCaption,
)
from photofind.worker.handlers.base import refuse
from photofind.worker.messages import Done, path_from_wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.catalog.writer import CatalogWriter
    from photofind.describe.describer import Describer
    from photofind.describe.surroundings import Outcome
    from photofind.worker.handlers.base import Handlers
    from photofind.worker.handlers.queueing import Queueing
    from photofind.worker.messages import Command
    from photofind.worker.server import Peer, Server


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """The model an order goes to.

    Attributes:
        key: as the order names it.
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
        choose: Callable[[str, str], ChosenModel],
        captions_changed: Callable[[], None],
    ) -> None:
        """
        Args:
            choose: the model for a kind of job and the key that was given; raises PhotofindError
                when there is none, so that nothing is queued that can't be done.
            captions_changed: what else happens when captions changed or went.
        """
        self._writer = writer.descriptions
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
            SetDescriptionsPaused: self._set_paused,
            RetryDescriptions: self._retry,
            WriteCaption: self._write_caption,
            EditCaption: self._edit_caption,
            AcceptCaption: self._accept_caption,
            DeleteCaption: self._delete_caption,
            DeleteAnswer: self._delete_answer,
        }

    def _describe(self, peer: Peer, command: Describe) -> None:
        model = self._choose(CAPTION, command.model)
        order = checked_caption_order(model.key, command.prefix, command.beams, command.seed)
        self._queueing.queue_texts(
            peer,
            command,
            CAPTION,
            order,
            photo_ids=[PhotoId(number) for number in command.photo_ids],
            folder=path_from_wire(command.folder) if command.folder else None,
            waits=command.waits,
            known=None if command.again else (TextKind.CAPTION, model.catalog_key),
        )

    def _ask(self, peer: Peer, command: Ask) -> None:
        checked_answer_order("", command.question)
        model = self._choose(ANSWER, command.model)
        order = checked_answer_order(model.key, command.question)
        photo_ids = [PhotoId(each) for each in command.photo_ids]
        self._queueing.queue_questions(peer, command, ANSWER, order, photo_ids)

    def _describe_file(self, peer: Peer, command: DescribeFile) -> None:
        model = self._choose(CAPTION, command.model)
        order = checked_caption_order(model.key, command.prefix, command.beams, command.seed)

        def ended(outcome: Outcome, kept: bool) -> None:
            if isinstance(outcome, FoundText):
                score = outcome.details.get("score")
                peer.send(
                    FileDescribed(
                        request_id=command.request_id,
                        text=outcome.text,
                        model=outcome.model.catalog_key,
                        score=score if isinstance(score, float) else None,
                        kept=kept,
                    )
                )
            elif isinstance(outcome, PhotofindError):
                refuse(peer, command, outcome)

        path = path_from_wire(command.path)
        self._queueing.run_single(CAPTION, order, path, ended, self._tell_captions_changed)

    def _ask_file(self, peer: Peer, command: AskFile) -> None:
        checked_answer_order("", command.question)
        model = self._choose(ANSWER, command.model)
        order = checked_answer_order(model.key, command.question)

        def ended(outcome: Outcome, kept: bool) -> None:
            if isinstance(outcome, FoundAnswer):
                peer.send(
                    FileAnswered(
                        request_id=command.request_id,
                        answer=outcome.answer,
                        model=outcome.model.catalog_key,
                        kept=kept,
                    )
                )
            elif isinstance(outcome, PhotofindError):
                refuse(peer, command, outcome)

        path = path_from_wire(command.path)
        self._queueing.run_single(ANSWER, order, path, ended, self._tell_captions_changed)

    def _look_at(self, peer: Peer, command: LookAt) -> None:
        seen = [PhotoId(number) for number in command.photo_ids]
        self._writer.hasten_jobs(seen, Urgency.IN_SIGHT)
        self._done(peer, command)
        self._describer.wake()

    def _show_in_grid(self, peer: Peer, command: ShowInGrid) -> None:
        self._writer.show_jobs([PhotoId(number) for number in command.photo_ids])
        self._done(peer, command)  # it changes the order alone, so nobody need be woken

    def _cancel(self, peer: Peer, command: CancelDescriptions) -> None:
        photo_ids = {PhotoId(number) for number in command.photo_ids}
        self._describer.cancel(photo_ids or None, command.kind or None)
        self._done(peer, command)

    def _set_paused(self, peer: Peer, command: SetDescriptionsPaused) -> None:
        self._describer.set_paused(command.paused)
        self._done(peer, command)

    def _retry(self, peer: Peer, command: RetryDescriptions) -> None:
        self._writer.retry_jobs(after_crash=not command.resent)
        self._describer.wake()
        self._done(peer, command)

    def _write_caption(self, peer: Peer, command: WriteCaption) -> None:
        photo_id = PhotoId(command.photo_id)
        self._writer.write_caption(photo_id, checked_caption(command.text))
        self._changed(peer, command, photo_id)

    def _edit_caption(self, peer: Peer, command: EditCaption) -> None:
        text = checked_caption(command.text)
        self._changed(peer, command, self._writer.edit_caption(TextId(command.text_id), text))

    def _accept_caption(self, peer: Peer, command: AcceptCaption) -> None:
        self._changed(peer, command, self._writer.accept_caption(TextId(command.text_id)))

    def _delete_caption(self, peer: Peer, command: DeleteCaption) -> None:
        self._changed(peer, command, self._writer.delete_caption(TextId(command.text_id)))

    def _delete_answer(self, peer: Peer, command: DeleteAnswer) -> None:
        self._writer.delete_answer(command.question_id)
        self._changed(peer, command, PhotoId(command.photo_id))

    def _changed(self, peer: Peer, command: Command, photo_id: PhotoId) -> None:
        self._done(peer, command)
        self._tell_captions_changed(photo_id)

    def _done(self, peer: Peer, command: Command) -> None:
        peer.send(Done(request_id=command.request_id))

    def _tell_captions_changed(self, photo_id: PhotoId) -> None:
        self._server.broadcast(CaptionsChanged(photo_id=photo_id))
        self._captions_changed()
