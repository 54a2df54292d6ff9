"""How paths and foreign text become values that a STRICT table takes.

Paths are BLOBs, because SQLite's TEXT refuses names that are not valid Unicode.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SEPARATOR = "\x1f"
"""Between the names, tags and texts of one photo in its search row (ASCII unit separator)."""

_NO_SURROGATES = "replace"


def path_to_blob(path: Path) -> bytes:
    """The absolute path as bytes, `.` and `..` resolved by their spelling alone."""
    return os.fsencode(os.path.abspath(path))  # noqa: PTH100 (resolve() follows links)


def path_from_blob(blob: bytes) -> Path:
    return Path(os.fsdecode(blob))


def relative_to_root(path: bytes, root: bytes) -> bytes | None:
    """The part of `path` below `root`; b"" for the root itself, None when it lies elsewhere."""
    text, base = os.fsdecode(path), os.fsdecode(root)
    if os.path.normcase(text) == os.path.normcase(base):
        return b""
    prefix = base if base.endswith(os.sep) else base + os.sep
    if os.path.normcase(text[: len(prefix)]) != os.path.normcase(prefix):
        return None
    return os.fsencode(text[len(prefix) :])


def place_mark(
    root: bytes, rel_path: bytes, byte_size: int, mtime_ns: int, ctime_ns: int | None = None
) -> bytes:
    """A fingerprint, 16 bytes, by which a file that must not be named is known again as long as
    its path, size and times stay as they are."""
    times = f"{mtime_ns}" if ctime_ns is None else f"{mtime_ns} {ctime_ns}"
    place = f"{byte_size}\0{times}\0".encode() + os.path.join(root, rel_path)  # noqa: PTH118
    return hashlib.blake2b(place, digest_size=16).digest()


def search_name(rel_path: bytes) -> str:
    """The file's name as people type it: NFC, undecodable bytes as U+FFFD."""
    name = rel_path.rpartition(os.sep.encode())[2]
    return clean_text(name.decode("utf-8", _NO_SURROGATES))


def clean_text(text: str) -> str:
    """Text from outside (file names, EXIF, error messages) made storable and searchable."""
    storable = text.encode("utf-8", _NO_SURROGATES).decode("utf-8")
    return unicodedata.normalize("NFC", storable.replace("\0", "").replace(SEPARATOR, " "))


def join_texts(texts: Iterable[str]) -> str | None:
    """Several texts as one value, cleaned; None for none."""
    return SEPARATOR.join(clean_text(text) for text in texts) or None


def split_texts(value: str | None) -> tuple[str, ...]:
    """What `join_texts` made one."""
    return tuple(value.split(SEPARATOR)) if value else ()
