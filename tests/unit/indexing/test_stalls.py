"""Reads that don't come back are noticed, and nobody else waits for their drive."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from photofind.indexing.stalls import Stalls

SERVER, HERE = Path("/mnt/server"), Path("/home/me")
_PATIENCE_S = 30.0


class _Watch:
    """What is told."""

    def __init__(self) -> None:
        self.stalled: list[Path | None] = []
        self.answering: list[Path | None] = []
        self.told = threading.Event()
        self.stalls = Stalls(self._stalled, self._answers, stalled_s=0.05, check_s=0.01)
        self.stalls.set_roots([HERE, SERVER])
        self.stalls.start()

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
    with watch.stalls.reading(SERVER / "a.jpg"):
        assert watch.told.wait(_PATIENCE_S)
        assert watch.stalled == [SERVER]
        assert watch.stalls.is_silent(SERVER / "sub" / "b.jpg")
        assert watch.stalls.is_silent(SERVER)
        assert not watch.stalls.is_silent(HERE / "c.jpg")
    assert watch.answering == [SERVER]
    assert not watch.stalls.is_silent(SERVER / "a.jpg")
    watch.stalls.stop()


def test_a_quick_read_is_told_to_nobody(watch: _Watch) -> None:
    with watch.stalls.reading(HERE / "a.jpg"):
        pass
    watch.stalls.stop()
    assert (watch.stalled, watch.answering) == ([], [])


def test_a_root_is_silent_until_every_read_of_it_is_back(watch: _Watch) -> None:
    release = threading.Event()

    def read() -> None:
        with watch.stalls.reading(SERVER / "b.jpg"):
            release.wait(_PATIENCE_S)

    other = threading.Thread(target=read)
    with watch.stalls.reading(SERVER / "a.jpg"):
        other.start()
        while len(watch.stalled) < 2:
            watch.told.wait(0.01)
    assert watch.stalls.is_silent(SERVER)
    release.set()
    other.join(_PATIENCE_S)
    assert not watch.stalls.is_silent(SERVER)
    watch.stalls.stop()


def test_a_file_of_a_root_that_was_removed_concerns_no_other(watch: _Watch) -> None:
    with watch.stalls.reading(Path("/elsewhere/a.jpg")):
        assert watch.told.wait(_PATIENCE_S)
        assert not watch.stalls.is_silent(HERE)
    watch.stalls.stop()
    assert watch.answering == [None]
