"""The panel beside a large photo: name, date, camera, place, size, tags and why it was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGridLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from photofind.gui.icons import IconLabel
from photofind.gui.preview.tag_editor import TagEditor
from photofind.gui.preview.text_section import TextSection
from photofind.gui.wording import (
    describe_date,
    describe_date_source,
    describe_exposure,
    describe_part,
    describe_pixels,
    describe_place,
    describe_rating,
    describe_size,
    describe_why,
    display_path,
    photo_name,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photofind.catalog.description_rows import ReadText
    from photofind.catalog.rows import TagRow
    from photofind.domain import Photo, Why

_WIDTH = 310


class DetailsPanel(QFrame):
    """Shows what is known of one photo, line by line; unknown things take no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("detailsPanel")
        self.setFixedWidth(_WIDTH)
        self._scroller = QScrollArea(self)
        self._scroller.setWidgetResizable(True)
        self._scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tags = TagEditor(self)
        self.text = TextSection(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._scroller)

    def show_photo(
        self,
        photo: Photo,
        tags: Sequence[TagRow] = (),
        why: Sequence[Why] = (),
        text: ReadText | None = None,
    ) -> None:
        body = QWidget()
        body.setObjectName("detailsBody")
        grid = QGridLayout(body)
        grid.setContentsMargins(20, 22, 18, 22)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(14)
        grid.setColumnStretch(1, 1)
        name = _text(_breakable(photo_name(photo)), body)
        name.setProperty("textStyle", "heading")
        grid.addWidget(name, 0, 0, 1, 2)
        for icon, lines in self._facts(photo):
            row = grid.rowCount()
            sign = IconLabel(icon, 20, parent=body)
            grid.addWidget(sign, row, 0, Qt.AlignmentFlag.AlignTop)
            written = "\n".join(lines)
            shown = written if icon == "camera" else _breakable(written)  # f/8 stays whole
            grid.addWidget(_text(shown, body), row, 1)
        typing = self.tags.isAncestorOf(QApplication.focusWidget() or self)
        self.tags.show_tags(tags)
        self.text.show_text(text)
        for icon, section in (("tag", self.tags), ("text", self.text)):
            row = grid.rowCount()
            grid.addWidget(IconLabel(icon, 20, parent=body), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(section, row, 1)
        if why:
            row = grid.rowCount()
            sign = IconLabel("spark", 20, parent=body)
            grid.addWidget(sign, row, 0, Qt.AlignmentFlag.AlignTop)
            reasons = "\n".join(dict.fromkeys(describe_why(each) for each in why))
            grid.addWidget(_text(_breakable(reasons), body), row, 1)
        grid.setRowStretch(grid.rowCount(), 1)
        # The old body goes, and what was taken over into the new one stays.
        self._scroller.setWidget(body)
        if typing:
            self.tags.go_on_typing()

    def _facts(self, photo: Photo) -> list[tuple[str, list[str]]]:
        capture = photo.capture
        folders = [display_path(path.parent) for path in photo.paths]
        if photo.offline:
            folders.append(self.tr("This folder is not connected now."))
        facts = [
            ("star", [describe_rating(photo)]),
            ("title", [*dict.fromkeys((photo.title or "", photo.description or ""))]),
            ("calendar", [describe_date(capture), describe_date_source(capture)]),
            ("camera", [capture.camera or "", capture.lens or "", describe_exposure(capture)]),
            ("place", [describe_place(capture)]),
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


def _text(text: str, parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _breakable(text: str) -> str:
    """Lets long paths break after their separators, with zero-width spaces."""
    for separator in "/\\_":
        text = text.replace(separator, f"{separator}\u200b")
    return text
