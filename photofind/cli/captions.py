"""`photofind caption`."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photofind.catalog.reader import CatalogReader
from photofind.cli.documents import (
    caption_document,
    captions_document,
    first_existing,
    folder_captions_document,
)
from photofind.cli.progress import choose_display
from photofind.cli.work import connected
from photofind.describe.orders import CAPTIONER_MISSING
from photofind.domain import PhotofindError
from photofind.worker.description_messages import (
    CaptionReady,
    Describe,
    DescribeFile,
    DescriptionFailed,
    DescriptionProgress,
    DescriptionsQueued,
    FileDescribed,
)
from photofind.worker.messages import Progress, path_to_wire

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from photofind.cli.documents import Document
    from photofind.cli.progress import ProgressDisplay
    from photofind.cli.session import Session
    from photofind.worker.messages import Event

_STOPPED = "Stopped. The captions that are there stay; the others are written when photofind runs."
_FATAL = {"model_missing", CAPTIONER_MISSING, "order_invalid", "worker_gone"}
"""Errors that every other file would end with too."""


@dataclass(frozen=True, slots=True)
class CaptionWish:
    """Which model, how captions begin, and how many are followed at once."""

    model: str
    prefix: str
    beams: int


def caption_files(session: Session, paths: Sequence[Path], wish: CaptionWish) -> None:
    """Prints a caption of each file.

    Raises:
        PhotofindError: none of them could be described.
    """
    documents: list[Document] = []
    errors: list[PhotofindError] = []
    with (
        choose_display(session.output) as display,
        connected(session, display, stopped=_STOPPED) as client,
    ):
        for path in paths:
            command = DescribeFile(
                path=path_to_wire(path), model=wish.model, prefix=wish.prefix, beams=wish.beams
            )
            try:
                answer = client.request(command)
            except PhotofindError as error:
                if error.code in _FATAL or len(paths) == 1:
                    raise
                errors.append(error)
                documents.append(caption_document(path, error))
                if not session.output.as_json:
                    session.output.error(error.code, f"{path}: {error.user_message}")
                continue
            assert isinstance(answer, FileDescribed)
            documents.append(caption_document(path, answer))
            if not session.output.as_json:
                session.output.line(*([] if len(paths) == 1 else [str(path)]), answer.text)
    if len(errors) == len(paths):
        raise errors[0]
    if session.output.as_json:
        session.output.document(captions_document(documents))


def caption_folder(session: Session, folder: Path, wish: CaptionWish, *, again: bool) -> None:
    """Has every indexed photo of a folder described, and prints what was written.

    Raises:
        PhotofindError: the folder is not indexed, or there is no model.
    """
    with choose_display(session.output) as display:
        waiting = _Waiting(display)
        with connected(session, display, waiting.hear, _STOPPED) as client:
            answer = client.request(
                Describe(
                    folder=path_to_wire(folder),
                    model=wish.model,
                    prefix=wish.prefix,
                    beams=wish.beams,
                    again=again,
                    waits=True,
                )
            )
            assert isinstance(answer, DescriptionsQueued)
            while not waiting.over.wait(timeout=1.0):
                if client.wait_until_lost(timeout_s=0):
                    raise PhotofindError(
                        "worker_gone",
                        "photofind's background process ended before it was done. Try again: the"
                        " captions that are there stay.",
                    )
    if waiting.blocked:
        raise PhotofindError(CAPTIONER_MISSING, waiting.blocked)
    ready, failed = waiting.ready, waiting.failed
    with CatalogReader(session.folders) as reader:
        photos = reader.photos([*ready, *failed])
    places = {number: first_existing(photo.paths) for number, photo in photos.items()}
    captions = [(places[each], event) for each, event in ready.items() if each in places]  # type: ignore[index]
    problems = [(places[each], event) for each, event in failed.items() if each in places]  # type: ignore[index]
    if session.output.as_json:
        session.output.document(
            folder_captions_document(
                folder, captions, problems, len(answer.photo_ids), answer.known
            )
        )
        return
    for path, caption in captions:
        session.output.line(str(path), caption.text)
    for path, failure in problems:
        session.output.error(failure.code, f"{path}: {failure.message}")
    if not captions and not problems:
        session.output.remark("Every photo there has a caption of this model (see --again).")


class _Waiting:
    """Hears, on the client's thread, what becomes of the photos that were queued."""

    def __init__(self, display: ProgressDisplay) -> None:
        self._display = display
        self._open: set[int] | None = None
        self.over = threading.Event()
        self.blocked = ""
        self.ready: dict[int, CaptionReady] = {}
        self.failed: dict[int, DescriptionFailed] = {}

    def hear(self, event: Event) -> None:
        match event:
            case DescriptionsQueued():
                self._open = set(event.photo_ids)
            case CaptionReady() if self._open is not None and event.photo_id in self._open:
                self.ready[event.photo_id] = event
                self._open.discard(event.photo_id)
            case DescriptionFailed(kind="caption") if (
                self._open is not None and event.photo_id in self._open
            ):
                self.failed[event.photo_id] = event
                self._open.discard(event.photo_id)
            case DescriptionProgress() if self._open is not None:
                self._show(event)
            case _:
                return
        if self._open is not None and not self._open:
            self.over.set()

    def _show(self, progress: DescriptionProgress) -> None:
        if progress.activity == "blocked":
            self.blocked = progress.reason
        if progress.activity in {"idle", "blocked"}:
            self.over.set()
            return
        self._display.update(
            Progress(
                activity=progress.activity,
                done=progress.done,
                total=progress.total,
                eta_s=progress.eta_s,
            )
        )
