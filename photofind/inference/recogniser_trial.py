"""Does a recogniser of text compute here what it computed when it was installed?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from photofind.domain import ModelError
from photofind.inference.clip import to_unit_length
from photofind.inference.golden import RECORDED_NAME, SMALLEST_COSINE
from photofind.inference.session import create_session

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from photofind.inference.spec_texts import RecogniserSpec

_HEIGHT, _WIDTH = 48, 160
"""Of a line as PP-OCR's recognisers take it."""


class _RecordedCharacters(msgspec.Struct, frozen=True):
    """What a drawn line gives: mean probability of each character, unit length."""

    characters: tuple[float, ...]


class RecogniserTrial:
    """What `trials.Trial` wants of a recogniser, but for its findings."""

    def __init__(self, spec: RecogniserSpec) -> None:
        self._spec = spec

    def outputs(self, graph: str, folder: Path) -> NDArray[np.float32]:
        """What the graph gives for a drawn line: float32 [1, characters], unit length."""
        assert graph
        session = create_session(folder / self._spec.lines.path)
        (into,) = session.get_inputs()
        found = session.run(None, {into.name: _draw_line()})[0]
        if found.ndim != 3:
            raise self._unusable()
        return to_unit_length(found.mean(axis=1))

    def write_down(self, folder: Path) -> None:
        """Writes down what the complete model in a folder gives."""
        (row,) = self.outputs(self._spec.lines.path, folder)
        recorded = _RecordedCharacters(tuple(round(float(value), 7) for value in row))
        (folder / RECORDED_NAME).write_bytes(msgspec.json.encode(recorded))

    def self_test(self, folder: Path) -> None:
        """
        Raises:
            ModelError: model_incompatible, it gives something else than is written down.
        """
        try:
            raw = (folder / RECORDED_NAME).read_bytes()
            recorded = msgspec.json.decode(raw, type=_RecordedCharacters)
        except (OSError, msgspec.DecodeError) as error:
            raise self._unusable() from error
        (row,) = self.outputs(self._spec.lines.path, folder)
        before = np.asarray(recorded.characters, np.float32)
        if before.shape != row.shape or float(before @ row) < SMALLEST_COSINE:
            raise self._unusable()

    def _unusable(self) -> ModelError:
        return ModelError(
            "model_incompatible",
            "The model “{model}” doesn't give what it should on this computer, so it is "
            "not used. Install it again; if that doesn't help, please report it.",
            model=self._spec.title,
        )


def _draw_line() -> NDArray[np.float32]:
    """Strokes on paper, float32 [1, 3, 48, 160] between -1 and 1."""
    y, x = np.mgrid[0:_HEIGHT, 0:_WIDTH]
    ink = ((x // 6) % 3 == 0) & (y > 10) & (y < 38) | ((y // 5) % 4 == 1) & (x % 24 < 14)
    line = np.where(ink, -1.0, 1.0).astype(np.float32)
    return np.broadcast_to(line, (1, 3, _HEIGHT, _WIDTH)).copy()
