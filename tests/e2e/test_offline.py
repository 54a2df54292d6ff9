"""The whole main job with the network unplugged."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.e2e.program import Program
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from pathlib import Path

_BLOCK = """
import os, socket, sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"):
        if arguments[0].family in (socket.AF_INET, socket.AF_INET6):
            note("tried " + event)
            raise OSError("the network is unplugged")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        note("tried " + event)
        raise OSError("the network is unplugged")

def note(text):
    with open(os.environ["UNPLUGGED_LOG"], "a") as log:
        log.write(text + "\\n")

sys.addaudithook(refuse)
note("unplugged " + " ".join(sys.orig_argv[1:]))
"""
"""Runs at the start of every Python process (sitecustomize). An audit hook can't be removed again
by whatever the process does."""


def do_the_main_job(program: Program, folder: Path) -> None:
    for seed in range(4):
        make_photo(folder / f"{seed}.jpg", seed=seed)
    assert program.document("index", folder)["new"] == 4
    assert len(program.document("search", "two dogs playing in the snow")["hits"]) == 4
    assert len(program.document("similar", folder / "0.jpg")["hits"]) == 3
    assert program.document("status")["ready"] == 4
    assert program.document("index")["unchanged"] == 4


def test_nothing_connects_anywhere(data_dir: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(_BLOCK, encoding="utf-8")
    log = tmp_path / "unplugged.txt"
    environment = {"PYTHONPATH": str(site), "UNPLUGGED_LOG": str(log)}
    do_the_main_job(Program(data_dir, environment=environment), tmp_path / "photos")
    lines = log.read_text(encoding="utf-8").splitlines()
    # Without these two, the test would prove nothing.
    assert any("-m photofind search" in line for line in lines)
    assert any("--worker" in line for line in lines)
    assert [line for line in lines if line.startswith("tried")] == []


def test_it_works_in_an_empty_network_namespace(data_dir: Path, tmp_path: Path) -> None:
    unplugged = ("unshare", "--net", "--")
    try:
        subprocess.run([*unplugged, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs the right to make a network namespace (root on Linux)")
    interfaces = subprocess.run(
        [*unplugged, "cat", "/proc/net/dev"], check=True, capture_output=True, text=True
    ).stdout
    names = [line.split(":")[0].strip() for line in interfaces.splitlines() if ":" in line]
    assert set(names) <= {"lo"} | {
        name for name in names if name.startswith(("tunl", "sit", "ip6"))
    }
    do_the_main_job(Program(data_dir, prefix=unplugged), tmp_path / "photos")
