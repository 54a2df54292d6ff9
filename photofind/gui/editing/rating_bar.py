"""Stars, a heart and two flags that a person sets with a click."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from photofind.domain import Flag
from photofind.gui.buttons import IconButton

if TYPE_CHECKING:
    from photofind.domain import Photo

MOST_STARS = 5
_ICON = QSize(18, 18)


class RatingBar(QWidget):
    """Shows a photo's rating and flags; says what the person wants them to be."""

    rated = Signal(int)
    """So many stars; 0 for none."""
    favoured = Signal(bool)
    flagged = Signal(int)
    """A `Flag`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rating = 0
        self._flag = Flag.NONE
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._stars = []
        for number in range(1, MOST_STARS + 1):
            tip = self.tr("%Ln star(s) ({key})", "", number).format(key=number)
            star = self._button("star", tip)
            star.clicked.connect(lambda _checked=False, number=number: self._on_star(number))
            row.addWidget(star)
            self._stars.append(star)
        row.addStretch(1)
        self._heart = self._button("heart", self.tr("Favourite (F)"))
        self._pick = self._button("flag", self.tr("Pick (P)"))
        self._reject = self._button("reject", self.tr("Reject (X)"))
        for button in (self._heart, self._pick, self._reject):
            button.setCheckable(True)
            row.addWidget(button)
        self._heart.clicked.connect(self.favoured)
        self._pick.clicked.connect(lambda checked: self._on_flag(Flag.PICK, checked))
        self._reject.clicked.connect(lambda checked: self._on_flag(Flag.REJECT, checked))

    @property
    def rating(self) -> int:
        """How many stars are shown."""
        return self._rating

    def show_photo(self, photo: Photo) -> None:
        self._rating = max(photo.rating or 0, 0)
        self._flag = photo.flag
        for number, star in enumerate(self._stars, 1):
            filled = number <= self._rating
            star.relabel("star-filled" if filled else "star", star.toolTip())
        self._heart.setChecked(photo.favourite)
        self._heart.relabel("heart-filled" if photo.favourite else "heart", self._heart.toolTip())
        self._pick.setChecked(photo.flag is Flag.PICK)
        picked = photo.flag is Flag.PICK
        self._pick.relabel("flag-filled" if picked else "flag", self._pick.toolTip())
        self._reject.setChecked(photo.flag is Flag.REJECT)

    def _button(self, icon: str, tip: str) -> IconButton:
        button = IconButton(icon, tip, self)
        button.setIconSize(_ICON)
        button.setProperty("density", "tight")
        return button

    def _on_star(self, number: int) -> None:
        """A click on the star that is the last takes the rating off."""
        self.rated.emit(0 if number == self._rating else number)

    def _on_flag(self, flag: Flag, checked: bool) -> None:
        self.flagged.emit(int(flag if checked else Flag.NONE))
