"""Writes what was made in photofind into sidecars, for other programs; only when turned on."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from photofind.catalog.sidecars import (
    find_with_annotations,
    note_sidecar_written,
    read_sidecar_contents,
)
from photofind.describe.idle import IdleTask
from photofind.domain import Flag, MediaError
from photofind.media.files import size_and_time
from photofind.media.metadata.sidecar_writing import SidecarError, write_sidecar
from photofind.media.metadata.xmp_edit import XmpChange

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from photofind.catalog.reader import CatalogReader
    from photofind.catalog.sidecars import SidecarContent
    from photofind.catalog.writer import CatalogWriter
    from photofind.sentences import Sentence

logger = logging.getLogger(__name__)

_REJECTED = -1
_PICK_LABELS = {Flag.NONE: 0, Flag.REJECT: 1, Flag.PICK: 3}
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
        notify: Callable[[str, Sentence], None],
    ) -> None:
        """
        Args:
            is_on: whether the person wants sidecars.
            notify: tells the person (code, sentence).
        """
        self._writer = writer
        self._is_on = is_on
        self._notify = notify
        self._refused: dict[tuple[Path, str], str] = {}
        """Why a sidecar could not be written, by its photo's path and what it should have said:
        tried again when that changes, or by the next worker."""

    def work(self, reader: CatalogReader, must_stop: Callable[[], bool]) -> bool:
        """Writes what isn't written yet."""
        if not self._is_on():
            return False
        with reader.snapshot() as snapshot:
            photo_ids = find_with_annotations(snapshot)
        for first in range(0, len(photo_ids), _CHUNK):
            with reader.snapshot() as snapshot:
                chunk = read_sidecar_contents(snapshot, photo_ids[first : first + _CHUNK])
            for saying in chunk:
                if must_stop() or not self._is_on():
                    return False
                if saying.digest != saying.said:
                    self._write(saying)
        return False

    def _write(self, saying: SidecarContent) -> None:
        change = sidecar_change(saying)
        everywhere, anywhere = not saying.elsewhere, False
        for path, root in zip(saying.paths, saying.roots, strict=True):
            run_task = (path, saying.digest)
            if run_task in self._refused:
                everywhere = False
                continue
            if not _is_as_scanned(path, saying):
                everywhere = False  # its drive is away, or something else lies there: another time
                continue
            try:
                write_sidecar(path, change, root)
                anywhere = True
            except SidecarError as error:
                everywhere = False
                self._refuse(run_task, error)
        ours = saying.written if change.description is None else change.description
        if everywhere:
            if change.remove_description is not None:
                ours = None
            with self._writer.transaction() as tx:
                note_sidecar_written(tx, saying.photo_id, saying.digest, ours)
        elif anywhere and ours != saying.written:
            # Known as ours from now on, wherever it stands; the rest is written another time.
            with self._writer.transaction() as tx:
                note_sidecar_written(tx, saying.photo_id, saying.said or "", ours)

    def _refuse(self, run_task: tuple[Path, str], error: SidecarError) -> None:
        logger.info("a sidecar was not written: %s", error.code)
        if error.code == "sidecar_busy":
            return
        # The same folder would say the same a thousand times.
        if error.code not in self._refused.values():
            self._notify(error.code, error.sentence)
        self._refused[run_task] = error.code


def _is_as_scanned(path: Path, saying: SidecarContent) -> bool:
    """Whether the photo's own file lies there: another drive may be mounted in the place of the
    one that was scanned, with files of the same names."""
    try:
        return size_and_time(path) == saying.as_scanned[path]
    except (KeyError, MediaError):
        return False


def sidecar_change(saying: SidecarContent) -> XmpChange:
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
        rating=_rating(saying),
        pick_label=None if saying.flag is None else _PICK_LABELS[saying.flag],
        add_keywords=saying.keywords,
        remove_keywords=saying.rejected,
        remove_description=saying.written if saying.caption is None else None,
    )


def _rating(saying: SidecarContent) -> int | None:
    """Stars; -1, by which most programs reject a photo, only in place of none: stars would be
    lost to it."""
    if saying.flag is Flag.REJECT and not saying.rating and (saying.file_rating or 0) <= 0:
        return _REJECTED
    if saying.flag is not None and saying.rating is None and saying.file_rating == _REJECTED:
        return 0
    return saying.rating
