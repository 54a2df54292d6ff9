"""Pictures from the media layer as Qt images.

The decoders are imported by the first thread that needs them: the window doesn't wait for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QImage, QPixmap

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.media.decode import RgbImage

_BYTES_A_PIXEL = 3


def read_jpeg(encoded: bytes) -> QImage:
    """Decodes a thumbnail.

    Raises:
        MediaError: these are not the bytes of a JPEG.
    """
    from photofind.media.decode import decode_jpeg

    return _to_image(decode_jpeg(encoded))


def read_photo(path: Path, longest: int) -> QImage:
    """Decodes a photo, at most `longest` pixels on its long side.

    Raises:
        MediaError: the file can't be read, or is no picture.
    """
    from photofind.media.decode import decode_preview

    return _to_image(decode_preview(path, longest))


def make_thumbnail(path: Path) -> bytes:
    """The thumbnail of a photo, a JPEG.

    Raises:
        MediaError: the file can't be read, or is no picture.
    """
    from photofind.media.decode import decode_photo

    return decode_photo(path, ()).thumbnail


def to_pixmap(image: QImage) -> QPixmap:
    """For the GUI thread alone."""
    return QPixmap.fromImage(image)


def _to_image(picture: RgbImage) -> QImage:
    """Copies decoded pixels into an image that owns them."""
    image = QImage(
        picture.pixels,
        picture.width,
        picture.height,
        picture.width * _BYTES_A_PIXEL,
        QImage.Format.Format_RGB888,
    )
    return image.convertToFormat(QImage.Format.Format_RGB32)
