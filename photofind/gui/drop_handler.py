"""What is dropped on or pasted into the window: folders are added, pictures are searched for."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QImage

from photofind.gui.searching import LikeFile
from photofind.gui.wording import display_name

if TYPE_CHECKING:
    from photofind.gui.background_calls import BackgroundCalls


@dataclass(frozen=True, slots=True)
class _Sorted:
    folders: tuple[Path, ...]
    files: tuple[Path, ...]


class DropHandler(QObject):
    """Sorts what comes in from outside, off the GUI thread."""

    folders_brought = Signal(object)
    """A list of folders to add."""
    picture_brought = Signal(object)
    """A `LikeFile` to search for."""
    told = Signal(str)

    def __init__(self, calls: BackgroundCalls, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._pasted: tempfile.TemporaryDirectory[str] | None = None

    def take(self, data: QMimeData) -> None:
        """Takes files, folders or a bare picture from a drop or the clipboard."""
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if paths:
            self._calls.run(lambda: _sort(paths), self._on_sorted)
        elif data.hasImage():
            image = data.imageData()
            if isinstance(image, QImage):
                self._calls.run(lambda: self._keep(image), self.picture_brought.emit)
        else:
            self.told.emit(
                self.tr("Only pictures and folders on this computer can be dropped here.")
            )

    def close(self) -> None:
        """Deletes pasted pictures; on the background-calls thread."""
        if self._pasted is not None:
            self._pasted.cleanup()
            self._pasted = None

    def _on_sorted(self, brought: _Sorted) -> None:
        if brought.folders:
            self.folders_brought.emit(list(brought.folders))
        elif brought.files:
            file = brought.files[0]
            self.picture_brought.emit(LikeFile(file, display_name(file)))
        else:
            self.told.emit(self.tr("That file no longer exists."))

    def _keep(self, image: QImage) -> LikeFile:
        """A bare picture becomes a file for as long as the window is open."""
        if self._pasted is None:
            self._pasted = tempfile.TemporaryDirectory(prefix="photofind-")
        number = sum(1 for _ in Path(self._pasted.name).iterdir())
        file = Path(self._pasted.name, f"{number}.png")
        image.save(str(file))
        return LikeFile(file, self.tr("the pasted picture"))


def _sort(paths: list[Path]) -> _Sorted:
    return _Sorted(
        tuple(path for path in paths if path.is_dir()),
        tuple(path for path in paths if path.is_file()),
    )
