"""What the watcher notices, with the system's own events."""

from __future__ import annotations

import errno
import queue
from typing import TYPE_CHECKING, Any

import pytest
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, EventEmitter

from photofind.catalog.folders import FolderRow
from photofind.domain import FolderId
from photofind.indexing.watcher import FolderWatcher, WatchListener
from tests.plugins.patience import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class Listener(WatchListener):
    def __init__(self) -> None:
        self.changes: queue.Queue[tuple[FolderId, frozenset[bytes]]] = queue.Queue()
        self.unwatchables: list[tuple[Path, bool]] = []

    def paths_changed(self, folder_id: FolderId, rel_paths: frozenset[bytes]) -> None:
        self.changes.put((folder_id, rel_paths))

    def unwatchable(self, folder: FolderRow, limit_reached: bool) -> None:
        self.unwatchables.append((folder.path, limit_reached))

    def wait_for(self, *rel_paths: bytes) -> set[bytes]:
        """Waits until these paths were noted, and returns all that were."""
        noted: set[bytes] = set()
        while not noted.issuperset(rel_paths):
            noted |= self.changes.get(timeout=PATIENCE_S)[1]
        return noted


def root(path: Path, number: int = 1) -> FolderRow:
    path.mkdir(exist_ok=True)
    return FolderRow(FolderId(number), path, None, 0)


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def watcher(listener: Listener) -> Iterator[FolderWatcher]:
    watcher = FolderWatcher(listener, gives_events=lambda _: True, quiet_s=0.05)
    watcher.start()
    yield watcher
    watcher.stop()


def test_new_changed_moved_and_deleted_files_are_noted(
    watcher: FolderWatcher, listener: Listener, tmp_path: Path
) -> None:
    folder = root(tmp_path / "photos")
    (folder.path / "old.jpg").write_bytes(b"1")
    watcher.watch([folder])
    (folder.path / "new.jpg").write_bytes(b"1")
    listener.wait_for(b"new.jpg")
    (folder.path / "new.jpg").write_bytes(b"22")
    listener.wait_for(b"new.jpg")
    (folder.path / "new.jpg").rename(folder.path / "moved.jpg")
    listener.wait_for(b"new.jpg", b"moved.jpg")
    (folder.path / "old.jpg").unlink()
    listener.wait_for(b"old.jpg")


def test_a_folder_that_is_moved_in_or_away_is_noted(
    watcher: FolderWatcher, listener: Listener, tmp_path: Path
) -> None:
    folder = root(tmp_path / "photos")
    outside = tmp_path / "2019"
    (outside / "deep").mkdir(parents=True)
    (outside / "deep" / "a.jpg").write_bytes(b"1")
    watcher.watch([folder])
    outside.rename(folder.path / "2019")
    listener.wait_for(b"2019")
    (folder.path / "2019").rename(outside)
    listener.wait_for(b"2019")


def test_a_file_is_reported_only_once_it_is_quiet(
    watcher: FolderWatcher, listener: Listener, tmp_path: Path
) -> None:
    folder = root(tmp_path / "photos")
    watcher.watch([folder])
    with (folder.path / "copying.jpg").open("wb") as file:
        for _ in range(200):
            file.write(b"part")
            file.flush()
    assert listener.changes.get(timeout=PATIENCE_S) == (folder.id, frozenset({b"copying.jpg"}))
    assert listener.changes.empty()


def test_a_folder_that_is_no_longer_wanted_is_left_alone(
    watcher: FolderWatcher, listener: Listener, tmp_path: Path
) -> None:
    first, second = root(tmp_path / "a", 1), root(tmp_path / "b", 2)
    watcher.watch([first, second])
    watcher.watch([second])
    (first.path / "x.jpg").write_bytes(b"1")
    (second.path / "y.jpg").write_bytes(b"1")
    assert listener.wait_for(b"y.jpg") == {b"y.jpg"}


