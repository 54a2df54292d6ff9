"""Colours, spacing and the style sheet, in a light and a dark version that follow the system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QPalette

from photofind.gui.stylesheet import Tones, style_sheet

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


LIGHT = Tones(
    canvas="#fbfbfc",
    chrome="#ffffff",
    raised="#f1f2f4",
    hover="#e6e8ec",
    hairline="#e3e5e9",
    text="#1b1d22",
    faint="#646a76",
    accent="#3d63dd",
    on_accent="#ffffff",
    accent_soft="#e4eafb",
    warning="#9a6400",
    danger="#c4302b",
    danger_soft="#fbe9e7",
    check="check-light",
)
DARK = Tones(
    canvas="#141518",
    chrome="#1b1c20",
    raised="#292b31",
    hover="#353840",
    hairline="#2d3036",
    text="#eceef2",
    faint="#9ba1ad",
    accent="#7d9bff",
    on_accent="#10131f",
    accent_soft="#2a3354",
    warning="#f0b429",
    danger="#ff7a70",
    danger_soft="#3a2325",
    check="check-dark",
)


def palette_of(tones: Tones) -> QPalette:
    """The scheme as a palette, so that native parts and delegates match the style sheet."""
    palette = QPalette()
    role = QPalette.ColorRole
    roles = {
        role.Window: tones.chrome,
        role.WindowText: tones.text,
        role.Base: tones.canvas,
        role.AlternateBase: tones.raised,
        role.Text: tones.text,
        role.PlaceholderText: tones.faint,
        role.Button: tones.raised,
        role.ButtonText: tones.text,
        role.BrightText: tones.danger,
        role.Highlight: tones.accent,
        role.HighlightedText: tones.on_accent,
        role.Accent: tones.accent,
        role.Link: tones.accent,
        role.LinkVisited: tones.accent,
        role.ToolTipBase: tones.raised,
        role.ToolTipText: tones.text,
        role.Light: tones.hover,
        role.Midlight: tones.raised,
        role.Mid: tones.hairline,
        role.Dark: tones.hairline,
        role.Shadow: "#000000",
    }
    for each, colour in roles.items():
        palette.setColor(each, QColor(colour))
    for each in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, each, QColor(tones.faint))
    return palette


class Theme(QObject):
    """Dresses the application and follows the system between light and dark."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        app.setStyle("Fusion")
        hints = app.styleHints()
        hints.colorSchemeChanged.connect(self._apply)
        self._apply(hints.colorScheme())

    def _apply(self, scheme: Qt.ColorScheme) -> None:
        tones = DARK if scheme is Qt.ColorScheme.Dark else LIGHT
        self._app.setPalette(palette_of(tones))
        self._app.setStyleSheet(style_sheet(tones))
        self.changed.emit()
