"""Values as metadata gives them, made into clean text and plain numbers."""

from __future__ import annotations

import contextlib
import math
from typing import Final

from photofind.media.guard import DECODER_ERRORS

LONGEST_TEXT: Final = 8_000
"""Characters of a description that are kept; a program's settings pasted there are longer."""


def tidy_text(value: object) -> str:
    """A text on one line: zero bytes and what follows them, outer blanks and control characters
    go. Anything but text becomes ""."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    if not isinstance(value, str):
        return ""
    value = value.split("\x00", 1)[0][: 2 * LONGEST_TEXT]
    printable = "".join(c if c.isprintable() else " " for c in value)
    return " ".join(printable.split())[:LONGEST_TEXT]


def exif_text(value: object) -> str:
    """A text of an EXIF tag, tidied.

    The standard has only ASCII, and Pillow reads it as Latin-1; what is UTF-8 in truth is read
    as that.
    """
    if isinstance(value, str):
        with contextlib.suppress(UnicodeError):
            value = value.encode("latin-1").decode("utf-8")
    return tidy_text(value)


def utf16_text(value: object) -> str:
    """A text of Windows' own tags (XPTitle, ...): little-endian UTF-16."""
    if isinstance(value, tuple) and all(isinstance(each, int) for each in value):
        value = bytes(each & 0xFF for each in value)
    if not isinstance(value, bytes):
        return ""
    return tidy_text(value.decode("utf-16-le", errors="replace"))


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
