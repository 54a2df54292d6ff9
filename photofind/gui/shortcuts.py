"""The keys of the window on one page."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from photofind.gui.buttons import PushButton
from photofind.gui.plain_text import PlainLabel
from photofind.gui.translation import Context

Shortcuts = Context("Shortcuts")


class ShortcutsDialog(QDialog):
    """A list of keys in groups; any of them still has to be pressed in the window."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        columns = QHBoxLayout()
        columns.setSpacing(44)
        for groups in _columns():
            column = QVBoxLayout()
            column.setSpacing(18)
            for title, rows in groups:
                column.addWidget(self._group(title, rows))
            column.addStretch(1)
            columns.addLayout(column)
        close = PushButton(self.tr("Close"), self)
        close.setDefault(True)
        close.clicked.connect(self.close)
        page = QVBoxLayout(self)
        page.setContentsMargins(32, 26, 32, 22)
        page.setSpacing(18)
        page.addLayout(columns)
        page.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)

    def _group(self, title: str, rows: tuple[tuple[str, str], ...]) -> QWidget:
        group = QWidget(self)
        grid = QGridLayout(group)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(0, 1)
        heading = PlainLabel(title, group)
        heading.setProperty("textStyle", "strong")
        grid.addWidget(heading, 0, 0, 1, 2)
        for place, (what, keys) in enumerate(rows, 1):
            grid.addWidget(PlainLabel(what, group), place, 0)
            shown = PlainLabel(_native(keys), group)
            shown.setProperty("tone", "faint")
            grid.addWidget(shown, place, 1, Qt.AlignmentFlag.AlignRight)
        return group


def _native(keys: str) -> str:
    """As the system writes them; what is no single shortcut stays as it is."""
    parts = keys.split("  ")
    forms = [QKeySequence(part).toString(QKeySequence.SequenceFormat.NativeText) for part in parts]
    return "  ".join(form or part for form, part in zip(forms, parts, strict=True))


Group = tuple[str, tuple[tuple[str, str], ...]]


def _columns() -> tuple[tuple[Group, ...], ...]:

    find: Group = (
        Shortcuts.tr("Find"),
        (
            (Shortcuts.tr("Search"), "/  Ctrl+F"),
            (Shortcuts.tr("Find similar photos"), "Ctrl+L"),
            (Shortcuts.tr("Search by the copied picture"), "Ctrl+V"),
            (Shortcuts.tr("Accept a suggestion"), "Down  Tab"),
            (Shortcuts.tr("Show suggestions"), "Alt+Down"),
            (Shortcuts.tr("Save this search"), "Ctrl+S"),
            (Shortcuts.tr("Back"), "Alt+Left  Esc"),
        ),
    )
    look: Group = (
        Shortcuts.tr("Look"),
        (
            (Shortcuts.tr("Open or close a photo"), "Return  Space"),
            (Shortcuts.tr("Next, previous photo"), "Right  Left"),
            (Shortcuts.tr("First, last photo"), "Home  End"),
            (Shortcuts.tr("Larger, smaller"), "Ctrl++  Ctrl+-"),
            (Shortcuts.tr("Zoom in, out, fit"), "+  -  Z"),
            (Shortcuts.tr("Details"), "I"),
            (Shortcuts.tr("Show where text is"), "O"),
            (Shortcuts.tr("Full screen"), "F11"),
        ),
    )
    say: Group = (
        Shortcuts.tr("Rate and describe"),
        (
            (Shortcuts.tr("Stars"), "0 – 5"),
            (Shortcuts.tr("Favourite"), "F"),
            (Shortcuts.tr("Pick, reject, unflag"), "P  X  U"),
            (Shortcuts.tr("Title, caption, note, tags"), "Ctrl+E"),
            (Shortcuts.tr("Add tags"), "Ctrl+T  T"),
            (Shortcuts.tr("Edit the caption"), "E"),
            (Shortcuts.tr("Describe"), "Ctrl+D"),
            (Shortcuts.tr("Ask"), "Ctrl+K  Q"),
            (Shortcuts.tr("Undo, redo"), "Ctrl+Z  Ctrl+Shift+Z"),
        ),
    )
    use: Group = (
        Shortcuts.tr("Use"),
        (
            (Shortcuts.tr("Select all photos"), "Ctrl+A"),
            (Shortcuts.tr("Open in another program"), "Ctrl+Return"),
            (Shortcuts.tr("Show in folder"), "Ctrl+Shift+Return"),
            (Shortcuts.tr("Copy image, copy path"), "Ctrl+C  Ctrl+Shift+C"),
            (Shortcuts.tr("Forget"), "Del"),
            (Shortcuts.tr("Add a folder"), "Ctrl+O"),
            (Shortcuts.tr("Folders"), "Ctrl+B"),
            (Shortcuts.tr("Scan for new photos"), "F5"),
            (Shortcuts.tr("Menu"), "F10"),
            (Shortcuts.tr("Quit"), "Ctrl+Q"),
        ),
    )
    return (find, look), (say,), (use,)
