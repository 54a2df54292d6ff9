"""A disk that fills while photos are indexed: said clearly, nothing lost, resumed by itself."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.photos import read_photo_order
from photofind.catalog.reader import CatalogReader
from photofind.catalog.status import read_problems
from photofind.domain import PhotofindError
from photofind.paths import app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.messages import AddFolders, Event, Notice
from tests.e2e.program import Program, watch
from tests.e2e.stalling_site import sitecustomize as stalling
from tests.plugins.catalog import read
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


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
            client.request(AddFolders(paths=(photos,)), timeout_s=PATIENCE_S)
        assert caught.value.code == "catalog_full"
        assert "full" in caught.value.user_message
        assert any(isinstance(event, Notice) and event.code == "catalog_full" for event in heard)
        enlarge("50m")
        # Nobody asks: it goes on by itself.
        recovered.wait(PATIENCE_S)
        with CatalogReader(folders) as reader:
            assert len(read(reader, read_photo_order).photo_ids) == 60
            assert read(reader, read_problems) == []
        assert [each.code for each in heard if isinstance(each, Notice)].count("catalog_full") == 1
    finally:
        client.close()


@pytest.mark.parametrize("dies", [False, True])
def test_what_only_reads_works_on_a_full_disk(
    small_disk: tuple[Path, Callable[[str], None]], photos: Path, dies: bool
) -> None:
    """SQLite has nowhere to put the index of its write-ahead log then, which readers need, too."""
    disk, enlarge = small_disk
    enlarge("8m")
    program = Program(disk / "data")
    if dies:  # then a log is left that was not yet moved into the catalog
        command, address = watch(program, photos)
        os.kill(address.pid, signal.SIGKILL)
        command.kill()
        command.communicate()
        assert program.folders.catalog.with_name("catalog.db-wal").stat().st_size
    else:
        program.document("index", photos)
    _fill(disk)
    before = program.folders.catalog.read_bytes()
    photo = photos / "photo 1.jpg"
    assert program.hit_names("search", "photo 1")[0] == photo.name
    assert len(program.hit_names("similar", photo)) == 2
    assert program.document("status")["photos"] == 3
    assert program.document("problems")["problems"] == []
    for words in (["folders", "list"], ["models", "list"], ["info", photo], ["tags", photo]):
        assert program.run(*words).code == 0, words
    several = [program.start("search", "photo", "--json") for _ in range(3)]
    assert [command.wait(PATIENCE_S) for command in several] == [0, 0, 0]
    for command in several:
        command.communicate()
    assert program.error("tags", photo, "--add", "kept", code=1) == "catalog_full"
    if not dies:
        assert program.folders.catalog.read_bytes() == before
    (disk / "filler").unlink()
    assert program.run("tags", photo, "--add", "kept").code == 0


def _fill(disk: Path) -> None:
    with (disk / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(bytes(512))
