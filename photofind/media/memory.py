"""How much memory one picture may take, all that are decoded at once, and the process."""

from __future__ import annotations

import functools
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import psutil

from photofind.media.cgroups import memory_limit

if TYPE_CHECKING:
    from collections.abc import Iterator

_MIB: Final = 1 << 20
BYTES_PER_PIXEL: Final = 10
"""What a decoded pixel costs at its peak: Pillow holds RGB in 4 bytes, and turning other modes
into RGB takes a second copy for a moment (measured: 4.4 to 9)."""


_LARGEST_BUDGET: Final = 3072 * _MIB
"""However much memory there is: 230 megapixels of any TIFF fit into it."""


_WITHOUT_PICTURES: Final = 640 * _MIB
"""What a process needs beside the picture in hand: the program, a model, the catalog's pages
(measured: 210 MB with the smallest, 300 MB with a ViT-B-32; the largest is 370 MB larger)."""


def usable_memory() -> int:
    """Bytes this process can count on: the machine's memory, or what a container or service was
    given of it."""
    total = int(psutil.virtual_memory().total)
    return min(total, memory_limit() or total)


def budget_of(memory: int) -> int:
    """Most bytes decoding one picture may take: a quarter of the memory, at least 256 MiB and at
    most 3 GiB."""
    return min(max(256 * _MIB, memory // 4), _LARGEST_BUDGET)


def process_limit_of(memory: int) -> int:
    """Bytes above which the process is ended, because a decoder must have run away.

    Half of the memory: the system, which would end whatever it likes best, is not short of it then.
    Never so little that the largest picture that is let in could not be decoded: that counts below
    2.5 GiB.
    """
    return max(memory // 2, budget_of(memory) + _WITHOUT_PICTURES)


@functools.cache
def picture_budget() -> int:
    """The budget of a picture on this machine (`budget_of`)."""
    return budget_of(usable_memory())


def pixel_limit() -> int:
    """Most pixels a picture may have on this machine (107 megapixels with 4 GiB)."""
    return picture_budget() // BYTES_PER_PIXEL


class MemoryGate:
    """Keeps what is decoded at the same time within a number of bytes.

    A picture that needs more than the capacity alone waits until it is the only one.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._taken = 0
        self._changed = threading.Condition()

    @contextmanager
    def hold(self, size: int) -> Iterator[None]:
        """Waits until `size` bytes are free and holds them inside the `with` block."""
        with self._changed:
            self._changed.wait_for(lambda: not self._taken or self._taken + size <= self._capacity)
            self._taken += size
        try:
            yield
        finally:
            with self._changed:
                self._taken -= size
                self._changed.notify_all()


@functools.cache
def decoding_gate() -> MemoryGate:
    """The gate all decoding in this process passes: a sixteenth of the memory, at least 256 MiB
    and at most 1 GiB."""
    return MemoryGate(min(max(256 * _MIB, usable_memory() // 16), 1024 * _MIB))
