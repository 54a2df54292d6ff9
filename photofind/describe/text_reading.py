"""Text in photos: what stands on signs, covers, screens and papers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.jobs import Priority, add_jobs
from photofind.catalog.photos import find_contents
from photofind.catalog.texts import FoundText, ModelKey, TextKind
from photofind.describe.idle import IdleTask
from photofind.describe.job_params import OcrParams, params_to_json
from photofind.describe.runner import AvailableModel
from photofind.domain import JobKind, ModelError
from photofind.inference.describing import Cancelled
from photofind.inference.reading import LONGEST_PX, TextReader, reader_key
from photofind.inference.spec_texts import RecogniserSpec
from photofind.media.decode import decode_preview

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.catalog.reader import CatalogReader
    from photofind.catalog.writer import CatalogWriter
    from photofind.describe.runner import RunnersModel, Task
    from photofind.inference.store import ModelStore


def find_reader(store: ModelStore) -> AvailableModel[TextReader]:
    """What reads text; with an installed recogniser of another script it reads that too.

    Raises:
        ModelError: model_missing, with what to do about it.
    """
    installed = store.installed(RecogniserSpec)
    second = installed[0].file(installed[0].spec.lines) if installed else None
    return AvailableModel(reader_key(second), lambda: TextReader(second))


class ReadRunner:
    """Reads the text in photos."""

    kind = JobKind.OCR

    def __init__(
        self, find: Callable[[], AvailableModel[TextReader]], loaded: RunnersModel
    ) -> None:
        """
        Args:
            find: raises ModelError when text can't be read here.
            loaded: the model in memory, shared with the other runners.
        """
        self._find = find
        self._loaded = loaded

    def run(self, task: Task) -> FoundText:
        available = self._find()
        reader: TextReader
        with self._loaded.loaded(available) as reader:
            began_s = time.monotonic()
            with task.decoding():
                image = decode_preview(task.path, LONGEST_PX)
            pixels = np.frombuffer(image.pixels, np.uint8).reshape(image.height, image.width, 3)
            lines = reader.read(pixels, task.cancelled)
        if task.cancelled():
            raise Cancelled
        return FoundText(
            TextKind.OCR,
            ModelKey(available.catalog_key, JobKind.OCR),
            "\n".join(line.text for line in lines),
            {
                "seconds": round(time.monotonic() - began_s, 3),
                "lines": [
                    [line.text, line.confidence, [list(corner) for corner in line.corners]]
                    for line in lines
                ],
            },
        )


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
        self._writer = writer
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
        with reader.snapshot() as snapshot:
            contents = find_contents(snapshot, without=(TextKind.OCR, key))
        params = params_to_json(OcrParams())
        if contents:
            with self._writer.transaction() as tx:
                added = add_jobs(
                    tx,
                    JobKind.OCR,
                    list(contents.values()),
                    params,
                    Priority.BACKGROUND,
                    after_crash=False,
                )
            if added:
                self._queued()
        return False
