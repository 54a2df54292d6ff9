"""Finds where the properties of an XMP packet stand, as byte positions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from photofind.media.metadata.xmp import LARGEST_XMP

if TYPE_CHECKING:
    from collections.abc import Mapping

DC: Final = "http://purl.org/dc/elements/1.1/"
XMP: Final = "http://ns.adobe.com/xap/1.0/"
DIGIKAM: Final = "http://www.digikam.org/ns/1.0/"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_MOST_ELEMENTS: Final = 200_000
_DEEPEST: Final = 100
_ATTRIBUTE = re.compile(rb"""\s([^\s=<>"'/]+)\s*=\s*("[^"]*"|'[^']*')""")


@dataclass(slots=True)
class _Element:
    """A tag and its content.

    Attributes:
        name: as it stands there, with its prefix.
        start: of the start tag.
        tag_end: behind the start tag.
        close_start: of the end tag; equal to `tag_end` where there is none (<a/>).
        end: behind the end tag.
        prefixes: URIs by prefix, as far as they are known inside.
    """

    name: str
    start: int
    tag_end: int
    prefixes: Mapping[str, str]
    is_empty_tag: bool
    close_start: int = 0
    end: int = 0
    text: str = ""

    def prefix_of(self, uri: str) -> str | None:
        """A prefix that means this namespace here; None when there is none."""
        return next((prefix for prefix, known in self.prefixes.items() if known == uri), None)


@dataclass(slots=True)
class Description(_Element):
    """An rdf:Description directly below rdf:RDF.

    Attributes:
        attributes: (URI, name, start and end of the value between its quotation marks).
    """

    attributes: list[tuple[str, str, int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Item(_Element):
    """An rdf:li of an array.

    Attributes:
        language: xml:lang, "" for none.
        indent: the white space before it.
    """

    language: str = ""
    indent: bytes = b""


@dataclass(slots=True)
class Property(_Element):
    """A property as an element, with the items of its array if it is one.

    Attributes:
        rdf: the prefix of RDF inside.
    """

    uri: str = ""
    local: str = ""
    rdf: str = "rdf"
    items: list[Item] = field(default_factory=list)


@dataclass(slots=True)
class Places:
    """What was found; at least one description."""

    descriptions: list[Description] = field(default_factory=list)
    properties: list[Property] = field(default_factory=list)

    def properties_of(self, uri: str, local: str) -> list[Property]:
        """The elements of one property."""
        return [each for each in self.properties if (each.uri, each.local) == (uri, local)]

    def attributes_of(self, uri: str, local: str) -> list[tuple[int, int]]:
        """Where the values of one property stand that is written as an attribute."""
        return [
            (start, end)
            for description in self.descriptions
            for found_uri, found_local, start, end in description.attributes
            if (found_uri, found_local) == (uri, local)
        ]


def find_places(packet: bytes) -> Places:
    """Finds descriptions and their properties.

    Args:
        packet: UTF-8, whatever it says about its encoding.

    Raises:
        ValueError: it is no XMP, isn't well-formed, is too large, or has a document type.
    """
    if len(packet) > LARGEST_XMP:
        raise ValueError("larger than an XMP packet may be")
    finder = _Finder(packet)
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    # As in `xmp`: no document type, and so no entities, and nothing from outside.
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = lambda name, attributes: finder.start(
        name, attributes, parser.CurrentByteIndex
    )
    parser.EndElementHandler = lambda name: finder.end(name, parser.CurrentByteIndex)
    parser.CharacterDataHandler = finder.text
    try:
        parser.Parse(packet, True)
    except expat.ExpatError as error:
        raise ValueError(f"not well-formed: {error}") from error
    if not finder.places.descriptions:
        raise ValueError("no XMP: it has no rdf:Description")
    return finder.places


def _refuse_doctype(*_: object) -> None:
    raise ValueError("it has a document type")


class _Finder:
    """Follows the parser; the depth below rdf:RDF says what an element is."""

    def __init__(self, packet: bytes) -> None:
        self.places = Places()
        self._packet = packet
        self._prefixes: list[dict[str, str]] = [{"xml": "http://www.w3.org/XML/1998/namespace"}]
        self._open: list[_Element | None] = []
        self._home: int | None = None
        self._elements_left = _MOST_ELEMENTS

    def start(self, name: str, attributes: Mapping[str, str], position: int) -> None:
        self._elements_left -= 1
        if self._elements_left < 0 or len(self._open) >= _DEEPEST:
            raise ValueError("too many elements")
        prefixes = dict(self._prefixes[-1])
        for key, value in attributes.items():
            if key == "xmlns" or key.startswith("xmlns:"):
                prefixes[key.partition(":")[2]] = value
        self._prefixes.append(prefixes)
        uri, local = _resolve(name, prefixes)
        element: _Element | None = None
        if self._home is None:
            if (uri, local) == (RDF, "RDF"):
                self._home = len(self._open)
        else:
            element = self._take(name, uri, local, attributes, position)
        self._open.append(element)

    def _take(
        self, name: str, uri: str, local: str, attributes: Mapping[str, str], position: int
    ) -> _Element | None:
        assert self._home is not None
        prefixes = self._prefixes[-1]
        tag_end = _tag_end(self._packet, position)
        empty = self._packet[tag_end - 2 : tag_end] == b"/>"
        depth = len(self._open) - self._home
        if depth == 1 and (uri, local) == (RDF, "Description"):
            description = Description(name, position, tag_end, prefixes, empty)
            description.attributes = _attributes(self._packet, position, tag_end, prefixes)
            self.places.descriptions.append(description)
            return description
        if depth == 2:
            prop = Property(name, position, tag_end, prefixes, empty)
            prop.uri, prop.local = uri, local
            prop.rdf = next((p for p, u in prefixes.items() if u == RDF), "rdf")
            self.places.properties.append(prop)
            return prop
        if depth == 4 and (uri, local) == (RDF, "li"):
            owner = self._open[-2]
            if isinstance(owner, Property):
                item = Item(name, position, tag_end, prefixes, empty)
                item.language = attributes.get("xml:lang", "")
                before = self._packet[:position]
                item.indent = before[len(before.rstrip()) :]
                owner.items.append(item)
                return item
        return None

    def end(self, _name: str, position: int) -> None:
        element = self._open.pop()
        self._prefixes.pop()
        if element is not None:
            if element.is_empty_tag:
                element.close_start = element.end = element.tag_end
            else:
                element.close_start = position
                element.end = self._packet.index(b">", position) + 1
        if self._home is not None and len(self._open) == self._home:
            self._home = None

    def text(self, text: str) -> None:
        if self._open and (element := self._open[-1]) is not None:
            element.text += text


def _resolve(name: str, prefixes: Mapping[str, str]) -> tuple[str, str]:
    prefix, colon, local = name.partition(":")
    return (prefixes.get(prefix, ""), local) if colon else (prefixes.get("", ""), name)


def _tag_end(packet: bytes, start: int) -> int:
    """Behind the > of a start tag; one inside a value doesn't count."""
    position, quote = start, 0
    while True:
        byte = packet[position]
        if quote:
            quote = 0 if byte == quote else quote
        elif byte in b"\"'":
            quote = byte
        elif byte == ord(">"):
            return position + 1
        position += 1


def _attributes(
    packet: bytes, start: int, end: int, prefixes: Mapping[str, str]
) -> list[tuple[str, str, int, int]]:
    found = []
    for match in _ATTRIBUTE.finditer(packet, start, end):
        if b":" not in match[1]:
            continue  # the default namespace is not that of attributes
        uri, local = _resolve(match[1].decode(), prefixes)
        found.append((uri, local, match.start(2) + 1, match.end(2) - 1))
    return found
