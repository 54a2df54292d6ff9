"""Signals that come too often, made slower.

superqt has the same, but importing it creates every class of Qt: a third of the CPU time until the
window is there (tests/benchmarks/bench_window.py).
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal


class _Pacer(QObject):
    triggered = Signal()

    def __init__(self, interval_ms: int, parent: QObject) -> None:
        super().__init__(parent)
        self._pending = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(interval_ms)
        self._timer.timeout.connect(self._on_timeout)

    def _trigger(self) -> None:
        self._pending = False
        self.triggered.emit()

    def _on_timeout(self) -> None:
        if self._pending:
            self._trigger()


class Debouncer(_Pacer):
    """Triggers once `call` was not called for so long."""

    def call(self) -> None:
        self._pending = True
        self._timer.start()

    def cancel(self) -> None:
        """What was called for does not happen any more."""
        self._pending = False


class Throttler(_Pacer):
    """Triggers at most once in an interval, however often `call` is called."""

    def __init__(self, interval_ms: int, parent: QObject, *, waits: bool = False) -> None:
        """
        Args:
            waits: the first call triggers after the interval too, not at once.
        """
        super().__init__(interval_ms, parent)
        self._waits = waits

    def call(self) -> None:
        self._pending = True
        if not self._timer.isActive():
            self._timer.start()
            if not self._waits:
                self._trigger()

    def set_interval(self, interval_ms: int) -> None:
        """From now on; a wait that goes on begins anew if it changes."""
        if interval_ms != self._timer.interval():
            self._timer.setInterval(interval_ms)

    def _on_timeout(self) -> None:
        if self._pending:
            self._timer.start()
            self._trigger()
