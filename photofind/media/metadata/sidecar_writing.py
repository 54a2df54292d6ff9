"""Writes sidecars: the only place that writes beside a person's photos, and only when asked to."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from photofind.domain import PhotofindError
from photofind.media.companions import group_companions
from photofind.media.formats import PHOTO_SUFFIXES, SIDECAR_SUFFIX
from photofind.media.metadata.xmp import LARGEST_XMP
from photofind.media.metadata.xmp_edit import XmpChange, edit_xmp, new_xmp
from photofind.media.online_only import lies_online_only
from photofind.media.roots import is_photos_library

_EMPTY = new_xmp(XmpChange())
"""What a sidecar that was made here is when all is gone that was written into it."""


class SidecarError(PhotofindError):
    """A sidecar can't be written. Codes: sidecar_damaged, sidecar_busy, sidecar_denied,
    sidecar_library, sidecar_online_only."""


def write_sidecar(photo: Path, change: XmpChange) -> Path | None:
    """Has a photo's sidecar say something; makes one where there is none and something to say.

    A new one is named after the whole file (IMG.jpg.xmp), so that it belongs to one file only. An
    existing one is replaced in one step by one in which only these properties are other; one that
    was made here and says nothing any more is deleted.

    Returns:
        The sidecar, written or deleted; None when it says all that already.

    Raises:
        SidecarError: it is damaged, another program is writing it, it can't be written, or the
            photo lies in a library of macOS's Photos, in which nothing is ever written, or the
            sidecar in its cloud alone.
    """
    if any(is_photos_library(folder) for folder in photo.parents):
        raise SidecarError(
            "sidecar_library",
            f"{photo} lies in a library of Photos, in which photofind writes nothing. What you "
            "made of it stays in photofind.",
        )
    path = photo.with_name(photo.name + SIDECAR_SUFFIX)
    try:
        found = find_sidecar(photo)
        if found is None and change.only_removes:
            return None
        if found is None:
            if not photo.exists():
                raise FileNotFoundError(2, os.strerror(2))
            _put(path, new_xmp(change), None)
            return path
        path = Path(os.path.realpath(found))  # the file itself, where the name is a link
        if lies_online_only(path):
            raise SidecarError(
                "sidecar_online_only",
                f"{path} lies in its cloud only, and photofind downloads nothing unasked. Once you "
                "have it downloaded, what you made of the photo is written into it.",
            )
        before = path.stat()
        packet = _read(path)
        edited = edit_xmp(packet, change)
        if edited == packet:
            return None
        if edited == _EMPTY:
            _check_unchanged(path, before)
            path.unlink()
        else:
            _put(path, edited, before)
    except ValueError as error:
        raise SidecarError(
            "sidecar_damaged",
            f"{path} is not a sound XMP file, so photofind leaves it as it is. Mend or remove it,"
            " and it will be written.",
        ) from error
    except OSError as error:
        raise SidecarError(
            "sidecar_denied",
            f"{path} can't be written ({error.strerror or error}). Check that you may write to"
            " this folder and that the disk is not full.",
        ) from error
    return path


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
    for group in group_companions(photos, sidecars):
        if photo.name in {group.primary, *group.parts}:
            return None if group.sidecar is None else photo.with_name(group.sidecar)
    return None


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        packet = file.read(LARGEST_XMP + 1)
    if len(packet) > LARGEST_XMP:
        raise ValueError("larger than an XMP packet may be")
    return packet


def _put(path: Path, content: bytes, before: os.stat_result | None) -> None:
    """Puts a file in place in one step.

    Args:
        before: what the file was when it was read; None: there was none.
    """
    # A hidden name, which no program takes for a sidecar, and always the same: what is left of a
    # write that was cut off is used up by the next one.
    partial = path.with_name(f".{path.name}.photofind-partial")
    try:
        with partial.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if before is not None:
            shutil.copymode(path, partial)
        _check_unchanged(path, before)
        os.replace(partial, path)  # noqa: PTH105 (same folder, atomic)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise


def _check_unchanged(path: Path, before: os.stat_result | None) -> None:
    now = path.stat() if path.exists() else None
    states = [None if each is None else (each.st_mtime_ns, each.st_size) for each in (before, now)]
    if states[0] != states[1]:
        raise SidecarError(
            "sidecar_busy",
            f"Another program is writing {path} just now. It is tried again later.",
        )
