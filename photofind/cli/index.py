"""`photofind index`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.reader import CatalogReader
from photofind.cli.documents import report_document
from photofind.cli.report import print_report
from photofind.cli.work import index_to_the_end, run_job, watch_folders
from photofind.domain import FolderError
from photofind.worker.messages import AddFolders, Rescan, path_to_wire

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.cli.session import Session
    from photofind.domain import IndexReport


def index_folders(
    session: Session, paths: list[Path], *, watch: bool = False, refine: bool = True
) -> None:
    """Indexes the folders until done, or looks for changes in all known ones.

    Args:
        watch: go on noticing changes until Ctrl-C.
        refine: stay until previews are replaced by whole pictures.

    Raises:
        FolderError: a folder can't be added, or none was ever added (code no_folders).
    """
    command: AddFolders | Rescan
    if paths:
        command = AddFolders(paths=tuple(path_to_wire(path) for path in paths))
    else:
        _require_folders(session)
        command = Rescan()
    if watch:
        watch_folders(session, command, lambda report: _show(session, report))
    elif refine:
        index_to_the_end(session, command, lambda report: _show(session, report))
    else:
        _show(session, run_job(session, command))


def _show(session: Session, report: IndexReport) -> None:
    if session.output.as_json:
        session.output.document(report_document(report))
    else:
        print_report(session.output, report)


def _require_folders(session: Session) -> None:
    with CatalogReader(session.folders) as reader:
        if not reader.folders():
            raise FolderError(
                "no_folders", "There is no folder to index yet. Name one: photofind index FOLDER"
            )
