"""Finds a file with the very bytes of a photo that was indexed earlier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.domain import MediaError
from photofind.indexing.scanning import is_online
from photofind.media.identity import read_and_hash
from photofind.media.online_only import lies_online_only

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from photofind.catalog.background import BackgroundPhoto
    from photofind.catalog.folders import FolderRow
    from photofind.domain import FolderId
    from photofind.indexing.unresponsive_roots import UnresponsiveRoots

KEEP_BYTES = 64 * 2**20
"""Files up to this size are read once, for the hash and for the decoder."""


class Sources:
    """The files of the catalog's photos; asks each root once whether it can be reached."""

    def __init__(self, folders: Sequence[FolderRow], unresponsive: UnresponsiveRoots) -> None:
        self._unresponsive = unresponsive
        self._folders = {folder.id: folder for folder in folders}
        self._online: dict[FolderId, bool] = {}

    def find(self, photo: BackgroundPhoto) -> Path | bytes | None:
        """A file that holds the photo's very bytes, or these if they are few.

        Returns:
            None when there is none within reach: the drive is away or silent, the file lies in a
            cloud alone, can't be read now or was changed since (a scan takes it up).
        """
        for folder_id, path in photo.places:
            if self._unresponsive.is_silent(path):
                continue
            with self._unresponsive.reading(path):
                found = self._read(path, photo.sha256) if self._is_online(folder_id) else None
            if found is not None:
                return found
        return None

    def _read(self, path: Path, sha256: bytes) -> Path | bytes | None:
        try:
            if lies_online_only(path):
                return None
            digest, data = read_and_hash(path, KEEP_BYTES)
        except MediaError:
            return None
        if digest != sha256:
            return None
        return path if data is None else data

    def _is_online(self, folder_id: FolderId) -> bool:
        if folder_id not in self._online:
            folder = self._folders.get(folder_id)
            self._online[folder_id] = folder is not None and is_online(folder)
        return self._online[folder_id]
