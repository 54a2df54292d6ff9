"""The command lines of photofind's background processes."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import pytest

from photofind.paths import AppFolders
from photofind.processes import Role, add_folders, command_line, folders_among

FOLDERS = AppFolders(Path("/d a"), Path("/ca"), Path("/-co"), Path(os.fsdecode(b"/lo\xff")))


@pytest.mark.parametrize("role", Role)
def test_a_process_gets_the_folders_and_its_own_arguments(role: Role) -> None:
    words = command_line(role, FOLDERS, ["--", "--odd"])
    parser = argparse.ArgumentParser()
    parser.add_argument("role")
    add_folders(parser)
    parser.add_argument("own")
    chosen = parser.parse_args(["x", *words[words.index(role) + 1 :]])
    assert folders_among(chosen) == FOLDERS
    assert chosen.own == "--odd"


def test_from_the_sources_nothing_is_imported_from_the_current_directory() -> None:
    assert command_line(Role.WORKER, FOLDERS)[:4] == [sys.executable, "-P", "-m", "photofind"]


def test_a_frozen_program_starts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert command_line(Role.INSTALL, FOLDERS)[:2] == [sys.executable, "--install"]
