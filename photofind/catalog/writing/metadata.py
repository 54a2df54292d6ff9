"""What a file and its sidecar say about a photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.encoding import clean_text
from photofind.catalog.rows import TagSource
from photofind.catalog.writing.photos import photo_of, refresh_visible
from photofind.domain import ContentId, Exposure

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from photofind.domain import Annotations, Capture, FileId


def store_metadata(
    connection: sqlite3.Connection,
    content_id: ContentId,
    capture: Capture,
    annotations: Annotations,
) -> None:
    exposure = capture.exposure or Exposure()
    connection.execute(
        """UPDATE contents SET taken_at = ?, taken_offset_min = ?, taken_source = ?, camera = ?,
           lens = ?, lat = ?, lon = ?, f_number = ?, exposure_s = ?, iso = ?, focal_mm = ?,
           focal_35mm = ?, file_rating = ?, file_title = ?, file_description = ? WHERE id = ?""",
        (
            capture.taken_at_ms,
            capture.taken_offset_min,
            None if capture.taken_source is None else capture.taken_source.value,
            _clean(capture.camera),
            _clean(capture.lens),
            capture.latitude,
            capture.longitude,
            exposure.f_number,
            exposure.seconds,
            exposure.iso,
            exposure.focal_mm,
            exposure.focal_35mm,
            annotations.rating,
            _clean(annotations.title),
            _clean(annotations.description),
            content_id,
        ),
    )
    connection.execute(
        "DELETE FROM tags WHERE content_id = ? AND source = ?", (content_id, TagSource.FILE.value)
    )
    connection.executemany(
        "INSERT INTO tags (content_id, label, source, state) VALUES (?, ?, ?, 'confirmed')",
        [
            (content_id, clean_text(keyword), TagSource.FILE.value)
            for keyword in annotations.keywords
        ],
    )


def retell(
    connection: sqlite3.Connection,
    file_id: FileId,
    sidecar: bytes | None,
    capture: Capture,
    annotations: Annotations,
) -> None:
    row = connection.execute(
        "UPDATE files SET sidecar = ? WHERE id = ? AND state = 'known' RETURNING content_id",
        (sidecar, file_id),
    ).fetchone()
    if row is not None:
        store_metadata(connection, row[0], capture, annotations)
        refresh_visible(connection, [photo_of(connection, row[0])])


def note_sidecars(connection: sqlite3.Connection, sidecars: Mapping[FileId, bytes | None]) -> None:
    connection.executemany(
        "UPDATE files SET sidecar = ? WHERE id = ?",
        [(sidecar, file_id) for file_id, sidecar in sidecars.items()],
    )


def _clean(text: str | None) -> str | None:
    return None if text is None else clean_text(text)
