"""Which of a photo's files is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.describe.runner import find_existing
from photofind.domain import PhotofindError
from photofind.media import online_only

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_that_lies_in_its_cloud_only_is_not_opened(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gone, away, here = (tmp_path / f"{name}.jpg" for name in ("gone", "away", "here"))
    for path in (away, here):
        path.touch()
    monkeypatch.setattr(online_only, "lies_online_only", lambda path: path == away)
    assert find_existing([gone, away, here]) == here
    for paths, code in (([gone, away], "photo_online_only"), ([gone], "photo_unreachable")):
        with pytest.raises(PhotofindError) as caught:
            find_existing(paths)
        assert caught.value.code == code
    assert find_existing([gone, away], [tmp_path]) == away  # a folder that is to be downloaded
