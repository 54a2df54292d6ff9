from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.search.dates import DateSpan, read_month, read_span

TODAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2014", (2014, 1, 1), (2014, 12, 31)),
        ("2567", (2024, 1, 1), (2024, 12, 31)),
        ("2024-02", (2024, 2, 1), (2024, 2, 29)),
        ("2023-06-05", (2023, 6, 5), (2023, 6, 5)),
        ("5.6.2023", (2023, 6, 5), (2023, 6, 5)),
        ("2019..2021-03", (2019, 1, 1), (2021, 3, 31)),
        ("July 2021", (2021, 7, 1), (2021, 7, 31)),
        ("june 5th, 2023", (2023, 6, 5), (2023, 6, 5)),
        ("5 June 2023", (2023, 6, 5), (2023, 6, 5)),
        ("summer 2019", (2019, 6, 1), (2019, 8, 31)),
        ("winter 2019", (2019, 12, 1), (2020, 2, 29)),
        ("last summer", (2026, 6, 1), (2026, 8, 31)),
        ("last christmas", (2025, 12, 24), (2025, 12, 26)),
        ("new year 2020", (2019, 12, 31), (2020, 1, 1)),
        ("yesterday", (2026, 11, 30), (2026, 11, 30)),
        ("last month", (2026, 11, 1), (2026, 11, 30)),
        ("last week", (2026, 11, 23), (2026, 11, 29)),
        ("this year", (2026, 1, 1), (2026, 12, 31)),
        ("กรกฎาคม 2564", (2021, 7, 1), (2021, 7, 31)),
        ("ก.ค. 2564", (2021, 7, 1), (2021, 7, 31)),
        ("สงกรานต์ 2566", (2023, 4, 13), (2023, 4, 15)),
        ("เมื่อวาน", (2026, 11, 30), (2026, 11, 30)),
        ("ปีที่แล้ว", (2025, 1, 1), (2025, 12, 31)),
    ],
)
def test_days_that_are_meant(
    text: str, first: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    assert read_span(text, TODAY) == DateSpan(date(*first), date(*last))


@pytest.mark.parametrize(
    "text",
    ["", "dog", "2023-02-30", "2023-13", "1700", "29 feb 2023", "march of soldiers", "2021..2019"],
)
def test_what_is_no_date(text: str) -> None:
    assert read_span(text, TODAY) is None


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("july", [(2019, 7, 1), (2021, 7, 31)], [(2019, 6, 30), (2020, 8, 1)]),
        ("winter", [(2019, 12, 1), (2020, 2, 29), (2021, 1, 9)], [(2020, 3, 1)]),
        ("new year", [(2019, 12, 31), (2020, 1, 1)], [(2020, 1, 2)]),
    ],
)
def test_days_of_every_year(
    text: str, inside: list[tuple[int, int, int]], outside: list[tuple[int, int, int]]
) -> None:
    span = read_span(text, TODAY)
    assert span is not None
    assert span.every_year

    def moments(days: list[tuple[int, int, int]]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array([np.datetime64(date(*day), "ms").astype(np.int64) for day in days])

    assert span.holds(moments(inside)).all()
    assert not span.holds(moments(outside)).any()


@given(
    st.dates(date(1850, 1, 1), date(2100, 1, 1)),
    st.integers(0, 86_399_999),
    st.dates(date(1900, 1, 1)),
)
def test_a_moment_lies_in_its_own_day_month_and_year(day: date, ms: int, today: date) -> None:
    taken = np.array([(day.toordinal() - date(1970, 1, 1).toordinal()) * 86_400_000 + ms])
    for text in (f"{day:%Y-%m-%d}", f"{day:%Y-%m}", f"{day:%Y}"):
        span = read_span(text, today)
        assert span is not None
        assert span.holds(taken).all()
        assert not span.holds(taken + 367 * 86_400_000).any()


def test_months_by_name_and_number() -> None:
    assert [read_month(each) for each in ("7", "July", "jul", "ก.ค.", "13", "")] == [
        7, 7, 7, 7, None, None,
    ]  # fmt: skip
