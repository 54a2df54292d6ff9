"""Commands that a worker carried out, but died before it said so: the next one gets them, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.catalog.folders import read_folders
from photofind.catalog.reader import CatalogReader
from photofind.catalog.searches import read_saved_searches
from photofind.domain import PhotofindError
from photofind.paths import AppFolders, app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.messages import (
    AddFolders,
    RelocateFolder,
    RemoveFolder,
    RemoveSavedSearch,
    RenameSavedSearch,
    SaveSearch,
)
from photofind.worker.wire import Done
from tests.plugins.catalog import read
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo
from tests.unit.describe.made_up import ModelShelf
from tests.unit.worker.inner_worker import working

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from photofind.worker.wire import AnswerT, BaseCommand


class Office:
    """A client, and a folder of one photo that has been moved."""

    def __init__(self, folders: AppFolders, old: Path, new: Path) -> None:
        self.folders, self.old, self.new = folders, old, new
        self.client = WorkerClient(folders, lambda _: None)

    def request(self, command: BaseCommand[AnswerT]) -> AnswerT:
        return self.client.request(command, PATIENCE_S)

    def roots(self) -> list[Path]:
        with CatalogReader(self.folders) as reader:
            return [row.path for row in read(reader, read_folders)]

    def saved(self) -> list[str]:
        with CatalogReader(self.folders) as reader:
            return [each.name for each in read(reader, read_saved_searches)]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(app_folders(tmp_path / "data"), tmp_path / "old", tmp_path / "new")
    make_photo(office.old / "a.jpg", seed=1)
    with working(office.folders, ModelShelf()):
        office.client.start()
        try:
            office.request(AddFolders(paths=(office.old,)))
            office.old.rename(office.new)
            yield office
        finally:
            office.client.close()


def test_a_folder_that_was_found_again_stays_found(office: Office) -> None:
    old, new = office.old, office.new
    office.request(RelocateFolder(old=old, new=new))
    answer = office.request(RelocateFolder(old=old, new=new, resent=True))
    assert answer.report.unchanged == 1
    assert office.roots() == [office.new]
    with pytest.raises(PhotofindError, match="old"):
        office.request(RelocateFolder(old=old, new=new))


def test_a_folder_that_was_removed_stays_removed(office: Office) -> None:
    old = office.old
    office.request(RemoveFolder(path=old))
    assert isinstance(office.request(RemoveFolder(path=old, resent=True)), Done)
    assert office.roots() == []
    with pytest.raises(PhotofindError, match="old"):
        office.request(RemoveFolder(path=old))


def test_a_saved_search_is_changed_once(office: Office) -> None:
    for resent in (False, True):
        office.request(SaveSearch(name="a", query="dogs", resent=resent))
        assert office.saved() == ["a"]
    for resent in (False, True):
        office.request(RenameSavedSearch(name="a", new_name="b", resent=resent))
        assert office.saved() == ["b"]
    for resent in (False, True):
        office.request(RemoveSavedSearch(name="b", resent=resent))
        assert office.saved() == []
    for command in (RemoveSavedSearch(name="b"), RenameSavedSearch(name="b", new_name="c")):
        with pytest.raises(PhotofindError, match="no saved search"):
            office.request(command)
