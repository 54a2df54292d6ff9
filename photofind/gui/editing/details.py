"""Title, caption, note and tags of one photo or many, written in one dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStringListModel, Qt, Signal
from PySide6.QtWidgets import (
    QCompleter,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from photofind.catalog.editing import MOST_CHARACTERS
from photofind.domain import EditedField, PhotoEdit
from photofind.gui.buttons import ButtonKind, PushButton
from photofind.gui.plain_text import PlainLabel
from photofind.gui.translation import Context

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QModelIndex, QPersistentModelIndex

    from photofind.domain import PhotoId
    from photofind.gui.background_calls import BackgroundCalls
    from photofind.gui.editing.controller import EditingController
    from photofind.gui.library_reads import LibraryReads, SaidOfPhotos

Editing = Context("Editing")
_WIDTH = 520
_NOTE_LINES = 4
_FIELDS = (EditedField.TITLE, EditedField.CAPTION, EditedField.NOTE)


class DetailsController(QObject):
    """Opens the dialog for chosen photos and carries out what was written there."""

    def __init__(
        self,
        editing: EditingController,
        calls: BackgroundCalls,
        reads: LibraryReads,
        window: QWidget,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._editing = editing
        self._calls = calls
        self._reads = reads
        self._window = window
        self._dialog: DetailsDialog | None = None

    @property
    def dialog(self) -> DetailsDialog | None:
        """The one that is open."""
        return self._dialog

    def edit(self, photo_ids: Sequence[PhotoId], *, begins_with_tags: bool = False) -> None:
        """Asks what is to be said about these photos."""

        def show(said: SaidOfPhotos) -> None:
            if self._dialog is not None:
                self._dialog.close()
            dialog = DetailsDialog(tuple(photo_ids), said, self._window)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.saved.connect(self._editing.edit_fields)
            dialog.finished.connect(self._forget)
            self._dialog = dialog
            dialog.open()
            dialog.begin(tags=begins_with_tags)

        self._calls.run(lambda: self._reads.said_of(photo_ids), show)

    def _forget(self) -> None:
        self._dialog = None


class DetailsDialog(QDialog):
    """Shows what is the same of all the photos; where they differ, a field is empty and changes
    nothing until something is written in it."""

    saved = Signal(object)
    """A list of `PhotoEdit`: what was changed."""

    def __init__(self, photo_ids: tuple[PhotoId, ...], said: SaidOfPhotos, parent: QWidget) -> None:
        super().__init__(parent)
        self._photo_ids = photo_ids
        number = len(photo_ids)
        self.setWindowTitle(self.tr("Edit details"))
        self.setMinimumWidth(_WIDTH)
        heading = PlainLabel(Editing.tr("Details of %Ln photo(s)", "", number), self)
        heading.setProperty("textStyle", "heading")
        self._before: dict[EditedField, str | None] = {
            EditedField.TITLE: said.title,
            EditedField.CAPTION: said.caption,
            EditedField.NOTE: said.note,
        }
        title = QLineEdit(said.title or "", self)
        title.setMaxLength(MOST_CHARACTERS[EditedField.TITLE])
        caption = QLineEdit(said.caption or "", self)
        caption.setMaxLength(MOST_CHARACTERS[EditedField.CAPTION])
        note = QPlainTextEdit(said.note or "", self)
        note.setTabChangesFocus(True)
        note.setFixedHeight(_NOTE_LINES * note.fontMetrics().lineSpacing() + 18)
        self._fields: dict[EditedField, QLineEdit | QPlainTextEdit] = {
            EditedField.TITLE: title,
            EditedField.CAPTION: caption,
            EditedField.NOTE: note,
        }
        for name, field in self._fields.items():
            if self._before[name] is None:
                field.setPlaceholderText(self.tr("They differ; leave this empty to keep them"))
        self._tags = QLineEdit(self)
        self._tags.setPlaceholderText(self.tr("Tags to add, separated by commas"))
        self._off = QLineEdit(self)
        self._off.setPlaceholderText(self.tr("Tags to remove, separated by commas"))
        for field, labels in ((self._tags, said.known_labels), (self._off, said.labels)):
            field.setCompleter(TagCompleter(labels, field))
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for text, field in (
            (self.tr("&Title"), title),
            (self.tr("&Caption"), caption),
            (self.tr("&Note"), note),
            (self.tr("&Add tags"), self._tags),
            (self.tr("Re&move"), self._off),
        ):
            form.addRow(text, field)
            field.setAccessibleName(text.replace("&", ""))
        if said.labels:
            now = PlainLabel(", ".join(said.labels), self)
            now.setWordWrap(True)
            now.setProperty("tone", "faint")
            form.addRow(self.tr("Tags now"), now)
        save = PushButton(self.tr("Save"), self, ButtonKind.PRIMARY)
        save.setDefault(True)
        cancel = PushButton(self.tr("Cancel"), self)
        cancel.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(save)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 24, 28, 20)
        column.setSpacing(16)
        column.addWidget(heading)
        column.addLayout(form)
        column.addStretch(1)
        column.addLayout(buttons)
        save.clicked.connect(self._on_save)
        cancel.clicked.connect(self.reject)

    def begin(self, *, tags: bool) -> None:
        """Puts the keyboard into the first field, or into the one for tags."""
        (self._tags if tags else self._fields[EditedField.TITLE]).setFocus()

    def _on_save(self) -> None:
        edits = []
        for name, field in self._fields.items():
            text = field.text() if isinstance(field, QLineEdit) else field.toPlainText()
            if text.strip() != (self._before[name] or ""):
                edits.append(self._edit(name, text.strip()))
        for field, value in ((self._tags, 1), (self._off, 0)):
            edits += [
                self._edit(EditedField.TAG, value, label) for label in split_labels(field.text())
            ]
        if edits:
            self.saved.emit(edits)
        self.accept()

    def _edit(self, name: EditedField, value: str | int, label: str = "") -> PhotoEdit:
        return PhotoEdit(field=name, photo_ids=self._photo_ids, value=value, label=label)


def split_labels(text: str) -> list[str]:
    """The labels of a line, none twice."""
    labels = (" ".join(part.split()) for part in text.split(","))
    return list(dict.fromkeys(label for label in labels if label))


class TagCompleter(QCompleter):
    """Completes the last of several labels."""

    def __init__(self, labels: Sequence[str], parent: QLineEdit) -> None:
        super().__init__(parent)
        self.setModel(QStringListModel(list(labels), self))
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setFilterMode(Qt.MatchFlag.MatchContains)

    def splitPath(self, path: str) -> list[str]:  # noqa: N802 (Qt's name)
        return [path.rpartition(",")[2].strip()]

    def pathFromIndex(  # noqa: N802 (Qt's name)
        self, index: QModelIndex | QPersistentModelIndex
    ) -> str:
        before, comma, _ = self._typed().rpartition(",")
        label = super().pathFromIndex(index)
        return f"{before}{comma} {label}" if comma else label

    def _typed(self) -> str:
        field = self.widget()
        return field.text() if isinstance(field, QLineEdit) else ""
