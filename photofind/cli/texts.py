"""`photofind text`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.photos import read_photos
from photofind.catalog.reader import CatalogReader
from photofind.catalog.texts import read_text_in
from photofind.cli.description_documents import folder_text_document, text_document
from photofind.cli.each_file import ask_each
from photofind.cli.output import counted
from photofind.cli.progress import choose_display
from photofind.cli.waiting import Waiting
from photofind.cli.work import carry_out, connected
from photofind.domain import JobKind
from photofind.settings import read_settings
from photofind.worker.description_messages import FileOcrDone, OcrDone, OcrFile, RunOcr
from photofind.worker.messages import ChangeSettings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from photofind.cli.documents import Document
    from photofind.cli.session import Session

_STOPPED = "Stopped. What was read stays; the rest is read when photofind runs."
_FATAL = {"model_missing", "worker_gone"}
"""Errors that every other file would end with too."""


def read_files(session: Session, paths: Sequence[Path]) -> None:
    """Prints the text in each file.

    Raises:
        PhotofindError: none of them could be read.
    """
    documents: list[Document] = []
    answers = ask_each(
        session,
        paths,
        lambda path: OcrFile(path=path),
        fatal=_FATAL,
        stopped=_STOPPED,
    )
    for path, answer in answers:
        documents.append(text_document(path, answer))
        if isinstance(answer, FileOcrDone) and not session.output.as_json:
            _print(session, path, answer, named=len(paths) > 1)
    if session.output.as_json:
        session.output.document({"photos": documents})


def _print(session: Session, path: Path, read: FileOcrDone, *, named: bool) -> None:
    if named:
        session.output.line(str(path))
    for line in read.found.lines:
        session.output.line(line.text)
    if not read.found.lines:
        session.output.remark(f"No text was found in {path.name}.")


def read_folder(session: Session, folder: Path, *, again: bool) -> None:
    """Has every indexed photo of a folder read, and prints what was found.

    Raises:
        PhotofindError: the folder is not indexed, or text can't be read here.
    """
    with choose_display(session.output) as display:
        waiting = Waiting(display, JobKind.OCR, OcrDone)
        with connected(session, display, waiting.hear, _STOPPED) as client:
            command = RunOcr(folder=folder, again=again, waits=True)
            queued = waiting.wait(client, command)
    with CatalogReader(session.folders) as reader, reader.snapshot() as snapshot:
        photos = read_photos(snapshot, [*waiting.ready, *waiting.failed])
        texts = {
            photo.paths[0]: read.text
            for photo in photos.values()
            if (read := read_text_in(snapshot, photo.id)) and photo.id in waiting.ready
        }
    problems = [
        (photos[number].paths[0], failure)
        for number, failure in waiting.failed.items()
        if number in photos
    ]
    if session.output.as_json:
        document = folder_text_document(folder, texts, problems, queued.known)
        session.output.document(document)
        return
    for path, text in texts.items():
        for line in [str(path), *text.splitlines()] if text else ():
            session.output.line(line)
    for path, failure in problems:
        session.output.error(failure.code, f"{path}: {failure.sentence}")
    found = sum(map(bool, texts.values()))
    session.output.remark(f"{counted(len(texts), 'photo')} read, {found:,} with text.")


def choose_background(session: Session, *, on: bool | None) -> None:
    """Says whether all photos are read in the background, or changes that.

    Raises:
        PhotofindError: it could not be changed.
    """
    if on is None:
        on = read_settings(session.folders).reads_text
    else:
        carry_out(session, ChangeSettings(changes={"reads_text": on}))
    if session.output.as_json:
        session.output.document({"background": on})
    elif on:
        session.output.line("The text in all photos is read while photofind runs.")
    else:
        session.output.line(
            "Text is read on demand only. Turn it on: photofind text --background on"
        )
