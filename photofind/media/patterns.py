"""What a person leaves out by patterns: `.photofindignore` files and the settings of a root.

The patterns are gitignore's (git-scm.com/docs/gitignore): relative to the folder the file lies in,
a deeper file outranks those above, and nothing returns from below a folder that is left out.
"""

from __future__ import annotations

import errno
import logging
import os
import re
import stat
from typing import TYPE_CHECKING, Final

from pathspec import GitIgnoreSpec

from photofind.media.exclusions import is_excluded_file, is_excluded_folder
from photofind.media.online_only import is_status_online_only
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

logger = logging.getLogger(__name__)

IGNORE_FILE_NAME: Final = ".photofindignore"
_LARGEST_FILE: Final = 1 << 20
_MOST_PATTERNS: Final = 5_000
_BACKEND: Final = "re2"
"""Matches in linear time whatever the pattern; Python's own expressions take hours for twelve
stars and a long name."""
_UNDECODABLE: Final = str.maketrans({0xDC00 + byte: 0xF700 + byte for byte in range(0x80, 0x100)})
"""RE2 takes UTF-8 only: bytes of names that are none get places in the private use area."""
_LONGEST_PATTERN: Final = 1_000
_SPECIAL = re.compile(r"([\\*?\[\]!#])")


class ExclusionRules:
    """The patterns of one root.

    Paths are relative to the root, with "/" between their parts and none at the end.
    """

    def __init__(self, patterns: Iterable[str] = ()) -> None:
        """Takes the patterns set for the root; they outrank every file."""
        self._settings = _compile(patterns)
        self._files: dict[str, GitIgnoreSpec] = {}

    def add_file(self, folder: str, text: str) -> None:
        """Takes the contents of the file that lies in a folder ("" is the root)."""
        spec = _compile(text.splitlines())
        if spec is None:
            self._files.pop(folder, None)
        else:
            self._files[folder] = spec

    def matches(self, path: str, *, is_folder: bool) -> bool:
        """Whether patterns leave out a file or folder, given that the folders above it are in."""
        if self._settings is None and not self._files:
            return False
        asked = path + "/" if is_folder else path
        if self._settings is not None:
            verdict = self._settings.check_file(asked.translate(_UNDECODABLE)).include
            if verdict is not None:
                return verdict
        folder = path
        while self._files and folder:
            folder = folder.rpartition("/")[0]
            spec = self._files.get(folder)
            if spec is not None:
                below = asked[len(folder) + 1 :] if folder else asked
                verdict = spec.check_file(below.translate(_UNDECODABLE)).include
                if verdict is not None:
                    return verdict
        return False

    def is_excluded(self, rel_path: bytes) -> bool:
        """Whether a photo is left out, for its own or a folder's name or by a pattern.

        Args:
            rel_path: as in ScannedFile. The file need not exist.
        """
        path = to_slashes(os.fsdecode(rel_path))
        *folders, name = path.split("/")
        above = ""
        for folder in folders:
            above = f"{above}/{folder}" if above else folder
            if is_excluded_folder(folder) or self.matches(above, is_folder=True):
                return True
        return is_excluded_file(name) or self.matches(path, is_folder=False)


def pattern_for(rel_path: bytes, *, is_folder: bool) -> str:
    """The pattern that leaves out exactly one file or folder of a root."""
    path = _SPECIAL.sub(r"\\\1", to_slashes(os.fsdecode(rel_path)))
    if path.endswith(" ") and not is_folder:
        path = path[:-1] + "\\ "
    return f"/{path}/" if is_folder else f"/{path}"


def pattern_below(pattern: str, below: bytes) -> str:
    """A pattern of a subfolder, as it must be written in the folder above to mean the same.

    Args:
        below: path of the subfolder, as in ScannedFile.
    """
    sign, rest = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    folder = pattern_for(below, is_folder=True)
    anchored = "/" in rest.rstrip("/")  # else it holds at any depth
    return sign + folder + (rest.lstrip("/") if anchored else f"**/{rest}")


def pattern_problem(pattern: str) -> Sentence | None:
    """Why a person's pattern can't be used; None when it can."""
    if not pattern.strip() or pattern.startswith("#"):
        return Sentence("A pattern names files or folders: *.png, or Screenshots/ for a folder.")
    if len(pattern) > _LONGEST_PATTERN or not pattern.isprintable():
        return Sentence(
            "A pattern is one line of at most {most} characters.", most=_LONGEST_PATTERN
        )
    try:
        GitIgnoreSpec.from_lines([pattern], backend="simple")
    except ValueError:
        return Sentence(
            "“{pattern}” isn't a pattern. Write it as in a .gitignore file: *.png, Screenshots/",
            pattern=pattern,
        )
    return None


class RulesOnlineOnlyError(OSError):
    """What a folder leaves out stands in a file that lies in its cloud alone."""


class RulesRefusedError(OSError):
    """What a folder leaves out is more than anybody writes."""


def read_ignore_file(folder: str, *, may_download: bool = False) -> str | None:
    """Reads the `.photofindignore` of a folder.

    Args:
        folder: a path the system takes.
        may_download: open it even if that downloads it.

    Returns:
        Its text; None when there is none.

    Raises:
        OSError: there is one and it can't be read (or not without a download): what it leaves out
            is not known.
    """
    path = os.path.join(folder, IGNORE_FILE_NAME)  # noqa: PTH118
    try:
        if not may_download and is_status_online_only(os.stat(path)):  # noqa: PTH116
            raise RulesOnlineOnlyError
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with open(os.open(path, flags), "rb") as file:  # noqa: PTH123
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return None  # a FIFO would keep its reader waiting for good
            data = file.read(_LARGEST_FILE + 1)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        if error.errno in {errno.ENAMETOOLONG, errno.ENXIO}:  # none has that name; a socket
            return None
        raise
    text = data.decode("utf-8-sig", errors="replace")
    if len(data) > _LARGEST_FILE or _is_too_much(text.splitlines()):
        raise RulesRefusedError
    return text


def _is_too_much(lines: list[str]) -> bool:
    patterns = [line for line in lines if line.strip() and not line.startswith("#")]
    return len(patterns) > _MOST_PATTERNS or any(
        len(pattern) > _LONGEST_PATTERN for pattern in patterns
    )


def to_slashes(path: str) -> str:
    """A path with "/" between its parts, whatever the system's own separator."""
    return path if os.sep == "/" else path.replace(os.sep, "/")


def _compile(lines: Iterable[str]) -> GitIgnoreSpec | None:
    """None when there are no patterns; those that are none count for nothing."""
    patterns = []
    for line in lines:
        if not line.strip() or line.startswith("#") or len(line) > _LONGEST_PATTERN:
            continue
        try:
            GitIgnoreSpec.from_lines([line], backend="simple")
        except ValueError as error:
            logger.debug("not a pattern: %r", error)
        else:
            patterns.append(line.translate(_UNDECODABLE))
    return GitIgnoreSpec.from_lines(patterns, backend=_BACKEND) if patterns else None
