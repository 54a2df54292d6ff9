"""Scans one root folder and finds out which of its files need work."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING

from photofind.catalog.encoding import place_mark
from photofind.catalog.files import (
    fail_file,
    has_files,
    insert_files,
    iterate_files,
    iterate_files_at,
    mark_excluded,
    mark_missing,
    mark_seen,
    note_volumes,
    note_whereabouts,
    read_files_beside,
    read_files_named,
    retry_files,
)
from photofind.catalog.folders import note_folder_problems, store_unindexed_counts
from photofind.catalog.forgetting import read_forgotten_places
from photofind.catalog.parts import pair_files
from photofind.catalog.status import read_problems
from photofind.domain import FileCounts, FolderError, MediaCode, Problem
from photofind.indexing.queue import WorkItem
from photofind.indexing.reconcile import Reconciliation, lies_in, outermost, paths_to_know
from photofind.media.companions import companion_stem
from photofind.media.mounts import read_mounts
from photofind.media.patterns import IGNORE_FILE_NAME
from photofind.media.scan import FolderScan, root_problem
from photofind.media.timeouts import call_with_timeout
from photofind.media.volume import read_volume_id

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from photofind.catalog.files import FileRow
    from photofind.catalog.folders import FolderRow
    from photofind.catalog.reader import CatalogReader
    from photofind.catalog.writer import CatalogWriter
    from photofind.domain import FileId
    from photofind.indexing.reconcile import Differences
    from photofind.indexing.unresponsive_roots import UnresponsiveRoots
    from photofind.media.mounts import Mounts
    from photofind.media.scan import ScannedFile, ScanProblem

_CHUNK = 1_000
"""Files compared and queued at once: work begins while the rest is still being found."""


@dataclass(slots=True)
class ScanFindings:
    """What the scan of one root settled without reading files; the rest went to the queue.

    Attributes:
        vanished: how many files and folders disappeared between being listed and being examined;
            another scan finds out where they are now.
        left_out: how many files of the catalog are excluded now.
        gone: files that the previous scan found and this one did not.
        folder_problems: subfolders that could not be listed.
    """

    counts: FileCounts = field(default_factory=FileCounts)
    vanished: int = 0
    left_out: int = 0
    gone: list[FileRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    folder_problems: list[Problem] = field(default_factory=list)


def is_online(folder: FolderRow) -> bool:
    """Whether the folder is accessible and is the one that was added. False if its drive doesn't
    respond within a few seconds."""

    def look() -> bool:
        if root_problem(folder.path) is not None:
            return False
        return folder.volume_id is None or read_volume_id(folder.path) in (None, folder.volume_id)

    try:
        return call_with_timeout(folder.path, look)
    except FolderError:
        return False


def note_closed_root(folder: FolderRow, writer: CatalogWriter) -> list[Problem]:
    """Records why an offline folder can't be listed, if it exists but access is denied.

    Raises:
        CatalogError: the catalog can't be written.
    """
    try:
        refusal = call_with_timeout(folder.path, lambda: root_problem(folder.path))
    except FolderError:
        return []
    denied = refusal is not None and refusal.code == "folder_denied"
    reasons = [refusal.sentence] if refusal is not None and denied else []
    found = [(b"", MediaCode.DENIED, reason) for reason in reasons]
    with writer.transaction() as tx:
        note_folder_problems(tx, folder.id, found, lambda rel_path: rel_path == b"")
    return [Problem(folder.path, MediaCode.DENIED, reason, 1) for reason in reasons]


def scan_folder(
    folder: FolderRow,
    parts: Collection[bytes] | None,
    *,
    reader: CatalogReader,
    writer: CatalogWriter,
    enqueue: Callable[[list[WorkItem]], None],
    found: Callable[[int], None],
    stopped: Callable[[], bool],
    answering: UnresponsiveRoots,
    retries: bool = False,
) -> ScanFindings:
    """Compares a folder that is online with the catalog; `enqueue` gets what must be hashed.

    Args:
        parts: relative paths of the files and subfolders to compare; None means everything.
        found: called with the number of photo files found, chunk by chunk.
        stopped: polled between chunks; a scan that is cut short marks nothing missing.
        answering: monitors how long the folder's drive takes to respond.
        retries: files that failed for a reason that may have passed are tried again.

    Raises:
        CatalogError: the catalog can't be written.
    """
    findings = ScanFindings()
    parts = _whole_parts(parts)
    scan = FolderScan(
        folder.path,
        parts,
        exclude=folder.exclusions,
        include_online_only=folder.includes_online_only,
    )
    with answering.reading(folder.path):
        mounts = read_mounts(folder.path)
    mounted = set(mounts.below.values())
    with writer.transaction() as tx:
        note_volumes(tx, folder.id, mounted)
    reconciliation = Reconciliation(mounts.volume_at, retries=retries)
    with reader.snapshot() as snapshot:
        forgotten = read_forgotten_places(snapshot)
    parted: list[WorkItem] = []
    seen_any = False
    known_bad: set[Path] = set()
    for chunk in _chunks(iter(scan), folder.path, answering):
        if stopped():
            return findings
        seen_any = True
        found(len(chunk))
        with reader.snapshot() as snapshot:
            differences = reconciliation.compare(
                chunk, read_files_named(snapshot, folder.id, paths_to_know(chunk))
            )
        taken_out = _take_out(folder, differences, forgotten) if forgotten else 0
        findings.counts += FileCounts(unchanged=differences.unchanged, ignored=taken_out)
        parted += [_item(folder, row, differences) for row in differences.parted]
        items = _to_work_on(folder, differences, reconciliation, mounts, writer)
        with writer.transaction() as tx:
            mark_seen(tx, [row.id for row in differences.returned])
        known_bad.update(_path(folder, row.rel_path) for row in differences.known_bad)
        enqueue(items)
    counts = scan.counts
    findings.counts += counts
    with answering.reading(folder.path):
        changed_mounts = read_mounts(folder.path).changed_places(mounts)
        is_still_online = is_online(folder)
    findings.vanished = len(scan.vanished)
    if parts is None:
        with writer.transaction() as tx:
            store_unindexed_counts(
                tx, folder.id, videos=counts.videos, online_only=counts.online_only
            )
    if known_bad:
        with reader.snapshot() as snapshot:
            findings.problems = [each for each in read_problems(snapshot) if each.path in known_bad]
    for trouble in scan.problems:
        findings.problems.append(_note_problem(folder, trouble, mounts, writer, reader))
    with writer.transaction() as tx:
        note_folder_problems(
            tx,
            folder.id,
            [(trouble.rel_path, trouble.code, trouble.reason) for trouble in scan.folder_problems],
            lambda rel_path: parts is None or lies_in(rel_path, parts),
        )
    findings.folder_problems = [
        Problem(_path(folder, trouble.rel_path), trouble.code, trouble.reason, 1)
        for trouble in scan.folder_problems
    ]
    # An empty folder where the catalog has files is the mount point of an unplugged drive.
    with reader.snapshot() as snapshot:
        was_empty = not has_files(snapshot, folder.id)
    if not is_still_online or b"" in changed_mounts:
        changed_mounts = {b""}  # unplugged meanwhile: nothing that wasn't met is known to be gone
    if seen_any or counts.excluded or parts is not None or was_empty:
        undetermined = {*scan.unreadable, *(trouble.rel_path for trouble in scan.problems)}
        undetermined |= changed_mounts
        undetermined.update(
            file.rel_path for file in scan.online_only_files
        )  # there, not to be opened
        known = (
            iterate_files(reader, folder.id, but=reconciliation.met)
            if parts is None
            else chain.from_iterable(_known_at(reader, folder, part) for part in parts)
        )
        left_out = []
        for row in reconciliation.unseen(known, undetermined, mounted):
            if scan.rules.is_excluded(row.rel_path):
                if not row.excluded:
                    left_out.append(row.id)
            elif not row.missing or row.excluded:
                findings.gone.append(row)
        if left_out:
            findings.left_out = len(left_out)
            with writer.transaction() as tx:
                mark_excluded(tx, left_out, now_ms())
        with writer.transaction() as tx:
            mark_missing(tx, [row.id for row in findings.gone], now_ms())
            note_volumes(tx, folder.id, mounted)
    if parted:
        with writer.transaction() as tx:
            pair_files(tx, [(item.file_id, None) for item in parted])
        enqueue(parted)
    return findings


def _take_out(folder: FolderRow, differences: Differences, forgotten: Collection[bytes]) -> int:
    """Drops files that are forgotten and unchanged since; returns how many."""
    root = os.fsencode(folder.path)
    before = len(differences.added)
    differences.added = [
        file
        for file in differences.added
        if place_mark(root, file.rel_path, file.byte_size, file.mtime_ns, file.ctime_ns)
        not in forgotten
    ]
    return before - len(differences.added)


def _whole_parts(parts: Collection[bytes] | None) -> set[bytes] | None:
    """What to scan when these paths changed: a changed ignore file affects its whole folder."""
    if parts is None:
        return None
    ignore_file = os.fsencode(IGNORE_FILE_NAME)
    whole = {
        os.path.dirname(part) if os.path.basename(part) == ignore_file else part  # noqa: PTH119, PTH120
        for part in parts
    }
    return None if b"" in whole else outermost(whole)


def _known_at(reader: CatalogReader, folder: FolderRow, part: bytes) -> Iterator[FileRow]:
    """The catalog's rows for a file or subfolder, and for the file's companions."""
    yield from iterate_files_at(reader, folder.id, part)
    above, name = os.path.split(os.fsdecode(part))
    stem = companion_stem(name)
    begin = os.path.join(above, name[: len(stem)])  # noqa: PTH118
    with reader.snapshot() as snapshot:
        beside = read_files_beside(snapshot, folder.id, os.fsencode(begin))
    for row in beside:
        if companion_stem(os.path.basename(os.fsdecode(row.rel_path))) == stem:  # noqa: PTH119
            yield row


def _to_work_on(
    folder: FolderRow,
    differences: Differences,
    reconciliation: Reconciliation,
    mounts: Mounts,
    writer: CatalogWriter,
) -> list[WorkItem]:
    with writer.transaction() as tx:
        added_ids: list[FileId] = insert_files(
            tx,
            folder.id,
            [(file.rel_path, file.byte_size, file.mtime_ns) for file in differences.added],
            mounts.volume_at,
        )
        if differences.noted:
            note_whereabouts(tx, differences.noted)
        if differences.retried:
            retry_files(tx, [row.id for row in differences.retried])
    reconciliation.met_anew(added_ids)
    pairs = [
        (file_id, part_of)
        for file_id, file in zip(added_ids, differences.added, strict=True)
        if (part_of := differences.shown_for(file)) is not None
    ]
    pairs += [(row.id, part_of) for row, part_of in differences.joined]
    if pairs:
        with writer.transaction() as tx:
            pair_files(tx, pairs)
    items = [
        WorkItem(
            file_id,
            _path(folder, file.rel_path),
            file.sidecar,
            may_download=folder.includes_online_only,
            folder_id=folder.id,
        )
        for file_id, file in zip(added_ids, differences.added, strict=True)
    ]
    items += [_item(folder, row, differences) for row in differences.stale]
    for row in differences.retold:
        items.append(_item(folder, row, differences))
        items[-1].only_sidecar = True
    return items


def _item(folder: FolderRow, row: FileRow, differences: Differences) -> WorkItem:
    sidecar = differences.sidecars.get(row.rel_path)
    return WorkItem(
        row.id,
        _path(folder, row.rel_path),
        sidecar,
        row.sidecar,
        may_download=folder.includes_online_only,
        folder_id=folder.id,
    )


def _note_problem(
    folder: FolderRow,
    trouble: ScanProblem,
    mounts: Mounts,
    writer: CatalogWriter,
    reader: CatalogReader,
) -> Problem:
    """Records a file that is listed but whose status can't be read. A known one stays as it was."""
    attempts = 1
    with reader.snapshot() as snapshot:
        known = read_files_named(snapshot, folder.id, [trouble.rel_path])
    if not known:
        with writer.transaction() as tx:
            (file_id,) = insert_files(tx, folder.id, [(trouble.rel_path, 0, 0)], mounts.volume_at)
            attempts = fail_file(tx, file_id, trouble.code, trouble.reason, 0, 0)
    return Problem(_path(folder, trouble.rel_path), trouble.code, trouble.reason, attempts)


def now_ms() -> int:
    """Milliseconds since the epoch, UTC."""
    return time.time_ns() // 1_000_000


def _path(folder: FolderRow, rel_path: bytes) -> Path:
    return folder.path / os.fsdecode(rel_path)


def _chunks(
    scan: Iterator[ScannedFile], root: Path, answering: UnresponsiveRoots
) -> Iterator[list[ScannedFile]]:
    while True:
        with answering.reading(root):
            chunk = list(islice(scan, _CHUNK))
        if not chunk:
            return
        yield chunk
