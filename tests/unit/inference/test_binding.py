from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from photofind.domain import ModelError
from photofind.inference.binding import bind, quantise
from photofind.inference.checkpoints.opening import open_checkpoint
from photofind.inference.manifest import BoundGraph, BoundTensor, Source, read_manifest
from tests.unit.inference.tiny_clip import write_safetensors

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

A = np.arange(6, dtype=np.float32).reshape(2, 3)
B = -A
SOURCE = Source("a", (2, 3))


def bound_bytes(
    tmp_path: Path,
    tensor: BoundTensor,
    size: int,
    largest_int8: int = 127,
    **more: NDArray[np.float32],
) -> bytes:
    checkpoint = open_checkpoint(
        write_safetensors(tmp_path / "model.safetensors", {"a": A, "b": B, **more})
    )
    path = tmp_path / "weights.bin"
    bind(checkpoint, BoundGraph("graph.onnx", size, (tensor,)), path, largest_int8)
    content = path.read_bytes()
    assert len(content) == size
    return content


def test_a_tensor_lies_at_its_offset(tmp_path: Path) -> None:
    content = bound_bytes(tmp_path, BoundTensor((SOURCE,), (2, 3), 64), 128)
    assert content[:64] == bytes(64)
    np.testing.assert_array_equal(np.frombuffer(content[64:88], "<f4").reshape(2, 3), A)


def test_a_tensor_is_turned(tmp_path: Path) -> None:
    content = bound_bytes(tmp_path, BoundTensor((SOURCE,), (3, 2), 0, transposed=True), 24)
    np.testing.assert_array_equal(np.frombuffer(content, "<f4").reshape(3, 2), A.T)


def test_tensors_are_stacked_and_cut(tmp_path: Path) -> None:
    sources = (Source("a", (2, 3), first=1), Source("b", (2, 3), first=0, rows=1))
    content = bound_bytes(tmp_path, BoundTensor(sources, (2, 3), 0), 24)
    np.testing.assert_array_equal(np.frombuffer(content, "<f4").reshape(2, 3), [A[1], B[0]])


def test_a_tensor_may_have_another_name(tmp_path: Path) -> None:
    for source in (Source("tied", (2, 3), also=("x", "a")), Source("a", (2, 3), also=("b",))):
        content = bound_bytes(tmp_path, BoundTensor((source,), (2, 3), 0), 24)
        np.testing.assert_array_equal(np.frombuffer(content, "<f4").reshape(2, 3), A)
        (tmp_path / "weights.bin").unlink()


def test_a_kernel_becomes_a_matrix(tmp_path: Path) -> None:
    kernel = np.arange(24, dtype=np.float32).reshape(2, 3, 2, 2)
    tensor = BoundTensor((Source("kernel", kernel.shape),), (12, 2), 0, transposed=True)
    content = bound_bytes(tmp_path, tensor, 96, kernel=kernel)
    np.testing.assert_array_equal(
        np.frombuffer(content, "<f4").reshape(12, 2), kernel.reshape(2, 12).T
    )


@pytest.mark.parametrize("largest", [127, 63])
def test_int8_with_a_scale_for_every_column(tmp_path: Path, largest: int) -> None:
    tensor = BoundTensor((SOURCE,), (2, 3), 0, scale_axis=1, scales_offset=64)
    content = bound_bytes(tmp_path, tensor, 128, largest)
    rounded = np.frombuffer(content[:6], "i1").reshape(2, 3)
    scales = np.frombuffer(content[64:76], "<f4")
    np.testing.assert_allclose(scales, A.max(axis=0) / largest, rtol=1e-6)
    assert np.abs(rounded).max() == largest
    np.testing.assert_allclose(rounded * scales, A, atol=scales.max() / 2)


def test_a_long_table_is_quantised_row_by_row(tmp_path: Path) -> None:
    table = np.random.default_rng(0).standard_normal((20_001, 4)).astype(np.float32)
    tensor = BoundTensor(
        (Source("t", table.shape),), table.shape, 0, scale_axis=0, scales_offset=80_064
    )
    content = bound_bytes(tmp_path, tensor, 80_064 + 4 * 20_001, t=table)
    rounded, scales = quantise(table, 0, 127)
    assert content[: table.size] == rounded.tobytes()
    assert content[80_064:] == scales.tobytes()


def test_zeros_stay_zeros() -> None:
    rounded, scales = quantise(np.zeros((2, 2), np.float32), 0, 127)
    assert not rounded.any()
    assert (scales == 1).all()


@pytest.mark.parametrize(
    "source", [Source("c", (2, 3)), Source("a", (3, 2)), Source("a", (6,))], ids=str
)
def test_another_models_checkpoint_is_refused(tmp_path: Path, source: Source) -> None:
    with pytest.raises(ModelError, match="belongs to another model") as caught:
        bound_bytes(tmp_path, BoundTensor((source,), source.shape, 0), 24)
    assert caught.value.code == "model_incompatible"
    assert not (tmp_path / "weights.bin").exists()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_numbers_are_refused(tmp_path: Path, value: float) -> None:
    broken = A.copy()
    broken[1, 1] = value
    with pytest.raises(ModelError, match="not numbers"):
        bound_bytes(tmp_path, BoundTensor((Source("n", (2, 3)),), (2, 3), 0), 24, n=broken)


@pytest.mark.parametrize("content", [None, b"{}", b"\xff"])
def test_a_damaged_manifest_is_a_clear_error(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "manifest.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match="came with photofind are missing or damaged"):
        read_manifest(path)
