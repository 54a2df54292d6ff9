from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.indexing.nesting import DiskNesting

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("below", "walked"),
    [
        (b"2020", True),
        (b"2020/holiday", True),
        (b"absent/for/now", True),
        (b"Mine.photoslibrary/originals", False),
        (b".hidden/deep", False),
        (b"shots", False),
        (b"2020/shots", False),
        (b"2020/private", False),
        (b"link", False),
    ],
)
def test_where_a_walk_comes(tmp_path: Path, below: bytes, walked: bool) -> None:
    (tmp_path / "2020/private").mkdir(parents=True)
    (tmp_path / "2020/.photofindignore").write_text("private/\n")
    (tmp_path / "link").symlink_to(tmp_path / "2020", target_is_directory=True)
    assert DiskNesting().is_walked(tmp_path, below, ["shots/"]) is walked
