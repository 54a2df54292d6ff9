"""How a query is answered, told without answering it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.domain import QueryError
from photofind.search.query import parse
from photofind.search.syntax import print_tree
from tests.plugins.catalog import change_tags, write

if TYPE_CHECKING:
    from photofind.search.engine import Explanation, SearchEngine
    from tests.unit.search.made_up import MadeUpCatalog

YEAR_2014_MS = 1_400_000_000_000


def filters(explanation: Explanation) -> list[list[list[tuple[str, int]]]]:
    """Of each reading, of each alternative: what is asked for, and how many photos meet it."""
    return [
        [
            list(zip(map(print_tree, each.alternative.conditions), each.photos, strict=True))
            for each in reading
        ]
        for reading in explanation.readings
    ]


def test_filters_say_how_many_photos_they_leave(
    catalog: MadeUpCatalog, engine: SearchEngine
) -> None:
    tagged = [catalog.add(f"{number}.jpg", taken_at_ms=YEAR_2014_MS) for number in range(3)]
    write(catalog.writer, change_tags, tagged[:2], add=["dog"])
    catalog.add("4.jpg")
    explained = engine.explain(parse("tag:dog date:2014 -name:1 snow sort:date"))
    ((planned,),) = explained.readings
    assert filters(explained) == [[[("tag:dog", 2), ("date:2014", 3), ("-name:1", 3)]]]
    assert planned.remaining == 1
    assert [part.words for part in planned.alternative.parts] == ["snow"]
    assert (explained.model, explained.query.sort) == ("basic", "date")


def test_alternatives_negatives_and_weights_are_told(
    catalog: MadeUpCatalog, engine: SearchEngine
) -> None:
    catalog.add("a.jpg")
    explained = engine.explain(parse("(2:two dogs -people) or tag:cat"))
    ((first, second),) = explained.readings
    assert [(part.words, part.weight) for part in first.alternative.parts] == [
        ("two", 2),
        ("dogs", 1),
    ]
    assert [part.words for part in first.alternative.without] == ["people"]
    assert (second.photos, second.remaining, first.remaining) == ((0,), 0, 1)


def test_a_second_reading_follows_the_first(catalog: MadeUpCatalog, engine: SearchEngine) -> None:
    catalog.add("IMG_2014.jpg")
    catalog.add("b.jpg", taken_at_ms=YEAR_2014_MS)
    explained = engine.explain(parse("beach 2014"))
    assert filters(explained) == [[[("date:2014", 1)]], [[("name:2014", 1)]]]
    (understood,) = explained.understood
    assert (understood.words, understood.filter, understood.surely) == ("2014", "date:2014", False)


def test_where_nothing_is_indexed_no_model_is_named(engine: SearchEngine) -> None:
    explained = engine.explain(parse("dogs tag:a"))
    assert explained.model == ""
    assert filters(explained) == [[[("tag:a", 0)]]]


def test_what_is_too_much_is_refused(engine: SearchEngine) -> None:
    with pytest.raises(QueryError, match="alternatives"):
        engine.explain(parse(" or ".join(f"w{number}" for number in range(20))))
