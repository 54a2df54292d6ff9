"""`photofind caption`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from photofind.catalog.reader import CatalogReader
from photofind.cli.description_documents import (
    caption_document,
    captions_document,
    folder_captions_document,
)
from photofind.cli.documents import first_existing
from photofind.cli.each_file import ask_each
from photofind.cli.progress import choose_display
from photofind.cli.waiting import Waiting
from photofind.cli.work import connected
from photofind.describe.orders import CAPTION, CAPTIONER_MISSING
from photofind.domain import PhotofindError
from photofind.worker.description_messages import (
    CaptionReady,
    Describe,
    DescribeFile,
    DescriptionsQueued,
    FileDescribed,
)
from photofind.worker.messages import path_to_wire

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from photofind.cli.documents import Document
    from photofind.cli.session import Session

_STOPPED = "Stopped. The captions that are there stay; the others are written when photofind runs."
_FATAL = {"model_missing", CAPTIONER_MISSING, "order_invalid", "worker_gone"}
"""Errors that every other file would end with too."""


@dataclass(frozen=True, slots=True)
class CaptionWish:
    """Which model, how captions begin, how many are followed at once, and the number that words
    are drawn by (None: they are not)."""

    model: str
    prefix: str
    beams: int
    seed: int | None = None


def caption_files(session: Session, paths: Sequence[Path], wish: CaptionWish) -> None:
    """Prints a caption of each file.

    Raises:
        PhotofindError: none of them could be described.
    """

    def command(path: Path) -> DescribeFile:
        return DescribeFile(
            path=path_to_wire(path),
            model=wish.model,
            prefix=wish.prefix,
            beams=wish.beams,
            seed=wish.seed,
        )

    documents: list[Document] = []
    for path, answer in ask_each(session, paths, command, fatal=_FATAL, stopped=_STOPPED):
        assert isinstance(answer, FileDescribed | PhotofindError)
        documents.append(caption_document(path, answer))
        if isinstance(answer, FileDescribed) and not session.output.as_json:
            session.output.line(*([] if len(paths) == 1 else [str(path)]), answer.text)
    if session.output.as_json:
        session.output.document(captions_document(documents))


def caption_folder(session: Session, folder: Path, wish: CaptionWish, *, again: bool) -> None:
    """Has every indexed photo of a folder described, and prints what was written.

    Raises:
        PhotofindError: the folder is not indexed, or there is no model.
    """
    with choose_display(session.output) as display:
        waiting = Waiting(display, CAPTION, CaptionReady, CAPTIONER_MISSING)
        with connected(session, display, waiting.hear, _STOPPED) as client:
            answer = client.request(
                Describe(
                    folder=path_to_wire(folder),
                    model=wish.model,
                    prefix=wish.prefix,
                    beams=wish.beams,
                    seed=wish.seed,
                    again=again,
                    waits=True,
                )
            )
            assert isinstance(answer, DescriptionsQueued)
            waiting.wait(client)
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
