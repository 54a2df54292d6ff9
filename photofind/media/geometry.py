"""How a picture of any shape becomes upright, a thumbnail, or the square a model looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PIL import ExifTags, Image

from photofind.domain import Interpolation, ResizeMode
from photofind.media.decoder_errors import DECODER_ERRORS, quiet_pillow

if TYPE_CHECKING:
    from photofind.domain import Box, ImageGeometry

_FILTERS: Final = {
    Interpolation.BILINEAR: Image.Resampling.BILINEAR,
    Interpolation.BICUBIC: Image.Resampling.BICUBIC,
}

_TRANSPOSITIONS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture of an EXIF orientation upright (CIPA DC-008, tag 274)."""


def read_orientation(image: Image.Image) -> int:
    """The EXIF orientation (1 to 8) a *loaded* image still needs; 1 when there is none.

    Pillow turns TIFFs, and pillow-heif turns HEIFs, upright themselves while they load and
    then take the tag away: hence only after loading does the tag tell what is left to do.
    """
    try:
        with quiet_pillow():
            value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except DECODER_ERRORS:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def swaps_sides(orientation: int) -> bool:
    """Whether width and height change places when the picture is made upright."""
    return orientation >= 5


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """Turns and mirrors an image as its orientation asks."""
    transposition = _TRANSPOSITIONS.get(orientation)
    return image if transposition is None else image.transpose(transposition)


def crop_region(image: Image.Image, box: Box, orientation: int) -> Image.Image:
    """Cuts a rectangle out of an image that is not upright yet.

    Args:
        box: in shares of the upright picture.
        orientation: what the image needs to become upright, and the result too.
    """
    x, y = _as_stored(box.x, box.y, orientation)
    far_x, far_y = _as_stored(box.x + box.width, box.y + box.height, orientation)
    width, height = image.size
    left, right = _pixels(x, far_x, width)
    top, bottom = _pixels(y, far_y, height)
    return image.crop((left, top, right, bottom))


def _as_stored(x: float, y: float, orientation: int) -> tuple[float, float]:
    """Where a point of the upright picture lies in the image as it is stored."""
    if swaps_sides(orientation):
        x, y = y, x
    if orientation in {2, 3, 7, 8}:
        x = 1 - x
    if orientation in {3, 4, 6, 7}:
        y = 1 - y
    return x, y


def _pixels(one: float, other: float, length: int) -> tuple[int, int]:
    """The pixels between two shares of a side, at least one."""
    begin = min(round(min(one, other) * length), length - 1)
    return begin, min(max(round(max(one, other) * length), begin + 1), length)


def fit_within(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """The size with its long side at most `longest`, never larger than it was."""
    width, height = size
    long_side = max(width, height)
    if long_side <= longest:
        return size
    return (
        max(1, round(width * longest / long_side)),
        max(1, round(height * longest / long_side)),
    )


def fit_geometry(image: Image.Image, geometry: ImageGeometry) -> Image.Image:
    """Resizes as a model's preprocessing asks, without the crop.

    Returns:
        For SQUASH a square; for SHORTEST an image whose short side is the geometry's size and
        whose long side is rounded down, as torchvision and open_clip do.
    """
    size = geometry.size
    target = (size, size)
    if geometry.mode is ResizeMode.SHORTEST:
        width, height = image.size
        target = (size, size * height // width)
        if width > height:
            target = (size * width // height, size)
    return image.resize(target, _FILTERS[geometry.interpolation])


def crop_centre(image: Image.Image, size: int) -> Image.Image:
    """Cuts the square in the middle out (half pixels as torchvision's CenterCrop)."""
    width, height = image.size
    if (width, height) == (size, size):
        return image
    left, top = round((width - size) / 2), round((height - size) / 2)
    return image.crop((left, top, left + size, top + size))
