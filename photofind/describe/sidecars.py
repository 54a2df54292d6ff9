"""Writes what was made in photofind into sidecars, for other programs; only when turned on."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from photofind.describe.idle import IdleTask
from photofind.media.metadata.sidecar_writing import SidecarError, write_sidecar
from photofind.media.metadata.xmp_edit import XmpChange

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from photofind.catalog.reader import CatalogReader
    from photofind.catalog.reading.sayings import Saying
    from photofind.catalog.writer import CatalogWriter

logger = logging.getLogger(__name__)

_CHUNK = 200
"""Photos that are looked at together."""


class SidecarTask(IdleTask):
    """Brings the sidecars of photos up to date that something new was said about.

    What other programs wrote stays: keywords are added to theirs, and a description is only
    replaced or taken out if it is the one that was written here.
    """

    def __init__(
        self,
        writer: CatalogWriter,
        is_on: Callable[[], bool],
        notify: Callable[[str, str], None],
    ) -> None:
        """
        Args:
            is_on: whether the person wants sidecars.
            notify: tells the person (code, sentence).
        """
        self._writer = writer.tags
        self._is_on = is_on
        self._notify = notify
        self._refused: dict[tuple[Path, str], str] = {}
        """Why a sidecar could not be written, by its photo's path and what it should have said:
        tried again when that changes, or by the next worker."""

    def work(self, reader: CatalogReader, must_stop: Callable[[], bool]) -> bool:
        """Writes what isn't written yet."""
        if not self._is_on():
            return False
        photo_ids = reader.outspoken()
        for first in range(0, len(photo_ids), _CHUNK):
            for saying in reader.sayings(photo_ids[first : first + _CHUNK]):
                if must_stop() or not self._is_on():
                    return False
                if saying.digest != saying.said:
                    self._write(saying)
        return False

    def _write(self, saying: Saying) -> None:
        change = sidecar_change(saying)
        everywhere, anywhere = True, False
        for path in saying.paths:
            attempt = (path, saying.digest)
            if attempt in self._refused:
                everywhere = False
                continue
            if not path.exists():
                everywhere = False  # a drive that is away: another time
                continue
            try:
                write_sidecar(path, change)
                anywhere = True
            except SidecarError as error:
                everywhere = False
                self._refuse(attempt, error)
        ours = saying.written if change.description is None else change.description
        if everywhere:
            if change.remove_description is not None:
                ours = None
            self._writer.note_sidecar(saying.photo_id, saying.digest, ours)
        elif anywhere and ours != saying.written:
            # Known as ours from now on, wherever it stands; the rest is written another time.
            self._writer.note_sidecar(saying.photo_id, saying.said or "", ours)

    def _refuse(self, attempt: tuple[Path, str], error: SidecarError) -> None:
        logger.info("a sidecar was not written: %s", error.code)
        if error.code == "sidecar_busy":
            return
        # The same folder would say the same a thousand times.
        if error.code not in self._refused.values():
            self._notify(error.code, error.user_message)
        self._refused[attempt] = error.code


def sidecar_change(saying: Saying) -> XmpChange:
    """What a photo's sidecar should say.

    The caption becomes the description unless there is one that somebody else wrote. Without a
    caption the description goes that was written here.
    """
    description = None
    if saying.caption is not None and saying.description in {None, "", saying.written}:
        description = saying.caption
    return XmpChange(
        title=saying.title,
        description=description,
        rating=saying.rating,
        add_keywords=saying.keywords,
        remove_keywords=saying.rejected,
        remove_description=saying.written if saying.caption is None else None,
    )
