"""RAW photos made in code: DNGs as a camera might write them, with or without a preview."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from PIL import Image

_BYTE, _ASCII, _SHORT, _LONG, _RATIONAL, _SRATIONAL = 1, 2, 3, 4, 5, 10
_LETTERS: Final = {_BYTE: "B", _SHORT: "H", _LONG: "I"}
_Tag = tuple[int, int, object]
"""Number, field type, value."""

_SUB_IFDS, _EXIF_IFD, _GPS_IFD, _STRIPS = 0x014A, 0x8769, 0x8825, 0x0111
_FROM_XYZ: Final = (32405, -15371, -4985, -9693, 18760, 416, 556, -2040, 10572)
"""ColorMatrix1 in ten-thousandths: the sensor sees as sRGB does (IEC 61966-2-1)."""


def make_dng(
    path: Path,
    pixels: NDArray[np.uint8],
    *,
    preview: Image.Image | None = None,
    orientation: int = 1,
    exif: tuple[_Tag, ...] = (),
    gps: tuple[_Tag, ...] = (),
    main: tuple[_Tag, ...] = (),
    order: str = "<",
    linear: bool = False,
) -> Path:
    """Writes a DNG (Digital Negative 1.4) of 14 bits, with a Bayer pattern.

    Args:
        pixels: uint8 RGB [height, width, 3] as the sensor lies; both sides even.
        preview: a JPEG of it goes into the first directory, the sensor's data below.
        exif, gps, main: tags of the nested directories, and more of the first one.
        order: "<" little-endian, ">" big-endian.
        linear: all colours at each pixel, no pattern.
    """
    light = ((pixels / 255.0) ** 2.2 * 15_000).astype(f"{order}u2")
    sensor = _linear(light) if linear else _mosaic(light)
    sensor += [(254, _LONG, 0), (50717, _LONG, (15_000,) * (3 if linear else 1))]
    common: list[_Tag] = [
        (271, _ASCII, "Contoso"),
        (272, _ASCII, "Snapper One"),
        (274, _SHORT, orientation),
        (50706, _BYTE, (1, 4, 0, 0)),
        (50707, _BYTE, (1, 1, 0, 0)),
        (50708, _ASCII, "Contoso Snapper One"),
        (50721, _SRATIONAL, tuple((each, 10_000) for each in _FROM_XYZ)),
        (50728, _RATIONAL, ((1, 1), (1, 1), (1, 1))),
        (50778, _SHORT, 21),
        *main,
    ]
    if exif:
        common.append((_EXIF_IFD, _LONG, [list(exif)]))
    if gps:
        common.append((_GPS_IFD, _LONG, [list(gps)]))
    if preview is None:
        first = [*sensor, *common]
    else:
        encoded = io.BytesIO()
        preview.save(encoded, "JPEG", quality=92)
        first = [
            (254, _LONG, 1),
            *_strip(
                *preview.size, bits=(8, 8, 8), compression=7, photometric=6, data=encoded.getvalue()
            ),
            *common,
            (_SUB_IFDS, _LONG, [sensor]),
        ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_Writer(order).write(first))
    return path


def _mosaic(light: NDArray[np.uint16]) -> list[_Tag]:
    height, width = light.shape[:2]
    mosaic = np.empty((height, width), light.dtype)
    mosaic[0::2, 0::2] = light[0::2, 0::2, 0]
    mosaic[0::2, 1::2] = light[0::2, 1::2, 1]
    mosaic[1::2, 0::2] = light[1::2, 0::2, 1]
    mosaic[1::2, 1::2] = light[1::2, 1::2, 2]
    data = mosaic.tobytes()
    return [
        *_strip(width, height, bits=(16,), compression=1, photometric=32803, data=data),
        (33421, _SHORT, (2, 2)),
        (33422, _BYTE, (0, 1, 1, 2)),
    ]


def _linear(light: NDArray[np.uint16]) -> list[_Tag]:
    height, width = light.shape[:2]
    data = light.tobytes()
    return _strip(width, height, bits=(16,) * 3, compression=1, photometric=34892, data=data)


def _strip(
    width: int,
    height: int,
    *,
    bits: tuple[int, ...],
    compression: int,
    photometric: int,
    data: bytes,
) -> list[_Tag]:
    return [
        (256, _LONG, width),
        (257, _LONG, height),
        (258, _SHORT, bits),
        (259, _SHORT, compression),
        (262, _SHORT, photometric),
        (_STRIPS, _LONG, data),
        (277, _SHORT, len(bits)),
        (278, _LONG, height),
        (279, _LONG, len(data)),
        (284, _SHORT, 1),
    ]


class _Writer:
    """Puts directories one behind the other; bytes and lists as values become offsets."""

    def __init__(self, order: str) -> None:
        self._order = order
        self._out = bytearray((b"II" if order == "<" else b"MM") + self._pack("HI", 42, 8))

    def write(self, directory: list[_Tag]) -> bytes:
        self._directory(directory)
        return bytes(self._out)

    def _directory(self, tags: list[_Tag]) -> int:
        start = len(self._out)
        tags = sorted(tags, key=lambda tag: tag[0])
        self._out += self._pack("H", len(tags)) + bytes(12 * len(tags) + 4)
        for index, (number, kind, value) in enumerate(tags):
            count, data = self._value(number, kind, value)
            if len(data) > 4:
                data = self._pack("I", self._append(data))
            at = start + 2 + 12 * index
            self._out[at : at + 12] = self._pack("HHI", number, kind, count) + data.ljust(4, b"\0")
        return start

    def _value(self, number: int, kind: int, value: object) -> tuple[int, bytes]:
        if number == _STRIPS:
            assert isinstance(value, bytes)
            return 1, self._pack("I", self._append(value))
        if isinstance(value, list):
            offsets = [self._directory(each) for each in value]
            return len(offsets), self._pack(f"{len(offsets)}I", *offsets)
        if isinstance(value, bytes):
            return len(value), value
        if isinstance(value, str):
            data = value.encode() + b"\0"
            return len(data), data
        values = value if isinstance(value, tuple) else (value,)
        if kind in (_RATIONAL, _SRATIONAL):
            flat = [part for each in values for part in each]
            return len(values), self._pack(
                f"{len(flat)}{'i' if kind == _SRATIONAL else 'I'}", *flat
            )
        return len(values), self._pack(f"{len(values)}{_LETTERS[kind]}", *values)

    def _append(self, data: bytes) -> int:
        self._out += bytes(len(self._out) % 2)
        start = len(self._out)
        self._out += data
        return start

    def _pack(self, layout: str, *values: object) -> bytes:
        return struct.pack(self._order + layout, *values)
