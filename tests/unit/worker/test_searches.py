"""Recent searches are kept by the worker, as far as the person wants that."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.recent_searches import read_recent_searches
from photofind.paths import app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.messages import (
    ChangeSettings,
    ForgetSearches,
    RecentSearchesChanged,
    RememberSearch,
)
from tests.plugins.patience import PATIENCE_S
from tests.unit.describe.made_up import ModelShelf
from tests.unit.worker.inner_worker import working

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from photofind.paths import AppFolders
    from photofind.worker.messages import Event


@pytest.fixture
def folders(tmp_path: Path) -> AppFolders:
    return app_folders(tmp_path / "data")


@pytest.fixture
def events() -> queue.SimpleQueue[Event]:
    return queue.SimpleQueue()


@pytest.fixture
def client(folders: AppFolders, events: queue.SimpleQueue[Event]) -> Iterator[WorkerClient]:
    with working(folders, ModelShelf()):
        client = WorkerClient(folders, events.put)
        client.start()
        try:
            yield client
        finally:
            client.close()


def wait_for_change(events: queue.SimpleQueue[Event]) -> None:
    while not isinstance(events.get(timeout=PATIENCE_S), RecentSearchesChanged):
        pass


def test_searches_are_remembered_and_forgotten_on_request(
    client: WorkerClient, folders: AppFolders, events: queue.SimpleQueue[Event]
) -> None:
    for query in ("dogs", "cats"):
        client.request(RememberSearch(query=query), PATIENCE_S)
    assert read_recent_searches(folders) == ["cats", "dogs"]
    client.request(ForgetSearches(query="dogs"), PATIENCE_S)
    wait_for_change(events)
    assert read_recent_searches(folders) == ["cats"]
    client.request(ForgetSearches(), PATIENCE_S)
    wait_for_change(events)
    assert not folders.recent_searches.exists()


def test_turned_off_they_are_deleted_and_none_is_remembered(
    client: WorkerClient, folders: AppFolders, events: queue.SimpleQueue[Event]
) -> None:
    client.request(RememberSearch(query="dogs"), PATIENCE_S)
    client.request(ChangeSettings(changes={"remembers_searches": False}), PATIENCE_S)
    wait_for_change(events)
    assert not folders.recent_searches.exists()
    client.request(RememberSearch(query="cats"), PATIENCE_S)
    assert not folders.recent_searches.exists()
