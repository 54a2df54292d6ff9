"""`photofind caption`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.photos import read_photos
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
from photofind.describe.job_params import CAPTIONER_MISSING
from photofind.domain import JobKind
from photofind.worker.description_messages import (
    CaptionReady,
    Describe,
    DescribeFile,
    FileDescribed,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from photofind.cli.documents import Document
    from photofind.cli.session import Session
    from photofind.describe.job_params import CaptionOptions

_STOPPED = "Stopped. The captions that are there stay; the others are written when photofind runs."
_FATAL = {"model_missing", CAPTIONER_MISSING, "order_invalid", "worker_gone"}
"""Errors that every other file would end with too."""


def caption_files(session: Session, paths: Sequence[Path], options: CaptionOptions) -> None:
    """Prints a caption of each file.

    Raises:
        PhotofindError: none of them could be described.
    """

    def command(path: Path) -> DescribeFile:
        return DescribeFile(path=path, options=options)

    documents: list[Document] = []
    for path, answer in ask_each(session, paths, command, fatal=_FATAL, stopped=_STOPPED):
        documents.append(caption_document(path, answer))
        if isinstance(answer, FileDescribed) and not session.output.as_json:
            session.output.line(*([] if len(paths) == 1 else [str(path)]), answer.text)
    if session.output.as_json:
        session.output.document(captions_document(documents))


def caption_folder(session: Session, folder: Path, options: CaptionOptions, *, again: bool) -> None:
    """Has every indexed photo of a folder described, and prints what was written.

    Raises:
        PhotofindError: the folder is not indexed, or there is no model.
    """
    with choose_display(session.output) as display:
        waiting = Waiting(display, JobKind.CAPTION, CaptionReady, CAPTIONER_MISSING)
        with connected(session, display, waiting.hear, _STOPPED) as client:
            queued = waiting.wait(
                client, Describe(folder=folder, options=options, again=again, waits=True)
            )
    ready, failed = waiting.ready, waiting.failed
    with CatalogReader(session.folders) as reader, reader.snapshot() as snapshot:
        photos = read_photos(snapshot, [*ready, *failed])
    places = {number: first_existing(photo.paths) for number, photo in photos.items()}
    captions = [(places[each], event) for each, event in ready.items() if each in places]
    problems = [(places[each], event) for each, event in failed.items() if each in places]
    if session.output.as_json:
        session.output.document(
            folder_captions_document(
                folder, captions, problems, len(queued.photo_ids), queued.known
            )
        )
        return
    for path, caption in captions:
        session.output.line(str(path), caption.text)
    for path, failure in problems:
        session.output.error(failure.code, f"{path}: {failure.sentence}")
    if not captions and not problems:
        session.output.remark("Every photo there has a caption of this model (see --again).")
