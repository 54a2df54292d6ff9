from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from photofind.catalog.sidecars import SidecarContent
from photofind.describe.sidecars import sidecar_change
from photofind.domain import PhotoId

PLAIN = SidecarContent(
    photo_id=PhotoId(1),
    paths=(Path("/photos/a.jpg"),),
    roots=(),
    title=None,
    rating=None,
    flag=None,
    keywords=(),
    rejected=(),
    caption=None,
    description=None,
    file_rating=None,
    written=None,
    said=None,
)


def saying(**values: object) -> SidecarContent:
    return replace(PLAIN, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("description", "written", "expected"),
    [
        (None, None, "two boats"),
        ("", None, "two boats"),
        ("their words", None, None),
        ("an old caption of ours", "an old caption of ours", "two boats"),
        ("their words", "an old caption of ours", None),
    ],
)
def test_only_our_own_description_is_replaced(
    description: str | None, written: str | None, expected: str | None
) -> None:
    change = sidecar_change(saying(caption="two boats", description=description, written=written))
    assert change.description == expected


def test_a_caption_that_was_deleted_goes_from_where_it_was_written() -> None:
    assert sidecar_change(saying(written="two boats")).remove_description == "two boats"
    again = sidecar_change(saying(written="two boats", caption="three boats"))
    assert again.remove_description is None


def test_labels_title_and_rating_are_passed_on() -> None:
    change = sidecar_change(saying(title="Boats", rating=4, keywords=("sea",), rejected=("lake",)))
    assert (change.title, change.rating) == ("Boats", 4)
    assert (change.add_keywords, change.remove_keywords) == (("sea",), ("lake",))
    assert sidecar_change(PLAIN).description is None


def test_the_digest_changes_with_what_is_to_be_said_alone() -> None:
    others = [
        saying(title="Boats"),
        saying(rating=0),
        saying(keywords=("sea",)),
        saying(rejected=("sea",)),
        saying(caption="two boats"),
        saying(paths=(Path("/photos/b.jpg"),)),
    ]
    assert len({PLAIN.digest, *(other.digest for other in others)}) == 7
    assert saying(description="theirs", written="ours", said="before").digest == PLAIN.digest
