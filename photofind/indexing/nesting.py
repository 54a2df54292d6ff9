"""Roots inside roots: whether the walk through one reaches a folder below it."""

from __future__ import annotations

import contextlib
import os
from pathlib import PurePath
from typing import TYPE_CHECKING

from photofind.catalog.folders import Nesting
from photofind.indexing.scanning import is_online
from photofind.media.entries import is_entered
from photofind.media.exclusions import is_excluded_folder
from photofind.media.files import system_path
from photofind.media.patterns import ExclusionRules, pattern_below, read_ignore_file, to_slashes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from photofind.catalog.folders import FolderRow


class DiskNesting(Nesting):
    """Goes by names, patterns, and the `.photofindignore` files on the disk."""

    def is_walked(self, root: Path, below: bytes, patterns: Sequence[str]) -> bool:
        """Whether a walk through a root reaches a folder.

        It doesn't reach the originals of a Photos library, hidden folders, or what patterns
        exclude; such a folder must be a root of its own to be searched.

        Args:
            below: path of the folder relative to the root. It need not exist at the moment.
            patterns: the root's own; `.photofindignore` files are read on the way.
        """
        rules = ExclusionRules(patterns)
        path = ""
        for name in PurePath(os.fsdecode(below)).parts:
            with contextlib.suppress(OSError):
                text = read_ignore_file(os.path.join(system_path(root), path))  # noqa: PTH118
                if text is not None:
                    rules.add_file(to_slashes(path), text)
            path = os.path.join(path, name)  # noqa: PTH118
            if is_excluded_folder(name) or rules.matches(to_slashes(path), is_folder=True):
                return False
            with contextlib.suppress(OSError):
                if not is_entered(os.path.join(system_path(root), path)):  # noqa: PTH118
                    return False
        return True

    def volume_of(self, folder: FolderRow) -> str | None:
        if is_online(folder):
            return None
        return folder.volume_id or f"folder:{folder.id}"

    def rebase(self, pattern: str, below: bytes) -> str:
        return pattern_below(pattern, below)
