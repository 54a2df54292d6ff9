"""Fetches one file: goes on where it was cut, and keeps it only if it is the right one."""

from __future__ import annotations

import errno
import hashlib
import os
import time
from typing import TYPE_CHECKING

from photofind.domain import ModelError
from photofind.network import NetworkError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from photofind.models.hub import Hub, RemoteFile
    from photofind.network import Body

PART = ".part"
_CHUNK = 2**18
_PARTIAL_CONTENT = 206
_RANGE_NOT_SATISFIABLE = 416
_MOST_FAILURES = 4
"""Without a byte between them; then it is left to the person to try again."""
_LONGEST_WAIT_S = 60.0


def download(
    hub: Hub,
    file: RemoteFile,
    folder: Path,
    progress: Callable[[int], None],
    wait: Callable[[float], object] = time.sleep,
) -> Path:
    """Fetches a file, or what is still missing of it.

    Args:
        file: with its size and its sha256 or blob id.
        folder: where it goes, at its own path; what is incomplete stays there as "….part".
        progress: told how many bytes there are, after every piece.
        wait: sleeps for so many seconds.

    Raises:
        ModelError: model_checksum, what arrived is not that file (nothing of it is kept);
            disk_full or disk_failed, it can't be written (what has arrived is kept).
        NetworkError: it can't be had now (what has arrived is kept).
    """
    target = folder / file.path
    part = _PartialFile(target.with_name(target.name + PART), file)
    try:
        if target.exists():
            target.replace(part.path)  # of an earlier run: trusted no more than half a file
        part.path.parent.mkdir(parents=True, exist_ok=True)
        kept = part.reopen()
        progress(part.bytes)
        _fetch_all(hub, part, progress, wait)
        if not part.is_right() and kept:
            part.discard()
            _fetch_all(hub, part, progress, wait)
        if not part.is_right():
            part.discard()
            raise _wrong(file)
        part.path.replace(target)
    except OSError as error:
        raise _not_written(error) from error
    return target


class _PartialFile:
    """What there is of a file so far, hashed as it comes in."""

    def __init__(self, path: Path, file: RemoteFile) -> None:
        self.path = path
        self.file = file
        self.bytes = 0
        self._digest = _begin_digest(file)

    def discard(self) -> None:
        """Begins anew."""
        self.path.unlink(missing_ok=True)
        self.bytes = 0
        self._digest = _begin_digest(self.file)

    def reopen(self) -> bool:
        """Takes what an earlier run left. Returns whether there was anything."""
        try:
            with self.path.open("rb") as stream:
                while piece := stream.read(_CHUNK):
                    self._count(piece)
        except FileNotFoundError:
            return False
        if self.file.bytes is not None and self.bytes > self.file.bytes:
            self.discard()
        return self.bytes > 0

    def append(self, body: Body, progress: Callable[[int], None]) -> None:
        with self.path.open("ab") as stream:
            while piece := body.read(_CHUNK):
                if self.file.bytes is not None and self.bytes + len(piece) > self.file.bytes:
                    self.bytes += len(piece)
                    return  # longer than it should be: wrong, whatever else comes
                stream.write(piece)
                self._count(piece)
                progress(self.bytes)
            stream.flush()
            os.fsync(stream.fileno())

    def is_complete(self) -> bool:
        return self.file.bytes is not None and self.bytes >= self.file.bytes

    def is_right(self) -> bool:
        if self.file.bytes is not None and self.bytes != self.file.bytes:
            return False
        return self._digest.hexdigest() == (self.file.sha256 or self.file.blob_id)

    def _count(self, piece: bytes) -> None:
        self.bytes += len(piece)
        self._digest.update(piece)


def _begin_digest(file: RemoteFile) -> hashlib._Hash:
    """The hash that tells the right file: sha256, else that of a git blob."""
    if file.sha256 is not None:
        return hashlib.sha256()
    return hashlib.sha1(f"blob {file.bytes}\0".encode(), usedforsecurity=False)


def _fetch_all(
    hub: Hub, part: _PartialFile, progress: Callable[[int], None], wait: Callable[[float], object]
) -> None:
    """Fetches until the file is complete; tries again after a cut, a fault or a full house."""
    failures, began_anew = 0, False
    while not part.is_complete():
        had = part.bytes
        try:
            _fetch(hub, part, progress)
        except NetworkError as error:
            if error.status == _RANGE_NOT_SATISFIABLE and part.bytes:
                # There is no more: what is here is not its beginning, or it is too short there.
                part.discard()
                if began_anew:
                    raise _wrong(part.file) from error
                began_anew = True
                continue
            failures = 1 if part.bytes > had else failures + 1
            pause_s = error.retry_after_s or float(2**failures)
            if not error.may_pass or failures > _MOST_FAILURES or pause_s > _LONGEST_WAIT_S:
                raise
            wait(pause_s)


def _fetch(hub: Hub, part: _PartialFile, progress: Callable[[int], None]) -> None:
    with hub.open(part.file, part.bytes) as body:
        if part.bytes and not _continues(body, part.bytes):
            part.discard()
        part.append(body, progress)
    if not part.is_complete():
        raise NetworkError(
            "network_cut",
            "The download of {file} ended too early. Try again: what has arrived is kept.",
            file=part.file.path,
            may_pass=True,
        )


def _continues(body: Body, start: int) -> bool:
    """Whether the server sends the rest; with 200, or from another byte on, it does not."""
    if body.answer.status != _PARTIAL_CONTENT:
        return False
    return body.answer.headers.get("Content-Range", "").strip().startswith(f"bytes {start}-")


def _wrong(file: RemoteFile) -> ModelError:
    return ModelError(
        "model_checksum",
        "The downloaded {file} is not the published file, and was deleted. Try "
        "again; if it happens again, something in between (a proxy, a mirror) is "
        "changing files.",
        file=file.path,
    )


def _not_written(error: OSError) -> ModelError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return ModelError(
            "disk_full",
            "The disk is full. Free some space and try again: what has arrived is kept.",
        )
    return ModelError(
        "disk_failed",
        "The model can't be written: {reason}. Check the data folder's permissions "
        "and its drive, then try again.",
        reason=error.strerror or str(error),
    )
