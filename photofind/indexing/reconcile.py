"""Compares what the catalog knows of a folder with what lies there now. Pure: no disk, no SQL."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from photofind.catalog.rows import FileRow
    from photofind.media.scan import ScannedFile

_SEPARATORS = frozenset(os.fsencode(os.sep + (os.altsep or "")))


@dataclass(slots=True)
class Differences:
    """What became of some scanned files, each in exactly one place.

    Attributes:
        added: not in the catalog yet.
        stale: in the catalog, but changed on disk or not searchable yet (an earlier run ended
            early): to be hashed.
        returned: unchanged and settled, but marked missing until now.
        known_bad: unchanged files that failed before; not tried again by themselves.
        unchanged: how many files are as they were and searchable.
    """

    added: list[ScannedFile] = field(default_factory=list)
    stale: list[FileRow] = field(default_factory=list)
    returned: list[FileRow] = field(default_factory=list)
    known_bad: list[FileRow] = field(default_factory=list)
    unchanged: int = 0


class Reconciliation:
    """The comparison of one folder; scanned files come in as they are found."""

    def __init__(self, known: Iterable[FileRow]) -> None:
        """Begins with every file row of the folder."""
        self._unseen = {row.rel_path: row for row in known}
        self.knows_files = any(not row.missing for row in self._unseen.values())

    def compare(self, scanned: Iterable[ScannedFile]) -> Differences:
        result = Differences()
        for file in scanned:
            row = self._unseen.pop(file.rel_path, None)
            if row is None:
                result.added.append(file)
                continue
            touched = (row.byte_size, row.mtime_ns) != (file.byte_size, file.mtime_ns)
            if touched or not (row.ready or row.failed):
                result.stale.append(row)
                continue
            if row.missing:
                result.returned.append(row)
            if row.failed:
                result.known_bad.append(row)
            else:
                result.unchanged += 1
        return result

    def knows(self, rel_path: bytes) -> bool:
        """Whether the path is in the catalog and did not turn up so far."""
        return rel_path in self._unseen

    def gone(self, unreadable: Collection[bytes]) -> list[FileRow]:
        """What was there before and did not turn up, once the whole folder was compared.

        Args:
            unreadable: relative paths of subfolders that could not be listed (b"" is the
                folder itself), and of files that could not be looked at. They are left as
                they were: a folder that can't be read is no proof that its files are gone.
        """
        return [
            row
            for row in self._unseen.values()
            if not row.missing and not lies_in(row.rel_path, unreadable)
        ]


def lies_in(rel_path: bytes, places: Collection[bytes]) -> bool:
    """Whether a path is one of these places or lies below one; b"" is above all others."""
    if not places:
        return False
    if b"" in places or rel_path in places:
        return True
    return any(rel_path[:end] in places for end, byte in enumerate(rel_path) if byte in _SEPARATORS)


def outermost(places: Iterable[bytes]) -> set[bytes]:
    """Those places that lie in none of the others."""
    kept: set[bytes] = set()
    for place in sorted(places, key=len):
        if not lies_in(place, kept):
            kept.add(place)
    return kept
