"""What `photofind similar` takes for a part of a picture."""

from __future__ import annotations

import pytest

from photofind.cli.arguments import UsageError
from photofind.cli.search import parse_box
from photofind.domain import Box


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("0,0,1,1", Box(0, 0, 1, 1)),
        ("0.5, 0 , .5, 1", Box(0.5, 0, 0.5, 1)),
        ("0.333,0.1,0.667,0.3", Box(0.333, 0.1, 0.667, 0.3)),
    ],
)
def test_a_box_is_four_shares(text: str, box: Box) -> None:
    assert parse_box(text) == box


@pytest.mark.parametrize("text", ["", "0,0,1", "0,0,1,1,1", "a,b,c,d", "0;0;1;1", "0,0,1,"])
def test_what_is_no_box_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match=r"four numbers, X,Y,W,H, such as 0\.5,0,0\.5,1"):
        parse_box(text)


@pytest.mark.parametrize(
    "text",
    ["-0.1,0,1,1", "0,0,0,1", "0,0,1,0", "0.5,0,0.6,1", "0,0.5,1,0.6", "10,20,300,400",
     "1,0,1,1", "nan,0,1,1", "0,0,inf,1"],
)  # fmt: skip
def test_a_box_outside_the_picture_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="must lie inside the picture"):
        parse_box(text)
