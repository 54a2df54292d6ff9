"""The memory that decoding may take."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from photofind.indexing.decode_watchdog import memory_limit_bytes
from photofind.media import memory
from photofind.media.memory import (
    MemoryGate,
    budget_of,
    decoding_gate,
    picture_budget,
    pixel_limit,
    process_limit_of,
    usable_memory,
)

_GIB = 1 << 30


def _with_memory(monkeypatch: pytest.MonkeyPatch, total: int) -> None:
    fake = SimpleNamespace(virtual_memory=lambda: SimpleNamespace(total=total))
    monkeypatch.setattr(memory, "psutil", fake)
    monkeypatch.setattr(memory, "memory_limit", lambda: None)
    monkeypatch.setattr(memory, "picture_budget", picture_budget.__wrapped__)


def test_the_pixel_limit_follows_the_machines_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    _with_memory(monkeypatch, 4 << 30)
    small = pixel_limit()
    assert 100e6 < small < 110e6
    _with_memory(monkeypatch, 8 << 30)
    assert pixel_limit() == pytest.approx(2 * small, rel=1e-6)
    _with_memory(monkeypatch, 1024 << 30)
    assert pixel_limit() == pytest.approx(3 * small, rel=1e-6)


def test_a_tiny_machine_still_decodes_a_24_megapixel_photo(monkeypatch: pytest.MonkeyPatch) -> None:
    _with_memory(monkeypatch, 256 << 20)
    assert pixel_limit() > 24e6


def test_this_machines_limits_are_consistent() -> None:
    assert 0 < pixel_limit() < picture_budget()
    assert decoding_gate() is decoding_gate()


@pytest.mark.parametrize("memory", [4 * _GIB, 8 * _GIB, 64 * _GIB])
def test_a_decoder_that_runs_away_is_stopped_before_the_system_is_short_of_memory(
    memory: int,
) -> None:
    assert process_limit_of(memory) == memory // 2


@pytest.mark.parametrize("memory", [n * _GIB // 4 for n in (2, 3, 4, 5, 6, 8, 12, 16, 32, 64, 512)])
def test_the_largest_picture_that_is_let_in_never_ends_the_process(memory: int) -> None:
    beside = 670_000_000  # a worker with the largest model of the registry
    assert process_limit_of(memory) > budget_of(memory) + beside
    if memory >= _GIB:
        assert process_limit_of(memory) <= 0.9 * memory


def test_a_container_has_what_it_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    _with_memory(monkeypatch, 64 * _GIB)
    assert usable_memory() == 64 * _GIB
    monkeypatch.setattr(memory, "memory_limit", lambda: 2 * _GIB)
    assert usable_memory() == 2 * _GIB
    assert memory_limit_bytes() == process_limit_of(2 * _GIB)
    assert pixel_limit() == budget_of(2 * _GIB) // memory.BYTES_PER_PIXEL
    monkeypatch.setattr(memory, "memory_limit", lambda: 1 << 62)  # version 1's way to say "none"
    assert usable_memory() == 64 * _GIB


def test_the_gate_never_lets_more_in_than_fits() -> None:
    gate = MemoryGate(100)
    lock = threading.Lock()
    held: list[int] = []
    most = 0
    start = threading.Barrier(8)

    def work(size: int) -> None:
        nonlocal most
        start.wait()
        for _ in range(50):
            with gate.hold(size):
                with lock:
                    held.append(size)
                    most = max(most, sum(held))
                    assert sum(held) <= 100 or held == [size]
                with lock:
                    held.remove(size)

    failures: list[BaseException] = []

    def guarded(size: int) -> None:
        try:
            work(size)
        except BaseException as error:  # noqa: BLE001 (handed to the main thread)
            failures.append(error)

    sizes = (10, 30, 40, 60, 70, 90, 100, 250)
    threads = [threading.Thread(target=guarded, args=(size,)) for size in sizes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert most == 250  # the one that never fits was let in, alone


def test_the_gate_opens_again_after_an_error() -> None:
    gate = MemoryGate(100)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), gate.hold(100):
            _ = 1 // 0
    with gate.hold(100):
        pass
