"""What `photofind saved` and `photofind history` list."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from photofind.catalog.recent_searches import remember_search
from photofind.catalog.searches import save_search
from photofind.cli.history import show_history
from photofind.cli.output import Output
from photofind.cli.saved import show_saved
from photofind.cli.session import Session
from photofind.paths import app_folders
from tests.plugins.catalog import write
from tests.unit.search.made_up import MadeUpCatalog

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_saved_searches_are_counted_as_the_library_is_now(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session = Session(app_folders(data_dir), Output(as_json=True))
    with MadeUpCatalog(data_dir) as catalog:
        catalog.add("a.jpg")
        write(catalog.writer, save_search, "Pictures", "(ext:jpg or ext:png) -name:z")
        write(catalog.writer, save_search, "Gone", 'image:"/no/such picture.jpg"')
        show_saved(session)
        catalog.add("b.png")
        catalog.add("z.png")
        show_saved(session)
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    gone, pictures = first["saved"]
    assert gone == {"name": "Gone", "query": 'image:"/no/such picture.jpg"', "photos": None}
    assert pictures["photos"] == 1
    assert second["saved"] == [gone, pictures | {"photos": 2}]
    show_saved(Session(app_folders(data_dir), Output(as_json=False)))
    assert capsys.readouterr().out.splitlines() == [
        'Gone\tcan\'t be answered\timage:"/no/such picture.jpg"',
        "Pictures\t2 photos\t(ext:jpg or ext:png) -name:z",
    ]


def test_where_there_are_none_it_is_said_how_to_keep_one(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session = Session(app_folders(data_dir), Output(as_json=False))
    show_saved(session)
    assert "photofind search QUERY --save NAME" in capsys.readouterr().err
    show_history(session)
    assert capsys.readouterr().err == "No recent searches.\n"


def test_recent_searches_are_listed_the_last_one_first(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = app_folders(data_dir)
    for query in ("dogs", "two cats"):
        remember_search(folders, query)
    show_history(Session(folders, Output(as_json=False)))
    assert capsys.readouterr().out.splitlines() == ["two cats", "dogs"]
