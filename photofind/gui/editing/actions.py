"""What a person can say about chosen photos with keys and in menus."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence

from photofind.domain import EditedField, Flag
from photofind.gui.editing.rating_bar import MOST_STARS
from photofind.gui.icons import themed_icon
from photofind.gui.translation import Context

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QMenu

    from photofind.domain import PhotoId
    from photofind.gui.editing.controller import EditingController
    from photofind.gui.editing.details import DetailsController

Editing = Context("Editing")
DETAILS_KEYS = "Ctrl+E"
TAG_KEYS = "Ctrl+T"


class EditAction(NamedTuple):
    """Something that can be done with chosen photos.

    Attributes:
        icon: "" for none.
        keys: a single letter or digit, or a shortcut of the whole window.
    """

    icon: str
    text: str
    keys: str
    act: Callable[[Sequence[PhotoId]], object]


class EditingActions(QObject):
    """Entries of the photos' menus and their keys."""

    def __init__(
        self,
        editing: EditingController,
        details: DetailsController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._editing = editing
        self._details = details

    def ratings(self) -> list[EditAction]:
        """Most stars first, as menus list them."""
        return [
            EditAction(
                "star-filled" if stars else "star",
                Editing.tr("%Ln star(s)", "", stars) if stars else self.tr("No stars"),
                str(stars),
                partial(self._editing.edit, field=EditedField.RATING, value=stars),
            )
            for stars in range(MOST_STARS, -1, -1)
        ]

    def flags(self) -> list[EditAction]:
        def set_to(flag: Flag) -> Callable[[Sequence[PhotoId]], object]:
            return partial(self._editing.edit, field=EditedField.FLAG, value=int(flag))

        return [
            EditAction("flag", self.tr("&Pick"), "P", set_to(Flag.PICK)),
            EditAction("reject", self.tr("Re&ject"), "X", set_to(Flag.REJECT)),
            EditAction("", self.tr("&Unflag"), "U", set_to(Flag.NONE)),
        ]

    def favourite(self) -> EditAction:
        return EditAction("heart", self.tr("Fa&vourite"), "F", self._editing.toggle_favourite)

    def details(self) -> list[EditAction]:
        edit, tag = self._details.edit, partial(self._details.edit, begins_with_tags=True)
        return [
            EditAction("edit", self.tr("&Edit details…"), DETAILS_KEYS, edit),
            EditAction("tag", self.tr("Add &tags…"), TAG_KEYS, tag),
        ]

    def all(self) -> list[EditAction]:
        return [*self.ratings(), *self.flags(), self.favourite(), *self.details()]

    def add_to(self, menu: QMenu, chosen: Callable[[], Sequence[PhotoId]]) -> None:
        """Adds what can be said about photos.

        Args:
            chosen: which photos are meant, when an entry is chosen.
        """

        def add(to: QMenu, action: EditAction) -> None:
            # Named, not set: the keys belong to the photos, and letters are typed elsewhere.
            keys = QKeySequence(action.keys).toString(QKeySequence.SequenceFormat.NativeText)
            entry = to.addAction(f"{action.text}\t{keys}")
            if action.icon:
                entry.setIcon(themed_icon(action.icon, menu.palette()))
            entry.triggered.connect(lambda _checked=False: action.act(chosen()))

        add(menu, self.favourite())
        rate = menu.addMenu(themed_icon("star", menu.palette()), self.tr("&Rate"))
        for action in self.ratings():
            add(rate, action)
        flag = menu.addMenu(themed_icon("flag", menu.palette()), self.tr("F&lag"))
        for action in self.flags():
            add(flag, action)
        for action in self.details():
            add(menu, action)
