"""Paints one cell: the picture, the selection ring, and the name under the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QLinearGradient,
    QPainter,
    QPainterPath,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from photofind.domain import Flag
from photofind.gui.grid.thumbnails import CORNER_SHARE
from photofind.gui.icons import draw_icon
from photofind.gui.wording import photo_name, short_date

if TYPE_CHECKING:
    from photofind.domain import Photo
    from photofind.gui.grid.model import PhotoGridModel
    from photofind.gui.grid.pixmaps import PixmapCache

Index = QModelIndex | QPersistentModelIndex

GAP = 8
"""Device-independent pixels between two pictures."""
_RING = 3
_RING_AIR = 2
_WEAK_OPACITY = 0.42
_CAPTION_SHARE = 0.42
_ICON_SHARE = 0.28
_SIGN = 22
_SMALL_SIGN = 18
_SIGN_AIR = 6
_SMALL_PX = 130
"""Narrower photos have smaller signs."""
_SHADE = QColor(0, 0, 0, 150)
_ON_SHADE = QColor(Qt.GlobalColor.white)


class PhotoDelegate(QStyledItemDelegate):
    """Paints from memory only; what is not there yet is a quiet placeholder."""

    def __init__(self, model: PhotoGridModel, pictures: PixmapCache, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model
        self._pictures = pictures
        self._cell = QSize(1, 1)

    def set_cell(self, cell: QSize) -> None:
        """Sets the size of every cell, gap included."""
        self._cell = cell

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return self._cell

    def picture_rect(self, cell: QRect) -> QRect:
        """Where in a cell the picture lies."""
        side = min(cell.width(), cell.height()) - GAP
        square = QRect(0, 0, side, side)
        square.moveCenter(cell.center())
        return square

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.row()
        state: QStyle.StateFlag = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        palette: QPalette = option.palette
        square = self.picture_rect(option.rect)
        painter.save()
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        photo = self._model.photo(row)
        is_rejected = photo is not None and photo.flag is Flag.REJECT
        if (self._model.is_weak(row) or is_rejected) and not (selected or hovered):
            painter.setOpacity(_WEAK_OPACITY)
        has_picture = self._paint_picture(painter, square, palette, row)
        painter.setOpacity(1.0)
        if photo is not None:
            _paint_marks(painter, square, photo)
        if hovered or not has_picture:
            _paint_caption(painter, square, photo, on_picture=has_picture)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        if selected or focused:
            _paint_ring(painter, square, palette, selected=selected)
        painter.restore()

    def _paint_picture(self, painter: QPainter, square: QRect, palette: QPalette, row: int) -> bool:
        picture = self._pictures.find(self._model.content_id(row))
        if picture is not None and picture.pixmap is not None:
            painter.drawPixmap(square, picture.pixmap)
            return True
        radius = square.width() * CORNER_SHARE
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.color(QPalette.ColorRole.AlternateBase))
        painter.drawRoundedRect(square, radius, radius)
        if picture is not None:
            _paint_broken(painter, square, palette)
            return False
        return True


def _paint_broken(painter: QPainter, square: QRect, palette: QPalette) -> None:
    side = round(square.width() * _ICON_SHARE)
    ratio = painter.device().devicePixelRatio()
    faint = palette.color(QPalette.ColorRole.PlaceholderText)
    place = QRect(0, 0, side, side)
    place.moveCenter(square.center())
    painter.drawPixmap(place, draw_icon("photo-broken", faint, side, ratio))


def _paint_marks(painter: QPainter, square: QRect, photo: Photo) -> None:
    """Small signs in the upper corners, for the name comes up below."""
    side = _SIGN if square.width() >= _SMALL_PX else _SMALL_SIGN
    place = square.right() - side - _SIGN_AIR
    for icon in _signs(photo):
        disc = QRect(place, square.top() + _SIGN_AIR, side, side)
        _paint_shade(painter, disc)
        inner = disc.adjusted(4, 4, -4, -4)
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(inner, draw_icon(icon, _ON_SHADE, inner.width(), ratio))
        place -= side + 3
    if photo.rating is not None and photo.rating > 0:
        _paint_stars(painter, square, photo.rating)


def _signs(photo: Photo) -> list[str]:
    signs = ["folder-offline"] if photo.offline else []
    if photo.favourite:
        signs.append("heart-filled")
    if photo.flag is Flag.PICK:
        signs.append("flag-filled")
    elif photo.flag is Flag.REJECT:
        signs.append("reject")
    return signs


def _paint_stars(painter: QPainter, square: QRect, rating: int) -> None:
    """A star each, or on a small photo their number and one star."""
    star = 11 if square.width() >= _SMALL_PX else 10
    shown = rating if square.width() >= _SMALL_PX else 1
    number = "" if shown == rating else str(rating)
    font = painter.font()
    font.setPixelSize(star)
    font.setBold(True)
    text_width = QFontMetrics(font).horizontalAdvance(number) + 2 if number else 0
    pill = QRect(0, 0, text_width + shown * star + 8, star + 6)
    pill.moveTopLeft(square.topLeft() + QPoint(_SIGN_AIR, _SIGN_AIR))
    _paint_shade(painter, pill)
    ratio = painter.device().devicePixelRatio()
    left = pill.left() + 4
    if number:
        painter.save()
        painter.setFont(font)
        painter.setPen(_ON_SHADE)
        painter.drawText(pill.adjusted(4, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, number)
        painter.restore()
        left += text_width
    for each in range(shown):
        place = QRect(left + each * star, pill.top() + 3, star, star)
        painter.drawPixmap(place, draw_icon("star-filled", _ON_SHADE, star, ratio))


def _paint_shade(painter: QPainter, place: QRect) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_SHADE)
    radius = place.height() / 2
    painter.drawRoundedRect(place, radius, radius)


def _paint_caption(
    painter: QPainter, square: QRect, photo: Photo | None, *, on_picture: bool
) -> None:
    """Name and day over the lower edge, on a shade that keeps them readable."""
    if photo is None:
        return
    radius = square.width() * CORNER_SHARE
    shape = QPainterPath()
    shape.addRoundedRect(QRectF(square), radius, radius)
    ink = painter.pen().color()
    if on_picture:
        shade = QLinearGradient(
            0, square.bottom() - square.height() * _CAPTION_SHARE, 0, square.bottom()
        )
        shade.setColorAt(0, QColor(0, 0, 0, 0))
        shade.setColorAt(1, QColor(0, 0, 0, 190))
        painter.fillPath(shape, shade)
        ink = QColor(Qt.GlobalColor.white)
    metrics = QFontMetrics(painter.font())
    room = square.adjusted(10, 0, -10, -8)
    lines = [photo_name(photo), short_date(photo.capture)]
    painter.setPen(ink)
    baseline = room.bottom() - metrics.descent()
    for line in reversed([line for line in lines if line]):
        shown = metrics.elidedText(line, Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room.left(), baseline, shown)
        baseline -= metrics.height()


def _paint_ring(painter: QPainter, square: QRect, palette: QPalette, *, selected: bool) -> None:
    accent = palette.color(QPalette.ColorRole.Accent)
    width = _RING if selected else 1
    pen = QPen(accent, width)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    outside = _RING_AIR / 2 + width / 2
    ring = QRectF(square).adjusted(-outside, -outside, outside, outside)
    radius = square.width() * CORNER_SHARE + outside
    painter.drawRoundedRect(ring, radius, radius)
