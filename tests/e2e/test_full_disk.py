"""A disk that fills while photos are indexed: said clearly, nothing lost, resumed by itself."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.reader import CatalogReader
from photofind.domain import PhotofindError
from photofind.paths import app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.messages import AddFolders, Event, Notice, path_to_wire
from tests.e2e.stalling_site import sitecustomize as stalling
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PATIENCE_S = 60.0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[tuple[Path, Callable[[str], None]]]:
    """A file system of 1.5 MB, and a way to make it larger."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", str(disk)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode != 0:
        pytest.skip("needs the right to mount a small file system (root)")

    def enlarge(size: str) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", str(disk)], check=True)

    yield disk, enlarge
    subprocess.run(["umount", str(disk)], check=True)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker tries again soon."""
    folders = [str(Path(stalling.__file__).parent), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, folders)))


def test_a_full_disk_is_said_and_work_goes_on_once_there_is_room(
    small_disk: tuple[Path, Callable[[str], None]], tmp_path: Path, impatient: None
) -> None:
    disk, enlarge = small_disk
    photos = tmp_path / "photos"
    for seed in range(60):
        make_photo(photos / f"{seed:02}.jpg", seed=seed)
    folders = app_folders(disk / "data")
    heard: list[Event] = []
    recovered = threading.Event()

    def hear(event: Event) -> None:
        heard.append(event)
        if isinstance(event, Notice) and event.code == "catalog_recovered":
            recovered.set()

    client = WorkerClient(folders, hear)
    client.start()
    try:
        with pytest.raises(PhotofindError) as caught:
            client.request(AddFolders(paths=(path_to_wire(photos),)), timeout_s=_PATIENCE_S)
        assert caught.value.code == "catalog_full"
        assert "full" in caught.value.user_message
        assert any(isinstance(event, Notice) and event.code == "catalog_full" for event in heard)
        enlarge("50m")
        # Nobody asks: it goes on by itself.
        recovered.wait(_PATIENCE_S)
        with CatalogReader(folders) as reader:
            assert len(reader.photo_order().photo_ids) == 60
            assert reader.problems() == []
        assert [each.code for each in heard if isinstance(each, Notice)].count("catalog_full") == 1
    finally:
        client.close()
