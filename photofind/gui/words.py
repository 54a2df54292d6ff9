"""Decides about what is said of the photo on show, and about the text in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from photofind.domain import EditedField
from photofind.gui.translation import in_words
from photofind.search.syntax import Filter, print_tree
from photofind.worker.description_messages import OcrDone, RunOcr

if TYPE_CHECKING:
    from photofind.domain import EditValue, PhotofindError, PhotoId
    from photofind.gui.editing.controller import EditingController
    from photofind.gui.preview.controller import PreviewController
    from photofind.gui.preview.loader import PreviewFacts
    from photofind.gui.window import MainWindow
    from photofind.gui.worker_link import WorkerLink
    from photofind.worker.messages import Event


class WordsController(QObject):
    """Connects what stands beside a photo with the worker and with searching."""

    search_requested = Signal(str)
    """A query to be typed for the person."""
    told = Signal(str)
    """Something the person should know."""
    texts_changed = Signal()
    """Search may find other photos now."""

    def __init__(
        self,
        window: MainWindow,
        preview: PreviewController,
        link: WorkerLink,
        editing: EditingController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._page = window.preview
        self._preview = preview
        self._link = link
        self._editing = editing
        self._shown: PhotoId | None = None
        details = window.preview.details
        details.tags.searched.connect(self.search_for_tag)
        details.tags.added.connect(lambda label: self._edit(EditedField.TAG, 1, label))
        details.tags.removed.connect(lambda label: self._edit(EditedField.TAG, 0, label))
        details.rating.rated.connect(lambda stars: self._edit(EditedField.RATING, stars))
        details.rating.favoured.connect(lambda on: self._edit(EditedField.FAVOURITE, int(on)))
        details.rating.flagged.connect(lambda flag: self._edit(EditedField.FLAG, flag))
        details.words.titled.connect(lambda *said: self._write(EditedField.TITLE, *said))
        details.words.noted.connect(lambda *said: self._write(EditedField.NOTE, *said))
        details.words.left.connect(window.preview.setFocus)
        details.tags.left.connect(window.preview.setFocus)
        details.text.read_requested.connect(self._read)
        details.text.copied.connect(_copy)
        details.text.outlined.connect(window.preview.picture.show_outlines)
        window.preview.picture.text_picked.connect(_copy)
        preview.facts_shown.connect(self._show)
        link.catalog_changed.connect(self._reread)
        link.read.connect(self._on_read)

    def _show(self, facts: PreviewFacts) -> None:
        if facts.photo.id != self._shown:
            self._shown = facts.photo.id
            self._page.details.tags.forget_typing()
            self._page.details.text.forget_reading()
            self._page.details.text.show_text(facts.text)
        self._page.picture.set_text(() if facts.text is None else facts.text.lines)

    def search_for_tag(self, label: str) -> None:
        """Types a query for a label."""
        self.search_requested.emit(print_tree(Filter("tag", label)))

    def _edit(self, field: EditedField, value: EditValue, label: str = "") -> None:
        photo_id = self._preview.photo_id
        if photo_id is not None:
            self._editing.edit([photo_id], field, value, label)

    def _write(self, field: EditedField, photo_id: PhotoId, words: str) -> None:
        """Not of the photo on show: the person may have gone on to another one."""
        self._editing.edit([photo_id], field, words)

    def _read(self) -> None:
        photo_id = self._preview.photo_id
        if photo_id is not None:
            command = RunOcr(photo_ids=(photo_id,), again=True)
            self._link.send(command, refused=self._on_reading_refused)

    def _on_reading_refused(self, error: PhotofindError) -> None:
        self._page.details.text.allow_reading()
        self.told.emit(in_words(error.sentence))

    def _on_read(self, event: Event) -> None:
        if isinstance(event, OcrDone):
            self._preview.reread(event.photo_id)
            self.texts_changed.emit()

    def _reread(self) -> None:
        if self._preview.photo_id is not None:
            self._preview.reread(self._preview.photo_id)


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
