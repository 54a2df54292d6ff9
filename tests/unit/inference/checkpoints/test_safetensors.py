"""The reader of safetensors files: what it reads, and every way to lie to it."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from photofind.domain import ModelError
from photofind.inference.checkpoints.opening import open_checkpoint
from photofind.inference.checkpoints.safetensors import LARGEST_HEADER

if TYPE_CHECKING:
    from pathlib import Path

ROWS = np.arange(6, dtype=np.float32).reshape(2, 3)
ENTRY = {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}


def write(path: Path, header: dict[str, Any] | bytes, data: bytes) -> Path:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(raw)) + raw + data)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.safetensors"


def test_reads_tensors_where_the_header_says(path: Path) -> None:
    second = np.array([7.0, 8.0], np.float32)
    header = {
        "__metadata__": {"format": "pt"},
        "second": {"dtype": "F32", "shape": [2], "data_offsets": [24, 32]},
        "rows": ENTRY,
    }
    checkpoint = open_checkpoint(write(path, header, ROWS.tobytes() + second.tobytes()))
    assert checkpoint.tensors.keys() == {"rows", "second"}
    np.testing.assert_array_equal(checkpoint.read("rows"), ROWS)
    np.testing.assert_array_equal(checkpoint.read("second"), second)


@pytest.mark.parametrize(
    ("dtype", "stored"),
    [
        ("F64", np.array([1.5, -2.0], "<f8")),
        ("F16", np.array([1.5, -2.0], "<f2")),
        ("BF16", np.array([0x3FC0, 0xC000], "<u2")),
        ("I64", np.array([1, -2], "<i8")),
    ],
)
def test_other_numbers_become_float32(path: Path, dtype: str, stored: np.ndarray[Any, Any]) -> None:
    header = {"a": {"dtype": dtype, "shape": [2], "data_offsets": [0, stored.nbytes]}}
    values = open_checkpoint(write(path, header, stored.tobytes())).read("a")
    assert values.dtype == np.float32
    np.testing.assert_array_equal(values, [1 if dtype == "I64" else 1.5, -2])


def test_a_scalar_and_an_empty_tensor(path: Path) -> None:
    header = {
        "empty": {"dtype": "F32", "shape": [0, 5], "data_offsets": [0, 0]},
        "scale": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]},
    }
    checkpoint = open_checkpoint(write(path, header, np.float32(4.5).tobytes()))
    assert checkpoint.read("scale") == 4.5
    assert checkpoint.read("empty").shape == (0, 5)


HOSTILE: dict[str, tuple[dict[str, Any] | bytes, bytes, str]] = {
    "ends within its numbers": ({"a": ENTRY}, bytes(23), "24 bytes of data but has 23"),
    "goes on after its numbers": ({"a": ENTRY}, bytes(25), "24 bytes of data but has 25"),
    "out of the file": (
        {"a": {**ENTRY, "data_offsets": [1000, 1024]}},
        bytes(24),
        "does not begin where",
    ),
    "one over the other": (
        {"a": ENTRY, "b": {**ENTRY, "data_offsets": [12, 36]}},
        bytes(36),
        "does not begin where",
    ),
    "the same place twice": ({"a": ENTRY, "b": ENTRY}, bytes(24), "does not begin where"),
    "a gap": (
        {"a": ENTRY, "b": {**ENTRY, "data_offsets": [32, 56]}},
        bytes(56),
        "does not begin where",
    ),
    "a shape too large": ({"a": {**ENTRY, "shape": [2, 4]}}, bytes(24), "doesn't fit its shape"),
    "a shape whose size overflows": (
        {"a": {**ENTRY, "shape": [2**40, 2**40]}},
        bytes(24),
        "doesn't fit its shape",
    ),
    "a negative size": ({"a": {**ENTRY, "shape": [-2, -3]}}, bytes(24), "can't be understood"),
    "a negative place": (
        {"a": {**ENTRY, "data_offsets": [-24, 0]}},
        bytes(24),
        "can't be understood",
    ),
    "an end before the beginning": (
        {"a": {**ENTRY, "data_offsets": [24, 0]}},
        bytes(24),
        "doesn't fit its shape",
    ),
    "too many dimensions": ({"a": {**ENTRY, "shape": [1] * 9}}, bytes(24), "can't be understood"),
    "fractions": ({"a": {**ENTRY, "shape": [2.5, 3]}}, bytes(24), "can't be understood"),
    "unknown numbers": ({"a": {**ENTRY, "dtype": "F7"}}, bytes(24), "stored as 'F7'"),
    "no JSON": (b"{'a': 1}", bytes(24), "can't be understood"),
    "no text": (b'{"\xff": 1}', bytes(24), "can't be understood"),
    "a list": (b"[]", b"", "can't be understood"),
    "nothing": (b"", b"", "can't be understood"),
    "bottomless": (b"[" * 100_000, b"", "can't be understood"),
    "bottomless inside": (b'{"a":' * 100_000, b"", "can't be understood"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_lie_is_refused(path: Path, name: str) -> None:
    header, data, reason = HOSTILE[name]
    with pytest.raises(ModelError, match=reason) as caught:
        open_checkpoint(write(path, header, data))
    assert caught.value.code == "model_incompatible"


def test_a_huge_header_is_refused_before_it_is_read(path: Path) -> None:
    path.write_bytes(struct.pack("<Q", LARGEST_HEADER + 1) + b"{}")
    with pytest.raises(ModelError, match=f"header has {LARGEST_HEADER + 1} bytes"):
        open_checkpoint(path)


def test_a_header_longer_than_the_file_is_refused(path: Path) -> None:
    path.write_bytes(struct.pack("<Q", 100) + b"{}")
    with pytest.raises(ModelError, match="ends within its header"):
        open_checkpoint(path)


@pytest.mark.parametrize("content", [b"", b"1234", b"<html>not found</html>"])
def test_something_else_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"model\.safetensors is damaged"):
        open_checkpoint(path)


def test_a_file_that_is_not_there(path: Path) -> None:
    with pytest.raises(ModelError, match="can't be read") as caught:
        open_checkpoint(path)
    assert caught.value.code == "model_missing"
