"""What the parts of the catalog are handed to read and change it with."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection

    from photofind.domain import ContentId


class Snapshot:
    """The catalog at one moment (`CatalogReader.snapshot`); of no use after its block.

    Attributes:
        execute: runs one statement with its values.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.execute = connection.execute

    def end(self) -> None:
        """Refuses whatever comes later: outside of its transaction a statement would see, or
        change, something else."""
        self.execute = _refuse


class Transaction(Snapshot):
    """A change of the catalog (`CatalogWriter.transaction`), which happens whole or not at all.

    Attributes:
        executemany: runs one statement for each of several rows of values.
        in_flight: contents that somebody works on; what is added counts once the change is
            committed.
        now_ms: when the change began, in milliseconds since the epoch, UTC.
    """

    def __init__(self, connection: sqlite3.Connection, in_flight: Collection[ContentId]) -> None:
        super().__init__(connection)
        self.executemany = connection.executemany
        self.in_flight = set(in_flight)
        self.now_ms = time.time_ns() // 1_000_000

    def end(self) -> None:
        super().end()
        self.executemany = _refuse


def _refuse(sql: str, _values: object = (), /) -> NoReturn:
    raise RuntimeError(f"the transaction has ended: {sql}")
