"""Logs tell where an error came from, not what it was about, and only their owner reads them."""

from __future__ import annotations

import logging
import os
import stat
from typing import TYPE_CHECKING

import pytest

from photofind import logs
from photofind.logs import DiscreetFormatter, discreet, start_logging

if TYPE_CHECKING:
    from pathlib import Path

logger = logging.getLogger("photofind.test")


def _formatted(error: BaseException) -> str:
    record = logging.LogRecord(
        "photofind", logging.INFO, "", 1, "it broke", (), (type(error), error, error.__traceback__)
    )
    return DiscreetFormatter("%(message)s").format(record)


def _fail(error: BaseException, cause: BaseException | None = None) -> None:
    raise error from cause


def test_a_traceback_names_places_in_the_program_and_no_photo(tmp_path: Path) -> None:
    photo = tmp_path / "our secret.jpg"
    try:
        photo.open()
    except OSError as error:
        said = _formatted(error)
    assert "secret" not in said
    assert "FileNotFoundError" in said
    assert "[Errno 2]" in said
    assert "test_a_traceback_names_places" in said


def test_causes_are_told_as_discreetly() -> None:
    words = "grandmother in hospital"
    try:
        try:
            _fail(KeyError(words))
        except KeyError as cause:
            _fail(ValueError(f"can't parse {words!r}"), cause)
    except ValueError as error:
        said = _formatted(error)
    assert words not in said
    assert said.index("KeyError") < said.index("ValueError")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("[Errno 28] No space left on device", "[Errno 28] No space left on device"),
        ("[Errno 2] No such file: '/a/it's me.jpg'", "[Errno 2] No such file: …"),
        ("can't read /home/me/a b.jpg", "can't read …"),
        (r"can't read C:\Users\me\a.jpg", "can't read …"),
        ("“two dogs” is too long", "… is too long"),
    ],
)
def test_what_is_left_out(message: str, expected: str) -> None:
    assert discreet(message) == expected


@pytest.mark.parametrize("wanted", [None, "debug"])
def test_only_the_debug_level_tells_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: str | None
) -> None:
    if wanted:
        monkeypatch.setenv(logs.LEVEL_VARIABLE, wanted)
    start_logging(tmp_path / "a.log")
    photo = str(tmp_path / "holiday.jpg")
    try:
        _fail(OSError(2, "No such file", photo))
    except OSError as error:
        logger.info("it broke, because %s", error, exc_info=True)
    logger.debug("and in detail")
    said = (tmp_path / "a.log").read_text()
    assert ("holiday" in said) is (wanted == "debug")
    assert ("in detail" in said) is (wanted == "debug")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_every_file_of_a_full_log_is_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_MAX_BYTES", 100)
    start_logging(tmp_path / "a.log")
    for _ in range(4):
        logger.info("x" * 60)
    files = list(tmp_path.iterdir())
    assert len(files) > 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
