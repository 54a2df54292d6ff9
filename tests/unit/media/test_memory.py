"""The memory that decoding may take."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from photofind.media import memory
from photofind.media.memory import MemoryGate, decoding_gate, picture_budget, pixel_limit


def _with_memory(monkeypatch: pytest.MonkeyPatch, total: int) -> None:
    fake = SimpleNamespace(virtual_memory=lambda: SimpleNamespace(total=total))
    monkeypatch.setattr(memory, "psutil", fake)
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
