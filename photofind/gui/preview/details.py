"""The panel beside a large photo: what a person says of it, date, camera, place, size, tags and why
it was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from photofind.gui.editing.rating_bar import RatingBar
from photofind.gui.editing.text_fields import TextFields
from photofind.gui.icons import IconLabel
from photofind.gui.plain_text import PlainLabel
from photofind.gui.preview.tag_editor import TagEditor
from photofind.gui.preview.text_section import TextSection
from photofind.gui.wording import (
    describe_date,
    describe_date_source,
    describe_exposure,
    describe_part,
    describe_pixels,
    describe_place,
    describe_size,
    describe_why,
    display_path,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photofind.catalog.tags import TagRow
    from photofind.catalog.texts import RecognisedText
    from photofind.domain import Photo, Why

_WIDTH = 310


class DetailsPanel(QFrame):
    """Shows what is known of one photo, line by line; unknown things take no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("detailsPanel")
        self.setFixedWidth(_WIDTH)
        scroller = QScrollArea(self)
        scroller.setWidgetResizable(True)
        scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        body = QWidget()
        body.setObjectName("detailsBody")
        self.words = TextFields(body)
        self.rating = RatingBar(body)
        self.tags = TagEditor(body)
        self.text = TextSection(body)
        self._facts = QWidget(body)
        self._why = QWidget(body)
        lines = QVBoxLayout(body)
        lines.setContentsMargins(20, 18, 18, 22)
        lines.setSpacing(14)
        lines.addWidget(self.words)
        lines.addWidget(self.rating)
        lines.addWidget(self._facts)
        lines.addLayout(_row("tag", self.tags, body))
        lines.addLayout(_row("text", self.text, body))
        lines.addWidget(self._why)
        lines.addStretch(1)
        self._lines = lines
        scroller.setWidget(body)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 0, 0)  # the panel's edge
        column.addWidget(scroller)

    def show_photo(
        self,
        photo: Photo,
        tags: Sequence[TagRow] = (),
        why: Sequence[Why] = (),
        text: RecognisedText | None = None,
    ) -> None:
        """Shows another photo, or the same one anew; what is being typed stays."""
        self.words.show_photo(photo)
        self.rating.show_photo(photo)
        self.tags.show_tags(tags)
        self.text.show_text(text)
        self._facts = self._replace(self._facts, self._find_facts(photo))
        reasons = list(dict.fromkeys(describe_why(each) for each in why))
        self._why = self._replace(self._why, [("spark", reasons)] if reasons else [])

    def _replace(self, old: QWidget, facts: list[tuple[str, list[str]]]) -> QWidget:
        """Other lines in place of those there; their number changes from photo to photo."""
        new = QWidget(old.parentWidget())
        column = QVBoxLayout(new)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        for icon, lines in facts:
            written = "\n".join(lines)
            shown = written if icon == "camera" else _breakable(written)  # f/8 stays whole
            column.addLayout(_row(icon, _text(shown, new), new))
        self._lines.replaceWidget(old, new)
        old.hide()
        old.deleteLater()
        new.setVisible(bool(facts))
        return new

    def _find_facts(self, photo: Photo) -> list[tuple[str, list[str]]]:
        capture = photo.capture
        folders = [display_path(path.parent) for path in photo.paths]
        if photo.offline:
            folders.append(self.tr("This folder is not connected now."))
        facts = [
            (
                "title",
                [
                    (photo.description or "") if photo.description != photo.title else "",
                    *photo.comments,
                ],
            ),
            ("people", [", ".join(photo.people)]),
            ("calendar", [describe_date(capture), describe_date_source(capture)]),
            ("camera", [capture.camera or "", capture.lens or "", describe_exposure(capture)]),
            ("place", [", ".join(photo.location), describe_place(capture)]),
            (
                "photo",
                [
                    describe_pixels(photo),
                    f"{photo.format} · {describe_size(photo.byte_size)}",
                    *map(describe_part, photo.parts),
                ],
            ),
            ("folder", folders),
        ]
        shown = [(icon, [line for line in lines if line]) for icon, lines in facts]
        return [(icon, lines) for icon, lines in shown if lines]


def _row(icon: str, section: QWidget, parent: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(12)
    row.addWidget(IconLabel(icon, 20, parent=parent), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(section, 1)
    return row


def _text(text: str, parent: QWidget) -> QLabel:
    label = PlainLabel(parent)
    label.setText(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _breakable(text: str) -> str:
    """Lets long paths break after their separators, with zero-width spaces."""
    for separator in "/\\_":
        text = text.replace(separator, f"{separator}\u200b")
    return text
