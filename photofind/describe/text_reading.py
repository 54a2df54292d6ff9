"""Text in photos: what stands on signs, covers, screens and papers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.description_rows import FoundText, ModelKey, TextKind
from photofind.describe.orders import READ
from photofind.describe.runner import AvailableModel
from photofind.inference.describing import Cancelled
from photofind.inference.reading import LONGEST_PX, TextReader, reader_key
from photofind.inference.spec_texts import RecogniserSpec
from photofind.media.decode import decode_preview

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.describe.one_model import OneModel
    from photofind.describe.runner import Task
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

    kind = READ

    def __init__(self, find: Callable[[], AvailableModel[TextReader]], loaded: OneModel) -> None:
        """
        Args:
            find: raises ModelError when text can't be read here.
            loaded: shared with the other runners.
        """
        self._find = find
        self._loaded = loaded

    def run(self, task: Task) -> FoundText:
        available = self._find()
        reader = self._loaded.use(available)
        began_s = time.monotonic()
        with task.decoding():
            image = decode_preview(task.path, LONGEST_PX)
        pixels = np.frombuffer(image.pixels, np.uint8).reshape(image.height, image.width, 3)
        lines = reader.read(pixels, task.cancelled)
        if task.cancelled():
            raise Cancelled
        return FoundText(
            TextKind.OCR,
            ModelKey(available.catalog_key, READ),
            "\n".join(line.text for line in lines),
            {
                "seconds": round(time.monotonic() - began_s, 3),
                "lines": [
                    [line.text, line.confidence, [list(corner) for corner in line.corners]]
                    for line in lines
                ],
            },
        )
