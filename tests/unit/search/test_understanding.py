from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.photos import read_photo_order
from photofind.catalog.reader import CatalogReader
from photofind.search.facts import Facts
from photofind.search.query import parse
from photofind.search.syntax import parse_tree, print_tree
from photofind.search.understanding import understand
from tests.plugins.catalog import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from photofind.search.engine import SearchEngine
    from tests.unit.search.made_up import MadeUpCatalog

TODAY = date(2026, 12, 1)


@pytest.fixture
def facts(catalog: MadeUpCatalog) -> Iterator[Facts]:
    catalog.add("Portugal trip/a.jpg")
    catalog.add("ทริป/b.heic")
    catalog.add("Rose/c.jpg")
    with catalog.writer.transaction() as tx:
        tx.execute("UPDATE contents SET camera = 'Apple iPhone 12'")
    with CatalogReader(catalog.folders) as reader:
        yield Facts(reader, read(reader, read_photo_order))


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("beach sunset 2014", ["beach sunset date:2014", "beach sunset name:2014"]),
        ("july 2021", ['date:"july 2021"']),
        ("dogs in july 2021", ['dogs date:"july 2021"']),
        ("last christmas", ['date:"last christmas"']),
        ("yesterday", ["date:yesterday"]),
        ("march", ["date:march", "march"]),
        ("march of soldiers", ["date:march of soldiers", "march of soldiers"]),
        ("iphone", ["camera:iphone"]),
        ("dog jpg", ["dog ext:jpg"]),
        ("portugal trip", ['folder:"portugal trip"', "portugal trip"]),
        ("a rose", ["a folder:rose", "a rose"]),
        ("ทริป", ["folder:ทริป", "ทริป"]),
        ("เมื่อวาน", ["date:เมื่อวาน"]),
        ("กรกฎาคม 2564", ['date:"กรกฎาคม 2564"']),
        ("2567", ["date:2567", "name:2567"]),
        ("a can of coke", ["a can of coke"]),
        ("nikon", ["nikon"]),
        ("png", ["png"]),
        ("1234 apples", ["1234 apples"]),
        ('"2014"', ['"2014"']),
        ("meaning:2014", ["meaning:2014"]),
        ("-2014", ["-(2014)"]),
        ("two dogs", ["two dogs"]),
    ],
)
def test_readings(facts: Facts, text: str, readings: list[str]) -> None:
    found = understand(parse_tree(text), facts, TODAY)
    assert [print_tree(tree) for tree in found.trees] == readings


def test_a_year_finds_its_photos_and_then_those_named_after_it(
    catalog: MadeUpCatalog, engine: SearchEngine
) -> None:
    day = 86_400_000
    named = catalog.add("trip 2014.jpg", taken_at_ms=0)
    taken = [catalog.add(f"{n}.jpg", taken_at_ms=(16_100 + n) * day) for n in range(3)]
    catalog.add("other.jpg", taken_at_ms=0)
    with catalog.writer.transaction() as tx:
        tx.execute("UPDATE contents SET taken_source = 'exif_original'")
    result = engine.search(parse("2014"), None)
    assert [hit.photo_id for hit in result.hits] == [*reversed(taken), named]
    assert result.relevant_total == 4
    assert [each.filter for each in result.understood] == ["date:2014"]
    dated = engine.search(parse("2014 sort:-date"), None)
    assert [hit.photo_id for hit in dated.hits] == [named, *taken]
