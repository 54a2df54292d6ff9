"""`photofind forget` says what it needs, and touches nothing until it has it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from photofind.__main__ import run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["a.jpg", "--missing"],
        ["--missing", "--folder", "holidays"],
        ["--undo", "--missing"],
    ],
)
def test_exactly_one_thing_is_forgotten(
    words: list[str], capsys: pytest.CaptureFixture[str], data_dir: Path
) -> None:
    assert run(["forget", *words, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "usage"
    assert not data_dir.exists()


def test_an_unknown_photo_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["forget", str(tmp_path / "a.jpg")]) == 1
    assert "knows no photo at" in capsys.readouterr().err
