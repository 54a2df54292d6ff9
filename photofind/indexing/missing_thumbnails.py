"""Recreates thumbnails that the cache has lost."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from photofind.catalog.background import read_background_photos
from photofind.catalog.folders import read_folders
from photofind.catalog.thumbnails import ThumbnailStore
from photofind.domain import MediaError
from photofind.indexing.sources import Sources
from photofind.media.decode import decode_photo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from photofind.catalog.background import BackgroundPhoto
    from photofind.catalog.reader import CatalogReader
    from photofind.domain import ContentId
    from photofind.indexing.decode_watchdog import DecodeWatchdog
    from photofind.indexing.unresponsive_roots import UnresponsiveRoots

logger = logging.getLogger(__name__)

_MOST = 5000
"""Contents that wait; of more, those asked for last are made."""


class MissingThumbnails:
    """What windows found missing, until it is made. A task for the idle thread."""

    def __init__(
        self, file: Path, unresponsive: UnresponsiveRoots, watchdog: DecodeWatchdog
    ) -> None:
        """
        Args:
            file: where the thumbnails are.
        """
        self._file = file
        self._unresponsive = unresponsive
        self._watchdog = watchdog
        self._lock = threading.Lock()
        self._waiting: dict[ContentId, None] = {}

    def add(self, content_ids: Iterable[ContentId]) -> None:
        """These are missing; callable from any thread."""
        with self._lock:
            for content_id in content_ids:
                self._waiting.pop(content_id, None)
                self._waiting[content_id] = None
            for content_id in list(self._waiting)[:-_MOST]:
                del self._waiting[content_id]

    def work(self, reader: CatalogReader, must_stop: Callable[[], bool]) -> bool:
        """Makes those that wait, the last one first. Returns False: the catalog stays as it is.

        Raises:
            CatalogError: the catalog can't be read, or the thumbnails can't be written.
        """
        with reader.snapshot() as snapshot:
            sources = Sources(read_folders(snapshot), self._unresponsive)
        with ThumbnailStore(self._file) as store:
            while not must_stop() and (content_id := self._take()) is not None:
                photo = _find(reader, content_id)
                if photo is None:
                    continue
                self._make(photo, sources, store)
                if _find(reader, content_id) is None:  # forgotten meanwhile
                    store.remove([photo.sha256])
                    store.scrub()
        return False

    def _take(self) -> ContentId | None:
        with self._lock:
            return self._waiting.popitem()[0] if self._waiting else None

    def _make(self, photo: BackgroundPhoto, sources: Sources, store: ThumbnailStore) -> None:
        if store.get(photo.sha256) is not None:
            return
        source = sources.find(photo)
        if source is None:
            return
        try:
            with self._watchdog.one_photo():
                thumbnail = decode_photo(source, ()).thumbnail
        except MediaError as error:
            logger.debug("no thumbnail of content %d: %s", photo.content_id, error.code)
        else:
            store.put({photo.sha256: thumbnail})


def _find(reader: CatalogReader, content_id: ContentId) -> BackgroundPhoto | None:
    with reader.snapshot() as snapshot:
        return next(iter(read_background_photos(snapshot, [content_id])), None)
