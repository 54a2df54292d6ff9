"""`photofind folders`: list, add, remove, relocate, and what is looked at in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.reader import CatalogReader
from photofind.cli.documents import folders_document
from photofind.cli.output import counted
from photofind.cli.report import print_report
from photofind.cli.work import run_job, run_order
from photofind.domain import FolderState
from photofind.indexing.scanning import is_online
from photofind.media.scan import root_problem
from photofind.worker.choice_messages import Exclude, Include, SetOnlineOnly
from photofind.worker.forgetting_messages import ForgetFolder
from photofind.worker.messages import AddFolders, RelocateFolder, RemoveFolder, path_to_wire

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from photofind.catalog.rows import CatalogStatus, FolderStatus
    from photofind.cli.session import Session
    from photofind.worker.choice_messages import ChoiceCommand


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
    report = run_job(session, AddFolders(paths=tuple(path_to_wire(path) for path in paths)))
    if not session.output.as_json:
        print_report(session.output, report)
    show_folders(session)


def remove_folder(session: Session, path: Path, *, forget: bool) -> None:
    """Takes a folder out of the catalog and prints the folders that are left.

    Args:
        forget: delete what is known of its photos, too.
    """
    wire = path_to_wire(path)
    run_order(session, ForgetFolder(path=wire) if forget else RemoveFolder(path=wire))
    if not session.output.as_json:
        forgotten = " and forgot its photos" if forget else ""
        session.output.line(f"Removed {path}{forgotten}. The files in it were not touched.")
    show_folders(session)


def relocate_folder(session: Session, old: Path, new: Path) -> None:
    """Tells the catalog that a folder lies elsewhere now, and prints the folders."""
    report = run_job(session, RelocateFolder(old=path_to_wire(old), new=path_to_wire(new)))
    if not session.output.as_json:
        print_report(session.output, report)
    show_folders(session)


def read_status(session: Session) -> CatalogStatus:
    """Counts what the catalog has and looks which folders can be reached."""
    with CatalogReader(session.folders) as reader:
        rows = {row.path: row for row in reader.folders()}
        return reader.status(lambda path: is_online(rows[path]))


def exclude(session: Session, path: Path, pattern: str) -> None:
    """Leaves out what a pattern matches, or all of a subfolder, and prints the folders."""
    _choose(session, Exclude(path=path_to_wire(path), pattern=pattern))


def include(session: Session, path: Path, pattern: str) -> None:
    """Takes a pattern back and prints the folders."""
    _choose(session, Include(path=path_to_wire(path), pattern=pattern))


def set_online_only(session: Session, path: Path, *, included: bool) -> None:
    """Says whether files that lie in a cloud alone are indexed, and prints the folders."""
    _choose(session, SetOnlineOnly(path=path_to_wire(path), included=included))


def _choose(session: Session, command: ChoiceCommand) -> None:
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
        lines += [f"    without {pattern}" for pattern in folder.exclusions]
    return lines


def _why_offline(folder: FolderStatus) -> str:
    """A folder that may not be read is there, and something can be done about it."""
    problem = root_problem(folder.path)
    if problem is not None and problem.code == "folder_denied":
        return f"(offline: {problem.user_message})"
    return "(offline: not connected now)"
