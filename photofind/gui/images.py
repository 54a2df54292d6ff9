"""Pictures from the media layer as Qt images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QImage, QPixmap

if TYPE_CHECKING:
    from photofind.media.decode import RgbImage

_BYTES_A_PIXEL = 3


def to_image(picture: RgbImage) -> QImage:
    """Copies decoded pixels into an image that owns them."""
    image = QImage(
        picture.pixels,
        picture.width,
        picture.height,
        picture.width * _BYTES_A_PIXEL,
        QImage.Format.Format_RGB888,
    )
    return image.convertToFormat(QImage.Format.Format_RGB32)


def to_pixmap(image: QImage) -> QPixmap:
    """For the GUI thread alone."""
    return QPixmap.fromImage(image)
