"""`photofind index`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from photofind.catalog.folders import read_folders
from photofind.catalog.reader import CatalogReader
from photofind.cli.documents import report_document
from photofind.cli.report import print_report
from photofind.cli.work import index_to_the_end, run_job, watch_folders
from photofind.domain import FolderError, PhotofindError
from photofind.worker.messages import AddFolders, Rescan

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.cli.session import Session
    from photofind.domain import IndexReport
    from photofind.paths import AppFolders

logger = logging.getLogger(__name__)

_MANY = 10_000
"""New photos that delay the next start noticeably (`search.library.KEEPING_PAYS`)."""


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
        command = AddFolders(paths=tuple(paths))
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
    if report.new + report.changed >= _MANY:
        keep_vectors(session.folders)


def keep_vectors(folders: AppFolders) -> None:
    """Keeps vectors as search has them in memory, as a window does while nobody asks anything:
    the first start after a large library was indexed is as quick as all later ones."""
    # Search and its runtime are in nobody's way while the worker indexes.
    from photofind.inference.store import ModelStore
    from photofind.search.engine import SearchEngine

    with SearchEngine(folders, ModelStore(folders)) as engine:
        try:
            engine.keep_for_next_start()
        except PhotofindError as error:
            logger.info("vectors are not kept: %s", error)


def _require_folders(session: Session) -> None:
    with CatalogReader(session.folders) as reader, reader.snapshot() as snapshot:
        if not read_folders(snapshot):
            raise FolderError(
                "no_folders", "There is no folder to index yet. Name one: photofind index FOLDER"
            )
