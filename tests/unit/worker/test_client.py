"""What becomes of the commands of a client that has no worker yet, or none any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.domain import CatalogError, PhotofindError
from photofind.paths import app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.messages import AddFolders, ChangeSettings, Event, Rescan
from photofind.worker.wire import BaseAnswer, Done
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo
from tests.unit.describe.made_up import ModelShelf
from tests.unit.worker.inner_worker import working

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_sent_before_there_is_a_worker_is_done_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first try to start one may fail."""
    make_photo(tmp_path / "photos" / "a.jpg")
    folders, heard = app_folders(tmp_path / "data"), list[object]()
    client = WorkerClient(folders, lambda _: None, start_timeout_s=0.1)
    client.send(ChangeSettings(changes={"paused": True}), heard.append)
    with monkeypatch.context() as patched:

        def refuse(_: object) -> None:
            raise CatalogError("catalog_locked", "Another program uses it.")

        patched.setattr("photofind.worker.client.launch_worker", refuse)
        with pytest.raises(CatalogError):
            client.start()
    client.send(ChangeSettings(changes={"paused": False}), heard.append)
    with working(folders, ModelShelf()):
        client.start()
        try:
            answer = client.request(AddFolders(paths=(tmp_path / "photos",)), PATIENCE_S)
        finally:
            client.close()
    assert [type(each) for each in heard] == [Done, Done]
    assert answer.report.new == 1, "it was paused first, then resumed"


def test_every_command_is_answered_once_even_after_the_end(tmp_path: Path) -> None:
    folders, heard = app_folders(tmp_path / "data"), list[PhotofindError]()
    events: list[Event] = []
    with working(folders, ModelShelf()):
        client = WorkerClient(folders, events.append)
        client.start()
        client.request(ChangeSettings(changes={"paused": False}), PATIENCE_S)
        client.close()
    client.send(Rescan(), refused=heard.append)
    assert [error.code for error in heard] == ["worker_gone"]
    with pytest.raises(PhotofindError, match="ended"):
        client.request(Rescan())
    assert not [event for event in events if isinstance(event, BaseAnswer)]
