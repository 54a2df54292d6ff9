"""A writer that is killed at any moment loses nothing it had committed."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from photofind.catalog.reader import CatalogReader
from photofind.catalog.status import read_status
from photofind.catalog.suspects import find_suspects
from photofind.catalog.writer import CatalogWriter
from tests.plugins.catalog import read, write
from tests.unit.catalog.library import check_catalog

if TYPE_CHECKING:
    import pytest

    from photofind.paths import AppFolders

SEED = 20_240_131
KILLS = 6
BATCH = 40
_WRITE_FOREVER = Path(__file__).with_name("write_forever.py")
_REPO = Path(__file__).resolve().parents[3]


def write_and_kill(data: Path, batches: int) -> int:
    """Lets a writer commit so many batches, kills it in a later one; returns the last it told."""
    with subprocess.Popen(
        [sys.executable, str(_WRITE_FOREVER), str(data), str(BATCH)],
        cwd=_REPO,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        last = -1
        for _ in range(batches):
            line = process.stdout.readline()
            assert line, "the writer ended by itself"
            last = int(line)
        process.kill()
        # What it still told before it died is committed as well.
        for line in process.stdout:
            if line.endswith("\n"):
                last = int(line)
    return last


def test_kills_at_random_moments(folders: AppFolders, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    for _ in range(KILLS):
        last = write_and_kill(folders.data, chance.randint(1, 6))

        with CatalogReader(folders) as reader:
            ready = read(reader, read_status, lambda _: True).ready
        assert ready >= (last + 1) * BATCH
        assert ready % BATCH == 0, "half a batch was stored"
        with closing(sqlite3.connect(folders.catalog)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"

    with CatalogWriter(folders) as writer:
        assert len(write(writer, find_suspects)) % BATCH == 0
    check_catalog(folders.catalog)
