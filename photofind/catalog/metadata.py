"""What a file and its sidecar say about a photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.encoding import clean_text, join_texts
from photofind.catalog.photos import photo_of, refresh_visible
from photofind.catalog.tags import TagSource
from photofind.domain import Annotations, Capture, ContentId, Exposure, FileId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from photofind.catalog.transactions import Transaction


def store_metadata(
    tx: Transaction,
    content_id: ContentId,
    capture: Capture,
    annotations: Annotations,
) -> None:
    exposure = capture.exposure or Exposure()
    tx.execute(
        """UPDATE contents SET taken_at = ?, taken_offset_min = ?, taken_source = ?,
           taken_precision = ?, camera = ?, lens = ?, lat = ?, lon = ?, f_number = ?,
           exposure_s = ?, iso = ?, focal_mm = ?, focal_35mm = ?, file_rating = ?,
           file_title = ?, file_description = ?, file_people = ?, file_location = ?,
           file_comments = ? WHERE id = ?""",
        (
            capture.taken_at_ms,
            capture.taken_offset_min,
            None if capture.taken_source is None else capture.taken_source.value,
            None if capture.taken_at_ms is None else capture.taken_precision.value,
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
            join_texts(annotations.people),
            join_texts(annotations.location),
            join_texts(annotations.comments),
            content_id,
        ),
    )
    tx.execute(
        "DELETE FROM tags WHERE content_id = ? AND source = ?", (content_id, TagSource.FILE.value)
    )
    tx.executemany(
        "INSERT INTO tags (content_id, label, source, state) VALUES (?, ?, ?, 'confirmed')",
        [
            (content_id, clean_text(keyword), TagSource.FILE.value)
            for keyword in annotations.keywords
        ],
    )


def refresh_metadata(
    tx: Transaction,
    file_id: FileId,
    sidecar: bytes | None,
    capture: Capture,
    annotations: Annotations,
) -> None:
    """Replaces a photo's metadata after its sidecar changed or was deleted.

    Args:
        sidecar: the stamp of what was read, None when there is none.
        capture, annotations: what file and sidecar say together.
    """
    row = tx.execute(
        "UPDATE files SET sidecar = ? WHERE id = ? AND state = 'known' RETURNING content_id",
        (sidecar, file_id),
    ).fetchone()
    if row is not None:
        store_metadata(tx, row[0], capture, annotations)
        refresh_visible(tx, [photo_of(tx, row[0])])


def note_sidecars(tx: Transaction, sidecars: Mapping[FileId, bytes | None]) -> None:
    """Which sidecars (their stamps) were read with these files."""
    tx.executemany(
        "UPDATE files SET sidecar = ? WHERE id = ?",
        [(sidecar, file_id) for file_id, sidecar in sidecars.items()],
    )


def _clean(text: str | None) -> str | None:
    return None if text is None else clean_text(text)
