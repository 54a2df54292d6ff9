"""One file, declared once; those of former versions are taken over, damaged ones do no harm."""

from __future__ import annotations

import errno
import json
import os
import stat
import sys
from typing import TYPE_CHECKING

import pytest

from photofind.domain import PhotofindError
from photofind.paths import app_folders, is_own_name
from photofind.settings import (
    DECLARATIONS,
    OnBattery,
    Settings,
    change,
    parse_value,
    read_settings,
    take_over_settings,
    write_settings,
)

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.paths import AppFolders

# As the versions before one file for all wrote them.
_WINDOW = """{
  "window_geometry": "AdnQywADAAAAAAAA",
  "last_query": "two dogs in the snow",
  "thumbnail_px": 150,
  "shows_details": false,
  "descriptions_paused": true,
  "offline": true,
  "model_server": "http://127.0.0.1:11434",
  "server_model": "llava:7b"
}"""
_INDEXING = '{\n  "paused": true,\n  "on_battery": "pause"\n}'
_DESCRIBING = '{\n  "writes_sidecars": true,\n  "reads_text": true\n}'
_ALL = Settings(
    window_geometry="AdnQywADAAAAAAAA",
    last_query="two dogs in the snow",
    thumbnail_px=150,
    shows_details=False,
    descriptions_paused=True,
    offline=True,
    model_server="http://127.0.0.1:11434",
    server_model="llava:7b",
    paused=True,
    on_battery=OnBattery.PAUSE,
    writes_sidecars=True,
    reads_text=True,
)


@pytest.fixture
def folders(tmp_path: Path) -> AppFolders:
    folders = app_folders(tmp_path)
    folders.ensure()
    return folders


def _put(folders: AppFolders, **files: str) -> None:
    for name, content in files.items():
        (folders.config / f"{name}.json").write_text(content, encoding="utf-8")


def _names(folders: AppFolders) -> list[str]:
    return sorted(entry.name for entry in folders.config.iterdir())


def _code(call: object, *arguments: object) -> str:
    assert callable(call)
    with pytest.raises(PhotofindError) as refusal:
        call(*arguments)
    return refusal.value.code


def test_nothing_there_means_the_defaults(folders: AppFolders) -> None:
    assert read_settings(folders) == take_over_settings(folders) == Settings()
    assert _names(folders) == []  # looking leaves nothing behind


def test_what_is_written_is_read(folders: AppFolders) -> None:
    write_settings(folders, _ALL)
    assert read_settings(folders) == _ALL
    assert _names(folders) == ["settings.json"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_the_file_is_for_its_owner_alone(folders: AppFolders) -> None:
    write_settings(folders, Settings())
    assert stat.S_IMODE(folders.settings.stat().st_mode) == 0o600


def test_the_three_former_files_become_one(folders: AppFolders) -> None:
    _put(folders, settings=_WINDOW, indexing=_INDEXING, describing=_DESCRIBING)
    assert read_settings(folders) == _ALL  # whoever reads before a worker has run
    assert _names(folders) == ["describing.json", "indexing.json", "settings.json"]
    assert take_over_settings(folders) == _ALL
    assert _names(folders) == ["settings.json"]
    assert read_settings(folders) == _ALL


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("settings", _WINDOW, Settings(**json.loads(_WINDOW))),
        ("indexing", _INDEXING, Settings(paused=True, on_battery=OnBattery.PAUSE)),
        ("describing", _DESCRIBING, Settings(writes_sidecars=True, reads_text=True)),
    ],
)
def test_each_former_file_alone(
    folders: AppFolders, name: str, content: str, expected: Settings
) -> None:
    _put(folders, **{name: content})
    assert take_over_settings(folders) == expected
    assert read_settings(folders) == expected
    assert _names(folders) == ["settings.json"]


def test_what_an_older_photofind_wrote_since_counts(folders: AppFolders) -> None:
    write_settings(folders, change(_ALL, {"paused": False}))
    _put(folders, indexing=_INDEXING)
    assert take_over_settings(folders) == _ALL
    assert _names(folders) == ["settings.json"]


