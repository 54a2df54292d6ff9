"""Decides about the tags of the photo on show, and about the text in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from photofind.worker.tag_messages import ChangeTags
from photofind.worker.text_messages import ReadText, TextRead

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.domain import PhotoId
    from photofind.gui.bridge import WorkerBridge
    from photofind.gui.preview.controller import PreviewController
    from photofind.gui.preview.loader import PreviewFacts
    from photofind.gui.window import MainWindow
    from photofind.worker.messages import Command, Event


class WordsController(QObject):
    """Connects tags and text beside a photo with the worker and with searching."""

    search_requested = Signal(str)
    """A query to be typed for the person."""
    texts_changed = Signal()
    """Search may find other photos now."""

    def __init__(
        self,
        window: MainWindow,
        preview: PreviewController,
        bridge: WorkerBridge,
        send: Callable[[Command], None],
        parent: QObject | None = None,
    ) -> None:
        """
        Args:
            send: hands a command to the worker, which is started if need be.
        """
        super().__init__(parent)
        self._page = window.preview
        self._preview = preview
        self._send = send
        self._shown: PhotoId | None = None
        details = window.preview.details
        details.tags.searched.connect(self._search)
        details.tags.added.connect(lambda label: self._change(add=(label,)))
        details.tags.removed.connect(lambda label: self._change(remove=(label,)))
        details.tags.left.connect(window.preview.setFocus)
        details.text.read_requested.connect(self._read)
        details.text.copied.connect(_copy)
        details.text.outlined.connect(window.preview.picture.show_outlines)
        window.preview.picture.text_picked.connect(_copy)
        preview.facts_shown.connect(self._show)
        bridge.catalog_changed.connect(self._reread)
        bridge.read.connect(self._on_read)
        bridge.refused.connect(lambda *_: details.text.allow_reading())

    def _show(self, facts: PreviewFacts) -> None:
        if facts.photo.id != self._shown:
            self._shown = facts.photo.id
            self._page.details.tags.forget_typing()
        self._page.picture.set_text(() if facts.text is None else facts.text.lines)

    def _search(self, label: str) -> None:
        self.search_requested.emit(f'tag:"{label}"' if " " in label else f"tag:{label}")

    def _change(self, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> None:
        photo_id = self._preview.photo_id
        if photo_id is not None:
            self._send(ChangeTags(photo_ids=(photo_id,), add=add, remove=remove))

    def _read(self) -> None:
        photo_id = self._preview.photo_id
        if photo_id is not None:
            self._send(ReadText(photo_ids=(photo_id,), again=True))

    def _on_read(self, event: Event) -> None:
        if isinstance(event, TextRead):
            self._preview.reread(event.photo_id)  # type: ignore[arg-type]
            self.texts_changed.emit()

    def _reread(self) -> None:
        if self._preview.photo_id is not None:
            self._preview.reread(self._preview.photo_id)


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
