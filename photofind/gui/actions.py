"""What can be done with chosen photos: find similar, open, show in folder, copy, forget."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from photofind.domain import PhotofindError
from photofind.gui.icons import themed_icon
from photofind.gui.images import read_photo
from photofind.gui.wording import display_name, file_url, photo_name
from photofind.media.online_only import may_open

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from PySide6.QtGui import QImage

    from photofind.domain import Photo, PhotoId
    from photofind.gui.background_calls import BackgroundCalls
    from photofind.gui.desktop import Desktop
    from photofind.gui.library_reads import LibraryReads

MOST_OPENED = 20
"""Nobody wants a thousand viewers."""
_COPIED_PX = 8192
"""Long side of a copied image at most: what other programs take from a clipboard."""

SIMILAR_KEYS = "Ctrl+L"
OPEN_KEYS = "Ctrl+Return"
REVEAL_KEYS = "Ctrl+Shift+Return"
COPY_KEYS = "Ctrl+C"
COPY_PATH_KEYS = "Ctrl+Shift+C"
FORGET_KEYS = "Del"


class PhotoActions(QObject):
    """Carries out actions on photos by number; whatever goes wrong is told in a sentence."""

    similar_requested = Signal(object, str)
    """PhotoId and name of the photo to compare with."""
    forget_requested = Signal(object)
    """The numbers of the photos to forget."""
    told = Signal(str)
    """Something the person should know."""

    def __init__(
        self,
        reads: LibraryReads,
        calls: BackgroundCalls,
        desktop: Desktop,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._reads = reads
        self._calls = calls
        self._desktop = desktop

    def menu(self, photo_ids: Sequence[PhotoId], parent: QWidget) -> QMenu:
        """The context menu for these photos, at least one."""
        menu = QMenu(parent)
        number = len(photo_ids)
        one = number == 1

        def add(icon: str, text: str, keys: str, act: Callable[[], None]) -> None:
            action = menu.addAction(themed_icon(icon, menu.palette()), text)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutVisibleInContextMenu(True)
            action.triggered.connect(act)

        if one:
            similar = partial(self.find_similar, photo_ids[0])
            add("similar", self.tr("Find &similar"), SIMILAR_KEYS, similar)
            menu.addSeparator()
        if number <= MOST_OPENED:
            text = self.tr("&Open") if one else self.tr("&Open %Ln photo(s)", "", number)
            add("open", text, OPEN_KEYS, partial(self.open, photo_ids))
        add("folder", self.tr("Show in &folder"), REVEAL_KEYS, partial(self.reveal, photo_ids))
        menu.addSeparator()
        text = self.tr("&Copy image") if one else self.tr("&Copy %Ln image(s)", "", number)
        add("copy", text, COPY_KEYS, partial(self.copy_images, photo_ids))
        text = self.tr("Copy &path") if one else self.tr("Copy %Ln &path(s)", "", number)
        add("copy-path", text, COPY_PATH_KEYS, partial(self.copy_paths, photo_ids))
        menu.addSeparator()
        text = self.tr("For&get…") if one else self.tr("For&get %Ln photo(s)…", "", number)
        add("forget", text, FORGET_KEYS, partial(self.forget_requested.emit, photo_ids))
        return menu

    def find_similar(self, photo_id: PhotoId) -> None:
        def found(photos: list[Photo]) -> None:
            for photo in photos:
                self.similar_requested.emit(photo.id, photo_name(photo))

        self._calls.run(lambda: self._reads.photos([photo_id]), found)

    def open(self, photo_ids: Sequence[PhotoId]) -> None:
        def found(paths: list[Path]) -> None:
            for path in paths:
                if not self._desktop.open(path):
                    name = display_name(path)
                    self.told.emit(
                        self.tr("No program on this computer can open {name}.").format(name=name)
                    )

        self._calls.run(lambda: self._reachable(photo_ids[:MOST_OPENED]), found)

    def reveal(self, photo_ids: Sequence[PhotoId]) -> None:
        def show() -> Path | None:
            paths = self._reachable(photo_ids)
            return None if self._desktop.reveal(paths) else paths[0].parent

        self._calls.run(show, self._on_revealed)

    def reveal_file(self, path: Path) -> None:
        """Shows a file that is no photo of the catalog (yet), or at least its folder."""

        def show() -> Path | None:
            return None if self._desktop.reveal([path]) else path.parent

        self._calls.run(show, self._on_revealed)

    def copy_paths(self, photo_ids: Sequence[PhotoId]) -> None:
        def copy(photos: list[Photo]) -> None:
            lines = [str(photo.paths[0]) for photo in photos if photo.paths]
            QGuiApplication.clipboard().setText("\n".join(lines))

        self._calls.run(lambda: self._reads.photos(photo_ids), copy)

    def copy_images(self, photo_ids: Sequence[PhotoId]) -> None:
        """One photo travels as picture and file, several as files."""
        if len(photo_ids) > 1:
            self._calls.run(lambda: self._reachable(photo_ids), _copy_files)
            return

        def decode() -> tuple[Path, QImage]:
            path = self._reachable(photo_ids)[0]
            if not may_open(path, self._reads.download_roots()):
                raise PhotofindError(
                    "photo_online_only",
                    "“{name}” is online-only, and photofind downloads nothing unless you ask for "
                    "it. Open it, which downloads it, then copy it; or allow downloads for its "
                    "whole folder: “Exclude photos…” in the folder's menu.",
                    name=path.name,
                )
            return path, read_photo(path, _COPIED_PX)

        def copy(decoded: tuple[Path, QImage]) -> None:
            path, image = decoded
            _copy_files([path], image)

        self._calls.run(decode, copy)

    def _on_revealed(self, folder: Path | None) -> None:
        """The folder is left to be opened where the file manager can't choose files."""
        if folder is not None and not self._desktop.open(folder):
            self.told.emit(self.tr("There is no file manager to show the folder in."))

    def _reachable(self, photo_ids: Sequence[PhotoId]) -> list[Path]:
        """One existing file a photo; on the background-calls thread.

        Raises:
            PhotofindError: none of them is there.
        """
        photos = self._reads.photos(photo_ids)
        found = [_existing(photo) for photo in photos]
        paths = [path for path in found if path is not None]
        if not paths:
            raise PhotofindError(
                "photo_unreachable",
                "The file isn't where it was. Connect its drive, or press F5 to scan the folders "
                "again.",
            )
        return paths


def _existing(photo: Photo) -> Path | None:
    """Where a photo's file is now; rather a place where it is complete than one in a cloud."""
    there = [path for path in photo.paths if path.is_file()]
    return next(filter(may_open, there), there[0] if there else None)


def _copy_files(paths: Sequence[Path], image: QImage | None = None) -> None:
    data = QMimeData()
    data.setUrls([file_url(path) for path in paths])
    if image is not None:
        data.setImageData(image)
    QGuiApplication.clipboard().setMimeData(data)
