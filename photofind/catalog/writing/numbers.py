"""Numbers that no other copy of the catalog gives to something else.

An older copy that was put back goes on where it was, and gives numbers again that were given since
it was made. Whoever remembers something by number (a running window, the cache of vectors) would
take the new for the old.
"""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

_MOST_SKIPPED = 2**44
"""Of 2**63 numbers: half a million writers, and two of them never meet."""


def skip_numbers(connection: sqlite3.Connection) -> None:
    """Leaves out so many numbers of contents that no two copies give the same ones, and takes the
    models' revisions beyond all that another copy can have reached until now."""
    step = 1 + secrets.randbelow(_MOST_SKIPPED)
    known = "UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'contents'"
    if not connection.execute(known, (step,)).rowcount:
        connection.execute("INSERT INTO sqlite_sequence VALUES ('contents', ?)", (step,))
    # One a transaction from here on: far less than one a millisecond.
    now_ms = time.time_ns() // 1_000_000
    connection.execute("UPDATE models SET revision = max(revision, ?)", (now_ms,))
