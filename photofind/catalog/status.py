"""How far the catalog is, in figures, and what is wrong with which files."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from photofind.catalog.background import find_first_pass, find_without_vectors
from photofind.catalog.encoding import path_from_blob
from photofind.catalog.folders import FolderRow, read_folders
from photofind.catalog.models import read_active_model
from photofind.domain import FolderId, FolderState, MediaCode, Problem
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from photofind.catalog.transactions import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderStatus(FolderRow):
    """A root as it is now.

    Attributes:
        photos: those in it that can be found.
        trouble: why the last scan could not look into it, and what to do about that; None if it
            could, or if the root was not there.
    """

    state: FolderState
    photos: int
    trouble: Sentence | None = None


@dataclass(frozen=True, slots=True)
class CatalogStatus:
    """How far the catalog is; `photos` = `ready` + `pending` + `failed`.

    Attributes:
        ready: photos that can be found.
        pending: files not identified yet, and contents not embedded yet.
        failed: files and contents that can't be searched.
        missing: contents all of whose files are gone.
        offline: of the ready photos, those that lie only in folders out of reach.
        model: catalog key of the model that search uses.
        forgotten: contents that stay out because the person had them forgotten.
        refining: of the ready photos, those found by a preview until their pictures are embedded.
        preview_only: of the ready photos, those found by a preview because their pictures can't
            be read.
        by_name_only: of the ready photos, those that the model has not seen.
        closed_folders: folders that the last scan could not look into.
    """

    photos: int
    ready: int
    pending: int
    failed: int
    missing: int
    offline: int
    model: str | None
    folders: tuple[FolderStatus, ...]
    forgotten: int = 0
    refining: int = 0
    preview_only: int = 0
    by_name_only: int = 0
    closed_folders: int = 0

    @property
    def problems(self) -> int:
        """Files and folders of which something can't be read."""
        return self.failed + self.preview_only + self.closed_folders

    @property
    def videos(self) -> int:
        """Videos in all folders; they are not searchable."""
        return sum(folder.videos for folder in self.folders)

    @property
    def online_only(self) -> int:
        """Photos in all folders that are left in their cloud."""
        return sum(folder.online_only for folder in self.folders)

    def counts(self) -> dict[str, int]:
        """Every count of photos by its name, in the order of their declaration."""
        numbers = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: number
            for name, number in numbers.items()
            if isinstance(number, int) and name != "closed_folders"
        }


def read_status(
    snapshot: Snapshot,
    is_online: Callable[[Path], bool],
    mounted_below: Callable[[Path], Collection[str]] | None = None,
) -> CatalogStatus:
    """How far the catalog is.

    Args:
        is_online: whether a root can be reached now.
        mounted_below: what names the volumes that are mounted below a root now; without it, those
            count that the last scan found.
    """
    folders = read_folders(snapshot)
    offline = [folder.id for folder in folders if not is_online(folder.path)]
    photos_in: dict[int, int] = dict(
        snapshot.execute(
            """SELECT folder_id, count(*) FROM (
                   SELECT DISTINCT f.content_id, f.folder_id FROM live_files f
                   JOIN visible_photos v ON v.content_id = f.content_id)
               GROUP BY folder_id"""
        )
    )
    ready = _count(snapshot, "SELECT count(*) FROM visible_photos")
    pending = _count(
        snapshot,
        """SELECT count(*) FROM files WHERE state = 'pending' AND missing_since IS NULL
           AND part_of IS NULL""",
    ) + _count(
        snapshot,
        """SELECT count(*) FROM contents c WHERE state IN ('pending', 'in_flight')
           AND id = (SELECT primary_content_id FROM photos WHERE id = c.photo_id)
           AND EXISTS (SELECT 1 FROM live_files WHERE content_id = c.id AND part_of IS NULL)""",
    )
    failed = _count(
        snapshot,
        """SELECT count(*) FROM files WHERE state = 'failed' AND missing_since IS NULL""",
    ) + _count(
        snapshot,
        """SELECT count(*) FROM contents c WHERE state = 'failed'
           AND EXISTS (SELECT 1 FROM live_files WHERE content_id = c.id)""",
    )
    missing = _count(
        snapshot,
        """SELECT count(DISTINCT content_id) FROM files f
           WHERE missing_since IS NOT NULL AND content_id IS NOT NULL
           AND part_of IS NULL AND excluded = 0
           AND NOT EXISTS (SELECT 1 FROM live_files WHERE content_id = f.content_id)""",
    )
    model = read_active_model(snapshot)
    troubles = dict(
        snapshot.execute(
            "SELECT folder_id, error_detail FROM folder_problems WHERE rel_path = x''"
        ).fetchall()
    )
    return CatalogStatus(
        photos=ready + pending + failed,
        ready=ready,
        pending=pending,
        failed=failed,
        missing=missing,
        offline=_count_offline(snapshot, folders, offline, mounted_below),
        model=None if model is None else model[1],
        folders=tuple(
            FolderStatus(
                **{each.name: getattr(folder, each.name) for each in fields(FolderRow)},
                state=FolderState.OFFLINE if folder.id in offline else FolderState.ONLINE,
                photos=photos_in.get(folder.id, 0),
                trouble=_read_trouble(troubles.get(folder.id)),
            )
            for folder in folders
        ),
        forgotten=_count(snapshot, "SELECT count(*) FROM forgotten"),
        refining=0 if model is None else len(find_first_pass(snapshot, model[0])),
        preview_only=_count(
            snapshot,
            """SELECT count(*) FROM background_attempts a
               JOIN visible_photos v ON v.content_id = a.content_id WHERE a.state = 'failed'""",
        ),
        by_name_only=0 if model is None else len(find_without_vectors(snapshot, model[0])),
        closed_folders=_count(snapshot, "SELECT count(*) FROM folder_problems"),
    )


