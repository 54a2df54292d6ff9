"""Changes what is known of photos, and undoes it for as long as the window is open."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from photofind.domain import EditedField, Flag, PhotoEdit
from photofind.gui.translation import Context, in_words
from photofind.worker.messages import EditPhotos

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from photofind.domain import EditValue, Photo, PhotofindError, PhotoId
    from photofind.gui.background_calls import BackgroundCalls
    from photofind.gui.grid.model import PhotoGridModel
    from photofind.gui.library_reads import LibraryReads
    from photofind.gui.worker_link import WorkerLink
    from photofind.worker.messages import PhotosEdited

    Send: TypeAlias = Callable[
        [tuple[PhotoEdit, ...], Callable[[PhotosEdited], None], Callable[[], None]], None
    ]

Editing = Context("Editing")
_MOST_STEPS = 200
_MOST_RECENT = 20
_RECENT_S = 3.0


class EditingController(QObject):
    """Has the worker carry out a person's edits, and remembers how to undo them."""

    told = Signal(str)
    """Something the person should know."""
    edited = Signal()
    """Known photos look different, or what is said of them was read anew."""

    def __init__(
        self,
        link: WorkerLink,
        model: PhotoGridModel,
        calls: BackgroundCalls,
        reads: LibraryReads,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._model = model
        self._calls = calls
        self._reads = reads
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(_MOST_STEPS)
        self._pushed_at_s: deque[float] = deque(maxlen=_MOST_RECENT)

    def edit(
        self, photo_ids: Sequence[PhotoId], field: EditedField, value: EditValue, label: str = ""
    ) -> None:
        """Says something about photos, in one step that can be undone."""
        self.edit_fields(
            [PhotoEdit(field=field, photo_ids=tuple(photo_ids), value=value, label=label)]
        )

    def edit_fields(self, edits: Sequence[PhotoEdit]) -> None:
        """Says several things about photos, in one step."""
        if any(edit.photo_ids for edit in edits):
            self._pushed_at_s.append(time.monotonic())
            self.stack.push(_Step(tuple(edits), self._send))

    def take_back(self, steps: int) -> None:
        """Undoes what keys did just now that turned out to be the beginning of a word."""
        now = time.monotonic()
        recent = sum(now - pushed_at < _RECENT_S for pushed_at in self._pushed_at_s)
        for _ in range(min(steps, recent)):  # a key may have found nothing to do
            self.stack.undo()

    def toggle_favourite(self, photo_ids: Sequence[PhotoId]) -> None:
        """Makes photos favourites; if all of them are, none is any more."""

        def decide(photos: list[Photo]) -> None:
            makes = not all(photo.favourite for photo in photos)
            self.edit(photo_ids, EditedField.FAVOURITE, int(makes))

        known = self._model.known_photos(photo_ids)
        if len(known) == len(photo_ids):
            decide(known)
        else:
            self._calls.run(lambda: self._reads.photos(photo_ids), decide)

    def _send(
        self,
        edits: tuple[PhotoEdit, ...],
        done: Callable[[PhotosEdited], None],
        refused: Callable[[], None],
    ) -> None:
        for edit in edits:
            self._model.change_photos(edit.photo_ids, partial(_edited, edit=edit))
        self.edited.emit()

        def on_refused(error: PhotofindError) -> None:
            refused()
            self._model.forget_photos()
            self.edited.emit()
            self.told.emit(in_words(error.sentence))

        self._link.send(EditPhotos(edits=edits), done, on_refused)


class _Step(QUndoCommand):
    """One step of the history. What undoes it comes with the worker's answer; undoing before that
    waits for it."""

    def __init__(self, edits: tuple[PhotoEdit, ...], send: Send) -> None:
        super().__init__(describe_edits(edits))
        self._edits = edits
        self._send = send
        self._before: tuple[PhotoEdit, ...] | None = None
        self._undo_waits = False

    def redo(self) -> None:
        self._undo_waits = False
        self._send(self._edits, self._on_done, self._on_refused)

    def undo(self) -> None:
        if self._before is None:
            self._undo_waits = True
        else:
            self._send(self._before, lambda _: None, self._on_refused)

    def _on_done(self, answer: PhotosEdited) -> None:
        if self._before is None:
            self._before = answer.before
        if self._undo_waits:
            self._undo_waits = False
            self.undo()

    def _on_refused(self) -> None:
        self.setObsolete(True)


def describe_edits(edits: Sequence[PhotoEdit]) -> str:
    """What a step is called after "Undo": "rating of 12 photos"."""
    number = len({photo_id for edit in edits for photo_id in edit.photo_ids})
    fields = {edit.field for edit in edits}
    if len(fields) > 1:
        return Editing.tr("details of %Ln photo(s)", "", number)
    match fields.pop():
        case EditedField.RATING:
            return Editing.tr("rating of %Ln photo(s)", "", number)
        case EditedField.FAVOURITE:
            return Editing.tr("favourite mark of %Ln photo(s)", "", number)
        case EditedField.FLAG:
            return Editing.tr("flag of %Ln photo(s)", "", number)
        case EditedField.TITLE:
            return Editing.tr("title of %Ln photo(s)", "", number)
        case EditedField.CAPTION:
            return Editing.tr("caption of %Ln photo(s)", "", number)
        case EditedField.NOTE:
            return Editing.tr("note on %Ln photo(s)", "", number)
        case EditedField.TAG:
            return Editing.tr("tag of %Ln photo(s)", "", number)


def _edited(photo: Photo, edit: PhotoEdit) -> Photo:
    """A photo as it will be, to show it before the worker has said so; what can't be told without
    the file is left until it is read."""
    match edit:
        case PhotoEdit(field=EditedField.RATING, value=int(stars)):
            return replace(photo, rating=stars)
        case PhotoEdit(field=EditedField.FAVOURITE, value=int(favourite)):
            return replace(photo, favourite=bool(favourite))
        case PhotoEdit(field=EditedField.FLAG, value=int(flag)):
            return replace(photo, flag=Flag(flag))
        case PhotoEdit(field=EditedField.TITLE, value=str(title)):
            return replace(photo, title=title)
        case _:
            return photo
