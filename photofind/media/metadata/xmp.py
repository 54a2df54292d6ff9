"""XMP packets: XML from strangers, read with a limit on everything.

No document type, no entities, nothing from outside (defusedxml); at most 4 MB.
"""

from __future__ import annotations

import codecs
import logging
import re
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

if TYPE_CHECKING:
    from collections.abc import Mapping

logger = logging.getLogger(__name__)

LARGEST_XMP: Final = 4 << 20
"""Bytes. Real packets have 2 to 100 kB; editors' histories go up to a few megabytes."""

_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_XML_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_MOST_ELEMENTS: Final = 200_000
_DEEPEST: Final = 100
_MOST_VALUES: Final = 1_000
_MOST_PROPERTIES: Final = 10_000
_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

XmpProperties = dict[str, list[str]]
"""Values by "{namespace}name": one of a simple property, the items of an array; of alternative
languages the default one first. Structures are left out."""


_WINDOWS_1252: Final = "photofind.windows-1252"


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return stray.decode("cp1252", errors="replace"), error.end


codecs.register_error(_WINDOWS_1252, _as_windows_1252)


class _TooMuchError(ValueError):
    pass


def parse_xmp(data: bytes) -> XmpProperties | None:
    """Reads the top-level properties of a packet.

    Bytes that are no UTF-8 are read as Windows-1252, which programs paste into it; UTF-16 is known
    by its mark.

    Returns:
        None for what is no XMP, is too large, or has a document type or entities.
    """
    is_utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    packet = data if is_utf16 else data.strip(b"\x00")
    if not packet or len(packet) > LARGEST_XMP:
        return None
    try:
        properties = _parse(packet)
        if properties is None and not is_utf16:
            text = packet.decode("utf-8", errors=_WINDOWS_1252)
            properties = _parse(_NOT_IN_XML.sub(" ", text))
    except (DefusedXmlException, _TooMuchError) as error:
        logger.debug("XMP refused: %r", error)
        return None
    return properties


def _parse(packet: bytes | str) -> XmpProperties | None:
    """None when it isn't well-formed up to the end of the properties."""
    collector = _Collector()
    parser = DefusedXMLParser(
        target=collector, forbid_dtd=True, forbid_entities=True, forbid_external=True
    )
    try:
        parser.feed(packet)
        parser.close()
    except (ParseError, LookupError, ValueError) as error:
        if isinstance(error, DefusedXmlException | _TooMuchError):
            raise
        logger.debug("XMP is not well-formed: %r", error)
    return collector.properties if collector.is_complete else None


class _Collector:
    """Gets the parser's events and keeps no tree.

    The shape is rdf:RDF > rdf:Description > property > (array > rdf:li): a property's value is an
    attribute of the description, the property's text, or the texts of the items.
    """

    def __init__(self) -> None:
        self.properties: XmpProperties = {}
        self.is_complete = False
        self._elements_left = _MOST_ELEMENTS
        self._path: list[str] = []
        self._home: int | None = None
        """How deep the descriptions' parent lies."""
        self._items: list[str] = []
        self._default_item: str | None = None
        self._language = ""
        self._text: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._elements_left -= 1
        if self._elements_left < 0 or len(self._path) >= _DEEPEST:
            raise _TooMuchError
        self._path.append(tag)
        if self._home is None:
            if tag == f"{_RDF}RDF":
                self._home = len(self._path)
            return
        match len(self._path) - self._home:
            case 1:
                self._take_attributes(attributes)
            case 2:
                self._begin_property(attributes)
            case 4:
                self._text = []
                self._language = attributes.get(_XML_LANGUAGE, "")
            case _:
                pass

    def data(self, text: str) -> None:
        if self._home is not None:
            self._text.append(text)

    def end(self, tag: str) -> None:
        depth = None if self._home is None else len(self._path) - self._home
        self._path.pop()
        if depth == 0:
            self._home, self.is_complete = None, True
        elif depth == 2:
            self._end_property(tag)
        elif depth == 4 and tag == f"{_RDF}li" and len(self._items) < _MOST_VALUES:
            item = "".join(self._text).strip()
            if self._language.lower() == "x-default" and self._default_item is None:
                self._default_item = item
            else:
                self._items.append(item)

    def close(self) -> None:
        """Asked for by the parser; everything is collected by then."""

    def _take_attributes(self, attributes: Mapping[str, str]) -> None:
        for name, value in attributes.items():
            if not name.startswith((_RDF, _XML_LANGUAGE)):
                self._keep(name, [value.strip()])

    def _begin_property(self, attributes: Mapping[str, str]) -> None:
        self._text, self._items, self._default_item = [], [], None
        resource = attributes.get(f"{_RDF}resource")
        if resource is not None:
            self._items.append(resource)

    def _end_property(self, name: str) -> None:
        values = self._items
        if self._default_item is not None:
            values = [self._default_item, *values]
        self._keep(name, values or ["".join(self._text).strip()])

    def _keep(self, name: str, values: list[str]) -> None:
        values = [value for value in values if value]
        if values and len(self.properties) < _MOST_PROPERTIES:
            self.properties.setdefault(name, values)
