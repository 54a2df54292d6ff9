from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from photofind.catalog.photos import read_photo_order
from photofind.catalog.reader import CatalogReader
from photofind.search.conditions import EXAMPLES, find_fault, mask_of
from photofind.search.facts import Facts
from photofind.search.syntax import KEYS, All, Any, Filter, Node, Not, parse_tree
from tests.plugins.catalog import change_tags, read, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.search.made_up import MadeUpCatalog

DAY_MS = 86_400_000
PHOTOS = {
    # name: (ISO date and time or "", rating, iso, width, height, camera, latitude)
    "Holidays/IMG_1.jpg": ("2023-06-05T18:30", 5, 100, 4000, 3000, "Apple iPhone 12", 18.79),
    "Holidays/IMG_2.HEIC": ("2023-12-25T09:00", 3, 1600, 3000, 4000, "Apple iPhone 12", None),
    "Zürich/a.png": ("2024-01-01T00:00", None, None, 100, 100, None, 47.4),
    "old/b.cr2": ("1999-07-31T23:59", None, 3200, 9000, 3000, "Canon EOS 5D", None),
    "old/c.jpeg": ("", 4, 200, 640, 480, None, 18.8),
}


@pytest.fixture
def facts(catalog: MadeUpCatalog) -> Iterator[Facts]:
    for name, (when, rating, iso, width, height, camera, latitude) in PHOTOS.items():
        taken = int(np.datetime64(when, "ms").astype(np.int64)) if when else None
        photo = catalog.add(name, taken_at_ms=taken, data=name.encode())
        with catalog.writer.transaction() as tx:
            tx.execute(
                """UPDATE contents SET file_rating = ?, iso = ?, width = ?, height = ?,
                       camera = ?, lat = ?, lon = ?,
                       taken_source = CASE WHEN taken_at IS NULL THEN NULL ELSE 'exif_original' END
                   WHERE photo_id = ?""",
                (rating, iso, width, height, camera, latitude, latitude and 98.98, photo),
            )
        if name.startswith("old"):
            write(catalog.writer, change_tags, [photo], add=["Ann" if "b" in name else "Annabel"])
    with CatalogReader(catalog.folders) as reader:
        yield Facts(reader, read(reader, read_photo_order))


def named(facts: Facts, text: str) -> list[str]:
    names = list(PHOTOS)
    return [names[place] for place in np.flatnonzero(mask_of(parse_tree(text), facts))]


