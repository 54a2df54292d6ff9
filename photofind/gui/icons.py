"""Icons drawn for photofind, coloured to match the palette and sharp on every screen."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QIcon,
    QPainter,
    QPalette,
    QPixmap,
    QPixmapCache,
)
from PySide6.QtSvg import QSvgRenderer

from photofind.gui.plain_text import PlainLabel
from photofind.paths import resources

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_SIZES = (16, 20, 24)
APP_ICON = "photofind"


@lru_cache(maxsize=128)
def _drawing(name: str) -> str:
    return (resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


def draw_icon(name: str, colour: QColor, side: int, pixel_ratio: float) -> QPixmap:
    """One icon as a square picture; drawn once and kept.

    Args:
        name: file name in the resources, without its suffix.
        colour: takes the place of `currentColor`.
        side: device-independent pixels.
        pixel_ratio: device pixels for each of them.
    """
    key = f"photofind/{name}/{colour.rgba()}/{side}/{pixel_ratio}"
    kept = QPixmap()
    if QPixmapCache.find(key, kept):
        return kept
    source = _drawing(name).replace("currentColor", colour.name())
    renderer = QSvgRenderer(QByteArray(source.encode()))
    pixmap = QPixmap(QSize(side, side) * pixel_ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setOpacity(colour.alphaF())
    renderer.render(painter, QRectF(pixmap.rect()))
    painter.end()
    pixmap.setDevicePixelRatio(pixel_ratio)
    QPixmapCache.insert(key, pixmap)
    return pixmap


def _icon(name: str, colours: dict[QIcon.Mode, QColor], pixel_ratio: float | None) -> QIcon:
    """Drawing takes a quarter of a millisecond a picture: only what is to be seen is drawn."""
    if pixel_ratio is None:
        ratios = {screen.devicePixelRatio() for screen in QGuiApplication.screens()} or {1.0}
    else:
        ratios = {pixel_ratio}
    icon = QIcon()
    for mode, colour in colours.items():
        for side in _SIZES:
            for ratio in sorted(ratios):
                icon.addPixmap(draw_icon(name, colour, side, ratio), mode)
    return icon


def themed_icon(name: str, palette: QPalette, pixel_ratio: float | None = None) -> QIcon:
    """An icon in the palette's text colour, fainter when disabled.

    Args:
        pixel_ratio: of whoever shows it, and draws it anew when that changes; None: whichever
            the screens have.
    """
    text = palette.color(QPalette.ColorRole.ButtonText)
    faint = palette.color(QPalette.ColorRole.PlaceholderText)
    faint.setAlphaF(0.6)
    return _icon(name, {QIcon.Mode.Normal: text, QIcon.Mode.Disabled: faint}, pixel_ratio)


def app_icon() -> QIcon:
    """The program's own icon."""
    icon = QIcon()
    for side in (16, 24, 32, 48, 64, 128, 256):
        icon.addPixmap(draw_icon(APP_ICON, QColor(Qt.GlobalColor.black), side, 1))
    return icon


class IconLabel(PlainLabel):
    """An icon that can't be pressed.

    Args:
        name: the icon.
        side: device-independent pixels.
        role: the palette's colour it takes.
    """

    def __init__(
        self,
        name: str,
        side: int = 18,
        role: QPalette.ColorRole = QPalette.ColorRole.PlaceholderText,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon_name = name
        self._side = side
        self._role = role
        self.setFixedSize(side, side)
        self._draw()

    def show_icon(self, name: str) -> None:
        """Takes another icon."""
        if name != self._icon_name:
            self._icon_name = name
            self._draw()

    def _draw(self) -> None:
        colour = self.palette().color(self._role)
        self.setPixmap(draw_icon(self._icon_name, colour, self._side, self.devicePixelRatio()))

    def event(self, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.DevicePixelRatioChange}:
            self._draw()
        return super().event(event)
