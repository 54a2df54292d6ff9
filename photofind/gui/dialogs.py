"""The few questions and notes that come as dialogs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QVBoxLayout,
    QWidget,
)

from photofind import __version__
from photofind.gui.buttons import PushButton
from photofind.gui.icons import APP_ICON, draw_icon
from photofind.gui.plain_text import PlainLabel
from photofind.gui.translation import Context
from photofind.gui.wording import display_name

Dialogs = Context("Dialogs")


_ABOUT_LOGO_PX = 72
_ABOUT_PX = 430


def pictures_folder() -> Path | None:
    """The person's Pictures folder, if it is there. Looks at the disk."""
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
    folder = Path(place)
    return folder if place and folder.is_dir() else None


def _place_to_start() -> str:
    """Where choosing a folder starts: a place that isn't there would be proposed by name all the
    same, and refused by the dialog that proposed it."""
    return str(pictures_folder() or Path.home())


def choose_folder(parent: QWidget) -> Path | None:
    """Asks for a folder of photos; None when the person would rather not."""
    title = Dialogs.tr("Choose a folder with photos")
    chosen = QFileDialog.getExistingDirectory(parent, title, _place_to_start())
    return Path(chosen) if chosen else None


def choose_new_place(parent: QWidget, folder: Path) -> Path | None:
    """Asks where a folder lies now; None when the person would rather not."""
    title = Dialogs.tr("Where is “{folder}” now?")
    chosen = QFileDialog.getExistingDirectory(
        parent, title.format(folder=display_name(folder)), _place_to_start()
    )
    return Path(chosen) if chosen else None


def choose_subfolder(parent: QWidget, folder: Path) -> Path | None:
    """Asks which subfolder is to be left out; None when the person would rather not."""
    title = Dialogs.tr("Which folder in “{folder}” should be excluded?")
    chosen = QFileDialog.getExistingDirectory(
        parent, title.format(folder=display_name(folder)), str(folder)
    )
    return Path(chosen) if chosen else None


class NoteDialog(QDialog):
    """A logo, a title and a few plain sentences."""

    def __init__(self, title: str, paragraphs: tuple[str, ...], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        logo = PlainLabel(self)
        logo.setPixmap(
            draw_icon(
                APP_ICON, QColor(Qt.GlobalColor.black), _ABOUT_LOGO_PX, self.devicePixelRatio()
            )
        )
        heading = PlainLabel(title, self)
        heading.setProperty("textStyle", "heading")
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 28, 32, 24)
        column.setSpacing(12)
        column.addWidget(logo, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(heading, 0, Qt.AlignmentFlag.AlignHCenter)
        for paragraph in paragraphs:
            label = PlainLabel(paragraph, self)
            label.setWordWrap(True)
            label.setMinimumWidth(_ABOUT_PX)
            column.addWidget(label)
        column.addSpacing(8)
        close = PushButton(self.tr("Close"), self)
        close.setDefault(True)
        close.clicked.connect(self.close)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignHCenter)


def about_dialog(parent: QWidget) -> NoteDialog:
    """What photofind is."""
    return NoteDialog(
        f"photofind {__version__}",
        (
            Dialogs.tr(
                "Finds your photos by what they show. It works without a network: no picture, "
                "no word you type and nothing it learns ever leaves this computer.",
            ),
            Dialogs.tr(
                "Free software under the MIT licence. It never changes your photos.",
            ),
        ),
        parent,
    )
