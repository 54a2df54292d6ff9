"""Changes single properties of an XMP packet and leaves every other byte as it is.

Other programs keep things in sidecars that nobody else understands (develop settings, histories),
in an order and a layout of their own. So nothing is parsed and written anew: the places of the
properties are found, and only these are replaced.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from photofind.media.metadata.xmp_places import (
    DC,
    DIGIKAM,
    RDF,
    XMP,
    Description,
    Item,
    Property,
    find_places,
)
from photofind.media.metadata.xmp_removing import find_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_TEMPLATE: Final = b"""<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/">
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""
"""An empty packet; its identifier is fixed by the XMP specification, part 1, section 7.3.2."""

_PREFIXES: Final = {DC: "dc", XMP: "xmp", DIGIKAM: "digiKam"}


@dataclass(frozen=True, slots=True)
class XmpChange:
    """What a packet is to say; None and () leave what it says.

    Attributes:
        title, description: dc:title and dc:description, in the default language; "" empties them
            where there are any.
        rating: xmp:Rating, -1 (rejected) to 5.
        pick_label: digiKam:PickLabel, 0 none, 1 rejected, 2 pending, 3 accepted (exiv2's list of
            XMP properties).
        add_keywords, remove_keywords: of dc:subject, compared without case.
        remove_description: goes if it still says this.
    """

    title: str | None = None
    description: str | None = None
    rating: int | None = None
    pick_label: int | None = None
    add_keywords: tuple[str, ...] = ()
    remove_keywords: tuple[str, ...] = ()
    remove_description: str | None = None

    @property
    def only_removes(self) -> bool:
        """Whether it has nothing to say where there is nothing yet."""
        added = (self.title or None, self.description or None, self.rating, self.pick_label)
        return all(each is None for each in added) and not self.add_keywords


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    text: bytes


def new_xmp(change: XmpChange) -> bytes:
    """A packet that says this and nothing else."""
    return edit_xmp(_TEMPLATE, change)


def edit_xmp(packet: bytes, change: XmpChange) -> bytes:
    """A packet with some properties changed; the same bytes when it says all that already.

    Raises:
        ValueError: it is no XMP, isn't well-formed, is too large, or has a document type.
    """
    encoding = _encoding(packet)
    data = packet.decode(encoding).encode() if encoding != "utf-8" else packet
    for apply in _steps(change):
        # One property a time: the places of the next may be others then.
        edits = apply(data)
        for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
            data = data[: edit.start] + edit.text + data[edit.end :]
    return data.decode().encode(encoding) if encoding != "utf-8" else data


def _encoding(packet: bytes) -> str:
    return "utf-16" if packet.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"


def _steps(change: XmpChange) -> list[Callable[[bytes], list[_Edit]]]:
    steps: list[Callable[[bytes], list[_Edit]]] = []
    if change.title is not None:
        title = change.title
        steps.append(lambda data: _set_text(data, "title", title))
    if change.description is not None:
        description = change.description
        steps.append(lambda data: _set_text(data, "description", description))
    if change.remove_description is not None:
        gone = change.remove_description
        steps.append(
            lambda data: [_Edit(*span, b"") for span in find_text(data, "description", gone)]
        )
    if change.rating is not None:
        rating = str(change.rating)
        steps.append(lambda data: _set_simple(data, XMP, "Rating", rating))
    if change.pick_label is not None:
        label = str(change.pick_label)
        steps.append(lambda data: _set_simple(data, DIGIKAM, "PickLabel", label))
    if change.add_keywords or change.remove_keywords:
        add, remove = change.add_keywords, change.remove_keywords
        steps.append(lambda data: _set_keywords(data, add, remove))
    return steps


def _set_simple(data: bytes, uri: str, name: str, value: str) -> list[_Edit]:
    """A property that is one text."""
    places = find_places(data)
    edits = [
        _Edit(start, end, _attribute(value))
        for start, end in places.attributes_of(uri, name)
        if data[start:end] != _attribute(value)
    ]
    found = places.properties_of(uri, name)
    edits += [_replace_inside(each, _text(value)) for each in found if each.text.strip() != value]
    if edits or found or places.attributes_of(uri, name):
        return edits
    return [_insert(data, places.descriptions[0], uri, name, lambda _prefix: _text(value))]


def _set_text(data: bytes, name: str, value: str) -> list[_Edit]:
    """A property in several languages: the default one is set, the others stay."""
    places = find_places(data)
    spans = places.attributes_of(DC, name)
    edits = [_Edit(start, end, _attribute(value)) for start, end in spans]
    found = places.properties_of(DC, name)
    for each in found:
        edits += _set_default(each, value)
    if spans or found or not value:
        return edits
    return [
        _insert(
            data,
            places.descriptions[0],
            DC,
            name,
            lambda rdf: _wrapped(rdf, "Alt", [_default_item(rdf, value)]),
        )
    ]


