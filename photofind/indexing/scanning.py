"""Looks through one folder and says which of its files need work."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING

from photofind.catalog.encoding import place_mark
from photofind.domain import FolderError, MediaCode, Problem
from photofind.indexing.queue import WorkItem
from photofind.indexing.reconcile import Reconciliation, lies_in, outermost, paths_to_know
from photofind.media.answering import ask
from photofind.media.companions import companion_stem
from photofind.media.patterns import IGNORE_FILE_NAME
from photofind.media.scan import FolderScan, root_problem
from photofind.media.volume import read_volume_id

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from photofind.catalog.reader import CatalogReader
    from photofind.catalog.rows import FileRow, FolderRow
    from photofind.catalog.writer import CatalogWriter
    from photofind.domain import FileId
    from photofind.indexing.reconcile import Differences
    from photofind.indexing.stalls import Stalls
    from photofind.media.scan import ScannedFile, ScanProblem

_CHUNK = 1_000
"""Files compared and queued at once: work begins while the rest is still being found."""


@dataclass(slots=True)
class ScanFindings:
    """What the scan of one folder settled by itself; the rest went to the queue.

    Attributes:
        ignored, videos, online_only, excluded: as in IndexReport.
        left_out: files that were in the catalog and are excluded now.
        gone: files that were there before.
        folder_problems: subfolders that could not be looked into.
    """

    unchanged: int = 0
    ignored: int = 0
    videos: int = 0
    online_only: int = 0
    excluded: int = 0
    left_out: int = 0
    gone: list[FileRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    folder_problems: list[Problem] = field(default_factory=list)


def is_online(folder: FolderRow) -> bool:
    """Whether the folder can be looked at now and is the one that was added. Not if its drive
    doesn't answer within a few seconds."""

    def look() -> bool:
        if root_problem(folder.path) is not None:
            return False
        return folder.volume_id is None or read_volume_id(folder.path) in (None, folder.volume_id)

    try:
        return ask(folder.path, look)
    except FolderError:
        return False


def note_closed_root(folder: FolderRow, writer: CatalogWriter) -> list[Problem]:
    """Notes why a folder that is not online can't be looked into, if it is there but denied.

    Raises:
        CatalogError: the catalog can't be written.
    """
    try:
        refusal = ask(folder.path, lambda: root_problem(folder.path))
    except FolderError:
        return []
    reason = refusal.user_message if refusal is not None and refusal.code == "folder_denied" else ""
    found = [(b"", MediaCode.DENIED, reason)] if reason else []
    writer.choices.note_folder_problems(folder.id, found, lambda rel_path: rel_path == b"")
    return [Problem(folder.path, MediaCode.DENIED, reason, 1)] if reason else []


