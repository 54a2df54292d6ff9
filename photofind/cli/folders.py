"""`photofind folders`: list, add, remove, relocate, and what is looked at in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.folders import read_folders
from photofind.catalog.reader import CatalogReader
from photofind.catalog.status import read_status as read_catalog_status
from photofind.cli.documents import folders_document
from photofind.cli.output import counted
from photofind.cli.report import print_report
from photofind.cli.work import carry_out, run_job
from photofind.domain import FolderState
from photofind.indexing.scanning import is_online
from photofind.media.mounts import volumes_below
from photofind.media.scan import root_problem
from photofind.worker.messages import (
    AddFolders,
    Exclude,
    ForgetFolder,
    Include,
    RelocateFolder,
    RemoveFolder,
    SetOnlineOnly,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from photofind.catalog.status import CatalogStatus, FolderStatus
    from photofind.cli.session import Session


def show_folders(session: Session) -> None:
    """Prints the folders, their state and how many photos each has."""
    folders = read_status(session).folders
    if session.output.as_json:
        session.output.document(folders_document(folders))
        return
    for line in folder_lines(folders):
        session.output.line(line)
    if not folders:
        session.output.remark("No folders yet. Add one with: photofind folders add FOLDER")


def add_folders(session: Session, paths: list[Path]) -> None:
    """Adds folders, indexes them, and prints the folders there are now."""
    report = run_job(session, AddFolders(paths=tuple(paths)))
    if not session.output.as_json:
        print_report(session.output, report)
    show_folders(session)


def remove_folder(session: Session, path: Path, *, forget: bool) -> None:
    """Takes a folder out of the catalog and prints the folders that are left.

    Args:
        forget: delete what is known of its photos, too.
    """
    carry_out(session, ForgetFolder(path=path) if forget else RemoveFolder(path=path))
    if not session.output.as_json:
        forgotten = " and forgot its photos" if forget else ""
        session.output.line(f"Removed {path}{forgotten}. The files in it were not touched.")
    show_folders(session)


def relocate_folder(session: Session, old: Path, new: Path) -> None:
    """Tells the catalog that a folder lies elsewhere now, and prints the folders."""
    report = run_job(session, RelocateFolder(old=old, new=new))
    if not session.output.as_json:
        print_report(session.output, report)
    show_folders(session)


def read_status(session: Session) -> CatalogStatus:
    """Counts what the catalog has and looks which folders can be reached."""
    with CatalogReader(session.folders) as reader, reader.snapshot() as snapshot:
        rows = {row.path: row for row in read_folders(snapshot)}
        return read_catalog_status(snapshot, lambda path: is_online(rows[path]), volumes_below)


def exclude(session: Session, path: Path, pattern: str) -> None:
    """Leaves out what a pattern matches, or all of a subfolder, and prints the folders."""
    _choose(session, Exclude(path=path, pattern=pattern))


def include(session: Session, path: Path, pattern: str) -> None:
    """Takes a pattern back and prints the folders."""
    _choose(session, Include(path=path, pattern=pattern))


def set_online_only(session: Session, path: Path, *, included: bool) -> None:
    """Says whether online-only files are indexed, and prints the folders."""
    _choose(session, SetOnlineOnly(path=path, included=included))


def _choose(session: Session, command: Exclude | Include | SetOnlineOnly) -> None:
    report = run_job(session, command)
    if not session.output.as_json:
        print_report(session.output, report)
    show_folders(session)


def folder_lines(folders: Iterable[FolderStatus]) -> list[str]:
    """A line or more for each folder, for people."""
    lines = []
    for folder in folders:
        remarks = [counted(folder.photos, "photo")]
        if folder.videos:
            remarks.append(f"{counted(folder.videos, 'video')} (not searchable yet)")
        if folder.online_only:
            remarks.append(f"{folder.online_only:,} online only")
        if folder.includes_online_only:
            remarks.append("with what is online only")
        if folder.state is FolderState.OFFLINE:
            remarks.append(_why_offline(folder))
        lines.append(f"{folder.path}  {'  '.join(remarks)}")
        if folder.unwatched:
            lines.append(f"    {unwatched_sentence(folder.unwatched)}")
        lines += [f"    without {pattern}" for pattern in folder.exclusions]
    return lines


def unwatched_sentence(count: int) -> str:
    """Why changes in some folders are noticed late, and what to do about it."""
    return (
        f"{counted(count, 'folder')} can't be watched and {'is' if count == 1 else 'are'} scanned "
        "every few minutes instead. Raise the limit with the setting fs.inotify.max_user_watches."
    )


def _why_offline(folder: FolderStatus) -> str:
    """A folder that may not be read is there, and something can be done about it."""
    problem = root_problem(folder.path)
    if problem is not None and problem.code == "folder_denied":
        return f"(offline: {problem.user_message})"
    return "(offline: not connected now)"
