"""Writes sidecars: the only place that writes beside a person's photos, and only when asked to."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from photofind.atomic_files import folder_within, replace_within
from photofind.domain import PhotofindError
from photofind.media.companions import differ_in_case_only, group_companions
from photofind.media.formats import PHOTO_SUFFIXES, SIDECAR_SUFFIX
from photofind.media.metadata.xmp import LARGEST_XMP
from photofind.media.metadata.xmp_edit import XmpChange, edit_xmp, new_xmp
from photofind.media.online_only import lies_online_only
from photofind.media.roots import is_photos_library
from photofind.media.volume import ignores_case

if TYPE_CHECKING:
    from pathlib import Path

_EMPTY = new_xmp(XmpChange())
"""What a sidecar that was made here is when all is gone that was written into it."""


class SidecarError(PhotofindError):
    """A sidecar can't be written. Codes: sidecar_damaged, sidecar_busy, sidecar_denied,
    sidecar_library, sidecar_linked, sidecar_online_only."""


def write_sidecar(photo: Path, change: XmpChange, root: Path) -> Path | None:
    """Has a photo's sidecar say something; makes one where there is none and something to say.

    A new one is named after the whole file (IMG.jpg.xmp), so that it belongs to one file only. An
    existing one is replaced in one step by one in which only these properties are other; one that
    was made here and says nothing any more is deleted. No link below the root is followed, and
    nothing is written to what is no plain file or has another name elsewhere: photos come from
    strangers, and what lies beside them may lead anywhere.

    Args:
        root: the folder that the person added; the photo lies in it.

    Returns:
        The sidecar, written or deleted; None when it says all that already.

    Raises:
        SidecarError: it is damaged or linked, another program is writing it, it can't be written,
            or the photo lies in a library of macOS's Photos, in which nothing is ever written, or
            the sidecar is online-only.
    """
    if any(is_photos_library(folder) for folder in photo.parents):
        raise SidecarError(
            "sidecar_library",
            "{photo} is in a Photos library, where photofind writes nothing. "
            "Your captions, tags and ratings stay in photofind.",
            photo=photo,
        )
    path = photo.with_name(photo.name + SIDECAR_SUFFIX)
    try:
        with folder_within(root, photo.parent) as folder:
            found = find_sidecar(photo)
            if found is None and change.only_removes:
                return None
            if found is None:
                _status(folder, photo)
                _put(folder, path, new_xmp(change), None)
                return path
            path = found
            return path if _edit(folder, path, change) else None
    except ValueError as error:
        raise SidecarError(
            "sidecar_damaged",
            "{path} isn't a valid XMP file, so photofind doesn't change it. Repair or "
            "delete it, and it will be written.",
            path=path,
        ) from error
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.EMLINK, errno.ENOTDIR}:
            raise SidecarError(
                "sidecar_linked",
                "{path} is a link, or lies behind one or has another name elsewhere. photofind "
                "writes to plain files only; put a copy in its place, and it will be written.",
                path=path,
            ) from error
        raise SidecarError(
            "sidecar_denied",
            "{path} can't be written ({reason}). Check that you may write to this folder "
            "and that the disk is not full.",
            path=path,
            reason=error.strerror or str(error),
        ) from error


def _edit(folder: int | None, path: Path, change: XmpChange) -> bool:
    """Has a sidecar that is there say something; returns whether it didn't yet."""
    before = _status(folder, path)
    if not stat.S_ISREG(before.st_mode) or before.st_nlink > 1:
        raise OSError(errno.EMLINK, os.strerror(errno.EMLINK))
    if lies_online_only(path):
        raise SidecarError(
            "sidecar_online_only",
            "{path} is online-only, and photofind downloads nothing unless you ask for it. "
            "Once you download it, your captions, tags and ratings are written into it.",
            path=path,
        )
    packet = _read(folder, path)
    edited = edit_xmp(packet, change)
    if edited == packet:
        return False
    if edited == _EMPTY:
        _check_unchanged(folder, path, before)
        os.unlink(_within(folder, path), dir_fd=folder)
    else:
        _put(folder, path, edited, before)
    return True


def find_sidecar(photo: Path) -> Path | None:
    """The sidecar that speaks for a photo; None when there is none.

    Raises:
        OSError: the photo's folder can't be listed.
    """
    names = os.listdir(photo.parent)  # noqa: PTH208 (names, not paths)
    sidecars = [name for name in names if name.lower().endswith(SIDECAR_SUFFIX)]
    if not sidecars:
        return None
    photos = [name for name in names if os.path.splitext(name)[1].lower() in PHOTO_SUFFIXES]  # noqa: PTH122
    together = {*photos, *sidecars}
    folds = differ_in_case_only(together) and ignores_case(os.fspath(photo.parent), together)
    for group in group_companions(photos, sidecars, ignores_case=folds):
        if photo.name in {group.primary, *group.parts}:
            return None if group.sidecar is None else photo.with_name(group.sidecar)
    return None


def _within(folder: int | None, path: Path) -> Path | str:
    """What names a file for a call that takes `dir_fd`."""
    return path if folder is None else path.name


def _status(folder: int | None, path: Path) -> os.stat_result:
    return os.stat(_within(folder, path), dir_fd=folder, follow_symlinks=False)


def _read(folder: int | None, path: Path) -> bytes:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= getattr(os, "O_BINARY", 0)
    descriptor = os.open(_within(folder, path), flags, dir_fd=folder)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EMLINK, os.strerror(errno.EMLINK))
        packet = file.read(LARGEST_XMP + 1)
    if len(packet) > LARGEST_XMP:
        raise ValueError("larger than an XMP packet may be")
    return packet


def _put(folder: int | None, path: Path, content: bytes, before: os.stat_result | None) -> None:
    """Puts a file in place in one step.

    Args:
        before: what the file was when it was read; None: there was none.
    """
    replace_within(
        folder, path, content, before, check=lambda: _check_unchanged(folder, path, before)
    )


def _check_unchanged(folder: int | None, path: Path, before: os.stat_result | None) -> None:
    try:
        now: os.stat_result | None = _status(folder, path)
    except FileNotFoundError:
        now = None
    states = [
        None if each is None else (each.st_ino, each.st_mtime_ns, each.st_size)
        for each in (before, now)
    ]
    if states[0] != states[1]:
        raise SidecarError(
            "sidecar_busy",
            "Another program is writing {path} right now. It is tried again later.",
            path=path,
        )
