"""Recent searches, remembered and forgotten."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.recent_searches import (
    MOST_REMEMBERED,
    forget_searches,
    read_recent_searches,
    remember_search,
)
from photofind.domain import CatalogError

if TYPE_CHECKING:
    from photofind.paths import AppFolders


def test_the_last_one_comes_first_and_stands_there_once(folders: AppFolders) -> None:
    assert read_recent_searches(folders) == []
    for query in ("dogs", ' "a b" -c ', "ทริป", "dogs", "  "):
        remember_search(folders, query)
    assert read_recent_searches(folders) == ["dogs", "ทริป", '"a b" -c']


def test_no_more_than_so_many_are_kept(folders: AppFolders) -> None:
    for number in range(MOST_REMEMBERED + 5):
        remember_search(folders, f"dog {number}")
    remember_search(folders, "x" * 3_000)
    kept = read_recent_searches(folders)
    assert (len(kept), kept[0], kept[-1]) == (MOST_REMEMBERED, "dog 104", "dog 5")


def test_nothing_is_left_of_what_was_forgotten(folders: AppFolders) -> None:
    forget_searches(folders)
    for query in ("secret", "dogs"):
        remember_search(folders, query)
    forget_searches(folders, "secret")
    assert read_recent_searches(folders) == ["dogs"]
    assert b"secret" not in folders.recent_searches.read_bytes()
    forget_searches(folders)
    assert not folders.recent_searches.exists()


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"[" * 100_000, b"\xff"])
def test_a_file_that_makes_no_sense_holds_none(folders: AppFolders, content: bytes) -> None:
    folders.data.mkdir(parents=True)
    folders.recent_searches.write_bytes(content)
    assert read_recent_searches(folders) == []
    remember_search(folders, "dogs")
    assert read_recent_searches(folders) == ["dogs"]


@pytest.mark.skipif(sys.platform == "win32", reason="other modes there")
def test_only_the_owner_may_read_them(folders: AppFolders) -> None:
    remember_search(folders, "dogs")
    assert os.stat(folders.recent_searches).st_mode & 0o077 == 0  # noqa: PTH116


def test_what_can_not_be_written_is_said(folders: AppFolders) -> None:
    (folders.recent_searches / "in the way").mkdir(parents=True)
    with pytest.raises(CatalogError, match="can't be changed"):
        remember_search(folders, "dogs")
    with pytest.raises(CatalogError, match="can't be changed"):
        forget_searches(folders)