@pytest.mark.expects_log("were damaged")
@pytest.mark.parametrize("name", ["settings", "indexing", "describing"])
@pytest.mark.parametrize("content", ["", '{"paused": tr', "[1, 2]", "\0\0\0\0"])
def test_a_damaged_file_is_kept_beside_and_spoils_no_other(
    folders: AppFolders, name: str, content: str
) -> None:
    others = {"settings": _WINDOW, "indexing": _INDEXING, "describing": _DESCRIBING}
    _put(folders, **{**others, name: content})
    settings = take_over_settings(folders)
    lost = {"settings": "last_query", "indexing": "paused", "describing": "reads_text"}[name]
    for kept in {"last_query", "paused", "reads_text"} - {lost}:
        assert getattr(settings, kept) == getattr(_ALL, kept)
    assert getattr(settings, lost) == DECLARATIONS[lost].default
    assert read_settings(folders) == settings
    damaged = folders.config / f"{name}.json.damaged"
    assert damaged.read_text(encoding="utf-8") == content
    assert is_own_name(damaged.name)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no FIFOs in folders")
def test_what_is_no_file_is_not_waited_for(folders: AppFolders) -> None:
    os.mkfifo(folders.settings)
    assert take_over_settings(folders) == read_settings(folders) == Settings()
    write_settings(folders, _ALL)
    assert read_settings(folders) == _ALL


def test_one_value_that_makes_no_sense_spoils_no_other(folders: AppFolders) -> None:
    _put(
        folders,
        settings='{"offline": true, "on_battery": "sometimes", "thumbnail_px": 100000, "gone": 1}',
    )
    assert read_settings(folders) == Settings(offline=True)


@pytest.mark.expects_log("can't be taken over yet")
def test_former_files_stay_while_the_new_one_can_not_be_written(
    folders: AppFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    _put(folders, settings=_WINDOW, indexing=_INDEXING)
    with monkeypatch.context() as full_disk:
        full_disk.setattr("photofind.settings.replace_file", fail)
        settings = take_over_settings(folders)
    assert settings.paused
    assert settings.offline
    assert _names(folders) == ["indexing.json", "settings.json"]
    assert take_over_settings(folders) == settings
    assert _names(folders) == ["settings.json"]


def test_a_change_is_checked() -> None:
    settings = change(Settings(), {"on_battery": "full", "thumbnail_px": 96, "last_query": "a"})
    assert settings == Settings(on_battery=OnBattery.FULL, thumbnail_px=96, last_query="a")
    assert _code(change, settings, {"colour": "red"}) == "setting_unknown"
    for wrong in (
        {"paused": "yes"},
        {"paused": 1},
        {"thumbnail_px": 95},
        {"thumbnail_px": True},
        {"on_battery": "sometimes"},
        {"last_query": 3},
    ):
        assert _code(change, settings, wrong) == "setting_invalid"


@pytest.mark.parametrize(
    ("name", "word", "value"),
    [
        ("paused", "on", True),
        ("paused", "OFF", False),
        ("thumbnail_px", "150", 150),
        ("on_battery", "full", "full"),
        ("last_query", "on", "on"),
        ("last_query", "12", "12"),
        ("model_server", "", ""),
    ],
)
def test_words_of_the_command_line(name: str, word: str, value: object) -> None:
    assert parse_value(name, word) == value


@pytest.mark.parametrize(
    ("name", "word", "code"),
    [
        ("paused", "maybe", "setting_invalid"),
        ("thumbnail_px", "large", "setting_invalid"),
        ("thumbnail_px", "9999", "setting_invalid"),
        ("on_battery", "on", "setting_invalid"),
        ("colour", "red", "setting_unknown"),
    ],
)
def test_words_that_make_no_value(name: str, word: str, code: str) -> None:
    assert _code(parse_value, name, word) == code


def test_every_setting_says_what_it_does() -> None:
    for declared in DECLARATIONS.values():
        assert declared.does.endswith(".")
        assert declared.actors
        assert declared.takes
    assert DECLARATIONS["on_battery"].takes == "slower, pause or full"
