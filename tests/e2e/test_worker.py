"""The real worker process, driven through the real client."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import threading
from typing import TYPE_CHECKING

import filelock
import psutil
import pytest

from photofind.catalog.folders import read_folders
from photofind.catalog.photos import read_photo_order, read_photos
from photofind.catalog.reader import CatalogReader
from photofind.domain import CatalogError, IndexReport, PhotofindError
from photofind.paths import AppFolders, app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.messages import (
    AddFolders,
    CatalogChanged,
    ChangeSettings,
    Hello,
    IndexingProgress,
    Notice,
    PhotosReady,
    RelocateFolder,
    RemoveFolder,
    Rescan,
    Watch,
)
from photofind.worker.wire import JobFinished
from tests.e2e.ears import Ear
from tests.plugins.catalog import read
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def folders(tmp_path: Path) -> AppFolders:
    return app_folders(tmp_path / "data")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    for seed in range(24):
        make_photo(folder / f"{seed:02}.jpg", seed=seed)
    return folder


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def client(folders: AppFolders, ear: Ear) -> Iterator[WorkerClient]:
    client = WorkerClient(folders, ear, back_off_s=0.01)
    client.start()
    yield client
    client.close()


def index(client: WorkerClient, *paths: Path) -> IndexReport:
    answer = client.request(AddFolders(paths=tuple(path for path in paths)), timeout_s=PATIENCE_S)
    return answer.report


def rescan(client: WorkerClient) -> IndexReport:
    answer = client.request(Rescan(), timeout_s=PATIENCE_S)
    return answer.report


def assert_sound(folders: AppFolders, contents: int) -> None:
    """The catalog is whole and every content has exactly one vector a space."""
    connection = sqlite3.connect(folders.catalog)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute(
            "SELECT space, count(*), count(DISTINCT region_id) FROM embeddings GROUP BY space"
            " ORDER BY space"
        ).fetchall() == [("search", contents, contents), ("similar", contents, contents)]
        assert connection.execute(
            "SELECT count(*) FROM contents WHERE state <> 'ready'"
        ).fetchone() == (0,)
    finally:
        connection.close()


def assert_steps_back(process: psutil.Process) -> None:
    """Whatever the person does goes first, at the processor and at the disk."""
    if sys.platform == "win32":
        assert process.nice() == psutil.BELOW_NORMAL_PRIORITY_CLASS
    else:
        assert process.nice() >= 10
    if sys.platform == "linux":
        assert process.ionice() == (psutil.IOPRIO_CLASS_BE, 7)


def test_indexes_once_and_then_only_what_changed(
    client: WorkerClient, folders: AppFolders, photos: Path
) -> None:
    first = index(client, photos)
    assert (first.new, first.unchanged, first.failed) == (24, 0, 0)
    assert first.images_per_s > 0
    again = rescan(client)
    assert (again.new, again.unchanged, again.changed) == (0, 24, 0)
    make_photo(photos / "00.jpg", seed=100)
    make_photo(photos / "deeper" / "new.png", seed=101)
    (photos / "01.jpg").unlink()
    (photos / "note.txt").write_text("not a photo")
    third = rescan(client)
    assert (third.new, third.changed, third.missing, third.ignored) == (1, 1, 1, 1)
    assert third.unchanged == 22
    with CatalogReader(folders) as reader:
        assert len(read(reader, read_photo_order).photo_ids) == 24


def test_moves_and_copies_embed_nothing(
    client: WorkerClient, folders: AppFolders, photos: Path
) -> None:
    index(client, photos)
    moved = photos / "2019 Ä"
    moved.mkdir()
    for number in range(5):
        (photos / f"{number:02}.jpg").rename(moved / f"{number}.jpg")
    (photos / "copy.jpg").write_bytes((photos / "10.jpg").read_bytes())
    report = rescan(client)
    assert (report.new, report.moved, report.copies, report.missing) == (0, 5, 1, 0)
    assert report.images_per_s == 0
    assert_sound(folders, contents=24)
    with CatalogReader(folders) as reader:
        paths = [
            p
            for photo in read(
                reader, read_photos, read(reader, read_photo_order).photo_ids.tolist()
            ).values()
            for p in photo.paths
        ]
    assert len(paths) == 25
    assert all(path.exists() for path in paths)


def test_a_touched_file_is_unchanged(client: WorkerClient, photos: Path) -> None:
    index(client, photos)
    os.utime(photos / "00.jpg", ns=(1_000_000_000, 1_000_000_000))
    report = rescan(client)
    assert (report.unchanged, report.changed, report.moved, report.copies) == (24, 0, 0, 0)


def test_a_deleted_photo_that_comes_back_embeds_nothing(
    client: WorkerClient, folders: AppFolders, photos: Path
) -> None:
    index(client, photos)
    kept = (photos / "00.jpg").read_bytes()
    (photos / "00.jpg").unlink()
    assert rescan(client).missing == 1
    (photos / "restored.jpg").write_bytes(kept)
    report = rescan(client)
    assert (report.new, report.moved, report.missing) == (0, 1, 0)
    assert_sound(folders, contents=24)


@pytest.mark.expects_log("the worker died")
def test_a_killed_worker_comes_back_and_nothing_is_done_twice(
    client: WorkerClient, ear: Ear, folders: AppFolders, photos: Path
) -> None:
    pid = ear.wait_for(Hello).pid
    client.send(AddFolders(paths=(photos,)), ear)
    ready = set(ear.wait_for(PhotosReady).content_ids)
    os.kill(pid, signal.SIGKILL)
    ear.wait_for(JobFinished)
    notices = [event.code for event in ear.heard if isinstance(event, Notice)]
    assert notices == ["worker_restarted"]
    for event in ear.heard:
        if isinstance(event, PhotosReady) and not ready.issuperset(event.content_ids):
            assert not ready & set(event.content_ids)
            ready.update(event.content_ids)
    assert_sound(folders, contents=24)


def test_pausing_stops_and_resuming_finishes(client: WorkerClient, ear: Ear, photos: Path) -> None:
    client.request(ChangeSettings(changes={"paused": True}), timeout_s=PATIENCE_S)
    client.send(AddFolders(paths=(photos,)), ear)
    paused = ear.wait_for(IndexingProgress, lambda event: event.progress.total == 24).progress
    assert (paused.activity, paused.done) == ("paused", 0)
    client.send(ChangeSettings(changes={"paused": False}))
    done = ear.wait_for(JobFinished)
    assert done.report.new == 24


def test_two_clients_share_one_worker_and_the_last_one_ends_it(
    client: WorkerClient, ear: Ear, folders: AppFolders, photos: Path
) -> None:
    pid = ear.wait_for(Hello).pid
    other_ear = Ear()
    other = WorkerClient(folders, other_ear)
    other.start()
    assert other_ear.wait_for(Hello).pid == pid
    assert client.owns_worker
    assert not other.owns_worker
    assert index(other, photos).new == 24
    assert ear.wait_for(PhotosReady).content_ids  # everybody hears the news
    client.close()
    assert psutil.pid_exists(pid)
    assert rescan(other).unchanged == 24
    process = psutil.Process(pid)
    assert_steps_back(process)
    other.close()
    assert psutil.wait_procs([process], timeout=PATIENCE_S)[1] == []
    assert not folders.worker_address.exists()


def test_removing_a_folder_hides_its_photos_and_adding_it_again_embeds_nothing(
    client: WorkerClient, ear: Ear, folders: AppFolders, photos: Path
) -> None:
    index(client, photos)
    client.request(RemoveFolder(path=photos), timeout_s=PATIENCE_S)
    ear.wait_for(CatalogChanged)
    with CatalogReader(folders) as reader:
        assert len(read(reader, read_photo_order).photo_ids) == 0
    report = index(client, photos)
    assert (report.new, report.images_per_s) == (0, 0)
    with CatalogReader(folders) as reader:
        assert len(read(reader, read_photo_order).photo_ids) == 24


def test_changes_are_noticed_while_watching(
    client: WorkerClient, ear: Ear, folders: AppFolders, photos: Path
) -> None:
    index(client, photos)
    client.request(Watch(), timeout_s=PATIENCE_S)
    with CatalogReader(folders) as reader:
        before = set(read(reader, read_photo_order).content_ids.tolist())
    make_photo(photos / "new" / "deep" / "a.jpg", seed=200)
    ear.wait_for(PhotosReady, lambda event: before.isdisjoint(event.content_ids))
    (photos / "new").rename(photos / "renamed")
    (photos / "00.jpg").unlink()

    def as_it_is_now() -> bool:
        with CatalogReader(folders) as reader:
            ids = read(reader, read_photo_order).photo_ids.tolist()
            paths = {
                path for photo in read(reader, read_photos, ids).values() for path in photo.paths
            }
        return paths == set(photos.rglob("*.jpg"))

    ear.wait_for(CatalogChanged, lambda _: as_it_is_now())
    assert_sound(folders, contents=25)


def test_a_relocated_folder_embeds_nothing(
    client: WorkerClient, folders: AppFolders, photos: Path
) -> None:
    index(client, photos)
    elsewhere = photos.with_name("elsewhere")
    photos.rename(elsewhere)
    relocate = RelocateFolder(old=photos, new=elsewhere)
    answer = client.request(relocate, timeout_s=PATIENCE_S)
    assert (answer.report.unchanged, answer.report.new, answer.report.missing) == (24, 0, 0)
    with CatalogReader(folders) as reader:
        ids = read(reader, read_photo_order).photo_ids.tolist()
        paths = [path for photo in read(reader, read_photos, ids).values() for path in photo.paths]
    assert set(paths) == set(elsewhere.rglob("*.jpg"))


def test_a_folder_cannot_be_relocated_to_nowhere_or_into_another(
    client: WorkerClient, photos: Path, tmp_path: Path
) -> None:
    other = make_photo(tmp_path / "other" / "sub" / "a.jpg", seed=500).parents[1]
    index(client, photos, other)
    for new, code in (
        (tmp_path / "nowhere", "folder_missing"),
        (other / "sub", "folder_taken"),
    ):
        with pytest.raises(PhotofindError) as caught:
            client.request(
                RelocateFolder(old=photos, new=new),
                timeout_s=PATIENCE_S,
            )
        assert caught.value.code == code
    assert rescan(client).unchanged == 25


def test_folders_that_cannot_be_added_are_refused(
    client: WorkerClient, folders: AppFolders, photos: Path
) -> None:
    with pytest.raises(PhotofindError) as caught:
        index(client, photos, photos / "nowhere")
    assert caught.value.code == "folder_missing"
    with CatalogReader(folders) as reader:
        assert read(reader, read_folders) == []
    with pytest.raises(PhotofindError) as caught:
        client.request(RemoveFolder(path=photos), timeout_s=PATIENCE_S)
    assert caught.value.code == "folder_unknown"


def test_a_bad_file_stops_nothing_and_is_not_tried_again(
    client: WorkerClient, photos: Path
) -> None:
    (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    (photos / "empty.png").touch()
    first = index(client, photos)
    assert (first.new, first.failed) == (24, 2)
    assert {problem.path.name for problem in first.problems} == {"broken.jpg", "empty.png"}
    again = rescan(client)
    assert (again.unchanged, again.failed) == (24, 2)
    assert [problem.attempts for problem in again.problems] == [1, 1]


def test_the_same_bad_content_twice_is_two_problems(client: WorkerClient, photos: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        (photos / name).write_bytes(b"\xff\xd8\xff\xe0 no picture")
    report = index(client, photos)
    assert report.failed == 2
    assert {problem.path.name for problem in report.problems} == {"a.jpg", "b.jpg"}
    assert all(problem.reason for problem in report.problems)


def test_an_emptied_root_is_taken_for_offline(
    client: WorkerClient, folders: AppFolders, photos: Path
) -> None:
    index(client, photos)
    away = photos.with_name("unplugged")
    photos.rename(away)
    assert rescan(client).missing == 0
    photos.mkdir()  # an empty mount point
    assert rescan(client).missing == 0
    with CatalogReader(folders) as reader:
        assert len(read(reader, read_photo_order).photo_ids) == 24
    photos.rmdir()
    away.rename(photos)
    assert rescan(client).unchanged == 24


def test_a_catalog_held_by_somebody_unreachable_is_a_clear_error(folders: AppFolders) -> None:
    folders.ensure()
    with filelock.FileLock(folders.lock):
        client = WorkerClient(folders, lambda _: None, start_timeout_s=0.5)
        with pytest.raises(CatalogError) as caught:
            client.start()
        client.close()
    assert caught.value.code == "catalog_locked"


def test_two_clients_starting_at_once_end_up_with_one_worker(folders: AppFolders) -> None:
    ears = [Ear(), Ear(), Ear()]
    clients = [WorkerClient(folders, ear) for ear in ears]
    threads = [threading.Thread(target=client.start) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    pids = {ear.wait_for(Hello).pid for ear in ears}
    for client in clients:
        client.close()
    assert len(pids) == 1
