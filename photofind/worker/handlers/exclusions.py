"""What is looked at in a folder: patterns that leave out, files that lie in a cloud."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from photofind.catalog.encoding import path_to_blob, relative_to_root
from photofind.catalog.folders import exclude_pattern, include_pattern, set_online_only
from photofind.domain import FolderError
from photofind.indexing.nesting import DiskNesting
from photofind.media.patterns import pattern_below, pattern_for, pattern_problem, to_slashes
from photofind.worker.messages import Exclude, Include, SetOnlineOnly

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photofind.catalog.folders import FolderRow
    from photofind.catalog.writer import CatalogWriter
    from photofind.sentences import Sentence
    from photofind.worker.handlers.base import Handlers
    from photofind.worker.handlers.folders import FolderHandlers
    from photofind.worker.server import Peer


class ExclusionHandlers:
    """Changes what belongs to a root and has it looked through again."""

    def __init__(self, writer: CatalogWriter, library: FolderHandlers) -> None:
        self._writer = writer
        self._library = library

    @property
    def handlers(self) -> Handlers:
        return {
            Exclude: self._exclude,
            Include: self._include,
            SetOnlineOnly: self._set_online_only,
        }

    def _exclude(self, peer: Peer, command: Exclude) -> None:
        root, pattern = self._understand(command)
        with self._writer.transaction() as tx:
            exclude_pattern(tx, root, pattern)
        self._library.look_again(peer, command, root)

    def _include(self, peer: Peer, command: Include) -> None:
        root, pattern = self._understand(command)
        with self._writer.transaction() as tx:
            include_pattern(tx, root, pattern, DiskNesting())
        self._library.look_again(peer, command, root)

    def _set_online_only(self, peer: Peer, command: SetOnlineOnly) -> None:
        with self._writer.transaction() as tx:
            set_online_only(tx, command.path, included=command.included)
        self._library.look_again(peer, command, command.path)

    def _understand(self, command: Exclude | Include) -> tuple[Path, str]:
        """The root that is meant, and the pattern as the root has it.

        Raises:
            FolderError: folder_unknown, no root covers the folder; pattern_invalid.
        """
        path = command.path
        folders = self._library.read_folders()
        root, below = self._covering_root(path, folders)
        pattern = command.pattern
        known = {each for folder in folders if folder.path == root for each in folder.exclusions}
        if pattern and pattern not in known:
            pattern = _without_place(pattern, path)
        if not pattern:
            if not below:
                raise FolderError(
                    "pattern_invalid",
                    "All of {path} can't be excluded from itself. Name a folder inside it or a "
                    "pattern, or remove it: photofind folders remove FOLDER",
                    path=path,
                )
            return root, pattern_for(below, is_folder=True)
        problem: Sentence | None = pattern_problem(pattern)
        if problem is not None:
            raise FolderError("pattern_invalid", problem)
        return root, pattern_below(pattern, below) if below else pattern

    def _covering_root(self, path: Path, roots: Sequence[FolderRow]) -> tuple[Path, bytes]:
        found = [
            (folder.path, below)
            for folder in roots
            if (below := relative_to_root(path_to_blob(path), path_to_blob(folder.path)))
            is not None
        ]
        if not found:
            raise FolderError(
                "folder_unknown",
                "{path} is not one of photofind's folders, nor inside one. 'photofind "
                "folders list' shows them.",
                path=path,
            )
        return min(found, key=lambda each: len(each[1]))  # the nearest


def _without_place(pattern: str, folder: Path) -> str:
    """What a person means who names something in a folder by its whole path: as a pattern, that
    would lie below the folder once more, and leave out nothing.

    Returns:
        The pattern; "" for the folder itself.
    """
    place = Path(pattern)
    if not place.is_absolute():
        return pattern
    below = relative_to_root(path_to_blob(place), path_to_blob(folder))
    if not below:
        return pattern if below is None else ""
    if place.exists():
        return pattern_for(below, is_folder=place.is_dir())
    return "/" + to_slashes(os.fsdecode(below)) + "/" * pattern.endswith("/")