def test_a_root_that_was_away_is_watched_again_once_it_is_back(
    watcher: FolderWatcher, listener: Listener, tmp_path: Path
) -> None:
    folder = root(tmp_path / "drive")
    away = tmp_path / "unplugged"
    watcher.watch([folder])
    folder.path.rename(away)
    watcher.watch([folder])
    away.rename(folder.path)
    watcher.watch([folder])
    (folder.path / "x.jpg").write_bytes(b"1")
    listener.wait_for(b"x.jpg")
    assert listener.unwatchables == []


def test_a_file_system_without_events_is_said(listener: Listener, tmp_path: Path) -> None:
    watcher = FolderWatcher(listener, gives_events=lambda _: False)
    watcher.start()
    watcher.watch([root(tmp_path / "share")])
    watcher.stop()
    assert listener.unwatchables == [(tmp_path / "share", False)]


@pytest.mark.parametrize(("number", "is_limit"), [(errno.ENOSPC, True), (errno.EACCES, False)])
def test_the_systems_limit_is_said(
    listener: Listener, tmp_path: Path, number: int, is_limit: bool
) -> None:
    class FullEmitter(EventEmitter):
        """Fails as inotify does when no more folders may be watched."""

        def on_thread_start(self) -> None:
            raise OSError(number, "inotify")

    def make_observer(*_: Any) -> BaseObserver:
        return BaseObserver(FullEmitter)

    watcher = FolderWatcher(listener, gives_events=lambda _: True, make_observer=make_observer)
    watcher.start()
    watcher.watch([root(tmp_path / "photos")])
    watcher.stop()
    assert listener.unwatchables == [(tmp_path / "photos", is_limit)]


def test_a_system_without_an_instance_left_can_watch_nothing(
    listener: Listener, tmp_path: Path
) -> None:
    def make_observer(*_: Any) -> BaseObserver:
        raise OSError(errno.EMFILE, "inotify instance limit reached")

    watcher = FolderWatcher(listener, gives_events=lambda _: True, make_observer=make_observer)
    watcher.start()
    watcher.watch([root(tmp_path / "photos")])
    watcher.stop()
    assert listener.unwatchables == [(tmp_path / "photos", True)]


class Limited:
    """An observer of which the test says what it can't watch."""

    def make(
        self, refused: Callable[[bytes], None], overflowed: Callable[[], None]
    ) -> BaseObserver:
        self.refused, self.overflowed = refused, overflowed
        self.observer = Observer()
        return self.observer


def test_what_the_system_can_watch_no_more_is_known_by_its_outermost_folders(
    listener: Listener, tmp_path: Path
) -> None:
    limited = Limited()
    watcher = FolderWatcher(
        listener, gives_events=lambda _: True, make_observer=limited.make, quiet_s=0.05
    )
    watcher.start()
    first, second = root(tmp_path / "a", 1), root(tmp_path / "b", 2)
    watcher.watch([first, second])
    for below in ("2019", "2019/05", "2020"):
        limited.refused(str(first.path / below).encode())
    limited.refused(str(tmp_path / "ab").encode())
    assert watcher.unwatched() == {first.id: (3, frozenset({b"2019", b"2020"}))}
    watcher.watch([first, second])
    assert first.id in watcher.unwatched()
    watcher.watch([first, second], retries=True)
    assert watcher.unwatched() == {}
    limited.overflowed()
    assert listener.wait_for(b"") == {b""}
    watcher.stop()


def test_permissions_that_change_are_noted(
    watcher: FolderWatcher, listener: Listener, tmp_path: Path
) -> None:
    folder = root(tmp_path / "photos")
    (folder.path / "a.jpg").write_bytes(b"1")
    (folder.path / "below").mkdir()
    watcher.watch([folder])
    (folder.path / "a.jpg").chmod(0o600)
    (folder.path / "below").chmod(0o700)
    listener.wait_for(b"a.jpg", b"below")
