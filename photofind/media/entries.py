"""Telling folders to go into from links to them and from hidden ones."""

from __future__ import annotations

import os
import stat
from typing import Final

from photofind.media.exclusions import is_hidden_on_windows

_REPARSE_TAG_MOUNT_POINT: Final = 0xA0000003
"""A Windows junction (winnt.h): a link to a folder that doesn't call itself a link."""


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether a listed entry is a folder itself, not a link to one nor a Windows junction."""
    try:
        if not entry.is_dir(follow_symlinks=False):
            return False
        return os.name != "nt" or not _is_junction(entry.stat(follow_symlinks=False))
    except OSError:
        return False


def is_hidden(entry: os.DirEntry[str]) -> bool:
    """The attribute is at hand on Windows only; elsewhere a name tells."""
    return os.name == "nt" and has_hidden_attribute(entry.stat(follow_symlinks=False))


def is_entered(path: str) -> bool:
    """The same as both for a path: a folder itself, and not hidden.

    Raises:
        OSError: it can't be looked at.
    """
    status = os.stat(path, follow_symlinks=False)  # noqa: PTH116 (long paths on Windows)
    return (
        stat.S_ISDIR(status.st_mode)
        and not _is_junction(status)
        and not has_hidden_attribute(status)
    )


def has_hidden_attribute(status: os.stat_result) -> bool:
    """Whether Windows hides what has this stat; False on other systems."""
    return is_hidden_on_windows(getattr(status, "st_file_attributes", 0))


def _is_junction(status: os.stat_result) -> bool:
    return getattr(status, "st_reparse_tag", 0) == _REPARSE_TAG_MOUNT_POINT
