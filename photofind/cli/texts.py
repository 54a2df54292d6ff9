"""`photofind text`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.reader import CatalogReader
from photofind.cli.description_documents import folder_text_document, text_document
from photofind.cli.each_file import ask_each
from photofind.cli.output import counted
from photofind.cli.progress import choose_display
from photofind.cli.waiting import Waiting
from photofind.cli.work import connected, run_order
from photofind.describe.orders import READ
from photofind.domain import PhotofindError, PhotoId
from photofind.settings import read_describing_settings
from photofind.worker.description_messages import DescriptionsQueued
from photofind.worker.messages import path_to_wire
from photofind.worker.text_messages import FileRead, ReadFile, ReadText, SetReadsText, TextRead

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
        lambda path: ReadFile(path=path_to_wire(path)),
        fatal=_FATAL,
        stopped=_STOPPED,
    )
    for path, answer in answers:
        assert isinstance(answer, FileRead | PhotofindError)
        documents.append(text_document(path, answer))
        if isinstance(answer, FileRead) and not session.output.as_json:
            _print(session, path, answer, named=len(paths) > 1)
    if session.output.as_json:
        session.output.document({"photos": documents})


def _print(session: Session, path: Path, read: FileRead, *, named: bool) -> None:
    if named:
        session.output.line(str(path))
    for text, _confidence, _corners in read.lines:
        session.output.line(text)
    if not read.lines:
        session.output.remark(f"No text was found in {path.name}.")


def read_folder(session: Session, folder: Path, *, again: bool) -> None:
    """Has every indexed photo of a folder read, and prints what was found.

    Raises:
        PhotofindError: the folder is not indexed, or text can't be read here.
    """
    with choose_display(session.output) as display:
        waiting = Waiting(display, READ, TextRead)
        with connected(session, display, waiting.hear, _STOPPED) as client:
            command = ReadText(folder=path_to_wire(folder), again=again, waits=True)
            answer = client.request(command)
            assert isinstance(answer, DescriptionsQueued)
            waiting.wait(client)
    with CatalogReader(session.folders) as reader:
        photos = reader.photos([*waiting.ready, *waiting.failed])
        texts = {
            photo.paths[0]: read.text
            for photo in photos.values()
            if (read := reader.descriptions.text_in(photo.id)) and photo.id in waiting.ready
        }
    problems = [
        (photos[PhotoId(number)].paths[0], failure)
        for number, failure in waiting.failed.items()
        if number in photos
    ]
    if session.output.as_json:
        document = folder_text_document(folder, texts, problems, answer.known)
        session.output.document(document)
        return
    for path, text in texts.items():
        for line in [str(path), *text.splitlines()] if text else ():
            session.output.line(line)
    for path, failure in problems:
        session.output.error(failure.code, f"{path}: {failure.message}")
    found = sum(map(bool, texts.values()))
    session.output.remark(f"{counted(len(texts), 'photo')} read, {found:,} with text.")


def choose_background(session: Session, *, on: bool | None) -> None:
    """Says whether all photos are read in the background, or changes that.

    Raises:
        PhotofindError: it could not be changed.
    """
    if on is None:
        on = read_describing_settings(session.folders.describing_settings).reads_text
    else:
        run_order(session, SetReadsText(on=on))
    if session.output.as_json:
        session.output.document({"background": on})
    elif on:
        session.output.line("The text in all photos is read while photofind runs.")
    else:
        session.output.line(
            "Text is read on demand only. Turn it on: photofind text --background on"
        )
