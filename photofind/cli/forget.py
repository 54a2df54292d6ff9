"""`photofind forget`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.backups import find_backups
from photofind.catalog.files import find_photos_known_at
from photofind.catalog.folders import read_folders
from photofind.catalog.reader import CatalogReader
from photofind.cli.output import counted
from photofind.cli.report import print_report
from photofind.cli.work import carry_out, run_job
from photofind.domain import PhotofindError
from photofind.worker.messages import (
    ForgetFolder,
    ForgetMissing,
    ForgetPhotos,
    RecallForgotten,
    Rescan,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from photofind.cli.session import Session
    from photofind.domain import PhotoId


def forget_files(session: Session, paths: Sequence[Path]) -> None:
    """Forgets the photos that lie, or lay, at these paths or below these folders.

    Raises:
        PhotofindError: photo_unknown, nothing is known of one of them.
    """
    photo_ids: set[PhotoId] = set()
    with CatalogReader(session.folders) as reader, reader.snapshot() as snapshot:
        for path in paths:
            found = find_photos_known_at(snapshot, path)
            if not found:
                raise PhotofindError(
                    "photo_unknown", f"photofind knows no photo at {path}. Check its name."
                )
            photo_ids.update(found)
    count = carry_out(session, ForgetPhotos(photo_ids=tuple(sorted(photo_ids))))
    if count == 1:
        _tell(session, count, "Its file was not touched, and is skipped from now on.")
    else:
        _tell(session, count, "Their files were not touched, and are skipped from now on.")


def forget_folder(session: Session, path: Path) -> None:
    """Removes a folder, and forgets its photos; those below a part of one stay out instead.

    Raises:
        FolderError: it isn't one of photofind's folders, nor below one.
    """
    with CatalogReader(session.folders) as reader, reader.snapshot() as snapshot:
        is_root = any(folder.path == path for folder in read_folders(snapshot))
        known = find_photos_known_at(snapshot, path)
    if is_root or not known:
        count = carry_out(session, ForgetFolder(path=path))
        _tell(session, count, "The folder is off the list; the files in it were not touched.")
    else:
        forget_files(session, [path])


def forget_missing(session: Session) -> None:
    """Forgets the photos that have no file any more."""
    count = carry_out(session, ForgetMissing())
    _tell(
        session, count, "No file of it was left." if count == 1 else "No files of them were left."
    )


def recall(session: Session, paths: Sequence[Path]) -> None:
    """Lets forgotten photos in again (none named: all of them), and looks for them.

    Raises:
        PhotofindError: photo_not_forgotten, none of them was forgotten.
    """
    order = RecallForgotten(paths=tuple(paths))
    count = carry_out(session, order)
    if paths and not count:
        raise PhotofindError(
            "photo_not_forgotten", "Photos that show this were not forgotten. Nothing was changed."
        )
    report = run_job(session, Rescan()) if count else None
    if session.output.as_json:
        session.output.document({"recalled": count})
    elif report is not None:
        print_report(session.output, report)
    else:
        session.output.remark("No photo was forgotten.")


def _tell(session: Session, count: int, what_of_them: str) -> None:
    if session.output.as_json:
        session.output.document({"forgotten": count})
        return
    if not count:
        session.output.line("There was nothing to forget.")
        return
    session.output.line(f"Forgot {counted(count, 'photo')}. {what_of_them}")
    if find_backups(session.folders.backups):
        session.output.remark(
            f"Copies of the catalog in {session.folders.backups} still hold what was known; the "
            "weekly copies of the next three weeks take their place."
        )
