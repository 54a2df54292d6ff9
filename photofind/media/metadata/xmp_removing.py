"""Where a text stands in an XMP packet that is to go, so that nothing else goes with it."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, TypeAlias

from photofind.media.metadata.xmp_places import DC, find_places

if TYPE_CHECKING:
    from photofind.media.metadata.xmp_places import Property

Span: TypeAlias = tuple[int, int]
"""Byte positions: first, last + 1."""

_NAME_BEFORE = re.compile(rb"""\s+[^\s=<>"'/]+\s*=\s*["']\Z""")


def find_text(packet: bytes, name: str, value: str) -> list[Span]:
    """What to cut so that a property of Dublin Core does not say a text in its default language.

    Other languages and other texts stay. The property itself goes if nothing is left in it.

    Args:
        packet: UTF-8.

    Raises:
        ValueError: as for `find_places`.
    """
    places = find_places(packet)
    wanted = value.strip()
    spans = [
        _with_name(packet, start, end)
        for start, end in places.attributes_of(DC, name)
        if unescape(packet[start:end].decode()).strip() == wanted
    ]
    for found in places.properties_of(DC, name):
        spans += _in_property(packet, found, wanted)
    return spans


def whole_property(packet: bytes, found: Property) -> Span:
    """An element with the white space that leads to it."""
    return len(packet[: found.start].rstrip()), found.end


def _in_property(packet: bytes, found: Property, wanted: str) -> list[Span]:
    if not found.items:
        return [whole_property(packet, found)] if found.text.strip() == wanted else []
    ours = [
        item
        for item in found.items
        if item.language.lower() == "x-default" and item.text.strip() == wanted
    ]
    if len(ours) == len(found.items):
        return [whole_property(packet, found)]
    return [(item.start - len(item.indent), item.end) for item in ours]


def _with_name(packet: bytes, start: int, end: int) -> Span:
    """An attribute, of which only the place of its value is known."""
    before = _NAME_BEFORE.search(packet, max(0, start - 1000), start)
    assert before is not None
    return before.start(), end + 1
