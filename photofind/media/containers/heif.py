"""HEIF and AVIF: items, what they refer to and where they lie (ISO/IEC 23008-12 and 14496-12)."""

from __future__ import annotations

import io
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final

from photofind.media.containers.boxes import BoxReader, list_boxes, read_box, split_boxes
from photofind.media.containers.reading import (
    BLOCK_BYTES,
    MOST_PARTS,
    Metadata,
    OddFileError,
    feed_exactly,
    seek_to,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_IN_FILE, _IN_IDAT = 0, 1
"""Where an item's extents count from (`construction_method`, 14496-12, 8.11.3)."""

_PICTURE_PROPERTIES: Final = frozenset(
    {
        b"ispe", b"pixi", b"colr", b"pasp", b"clap", b"irot", b"imir", b"rloc", b"lsel", b"auxC",
        b"hvcC", b"lhvC", b"avcC", b"vvcC", b"av1C", b"jpgC", b"j2kH", b"a1op", b"a1lx",
        b"clli", b"mdcv", b"cclv", b"amve",
    }
)  # fmt: skip
"""Properties that change what is seen; others name, describe and date an item."""

_FULL_HEAD_BYTES: Final = 4
"""Version and flags, at the beginning of a "full box"."""

_DEEPEST: Final = 8
"""A crop of an overlay of grids is three deep."""

_ALPHA_KINDS: Final = (
    b"urn:mpeg:hevc:2015:auxid:1\x00",
    b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\x00",
)
"""Auxiliary pictures that make the main one transparent; the others are depth maps, gain maps
for HDR screens and the like, which photofind doesn't show."""


@dataclass(slots=True)
class _Item:
    kind: bytes = b""
    method: int = _IN_FILE
    extents: list[tuple[int, int]] = field(default_factory=list)
    properties: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Meta:
    primary: int | None = None
    items: defaultdict[int, _Item] = field(default_factory=lambda: defaultdict(_Item))
    references: defaultdict[tuple[bytes, int], list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )
    properties: list[tuple[bytes, memoryview]] = field(default_factory=list)
    idat: memoryview = field(default_factory=lambda: memoryview(b""))


def feed_picture(file: BinaryIO, feed: Callable[[bytes], object]) -> Metadata:
    """Hands on what the primary picture consists of: its properties (decoder configuration,
    colour, rotation, mirroring, crop), its coded data, the tiles it is put together from and its
    alpha. Where in the file they lie doesn't matter. EXIF and XMP, thumbnails, depth and gain
    maps are left out.

    Returns:
        Nothing: in these formats EXIF has no say in which way is up.

    Raises:
        OddFileError: not a whole HEIF, or one that holds its pictures as a film.
    """
    meta = None
    for box in list_boxes(file):
        if box.kind == b"moov":
            raise OddFileError("a film")
        if box.kind == b"meta" and meta is None:
            meta = _read_meta(read_box(file, box))
    if meta is None or meta.primary is None:
        raise OddFileError("no primary picture")
    _Feeder(file, meta, feed).feed_primary(meta.primary)
    return Metadata()


class _Feeder:
    def __init__(self, file: BinaryIO, meta: _Meta, feed: Callable[[bytes], object]) -> None:
        self._file = file
        self._meta = meta
        self._feed = feed
        self._items_left = MOST_PARTS
        self._file_bytes = file.seek(0, io.SEEK_END)
        self._bytes_left = 2 * self._file_bytes + BLOCK_BYTES
        self._open: set[int] = set()

    def feed_primary(self, number: int) -> None:
        self._feed_item(number)
        for (kind, origin), targets in self._meta.references.items():
            if kind == b"auxl" and number in targets and self._is_alpha(origin):
                self._feed(b"alpha")
                self._feed_item(origin)

    def _feed_item(self, number: int) -> None:
        self._items_left -= 1
        item = self._meta.items.get(number)
        if item is None or number in self._open or self._items_left < 0:
            raise OddFileError("pictures that refer to nothing, or in a circle")
        if len(self._open) > _DEEPEST:
            raise OddFileError("pictures derived from pictures without end")
        self._open.add(number)
        self._feed(item.kind)
        for kind, contents in self._properties(item):
            if kind in _PICTURE_PROPERTIES:
                self._feed(kind + bytes(contents))
        for start, length in item.extents:
            self._feed_extent(item.method, start, length)
        for part in self._meta.references.get((b"dimg", number), ()):
            self._feed_item(part)
        self._open.remove(number)

    def _is_alpha(self, number: int) -> bool:
        item = self._meta.items.get(number)
        return item is not None and any(
            kind == b"auxC" and bytes(contents[_FULL_HEAD_BYTES:]).startswith(_ALPHA_KINDS)
            for kind, contents in self._properties(item)
        )

    def _properties(self, item: _Item) -> list[tuple[bytes, memoryview]]:
        try:
            return [self._meta.properties[index - 1] for index in item.properties if index]
        except IndexError as error:
            raise OddFileError("a property that isn't there") from error

    def _feed_extent(self, method: int, start: int, length: int) -> None:
        if method == _IN_IDAT:
            reader = BoxReader(self._meta.idat[start:])
            self._feed(bytes(reader.take(length) if length else reader.rest()))
            return
        if method != _IN_FILE:
            raise OddFileError("an item within an item")
        size = length or self._file_bytes - start  # no length: up to the end of the file
        self._bytes_left -= size
        if self._bytes_left < 0:
            raise OddFileError("pictures that overlap")
        seek_to(self._file, start)
        feed_exactly(self._file, size, self._feed)


def _read_meta(data: memoryview) -> _Meta:
    meta = _Meta()
    reader = BoxReader(data)
    reader.version_and_flags()
    for kind, contents in split_boxes(reader.rest()):
        if kind == b"pitm":
            meta.primary = _read_primary(BoxReader(contents))
        elif kind == b"iinf":
            _read_kinds(BoxReader(contents), meta)
        elif kind == b"iref":
            _read_references(BoxReader(contents), meta)
        elif kind == b"iprp":
            _read_properties(contents, meta)
        elif kind == b"iloc":
            _read_places(BoxReader(contents), meta)
        elif kind == b"idat":
            meta.idat = contents
    return meta


def _read_primary(reader: BoxReader) -> int:
    version, _ = reader.version_and_flags()
    return reader.number(4 if version else 2)


def _read_kinds(reader: BoxReader, meta: _Meta) -> None:
    version, _ = reader.version_and_flags()
    reader.number(4 if version else 2)
    for kind, contents in split_boxes(reader.rest()):
        if kind != b"infe":
            continue
        entry = BoxReader(contents)
        version, _ = entry.version_and_flags()
        if version < 2:
            raise OddFileError("items of no kind")
        number = entry.number(4 if version > 2 else 2)
        entry.number(2)
        meta.items[number].kind = bytes(entry.take(4))


def _read_references(reader: BoxReader, meta: _Meta) -> None:
    version, _ = reader.version_and_flags()
    width = 4 if version else 2
    for kind, contents in split_boxes(reader.rest()):
        entry = BoxReader(contents)
        origin = entry.number(width)
        meta.references[kind, origin] += [entry.number(width) for _ in range(entry.number(2))]


def _read_properties(data: memoryview, meta: _Meta) -> None:
    for kind, contents in split_boxes(data):
        if kind == b"ipco":
            meta.properties = list(split_boxes(contents))
        elif kind == b"ipma":
            reader = BoxReader(contents)
            version, flags = reader.version_and_flags()
            for _ in range(reader.number(4)):
                item = meta.items[reader.number(4 if version else 2)]
                for _ in range(reader.number(1)):
                    # the top bit says that a reader must know the property
                    index = reader.number(2) & 0x7FFF if flags & 1 else reader.number(1) & 0x7F
                    item.properties.append(index)


def _read_places(reader: BoxReader, meta: _Meta) -> None:
    version, _ = reader.version_and_flags()
    offset_size, length_size = divmod(reader.number(1), 16)
    base_size, index_size = divmod(reader.number(1), 16)
    number_size = 4 if version == 2 else 2
    extents_left = MOST_PARTS
    for _ in range(reader.number(number_size)):
        item = meta.items[reader.number(number_size)]
        item.method = reader.number(2) & 0xF if version else _IN_FILE
        if reader.number(2):
            raise OddFileError("data in another file")
        base = reader.number(base_size)
        count = reader.number(2)
        extents_left -= count
        if extents_left < 0:
            raise OddFileError("too many extents")
        for _ in range(count):
            if version:
                reader.number(index_size)
            start = base + reader.number(offset_size)
            item.extents.append((start, reader.number(length_size)))
