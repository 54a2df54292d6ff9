"""What is particular to JPEG: it can be shrunk while it is decoded, and some need much memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL.JpegImagePlugin import JpegImageFile

_SCALES: Final = (8, 4, 2)
"""What libjpeg can shrink by while it decodes, and Pillow's `draft` offers."""

_COEFFICIENT_BYTES: Final = 2
"""libjpeg's JCOEF, a 16-bit integer."""

_LONGEST_SCAN_HEADER: Final = 2 + 6 + 2 * 4
"""Marker, fixed fields, four components."""


def shrink_while_decoding(image: JpegImageFile, least_short: int, least_long: int) -> int:
    """Makes an unloaded JPEG decode smaller: about a quarter of the time for a large photo.

    Args:
        image: opened, not loaded.
        least_short: pixels the shorter side must keep, if it has them.
        least_long: pixels the longer side must keep, if it has them.

    Returns:
        What both sides will be divided by: 1, 2, 4 or 8.
    """
    width, height = image.size
    room = min(min(image.size) // least_short, max(image.size) // least_long)
    scale = next((scale for scale in _SCALES if scale <= room), 1)
    if scale > 1:
        image.draft(None, (width // scale, height // scale))
    return scale


def coefficient_bytes(image: JpegImageFile) -> int:
    """Bytes libjpeg takes for a JPEG's coefficients, at full size whatever it is shrunk to.

    A JPEG in several scans (progressive, or a scan for each colour) is put together in memory
    before the first pixel comes out (libjpeg.txt, "Memory limit options"); one in a single
    scan goes through a few rows at a time.

    Args:
        image: opened, not loaded.
    """
    if not (image.info.get("progressive") or _components_in_first_scan(image) < image.layers):
        return 0
    width, height = image.size
    factors = [(horizontal, vertical) for _, horizontal, vertical, _ in image.layer]
    widest = max((horizontal for horizontal, _ in factors), default=1) or 1
    highest = max((vertical for _, vertical in factors), default=1) or 1
    samples = sum(h * v for h, v in factors) * width * height // (widest * highest)
    return samples * _COEFFICIENT_BYTES


def _components_in_first_scan(image: JpegImageFile) -> int:
    """Reads Ns of the first scan header (ITU-T T.81, B.2.3).

    Pillow leaves the file right behind that header, whose length is 6 + 2 Ns; loading seeks by
    itself.
    """
    assert image.fp is not None
    end = image.fp.tell()
    image.fp.seek(max(0, end - _LONGEST_SCAN_HEADER))
    before = image.fp.read(end - image.fp.tell())
    for components in range(1, 5):
        length = 6 + 2 * components
        if before[-length - 2 :].startswith(bytes((0xFF, 0xDA, 0, length, components))):
            return components
    return 0
