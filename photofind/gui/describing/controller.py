"""Decides what is said about captions and questions, and tells the worker what is wanted."""

from __future__ import annotations

import secrets
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from photofind.describe.job_params import (
    ANSWERER_MISSING,
    CAPTIONER_MISSING,
    LARGEST_SEED,
    CaptionOptions,
    is_on_server,
)
from photofind.domain import JobKind, WorkProgress
from photofind.gui.describing.answers_dialog import AnswersDialog
from photofind.gui.describing.ask_panel import Pending
from photofind.gui.translation import in_words
from photofind.gui.wording import model_title
from photofind.inference import registry
from photofind.inference.spec import short_key
from photofind.inference.spec_texts import AnswererSpec, CaptionerSpec
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
    TextPart,
    WriteCaption,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from photofind.domain import Photo, PhotofindError, PhotoId, TextId
    from photofind.gui.background_calls import BackgroundCalls
    from photofind.gui.describing.model_chooser import OfferedModel
    from photofind.gui.describing.offering import ModelOffers
    from photofind.gui.describing.reads import DescriptionReads
    from photofind.gui.preview.controller import PreviewController
    from photofind.gui.preview.loader import PreviewFacts
    from photofind.gui.settings_store import SettingsStore
    from photofind.gui.window import MainWindow
    from photofind.gui.worker_link import WorkerLink
    from photofind.settings import Settings
    from photofind.worker.description_messages import DescriptionsQueued


