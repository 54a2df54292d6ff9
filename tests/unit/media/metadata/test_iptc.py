"""IPTC-IIM as agencies, old programs and damaged files have it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.domain import Annotations, DatePrecision, TakenSource
from photofind.media.metadata.dates import DateCandidate
from photofind.media.metadata.iptc import IptcFacts, read_iptc

_UTF8 = (1, 90, b"\x1b%G")


def _block(*datasets: tuple[int, int, bytes]) -> bytes:
    return b"".join(
        bytes((0x1C, record, number)) + len(value).to_bytes(2, "big") + value
        for record, number, value in datasets
    )


def test_title_caption_and_keywords() -> None:
    block = _block(
        _UTF8,
        (2, 5, "Häuser".encode()),
        (2, 25, b"beach"),
        (2, 25, "Straße".encode()),
        (2, 25, b"Beach"),
        (2, 120, b"By the\r sea"),
    )
    assert read_iptc(block).annotations == Annotations(
        title="Häuser", description="By the sea", keywords=("beach", "Straße")
    )


@pytest.mark.parametrize(
    ("declaration", "value", "expected"),
    [
        ((_UTF8,), "ภูเขา".encode(), "ภูเขา"),
        ((), "ภูเขา".encode(), "ภูเขา"),
        ((), "Häuser".encode("latin-1"), "Häuser"),
        ((), "Œuvre – 5 €".encode("cp1252"), "Œuvre – 5 €"),
        ((), "été, ภู".encode()[:-1], "été, ภ\N{REPLACEMENT CHARACTER}"),
        ((_UTF8,), b"H\xe4user", "H�user"),
    ],
)
def test_character_sets(
    declaration: tuple[tuple[int, int, bytes], ...], value: bytes, expected: str
) -> None:
    assert read_iptc(_block(*declaration, (2, 5, value))).annotations.title == expected


def test_a_headline_is_a_title_for_want_of_one() -> None:
    assert read_iptc(_block((2, 105, b"Head"))).annotations.title == "Head"
    assert read_iptc(_block((2, 105, b"Head"), (2, 5, b"Name"))).annotations.title == "Name"


@pytest.mark.parametrize(
    ("date", "time", "expected"),
    [
        (b"20190321", b"110422+0100", (datetime(2019, 3, 21, 11, 4, 22, tzinfo=UTC), 60, True)),
        (b"20190321", b"110422", (datetime(2019, 3, 21, 11, 4, 22, tzinfo=UTC), None, True)),
        (b"20190321", b"", (datetime(2019, 3, 21, tzinfo=UTC), None, False)),
        (b"", b"110422+0100", None),
        (b"00000000", b"000000", None),
        (b"20191300", b"", None),
    ],
)
def test_dates(
    date: bytes, time: bytes, expected: tuple[datetime, int | None, bool] | None
) -> None:
    found = read_iptc(_block((2, 55, date), (2, 60, time))).date
    if expected is None:
        assert found is None
        return
    moment, offset, has_time = expected
    wall_ms = int(moment.timestamp()) * 1000
    precision = DatePrecision.TIME if has_time else DatePrecision.DAY
    assert found == DateCandidate(TakenSource.IPTC, wall_ms, offset, precision)


@pytest.mark.parametrize(
    ("date", "month"), [(b"19780000", 1), (b"19780600", 6), (b"1978", 1), (b"197806", 6)]
)
def test_a_date_that_is_known_in_part(date: bytes, month: int) -> None:
    wall_ms = int(datetime(1978, month, 1, tzinfo=UTC).timestamp()) * 1000
    precision = DatePrecision.YEAR if month == 1 else DatePrecision.MONTH
    found = read_iptc(_block((2, 55, date))).date
    assert found == DateCandidate(TakenSource.IPTC, wall_ms, None, precision)


def test_long_values_have_a_length_of_their_own() -> None:
    text = b"x" * 4_000
    extended = bytes((0x1C, 2, 120, 0x80, 4)) + len(text).to_bytes(4, "big") + text
    found = read_iptc(extended + _block((2, 5, b"after"))).annotations
    assert found == Annotations(title="after", description="x" * 4_000)


def test_a_digest_tells_whether_it_was_changed_since() -> None:
    block = _block((2, 5, b"Name"))
    current = hashlib.md5(block, usedforsecurity=False).digest()
    assert not read_iptc(block).is_newer
    assert not read_iptc(block, current).is_newer
    assert not read_iptc(block, bytes(16)).is_newer
    assert read_iptc(block, hashlib.md5(b"", usedforsecurity=False).digest()).is_newer


@pytest.mark.parametrize(
    "damage",
    [b"", b"\x1c", b"\x00" * 40, _block((2, 5, b"Name"))[:-1], b"\x1c\x02\x05\xff\xff",
     b"\x1c\x02\x05\x80\x08" + b"\xff" * 8],
)  # fmt: skip
def test_damage_is_absence(damage: bytes) -> None:
    assert read_iptc(damage) == IptcFacts()


@given(st.binary(max_size=400))
def test_any_bytes_are_survived(data: bytes) -> None:
    read_iptc(b"\x1c\x02" + data, data[:16])
