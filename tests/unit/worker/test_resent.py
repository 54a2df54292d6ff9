"""Commands that a worker carried out, but died before it said so: the next one gets them, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.catalog.reader import CatalogReader
from photofind.domain import PhotofindError
from photofind.paths import AppFolders, app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.messages import (
    AddFolders,
    Done,
    JobFinished,
    RelocateFolder,
    RemoveFolder,
    path_to_wire,
)
from tests.plugins.pictures import make_photo
from tests.unit.describe.made_up import ModelShelf
from tests.unit.worker.inner_worker import working

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from photofind.worker.messages import Command, Event

_PATIENCE_S = 60.0


class Office:
    """A client, and a folder of one photo that has been moved."""

    def __init__(self, folders: AppFolders, old: Path, new: Path) -> None:
        self.folders, self.old, self.new = folders, old, new
        self.client = WorkerClient(folders, lambda _: None)

    def request(self, command: Command) -> Event:
        return self.client.request(command, _PATIENCE_S)

    def roots(self) -> list[Path]:
        with CatalogReader(self.folders) as reader:
            return [row.path for row in reader.folders()]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(app_folders(tmp_path / "data"), tmp_path / "old", tmp_path / "new")
    make_photo(office.old / "a.jpg", seed=1)
    with working(office.folders, ModelShelf()):
        office.client.start()
        try:
            office.request(AddFolders(paths=(path_to_wire(office.old),)))
            office.old.rename(office.new)
            yield office
        finally:
            office.client.close()


def test_a_folder_that_was_found_again_stays_found(office: Office) -> None:
    old, new = path_to_wire(office.old), path_to_wire(office.new)
    office.request(RelocateFolder(old=old, new=new))
    answer = office.request(RelocateFolder(old=old, new=new, resent=True))
    assert isinstance(answer, JobFinished)
    assert answer.report.unchanged == 1
    assert office.roots() == [office.new]
    with pytest.raises(PhotofindError, match="old"):
        office.request(RelocateFolder(old=old, new=new))


def test_a_folder_that_was_removed_stays_removed(office: Office) -> None:
    old = path_to_wire(office.old)
    office.request(RemoveFolder(path=old))
    assert isinstance(office.request(RemoveFolder(path=old, resent=True)), Done)
    assert office.roots() == []
    with pytest.raises(PhotofindError, match="old"):
        office.request(RemoveFolder(path=old))
