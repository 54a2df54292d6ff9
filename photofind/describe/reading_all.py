"""Queues all photos to be read, a few at a time, when that was turned on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.description_rows import TextKind, Urgency
from photofind.describe.idle import IdleTask
from photofind.describe.orders import READ, ReadOrder, order_to_text
from photofind.domain import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.catalog.reader import CatalogReader
    from photofind.catalog.writer import CatalogWriter
    from photofind.describe.runner import AvailableModel
    from photofind.inference.reading import TextReader


class ReadingTask(IdleTask):
    """Keeps the queue supplied: whatever comes to the catalog is read, the newest photos first."""

    def __init__(
        self,
        writer: CatalogWriter,
        is_on: Callable[[], bool],
        find_reader: Callable[[], AvailableModel[TextReader]],
        queued: Callable[[], None],
    ) -> None:
        """
        Args:
            is_on: whether the person wants that.
            find_reader: raises ModelError when text can't be read here.
            queued: there is something new in the queue.
        """
        self._writer = writer.descriptions
        self._is_on = is_on
        self._find_reader = find_reader
        self._queued = queued

    def work(self, reader: CatalogReader, must_stop: Callable[[], bool]) -> bool:
        """Queues what was not read yet."""
        if not self._is_on() or must_stop():
            return False
        try:
            key = self._find_reader().catalog_key
        except ModelError:
            return False  # the package was removed since
        contents = reader.descriptions.contents(without=(TextKind.OCR, key))
        order = order_to_text(ReadOrder())
        if contents and self._writer.add_jobs(
            READ, list(contents.values()), order, Urgency.BACKGROUND, after_crash=False
        ):
            self._queued()
        return False