IMG_1, IMG_2, A, B, C = PHOTOS


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("after:2023-06", [IMG_1, IMG_2, A]),
        ("after:2023-06-06 before:2024", [IMG_2]),
        ("before:2024-01-01", [IMG_1, IMG_2, B]),
        ("date:2023", [IMG_1, IMG_2]),
        ('date:"december 2023"', [IMG_2]),
        ("on:2023-12-25", [IMG_2]),
        ("month:7", [B]),
        ("month:june", [IMG_1]),
        ("time:18-22", [IMG_1]),
        ("time:22-8", [A, B]),
        ("-date:2023", [A, B, C]),
        ("folder:holidays", [IMG_1, IMG_2]),
        ("folder:zurich", [A]),
        ("folder:photos", list(PHOTOS)),
        ("name:img_", [IMG_1, IMG_2]),
        ("ext:jpg", [IMG_1, C]),
        ("ext:heic or ext:.PNG", [IMG_2, A]),
        ("camera:iphone", [IMG_1, IMG_2]),
        ("tag:ann", [B]),
        ("tag:anna", [C]),
        ("rating:>=4", [IMG_1, C]),
        ("rating:3-4", [IMG_2, C]),
        ("rating:3", [IMG_2]),
        ("iso:>=1600", [IMG_2, B]),
        ("iso:<200", [IMG_1]),
        ("size:>10mp", [IMG_1, IMG_2, B]),
        ("orientation:portrait", [IMG_2]),
        ("orientation:square", [A]),
        ("is:unrated", [A, B]),
        ("is:panorama", [B]),
        ("is:raw", [B]),
        ("is:favourite", []),
        ("has:gps", [IMG_1, A, C]),
        ('near:"18.79,98.98,25km"', [IMG_1, C]),
        ("near:18.79,98.98,0.5", [IMG_1]),
        ("camera:canon or -(has:gps or ext:heic)", [B]),
        ('"zurich"', []),
        ('"a.png"', [A]),
    ],
)
def test_filters(facts: Facts, text: str, found: list[str]) -> None:
    assert named(facts, text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("date:1978", ["year", "month", "day"]),
        ("date:1977-12..1978-06", ["month", "day"]),
        ("date:1978-01", ["month"]),
        ("date:1978-01-01", []),
        ("date:1978-06-04", ["day"]),
        ("date:1970..1978-06", ["year", "month", "day"]),
        ("after:1978", ["year", "month", "day"]),
        ("after:1978-06", ["year", "day"]),
        ("after:1979", []),
        ("before:1978", []),
        ("before:1978-03", ["year", "month"]),
        ("date:january", ["month"]),
        ("date:winter", ["month"]),
        ('date:"new year"', []),
        ("month:1", ["month"]),
        ("month:6", ["day"]),
        ("time:0-6", []),
        ("has:date", ["year", "month", "day"]),
    ],
)
def test_dates_known_in_part(catalog: MadeUpCatalog, text: str, found: list[str]) -> None:
    known = {"year": "1978-01-01", "month": "1978-01-01", "day": "1978-06-04"}
    for precision, when in known.items():
        taken = int(np.datetime64(when, "ms").astype(np.int64))
        photo = catalog.add(f"{precision}.jpg", taken_at_ms=taken, data=precision.encode())
        with catalog.writer.transaction() as tx:
            tx.execute(
                """UPDATE contents SET taken_precision = ?, taken_source = 'exif_original'
                   WHERE photo_id = ?""",
                (precision, photo),
            )
    with CatalogReader(catalog.folders) as reader:
        facts = Facts(reader, read(reader, read_photo_order))
        mask = mask_of(parse_tree(text), facts)
    assert [list(known)[place] for place in np.flatnonzero(mask)] == found


KNOWN = [
    "date:2023", "rating:>=4", "iso:>=1600", "camera:iphone", "has:gps", "tag:ann", "ext:jpg",
]  # fmt: skip


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    tree=st.recursive(
        st.sampled_from(KNOWN).map(parse_tree),
        lambda inner: st.one_of(
            inner.map(Not),
            st.lists(inner, min_size=2, max_size=3).map(lambda nodes: All(tuple(nodes))),
            st.lists(inner, min_size=2, max_size=3).map(lambda nodes: Any(tuple(nodes))),
        ),
        max_leaves=8,
    )
)
def test_combinations_agree_with_one_photo_at_a_time(facts: Facts, tree: Node) -> None:
    single = {text: named(facts, text) for text in KNOWN}

    def meets(node: Node, name: str) -> bool:
        match node:
            case Not(inner):
                return not meets(inner, name)
            case All(nodes):
                return all(meets(each, name) for each in nodes)
            case Any(nodes):
                return any(meets(each, name) for each in nodes)
            case Filter(key, value):
                return name in single[f"{key}:{value}"]
        raise AssertionError(node)

    found = mask_of(tree, facts)
    assert found.tolist() == [meets(tree, name) for name in PHOTOS]


def test_every_key_has_an_example_that_can_be_applied() -> None:
    assert set(EXAMPLES) == KEYS
    for key, example in EXAMPLES.items():
        first = parse_tree(example.split(",")[0].split(" or ")[0] if key != "near" else example)
        assert isinstance(first, Filter)
        assert first.key == key
        assert find_fault(first) is None


@pytest.mark.parametrize(
    "text",
    [
        "".join(each)
        for each in itertools.product(
            ["rating:", "iso:", "size:", "f:"], ["x", ">", ">=", "4..", "-", "1e9", "٣٤?"]
        )
    ]
    + ["date:x", "after:july", "month:13", "time:25", "time:1-99", "near:1", "near:91,0,1",
       "near:1,2,x", "near:nan,0", "orientation:up", "is:nice", "has:x"],
)  # fmt: skip
def test_values_that_mean_nothing_are_said(text: str) -> None:
    tree = parse_tree(text)
    assert isinstance(tree, Filter)
    assert "for example" in str(find_fault(tree))
