"""Directories of tags, in all byte orders and sizes, and those that lead nowhere."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from photofind.media.containers.reading import OddFileError
from photofind.media.containers.tiff import TiffReader

if TYPE_CHECKING:
    from pathlib import Path

_WIDTH, _MAKE, _STRIPS = 256, 271, 273


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
def test_what_another_program_wrote(tmp_path: Path, order: str, big: bool) -> None:
    path = tmp_path / "x.tif"
    with tifffile.TiffWriter(path, byteorder=order, bigtiff=big) as writer:  # type: ignore[arg-type]
        tags = [(_MAKE, "s", 0, "Canon the second", True)]
        writer.write(np.zeros((4, 7), np.uint8), subifds=1, extratags=tags, metadata=None)
        writer.write(np.zeros((2, 3), np.uint8), subfiletype=1, metadata=None)
        writer.write(np.zeros((5, 6), np.uint8), metadata=None)
    with path.open("rb") as file:
        reader = TiffReader(file)
        directories = list(reader.directories())
        assert [reader.numbers(each[_WIDTH]) for each in directories] == [(7,), (3,), (6,)]
        assert reader.data(directories[0][_MAKE]) == b"Canon the second\x00"
        (strip,) = reader.numbers(directories[0][_STRIPS])
        assert 0 < strip < path.stat().st_size


def _tiff(*entries: tuple[int, int, int, int], following: int = 0) -> bytes:
    packed = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    head = b"II*\x00" + struct.pack("<I", 8)
    return head + struct.pack("<H", len(entries)) + packed + struct.pack("<I", following)


def test_a_circle_ends() -> None:
    reader = TiffReader(io.BytesIO(_tiff((_WIDTH, 3, 1, 5), (0x14A, 4, 1, 8), following=8)))
    assert len(list(reader.directories())) == 1


def test_numbers_are_integers() -> None:
    reader = TiffReader(io.BytesIO(_tiff((1, 2, 4, 0), (2, 4, 1 << 30, 0), (3, 99, 1, 0))))
    entries, following = reader.read_directory(reader.first)
    assert following == 0
    assert [reader.numbers(entries[tag]) for tag in (1, 2, 3)] == [(), (), ()]
    assert reader.data(entries[3]) == b""


@pytest.mark.parametrize(
    "data",
    [b"", b"II*\x00", b"IIxx" + bytes(20), b"PK\x03\x04" + bytes(20), b"II*\x00\xff\xff\xff\xff",
     b"II+\x00\x08\x00\x00\x00" + b"\xff" * 8, _tiff(*[(1, 1, 1, 1)] * 5_000),
     _tiff((1, 1, 1, 1))[:20]],
)  # fmt: skip
def test_what_is_no_tiff(data: bytes) -> None:
    with pytest.raises(OddFileError):
        list(TiffReader(io.BytesIO(data)).directories())


def test_a_value_beyond_the_file() -> None:
    reader = TiffReader(io.BytesIO(_tiff((1, 1, 100, 4_000), (2, 1, 1 << 31, 0))))
    entries, _ = reader.read_directory(reader.first)
    for entry in entries.values():
        with pytest.raises(OddFileError):
            reader.data(entry)


_encoded = io.BytesIO()
Image.new("L", (5, 4)).save(_encoded, "TIFF")


@given(st.data())
def test_damage_is_survived(data: st.DataObject) -> None:
    tiff = bytearray(_encoded.getvalue())
    for position, value in data.draw(
        st.lists(st.tuples(st.integers(0, len(tiff) - 1), st.integers(0, 255)), max_size=8)
    ):
        tiff[position] = value
    try:
        reader = TiffReader(io.BytesIO(bytes(tiff)))
        for directory in reader.directories():
            for entry in directory.values():
                reader.numbers(entry)
    except OddFileError:
        pass
