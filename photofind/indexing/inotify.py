"""An inotify observer that reports which folders can't be watched and when events are lost.

watchdog keeps silent about subfolders for which no watch is left.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from watchdog.observers.api import BaseObserver
from watchdog.observers.inotify import InotifyEmitter
from watchdog.observers.inotify_c import InotifyFD

if TYPE_CHECKING:
    from collections.abc import Callable

    from watchdog.observers.inotify_c import (
        CallbackId,
        InotifyEvent,
        Mask,
        WatchCallback,
        WatchDescriptor,
    )


class InotifyObserver(BaseObserver):
    """Like watchdog's, with an inotify instance of its own."""

    def __init__(self, refused: Callable[[bytes], None], overflowed: Callable[[], None]) -> None:
        """
        Args:
            refused: called, on any thread, with the path of each folder for which no watch is left.
            overflowed: called when events were lost.

        Raises:
            OSError: there are too many inotify instances already.
        """
        self._inotify = _Inotify(refused, overflowed)
        self._inotify.start()
        super().__init__(InotifyEmitter, inotify_fd=self._inotify)

    def on_thread_stop(self) -> None:
        super().on_thread_stop()
        self._inotify.stop()
        self._inotify.join()


class _Inotify(InotifyFD):
    def __init__(self, refused: Callable[[bytes], None], overflowed: Callable[[], None]) -> None:
        super().__init__()
        self._refused = refused
        self._overflowed = overflowed

    def add_callback(
        self, path: bytes, mask: Mask, callback: WatchCallback, id_: CallbackId
    ) -> WatchDescriptor:
        try:
            return super().add_callback(path, mask, callback, id_)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                self._refused(path)
            raise

    def handle_event(self, event: InotifyEvent) -> None:
        super().handle_event(event)
        if event.is_queue_overflow:
            self._overflowed()
