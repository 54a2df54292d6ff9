"""What `photofind explain` says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from photofind.cli.explain import explain_query
from photofind.cli.output import Output
from photofind.cli.session import Session
from tests.unit.search.made_up import MadeUpCatalog

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def catalog(data_dir: Path) -> MadeUpCatalog:
    with MadeUpCatalog(data_dir) as made_up:
        made_up.add("holidays/IMG_2014.jpg")
        made_up.add("holidays/b.jpg", taken_at_ms=1_400_000_000_000)
    return made_up


def test_every_part_is_said_in_words(
    catalog: MadeUpCatalog, capsys: pytest.CaptureFixture[str]
) -> None:
    session = Session(catalog.folders, Output(as_json=False))
    explain_query(session, "2:beach 2014 -people folder:holidays date:2014-13 lang:th")
    assert capsys.readouterr().out.splitlines() == [
        'date: doesn\'t take “2014-13”. Write for example date:2023 or date:"last summer".',
        "“2014” is read as date:2014; photos that it fits as words follow.",
        "  Ranked by “beach”, counted 2 times",
        "  Without “people”",
        "  Filter date:2014: 1 photo",
        "  Filter folder:holidays: 2 photos",
        "  All filters together: 1 photo",
        "and after those:",
        "  Ranked by “beach”, counted 2 times",
        "  Without “people”",
        "  Filter name:2014: 1 photo",
        "  Filter folder:holidays: 2 photos",
        "  All filters together: 1 photo",
        "Language of the words: th",
        "Order: relevance",
    ]


def test_the_document_has_the_plan(
    catalog: MadeUpCatalog, capsys: pytest.CaptureFixture[str]
) -> None:
    explain_query(Session(catalog.folders, Output(as_json=True)), 'image:"a b.jpg" or "c d"')
    document = json.loads(capsys.readouterr().out)
    assert document["model"] == "basic"
    assert (document["language"], document["sort"]) == (None, "relevance")
    assert document["readings"] == [
        {
            "alternatives": [
                {
                    "ranked_by": [{"words": None, "image": "a b.jpg", "weight": 1.0}],
                    "without": [],
                    "filters": [],
                    "photos": 2,
                },
                {
                    "ranked_by": [],
                    "without": [],
                    "filters": [{"filter": '"c d"', "photos": 0}],
                    "photos": 0,
                },
            ]
        }
    ]
