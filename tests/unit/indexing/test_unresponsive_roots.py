"""Reads that don't come back are noticed, and nobody else waits for their drive."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from photofind.indexing.unresponsive_roots import UnresponsiveRoots
from tests.plugins.patience import PATIENCE_S

SERVER, HERE = Path("/mnt/server"), Path("/home/me")


class _Watch:
    """What is told."""

    def __init__(self) -> None:
        self.stalled: list[Path | None] = []
        self.answering: list[Path | None] = []
        self.told = threading.Event()
        self.unresponsive = UnresponsiveRoots(
            self._stalled, self._answers, stalled_s=0.05, check_s=0.01
        )
        self.unresponsive.set_roots([HERE, SERVER])
        self.unresponsive.start()

    def _stalled(self, root: Path | None, thread_id: int) -> None:
        assert thread_id
        self.stalled.append(root)
        self.told.set()

    def _answers(self, root: Path | None, thread_id: int) -> None:
        assert thread_id == threading.get_ident()
        self.answering.append(root)


@pytest.fixture
def watch() -> _Watch:
    return _Watch()


def test_a_read_that_hangs_silences_its_root_until_it_comes_back(watch: _Watch) -> None:
    with watch.unresponsive.reading(SERVER / "a.jpg"):
        assert watch.told.wait(PATIENCE_S)
        assert watch.stalled == [SERVER]
        assert watch.unresponsive.is_silent(SERVER / "sub" / "b.jpg")
        assert watch.unresponsive.is_silent(SERVER)
        assert not watch.unresponsive.is_silent(HERE / "c.jpg")
    assert watch.answering == [SERVER]
    assert not watch.unresponsive.is_silent(SERVER / "a.jpg")
    watch.unresponsive.stop()


def test_a_quick_read_is_told_to_nobody(watch: _Watch) -> None:
    with watch.unresponsive.reading(HERE / "a.jpg"):
        pass
    watch.unresponsive.stop()
    assert (watch.stalled, watch.answering) == ([], [])


def test_a_root_is_silent_until_every_read_of_it_is_back(watch: _Watch) -> None:
    release = threading.Event()

    def read() -> None:
        with watch.unresponsive.reading(SERVER / "b.jpg"):
            release.wait(PATIENCE_S)

    other = threading.Thread(target=read)
    with watch.unresponsive.reading(SERVER / "a.jpg"):
        other.start()
        while len(watch.stalled) < 2:
            watch.told.wait(0.01)
    assert watch.unresponsive.is_silent(SERVER)
    release.set()
    other.join(PATIENCE_S)
    assert not watch.unresponsive.is_silent(SERVER)
    watch.unresponsive.stop()


def test_a_file_of_a_root_that_was_removed_concerns_no_other(watch: _Watch) -> None:
    with watch.unresponsive.reading(Path("/elsewhere/a.jpg")):
        assert watch.told.wait(PATIENCE_S)
        assert not watch.unresponsive.is_silent(HERE)
    watch.unresponsive.stop()
    assert watch.answering == [None]