def _read_trouble(column: str | None) -> Sentence | None:
    return None if column is None else Sentence.from_json_or_text(column)


def _count(snapshot: Snapshot, query: str, *values: str) -> int:
    return int(snapshot.execute(query, values).fetchone()[0])


def _count_offline(
    snapshot: Snapshot,
    folders: Sequence[FolderRow],
    offline: Sequence[FolderId],
    mounted_below: Callable[[Path], Collection[str]] | None,
) -> int:
    paths = {folder.id: folder.path for folder in folders}
    mounted: dict[int, Collection[str]] = {}
    away = []
    for folder_id, identity, was_away in snapshot.execute(
        "SELECT folder_id, identity, away FROM volumes"
    ):
        is_away = bool(was_away)
        if mounted_below is not None and folder_id not in offline:
            if folder_id not in mounted:
                mounted[folder_id] = mounted_below(paths[folder_id])
            is_away = identity not in mounted[folder_id]
        if is_away:
            away.append(f"{folder_id} {identity}")
    if not offline and not away:
        return 0
    return _count(
        snapshot,
        """SELECT count(*) FROM visible_photos v WHERE NOT EXISTS (
               SELECT 1 FROM live_files WHERE content_id = v.content_id
               AND folder_id NOT IN (SELECT value FROM json_each(?1))
               AND (folder_id || ' ' || coalesce(volume, '')) NOT IN (
                   SELECT value FROM json_each(?2)))""",
        json.dumps(offline),
        json.dumps(away),
    )


def read_problems(snapshot: Snapshot) -> list[Problem]:
    """Every file that can't be searched, or of which only a preview can be read, and every
    folder that can't be looked into; by path."""
    rows = snapshot.execute(
        """SELECT r.path, f.rel_path, f.error_code, f.error_detail, f.attempts
           FROM files f JOIN folders r ON r.id = f.folder_id
           WHERE f.state = 'failed' AND f.missing_since IS NULL
           UNION ALL
           SELECT r.path, f.rel_path, c.error_code, c.error_detail, c.attempts
           FROM contents c CROSS JOIN live_files f ON f.content_id = c.id
           JOIN folders r ON r.id = f.folder_id
           WHERE c.state = 'failed'
           UNION ALL
           SELECT r.path, f.rel_path, a.error_code, a.error_detail, a.attempts
           FROM background_attempts a CROSS JOIN live_files f ON f.content_id = a.content_id
           JOIN contents c ON c.id = a.content_id AND c.state = 'ready'
           JOIN folders r ON r.id = f.folder_id
           WHERE a.state = 'failed'
           UNION ALL
           SELECT r.path, p.rel_path, p.error_code, p.error_detail, 1
           FROM folder_problems p JOIN folders r ON r.id = p.folder_id
           ORDER BY 1, 2"""
    )
    return [
        Problem(
            path_from_blob(os.path.join(root, rel_path) if rel_path else root),  # noqa: PTH118
            MediaCode(code),
            Sentence.from_json_or_text(column or ""),
            attempts,
        )
        for root, rel_path, code, column, attempts in rows
    ]
