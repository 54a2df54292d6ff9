"""Compares the catalog's rows for a folder with a scan of it. Pure: no disk access, no SQL."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from photofind.catalog.files import UNSETTLED

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from photofind.catalog.files import FileRow
    from photofind.domain import FileId
    from photofind.media.scan import ScannedFile

_SEPARATORS = frozenset(os.fsencode(os.sep + (os.altsep or "")))


@dataclass(slots=True)
class Differences:
    """Scanned files, each classified into exactly one of these lists.

    Attributes:
        added: not in the catalog yet.
        stale: in the catalog, but changed on disk or not searchable yet (an earlier run ended
            early): to be hashed.
        returned: unchanged and settled, but marked missing until now.
        known_bad: unchanged files that failed before and are not tried again now.
        retried: those of `stale` that failed before and are tried again unchanged.
        joined: in the catalog as a photo of its own or as a part of another one, and a part of
            this file now.
        parted: a part of a photo until now, and a photo of its own from now on: paired and hashed
            once it is known which files are gone.
        retold: unchanged files whose sidecar changed or is gone.
        noted: files of which the catalog doesn't know yet on which volume they lie, or when they
            changed last; with both, as `note_whereabouts` takes them.
        sidecars: those of all files but the unchanged ones, by relative path of the photo's file.
        unchanged: how many files are as they were and searchable.
        bad: paths that can't be read, of these files and of those shown in their place.
    """

    added: list[ScannedFile] = field(default_factory=list)
    stale: list[FileRow] = field(default_factory=list)
    returned: list[FileRow] = field(default_factory=list)
    known_bad: list[FileRow] = field(default_factory=list)
    retried: list[FileRow] = field(default_factory=list)
    noted: list[tuple[FileId, str, int | None]] = field(default_factory=list)
    joined: list[tuple[FileRow, bytes]] = field(default_factory=list)
    parted: list[FileRow] = field(default_factory=list)
    retold: list[FileRow] = field(default_factory=list)
    sidecars: dict[bytes, ScannedFile] = field(default_factory=dict)
    unchanged: int = 0
    bad: frozenset[bytes] = frozenset()

    def keep_sidecar(self, file: ScannedFile) -> None:
        if file.sidecar is not None:
            self.sidecars[file.rel_path] = file.sidecar

    def shown_for(self, file: ScannedFile) -> bytes | None:
        """The file that is shown in this one's place, None when it is shown itself.

        A RAW stands in for its JPEG when that can't be read.
        """
        return None if file.part_of in self.bad and not file.is_film else file.part_of


class FileIds:
    """A set of file numbers that costs a bit for each: they are given out one after the other."""

    _A_PAGE = 4_096

    def __init__(self) -> None:
        self._pages: dict[int, bytearray] = {}

    def __contains__(self, file_id: object) -> bool:
        if not isinstance(file_id, int):
            return False
        number, place = divmod(file_id, self._A_PAGE)
        page = self._pages.get(number)
        return page is not None and bool(page[place >> 3] >> (place & 7) & 1)

    def add(self, file_id: FileId) -> None:
        number, place = divmod(file_id, self._A_PAGE)
        page = self._pages.get(number)
        if page is None:
            page = self._pages[number] = bytearray(self._A_PAGE >> 3)
        page[place >> 3] |= 1 << (place & 7)


class Reconciliation:
    """The comparison of one folder, some files at a time: as they are found, with what the
    catalog knows of just these. What it keeps is which rows were met, a bit for each."""

    def __init__(
        self, volume_at: Callable[[bytes], str] = lambda _: "", *, retries: bool = False
    ) -> None:
        """
        Args:
            volume_at: what names the volume of a relative path, as in FileRow.
            retries: files that failed for a reason that may have passed are tried again.
        """
        self.met = FileIds()
        self._volume_at = volume_at
        self._retries = retries

    def compare(self, scanned: Iterable[ScannedFile], known: Iterable[FileRow]) -> Differences:
        """Sorts some scanned files.

        Args:
            known: the rows of the paths that `paths_to_know` names, in any order. Of rows with the
                same path, the one of the volume counts that is there.
        """
        rows: dict[bytes, FileRow] = {}
        for each in known:
            if self._lies_there(each) and not (each.volume is None and each.rel_path in rows):
                rows[each.rel_path] = each
        result = Differences(bad=frozenset(row.rel_path for row in rows.values() if row.failed))
        for file in scanned:
            row = rows.pop(file.rel_path, None)
            if row is None:
                result.added.append(file)
                result.keep_sidecar(file)
                continue
            self.met.add(row.id)
            part_of = result.shown_for(file)
            if row.part_of != part_of:
                if part_of is None:
                    result.parted.append(row)
                    result.keep_sidecar(file)
                    continue
                result.joined.append((row, part_of))
            is_retried = row.failed and row.may_pass and self._retries
            is_settled = not _is_touched(row, file) and (row.ready or row.failed) and not is_retried
            tells_more = is_settled and row.ctime_ns is None and file.ctime_ns is not None
            if row.volume is None or tells_more:
                volume = self._volume_at(file.rel_path)
                result.noted.append((row.id, volume, file.ctime_ns if is_settled else None))
            if not is_settled:
                result.stale.append(row)
                if is_retried:
                    result.retried.append(row)
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

    def _lies_there(self, row: FileRow) -> bool:
        return row.volume is None or row.volume == self._volume_at(row.rel_path)

    def met_anew(self, file_ids: Iterable[FileId]) -> None:
        """Marks the rows that were inserted for added files as met."""
        for file_id in file_ids:
            self.met.add(file_id)

    def unseen(
        self,
        known: Iterable[FileRow],
        unreadable: Collection[bytes],
        mounted: Collection[str] = (),
    ) -> Iterator[FileRow]:
        """Yields the rows whose files were not found, once the whole folder was compared.

        Args:
            known: what the catalog knows of the folder; a row may come more than once.
            unreadable: relative paths of subfolders that could not be listed (b"" is the
                folder itself), and of files that could not be looked at. They are left as
                they were: a folder that can't be read is no proof that its files are gone.
            mounted: what names the volumes that are mounted below the root. Neither is a folder
                without its volume, or below another one: files of volumes that are not there are
                left as they were, too.
        """
        for row in known:
            if not (self._lies_there(row) or row.volume in mounted):
                continue
            if row.id not in self.met and not lies_in(row.rel_path, unreadable):
                self.met.add(row.id)
                yield row


def _is_touched(row: FileRow, file: ScannedFile) -> bool:
    if (row.byte_size, row.mtime_ns) != (file.byte_size, file.mtime_ns):
        return True
    if row.ctime_ns is None or file.ctime_ns is None:
        return row.ctime_ns == UNSETTLED
    return row.ctime_ns != file.ctime_ns


def paths_to_know(scanned: Iterable[ScannedFile]) -> set[bytes]:
    """The paths whose rows are needed to compare these files: their own, and those of the files
    that are shown in their place."""
    paths: set[bytes] = set()
    for file in scanned:
        paths.add(file.rel_path)
        if file.part_of is not None:
            paths.add(file.part_of)
    return paths


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