def _set_default(found: Property, value: str) -> list[_Edit]:
    default = next((item for item in found.items if item.language.lower() == "x-default"), None)
    if default is not None:
        if default.text.strip() == value:
            return []
        return [_replace_inside(default, _text(value))]
    if found.items:
        first = found.items[0]
        return [_Edit(first.start, first.start, _default_item(found.rdf, value) + first.indent)]
    if found.text.strip():
        return [_replace_inside(found, _text(value))] if found.text.strip() != value else []
    return [_replace_inside(found, _wrapped(found.rdf, "Alt", [_default_item(found.rdf, value)]))]


def _set_keywords(data: bytes, add: Sequence[str], remove: Sequence[str]) -> list[_Edit]:
    places = find_places(data)
    unwanted = {keyword.casefold() for keyword in remove}
    found = next(iter(places.properties_of(DC, "subject")), None)
    known = [] if found is None else list(found.items)
    edits = [
        _Edit(item.start - len(item.indent), item.end, b"")
        for item in known
        if item.text.strip().casefold() in unwanted
    ]
    there = {item.text.strip().casefold() for item in known} - unwanted
    new = [word for word in dict.fromkeys(add) if word.casefold() not in there | unwanted]
    if not new:
        return edits
    if found is None:
        return [
            _insert(
                data,
                places.descriptions[0],
                DC,
                "subject",
                lambda rdf: _wrapped(rdf, "Bag", [_item(rdf, word) for word in new]),
            )
        ]
    if known:
        last = known[-1]
        edits.append(
            _Edit(
                last.end,
                last.end,
                b"".join(last.indent + _item(found.rdf, word) for word in new),
            )
        )
        return edits
    # An empty array, or one text: as an array.
    words = [*([found.text.strip()] if found.text.strip() else []), *new]
    items = [_item(found.rdf, word) for word in words]
    return [_replace_inside(found, _wrapped(found.rdf, "Bag", items))]


def _replace_inside(place: Property | Item, content: bytes) -> _Edit:
    """An element's content; one without any (<a/>) gets an end tag too."""
    if place.is_empty_tag:
        return _Edit(place.tag_end - 2, place.tag_end, b">" + content + _end_tag(place.name))
    return _Edit(place.tag_end, place.close_start, content)


def _insert(
    data: bytes, into: Description, uri: str, name: str, content: Callable[[str], bytes]
) -> _Edit:
    """A new property as the last one of a description."""
    prefix = into.prefix_of(uri)
    declared = b""
    if prefix is None:
        prefix = _PREFIXES[uri]
        declared = f' xmlns:{prefix}="{uri}"'.encode()
    tag = f"{prefix}:{name}" if prefix else name
    rdf = into.prefix_of(RDF) or "rdf"
    element = f"<{tag}".encode() + declared + b">" + content(rdf) + _end_tag(tag)
    indent = _line_indent(data, into.start)
    if into.is_empty_tag:
        inside = indent + b" " + element + indent
        return _Edit(into.tag_end - 2, into.tag_end, b">" + inside + _end_tag(into.name))
    # Before the white space that leads to the end tag.
    end = len(data[: into.close_start].rstrip())
    return _Edit(end, end, indent + b" " + element)


def _line_indent(data: bytes, position: int) -> bytes:
    """The line break and the spaces before a tag that begins a line; else a line break."""
    begin = data.rfind(b"\n", 0, position) + 1
    spaces = data[begin:position]
    return b"\n" + (spaces if not spaces.strip() else b"")


def _wrapped(rdf: str, array: str, items: Sequence[bytes]) -> bytes:
    name = f"{rdf}:{array}"
    return f"<{name}>".encode() + b"".join(items) + _end_tag(name)


def _default_item(rdf: str, value: str) -> bytes:
    return f'<{rdf}:li xml:lang="x-default">'.encode() + _text(value) + _end_tag(f"{rdf}:li")


def _item(rdf: str, value: str) -> bytes:
    return f"<{rdf}:li>".encode() + _text(value) + _end_tag(f"{rdf}:li")


def _end_tag(name: str) -> bytes:
    return f"</{name}>".encode()


def _text(value: str) -> bytes:
    return escape(value).encode()


def _attribute(value: str) -> bytes:
    return escape(value, {'"': "&quot;", "'": "&apos;", "\n": "&#10;", "\t": "&#9;"}).encode()
