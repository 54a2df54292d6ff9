from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import debian
import PySide6
import pytest
import system_libraries
from report import SetupError
from system_libraries import CORE, WAYLAND, X11, Library, missing_libraries, needed_libraries

FICTION = Library("libphotofind-fiction.so.9", ("libphotofind-fiction9",))
only_on_linux = pytest.mark.skipif(sys.platform != "linux", reason="about Linux libraries")


@pytest.mark.parametrize(
    ("environ", "needed"),
    [
        ({}, CORE + X11),
        ({"DISPLAY": ":0"}, CORE + X11),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, CORE + X11 + WAYLAND),
        ({"QT_QPA_PLATFORM": "offscreen", "WAYLAND_DISPLAY": "wayland-0"}, CORE),
        ({"QT_QPA_PLATFORM": "offscreen:size=800x600"}, CORE),
        ({"QT_QPA_PLATFORM": "wayland;xcb"}, CORE + WAYLAND),
        ({"QT_QPA_PLATFORM": "xcb", "WAYLAND_DISPLAY": "wayland-0"}, CORE + X11),
    ],
)
def test_needed_libraries_follow_the_platform(
    environ: dict[str, str], needed: tuple[Library, ...]
) -> None:
    assert needed_libraries(environ) == needed


@only_on_linux
def test_missing_libraries_are_found_by_loading_them() -> None:
    libc = Library("libc.so.6", ("libc6",))
    assert missing_libraries([libc, FICTION]) == [FICTION]


@only_on_linux
def test_other_linuxes_are_told_the_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_libraries, "CORE", (FICTION,))
    monkeypatch.setattr(debian, "is_debian_like", lambda: False)
    with pytest.raises(SetupError, match=re.escape(FICTION.soname)):
        system_libraries.ensure_libraries({"QT_QPA_PLATFORM": "offscreen"})


@only_on_linux
def test_installed_but_not_loadable_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[list[tuple[str, ...]]] = []
    monkeypatch.setattr(system_libraries, "CORE", (FICTION,))
    monkeypatch.setattr(debian, "is_debian_like", lambda: True)
    monkeypatch.setattr(debian, "install_packages", lambda names, _: installed.append(list(names)))
    with pytest.raises(SetupError, match="can't be loaded"):
        system_libraries.ensure_libraries({"QT_QPA_PLATFORM": "offscreen"})
    assert installed == [[FICTION.packages]]


@only_on_linux
@pytest.mark.skipif(shutil.which("readelf") is None, reason="needs readelf (binutils)")
@pytest.mark.parametrize(
    ("pattern", "covered"),
    [
        ("Qt/plugins/platforms/libqoffscreen.so", CORE),
        ("Qt/plugins/platforms/libqxcb.so", CORE + X11),
        ("Qt/plugins/xcbglintegrations/*.so", CORE + X11),
        ("Qt/plugins/platforms/libqwayland.so", CORE + WAYLAND),
        ("Qt/plugins/wayland-shell-integration/*.so", CORE + WAYLAND),
        ("Qt/plugins/wayland-graphics-integration-client/*-egl.so", CORE + WAYLAND),
        ("Qt/plugins/imageformats/libq[gijs]*.so", CORE),
        ("Qt/plugins/iconengines/*.so", CORE),
        ("Qt/lib/libQt6XcbQpa.so.6", CORE + X11),
        ("Qt/lib/libQt6WaylandClient.so.6", CORE + WAYLAND),
        ("Qt/lib/libQt6[CDGSW][boiuv][dgrsi]*.so.6", CORE),
        ("Qt[CDGSW]*.abi3.so", CORE),
    ],
)
def test_tables_cover_what_qt_needs(pattern: str, covered: tuple[Library, ...]) -> None:
    """A Qt that needs more must be noticed here, not by a person without that library."""
    files = sorted(Path(PySide6.__file__).parent.glob(pattern))
    assert files
    result = subprocess.run(["readelf", "-dW", *files], capture_output=True, text=True)
    needed = set(re.findall(r"\(NEEDED\).*\[(.+)\]", result.stdout))
    brought_along = re.compile(r"lib(Qt6|icu|pyside|shiboken)")
    of_glibc = re.compile(r"lib(c|m|dl|rt|pthread|gcc_s|resolv)\.so|ld-linux")
    unknown = {
        soname
        for soname in needed
        if not brought_along.match(soname) and not of_glibc.match(soname)
    } - {library.soname for library in covered}
    assert not unknown
