"""A photo whose sidecar changed: what is written about it is read anew, what it shows is not."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from photofind.domain import MediaError
from photofind.indexing.beside import add_beside
from photofind.media.decode import read_photo_metadata
from photofind.media.files import size_and_time

if TYPE_CHECKING:
    from photofind.catalog.writer import CatalogWriter
    from photofind.indexing.guard import ProcessGuard
    from photofind.indexing.queue import WorkItem

logger = logging.getLogger(__name__)


def retell(item: WorkItem, writer: CatalogWriter, guard: ProcessGuard) -> None:
    """Has the catalog say of a known photo what file and sidecar say now.

    A photo that can't be read meanwhile stays as it was; the next scan tries again.

    Raises:
        CatalogError: the catalog can't be written.
    """
    try:
        with guard.one_photo():
            metadata = read_photo_metadata(item.path)
        _, mtime_ns = size_and_time(item.path)
    except MediaError as error:
        logger.info("a sidecar waits for its photo: %s", error.code)
        return
    together = add_beside(metadata, item.path, mtime_ns, item.sidecar_path)
    writer.companions.retell(
        item.file_id, item.sidecar_stamp, together.capture, together.annotations
    )
