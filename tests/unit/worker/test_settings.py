"""The worker owns the settings: it alone writes them, and everybody hears of a change."""

from __future__ import annotations

import errno
import queue
from typing import TYPE_CHECKING, TypeVar

import pytest

from photofind.domain import PhotofindError
from photofind.paths import app_folders
from photofind.settings import OnBattery, Settings, read_settings
from photofind.worker.client import WorkerClient
from photofind.worker.handlers import settings as handlers
from photofind.worker.messages import (
    ChangeSettings,
    Event,
    Hello,
    IndexingProgress,
    SettingsChanged,
)
from tests.unit.describe.made_up import ModelShelf
from tests.unit.worker.inner_worker import working

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from photofind.paths import AppFolders
    from photofind.settings import SettingValue
    from photofind.worker.wire import BaseEvent

E = TypeVar("E", bound="BaseEvent")

PATIENCE_S = 60.0


class _Client:
    def __init__(self, folders: AppFolders) -> None:
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.client = WorkerClient(folders, self._events.put)
        self.client.start()

    def change(self, **changes: SettingValue) -> None:
        self.client.request(ChangeSettings(changes=changes), PATIENCE_S)

    def refusal(self, **changes: SettingValue) -> str:
        with pytest.raises(PhotofindError) as refused:
            self.change(**changes)
        return refused.value.code

    def hear(self, kind: type[E]) -> E:
        while True:
            event = self._events.get(timeout=PATIENCE_S)
            if isinstance(event, kind):
                return event


@pytest.fixture
def folders(tmp_path: Path) -> AppFolders:
    return app_folders(tmp_path / "data")


@pytest.fixture
def client(folders: AppFolders) -> Iterator[_Client]:
    with working(folders, ModelShelf()):
        client = _Client(folders)
        yield client
        client.client.close()


def test_a_change_is_written_and_told_to_everybody(client: _Client, folders: AppFolders) -> None:
    other = _Client(folders)
    assert other.hear(Hello).settings == client.hear(Hello).settings == Settings()
    client.change(thumbnail_px=150, last_query="two dogs")
    expected = Settings(thumbnail_px=150, last_query="two dogs")
    assert read_settings(folders) == expected
    assert other.hear(SettingsChanged).settings == expected
    other.change(paused=True)
    assert client.hear(SettingsChanged).settings == expected
    assert client.hear(SettingsChanged).settings.thumbnail_px == 150  # nothing else was undone
    other.client.close()


def test_a_choice_outlives_the_worker(folders: AppFolders) -> None:
    for before, after in ((OnBattery.SLOWER, OnBattery.PAUSE), (OnBattery.PAUSE, OnBattery.FULL)):
        with working(folders, ModelShelf()):
            client = _Client(folders)
            assert client.hear(Hello).settings.on_battery is before
            client.change(on_battery=after)
            client.client.close()


def test_former_files_are_taken_over_by_the_first_worker(folders: AppFolders) -> None:
    folders.ensure()
    (folders.config / "indexing.json").write_text('{"paused": true, "on_battery": "full"}')
    folders.settings.write_text('{"last_query": "a cat", "offline": true}')
    with working(folders, ModelShelf()):
        client = _Client(folders)
        expected = Settings(
            paused=True, on_battery=OnBattery.FULL, last_query="a cat", offline=True
        )
        assert client.hear(Hello).settings == expected
        assert client.hear(IndexingProgress).progress.activity == "paused"
        client.client.close()
    assert [each.name for each in folders.config.iterdir()] == ["settings.json"]
    assert read_settings(folders) == expected


def test_what_makes_no_sense_is_refused(client: _Client, folders: AppFolders) -> None:
    assert client.refusal(colour="red") == "setting_unknown"
    assert client.refusal(paused=True, thumbnail_px=1) == "setting_invalid"
    assert client.refusal(model_server="ftp://127.0.0.1") == "server_address"
    assert client.refusal(reads_text=True) == "model_missing"
    assert read_settings(folders) == Settings()
    client.change(model_server="http://127.0.0.1:11434", reads_text=False)
    assert client.hear(SettingsChanged).settings.model_server == "http://127.0.0.1:11434"


@pytest.mark.expects_log("holds until photofind is closed only")
def test_a_choice_that_can_not_be_kept_holds_for_now(
    client: _Client, folders: AppFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full_disk:
        full_disk.setattr(handlers, "write_settings", fail)
        client.change(paused=True)
    assert client.hear(SettingsChanged).settings.paused
    assert read_settings(folders) == Settings()
    client.change(last_query="a cat")  # there is space again
    assert read_settings(folders) == Settings(paused=True, last_query="a cat")
