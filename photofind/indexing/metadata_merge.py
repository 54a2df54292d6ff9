"""Merges a photo's own metadata with what its sidecar, name and file time say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.media.metadata.dates import file_time, settle_date
from photofind.media.metadata.name_dates import read_name_date
from photofind.media.metadata.photo import PhotoMetadata
from photofind.media.metadata.sidecar import read_sidecar, with_sidecar

if TYPE_CHECKING:
    from pathlib import Path


def merge_metadata(
    metadata: PhotoMetadata, path: Path, mtime_ns: int, sidecar: Path | None
) -> PhotoMetadata:
    """Adds to what a photo says itself.

    Dates by the order of TakenSource, the file's own time last; rating, title and keywords of a
    sidecar before those in the file.

    Raises:
        MediaError: the sidecar can't be read for now.
    """
    together = with_sidecar(metadata, None if sidecar is None else read_sidecar(sidecar))
    others = (read_name_date(path.name), file_time(mtime_ns))
    return PhotoMetadata(settle_date(together.capture, others), together.annotations)
