"""Which files are photos, and what a file's first bytes say it is.

The suffix decides whether a file is looked at at all; the content decides how it is decoded.
"""

from __future__ import annotations

import os
from typing import Final

from photofind.sentences import Sentence

RAW_SUFFIXES: Final[frozenset[str]] = frozenset(
    {
        ".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".gpr", ".iiq",
        ".kdc", ".mef", ".mos", ".mrw", ".nef", ".nrw", ".orf", ".ori", ".pef", ".raf", ".rw2",
        ".rwl", ".sr2", ".srf", ".srw", ".x3f",
    }
)  # fmt: skip
"""Suffixes of RAW photos, lower case."""

PHOTO_SUFFIXES: Final[frozenset[str]] = frozenset(
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".mpo",
        ".png", ".apng",
        ".webp",
        ".gif",
        ".tif", ".tiff",
        ".bmp", ".dib",
        ".heic", ".heics", ".heif", ".heifs", ".hif",
        ".avif", ".avifs",
        ".jxl",
        *RAW_SUFFIXES,
    }
)  # fmt: skip
"""Suffixes of the files photofind looks at, lower case."""

VIDEO_SUFFIXES: Final[frozenset[str]] = frozenset(
    {
        ".mov", ".mp4", ".m4v", ".qt", ".3gp", ".3g2", ".avi", ".mkv", ".webm", ".wmv", ".mpg",
        ".mpeg", ".mts", ".m2ts", ".m2t", ".vob", ".flv", ".ogv", ".insv", ".lrv",
    }
)  # fmt: skip
"""Suffixes of videos, lower case: counted, and not searchable yet."""

LIVE_PICTURE_SUFFIXES: Final[frozenset[str]] = frozenset(
    {".heic", ".heif", ".hif", ".jpg", ".jpeg", ".jpe", ".dng"}
)
LIVE_FILM_SUFFIXES: Final[frozenset[str]] = frozenset({".mov", ".mp4"})
"""Suffixes of a Live Photo's two files, which have one name."""

SIDECAR_SUFFIX: Final = ".xmp"
"""What photo managers write beside a photo lies in a file of this suffix."""

HEADER_BYTES: Final = 64
"""As much of a file's beginning as `sniff_format` and `describe_kind` want to see."""

_AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})
_HEIF_BRANDS: Final = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
)
_CANON_BRAND: Final = b"crx "
_CONTAINER_BRANDS: Final = frozenset({b"mif1", b"msf1", b"mif2"})
"""ISO/IEC 23008-12: the coding is named by a compatible brand, not by the major one."""

_MAGIC: Final = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
    (b"BM", "BMP"),
    (b"\xff\x0a", "JXL"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "JXL"),
    (b"IIRO", "RAW"),  # Olympus
    (b"IIRS", "RAW"),
    (b"MMOR", "RAW"),
    (b"IIU\x00", "RAW"),  # Panasonic, Leica
    (b"FUJIFILMCCD-RAW", "RAW"),
    (b"II\x1a\x00\x00\x00HEAPCCDR", "RAW"),  # Canon before 2004
    (b"FOVb", "RAW"),  # Sigma
    (b"\x00MRM", "RAW"),  # Minolta
    (b"IIII", "RAW"),  # Phase One
)

_OTHER_KINDS: Final = (
    (b"8BPS", Sentence("a Photoshop document")),
    (b"%PDF", Sentence("a PDF document")),
    (b"PK\x03\x04", Sentence("an archive or office document")),
    (b"\x00\x00\x00\x0cjP  ", Sentence("a JPEG 2000 picture")),
    (b"\x1aE\xdf\xa3", Sentence("a video")),
    (b"RIFF", Sentence("a video or sound file")),
)
_ISO_VIDEO_BRANDS: Final = (b"isom", b"iso2", b"mp41", b"mp42", b"qt  ", b"M4V ", b"avc1", b"3gp")
_WEB_BEGINNINGS: Final = (b"<!doctype", b"<html", b"<?xml", b"<svg")


def is_photo_name(name: str) -> bool:
    """Tells from its name alone whether photofind looks at a file."""
    return os.path.splitext(name)[1].lower() in PHOTO_SUFFIXES  # noqa: PTH122 (100,000 names)


def split_name(name: str) -> tuple[str, str]:
    """A file's name without its suffix, as it is, and the suffix in lower case."""
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 (100,000 names)
    return stem, suffix.lower()


def part_kind(name: str) -> str:
    """What a file is to the photo it belongs to: "raw", "video" or "picture"."""
    suffix = split_name(name)[1]
    if suffix in RAW_SUFFIXES:
        return "raw"
    return "video" if suffix in VIDEO_SUFFIXES else "picture"


def sniff_format(header: bytes) -> str | None:
    """Recognises a picture by its first bytes.

    Args:
        header: the file's first HEADER_BYTES bytes, fewer if it is shorter.

    Returns:
        Pillow's name of the format ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "HEIF",
        "AVIF"), "JXL" or "RAW", None for anything else. Many RAW formats pass for "TIFF".
    """
    for magic, name in _MAGIC:
        if header.startswith(magic):
            return name
    if header[:4] == b"RIFF" and header[8:12] == b"WEBP":
        return "WEBP"
    if header[4:8] == b"ftyp":
        return _sniff_iso_base_media(header)
    return None


def _sniff_iso_base_media(header: bytes) -> str | None:
    major = header[8:12]
    if major == _CANON_BRAND:
        return "RAW"
    if major in _AVIF_BRANDS:
        return "AVIF"
    if major in _HEIF_BRANDS:
        return "HEIF"
    if major in _CONTAINER_BRANDS:
        box_size = int.from_bytes(header[:4], "big")
        compatible = header[16 : min(box_size, len(header))]
        brands = {compatible[at : at + 4] for at in range(0, len(compatible), 4)}
        return "AVIF" if brands & _AVIF_BRANDS else "HEIF"
    return None


def describe_kind(header: bytes) -> Sentence:
    """Names in words what a file is that `sniff_format` doesn't know, for a message."""
    for magic, kind in _OTHER_KINDS:
        if header.startswith(magic):
            return kind
    if header[4:8] == b"ftyp" and header[8:12].startswith(_ISO_VIDEO_BRANDS):
        return Sentence("a video")
    if header.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_WEB_BEGINNINGS):
        return Sentence("a web page or drawing")
    if not header.strip(b"\x00"):
        return Sentence("a file of zero bytes, as an interrupted copy leaves behind")
    if all(byte in b"\t\r\n\f" or byte >= 0x20 for byte in header) and _is_text(header):
        return Sentence("a text file")
    return Sentence("a file of an unknown kind")


def _is_text(header: bytes) -> bool:
    try:
        header[: HEADER_BYTES - 3].decode("utf-8")
    except UnicodeDecodeError as error:
        # a character may be cut in two at the end
        return error.start >= len(header) - 6
    return True
