"""How much memory one picture may take, and all that are decoded at once."""

from __future__ import annotations

import functools
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

_MIB: Final = 1 << 20
BYTES_PER_PIXEL: Final = 10
"""What a decoded pixel costs at its peak: Pillow holds RGB in 4 bytes, and turning other modes
into RGB takes a second copy for a moment (measured: 4.4 to 9)."""


_LARGEST_BUDGET: Final = 3072 * _MIB
"""However much memory there is: 230 megapixels of any TIFF fit into it."""


@functools.cache
def picture_budget() -> int:
    """Most bytes decoding one picture may take: a quarter of the machine's memory, at least
    256 MiB and at most 3 GiB."""
    quarter = int(psutil.virtual_memory().total) // 4
    return min(max(256 * _MIB, quarter), _LARGEST_BUDGET)


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
    """The gate all decoding in this process passes: a sixteenth of the machine's memory, at
    least 256 MiB and at most 1 GiB."""
    return MemoryGate(min(max(256 * _MIB, int(psutil.virtual_memory().total) // 16), 1024 * _MIB))
