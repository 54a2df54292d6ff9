"""Values as metadata gives them, made into clean text and plain numbers."""

from __future__ import annotations

import contextlib
import math
from typing import Final

from photofind.media.decoder_errors import DECODER_ERRORS

LONGEST_TEXT: Final = 8_000
"""Characters of a description that are kept; a program's settings pasted there are longer."""


def tidy_text(value: object) -> str:
    """A text on one line: zero bytes and what follows them, outer blanks and control characters
    go. Bytes are read as `decode_text` does; anything but text becomes ""."""
    if isinstance(value, bytes):
        value = decode_text(value.split(b"\x00", 1)[0])
    if not isinstance(value, str):
        return ""
    value = value.split("\x00", 1)[0][: 2 * LONGEST_TEXT]
    printable = "".join(c if c.isprintable() else " " for c in value)
    return " ".join(printable.split())[:LONGEST_TEXT]


def decode_text(data: bytes) -> str:
    """Text whose encoding nobody declared: UTF-8 if it is valid as such, else Windows-1252.

    UTF-8 that a field's limit cut off in the middle of its last character is still UTF-8. The
    five bytes that Windows-1252 leaves undefined become U+FFFD, so that a reader sees where
    something stood.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        cut_off = error.reason == "unexpected end of data" and not data[: error.start].isascii()
    return data.decode("utf-8" if cut_off else "cp1252", errors="replace")


def exif_text(value: object) -> str:
    """A text of an EXIF tag, tidied.

    The standard knows only ASCII, and Pillow reads it as Latin-1, byte by byte; what programs
    write there in truth is read by `decode_text`.
    """
    if isinstance(value, str):
        with contextlib.suppress(UnicodeEncodeError):
            value = value.encode("latin-1")
    return tidy_text(value)


def utf16_text(value: object) -> str:
    """A text of Windows' own tags (XPTitle, ...): little-endian UTF-16."""
    if isinstance(value, tuple) and all(isinstance(each, int) for each in value):
        value = bytes(each & 0xFF for each in value)
    if not isinstance(value, bytes):
        return ""
    return tidy_text(value.decode("utf-16-le", errors="replace"))


def user_comment(value: object) -> str:
    """EXIF's UserComment: eight bytes that name the encoding, then the text (CIPA DC-008, 4.6.5).

    The standard leaves open which byte of UTF-16 comes first; a text whose characters come from
    few alphabets is the one that was meant.
    """
    if isinstance(value, str):
        return exif_text(value)
    if not isinstance(value, bytes):
        return ""
    name, data = value[:8].rstrip(b"\x00 ").upper(), value[8:]
    if name == b"UNICODE":
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return tidy_text(data.decode("utf-16", errors="replace"))
        readings = [data.decode(name, errors="replace") for name in ("utf-16-le", "utf-16-be")]
        return tidy_text(min(readings, key=lambda text: len({ord(each) >> 8 for each in text})))
    if name == b"JIS":
        return tidy_text(data.decode("iso2022_jp", errors="replace"))
    return tidy_text(data.lstrip(b"\x00")) if name in {b"ASCII", b""} else tidy_text(value)


def to_number(value: object) -> float | None:
    """A finite number: an int, a float, a rational, or a text such as "1/250" or "2.8"."""
    if isinstance(value, tuple | list):
        value = value[0] if value else None
    if isinstance(value, str):
        numerator, _, denominator = value.partition("/")
        try:
            number = float(numerator) / float(denominator or 1)
        except (ValueError, ArithmeticError):
            return None
    else:
        try:
            number = float(value)  # type: ignore[arg-type]  # a rational, or the error
        except DECODER_ERRORS:  # not a number, a zero denominator
            return None
    return number if math.isfinite(number) else None


def within(value: object, low: float, high: float) -> float | None:
    """A number between the two, both included; None for any other."""
    number = to_number(value)
    return number if number is not None and low <= number <= high else None


def without_repeats(texts: list[str]) -> tuple[str, ...]:
    """The texts in their order; of those that differ in case alone the first. No empty ones."""
    seen: dict[str, str] = {}
    for text in texts:
        if text:
            seen.setdefault(text.casefold(), text)
    return tuple(seen.values())
