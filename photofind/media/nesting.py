"""Roots inside roots: whether the walk through one comes to a folder below it."""

from __future__ import annotations

import contextlib
import os
from pathlib import PurePath
from typing import TYPE_CHECKING

from photofind.media.entries import is_entered
from photofind.media.exclusions import is_excluded_folder
from photofind.media.files import system_path
from photofind.media.patterns import ExclusionRules, read_ignore_file, to_slashes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def is_walked(root: Path, below: bytes, patterns: Iterable[str]) -> bool:
    """Whether a walk through a root comes to a folder.

    It doesn't come to the originals of a Photos library, to hidden folders, or to what patterns
    leave out; such a folder must be a root of its own to be searched.

    Args:
        below: path of the folder relative to the root. It need not be there just now.
        patterns: those set for the root; `.photofindignore` files are looked for.
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
