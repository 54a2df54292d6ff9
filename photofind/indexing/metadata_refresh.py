"""Rereads the metadata of photos whose sidecar changed; their pictures are not decoded again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from photofind.catalog.metadata import refresh_metadata as store_refreshed
from photofind.domain import MediaError
from photofind.indexing.metadata_merge import merge_metadata
from photofind.media.decode import read_photo_metadata
from photofind.media.files import size_and_time

if TYPE_CHECKING:
    from photofind.catalog.writer import CatalogWriter
    from photofind.indexing.decode_watchdog import DecodeWatchdog
    from photofind.indexing.queue import WorkItem

logger = logging.getLogger(__name__)


def refresh_metadata(item: WorkItem, writer: CatalogWriter, watchdog: DecodeWatchdog) -> None:
    """Has the catalog say of a known photo what file and sidecar say now.

    A photo that can't be read meanwhile, or whose sidecar can't, stays as it was; the next scan
    tries again.

    Raises:
        CatalogError: the catalog can't be written.
    """
    try:
        with watchdog.one_photo():
            metadata = read_photo_metadata(item.path)
        _, mtime_ns = size_and_time(item.path)
        together = merge_metadata(metadata, item.path, mtime_ns, item.sidecar_path)
    except MediaError as error:
        logger.info("a photo or its sidecar can't be read for now: %s", error.code)
        return
    with writer.transaction() as tx:
        store_refreshed(
            tx, item.file_id, item.sidecar_stamp, together.capture, together.annotations
        )
