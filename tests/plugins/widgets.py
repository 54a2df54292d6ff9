"""A top-level widget that outlives its test fails the test."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHARED_BY_QT = frozenset({"QTipLabel", "QDesktopWidget"})


@pytest.fixture(autouse=True)
def _no_leaked_widgets() -> Iterator[None]:
    before = _top_level_widgets()
    yield
    if leaked := _top_level_widgets() - before:
        pytest.fail(f"windows still there after the test: {', '.join(sorted(leaked))}")


def _top_level_widgets() -> frozenset[str]:
    """Describes all windows that Qt knows; imports no Qt for tests that use none."""
    if "PySide6.QtWidgets" not in sys.modules:
        return frozenset()
    from PySide6.QtCore import QCoreApplication, QEvent
    from PySide6.QtWidgets import QApplication
    from shiboken6 import Shiboken

    if QApplication.instance() is None:
        return frozenset()
    # What the test (or qtbot) gave to deleteLater() goes now.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return frozenset(
        f"{name} {widget.objectName()!r} at {Shiboken.getCppPointer(widget)[0]:#x}"
        for widget in QApplication.topLevelWidgets()
        if (name := widget.metaObject().className()) not in _SHARED_BY_QT
    )
