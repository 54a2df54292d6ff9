"""What can be done with the captions of chosen photos: ask for them, copy them, export them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QFileDialog, QWidget

from photofind.describe.photo_export import to_csv, to_html, to_json
from photofind.domain import PhotofindError
from photofind.gui.icons import themed_icon
from photofind.gui.translation import Context
from photofind.gui.wording import display_path

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QMenu

    from photofind.describe.photo_export import ExportRow
    from photofind.domain import PhotoId
    from photofind.gui.background_calls import BackgroundCalls
    from photofind.gui.describing.controller import DescriptionsController
    from photofind.gui.describing.reads import DescriptionReads

Describing = Context("Describing")


DESCRIBE_KEYS = "Ctrl+D"
ASK_KEYS = "Ctrl+K"
_WRITERS: dict[str, Callable[[Sequence[ExportRow]], str]] = {".csv": to_csv, ".json": to_json}


class DescriptionActions(QObject):
    """Entries of the photos' menu, and what they do."""

    told = Signal(str)
    """Something the person should know."""

    def __init__(
        self,
        descriptions: DescriptionsController,
        calls: BackgroundCalls,
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
        self._calls = calls
        self._reads = reads
        self._choose_file = choose_file

    def add_to(self, menu: QMenu, photo_ids: Sequence[PhotoId]) -> None:
        """Adds what can be done with these photos, at least one."""
        n = len(photo_ids)
        one = n == 1

        def add(icon: str, text: str, keys: str, act: Callable[[], object]) -> None:
            action = menu.addAction(themed_icon(icon, menu.palette()), text)
            if keys:
                action.setShortcut(QKeySequence(keys))
                action.setShortcutVisibleInContextMenu(True)
            action.triggered.connect(lambda _checked=False: act())

        menu.addSeparator()
        text = self.tr("&Describe") if one else self.tr("&Describe %Ln photo(s)", "", n)
        add("describe", text, DESCRIBE_KEYS, partial(self._descriptions.describe, photo_ids))
        text = self.tr("&Ask…") if one else self.tr("&Ask about %Ln photo(s)…", "", n)
        add("ask", text, ASK_KEYS, partial(self._descriptions.ask, photo_ids))
        menu.addSeparator()
        text = self.tr("Copy as &HTML with captions")
        add("html", text, "", partial(self.copy_html, photo_ids))
        text = (
            self.tr("E&xport a list…") if one else self.tr("E&xport a list of %Ln photo(s)…", "", n)
        )
        add("export", text, "", partial(self.export, photo_ids))

    def copy_html(self, photo_ids: Sequence[PhotoId]) -> None:
        """Puts an `<img alt>` a photo on the clipboard."""

        def copy(rows: list[ExportRow]) -> None:
            QGuiApplication.clipboard().setText(to_html(rows))
            bare = sum(not row.caption for row in rows)
            if bare:
                self.told.emit(self.tr("Copied. %Ln photo(s) (has|have) no caption yet.", "", bare))

        self._calls.run(lambda: self._reads.export_rows(photo_ids), copy)

    def export(self, photo_ids: Sequence[PhotoId]) -> None:
        """Writes path, caption, tags, date and more to a file that the person names."""
        file = self._choose_file()
        if file is None:
            return
        if file.suffix.lower() not in _WRITERS:
            file = file.with_name(f"{file.name}.csv")

        def write() -> Path:
            text = _WRITERS[file.suffix.lower()](self._reads.export_rows(photo_ids))
            try:
                # Excel takes a CSV for UTF-8 only if it says so.
                encoding = "utf-8-sig" if file.suffix.lower() == ".csv" else "utf-8"
                file.write_text(text, encoding=encoding, newline="")
            except OSError as error:
                raise PhotofindError(
                    "export_failed",
                    "The list can't be written to {file}: {reason}",
                    file=file.name,
                    reason=error.strerror or "",
                ) from error
            return file

        def done(path: Path) -> None:
            self.told.emit(self.tr("The list is in {file}.").format(file=display_path(path)))

        self._calls.run(write, done)


def list_dialog(parent: QWidget) -> QFileDialog:
    """Where a list of photos goes, and as what. A name without a suffix gets that of the kind
    that is chosen, before the dialog asks whether a file may be replaced."""
    dialog = QFileDialog(parent, Describing.tr("Export a list"), str(Path.home()))
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
