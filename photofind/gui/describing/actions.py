"""What can be done with the captions of chosen photos: ask for them, copy them, export them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QFileDialog, QWidget

from photofind.describe.sheet import to_csv, to_html, to_json
from photofind.domain import PhotofindError
from photofind.gui.icons import themed_icon
from photofind.gui.wording import count, display_name, display_path

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QMenu

    from photofind.describe.sheet import SheetRow
    from photofind.domain import PhotoId
    from photofind.gui.describing.controller import DescriptionsController
    from photofind.gui.describing.reads import DescriptionReads
    from photofind.gui.errands import Errands

DESCRIBE_KEYS = "Ctrl+D"
ASK_KEYS = "Ctrl+K"
_WRITERS: dict[str, Callable[[Sequence[SheetRow]], str]] = {".csv": to_csv, ".json": to_json}


class DescriptionActions(QObject):
    """Entries of the photos' menu, and what they do."""

    told = Signal(str)
    """Something the person should know."""

    def __init__(
        self,
        descriptions: DescriptionsController,
        errands: Errands,
        reads: DescriptionReads,
        choose_file: Callable[[], Path | None],
        parent: QObject | None = None,
    ) -> None:
        """
        Args:
            choose_file: asks where a list goes; None when the person would rather not.
        """
        super().__init__(parent)
        self._descriptions = descriptions
        self._errands = errands
        self._reads = reads
        self._choose_file = choose_file

    def add_to(self, menu: QMenu, photo_ids: Sequence[PhotoId]) -> None:
        """Adds what can be done with these photos, at least one."""
        one, n = len(photo_ids) == 1, count(len(photo_ids))

        def add(icon: str, text: str, keys: str, act: Callable[[], object]) -> None:
            action = menu.addAction(themed_icon(icon, menu.palette()), text)
            if keys:
                action.setShortcut(QKeySequence(keys))
                action.setShortcutVisibleInContextMenu(True)
            action.triggered.connect(lambda _checked=False: act())

        menu.addSeparator()
        text = self.tr("&Describe") if one else self.tr("&Describe {n} photos").format(n=n)
        add("describe", text, DESCRIBE_KEYS, partial(self._descriptions.describe, photo_ids))
        text = self.tr("&Ask…") if one else self.tr("&Ask about {n} photos…").format(n=n)
        add("ask", text, ASK_KEYS, partial(self._descriptions.ask, photo_ids))
        menu.addSeparator()
        text = self.tr("Copy as &HTML with captions")
        add("html", text, "", partial(self.copy_html, photo_ids))
        text = self.tr("E&xport a list…") if one else self.tr("E&xport a list of {n}…").format(n=n)
        add("export", text, "", partial(self.export, photo_ids))

    def copy_html(self, photo_ids: Sequence[PhotoId]) -> None:
        """Puts an `<img alt>` a photo on the clipboard."""

        def copy(rows: list[SheetRow]) -> None:
            QGuiApplication.clipboard().setText(to_html(rows))
            bare = sum(not row.caption for row in rows)
            if bare:
                self.told.emit(
                    self.tr("Copied. {n} of the photos have no caption yet.").format(n=count(bare))
                )

        self._errands.run(lambda: self._reads.sheet(photo_ids), copy)

    def export(self, photo_ids: Sequence[PhotoId]) -> None:
        """Writes path, caption, tags, date and more to a file that the person names."""
        file = self._choose_file()
        if file is None:
            return
        if file.suffix.lower() not in _WRITERS:
            file = file.with_name(f"{file.name}.csv")

        def write() -> Path:
            text = _WRITERS[file.suffix.lower()](self._reads.sheet(photo_ids))
            try:
                # Excel takes a CSV for UTF-8 only if it says so.
                encoding = "utf-8-sig" if file.suffix.lower() == ".csv" else "utf-8"
                file.write_text(text, encoding=encoding, newline="")
            except OSError as error:
                raise PhotofindError(
                    "export_failed",
                    self.tr("The list can't be written to {file}: {why}").format(
                        file=display_name(file), why=error.strerror or ""
                    ),
                ) from error
            return file

        def done(path: Path) -> None:
            self.told.emit(self.tr("The list is in {file}.").format(file=display_path(path)))

        self._errands.run(write, done)


def list_dialog(parent: QWidget) -> QFileDialog:
    """Where a list of photos goes, and as what. A name without a suffix gets that of the kind
    that is chosen, before the dialog asks whether a file may be replaced."""
    dialog = QFileDialog(parent, parent.tr("Export a list"), str(Path.home()))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters([f"{kind[1:].upper()} (*{kind})" for kind in _WRITERS])
    dialog.setDefaultSuffix(next(iter(_WRITERS)))
    dialog.filterSelected.connect(
        lambda chosen: dialog.setDefaultSuffix(chosen.partition("*")[2].rstrip(")"))
    )
    dialog.selectFile("photos.csv")
    return dialog


def choose_list_file(parent: QWidget) -> Path | None:
    """Asks where a list of photos goes."""
    dialog = list_dialog(parent)
    try:
        return Path(dialog.selectedFiles()[0]) if dialog.exec() else None
    finally:
        dialog.deleteLater()
