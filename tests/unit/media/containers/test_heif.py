"""Items of a HEIF put together by hand: what counts, and what leads nowhere."""

from __future__ import annotations

import io

import pytest

from photofind.media.containers import heif
from photofind.media.containers.reading import OddFileError

_PIXELS = b"coded pixels"


def _box(kind: bytes, *contents: bytes) -> bytes:
    body = b"".join(contents)
    return (len(body) + 8).to_bytes(4, "big") + kind + body


def _full(kind: bytes, version: int, *contents: bytes) -> bytes:
    return _box(kind, bytes((version, 0, 0, 0)), *contents)


def _n(value: int, size: int = 2) -> bytes:
    return value.to_bytes(size, "big")


def _item(number: int, kind: bytes) -> bytes:
    return _full(b"infe", 2, _n(number), _n(0), kind, b"\x00")


def _place(number: int, start: int, length: int, method: int = 1) -> bytes:
    return _n(number) + _n(method) + _n(0) + _n(1) + _n(start, 4) + _n(length, 4)


def _file(
    items: tuple[bytes, ...] = (_item(1, b"hvc1"),),
    references: tuple[bytes, ...] = (),
    properties: tuple[bytes, ...] = (),
    associations: tuple[tuple[int, bytes], ...] = (),
    places: tuple[bytes, ...] = (_place(1, 0, len(_PIXELS)),),
    more: bytes = b"",
) -> bytes:
    linked = b"".join(_n(number) + bytes((len(each),)) + each for number, each in associations)
    return (
        _box(b"ftyp", b"heic\x00\x00\x00\x00")
        + more
        + _full(
            b"meta",
            0,
            _full(b"pitm", 0, _n(1)),
            _full(b"iinf", 0, _n(len(items)), *items),
            _full(b"iref", 0, *references),
            _box(
                b"iprp",
                _box(b"ipco", *properties),
                _full(b"ipma", 0, _n(len(associations), 4), linked),
            ),
            _full(b"iloc", 1, b"\x44\x00", _n(len(places)), *places),
            _box(b"idat", _PIXELS, b"exif or something"),
        )
    )


def _fed(data: bytes) -> bytes:
    parts: list[bytes] = []
    heif.feed_picture(io.BytesIO(data), parts.append)
    return b"".join(parts)


def test_an_item_and_its_pixels() -> None:
    assert _fed(_file()) == b"hvc1" + _PIXELS


def test_properties_that_show_and_properties_that_tell() -> None:
    turned, named = _box(b"irot", b"\x01"), _full(b"udes", 0, b"de\x00Strand\x00\x00")
    fed = _fed(_file(properties=(turned, named), associations=((1, b"\x81\x02"),)))
    assert fed == b"hvc1" + b"irot\x01" + _PIXELS


def test_tiles_count_and_thumbnails_do_not() -> None:
    fed = _fed(
        _file(
            items=(_item(1, b"grid"), _item(2, b"hvc1"), _item(3, b"hvc1"), _item(4, b"Exif")),
            references=(
                _box(b"dimg", _n(1), _n(2), _n(2), _n(2)),
                _box(b"thmb", _n(3), _n(1), _n(1)),
                _box(b"cdsc", _n(4), _n(1), _n(1)),
            ),
            places=(_place(2, 0, 5), _place(3, 6, 6), _place(4, 12, 4)),
        )
    )
    assert fed == b"grid" + 2 * (b"hvc1" + b"coded")


def test_alpha_counts_and_a_depth_map_does_not() -> None:
    alpha = _full(b"auxC", 0, b"urn:mpeg:hevc:2015:auxid:1\x00")
    depth = _full(b"auxC", 0, b"urn:mpeg:hevc:2015:auxid:2\x00")
    fed = _fed(
        _file(
            items=tuple(_item(number, b"hvc1") for number in (1, 2, 3)),
            references=(
                _box(b"auxl", _n(2), _n(1), _n(1)),
                _box(b"auxl", _n(3), _n(1), _n(1)),
            ),
            properties=(alpha, depth),
            associations=((2, b"\x01"), (3, b"\x02")),
            places=(_place(1, 0, 5), _place(2, 6, 6), _place(3, 12, 4)),
        )
    )
    assert fed == b"hvc1coded" + b"alpha" + b"hvc1" + alpha[4:] + b"pixels"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(_file(items=(_item(2, b"hvc1"),), places=()), id="no such primary"),
        pytest.param(_file(more=_box(b"moov")), id="a film"),
        pytest.param(_file(associations=((1, b"\x05"),)), id="no such property"),
        pytest.param(_file(places=(_place(1, 0, 5, method=2),)), id="an item within an item"),
        pytest.param(_file(places=(_place(1, 0, 500),)), id="beyond the data"),
        pytest.param(_file(places=(_place(1, 500_000, 5, method=0),)), id="beyond the file"),
        pytest.param(
            _file(items=(_item(1, b"grid"),), references=(_box(b"dimg", _n(1), _n(1), _n(1)),)),
            id="a circle",
        ),
        pytest.param(
            _file(
                items=tuple(_item(number, b"iden") for number in range(1, 2000)),
                references=tuple(
                    _box(b"dimg", _n(number), _n(1), _n(number + 1)) for number in range(1, 1999)
                ),
            ),
            id="a chain without end",
        ),
        pytest.param(
            _file(
                items=tuple(_item(number, b"iden") for number in range(1, 9)),
                references=tuple(
                    _box(b"dimg", _n(number), _n(999), 999 * _n(number + 1))
                    for number in range(1, 8)
                ),
            ),
            id="more tiles than atoms",
        ),
        pytest.param(
            _file(places=1000 * (_place(1, 0, 0, method=0),)), id="the whole file a thousand times"
        ),
    ],
)
def test_what_leads_nowhere(data: bytes) -> None:
    with pytest.raises(OddFileError):
        _fed(data)


def test_an_offset_no_file_has() -> None:
    place = _n(1) + _n(0) + _n(0) + _n((1 << 64) - 1, 8) + _n(1) + _n(5, 4)
    data = _box(b"ftyp", b"heic") + _full(
        b"meta",
        0,
        _full(b"pitm", 0, _n(1)),
        _full(b"iinf", 0, _n(1), _item(1, b"hvc1")),
        _full(b"iloc", 1, b"\x04\x80", _n(1), place),
    )
    with pytest.raises(OddFileError):
        _fed(data)


def test_extents_without_bytes_cost_no_time() -> None:
    """Fields of no width: 65,535 extents in eight bytes, a million times over."""
    places = 50_000 * (_n(1) + _n(1) + _n(0) + _n(65_535))
    data = _box(b"ftyp", b"heic") + _full(
        b"meta", 0, _full(b"pitm", 0, _n(1)), _full(b"iloc", 1, b"\x00\x00", _n(50_000), places)
    )
    with pytest.raises(OddFileError):
        _fed(data)
