"""Decides what is said about captions and questions, and tells the worker what is wanted."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from photofind.describe.orders import (
    ANSWERER_MISSING,
    CAPTION,
    CAPTIONER_MISSING,
    LARGEST_SEED,
    is_on_server,
)
from photofind.domain import PhotoId
from photofind.gui.describing.answers_dialog import AnswersDialog
from photofind.gui.describing.ask_panel import Pending
from photofind.gui.describing.naming import model_title, model_titles
from photofind.inference.spec import short_key
from photofind.worker.description_messages import (
    AcceptCaption,
    AnswerReady,
    Ask,
    CancelDescriptions,
    CaptionReady,
    CaptionsChanged,
    DeleteAnswer,
    DeleteCaption,
    Describe,
    DescriptionFailed,
    DescriptionProgress,
    EditCaption,
    LookAt,
    RetryDescriptions,
    SetDescriptionsPaused,
    TextPart,
    WriteCaption,
)
from photofind.worker.messages import path_to_wire

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from photofind.domain import Photo, TextId
    from photofind.gui.bridge import WorkerBridge
    from photofind.gui.describing.model_chooser import OfferedModel
    from photofind.gui.describing.offering import ModelOffers
    from photofind.gui.describing.reads import DescriptionReads
    from photofind.gui.errands import Errands
    from photofind.gui.preview.controller import PreviewController
    from photofind.gui.preview.loader import PreviewFacts
    from photofind.gui.window import MainWindow
    from photofind.worker.messages import Command


class DescriptionsController(QObject):
    """Connects the captions below a photo, the questions beside it, the status line and the
    worker."""

    texts_changed = Signal()
    """Search may find other photos now."""
    paused_changed = Signal(bool)

    def __init__(
        self,
        window: MainWindow,
        preview: PreviewController,
        bridge: WorkerBridge,
        send: Callable[[Command], None],
        errands: Errands,
        reads: DescriptionReads,
        offers: ModelOffers,
        *,
        paused: bool,
        parent: QObject | None = None,
    ) -> None:
        """
        Args:
            send: hands a command to the worker, which is started if need be.
            paused: describing rests, as the person left it.
        """
        super().__init__(parent)
        self._window = window
        self._strip = window.preview.captions
        self._panel = window.preview.questions
        self._status = window.status_line.descriptions
        self._preview = preview
        self._send = send
        self._errands = errands
        self._reads = reads
        self._paused = paused
        self._progress = DescriptionProgress(activity="idle")
        self._wanted: set[PhotoId] = set()
        """Photos whose caption the person waits for."""
        self._problems: dict[PhotoId, str] = {}
        self._pending: dict[PhotoId, Pending] = {}
        self._dialog: AnswersDialog | None = None
        self._asked_last: Describe | Ask | None = None
        self._refused: Describe | Ask | None = None
        """What the person wants and no model is there for."""

        self._status.show_paused(paused)
        self._status.pause_requested.connect(self.set_paused)
        self._status.cancel_requested.connect(self._cancel_all)
        self._status.retry_requested.connect(lambda: send(RetryDescriptions()))
        self._status.forget_requested.connect(self._cancel_all)
        strip, panel = self._strip, self._panel
        strip.describe_requested.connect(self._describe_shown_photo)
        strip.again_requested.connect(self._describe_again)
        strip.cancel_requested.connect(self._cancel_caption)
        strip.written.connect(self._write)
        strip.edited.connect(self._edit)
        strip.accepted.connect(lambda text_id: send(AcceptCaption(text_id=text_id)))
        strip.deleted.connect(lambda text_id: send(DeleteCaption(text_id=text_id)))
        strip.left.connect(window.preview.setFocus)
        panel.asked.connect(self._ask_shown_photo)
        panel.cancelled.connect(self._cancel_question)
        panel.forgotten.connect(self._forget)
        window.preview.asking_changed.connect(self._on_asking)
        preview.facts_shown.connect(self._show)
        bridge.greeted.connect(lambda _: self._on_greeted())
        bridge.described.connect(self._on_event)
        bridge.refused.connect(self._on_refused)
        offers.installed.connect(self._on_model_installed)

    # What the person asks for

    def describe(
        self, photo_ids: Sequence[PhotoId], model: str = "", seed: int | None = None
    ) -> None:
        """Has these photos described; a single one even if it has a caption.

        Args:
            model: key of the model, "" for the usual one.
            seed: words are drawn by chance, by this number; None: the likeliest caption.
        """
        few = len(photo_ids) == 1
        self._wanted.update(photo_ids if few else ())
        for photo_id in photo_ids:
            self._problems.pop(photo_id, None)
        self._ask_for(Describe(photo_ids=tuple(photo_ids), model=model, seed=seed, again=few))
        self._show_state()

    def describe_folder(self, folder: Path) -> None:
        self._ask_for(Describe(folder=path_to_wire(folder)))

    def describe_all(self) -> None:
        self._ask_for(Describe())

    def ask(self, photo_ids: Sequence[PhotoId]) -> None:
        """Opens the panel beside one photo, or a table for several."""
        if len(photo_ids) == 1:
            self._preview.open_photo(photo_ids[0])
            self._window.preview.show_questions(True)
        else:
            self._errands.run(lambda: self._reads.photos(photo_ids), self._open_table)

    def set_paused(self, paused: bool) -> None:
        self._paused = paused
        self._status.show_paused(paused)
        self._send(SetDescriptionsPaused(paused=paused))
        self.paused_changed.emit(paused)

    def _ask_for(self, command: Describe | Ask) -> None:
        self._asked_last = command
        self._send(command)

    def _describe_shown_photo(self) -> None:
        if (photo_id := self._preview.photo_id) is not None:
            self.describe([photo_id])

    def _describe_again(self, catalog_key: str) -> None:
        """By the model that wrote the caption, not by whichever comes first. The likeliest
        caption is there already, so this one is drawn."""
        if (photo_id := self._preview.photo_id) is not None:
            model = catalog_key if is_on_server(catalog_key) else short_key(catalog_key)
            self.describe([photo_id], model, secrets.randbelow(LARGEST_SEED))

    def _write(self, text: str) -> None:
        if (photo_id := self._preview.photo_id) is not None:
            self._send(WriteCaption(photo_id=photo_id, text=text))

    def _edit(self, text_id: TextId, text: str) -> None:
        self._send(EditCaption(text_id=text_id, text=text))

    def _cancel_caption(self) -> None:
        if (photo_id := self._preview.photo_id) is not None:
            self._wanted.discard(photo_id)
            self._send(CancelDescriptions(photo_ids=(photo_id,), kind=CAPTION))
            self._show_state()

    def _cancel_all(self) -> None:
        self._wanted.clear()
        self._send(CancelDescriptions())
        self._show_state()

    def _ask_shown_photo(self, question: str, model: str) -> None:
        if (photo_id := self._preview.photo_id) is not None:
            self._pending[photo_id] = Pending(" ".join(question.split()))
            self._panel.clear_question()
            self._ask_for(Ask(photo_ids=(photo_id,), question=question, model=model))
            self._show_questions()

    def _cancel_question(self) -> None:
        photo_id = self._preview.photo_id
        if photo_id is not None and self._pending.pop(photo_id, None) is not None:
            self._send(CancelDescriptions(photo_ids=(photo_id,), kind="answer"))
            self._show_questions()

    def _forget(self, question_id: int) -> None:
        if (photo_id := self._preview.photo_id) is not None:
            self._send(DeleteAnswer(photo_id=photo_id, question_id=question_id))

    def _open_table(self, photos: list[Photo]) -> None:
        dialog = AnswersDialog(photos, self._window)
        self._dialog = dialog
        dialog.asked.connect(
            lambda question, model: self._ask_for(
                Ask(photo_ids=dialog.photo_ids, question=question, model=model)
            )
        )
        dialog.cancelled.connect(
            lambda: self._send(CancelDescriptions(photo_ids=dialog.photo_ids, kind="answer"))
        )
        dialog.destroyed.connect(self._on_table_closed)
        self._errands.run(self._reads.answerers, dialog.offer_models)
        dialog.show()

    def _on_table_closed(self) -> None:
        self._dialog = None

    def _on_asking(self, shown: bool) -> None:
        if shown:
            self._errands.run(self._reads.answerers, self._offer_models)
            self._show_questions()
            self._panel.focus_question()

    def _offer_models(self, models: list[OfferedModel]) -> None:
        self._panel.offer_models(models)

    # What the worker says

    def _on_greeted(self) -> None:
        self._send(SetDescriptionsPaused(paused=self._paused))

    def _on_event(self, event: object) -> None:
        match event:
            case DescriptionProgress():
                self._progress = event
                self._status.show_progress(event)
            case CaptionReady(photo_id=photo_id):
                self._wanted.discard(PhotoId(photo_id))
                self._reread(photo_id)
                self.texts_changed.emit()
            case CaptionsChanged(photo_id=photo_id):
                self._reread(photo_id)
                self.texts_changed.emit()
            case AnswerReady(photo_id=photo_id, question=question, answer=answer):
                self._pending.pop(PhotoId(photo_id), None)
                self._reread(photo_id)
                if self._dialog is not None:
                    self._dialog.show_answer(PhotoId(photo_id), question, answer)
            case TextPart(photo_id=photo_id, text=text):
                self._on_part(photo_id, text)
            case DescriptionFailed():
                self._on_failed(event)
            case _:
                pass

    def _on_part(self, photo_id: int, text: str) -> None:
        pending = self._pending.get(PhotoId(photo_id))
        if pending is not None:
            self._pending[PhotoId(photo_id)] = Pending(pending.question, text)
            self._show_questions()

    def _on_failed(self, event: DescriptionFailed) -> None:
        photo_id = PhotoId(event.photo_id)
        if event.kind == CAPTION:
            self._wanted.discard(photo_id)
            self._problems[photo_id] = event.message
            self._show_state()
            return
        if (pending := self._pending.get(photo_id)) is not None:
            self._pending[photo_id] = Pending(pending.question, event.message, failed=True)
            self._show_questions()
        if self._dialog is not None:
            self._dialog.show_failure(photo_id, event.message)

    def _on_refused(self, _request_id: int, code: str, message: str) -> None:
        """Nothing was queued: whoever waits is told, and offered what is missing."""
        if code in {CAPTIONER_MISSING, ANSWERER_MISSING, "model_missing"}:
            self._refused = self._asked_last
        if code in {CAPTIONER_MISSING, "model_missing"}:
            self._wanted.clear()
            self._show_state()
        if code in {ANSWERER_MISSING, "model_missing", "order_invalid"}:
            for photo_id, pending in self._pending.items():
                if not pending.failed:
                    self._pending[photo_id] = Pending(pending.question, message, failed=True)
            self._show_questions()
            if self._dialog is not None:
                self._dialog.show_refusal(message)

    def _on_model_installed(self) -> None:
        """What the person wanted when the model was missing is asked once more."""
        asked, self._refused = self._refused, None
        if asked is not None:
            if isinstance(asked, Describe) and len(asked.photo_ids) == 1:
                self._wanted.add(PhotoId(asked.photo_ids[0]))
                self._show_state()
            self._send(asked)
        self._errands.run(self._reads.answerers, self._panel.offer_models)

    # Showing

    def _reread(self, photo_id: int) -> None:
        self._preview.reread(PhotoId(photo_id))

    def _show(self, facts: PreviewFacts) -> None:
        """Another photo is shown, or what is known of it changed."""
        titles = model_titles(row.model for row in facts.captions)
        self._strip.show_captions(facts.captions, titles)
        self._show_state(facts)
        self._show_questions()
        waits = self._progress.total > 0 and facts.waits_for_caption
        if waits and facts.photo.id not in self._wanted:
            self._send(LookAt(photo_ids=(facts.photo.id,)))

    def _show_state(self, facts: PreviewFacts | None = None) -> None:
        photo_id = self._preview.photo_id
        if photo_id is None:
            return
        facts = facts or self._preview.facts
        waits = photo_id in self._wanted or (facts is not None and facts.waits_for_caption)
        if waits:
            self._strip.show_waiting(self.tr("Describing…"))
        else:
            self._strip.show_problem(self._problems.get(photo_id, ""))

    def _show_questions(self) -> None:
        photo_id, facts = self._preview.photo_id, self._preview.facts
        if photo_id is None or not self._window.preview.shows_questions:
            return
        answers = facts.answers if facts is not None else ()
        titles = {row.model: model_title(row.model) for row in answers}
        self._panel.show_history(answers, titles, self._pending.get(photo_id))
