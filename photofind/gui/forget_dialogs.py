"""The questions before something leaves the search, or is forgotten for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QCheckBox, QWidget

from photofind.gui.asking import ask, question_box
from photofind.gui.questions import Removal
from photofind.gui.wording import count_photos, display_path

if TYPE_CHECKING:
    from pathlib import Path


def _tr(text: str) -> str:
    return QCoreApplication.translate("Dialogs", text)


def confirm_removal(parent: QWidget, folder: Path) -> Removal:
    """Asks before a folder leaves the search, and what is to stay."""
    box = question_box(
        parent,
        _tr("Remove folder"),
        _tr("Remove “{folder}” from photofind?").format(folder=display_path(folder)),
        _tr(
            "Its photos leave the search. The photos themselves are not touched. If you add "
            "the folder again, nothing has to be looked at twice, and the ratings, tags and "
            "captions you gave are there again."
        ),
    )
    forget = QCheckBox(_tr("Also forget its photos, and all I made of them"), box)
    box.setCheckBox(forget)
    if not ask(box, _tr("Remove from photofind"), _tr("Keep")):
        return Removal.KEEP
    return Removal.FORGET if forget.isChecked() else Removal.HIDE


def confirm_forgetting(parent: QWidget, number: int) -> bool:
    """Asks before photos are forgotten."""
    one = number == 1
    box = question_box(
        parent,
        _tr("Forget photo") if one else _tr("Forget photos"),
        _tr("Forget this photo?")
        if one
        else _tr("Forget {photos}?").format(photos=count_photos(number)),
        _tr(
            "All that photofind knows of it is deleted for good: its preview, captions, answers, "
            "tags, your rating and notes. The file itself is not touched, and stays out of the "
            "search from now on."
        )
        if one
        else _tr(
            "All that photofind knows of them is deleted for good: previews, captions, answers, "
            "tags, your ratings and notes. The files themselves are not touched, and stay out of "
            "the search from now on."
        ),
    )
    return ask(box, _tr("Forget"), _tr("Keep"))


def confirm_recall(parent: QWidget) -> bool:
    """Asks before forgotten photos may come back."""
    box = question_box(
        parent,
        _tr("Bring back forgotten photos"),
        _tr("Let all photos you had forgotten into the search again?"),
        _tr(
            "Those that still lie in your folders are looked at anew. What you had made of them "
            "does not come back."
        ),
    )
    return ask(box, _tr("Bring back"), _tr("Leave them out"))
