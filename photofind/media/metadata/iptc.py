"""IPTC-IIM: what press agencies and older photo managers write (IIM 4.2)."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from photofind.domain import Annotations, TakenSource
from photofind.media.metadata.dates import DateCandidate, parse_date
from photofind.media.metadata.values import tidy_text, without_repeats

if TYPE_CHECKING:
    from collections.abc import Mapping

IPTC_RESOURCE: Final = 0x0404
DIGEST_RESOURCE: Final = 0x0425
"""Photoshop image resources: the IIM block, and the MD5 it had when XMP was last brought in line
with it."""

_MARKER: Final = 0x1C
_CHARACTER_SET: Final = (1, 90)
_UTF8_ESCAPE: Final = b"\x1b%G"
_TITLE, _KEYWORD, _DATE, _TIME, _HEADLINE, _CAPTION = (
    (2, 5), (2, 25), (2, 55), (2, 60), (2, 105), (2, 120)
)  # fmt: skip
_LOCATION: Final = ((2, 92), (2, 90), (2, 95), (2, 101))
"""Sublocation, city, state, country."""
_MOST_DATASETS: Final = 5_000
_LARGEST_DATASET: Final = 1 << 20
_DATE_TEXT = re.compile(r"(\d{4})(\d\d)?(\d\d)?$")
"""What is not known is zero (IIM 4.2, 2:55)."""
_TIME_TEXT = re.compile(r"(\d\d)(\d\d)(\d\d)([+-]\d{4})?$")


@dataclass(frozen=True, slots=True)
class IptcFacts:
    """What an IIM block says.

    Attributes:
        is_newer: it was changed by a program that left XMP as it was.
    """

    annotations: Annotations = field(default_factory=Annotations)
    date: DateCandidate | None = None
    is_newer: bool = False


def read_iptc(data: bytes, digest: bytes = b"") -> IptcFacts:
    """Reads an IIM block. What is damaged is absent; nothing is raised.

    Args:
        data: the datasets one after another.
        digest: of the DIGEST_RESOURCE, b"" when there is none.
    """
    datasets = _split(data)
    declared = datasets.get(_CHARACTER_SET, [b""])[0] == _UTF8_ESCAPE
    texts = {
        number: [_decode(value, declared_utf8=declared) for value in values]
        for number, values in datasets.items()
    }

    def first(number: tuple[int, int]) -> str:
        return texts.get(number, [""])[0]

    return IptcFacts(
        Annotations(
            title=first(_TITLE) or first(_HEADLINE) or None,
            description=first(_CAPTION) or None,
            keywords=without_repeats(texts.get(_KEYWORD, [])),
            location=without_repeats([first(number) for number in _LOCATION]),
        ),
        _find_date(first(_DATE), first(_TIME)),
        is_newer=len(digest) == 16 and any(digest) and _md5(data) != digest,
    )


def _split(data: bytes) -> Mapping[tuple[int, int], list[bytes]]:
    datasets: defaultdict[tuple[int, int], list[bytes]] = defaultdict(list)
    at = 0
    for _ in range(_MOST_DATASETS):
        head = data[at : at + 5]
        if len(head) < 5 or head[0] != _MARKER:
            break
        size, at = int.from_bytes(head[3:5], "big"), at + 5
        if size & 0x8000:  # an extended dataset: that many bytes of length follow
            width = size & 0x7FFF
            size, at = int.from_bytes(data[at : at + min(width, 8)], "big"), at + width
        if size > min(_LARGEST_DATASET, len(data) - at):
            break
        datasets[head[1], head[2]].append(data[at : at + size])
        at += size
    return datasets


def _decode(value: bytes, *, declared_utf8: bool) -> str:
    """Many programs write UTF-8 without saying so."""
    return tidy_text(value.decode("utf-8", errors="replace") if declared_utf8 else value)


def _find_date(date: str, time: str) -> DateCandidate | None:
    day, clock = _DATE_TEXT.match(date), _TIME_TEXT.match(time)
    if day is None:
        return None
    text = "-".join(part for part in day.groups() if part)
    if clock is not None:
        text += " {}:{}:{}".format(*clock.group(1, 2, 3)) + (clock.group(4) or "")
    parsed = parse_date(text)
    if parsed is None:
        return None
    return DateCandidate(TakenSource.IPTC, *parsed)


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()
