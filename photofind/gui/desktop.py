"""What the window asks of the desktop: open a file, show it in its folder."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QProcess
from PySide6.QtGui import QDesktopServices

from photofind.gui.wording import file_url

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_FILE_MANAGER = "org.freedesktop.FileManager1"
_FILE_MANAGER_PATH = "/org/freedesktop/FileManager1"


class Desktop:
    """The person's own programs."""

    def open(self, path: Path) -> bool:
        """Opens a file or folder with the program the person chose for it.

        For the GUI thread. False when there is no such program.
        """
        return QDesktopServices.openUrl(file_url(path))

    def reveal(self, paths: Sequence[Path]) -> bool:
        """Shows files, chosen, in the file manager.

        May wait for the file manager to start: not for the GUI thread. False when it can't
        choose files for others; opening the folder is left then.
        """
        if sys.platform == "win32":
            return QProcess.startDetached("explorer", ["/select,", str(paths[0])])[0]
        if sys.platform == "darwin":
            return QProcess.startDetached("open", ["-R", *map(str, paths)])[0]
        return _reveal_over_dbus(paths)


def _reveal_over_dbus(paths: Sequence[Path]) -> bool:
    """Asks the file manager, as the desktop file manager interface has it.

    https://www.freedesktop.org/wiki/Specifications/file-manager-interface/
    """
    from PySide6.QtDBus import QDBusConnection, QDBusMessage

    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        return False
    message = QDBusMessage.createMethodCall(
        _FILE_MANAGER, _FILE_MANAGER_PATH, _FILE_MANAGER, "ShowItems"
    )
    message.setArguments([[file_url(path).toString() for path in paths], ""])
    answer = bus.call(message)
    return answer.type() == QDBusMessage.MessageType.ReplyMessage
