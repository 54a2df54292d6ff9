from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import debian
import pytest
from report import SetupError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="about Debian and its relatives")

GLIB = ("libglib2.0-0", "libglib2.0-0t64")
EGL = ("libegl1",)


class Machine:
    """A pretended Debian: apt-get and apt-cache are scripts that note how they were called."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._calls = folder / "calls"
        self._programs = folder / "bin"
        self._programs.mkdir()
        self.lists = folder / "lists"
        self.lists.mkdir()
        self.answer("apt-get", "exit 0")
        self.answer("apt-cache", "exit 0")
        monkeypatch.setenv("PATH", f"{self._programs}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setattr(debian, "_LISTS", self.lists)
        monkeypatch.setattr(os, "geteuid", lambda: 0)

    def answer(self, program: str, script: str) -> None:
        file = self._programs / program
        file.write_text(f'#!/bin/sh\necho "{program} $*" >> {self._calls}\n{script}\n')
        file.chmod(0o755)

    def fetch_lists(self) -> None:
        (self.lists / "mirror_main_binary-amd64_Packages.lz4").touch()

    @property
    def actions(self) -> list[str]:
        """What apt-get was told to do, without its options."""
        return [
            " ".join(word for word in line.split()[3:] if not word.startswith("-"))
            for line in self._calls.read_text().splitlines()
            if line.startswith("apt-get")
        ]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_root_installs(machine: Machine) -> None:
    machine.fetch_lists()
    debian.install_packages([EGL, GLIB, GLIB], "the window")
    assert machine.actions == ["install libegl1 libglib2.0-0"]


def test_lists_are_fetched_when_there_are_none(machine: Machine) -> None:
    debian.install_packages([EGL], "the window")
    assert machine.actions == ["update", "install libegl1"]


def test_the_name_this_release_uses_is_chosen(machine: Machine) -> None:
    machine.fetch_lists()
    machine.answer("apt-cache", 'case "$*" in *t64) exit 0;; *) exit 100;; esac')
    debian.install_packages([GLIB], "the window")
    assert machine.actions == ["install libglib2.0-0t64"]


def test_outdated_lists_are_fetched_again(machine: Machine) -> None:
    machine.fetch_lists()
    updated = machine.lists / "updated"
    machine.answer(
        "apt-get",
        f'case "$*" in *update) touch {updated};; *) test -e {updated} || exit 100;; esac',
    )
    debian.install_packages([EGL], "the window")
    assert machine.actions == ["install libegl1", "update", "install libegl1"]


def test_failure_has_the_reason_apt_gave(machine: Machine) -> None:
    machine.answer("apt-get", 'echo "E: Unable to fetch some archives"; exit 100')
    with pytest.raises(SetupError, match=r"libegl1 .*\(Unable to fetch some archives\)"):
        debian.install_packages([EGL], "the window")


def test_others_are_told_the_command(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    machine.answer("apt-cache", 'case "$*" in *t64) exit 0;; *) exit 100;; esac')
    with pytest.raises(SetupError) as caught:
        debian.install_packages([EGL, GLIB], "the window")
    assert str(caught.value).splitlines()[-1].strip() == (
        "sudo apt-get install libegl1 libglib2.0-0t64"
    )


@pytest.mark.parametrize(
    ("os_release", "expected"),
    [
        ('PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\n', True),
        ("ID=ubuntu\nID_LIKE=debian\n", True),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', True),
        ('ID=fedora\nVERSION_ID=42\n\n# a comment\nNAME="Fedora Linux"\n', False),
        ("", False),
    ],
)
def test_relatives_of_debian(
    machine: Machine, tmp_path: Path, os_release: str, expected: bool
) -> None:
    file = tmp_path / "os-release"
    file.write_text(os_release)
    assert debian.is_debian_like(file) is expected


def test_without_apt_get_it_is_no_debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "os-release"
    file.write_text("ID=debian\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not debian.is_debian_like(file)
