"""Unpacks archives of strangers: plain files only, at plain names, no larger than they say.

Everything is looked at before the first byte is written, and counted again while it is.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import stat
import tarfile
import unicodedata
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Final

from photofind.domain import ModelError
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_BYTES: Final = 12_000_000_000
"""Unpacked. The largest repositories of search models, with every variant, have fewer."""
MOST_ENTRIES: Final = 5_000
LONGEST_NAME: Final = 240
_MOST_HEADER: Final = 1_000_000
"""Bytes of one header of a tar archive; names are short, and so are real headers."""
_CHUNK: Final = 2**20
_SPARE_BYTES: Final = 200_000_000
_WINDOWS_NAMES: Final = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{name}{n}" for name in ("com", "lpt") for n in range(10)}
)
_FORBIDDEN: Final = frozenset('\\:*?"<>|')
"""Windows reads them as something else than a name."""
_DAMAGE: Final = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError),
    *(NotImplementedError, RuntimeError, ValueError, OverflowError),
)
_OPENERS: Final[dict[bytes, Callable[..., Any]]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}


@dataclass(frozen=True, slots=True)
class _Member:
    """A plain file in an archive.

    Attributes:
        open: its content.
    """

    name: PurePosixPath
    size: int
    open: Callable[[], IO[bytes]]


def unpack(archive: Path, folder: Path) -> None:
    """Unpacks a zip or tar archive into an existing, empty folder.

    Raises:
        ModelError: model_incompatible, it is no archive, or one that isn't to be trusted;
            disk_full, it doesn't fit; model_missing, it can't be read or written.
    """
    try:
        with _entries(archive) as entries:
            _check_names(entries)
            _check_sizes(entries, folder)
            for entry in entries:
                _write(entry, folder)
    except _DAMAGE as error:
        raise ModelError(
            "model_incompatible",
            "The archive {archive} is damaged or of a kind that photofind doesn't read. "
            "Zip and tar archives can be imported, and folders.",
            archive=archive.name,
        ) from error
    except OSError as error:
        raise ModelError(
            "model_missing",
            "The archive {archive} can't be unpacked: {reason}.",
            archive=archive.name,
            reason=error.strerror or str(error),
        ) from error


@contextmanager
def _entries(archive: Path) -> Iterator[list[_Member]]:
    with archive.open("rb") as stream:
        head = stream.read(6)
    if head.startswith(b"PK"):
        with zipfile.ZipFile(archive) as opened:
            yield _zip_entries(opened)
        return
    fitting = (use for magic, use in _OPENERS.items() if head.startswith(magic))
    opener = next(fitting, Path.open)
    with (
        opener(archive, "rb") as content,
        tarfile.open(fileobj=_Bounded(content), mode="r:") as tar,  # type: ignore[call-overload]
    ):
        yield _tar_entries(tar)


def _zip_entries(opened: zipfile.ZipFile) -> list[_Member]:
    found = []
    for member in opened.infolist():
        if member.is_dir():
            continue
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in {0, stat.S_IFREG}:
            raise _refused(member.filename, Sentence("it is a link or a device"))
        if member.flag_bits & 1:
            raise _refused(member.filename, Sentence("it is encrypted"))
        # zipfile cuts names at a NUL; what is left may be harmless, the intention is not.
        if member.orig_filename != member.filename:
            raise _refused(member.filename, Sentence("its name is not plain"))
        name = _plain_name(member.filename)
        found.append(
            _Member(name, member.file_size, lambda member=member: opened.open(member))  # type: ignore[misc]
        )
        _check_count(found)
    return found


def _tar_entries(opened: tarfile.TarFile) -> list[_Member]:
    found: list[_Member] = []
    while (member := opened.next()) is not None:
        if member.isdir():
            continue
        if not member.isreg() or member.issparse():
            raise _refused(member.name, Sentence("it is a link or a device"))
        name = _plain_name(member.name)
        found.append(_Member(name, member.size, lambda member=member: _tar_file(opened, member)))  # type: ignore[misc]
        _check_count(found)
        if sum(entry.size for entry in found) > MOST_BYTES:
            raise _too_large()
    return found


def _tar_file(opened: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = opened.extractfile(member)
    assert content is not None, "a regular file has content"
    return content


def _plain_name(name: str) -> PurePosixPath:
    """A relative path of plain names; "./" before it is harmless."""
    path = PurePosixPath(name)
    if not path.parts or path.is_absolute() or ".." in path.parts:
        raise _refused(name, Sentence("its name leads out of the archive"))
    if len(name) > LONGEST_NAME or any(not _is_plain(part) for part in path.parts):
        raise _refused(name, Sentence("its name is not plain"))
    return path


def _is_plain(part: str) -> bool:
    if part.endswith((" ", ".")) or part.partition(".")[0].casefold() in _WINDOWS_NAMES:
        return False
    return all(
        character not in _FORBIDDEN and unicodedata.category(character)[0] != "C"
        for character in part
    )


def _check_count(found: list[_Member]) -> None:
    if len(found) > MOST_ENTRIES:
        raise ModelError(
            "model_incompatible",
            "The archive holds more than {most} files: no model.",
            most=MOST_ENTRIES,
        )


def _check_names(entries: list[_Member]) -> None:
    """No two files at one place, nor one below another, on any file system."""
    folded = [
        tuple(unicodedata.normalize("NFC", part).casefold() for part in entry.name.parts)
        for entry in entries
    ]
    places = set(folded)
    for entry, parts in zip(entries, folded, strict=True):
        parents = {parts[:depth] for depth in range(1, len(parts))}
        if parents & places:
            raise _refused(str(entry.name), Sentence("a file and a folder have the same name"))
    if len(places) < len(folded):
        doubles = (index for index, parts in enumerate(folded) if folded.count(parts) > 1)
        raise _refused(str(entries[next(doubles)].name), Sentence("two files have the same name"))


def _check_sizes(entries: list[_Member], folder: Path) -> None:
    total = sum(entry.size for entry in entries)
    if total > MOST_BYTES:
        raise _too_large()
    free = shutil.disk_usage(folder).free
    if total + _SPARE_BYTES > free:
        raise ModelError(
            "disk_full",
            "The archive needs {size} GB when it is unpacked, but only {free} GB are "
            "free. Free some space, then try again.",
            size=f"{total / 1000000000.0:.1f}",
            free=f"{free / 1000000000.0:.1f}",
        )


def _write(entry: _Member, folder: Path) -> None:
    target = folder / entry.name
    target.parent.mkdir(parents=True, exist_ok=True)
    left = entry.size
    with entry.open() as source, target.open("xb") as written:
        while chunk := source.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise _refused(str(entry.name), Sentence("it is larger than it says"))
            written.write(chunk)
    if left:
        raise _refused(str(entry.name), Sentence("it is smaller than it says"))


class _Bounded:
    """A decompressed stream that never gives more than a tar archive of a model needs.

    tarfile reads headers of any size into memory, and compression makes large ones small.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= max(_MOST_HEADER, _CHUNK):
            raise tarfile.ReadError("a header is too large")
        return self._stream.read(size)

    def seek(self, offset: int) -> int:
        if offset > MOST_BYTES + MOST_ENTRIES * tarfile.RECORDSIZE:
            raise _too_large()
        return self._stream.seek(offset)

    def tell(self) -> int:
        return self._stream.tell()


def _refused(name: str, reason: Sentence) -> ModelError:
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name[:100])
    return ModelError(
        "model_incompatible",
        "The archive was not unpacked, because it holds {shown}: {reason}. Get the "
        "model from a place that you trust.",
        shown=shown,
        reason=reason,
    )


def _too_large() -> ModelError:
    return ModelError(
        "model_incompatible",
        "The archive is larger than {size} GB when it is unpacked: no model.",
        size=f"{MOST_BYTES / 1000000000.0:.0f}",
    )
