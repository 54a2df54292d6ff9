"""The panel beside a large photo: name, date, camera, place, size, tags and why it was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from photofind.gui.icons import IconLabel
from photofind.gui.wording import (
    describe_date,
    describe_date_source,
    describe_part,
    describe_pixels,
    describe_place,
    describe_size,
    describe_why,
    display_path,
    photo_name,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photofind.catalog.rows import TagRow
    from photofind.domain import Photo, Why

_WIDTH = 310
_MOST_TAGS = 8


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
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._scroller)

    def show_photo(
        self, photo: Photo, tags: Sequence[TagRow] = (), why: Sequence[Why] = ()
    ) -> None:
        body = QWidget()
        body.setObjectName("detailsBody")
        grid = QGridLayout(body)
        grid.setContentsMargins(20, 22, 18, 22)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(14)
        grid.setColumnStretch(1, 1)
        name = _text(photo_name(photo), body)
        name.setProperty("textStyle", "heading")
        grid.addWidget(name, 0, 0, 1, 2)
        for icon, lines in self._facts(photo):
            row = grid.rowCount()
            sign = IconLabel(icon, 20, parent=body)
            grid.addWidget(sign, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(_text("\n".join(lines), body), row, 1)
        if tags:
            row = grid.rowCount()
            sign = IconLabel("tag", 20, parent=body)
            grid.addWidget(sign, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(_chips([tag.label for tag in tags[:_MOST_TAGS]], body), row, 1)
        if why:
            row = grid.rowCount()
            sign = IconLabel("spark", 20, parent=body)
            grid.addWidget(sign, row, 0, Qt.AlignmentFlag.AlignTop)
            reasons = "\n".join(dict.fromkeys(describe_why(each) for each in why))
            grid.addWidget(_text(reasons, body), row, 1)
        grid.setRowStretch(grid.rowCount(), 1)
        self._scroller.setWidget(body)

    def _facts(self, photo: Photo) -> list[tuple[str, list[str]]]:
        capture = photo.capture
        folders = [display_path(path.parent) for path in photo.paths]
        if photo.offline:
            folders.append(self.tr("This folder is not connected now."))
        facts = [
            ("calendar", [describe_date(capture), describe_date_source(capture)]),
            ("camera", [capture.camera or "", capture.lens or ""]),
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
    label.setText(_breakable(text))
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _breakable(text: str) -> str:
    """Lets long paths break after their separators, with zero-width spaces."""
    for separator in "/\\_":
        text = text.replace(separator, f"{separator}\u200b")
    return text


def _chips(labels: Sequence[str], parent: QWidget) -> QWidget:
    from superqt.utils import QFlowLayout  # takes longer than all else until the window is there

    box = QWidget(parent)
    flow = QFlowLayout(box)
    flow.setContentsMargins(0, 0, 0, 0)
    flow.setSpacing(6)
    for label in labels:
        chip = QLabel(label, box)
        chip.setObjectName("tag")
        flow.addWidget(chip)
    return box