def scan_folder(
    folder: FolderRow,
    parts: Collection[bytes] | None,
    *,
    reader: CatalogReader,
    writer: CatalogWriter,
    enqueue: Callable[[list[WorkItem]], None],
    found: Callable[[int], None],
    stopped: Callable[[], bool],
    answering: Stalls,
) -> ScanFindings:
    """Compares a folder that is online with the catalog; `enqueue` gets what must be hashed.

    Args:
        parts: relative paths of the files and subfolders to compare; None means everything.
        found: told how many photo files were seen, as they are.
        stopped: asked between chunks; a scan cut short marks nothing missing.
        answering: watches over the time that the folder's drive takes.

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
    reconciliation = Reconciliation()
    forgotten = reader.forgotten_places()
    parted: list[WorkItem] = []
    seen_any = False
    known_bad: set[Path] = set()
    for chunk in _chunks(iter(scan), folder.path, answering):
        if stopped():
            return findings
        seen_any = True
        found(len(chunk))
        differences = reconciliation.compare(
            chunk, reader.files_named(folder.id, paths_to_know(chunk))
        )
        findings.unchanged += differences.unchanged
        findings.ignored += _take_out(folder, differences, forgotten) if forgotten else 0
        parted += [_item(folder, row, differences) for row in differences.parted]
        items = _to_work_on(folder, differences, reconciliation, writer)
        writer.mark_seen([row.id for row in differences.returned])
        known_bad.update(_path(folder, row.rel_path) for row in differences.known_bad)
        enqueue(items)
    findings.ignored += scan.ignored
    findings.videos = sum(scan.videos.values())
    findings.online_only = scan.online_only
    findings.excluded = scan.excluded
    if parts is None:
        writer.choices.count_aside(
            folder.id, videos=findings.videos, online_only=findings.online_only
        )
    if known_bad:
        findings.problems = [each for each in reader.problems() if each.path in known_bad]
    for trouble in scan.problems:
        findings.problems.append(_note_problem(folder, trouble, writer, reader))
    writer.choices.note_folder_problems(
        folder.id,
        [(trouble.rel_path, trouble.code, trouble.reason) for trouble in scan.folder_problems],
        lambda rel_path: parts is None or lies_in(rel_path, parts),
    )
    findings.folder_problems = [
        Problem(_path(folder, trouble.rel_path), trouble.code, trouble.reason, 1)
        for trouble in scan.folder_problems
    ]
    # An empty folder where the catalog has files is the mount point of an unplugged drive.
    if seen_any or scan.excluded or parts is not None or not reader.knows_files(folder.id):
        untold = {*scan.unreadable, *(trouble.rel_path for trouble in scan.problems)}
        untold.update(file.rel_path for file in scan.online_only_files)  # there, not to be opened
        known = (
            reader.files(folder.id, but=reconciliation.met)
            if parts is None
            else chain.from_iterable(_known_at(reader, folder, part) for part in parts)
        )
        left_out = []
        for row in reconciliation.unseen(known, untold):
            if scan.rules.is_excluded(row.rel_path):
                if not row.excluded:
                    left_out.append(row.id)
            elif not row.missing or row.excluded:
                findings.gone.append(row)
        if left_out:
            findings.left_out = len(left_out)
            writer.choices.leave_out(left_out, now_ms())
        writer.mark_missing([row.id for row in findings.gone], now_ms())
    if parted:
        writer.companions.pair_files([(item.file_id, None) for item in parted])
        enqueue(parted)
    return findings


def _take_out(folder: FolderRow, differences: Differences, forgotten: Collection[bytes]) -> int:
    """Leaves out files that are forgotten and are as they were then; returns how many."""
    root = os.fsencode(folder.path)
    before = len(differences.added)
    differences.added = [
        file
        for file in differences.added
        if place_mark(root, file.rel_path, file.byte_size, file.mtime_ns) not in forgotten
    ]
    return before - len(differences.added)


def _whole_parts(parts: Collection[bytes] | None) -> set[bytes] | None:
    """What to look at when these paths changed: other patterns change what all of their folder
    is."""
    if parts is None:
        return None
    ignore_file = os.fsencode(IGNORE_FILE_NAME)
    whole = {
        os.path.dirname(part) if os.path.basename(part) == ignore_file else part  # noqa: PTH119, PTH120
        for part in parts
    }
    return None if b"" in whole else outermost(whole)


def _known_at(reader: CatalogReader, folder: FolderRow, part: bytes) -> Iterator[FileRow]:
    """What the catalog knows of a file or subfolder, and of what is one photo with the file."""
    yield from reader.files_at(folder.id, part)
    above, name = os.path.split(os.fsdecode(part))
    stem = companion_stem(name)
    begin = os.path.join(above, name[: len(stem)])  # noqa: PTH118
    for row in reader.files_beside(folder.id, os.fsencode(begin)):
        if companion_stem(os.path.basename(os.fsdecode(row.rel_path))) == stem:  # noqa: PTH119
            yield row


def _to_work_on(
    folder: FolderRow,
    differences: Differences,
    reconciliation: Reconciliation,
    writer: CatalogWriter,
) -> list[WorkItem]:
    added_ids: list[FileId] = writer.insert_files(
        folder.id, [(file.rel_path, file.byte_size, file.mtime_ns) for file in differences.added]
    )
    reconciliation.met_anew(added_ids)
    pairs = [
        (file_id, part_of)
        for file_id, file in zip(added_ids, differences.added, strict=True)
        if (part_of := differences.shown_for(file)) is not None
    ]
    pairs += [(row.id, part_of) for row, part_of in differences.joined]
    if pairs:
        writer.companions.pair_files(pairs)
    items = [
        WorkItem(
            file_id,
            _path(folder, file.rel_path),
            file.sidecar,
            may_download=folder.includes_online_only,
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
    )


def _note_problem(
    folder: FolderRow, trouble: ScanProblem, writer: CatalogWriter, reader: CatalogReader
) -> Problem:
    """A file that is listed but can't be looked at. One that is known stays as it was."""
    attempts = 1
    if not reader.files_named(folder.id, [trouble.rel_path]):
        (file_id,) = writer.insert_files(folder.id, [(trouble.rel_path, 0, 0)])
        attempts = writer.fail_file(file_id, trouble.code, trouble.reason, 0, 0)
    return Problem(_path(folder, trouble.rel_path), trouble.code, trouble.reason, attempts)


def now_ms() -> int:
    """Milliseconds since the epoch, UTC."""
    return time.time_ns() // 1_000_000


def _path(folder: FolderRow, rel_path: bytes) -> Path:
    return folder.path / os.fsdecode(rel_path)


def _chunks(
    scan: Iterator[ScannedFile], root: Path, answering: Stalls
) -> Iterator[list[ScannedFile]]:
    while True:
        with answering.reading(root):
            chunk = list(islice(scan, _CHUNK))
        if not chunk:
            return
        yield chunk
