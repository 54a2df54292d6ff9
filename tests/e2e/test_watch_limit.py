"""A library with more folders than the system can watch."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.e2e.program import Program
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from pathlib import Path

_LIMITED = (
    *("unshare", "--user", "--map-root-user", "sh", "-c"),
    'echo 20 > /proc/sys/user/max_inotify_watches && exec "$@"',
    "sh",
)
"""Runs a program with the kernel's own limit of twenty watches."""


@pytest.fixture
def limited(data_dir: Path) -> Program:
    if sys.platform != "linux":
        pytest.skip("inotify is Linux's")
    tried = subprocess.run([*_LIMITED, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"this system gives no limit of one's own: {tried.stderr.strip()}")
    return Program(data_dir, prefix=_LIMITED)


def test_folders_that_cannot_be_watched_are_told_and_counted(
    limited: Program, tmp_path: Path
) -> None:
    root = tmp_path / "photos"
    for number in range(40):
        make_photo(root / f"{number:02}" / "a.jpg", seed=number)
    process = limited.start("index", "--watch", root)
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if "max_user_watches" in said and "Watching" in said:
            break
    (folder,) = limited.document("folders", "list")["folders"]
    assert folder["unwatched"] >= 20
    assert "fs.inotify.max_user_watches" in limited.run("status").out
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE_S)


def test_where_all_can_be_watched_nothing_is_said(program: Program, photos: Path) -> None:
    process = program.start("index", "--watch", photos)
    assert process.stderr is not None
    for line in process.stderr:
        assert "max_user_watches" not in line
        if line.startswith("Watching"):
            break
    (folder,) = program.document("folders", "list")["folders"]
    assert folder["unwatched"] == 0
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE_S)
