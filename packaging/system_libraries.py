"""The shared libraries that Qt needs from a Linux system, found by really loading them.

PySide6 brings Qt itself, but not what lies under it: OpenGL, fonts, D-Bus, the X11 and Wayland
clients. A missing one makes Qt abort with a riddle, so it is looked for before.
"""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import debian
from report import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_WITHOUT_SCREEN = frozenset({"offscreen", "minimal", "vnc"})


@dataclass(frozen=True, slots=True)
class Library:
    """A shared library and the Debian packages that bring it.

    Attributes:
        packages: the names it has had; Debian 13 and Ubuntu 24.04 renamed some ("t64").
    """

    soname: str
    packages: tuple[str, ...]


def _libraries(*pairs: tuple[str, str]) -> tuple[Library, ...]:
    return tuple(Library(soname, tuple(packages.split())) for soname, packages in pairs)


# What `readelf -d` names as NEEDED in PySide6 6.11's QtGui, QtWidgets, QtDBus and plugins.
CORE = _libraries(
    ("libstdc++.so.6", "libstdc++6"),
    ("libz.so.1", "zlib1g"),
    ("libzstd.so.1", "libzstd1"),
    ("libglib-2.0.so.0", "libglib2.0-0 libglib2.0-0t64"),
    ("libgthread-2.0.so.0", "libglib2.0-0 libglib2.0-0t64"),
    ("libdbus-1.so.3", "libdbus-1-3"),
    ("libEGL.so.1", "libegl1"),
    ("libGL.so.1", "libgl1"),
    ("libfontconfig.so.1", "libfontconfig1"),
    ("libfreetype.so.6", "libfreetype6"),
    ("libxkbcommon.so.0", "libxkbcommon0"),
    ("libX11.so.6", "libx11-6"),
)
X11 = _libraries(
    ("libX11-xcb.so.1", "libx11-xcb1"),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
    ("libxcb.so.1", "libxcb1"),
    ("libxcb-cursor.so.0", "libxcb-cursor0"),
    ("libxcb-glx.so.0", "libxcb-glx0"),
    ("libxcb-icccm.so.4", "libxcb-icccm4"),
    ("libxcb-image.so.0", "libxcb-image0"),
    ("libxcb-keysyms.so.1", "libxcb-keysyms1"),
    ("libxcb-randr.so.0", "libxcb-randr0"),
    ("libxcb-render.so.0", "libxcb-render0"),
    ("libxcb-render-util.so.0", "libxcb-render-util0"),
    ("libxcb-shape.so.0", "libxcb-shape0"),
    ("libxcb-shm.so.0", "libxcb-shm0"),
    ("libxcb-sync.so.1", "libxcb-sync1"),
    ("libxcb-util.so.1", "libxcb-util1"),
    ("libxcb-xfixes.so.0", "libxcb-xfixes0"),
    ("libxcb-xkb.so.1", "libxcb-xkb1"),
)
WAYLAND = _libraries(
    ("libwayland-client.so.0", "libwayland-client0"),
    ("libwayland-cursor.so.0", "libwayland-cursor0"),
    ("libwayland-egl.so.1", "libwayland-egl1"),
)


def needed_libraries(environ: Mapping[str, str]) -> tuple[Library, ...]:
    """What Qt will load for the platform it is going to choose."""
    platform = environ.get("QT_QPA_PLATFORM", "").partition(";")[0].partition(":")[0]
    if platform in _WITHOUT_SCREEN:
        return CORE
    if platform.startswith("wayland"):
        return CORE + WAYLAND
    if platform != "xcb" and environ.get("WAYLAND_DISPLAY"):
        return CORE + X11 + WAYLAND
    return CORE + X11


def ensure_libraries(environ: Mapping[str, str]) -> None:
    """Installs the missing libraries where that is possible.

    Raises:
        SetupError: some are missing; the sentence says how to get them.
    """
    if sys.platform != "linux":
        return
    needed = needed_libraries(environ)
    missing = missing_libraries(needed)
    if not missing:
        return
    if not debian.is_debian_like():
        names = ", ".join(library.soname for library in missing)
        raise SetupError(
            f"Qt, which draws photofind's window, needs libraries that this system lacks: {names}."
            " Install them with your system's package manager, then try again."
        )
    debian.install_packages([library.packages for library in missing], "photofind's window")
    if still_missing := missing_libraries(needed):
        names = ", ".join(library.soname for library in still_missing)
        raise SetupError(f"These libraries can't be loaded though their packages are here: {names}")


def missing_libraries(libraries: Iterable[Library]) -> list[Library]:
    return [library for library in libraries if not _loads(library.soname)]


def _loads(soname: str) -> bool:
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True