class DescriptionsController(QObject):
    """Connects the captions below a photo, the questions beside it, the status line and the
    worker."""

    texts_changed = Signal()
    """Search may find other photos now."""
    told = Signal(str)
    """Something the person should know."""

    def __init__(
        self,
        window: MainWindow,
        preview: PreviewController,
        link: WorkerLink,
        calls: BackgroundCalls,
        reads: DescriptionReads,
        offers: ModelOffers,
        settings_store: SettingsStore,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._strip = window.preview.captions
        self._panel = window.preview.questions
        self._status = window.status_line.descriptions
        self._preview = preview
        self._link = link
        self._calls = calls
        self._reads = reads
        self._progress = WorkProgress()
        self._wanted: set[PhotoId] = set()
        """Photos whose caption the person waits for."""
        self._problems: dict[PhotoId, str] = {}
        self._pending: dict[PhotoId, Pending] = {}
        self._dialog: AnswersDialog | None = None
        self._offers = offers
        self._postponed: dict[type[Describe | Ask], Callable[[], None]] = {}
        """Asks once more for what was refused for want of a model: the last of each kind."""

        self._show_settings(settings_store.settings)
        settings_store.changed.connect(self._show_settings)
        self._status.pause_requested.connect(
            lambda paused: settings_store.choose_now(descriptions_paused=paused)
        )
        self._status.cancel_requested.connect(self._cancel_all)
        self._status.retry_requested.connect(lambda: link.send(RetryDescriptions()))
        self._status.forget_requested.connect(self._cancel_all)
        strip, panel = self._strip, self._panel
        strip.describe_requested.connect(self._describe_shown_photo)
        strip.again_requested.connect(self._describe_again)
        strip.cancel_requested.connect(self._cancel_caption)
        strip.written.connect(self._write)
        strip.edited.connect(self._edit)
        strip.accepted.connect(lambda text_id: link.send(AcceptCaption(text_id=text_id)))
        strip.deleted.connect(lambda text_id: link.send(DeleteCaption(text_id=text_id)))
        strip.left.connect(window.preview.setFocus)
        panel.asked.connect(self._ask_shown_photo)
        panel.cancelled.connect(self._cancel_question)
        panel.forgotten.connect(self._forget)
        window.preview.asking_changed.connect(self._on_asking)
        preview.facts_shown.connect(self._show)
        link.described.connect(self._on_event)
        offers.installed.connect(self._on_model_installed)

    # What the person asks for

    def describe(self, photo_ids: Sequence[PhotoId], options: CaptionOptions | None = None) -> None:
        """Has these photos described; a single one even if it has a caption."""
        few = len(photo_ids) == 1
        for photo_id in photo_ids:
            self._problems.pop(photo_id, None)
        options = options or CaptionOptions()
        self._describe(Describe(photo_ids=tuple(photo_ids), options=options, again=few))

    def describe_folder(self, folder: Path) -> None:
        self._describe(Describe(folder=folder))

    def describe_all(self) -> None:
        self._describe(Describe())

    def ask(self, photo_ids: Sequence[PhotoId]) -> None:
        """Opens the panel beside one photo, or a table for several."""
        if len(photo_ids) == 1:
            self._preview.open_photo(photo_ids[0])
            self._window.preview.show_questions(True)
        else:
            self._calls.run(lambda: self._reads.photos(photo_ids), self._open_table)

    def _describe(self, command: Describe) -> None:
        self._wanted.update(_waited_for(command))
        self._show_state()
        self._link.send(command, self._on_described, partial(self._on_not_described, command))

    def _on_described(self, _: DescriptionsQueued) -> None:
        self._postponed.pop(Describe, None)

    def _on_not_described(self, command: Describe, error: PhotofindError) -> None:
        """Nothing was queued."""
        self._wanted.difference_update(_waited_for(command))
        self._show_state()
        self._on_refused(error, Describe, partial(self._describe, command))

    def _describe_shown_photo(self) -> None:
        if (photo_id := self._preview.photo_id) is not None:
            self.describe([photo_id])

    def _describe_again(self, catalog_key: str) -> None:
        """By the model that wrote the caption, not by whichever comes first. The likeliest
        caption is there already, so this one is drawn."""
        if (photo_id := self._preview.photo_id) is not None:
            model = catalog_key if is_on_server(catalog_key) else short_key(catalog_key)
            seed = secrets.randbelow(LARGEST_SEED)
            self.describe([photo_id], CaptionOptions(model=model, seed=seed))

    def _write(self, text: str) -> None:
        if (photo_id := self._preview.photo_id) is not None:
            self._link.send(WriteCaption(photo_id=photo_id, text=text))

    def _edit(self, text_id: TextId, text: str) -> None:
        self._link.send(EditCaption(text_id=text_id, text=text))

    def _cancel_caption(self) -> None:
        if (photo_id := self._preview.photo_id) is not None:
            self._wanted.discard(photo_id)
            self._link.send(CancelDescriptions(photo_ids=(photo_id,), kind=JobKind.CAPTION))
            self._show_state()

    def _cancel_all(self) -> None:
        self._wanted.clear()
        self._link.send(CancelDescriptions())
        self._show_state()

    def _ask_shown_photo(self, question: str, model: str) -> None:
        if (photo_id := self._preview.photo_id) is not None:
            self._panel.clear_question()
            self._ask(photo_id, question, model)

    def _ask(self, photo_id: PhotoId, question: str, model: str) -> None:
        if self._panel.question == question:  # it waited there for a model
            self._panel.clear_question()
        self._pending[photo_id] = Pending(" ".join(question.split()))
        self._show_questions()

        def refused(error: PhotofindError) -> None:
            if error.code == ANSWERER_MISSING:
                # The dialog offers one; what was asked waits for it where it was written.
                self._pending.pop(photo_id, None)
                self._panel.give_back(question)
                self._show_questions()
            elif (pending := self._pending.get(photo_id)) is not None and not pending.failed:
                told = Pending(pending.question, in_words(error.sentence), failed=True)
                self._pending[photo_id] = told
                self._show_questions()
            self._on_refused(error, Ask, partial(self._ask, photo_id, question, model))

        command = Ask(photo_ids=(photo_id,), question=question, model=model)
        self._link.send(command, self._on_asked, refused)

    def _on_asked(self, _: DescriptionsQueued) -> None:
        self._postponed.pop(Ask, None)

    def _cancel_question(self) -> None:
        photo_id = self._preview.photo_id
        if photo_id is not None and self._pending.pop(photo_id, None) is not None:
            self._link.send(CancelDescriptions(photo_ids=(photo_id,), kind=JobKind.ANSWER))
            self._show_questions()

    def _forget(self, question_id: int) -> None:
        if (photo_id := self._preview.photo_id) is not None:
            self._link.send(DeleteAnswer(photo_id=photo_id, question_id=question_id))

    def _open_table(self, photos: list[Photo]) -> None:
        dialog = AnswersDialog(photos, self._window)
        self._dialog = dialog
        dialog.asked.connect(partial(self._ask_about_many, dialog.photo_ids))
        dialog.cancelled.connect(
            lambda: self._link.send(
                CancelDescriptions(photo_ids=dialog.photo_ids, kind=JobKind.ANSWER)
            )
        )
        dialog.destroyed.connect(self._on_table_closed)
        self._calls.run(self._reads.answerers, dialog.offer_models)
        dialog.show()

    def _ask_about_many(self, photo_ids: tuple[PhotoId, ...], question: str, model: str) -> None:
        dialog = self._dialog

        def refused(error: PhotofindError) -> None:
            if dialog is not None and dialog is self._dialog:
                missing = error.code == ANSWERER_MISSING
                dialog.show_refusal("" if missing else in_words(error.sentence))
            self._on_refused(error, Ask, partial(self._ask_about_many, photo_ids, question, model))

        command = Ask(photo_ids=photo_ids, question=question, model=model)
        self._link.send(command, self._on_asked, refused)

    def _on_table_closed(self) -> None:
        self._dialog = None

    def _on_asking(self, shown: bool) -> None:
        if shown:
            self._calls.run(self._reads.answerers, self._offer_models)
            self._show_questions()
            self._panel.focus_question()

    def _offer_models(self, models: list[OfferedModel]) -> None:
        self._panel.offer_models(models)

    # What the worker says

    def _show_settings(self, settings: Settings) -> None:
        self._status.show_paused(settings.descriptions_paused)

    def _on_event(self, event: object) -> None:
        match event:
            case DescriptionProgress(progress=progress):
                self._progress = progress
                self._status.show_progress(progress)
            case CaptionReady(photo_id=photo_id):
                self._wanted.discard(photo_id)
                self._reread(photo_id)
                self.texts_changed.emit()
            case CaptionsChanged(photo_id=photo_id):
                self._reread(photo_id)
                self.texts_changed.emit()
            case AnswerReady(photo_id=photo_id, question=question, answer=answer):
                self._pending.pop(photo_id, None)
                self._reread(photo_id)
                if self._dialog is not None:
                    self._dialog.show_answer(photo_id, question, answer)
            case TextPart(photo_id=photo_id, text=text):
                self._on_part(photo_id, text)
            case DescriptionFailed():
                self._on_failed(event)
            case _:
                pass

    def _on_part(self, photo_id: PhotoId, text: str) -> None:
        pending = self._pending.get(photo_id)
        if pending is not None:
            self._pending[photo_id] = Pending(pending.question, text)
            self._show_questions()

    def _on_failed(self, event: DescriptionFailed) -> None:
        photo_id = event.photo_id
        if event.kind is JobKind.CAPTION:
            self._wanted.discard(photo_id)
            self._problems[photo_id] = in_words(event.sentence)
            self._show_state()
            self._reread(photo_id)  # what was read while it was queued says that it waits
            return
        if (pending := self._pending.get(photo_id)) is not None:
            self._pending[photo_id] = Pending(
                pending.question, in_words(event.sentence), failed=True
            )
            self._show_questions()
        if self._dialog is not None:
            self._dialog.show_failure(photo_id, in_words(event.sentence))

    def _on_refused(
        self, error: PhotofindError, kind: type[Describe | Ask], again: Callable[[], None]
    ) -> None:
        """What is missing is offered; else the person is told.

        Args:
            again: asks once more, when there is a model.
        """
        if error.code in {CAPTIONER_MISSING, ANSWERER_MISSING}:
            self._offers.offer(error.code)
        else:
            self.told.emit(in_words(error.sentence))
        if error.code in {CAPTIONER_MISSING, ANSWERER_MISSING, "model_missing"}:
            self._postponed[kind] = again

    def _on_model_installed(self, key: str) -> None:
        """Asks again for what only this kind of model was missing for."""
        kind = _served_by(key)
        if kind is not None and (again := self._postponed.pop(kind, None)) is not None:
            again()
        self._calls.run(self._reads.answerers, self._panel.offer_models)

    # Showing

    def _reread(self, photo_id: PhotoId) -> None:
        self._preview.reread(photo_id)

    def _show(self, facts: PreviewFacts) -> None:
        """Another photo is shown, or what is known of it changed."""
        titles = {row.model: model_title(row.model) for row in facts.captions}
        self._strip.show_captions(facts.captions, titles)
        self._show_state(facts)
        self._show_questions()
        waits = self._progress.total > 0 and facts.waits_for_caption
        if waits and facts.photo.id not in self._wanted:
            self._link.send(LookAt(photo_ids=(facts.photo.id,)))

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


def _served_by(key: str) -> type[Describe | Ask] | None:
    """What can be asked of an installed model; None: neither captions nor answers."""
    spec = next((spec for spec in registry.ALL if spec.key == key), None)
    if isinstance(spec, CaptionerSpec):
        return Describe
    return Ask if isinstance(spec, AnswererSpec) else None


def _waited_for(command: Describe) -> set[PhotoId]:
    """The photo whose caption the person waits for; of several they wait for none."""
    return set(command.photo_ids) if len(command.photo_ids) == 1 else set()
