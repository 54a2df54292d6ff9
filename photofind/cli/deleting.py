"""`photofind delete-everything`."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import filelock

from photofind.cli.arguments import UsageError
from photofind.cli.output import counted
from photofind.domain import CatalogError, PhotofindError
from photofind.logs import stop_logging
from photofind.paths import is_own_name
from photofind.worker.window_place import is_window_open

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.cli.session import Session
    from photofind.paths import AppFolders

_WORD = "delete"
_BACKUP = re.compile(r"catalog-[\dTZ.]+-v\d+\.(bak|partial)")
_MODEL_FILE = re.compile(
    r".*\.(onnx|onnx_data|data|json|safetensors|bin|pth?|npy|npz|txt|model|part|partial|lock)"
    r"|NOTICE|LICENSE.*|README.*",
    re.IGNORECASE,
)
_ANY = re.compile(r".*")
_INSIDE = {
    "backups": _BACKUP,
    "models": _MODEL_FILE,
    "vectors": _ANY,
    "labels": _ANY,
}
"""What photofind keeps in its subfolders; those with everything in them are caches."""


@dataclass(slots=True)
class OwnFiles:
    """What lies in photofind's folders.

    Attributes:
        files: photofind's own.
        folders: photofind's own, the innermost first; they go if nothing else is in them.
        foreign: everything else, never to be touched.
    """

    files: list[Path] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    foreign: list[Path] = field(default_factory=list)


def delete_everything(session: Session, *, confirmed: bool) -> None:
    """Deletes all files that photofind has made for this data folder; never a photo.

    Raises:
        UsageError: nobody is there to confirm it.
        CatalogError: catalog_locked, photofind is running.
        PhotofindError: not_confirmed, or delete_failed.
    """
    found = find_own_files(session.folders)
    if not found.files:
        _tell(session, 0, found)
        return
    if not confirmed:
        _confirm(session, found)
    lock = filelock.FileLock(session.folders.lock, timeout=0, mode=0o600)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise _running() from None
    except OSError as error:
        raise PhotofindError(
            "delete_failed",
            f"photofind can't write to {session.folders.data} ({error.strerror}). Check its "
            "permissions, and that its disk is not write-protected. Nothing was deleted.",
        ) from error
    try:
        if is_window_open(session.folders.data):  # its worker doesn't hold the lock at first
            raise _running()
        stop_logging()
        found = find_own_files(session.folders)
        count = _delete([file for file in found.files if file != session.folders.lock])
    finally:
        lock.release()
    count += _delete([session.folders.lock])
    for folder in found.folders:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    _tell(session, count, found)


def _running() -> CatalogError:
    return CatalogError(
        "catalog_locked",
        "photofind is running. Close its window, or wait until its command is done; then try "
        "again. Nothing was deleted.",
    )


def find_own_files(folders: AppFolders) -> OwnFiles:
    """Looks through photofind's folders and tells its own files from others."""
    found = OwnFiles()
    roots = [folders.logs, folders.config, folders.cache, folders.data]
    for root in dict.fromkeys(roots):
        if root.is_symlink() and root != folders.data:
            found.foreign.append(root)  # what lies behind it need not be ours
            continue
        for path in _entries(root):
            if path in roots:
                continue
            if path.is_dir() and not path.is_symlink():
                inside = _INSIDE.get(path.name)
                if inside is None:
                    found.foreign.append(path)
                else:
                    _look_into(path, inside, found)
            else:
                (found.files if is_own_name(path.name) else found.foreign).append(path)
        if root.is_dir():
            found.folders.append(root)
    return found


def _look_into(folder: Path, own: re.Pattern[str], found: OwnFiles) -> None:
    for path in _entries(folder):
        if path.is_dir() and not path.is_symlink():
            _look_into(path, own, found)
        else:
            (found.files if own.fullmatch(path.name) else found.foreign).append(path)
    found.folders.append(folder)


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _delete(files: list[Path]) -> int:
    count = 0
    for file in files:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise PhotofindError(
                "delete_failed",
                f"{file} can't be deleted ({error.strerror}). What came before it is gone; run "
                "the command again for the rest.",
            ) from error
        count += 1
    return count


def _confirm(session: Session, found: OwnFiles) -> None:
    if session.output.as_json or sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(
            "This deletes the catalog with everything you made (ratings, tags, captions), its "
            "copies, previews, settings, logs and installed models. --yes confirms it."
        )
    folders = dict.fromkeys(found.folders)
    megabytes = sum(os.lstat(file).st_size for file in found.files) / 1e6
    session.output.line("This deletes the catalog with everything you made (ratings, tags, ")
    session.output.line("captions), its copies, previews, settings, logs and installed models:")
    session.output.line(f"{counted(len(found.files), 'file')}, {megabytes:,.0f} MB, in")
    for folder in folders:
        session.output.line(f"  {folder}")
    session.output.line("Your photos are not touched.")
    if input(f"Type {_WORD!r} to go on: ").strip().lower() != _WORD:
        raise PhotofindError("not_confirmed", "Nothing was deleted.")


def _tell(session: Session, count: int, found: OwnFiles) -> None:
    if session.output.as_json:
        session.output.document({"deleted": count, "left": [str(path) for path in found.foreign]})
        return
    session.output.line(
        f"Deleted {counted(count, 'file')}." if count else "There was nothing to delete."
    )
    for path in found.foreign:
        session.output.remark(f"Left alone, because it is not photofind's: {path}")
