"""Questions before something leaves the search or is forgotten; Enter and Escape give the harmless
answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QMessageBox, QWidget

from photofind.gui.prompts import FolderRemoval
from photofind.gui.translation import Context
from photofind.gui.wording import count_photos, display_path

if TYPE_CHECKING:
    from pathlib import Path

Dialogs = Context("Dialogs")


def question_box(parent: QWidget, title: str, text: str, explanation: str) -> QMessageBox:
    """The box, without its answers."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle(title)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(text)
    box.setInformativeText(explanation)
    return box


def ask(box: QMessageBox, yes: str, no: str) -> bool:
    """Shows the box and waits for an answer."""
    accept = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
    keep = box.addButton(no, QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    box.exec()
    return bool(box.clickedButton() is accept)


def confirm_removal(parent: QWidget, folder: Path) -> FolderRemoval:
    """Asks before a folder leaves the search, and what is to stay."""
    box = question_box(
        parent,
        Dialogs.tr("Remove folder"),
        Dialogs.tr("Remove “{folder}” from photofind?").format(folder=display_path(folder)),
        Dialogs.tr(
            "Its photos are no longer searched. The photos themselves are not "
            "touched. If you add the folder again, nothing has to be indexed twice,"
            " and your ratings, tags and captions are back."
        ),
    )
    forget = QCheckBox(Dialogs.tr("Also forget its photos, and all I made of them"), box)
    box.setCheckBox(forget)
    if not ask(box, Dialogs.tr("Remove from photofind"), Dialogs.tr("Keep")):
        return FolderRemoval.KEEP
    return FolderRemoval.FORGET if forget.isChecked() else FolderRemoval.HIDE


def confirm_forgetting(parent: QWidget, number: int) -> bool:
    """Asks before photos are forgotten."""
    one = number == 1
    box = question_box(
        parent,
        Dialogs.tr("Forget photo") if one else Dialogs.tr("Forget photos"),
        Dialogs.tr("Forget this photo?")
        if one
        else Dialogs.tr("Forget {photos}?").format(photos=count_photos(number)),
        Dialogs.tr(
            "Everything that photofind knows about it is deleted for good: its "
            "preview, captions, answers, tags, and your rating and notes. The file "
            "itself is not touched, and is not searched from now on."
        )
        if one
        else Dialogs.tr(
            "Everything that photofind knows about them is deleted for good: "
            "previews, captions, answers, tags, and your ratings and notes. The "
            "files themselves are not touched, and are not searched from now on."
        ),
    )
    return ask(box, Dialogs.tr("Forget"), Dialogs.tr("Keep"))


def confirm_recall(parent: QWidget) -> bool:
    """Asks before forgotten photos may come back."""
    box = question_box(
        parent,
        Dialogs.tr("Bring back forgotten photos"),
        Dialogs.tr("Bring all forgotten photos back into search?"),
        Dialogs.tr(
            "Those that are still in your folders are indexed again. What you had "
            "added to them does not come back."
        ),
    )
    return ask(box, Dialogs.tr("Bring back"), Dialogs.tr("Keep them forgotten"))
