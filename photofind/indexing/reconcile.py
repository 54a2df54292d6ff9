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
        joined: in the catalog as a photo of its own or as a part of another one, and a part of
            this file now.
        parted: a part of a photo until now, and a photo of its own from now on: to be settled
            when what is gone is known, and to be hashed.
        retold: unchanged files with another sidecar than before, or with none any more.
        sidecars: those of all files but the unchanged ones, by relative path of the photo's file.
        unchanged: how many files are as they were and searchable.
    """

    added: list[ScannedFile] = field(default_factory=list)
    stale: list[FileRow] = field(default_factory=list)
    returned: list[FileRow] = field(default_factory=list)
    known_bad: list[FileRow] = field(default_factory=list)
    joined: list[tuple[FileRow, bytes]] = field(default_factory=list)
    parted: list[FileRow] = field(default_factory=list)
    retold: list[FileRow] = field(default_factory=list)
    sidecars: dict[bytes, ScannedFile] = field(default_factory=dict)
    unchanged: int = 0

    def keep_sidecar(self, file: ScannedFile) -> None:
        if file.sidecar is not None:
            self.sidecars[file.rel_path] = file.sidecar


class Reconciliation:
    """The comparison of one folder; scanned files come in as they are found."""

    def __init__(self, known: Iterable[FileRow]) -> None:
        """Begins with every file row of the folder."""
        self._unseen = {row.rel_path: row for row in known}
        self.knows_files = any(not row.missing for row in self._unseen.values())
        self._bad = {row.rel_path for row in self._unseen.values() if row.failed}

    def compare(self, scanned: Iterable[ScannedFile]) -> Differences:
        result = Differences()
        for file in scanned:
            row = self._unseen.pop(file.rel_path, None)
            if row is None:
                result.added.append(file)
                result.keep_sidecar(file)
                continue
            part_of = self.shown_for(file)
            if row.part_of != part_of:
                if part_of is None:
                    result.parted.append(row)
                    result.keep_sidecar(file)
                    continue
                result.joined.append((row, part_of))
            touched = (row.byte_size, row.mtime_ns) != (file.byte_size, file.mtime_ns)
            if touched or not (row.ready or row.failed):
                result.stale.append(row)
                result.keep_sidecar(file)
                continue
            if row.missing:
                result.returned.append(row)
            if row.failed:
                result.known_bad.append(row)
            elif part_of is None and row.sidecar != file.sidecar_stamp:
                result.retold.append(row)
                result.keep_sidecar(file)
            else:
                result.unchanged += 1
        return result

    def shown_for(self, file: ScannedFile) -> bytes | None:
        """The file that is shown in this one's place, None when it is shown itself.

        A RAW stands in for its JPEG when that can't be read.
        """
        return None if file.part_of in self._bad and not file.is_film else file.part_of

    def knows(self, rel_path: bytes) -> bool:
        """Whether the path is in the catalog and did not turn up so far."""
        return rel_path in self._unseen

    def unseen(self, unreadable: Collection[bytes]) -> list[FileRow]:
        """What did not turn up, once the whole folder was compared.

        Args:
            unreadable: relative paths of subfolders that could not be listed (b"" is the
                folder itself), and of files that could not be looked at. They are left as
                they were: a folder that can't be read is no proof that its files are gone.
        """
        return [row for row in self._unseen.values() if not lies_in(row.rel_path, unreadable)]


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
