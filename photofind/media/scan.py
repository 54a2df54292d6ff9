"""Walks a folder: which photo files are there, how large, how old. Opens none of them."""

from __future__ import annotations

import errno
import os
import stat
from collections import defaultdict
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from photofind.domain import FolderError, MediaCode
from photofind.media.exclusions import is_excluded_file, is_excluded_folder, is_hidden_on_windows
from photofind.media.files import media_error_from, system_path
from photofind.media.formats import is_photo_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

_REPARSE_TAG_MOUNT_POINT: Final = 0xA0000003
"""A Windows junction (winnt.h): a link to a folder that doesn't call itself a link."""


@dataclass(frozen=True, slots=True)
class ScannedFile:
    """A photo file as its folder lists it.

    Attributes:
        rel_path: path below the root, `os.fsencode`d, with the system's own separator.
        byte_size: bytes.
        mtime_ns: last change, nanoseconds since 1970 UTC.
    """

    rel_path: bytes
    byte_size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class ScanProblem:
    """A photo file that is listed but can't be looked at.

    Attributes:
        rel_path: as in ScannedFile.
        reason: a sentence for people.
    """

    rel_path: bytes
    code: MediaCode
    reason: str


class FolderScan:
    """One walk through a root, or through parts of it; iterate it once.

    Yields the photo files below the root in no particular order, with one stat each and flat
    memory. Links to files are followed, links to folders are not (so no loop is endless).
    Hidden files, trash, caches and bundles are left out (`media.exclusions`).

    The other results are complete once the iteration has ended.

    Attributes:
        ignored: files of other kinds, hidden files, and whatever is not a regular file.
        problems: photo files whose size and date the system would not tell.
    """

    def __init__(self, root: Path, parts: Collection[bytes] | None = None) -> None:
        """Prepares a walk.

        Args:
            parts: relative paths of files and subfolders to look at, and at nothing else;
                None means everything. A part that is not there, or that is left out for the
                name of a folder it lies in, yields nothing.
        """
        self._root = root
        self._parts = parts
        self._unreadable: list[bytes] = []
        self.ignored = 0
        self.problems: list[ScanProblem] = []

    @property
    def unreadable(self) -> tuple[bytes, ...]:
        """Folders (relative, b"" is the root) that could not be listed to their end.

        Nothing is known of the files below them: they must be left as they were.
        """
        return tuple(self._unreadable)

    def __iter__(self) -> Iterator[ScannedFile]:
        root = system_path(self._root)
        root_prefix = root if root.endswith(os.sep) else root + os.sep
        waiting = self._beginnings()
        while waiting:
            relative, wanted = waiting.pop()
            prefix = relative + os.sep if relative else ""
            try:
                with os.scandir(root_prefix + relative if relative else root) as entries:
                    for entry in entries:
                        if wanted is not None and entry.name not in wanted:
                            continue
                        if _is_folder(entry):
                            if not is_excluded_folder(entry.name) and not _is_hidden(entry):
                                waiting.append((prefix + entry.name, None))
                        elif (found := self._look_at(entry, prefix)) is not None:
                            yield found
            except OSError as error:
                if relative and isinstance(error, FileNotFoundError | NotADirectoryError):
                    continue  # deleted since its parent was listed: gone with its files
                self._unreadable.append(os.fsencode(relative))

    def _beginnings(self) -> list[tuple[str, set[str] | None]]:
        """Folders to list first, each with the names that matter there (None: all)."""
        if self._parts is None or b"" in self._parts:
            return [("", None)]
        names: defaultdict[str, set[str]] = defaultdict(set)
        for part in self._parts:
            path = PurePath(os.fsdecode(part))
            if not any(map(is_excluded_folder, path.parent.parts)):
                names["" if path.parent == PurePath() else str(path.parent)].add(path.name)
        return list(names.items())

    def _look_at(self, entry: os.DirEntry[str], prefix: str) -> ScannedFile | None:
        if is_excluded_file(entry.name) or not is_photo_name(entry.name):
            self.ignored += 1
            return None
        try:
            status = entry.stat()
        except (FileNotFoundError, NotADirectoryError):
            # a link that leads nowhere, or deleted since it was listed
            self.ignored += 1
            return None
        except OSError as error:
            if error.errno == errno.ELOOP:  # links that lead to each other
                self.ignored += 1
                return None
            reason = media_error_from(error)
            self.problems.append(
                ScanProblem(
                    os.fsencode(prefix + entry.name), reason.media_code, reason.user_message
                )
            )
            return None
        if not stat.S_ISREG(status.st_mode) or _has_hidden_attribute(status):
            self.ignored += 1
            return None
        return ScannedFile(os.fsencode(prefix + entry.name), status.st_size, status.st_mtime_ns)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether to go down: a folder itself, not a link to one nor a Windows junction."""
    try:
        if not entry.is_dir(follow_symlinks=False):
            return False
        if os.name == "nt":
            tag = getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0)
            return tag != _REPARSE_TAG_MOUNT_POINT
    except OSError:
        return False
    return True


def _is_hidden(entry: os.DirEntry[str]) -> bool:
    """The attribute is at hand on Windows only; elsewhere a name tells."""
    return os.name == "nt" and _has_hidden_attribute(entry.stat(follow_symlinks=False))


def _has_hidden_attribute(status: os.stat_result) -> bool:
    return is_hidden_on_windows(getattr(status, "st_file_attributes", 0))


def root_problem(root: Path) -> FolderError | None:
    """Why a folder can't be indexed, None when it can.

    Returns:
        A FolderError to raise: folder_missing (absent, or not a folder) or folder_denied.
    """
    try:
        with os.scandir(system_path(root)) as entries:
            next(entries, None)
    except FileNotFoundError:
        return FolderError("folder_missing", f"There is no folder {root}. Check the name.")
    except NotADirectoryError:
        return FolderError(
            "folder_missing", f"{root} is a file, not a folder. Give the folder it lies in."
        )
    except PermissionError:
        return FolderError(
            "folder_denied",
            f"photofind isn't allowed to read the folder {root}. Change its permissions, "
            "then try again.",
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name is not valid"
        return FolderError("folder_missing", f"The folder {root} can't be read: {reason}.")
    return None
